import { big, plain } from '../basics/decimal.js';
import { monthOf } from '../basics/month.js';
import { byText, fold, groupBy } from '../basics/text.js';
import type { Day, Decimal, Month } from '../types.js';

/**
 * Rule 1.7: what the report holds, counted from Cloudmore's answer itself while it was read (`shared/cloudmore/report-count.ts`). What the planner makes of
 * the lines is compared with it: a sum that is made of its own parts is true whatever is missing.
 */

/** Lines of one customer, currency and billing day, as they came. */
export interface CountedLines {
  /** Null: the lines name no customer (1.5). */
  organizationId: string | null;
  organizationName: string;
  currency: string;
  /** Null where it cannot be read. */
  day: Day | null;
  lines: number;
  cost: Decimal;
  sales: Decimal;
  /** How many of them have an amount that cannot be read; they count as lines. */
  unreadable: number;
}

/** What outcomes have to answer for in one currency: exact sums. */
export interface CountedAmounts {
  currency: string;
  lines: number;
  cost: Decimal;
  sales: Decimal;
  /** Of these, lines whose billing date is outside of the month, and lines that cannot be read. */
  outside: number;
  unreadable: number;
}

export interface CountedOrganization {
  organizationId: string;
  organizationName: string;
  amounts: CountedAmounts[];
}

/** Each line is exactly one of these. The report is what is due, outside of the month, or cannot be read. */
type Kind = 'due' | 'not-yet-due' | 'outside' | 'unassigned' | 'unreadable';

function kindOf({ organizationId, day }: CountedLines, month: Month, asOf: Day): Kind {
  if (organizationId === null) return 'unassigned';
  if (day === null) return 'unreadable';
  if (monthOf(day) !== month) return 'outside';
  return day < asOf ? 'due' : 'not-yet-due';
}

/** The report of the month (1.9) as of a day, customer by customer. */
export function countedReport(counted: CountedLines[], reportMonth: Month, asOf: Day): CountedOrganization[] {
  const own = counted
    .map((lines) => ({ ...lines, kind: kindOf(lines, reportMonth, asOf) }))
    .filter(({ kind }) => kind !== 'unassigned' && kind !== 'not-yet-due');
  return [...groupBy(own, ({ organizationId }) => fold(organizationId)).values()]
    .map((group) => ({
      organizationId: group[0].organizationId!,
      organizationName: group[0].organizationName,
      amounts: [...groupBy(group, ({ currency }) => currency).values()].map(amountsOf).sort(byCurrency),
    }))
    .sort((left, right) => byText(left.organizationId, right.organizationId));
}

const byCurrency = (left: CountedAmounts, right: CountedAmounts): number => byText(left.currency, right.currency);

function amountsOf(group: (CountedLines & { kind: Kind })[]): CountedAmounts {
  const total = (side: 'cost' | 'sales'): Decimal => plain(group.reduce((sum, lines) => sum.plus(lines[side]), big('0')));
  const count = (of: (lines: CountedLines & { kind: Kind }) => number): number =>
    group.reduce((sum, lines) => sum + of(lines), 0);
  return {
    currency: group[0]!.currency,
    lines: count(({ lines }) => lines),
    cost: total('cost'),
    sales: total('sales'),
    outside: count(({ kind, lines }) => (kind === 'outside' ? lines : 0)),
    unreadable: count(({ kind, lines, unreadable }) => (kind === 'unreadable' ? lines : unreadable)),
  };
}

/** What all of them come to, by currency. */
export const countedTotal = (organizations: Pick<CountedOrganization, 'amounts'>[]): CountedAmounts[] =>
  [
    ...groupBy(
      organizations.flatMap(({ amounts }) => amounts),
      ({ currency }) => currency,
    ).values(),
  ].map((group) =>
    group.reduce((left, right) => ({
      currency: left.currency,
      lines: left.lines + right.lines,
      cost: plain(big(left.cost).plus(right.cost)),
      sales: plain(big(left.sales).plus(right.sales)),
      outside: left.outside + right.outside,
      unreadable: left.unreadable + right.unreadable,
    })),
  );
