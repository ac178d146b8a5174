import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * What every client keeps for the work under way, in one store for all: Node hands each store that was ever used on to every promise of the process, and
 * a process may have many clients one after another.
 */
const kept = new AsyncLocalStorage<ReadonlyMap<object, unknown>>();

/** A value that holds while a piece of work is done, for whatever is called within it, and for nothing else. */
export class Ambient<T> {
  run<R>(value: T, work: () => R): R {
    return kept.run(new Map(kept.getStore()).set(this, value), work);
  }

  get(): T | undefined {
    return kept.getStore()?.get(this) as T | undefined;
  }
}
