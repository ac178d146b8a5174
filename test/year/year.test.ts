import { describe, expect, test } from '@jest/globals';
import { playYear } from './year.js';

/** Breakers are only looked at where they are rarely wrong: `npm run year` plays the same year with 300 customers, every day. */

describe('an ordinary year of 40 customers, run every third day', () => {
  const year = playYear({ customers: 40, months: 12, seed: 1, everyDays: 3 });

  test('holds at most one customer-month in a hundred', () => {
    expect(year.customerMonths).toBeGreaterThan(350);
    expect(year.tripped / year.customerMonths).toBeLessThanOrEqual(0.01);
  });

  test('holds something: customers that more than double do wait', () => {
    expect(Object.keys(year.reasons)).toEqual(['breaker-organization']);
  });
});
