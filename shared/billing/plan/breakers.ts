import type { Big } from '../basics/decimal.js';
import { amountText, big, grouped, money, moneyText, signOf, sum } from '../basics/decimal.js';
import type { MonthFacts } from '../report/facts.js';
import { inCurrency } from '../basics/magnitudes.js';
import { unreadWords } from '../report/readable.js';
import { same } from '../basics/text.js';
import type { Item, Plan, Tripped } from '../plan-types.js';
import type { Decimal, Settings } from '../types.js';

/**
 * Rules 1.4 and 9: circuit breakers. A month that looks wrong waits for a person before anything is written. Growth is measured against the whole of last
 * month, a fall against the same part of it; what has no counterpart, against absolute limits. A limit of 0 turns its breaker off.
 */
/** Whether no breaker holds anything. */
export const areOff = (breakers: Settings['breakers']): boolean =>
  Object.entries(breakers).every(([name, limit]) => name === 'organizationAmount' || Number(limit) === 0);

/** Whether a breaker holds what has the reason, a report that shrank does (1.6), or what is gone (6.6): all wait for the release of the plan. */
export const isBreaker = (reason: string | null): boolean =>
  reason === 'report-shrank' || reason === 'contract-gone' || (reason?.startsWith('breaker-') ?? false);

/** Whether the whole plan waits, for its release or for the customer that is billed alone first, although nothing of it looks wrong. */
export const isAwaited = (reason: string | null): boolean => reason === 'awaiting-approval' || reason === 'canary-waits';

/** Whether something of the plan waits for its release: an item, or money that has no line any more. */
export const isWithheld = ({ items, ghosts }: Pick<Plan, 'items' | 'ghosts'>): boolean =>
  items.some(({ reason }) => isBreaker(reason)) || ghosts.some(({ reason }) => isBreaker(reason ?? null));

// ---------------------------------------------------------------------------------------------------------------- the month (1.4)

/** 1.4: the report is empty or much smaller than last month's, or last month's is not there. An expired Microsoft consent looks exactly like that. */
export function tripMonth(facts: MonthFacts, currency: string, settings: Settings): Tripped | null {
  const percent = settings.breakers.monthDropPercent;
  if (facts.previousUnavailable !== undefined && hasComparison(settings))
    return {
      reason: 'breaker-month',
      message: `Last month's report is not available (${facts.previousUnavailable}), and no copy was kept, so there is nothing to compare with. Run the month again when Cloudmore answers, or release it if you know that it is right.`,
    };
  if (facts.drop?.unread?.all === true && percent !== 0)
    return {
      reason: 'breaker-month',
      message: `No amount of last month's report can be read (${facts.drop.unread.lines} lines), so there is nothing to compare with. Release the month if you know that it is right.`,
    };
  const compared = facts.drop ?? { now: facts.sales, before: facts.previousSales };
  const [now, before] = [salesIn(compared.now, currency), salesIn(compared.before, currency)];
  if (percent === 0 || before.lte(0) || now.gte(before.times(100 - percent).div(100))) return null;
  const message = `The report has sales of ${moneyText(now, currency)}, and the same part of last month had ${grouped(money(before, currency))}: a drop of more than ${percent} %, not counting credits and what is paid once or has ended${unreadWords(facts.drop?.unread?.lines ?? 0)}. Check the Microsoft consent in Cloudmore; release the month if the report is right.`;
  return { reason: 'breaker-month', message };
}

const hasComparison = ({ breakers }: Settings): boolean =>
  [breakers.monthDropPercent, breakers.organizationPercent, breakers.itemFactor, breakers.marginPoints].some(
    (limit) => limit !== 0,
  );

const salesIn = (sales: Record<string, string>, currency: string): Big =>
  big(Object.entries(sales).find(([code]) => same(code, currency))?.[1] ?? '0');

// ---------------------------------------------------------------------------------------------------------------- the organization (9.1)

/** What an organization's items are compared with. */
export interface OrganizationSales {
  currency: string;
  /** What recurs now, and in the whole of last month. */
  now: Item[];
  before: Item[];
  /** What charges something now of what nothing explains, and the same part of last month. */
  charged: Item[];
  samePart: Item[];
  /** Everything that is billed now, for what is new. */
  all: Item[];
  /** Words for what is left out on both sides. */
  leftOut: string;
}

/** 9.1: an organization's sales are a percentage more than in the whole of last month, or as much less than in the same part of it; or it is new and large. */
export function tripOrganization(sales: OrganizationSales, settings: Settings): Tripped | null {
  const { organizationPercent: percent, organizationAmount } = settings.breakers;
  const { currency, leftOut } = sales;
  const [now, before] = [recurringSales(sales.now), recurringSales(sales.before)];
  if (before.lte(0)) return tripNewOrganization(sum(sales.all.map((item) => item.sales)), currency, settings);
  if (percent === 0) return null;
  const isMore = (more: Big, less: Big): boolean =>
    more.minus(less).gt(organizationAmount) && more.minus(less).gt(less.times(percent).div(100));
  const limits = `by more than ${percent} % of the smaller amount and more than ${grouped(organizationAmount)}`;
  const moved = (from: Big, to: Big, part: string): Tripped => ({
    reason: 'breaker-organization',
    message: `Sales moved from ${grouped(money(from, currency))} in ${part} to ${moneyText(to, currency)}, ${limits}${leftOut}. Release the plan if that is right.`,
  });
  if (now.gt(0) && isMore(now, before)) return moved(before, now, 'the whole of last month');
  const [charged, samePart] = [chargedSales(sales.charged), recurringSales(sales.samePart)];
  return isMore(samePart, charged) ? moved(samePart, charged, 'the same part of last month') : null;
}

function tripNewOrganization(now: Big, currency: string, { breakers }: Settings): Tripped | null {
  const limit = inCurrency(breakers.newOrganizationAmount, currency);
  if (limit.lte(0) || now.lte(limit)) return null;
  return {
    reason: 'breaker-organization',
    message: `Last month had nothing of this organization to compare with, and its ${moneyText(now, currency)} is more than ${grouped(money(limit, currency))} (BREAKER_NEW_ORGANIZATION_AMOUNT). Release the plan if that is right.`,
  };
}

/** The part of an item that recurs every month: all of it, or all but its one-time payments (4.4). */
export const recurringOf = (item: Item): { sales: Decimal; cost: Decimal } => item.recurring ?? item;

const recurringSales = (items: Item[]): Big => sum(items.map((item) => recurringOf(item).sales));

/** Sales without the lines that give something back: what is credited has not vanished. */
export const chargedOf = (item: Item): Big => sum(item.lines.map(({ sales }) => sales).filter((sales) => signOf(sales) > 0));

const chargedSales = (items: Item[]): Big => sum(items.map(chargedOf));

// ---------------------------------------------------------------------------------------------------------------- the item (9.2)

/** An item with its counterparts: in the whole of last month, and in the same part of it where nothing explains a fall. */
export interface ItemSales {
  item: Item;
  before: Item | undefined;
  samePart: Item | undefined;
}

/** 9.2: one item's sales are many times last month's, or a small part of them; or nothing compares with it and it is large. */
export function tripItem({ item, before, samePart }: ItemSales, settings: Settings): Tripped | null {
  const compared = before !== undefined && signOf(recurringOf(before).sales) > 0 && !item.isOneOff;
  if (!compared) return tripAmount(item, big(item.sales), settings);
  const paidOnce = big(item.sales).minus(recurringOf(item).sales);
  return tripGrowth(item, before, settings) ?? tripFall(item, samePart, settings) ?? tripAmount(item, paidOnce, settings);
}

function tripGrowth(item: Item, before: Item, { breakers }: Settings): Tripped | null {
  const { itemFactor: factor, organizationAmount } = breakers;
  const isMany = (side: 'sales' | 'cost'): boolean => {
    const [now, last] = [big(recurringOf(item)[side]), big(recurringOf(before)[side])];
    return last.gt(0) && now.minus(last).gt(organizationAmount) && now.gt(last.times(factor));
  };
  const side = factor === 0 ? undefined : (['sales', 'cost'] as const).find(isMany);
  if (side === undefined) return null;
  return moved(item, {
    side,
    from: recurringOf(before)[side],
    to: recurringOf(item)[side],
    part: 'the whole of last month',
    factor,
  });
}

function tripFall(item: Item, samePart: Item | undefined, { breakers }: Settings): Tripped | null {
  const { itemFactor: factor, organizationAmount } = breakers;
  if (factor === 0 || samePart === undefined) return null;
  const [now, last] = [chargedOf(item), big(recurringOf(samePart).sales)];
  if (last.minus(now).lte(organizationAmount) || now.times(factor).gte(last)) return null;
  return moved(item, {
    side: 'sales',
    from: recurringOf(samePart).sales,
    to: money(now, item.currency),
    part: 'the same part of last month',
    factor,
  });
}

interface MovedInput {
  side: 'sales' | 'cost';
  from: Decimal;
  to: Decimal;
  part: string;
  factor: number;
}

const moved = ({ productName, currency }: Item, { side, from, to, part, factor }: MovedInput): Tripped => ({
  reason: 'breaker-item',
  message: `${side === 'sales' ? 'Sales' : 'Cost'} of ${productName} moved from ${grouped(from)} in ${part} to ${amountText(to, currency)}, by more than a factor of ${factor}. Release the plan if that is right.`,
});

function tripAmount({ productName, currency }: Item, amount: Big, { breakers }: Settings): Tripped | null {
  const limit = inCurrency(breakers.itemAmount, currency);
  if (limit.lte(0) || amount.lte(limit)) return null;
  return {
    reason: 'breaker-item',
    message: `Last month had nothing to compare with the ${moneyText(amount, currency)} of ${productName}, which is more than ${grouped(money(limit, currency))} (BREAKER_ITEM_AMOUNT). Release the plan if that is right.`,
  };
}

// ---------------------------------------------------------------------------------------------------------------- new contracts (9.3)

/** 9.3: more new contracts for one organization than a month brings: the mapping is probably wrong. It applies in the first month too. */
export function tripContracts(newContracts: number, settings: Settings): Tripped | null {
  const limit = settings.breakers.newContracts;
  if (limit === 0 || newContracts <= limit) return null;
  return {
    reason: 'breaker-contracts',
    message: `${newContracts} new contracts for one organization, more than ${limit}. Check its Autotask company id; release the plan if it is right.`,
  };
}
