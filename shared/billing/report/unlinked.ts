import { amountText, big, money, moneyText, sum } from '../basics/decimal.js';
import { byText, fold, groupBy } from '../basics/text.js';
import type { Decimal } from '../types.js';

/** Customers that have lines and no company (3.1): left out on purpose, or forgotten. Which of both, a person sees sooner where the largest come first. */

export interface Unlinked {
  organizationId: string;
  organizationName: string;
  currency: string;
  lines: number;
  sales: Decimal;
}

/** One row per customer and currency, the largest amount first; those of no amount last. */
export function unlinkedOf(
  amounts: { organizationId: string; organizationName: string; currency: string; sales: Decimal; lines: number }[],
): Unlinked[] {
  const groups = groupBy(amounts, ({ organizationId, currency }) => `${fold(organizationId)}|${fold(currency)}`);
  return [...groups.values()]
    .map((own) => {
      const { organizationId, organizationName, currency } = own[0];
      return {
        organizationId,
        organizationName,
        currency: currency.toUpperCase(),
        lines: own.reduce((count, { lines }) => count + lines, 0),
        sales: money(sum(own.map(({ sales }) => sales)), currency),
      };
    })
    .sort(
      (left, right) => big(right.sales).abs().cmp(big(left.sales).abs()) || byText(left.organizationName, right.organizationName),
    );
}

/** As a sentence has them: "Contoso 1,200.00 EUR, Fabrikam 30.00 EUR and 12 more". */
export function unlinkedText(unlinked: Unlinked[], shown: number): string {
  const names = unlinked
    .slice(0, shown)
    .map(({ organizationName, sales, currency }) => `${organizationName} ${amountText(sales, currency)}`);
  return `${names.join(', ')}${unlinked.length > shown ? ` and ${unlinked.length - shown} more` : ''}`;
}

/** Their sum by currency: "1230.00 EUR + 20.00 USD". */
export const unlinkedSum = (unlinked: Unlinked[]): string =>
  [...groupBy(unlinked, ({ currency }) => currency)]
    .map(([currency, own]) => moneyText(sum(own.map(({ sales }) => sales)), currency))
    .join(' + ');
