import { createHash } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { ChainEntry, Checkpoint, SignedHead } from './chain.js';
import { isSignedBy, keyIdOf, type Signer } from './signing.js';

/**
 * A whole store as lines of JSON, the same whether it is files or PostgreSQL: values as they are kept, and every broker's chain, from which its names follow.
 * The last line says how many there are, and carries a digest of all before it and a signature. Leases are not part of it: they are of the moment.
 */
export type BackupRecord =
  | { value: { ref: string; text: string; keptAt: string } }
  | { chain: string; checkpoint: Checkpoint }
  | { chain: string; entry: ChainEntry }
  | { chain: string; signature: SignedHead };

export interface BackupManifest {
  version: 1;
  /** ISO time. */
  madeAt: string;
  values: number;
  entries: number;
  signatures: number;
  /** Where every chain stood. */
  heads: { chain: string; seq: number; hash: string }[];
  /** SHA-256 of all lines before this one. */
  digest: string;
  keyId: string;
  /** Ed25519 over `manifestText`, base64. */
  signature: string;
}

/** It is not a backup, not whole, or was changed. */
export class BackupBroken extends Error {
  override readonly name = 'BackupBroken';
}

type Unsigned = Omit<BackupManifest, 'keyId' | 'signature'>;

const manifestText = ({ version, madeAt, values, entries, signatures, heads, digest }: Unsigned): string =>
  JSON.stringify(['billing evidence backup', version, madeAt, values, entries, signatures, heads, digest]);

const lineOf = (record: unknown): string => `${JSON.stringify(record)}\n`;

/** Counts what goes by, and digests it. */
class Tally {
  private readonly hash = createHash('sha256');
  private readonly heads = new Map<string, { chain: string; seq: number; hash: string }>();
  private values = 0;
  private entries = 0;
  private signatures = 0;
  /** Where names stand, and values there are. */
  private readonly refs = new Set<string>();
  private readonly names = new Map<string, string>();

  add(record: BackupRecord, line: string): void {
    this.hash.update(line, 'utf8');
    if ('value' in record) {
      this.values += 1;
      this.refs.add(record.value.ref);
    } else if ('entry' in record) {
      const { chain, entry } = record;
      this.entries += 1;
      this.heads.set(chain, { chain, seq: entry.seq, hash: entry.hash });
      if (entry.name !== null && entry.ref !== null) this.names.set(entry.name, entry.ref);
      else if (entry.name !== null) this.names.delete(entry.name);
    } else if ('signature' in record) this.signatures += 1;
  }

  /** A name whose value did not come along; null where every one did. */
  missing(): string | null {
    return [...this.names].find(([, ref]) => !this.refs.has(ref))?.[0] ?? null;
  }

  end(madeAt: string): Unsigned {
    const { values, entries, signatures } = this;
    return { version: 1, madeAt, values, entries, signatures, heads: [...this.heads.values()], digest: this.hash.digest('hex') };
  }
}

/** Writes every record of a dump as a line, and the manifest; answers that. Throws `BackupBroken` where something went while it was written. */
export async function writeBackup(
  dump: (each: (record: BackupRecord) => Promise<void>) => Promise<void>,
  write: (line: string) => Promise<void>,
  madeAt: string,
  signer: Signer,
): Promise<BackupManifest> {
  const tally = new Tally();
  await handingOver(dump, async (record) => {
    const line = lineOf(record);
    tally.add(record, line);
    await write(line);
  });
  const missing = tally.missing();
  if (missing !== null)
    throw new BackupBroken(
      `The value of ${missing} was gone by the time it was to be written. Make the backup again; billing evidence verify shows whether it is missing.`,
    );
  const unsigned = tally.end(madeAt);
  const manifest = { ...unsigned, keyId: signer.keyId, signature: signer.sign(manifestText(unsigned)) };
  await write(lineOf({ manifest }));
  return manifest;
}

/** Hands records over, and rethrows an error of taking one unchanged: it is not one of the store's errors. */
export async function handingOver(
  dump: (each: (record: BackupRecord) => Promise<void>) => Promise<void>,
  each: (record: BackupRecord) => Promise<void>,
): Promise<void> {
  const failed: unknown[] = [];
  try {
    await dump((record) =>
      each(record).catch((error: unknown) => {
        failed.push(error);
        throw error;
      }),
    );
  } catch (error) {
    throw failed.length > 0 ? failed[0] : error;
  }
}

/** Reads a backup to its end; answers its manifest once everything fits. `each` gets the records on the way, before that is known. */
export async function readBackup(
  lines: AsyncIterable<string>,
  publicKey: KeyObject | null,
  each: (record: BackupRecord) => Promise<void> = () => Promise.resolve(),
): Promise<BackupManifest> {
  const tally = new Tally();
  let manifest: BackupManifest | null = null;
  for await (const line of lines) {
    if (manifest !== null) throw new BackupBroken('it continues after its manifest');
    const record = parsed(line);
    if ('manifest' in record) {
      manifest = record.manifest;
      continue;
    }
    tally.add(record, `${line}\n`);
    await each(record);
  }
  if (manifest === null) throw new BackupBroken('it has no manifest: it was not written to its end');
  if (manifestText(tally.end(manifest.madeAt)) !== manifestText(manifest))
    throw new BackupBroken('it does not match its manifest: it was changed');
  if (publicKey !== null) checkSignature(manifest, publicKey);
  return manifest;
}

function checkSignature(manifest: BackupManifest, publicKey: KeyObject): void {
  if (keyIdOf(publicKey) !== manifest.keyId)
    throw new BackupBroken(
      `it was signed by a key (${manifest.keyId}) other than the one in BILLING_KEYS (${keyIdOf(publicKey)}): put that folder back first`,
    );
  if (!isSignedBy(publicKey, manifestText(manifest), manifest.signature))
    throw new BackupBroken('its signature is not valid: it was changed');
}

function parsed(line: string): BackupRecord | { manifest: BackupManifest } {
  try {
    const record = JSON.parse(line) as BackupRecord | { manifest: BackupManifest } | null;
    if (typeof record === 'object' && record !== null && ['value', 'chain', 'manifest'].some((key) => key in record))
      return record;
  } catch {
    // said below
  }
  throw new BackupBroken('it has a line that billing backup does not write');
}
