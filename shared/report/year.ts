import { big, money, sum } from '../billing/basics/decimal.js';
import { addMonths } from '../billing/basics/month.js';
import type { Amounts, MonthResult, OrganizationResult } from '../billing/results/results.js';
import { byText, groupBy, same } from '../billing/basics/text.js';
import type { Decimal, Month } from '../billing/types.js';
import type { Evidence } from '../evidence/index.js';
import { reconcileMonth } from '../evidence/months.js';
import { marginOf, type Margin } from './margin.js';

/** Twelve months side by side: what was billed, what it cost and what is left of it, all together and by customer. */
export interface Year {
  /** The twelve months, the earliest first. */
  months: Month[];
  /** One row a month and currency; months that never ran have none. */
  rows: YearRow[];
  /** By currency, over the months that ran. */
  totals: Omit<YearRow, 'month'>[];
  /** The largest sales first. */
  customers: YearCustomer[];
}

export interface YearRow {
  month: Month;
  currency: string;
  report: Amounts;
  posted: Amounts;
  held: Amounts;
  excluded: Amounts;
  /** Of the report. */
  margin: Margin;
}

export interface YearCustomer {
  organizationId: string;
  organizationName: string;
  currency: string;
  /** Sales of the report in each of the months; null where the customer is not in it. */
  sales: (Decimal | null)[];
  total: { sales: Decimal; cost: Decimal };
  margin: Margin;
}

const MONTHS = 12;

/** The months of a year that end with one. */
export const yearUpTo = (last: Month): Month[] =>
  Array.from({ length: MONTHS }, (_, index) => addMonths(last, index - MONTHS + 1));

/** Reads the reconciliations alone: twelve months of any size fit. */
export async function readYear(evidence: Evidence, broker: string, last: Month): Promise<Year> {
  const results: MonthResult[] = [];
  for (const month of yearUpTo(last)) {
    const read = await reconcileMonth(evidence, broker, month, (result) => ({ ...result, items: [] }));
    if (read !== null) results.push(read.result);
  }
  return yearOf(last, results);
}

export function yearOf(last: Month, results: MonthResult[]): Year {
  const months = yearUpTo(last);
  const rows = results.flatMap((result) => inCurrencies(result).map((one) => ({ month: result.month, ...one })));
  return {
    months,
    rows,
    totals: [...groupBy(rows, ({ currency }) => currency)].map(([currency, group]) => totalOf(currency, group)),
    customers: customersOf(months, results),
  };
}

type Part = 'report' | 'posted' | 'held' | 'excluded';

function inCurrencies(result: MonthResult): Omit<YearRow, 'month'>[] {
  const all: Pick<YearRow, Part | 'currency'>[] = [
    result,
    ...result.otherCurrencies.filter((other) => !same(other.currency, result.currency)),
  ];
  return all.map(({ currency, report, posted, held, excluded }) => ({
    ...{ currency, report, posted, held, excluded },
    margin: marginOf(report, currency),
  }));
}

function totalOf(currency: string, rows: YearRow[]): Omit<YearRow, 'month'> {
  const of = (part: Part): Amounts => ({
    lines: rows.reduce((count, row) => count + row[part].lines, 0),
    cost: money(sum(rows.map((row) => row[part].cost)), currency),
    sales: money(sum(rows.map((row) => row[part].sales)), currency),
  });
  const report = of('report');
  return {
    currency,
    report,
    posted: of('posted'),
    held: of('held'),
    excluded: of('excluded'),
    margin: marginOf(report, currency),
  };
}

interface InMonth {
  month: Month;
  organization: OrganizationResult;
  currency: string;
  report: Amounts;
}

function customersOf(months: Month[], results: MonthResult[]): YearCustomer[] {
  const all = results.flatMap(({ month, currency, organizations }) =>
    organizations.flatMap((organization): InMonth[] =>
      [{ currency, report: organization.report }, ...organization.otherCurrencies]
        .filter((one, index) => index === 0 || !same(one.currency, currency))
        .map((one) => ({ month, organization, currency: one.currency, report: one.report })),
    ),
  );
  return [...groupBy(all, ({ organization, currency }) => `${organization.organizationId}|${currency}`).values()]
    .map((group) => customerOf(months, group))
    .filter(({ sales }) => sales.some((one) => one !== null))
    .sort(
      (left, right) =>
        big(right.total.sales).abs().cmp(big(left.total.sales).abs()) || byText(left.organizationName, right.organizationName),
    );
}

/** Under its latest name. */
function customerOf(months: Month[], group: InMonth[]): YearCustomer {
  const { organization, currency } = group.at(-1)!;
  const total = (side: 'sales' | 'cost'): Decimal => money(sum(group.map(({ report }) => report[side])), currency);
  const own = { sales: total('sales'), cost: total('cost') };
  return {
    organizationId: organization.organizationId,
    organizationName: organization.organizationName,
    currency,
    sales: months.map((month) => group.find((one) => one.month === month && one.report.lines > 0)?.report.sales ?? null),
    total: own,
    margin: marginOf(own, currency),
  };
}
