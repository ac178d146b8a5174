import { billedFrom, reportMonthOf } from '../basics/month.js';
import { commandOf } from './advice.js';
import { countedTotal, type CountedAmounts } from '../report/counted.js';
import { big, minorUnits, money, plain, POSTED_DECIMALS, sum, type Big } from '../basics/decimal.js';
import type { MonthFacts } from '../report/facts.js';
import { ghostReason, ghostText, isOpen } from '../ghosts/dismissal.js';
import { InvariantViolation } from '../plan/invariants.js';
import { ListDigest } from '../basics/keys.js';
import { explainItem } from './not-posted.js';
import { NO_CALLS, NO_WRITES } from './results.js';
import type { Amounts, Calls, CurrencyAmounts, ItemResult, MonthResult, OrganizationResult, Outcome } from './results.js';
import { addCalls, addWrites } from './tally.js';
import type { UnreadList } from './unread.js';
import { byText, groupBy, same } from '../basics/text.js';
import type { Ghost, PlannedItem } from '../plan-types.js';
import type { Decimal } from '../types.js';
import { isParked } from './status.js';

/** Steps of a held plan that a result names; the plan has all of them. */
const RELEASES_SHOWN = 10;

/** Outcomes to what a person reads. Every line of the report ends as posted, held or excluded, and the three add up to the report (invariant 1). */

type Countable = Pick<PlannedItem, 'lines' | 'cost' | 'sales'>;
/** What is counted of an item. */
type Counted = Pick<
  PlannedItem,
  'currency' | 'outcome' | 'lines' | 'cost' | 'sales' | 'exactCost' | 'exactSales' | 'roundingCost' | 'roundingSales'
>;
/**
 * The items with what the report says of each, to the minor unit. Posting keeps two decimals (7): in a currency with more, the rest cannot be billed, is named
 * as rounding, and stays in the report's amount.
 */
export function asReported<Item extends Omit<Counted, 'lines' | 'outcome'>>(item: Item): Item {
  const { currency, exactCost, exactSales } = item;
  if (minorUnits(currency) <= POSTED_DECIMALS) return item;
  return { ...item, cost: money(big(exactCost), currency), sales: money(big(exactSales), currency) };
}

type CountedGhost = Pick<Ghost, 'currency' | 'outcome' | 'cost' | 'sales'>;

function amounts(items: Countable[], currency: string): Amounts {
  return {
    lines: items.reduce((count, { lines }) => count + lines, 0),
    cost: money(sum(items.map(({ cost }) => cost)), currency),
    sales: money(sum(items.map(({ sales }) => sales)), currency),
  };
}

/**
 * What became of the items of one currency, against the report: as it was counted while it was read, less the rounding (1.7). Where nothing was counted, it is
 * the sum of the items.
 */
function currencyAmounts(items: Counted[], currency: string, counted: CountedAmounts[] | null): CurrencyAmounts {
  const of = (outcome: PlannedItem['outcome']): Amounts =>
    amounts(
      items.filter((item) => item.outcome === outcome),
      currency,
    );
  const report = counted === null ? amounts(items, currency) : reported(items, currency, counted);
  const result = { currency, report, posted: of('posted'), held: of('held'), excluded: of('excluded') };
  assertConserved(result);
  return result;
}

function reported(items: Counted[], currency: string, counted: CountedAmounts[]): Amounts {
  const own = counted.filter((one) => same(one.currency, currency));
  const less = (side: 'cost' | 'sales', exact: 'exactCost' | 'exactSales'): Decimal => {
    const rounding = sum(items.map((item) => big(item[exact]).minus(item[side])));
    return money(sum(own.map((one) => one[side])).minus(rounding), currency);
  };
  return {
    lines: own.reduce((count, { lines }) => count + lines, 0),
    cost: less('cost', 'exactCost'),
    sales: less('sales', 'exactSales'),
  };
}

/** Invariant 1: report = posted + held + excluded, cost and sales, to the minor unit. */
function assertConserved({ currency, report, posted, held, excluded }: CurrencyAmounts): void {
  const parts = [posted, held, excluded];
  const isWhole = (['cost', 'sales'] as const).every((side) => sum(parts.map((part) => part[side])).eq(report[side]));
  if (!isWhole || parts.reduce((count, { lines }) => count + lines, 0) !== report.lines)
    throw new InvariantViolation(1, `in ${currency} the report is not posted + held + excluded`);
}

/** One organization's part of the month, in the month's currency; lines in others stand next to it. */
export function organizationResult(
  outcome: Outcome,
  currency: string,
  counted: CountedAmounts[] | null = null,
): OrganizationResult {
  const items = outcome.items.map(asReported);
  const { currency: _, ...main } = currencyAmounts(
    items.filter((item) => same(item.currency, currency)),
    currency,
    counted,
  );
  return {
    organizationId: outcome.organizationId,
    organizationName: outcome.organizationName,
    companyId: outcome.companyId,
    status: outcome.status,
    ...main,
    otherCurrencies: otherCurrencies(items, currency, counted),
    items: [...items.map(itemResult), ...outcome.ghosts.filter(isStanding).map(ghostResult)].map((item) =>
      explained(item, outcome),
    ),
    planDigest: outcome.planDigest,
    ...firstOnRelease(outcome),
    ...(outcome.missingPersons === undefined ? {} : { missingPersons: outcome.missingPersons }),
    workflowId: outcome.workflowId,
    waitsSince: isParked(outcome.status) ? (outcome.waitsSince ?? outcome.asOf) : null,
  };
}

function firstOnRelease({ onRelease }: Outcome): Pick<OrganizationResult, 'onRelease' | 'onReleaseMore'> {
  if (onRelease === undefined) return {};
  const more = onRelease.length - RELEASES_SHOWN;
  return { onRelease: onRelease.slice(0, RELEASES_SHOWN), ...(more > 0 ? { onReleaseMore: more } : {}) };
}

function otherCurrencies(items: Counted[], currency: string, counted: CountedAmounts[] | null): CurrencyAmounts[] {
  const known = [...items, ...(counted ?? [])].map((one) => one.currency.toUpperCase());
  const others = [...new Set(known)].filter((other) => !same(other, currency)).sort(byText);
  return others.map((other) =>
    currencyAmounts(
      items.filter((item) => same(item.currency, other)),
      other,
      counted,
    ),
  );
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
  ...(item.command === undefined ? {} : { command: item.command }),
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
  reason: ghostReason(ghost),
  cause: ghostText(ghost),
  ...(ghost.command === undefined || ghost.dismissed !== undefined ? {} : { command: ghost.command }),
});

function explained(item: NotExplained, outcome: Outcome): ItemResult {
  const command = commandOf(item, outcome);
  return { ...item, message: explainItem({ ...item, message: item.cause, command }, outcome.organizationName), command };
}

/** What a month's result needs besides the organizations' outcomes. */
export interface MonthFrame {
  broker: string;
  mode: MonthResult['mode'];
  /** `off` where all circuit breakers are switched off; absent where they are on, and in records of earlier releases. */
  breakers?: 'off';
  /** The tenant's internal currency. */
  currency: string;
  facts: Pick<MonthFacts, 'month' | 'reportMonth' | 'asOf' | 'unassigned'>;
  /** Calls made for the whole month, outside any organization. */
  calls: Calls;
  /** Notes about the month as a whole; absent in evidence of earlier releases. */
  remarks?: string[];
  /** What could not be read; absent where all of it was. */
  unread?: UnreadList;
}

/** The reconciliation of a month from its organizations' outcomes, and from what was counted of each (1.7) where that is known. */
export function monthResult(
  frame: MonthFrame,
  outcomes: Outcome[],
  counted: Map<string, CountedAmounts[]> | null = null,
): MonthResult {
  const reconciliation = new Reconciliation(frame);
  const inOrder = [...outcomes].sort((left, right) => byText(left.organizationId, right.organizationId));
  return reconciliation.result(
    inOrder.map((outcome) => reconciliation.add(outcome, counted?.get(outcome.organizationId) ?? null)),
  );
}

/** The same, told one outcome after the other: anyone who reconciles a month of 100,000 lines holds what is counted of it, and as much more as it likes. */
export class Reconciliation {
  private readonly items: Counted[] = [];
  private readonly ghosts: CountedGhost[] = [];
  /** Null as soon as one organization comes without what was counted of it: evidence of earlier releases. */
  private counted: CountedAmounts[] | null = [];
  private readonly digest: ListDigest;
  private writes = NO_WRITES;
  private calls: Calls;

  constructor(private readonly frame: MonthFrame) {
    this.digest = new ListDigest(frame.facts.month);
    this.calls = addCalls(NO_CALLS, frame.calls);
  }

  /**
   * Counts an organization and answers its part of the month, against what the report was counted to have of it. They come in the order of their ids, which the
   * month's digest depends on.
   */
  add(outcome: Outcome, counted: CountedAmounts[] | null = null): OrganizationResult {
    const result = organizationResult(outcome, this.frame.currency, counted);
    this.counted =
      this.counted === null || counted === null ? null : countedTotal([{ amounts: this.counted }, { amounts: counted }]);
    const { workflowId: _id, planDigest: _plan, status: _status, waitsSince: _since, ...more } = result;
    const { onRelease: _onRelease, onReleaseMore: _more, missingPersons: _persons, ...digested } = more;
    this.digest.add(digested);
    this.items.push(...countedTogether(outcome.items.map(asReported)));
    this.ghosts.push(...outcome.ghosts.filter((ghost) => ghost.outcome === 'awaiting' || isOpen(ghost)).map(countedGhost));
    this.writes = addWrites(this.writes, outcome.writes);
    this.calls = addCalls(this.calls, outcome.calls);
    return result;
  }

  /** The month, with what the caller kept of its organizations. */
  result(organizations: OrganizationResult[]): MonthResult {
    const { broker, mode, breakers, currency, facts } = this.frame;
    const { items, ghosts, writes, calls } = this;
    const { currency: _, ...main } = currencyAmounts(
      items.filter((item) => same(item.currency, currency)),
      currency,
      this.counted,
    );
    return {
      broker,
      month: facts.month,
      ...billedFrom(facts.month, reportMonthOf(facts)),
      asOf: facts.asOf,
      currency,
      mode,
      ...(breakers === undefined ? {} : { breakers }),
      ...main,
      unassigned: recordAmounts(facts.unassigned, currency),
      awaiting: recordAmounts(
        ghosts.filter(({ outcome }) => outcome === 'awaiting'),
        currency,
      ),
      ghosts: recordAmounts(
        ghosts.filter(({ outcome }) => outcome === 'ghost'),
        currency,
      ),
      rounding: { cost: plain(total(items, 'roundingCost', currency)), sales: plain(total(items, 'roundingSales', currency)) },
      otherCurrencies: otherCurrencies(items, currency, this.counted),
      writes,
      calls,
      digest: this.digest.value,
      ...(this.frame.remarks?.length ? { remarks: this.frame.remarks } : {}),
      ...(this.frame.unread === undefined ? {} : { unread: this.frame.unread }),
      organizations,
    };
  }
}

const countedGhost = ({ currency, outcome, cost, sales }: Ghost): CountedGhost => ({ currency, outcome, cost, sales });

/** Exact sums of what ended alike in one currency. */
const countedTogether = (items: Counted[]): Counted[] =>
  [...groupBy(items, ({ currency, outcome }) => `${currency} ${outcome}`).values()].map((alike) => ({
    currency: alike[0].currency,
    outcome: alike[0].outcome,
    lines: alike.reduce((count, { lines }) => count + lines, 0),
    cost: exactSum(alike, 'cost'),
    sales: exactSum(alike, 'sales'),
    exactCost: exactSum(alike, 'exactCost'),
    exactSales: exactSum(alike, 'exactSales'),
    roundingCost: exactSum(alike, 'roundingCost'),
    roundingSales: exactSum(alike, 'roundingSales'),
  }));

const exactSum = (items: Counted[], side: Exclude<keyof Counted, 'currency' | 'outcome' | 'lines'>): Decimal =>
  plain(sum(items.map((item) => item[side])));

/** Sums of records, each of which counts as one line. */
const recordAmounts = (records: Pick<Ghost, 'currency' | 'cost' | 'sales'>[], currency: string): Amounts =>
  amounts(
    records.filter((record) => same(record.currency, currency)).map((record) => ({ ...record, lines: 1 })),
    currency,
  );

const total = (items: Counted[], side: 'roundingCost' | 'roundingSales', currency: string): Big =>
  sum(items.filter((item) => same(item.currency, currency)).map((item) => item[side]));
