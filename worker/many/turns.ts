import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets so many go at once, the others in the order in which they came. One that takes longer than `patienceMs` waits for something that is not the processor: it
 * continues alongside the next, so that nobody who hangs stands in everybody's way.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private free: number;

  constructor(
    atOnce: number,
    private readonly patienceMs: number,
  ) {
    this.free = atOnce;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => void this.waiting.push(resolve));
    const working = work();
    const over = new AbortController();
    const ended = working.finally(() => over.abort()).catch(() => undefined);
    void Promise.race([
      ended,
      sleep(this.patienceMs, undefined, { signal: over.signal, ref: false }).catch(() => undefined),
    ]).then(() => this.next());
    return working;
  }

  private next(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
