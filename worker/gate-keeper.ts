import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import { StoreRefused, StoreUnavailable, type Evidence, type Hold, type Lease } from '../shared/evidence/index.js';

/**
 * One process per broker serves `autotask-<broker>`: it holds the lease on the gate that counts calls and threads, and what it remembers of its own writes.
 * A second one stands by and takes over when the first ends, is frozen or cut off. Who lost it sends nothing more. While the store is away nobody can hold
 * it: the process stays, and continues when the store is back.
 */
export class GateKeeper {
  private hold: Hold | null = null;
  private last: Lease | null = null;
  private worker: Worker | null = null;
  private isStandby = false;
  private readonly closing = new AbortController();

  constructor(
    private readonly evidence: Evidence,
    private readonly broker: string,
    private readonly say: (message: string) => void,
    /** What the next holder has to know of this one's calls. */
    private readonly usage: GateUsage = NOTHING_USED,
  ) {}

  /** Whether this process may send something to Autotask now. */
  isHeld(): boolean {
    return this.hold?.isHeld() ?? false;
  }

  /** Whether this process serves, stands by for the one that does, or neither. */
  standing(): 'held' | 'standby' | 'none' {
    return this.isHeld() ? 'held' : this.isStandby ? 'standby' : 'none';
  }

  /** The lease that this process holds, or held last: a claim with one that is over is refused by the store. */
  lease(): Lease | null {
    return this.last;
  }

  /** Serves while it holds the gate, stands by while it does not, until `close`. */
  async serve(create: () => Promise<Worker>): Promise<void> {
    while (!this.closing.signal.aborted) {
      const hold = await this.wait();
      if (hold === null) return;
      this.hold = hold;
      this.isStandby = false;
      this.last = hold.lease;
      this.usage.inherit(hold.left);
      try {
        await this.serveOnce(hold, create);
      } finally {
        await hold.release();
        this.hold = null;
      }
    }
  }

  close(): void {
    this.closing.abort();
    if (this.worker) stop(this.worker);
  }

  private async wait(): Promise<Hold | null> {
    const onWait = (): void => {
      this.isStandby = true;
      this.say(`another process serves autotask-${this.broker}; this one stands by and takes over when that one ends`);
    };
    const onTrouble = (why: string): void => this.say(`autotask-${this.broker} is not served: ${why}`);
    const { signal } = this.closing;
    for (;;) {
      try {
        const note = (): unknown => this.usage.read();
        return await this.evidence.hold(`gates/${this.broker}`, { signal, onWait, onTrouble, note });
      } catch (error) {
        if (signal.aborted) return null;
        if (!(error instanceof StoreRefused) && !(error instanceof StoreUnavailable)) throw error;
        onTrouble(error.message);
        await sleep(REFUSED_AGAIN_MS, undefined, { signal }).catch(() => undefined); // closing ends the wait
      }
    }
  }

  private async serveOnce(hold: Hold, create: () => Promise<Worker>): Promise<void> {
    const worker = await create();
    this.worker = worker;
    void hold.lost.then(() => {
      this.say(
        `lost the lease on autotask-${this.broker}: the process was suspended, or could not reach the evidence store; another worker may have taken over`,
      );
      stop(worker);
    });
    if (this.closing.signal.aborted || !hold.isHeld()) setImmediate(() => stop(worker));
    this.say(`serving autotask-${this.broker}`);
    await worker.run();
    this.worker = null;
  }
}

/** A store that refuses needs a person; so often it is asked whether one has been. */
const REFUSED_AGAIN_MS = 15_000;

/** Calls to Autotask of the last hour, which count for the next holder of the gate. */
export interface GateUsage {
  read(): unknown;
  inherit(left: unknown): void;
}

const NOTHING_USED: GateUsage = { read: () => null, inherit: () => undefined };

export function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
