import { createHash, randomBytes } from 'node:crypto';

/**
 * The chain of a broker's names: every time a name is pointed somewhere, or forgotten, an entry says so, and carries the digest of the one before. Anyone who
 * changes a name, a value or an entry past this program breaks it in a place that can be named (`verify.ts`).
 *
 * It commits to a name through a salted digest and to a value through the digest of the bytes as they are kept. So the text of a name, and a value or the key
 * it is encrypted with, can be destroyed later without touching the chain.
 */
export interface ChainEntry {
  /** From 1, without a gap. */
  seq: number;
  /** When, by the store's clock, ISO time. */
  at: string;
  /** Null once it was forgotten on request. */
  name: string | null;
  salt: string | null;
  /** SHA-256 of salt and name. */
  nameDigest: string;
  /** Where the name points from now on; null: nowhere. */
  ref: string | null;
  /** Hash of the entry before; empty for the first. */
  previous: string;
  hash: string;
}

/** A place in a chain, signed by a key that is not in the store. */
export interface SignedHead {
  seq: number;
  hash: string;
  at: string;
  /** The beginning of the digest of the public key. */
  keyId: string;
  /** Ed25519 over `headText`, base64. */
  signature: string;
}

/**
 * Where older entries end: what was let go before it is vouched for by a signature over what is left. Entries up to it are a selection – the present place of
 * names that were kept, places that certificates name – and those after it follow one another without a gap.
 */
export interface Checkpoint {
  /** The last entry that there was. */
  seq: number;
  hash: string;
  at: string;
  /** How many entries are left up to it, and the digest of their hashes. */
  entries: number;
  digest: string;
  keyId: string;
  /** Ed25519 over `checkpointText`, base64. */
  signature: string;
}

/** What a chain is cut to: without these names, with these entries up to the checkpoint, as they stay. */
export interface Cut {
  names: string[];
  kept: ChainEntry[];
  checkpoint: Checkpoint;
}

/** Decides under the chain's lock. Null: nothing is cut. */
export type CutDecision = (entries: ChainEntry[], pointers: Map<string, string>) => Cut | null;

/** The chain a name belongs to: the broker, which is the second part of every name. */
export const chainOf = (name: string): string => name.split('/')[1] ?? '';

export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export const nameDigestOf = (salt: string, name: string): string => sha256(`${salt}\n${name}`);

/** Over lines in this order; the PostgreSQL function `billing_evidence_name_set` makes the same. */
export const hashOf = ({ seq, at, nameDigest, ref, previous }: Omit<ChainEntry, 'hash' | 'name' | 'salt'>): string =>
  sha256([previous, String(seq), at, nameDigest, ref ?? ''].join('\n'));

export function nextEntry(last: ChainEntry | null, name: string, ref: string | null, at: Date): ChainEntry {
  const salt = randomBytes(16).toString('hex');
  const entry = {
    seq: (last?.seq ?? 0) + 1,
    at: at.toISOString(),
    name,
    salt,
    nameDigest: nameDigestOf(salt, name),
    ref,
    previous: last?.hash ?? '',
  };
  return { ...entry, hash: hashOf(entry) };
}

export const digestOfHashes = (entries: Pick<ChainEntry, 'hash'>[]): string => sha256(entries.map(({ hash }) => hash).join('\n'));

/** What a signature under a checkpoint is over. */
export const checkpointText = (
  chain: string,
  { seq, hash, at, entries, digest }: Omit<Checkpoint, 'keyId' | 'signature'>,
): string => ['billing evidence checkpoint', chain, String(seq), hash, at, String(entries), digest].join('\n');

/** Whether an entry is what its hash says. */
export const isWhole = (entry: ChainEntry): boolean =>
  hashOf(entry) === entry.hash &&
  (entry.name === null || entry.salt === null || nameDigestOf(entry.salt, entry.name) === entry.nameDigest);

/** What a signature under a head is over. */
export const headText = (chain: string, { seq, hash, at }: Pick<SignedHead, 'seq' | 'hash' | 'at'>): string =>
  ['billing evidence chain', chain, String(seq), hash, at].join('\n');
