import type { Big } from './decimal.js';
import { big, money, sum } from './decimal.js';
import type { MonthFacts } from './facts.js';
import { same } from './text.js';
import type { Item, Plan, Reason } from './plan-types.js';
import type { Settings } from './types.js';

/**
 * Rules 1.4 and 9: circuit breakers. A month that looks wrong waits for a person before anything is written. Each comparison is between this report and
 * the same part of last month's; a limit of 0 turns its breaker off.
 */
export interface Tripped {
  reason: Reason;
  message: string;
}

/** Whether a breaker holds what has the reason, a report that shrank does (1.6), or what is gone (6.6): all wait for the release of the plan. */
export const isBreaker = (reason: string | null): boolean =>
  reason === 'report-shrank' || reason === 'contract-gone' || (reason?.startsWith('breaker-') ?? false);

/** Whether something of the plan waits for its release: an item, or money that has no line any more. */
export const isWithheld = ({ items, ghosts }: Pick<Plan, 'items' | 'ghosts'>): boolean =>
  items.some(({ reason }) => isBreaker(reason)) || ghosts.some(({ reason }) => isBreaker(reason ?? null));

/** 1.4: the report is empty or much smaller than last month's. An expired Microsoft consent looks exactly like that. */
export function tripMonth(facts: MonthFacts, currency: string, settings: Settings): Tripped | null {
  const percent = settings.breakers.monthDropPercent;
  const [now, before] = [salesIn(facts.sales, currency), salesIn(facts.previousSales, currency)];
  if (percent === 0 || before.lte(0) || now.gte(before.times(percent).div(100))) return null;
  const message = `The report has ${money(now, currency)} ${currency} sales, the same part of last month had ${money(before, currency)}. Check the Microsoft consent in Cloudmore; release the month if the report is right.`;
  return { reason: 'breaker-month', message };
}

const salesIn = (sales: Record<string, string>, currency: string): Big =>
  big(Object.entries(sales).find(([code]) => same(code, currency))?.[1] ?? '0');

/** 9.1: an organization's sales moved by more than the percentage and more than the floor. */
export function tripOrganization(items: Item[], previous: Item[], settings: Settings): Tripped | null {
  const { organizationPercent: percent, organizationAmount } = settings.breakers;
  const [now, before] = [totalSales(items), totalSales(previous)];
  if (percent === 0 || now.lte(0) || before.lte(0)) return null;
  const moved = now.minus(before).abs();
  if (moved.lte(organizationAmount) || moved.lte(before.times(percent).div(100))) return null;
  return {
    reason: 'breaker-organization',
    message: `Sales moved from ${before.toFixed(2)} to ${now.toFixed(2)}, more than ${percent} % and ${organizationAmount}. Release the plan if that is right.`,
  };
}

/** 9.2: one item's sales are many times, or a small part of, last month's. */
export function tripItem(item: Item, previous: Item | undefined, settings: Settings): Tripped | null {
  const { itemFactor: factor, organizationAmount } = settings.breakers;
  if (factor === 0 || previous === undefined) return null;
  const [now, before] = [big(item.sales), big(previous.sales)];
  if (now.lte(0) || before.lte(0) || now.minus(before).abs().lte(organizationAmount)) return null;
  if (now.lte(before.times(factor)) && now.times(factor).gte(before)) return null;
  return {
    reason: 'breaker-item',
    message: `Sales of ${item.productName} moved from ${previous.sales} to ${item.sales}, by more than a factor of ${factor}. Release the plan if that is right.`,
  };
}

/** 9.3: more new contracts for one organization than a month brings: the mapping is probably wrong. It applies in the first month too. */
export function tripContracts(newContracts: number, settings: Settings): Tripped | null {
  const limit = settings.breakers.newContracts;
  if (limit === 0 || newContracts <= limit) return null;
  return {
    reason: 'breaker-contracts',
    message: `${newContracts} new contracts for one organization, more than ${limit}. Check its Autotask company id; release the plan if it is right.`,
  };
}

const totalSales = (items: Item[]): Big => sum(items.map(({ sales }) => sales));
