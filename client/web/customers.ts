import { big } from '../../shared/billing/basics/decimal.js';
import { byText } from '../../shared/billing/basics/text.js';
import type { Decimal } from '../../shared/billing/types.js';
import type { CustomerRow } from '../../shared/report/customers.js';
import { keysOf } from '../../shared/billing/basics/closed-sets.js';

/** Which customers the page lists, and in what order. */

export interface Choice {
  /** Part of a name or of a reason. */
  find: string;
  /** Those that wait for a person, or all. */
  show: 'waiting' | 'all';
  sort: Sort;
  page: number;
}

const ORDERS = {
  difference: (left: CustomerRow, right: CustomerRow) => byAmount(left.difference, right.difference),
  amount: (left: CustomerRow, right: CustomerRow) => byAmount(left.after.sales, right.after.sales),
  margin: (left: CustomerRow, right: CustomerRow) => big(left.marginAfter.amount).cmp(right.marginAfter.amount),
  age: (left: CustomerRow, right: CustomerRow) => byText(left.since ?? '9', right.since ?? '9'),
  name: (left: CustomerRow, right: CustomerRow) => byText(left.name.toLowerCase(), right.name.toLowerCase()),
};
export type Sort = keyof typeof ORDERS;
export const SORTS = keysOf(ORDERS);

/** Largest first, whatever the sign. */
const byAmount = (left: Decimal, right: Decimal): number => big(right).abs().cmp(big(left).abs());

export const PAGE_ROWS = 300;

/** The rows that were asked for, in their order: one page of them, and how many there are. */
export function choose(
  rows: CustomerRow[],
  { find, show, sort, page }: Choice,
): { rows: CustomerRow[]; all: number; pages: number } {
  const wanted = find.trim().toLowerCase();
  const found = rows
    .filter((row) => show === 'all' || row.waits)
    .filter(({ name, reasons }) => wanted === '' || [name, ...reasons].some((text) => text.toLowerCase().includes(wanted)))
    .sort((left, right) => ORDERS[sort](left, right) || ORDERS.name(left, right));
  const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
  const first = (Math.min(Math.max(page, 1), pages) - 1) * PAGE_ROWS;
  return { rows: found.slice(first, first + PAGE_ROWS), all: found.length, pages };
}
