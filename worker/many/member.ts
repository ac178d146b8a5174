import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningWorker } from '../main.js';
import type { WatchSources } from '../watch/watch.js';
import type { Turns } from './turns.js';

/** A worker that could not start, or failed, is tried again after this, and each time later up to the second. */
const AGAIN_AFTER_MS = 5_000;
const AGAIN_AFTER_MOST_MS = 60_000;

/**
 * One broker of many in a process. Its faults stay with it: they are reported, and it is retried for as long as it is wanted, while the others continue.
 */
export class Member {
  private readonly closing = new AbortController();
  private running: RunningWorker | null = null;
  private why: string | null = 'is about to start';
  /** Settles when nothing of it is left; never rejects. */
  readonly ended: Promise<void>;

  constructor(
    private readonly start: () => Promise<RunningWorker>,
    private readonly say: (message: string) => void,
    /** When it may start: all at once, brokers of a process would keep each other from it. */
    private readonly turns: Turns,
    /** What has to have ended before: an earlier one of the same broker. */
    after: Promise<void> = Promise.resolve(),
  ) {
    this.ended = after.then(() => this.live());
  }

  /** How its worker is, while it serves. */
  sources(): WatchSources | null {
    return this.running?.sources ?? null;
  }

  /** Why it is not served; null while it is. */
  trouble(): string | null {
    return this.running === null ? this.why : null;
  }

  /** Finishes what it is doing, and ends. */
  close(): void {
    this.closing.abort();
    this.running?.shutdown();
  }

  private async live(): Promise<void> {
    for (let pause = AGAIN_AFTER_MS; !this.closing.signal.aborted; pause = Math.min(pause * 2, AGAIN_AFTER_MOST_MS)) {
      try {
        await this.serve();
      } catch (error) {
        this.why = error instanceof Error ? error.message : String(error);
        this.say(`is not served; retrying in ${pause / 1000} seconds: ${this.why}`);
      }
      await sleep(pause, undefined, { signal: this.closing.signal }).catch(() => undefined); // closing ends the wait
    }
  }

  private async serve(): Promise<void> {
    const running = await this.turns.take(async () => (this.closing.signal.aborted ? null : this.start()));
    if (running === null) return;
    this.running = running;
    try {
      if (this.closing.signal.aborted) running.shutdown();
      else this.say('is served');
      await running.run();
    } finally {
      this.running = null;
      this.why = 'its worker has ended';
    }
  }
}
