import type { VirtualTime } from '../time.js';

/**
 * What an execution has seen, in order, so that it can be put back to an earlier moment as Temporal does it from a backup: its code runs again from the beginning
 * of its run, is answered what it was answered then, and continues for good from there.
 */

export type Answer = { value: unknown } | { error: Error };

export type Happened =
  | { kind: 'answer'; call: number; what: string; answer: Answer }
  | { kind: 'timer'; call: number }
  /** `calls`: how many its execution had made by then. */
  | { kind: 'signal'; name: string; args: unknown[]; calls: number };

/** What happened in one turn was seen together. */
export type HistoryEvent = Happened & { at: number; turn: number };

/** A run of an execution: the first, or one that a continue-as-new began. */
export interface RunBegun {
  at: number;
  runId: string;
  input: unknown;
  calls: number;
  activities: number;
}

interface Pending {
  what: string;
  settle: (answer: Answer) => void;
  work: () => Promise<unknown>;
}

/** An execution's calls while it is replayed: each waits for its answer in the history, or for the end of the replay. */
export class Replay {
  private readonly calls = new Map<number, Pending>();
  private readonly timers = new Map<number, { ms: number; fire: () => void }>();
  /** Answers of this turn to what will only be asked for within it. */
  private readonly ready = new Map<number, Extract<HistoryEvent, { kind: 'answer' }>>();

  constructor(private readonly time: VirtualTime) {}

  ask(call: number, what: string, work: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer): void => ('value' in answer ? resolve(answer.value) : reject(answer.error));
      const ready = this.ready.get(call);
      this.ready.delete(call);
      if (ready?.what === what) settle(ready.answer);
      else this.calls.set(call, { what, settle, work });
    });
  }

  timer(call: number, ms: number, fire: () => void): void {
    this.timers.set(call, { ms, fire });
  }

  /** Lets happen what happened then. */
  deliver(event: HistoryEvent, signal: (name: string, args: unknown[]) => void): void {
    if (event.kind === 'signal') return signal(event.name, event.args);
    if (event.kind === 'timer') {
      this.timers.get(event.call)?.fire();
      this.timers.delete(event.call);
      return;
    }
    const asked = this.calls.get(event.call);
    if (asked?.what !== event.what) return void this.ready.set(event.call, event);
    this.calls.delete(event.call);
    asked.settle(event.answer);
  }

  /** At the end of a turn: the code must have asked for the same as then, otherwise nothing that follows means anything. */
  demandSame(): void {
    for (const { call, what } of this.ready.values())
      throw new Error(`Replay: call ${call} was ${what}, and is ${this.calls.get(call)?.what ?? 'not made'} now`);
  }

  /** From here on everything is real: what has no answer yet is asked for. */
  goLive(): void {
    for (const { settle, work } of this.calls.values())
      work().then(
        (value) => settle({ value }),
        (error: Error) => settle({ error }),
      );
    for (const { ms, fire } of this.timers.values()) this.time.later(ms, fire);
  }
}

/** Everything that can continue without time passing continues. */
export const rest = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
