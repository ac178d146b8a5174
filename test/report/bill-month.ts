import { randomUUID } from 'node:crypto';
import { createActivities } from '../../activities/index.js';
import { loadConfig } from '../../shared/config.js';
import type { MonthClosed } from '../../shared/messages/messages.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { billOrganization } from '../../workflows/bill-organization.js';
import { carryOutBy, type Control } from '../../workflows/organization-run.js';

/** A month billed in this process, without Temporal and without a test around it. */

const CONTROL: Control = {
  skipReason: () => null,
  hasRoom: () => true,
  failureOf: (error) => ({ effect: 'none', isOutage: false, message: error instanceof Error ? error.message : String(error) }),
};

interface BillOptions {
  /** Default: all. */
  organizations?: string[] | null;
  canary?: string;
  released?: Record<string, string>;
}

/** Bills a month by the activities themselves, without Temporal; plans are released by the digests given, by organization. */
export async function billMonth(
  env: Record<string, string>,
  month: string,
  asOf: string,
  { organizations = null, canary, released = {} }: BillOptions = {},
): Promise<MonthClosed> {
  const config = loadConfig(env);
  const evidence = openEvidence(config.evidence);
  const run = randomUUID();
  const activities = createActivities({ ...createDependencies(config, { evidence }), execution: () => run });
  const { billing, cloudmore, autotask } = activities;
  const request = { broker: config.broker, month, asOf, mode: null };
  const report = await cloudmore.takeReport(request);
  const survey = await autotask.surveyAutotask({
    ...request,
    report: report.report,
    organizations,
    ...(canary === undefined ? {} : { canary }),
  });
  const taken = { report: report.report, survey: survey.survey };
  const work = await billing.findWork({ ...request, ...taken, organizations });
  const carryOut = carryOutBy(autotask);
  for (const organizationId of work.organizations)
    await billOrganization(
      { planOrganization: autotask.planOrganization, verifyOrganization: autotask.verifyOrganization, carryOut },
      {
        ...request,
        organizationId,
        given: { asOf, ...taken, surveyedAt: survey.surveyedAt },
        approvedDigest: released[organizationId] ?? null,
        workflowId: `harness/${organizationId}`,
      },
      CONTROL,
    );
  const calls = { autotask: survey.calls.autotask, cloudmore: report.calls.cloudmore };
  return billing.closeRun({ ...request, ...taken, organizations, calls, heldMonth: work.heldMonth });
}
