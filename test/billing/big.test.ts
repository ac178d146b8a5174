import { describe, expect, test } from '@jest/globals';
import { Big } from '../../shared/billing/basics/big.js';

/** Where an amount stops being counted as a number: what comes out must not show it. Any amounts are compared with big.js in `test/property/big.property.test.ts`. */

describe('an amount too long for a number', () => {
  test.each([
    ['plus', '9007199254740991', '0.1', '9007199254740991.1'],
    ['minus', '-9007199254740991', '0.1', '-9007199254740991.1'],
    ['times', '9007199254740991', '3', '27021597764222973'],
  ] as const)('is exact %s another', (operation, left, right, expected) =>
    expect(Big.of(left)[operation](right).toFixed()).toBe(expected),
  );

  test('is written, read as a number, and told from nothing', () => {
    expect(String(Big.of('12345678901234567890'))).toBe('12345678901234567890');
    expect(Big.of('12345678901234567890').toNumber()).toBe(12345678901234567000);
    expect(Big.of('0.00000000000000000000').isZero()).toBe(true);
  });
});

describe('a quotient', () => {
  test.each([
    { what: 'shorter than its dividend', left: '1.2345', right: '200', scale: 2, quotient: '0.01' },
    { what: 'of long amounts', left: '25980830588786.5', right: '-29.1810110840095', scale: 4, quotient: '-890333460824.5763' },
    { what: 'of different signs', left: '1', right: '-2', scale: 0, quotient: '-1' },
    { what: 'as long as possible', left: '1', right: '3', scale: 40, quotient: `0.${'3'.repeat(40)}` },
  ])('$what is rounded half away from zero', ({ left, right, scale, quotient }) =>
    expect(Big.of(left).div(right, scale).toFixed()).toBe(quotient),
  );

  test('by nothing is refused', () => expect(() => Big.of('1').div('0')).toThrow('Division by zero'));
});

test.each(['', ' ', '1.2.3', '-', '1-2', '1,5'])('"%s" is not an amount', (text) =>
  expect(() => Big.of(text)).toThrow('Invalid number'),
);
