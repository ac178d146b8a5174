import { createActivities, type ActivitiesByQueue } from '../activities/index.js';
import type { Dependencies } from '../activities/dependencies.js';
import type { MonthResult } from '../shared/billing/results/results.js';
import type { Step } from '../shared/billing/plan-types.js';
import type { Day, Month } from '../shared/billing/types.js';
import type { GivenReport, MonthClosed, MonthRequest, Work } from '../shared/messages/messages.js';
import { organizationBillingId } from '../shared/messages/names.js';
import { ORGANIZATIONS_AT_ONCE } from '../shared/messages/payload.js';
import { readMonth } from '../shared/evidence/months.js';
import { billOrganization } from '../workflows/bill-organization.js';
import { carryOutBy, type Control, type OrganizationActivities } from '../workflows/organization-run.js';

/** A month by the product's own activities and orchestration in a bare loop: what the workflows do, without an engine under it. */
export interface MonthRun {
  result: MonthResult;
  work: Work;
  closed: MonthClosed;
  steps: Step['kind'][];
}

export interface MonthOptions {
  broker: string;
  month: Month;
  asOf: Day;
}

export async function runMonth(dependencies: Dependencies, { broker, month, asOf }: MonthOptions): Promise<MonthRun> {
  const activities = createActivities(dependencies);
  const { billing, cloudmore, autotask } = activities;
  const request = { broker, month, asOf, mode: 'auto' as const };
  const { report } = await cloudmore.takeReport(request);
  const { survey, surveyedAt } = await autotask.surveyAutotask({ ...request, report, organizations: null });
  const work = await billing.findWork({ ...request, report, survey, organizations: null });
  const steps: Step['kind'][] = [];
  await billAll(activities, { request, given: { asOf, report, survey, surveyedAt }, organizations: work.organizations }, (step) =>
    steps.push(step.kind),
  );
  const closed = await billing.closeRun({ ...request, report, survey, calls: work.calls, heldMonth: work.heldMonth });
  const read = await readMonth(dependencies.evidence, broker, month);
  return { result: read!.result, work, closed, steps };
}

/** Bills organizations, so many at a time as a run does. */
export async function billAll(
  { autotask }: ActivitiesByQueue,
  { request, given, organizations }: { request: MonthRequest; given: GivenReport; organizations: string[] },
  onStep: (step: Step) => void = () => undefined,
): Promise<void> {
  const activities = organizationActivities(autotask, onStep);
  await atOnce(ORGANIZATIONS_AT_ONCE, organizations, async (organizationId) => {
    const workflowId = organizationBillingId(request.broker, request.month, organizationId);
    await billOrganization(activities, { ...request, organizationId, given, approvedDigest: null, workflowId }, UNDISTURBED);
  });
}

/** Nobody skips, and what fails is a mistake of the benchmark. */
const UNDISTURBED: Control = {
  skipReason: () => null,
  hasRoom: () => true,
  failureOf: (error) => {
    throw error;
  },
};

function organizationActivities(autotask: ActivitiesByQueue['autotask'], onStep: (step: Step) => void): OrganizationActivities {
  const carryOut = carryOutBy(autotask);
  return {
    planOrganization: (asked) => autotask.planOrganization(asked),
    verifyOrganization: (asked) => autotask.verifyOrganization(asked),
    carryOut: (asked) => {
      for (const step of [asked.step, ...(asked.more ?? [])]) onStep(step);
      return carryOut(asked);
    },
  };
}

/** Works through a list, so many at a time. */
export async function atOnce<T>(count: number, list: T[], work: (value: T) => Promise<void>): Promise<void> {
  const left = [...list].reverse();
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next);
  };
  await Promise.all(Array.from({ length: count }, worker));
}
