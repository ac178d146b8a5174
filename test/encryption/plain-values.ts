import type { MonthResult } from '../../shared/billing/results/results.js';

/** Names and amounts that identify a customer or its money: at least three digits and cents, because 6.00 may be anything. */
export function plainValuesOf({ organizations }: MonthResult): string[] {
  const amounts = organizations.flatMap(({ report, posted, held, items }) =>
    [report, posted, held, ...items].flatMap(({ sales, cost }) => [sales, cost]),
  );
  const names = organizations.flatMap(({ organizationName, items }) => [
    organizationName,
    ...items.map(({ productName }) => productName),
  ]);
  return [...new Set([...names, ...amounts.filter((amount) => /^\d{3,}\.\d\d$/.test(amount))])];
}
