import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../evidence/file-store.js';
import { isMissing } from '../files.js';
import type { Environment } from '../environment.js';

/**
 * The keys that payloads, and the data keys of the evidence, are encrypted with: a file in the folder of `BILLING_KEYS`, which every process that reads or writes payloads needs. The one that came
 * into use last encrypts; all of them decrypt, for as long as Temporal remembers something under them.
 */
export interface PayloadKey {
  id: string;
  /** ISO times; null: known, and not used yet. */
  madeAt: string;
  usedSince: string | null;
  /** 32 bytes. */
  key: Buffer;
}

const FILE = 'payload-keys.json';
const KEY_BYTES = 32;

const fileSchema = z.object({
  keys: z.array(
    z.object({
      id: z.string().min(1),
      madeAt: z.string(),
      usedSince: z.string().nullable(),
      key: z
        .string()
        .transform((text) => Buffer.from(text, 'base64'))
        .refine((key) => key.length === KEY_BYTES, `expected ${KEY_BYTES} bytes in base64`),
    }),
  ),
});

/** `BILLING_KEYS` for those who need no other setting. */
export const keysFolderOf = ({ BILLING_KEYS = '' }: Environment): string => BILLING_KEYS.trim() || '.billing/keys';

export const keyFile = (folder: string): string => join(folder, FILE);

/** Something is encrypted with a key that this process does not have, or is not what was encrypted. */
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
}

/** The file of keys exists but is invalid. */
export class KeysUnreadable extends Error {
  override readonly name = 'KeysUnreadable';
}

/** All keys, in the order in which they were made; none where there is no file. Throws `KeysUnreadable`. */
export function readKeys(folder: string): PayloadKey[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(keyFile(folder), 'utf8'))).keys;
  } catch (error) {
    if (isMissing(error)) return [];
    const why = error instanceof z.ZodError ? 'it is not a list of keys' : error instanceof Error ? error.message : String(error);
    throw new KeysUnreadable(`${keyFile(folder)} cannot be read: ${why}. Put it back from its backup.`, { cause: error });
  }
}

/** The key that encrypts; null where there is none. */
export function currentOf(keys: PayloadKey[]): PayloadKey | null {
  const used = keys.filter(({ usedSince }) => usedSince !== null);
  return used.reduce<PayloadKey | null>((last, key) => (last === null || key.usedSince! >= last.usedSince! ? key : last), null);
}

/** Makes a key. The first one is used at once; a later one waits for `rotateKeys`, so that every process can be given it before. */
export function addKey(folder: string, now: Date): PayloadKey {
  const keys = readKeys(folder);
  const at = now.toISOString();
  const made: PayloadKey = {
    id: `${at.slice(0, 10)}-${randomBytes(3).toString('hex')}`,
    madeAt: at,
    usedSince: currentOf(keys) === null ? at : null,
    key: randomBytes(KEY_BYTES),
  };
  writeKeys(folder, [...keys, made]);
  return made;
}

/** Brings the newest key that is not used yet into use, or makes one. Earlier ones still decrypt. */
export function rotateKeys(folder: string, now: Date): PayloadKey {
  if (!readKeys(folder).some(({ usedSince }) => usedSince === null)) addKey(folder, now);
  const keys = readKeys(folder);
  const next = keys.findLast(({ usedSince }) => usedSince === null) ?? currentOf(keys)!;
  const used: PayloadKey = { ...next, usedSince: next.usedSince ?? now.toISOString() };
  writeKeys(
    folder,
    keys.map((key) => (key.id === used.id ? used : key)),
  );
  return used;
}

const writeKeys = (folder: string, keys: PayloadKey[]): void =>
  writeWhole(
    keyFile(folder),
    `${JSON.stringify({ keys: keys.map(({ key, ...rest }) => ({ ...rest, key: key.toString('base64') })) }, null, 2)}\n`,
  );

/** How often a process checks whether there are other keys. */
const LOOK_EVERY_MS = 1_000;

/** The keys as a process has them: read again when the file has changed, so that a rotation needs no restart. */
export class Keyring {
  private keys: PayloadKey[];
  private stamp: number;
  private lookedAt = Date.now();

  constructor(readonly folder: string) {
    this.stamp = stampOf(folder);
    this.keys = readKeys(folder);
  }

  /** The key that encrypts now; null: nothing is encrypted. */
  current(): PayloadKey | null {
    if (Date.now() - this.lookedAt >= LOOK_EVERY_MS) this.look();
    return currentOf(this.keys);
  }

  /** All keys, in the order in which they were made. */
  all(): PayloadKey[] {
    return this.keys;
  }

  /** The key of an id; null where this process has none of it. */
  find(id: string): PayloadKey | null {
    const known = (): PayloadKey | undefined => this.keys.find((key) => key.id === id);
    if (known() === undefined) this.look();
    return known() ?? null;
  }

  private look(): void {
    this.lookedAt = Date.now();
    const stamp = stampOf(this.folder);
    if (stamp === this.stamp) return;
    this.keys = readKeys(this.folder);
    this.stamp = stamp;
  }
}

const stampOf = (folder: string): number => statSync(keyFile(folder), { throwIfNoEntry: false })?.mtimeMs ?? 0;
