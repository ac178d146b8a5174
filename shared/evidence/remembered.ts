import type { Gone } from '../billing/types.js';
import { digestOf } from '../billing/basics/keys.js';
import { fold } from '../billing/basics/text.js';
import type { Outcome } from '../billing/results/results.js';
import type { Evidence } from './evidence.js';
import { keptUnder } from './kept.js';
import { monthsPrefix, outcomesPrefix } from './months.js';

/**
 * What we made or used in Autotask, by id, with the key it is found by. It decides no amount: it distinguishes a record that is gone, or that the search does not
 * show, from one that never was. One list per broker, and a note for each record since that list was written.
 */
export interface Remembered {
  kind: Gone['kind'];
  id: number;
  key: string;
  /** Whether a search has shown it since it was made. */
  isSeen: boolean;
  /** We took it away ourselves. */
  isRemoved?: boolean;
}

const listName = (broker: string): string => `remembered/${broker}`;
const notesPrefix = (broker: string): string => `made/${broker}/`;
const noteName = (broker: string, record: Identified): string => notesPrefix(broker) + digestOf([recordId(record)]);

type Identified = Pick<Remembered, 'kind' | 'id' | 'key'>;

/** What tells records apart; a row that never showed has no id of its own. */
export const recordId = ({ kind, id, key }: Identified): string => (kind === 'row' ? `row ${key}` : `${kind} ${id}`);

/** Notes a record as soon as its id is known; the list takes it in with the next survey. */
export async function noteRecord(evidence: Evidence, broker: string, record: Remembered): Promise<void> {
  await evidence.point(noteName(broker, record), await evidence.put(record));
}

export interface Recalled {
  records: Remembered[];
  /** Names of the notes that are in `records` and not in the list yet. */
  notes: string[];
}

/** What is remembered of a broker; learned from outcomes where nothing was noted yet, or the list is no longer kept. */
export async function recall(evidence: Evidence, broker: string, onProgress: (what: string) => void): Promise<Recalled> {
  const kept = await keptUnder<Remembered[]>(evidence, listName(broker));
  const listed = kept ?? (await learned(evidence, broker, onProgress));
  const records = new Map(listed.map((record) => [recordId(record), record]));
  const notes = await evidence.names(notesPrefix(broker));
  for (const name of notes) {
    const record = await keptUnder<Remembered>(evidence, name);
    if (record !== null) records.set(recordId(record), record);
  }
  return { records: [...records.values()].filter(({ isRemoved }) => isRemoved !== true), notes };
}

/** Writes the list again where it changed; notes are forgotten only once the list has them. */
export async function keepList(evidence: Evidence, broker: string, { records, notes }: Recalled): Promise<void> {
  const sorted = [...records].sort((left, right) =>
    left.kind < right.kind ? -1 : left.kind > right.kind ? 1 : left.id - right.id,
  );
  const ref = await evidence.put(sorted);
  if ((await evidence.pointer(listName(broker))) !== ref) await evidence.point(listName(broker), ref);
  for (const name of notes) await evidence.unpoint(name);
}

/** What the outcomes of earlier versions name. */
async function learned(evidence: Evidence, broker: string, onProgress: (what: string) => void): Promise<Remembered[]> {
  const records = new Map<string, Remembered>();
  const add = (kind: Remembered['kind'], id: number | null, key: string): void => {
    if (id !== null && key !== '') records.set(recordId({ kind, id, key }), { kind, id, key: fold(key), isSeen: true });
  };
  for (const name of await outcomeNames(evidence, broker)) {
    onProgress('remembering what was made before');
    for (const item of (await keptUnder<Outcome>(evidence, name))?.items ?? []) {
      add('contract', item.contractId, item.contractKey);
      if (item.outcome !== 'posted') continue;
      if (item.standing?.row) add('service', item.standing.row.serviceId, item.standing.row.serviceKey);
      for (const { chargeId, key, after } of item.standing?.charges ?? []) if (after !== null) add('charge', chargeId, key);
    }
  }
  return [...records.values()];
}

/** Of every month that was ever closed. */
async function outcomeNames(evidence: Evidence, broker: string): Promise<string[]> {
  const months = (await evidence.names(monthsPrefix(broker))).map((name) => name.slice(monthsPrefix(broker).length));
  const names = await Promise.all(months.map((month) => evidence.names(outcomesPrefix(broker, month))));
  return names.flat();
}

interface Blind {
  kind: Gone['kind'];
  id: number;
  key: string;
}

const blindName = (broker: string): string => `search-blind/${broker}`;

/** The record that was made and that its search did not show: until it shows, nothing is made on the word of that search. */
export async function noteBlind(evidence: Evidence, broker: string, record: Blind): Promise<void> {
  await evidence.point(blindName(broker), await evidence.put(record));
}

export async function readBlind(evidence: Evidence, broker: string): Promise<Blind | null> {
  const ref = await evidence.pointer(blindName(broker));
  return ref === null ? null : evidence.get<Blind>(ref);
}

export const forgetBlind = (evidence: Evidence, broker: string): Promise<void> => evidence.unpoint(blindName(broker));
