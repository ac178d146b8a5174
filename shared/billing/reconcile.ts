import { explainItem } from './advice.js';
import { big, money, plain, sum, ZERO, type Big } from './decimal.js';
import type { MonthFacts } from './facts.js';
import { InvariantViolation } from './invariants.js';
import { digestOfList } from './keys.js';
import { isParked, NO_CALLS, NO_WRITES } from './results.js';
import type { Amounts, Calls, CurrencyAmounts, ItemResult, MonthResult, OrganizationResult, Outcome, Writes } from './results.js';
import { addCalls, addWrites } from './tally.js';
import { byText, groupBy, same } from './text.js';
import type { Ghost, PlannedItem } from './plan-types.js';

/** Outcomes to what a person reads. Every line of the report ends as posted, held or excluded, and the three add up to the report (invariant 1). */

type Countable = Pick<PlannedItem, 'lines' | 'cost' | 'sales'>;
/** What is counted of an item. */
type Counted = Pick<PlannedItem, 'currency' | 'outcome' | 'lines' | 'cost' | 'sales' | 'roundingCost' | 'roundingSales'>;
type CountedGhost = Pick<Ghost, 'currency' | 'outcome' | 'cost' | 'sales'>;

function amounts(items: Countable[], currency: string): Amounts {
  return {
    lines: items.reduce((count, { lines }) => count + lines, 0),
    cost: money(sum(items.map(({ cost }) => cost)), currency),
    sales: money(sum(items.map(({ sales }) => sales)), currency),
  };
}

function currencyAmounts(items: Counted[], currency: string): CurrencyAmounts {
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

function otherCurrencies(items: Counted[], currency: string): CurrencyAmounts[] {
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

/** What a month's reconciliation needs of an organization's outcome: what is told of it, and what is counted, but not how it came about. */
export interface MonthPart {
  result: OrganizationResult;
  items: Counted[];
  ghosts: CountedGhost[];
  writes: Writes;
  calls: Calls;
}

/** An organization's part, in the month's currency. */
export const monthPart = (outcome: Outcome, currency: string): MonthPart => ({
  result: organizationResult(outcome, currency),
  items: outcome.items.map(({ currency, outcome, lines, cost, sales, roundingCost, roundingSales }) => ({
    currency,
    outcome,
    lines,
    cost,
    sales,
    roundingCost,
    roundingSales,
  })),
  ghosts: outcome.ghosts.map(({ currency, outcome, cost, sales }) => ({ currency, outcome, cost, sales })),
  writes: outcome.writes,
  calls: outcome.calls,
});

/** The reconciliation of a month from its organizations' outcomes. */
export const monthResult = (frame: MonthFrame, outcomes: Outcome[]): MonthResult =>
  monthOfParts(
    frame,
    outcomes.map((outcome) => monthPart(outcome, frame.currency)),
  );

/** The same from their parts, made one by one: whoever reads a month of 100,000 lines never holds all of its outcomes. */
export function monthOfParts(frame: MonthFrame, parts: MonthPart[]): MonthResult {
  const { currency, facts } = frame;
  const items = parts.flatMap((part) => part.items);
  const ghosts = parts.flatMap((part) => part.ghosts);
  const { currency: _, ...main } = currencyAmounts(
    items.filter((item) => same(item.currency, currency)),
    currency,
  );
  const organizations = parts
    .map(({ result }) => result)
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
    writes: parts.map(({ writes }) => writes).reduce(addWrites, NO_WRITES),
    calls: parts.map(({ calls }) => calls).reduce(addCalls, addCalls(NO_CALLS, frame.calls)),
    digest: digestOfList(
      facts.month,
      organizations,
      ({ workflowId: _id, planDigest: _plan, status: _status, waitsSince: _since, ...result }) => result,
    ),
    organizations,
  };
}

const ghostAmounts = (ghosts: CountedGhost[], currency: string): Amounts =>
  amounts(
    ghosts.filter((ghost) => same(ghost.currency, currency)).map((ghost) => ({ ...ghost, lines: 1 })),
    currency,
  );

const total = (items: Counted[], side: 'roundingCost' | 'roundingSales', currency: string): Big =>
  items.filter((item) => same(item.currency, currency)).reduce((value, item) => value.plus(item[side]), ZERO);
