import { productIds } from '../../shared/billing/amounts/products.js';
import { rowsOfContract } from '../../shared/billing/amounts/rows.js';
import { unknownRows } from '../../shared/billing/contracts/doubt.js';
import { codeOrProduct } from '../../shared/billing/report/items.js';
import { chargeKeyOf, itemHash, parseChargeKey } from '../../shared/billing/basics/keys.js';
import { rowKeyOf } from '../../shared/billing/basics/step-kinds.js';
import { addMonths, firstDay, monthOf } from '../../shared/billing/basics/month.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import { PRODUCTS } from '../../shared/billing/basics/record-types.js';
import type { Books, Contract, Month, Row, Settings } from '../../shared/billing/types.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { keptUnder } from '../../shared/evidence/kept.js';
import { outcomeName, outcomesPrefix } from '../../shared/evidence/months.js';
import type { Remembered } from '../../shared/evidence/remembered.js';

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
  /** Charges that others made and that counted for an item (7.8), under the key that a charge of ours for it has. */
  others: Remembered[];
}

/** Of one organization, or of all. */
export async function billedOn(
  { evidence, settings }: { evidence: Kept; settings: Pick<Settings, 'broker'> },
  { broker, month, books }: { broker: string; month: Month; books: IndexedBooks },
  organizationId: string | null = null,
): Promise<BilledOn> {
  const { byKey } = books.index;
  const rows: Remembered[] = [];
  const charges = new Set<string>();
  const others: Remembered[] = [];
  for await (const { owner, item } of posted(evidence, broker, month, organizationId)) {
    const { contractKey, standing } = item;
    for (const { chargeId: id, key, after } of standing?.charges ?? []) {
      if (after === null) continue;
      charges.add(fold(key));
      if (id !== null && parseChargeKey(key) === null)
        others.push({ kind: 'charge', id, key: fold(ownKey(item, owner, month, settings.broker)), isSeen: true });
    }
    const contract = byKey.get(fold(contractKey));
    const row = standing?.row;
    if (contract === undefined || row == null || row.after.units === 0) continue;
    rows.push({ kind: 'row', id: contract.id, key: rowKeyOf(contractKey, row.serviceKey, month), isSeen: true });
  }
  return { rows, charges, others };
}

type Kept = Pick<Evidence, 'names' | 'pointer' | 'get'>;

/** What the last runs of the month posted: for one organization, or for all. */
async function* posted(
  evidence: Kept,
  broker: string,
  month: Month,
  organizationId: string | null,
): AsyncGenerator<{ owner: string; item: Outcome['items'][number] }> {
  const names =
    organizationId === null ? await evidence.names(outcomesPrefix(broker, month)) : [outcomeName(broker, month, organizationId)];
  for (const name of names) {
    const outcome = await keptUnder<Outcome>(evidence, name);
    for (const item of outcome?.items ?? []) if (item.outcome === 'posted') yield { owner: outcome!.organizationId, item };
  }
}

/** The key of the charge that would be made for the item. */
const ownKey = (
  { subscriptionId, type, itemCode, productName }: Outcome['items'][number],
  organizationId: string,
  month: Month,
  broker: string,
): string => {
  const code = codeOrProduct(type, subscriptionId, itemCode, productName);
  return chargeKeyOf(month, itemHash({ broker, organizationId, subscriptionId, type, codeOrProduct: code }));
};

/** Whether a charge that others made still counts for its item: it is there, on a product that stands for what we bill by charge (7.8). */
export const isCounted = ({ id }: Pick<Remembered, 'id'>, books: IndexedBooks): boolean => books.index.counted.has(id);

/** Whether rows of the service bill something: where its key is another one's by now, they would be billed once more on that. */
export const bills = (serviceId: number, books: IndexedBooks): boolean => books.index.billing.has(serviceId);

/** Whether that very service has the key. */
export const hasKey = (serviceId: number, key: string, books: IndexedBooks): boolean =>
  (books.index.keyed.get(serviceId) ?? '') === fold(key);

/** Whether that very contract carries the id, in its field or as its number. */
export const hasContractKey = (contractId: number, key: string, books: IndexedBooks): boolean =>
  keysOf(books.index.contracts.get(contractId)).includes(fold(key));

/** Whether a row shows that stands for the same. */
export const isRowThere = (key: string, books: IndexedBooks): boolean => books.index.rows.has(fold(key));

/**
 * Whether something else says why a row that was seen does not show: a row that cannot be read may be it, or one of a service that lost its key; its contract
 * is missing itself, or was ended before the month, which takes the rows behind its end away (`docs/vendors/autotask.md` 4).
 */
export function isRowExplained({ id, key }: RowRecord, books: IndexedBooks): boolean {
  const { contracts, keyed } = books.index;
  const contract = contracts.get(id);
  if (contract === undefined || isEndedBefore(contract, monthOfRow(key))) return true;
  const ofContract = rowsOfContract(books, id);
  return (
    (books.unreadable ?? []).some(({ kind }) => kind === 'row') ||
    unknownRows(monthOfRow(key), { rows: ofContract }, (serviceId) => !keyed.has(serviceId)).length > 0
  );
}

/** Whether nobody will look for it again: it bills nothing any more, its contract was ended before it, or its month is long past. */
export function isRowForgotten({ id, key }: RowRecord, month: Month, books: IndexedBooks): boolean {
  const { contracts, rows } = books.index;
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
  /** Services with rows that have units. */
  billing: Set<number>;
  /** Charges on products that stand for what we bill by charge. */
  counted: Set<number>;
  ids: Record<'contract' | 'service' | 'product' | 'charge', Set<number>>;
  /** Folded. */
  keys: Record<'service' | 'product' | 'charge', Set<string>>;
}

/** The books with what is asked of them for each record that was ever made or used: worked out once by anyone who asks so much. */
export interface IndexedBooks extends Books {
  index: Index;
}

export function indexed(books: Books): IndexedBooks {
  const contracts = new Map(books.contracts.map((contract) => [contract.id, contract]));
  const byKey = new Map(books.contracts.flatMap((contract) => keysOf(contract).map((key) => [key, contract] as const)));
  const keyed = new Map(books.services.flatMap(({ id, key }) => (fold(key) === '' ? [] : [[id, fold(key)] as const])));
  const rows = new Map<string, Row[]>();
  for (const row of books.rows)
    for (const contractKey of keysOf(contracts.get(row.contractId))) {
      const key = rowKeyOf(contractKey, keyed.get(row.serviceId) ?? '', monthOf(row.startDay));
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  const billing = new Set(books.rows.flatMap(({ serviceId, units }) => (units === 0 ? [] : [serviceId])));
  const products = new Set(Object.values(PRODUCTS).flatMap(({ key }) => productIds(books, key)));
  const counted = new Set(
    books.charges.flatMap(({ id, productId }) => (productId !== null && products.has(productId) ? [id] : [])),
  );
  const ids = {
    contract: idsOf(books.contracts),
    service: idsOf(books.services),
    product: idsOf(books.products),
    charge: idsOf(books.charges),
  };
  const keys = { service: foldedKeys(books.services), product: foldedKeys(books.products), charge: foldedKeys(books.charges) };
  return { ...books, index: { contracts, byKey, rows, keyed, billing, counted, ids, keys } };
}

const idsOf = (records: { id: number }[]): Set<number> => new Set(records.map(({ id }) => id));
const foldedKeys = (records: { key: string | null }[]): Set<string> => new Set(records.map(({ key }) => fold(key)));

const keysOf = (contract: Contract | undefined): string[] => [
  ...new Set([fold(contract?.subscriptionId), fold(contract?.number)].filter((key) => key !== '')),
];
