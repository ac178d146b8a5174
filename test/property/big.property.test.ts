import { describe, expect, test } from '@jest/globals';
import { Big as Digits } from 'big.js';
import fc from 'fast-check';
import { Big } from '../../shared/billing/basics/big.js';

/** Amounts are counted as numbers where these are exact: whatever is asked of them, big.js, which counts digit by digit, says the same. */

const NUM_RUNS = 1_000;

/** Digits before or after the point: of money mostly, but also just what a number still counts, one more, and far too many. */
const whole = fc.oneof(
  fc.bigInt(0n, 99_999n),
  fc.constantFrom(0n, 5n, 50n, 2n ** 31n, 10n ** 15n, 2n ** 53n),
  fc.bigInt(2n ** 53n - 50n, 2n ** 53n + 50n),
  fc.bigInt(0n, 10n ** 26n),
);
const amount = fc
  .tuple(fc.boolean(), whole, fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 3 }))
  .map(([isNegative, digits, scale, noughts]) => {
    const text = String(digits).padStart(scale + 1, '0');
    const fraction = text.slice(text.length - scale) + '0'.repeat(noughts);
    return `${isNegative ? '-' : ''}${text.slice(0, text.length - scale)}${fraction === '' ? '' : `.${fraction}`}`;
  });
/** Exactly between two roundings. */
const half = fc
  .tuple(fc.boolean(), fc.bigInt(0n, 10n ** 14n), fc.integer({ min: 0, max: 12 }))
  .map(([isNegative, digits, scale]) => `${new Digits(`${isNegative ? '-' : ''}${digits}5e-${scale + 1}`).toFixed()}`);
const any = fc.oneof(amount, half);
const scales = fc.integer({ min: 0, max: 24 });

const same = (ours: Big, theirs: Digits): void => {
  expect(ours.toFixed()).toBe(theirs.toFixed());
  expect(String(ours)).toBe(String(theirs));
  expect(ours.toNumber()).toBe(Number(theirs.toFixed()));
  expect(ours.isZero()).toBe(theirs.eq(0));
};

const holds = (claim: (left: string, right: string, scale: number) => void): void =>
  fc.assert(fc.property(any, any, scales, claim), { numRuns: NUM_RUNS });

describe('an amount is what big.js reads and computes', () => {
  test('as it is written, with more digits and with fewer', () =>
    holds((text, _, scale) => {
      const digits = new Digits(text);
      same(Big.of(text), digits);
      same(Big.of(text).abs(), digits.abs());
      same(Big.of(text).round(scale), digits.round(scale, Digits.roundHalfUp));
      expect(Big.of(text).toFixed(scale)).toBe(digits.round(scale, Digits.roundHalfUp).toFixed(scale));
    }));

  test('added, subtracted and multiplied, and what comes of it once more', () =>
    holds((left, right) => {
      const [one, other, digits, others] = [Big.of(left), Big.of(right), new Digits(left), new Digits(right)];
      same(one.plus(other), digits.plus(others));
      same(one.minus(right), digits.minus(others));
      same(one.times(other), digits.times(others));
      same(one.times(other).minus(one).plus(other), digits.times(others).minus(digits).plus(others));
    }));

  test('compared', () =>
    holds((left, right) => {
      const [one, digits] = [Big.of(left), new Digits(left)];
      for (const other of [right, left, `${left}${left.includes('.') ? '' : '.'}0`, digits.plus('0.0000001').toFixed()]) {
        expect(one.cmp(Big.of(other))).toBe(digits.cmp(other));
        expect([one.eq(other), one.gt(other), one.gte(other), one.lt(other), one.lte(other)]).toEqual([
          digits.eq(other),
          digits.gt(other),
          digits.gte(other),
          digits.lt(other),
          digits.lte(other),
        ]);
      }
    }));

  test('divided and rounded once, whatever the number of decimals', () =>
    holds((left, right, scale) => {
      fc.pre(!new Digits(right).eq(0));
      const Quotient = Digits();
      Quotient.DP = scale;
      same(Big.of(left).div(right, scale), new Quotient(left).div(right));
      same(Big.of(left).div(right), new Digits(left).div(right));
    }));

  test('read from a float', () =>
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => same(Big.of(value), new Digits(value))),
      { numRuns: NUM_RUNS },
    ));
});

test.each(['', '-', '.', '-.', '1.2.3', '--1', '1-', '+1', ' 1', '1,5', '1_0', 'NaN', 'x'])('%p is not an amount', (text) => {
  expect(() => Big.of(text)).toThrow('Invalid number');
});

test.each(['.5', '5.', '-.5', '12e2', '1E-3', '-0', '-0.00', '007', '-00.70'])('%p is read as big.js reads it', (text) =>
  same(Big.of(text), new Digits(text)),
);

test('nothing is divided by nothing', () => {
  expect(() => Big.of('1').div('0.00')).toThrow('Division by zero');
});
