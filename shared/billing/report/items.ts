import { troublesOf, type Troubles } from './troubles.js';
import { type Big, big, billable, plain, signOf, sum, ZERO } from '../basics/decimal.js';
import { digestOf } from '../basics/keys.js';
import { sortByPayment } from './paid-once.js';
import { classify, type LineType } from './record-type.js';
import { byText, fold, groupBy, IndexBy, OncePer, present, same } from '../basics/text.js';
import type { OrganizationFacts } from './facts.js';
import type { Item } from '../plan-types.js';
import { MANUAL, type ItemType, type Line, type Price, type Settings, type Subscription } from '../types.js';
import { isChargeType, isLicence, isUsage, rulesOf } from '../basics/record-types.js';

/** Rule 4: lines to items. One item is one subscription (and product) of one month; no line is in two items or in none. */

/** What an organization's lines are grouped with: its subscriptions, the price list by item code, and the services that are switched off. */
export interface ItemContext {
  subscriptions: Subscription[];
  /** What lines of the organization that cannot be read hold besides their own items (rule 2.7); absent where all can be. */
  troubles?: Troubles;
  prices: PriceList;
  /** Folded ids and names of `EXCLUDE_SERVICES`. */
  excludedServices: Set<string>;
  /** Manual corrections are left out, and are separate items (rule 2.3); absent if they are not. */
  isManualOff?: boolean;
}

export const itemContext = (
  { subscriptions, lines = [] }: Pick<OrganizationFacts, 'subscriptions'> & Partial<Pick<OrganizationFacts, 'lines'>>,
  prices: PriceList,
  { excludeServices, exportRecordTypes }: Pick<Settings, 'excludeServices' | 'exportRecordTypes'>,
): ItemContext => ({
  subscriptions: [...subscriptions],
  troubles: troublesOf(lines),
  prices,
  excludedServices: new Set(excludeServices.map(fold)),
  isManualOff: !exportRecordTypes.includes(MANUAL),
});

export type PriceList = Map<string, Price[]>;

const byItemCode = new OncePer((prices: Price[]): PriceList => groupBy(prices, (price) => fold(price.itemCode)));

/** The list by item code. */
export const indexPrices = (prices: Price[]): PriceList => byItemCode.of(prices);

/** The price list's entry of an item code, in the currency where there is one in it. */
export function priceOf(prices: PriceList, itemCode: string | null, currency: string): Price | undefined {
  return prices.get(fold(itemCode))?.find((price) => same(price.currency, currency));
}

const subscriptionsById = new IndexBy<Subscription>(({ id }) => id);

/** All that Cloudmore's lists say of a subscription. */
export const listingsOf = (subscriptions: Subscription[], id: string | null): Subscription[] =>
  subscriptionsById.find(subscriptions, id);

/** The first of it. */
export const listedSubscription = (subscriptions: Subscription[], id: string | null): Subscription | undefined =>
  listingsOf(subscriptions, id)[0];

interface Sorted {
  line: Line;
  type: ItemType;
  itemCode: string | null;
  isManual: boolean;
}

/** An organization's lines as items, ordered by id; the order of the lines never matters (invariant 4). */
export function buildItems(lines: Line[], context: ItemContext): Item[] {
  const groups = groupBy(sortLines(lines, context), (sorted) => itemKey(sorted, context));
  return [...groups.entries()].map(([key, group]) => toItem(key, group, context)).sort(byId);
}

/**
 * The items of a part of the lines, given those of all of them. A subscription that is wholly in the part has the same items there, because no line of another
 * one counts into them (2.3, 4.1).
 */
export function itemsOfPart(all: Item[], part: Line[], context: ItemContext): Item[] {
  const within = new Set(part);
  const cut = new Set(
    all.filter(({ lines }) => lines.some((line) => !within.has(line))).map(({ subscriptionId }) => fold(subscriptionId)),
  );
  const isCut = ({ subscriptionId }: Pick<Line, 'subscriptionId'>): boolean => cut.has(fold(subscriptionId));
  return [...all.filter((item) => !isCut(item)), ...buildItems(part.filter(isCut), context)].sort(byId);
}

const byId = (left: Item, right: Item): number => byText(left.id, right.id);

/** Whether the line's service is one of `EXCLUDE_SERVICES`, by id or name. */
export const isExcludedService = (line: Line, excluded: Set<string>): boolean =>
  excluded.size > 0 && (excluded.has(fold(line.serviceId)) || excluded.has(fold(line.serviceName)));

// ---------------------------------------------------------------------------------------------------------------- manual lines (2.3)

function sortLines(lines: Line[], context: ItemContext): Sorted[] {
  const typed = lines.map((line) => ({ line, type: classify(line) }));
  const regular = typed.filter(({ type }) => type !== MANUAL);
  const bySubscription = groupBy(regular, ({ line }) => fold(line.subscriptionId));
  return typed.map(({ line, type }) =>
    type === MANUAL ? placeManualLine(line, bySubscription, context) : { line, type, itemCode: line.itemCode, isManual: false },
  );
}

function placeManualLine(
  line: Line,
  bySubscription: Map<string, { line: Line; type: LineType }[]>,
  context: ItemContext,
): Sorted {
  if (context.isManualOff) return { line, type: MANUAL, itemCode: line.itemCode, isManual: true };
  const unclassified: Sorted = { line, type: 'Unclassified', itemCode: line.itemCode, isManual: true };
  if (present(line.subscriptionId) === null) return unclassified;
  const listed = listedSubscription(context.subscriptions, line.subscriptionId);
  const siblings = bySubscription.get(fold(line.subscriptionId)) ?? [];
  const home = homeOfManualLine(line, siblings, listed);
  if (home) return { line, type: home.type, itemCode: home.itemCode, isManual: true };
  return listed ? { line, type: listed.recordType, itemCode: listed.itemCode, isManual: true } : unclassified;
}

/** The item with the listed item code, else the one with the largest sales; one in the line's own currency before any other (4.1). */
function homeOfManualLine(
  manual: Line,
  siblings: { line: Line; type: LineType }[],
  listed: Subscription | undefined,
): { type: ItemType; itemCode: string | null } | null {
  const inCurrency = siblings.filter(({ line }) => same(line.currency, manual.currency));
  const items = groupBy(inCurrency.length > 0 ? inCurrency : siblings, ({ line, type }) =>
    [type, codeOrProduct(type, line.subscriptionId, line.itemCode, null)].map(fold).join('|'),
  );
  const candidates = [...items.values()].map((group) => ({
    type: group[0].type,
    itemCode: group.flatMap(({ line }) => present(line.itemCode) ?? []).sort(byText)[0] ?? null,
    sales: sum(group.map(({ line }) => line.sales)),
  }));
  candidates.sort(
    (left, right) =>
      right.sales.cmp(left.sales) || byText(fold(left.itemCode), fold(right.itemCode)) || byText(left.type, right.type),
  );
  const named = candidates.find((candidate) => listed?.itemCode != null && same(candidate.itemCode, listed.itemCode));
  return named ?? candidates[0] ?? null;
}

// ---------------------------------------------------------------------------------------------------------------- keys (4.1)

/** Item code or product name, where rule 4.1 has it in the item's key. */
export function codeOrProduct(
  type: ItemType,
  subscriptionId: string | null,
  itemCode: string | null,
  productName: string | null,
): string | null {
  if (present(subscriptionId) === null) return present(itemCode) ?? productName;
  return isLicence(type) ? present(itemCode) : null;
}

function itemKey({ line, type, itemCode }: Sorted, context: ItemContext): string {
  const code = codeOrProduct(type, line.subscriptionId, itemCode, line.productName);
  const off = isExcludedService(line, context.excludedServices) ? 'off' : '';
  // A line that is held alone must not hold what it is not part of (rule 1.8).
  const apart = line.trouble?.holds === 'line' ? ['apart'] : [];
  return [line.organizationId, line.subscriptionId, type, code, line.currency, off, ...apart].map(fold).join('|');
}

// ---------------------------------------------------------------------------------------------------------------- one item (4.2 to 4.4)

function toItem(key: string, group: Sorted[], context: ItemContext): Item {
  const sorted = group.sort((left, right) => byBilling(left.line, right.line));
  const lines = sorted.map(({ line }) => line);
  const regular = sorted.filter(({ isManual }) => !isManual).map(({ line }) => line);
  const { type } = sorted[0]!;
  const first = lines[0]!;
  const listed = listedSubscription(context.subscriptions, first.subscriptionId);
  const exactCost = sum(lines.map((line) => line.cost));
  const exactSales = sum(lines.map((line) => line.sales));
  const { once, monthly } = sortByPayment(type, regular, context.prices);
  const itemCode = sorted.map((entry) => present(entry.itemCode)).find((code) => code !== null) ?? null;
  return {
    id: digestOf(key).slice(0, 16),
    organizationId: first.organizationId,
    type,
    subscriptionId: present(first.subscriptionId),
    itemCode,
    currency: first.currency.toUpperCase(),
    productName:
      usageName(type, first.subscriptionId) ??
      productName(regular) ??
      productName(listed ? [listed] : []) ??
      productName(lines) ??
      first.serviceName,
    subscriptionName: present(regular[0]?.subscriptionName) ?? present(listed?.name) ?? present(first.subscriptionName),
    lines,
    cost: billable(exactCost, first.currency),
    sales: billable(exactSales, first.currency),
    exactCost: plain(exactCost),
    exactSales: plain(exactSales),
    quantity: plain(quantityOf(type, regular)),
    isOneOff: once.length > 0 && monthly.length === 0,
    recurring: once.length > 0 && monthly.length > 0 && !isChargeType(type) ? recurringPart(type, monthly) : null,
  };
}

/** What of an item recurs in later months, if it also has a one-time payment; manual lines are charges of the month alone (2.3). */
const recurringPart = (type: ItemType, monthly: Line[]): Item['recurring'] => ({
  cost: billable(sum(monthly.map((line) => line.cost)), monthly[0]!.currency),
  sales: billable(sum(monthly.map((line) => line.sales)), monthly[0]!.currency),
  quantity: plain(quantityOf(type, monthly)),
});

/** Azure usage is one total per subscription: naming it after the first of its meters would mislead. */
function usageName(type: ItemType, subscriptionId: string | null): string | null {
  return isUsage(type) && present(subscriptionId) !== null ? (rulesOf(type)?.on?.name ?? null) : null;
}

/** Alphabetically first, so that the order of the lines does not decide (rule 7.7). */
export function productName(lines: { productName: string | null }[]): string | null {
  const names = lines.map((line) => present(line.productName)).filter((name) => name !== null);
  return names.sort((left, right) => byText(fold(left), fold(right)) || byText(left, right))[0] ?? null;
}

function quantityOf(type: ItemType, lines: Line[]): Big {
  return lines
    .map((line) => quantityOfLine(type, line))
    .reduce<Big>((highest, quantity) => (quantity?.gt(highest) ? quantity : highest), ZERO);
}

/** The quantity a line that is not manual brings to its item (4.2): for Azure that of the subscription; null for refunds. */
export function quantityOfLine(type: ItemType, line: Line): Big | null {
  if (isUsage(type)) return big(line.subscriptionQuantity);
  return signOf(line.quantity) >= 0 && signOf(line.sales) >= 0 ? big(line.quantity) : null;
}

/** A correction by hand: it counts into the amounts of its subscription's item, and into nothing else (2.3, 4.2, 4.3). */
export const isManual = (line: Line): boolean => classify(line) === MANUAL;

/** By billing date, then item code, then everything that could differ: the same order for any order of the report. */
export function byBilling(left: Line, right: Line): number {
  return (
    byText(left.billingDate, right.billingDate) ||
    byText(fold(left.itemCode), fold(right.itemCode)) ||
    byText(left.startDay ?? '', right.startDay ?? '') ||
    big(left.unitSales).cmp(right.unitSales) ||
    byText(JSON.stringify(left), JSON.stringify(right))
  );
}
