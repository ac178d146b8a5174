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
  /** Told once, when another process holds the name. */
  onWait: () => void;
  /** Told when the name cannot be had for another reason, once for each in a row. */
  onTrouble?: (why: string) => void;
  /** Kept with the lease at every renewal, for its next holder. */
  note?: () => unknown;
}

/** How often one that waits looks whether the name is free. */
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
  /** False where it is not this holder's any more, has ended, or carries none of the `nonces`. */
  renew(lease: Lease, nonces: string[], nonce: string, note: unknown): Promise<boolean>;
  giveBack(lease: Lease): Promise<void>;
}

/** Waits for the name and holds it. */
export async function holdLease(leases: LeaseStore, name: string, options: HoldOptions): Promise<Hold> {
  const { signal, onWait, onTrouble = () => undefined } = options;
  const once = onceInARow(onTrouble);
  for (let isFirst = true; ; await sleep(LOOK_EVERY_MS, undefined, { signal })) {
    signal.throwIfAborted();
    try {
      const off = await clockOff(leases);
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
          leases,
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
  private isRenewing = false;
  private nonces: string[];
  /** Right before the last renewal that came to something was asked for. */
  private renewed: Clocks;
  private readonly note: () => unknown;
  private readonly pulse: NodeJS.Timeout;

  constructor(
    private readonly leases: LeaseStore,
    readonly lease: Lease,
    { left, nonce, asked, note = () => null }: TakenLease,
  ) {
    this.left = left;
    this.nonces = [nonce];
    this.renewed = asked;
    this.note = note;
    this.lost = new Promise((resolve) => (this.reportLost = resolve));
    this.pulse = setInterval(() => void this.renew(), RENEW_EVERY_MS).unref();
  }

  isHeld(): boolean {
    if (passedSince(this.renewed) > LEASE_MS - MARGIN_MS) this.lose();
    return !this.isOver;
  }

  async release(): Promise<void> {
    this.end();
    await this.leases.giveBack(this.lease).catch(() => undefined); // it ends by itself, and what was lost cannot be given back
  }

  private async renew(): Promise<void> {
    if (!this.isHeld() || this.isRenewing) return;
    this.isRenewing = true;
    const clocks = readClocks();
    const nonce = randomUUID();
    // The answer may be lost after it was renewed: then the store has the new one.
    this.nonces.push(nonce);
    try {
      if (await this.leases.renew(this.lease, this.nonces, nonce, this.note())) {
        this.nonces = [nonce];
        this.renewed = clocks;
      } else if (!this.isOver) this.lose();
    } catch {
      // The store is away. It goes on until its time is over.
    } finally {
      this.isRenewing = false;
    }
  }

  private lose(): void {
    if (this.isOver) return;
    this.end();
    this.reportLost();
  }

  private end(): void {
    this.isOver = true;
    clearInterval(this.pulse);
  }
}
