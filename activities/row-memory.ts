import { unknownRows } from '../shared/billing/doubt.js';
import { rowKeyOf } from '../shared/billing/step-kinds.js';
import { addMonths, firstDay, monthOf } from '../shared/billing/month.js';
import { fold } from '../shared/billing/text.js';
import type { Outcome } from '../shared/billing/results.js';
import type { Books, Contract, Month, Row } from '../shared/billing/types.js';
import type { Evidence } from '../shared/evidence/index.js';
import { keptUnder } from '../shared/evidence/kept.js';
import { outcomeName, outcomesPrefix } from '../shared/evidence/months.js';
import type { Remembered } from '../shared/evidence/remembered.js';

/**
 * Rows and charges that items were posted on, which a list may lack a day later (rule 6.6). A row has no key of its own: it is known by what it stands for,
 * its contract, service and month (`rowKeyOf`).
 */

/** Rows are remembered for so many months before the one that is surveyed: the month that is checked again is one of them. */
const KEPT_MONTHS = 2;

type RowRecord = Pick<Remembered, 'id' | 'key'>;

/** What posted items stood on when they were read back. */
export interface BilledOn {
  /** Rows of the month, on contracts that are there. */
  rows: Remembered[];
  /** Keys of charges, folded. */
  charges: Set<string>;
}

/** Of one organization, or of all. */
export async function billedOn(
  evidence: Kept,
  broker: string,
  month: Month,
  books: Books,
  organizationId: string | null = null,
): Promise<BilledOn> {
  const { byKey } = indexOf(books);
  const rows: Remembered[] = [];
  const charges = new Set<string>();
  for await (const { contractKey, standing } of posted(evidence, broker, month, organizationId)) {
    for (const { key, after } of standing?.charges ?? []) if (after !== null) charges.add(fold(key));
    const contract = byKey.get(fold(contractKey));
    const row = standing?.row;
    if (contract === undefined || row == null || row.after.units === 0) continue;
    rows.push({ kind: 'row', id: contract.id, key: rowKeyOf(contractKey, row.serviceKey, month), isSeen: true });
  }
  return { rows, charges };
}

type Kept = Pick<Evidence, 'names' | 'pointer' | 'get'>;

/** What the last runs of the month posted: for one organization, or for all. */
async function* posted(
  evidence: Kept,
  broker: string,
  month: Month,
  organizationId: string | null,
): AsyncGenerator<Outcome['items'][number]> {
  const names =
    organizationId === null ? await evidence.names(outcomesPrefix(broker, month)) : [outcomeName(broker, month, organizationId)];
  for (const name of names) {
    const outcome = await keptUnder<Outcome>(evidence, name);
    yield* (outcome?.items ?? []).filter((item) => item.outcome === 'posted');
  }
}

/** Whether a row shows that stands for the same. */
export const isRowThere = (key: string, books: Books): boolean => indexOf(books).rows.has(fold(key));

/**
 * Whether something else tells why a row that was seen does not show: a row that cannot be read may be it, or one of a service that lost its key; its contract
 * is missing itself, or was ended before the month, which takes the rows behind its end away (`docs/vendors/autotask.md` 4).
 */
export function isRowExplained({ id, key }: RowRecord, books: Books): boolean {
  const { contracts, keyed } = indexOf(books);
  const contract = contracts.get(id);
  if (contract === undefined || isEndedBefore(contract, monthOfRow(key))) return true;
  const ofContract = books.rows.filter(({ contractId }) => contractId === id);
  return (
    (books.unreadable ?? []).some(({ kind }) => kind === 'row') ||
    unknownRows(monthOfRow(key), { rows: ofContract }, (serviceId) => !keyed.has(serviceId)).length > 0
  );
}

/** Whether nobody will look for it again: it bills nothing any more, its contract was ended before it, or its month is long past. */
export function isRowForgotten({ id, key }: RowRecord, month: Month, books: Books): boolean {
  const { contracts, rows } = indexOf(books);
  const shown = rows.get(fold(key));
  if (shown !== undefined) return shown.every(({ units }) => units === 0);
  const contract = contracts.get(id);
  return monthOfRow(key) < addMonths(month, -KEPT_MONTHS) || (contract !== undefined && isEndedBefore(contract, monthOfRow(key)));
}

const monthOfRow = (key: string): Month => key.slice(-'2025-10'.length);
const isEndedBefore = ({ endDay }: Contract, month: Month): boolean => endDay < firstDay(month);

// ---------------------------------------------------------------------------------------------------------------- the books' rows

interface Index {
  contracts: Map<number, Contract>;
  byKey: Map<string, Contract>;
  /** Under each key of their contracts. */
  rows: Map<string, Row[]>;
  /** Services that have a key. */
  keyed: Map<number, string>;
}

const indexes = new WeakMap<Books, Index>();

function indexOf(books: Books): Index {
  const known = indexes.get(books);
  if (known !== undefined) return known;
  const contracts = new Map(books.contracts.map((contract) => [contract.id, contract]));
  const byKey = new Map(books.contracts.flatMap((contract) => keysOf(contract).map((key) => [key, contract] as const)));
  const keyed = new Map(books.services.flatMap(({ id, key }) => (fold(key) === '' ? [] : [[id, fold(key)] as const])));
  const rows = new Map<string, Row[]>();
  for (const row of books.rows)
    for (const contractKey of keysOf(contracts.get(row.contractId))) {
      const key = rowKeyOf(contractKey, keyed.get(row.serviceId) ?? '', monthOf(row.startDay));
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  const index = { contracts, byKey, rows, keyed };
  indexes.set(books, index);
  return index;
}

const keysOf = (contract: Contract | undefined): string[] => [
  ...new Set([fold(contract?.subscriptionId), fold(contract?.number)].filter((key) => key !== '')),
];
