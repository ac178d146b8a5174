import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from './evidence.js';

/**
 * Being the only one: of all processes that share a store, one holds a name, as a lease that it renews. It ends by the store's clock, so that one which was
 * killed, frozen or cut off is replaced within seconds; and earlier by the holder's own, so that there are never two.
 */
export interface Lease {
  name: string;
  /** Of this holding alone. A store that is restored from a backup cannot bring it back. */
  id: string;
  /** Higher with every holder. */
  fence: number;
}

export interface Hold {
  lease: Lease;
  /** What the holder before left: see `HoldOptions.note`. */
  left: unknown;
  /** Whether nobody else can hold the name now. Asked before everything that only one may do. */
  isHeld(): boolean;
  /** When it is lost; never when it is given back. */
  lost: Promise<void>;
  release(): Promise<void>;
}

export interface HoldOptions {
  /** Ends the waiting. */
  signal: AbortSignal;
  /** Called once, when another process holds the name. */
  onWait: () => void;
  /** Called when the name cannot be had for another reason, once for each in a row. */
  onTrouble?: (why: string) => void;
  /** Kept with the lease at every renewal, for its next holder. */
  note?: () => unknown;
}

/** How often one that waits checks whether the name is free. */
export const LOOK_EVERY_MS = 1_000;
/** So long after the last renewal a lease ends. */
export const LEASE_MS = 10_000;
const RENEW_EVERY_MS = 2_000;
/** So much earlier its holder stops counting on it. */
const MARGIN_MS = 1_000;
/** A process whose clock is further from the store's than this does not take a lease: days, ages and schedules go by clocks. */
export const CLOCK_OFF_MS = 5_000;

/** A lease as a store keeps it. Each call is one step that happens wholly or not at all. */
export interface LeaseStore {
  now(): Promise<Date>;
  /** Takes the name where nobody holds it; null where somebody does. `nonce` proves at the next renewal that the store was not set back meanwhile. */
  take(name: string, id: string, nonce: string): Promise<{ fence: number; left: unknown } | null>;
  /** Renews each by itself, and answers in the same order. */
  renew(renewals: Renewal[]): Promise<Renewed[]>;
  giveBack(lease: Lease): Promise<void>;
}

export interface Renewal {
  lease: Lease;
  /** What the store may have of this holder: the answer to a renewal may be lost after it was done. */
  nonces: string[];
  /** What it has after this renewal. */
  nonce: string;
  note: unknown;
}

/**
 * `lost`: the lease is not this holder's any more, has ended, or carries none of the `nonces`. `busy`: somebody else, such as a claim, works on it now,
 * and it is as it was.
 */
export type Renewed = 'renewed' | 'lost' | 'busy';

/** Waits for the name and holds it; `pulse` renews it from then on. */
export async function holdLease(pulse: Pulse, name: string, options: HoldOptions): Promise<Hold> {
  const { leases } = pulse;
  const { signal, onWait, onTrouble = () => undefined } = options;
  const once = onceInARow(onTrouble);
  for (let isFirst = true; ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
    signal.throwIfAborted();
    try {
      const off = await pulse.clockOff();
      if (off !== null) {
        once(off);
        continue;
      }
      const id = randomUUID();
      const nonce = randomUUID();
      const clocks = readClocks();
      const taken = await leases.take(name, id, nonce);
      if (taken !== null)
        return new HeldLease(
          pulse,
          { name, id, fence: taken.fence },
          { left: taken.left, nonce, asked: clocks, note: options.note },
        );
      once(null);
      if (isFirst) onWait();
      isFirst = false;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      once(error.message);
    }
  }
}

const onceInARow = (report: (why: string) => void): ((why: string | null) => void) => {
  let last: string | null = null;
  return (why) => {
    if (why !== null && why !== last) report(why);
    last = why;
  };
};

/** A note may be a kilobyte or two. */
const RENEWED_AT_ONCE = 200;
/** A lease that is busy is asked for so often again, so many milliseconds later: a claim takes a few of them. */
const BUSY_TRIES = 10;
const BUSY_AGAIN_MS = 100;

/**
 * Renews the leases that a process holds in one store, at each beat all of them at once: one by one, a hundred of them queue up for longer than a lease lasts.
 * Each holder hears for itself how its own stands.
 */
export class Pulse {
  private readonly held = new Set<HeldLease>();
  private timer: NodeJS.Timeout | null = null;
  private isBeating = false;
  private clock: { asked: Clocks; off: Promise<string | null> } | null = null;

  constructor(readonly leases: LeaseStore) {}

  /** How far this machine's clock is off the store's, in words; null when it is near enough. Asked once for all that look within half a second. */
  clockOff(): Promise<string | null> {
    if (this.clock === null || passedSince(this.clock.asked) > LOOK_EVERY_MS / 2)
      this.clock = { asked: readClocks(), off: clockOff(this.leases) };
    return this.clock.off;
  }

  add(lease: HeldLease): void {
    this.held.add(lease);
    this.timer ??= setInterval(() => void this.beat(), RENEW_EVERY_MS).unref();
  }

  drop(lease: HeldLease): void {
    this.held.delete(lease);
    if (this.held.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  }

  private async beat(): Promise<void> {
    if (this.isBeating) return;
    this.isBeating = true;
    const offers = [...this.held].flatMap((lease) => offerOf(lease));
    while (offers.length > 0) await this.renewAll(offers.splice(0, RENEWED_AT_ONCE));
    this.isBeating = false;
  }

  private async renewAll(offers: Offer[]): Promise<void> {
    try {
      let left = await this.renew(offers);
      for (let tries = 1; tries < BUSY_TRIES && left.length > 0; tries += 1) {
        await sleep(BUSY_AGAIN_MS, undefined, { ref: false });
        left = await this.renew(left);
      }
    } catch {
      // The store is away. Each continues until its time is over.
    }
  }

  /** Answers those that were busy. */
  private async renew(offers: Offer[]): Promise<Offer[]> {
    const clocks = readClocks();
    const answers = await this.leases.renew(offers.map(({ renewal }) => renewal));
    return offers.filter(({ lease, renewal }, index) => {
      const answer = answers[index]!;
      if (answer === 'renewed') lease.extend(renewal, clocks);
      if (answer === 'lost') lease.lose();
      return answer === 'busy';
    });
  }
}

interface Offer {
  lease: HeldLease;
  renewal: Renewal;
}

/** One that cannot say what to renew, because its note fails, keeps no other from it. */
function offerOf(lease: HeldLease): Offer[] {
  try {
    return lease.isHeld() ? [{ lease, renewal: lease.renewal() }] : [];
  } catch {
    return [];
  }
}

/** How far this machine's clock is off the store's, in words; null when it is near enough. */
async function clockOff(leases: Pick<LeaseStore, 'now'>): Promise<string | null> {
  const before = Date.now();
  const store = (await leases.now()).getTime();
  const after = Date.now();
  const off = Math.round((before + after) / 2 - store);
  if (Math.abs(off) - (after - before) / 2 <= CLOCK_OFF_MS) return null;
  const seconds = Math.round(Math.abs(off) / 1000);
  return `this machine's clock is ${seconds} seconds ${off > 0 ? 'ahead of' : 'behind'} the evidence store's; nothing is sent to Autotask before both agree. Set it by NTP (timedatectl set-ntp true)`;
}

/** Both of a process's clocks: one stands still while a machine sleeps, the other may be set. The one that says more time has passed is believed. */
interface Clocks {
  wall: number;
  steady: number;
}

const readClocks = (): Clocks => ({ wall: Date.now(), steady: performance.now() });
const passedSince = (then: Clocks): number => Math.max(Date.now() - then.wall, performance.now() - then.steady);

interface TakenLease {
  left: unknown;
  nonce: string;
  /** Right before it was asked for. */
  asked: Clocks;
  note?: (() => unknown) | undefined;
}

class HeldLease implements Hold {
  readonly left: unknown;
  readonly lost: Promise<void>;
  private reportLost!: () => void;
  private isOver = false;
  private nonces: string[];
  /** Right before the last renewal that came to something was asked for. */
  private renewed: Clocks;
  private readonly note: () => unknown;

  constructor(
    private readonly pulse: Pulse,
    readonly lease: Lease,
    { left, nonce, asked, note = () => null }: TakenLease,
  ) {
    this.left = left;
    this.nonces = [nonce];
    this.renewed = asked;
    this.note = note;
    this.lost = new Promise((resolve) => (this.reportLost = resolve));
    pulse.add(this);
  }

  isHeld(): boolean {
    if (passedSince(this.renewed) > LEASE_MS - MARGIN_MS) this.lose();
    return !this.isOver;
  }

  async release(): Promise<void> {
    this.end();
    await this.pulse.leases.giveBack(this.lease).catch(() => undefined); // it ends anyway, and what was lost cannot be given back
  }

  /** What to ask the store for at the next beat. */
  renewal(): Renewal {
    const note = this.note();
    const nonce = randomUUID();
    this.nonces.push(nonce);
    return { lease: this.lease, nonces: this.nonces, nonce, note };
  }

  /** The store has renewed it; `asked`: right before it was asked to. */
  extend({ nonce }: Renewal, asked: Clocks): void {
    this.nonces = [nonce];
    this.renewed = asked;
  }

  lose(): void {
    if (this.isOver) return;
    this.end();
    this.reportLost();
  }

  private end(): void {
    this.isOver = true;
    this.pulse.drop(this);
  }
}
