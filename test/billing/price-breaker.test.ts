import { describe, expect, test } from '@jest/globals';
import { DEFAULT_BREAKERS } from '../../shared/billing/plan/breaker-limits.js';
import { buildItems, indexPrices, itemContext } from '../../shared/billing/report/items.js';
import { tripPrice } from '../../shared/billing/plan/price-breaker.js';
import type { Line } from '../../shared/billing/types.js';
import { line, price, settings, subscription } from './builders.js';

/** Which line's price counts as far above the list: 12.00 by the month, at a factor of 2. */

const TWICE = settings({ breakers: { ...DEFAULT_BREAKERS, priceFactor: 2 } });

/** What the breaker says of an item with this line; null where it says nothing. */
function said(changes: Partial<Line>, list = [price()]): string | null {
  const prices = indexPrices(list);
  const items = buildItems([line(changes)], itemContext({ subscriptions: [subscription()] }, prices, TWICE));
  expect(items).toHaveLength(1);
  return tripPrice(items[0]!, prices, TWICE)?.message ?? null;
}

/** Ten units at 24.01 each. */
const ABOVE = { sales: '240.10' };

describe('a price is far above the list', () => {
  // The sentence says both prices.
  test('a price is held from the first cent beyond the factor', () => {
    expect(said({ sales: '240.00' })).toBeNull();
    expect(said(ABOVE)).toBe(
      'A unit of Business Premium costs 24.01 EUR, more than 2 times the list price of 12 (BREAKER_PRICE_FACTOR). Release the plan if that is right.',
    );
  });

  test.each([
    ['a line without a first day counts as one month', { startDay: null }, 'list price of 12 '],
    ['a line without a last day counts as one month', { endDay: null }, 'list price of 12 '],
    ['31 days are two begun months', { endDay: '2025-10-12', sales: '480.10' }, 'list price of 24 '],
  ])('%s', (_title, changes, text) => {
    expect(said({ ...ABOVE, ...changes })).toContain(text);
  });

  test('a payment for a year is compared with the whole year', () => {
    const yearly = [price({ paymentMonths: 12 })];
    expect(said({ sales: '2880.00' }, yearly)).toBeNull();
    expect(said({ sales: '2880.10' }, yearly)).toContain('list price of 144 ');
  });
});

describe('there is no list price to compare with', () => {
  test.each([
    'addQuantity',
    'removeQuantity',
    'cancelImmediate',
    'cancel',
    'convert',
    'customerCredit',
    'proRate',
    'cycleInstanceProrate',
    'CANCEL',
  ])('for the charge type %s, which is part of a term', (chargeType) => {
    expect(said({ ...ABOVE, chargeType })).toBeNull();
  });

  test.each([
    ['a line of no units', { quantity: '0' }],
    ['a code that no list names', { itemCode: 'other' }],
    ['another currency', { currency: 'NOK' }],
  ])('for %s', (_title, changes) => {
    expect(said({ ...ABOVE, ...changes })).toBeNull();
  });

  test('where the list says 0', () => {
    expect(said(ABOVE, [price({ sales: '0' })])).toBeNull();
  });
});
