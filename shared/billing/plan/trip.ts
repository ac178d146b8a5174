import { tripContracts, tripItem, tripMonth, tripOrganization, type ItemSales } from './breakers.js';
import type { Tripped } from '../plan-types.js';
import type { CompanyDecision } from '../contracts/company.js';
import { big, grouped, isZero, money, signOf, sum } from '../basics/decimal.js';
import { isMoved } from '../derivation/derivation.js';
import { endedSubscription } from '../report/ended.js';
import { buildItems, itemsOfPart, type ItemContext } from '../report/items.js';
import type { PlanInput, Work } from './plan.js';
import { tripMargin } from './margin-breaker.js';
import { tripPrice } from './price-breaker.js';
import { readable } from '../report/readable.js';
import { exclusionOf, unclassifiedOf } from './refusal.js';
import { fold, IndexBy, same } from '../basics/text.js';
import type { Item, Plan, PlannedItem } from '../plan-types.js';
import type { Line, Settings } from '../types.js';

/** What a breaker holds: the whole organization, or single items. */
export interface Held {
  organization: Tripped | null;
  items: Map<string, Tripped>;
}

/** Rule 9 for a plan: what of it waits for a person, because it would write what looks wrong. */
export function tripBreakers(
  { plan, able, work }: { plan: Plan; able: Item[]; work: Work },
  input: PlanInput,
  context: ItemContext,
  company: CompanyDecision,
): Held {
  if (plan.steps.length === 0 || company.company === null) return { organization: null, items: new Map() };
  const { facts, books, settings } = input;
  const comparison = comparisonOf({ plan, able }, input, context, company.currency);
  const newContracts = work.contracts.filter(({ isNew }) => isNew).length;
  return {
    organization:
      tripMonth(facts, books.internalCurrency, settings) ??
      tripSales(comparison, company.currency, settings) ??
      tripContracts(newContracts, settings),
    items: new Map(
      comparison.billed.flatMap((billed) => {
        const tripped = tripWritten(billed, comparison, context, settings);
        return tripped ? [[billed.item.id, tripped] as const] : [];
      }),
    ),
  };
}

// ---------------------------------------------------------------------------------------------------------------- what is compared with what

interface Billed {
  item: Item;
  planned: PlannedItem;
}

interface Comparison {
  /** Items that the plan posts. */
  billed: Billed[];
  /** Those that recur, in the whole of last month, and in the same part of it as far as nothing explains that they are gone. */
  before: Item[];
  samePart: Item[];
  /** Ids of items that a credit explains. */
  credited: Set<string>;
  /** Items of which last month's amount cannot be read, by id, with what is wrong: they are compared with nothing. */
  unread: Map<string, string>;
  leftOut: string;
}

function comparisonOf(
  { plan, able }: { plan: Plan; able: Item[] },
  { slice, settings }: PlanInput,
  context: ItemContext,
  currency: string,
): Comparison {
  const planned = new Map(plan.items.map((item) => [item.id, item]));
  const decided = able.map((item): Billed => ({ item, planned: planned.get(item.id)! }));
  const billed = decided.filter((one) => one.planned.outcome === 'posted');
  const posted = billed.map(({ item }) => item);
  const unbilled = new Set(plan.items.filter(({ outcome }) => outcome !== 'posted').map(({ id }) => id));
  const isCompared = (item: Item): boolean =>
    !unbilled.has(item.id) && !item.isOneOff && isComparable(item, context, settings, currency);
  const credited = new Set(posted.filter(isCredited).map(({ id }) => id));
  const lastMonth = [...slice.previousLines, ...(slice.previousLater ?? [])];
  const read = new Set(readable(slice.lines, lastMonth).before);
  const whole = buildItems([...read], context);
  const before = whole.filter(isCompared);
  const early = slice.previousLines.filter((line) => read.has(line));
  const same = early.length === read.size ? before : itemsOfPart(whole, early, context).filter(isCompared);
  const isExplained = explainedBy(posted, credited, slice.elsewhere, context);
  const samePart = same.filter((item) => !isExplained(item));
  const unread = unreadBefore(posted, lastMonth, read, context);
  const leftOut = leftOutText(posted, {
    unbilled: unbilled.size,
    explained: same.length - samePart.length,
    unread: unread.size,
    currency,
  });
  return { billed, before, samePart, credited, unread, leftOut };
}

/** What is posted of which last month's lines cannot be read; all of it, where nobody can tell whose a line was. */
function unreadBefore(posted: Item[], lastMonth: Line[], read: Set<Line>, context: ItemContext): Map<string, string> {
  const lost = lastMonth.filter((line) => !read.has(line));
  const ofAll = lost.flatMap(({ trouble }) => (trouble?.holds === 'organization' ? [trouble.message] : []))[0];
  const byId = new Map(buildItems(lost, context).map((item) => [item.id, item]));
  return new Map(
    posted.flatMap(({ id }) => {
      const own = byId.get(id)?.lines.flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble.message]))[0];
      const why = own ?? ofAll ?? (byId.has(id) ? 'another line of its subscription cannot be read' : undefined);
      return why === undefined ? [] : [[id, why] as const];
    }),
  );
}

const isComparable = (item: Item, context: ItemContext, settings: Settings, currency: string): boolean =>
  exclusionOf(item, context, settings) === null && unclassifiedOf(item) === null && same(item.currency, currency);

const isCredited = (item: Item): boolean => item.lines.some(({ sales }) => signOf(sales) < 0);

/** Evidence that explains why an item of last month is less or gone: ended, converted to another product, billed elsewhere, or credited. */
function explainedBy(
  posted: Item[],
  credited: Set<string>,
  elsewhere: string[] | undefined,
  { subscriptions }: ItemContext,
): (item: Item) => boolean {
  const now = new Set(posted.map(({ id }) => id));
  const subscribed = new Set(posted.map(({ subscriptionId }) => fold(subscriptionId)));
  const moved = new Set(elsewhere);
  return ({ id, subscriptionId }) => {
    if (credited.has(id)) return true;
    if (now.has(id) || subscriptionId === null) return false;
    const key = fold(subscriptionId);
    return endedSubscription(subscriptions, key) !== undefined || subscribed.has(key) || moved.has(key);
  };
}

interface LeftOutTextInput {
  unbilled: number;
  explained: number;
  unread: number;
  currency: string;
}

function leftOutText(posted: Item[], { unbilled, explained, unread, currency }: LeftOutTextInput): string {
  const once = posted.filter(({ isOneOff }) => isOneOff);
  const parts = [
    ...(once.length > 0 ? [`${once.length} paid once (${grouped(money(sum(once.map(({ sales }) => sales)), currency))})`] : []),
    ...(unbilled > 0 ? [`${unbilled} held or excluded`] : []),
    ...(explained > 0 ? [`${explained} ended, converted, moved or credited`] : []),
    ...(unread > 0 ? [`${unread} of which last month cannot be read`] : []),
  ];
  return parts.length === 0 ? '' : ` (left out: ${parts.join(', ')})`;
}

// ---------------------------------------------------------------------------------------------------------------- what would be written

const recurring = (items: Item[]): Item[] => items.filter(({ isOneOff }) => !isOneOff);

function tripSales(comparison: Comparison, currency: string, settings: Settings): Tripped | null {
  const { before, samePart, credited, unread, leftOut } = comparison;
  const billed = comparison.billed.filter(({ item }) => !unread.has(item.id));
  const tripOf = (items: Item[]): Tripped | null =>
    tripOrganization(
      {
        currency,
        leftOut,
        now: recurring(items),
        before,
        charged: recurring(items).filter(({ id }) => !credited.has(id)),
        samePart,
        all: items,
      },
      settings,
    );
  const tripped = tripOf(billed.map(({ item }) => item));
  if (tripped === null) return null;
  const moved = sum(billed.map(({ planned }) => big(planned.standing!.after.sales).minus(planned.standing!.before.sales)));
  if (moved.abs().gt(settings.breakers.organizationAmount)) return tripped;
  const standing = billed.filter(({ planned }) => !isZero(big(planned.standing!.before.sales))).map(asItStands);
  return standing.length === 0 || tripOf(standing) === null ? tripped : null;
}

const itemsById = new IndexBy<Item>(({ id }) => id);

function tripWritten(
  { item, planned }: Billed,
  comparison: Comparison,
  context: ItemContext,
  settings: Settings,
): Tripped | null {
  // What is in balance already waits for nobody: a breaker holds what would be written.
  if (!isMoved(planned)) return null;
  const { before, after } = planned.standing!;
  const unread = tripUnread(item, comparison, settings);
  const sales: Omit<ItemSales, 'item'> = {
    before: itemsById.find(comparison.before, item.id)[0],
    samePart: itemsById.find(comparison.samePart, item.id)[0],
  };
  const tripSales = (one: Item): Tripped | null =>
    tripItem({ ...sales, item: one }, settings) ?? tripMargin(one, sales.before, settings);
  const tripped = unread ?? tripPrice(item, context.prices, settings) ?? tripSales(item);
  if (tripped === null) return null;
  const isSmall = SIDES.every((side) => big(after[side]).minus(before[side]).abs().lte(settings.breakers.organizationAmount));
  if (!isSmall || isZero(big(before.sales))) return tripped;
  return unread === null && tripSales(asItStands({ item, planned })) === null ? tripped : null;
}

const SIDES = ['sales', 'cost'] as const;

const comparesItems = ({ itemFactor, organizationPercent, marginPoints }: Settings['breakers']): boolean =>
  [itemFactor, organizationPercent, marginPoints].some((limit) => limit !== 0);

/** An amount of last month that cannot be read is no 0.00: what would be compared with it waits. */
function tripUnread({ id, productName }: Item, { unread }: Comparison, { breakers }: Settings): Tripped | null {
  const why = unread.get(id);
  if (why === undefined || !comparesItems(breakers)) return null;
  return {
    reason: 'breaker-item',
    message: `Last month's amount of ${productName} cannot be read, so there is nothing to compare with: ${why} Release the plan if that is right.`,
  };
}

/** The item at the amount that stands for it: where that would have been held, a person has released it, and a small change more needs no second word. */
function asItStands({ item, planned }: Billed): Item {
  const { sales, cost } = planned.standing!.before;
  return { ...item, sales, cost, recurring: null, lines: [{ ...item.lines[0]!, sales, cost }] };
}
