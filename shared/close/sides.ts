import type { Line } from '../billing/types.js';
import { asPosted, exact, largestFirst, textOf, times, toMinor, type Exact } from './exact.js';
import { amount, dayOf, lowered, number, readable, text, type Fields } from './fields.js';
import { fold, isMadeUp, PRODUCT_NAMES, type Ours } from './ours.js';

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

/** Money without a line that a person looked at and set aside: with this amount it is not a difference, with another one it is. */
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

/** "Power BI Pro, subscription 2fa63467-…": what people call most of it, and how it is found on both sides. */
export function placeInWords(subscriptionId: string, reported: Reported[]): string {
  if (subscriptionId === NO_SUBSCRIPTION) return 'licences without subscription';
  const [largest] = reported.flatMap(({ lines }) => lines).sort((left, right) => largestFirst(left.sales, right.sales));
  return [...(largest === undefined ? [] : [largest.productName]), `subscription ${subscriptionId}`].join(', ');
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
  /** The status of charges that were canceled; null or absent where the tenant has none. */
  canceled?: number | null;
}

export interface PartOptions {
  month: string;
  subscriptionUdf: string;
  ours: Ours;
}

/** One row or charge of ours that the month's invoices carry, with its extended amounts. */
export interface Part extends Sum, Place {
  kind: 'row' | 'charge';
  id: number;
  contractId: number;
  /** Null for a charge. */
  serviceId: number | null;
  /** As people find it in Autotask: "row 4711", "charge CM-2025-10-…". */
  label: string;
  /** Somebody approved and posted it: what was billed of it no longer changes. */
  isPosted: boolean;
}

/** Whose money a contract carries. */
export interface Place {
  companyId: number;
  subscriptionId: string;
}

export interface Parts {
  parts: Part[];
  /** What is switched off but still billed: not part of the sums. */
  off: Part[];
  /** A contract that Autotask does not show stands for itself. */
  placeOf: (contractId: number) => Place;
}

/**
 * Our rows that begin in the month, where a person has split one each part, and our charges of the month. `unread` takes what cannot be read, a sentence for
 * each record.
 */
export function partsOf(records: Records, { month, subscriptionUdf, ours }: PartOptions, unread: string[] = []): Parts {
  const contracts = new Map(
    readable(records.contracts, 'Contracts', unread, (contract) => [
      [number(contract, 'id'), contractOf(contract, subscriptionUdf, ours)] as const,
    ]),
  );
  const services = keysOf(records.services, 'Services', 'invoicedescription', unread);
  const rows = readable(records.rows, 'ContractServiceUnits', unread, (row): Found[] => {
    const [contractId, serviceId] = [number(row, 'contractid'), number(row, 'serviceid')];
    const contract = contracts.get(contractId);
    const key = services.get(serviceId) ?? '';
    if (!contract?.isOurs || !ours.isService(serviceId, key)) return [];
    if (!dayOf(row, 'startdate').startsWith(`${month}-`)) return [];
    return [{ part: rowPart(row, contract, contractId, serviceId), isOff: ours.isSwitchedOff(contract.key, key) }];
  });
  const products = productsOf(records.products, unread);
  const charges = readable(records.charges, 'ContractCharges', unread, (charge): Found[] => {
    if (!isMonths(charge, month)) return [];
    const contractId = number(charge, 'contractid');
    const contract = contracts.get(contractId);
    if (!isKeyed(charge) && !contract?.isOurs) return [];
    const isOff = ours.isSwitchedOff(contract?.key ?? '', products.get(Number(charge.productid)) ?? '');
    return [{ part: chargePart(charge, contract, contractId, records.canceled ?? null), isOff }];
  });
  const placeOf = (contractId: number): Place =>
    contracts.get(contractId) ?? { companyId: NO_COMPANY, subscriptionId: `contract ${contractId}` };
  const found = [...rows, ...charges];
  const partsThat = (isOff: boolean): Part[] => found.filter((one) => one.isOff === isOff).map(({ part }) => part);
  return { parts: partsThat(false), off: partsThat(true), placeOf };
}

interface Found {
  part: Part;
  isOff: boolean;
}

function rowPart(row: Fields, contract: OurContract, contractId: number, serviceId: number): Part {
  const id = number(row, 'id');
  return {
    ...{ kind: 'row', id, contractId, serviceId, label: `row ${id}` },
    ...{ companyId: contract.companyId, subscriptionId: contract.subscriptionId },
    ...{ sales: amount(row, 'price'), cost: amount(row, 'cost') },
    isPosted: text(row, 'approveandpostdate') !== '',
  };
}

function chargePart(charge: Fields, contract: OurContract | undefined, contractId: number, canceled: number | null): Part {
  const quantity = amount(charge, 'unitquantity');
  const isCanceled = canceled !== null && text(charge, 'status') === String(canceled);
  return {
    ...{ kind: 'charge', id: number(charge, 'id'), contractId, serviceId: null },
    label: `charge ${text(charge, 'internalpurchaseordernumber')}`,
    companyId: contract?.companyId ?? NO_COMPANY,
    subscriptionId: contract?.subscriptionId ?? `contract ${contractId}`,
    // A charge that was canceled, or is set not to be billed, asks no customer for anything.
    sales: isCanceled || charge.isbillabletocompany === false ? 0n : times(quantity, amount(charge, 'unitprice')),
    cost: times(quantity, amount(charge, 'unitcost')),
    isPosted: charge.isbilled === true,
  };
}

/** Sums by company and subscription what the month's invoices will carry, less what people set aside. */
export function standingOf(
  records: Records,
  { dismissed, ...options }: PartOptions & { dismissed: Dismissed[] },
  unread: string[] = [],
): Standing[] {
  const sums = new Sums();
  const { parts, placeOf } = partsOf(records, options, unread);
  for (const part of parts) sums.add(part, part.contractId, part.label);
  for (const { contractId, sales, cost } of dismissed) {
    const sum = { sales: -exact(sales), cost: -exact(cost) };
    sums.add({ ...placeOf(contractId), ...sum }, contractId, `dismissed on contract ${contractId}`);
  }
  return sums.all();
}

/** What a contract bills in the month of what is switched off: nothing changes it, and the certificate's sums are without it. */
export interface SwitchedOff {
  companyId: number;
  companyName: string;
  contractId: number;
  currency: string;
  cost: string;
  sales: string;
}

export function switchedOffOf(
  records: Records,
  options: PartOptions,
  { companyNames, currencyOf }: { companyNames: Map<number, string>; currencyOf: (companyId: number) => string },
): SwitchedOff[] {
  const sums = new Sums();
  for (const part of partsOf(records, options).off)
    sums.add({ ...part, subscriptionId: `contract ${part.contractId}` }, part.contractId, part.label);
  return sums
    .all()
    .map(({ companyId, contractIds, cost, sales }) => {
      const currency = currencyOf(companyId);
      const amounts = { currency, cost: textOf(cost, currency), sales: textOf(sales, currency) };
      return {
        companyId,
        companyName: companyNames.get(companyId) ?? `company ${companyId}`,
        contractId: contractIds[0]!,
        ...amounts,
      };
    })
    .sort((left, right) => left.contractId - right.contractId);
}

/** What stands, by company and subscription. */
class Sums {
  private readonly standing = new Map<string, Standing>();

  add({ companyId, subscriptionId, cost, sales }: Sum & Place, contractId: number, label: string): void {
    const key = `${companyId}|${subscriptionId}`;
    const standing = this.standing.get(key) ?? { companyId, subscriptionId, contractIds: [], parts: [], cost: 0n, sales: 0n };
    if (!standing.contractIds.includes(contractId)) standing.contractIds.push(contractId);
    standing.cost += asPosted(cost);
    standing.sales += asPosted(sales);
    standing.parts.push(label);
    this.standing.set(key, standing);
  }

  all(): Standing[] {
    return [...this.standing.values()].filter(({ cost, sales }) => cost !== 0n || sales !== 0n);
  }
}

/** Products that stand for what is billed by charge, by their key or, where they have none of ours, by their exact name. */
const productsOf = (records: unknown[], unread: string[]): Map<number, string> =>
  new Map(
    readable(records, 'Products', unread, (product) => {
      const key = fold(text(product, 'externalproductid'));
      return [
        [number(product, 'id'), key.startsWith('cloudmore:') ? key : (PRODUCT_NAMES[text(product, 'name')] ?? key)] as const,
      ];
    }),
  );

const keysOf = (records: unknown[], path: string, field: string, unread: string[]): Map<number, string> =>
  new Map(readable(records, path, unread, (record) => [[number(record, 'id'), fold(text(record, field))] as const]));

const KEY = /^CM-(\d{4}-\d{2})-/i;
const isKeyed = (charge: Fields): boolean => KEY.test(text(charge, 'internalpurchaseordernumber'));

/** By its key where it has one of ours; a charge that another connector made belongs to the month in which it was purchased. */
const isMonths = (charge: Fields, month: string): boolean =>
  (KEY.exec(text(charge, 'internalpurchaseordernumber'))?.[1] ?? dayOf(charge, 'datepurchased').slice(0, 7)) === month;

interface OurContract extends Place {
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

export const companyOf = (company: Fields): { id: number; name: string; currencyId: number | null } => ({
  id: number(company, 'id'),
  name: text(company, 'companyname'),
  currencyId: company.currencyid === null || company.currencyid === undefined ? null : number(company, 'currencyid'),
});
