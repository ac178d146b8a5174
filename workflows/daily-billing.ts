import {
  ActivityFailure,
  ChildWorkflowCancellationType,
  condition,
  defineQuery,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  patched,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertSearchAttributes,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { amountsTable, joined, md, summaryText } from '../shared/billing/basics/markdown.js';
import { addCalls } from '../shared/billing/results/tally.js';
import { monthsDue } from '../shared/billing/basics/month.js';
import type { Day } from '../shared/billing/types.js';
import { rootCauseOf } from '../shared/messages/causes.js';
import { billingQueue, organizationBillingId, REPORT_SIGNAL, SETTLED_SIGNAL, STATUS_QUERY } from '../shared/messages/names.js';
import { dayIn } from '../shared/messages/messages.js';
import { ORGANIZATIONS_AT_ONCE } from '../shared/messages/payload.js';
import type {
  DailyBillingInput,
  DailyBillingResult,
  DailyProgress,
  GivenReport,
  MonthClosed,
  MonthRequest,
  MonthShown,
  RunProgress,
  OrganizationBillingInput,
  ReportSignal,
  SettledSignal,
  Work,
} from '../shared/messages/messages.js';
import { continueOn, deciding, looking, noticing, readingPatiently } from './activities.js';
import { billingBroker, billingMonth, billingStatus, organizationAttributes, scheduledStart } from './attributes.js';
import { blankMonth } from './empty-month.js';
import { isForgotten } from './failures.js';
import { misnamed, settled } from './definitions.js';
import { checkBroker, checkDaily, readSettled, unknownInDaily } from './messages.js';
import { organizationBilling } from './organization-billing.js';
import { monthDetails } from './month-details.js';
import { MISNAMED, misnamedRefusal, notUnderstood, refuseOrKeep, keepRefusal } from './refused.js';
import { SoFar } from './progress.js';

export const monthStatus = defineQuery<MonthShown>(STATUS_QUERY);

const RECHECK_DAYS = 10;
/** How long the run waits for an organization that was open already and got the new report. */
const HAND_OVER_LIMIT = '6 hours';
/** Waits between looks at whether those that the run waits for can still answer; the last is repeated. */
const LOOK_AFTER = ['30 seconds', '2 minutes', '5 minutes'] as const;
/** An execution can end between being found open and being signalled; it is started again then. */
const START_TRIES = 3;

/** One broker's day: report, survey, one child per organization with work, reconciliation; the earlier month first (rule 1.2). */
export async function dailyBilling(given: DailyBillingInput): Promise<DailyBillingResult> {
  const input = checkDaily(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const unknown = refuseOrKeep(unknownInDaily(input));
  const asOf = input.asOf ?? nominalDay(input.timeZone ?? 'UTC');
  const months =
    input.progress?.months ??
    (input.month === undefined ? monthsDue(asOf, input.recheckDays ?? RECHECK_DAYS, input.reportMonthOffset) : [input.month]);
  const run = new DailyRun({ ...input, asOf });
  // What came before the run began is told already.
  if (unknown !== null) run.showRefused(unknown);
  const result: DailyBillingResult = { months: [...(input.done ?? [])] };
  for (const [index, month] of months.entries()) {
    const progress = index === 0 ? input.progress : undefined;
    try {
      const { ref, held, waiting } = await run.bill(month, months.slice(index), progress, result.months);
      result.months.push({ month, result: ref, held, waiting });
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
      result.months.map(({ month }) => month),
    );
  return result;
}

/** One message per run where it failed, something waits, or something is missing. A failed notification must not fail the run. */
async function notifyPeople(broker: string, asOf: Day, months: string[], failure?: string): Promise<void> {
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

/** The day the run stands for: the schedule's nominal one, so that a late start or a back-fill bills the right month. */
const nominalDay = (timeZone: string): Day =>
  dayIn(timeZone, workflowInfo().typedSearchAttributes.get(scheduledStart) ?? workflowInfo().startTime);

/** What the run was expected to take when it found its work. */
const effortText = ({ effort }: Work): string =>
  effort === undefined ? '' : `; in all about ${effort.calls} calls to Autotask, ${effort.minutes} minutes`;

type Input = DailyBillingInput & { asOf: Day };

class DailyRun {
  private soFar: SoFar;
  private closed: MonthShown | null = null;
  private progress: RunProgress = { doing: 'starting', of: null, minutes: null };
  /** Executions that told how they stand, by organization. */
  private readonly runIds = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly waitingFor = new Set<string>();
  private running = 0;
  /** What was not understood last of all that came to this run, in words; its page shows it above the rest. */
  private refused: string | null = null;
  private page = '';

  constructor(private readonly input: Input) {
    this.soFar = new SoFar(blankMonth(input.broker, input.month ?? '', input.asOf, input.mode ?? 'shadow'));
    setHandler(monthStatus, () => ({ ...(this.closed ?? this.soFar.shown), progress: this.progress }), {
      description: 'The month so far, organization by organization',
    });
    setHandler(settled, (raw) => this.onSettledSignal(raw), {
      description: 'Used by organizations: tells this run how one of them stands',
    });
    setHandler(misnamed, (raw) => this.showRefused(misnamedRefusal(raw) ?? this.refused), { description: MISNAMED });
  }

  /** Bills one month and closes it. What it has read may be on file no more, where the store was restored or emptied meanwhile: then it begins from Cloudmore, once. */
  async bill(
    month: string,
    months: string[],
    progress: DailyProgress | undefined,
    done: DailyBillingResult['months'],
  ): Promise<MonthClosed> {
    try {
      return await this.billOnce(month, months, progress, done);
    } catch (error) {
      if (!isForgotten(error)) throw error;
      log.warn('what this run has read is not on file any more; it is read again', { month });
      return this.billOnce(month, months, undefined, done);
    }
  }

  private async billOnce(
    month: string,
    months: string[],
    progress: DailyProgress | undefined,
    done: DailyBillingResult['months'],
  ): Promise<MonthClosed> {
    const { broker, asOf } = this.input;
    const request: MonthRequest = { broker, month, asOf, mode: this.input.mode ?? null };
    this.closed = null;
    this.progress = { doing: 'starting', of: null, minutes: null };
    this.soFar = new SoFar(blankMonth(broker, month, asOf, this.input.mode ?? 'shadow'));
    upsertSearchAttributes([
      { key: billingBroker, value: broker },
      { key: billingMonth, value: month },
      { key: billingStatus, value: 'Running' },
    ]);
    const state = progress ?? (await this.prepare(request, months));
    this.soFar = new SoFar(blankMonth(broker, month, asOf, state.work.mode), state.sums);
    this.progress = { ...this.progress, of: state.work.organizations.length, minutes: state.work.effort?.minutes ?? null };
    await this.fanOut(request, state, done);
    return await this.close(request, state);
  }

  private async prepare(request: MonthRequest, months: string[]): Promise<DailyProgress> {
    const { broker, month } = request;
    const organizations = this.input.organizations ?? null;
    this.showProgress('reading the report');
    const report = await readingPatiently(broker, `Cloudmore's report of ${month}`).takeReport({
      ...request,
      ...(this.input.settings ? { settings: this.input.settings } : {}),
      ...(this.input.month === undefined ? { reportMonthOffset: this.input.reportMonthOffset ?? 0 } : {}),
    });
    this.showProgress('surveying Autotask');
    const survey = await readingPatiently(broker, `What Autotask holds for ${month}`).surveyAutotask({
      ...request,
      report: report.report,
      organizations,
      ...(this.input.canary === undefined ? {} : { canary: this.input.canary }),
    });
    this.showProgress('finding what differs');
    const work = await deciding(broker, `Which organizations differ in ${month}`).findWork({
      ...request,
      report: report.report,
      survey: survey.survey,
      organizations,
    });
    return {
      months,
      report,
      survey,
      work: { ...work, calls: addCalls(addCalls(report.calls, survey.calls), work.calls) },
      started: 0,
    };
  }

  // ------------------------------------------------------------------------------------------------------------- fan-out

  private async fanOut(request: MonthRequest, state: DailyProgress, done: DailyBillingResult['months']): Promise<void> {
    const { organizations, names } = state.work;
    names?.forEach((name, index) => this.names.set(organizations[index]!, name));
    const given: GivenReport = {
      asOf: request.asOf,
      report: state.report.report,
      survey: state.survey.survey,
      surveyedAt: state.survey.surveyedAt,
    };
    if (state.started >= organizations.length) return;
    let { started } = state;
    const fan = async (): Promise<void> => {
      started = await this.startAll(request, state, given);
    };
    await this.watching(fan);
    if (started < organizations.length)
      await continueOn<typeof dailyBilling>(this.input.broker)({
        ...this.input,
        done,
        progress: { ...state, started, sums: this.soFar.sums },
      });
  }

  /** Starts one after the other, and waits for all of them; answers how many there was room for in this execution. */
  private async startAll(request: MonthRequest, { work, ...state }: DailyProgress, given: GivenReport): Promise<number> {
    const { organizations } = work;
    let { started } = state;
    while (started < organizations.length && !workflowInfo().continueAsNewSuggested) {
      await condition(() => this.running < ORGANIZATIONS_AT_ONCE);
      this.running += 1;
      void this.billOne(request, organizations[started]!, given); // never rejects but by cancellation, which ends the run
      started += 1;
      this.showProgress(`${started} of ${organizations.length} organizations with work started${effortText(work)}`);
    }
    await condition(() => this.running === 0);
    return started;
  }

  /** Does it, and meanwhile looks now and then at those that the run waits for: one that can answer no more is left as it is, without an outcome (rule 1.7). */
  private async watching(work: () => Promise<void>): Promise<void> {
    let isDone = false;
    const watch = async (): Promise<void> => {
      for (let look = 0; !(await condition(() => isDone, LOOK_AFTER[Math.min(look, LOOK_AFTER.length - 1)]!)); look += 1)
        await this.leaveSilent();
    };
    await Promise.all([work().finally(() => (isDone = true)), watch()]);
  }

  private async leaveSilent(): Promise<void> {
    const { broker } = this.input;
    const asked = [...this.waitingFor];
    if (asked.length === 0) return;
    try {
      const workflowIds = asked.map((organizationId) => organizationBillingId(broker, this.soFar.total.month, organizationId));
      const { silent } = await looking(broker, 'Whether those that the run waits for can answer').findSilent({
        broker,
        workflowIds,
      });
      for (const { index, why } of silent) {
        const organizationId = asked[index]!;
        if (this.waitingFor.delete(organizationId)) log.warn('organization cannot answer', { organizationId, why });
      }
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      log.warn('nobody could look whether organizations answer', { error });
    }
  }

  /** Starts the organization, or hands an open one the new report; gives its slot back when it ended or waits for a person. */
  private async billOne(request: MonthRequest, organizationId: string, given: GivenReport): Promise<void> {
    try {
      this.waitingFor.add(organizationId);
      for (let attempt = 1; attempt <= START_TRIES; attempt += 1) {
        if ((await this.startOne(request, organizationId, given)) || (await this.handOver(request, organizationId, given))) break;
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('organization failed', { organizationId, error });
    } finally {
      this.waitingFor.delete(organizationId);
      this.running -= 1;
    }
  }

  private async startOne(request: MonthRequest, organizationId: string, given: GivenReport): Promise<boolean> {
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
        staticSummary: summaryText([this.names.get(organizationId) ?? organizationId, month].join(' ')),
      });
      const heard = condition(() => !this.waitingFor.has(organizationId)).then(() => null);
      const ended = await Promise.race([child.result(), heard]);
      if (ended !== null) this.onSettled({ organizationId, summary: ended, runId: child.firstExecutionRunId });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  private async handOver(request: MonthRequest, organizationId: string, given: GivenReport): Promise<boolean> {
    const open = getExternalWorkflowHandle(organizationBillingId(request.broker, request.month, organizationId));
    try {
      await open.signal<[ReportSignal]>(REPORT_SIGNAL, { given, parentId: workflowInfo().workflowId });
    } catch (error) {
      if (isCancellation(error)) throw error;
      return false;
    }
    await condition(() => !this.waitingFor.has(organizationId), HAND_OVER_LIMIT);
    return true;
  }

  private onSettledSignal(raw: unknown): void {
    const read = readSettled(raw);
    if ('value' in read) this.onSettled(read.value);
    else {
      log.warn('a signal was not understood', { signal: SETTLED_SIGNAL, problem: read.problem });
      this.showRefused(`The signal ${SETTLED_SIGNAL} ${read.problem}. Nothing was changed.`);
    }
  }

  /** Stays until the run ends: what an organization tells it well, a moment later, says nothing about it. */
  showRefused(refused: string | null): void {
    if (refused === this.refused) return;
    this.refused = refused;
    keepRefusal(refused);
    this.show(this.page);
  }

  private show(page: string): void {
    this.page = page;
    setCurrentDetails([...notUnderstood(this.refused), page].join('\n\n'));
  }

  private onSettled({ organizationId, summary, runId }: SettledSignal): void {
    this.waitingFor.delete(organizationId);
    this.soFar.settle(summary.result);
    if (runId !== undefined) this.runIds.set(organizationId, runId);
  }

  // ------------------------------------------------------------------------------------------------------------- the end, and what is shown

  private async close(request: MonthRequest, { report, survey, work }: DailyProgress): Promise<MonthClosed> {
    this.showProgress('closing the run');
    const closed = await deciding(request.broker, `Reconciliation of ${request.month}`).closeRun({
      ...request,
      organizations: this.input.organizations ?? null,
      report: report.report,
      survey: survey.survey,
      calls: work.calls,
      heldMonth: work.heldMonth,
    });
    this.closed = { ...closed.result, settled: this.soFar.sums.settled };
    this.show(
      monthDetails(closed, {
        heldMonth: work.heldMonth,
        runIds: this.runIds,
        namespace: workflowInfo().namespace,
        at: new Date(),
      }),
    );
    upsertSearchAttributes([
      { key: billingStatus, value: closed.waiting > 0 || work.heldMonth !== null ? 'NeedsAttention' : 'Done' },
    ]);
    return closed;
  }

  private showProgress(where: string): void {
    const { total } = this.soFar;
    this.progress = { ...this.progress, doing: where };
    this.show(joined([md`## ${total.month} as of ${this.input.asOf}`, md`**Now:** ${where}`, amountsTable(total)], '\n\n').text);
  }
}
