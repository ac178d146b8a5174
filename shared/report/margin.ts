import { big, divide, money, text } from '../billing/basics/decimal.js';
import type { Sides } from '../billing/plan-types.js';
import type { Decimal } from '../billing/types.js';

/** What is left of sales after cost, and its share of the sales. */
export interface Margin {
  amount: Decimal;
  /** Per cent of the sales, one decimal; null where nothing is sold. */
  share: Decimal | null;
}

const SHARE_SCALE = 1;

/** The margin of sales and cost in one currency. Sold below cost it is negative. */
export function marginOf({ sales, cost }: Sides, currency: string): Margin {
  const left = big(sales).minus(cost);
  const share = big(sales).eq(0) ? null : text(divide(left.times(100), big(sales).abs(), SHARE_SCALE), SHARE_SCALE);
  return { amount: money(left, currency), share };
}
