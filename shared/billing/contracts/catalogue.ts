import { productsOf } from '../amounts/products.js';
import { big, signOf, UNIT_PRICE_SCALE, unitPriceText } from '../basics/decimal.js';
import type { Doubt } from './doubt.js';
import { isManual, priceOf, type PriceList } from '../report/items.js';
import { monthOf } from '../basics/month.js';
import { byText, cut, fold, groupBy, IndexBy, isGuid, OncePer, present } from '../basics/text.js';
import { rowsOfContract } from '../amounts/rows.js';
import type { Names } from '../report/named.js';
import type { EnsureProductStep, EnsureServiceStep, Item } from '../plan-types.js';
import type { Books, Decimal, ItemType, Line, Month, Price, Product, RecordType, Service, Settings } from '../types.js';
import { PRODUCTS, SHARED_SERVICES, isChargeType, typeOfSharedKey } from '../basics/record-types.js';

/** Rule 5: which service or product an item is billed on, and what has to be made or brought up to date for it. */

const NAME_LENGTH = 100;

/** The key by which the item's service is found in `invoiceDescription`; null for a licence without item code, which has none. */
export const serviceKeyOf = (item: Item): string | null => SHARED_SERVICES[item.type]?.key ?? present(item.itemCode);

/**
 * Record type of a service's key, or null when the key is not ours (rule 8.6): somebody else's service must never be touched. Ours is what was ever an
 * item code in a report, list or price list; the form of a code decides nothing.
 */
export function recordTypeOfKey(key: string | null, prices: PriceList, names: Pick<Names, 'typeOfCode'>): RecordType | null {
  const folded = fold(key);
  if (folded === '') return null;
  const known = typeOfSharedKey(folded) ?? names.typeOfCode(folded);
  if (known !== null) return known;
  if (!prices.has(folded)) return null;
  return isGuid(folded) ? 'Csp365Legacy' : 'Csp365Nce';
}

export const isOurKey = (key: string | null, prices: PriceList, names: Names): boolean =>
  recordTypeOfKey(key, prices, names) !== null;

const servicesByKey = new IndexBy<Service>(({ key }) => key);
const servicesByName = new IndexBy<Service>(({ name }) => name);

export type ServiceChoice = { kind: 'found'; service: Service } | { kind: 'missing' } | { kind: 'ambiguous'; ids: number[] };

/**
 * The active service with the key; but where this contract already has a row on one with the key, active or not, that one: its row is there and can be
 * adjusted, and another service next to it would bill the licences twice. Two that both carry units in the month do bill them twice: a person must choose.
 */
export function chooseService(books: Books, key: string, contractId: number | null, month: Month): ServiceChoice {
  const hits = servicesByKey.find(books.services, key);
  const active = hits.filter((service) => service.isActive);
  const rows = contractId === null ? [] : rowsOfContract(books, contractId);
  const inUse = hits.filter((service) => rows.some((row) => row.serviceId === service.id));
  const billing = inUse.filter((service) =>
    rows.some((row) => row.serviceId === service.id && row.units !== 0 && monthOf(row.startDay) === month),
  );
  const rivals = [active, billing].find((group) => group.length > 1);
  if (rivals) return { kind: 'ambiguous', ids: rivals.map(({ id }) => id) };
  const service = billing[0] ?? inUse.find(({ isActive }) => isActive) ?? inUse[0] ?? active[0];
  return service ? { kind: 'found', service } : { kind: 'missing' };
}

/**
 * The inactive service that takes the place of one that would be made (5.2, `INACTIVE_SERVICES`): it has the key, or it has the name and no key. One
 * with another key stands for something else. Of several the newest.
 */
export function dormantService(
  item: Item,
  { prices, books, settings }: { prices: PriceList; books: Books; settings: Settings },
): Service | null {
  const key = serviceKeyOf(item);
  if (settings.inactiveServices !== 'reactivate' || isChargeType(item.type) || key === null) return null;
  const newest = (services: Service[]): Service | undefined =>
    services.filter(({ isActive }) => !isActive).sort((left, right) => right.id - left.id)[0];
  const name = cut(wantedName(item, key, prices), NAME_LENGTH);
  const byName = servicesByName.find(books.services, name).filter((service) => present(service.key) === null);
  return newest(servicesByKey.find(books.services, key)) ?? newest(byName) ?? null;
}

const wantedName = (item: Item, key: string, prices: PriceList): string =>
  SHARED_SERVICES[item.type]?.name ?? termName(item, key, prices);

interface EnsureServiceStepInput {
  key: string;
  found: Service | null;
  prices: PriceList;
  books: Books;
  reactivates: boolean;
}

/** What makes, reactivates or updates the item's service; null when it is as it should be (rule 5.2). */
export function ensureServiceStep(
  item: Item,
  { key, found, prices, books, reactivates }: EnsureServiceStepInput,
): EnsureServiceStep | null {
  const wanted = unitPrices(item, prices);
  if (found && !reactivates && (!wanted.overwrite || isUpToDate(found, wanted))) return null;
  const shared = SHARED_SERVICES[item.type];
  const name = found?.name ?? uniqueName(wantedName(item, key, prices), key, books, prices);
  const change = found
    ? `${reactivates ? 'active again, ' : ''}${unitPriceText(found.unitPrice, item.currency)} → ${unitPriceText(wanted.price, item.currency)}`
    : `new, ${unitPriceText(wanted.price, item.currency)}`;
  return {
    kind: 'ensureService',
    items: [item.id],
    summary: `Service ${name}: ${change}`,
    serviceKey: key,
    serviceId: found?.id ?? null,
    ...(reactivates ? { reactivates: true as const } : {}),
    name,
    description: cut(shared?.name ?? item.productName, NAME_LENGTH),
    unitPrice: wanted.price,
    unitCost: wanted.cost,
  };
}

/** Whether the price list names the item's code; otherwise a new service takes its latest line's unit prices, with a warning (rule 5.2). */
export const isPriced = (item: Item, prices: PriceList): boolean =>
  SHARED_SERVICES[item.type] !== undefined || priceOf(prices, item.itemCode, item.currency) !== undefined;

/** What the item's service is to be, whether it is there yet or not: its key, unit price and unit cost; null for what is billed by charge alone. */
export function wantedService(item: Item, prices: PriceList): [key: string | null, price: Decimal, cost: Decimal] | null {
  if (isChargeType(item.type)) return null;
  const { price, cost } = unitPrices(item, prices);
  return [serviceKeyOf(item), price, cost];
}

interface UnitPrices {
  price: Decimal;
  cost: Decimal;
  overwrite: boolean;
}

function unitPrices(item: Item, prices: PriceList): UnitPrices {
  if (SHARED_SERVICES[item.type]) return { price: '0', cost: '0', overwrite: false };
  const listed = priceOf(prices, item.itemCode, item.currency);
  if (listed) return { price: listed.sales, cost: listed.cost, overwrite: true };
  const line = latestPositiveLine(item.lines.filter((candidate) => !isManual(candidate)));
  return { price: line?.unitSales ?? '0', cost: line?.unitCost ?? '0', overwrite: false };
}

function latestPositiveLine(lines: Line[]): Line | undefined {
  return lines
    .filter((line) => signOf(line.sales) > 0 && signOf(line.quantity) > 0)
    .sort(
      (left, right) =>
        byText(right.billingDate, left.billingDate) ||
        byText(right.startDay ?? '', left.startDay ?? '') ||
        big(right.unitSales).cmp(left.unitSales),
    )[0];
}

// Autotask keeps four decimals (`docs/vendors/autotask.md` 5.5), and hides costs from users without the right to see them.
function isUpToDate(found: Service, wanted: UnitPrices): boolean {
  const samePrice = big(found.unitPrice).eq(big(wanted.price).round(UNIT_PRICE_SCALE));
  return samePrice && (found.unitCost === null || big(found.unitCost).eq(big(wanted.cost).round(UNIT_PRICE_SCALE)));
}

/** Product name and what tells terms apart: "Power BI Pro (1 year, paid yearly)". */
function termName(item: Item, key: string, prices: PriceList): string {
  const price = priceOf(prices, key, item.currency) ?? prices.get(fold(key))?.[0];
  // Without a price list entry nothing else tells two terms of a product apart.
  return price ? nameOf(price) : `${cut(item.productName, NAME_LENGTH - key.length - 3)} [${key}]`;
}

function nameOf(price: Price): string {
  const terms = [months(price.termMonths), price.paymentMonths ? `paid ${payment(price.paymentMonths)}` : null].filter(
    (term) => term !== null,
  );
  return terms.length > 0 ? `${price.name} (${terms.join(', ')})` : price.name;
}

const months = (count: number | null | undefined): string | null => {
  if (!count) return null;
  if (count % 12 === 0) return count === 12 ? '1 year' : `${count / 12} years`;
  return count === 1 ? '1 month' : `${count} months`;
};
const payment = (count: number): string => (count === 1 ? 'monthly' : count === 12 ? 'yearly' : `every ${months(count)}`);

/** Services with the same key that were deactivated one after the other, each under another name. */
const NAMES_TRIED = 20;

/**
 * The name within 100 characters; with the key behind it where another service has it, or another entry of the price list would get it. Autotask's names are
 * unique, and inactive services own theirs too (`docs/vendors/autotask.md` 6.1): one of the same key would keep the item from being billed for good.
 */
function uniqueName(name: string, key: string, books: Books, prices: PriceList): string {
  const isTaken = (candidate: string): boolean => servicesByName.find(books.services, candidate).length > 0;
  const short = cut(name, NAME_LENGTH);
  if (!isTaken(short) && !isSharedByPriceList(short, key, prices)) return short;
  const withKey = (suffix: string): string => `${cut(name, NAME_LENGTH - key.length - 3 - suffix.length)} [${key}]${suffix}`;
  const suffixes = Array.from({ length: NAMES_TRIED }, (_, index) => (index === 0 ? '' : ` ${index + 1}`));
  return withKey(suffixes.find((suffix) => !isTaken(withKey(suffix))) ?? '');
}

const isSharedByPriceList = (name: string, key: string, prices: PriceList): boolean =>
  (entriesByName.of(prices).get(fold(name)) ?? []).some(([code]) => code !== fold(key));

/** Entries of a price list by the name their service would get. */
const entriesByName = new OncePer((prices: PriceList) =>
  groupBy(prices, ([, entries]) => fold(cut(nameOf(entries[0]!), NAME_LENGTH))),
);

export type ProductChoice =
  | { kind: 'found'; product: Product }
  | { kind: 'missing' }
  | { kind: 'ambiguous'; ids: number[] }
  /** It has the name alone, and its charges would wait for an order. */
  | { kind: 'needs-order'; product: Product };

/** The active product with the type's external id, else with its exact name (rule 5.3). */
export function chooseProduct(books: Books, type: ItemType): ProductChoice {
  const { key, name } = PRODUCTS[type]!;
  const active = (products: Product[]): Product[] => products.filter(({ isActive }) => isActive);
  const byKey = active(productsOf(books, { key }));
  const hits = byKey.length > 0 ? byKey : active(productsOf(books, { name }));
  if (hits.length > 1) return { kind: 'ambiguous', ids: hits.map(({ id }) => id) };
  if (byKey.length === 0 && hits[0]?.needsOrder) return { kind: 'needs-order', product: hits[0] };
  return hits[0] ? { kind: 'found', product: hits[0] } : { kind: 'missing' };
}

/** Why nothing is billed on the product that was found: there are two, or it has the name alone and its charges might wait (5.3). */
export function productDoubt(choice: ProductChoice, type: string): Doubt | null {
  if (choice.kind === 'needs-order')
    return {
      reason: 'product-needs-order',
      message: `Product ${choice.product.id} (${choice.product.name}) was found by its name and requires procurement: its charges may wait for an order and would not be billed.`,
    };
  if (choice.kind !== 'ambiguous') return null;
  return {
    reason: 'service-ambiguous',
    message: `Products ${choice.ids.join(' and ')} are both for ${type}. Deactivate one.`,
  };
}

export function ensureProductStep(item: Item): EnsureProductStep {
  const { key, name } = PRODUCTS[item.type]!;
  return { kind: 'ensureProduct', items: [item.id], summary: `Product ${name}: new`, productKey: key, name };
}

const INVOICE_DESCRIPTION_LENGTH = 100;

/** Rule 5.4: what the customer reads instead of the service's key. */
export function invoiceDescription(item: Item, settings: Settings): string {
  const values: Record<string, string> = { product: item.productName, subscription: item.subscriptionName ?? item.productName };
  return cut(
    settings.contractInvoiceDescription.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
    INVOICE_DESCRIPTION_LENGTH,
  );
}
