import { propertiesOf } from '../../shared/http/properties.js';
import type { Autotask, Condition } from '../../shared/autotask/index.js';
import { lastDay } from '../../shared/billing/basics/month.js';
import type { Month } from '../../shared/billing/types.js';
import { invoicesOf, itemsOf, requireInvoices, type Item } from '../../shared/close/billing-items.js';
import { number, readable } from '../../shared/close/fields.js';
import { compareInvoiced, type Invoiced } from '../../shared/close/invoiced.js';
import { partsOf, type Part } from '../../shared/close/sides.js';
import type { Config } from '../../shared/config.js';
import type { Vendors } from '../../shared/vendors.js';
import { CHUNK, readSides, type CloseRequest, type Sides } from './sides.js';

/** What Autotask charged for a month, read in bulk and compared with the report. What it means is decided in `shared/close` alone. */

export interface InvoicedReading extends Invoiced {
  /** What could not be read and may be money of the month. */
  unread: string[];
}

export async function readInvoiced(config: Config, vendors: Vendors, request: CloseRequest): Promise<InvoicedReading> {
  const sides = await readSides(config, vendors, request);
  return { ...(await invoicedOf(config, vendors.autotask, sides, request)), unread: sides.unread };
}

/** Adds to `sides.unread` what cannot be read. */
export async function invoicedOf(
  config: Config,
  autotask: Autotask,
  sides: Sides,
  { month, dismissed, claims: excluded, held, onProgress }: CloseRequest,
): Promise<Invoiced> {
  const { unread, records, ours } = sides;
  const { parts, placeOf } = partsOf(records, { month, subscriptionUdf: config.autotask.subscriptionUdf, ours });
  const items = await readItems(autotask, { month, sides, parts }, onProgress);
  const invoices = await readInvoices(autotask, items, month);
  requireInvoices(items, invoices, unread);
  return compareInvoiced({
    ...sides,
    ...{ month, parts, placeOf, excluded, held, dismissed, items },
    invoices: invoicesOf(invoices, unread),
    otherRows: new Set(readable(records.rows, 'ContractServiceUnits', [], (row) => [number(row, 'id')])),
  });
}

const DAY_MS = 86_400_000;
/** Recurring services may be posted in advance, and a month's charges with the next one's; what was posted later still is asked for by contract. */
const DAYS_BEFORE = 31;
const DAYS_AFTER = 62;

/** Items of the contracts with parts of the month, posted around it; and all items of those contracts where a posted part has none among them. */
async function readItems(
  autotask: Autotask,
  { month, sides: { unread }, parts }: { month: Month; sides: Sides; parts: Part[] },
  onProgress: (what: string) => void,
): Promise<Item[]> {
  const at = (day: string, days: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString();
  const around: Condition[] = [
    { op: 'gte', field: 'postedDate', value: at(`${month}-01`, -DAYS_BEFORE) },
    { op: 'lte', field: 'postedDate', value: at(lastDay(month), DAYS_AFTER) },
  ];
  const items = itemsOf(await ofContracts(autotask, contractsOf(parts), around, onProgress), unread);
  const seen = new Set(items.flatMap(({ rowId, chargeId }) => [`row ${rowId}`, `charge ${chargeId}`]));
  const missing = parts.filter((part) => part.isPosted && !seen.has(`${part.kind} ${part.id}`));
  const others = itemsOf(await ofContracts(autotask, contractsOf(missing), [], onProgress), unread);
  return [...new Map([...items, ...others].map((item) => [item.id, item])).values()];
}

const contractsOf = (parts: Part[]): number[] => [...new Set(parts.map(({ contractId }) => contractId))];

async function ofContracts(
  autotask: Autotask,
  contractIds: number[],
  conditions: Condition[],
  onProgress: (what: string) => void,
): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let start = 0; start < contractIds.length; start += CHUNK) {
    const some: Condition = { op: 'in', field: 'contractID', value: contractIds.slice(start, start + CHUNK) };
    items.push(...(await autotask.query('BillingItems', [some, ...conditions], { onProgress })));
  }
  return items;
}

/** Invoices that the items are on; and void ones of the month's companies, which set their items free. */
async function readInvoices(autotask: Autotask, items: Item[], month: Month): Promise<unknown[]> {
  const invoices: unknown[] = [];
  const read = async (field: string, values: number[], conditions: Condition[]): Promise<void> => {
    for (let start = 0; start < values.length; start += CHUNK) {
      const some: Condition = { op: 'in', field, value: values.slice(start, start + CHUNK) };
      invoices.push(...(await autotask.query('Invoices', [some, ...conditions])));
    }
  };
  await read('id', [...new Set(items.flatMap(({ invoiceId }) => invoiceId ?? []))], []);
  const free = items.filter(({ invoiceId }) => invoiceId === null);
  await read(
    'companyID',
    [...new Set(free.map(({ companyId }) => companyId))],
    [
      { op: 'eq', field: 'isVoided', value: true },
      { op: 'gte', field: 'toDate', value: `${month}-01T00:00:00Z` },
    ],
  );
  return [...new Map(invoices.map((invoice) => [propertiesOf(invoice)['id'], invoice])).values()];
}
