import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { md } from '../shared/billing/markdown.js';
import { NO_WRITES } from '../shared/billing/results.js';
import { countWrites } from '../shared/billing/tally.js';
import {
  APPROVE_SIGNAL,
  APPROVE_UPDATE,
  REFUSED_MEMO,
  REPORT_SIGNAL,
  RERUN_SIGNAL,
  RERUN_UPDATE,
  SETTLED_SIGNAL,
  SKIP_SIGNAL,
  SKIP_UPDATE,
  UNDO_UPDATE,
} from '../shared/contract.js';
import type {
  DoneSoFar,
  GivenReport,
  OrganizationBillingInput,
  OrganizationSummary,
  ReportSignal,
  SettledSignal,
} from '../shared/contract.js';
import type { DecisionTaken } from '../shared/contract/decisions.js';
import { carryOut, continueOn, planning, reading, recording, recordingPatiently } from './activities.js';
import { billingStatus } from './attributes.js';
import { billOrganization } from './organization.js';
import type { Control, Failure, OrganizationActivities, OrganizationRequest } from './organization-run.js';
import { undoOrganization } from './way-back.js';
import { blankSummary } from './blank.js';
import { Decided } from './decided.js';
import { linksOf } from './links.js';
import { approve, approveNow, newReport, rerun, rerunNow, skip, skipNow, status, undoNow } from './definitions.js';
import { failureOf } from './failures.js';
import {
  checkBroker,
  checkOrganization,
  demanded,
  readDigest,
  readFrom,
  readReason,
  readReport,
  refusedUpdate,
  type From,
  type Read,
} from './messages.js';

/** Waits before an organization that something transient stopped is tried again by itself; the last is repeated no further. */
const HEAL_AFTER = ['6 minutes', '30 minutes', '2 hours', '6 hours'] as const;
/** A message that comes with the start is there at once; one that was refused never comes. */
const CALLED_WITHIN = '1 minute';
/** An organization that waits stays open at least this long, also when its month was over long ago. */
const OPEN_AT_LEAST_MS = 14 * 86_400_000;

/** Less than half of what Temporal ends a workflow at: 51,200 events, 50 MB. */
const HISTORY_EVENTS = 20_000;
const HISTORY_BYTES = 20_000_000;

/** What is to be done next: with which report; null: with one that is read again. */
interface Turn {
  given: GivenReport | null;
}

/**
 * One organization's month. Ends when it is billed, or has nothing to bill; waits for a person otherwise, open and visible, until a signal, the next
 * day's report, or time fixes the cause.
 */
export async function organizationBilling(given: OrganizationBillingInput): Promise<OrganizationSummary> {
  const input = checkOrganization(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const desk = new Desk(input);
  let summary: OrganizationSummary;
  let heals = 0;
  if (!(await desk.isCalled())) return brief(desk.shown);
  for (;;) {
    summary = await desk.takeTurn();
    if (desk.isCutShort()) await desk.goOnAnew();
    await desk.tell(summary);
    if (desk.hasNext()) continue;
    if (!summary.staysOpen) {
      // Whoever asks for something in this moment still gets it.
      await condition(() => allHandlersFinished() || desk.hasNext());
      if (desk.hasNext()) continue;
      await desk.keepDecisions();
      if (desk.hasNext()) continue;
      break;
    }
    const delay = summary.mayHeal ? HEAL_AFTER[heals] : undefined;
    const called = await desk.waitForCall(delay, summary);
    if (called === 'closed') {
      await desk.keepDecisions();
      break;
    }
    if (desk.isOfAnOlderVersion()) await desk.goOnAnew();
    if (called === 'healing') heals += 1;
  }
  return brief(summary);
}

/**
 * An organization ends on the version of the program on which it began; one that waits for a person begins again on the current one when it is called. Servers
 * take no such wish from a worker that has no version.
 */
setWorkflowOptions(
  () => ((workflowInfo().currentDeploymentVersion?.deploymentName ?? '') === '' ? {} : { versioningBehavior: 'PINNED' }),
  organizationBilling,
);

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
  /** What this execution was started in; null: the worker's own. How far a run may go that hands over a report stands in the report. */
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
  /** Turns that have come to their end: whoever waits for what comes of a message counts them. */
  private turns = 0;
  /** Whether evidence that the turn was given is missing: a store that was restored, or begun again. */
  private isForgotten = false;
  private readonly decided = new Decided();
  /** The last message that was not understood, in words; null when the last one was. */
  private refused: string | null = null;
  /** The way back that somebody released, until it is at its end. */
  private undo: string | null;
  private isTaking = false;

  constructor(private readonly input: OrganizationBillingInput) {
    this.lastGiven = input.given;
    this.mode = input.mode;
    this.next = input.waitsForCall === true ? null : { given: input.given };
    this.undo = input.undo ?? null;
    this.summary = blankSummary(input, 'Running', null);
    this.starter = input.parentId;
    this.before = input.before;
    this.skipReason = input.skipReason ?? null;
    this.released.push(...(input.released ?? []));
    for (const listener of input.listeners ?? []) this.listeners.add(listener);
    setHandler(status, () => this.summary.result, {
      description: 'Where this organization stands: amounts, items, what is held and why',
    });
    setHandler(newReport, (raw) => this.hear(REPORT_SIGNAL, readReport(raw), (signal) => this.onReport(signal)), {
      description: 'Used by the daily run: hands over a new report',
    });
    this.listenToPeople();
  }

  /** Signals and updates that people send. The same by both: an update is refused where it was typed, and answers what came of it. */
  private listenToPeople(): void {
    const reasonOf = 'Argument: the reason, as one text';
    setHandler(skip, (raw, from) => this.hear(SKIP_SIGNAL, readReason(raw), (reason) => this.onSkip(reason, readFrom(from))), {
      description: `Do not bill this organization this month. ${reasonOf}`,
    });
    setHandler(rerun, (raw, from) => this.hear(RERUN_SIGNAL, readReason(raw), (reason) => this.onRerun(reason, readFrom(from))), {
      description: `Plan it again now, with a fresh report; lifts a skip. ${reasonOf}`,
    });
    setHandler(
      approve,
      (raw, from) => this.hear(APPROVE_SIGNAL, readDigest(raw), (digest) => this.onApprove(digest, readFrom(from))),
      {
        description: "Release the plan that waits, exactly as shown. Argument: the plan's digest, as one text",
      },
    );
    setHandler(skipNow, (raw, from) => this.skipAndTell(demanded(SKIP_UPDATE, readReason(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(SKIP_UPDATE, readReason(raw)),
      description: `Do not bill this organization this month, and answer what came of it. ${reasonOf}`,
    });
    setHandler(rerunNow, (raw, from) => this.rerunAndTell(demanded(RERUN_UPDATE, readReason(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(RERUN_UPDATE, readReason(raw)),
      description: `Plan it again now, and answer what came of it. ${reasonOf}`,
    });
    setHandler(approveNow, (raw, from) => this.approveAndTell(demanded(APPROVE_UPDATE, readDigest(raw)), readFrom(from)), {
      validator: (raw, _from) => this.demandWaiting(demanded(APPROVE_UPDATE, readDigest(raw))),
      description:
        "Release the plan that waits, exactly as shown, and answer what came of it. Argument: the plan's digest, as one text",
    });
    setHandler(undoNow, (raw, from) => this.undoAndTell(demanded(UNDO_UPDATE, readDigest(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(UNDO_UPDATE, readDigest(raw)),
      description:
        'Take the billed month back, exactly as `billing undo` shows it, and answer what came of it. Argument: the digest shown there, as one text',
    });
  }

  hasNext(): boolean {
    return this.next !== null;
  }

  /** Whether there is anything to do. One that was started for a message waits for it, but not for one that was refused. */
  isCalled(): Promise<boolean> | true {
    return this.hasNext() || condition(() => this.hasNext(), CALLED_WITHIN);
  }

  get shown(): OrganizationSummary {
    return this.summary;
  }

  /** Bills once with what the last call asked for. */
  async takeTurn(): Promise<OrganizationSummary> {
    const turn = this.next ?? { given: this.lastGiven };
    const { undo } = this;
    const [released = null] = undo === null ? this.released : [];
    const before = this.summary;
    this.next = null;
    this.isTaking = true;
    this.isForgotten = false;
    this.show({ ...this.summary, status: 'Running', result: { ...this.summary.result, status: 'Running' } });
    try {
      // Nothing is done on somebody's word before it is on record.
      await this.decided.keep((decisions) => this.record(recording, decisions));
      // What is released is compared with the report as it is now: one that moved makes the new plan wait.
      this.lastGiven = turn.given ?? this.lastGiven;
      const given = turn.given === null || released !== null ? await this.takeReport() : turn.given;
      this.lastGiven = given;
      // One that came with the start of this execution is taken in only after it has begun.
      await this.decided.keep((decisions) => this.record(recording, decisions));
      const settled = undo === null ? await this.bill(given, released) : await this.goBack(given, undo, before);
      if (!this.isCutShort()) this.show(settled);
      if (released !== null && !this.summary.mayHeal) this.endRelease();
    } catch (error) {
      const { message } = this.failureOf(error);
      log.warn('organization could not be settled', { message });
      this.show(blankSummary(this.input, 'NeedsAttention', message, this.summary));
    }
    this.turns += 1;
    this.isTaking = false;
    // What is read again replaces what is missing; where that was missing too, a person has to look.
    if (this.isForgotten && turn.given !== null) this.next ??= { given: null };
    return this.summary;
  }

  private failureOf(error: unknown): Failure {
    const failure = failureOf(error);
    if (failure.isForgotten === true) this.isForgotten = true;
    return failure;
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

  /** Whether the program has a newer version than this execution's. Whoever waits for an answer gets it from this one first. */
  isOfAnOlderVersion(): boolean {
    return workflowInfo().targetWorkerDeploymentVersionChanged && allHandlersFinished();
  }

  /** The next execution plans what is left, and comes to the same: a plan is a difference. */
  async goOnAnew(): Promise<never> {
    await condition(allHandlersFinished);
    await this.keepDecisions();
    const { given } = this.next ?? { given: this.lastGiven && withoutSurvey(this.lastGiven) };
    return continueOn<typeof organizationBilling>(this.input.broker)({
      ...this.input,
      mode: this.mode,
      given,
      parentId: this.starter,
      ...(this.cutAt === null ? {} : { before: this.cutAt }),
      listeners: [...this.listeners],
      ...(this.skipReason === null ? {} : { skipReason: this.skipReason }),
      ...(this.released.length === 0 ? {} : { released: this.released }),
      ...(this.undo === null ? {} : { undo: this.undo }),
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
    if (isOver && !this.isCutShort() && this.undo === digest) this.undo = null;
    if ('summary' in came) return came.summary;
    const { mayHeal, refused: message } = came;
    const status = mayHeal ? 'NeedsAttention' : before.status === 'Running' ? 'Unchanged' : before.status;
    const staysOpen = mayHeal || (before.status !== 'Running' && before.staysOpen);
    return { ...before, status, staysOpen, mayHeal, message, result: { ...before.result, status } };
  }

  private control(): Control {
    return {
      skipReason: () => this.skipReason,
      failureOf: (error) => this.failureOf(error),
      hasRoom: (done) => this.hasRoom(done),
    };
  }

  private activities(): OrganizationActivities {
    const { broker, month, organizationId } = this.input;
    const name = `${this.summary.result.organizationName || organizationId} ${month}`;
    return {
      planOrganization: (asked) =>
        planning(broker, `${asked.undo === undefined ? 'Plan' : 'Plan the way back of'} ${name}`).planOrganization(asked),
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
      mode: this.mode,
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
    const { mode } = this;
    const asOf = this.lastGiven?.asOf ?? this.input.asOf;
    const { report } = await reading(broker, `Cloudmore's report of ${month}`).takeReport({
      broker,
      month,
      asOf,
      mode,
      ...(this.lastGiven === null ? {} : { instead: this.lastGiven.report }),
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
    const refused = this.refused === null ? [] : [md`**Not understood:** ${this.refused}`.text];
    setCurrentDetails([...refused, summary.details, linksOf(workflowInfo().namespace, this.input)].join('\n\n'));
    if (workflowInfo().typedSearchAttributes.get(billingStatus) !== summary.status)
      upsertSearchAttributes([{ key: billingStatus, value: summary.status }]);
  }

  /** Takes in a message, or shows why it is none: on the page, in the log, and for `billing status`. A message never stops the workflow. */
  private hear<T>(name: string, read: Read<T>, take: (value: T) => void): void {
    if ('value' in read) {
      take(read.value);
      if (this.refused === null) return;
      this.refused = null;
      upsertMemo({ [REFUSED_MEMO]: null });
    } else {
      this.refused = `The signal ${name} ${read.problem}. Nothing was changed.`;
      log.warn('a signal was not understood', { signal: name, problem: read.problem });
      upsertMemo({ [REFUSED_MEMO]: this.refused });
    }
    this.show(this.summary);
  }

  private async skipAndTell(reason: string, from: From): Promise<string> {
    this.onSkip(reason, from);
    const { status: state } = await this.afterTurns(1);
    return state === 'Skipped' ? this.answer() : `The skip changed nothing. ${this.answer()}`;
  }

  private async rerunAndTell(reason: string, from: From): Promise<string> {
    // One that was started by the same call reads everything afresh already.
    const isFresh = this.turns === 0 && this.input.given === null;
    const turns = this.isInTurn() && !isFresh ? 2 : 1;
    if (isFresh) {
      this.skipReason = null;
      this.decided.note('rerun', from, { reason, digest: null });
    } else this.onRerun(reason, from);
    await this.afterTurns(turns);
    return this.answer();
  }

  private async approveAndTell(digest: string, from: From): Promise<string> {
    const turns = this.isInTurn() ? 2 : 1;
    this.onApprove(digest, from);
    await this.afterTurns(turns);
    return this.answer();
  }

  /** What was decided since the last turn, before nobody is there to record it. */
  keepDecisions(): Promise<void> {
    return this.decided.keep((decisions) => this.record(recordingPatiently, decisions));
  }

  private record(by: typeof recording, decisions: DecisionTaken[]): Promise<void> {
    const { broker, month, organizationId } = this.input;
    return by(broker, 'Record who decided what').recordDecisions({ broker, month, organizationId, decisions });
  }

  private async undoAndTell(digest: string, from: From): Promise<string> {
    const turns = this.isInTurn() ? 2 : 1;
    this.decided.note('undo', from, { reason: null, digest });
    this.undo = digest;
    this.next ??= { given: this.lastGiven };
    await this.afterTurns(turns);
    return this.answer();
  }

  private isInTurn(): boolean {
    return this.isTaking;
  }

  /** How it stands when so many turns have come to their end, or when the next execution goes on. */
  private async afterTurns(count: number): Promise<OrganizationSummary> {
    const until = this.turns + count;
    await condition(() => this.turns >= until || this.isCutShort());
    return this.summary;
  }

  private answer(): string {
    const { status: state, message, result } = this.summary;
    if (this.isCutShort()) return 'It goes on in the next execution of this workflow; its plan was too large for one.';
    return `${result.organizationName || result.organizationId}: ${state}.${message === null ? '' : ` ${message}`}`;
  }

  /** Refuses a release of what does not wait. */
  private demandWaiting(digest: string): void {
    const { status: state, result } = this.summary;
    if (state === 'Running') return;
    if (result.planDigest !== null && result.planDigest.toLowerCase() === digest) return;
    throw refusedUpdate(
      `is not the plan that waits. ${result.planDigest === null ? `None does: the organization is ${state}` : `That is ${result.planDigest}`}`,
      APPROVE_UPDATE,
    );
  }

  private onSkip(reason: string, from: From): void {
    this.decided.note('skip', from, { reason, digest: null });
    this.skipReason = reason;
    if (this.summary.status !== 'Running') this.next ??= { given: this.lastGiven };
  }

  private onRerun(reason: string, from: From): void {
    this.decided.note('rerun', from, { reason, digest: null });
    this.skipReason = null;
    this.undo = null;
    this.next = { given: null };
  }

  private onApprove(digest: string, from: From): void {
    this.decided.note('approve', from, { reason: null, digest });
    if (!this.released.includes(digest)) this.released.push(digest);
    this.next ??= { given: this.lastGiven };
  }

  private onReport({ given, parentId }: ReportSignal): void {
    this.listeners.add(parentId);
    this.mode = null;
    this.next = { given };
  }
}

/** What was released is compared with Autotask as it is, and what failed is looked for there: a survey may be some minutes old. */
const withoutSurvey = (given: GivenReport): GivenReport => ({ ...given, survey: null, surveyedAt: null });
