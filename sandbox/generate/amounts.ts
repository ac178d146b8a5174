import { Big } from 'big.js';

/** Microsoft's arithmetic (`docs/vendors/cloudmore.md` 5.3), in exact decimals. The sales side follows the same rule [I]. */

const DOWN = 0;
const HALF_UP = 1;

export const ZERO = new Big(0);

export const roundDown = (amount: Big): Big => amount.round(2, DOWN);
export const rounded = (amount: Big, decimals = 2): Big => amount.round(decimals, HALF_UP);

/** Price of the days that are left of a cycle, as the invoice prints it: with six decimals. */
export function prorated(price: Big, daysLeft: number, days: number): Big {
  return daysLeft === days ? price : rounded(price.times(daysLeft).div(days), 6);
}

/** Seats: rounded down per unit. */
export const seatTotal = (effectivePrice: Big, quantity: number, rate: Big | 1 = 1): Big =>
  roundDown(effectivePrice.times(rate)).times(quantity);

/** Usage: rounded down in the currency of the price, and once more after the exchange. */
export const usageTotal = (effectivePrice: Big, quantity: number, rate: Big | 1 = 1): Big =>
  roundDown(roundDown(effectivePrice.times(quantity)).times(rate));

/** An amount as JSON carries it. The shortest text of the number is the amount's own. */
export const plain = (amount: Big): number => amount.toNumber();

export function sumOf<T>(values: readonly T[], amountOf: (value: T) => Big): Big {
  return values.reduce((sum, value) => sum.plus(amountOf(value)), ZERO);
}
