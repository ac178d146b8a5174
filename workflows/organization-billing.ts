import {
  ActivityFailure,
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  TimeoutFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { link, md } from '../shared/billing/markdown.js';
import { NO_WRITES, type OrganizationResult } from '../shared/billing/results.js';
import { countWrites } from '../shared/billing/tally.js';
import { APPROVE_SIGNAL, REPORT_SIGNAL, RERUN_SIGNAL, SETTLED_SIGNAL, SKIP_SIGNAL, STATUS_QUERY } from '../shared/contract.js';
import type {
  DoneSoFar,
  GivenReport,
  OrganizationBillingInput,
  OrganizationSummary,
  ReportSignal,
  SettledSignal,
} from '../shared/contract.js';
import { carryOut, planning, reading } from './activities.js';
import { billingStatus } from './attributes.js';
import { billOrganization, type Control, type Failure, type OrganizationActivities } from './organization.js';
import { blankSummary } from './blank.js';
import { monthList, organizationList } from './links.js';

/** Reason: why this organization is not billed this month. */
export const skip = defineSignal<[reason: string]>(SKIP_SIGNAL);
export const rerun = defineSignal<[reason: string]>(RERUN_SIGNAL);
export const approve = defineSignal<[digest: string]>(APPROVE_SIGNAL);
export const newReport = defineSignal<[ReportSignal]>(REPORT_SIGNAL);
export const settled = defineSignal<[SettledSignal]>(SETTLED_SIGNAL);
export const status = defineQuery<OrganizationResult>(STATUS_QUERY);

/** Waits before an organization that something transient stopped is tried again by itself; the last is repeated no further. */
const HEAL_AFTER = ['6 minutes', '30 minutes', '2 hours', '6 hours'] as const;
/** An organization that waits stays open at least this long, also when its month was over long ago. */
const OPEN_AT_LEAST_MS = 14 * 86_400_000;

/** Less than half of what Temporal ends a workflow at: 51,200 events, 50 MB. */
const HISTORY_EVENTS = 20_000;
const HISTORY_BYTES = 20_000_000;

/** What is to be done next: with which report; null: with one that is read anew. */
interface Turn {
  given: GivenReport | null;
}

/**
 * One organization's month. Ends when it is billed, or has nothing to bill; waits for a person otherwise, open and visible, until a signal, the next
 * day's report, or time mends the cause.
 */
export async function organizationBilling(input: OrganizationBillingInput): Promise<OrganizationSummary> {
  const desk = new Desk(input);
  let summary: OrganizationSummary;
  let heals = 0;
  for (;;) {
    summary = await desk.takeTurn();
    if (desk.isCutShort()) await desk.goOnAnew();
    await desk.tell(summary);
    if (desk.hasNext()) continue;
    if (!summary.staysOpen) break;
    const delay = summary.mayHeal ? HEAL_AFTER[heals] : undefined;
    const called = await desk.waitForCall(delay, summary);
    if (called === 'closed') break;
    if (called === 'healing') heals += 1;
  }
  await condition(allHandlersFinished);
  return brief(summary);
}

/** What a run needs of an organization. Items and details are shown by the organization itself: `status`, and its page in the Web UI. */
const brief = (summary: OrganizationSummary): OrganizationSummary => ({
  ...summary,
  details: '',
  result: { ...summary.result, items: [] },
});

/** The state that messages change: at most one turn waits, with the newest report and the newest release. */
class Desk {
  private next: Turn | null;
  /**
   * Plans that operators released, each until a turn has come to its end with it: neither a report that comes in the same moment, nor an outage, nor the
   * release of another plan takes it back.
   */
  private readonly released: string[] = [];
  private lastGiven: GivenReport | null;
  private skipReason: string | null = null;
  /** The mode of whoever asked last; null: the worker's own. */
  private mode: OrganizationBillingInput['mode'];
  private summary: OrganizationSummary;
  /** Runs that handed over a report, and wait to be told. */
  private readonly listeners = new Set<string>();
  /** The run that started this one hears its end by itself, and is told only where it stays open; null once it was. */
  private starter: string | null;
  /** What was done before this execution, of a plan that was too large for one. */
  private before: DoneSoFar | undefined;
  /** What was done of the plan when there was no room for more of it. */
  private cutAt: DoneSoFar | null = null;

  constructor(private readonly input: OrganizationBillingInput) {
    this.lastGiven = input.given;
    this.mode = input.mode;
    this.next = { given: input.given };
    this.summary = blankSummary(input, 'Running', null);
    this.starter = input.parentId;
    this.before = input.before;
    for (const listener of input.listeners ?? []) this.listeners.add(listener);
    setHandler(status, () => this.summary.result, {
      description: 'Where this organization stands: amounts, items, what is held and why',
    });
    setHandler(skip, (reason) => this.onSkip(reason), {
      description: 'Do not bill this organization this month. Argument: the reason',
    });
    setHandler(rerun, (reason) => this.onRerun(reason), {
      description: 'Plan it again now, with a fresh report; lifts a skip. Argument: the reason',
    });
    setHandler(approve, (digest) => this.onApprove(digest), {
      description: "Release the plan that waits, exactly as shown. Argument: the plan's digest",
    });
    setHandler(newReport, (signal) => this.onReport(signal), { description: 'Used by the daily run: hands over a new report' });
  }

  hasNext(): boolean {
    return this.next !== null;
  }

  /** Bills once with what the last call asked for. */
  async takeTurn(): Promise<OrganizationSummary> {
    const turn = this.next ?? { given: this.lastGiven };
    const [released = null] = this.released;
    this.next = null;
    this.show({ ...this.summary, status: 'Running', result: { ...this.summary.result, status: 'Running' } });
    try {
      this.lastGiven = turn.given ?? (await this.takeReport());
      const settled = await this.bill(released === null ? this.lastGiven : withoutSurvey(this.lastGiven), released);
      if (!this.isCutShort()) this.show(settled);
      if (released !== null && !this.summary.mayHeal) this.endRelease();
    } catch (error) {
      const { message } = failureOf(error);
      log.warn('organization could not be settled', { message });
      this.show(blankSummary(this.input, 'NeedsAttention', message, this.summary));
    }
    return this.summary;
  }

  /** Another plan that was released meanwhile has a turn of its own, as long as something waits. */
  private endRelease(): void {
    this.released.shift();
    if (this.released.length > 0 && this.summary.staysOpen) this.next ??= { given: this.lastGiven };
  }

  isCutShort(): boolean {
    return this.cutAt !== null;
  }

  /** Whether there is room for more of the plan. Where there is none, a next execution goes on, unless all that came of this one was failures: they would come again. */
  private hasRoom(done: DoneSoFar): boolean {
    const { historyLength, historySize } = workflowInfo();
    if (historyLength < HISTORY_EVENTS && historySize < HISTORY_BYTES) return true;
    if (countWrites(done.writes) > countWrites(this.input.before?.writes ?? NO_WRITES)) this.cutAt = done;
    return false;
  }

  /** The next execution plans what is left, and comes to the same: a plan is a difference. */
  async goOnAnew(): Promise<never> {
    await condition(allHandlersFinished);
    const { given } = this.next ?? { given: this.lastGiven && withoutSurvey(this.lastGiven) };
    return continueAsNew<typeof organizationBilling>({
      ...this.input,
      mode: this.mode,
      given,
      parentId: this.starter,
      ...(this.cutAt === null ? {} : { before: this.cutAt }),
      listeners: [...this.listeners],
    });
  }

  private bill(given: GivenReport, approvedDigest: string | null): Promise<OrganizationSummary> {
    const { broker, month, organizationId } = this.input;
    const { mode } = this;
    const control: Control = { skipReason: () => this.skipReason, failureOf, hasRoom: (done) => this.hasRoom(done) };
    const name = `${this.summary.result.organizationName || organizationId} ${month}`;
    const activities: OrganizationActivities = {
      planOrganization: (asked) => planning(broker, `Plan ${name}`).planOrganization(asked),
      verifyOrganization: (asked) => planning(broker, `Read back and compare ${name}`).verifyOrganization(asked),
      carryOut,
    };
    const request = {
      broker,
      month,
      asOf: given.asOf,
      mode,
      organizationId,
      given,
      approvedDigest,
      workflowId: workflowInfo().workflowId,
      ...(this.before === undefined ? {} : { before: this.before }),
    };
    this.before = undefined;
    return billOrganization(activities, request, control);
  }

  private async takeReport(): Promise<GivenReport> {
    const { broker, month } = this.input;
    const { mode } = this;
    const asOf = this.lastGiven?.asOf ?? this.input.asOf;
    const { report } = await reading(broker, `Cloudmore's report of ${month}`).takeReport({ broker, month, asOf, mode });
    return { asOf, report, survey: null, surveyedAt: null };
  }

  /** Waits for a call; after `delay` it tries again by itself, and at the end of the month's recheck window it gives up waiting. */
  async waitForCall(
    delay: (typeof HEAL_AFTER)[number] | undefined,
    summary: OrganizationSummary,
  ): Promise<'called' | 'healing' | 'closed'> {
    const closesAt = Math.max(Date.parse(`${summary.closesOn}T00:00:00Z`), workflowInfo().startTime.getTime() + OPEN_AT_LEAST_MS);
    const wait = delay ?? Math.max(closesAt - Date.now(), 1000);
    const called = await condition(() => this.next !== null, wait, {
      summary: delay ? 'tries again by itself' : 'waits for a person',
    });
    if (called) return 'called';
    if (delay === undefined) return 'closed';
    this.next = { given: this.lastGiven && withoutSurvey(this.lastGiven) };
    return 'healing';
  }

  /** Tells the runs that wait for this organization. A run that has ended meanwhile does not matter. */
  async tell(summary: OrganizationSummary): Promise<void> {
    if (this.next !== null) return;
    const listeners = new Set(this.listeners);
    this.listeners.clear();
    if (summary.staysOpen && this.starter !== null) {
      listeners.add(this.starter);
      this.starter = null;
    }
    for (const workflowId of listeners) {
      try {
        await getExternalWorkflowHandle(workflowId).signal(settled, {
          organizationId: this.input.organizationId,
          summary: brief(summary),
          runId: workflowInfo().runId,
        });
      } catch (error) {
        if (isCancellation(error)) throw error;
        log.info('the run that asked has ended', { workflowId });
      }
    }
  }

  private show(summary: OrganizationSummary): void {
    this.summary = summary;
    setCurrentDetails([summary.details, this.links()].join('\n\n'));
    if (workflowInfo().typedSearchAttributes.get(billingStatus) !== summary.status)
      upsertSearchAttributes([{ key: billingStatus, value: summary.status }]);
  }

  private links(): string {
    const { broker, month, organizationId } = this.input;
    return md`${link('Other months of this organization', organizationList(workflowInfo().namespace, broker, organizationId))} · ${link(['Everything of', month].join(' '), monthList(workflowInfo().namespace, broker, month))}`
      .text;
  }

  private onSkip(reason: string): void {
    this.skipReason = reason;
    if (this.summary.status !== 'Running') this.next ??= { given: this.lastGiven };
  }

  private onRerun(reason: string): void {
    log.info('rerun asked for', { reason });
    this.skipReason = null;
    this.next = { given: null };
  }

  private onApprove(digest: string): void {
    if (!this.released.includes(digest.trim())) this.released.push(digest.trim());
    this.next ??= { given: this.lastGiven };
  }

  private onReport({ given, mode, parentId }: ReportSignal): void {
    this.listeners.add(parentId);
    this.mode = mode;
    this.next = { given };
  }
}

/** What was released is compared with Autotask as it is, and what failed is looked for there: a survey may be some minutes old. */
const withoutSurvey = (given: GivenReport): GivenReport => ({ ...given, survey: null, surveyedAt: null });

/** Types of `activities/failures.ts` after which a write may have taken effect, and those that concern Autotask as a whole. */
const UNKNOWN_EFFECT = new Set(['OutcomeUnknown', 'OutcomePending']);
const OUTAGE = new Set(['Unavailable', 'Unauthorized', 'RateLimited']);

function failureOf(error: unknown): Failure {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof TimeoutFailure)
    return { effect: 'unknown', isOutage: true, message: `${error.activityType} did not end in time (${cause.timeoutType})` };
  const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
  return {
    effect: UNKNOWN_EFFECT.has(type) ? 'unknown' : 'none',
    isOutage: OUTAGE.has(type),
    isOutdated: type === 'PlanOutdated',
    message: cause?.message ?? error.message,
  };
}
