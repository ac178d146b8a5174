import type { BackupRecord } from './backup.js';
import type { ChainEntry, Checkpoint, CutDecision, SignedHead } from './chain.js';
import type { Hold, HoldOptions, Lease } from './hold.js';
import type { Pieces } from './pieces.js';

/**
 * The evidence store: what was fetched, planned and done, addressed by digest, and names that point to the latest of each. Proof and an optimization,
 * never the source of truth: the planner compares the report with Autotask itself. Every change of a name is an entry of its broker's chain (`chain.ts`).
 */
export interface Evidence {
  /**
   * Keeps a JSON value; equal values are kept once. Answers the SHA-256 in hex of what is kept. Where there are keys it is encrypted: with the key of the
   * organization where it is of one alone, which can be destroyed (`sealed.ts`), else with the broker's.
   */
  put(value: unknown, organizationId?: string): Promise<string>;
  /**
   * The value of a digest. Throws `EvidenceMissing` when it is not there, or not what its digest says; `EvidenceForgotten` when its key was destroyed;
   * `KeyMissing` when this process lacks the key.
   */
  get<T>(ref: string): Promise<T>;
  /** Lets a name point to a value; the change is whole or not at all. */
  point(name: string, ref: string): Promise<void>;
  /**
   * The same, but only if the name still points to `expected` (null: nowhere). False where somebody else was faster. With a lease only while it is held, by the
   * store's own clock: throws `LeaseLost` otherwise.
   */
  claim(name: string, expected: string | null, ref: string, lease?: Lease | null): Promise<boolean>;
  /** Where a name points, or null. Throws `EvidenceAltered` where the pointer is not the one that was written for this name. */
  pointer(name: string): Promise<string | null>;
  /** Forgets a name; with `expected` only if it still points there. */
  unpoint(name: string, expected?: string): Promise<void>;
  /** Every name below a prefix that ends in a slash, in order. */
  names(prefix: string): Promise<string[]>;
  /** The store's clock, the one that all processes which share it go by. */
  now(): Promise<Date>;
  /** Waits until no other process holds the name, and holds it. Rejects when `signal` aborts the waiting. */
  hold(name: string, options: HoldOptions): Promise<Hold>;
  /** What a broker's names have been through, for anyone who checks or signs it. */
  chain: EvidenceChain;
  /** Bytes that it takes where it is kept. */
  size(): Promise<number>;
  close(): Promise<void>;
}

/** What keeps texts and names. Values are made texts, and encrypted, in front of it (`sealed.ts`). */
export interface EvidenceStore extends Omit<Evidence, 'put' | 'get'> {
  /** Keeps a text; equal texts are kept once. Answers its SHA-256 in hex. */
  keep(text: Pieces): Promise<string>;
  /** The text of a digest. Throws `EvidenceMissing` when it is not there, or not what its digest says. */
  kept(ref: string): Promise<string>;
  /** Takes texts away for good. What is gone already stays so. */
  remove(refs: string[]): Promise<void>;
  /** Every text that is kept, with when it was kept last. */
  texts(): AsyncIterable<{ ref: string; keptAt: Date }>;
  /** Forgets what names said: entries of the chain keep their digests, and nothing else of them. The names point nowhere any more. */
  blind(chain: string, names: string[]): Promise<void>;
  /** Takes names and entries out of a chain, as one change; signatures of entries that go with them go too. Answers whether anything was cut. */
  cut(chain: string, decide: CutDecision): Promise<boolean>;
  /** Chains there are. */
  chains(): Promise<string[]>;
  /** Hands over everything that is kept, of all brokers, as one moment saw it. */
  dump(each: (record: BackupRecord) => Promise<void>): Promise<void>;
  /** Takes over what `records` hands over. Throws `StoreRefused` where something is kept already. */
  load(records: (each: (record: BackupRecord) => Promise<void>) => Promise<void>): Promise<void>;
  /** Frees the space of removed data, where that does not happen automatically. */
  reclaim(): Promise<void>;
}

/** The record of all changes of a broker's names, oldest first, and the signatures under it. */
export interface EvidenceChain {
  entries(chain: string): AsyncIterable<ChainEntry>;
  /** Entries from a moment on, oldest first; some before it may come with them. */
  recent(chain: string, since: Date): Promise<ChainEntry[]>;
  /** The last entry; null where nothing was ever named. */
  head(chain: string): Promise<ChainEntry | null>;
  /** All names of the chain with where they point now, whatever the entries say. */
  pointers(chain: string): Promise<Map<string, string>>;
  sign(chain: string, head: SignedHead): Promise<void>;
  signatures(chain: string): Promise<SignedHead[]>;
  /** Where older entries end; null where all are there. */
  checkpoint(chain: string): Promise<Checkpoint | null>;
}

/** A value is not in the store, or was changed since: no matter who needs it must take the report or survey again. */
export class EvidenceMissing extends Error {
  override readonly name: string = 'EvidenceMissing';
  constructor(ref: string, why: string) {
    super(`Evidence ${ref} ${why}. Run the month again; it is taken again then.`);
  }
}

/** A value's key was destroyed: its organization was forgotten. */
export class EvidenceForgotten extends EvidenceMissing {
  override readonly name: string = 'EvidenceForgotten';
  constructor(ref: string) {
    super(ref, 'was of an organization that was forgotten, and its key was destroyed');
  }
}

/** A name does not point where it was made to point: somebody changed it past this program, or put another broker's or month's in its place. */
export class EvidenceAltered extends EvidenceMissing {
  override readonly name: string = 'EvidenceAltered';
  constructor(evidenceName: string) {
    super(evidenceName, 'was altered (billing evidence verify shows what was changed)');
  }
}

/** The store cannot be used at the moment: an outage like a vendor's, which ends without our doing. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The store refuses this program: a person has to change a setting or a right. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

/** Another process may hold the lease by now: work that needed it must not be done. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
  constructor(lease: Lease) {
    super(`Lease ${lease.name} no. ${lease.fence} no longer belongs to this process; another one may have taken over.`);
  }
}
