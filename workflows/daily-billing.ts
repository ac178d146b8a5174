import { ActivityFailure, isCancellation, log, patched, workflowInfo } from '@temporalio/workflow';
import { addCalls } from '../shared/billing/results/tally.js';
import { monthsDue } from '../shared/billing/basics/month.js';
import type { Day, Month } from '../shared/billing/types.js';
import { rootCauseOf } from '../shared/messages/causes.js';
import { dayIn } from '../shared/messages/messages.js';
import type {
  DailyBillingInput,
  DailyBillingResult,
  DailyProgress,
  MonthClosed,
  MonthRequest,
} from '../shared/messages/messages.js';
import { continueOn, deciding, noticing, readingPatiently } from './activities.js';
import { scheduledStart } from './attributes.js';
import { beginMonth, beginRun, showProgress, showRefused, takeClosed, takeWork, type DailyState } from './daily-state.js';
import { isForgotten } from './failures.js';
import { fanOut } from './fan-out.js';
import { checkBroker, checkDaily, unknownInDaily } from './messages.js';
import { refuseOrKeep } from './refused.js';

const RECHECK_DAYS = 10;

/** One broker's day: report, survey, one child per organization with work, reconciliation; the earlier month first (rule 1.2). */
export async function dailyBilling(given: DailyBillingInput): Promise<DailyBillingResult> {
  const input = checkDaily(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const unknown = refuseOrKeep(unknownInDaily(input));
  const asOf = input.asOf ?? nominalDay(input.timeZone ?? 'UTC');
  const months =
    input.progress?.months ??
    (input.month === undefined ? monthsDue(asOf, input.recheckDays ?? RECHECK_DAYS, input.reportMonthOffset) : [input.month]);
  const run = beginRun({ ...input, asOf });
  // What came before the run began is reported already.
  if (unknown !== null) showRefused(run, unknown);
  const done: DailyBillingResult['months'] = [...(input.done ?? [])];
  for (const [index, month] of months.entries()) {
    const progress = index === 0 ? input.progress : undefined;
    try {
      const { ref, held, waiting } = await billMonth(run, { month, months: months.slice(index), progress, done });
      done.push({ month, result: ref, held, waiting });
    } catch (error) {
      if (error instanceof ActivityFailure && !isCancellation(error))
        await notifyPeople(input.broker, asOf, [month], `${month}: ${rootCauseOf(error)}`);
      throw error;
    }
  }
  // Runs that began under an earlier release end without a message.
  if (patched('one-notice-per-run'))
    await notifyPeople(
      input.broker,
      asOf,
      done.map(({ month }) => month),
    );
  return { months: done };
}

/** The day the run stands for: the schedule's nominal one, so that a late start or a back-fill bills the right month. */
const nominalDay = (timeZone: string): Day =>
  dayIn(timeZone, workflowInfo().typedSearchAttributes.get(scheduledStart) ?? workflowInfo().startTime);

// ---------------------------------------------------------------------------------------------------------------- one month

interface MonthAsked {
  month: Month;
  /** This month and those after it. */
  months: Month[];
  /** Where an execution before this one had no more room. */
  progress: DailyProgress | undefined;
  /** Months that are billed. */
  done: DailyBillingResult['months'];
}

/** What was read for it may be on file no more, where the store was restored or emptied meanwhile: then it begins from Cloudmore, once. */
async function billMonth(run: DailyState, asked: MonthAsked): Promise<MonthClosed> {
  try {
    return await billOnce(run, asked);
  } catch (error) {
    if (!isForgotten(error)) throw error;
    log.warn('what this run has read is not on file any more; it is read again', { month: asked.month });
    return billOnce(run, { ...asked, progress: undefined });
  }
}

async function billOnce(run: DailyState, { month, months, progress, done }: MonthAsked): Promise<MonthClosed> {
  const { broker, asOf, mode = null } = run.input;
  const request: MonthRequest = { broker, month, asOf, mode };
  beginMonth(run, month);
  const gathered = progress ?? (await gather(run, request, months));
  takeWork(run, request, gathered);
  await billOrganizations(run, request, gathered, done);
  return await close(run, request, gathered);
}

/** Both sides of the month, and which organizations differ. */
async function gather(run: DailyState, request: MonthRequest, months: Month[]): Promise<DailyProgress> {
  const { broker, month } = request;
  const { organizations = null, settings, canary, reportMonthOffset = 0 } = run.input;
  showProgress(run, 'reading the report');
  const report = await readingPatiently(broker, `Cloudmore's report of ${month}`).takeReport({
    ...request,
    ...(settings ? { settings } : {}),
    ...(run.input.month === undefined ? { reportMonthOffset } : {}),
  });
  showProgress(run, 'surveying Autotask');
  const survey = await readingPatiently(broker, `What Autotask holds for ${month}`).surveyAutotask({
    ...request,
    report: report.report,
    organizations,
    ...(canary === undefined ? {} : { canary }),
  });
  showProgress(run, 'finding what differs');
  const work = await deciding(broker, `Which organizations differ in ${month}`).findWork({
    ...request,
    report: report.report,
    survey: survey.survey,
    organizations,
  });
  const calls = addCalls(addCalls(report.calls, survey.calls), work.calls);
  return { months, report, survey, work: { ...work, calls }, started: 0 };
}

/** Where this execution has no room for all of them, the next one continues with those that are left. */
async function billOrganizations(
  run: DailyState,
  request: MonthRequest,
  gathered: DailyProgress,
  done: DailyBillingResult['months'],
): Promise<void> {
  const all = gathered.work.organizations.length;
  if (gathered.started >= all) return;
  const started = await fanOut(run, request, gathered);
  if (started >= all) return;
  const progress = { ...gathered, started, sums: run.soFar.sums };
  await continueOn<typeof dailyBilling>(request.broker)({ ...run.input, done, progress });
}

async function close(run: DailyState, request: MonthRequest, { report, survey, work }: DailyProgress): Promise<MonthClosed> {
  showProgress(run, 'closing the run');
  const closed = await deciding(request.broker, `Reconciliation of ${request.month}`).closeRun({
    ...request,
    organizations: run.input.organizations ?? null,
    report: report.report,
    survey: survey.survey,
    calls: work.calls,
    heldMonth: work.heldMonth,
  });
  takeClosed(run, closed, work.heldMonth);
  return closed;
}

// ---------------------------------------------------------------------------------------------------------------- the notice

/** One message per run where it failed, something waits, or something is missing. A failed notification must not fail the run. */
async function notifyPeople(broker: string, asOf: Day, months: Month[], failure?: string): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  try {
    await noticing(broker, failure === undefined ? 'Tells people what waits' : 'Tells people that the run failed').sendNotice({
      broker,
      asOf,
      run: `${workflowId}@${runId}`.replaceAll('/', '~'),
      months: [...new Set(months)],
      ...(failure === undefined ? {} : { failure }),
    });
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    log.warn('the notice did not go out', { error });
  }
}
