import { describe, expect, test } from '@jest/globals';
import { DEFAULT_BREAKERS } from '../../shared/billing/plan/breaker-limits.js';
import { buildItems, indexPrices } from '../../shared/billing/report/items.js';
import { marginMove, tripMargin } from '../../shared/billing/plan/margin-breaker.js';
import type { Item } from '../../shared/billing/plan-types.js';
import type { Line } from '../../shared/billing/types.js';
import { line, settings } from './builders.js';

/** Rule 9.5: what is left of an item's sales after its cost. Last month: 20.00 of 100.00, which is 20 %. */

const itemOf = (...lines: Partial<Line>[]): Item =>
  buildItems(
    lines.map((changes) => line(changes)),
    { prices: indexPrices([]), subscriptions: [], excludedServices: new Set() },
  )[0]!;
const sold = (sales: string, cost: string): Item => itemOf({ sales, cost });
const LAST = sold('100.00', '80.00');
const year = { startDay: '2025-10-01', endDay: '2026-09-30' };

describe('a margin has moved', () => {
  test.each<[string, Item, Item | undefined, ReturnType<typeof marginMove>]>([
    ['up by more than ten points', sold('100.00', '69.90'), LAST, { before: '20.0', now: '30.1', points: '10.1' }],
    ['down by more than ten points', sold('100.00', '90.10'), LAST, { before: '20.0', now: '9.9', points: '-10.1' }],
    ['into a loss', sold('100.00', '150.00'), LAST, { before: '20.0', now: '-50.0', points: '-70.0' }],
    ['to the whole, as it costs nothing', sold('100.00', '0'), LAST, { before: '20.0', now: '100.0', points: '80.0' }],
    ['by exactly ten points: not yet', sold('100.00', '70.00'), LAST, null],
    ['not at all, though it sells ten times as much', sold('1000.00', '800.00'), LAST, null],
    ['from nothing: there was none', sold('100.00', '0'), undefined, null],
    ['to what is free', sold('0', '80.00'), LAST, null],
    ['from what was given back', LAST, sold('-100.00', '10.00'), null],
    ['by a cost below zero', sold('100.00', '-0.01'), LAST, null],
    ['to what is paid once', itemOf({ ...year, sales: '100.00', cost: '0' }), LAST, null],
    ['from what was paid once', sold('100.00', '0'), itemOf({ ...year, sales: '100.00', cost: '80.00' }), null],
    [
      'of the part that recurs, whatever is paid once next to it',
      itemOf({ sales: '100.00', cost: '0' }, { ...year, sales: '900.00', cost: '900.00' }),
      LAST,
      { before: '20.0', now: '100.0', points: '80.0' },
    ],
  ])('%s', (_, now, before, expected) => expect(marginMove(now, before, 10)).toEqual(expected));
});

describe('BREAKER_MARGIN_POINTS', () => {
  const limited = (marginPoints: number) => settings({ breakers: { ...DEFAULT_BREAKERS, marginPoints } });

  test('a margin that moves by more is held with both margins', () => {
    expect(tripMargin(sold('100.00', '90.5'), LAST, limited(10))).toEqual({
      reason: 'breaker-item',
      message:
        'The margin of Business Premium moved from 20.0 % to 9.5 % (sales 100.00, cost 90.50 EUR), by more than 10 points (BREAKER_MARGIN_POINTS). Release the plan if that is right.',
    });
  });

  test('holds nothing that moved by less, and nothing at all at 0', () => {
    expect(tripMargin(sold('100.00', '85.00'), LAST, limited(10))).toBeNull();
    expect(tripMargin(sold('100.00', '0'), LAST, limited(0))).toBeNull();
  });
});
