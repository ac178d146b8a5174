import { big, money, sum } from '../billing/basics/decimal.js';
import type { Amounts, CurrencyAmounts } from '../billing/results/results.js';
import { byText, groupBy } from '../billing/basics/text.js';
import type { Decimal } from '../billing/types.js';
import { marginOf, type Margin } from './margin.js';

/** A month's amounts added up by customer and by record type, with what is left after cost. */

/** A customer, or a record type, in one currency. */
export interface MarginRow extends CurrencyAmounts {
  name: string;
  /** Of the report. */
  margin: Margin;
}

export interface BelowCost {
  organizationName: string;
  productName: string;
  subscriptionId: string | null;
  currency: string;
  cost: Decimal;
  sales: Decimal;
  /** Negative. */
  margin: Margin;
}

export const amountsOf = (items: Amounts[], currency: string): Amounts => ({
  lines: items.reduce((count, { lines }) => count + lines, 0),
  cost: money(sum(items.map(({ cost }) => cost)), currency),
  sales: money(sum(items.map(({ sales }) => sales)), currency),
});

/** Rows of the reconciliation added up by what they have in common; names alone do not tell customers apart. */
export function marginRows<Row extends CurrencyAmounts>(
  rows: Row[],
  keyOf: (row: Row) => string,
  nameOf: (row: Row) => string = keyOf,
): MarginRow[] {
  return [...groupBy(rows, (row) => `${keyOf(row)}|${row.currency}`).values()]
    .map((group): MarginRow => {
      const { currency } = group[0];
      const of = (part: 'report' | 'posted' | 'held' | 'excluded'): Amounts =>
        amountsOf(
          group.map((row) => row[part]),
          currency,
        );
      const report = of('report');
      const margin = marginOf(report, currency);
      return {
        name: nameOf(group[0]),
        currency,
        report,
        posted: of('posted'),
        held: of('held'),
        excluded: of('excluded'),
        margin,
      };
    })
    .sort((left, right) => big(right.report.sales).abs().cmp(big(left.report.sales).abs()) || byText(left.name, right.name));
}

/** A credit has both sides below nothing: what it takes back of the cost may be less. It is not a sale. */
export const belowCostOf = (items: Omit<BelowCost, 'margin'>[]): BelowCost[] =>
  items
    .filter(({ sales, cost }) => big(sales).gte(0) && big(sales).lt(cost))
    .map(({ organizationName, productName, subscriptionId, currency, cost, sales }) => ({
      ...{ organizationName, productName, subscriptionId, currency, cost, sales },
      margin: marginOf({ cost, sales }, currency),
    }))
    .sort(
      (left, right) => big(left.margin.amount).cmp(right.margin.amount) || byText(left.organizationName, right.organizationName),
    );
