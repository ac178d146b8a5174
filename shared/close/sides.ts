import type { Line } from '../billing/types.js';
import { asPosted, exact, times, toMinor, type Exact } from './exact.js';
import { fold, isMadeUp, type Ours } from './ours.js';

/**
 * Both sides of a month as the close sees them: amounts by customer and subscription, from Cloudmore's lines and from Autotask's records as they come over the
 * wire. It knows nothing of items, plans or rules: only whose money it is.
 */

/** Amounts without a subscription id (perpetual licences) are one group per customer. */
export const NO_SUBSCRIPTION = '';

/** Charges of ours on a contract that Autotask does not show belong to nobody, and show up as a difference. */
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

/** Money without a line that a person looked at and set aside: with this amount it is no difference, with another one it is. */
export interface Dismissed {
  organizationName: string;
  contractId: number;
  currency: string;
  cost: string;
  sales: string;
  reason: string;
}

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
  products: unknown[];
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

export interface StandingOptions {
  month: string;
  subscriptionUdf: string;
  ours: Ours;
  dismissed: Dismissed[];
}

/**
 * Sums by company and subscription what the month's invoices will carry: our rows that begin in the month, where a person has split one each part, and our
 * charges of the month. `unread` takes what cannot be read, a sentence for each record.
 */
export function standingOf(
  records: Records,
  { month, subscriptionUdf, ours, dismissed }: StandingOptions,
  unread: string[] = [],
): Standing[] {
  const contracts = new Map(
    readable(records.contracts, 'Contracts', unread, (contract) => [
      [number(contract, 'id'), contractOf(contract, subscriptionUdf, ours)] as const,
    ]),
  );
  const sums = new Sums(contracts);
  const services = keysOf(records.services, 'Services', 'invoicedescription', unread);
  readable(records.rows, 'ContractServiceUnits', unread, (row): never[] => {
    const [contractId, serviceId] = [number(row, 'contractid'), number(row, 'serviceid')];
    const contract = contracts.get(contractId);
    const key = services.get(serviceId) ?? '';
    if (!contract?.isOurs || !ours.isService(contractId, serviceId, key)) return [];
    if (ours.isSwitchedOff(contract.key, key) || !dayOf(row, 'startdate').startsWith(`${month}-`)) return [];
    sums.add(contractId, { sales: amount(row, 'price'), cost: amount(row, 'cost') }, `row ${number(row, 'id')}`);
    return [];
  });
  const products = keysOf(records.products, 'Products', 'externalproductid', unread);
  readable(records.charges, 'ContractCharges', unread, (charge): never[] => {
    if (!isMonths(charge, month)) return [];
    const contractId = number(charge, 'contractid');
    const contract = contracts.get(contractId);
    if (!isKeyed(charge) && !contract?.isOurs) return [];
    if (ours.isSwitchedOff(contract?.key ?? '', products.get(Number(charge.productid)) ?? '')) return [];
    const quantity = amount(charge, 'unitquantity');
    const sum = { sales: times(quantity, amount(charge, 'unitprice')), cost: times(quantity, amount(charge, 'unitcost')) };
    sums.add(contractId, sum, `charge ${text(charge, 'internalpurchaseordernumber')}`);
    return [];
  });
  for (const one of dismissed)
    sums.add(one.contractId, { sales: -exact(one.sales), cost: -exact(one.cost) }, `dismissed on contract ${one.contractId}`);
  return sums.all();
}

/** What stands, by company and subscription. */
class Sums {
  private readonly standing = new Map<string, Standing>();

  constructor(private readonly contracts: Map<number, OurContract>) {}

  add(contractId: number, sum: Sum, part: string): void {
    const { companyId, subscriptionId } = this.contracts.get(contractId) ?? {
      companyId: NO_COMPANY,
      subscriptionId: `contract ${contractId}`,
    };
    const key = `${companyId}|${subscriptionId}`;
    const standing = this.standing.get(key) ?? { companyId, subscriptionId, contractIds: [], parts: [], cost: 0n, sales: 0n };
    if (!standing.contractIds.includes(contractId)) standing.contractIds.push(contractId);
    standing.cost += asPosted(sum.cost);
    standing.sales += asPosted(sum.sales);
    standing.parts.push(part);
    this.standing.set(key, standing);
  }

  all(): Standing[] {
    return [...this.standing.values()].filter(({ cost, sales }) => cost !== 0n || sales !== 0n);
  }
}

const keysOf = (records: unknown[], path: string, field: string, unread: string[]): Map<number, string> =>
  new Map(readable(records, path, unread, (record) => [[number(record, 'id'), fold(text(record, field))] as const]));

const KEY = /^CM-(\d{4}-\d{2})-/i;
const isKeyed = (charge: Fields): boolean => KEY.test(text(charge, 'internalpurchaseordernumber'));

/** By its key where it has one of ours; a charge that another connector made belongs to the month in which it was purchased. */
const isMonths = (charge: Fields, month: string): boolean =>
  (KEY.exec(text(charge, 'internalpurchaseordernumber'))?.[1] ?? dayOf(charge, 'datepurchased').slice(0, 7)) === month;

interface OurContract {
  companyId: number;
  subscriptionId: string;
  /** Subscription id, or what we made up instead of one. */
  key: string;
  /** Whether its rows, and charges without a key of ours, are looked at. */
  isOurs: boolean;
}

/**
 * A contract of a licence without subscription id carries a made-up one; all of a company's are one group here. One whose ids nobody ever named is ours only
 * where we billed on it, and then stands for itself.
 */
function contractOf(contract: Fields, subscriptionUdf: string, ours: Ours): OurContract {
  const fields = Array.isArray(contract.userdefinedfields) ? contract.userdefinedfields.map(lowered) : [];
  const own = fields.find(({ name }) => fold(String(name)) === fold(subscriptionUdf))?.value;
  const id = number(contract, 'id');
  const key = [fold(typeof own === 'string' ? own : ''), fold(text(contract, 'contractnumber'))].find((one) => ours.isNamed(one));
  return {
    companyId: number(contract, 'companyid'),
    subscriptionId: key === undefined ? `contract ${id}` : isMadeUp(key) ? NO_SUBSCRIPTION : key,
    key: key ?? '',
    isOurs: key !== undefined || ours.isBilled(id),
  };
}

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
