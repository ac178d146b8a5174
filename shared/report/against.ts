import { big, divide, minorUnits, money, plain, sum, type Big } from '../billing/basics/decimal.js';
import { byText, groupBy } from '../billing/basics/text.js';
import type { Decimal, Month } from '../billing/types.js';
import { IN_REPORT, type Entry } from './document.js';

/**
 * Two months side by side, item by item: what is new, what is gone, and of what stayed how much comes of another quantity and how much of another price.
 * Sums add up: before + new + gone + quantity + price = now, in each currency.
 */
export interface Against {
  month: Month;
  against: Month;
  totals: MovedTotals[];
  /** By customer, the largest movement first. */
  customers: MovedCustomer[];
  /** Items that moved, the largest first. */
  items: MovedItem[];
}

/** Sales. */
export interface MovedTotals {
  currency: string;
  before: Decimal;
  new: Decimal;
  gone: Decimal;
  quantity: Decimal;
  price: Decimal;
  now: Decimal;
}

export interface MovedCustomer extends MovedTotals {
  organizationName: string;
}

export interface MovedItem {
  organizationId: string;
  organizationName: string;
  productName: string;
  subscriptionId: string;
  currency: string;
  before: { quantity: Decimal; sales: Decimal } | null;
  now: { quantity: Decimal; sales: Decimal } | null;
  /** What of the movement comes of each; all of it is `new` or `gone` where there is one side only. */
  new: Decimal;
  gone: Decimal;
  quantity: Decimal;
  price: Decimal;
  moved: Decimal;
}

export function compareMonths(
  { month, entries }: { month: Month; entries: Entry[] },
  { month: against, entries: earlier }: { month: Month; entries: Entry[] },
): Against {
  const [now, before] = [itemsOf(entries), itemsOf(earlier)];
  const keys = [...new Set([...now.keys(), ...before.keys()])].sort(byText);
  const all = keys.map((key) => movedItem(before.get(key) ?? null, now.get(key) ?? null));
  const totals = [...groupBy(all, ({ currency }) => currency).values()].map(totalsOf);
  const customers = [...groupBy(all, ({ organizationId, currency }) => `${organizationId}|${currency}`).values()]
    .map((items) => ({ organizationName: items[0].organizationName, ...totalsOf(items) }))
    .filter(({ before: from, now: to, ...parts }) => from !== to || PARTS.some((part) => !big(parts[part]).eq(0)));
  return {
    ...{ month, against },
    totals: totals.sort((left, right) => byText(left.currency, right.currency)),
    customers: customers.sort(
      (left, right) => bySize(movementOf(left), movementOf(right)) || byText(left.organizationName, right.organizationName),
    ),
    items: all
      .filter((item) => PARTS.some((part) => !big(item[part]).eq(0)))
      .sort((left, right) => bySize(big(left.moved), big(right.moved)) || byText(left.organizationName, right.organizationName)),
  };
}

const PARTS = ['new', 'gone', 'quantity', 'price'] as const;
const movementOf = ({ now, before }: MovedTotals): Big => big(now).minus(before);
const bySize = (left: Big, right: Big): number => right.abs().cmp(left.abs());

interface Side {
  organizationId: string;
  organizationName: string;
  productName: string;
  subscriptionId: string;
  currency: string;
  quantity: Big;
  sales: Big;
}

/** A subscription's item in one currency; several entries of one are one. */
function itemsOf(entries: Entry[]): Map<string, Side> {
  const sides = new Map<string, Side>();
  for (const entry of entries) {
    if (!IN_REPORT.has(entry.outcome)) continue;
    const { organizationName, productName, currency } = entry;
    const [organizationId, subscriptionId] = [entry.organizationId ?? '', entry.subscriptionId ?? ''];
    const key = [organizationId, subscriptionId, entry.itemCode ?? productName, currency].join('|').toLowerCase();
    const found = sides.get(key);
    const [quantity, sales] = [big(entry.quantity).plus(found?.quantity ?? 0), big(entry.sales).plus(found?.sales ?? 0)];
    sides.set(key, { organizationId, organizationName, productName, subscriptionId, currency, quantity, sales });
  }
  return sides;
}

function movedItem(before: Side | null, now: Side | null): MovedItem {
  const side = (now ?? before)!;
  const { organizationId, organizationName, productName, subscriptionId, currency } = side;
  const moved = big(now?.sales ?? 0).minus(before?.sales ?? 0);
  const ofQuantity = before !== null && now !== null ? quantityEffect(before, now) : big(0);
  const ofPrice = before !== null && now !== null ? moved.minus(ofQuantity) : big(0);
  const amount = (value: Big): Decimal => money(value, currency);
  const shown = (one: Side | null): MovedItem['now'] => one && { quantity: plain(one.quantity), sales: amount(one.sales) };
  return {
    ...{ organizationId, organizationName, productName, subscriptionId, currency },
    ...{ before: shown(before), now: shown(now), moved: amount(moved) },
    new: amount(before === null ? moved : big(0)),
    gone: amount(now === null ? moved : big(0)),
    quantity: amount(ofQuantity),
    price: amount(ofPrice),
  };
}

/** The units more or less at the price of before; where there was no unit, all of it is price. */
const quantityEffect = (before: Side, now: Side): Big =>
  before.quantity.eq(0)
    ? big(0)
    : divide(now.quantity.minus(before.quantity).times(before.sales), before.quantity, minorUnits(before.currency));

function totalsOf(items: MovedItem[]): MovedTotals {
  const { currency } = items[0]!;
  const of = (amounts: Decimal[]): Decimal => money(sum(amounts), currency);
  return {
    currency,
    before: of(items.map(({ before }) => before?.sales ?? '0')),
    new: of(items.map((item) => item.new)),
    gone: of(items.map(({ gone }) => gone)),
    quantity: of(items.map(({ quantity }) => quantity)),
    price: of(items.map(({ price }) => price)),
    now: of(items.map(({ now }) => now?.sales ?? '0')),
  };
}
