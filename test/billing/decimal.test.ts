import { describe, expect, test } from '@jest/globals';
import {
  amountText,
  big,
  compare,
  divide,
  grouped,
  minorUnits,
  money,
  plain,
  postedText,
  round,
  text,
  unitPriceText,
} from '../../shared/billing/basics/decimal.js';

/** Exact amounts: where a digit is lost, and which way. */

describe('minor units', () => {
  test.each([
    ['EUR', 2],
    ['JPY', 0],
    ['KWD', 3],
    ['eur', 2],
    ['ISK', 0],
    ['IQD', 3],
    ['CLF', 4],
  ])('of %s are %i decimals', (currency, scale) => expect(minorUnits(currency)).toBe(scale));

  // Prices are shown with decimals in that currency.
  test.each(['HUF', 'PKR', 'IDR', 'COP', 'ALL', 'MGA', 'RSD'])('a customer billed in %s has decimals', (currency) =>
    expect(money(big('1234.56'), currency)).toBe('1234.56'),
  );

  test('a text that is not a currency is refused by name', () => {
    expect(() => minorUnits('EURO')).toThrow('EURO');
    expect(() => minorUnits('')).toThrow(RangeError);
  });
});

describe('rounding', () => {
  test.each([
    ['0.005', '0.01'],
    ['-0.005', '-0.01'],
    ['2.344999', '2.34'],
    ['-2.345', '-2.35'],
    ['-0.004', '0.00'],
    ['-0', '0.00'],
    ['-0.05', '-0.05'],
    ['-100', '-100.00'],
  ])('%s becomes %s: half away from zero, and never -0.00', (exact, shown) => expect(text(big(exact), 2)).toBe(shown));

  test('of a quotient happens once, from the exact value', () => {
    expect(plain(divide(big('1'), big('3'), 4))).toBe('0.3333');
    // Rounded twice it would become 0.0001.
    expect(plain(divide(big('0.0000499999'), big('1'), 4))).toBe('0');
    expect(() => divide(big('1'), big('3'), 41)).toThrow('41 decimals: expected 0 to 40');
    expect(plain(round(big('10000000000000000.005'), 2))).toBe('10000000000000000.01');
  });
});

test.each([
  ['-0', '0'],
  ['0.00', '0'],
  ['-48.30', '-48.3'],
  ['12e2', '1200'],
])('%s is plainly %s', (exact, shown) => expect(plain(big(exact))).toBe(shown));

test.each([
  ['12.345', 'EUR', '12.35'],
  ['12', 'EUR', '12.00'],
  ['5', 'JPY', '5'],
  ['0.3', 'JPY', '0.30'],
  ['-0.304', 'JPY', '-0.30'],
  ['0.004', 'JPY', '0'],
  ['1.005', 'KWD', '1.010'],
])('posting bills %s %s as %s: two decimals, whatever its minor unit', (exact, currency, shown) => {
  expect(postedText(big(exact), currency)).toBe(shown);
});

test.each([
  ['1', '10', -1],
  ['10', '1', 1],
  ['1', '1.00', 0],
  ['10.5', '10.50', 0],
  ['10.5', '10.05', 1],
  ['-0.00', '0', 0],
  ['-1', '1', -1],
])('%s compared with %s is %i, by value and not by writing', (left, right, order) => {
  expect(compare(left, right)).toBe(order);
});

test('a division leaves the digits of others as they were', () => {
  const third = (): string => String(big('1').div(3));
  const before = third();
  divide(big('1'), big('3'), 2);
  expect(third()).toBe(before);
});

test.each([
  ['0', '0'],
  ['999.99', '999.99'],
  ['1000', '1,000'],
  ['-100.00', '-100.00'],
  ['-1000.00', '-1,000.00'],
  ['+123456.7891', '+123,456.7891'],
  ['-1499964.55', '-1,499,964.55'],
  ['10000000000000000.005', '10,000,000,000,000,000.005'],
  ['unknown', 'unknown'],
  ['about 1000', 'about 1000'],
])('%s is read as %s', (amount, shown) => {
  expect([grouped(amount), amountText(amount, 'EUR')]).toEqual([shown, `${shown} EUR`]);
});

test.each([
  ['728.4', 'EUR', '728.40'],
  ['12', 'EUR', '12.00'],
  ['12.0000', 'EUR', '12.00'],
  ['0.0125', 'EUR', '0.0125'],
  ['1234.5000', 'EUR', '1,234.50'],
  ['980.0000', 'JPY', '980'],
  ['1.5', 'KWD', '1.500'],
  ['7', null, '7.00'],
])('a unit price of %s in %s is read as %s', (price, currency, shown) => {
  expect(unitPriceText(price, currency)).toBe(shown);
});
