import { adviceFor } from '../billing/results/advice.js';
import { isAwaited, isBreaker } from '../billing/plan/breakers.js';
import { big, money, sum } from '../billing/basics/decimal.js';
import type { Outcome } from '../billing/results/results.js';
import { groupBy, same } from '../billing/basics/text.js';
import type { PlannedItem, Sides } from '../billing/plan-types.js';
import type { Day, Decimal } from '../billing/types.js';
import { marginOf, type Margin } from './margin.js';
import { waitsForPerson, type OrganizationStatus } from '../billing/results/status.js';

/** A customer's month in one row: what waits and why, what Autotask bills today, what it would bill, and what is earned. */
export interface CustomerRow {
  organizationId: string;
  name: string;
  status: OrganizationStatus;
  /** Whether a person has something to decide. */
  waits: boolean;
  /** What waits, in words, the largest amount first. */
  reasons: string[];
  currency: string;
  before: Sides;
  after: Sides;
  difference: Decimal;
  marginBefore: Margin;
  marginAfter: Margin;
  /** Amount without a line in the report. */
  ghosts: Decimal;
  since: Day | null;
  planDigest: string;
  /** Whether the plan can be released: it waits for approval, or a circuit breaker holds it. */
  isReleasable: boolean;
}

/** One row for each currency of an organization; nearly always one. */
export function customerRows(outcome: Outcome): CustomerRow[] {
  const items = outcome.items.filter(({ outcome: end }) => end !== 'excluded');
  const currencies = new Map<string, PlannedItem[]>(groupBy(items, ({ currency }) => currency.toUpperCase()));
  const standing = outcome.ghosts.filter(({ outcome: end }) => end === 'ghost');
  for (const { currency } of standing) if (!currencies.has(currency.toUpperCase())) currencies.set(currency.toUpperCase(), []);
  return [...currencies].map(([currency, group]) => {
    const before = { sales: total(group, standingSales, currency), cost: total(group, standingCost, currency) };
    const after = { sales: total(group, ({ sales }) => sales, currency), cost: total(group, ({ cost }) => cost, currency) };
    const ghosts = standing.filter((ghost) => same(ghost.currency, currency));
    return {
      organizationId: outcome.organizationId,
      name: outcome.organizationName,
      status: outcome.status,
      waits: waitsForPerson(outcome.status),
      reasons: reasonsOf(group, ghosts.length > 0),
      currency,
      before,
      after,
      difference: money(big(after.sales).minus(before.sales), currency),
      marginBefore: marginOf(before, currency),
      marginAfter: marginOf(after, currency),
      ghosts: money(sum(ghosts.map(({ sales }) => sales)), currency),
      since: outcome.waitsSince ?? null,
      planDigest: outcome.planDigest,
      isReleasable: outcome.items.some(({ reason }) => isReleasable(reason)),
    };
  });
}

const standingSales = ({ standing }: PlannedItem): Decimal => standing?.before.sales ?? '0';
const standingCost = ({ standing }: PlannedItem): Decimal => standing?.before.cost ?? '0';
const total = (items: PlannedItem[], side: (item: PlannedItem) => Decimal, currency: string): Decimal =>
  money(sum(items.map(side)), currency);

export const isReleasable = (reason: string | null): boolean =>
  isAwaited(reason) || reason === 'month-closed' || isBreaker(reason);

function reasonsOf(items: PlannedItem[], hasGhosts: boolean): string[] {
  const held = items.filter(({ outcome }) => outcome === 'held');
  const groups = [...groupBy(held, ({ reason }) => reason ?? 'held')]
    .map(([reason, group]) => ({ reason, sales: sum(group.map(({ sales }) => sales)).abs() }))
    .sort((left, right) => right.sales.cmp(left.sales));
  return [...groups.map(({ reason }) => meaningOf(reason)), ...(hasGhosts ? [meaningOf('ghost')] : [])];
}

/** A reason in words; one that this version does not know stays as it is. */
export const meaningOf = (reason: string): string => adviceFor(reason)?.meaning ?? reason;
