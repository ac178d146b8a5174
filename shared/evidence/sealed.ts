import { keyFile, type Keyring, KeyMissing } from '../encryption/keyring.js';
import { sealed, unseal } from '../encryption/seal.js';
import { DataKeys, type DataKey } from './data-keys.js';
import { EvidenceForgotten, type Evidence, type EvidenceStore } from './evidence.js';
import { jsonPieces, type Pieces } from './pieces.js';

/**
 * Values in front of a store of texts: as JSON, encrypted where there are keys. Every organization has a data key of its own, everything else of a broker
 * shares one; both are kept in the store, encrypted with a key of `BILLING_KEYS`. So an organization can be forgotten by destroying one key, a rotation
 * encrypts the data keys once more and touches no value, and anyone who has no key still checks that what is kept is what its digest says.
 */
export interface Sealing {
  broker: string;
  keyring: Keyring;
}

/** How an encrypted text begins; plain ones of before stay readable. */
const BEGINS = '{"sealed":"';
const DATA = '","data":"';
const ENDS = '"}';

export const isSealed = (text: string): boolean => text.startsWith(BEGINS);

export function sealedEvidence(store: EvidenceStore, sealing: Sealing | null): Evidence {
  const keys = sealing && new DataKeys(store, sealing.broker, sealing.keyring);
  return {
    ...store,
    put: async (value, organizationId) => {
      const key = keys && (await keys.toWrite(organizationId ?? null));
      const text = jsonPieces(value);
      return store.keep(key === null ? text : sealedText(key, text));
    },
    get: async <T>(ref: string) => JSON.parse(await readable(await store.kept(ref), ref, keys)) as T,
  };
}

async function readable(text: string, ref: string, keys: DataKeys | null): Promise<string> {
  if (!isSealed(text)) return text;
  const id = keyOf(text);
  if (keys === null) throw new KeyMissing(`Evidence ${ref} is encrypted with data key ${id}, and no keys were given.`);
  const key = await keys.toRead(id, ref);
  if (key === null) throw new EvidenceForgotten(ref);
  return unsealedText(key, text, ref, keys.folder);
}

/** The data key's id: broker, owner and its own. */
export const keyOf = (text: string): string => JSON.parse(text.slice(BEGINS.length - 1, text.indexOf(DATA) + 1)) as string;

/** A text as it is kept, encrypted: `{"sealed":"…","data":"…"}`. */
export function* sealedText({ id, key }: DataKey, text: Pieces): Generator<string> {
  yield `${BEGINS.slice(0, -1)}${JSON.stringify(id)}${DATA.slice(1)}`;
  yield* sealed(key, id, text);
  yield ENDS;
}

/** The text again. Throws `KeyMissing` where it is not what was encrypted. */
export function unsealedText({ id, key }: DataKey, kept: string, ref: string, folder: string): string {
  try {
    return unseal(key, id, kept.slice(kept.indexOf(DATA) + DATA.length, -ENDS.length));
  } catch (error) {
    throw new KeyMissing(
      `Evidence ${ref} is not what was encrypted with data key ${id}: a key in ${keyFile(folder)} was put in another one's place. Put that file back from its backup.`,
      { cause: error },
    );
  }
}
