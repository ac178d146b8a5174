import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Everything that goes to Autotask passes here. Its limits are counted by the request: 10,000 an hour per tenant, shared with every other tool of the MSP,
 * and 3 in flight per endpoint (`autotask.md` 3.3). Waiting here is the intended back-pressure.
 */
export interface GateClock {
  now(): number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const realClock: GateClock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => void (await sleep(milliseconds, undefined, signal ? { signal } : {})),
};

const HOUR_MS = 3_600_000;

export class Gate {
  /** When each call of the last hour was let through, oldest first. */
  private readonly passed: number[] = [];
  private readonly inFlight = new Map<string, number>();
  private readonly waiting = new Map<string, (() => void)[]>();
  private pausedUntil = 0;
  private readonly counter = new AsyncLocalStorage<{ calls: number }>();

  constructor(
    private readonly limits: { callsPerHour: number; threads: number },
    private readonly clock: GateClock = realClock,
  ) {}

  /** Runs one request on an endpoint when the limits let it. */
  async pass<T>(endpoint: string, signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
    await this.takeThread(endpoint);
    try {
      await this.takeCall(signal);
      const counted = this.counter.getStore();
      if (counted) counted.calls += 1;
      return await request();
    } finally {
      this.giveThread(endpoint);
    }
  }

  /** Lets nothing through for a while: the server asked for it. */
  pause(milliseconds: number): void {
    this.pausedUntil = Math.max(this.pausedUntil, this.clock.now() + milliseconds);
  }

  /** Counts the calls that `work` makes, however many others go on beside it. */
  async count<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    const counted = { calls: 0 };
    const result = await this.counter.run(counted, work);
    return { result, calls: counted.calls };
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
    for (;;) {
      this.forgetOld();
      const now = this.clock.now();
      const budgetAt = this.passed.length < this.limits.callsPerHour ? now : this.passed[0]! + HOUR_MS;
      const at = Math.max(budgetAt, this.pausedUntil);
      if (at <= now) break;
      await this.clock.sleep(at - now, signal);
    }
    this.passed.push(this.clock.now());
  }

  private forgetOld(): void {
    const since = this.clock.now() - HOUR_MS;
    while (this.passed.length > 0 && this.passed[0]! <= since) this.passed.shift();
  }
}
