import type { Plan, PostAdjustmentStep, Step } from '../billing/plan-types.js';
import { fold } from '../billing/basics/text.js';
import { HOUR_MS, LOOK_EVERY_CALLS, turnByTenant, type Threshold } from './quota.js';
import { callsOf, changes } from '../billing/basics/step-kinds.js';

/** What carrying out plans costs in calls to Autotask, the scarce resource, and how long they take. Shown to people beforehand; nothing is decided by it. */
export interface Effort {
  /** Calls to Autotask, the reads of the run included. */
  calls: number;
  minutes: number;
}

/** An organization's own reads: its company; its contracts by company, by field and by number. */
const OWN_SEARCHES = 4;

export interface EffortLimits {
  /** Our share, and requests in flight per endpoint. */
  callsPerHour: number;
  threads: number;
  /** What the tenant's quota looks like now; null when nobody has looked. */
  tenant?: Threshold | null;
  /** How long a survey is planned from; organizations that come later are read on their own. */
  surveyMaxAgeMs?: number;
  /** How long a call takes, for tests that have no time. */
  secondsPerCall?: number;
}

/** Seconds of a call as a busy tenant answers (`docs/vendors/autotask.md` 3.3). */
const SECONDS_PER_CALL = 0.5;
/** Share of the quota that others may use in the long run. */
const OTHERS_AT_MOST = 0.8;
const PAGE = 500;
const pages = (records: number): number => Math.ceil(records / PAGE);

/** The effort of some plans. `readingCalls`: what reading the month takes or took. */
export function effortOf(plans: Plan[], readingCalls: number, limits: EffortLimits): Effort {
  const forecast = new Forecast(readingCalls, limits);
  for (const plan of plans) forecast.add(plan);
  return forecast.effort();
}

/** Plans one after the other, as a run takes them: what the first ones make, later ones need not. */
export class Forecast {
  private readonly pace: Pace;
  private readonly made = new Set<string>();
  private sharedReadAt: number;
  /** The last check: it has room for so many rows of the next organizations. */
  private look = { at: -Infinity, room: 0 };

  constructor(
    readingCalls: number,
    private readonly limits: EffortLimits,
  ) {
    this.pace = new Pace(limits);
    this.pace.send(readingCalls);
    this.sharedReadAt = this.pace.now;
  }

  add(plan: Plan): void {
    if (plan.steps.length === 0) return;
    this.pace.send(this.ownReads(plan));
    const fresh = plan.steps.filter((step) => this.isFresh(step));
    this.pace.send(fresh.reduce((calls, step) => calls + callsOf(step), 0));
    this.pace.send(this.looksAt(fresh.filter((step) => step.kind === 'postAdjustment' && isLookedAt(step)).length));
    this.pace.send(readBackCalls(plan, fresh));
  }

  effort(): Effort {
    return { calls: this.pace.calls, minutes: Math.ceil(this.pace.now / 60_000) };
  }

  /** A service or product that several organizations need is made, or brought up to date, for the first of them. */
  private isFresh(step: Step): boolean {
    if (step.kind !== 'ensureService' && step.kind !== 'ensureProduct') return true;
    const key = step.kind === 'ensureService' ? `service ${fold(step.serviceKey)}` : `product ${fold(step.productKey)}`;
    return this.made.size !== this.made.add(key).size;
  }

  private looksAt(rows: number): number {
    const { now } = this.pace;
    const room = now - this.look.at <= LOOK_COUNTS_MS ? this.look.room : 0;
    const looks = Math.max(0, Math.ceil((rows - room) / ROWS_A_LOOK));
    this.look = { at: looks > 0 ? now : this.look.at, room: room + looks * ROWS_A_LOOK - rows };
    return looks;
  }

  /** An organization whose turn comes when the survey is too old: company, contracts, and their rows and charges; now and then the catalogue. */
  private ownReads({ items }: Plan): number {
    const { surveyMaxAgeMs = Infinity } = this.limits;
    const { now } = this.pace;
    if (now <= surveyMaxAgeMs) return 0;
    const isCatalogueOld = now - this.sharedReadAt > surveyMaxAgeMs;
    if (isCatalogueOld) this.sharedReadAt = now;
    const contracts = new Set(items.flatMap(({ contractId }) => contractId ?? [])).size;
    return OWN_SEARCHES + 2 * pages(contracts) + (isCatalogueOld ? 2 : 0);
  }
}

/**
 * Whether the row is looked at once more before it is adjusted: one that was there when it was planned. What follows the month's own adjustment starts from
 * a row that the run itself has written, which may show late (`docs/vendors/autotask.md` 12, no. 19).
 */
export const isLookedAt = ({ before, contractServiceId, purpose }: PostAdjustmentStep): boolean =>
  before !== null && contractServiceId !== null && purpose !== 'one-off' && purpose !== 'gap';

/** Rows of one check: with those of other services on their contracts they fill no more than a page. */
export const ROWS_A_LOOK = 100;

/** How long a check counts, from its answer on. What a person changes after it is noticed at the read-back. */
export const LOOK_COUNTS_MS = 15_000;

/** One query per kind of record that the plan writes, more where an organization has more contracts than a query takes. */
function readBackCalls({ steps }: Plan, fresh: Step[]): number {
  const queries = (isMeant: (step: Step) => boolean): number =>
    pages(new Set(steps.flatMap((step) => ('contractKey' in step && isMeant(step) ? [fold(step.contractKey)] : []))).size);
  const made = (['services', 'products'] as const).filter((kind) => fresh.some((step) => changes(step, kind)));
  return (
    queries((step) => changes(step, 'contracts')) +
    queries((step) => changes(step, 'rows')) +
    queries((step) => changes(step, 'charges')) +
    queries((step) => step.kind === 'postAdjustment' && step.invoiceDescription !== null) +
    made.length
  );
}

/** Time as the gate lets it pass, call by call: our share an hour, the tenant's use by others as it is now, and how long a call takes. */
class Pace {
  calls = 0;
  now = 0;
  private readonly sent: number[] = [];
  private oldest = 0;
  private readonly msPerCall: number;

  constructor(private readonly limits: EffortLimits) {
    const { threads, secondsPerCall = SECONDS_PER_CALL } = limits;
    this.msPerCall = (secondsPerCall * 1000) / threads;
  }

  send(calls: number): void {
    for (let call = 0; call < calls; call += 1) {
      this.sendOne();
      if (this.calls % LOOK_EVERY_CALLS === 0) this.sendOne();
    }
  }

  private sendOne(): void {
    this.forgetOld();
    const { callsPerHour, tenant = null } = this.limits;
    if (this.sent.length - this.oldest >= callsPerHour) this.wait(this.sent[this.oldest]! + HOUR_MS);
    if (tenant) this.waitForOthers(tenant);
    this.sent.push(this.now);
    this.calls += 1;
    this.now += this.msPerCall;
  }

  /** Assumes that others continue at their present rate, but do not use up everything for ever. */
  private waitForOthers({ limit, used }: Threshold): void {
    for (;;) {
      const ours = this.sent.length - this.oldest;
      const look = { limit, used: Math.min(used, OTHERS_AT_MOST * limit), at: this.now, ours: 0, callsSince: ours };
      const { at } = turnByTenant(look, this.sent.at(-1) ?? 0, this.now);
      if (at <= this.now) return;
      this.wait(at);
    }
  }

  private wait(until: number): void {
    this.now = Math.max(this.now, until);
    this.forgetOld();
  }

  private forgetOld(): void {
    while (this.oldest < this.sent.length && this.sent[this.oldest]! <= this.now - HOUR_MS) this.oldest += 1;
  }
}
