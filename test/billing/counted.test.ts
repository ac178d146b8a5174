import { describe, expect, test } from '@jest/globals';
import { countedReport, countedTotal, type CountedLines } from '../../shared/billing/report/counted.js';
import { AS_OF, MONTH } from './builders.js';

/** What outcomes have to answer for, by what was counted of Cloudmore's own answer. */

const counted = (changes: Partial<CountedLines> = {}): CountedLines => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  currency: 'EUR',
  day: '2025-10-08',
  lines: 2,
  cost: '10.001',
  sales: '12.50',
  unreadable: 0,
  ...changes,
});

const amounts = { currency: 'EUR', lines: 2, cost: '10.001', sales: '12.5', outside: 0, unreadable: 0 };

describe('the counted report', () => {
  test('the count has what was due before the day of the run', () => {
    const lines = [counted({ day: '2025-10-11' }), counted({ day: AS_OF, lines: 30 })];
    expect(countedReport(lines, MONTH, AS_OF)).toEqual([
      { organizationId: 'org-1', organizationName: 'Contoso', amounts: [amounts] },
    ]);
  });

  test('the count sums an organization in any case, currency by currency', () => {
    const lines = [
      counted(),
      counted({ organizationId: 'ORG-1', cost: '0.002', sales: '-2.5' }),
      counted({ currency: 'DKK', lines: 1 }),
    ];
    expect(countedReport(lines, MONTH, AS_OF).map((one) => one.amounts)).toEqual([
      [
        { ...amounts, currency: 'DKK', lines: 1 },
        { ...amounts, lines: 4, cost: '10.003', sales: '10' },
      ],
    ]);
  });

  test('has organizations in the order of their ids, each with its own', () => {
    const lines = [counted({ organizationId: 'org-2', organizationName: 'Fabrikam', lines: 5 }), counted()];
    expect(countedReport(lines, MONTH, AS_OF)).toEqual([
      { organizationId: 'org-1', organizationName: 'Contoso', amounts: [amounts] },
      { organizationId: 'org-2', organizationName: 'Fabrikam', amounts: [{ ...amounts, lines: 5 }] },
    ]);
  });

  // Later months count as other ones; a line without a day or an amount cannot be read.
  test('the count names lines of other months and unreadable ones', () => {
    const lines = [
      counted({ day: '2025-09-30', lines: 3 }),
      counted({ day: '2025-11-02', lines: 4 }),
      counted({ day: null, lines: 5, unreadable: 1 }),
      counted({ lines: 6, unreadable: 2 }),
    ];
    expect(countedReport(lines, MONTH, AS_OF)[0]!.amounts).toEqual([
      { ...amounts, lines: 18, cost: '40.004', sales: '50', outside: 7, unreadable: 7 },
    ]);
  });

  test('leaves out lines that name no customer', () => {
    expect(countedReport([counted({ organizationId: null })], MONTH, AS_OF)).toEqual([]);
  });
});

test('all organizations come to one sum in each currency', () => {
  const of = (currency: string) => [{ ...amounts, currency, outside: 1, unreadable: 2 }];
  const total = { ...amounts, lines: 4, cost: '20.002', sales: '25', outside: 2, unreadable: 4 };
  expect(countedTotal([{ amounts: of('EUR') }, { amounts: of('DKK') }, { amounts: of('EUR') }])).toEqual([
    { ...total, currency: 'EUR' },
    { ...of('DKK')[0] },
  ]);
});
