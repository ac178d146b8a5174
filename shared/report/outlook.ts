import { big, type Big, grouped, money, plain, sum, ZERO } from '../billing/basics/decimal.js';
import type { MonthFacts, OrganizationFacts } from '../billing/report/facts.js';
import { buildItems, priceOf, type PriceList } from '../billing/report/items.js';
import { MARGIN_POINTS_REPORTED, marginMove, type MarginMove } from '../billing/plan/margin-breaker.js';
import { addDays } from '../billing/basics/month.js';
import { classify } from '../billing/report/record-type.js';
import { byText, groupBy, IndexBy, same } from '../billing/basics/text.js';
import type { Item } from '../billing/plan-types.js';
import type { Day, Decimal, Subscription } from '../billing/types.js';

/** What lies ahead and what moved: renewals with their price effect, and one sentence per customer about the month before. From Cloudmore's side alone. */

/** How far ahead renewals are listed. */
export const RENEWAL_DAYS = 90;
/** Causes named in a customer's sentence; the rest is summed up. */
const CAUSES_SHOWN = 3;

export interface Renewal {
  endDay: Day;
  organizationId: string;
  organizationName: string;
  subscriptionId: string;
  productName: string;
  /** Whether Cloudmore says that it renews automatically; null when it does not say. */
  renews: boolean | null;
  currency: string | null;
  quantity: Decimal | null;
  /** Per unit and payment: what a full period costs the customer in this month's report, and today's list price. Null where unknown. */
  unitSales: Decimal | null;
  listSales: Decimal | null;
  /** Quantity × (list price − price now): what a payment moves by when the list price applies. A customer's own price is not on the list. */
  effect: Decimal | null;
}

export interface Change {
  organizationId: string;
  organizationName: string;
  currency: string;
  before: Decimal;
  now: Decimal;
  moved: Decimal;
  /** Items that moved; with 0 the month is as the one before. */
  causes: number;
  sentence: string;
}

/** An item whose margin is another than last month's (rule 9.5). */
export interface MarginMoved extends MarginMove {
  organizationName: string;
  productName: string;
  currency: string;
  sales: Decimal;
  cost: Decimal;
}

export interface Outlook {
  renewals: Renewal[];
  /** Null when there is no report of the month before to compare with. */
  changes: Change[] | null;
  /** Customers whose month is as the one before. */
  unchanged: number;
  /** The largest loss of margin first. */
  margins: MarginMoved[];
  from: Day;
  to: Day;
}

/** Outlook of one organization; whole months of any size need only one slice in memory. */
export interface OrganizationOutlook {
  renewals: Renewal[];
  changes: Change[];
  margins: MarginMoved[];
}

export function organizationOutlook(
  facts: Pick<MonthFacts, 'asOf'>,
  prices: PriceList,
  slice: OrganizationFacts,
  points = MARGIN_POINTS_REPORTED,
): OrganizationOutlook {
  const context = { subscriptions: slice.subscriptions, prices, excludedServices: new Set<string>() };
  const items = buildItems(slice.lines, context);
  const before = buildItems(slice.previousLines, context);
  return {
    renewals: renewalsOf(facts.asOf, prices, slice, items),
    changes: changesOf(slice, items, before),
    margins: marginsOf(slice, items, before, points),
  };
}

/** All organizations' outlooks as one, in the order people read: renewals by day, changes by how much moved. */
export function joinOutlooks(
  { asOf, previousLines }: Pick<MonthFacts, 'asOf' | 'previousLines'>,
  all: OrganizationOutlook[],
): Outlook {
  const renewals = all.flatMap((one) => one.renewals);
  const changes = all.flatMap((one) => one.changes);
  return {
    renewals: renewals.sort(
      (left, right) => byText(left.endDay, right.endDay) || byText(left.organizationName, right.organizationName),
    ),
    changes: previousLines === 0 ? null : changes.filter(hasMoved).sort(byMovement),
    unchanged: changes.filter((change) => !hasMoved(change)).length,
    margins: all.flatMap((one) => one.margins).sort(byLoss),
    from: asOf,
    to: addDays(asOf, RENEWAL_DAYS),
  };
}

const byMovement = (left: Change, right: Change): number =>
  big(right.moved).abs().cmp(big(left.moved).abs()) || byText(left.organizationName, right.organizationName);

function marginsOf({ organization }: OrganizationFacts, now: Item[], before: Item[], points: number): MarginMoved[] {
  const last = new Map(before.map((item) => [item.id, item]));
  return now.flatMap((item) => {
    const move = marginMove(item, last.get(item.id), points);
    const { productName, currency, sales, cost } = item;
    return move === null ? [] : [{ ...move, organizationName: organization.name, productName, currency, sales, cost }];
  });
}

/** What the move comes to at today's sales. */
const lossOf = ({ points, sales }: MarginMoved): Big => big(points).times(sales);
const byLoss = (left: MarginMoved, right: MarginMoved): number =>
  lossOf(left).cmp(lossOf(right)) || byText(left.organizationName, right.organizationName);

// ---------------------------------------------------------------------------------------------------------------- renewals

const ENDED = /^(deleted|expired|cancel+ed)$/i;

function renewalsOf(asOf: Day, prices: PriceList, { organization, subscriptions }: OrganizationFacts, items: Item[]): Renewal[] {
  const until = addDays(asOf, RENEWAL_DAYS);
  return subscriptions
    .filter(({ endDay, status }) => endDay !== null && endDay >= asOf && endDay <= until && !ENDED.test(status))
    .map((subscription) => {
      const item = itemOf(subscription, items);
      const unitSales = item && fullPrice(item);
      const listSales = priceOf(prices, subscription.itemCode, item?.currency ?? '')?.sales ?? null;
      return {
        endDay: subscription.endDay!,
        organizationId: organization.id,
        organizationName: organization.name,
        subscriptionId: subscription.id,
        productName: subscription.productName ?? subscription.name,
        renews: subscription.autoRenew ?? null,
        currency: item?.currency ?? null,
        quantity: item?.quantity ?? null,
        unitSales: unitSales ?? null,
        listSales,
        effect: item && unitSales && listSales ? effectOf(item, unitSales, listSales) : null,
      };
    });
}

const itemsBySubscription = new IndexBy<Item>(({ subscriptionId }) => subscriptionId);
const itemOf = ({ id, itemCode }: Subscription, items: Item[]): Item | undefined =>
  itemsBySubscription.find(items, id).find((item) => same(item.itemCode, itemCode));

/** Price of a whole period: prorated lines cost less, so the highest unit price of the positive lines is it. Manual lines are none of the vendor's. */
function fullPrice(item: Item): Decimal | null {
  const prices = item.lines
    .filter((line) => classify(line) !== 'ManualBillingLine' && big(line.sales).gt(0))
    .map((line) => big(line.unitSales));
  return prices.length === 0 ? null : plain(prices.reduce((highest, price) => (price.gt(highest) ? price : highest)));
}

const effectOf = (item: Item, unitSales: Decimal, listSales: Decimal): Decimal =>
  money(big(item.quantity).times(big(listSales).minus(unitSales)), item.currency);

// ---------------------------------------------------------------------------------------------------------------- changes

interface Cause {
  moved: Big;
  text: string;
}

function changesOf({ organization }: OrganizationFacts, now: Item[], before: Item[]): Change[] {
  const currencies = [...groupBy([...now, ...before], ({ currency }) => currency).keys()].sort(byText);
  return currencies.map((currency) => {
    const own = (items: Item[]): Item[] => items.filter((item) => item.currency === currency);
    const [items, previous] = [own(now), own(before)];
    const [total, last] = [totalOf(items), totalOf(previous)];
    const moved = total.minus(last);
    const causes = causesOf(items, previous);
    return {
      organizationId: organization.id,
      organizationName: organization.name,
      currency,
      before: money(last, currency),
      now: money(total, currency),
      moved: money(moved, currency),
      causes: causes.length,
      sentence: sentenceOf(currency, total, moved, causes),
    };
  });
}

const totalOf = (items: Item[]): Big => sum(items.map(({ sales }) => sales));
/** A month whose parts moved against each other has moved too. */
const hasMoved = ({ causes }: Change): boolean => causes > 0;

function causesOf(now: Item[], before: Item[]): Cause[] {
  const last = new Map(before.map((item) => [item.id, item]));
  const kept = new Set(now.map(({ id }) => id));
  const causes = [
    ...now.map((item) => causeOf(item, last.get(item.id))),
    ...before
      .filter(({ id }) => !kept.has(id))
      .map((item): Cause => ({ moved: ZERO.minus(item.sales), text: `no more ${item.productName}` })),
  ];
  return causes
    .filter(({ moved }) => !moved.eq(0))
    .sort((left, right) => right.moved.abs().cmp(left.moved.abs()) || byText(left.text, right.text));
}

function causeOf(item: Item, before: Item | undefined): Cause {
  if (!before) return { moved: big(item.sales), text: `new ${item.productName}` };
  const isCounted = !big(item.quantity).eq(before.quantity);
  const from = isCounted ? before.quantity : before.sales;
  const to = isCounted ? item.quantity : item.sales;
  return { moved: big(item.sales).minus(before.sales), text: `${item.productName} ${grouped(from)} → ${grouped(to)}` };
}

function sentenceOf(currency: string, total: Big, moved: Big, causes: Cause[]): string {
  const amount = (value: Big): string => grouped(money(value, currency));
  const signed = (value: Big): string => (value.gt(0) ? `+${amount(value)}` : amount(value));
  const head = `${amount(total)} ${currency}, ${moved.eq(0) ? 'as' : `${amount(moved.abs())} ${moved.gt(0) ? 'more' : 'less'} than`} last month`;
  if (causes.length === 0) return `${head}.`;
  const rest = causes.slice(CAUSES_SHOWN);
  const texts = causes.slice(0, CAUSES_SHOWN).map((cause) => `${cause.text} (${signed(cause.moved)})`);
  const more = rest.length === 0 ? [] : [`${rest.length} more (${signed(sum(rest.map((cause) => cause.moved)))})`];
  return `${head}: ${[...texts, ...more].join(', ')}.`;
}
