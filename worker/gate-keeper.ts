import type { Worker } from '@temporalio/worker';
import type { Evidence, Hold } from '../shared/evidence/index.js';

/**
 * One process per broker serves `autotask-<broker>`: it holds the gate that counts calls and threads, and what it remembers of its own writes. A second one
 * stands by and takes over when the first ends, or loses the gate because it was frozen. Who lost it sends nothing more.
 */
export class GateKeeper {
  private hold: Hold | null = null;
  private worker: Worker | null = null;
  private readonly closing = new AbortController();

  constructor(
    private readonly evidence: Evidence,
    private readonly broker: string,
    private readonly say: (message: string) => void,
  ) {}

  /** Whether this process may send something to Autotask now. */
  isHeld(): boolean {
    return this.hold?.isHeld() ?? false;
  }

  /** Serves while it holds the gate, stands by while it does not, until `close`. */
  async serve(create: () => Promise<Worker>): Promise<void> {
    while (!this.closing.signal.aborted) {
      const hold = await this.wait();
      if (hold === null) return;
      this.hold = hold;
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
    const onWait = (): void =>
      this.say(`another process serves autotask-${this.broker}; this one stands by and takes over when that one ends`);
    try {
      return await this.evidence.hold(`gates/${this.broker}`, { signal: this.closing.signal, onWait });
    } catch (error) {
      if (this.closing.signal.aborted) return null;
      throw error;
    }
  }

  private async serveOnce(hold: Hold, create: () => Promise<Worker>): Promise<void> {
    const worker = await create();
    this.worker = worker;
    void hold.lost.then(() => {
      this.say(`this process was frozen and may have been replaced: it no longer serves autotask-${this.broker}`);
      stop(worker);
    });
    if (this.closing.signal.aborted) setImmediate(() => stop(worker));
    this.say(`serving autotask-${this.broker}`);
    await worker.run();
    this.worker = null;
  }
}

export function stop(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
