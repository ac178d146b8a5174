import type { GivenReport, OrganizationBillingInput, ReportSignal } from '../shared/messages/messages.js';
import { Decided } from './decided.js';
import type { From } from './messages.js';

/** What is to be done next: with which report; null: with one that is read again. */
export interface Turn {
  given: GivenReport | null;
}

/** That the month is not to be billed. Two with the same words are two. */
export interface Skip {
  reason: string;
}

/** What runs and people asked of an organization, until it is done: at most one turn waits, with the newest report and the newest release. */
export class Asked {
  next: Turn | null;
  /**
   * Plans that operators released, each until a turn has come to its end with it: neither a report that comes in the same moment, nor an outage, nor the
   * release of another plan takes it back.
   */
  readonly released: string[] = [];
  lastGiven: GivenReport | null;
  /** Null: it is to be billed. */
  skipped: Skip | null;
  /** What the turn that is under way, or else the last one, has heard of that, and what the last one came to its end with. */
  private heard: Skip | null = null;
  private settled: Skip | null = null;
  /** What this execution was started in; null: the worker's own. How far a run may go that hands over a report stands in the report. */
  mode: OrganizationBillingInput['mode'];
  /** The way back that somebody released, until it is at its end. */
  undo: string | null;
  /** Runs that handed over a report, and wait to be told. */
  readonly listeners = new Set<string>();
  readonly decided = new Decided();

  constructor(input: OrganizationBillingInput) {
    this.lastGiven = input.given;
    this.mode = input.mode;
    this.next = input.waitsForCall === true ? null : { given: input.given };
    this.undo = input.undo ?? null;
    this.skipped = input.skipReason === undefined ? null : { reason: input.skipReason };
    this.released.push(...(input.released ?? []));
    for (const listener of input.listeners ?? []) this.listeners.add(listener);
  }

  hasNext(): boolean {
    return this.next !== null;
  }

  /** One that comes while a turn is under way is minded by that turn, unless it comes too late for it. */
  skip(reason: string, from: From, isRunning: boolean): Skip {
    this.decided.note('skip', from, { reason, digest: null });
    this.skipped = { reason };
    if (!isRunning) this.next ??= { given: this.lastGiven };
    return this.skipped;
  }

  /** For the turn that is under way: why it is not to bill, or null. */
  hearSkip(): string | null {
    this.heard = this.skipped;
    return this.skipped?.reason ?? null;
  }

  /** Whether a turn came to its end with a skip, or something took the skip's place. */
  isSettled(skip: Skip): boolean {
    return this.settled === skip || this.skipped !== skip;
  }

  /** A skip that came when the turn did not ask any more, while it read back, gets a turn of its own; so does a skip that was lifted then. */
  endTurn(): void {
    this.settled = this.heard;
    if (this.heard !== this.skipped) this.next ??= { given: this.lastGiven };
  }

  rerun(reason: string, from: From): void {
    this.decided.note('rerun', from, { reason, digest: null });
    this.skipped = null;
    this.undo = null;
    this.next = { given: null };
  }

  /** A rerun of what reads everything afresh already. */
  liftSkip(reason: string, from: From): void {
    this.skipped = null;
    this.decided.note('rerun', from, { reason, digest: null });
  }

  approve(digest: string, from: From): void {
    this.decided.note('approve', from, { reason: null, digest });
    if (!this.released.includes(digest)) this.released.push(digest);
    this.next ??= { given: this.lastGiven };
  }

  takeBack(digest: string, from: From): void {
    this.decided.note('undo', from, { reason: null, digest });
    this.undo = digest;
    this.next ??= { given: this.lastGiven };
  }

  report({ given, parentId }: ReportSignal): void {
    this.listeners.add(parentId);
    this.mode = null;
    this.next = { given };
  }

  /** Another plan that was released in the meantime gets its own turn, as long as something waits. */
  endRelease(staysOpen: boolean): void {
    this.released.shift();
    if (this.released.length > 0 && staysOpen) this.next ??= { given: this.lastGiven };
  }

  /** What the next execution has to know of it. */
  handOn(): Pick<OrganizationBillingInput, 'mode' | 'given' | 'listeners' | 'skipReason' | 'released' | 'undo'> {
    const { given } = this.next ?? { given: this.lastGiven && withoutSurvey(this.lastGiven) };
    return {
      mode: this.mode,
      given,
      listeners: [...this.listeners],
      ...(this.skipped === null ? {} : { skipReason: this.skipped.reason }),
      ...(this.released.length === 0 ? {} : { released: this.released }),
      ...(this.undo === null ? {} : { undo: this.undo }),
    };
  }
}

/** What was released is compared with Autotask as it is, and what failed is looked for there: a survey may be some minutes old. */
export const withoutSurvey = (given: GivenReport): GivenReport => ({ ...given, survey: null, surveyedAt: null });
