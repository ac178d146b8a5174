import type { Line } from '../billing/types.js';
import { asPosted, exact, times, toMinor, type Exact } from './exact.js';

/**
 * Both sides of a month as the close sees them: amounts by customer and subscription, from Cloudmore's lines and from Autotask's records as they come over the
 * wire. It knows nothing of items, plans or rules: only whose money it is.
 */

/** Amounts without a subscription id (perpetual licences) are one group per customer. */
export const NO_SUBSCRIPTION = '';

/** Charges of ours on a contract that no longer carries a subscription's id belong to nobody, and show up as a difference. */
const NO_COMPANY = -1;

export interface Sum {
  cost: Exact;
  sales: Exact;
}

/** What one subscription of one customer costs in a currency, by the report. */
export interface Reported extends Sum {
  organizationId: string;
  organizationName: string;
  subscriptionId: string;
  currency: string;
  lines: Line[];
  /** Groups of lines whose sum is rounded on its own, and has more digits than the currency: each may move by half a minor unit. */
  roundings: number;
}

/** What stands in Autotask for one subscription of one company. */
export interface Standing extends Sum {
  companyId: number;
  subscriptionId: string;
  contractIds: number[];
  parts: string[];
}

export const fold = (text: string | null | undefined): string => (text ?? '').trim().toLowerCase();

// ---------------------------------------------------------------------------------------------------------------- Cloudmore

/** Adds up the lines of the month before the day. */
export function reportedOf(lines: Line[], month: string, before: string): Reported[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    if (line.billingDate.slice(0, 7) !== month || line.billingDate >= before) continue;
    const key = [line.organizationId, line.subscriptionId, line.currency].map(fold).join('|');
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].map((group) => {
    const { organizationId, organizationName, subscriptionId, currency } = group[0]!;
    return {
      organizationId,
      organizationName,
      subscriptionId: fold(subscriptionId) === '' ? NO_SUBSCRIPTION : fold(subscriptionId),
      currency: currency.toUpperCase(),
      lines: group,
      cost: total(group.map(({ cost }) => exact(cost))),
      sales: total(group.map(({ sales }) => exact(sales))),
      roundings: roundingsOf(group),
    };
  });
}

function roundingsOf(lines: Line[]): number {
  const isWhole = (amount: string, currency: string): boolean => toMinor(exact(amount), currency) === exact(amount);
  const rough = lines.filter(({ cost, sales, currency }) => !isWhole(cost, currency) || !isWhole(sales, currency));
  return new Set(rough.map(({ itemCode, productName }) => fold(itemCode) || fold(productName))).size;
}

export const total = (values: Exact[]): Exact => values.reduce((sum, value) => sum + value, 0n);

// ---------------------------------------------------------------------------------------------------------------- Autotask

/** Records as Autotask gives them, page by page, nothing interpreted. */
export interface Records {
  companies: unknown[];
  contracts: unknown[];
  /** Rows that begin around the month. */
  rows: unknown[];
  /** Charges whose key is one of the month's, and those purchased around it on one of our products. */
  charges: unknown[];
  services: unknown[];
}

type Fields = Record<string, unknown>;

/** A value of a record that is there and means nothing to us, or is needed and not there. */
class CannotBeRead extends Error {}

/** What `read` makes of each record; one that cannot be read is told to `unread`, and left out. */
export function readable<T>(records: unknown[], path: string, unread: string[], read: (record: Fields) => T[]): T[] {
  return records.flatMap((raw) => {
    const record = lowered(raw);
    try {
      return read(record);
    } catch (error) {
      if (!(error instanceof CannotBeRead)) throw error;
      unread.push(`Autotask, ${path}, ${String(record.id)}: ${error.message}. The month is not certified.`);
      return [];
    }
  });
}

/**
 * Sums by company and subscription what the month's invoices will carry: rows of our services that begin in the month, where a person has split one each part,
 * and our charges of the month. `unread` takes what cannot be read, a sentence for each record.
 */
export function standingOf(
  records: Records,
  { month, subscriptionUdf, priceListCodes }: { month: string; subscriptionUdf: string; priceListCodes: Set<string> },
  unread: string[] = [],
): Standing[] {
  const contracts = new Map(
    readable(records.contracts, 'Contracts', unread, (contract) => [
      [number(contract, 'id'), contractOf(contract, subscriptionUdf)] as const,
    ]),
  );
  const ours = new Set(
    readable(records.services, 'Services', unread, (service) =>
      isOurs(fold(text(service, 'invoicedescription')), priceListCodes) ? [number(service, 'id')] : [],
    ),
  );
  const sums = new Map<string, Standing>();
  const add = (contractId: number, sum: Sum, part: string): void => {
    const contract = contracts.get(contractId) ?? { companyId: NO_COMPANY, subscriptionId: `contract ${contractId}` };
    const key = `${contract.companyId}|${contract.subscriptionId}`;
    const standing = sums.get(key) ?? { ...contract, contractIds: [], parts: [], cost: 0n, sales: 0n };
    if (!standing.contractIds.includes(contractId)) standing.contractIds.push(contractId);
    standing.cost += asPosted(sum.cost);
    standing.sales += asPosted(sum.sales);
    standing.parts.push(part);
    sums.set(key, standing);
  };
  readable(records.rows, 'ContractServiceUnits', unread, (row): never[] => {
    if (!contracts.has(number(row, 'contractid')) || !ours.has(number(row, 'serviceid'))) return [];
    if (!dayOf(row, 'startdate').startsWith(`${month}-`)) return [];
    const sum = { sales: amount(row, 'price'), cost: amount(row, 'cost') };
    add(number(row, 'contractid'), sum, `row ${number(row, 'id')}`);
    return [];
  });
  readable(records.charges, 'ContractCharges', unread, (charge): never[] => {
    if (!isMonths(charge, month) || (!isKeyed(charge) && !contracts.has(number(charge, 'contractid')))) return [];
    const quantity = amount(charge, 'unitquantity');
    const sum = { sales: times(quantity, amount(charge, 'unitprice')), cost: times(quantity, amount(charge, 'unitcost')) };
    add(number(charge, 'contractid'), sum, `charge ${text(charge, 'internalpurchaseordernumber')}`);
    return [];
  });
  return [...sums.values()].filter(({ cost, sales }) => cost !== 0n || sales !== 0n);
}

const KEY = /^CM-(\d{4}-\d{2})-/i;
const isKeyed = (charge: Fields): boolean => KEY.test(text(charge, 'internalpurchaseordernumber'));

/** By its key where it has one of ours; a charge that another connector made belongs to the month in which it was purchased. */
const isMonths = (charge: Fields, month: string): boolean =>
  (KEY.exec(text(charge, 'internalpurchaseordernumber'))?.[1] ?? dayOf(charge, 'datepurchased').slice(0, 7)) === month;

/** A contract of a licence without subscription id carries a made-up one; all of a company's are one group here. */
function contractOf(contract: Fields, subscriptionUdf: string): { companyId: number; subscriptionId: string } {
  const fields = Array.isArray(contract.userdefinedfields) ? contract.userdefinedfields.map(lowered) : [];
  const own = fields.find(({ name }) => fold(String(name)) === fold(subscriptionUdf))?.value;
  const key = fold(typeof own === 'string' ? own : '') || fold(text(contract, 'contractnumber'));
  return { companyId: number(contract, 'companyid'), subscriptionId: /^cm-[0-9a-f]{32}$/.test(key) ? NO_SUBSCRIPTION : key };
}

/** A service is one of ours by its key: our own, Microsoft's identifier, an NCE product, or an entry of the price list. */
const isOurs = (key: string, priceListCodes: Set<string>): boolean =>
  key.startsWith('cloudmore:') ||
  key.startsWith('cfq7ttc0') ||
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key) ||
  priceListCodes.has(key);

const lowered = (record: unknown): Fields =>
  Object.fromEntries(Object.entries(record as Fields).map(([name, value]) => [name.toLowerCase(), value]));

function number(record: Fields, field: string): number {
  const value = Number(record[field]);
  if (record[field] === null || !Number.isSafeInteger(value)) throw new CannotBeRead(`${field} is no number`);
  return value;
}

const text = (record: Fields, field: string): string => {
  const value = record[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/** An absent or null amount is none, as `null` units of a row without price; any other value that is no amount is no zero. */
function amount(record: Fields, field: string): Exact {
  const value = record[field];
  if (value !== null && value !== undefined && !DECIMAL.test(text(record, field)))
    throw new CannotBeRead(`${field} is no amount`);
  return exact(text(record, field) || '0');
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** The day of (value + 13 h 15 min), right in every zone Autotask is used in (`autotask.md` 2.7). */
function dayOf(record: Fields, field: string): string {
  const value = text(record, field);
  const at = Date.parse(/z|[+-]\d\d:?\d\d$/i.test(value) ? value : `${value}Z`) + 47_700_000;
  if (Number.isNaN(at)) throw new CannotBeRead(`${field} is no date`);
  return new Date(at).toISOString().slice(0, 10);
}

export const companyOf = (company: Fields): { id: number; name: string; currencyId: number | null } => ({
  id: number(company, 'id'),
  name: text(company, 'companyname'),
  currencyId: company.currencyid === null || company.currencyid === undefined ? null : number(company, 'currencyid'),
});
