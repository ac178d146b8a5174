import type { Hold, HoldOptions } from './hold.js';

/**
 * The evidence store: what was fetched, planned and done, addressed by digest, and names that point to the latest of each. Proof and an optimization,
 * never the source of truth: the planner compares the report with Autotask itself.
 */
export interface Evidence {
  /** Keeps a JSON value; equal values are kept once. Answers its SHA-256 in hex. */
  put(value: unknown): Promise<string>;
  /** The value of a digest. Throws `EvidenceMissing` when it is not there, or not what its digest says. */
  get<T>(ref: string): Promise<T>;
  /** Lets a name point to a value; the change is whole or not at all. */
  point(name: string, ref: string): Promise<void>;
  /** The same, but only if the name still points to `expected` (null: nowhere). False where somebody else was faster. */
  claim(name: string, expected: string | null, ref: string): Promise<boolean>;
  /** Where a name points, or null. */
  pointer(name: string): Promise<string | null>;
  /** Forgets a name. */
  unpoint(name: string): Promise<void>;
  /** Every name below a prefix that ends in a slash, in order. */
  names(prefix: string): Promise<string[]>;
  /** Waits until no other process holds the name, and holds it. Rejects when `signal` aborts the waiting. */
  hold(name: string, options: HoldOptions): Promise<Hold>;
  close(): Promise<void>;
}

/** A value is not in the store, or was changed since: whoever needs it must take the report or survey anew. */
export class EvidenceMissing extends Error {
  override readonly name = 'EvidenceMissing';
  constructor(ref: string, why: string) {
    super(`Evidence ${ref} ${why}. Run the month again; it is taken anew then.`);
  }
}
