import { explainItem } from './advice.js';
import { big, money, plain, sum, ZERO, type Big } from './decimal.js';
import type { MonthFacts } from './facts.js';
import { InvariantViolation } from './invariants.js';
import { digestOf } from './keys.js';
import { isParked, NO_CALLS, NO_WRITES } from './results.js';
import type { Amounts, Calls, CurrencyAmounts, ItemResult, MonthResult, OrganizationResult, Outcome } from './results.js';
import { addCalls, addWrites } from './tally.js';
import { byText, groupBy, same } from './text.js';
import type { Ghost, PlannedItem } from './types.js';

/** Outcomes to what a person reads. Every line of the report ends as posted, held or excluded, and the three add up to the report (invariant 1). */

type Countable = Pick<PlannedItem, 'lines' | 'cost' | 'sales'>;

function amounts(items: Countable[], currency: string): Amounts {
  return {
    lines: items.reduce((count, { lines }) => count + lines, 0),
    cost: money(sum(items.map(({ cost }) => cost)), currency),
    sales: money(sum(items.map(({ sales }) => sales)), currency),
  };
}

function currencyAmounts(items: PlannedItem[], currency: string): CurrencyAmounts {
  const of = (outcome: PlannedItem['outcome']): Amounts =>
    amounts(
      items.filter((item) => item.outcome === outcome),
      currency,
    );
  const result = { currency, report: amounts(items, currency), posted: of('posted'), held: of('held'), excluded: of('excluded') };
  assertConserved(result);
  return result;
}

/** Invariant 1: report = posted + held + excluded, cost and sales, to the minor unit. */
function assertConserved({ currency, report, posted, held, excluded }: CurrencyAmounts): void {
  const parts = [posted, held, excluded];
  const isWhole = (['cost', 'sales'] as const).every((side) => sum(parts.map((part) => part[side])).eq(report[side]));
  if (!isWhole || parts.reduce((count, { lines }) => count + lines, 0) !== report.lines)
    throw new InvariantViolation(
      1,
      `${currency}: report ${report.sales} is not posted ${posted.sales} + held ${held.sales} + excluded ${excluded.sales}`,
    );
}

/** One organization's part of the month, in the month's currency; lines in others stand beside it. */
export function organizationResult(outcome: Outcome, currency: string): OrganizationResult {
  const { currency: _, ...main } = currencyAmounts(
    outcome.items.filter((item) => same(item.currency, currency)),
    currency,
  );
  return {
    organizationId: outcome.organizationId,
    organizationName: outcome.organizationName,
    companyId: outcome.companyId,
    status: outcome.status,
    ...main,
    otherCurrencies: otherCurrencies(outcome.items, currency),
    items: [...outcome.items.map(itemResult), ...outcome.ghosts.filter(isStanding).map(ghostResult)].map((item) =>
      explained(item, outcome),
    ),
    planDigest: outcome.planDigest,
    workflowId: outcome.workflowId,
    waitsSince: isParked(outcome.status) ? (outcome.waitsSince ?? outcome.asOf) : null,
  };
}

function otherCurrencies(items: PlannedItem[], currency: string): CurrencyAmounts[] {
  const others = groupBy(
    items.filter((item) => !same(item.currency, currency)),
    (item) => item.currency,
  );
  return [...others].sort(([left], [right]) => byText(left, right)).map(([other, group]) => currencyAmounts(group, other));
}

const itemResult = (item: PlannedItem): NotExplained => ({
  currency: item.currency,
  subscriptionId: item.contractKey,
  recordType: item.type,
  itemCode: item.itemCode,
  productName: item.productName,
  contractId: item.contractId,
  quantity: big(item.quantity).toNumber(),
  cost: item.cost,
  sales: item.sales,
  outcome: item.outcome,
  reason: item.reason,
  cause: item.message,
});

type NotExplained = Omit<ItemResult, 'message'>;

/** Ghosts that this plan brings to nothing stand no longer (rule 8.5). */
const isStanding = (ghost: Ghost): boolean => ghost.outcome !== 'zeroed';

const ghostResult = (ghost: Ghost): NotExplained => ({
  currency: ghost.currency,
  subscriptionId: ghost.contractKey,
  recordType: ghost.type,
  itemCode: ghost.itemCode,
  productName: ghost.itemCode ?? ghost.type,
  contractId: ghost.contractId,
  quantity: big(ghost.quantity).toNumber(),
  cost: ghost.cost,
  sales: ghost.sales,
  outcome: ghost.outcome === 'awaiting' ? 'awaiting' : 'ghost',
  reason: ghost.outcome === 'awaiting' ? 'awaiting-report' : 'ghost',
  cause: ghost.message,
});

const explained = (item: NotExplained, outcome: Outcome): ItemResult => ({
  ...item,
  message: explainItem({ ...item, message: item.cause }, outcome.organizationName, outcome),
});

/** What a month's result needs beside the organizations' outcomes. */
export interface MonthFrame {
  broker: string;
  mode: MonthResult['mode'];
  /** The tenant's internal currency. */
  currency: string;
  facts: Pick<MonthFacts, 'month' | 'asOf' | 'unassigned'>;
  /** Calls made for the whole month, outside any organization. */
  calls: Calls;
}

/** The reconciliation of a month. `results` may already be in the month's currency, so that a month of any size needs only its summary in memory. */
export function monthResult(frame: MonthFrame, outcomes: Outcome[]): MonthResult {
  const { currency, facts } = frame;
  const items = outcomes.flatMap((outcome) => outcome.items);
  const ghosts = outcomes.flatMap((outcome) => outcome.ghosts);
  const { currency: _, ...main } = currencyAmounts(
    items.filter((item) => same(item.currency, currency)),
    currency,
  );
  const organizations = outcomes
    .map((outcome) => organizationResult(outcome, currency))
    .sort((left, right) => byText(left.organizationId, right.organizationId));
  return {
    broker: frame.broker,
    month: facts.month,
    asOf: facts.asOf,
    currency,
    mode: frame.mode,
    ...main,
    unassigned: amounts(
      facts.unassigned.filter((line) => same(line.currency, currency)).map((line) => ({ ...line, lines: 1 })),
      currency,
    ),
    awaiting: ghostAmounts(
      ghosts.filter(({ outcome }) => outcome === 'awaiting'),
      currency,
    ),
    ghosts: ghostAmounts(
      ghosts.filter(({ outcome }) => outcome === 'ghost'),
      currency,
    ),
    rounding: { cost: plain(total(items, 'roundingCost', currency)), sales: plain(total(items, 'roundingSales', currency)) },
    otherCurrencies: otherCurrencies(items, currency),
    writes: outcomes.map(({ writes }) => writes).reduce(addWrites, NO_WRITES),
    calls: outcomes.map(({ calls }) => calls).reduce(addCalls, addCalls(NO_CALLS, frame.calls)),
    digest: digestOf([
      facts.month,
      organizations.map(({ workflowId: _id, planDigest: _plan, status: _status, waitsSince: _since, ...result }) => result),
    ]),
    organizations,
  };
}

const ghostAmounts = (ghosts: Ghost[], currency: string): Amounts =>
  amounts(
    ghosts.filter((ghost) => same(ghost.currency, currency)).map((ghost) => ({ ...ghost, lines: 1 })),
    currency,
  );

const total = (items: PlannedItem[], side: 'roundingCost' | 'roundingSales', currency: string): Big =>
  items.filter((item) => same(item.currency, currency)).reduce((value, item) => value.plus(item[side]), ZERO);
