import { utimes } from 'node:fs/promises';
import type { BackupRecord } from './backup.js';
import type { ChainEntry, Checkpoint, SignedHead } from './chain.js';
import { StoreRefused, type EvidenceStore } from './evidence.js';
import { writeWhole } from './file-store.js';

/** A broker's chain as one moment saw it. */
export interface ChainSnapshot {
  checkpoint: Checkpoint | null;
  entries: ChainEntry[];
  signatures: SignedHead[];
}

/** Chains first, each under its lock, and values then: a value is there before a name points to it. */
export async function dumpFiles(
  store: Pick<EvidenceStore, 'chains' | 'texts' | 'kept'>,
  snapshot: (chain: string) => Promise<ChainSnapshot>,
  each: (record: BackupRecord) => Promise<void>,
): Promise<void> {
  for (const chain of await store.chains()) {
    const { checkpoint, entries, signatures } = await snapshot(chain);
    if (checkpoint !== null) await each({ chain, checkpoint });
    for (const entry of entries) await each({ chain, entry });
    for (const signature of signatures) await each({ chain, signature });
  }
  for await (const { ref, keptAt } of store.texts()) {
    const text = await store.kept(ref).catch(() => null); // taken away meanwhile; who still needs it is told at the end
    if (text !== null) await each({ value: { ref, text, keptAt: keptAt.toISOString() } });
  }
}

interface Places {
  valuePath: (ref: string) => string;
  namePath: (name: string) => string;
  chainPath: (chain: string) => string;
}

/** Into a folder that holds none. Values come first, then what names them. */
export async function loadFiles(
  store: Pick<EvidenceStore, 'chains' | 'texts'>,
  { valuePath, namePath, chainPath }: Places,
  records: (each: (record: BackupRecord) => Promise<void>) => Promise<void>,
): Promise<void> {
  const isEmpty = (await store.chains()).length === 0 && (await store.texts()[Symbol.asyncIterator]().next()).done === true;
  if (!isEmpty) throw new StoreRefused('The evidence store has evidence in it already. Name an empty folder in BILLING_EVIDENCE');
  const chains = new Map<string, ChainSnapshot>();
  const chainOf = (chain: string): ChainSnapshot => {
    const known = chains.get(chain) ?? { checkpoint: null, entries: [], signatures: [] };
    chains.set(chain, known);
    return known;
  };
  await records(async (record) => {
    if ('value' in record) {
      const { ref, text, keptAt } = record.value;
      writeWhole(valuePath(ref), text);
      await utimes(valuePath(ref), new Date(), new Date(keptAt));
    } else if ('checkpoint' in record) chainOf(record.chain).checkpoint = record.checkpoint;
    else if ('entry' in record) chainOf(record.chain).entries.push(record.entry);
    else chainOf(record.chain).signatures.push(record.signature);
  });
  for (const [chain, { checkpoint, entries, signatures }] of chains) {
    const names = new Map<string, ChainEntry>();
    for (const entry of entries) {
      if (entry.name === null) continue;
      if (entry.ref === null) names.delete(entry.name);
      else names.set(entry.name, entry);
    }
    for (const [name, entry] of names) writeWhole(namePath(name), JSON.stringify(entry));
    writeWhole(`${chainPath(chain)}.signed`, linesOf(signatures));
    writeWhole(chainPath(chain), linesOf([...(checkpoint === null ? [] : [{ checkpoint }]), ...entries]));
  }
}

const linesOf = (records: unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');
