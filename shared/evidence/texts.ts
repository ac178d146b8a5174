import { EvidenceMissing, type EvidenceStore } from './evidence.js';
import { jsonPieces } from './pieces.js';
import { DataKeys } from './data-keys.js';
import { KeyMissing } from '../encryption/keyring.js';
import { isSealed, keyOf, sealedText, unsealedText, type Sealing } from './sealed.js';

/** What is kept under a digest, for anyone who looks through all of it. */
export interface KeptText {
  /** Null where its key was destroyed, or is another broker's. */
  value: unknown;
  /** The data key it is encrypted with; null: it is plain. */
  keyId: string | null;
}

/** All values of a store, readable, and to be written again under the key that they had. */
export class Texts {
  private readonly keys: DataKeys;

  constructor(
    private readonly store: EvidenceStore,
    private readonly sealing: Sealing,
  ) {
    this.keys = new DataKeys(store, sealing.broker, sealing.keyring);
  }

  /** Throws `KeyMissing` where a key of the broker's own is missing: what cannot be read cannot be looked through. */
  async read(ref: string): Promise<KeptText> {
    const text = await this.store.kept(ref);
    if (!isSealed(text)) return { value: JSON.parse(text) as unknown, keyId: null };
    const keyId = keyOf(text);
    if (!keyId.startsWith(`${this.sealing.broker}/`)) return { value: null, keyId };
    const key = await this.keys.toRead(keyId, ref);
    return { value: key === null ? null : (JSON.parse(unsealedText(key, text, ref, this.keys.folder)) as unknown), keyId };
  }

  /** Null where it is gone, or was changed: that is for `verify` to tell. */
  async readThere(ref: string): Promise<KeptText | null> {
    try {
      return await this.read(ref);
    } catch (error) {
      if (error instanceof EvidenceMissing) return null;
      throw error;
    }
  }

  async write(value: unknown, keyId: string | null): Promise<string> {
    const text = jsonPieces(value);
    if (keyId === null) return this.store.keep(text);
    const key = await this.keys.toRead(keyId, 'of what is written again');
    if (key === null) throw new KeyMissing(`Data key ${keyId} was destroyed.`);
    return this.store.keep(sealedText(key, text));
  }
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Texts in a value that may be digests of others. */
export function digestsIn(value: unknown): string[] {
  if (typeof value === 'string') return DIGEST.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(digestsIn);
}

/** Values that are led to from these, these included. */
export function reached(from: string[], values: ReadonlyMap<string, { refs: string[] }>): Set<string> {
  const found = new Set<string>();
  const open = [...from];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    if (found.has(ref)) continue;
    found.add(ref);
    open.push(...(values.get(ref)?.refs ?? []));
  }
  return found;
}
