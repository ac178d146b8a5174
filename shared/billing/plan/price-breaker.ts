import type { Tripped } from '../plan-types.js';
import { big, type Big, grouped, moneyText, plain, signOf } from '../basics/decimal.js';
import { isManual, priceOf, type PriceList } from '../report/items.js';
import { daysCovered } from '../basics/month.js';
import { fold } from '../basics/text.js';
import type { Item } from '../plan-types.js';
import type { Line, Settings } from '../types.js';

/** Rule 9.4: a price far above the list. Upward only: rebates, proration, what is free and what no list names are not compared. */

/** Charge types of part of a term, whose amount has no list price. */
const PARTS = new Set(
  [
    'addQuantity',
    'removeQuantity',
    'cancelImmediate',
    'cancel',
    'convert',
    'customerCredit',
    'proRate',
    'cycleInstanceProrate',
  ].map(fold),
);

/** 9.4: an item of which a line's price is more than so many times the list price, and the list price of all months that it is paid for. */
export function tripPrice(item: Item, prices: PriceList, { breakers: { priceFactor: factor } }: Settings): Tripped | null {
  if (factor === 0) return null;
  for (const line of item.lines) {
    const listed = listPrice(line, prices);
    if (listed === null) continue;
    const price = unitPrice(line);
    if (price === null || price.lte(listed.times(factor))) continue;
    return {
      reason: 'breaker-item',
      message: `A unit of ${item.productName} costs ${moneyText(price, item.currency)}, more than ${factor} times the list price of ${grouped(plain(listed))} (BREAKER_PRICE_FACTOR). Release the plan if that is right.`,
    };
  }
  return null;
}

/** What a unit costs by the line's total, which is what is billed. */
function unitPrice(line: Line): Big | null {
  const isWhole = !isManual(line) && !PARTS.has(fold(line.chargeType)) && signOf(line.quantity) > 0;
  return isWhole ? big(line.sales).div(big(line.quantity)) : null;
}

/** Lists show prices by the month or by the payment; nobody knows which, so the larger one counts: the list price of all months that the line pays for. */
function listPrice(line: Line, prices: PriceList): Big | null {
  const listed = priceOf(prices, line.itemCode, line.currency);
  if (listed === undefined || signOf(listed.sales) <= 0) return null;
  return big(listed.sales).times(Math.max(listed.paymentMonths ?? 1, monthsCovered(line)));
}

/** Begun months of 30 days; 1 where the line does not say. */
const monthsCovered = ({ startDay, endDay }: Line): number =>
  startDay === null || endDay === null ? 1 : Math.max(Math.ceil(daysCovered(startDay, endDay) / DAYS_OF_MONTH), 1);

const DAYS_OF_MONTH = 30;
