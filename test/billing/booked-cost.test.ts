import { describe, expect, test } from '@jest/globals';
import { differenceText } from '../../shared/billing/results/advice.js';
import type { Line, Settings } from '../../shared/billing/types.js';
import { amountsOf, books, company, line, plan, running } from './builders.js';

/** Rule 3.5: what a customer in another currency than the tenant's costs, as Autotask has it. */

const dollars = (changes: Partial<Line> = {}): Line => line({ currency: 'USD', ...changes });
const decidedOf = (foreignCost: Settings['foreignCost'], lines = [dollars()], held = books()): ReturnType<typeof plan> =>
  plan({
    report: { lines, prices: [] },
    books: { ...held, companies: [company({ currency: 'USD' })], costRates: { USD: '0.9' } },
    settings: { foreignCost },
  });

describe('a cost in dollars, in a tenant that has euros', () => {
  test('a cost is booked at the month’s rate and shown as reported', () => {
    const [item] = decidedOf('convert').items;
    expect(item).toMatchObject({ cost: '100.00', booked: { cost: '90.00', currency: 'EUR', rate: '0.9' } });
    expect(item!.because.map(({ rule, text }) => `${rule} ${text}`)).toContainEqual(expect.stringMatching(/^3\.5 .*90\.00/));
  });

  test('is booked as it is reported, where nothing is converted', () => {
    const [item] = decidedOf('as-reported').items;
    expect(item).not.toHaveProperty('booked');
    expect(item!.because.map(({ rule }) => rule)).not.toContain('3.5');
  });

  test('the row carries the monthly part, the charge the rest', () => {
    const once = dollars({
      endDay: '2026-09-11',
      quantity: '1',
      sales: '30.00',
      cost: '20.00',
      unitSales: '30',
      unitCost: '20',
    });
    expect(amountsOf(decidedOf('convert', [dollars(), once]))).toEqual([
      '2025-10-01: 10 units × 12.0000 / 9.0000',
      'create charge 1 × 30.0000 / 18.0000',
    ]);
  });

  test('is compared with what stands in its own currency', () => {
    const { items, steps } = decidedOf('convert');
    expect(differenceText(items[0]!, steps)).toBe(
      'Autotask holds 0.00 USD / 0.00 EUR, the report says 120.00 USD / 90.00 EUR: +120.00 / +90.00.',
    );
  });

  test('is reported next to the sales, each in its currency', () => {
    const { steps } = decidedOf('convert', [dollars()], running(10, '60', '45'));
    expect(steps.map(({ summary }) => summary)).toEqual(['Business Premium: units 10 → 10, 120.00 USD / 90.00 EUR']);
  });
});
