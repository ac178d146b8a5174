import { addDays, firstDay, lastDay, nextMonth } from '../billing/basics/month.js';
import type { Month } from '../billing/types.js';
import { toWire } from './days.js';

/** Conditions of queries, as `docs/vendors/autotask.md` 2.2 has them. */
export interface Condition {
  op: string;
  field?: string;
  value?: unknown;
  udf?: true;
  items?: Condition[];
}

/** Conditions of one query may number 500, and a long list counts with its length (`docs/vendors/autotask.md` 2.2). */
export const LIST_LENGTH = 500;
/** How long a list may be with other conditions. */
export const LIST_LENGTH_WITH_OTHERS = 480;

/** Contracts that carry an id of ours in the user-defined field, and those that carry a number: never in one group (`contract-queries.ts`). */
export const carriesField = (subscriptionUdf: string): Condition => ({ op: 'exist', field: subscriptionUdf, udf: true });
export const CARRIES_NUMBER: Condition = { op: 'exist', field: 'contractNumber' };

/**
 * Rows beginning from one month to another (to the end when null). 10:15 UTC of the day before the first lies before the first in every zone, and 10:15 of
 * the last day lies after that day's beginning and before the next day's (`docs/vendors/autotask.md` 2.7); what is wanted is chosen exactly afterwards.
 */
export const rowsFrom = (from: Month, to: Month | null): Condition[] => [
  { op: 'gte', field: 'startDate', value: toWire(addDays(firstDay(from), -1)) },
  ...(to === null ? [] : [{ op: 'lte', field: 'startDate', value: toWire(lastDay(to)) }]),
];

/** The month's rows, plus next month's of some contracts, in one query, so that the few need no extra page. */
export function rowsOfMonth(month: Month, withNext: number[]): Condition[] {
  if (withNext.length === 0) return rowsFrom(month, month);
  const next = nextMonth(month);
  const items: Condition[] = [
    { op: 'and', items: rowsFrom(month, month) },
    { op: 'and', items: [{ op: 'in', field: 'contractID', value: withNext }, ...rowsFrom(next, next)] },
  ];
  return [{ op: 'or', items }];
}

/**
 * Charges of ours for the month, wherever they are dated (rule 7.7); and those dated in it that others made on one of the products, on any product where
 * `products` is null (rule 7.8).
 */
export function chargesOfMonth(month: Month, products: number[] | null): Condition[] {
  const ours: Condition = { op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: `CM-${month}-` };
  const onProduct: Condition =
    products === null ? { op: 'exist', field: 'productID' } : { op: 'in', field: 'productID', value: products };
  return products?.length === 0 ? [ours] : [{ op: 'or', items: [ours, purchasedIn(month, onProduct)] }];
}

/** Charges of ours from the month on, and those of the month that others made on a product. */
export function chargesFrom(month: Month): Condition[] {
  const ours: Condition = { op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: 'CM-' };
  return [
    { op: 'or', items: [ours, purchasedIn(month, { op: 'exist', field: 'productID' })] },
    { op: 'gte', field: 'datePurchased', value: toWire(addDays(firstDay(month), -1)) },
  ];
}

/** What was purchased in the month, with a margin of a day (`docs/vendors/autotask.md` 2.7). */
const purchasedIn = (month: Month, condition: Condition): Condition => ({
  op: 'and',
  items: [
    condition,
    { op: 'gte', field: 'datePurchased', value: toWire(addDays(firstDay(month), -1)) },
    { op: 'lte', field: 'datePurchased', value: toWire(addDays(lastDay(month), 1)) },
  ],
});
