import { SearchBlind } from '../../shared/autotask/index.js';
import { ApiError } from '../../shared/http/errors.js';
import { unknownRows } from '../../shared/billing/contracts/doubt.js';
import { kindAndKey, madeIn } from '../../shared/billing/basics/step-kinds.js';
import { parseChargeKey } from '../../shared/billing/basics/keys.js';
import { fold, present } from '../../shared/billing/basics/text.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Gone, Month } from '../../shared/billing/types.js';
import type { Mode } from '../../shared/messages/messages.js';
import { forgetBlind, keepList, readBlind, recall, recordId, type Remembered } from '../../shared/evidence/remembered.js';
import type { Dependencies } from '../dependencies.js';
import {
  billedOn,
  bills,
  hasContractKey,
  hasKey,
  indexed,
  isCounted,
  isRowExplained,
  isRowForgotten,
  isRowThere,
  type IndexedBooks,
} from './row-memory.js';
import { PRODUCTS } from '../../shared/billing/basics/record-types.js';

/**
 * Finding nothing is no proof that nothing is there (rule 6.6): what we made or used must be found again by the survey's own queries, else it is asked for
 * by id. What answers by id and not by search shows that the search is blind, and nothing may be made on its word.
 */

/** So many records gone at once, and more than this share of all, are no coincidence: the search is to blame. */
const GONE_AT_ONCE = 3;
const GONE_SHARE = 0.01;
/** Records that are asked for one by one, when no list shows them. */
const ASKED_ONE_BY_ONE = 5;

/** What a month's report names: folded subscription ids and item codes. */
export interface NamedKeys {
  contracts: Set<string>;
  services: Set<string>;
}

/** The survey with what is gone; stops the run where the search is to blame. Remembers what the survey has shown. */
export async function withRemembered(
  dependencies: Dependencies,
  { broker, month, mode }: { broker: string; month: Month; mode: Mode },
  named: NamedKeys,
  read: Books,
): Promise<Books> {
  const books = indexed(read);
  const { evidence, heartbeat } = dependencies;
  const { records: listed, notes } = await recall(evidence, broker, heartbeat);
  const { rows, others } = await billedOn(dependencies, { broker, month, books });
  const known = [...new Map([...listed, ...rows].map((record) => [recordId(record), record])).values()];
  await requireSight(dependencies, { broker, month, mode }, books);
  const missing = known.filter((record) => isExpected(record, month) && !isShown(record, books));
  const uncounted = await uncountedOf(dependencies, others, books);
  const gone = await goneOf(dependencies, missing);
  requireFew(
    gone.filter((one) => wouldMatter(one, named, books)),
    known,
    mode,
  );
  const goneIds = new Set(gone.map(recordId));
  const deleted = deletedOf(known, gone, books);
  await keepList(evidence, broker, { records: remember(known, { month, named, gone: goneIds, deleted }, books), notes });
  const held = gone.filter((one) => !deleted.has(recordId(one)) && !isReplaced(one, books)).map(asGone);
  return held.length + uncounted.length === 0 ? read : { ...read, gone: [...held, ...uncounted] };
}

/**
 * For a plan of one organization's own reads: what of the things it would make was there before, the services that its rows stand on and that are not what
 * they were, and rows that its items were posted on.
 */
export async function goneFor(
  dependencies: Dependencies,
  broker: string,
  { organizationId, month, steps, items }: Plan,
  read: Books,
): Promise<Gone[]> {
  const books = indexed(read);
  const made = madeIn(steps);
  const { records: known } = await recall(dependencies.evidence, broker, dependencies.heartbeat);
  const isMade = (record: Remembered): boolean => made.has(kindAndKey(record));
  const changed = new Set(known.flatMap((record) => (record.kind === 'service' && !isShown(record, books) ? [record.id] : [])));
  const unknown = new Set(unknownRows(month, books, (id) => changed.has(id)).map(({ serviceId }) => serviceId));
  const isUnknown = ({ kind, id }: Remembered): boolean => kind === 'service' && unknown.has(id);
  const contracts = new Set(items.map(({ contractId }) => contractId));
  const isHiddenRow = (record: Remembered): boolean =>
    record.kind === 'row' && contracts.has(record.id) && isExpected(record, month) && !isShown(record, books);
  const { rows, charges, others } = await billedOn(dependencies, { broker, month, books }, organizationId);
  const isHiddenCharge = (record: Remembered): boolean =>
    record.kind === 'charge' && charges.has(record.key) && !isShown(record, books);
  const asked = [...known, ...rows].filter((record) =>
    [isMade, isUnknown, isHiddenRow, isHiddenCharge].some((isAsked) => isAsked(record)),
  );
  const gone = await goneOf(dependencies, asked);
  const deleted = deletedOf(asked, gone, books);
  const left = gone.filter((one) => !deleted.has(recordId(one))).map(asGone);
  return [...left, ...(await uncountedOf(dependencies, others.filter(isMade), books))];
}

/** Charges of others that counted for an item and do so no more, though they are there: the item would be billed once more alongside them. */
async function uncountedOf({ autotask }: Dependencies, others: Remembered[], books: IndexedBooks): Promise<Gone[]> {
  const asked = others.filter((one) => !isCounted(one, books));
  if (asked.length === 0) return [];
  const there = await autotask.readByIds(
    'charge',
    asked.map(({ id }) => id),
  );
  // One by one as well: what no list shows may answer to its own address.
  const shown = await Promise.all(
    asked.map(async ({ id }, at) => there.has(id) || (at < ASKED_ONE_BY_ONE && (await autotask.isThere('charge', id)))),
  );
  return asked.filter((_, at) => shown[at]).map(({ kind, id, key }) => ({ kind, id, key, why: UNCOUNTED(id) }));
}

/** A charge that was seen and is not there any more, by its id neither, was deleted by a person, and is made again (rule 7.7). */
function deletedOf(known: Remembered[], gone: Missed[], books: IndexedBooks): Set<string> {
  const there = new Set(gone.filter(({ isThere }) => isThere).map(recordId));
  const isDeleted = (record: Remembered): boolean =>
    record.kind === 'charge' && record.isSeen && !books.index.ids.charge.has(record.id) && !there.has(recordId(record));
  return new Set(known.filter(isDeleted).map(recordId));
}

/** What is gone, or is there by its id without the key that it was found by. */
interface Missed extends Gone {
  isThere: boolean;
}

const asGone = ({ kind, id, key, why }: Missed): Gone => ({ kind, id, key, why });

/** Charges and rows are surveyed by their month alone. */
function isExpected({ kind, key }: Pick<Gone, 'kind' | 'key'>, month: Month): boolean {
  if (kind === 'charge') return fold(key).startsWith(`cm-${month}-`);
  return kind !== 'row' || key.endsWith(`|${month}`);
}

function isShown({ kind, id, key, isSeen = false }: Known, books: IndexedBooks): boolean {
  if (kind === 'row') return isRowThere(key, books) || (isSeen && isRowExplained({ id, key }, books));
  if ((books.unreadable ?? []).some((record) => record.kind === kind && record.id === id)) return true;
  if (!books.index.ids[kind].has(id)) return false;
  if (kind === 'contract') return hasContractKey(id, key, books);
  // What stands on its rows is not shown by another one's key, which may have been this one's.
  if (kind === 'service' && bills(id, books)) return hasKey(id, key, books);
  // Under another key it is not found by its own, and would be made once more.
  return !isFoundByKey(kind) || books.index.keys[kind].has(fold(key));
}

type Known = Pick<Remembered, 'kind' | 'id' | 'key'> & { isSeen?: boolean };

type FoundByKey = 'service' | 'product' | 'charge';
const isFoundByKey = (kind: Gone['kind']): kind is FoundByKey => kind !== 'contract' && kind !== 'row';

/** Whether another record has taken its place; a service of which rows still bill something has its own. */
const isReplaced = (record: Pick<Gone, 'kind' | 'id' | 'key'>, books: IndexedBooks): boolean =>
  isFollowed(record, books) && !(record.kind === 'service' && bills(record.id, books));

/** Whether another record of the kind has the key by now. */
function isFollowed({ kind, key }: Pick<Gone, 'kind' | 'key'>, books: IndexedBooks): boolean {
  if (kind === 'contract') return books.index.byKey.has(fold(key));
  return isFoundByKey(kind) ? books.index.keys[kind].has(fold(key)) : isRowThere(key, books);
}

/** Whether its absence bears on what is billed: an old contract that somebody tidied away does not. */
const wouldMatter = ({ kind, key }: Gone, named: NamedKeys, books: IndexedBooks): boolean =>
  !isFollowed({ kind, key }, books) &&
  (kind === 'contract' ? named.contracts.has(fold(key)) : kind === 'service' ? named.services.has(fold(key)) : true);

// ---------------------------------------------------------------------------------------------------------------- asking by id

/** Of records that no search shows: those that are gone by id too. One that answers by id shows that the search is blind. */
async function goneOf(dependencies: Dependencies, missing: Remembered[]): Promise<Missed[]> {
  const { autotask } = dependencies;
  const rows = missing.filter(({ kind }) => kind === 'row');
  const gone: Missed[] = rows.map((record) => missed(record, record.isSeen ? ROW_GONE(record.id) : NEVER_SHOWN));
  for (const kind of ['contract', 'service', 'product', 'charge'] as const) {
    const asked = missing.filter((record) => record.kind === kind);
    if (asked.length === 0) continue;
    const there = await autotask.readByIds(
      kind,
      asked.map(({ id }) => id),
    );
    const absent: Remembered[] = [];
    for (const record of asked) {
      const found = there.get(record.id);
      if (found === undefined) absent.push(record);
      else if (found.keys.some((key) => fold(key) === record.key)) await requireShown(dependencies, record);
      else gone.push(missed(record, kind === 'contract' ? lostIds(record.id, found.keys) : LOST_KEY(record), true));
    }
    for (const record of absent.slice(0, ASKED_ONE_BY_ONE))
      if (await autotask.isThere(kind, record.id))
        throw new SearchBlind(`${kind} ${record.id} answers by its id, but no query shows it`);
    gone.push(...absent.map((record) => missed(record, GONE[record.isSeen ? 'seen' : 'unseen'](record))));
  }
  return gone;
}

const missed = ({ kind, id, key }: Remembered, why: string, isThere = false): Missed => ({ kind, id, key, why, isThere });
const lostIds = (id: number, keys: (string | null)[]): string =>
  `Contract ${id} ${
    keys.every((key) => fold(key) === '') ? 'has lost its subscription id and its number' : 'carries other ids now'
  }; what it still bills would be billed twice.`;
const LOST_KEY = ({ kind, id, key }: Remembered): string =>
  `The ${kind} ${id} has lost its key ${key}; what is billed on it would be billed again on a new one.`;
const UNCOUNTED = (id: number): string =>
  `Charge ${id}, which somebody else made, stood for it. It is still there, but no search finds it in the month on the product for it; what it bills would be billed again.`;
const NEVER_SHOWN = 'The amount was written, but Autotask has not shown its row since.';
const ROW_GONE = (contractId: number): string =>
  `A row of contract ${contractId} was there before, but Autotask no longer shows it; if it still bills, whatever is written would be billed in addition.`;
const GONE = {
  seen: ({ kind, id }: Remembered): string => `The ${kind} ${id} was there before and is gone from Autotask.`,
  unseen: ({ kind, id }: Remembered): string => `The ${kind} ${id} was made, but Autotask has not shown it since.`,
};

/** It answers to a list of ids. Where it shows by now to the search that left it out, everything is read again: what was read is not whole. */
async function requireShown({ autotask }: Dependencies, { kind, id, key }: Remembered): Promise<never> {
  if (await isShownNow(autotask, kind, id))
    throw new ApiError('unavailable', `Autotask did not show ${kind} ${id} (${key}) a moment ago, but shows it now.`);
  throw new SearchBlind(`${kind} ${id} answers by its id, but the query that looks for our records leaves it out`);
}

/** Another customer's plan may have made a service or product since the list was read that this one goes by; the next plan reads it. */
async function isShownNow(autotask: Dependencies['autotask'], kind: Gone['kind'], id: number): Promise<boolean> {
  if (kind === 'contract') return autotask.isSurveyed(id);
  const isListed =
    kind === 'service' ? await autotask.showsService(id) : kind === 'product' ? await autotask.showsProduct(id) : false;
  if (isListed) await autotask.refreshShared();
  return isListed;
}

function requireFew(gone: Gone[], known: Remembered[], mode: Mode): void {
  if (mode !== 'auto' || gone.length < GONE_AT_ONCE || gone.length <= known.length * GONE_SHARE) return;
  const named = gone.slice(0, ASKED_ONE_BY_ONE).map(({ kind, id }) => `${kind} ${id}`);
  throw new SearchBlind(
    `of ${known.length} records that we made or used, ${gone.length} are not found and do not answer by their ids (${named.join(', ')}). If somebody deleted them, run the month with --mode approve and release what is to be made again`,
  );
}

/** The record that a search did not show when it was made shows by now, or a person looks at every plan. */
async function requireSight(
  { evidence }: Dependencies,
  { broker, month, mode }: { broker: string; month: Month; mode: Mode },
  books: IndexedBooks,
): Promise<void> {
  const blind = await readBlind(evidence, broker);
  if (blind === null || !isExpected(blind, month)) return;
  if (isShown(blind, books)) return forgetBlind(evidence, broker);
  if (mode !== 'auto') return;
  throw new SearchBlind(
    `${blind.kind} ${blind.id} (${blind.key}) was made, but is still not found. If somebody deleted it, run the month with --mode approve and release one plan`,
  );
}

// ---------------------------------------------------------------------------------------------------------------- remembering

interface Taken {
  month: Month;
  named: NamedKeys;
  /** What is gone (`recordId`). */
  gone: Set<string>;
  deleted: Set<string>;
}

/** What was known and is not replaced, and what the survey shows of ours. */
function remember(known: Remembered[], { month, named, gone, deleted }: Taken, books: IndexedBooks): Remembered[] {
  const shown: Remembered[] = [
    ...books.contracts.flatMap(({ id, subscriptionId, number }) => {
      const key = present(subscriptionId) ?? present(number);
      return key !== null && (named.contracts.has(fold(key)) || fold(key).startsWith('cm-')) ? [seen('contract', id, key)] : [];
    }),
    ...books.services.flatMap(({ id, key }) => (named.services.has(fold(key)) ? [seen('service', id, key ?? '')] : [])),
    ...books.products.flatMap(({ id, key }) => (OUR_PRODUCTS.has(fold(key)) ? [seen('product', id, key ?? '')] : [])),
    ...books.charges.flatMap(({ id, key }) => (parseChargeKey(key) !== null ? [seen('charge', id, key)] : [])),
  ];
  const records = new Map(known.map((record) => [recordId(record), record]));
  for (const record of shown) records.set(recordId(record), record);
  const isOver = (record: Remembered): boolean =>
    (record.kind === 'row' && (record.isSeen ? isRowForgotten(record, month, books) : isReplaced(record, books))) ||
    (gone.has(recordId(record)) && (isReplaced(record, books) || deleted.has(recordId(record))));
  return [...records.values()].filter((record) => !isOver(record));
}

const OUR_PRODUCTS = new Set(Object.values(PRODUCTS).map(({ key }) => fold(key)));
const seen = (kind: Gone['kind'], id: number, key: string): Remembered => ({ kind, id, key: fold(key), isSeen: true });
