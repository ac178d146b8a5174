import type { CountedAmounts, CountedOrganization } from '../report/counted.js';
import { big, type Big, money, moneyText, plain, sum, text } from '../basics/decimal.js';
import { NO_CALLS, NO_WRITES, type Outcome } from './results.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { byText, same } from '../basics/text.js';
import type { PlannedItem } from '../plan-types.js';
import type { Day, Decimal, Month } from '../types.js';
import { isOpenForPerson, isParked } from './status.js';

/**
 * Rule 1.7: every line that was counted has an outcome, or is held. An organization whose outcome is missing, is one for other lines, or answers for less than
 * was counted, is as much a part of the month as one that was billed.
 */

/** What an outcome answers for: the report it was planned from, and its organization's part of that. */
export interface Answers {
  report: string;
  /** When that report was taken, ISO time. */
  takenAt: string;
  /** Digest of the organization's lines in it. */
  digest: string;
  amounts: CountedAmounts[];
}

/** An organization of the report that a month answers for. */
export interface Expected extends CountedOrganization {
  /** Digest of its lines; null where the planner has none of them. */
  digest: string | null;
  /** Whether the run was to bill it. The others keep an outcome for the same lines, from whenever it is. */
  asked: boolean;
}

/** The report that a month was closed with. */
export interface ClosedReport {
  month: Month;
  asOf: Day;
  report: string;
  takenAt: string;
}

/** An outcome that answers for every counted line, and what was counted. */
export interface Completed {
  outcome: Outcome;
  amounts: CountedAmounts[];
}

/** The organization's outcome with what no outcome answers for, as held items. */
export function completed(outcome: Outcome | null, expected: Expected, closed: ClosedReport): Completed {
  if (outcome === null || !isAnswer(outcome, expected, closed))
    return { outcome: missing(outcome, expected, closed), amounts: expected.amounts };
  const { answers } = outcome;
  // A later rerun has taken its own report, whose lines were counted as well.
  const amounts = answers !== undefined && answers.takenAt > closed.takenAt ? answers.amounts : expected.amounts;
  const items = differencesOf(outcome.items, amounts, `No outcome for ${expected.organizationName} covers`);
  return {
    outcome: items.length === 0 ? outcome : { ...outcome, status: attention(outcome), items: [...outcome.items, ...items] },
    amounts,
  };
}

const attention = ({ status }: Outcome): Outcome['status'] => (isOpenForPerson(status) ? status : 'NeedsAttention');

/** From this run, from a later rerun, or for the very same lines: from an execution that waits, or of one that the run was not asked for. */
function isAnswer(outcome: Outcome, { digest, asked, amounts }: Expected, { report, takenAt }: ClosedReport): boolean {
  const { answers } = outcome;
  // Outcomes of earlier releases do not say what they answer for; their amounts do.
  if (answers === undefined)
    return (!asked || isParked(outcome.status)) && differencesOf(outcome.items, amounts, '').length === 0;
  if (answers.report === report || answers.takenAt > takenAt) return true;
  return answers.digest === digest && (!asked || isParked(outcome.status));
}

function missing(
  stale: Outcome | null,
  { organizationId, organizationName, amounts }: Expected,
  { month, asOf }: ClosedReport,
): Outcome {
  const why = stale === null ? 'No run recorded an outcome for' : `The latest outcome is from ${stale.asOf}, and none covers`;
  return {
    organizationId,
    organizationName,
    companyId: stale?.companyId ?? null,
    month,
    asOf,
    status: 'Failed',
    items: differencesOf([], amounts, why),
    ghosts: stale?.ghosts ?? [],
    notes: [],
    steps: [],
    planDigest: '',
    workflowId: stale?.workflowId ?? null,
    writes: NO_WRITES,
    calls: NO_CALLS,
    message: `${why} its lines.`,
    ...(stale?.accepted ? { accepted: stale.accepted } : {}),
  };
}

/** What was counted less what items answer for, currency by currency, as held items; none where both agree. */
function differencesOf(items: PlannedItem[], amounts: CountedAmounts[], why: string): PlannedItem[] {
  const currencies = [
    ...new Set([...amounts.map(({ currency }) => currency), ...items.map(({ currency }) => currency.toUpperCase())]),
  ];
  return currencies.sort(byText).flatMap((currency) => {
    const counted = amounts.find((one) => same(one.currency, currency)) ?? { lines: 0, cost: '0', sales: '0' };
    const own = items.filter((item) => same(item.currency, currency));
    const lines = counted.lines - own.reduce((count, item) => count + item.lines, 0);
    const [cost, sales] = [
      big(counted.cost).minus(exactly(own, 'exactCost')),
      big(counted.sales).minus(exactly(own, 'exactSales')),
    ];
    return lines === 0 && cost.eq(0) && sales.eq(0) ? [] : [heldItem({ currency, lines, cost, sales, why })];
  });
}

const exactly = (items: PlannedItem[], side: 'exactCost' | 'exactSales'): Big => sum(items.map((item) => item[side]));

const ROUNDING_SCALE = 6;

interface HeldItemInput {
  currency: string;
  lines: number;
  cost: Big;
  sales: Big;
  why: string;
}

function heldItem({ currency, lines, cost, sales, why }: HeldItemInput): PlannedItem {
  const message = `${why} ${lines} lines of the report, ${moneyText(sales, currency)}. Nobody bills them until a run records an outcome for them.`;
  const rounding = (side: Big): Decimal => text(side.minus(money(side, currency)), ROUNDING_SCALE);
  return {
    id: `outcome-missing-${currency}`,
    type: 'Unclassified',
    subscriptionId: null,
    itemCode: null,
    contractKey: '',
    currency,
    productName: 'lines without an outcome',
    lines,
    quantity: '0',
    cost: money(cost, currency),
    sales: money(sales, currency),
    exactCost: plain(cost),
    exactSales: plain(sales),
    roundingCost: rounding(cost),
    roundingSales: rounding(sales),
    contractId: null,
    outcome: 'held',
    reason: 'outcome-missing',
    message,
    because: [stopped('outcome-missing', message)],
    standing: null,
  };
}
