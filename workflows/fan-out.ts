import {
  ActivityFailure,
  ChildWorkflowCancellationType,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  startChild,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { summaryText } from '../shared/billing/basics/markdown.js';
import type {
  DailyProgress,
  GivenReport,
  MonthRequest,
  OrganizationBillingInput,
  ReportSignal,
  Work,
} from '../shared/messages/messages.js';
import { billingQueue, organizationBillingId, REPORT_SIGNAL } from '../shared/messages/names.js';
import { ORGANIZATIONS_AT_ONCE } from '../shared/messages/payload.js';
import { looking } from './activities.js';
import { organizationAttributes } from './attributes.js';
import { showProgress, takeSettled, type DailyState } from './daily-state.js';
import { organizationBilling } from './organization-billing.js';

/** One child per organization with work: so many at once, each until it ended or waits for a person. */

/** How long the run waits for an organization that was open already and got the new report. */
const HAND_OVER_LIMIT = '6 hours';
/** Waits between looks at whether those that the run waits for can still answer; the last is repeated. */
const LOOK_AFTER = ['30 seconds', '2 minutes', '5 minutes'] as const;
/** An execution can end between being found open and being signalled; it is started again then. */
const START_TRIES = 3;

/** What every organization is started with, or handed. */
interface Handed {
  request: MonthRequest;
  given: GivenReport;
}

/** Bills the organizations that are left; answers how many there was room for in this execution, with those before. */
export async function fanOut(run: DailyState, request: MonthRequest, gathered: DailyProgress): Promise<number> {
  const { report, survey, work } = gathered;
  const given: GivenReport = {
    asOf: request.asOf,
    report: report.report,
    survey: survey.survey,
    surveyedAt: survey.surveyedAt,
  };
  let { started } = gathered;
  await watching(run, async () => {
    started = await startAll(run, { request, given }, work, started);
  });
  return started;
}

/** Starts one after the other, and waits for all of them. */
async function startAll(run: DailyState, handed: Handed, work: Work, first: number): Promise<number> {
  const { organizations } = work;
  let started = first;
  while (started < organizations.length && !workflowInfo().continueAsNewSuggested) {
    await condition(() => run.running < ORGANIZATIONS_AT_ONCE);
    run.running += 1;
    void billOne(run, handed, organizations[started]!); // never rejects but by cancellation, which ends the run
    started += 1;
    showProgress(run, `${started} of ${organizations.length} organizations with work started${effortText(work)}`);
  }
  await condition(() => run.running === 0);
  return started;
}

/** What the run was expected to take when it found its work. */
const effortText = ({ effort }: Work): string =>
  effort === undefined ? '' : `; about ${effort.calls} calls to Autotask in total, ${effort.minutes} minutes`;

/** Starts the organization, or hands an open one the new report; gives its slot back when it ended or waits for a person. */
async function billOne(run: DailyState, handed: Handed, organizationId: string): Promise<void> {
  try {
    run.waitingFor.add(organizationId);
    for (let attempt = 1; attempt <= START_TRIES; attempt += 1) {
      if ((await startOne(run, handed, organizationId)) || (await handOver(run, handed, organizationId))) break;
    }
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('organization failed', { organizationId, error });
  } finally {
    run.waitingFor.delete(organizationId);
    run.running -= 1;
  }
}

/** Whether it could be started: one that is open already cannot. */
async function startOne(run: DailyState, { request, given }: Handed, organizationId: string): Promise<boolean> {
  const { broker, month, asOf, mode } = request;
  const args: [OrganizationBillingInput] = [
    { broker, month, asOf, mode, organizationId, given, parentId: workflowInfo().workflowId },
  ];
  try {
    const child = await startChild(organizationBilling, {
      taskQueue: billingQueue(broker),
      workflowId: organizationBillingId(broker, month, organizationId),
      args,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      typedSearchAttributes: organizationAttributes(broker, month, organizationId),
      staticSummary: summaryText([run.names.get(organizationId) ?? organizationId, month].join(' ')),
    });
    const heard = condition(() => !run.waitingFor.has(organizationId)).then(() => null);
    const ended = await Promise.race([child.result(), heard]);
    if (ended !== null) takeSettled(run, { organizationId, summary: ended, runId: child.firstExecutionRunId });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Whether it was open and got the report: one that has ended in the meantime did not. */
async function handOver(run: DailyState, { request, given }: Handed, organizationId: string): Promise<boolean> {
  const open = getExternalWorkflowHandle(organizationBillingId(request.broker, request.month, organizationId));
  try {
    await open.signal<[ReportSignal]>(REPORT_SIGNAL, { given, parentId: workflowInfo().workflowId });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
  await condition(() => !run.waitingFor.has(organizationId), HAND_OVER_LIMIT);
  return true;
}

// ---------------------------------------------------------------------------------------------------------------- those that cannot answer

/** Does it, and meanwhile looks now and then at those that the run waits for: one that can answer no more is left as it is, without an outcome (rule 1.7). */
async function watching(run: DailyState, work: () => Promise<void>): Promise<void> {
  let isDone = false;
  const watch = async (): Promise<void> => {
    for (let look = 0; !(await condition(() => isDone, LOOK_AFTER[Math.min(look, LOOK_AFTER.length - 1)]!)); look += 1)
      await leaveSilent(run);
  };
  await Promise.all([work().finally(() => (isDone = true)), watch()]);
}

async function leaveSilent(run: DailyState): Promise<void> {
  const { broker } = run.input;
  const asked = [...run.waitingFor];
  if (asked.length === 0) return;
  try {
    const workflowIds = asked.map((organizationId) => organizationBillingId(broker, run.soFar.total.month, organizationId));
    const { silent } = await looking(broker, 'Whether the organizations that the run waits for can answer').findSilent({
      broker,
      workflowIds,
    });
    for (const { index, why } of silent) {
      const organizationId = asked[index]!;
      if (run.waitingFor.delete(organizationId)) log.warn('organization cannot answer', { organizationId, why });
    }
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    log.warn('it was not possible to check whether organizations answer', { error });
  }
}
