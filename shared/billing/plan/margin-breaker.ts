import { recurringOf } from './breakers.js';
import type { Tripped } from '../plan-types.js';
import { big, type Big, divide, grouped, money, moneyText, text } from '../basics/decimal.js';
import type { Item } from '../plan-types.js';
import type { Settings } from '../types.js';

/** Rule 9.5: what is left of an item's sales after its cost, as a share of them, is another than last month. Always reported; held by choice. */

/** By how many points a margin has to move to be reported, where `BREAKER_MARGIN_POINTS` says nothing. */
export const MARGIN_POINTS_REPORTED = 10;

/** Margins in per cent of the sales, one decimal each. */
export interface MarginMove {
  before: string;
  now: string;
  /** Now less before, in points. */
  points: string;
}

/** How the margin moved by more than so many points, either way; null where it did not, or nothing compares: what is given back, free or paid once has none. */
export function marginMove(item: Item, before: Item | undefined, points: number): MarginMove | null {
  if (before === undefined || item.isOneOff || before.isOneOff) return null;
  const [now, last] = [shareOf(item), shareOf(before)];
  if (now === null || last === null || now.minus(last).abs().lte(points)) return null;
  const shown = (value: Big): string => text(divide(value, big('1'), 1), 1);
  return { before: shown(last), now: shown(now), points: shown(now.minus(last)) };
}

/** Exact enough to be compared with a limit. */
function shareOf(item: Item): Big | null {
  const { sales, cost } = recurringOf(item);
  return big(sales).lte(0) || big(cost).lt(0) ? null : divide(big(sales).minus(cost).times(100), big(sales), 10);
}

/** 9.5: only where `BREAKER_MARGIN_POINTS` is more than 0. */
export function tripMargin(item: Item, before: Item | undefined, { breakers: { marginPoints } }: Settings): Tripped | null {
  const moved = marginPoints === 0 ? null : marginMove(item, before, marginPoints);
  if (moved === null) return null;
  const { sales, cost } = recurringOf(item);
  return {
    reason: 'breaker-item',
    message: `The margin of ${item.productName} moved from ${moved.before} % to ${moved.now} % (sales ${grouped(money(big(sales), item.currency))}, cost ${moneyText(big(cost), item.currency)}), by more than ${marginPoints} points (BREAKER_MARGIN_POINTS). Release the plan if that is right.`,
  };
}
