import { setTimeout as sleep } from 'node:timers/promises';
import { Ambient } from '../http/ambient.js';
import { ApiError } from '../http/errors.js';
import { HOUR_MS, isLookDue, STOP_SHARE, turnByTenant, usedOf, WAITING, type Look, type Threshold, type Turn } from './quota.js';

/**
 * Everything that goes to Autotask passes here. Its limits are counted by the request: 10,000 an hour per tenant, shared with every other tool of the MSP,
 * and 3 in flight per endpoint (`docs/vendors/autotask.md` 3.3). Waiting here is the intended back-pressure.
 */
export interface GateClock {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: GateClock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => void (await sleep(milliseconds, undefined, signal ? { signal } : {})),
};

/** Pauses after refusals in a row: doubled from the first to the longest. */
const FIRST_PAUSE_MS = 10_000;
const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 120_000;
/** Anyone who waits looks around at least this often: what it waits for may have changed. */
const LONGEST_SLEEP_MS = 60_000;

const MINUTE_MS = 60_000;
const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS);

/** Calls by the minute, counted from the epoch. */
export type Usage = [minute: number, calls: number][];

/** The quota as the gate knows it now. */
export interface QuotaSeen {
  ours: { limit: number; used: number };
  /** Everybody's, as last seen, with what we have sent since; null where it was not asked for, or not given. */
  tenant: { limit: number; used: number } | null;
  /** Calls that may go out before ours wait. */
  left: number;
  /** Calls that wait. */
  waiting: number;
}

/** Calls of some work; they are also those of the work around it. */
interface Counter {
  calls: number;
  most: number;
  around: Counter | undefined;
}

export class Gate {
  /** When each call of the last hour was let through, oldest first. */
  private readonly passed: number[] = [];
  private readonly inFlight = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private readonly counter = new Ambient<Counter>();
  private pausedUntil = 0;
  private refusals = 0;
  private look: Look | null = null;
  private looking: Promise<void> | null = null;
  private held = { count: 0, why: '' };

  constructor(
    private readonly limits: { callsPerHour: number; threads: number },
    readonly clock: GateClock = realClock,
    /** Asks Autotask for the tenant's quota, past this gate; null: it cannot be told. */
    private readonly threshold: () => Promise<Threshold | null> = () => Promise.resolve(null),
  ) {}

  /** Runs one request on an endpoint when the limits let it. */
  async pass<T>(endpoint: string, signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
    await this.takeThread(endpoint);
    try {
      await this.takeCall(signal);
      return await request();
    } finally {
      this.giveThread(endpoint);
    }
  }

  /** Autotask refused a request because quota or threads had run out: nothing goes through for as long as it asked, or longer each time. */
  refused(askedMs: number | undefined): number {
    const pause = Math.min((askedMs ?? FIRST_PAUSE_MS) * 2 ** this.refusals, LONGEST_PAUSE_MS);
    const milliseconds = Math.max(pause, askedMs ?? 0, SHORTEST_PAUSE_MS);
    this.refusals = Math.min(this.refusals + 1, 8);
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + milliseconds);
    return milliseconds;
  }

  /** Autotask answered: it refuses no longer. */
  answered(): void {
    this.refusals = 0;
  }

  /** Why calls wait now, in words for an operator; null when none does. */
  status(): string | null {
    return this.held.count > 0 ? this.held.why : null;
  }

  /** Counts the calls that `work` makes, however many others run at the same time. One beyond `most` is refused here, before it is sent. */
  async count<T>(work: () => Promise<T>, most = Infinity): Promise<{ result: T; calls: number }> {
    const counted: Counter = { calls: 0, most, around: this.counter.get() };
    const result = await this.counter.run(counted, work);
    return { result, calls: counted.calls };
  }

  /** How much of the quota is used, and how much is left before calls wait. */
  quota(): QuotaSeen {
    const used = this.lastHour();
    const limit = this.limits.callsPerHour;
    const tenant = this.look && Number.isFinite(this.look.limit) ? { limit: this.look.limit, used: usedOf(this.look) } : null;
    const left = Math.min(limit - used, tenant === null ? Infinity : STOP_SHARE * tenant.limit - tenant.used);
    return { ours: { limit, used }, tenant, left: Math.max(0, Math.floor(left)), waiting: this.held.count };
  }

  /** Calls let through in the last hour by the minute, for the process that has the gate next. */
  usage(): Usage {
    this.forgetOld();
    const minutes = new Map<number, number>();
    for (const at of this.passed) minutes.set(minuteOf(at), (minutes.get(minuteOf(at)) ?? 0) + 1);
    return [...minutes];
  }

  /** Counts what another process sent before this one took over, as late as it may have been; and looks again at what the tenant has used. */
  inherit(usage: Usage): void {
    const own = new Map(this.usage());
    const latest = this.clock.now();
    for (const [minute, calls] of usage)
      for (let extra = calls - (own.get(minute) ?? 0); extra > 0; extra -= 1)
        this.passed.push(Math.min((minute + 1) * MINUTE_MS - 1, latest));
    this.passed.sort((left, right) => left - right);
    this.look = null;
  }

  /** Calls let through in the last hour. */
  lastHour(): number {
    this.forgetOld();
    return this.passed.length;
  }

  private async takeThread(endpoint: string): Promise<void> {
    const busy = this.inFlight.get(endpoint) ?? 0;
    if (busy < this.limits.threads) {
      this.inFlight.set(endpoint, busy + 1);
      return;
    }
    // The one that leaves hands its place over, so that nobody overtakes.
    await new Promise<void>((resolve) => {
      this.waiting.set(endpoint, [...(this.waiting.get(endpoint) ?? []), resolve]);
    });
  }

  private giveThread(endpoint: string): void {
    const [next, ...rest] = this.waiting.get(endpoint) ?? [];
    this.waiting.set(endpoint, rest);
    if (next) next();
    else this.inFlight.set(endpoint, (this.inFlight.get(endpoint) ?? 1) - 1);
  }

  private async takeCall(signal: AbortSignal | undefined): Promise<void> {
    const counted = this.counter.get();
    if (counted && counted.calls >= counted.most)
      throw new ApiError('rejected', `No more calls to Autotask: ${counted.most} were allowed for this.`);
    for (;;) {
      await this.lookWhenDue();
      const now = this.clock.now();
      const { at, why } = this.turn(now);
      if (at <= now) break;
      await this.hold(why ?? '', Math.min(at - now, LONGEST_SLEEP_MS), signal);
    }
    this.noteCall();
  }

  private noteCall(): void {
    for (let counted = this.counter.get(); counted !== undefined; counted = counted.around) counted.calls += 1;
    if (this.look) this.look.callsSince += 1;
    this.passed.push(this.clock.now());
  }

  /** When the next call may go: what asks for the longest wait decides. */
  private turn(now: number): Turn {
    this.forgetOld();
    const { callsPerHour } = this.limits;
    const byShare: Turn =
      this.passed.length < callsPerHour
        ? { at: now, why: null }
        : {
            at: this.passed[0]! + HOUR_MS,
            why: `${WAITING} the share of ${callsPerHour} calls an hour (AUTOTASK_CALLS_PER_HOUR) is used.`,
          };
    const byRefusal: Turn = {
      at: this.pausedUntil,
      why: `${WAITING} Autotask refused a request (429). It is retried automatically.`,
    };
    const byTenant = turnByTenant(this.look, this.passed.at(-1) ?? 0, now);
    return [byShare, byRefusal, byTenant].reduce((latest, turn) => (turn.at > latest.at ? turn : latest));
  }

  private async hold(why: string, milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    this.held = { count: this.held.count + 1, why };
    try {
      await this.clock.sleep(milliseconds, signal);
    } finally {
      this.held.count -= 1;
    }
  }

  /** One check at a time, no matter who needs it. While Autotask refuses requests it would be refused too. */
  private async lookWhenDue(): Promise<void> {
    this.forgetOld();
    const now = this.clock.now();
    if (this.looking === null && now >= this.pausedUntil && isLookDue(this.look, this.passed.length, now))
      this.looking = this.lookNow().finally(() => (this.looking = null));
    await this.looking;
  }

  private async lookNow(): Promise<void> {
    this.noteCall();
    const seen = await this.threshold();
    // Not told: the next check is due as after one that saw nothing.
    const { limit, used } = seen ?? { limit: Infinity, used: 0 };
    this.look = { limit, used, at: this.clock.now(), ours: this.passed.length, callsSince: 0 };
  }

  private forgetOld(): void {
    const since = this.clock.now() - HOUR_MS;
    let gone = 0;
    while (gone < this.passed.length && this.passed[gone]! <= since) gone += 1;
    if (gone > 0) this.passed.splice(0, gone);
  }
}
