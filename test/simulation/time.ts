import { performance } from 'node:perf_hooks';
import timersPromises from 'node:timers/promises';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Time that passes only when nobody has anything to do: a month of waits in a second. While it is installed, every timer, sleep and clock of this
 * process is virtual, the product's and the sandbox's alike, so neither knows of the simulation.
 */

interface Due {
  at: number;
  /** Order of what is due at the same moment. */
  turn: number;
  run: (() => void) | null;
}

const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date, setImmediate, now: performance.now.bind(performance) };
const realSleep = timersPromises.setTimeout;

export class VirtualTime {
  private readonly queue: Due[] = [];
  private turn = 0;
  private busy = 0;
  /** How far the clock of anyone who asks is off. */
  skew: () => number = () => 0;
  /** The process that asks: what it repeats ends with it. */
  owner: () => { isAlive: boolean } | null = () => null;

  constructor(public now: number) {}

  /** Runs something later; answers how to call it off. */
  later(milliseconds: number, run: () => void): () => void {
    const due: Due = { at: this.now + Math.max(0, milliseconds), turn: (this.turn += 1), run };
    this.push(due);
    return () => (due.run = null);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal));
      const onAbort = (): void => {
        callOff();
        reject(aborted(signal!));
      };
      const callOff = this.later(milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Something real goes on (a socket), during which no time may pass. */
  hold(): () => void {
    this.busy += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.busy -= 1;
      isHeld = false;
    };
  }

  /** Lets time pass until the work is done. `between` is called whenever everything has come to rest. */
  async run<T>(work: () => Promise<T>, between: () => void): Promise<T> {
    let isDone = false;
    const result = work().finally(() => (isDone = true));
    result.catch(() => undefined);
    for (;;) {
      await this.rest();
      between();
      await this.rest();
      if (isDone) return result;
      const due = this.pop();
      if (!due) throw new Error('The simulation stands still: nothing is due, and the work is not done.');
      this.now = Math.max(this.now, due.at);
      due.run?.();
    }
  }

  /** Everything that can continue without time passing has continued. */
  private async rest(): Promise<void> {
    do await new Promise<void>((resolve) => void real.setImmediate(resolve));
    while (this.busy > 0);
  }

  /** Replaces the clocks and timers of this process; answers how to put them back. */
  install(): () => void {
    const time = () => this.now;
    const shown = () => this.now + this.skew();
    class VirtualDate extends real.Date {
      constructor(...given: [] | [string | number | Date]) {
        super(given.length === 0 ? shown() : given[0]);
      }
      static override now(): number {
        return shown();
      }
    }
    const timer = (callOff: () => void): object => ({ callOff, ref: () => undefined, unref: () => undefined });
    const callOff = (handle: unknown): void => (handle as { callOff?: () => void } | undefined)?.callOff?.();
    const later = (run: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]): object =>
      timer(this.later(milliseconds, () => run(...args)));
    Object.assign(globalThis, {
      Date: VirtualDate,
      setTimeout: later,
      clearTimeout: callOff,
      setInterval: (run: () => void, milliseconds: number) => timer(this.repeat(milliseconds, run)),
      clearInterval: callOff,
    });
    performance.now = time;
    timersPromises.setTimeout = (async (milliseconds = 0, value: unknown, options?: { signal?: AbortSignal }) => {
      await this.sleep(milliseconds, options?.signal);
      return value;
    }) as typeof realSleep;
    syncBuiltinESMExports();
    return putBack;
  }

  private repeat(milliseconds: number, run: () => void): () => void {
    let callOff = (): void => undefined;
    const owner = this.owner();
    const next = (): void => {
      callOff = this.later(milliseconds, () => {
        if (owner?.isAlive === false) return;
        next();
        run();
      });
    };
    next();
    return () => callOff();
  }

  // ------------------------------------------------------------------------------------------------------------- a heap, earliest first

  private push(due: Due): void {
    const { queue } = this;
    let at = queue.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(queue[parent]!, due)) break;
      queue[at] = queue[parent]!;
      at = parent;
    }
    queue[at] = due;
  }

  private pop(): Due | undefined {
    for (;;) {
      const due = this.takeFirst();
      if (due === undefined || due.run !== null) return due;
    }
  }

  private takeFirst(): Due | undefined {
    const { queue } = this;
    const first = queue[0];
    const last = queue.pop();
    if (first === undefined || last === undefined || first === last) return first;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= queue.length) break;
      const child = left + 1 < queue.length && isBefore(queue[left + 1]!, queue[left]!) ? left + 1 : left;
      if (isBefore(last, queue[child]!)) break;
      queue[at] = queue[child]!;
      at = child;
    }
    queue[at] = last;
    return first;
  }
}

const isBefore = (left: Due, right: Due): boolean => left.at < right.at || (left.at === right.at && left.turn < right.turn);

function aborted(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}

function putBack(): void {
  const { now, setImmediate: _untouched, ...globals } = real;
  Object.assign(globalThis, globals);
  performance.now = now;
  timersPromises.setTimeout = realSleep;
  syncBuiltinESMExports();
}
