import { propertiesOf } from '../http/properties.js';
import { digestOfHashes, checkpointText, type ChainEntry, type Cut } from './chain.js';
import type { EvidenceStore } from './evidence.js';
import type { Month } from '../billing/types.js';
import type { Sealing } from './sealed.js';
import { signedHead, type Signer } from './signing.js';
import { digestsIn, reached, Texts } from './texts.js';

/**
 * Letting old months go. Certificates stay with what they prove – the sums of every customer, the log of who decided, the place in the chain that each was
 * sealed at –, and so does what later months need: what was ever named, made, dismissed, taken back, and all keys. Of a month before the first that is kept goes
 * what it was computed from; of the chain the entries that nothing stands on any more, behind a signed checkpoint.
 */
export interface Pruning {
  /** The first month that is kept. */
  from: Month;
  /** Names that go, with where they point. */
  names: Map<string, string>;
  /** Values that go. */
  values: number;
}

/** Names with a month as their third part. */
const BY_MONTH = [
  'months',
  'outcomes',
  'planned',
  'unfinished',
  'before',
  'releases',
  'plans',
  'descriptions',
  'invoiced',
  'billed-from',
  'cost-rates',
];
/** Names of values that tell their month or day. */
const BY_VALUE = ['intents', 'notices', 'undos'];
/** What no name points to may be what an open workflow works with: so long it is left. */
const UNNAMED_MS = 35 * 86_400_000;

export class Pruner {
  private readonly texts: Texts;

  constructor(
    private readonly store: EvidenceStore,
    private readonly sealing: Sealing,
  ) {
    this.texts = new Texts(store, sealing);
  }

  /** What there is to let go; nothing is written. */
  async look(from: Month): Promise<Pruning> {
    const names = await this.namesBefore(from, await this.store.chain.pointers(this.sealing.broker));
    const { kept, going } = await this.values(new Set(names.keys()), from);
    return { from, names, values: going.filter((ref) => !kept.has(ref)).length };
  }

  /** Names first and values then: anyone who is interrupted in between finds them with nothing pointing to them. */
  async carryOut({ from, names }: Pruning, signer: Signer): Promise<void> {
    const { store } = this;
    const { broker } = this.sealing;
    const { going } = await this.values(new Set(names.keys()), from);
    const sealedAt = await this.sealedAt();
    const at = (await store.now()).toISOString();
    await store.cut(broker, (entries, pointers) => cutOf(broker, { entries, pointers, names, from, sealedAt, at }, signer));
    // Somebody may have pointed to one of them meanwhile.
    const { kept } = await this.values(new Set(), from);
    await store.remove(going.filter((ref) => !kept.has(ref)));
    await store.reclaim();
    const head = await store.chain.head(broker);
    if (head !== null) await store.chain.sign(broker, signedHead(broker, head, at, signer));
  }

  private async namesBefore(from: Month, pointers: Map<string, string>): Promise<Map<string, string>> {
    const names = new Map<string, string>();
    for (const [name, ref] of pointers) {
      const [kind = '', , third = ''] = name.split('/');
      if (BY_MONTH.includes(kind) ? third < from : BY_VALUE.includes(kind) && third !== '' && (await this.isBefore(from, ref)))
        names.set(name, ref);
    }
    return names;
  }

  private async isBefore(from: Month, ref: string): Promise<boolean> {
    const value = propertiesOf(await this.read(ref));
    const day = [value['month'], value['at']].find((text) => typeof text === 'string');
    return day !== undefined && String(day).slice(0, from.length) < from;
  }

  /**
   * What names lead to without these, and what may go with them: what they lead to, and what nothing led to for longer than anybody works with one. Where
   * values of other brokers cannot be read nobody can tell what those lead to: then only what is encrypted with a key of this broker's goes.
   */
  private async values(names: Set<string>, from: Month): Promise<{ kept: Set<string>; going: string[] }> {
    const old = (await this.store.now()).getTime() - UNNAMED_MS;
    const values = await this.linked();
    const staying: string[] = [];
    const leaving: string[] = [];
    for (const chain of await this.store.chains())
      for (const [name, ref] of await this.store.chain.pointers(chain)) (names.has(name) ? leaving : staying).push(ref);
    // What a name led to before it was pointed elsewhere.
    for await (const { name, ref, at } of this.store.chain.entries(this.sealing.broker))
      if (ref !== null && (at < from || name === null || names.has(name))) leaving.push(ref);
    const [kept, left] = [reached(staying, values), reached(leaving, values)];
    const isForeign = (keyId: string | null): boolean => keyId !== null && !keyId.startsWith(`${this.sealing.broker}/`);
    const isAllRead = ![...values.values()].some(({ keyId }) => isForeign(keyId));
    const going = [...values].filter(([ref, { keyId, keptAt }]) => {
      const isOurs = isAllRead || (keyId !== null && !isForeign(keyId));
      return isOurs && !kept.has(ref) && (left.has(ref) || keptAt.getTime() < old);
    });
    return { kept, going: going.map(([ref]) => ref) };
  }

  /** Every value with those it leads to. */
  private async linked(): Promise<Map<string, Linked>> {
    const values = new Map<string, Linked>();
    for await (const { ref, keptAt } of this.store.texts()) values.set(ref, { keptAt, keyId: null, refs: [] });
    for (const [ref, value] of values) {
      const text = await this.texts.readThere(ref);
      if (text === null) continue;
      value.keyId = text.keyId;
      value.refs = digestsIn(text.value).filter((digest) => values.has(digest));
    }
    return values;
  }

  /** Places of the chain that certificates name: they must be found there. */
  private async sealedAt(): Promise<Set<number>> {
    const { broker } = this.sealing;
    const seqs = new Set<number>();
    for (const [name, ref] of await this.store.chain.pointers(broker)) {
      if (!name.startsWith(`closes/${broker}/`)) continue;
      const value = (await this.read(ref)) as { seal?: { chain?: { seq: number } | null } } | null;
      if (value?.seal?.chain) seqs.add(value.seal.chain.seq);
    }
    return seqs;
  }

  private async read(ref: string): Promise<unknown> {
    return (await this.texts.readThere(ref))?.value ?? null;
  }
}

interface Linked {
  keptAt: Date;
  keyId: string | null;
  refs: string[];
}

interface Given {
  entries: ChainEntry[];
  pointers: Map<string, string>;
  names: Map<string, string>;
  from: Month;
  sealedAt: Set<number>;
  at: string;
}

/** What is left of a chain: where its names stand, what certificates name, its last entry, and everything of the months that are kept. */
function cutOf(chain: string, { entries, pointers, names, from, sealedAt, at }: Given, signer: Signer): Cut | null {
  const last = entries.at(-1);
  if (last === undefined) return null;
  // One that was pointed elsewhere meanwhile stays.
  const gone = new Set([...names].filter(([name, ref]) => pointers.get(name) === ref).map(([name]) => name));
  const current = new Map(entries.filter(({ name }) => name !== null).map((entry) => [entry.name!, entry.seq]));
  const isStanding = ({ name, seq }: ChainEntry): boolean =>
    name !== null && !gone.has(name) && pointers.has(name) && current.get(name) === seq;
  const isYoung = (entry: ChainEntry): boolean => entry.at >= from && (entry.name === null || !gone.has(entry.name));
  const kept = entries
    .filter((entry) => entry === last || sealedAt.has(entry.seq) || isStanding(entry) || isYoung(entry))
    .map((entry) => (entry.name !== null && gone.has(entry.name) ? { ...entry, name: null, salt: null } : entry));
  const checkpoint = { seq: last.seq, hash: last.hash, at, entries: kept.length, digest: digestOfHashes(kept) };
  const signature = signer.sign(checkpointText(chain, checkpoint));
  return { names: [...gone], kept, checkpoint: { ...checkpoint, keyId: signer.keyId, signature } };
}
