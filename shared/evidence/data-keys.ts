import { randomBytes } from 'node:crypto';
import { digestOf } from '../billing/basics/keys.js';
import { fold } from '../billing/basics/text.js';
import { keyFile, KeyMissing, type Keyring, type PayloadKey } from '../encryption/keyring.js';
import { seal, unseal } from '../encryption/seal.js';
import type { EvidenceStore } from './evidence.js';

/** A key that evidence is encrypted with: `BROKER/OWNER/ID`, where the owner is an organization by the digest of its id, or all of them. */
export interface DataKey {
  id: string;
  /** 32 bytes. */
  key: Buffer;
}

/** As it is kept under its name: encrypted with a key of `BILLING_KEYS`. */
interface Wrapped {
  dataKey: string;
  /** Id of the key that it is encrypted with. */
  by: string;
  wrapped: string;
}

const KEY_BYTES = 32;
const SHARED = 'shared';
/** So long a process encrypts with a key without looking whether it was destroyed. */
const LOOK_EVERY_MS = 10_000;

export const dataKeysPrefix = (broker: string): string => `keys/${broker}/`;
export const ownerOf = (organizationId: string | null): string =>
  organizationId === null ? SHARED : digestOf(['organization', fold(organizationId)]);
export const dataKeyName = (broker: string, organizationId: string | null): string =>
  dataKeysPrefix(broker) + ownerOf(organizationId);

/** `BROKER/OWNER` of a data key's id: the end of its name. */
const nameOf = (id: string): string => `keys/${id.slice(0, id.lastIndexOf('/'))}`;

/** The data keys of a store, made where they are missing. */
export class DataKeys {
  private readonly known = new Map<string, { key: DataKey; seenAt: number }>();

  constructor(
    private readonly store: EvidenceStore,
    private readonly broker: string,
    private readonly keyring: Keyring,
  ) {}

  get folder(): string {
    return this.keyring.folder;
  }

  /** The key that encrypts data of the organization, or of no single one; null if nothing is encrypted. */
  async toWrite(organizationId: string | null): Promise<DataKey | null> {
    const current = this.keyring.current();
    if (current === null) return null;
    const name = dataKeyName(this.broker, organizationId);
    const known = this.known.get(name);
    if (known !== undefined && Date.now() - known.seenAt < LOOK_EVERY_MS) return known.key;
    const key = (await this.read(name, `data key ${name}`)) ?? (await this.make(name, current));
    this.known.set(name, { key, seenAt: Date.now() });
    return key;
  }

  /** The key of an id; null where it was destroyed. Throws `KeyMissing`. `ref` is what is to be read with it. */
  async toRead(id: string, ref: string): Promise<DataKey | null> {
    const name = nameOf(id);
    const known = this.known.get(name);
    if (known?.key.id === id) return known.key;
    const key = await this.read(name, `evidence ${ref}`);
    if (key === null || key.id !== id) return null;
    this.known.set(name, { key, seenAt: Date.now() });
    return key;
  }

  private async read(name: string, what: string): Promise<DataKey | null> {
    const ref = await this.store.pointer(name);
    if (ref === null) return null;
    return unwrapped(JSON.parse(await this.store.kept(ref)) as Wrapped, this.keyring, what);
  }

  /** Of two processes that make one at once, the first one's counts. */
  private async make(name: string, current: PayloadKey): Promise<DataKey> {
    const made = { id: `${name.slice('keys/'.length)}/${randomBytes(6).toString('hex')}`, key: randomBytes(KEY_BYTES) };
    await this.store.claim(name, null, await this.store.keep([wrap(made, current)]));
    return (await this.read(name, `data key ${name}`))!;
  }
}

const wrap = ({ id, key }: DataKey, by: PayloadKey): string =>
  JSON.stringify({ dataKey: id, by: by.id, wrapped: seal(by.key, id, key.toString('base64')) } satisfies Wrapped);

/** The key that a data key is encrypted with, of a stored text; null if it is not one. */
export function wrappedBy(text: string): string | null {
  return text.startsWith('{"dataKey":') ? (JSON.parse(text) as Wrapped).by : null;
}

function unwrapped({ dataKey, by, wrapped }: Wrapped, keyring: Keyring, what: string): DataKey {
  const key = keyring.find(by);
  const file = keyFile(keyring.folder);
  const back = 'Copy that file from where it was made, or from its backup (BILLING_KEYS names the folder).';
  if (key === null) throw new KeyMissing(`The key of ${what} is encrypted with key ${by}, which is not in ${file}. ${back}`);
  try {
    return { id: dataKey, key: Buffer.from(unseal(key.key, dataKey, wrapped), 'base64') };
  } catch (error) {
    throw new KeyMissing(
      `The key of ${what} is not what was encrypted with key ${by}: it, or that key in ${file}, was changed. ${back}`,
      {
        cause: error,
      },
    );
  }
}

/** Encrypts every data key of the broker with the key that is in use now. Answers how many were encrypted with another one before. */
export async function wrapAgain(store: EvidenceStore, broker: string, keyring: Keyring): Promise<number> {
  const current = keyring.current();
  if (current === null) return 0;
  let count = 0;
  for (const name of await store.names(dataKeysPrefix(broker))) {
    const ref = await store.pointer(name);
    if (ref === null) continue;
    const kept = JSON.parse(await store.kept(ref)) as Wrapped;
    if (kept.by === current.id) continue;
    const next = await store.keep([wrap(unwrapped(kept, keyring, `data key ${name}`), current)]);
    if (!(await store.claim(name, ref, next))) continue;
    await store.remove([ref]);
    count += 1;
  }
  return count;
}
