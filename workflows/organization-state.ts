import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { NO_WRITES } from '../shared/billing/results/results.js';
import { countWrites } from '../shared/billing/results/tally.js';
import { SETTLED_SIGNAL } from '../shared/messages/names.js';
import type {
  DoneSoFar,
  GivenReport,
  OrganizationBillingInput,
  OrganizationSummary,
  SettledSignal,
} from '../shared/messages/messages.js';
import type { DecisionTaken } from '../shared/messages/decisions.js';
import { carryOut, continueOn, planning, reading, recording, recordingPatiently } from './activities.js';
import { withoutSurvey, type Asked } from './asked.js';
import { billingStatus, changedInSearch } from './attributes.js';
import { blankSummary } from './empty-month.js';
import { failureOf } from './failures.js';
import { linksOf } from './links.js';
import { billOrganization } from './bill-organization.js';
import type { organizationBilling } from './organization-billing.js';
import type { Control, Failure, OrganizationActivities, OrganizationRequest } from './organization-run.js';
import { notUnderstood, keepRefusal } from './refused.js';
import { undoOrganization } from './way-back.js';

/** Waits before an organization that something transient stopped is tried again by itself; the last is repeated no further. */
export const HEAL_AFTER = ['6 minutes', '30 minutes', '2 hours', '6 hours'] as const;
/** A message that comes with the start is there at once; one that was refused never comes. */
const CALLED_WITHIN = '1 minute';
/** An organization that waits stays open at least this long, also when its month was over long ago. */
const OPEN_AT_LEAST_MS = 14 * 86_400_000;

/** Less than half of what Temporal ends a workflow at: 51,200 events, 50 MB. */
const HISTORY_EVENTS = 20_000;
const HISTORY_BYTES = 20_000_000;

/** What a run needs of an organization. Items and details are shown by the organization itself: `status`, and its page in the Web UI. */
export const brief = (summary: OrganizationSummary): OrganizationSummary => ({
  ...summary,
  details: '',
  result: { ...summary.result, items: [] },
});

/** An organization's turns, and how it stands: shown on its page, told to the runs that wait for it. */
export class OrganizationState {
  private summary: OrganizationSummary;
  /** The run that started this one hears its end by itself, and is told only where it stays open; null once it was. */
  private starter: string | null;
  /** What was done before this execution, of a plan that was too large for one. */
  private before: DoneSoFar | undefined;
  /** What was done of the plan when there was no room for more of it. */
  private cutAt: DoneSoFar | null = null;
  /** Turns that have come to their end: anyone who waits for what comes of a message counts them. */
  private turns = 0;
  /** Whether evidence that the turn was given is missing: a store that was restored, or begun again. */
  private isForgotten = false;
  /** The last message that was not understood, in words; null when the last one was. */
  private refused: string | null = null;
  /** What `billing status` says of the last message that came to nothing: why it was not understood, or that what it released is not what waits. */
  private cameToNothing: string | null = null;
  private isTaking = false;

  constructor(
    private readonly input: OrganizationBillingInput,
    private readonly asked: Asked,
  ) {
    this.summary = blankSummary(input, 'Running', null);
    this.starter = input.parentId;
    this.before = input.before;
  }

  /** Whether there is anything to do. One that was started for a message waits for it, but not for one that was refused. */
  isCalled(): Promise<boolean> | true {
    return this.asked.hasNext() || condition(() => this.asked.hasNext(), CALLED_WITHIN);
  }

  get shown(): OrganizationSummary {
    return this.summary;
  }

  isInTurn(): boolean {
    return this.isTaking;
  }

  /** Whether it was started by the very message that is heard now: it reads everything afresh already. */
  isFresh(): boolean {
    return this.turns === 0 && this.input.given === null;
  }

  /** Shows in words what was not understood of a message; null: no more. */
  showRefused(refused: string | null): void {
    if (refused === null && this.cameToNothing === null) return;
    this.noteRefused(refused);
    this.refused = refused;
    this.show(this.summary);
  }

  private noteRefused(cameToNothing: string | null): void {
    this.cameToNothing = cameToNothing;
    keepRefusal(cameToNothing);
  }

  /** Bills once with what the last call asked for. */
  async takeTurn(): Promise<OrganizationSummary> {
    const turn = this.asked.next ?? { given: this.asked.lastGiven };
    const { undo } = this.asked;
    const [released = null] = undo === null ? this.asked.released : [];
    const before = this.summary;
    this.asked.next = null;
    this.isTaking = true;
    this.isForgotten = false;
    this.show({ ...this.summary, status: 'Running', result: { ...this.summary.result, status: 'Running' } });
    try {
      // Nothing is done on somebody's word before it is on record.
      await this.asked.decided.keep((decisions) => this.record(recording, decisions));
      // What is released is compared with the report as it is now: one that moved makes the new plan wait.
      this.asked.lastGiven = turn.given ?? this.asked.lastGiven;
      const given = turn.given === null || released !== null ? await this.takeReport() : turn.given;
      this.asked.lastGiven = given;
      // One that came with the start of this execution is taken in only after it has begun.
      await this.asked.decided.keep((decisions) => this.record(recording, decisions));
      const settled = undo === null ? await this.bill(given, released) : await this.goBack(given, undo, before);
      if (!this.isCutShort()) this.show(settled);
      if (released !== null && !this.summary.mayHeal) this.asked.endRelease(this.summary.staysOpen);
    } catch (error) {
      const { message } = this.failureOf(error);
      log.warn('organization could not be settled', { message });
      this.show(blankSummary(this.input, 'NeedsAttention', message, this.summary));
    }
    this.turns += 1;
    this.isTaking = false;
    // What is read again replaces what is missing; where that was missing too, a person has to look.
    if (this.isForgotten && turn.given !== null) this.asked.next ??= { given: null };
    return this.summary;
  }

  private failureOf(error: unknown): Failure {
    const failure = failureOf(error);
    if (failure.isForgotten === true) this.isForgotten = true;
    return failure;
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

  /** Whether the program has a newer version than this execution's. Anyone who waits for an answer gets it from this one first. */
  isOfAnOlderVersion(): boolean {
    return workflowInfo().targetWorkerDeploymentVersionChanged && allHandlersFinished();
  }

  /** The next execution plans what is left, and comes to the same: a plan is a difference. */
  async continueInNewExecution(): Promise<never> {
    await condition(allHandlersFinished);
    await this.keepDecisions();
    return continueOn<typeof organizationBilling>(this.input.broker)({
      ...this.input,
      ...this.asked.handOn(),
      parentId: this.starter,
      ...(this.cutAt === null ? {} : { before: this.cutAt }),
      waitsForCall: false,
    });
  }

  private bill(given: GivenReport, approvedDigest: string | null): Promise<OrganizationSummary> {
    return billOrganization(this.activities(), this.request(given, approvedDigest), this.control());
  }

  /** Takes the month back. Where nothing of that was begun, it stands as before, with the reason. */
  private async goBack(given: GivenReport, digest: string, before: OrganizationSummary): Promise<OrganizationSummary> {
    const came = await undoOrganization(this.activities(), this.request(withoutSurvey(given), null), digest, this.control());
    const isOver = 'refused' in came ? !came.mayHeal : came.isWhole;
    if (isOver && !this.isCutShort() && this.asked.undo === digest) this.asked.undo = null;
    if ('summary' in came) return came.summary;
    const { mayHeal, refused: message } = came;
    const status = mayHeal ? 'NeedsAttention' : before.status === 'Running' ? 'Unchanged' : before.status;
    const staysOpen = mayHeal || (before.status !== 'Running' && before.staysOpen);
    return { ...before, status, staysOpen, mayHeal, message, result: { ...before.result, status } };
  }

  private control(): Control {
    return {
      skipReason: () => this.asked.skipReason,
      failureOf: (error) => this.failureOf(error),
      hasRoom: (done) => this.hasRoom(done),
    };
  }

  private activities(): OrganizationActivities {
    const { broker, month, organizationId } = this.input;
    const name = `${this.summary.result.organizationName || organizationId} ${month}`;
    return {
      planOrganization: async (asked) => {
        const what = asked.undo === undefined ? 'Plan' : 'Plan the way back of';
        const plan = await planning(broker, `${what} ${name}`).planOrganization(asked);
        if (asked.approvedDigest !== null && plan.remark !== undefined) this.noteRefused(plan.remark);
        return plan;
      },
      verifyOrganization: (asked) => planning(broker, `Read back and compare ${name}`).verifyOrganization(asked),
      carryOut,
    };
  }

  private request(given: GivenReport, approvedDigest: string | null): OrganizationRequest {
    const { broker, month, organizationId } = this.input;
    const request = {
      broker,
      month,
      asOf: given.asOf,
      mode: this.asked.mode,
      organizationId,
      given,
      approvedDigest,
      workflowId: workflowInfo().workflowId,
      ...(this.before === undefined ? {} : { before: this.before }),
    };
    this.before = undefined;
    return request;
  }

  private async takeReport(): Promise<GivenReport> {
    const { broker, month } = this.input;
    const { mode } = this.asked;
    const asOf = this.asked.lastGiven?.asOf ?? this.input.asOf;
    const { report } = await reading(broker, `Cloudmore's report of ${month}`).takeReport({
      broker,
      month,
      asOf,
      mode,
      ...(this.asked.lastGiven === null ? {} : { instead: this.asked.lastGiven.report }),
    });
    return { asOf, report, survey: null, surveyedAt: null };
  }

  /** Waits for a call; after `delay` it tries again by itself, and at the end of the month's recheck window it gives up waiting. */
  async waitForCall(
    delay: (typeof HEAL_AFTER)[number] | undefined,
    summary: OrganizationSummary,
  ): Promise<'called' | 'healing' | 'closed'> {
    const closesAt = Math.max(Date.parse(`${summary.closesOn}T00:00:00Z`), workflowInfo().startTime.getTime() + OPEN_AT_LEAST_MS);
    const wait = delay ?? Math.max(closesAt - Date.now(), 1000);
    const called = await condition(() => this.asked.next !== null, wait, {
      summary: delay ? 'tries again automatically' : 'waits for a person',
    });
    if (called) return 'called';
    if (delay === undefined) return 'closed';
    this.asked.next = { given: this.asked.lastGiven && withoutSurvey(this.asked.lastGiven) };
    return 'healing';
  }

  /** Tells the runs that wait for this organization. A run that has ended in the meantime does not matter. */
  async report(summary: OrganizationSummary): Promise<void> {
    if (this.asked.next !== null) return;
    const listeners = new Set(this.asked.listeners);
    this.asked.listeners.clear();
    if (summary.staysOpen && this.starter !== null) {
      listeners.add(this.starter);
      this.starter = null;
    }
    for (const workflowId of listeners) {
      try {
        await getExternalWorkflowHandle(workflowId).signal<[SettledSignal]>(SETTLED_SIGNAL, {
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
    setCurrentDetails(
      [...notUnderstood(this.refused), summary.details, linksOf(workflowInfo().namespace, this.input)].join('\n\n'),
    );
    if (workflowInfo().typedSearchAttributes.get(billingStatus) !== summary.status)
      upsertSearchAttributes([{ key: billingStatus, value: summary.status }]);
    const changed = changedInSearch(workflowInfo().typedSearchAttributes, summary.inSearch);
    if (changed.length > 0) upsertSearchAttributes(changed);
  }

  /** What was decided since the last turn, before nobody is there to record it. */
  keepDecisions(): Promise<void> {
    return this.asked.decided.keep((decisions) => this.record(recordingPatiently, decisions));
  }

  private record(by: typeof recording, decisions: DecisionTaken[]): Promise<void> {
    const { broker, month, organizationId } = this.input;
    return by(broker, 'Record who decided what').recordDecisions({ broker, month, organizationId, decisions });
  }

  /** How it stands when so many turns have come to their end, or when the next execution goes on. */
  async afterTurns(count: number): Promise<OrganizationSummary> {
    const until = this.turns + count;
    await condition(() => this.turns >= until || this.isCutShort());
    return this.summary;
  }
}
