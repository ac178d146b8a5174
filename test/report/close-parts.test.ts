import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { big, billable } from '../../shared/billing/basics/decimal.js';
import type { Line } from '../../shared/billing/types.js';
import { compare } from '../../shared/close/compare.js';
import { exact, textOf, times, toMinor } from '../../shared/close/exact.js';
import { reportedOf, standingOf } from '../../shared/close/sides.js';
import { oursOf, type Ours } from '../../shared/close/ours.js';
import { line, SUBSCRIPTION } from '../billing/builders.js';

/** What the close computes with, apart from any vendor: exact amounts, digits, rows that a person has split, and whose a charge is. */

const MONTH = '2025-10';
const BILLED = '2025-11-02';

type Rec = Record<string, unknown>;

describe('the arithmetic of the close', () => {
  test.each([
    ['0.005', 'EUR', '0.01'],
    ['-0.005', 'EUR', '-0.01'],
    ['0.0049999', 'EUR', '0.00'],
    ['1.5', 'JPY', '2'],
    ['1.2345', 'KWD', '1.230'],
    ['1.2355', 'KWD', '1.240'],
  ])('rounds %s %s to %s', (value, currency, rounded) => {
    expect(textOf(toMinor(exact(value), currency), currency)).toBe(rounded);
  });

  test.each(['', '1e-7', '1,5', 'NaN', `0.${'1'.repeat(41)}`])('does not take %p for an amount', (text) => {
    expect(() => exact(text)).toThrow(RangeError);
  });

  // It could never be closed.
  test('closes a month that a vendor added up in binary', () => {
    const [reported] = reportedOf([line({ cost: '40.800000000000004' })], MONTH, BILLED);
    expect(textOf(toMinor(reported!.cost, 'EUR'), 'EUR')).toBe('40.80');
  });

  test('agrees with the planner’s calculation without sharing a line', () => {
    const amount = fc.tuple(fc.bigInt(-(10n ** 9n), 10n ** 9n), fc.integer({ min: 0, max: 5 })).map(([value, scale]) => {
      return big(String(value))
        .div(10 ** scale)
        .toFixed();
    });
    fc.assert(
      fc.property(amount, amount, fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), (left, right, currency) => {
        expect(textOf(toMinor(exact(left) + exact(right), currency), currency)).toBe(billable(big(left).plus(right), currency));
        expect(textOf(toMinor(times(exact(left), exact(right)), currency), currency)).toBe(
          billable(big(left).times(right), currency),
        );
      }),
      { numRuns: 300 },
    );
  });
});

/** What is ours where Cloudmore named the subscription and one code. */
const OURS: Ours = oursOf({
  named: { subscriptions: [[SUBSCRIPTION, 'org-1', []]], unsubscribed: [], codes: [['cfq7ttc0-x', 'Csp365Nce']], contracts: [] },
  report: { lines: [], subscriptions: [], prices: [] },
  settings: { broker: 'default', exportRecordTypes: ['Csp365Nce'], excludeServices: [] },
});

describe('digits beyond the minor unit', () => {
  const standing = (sales: number) =>
    standingOf(
      {
        companies: [],
        contracts: [{ id: 1, companyID: 7, userDefinedFields: [{ name: 'Subscription ID', value: SUBSCRIPTION }] }],
        rows: [{ id: 2, contractID: 1, serviceID: 3, startDate: '2025-09-30T22:00:00Z', price: sales, cost: 100 }],
        charges: [],
        services: [{ id: 3, invoiceDescription: 'CFQ7TTC0-X' }],
        products: [],
      },
      { month: MONTH, subscriptionUdf: 'Subscription ID', ours: OURS, dismissed: [] },
    );
  const differences = (lines: Line[], sales: number): number =>
    compare({
      reported: reportedOf(lines, MONTH, '2025-11-01'),
      standing: standing(sales),
      claims: [],
      customers: [{ organizationId: 'org-1', organizationName: 'Contoso', companyIdText: '7' }],
      costRateOf: () => null,
      currencyOf: () => 'EUR',
      companyNames: new Map(),
      settings: { exportRecordTypes: [], excludeServices: [] },
    }).differences.length;

  const cases: [what: string, lines: Line[], sales: number, agrees: boolean][] = [
    ['whole cents must agree to the cent', [line({ sales: '120.01' })], 120, false],
    ['one item may be rounded by half a cent', [line({ sales: '120.004' })], 120, true],
    ['but by no more', [line({ sales: '120.006' })], 120, false],
    [
      'two items, each by its own half',
      [line({ sales: '60.004' }), line({ itemCode: 'B', sales: '60.004', cost: '0' })],
      120,
      true,
    ],
  ];
  test.each(cases)('%s', (_, lines, sales, agrees) => {
    expect(differences(lines, sales)).toBe(agrees ? 0 : 1);
  });
});

describe('rows of a month that a person has split', () => {
  const row = (id: number, startDate: string, price: number): Rec => ({
    id,
    contractID: 1,
    serviceID: 3,
    startDate,
    price,
    cost: 0,
  });
  test('count each by itself, those beginning in another month never', () => {
    const [standing] = standingOf(
      {
        companies: [],
        contracts: [{ id: 1, companyID: 7, contractNumber: SUBSCRIPTION }],
        rows: [
          row(2, '2025-10-01T00:00:00Z', 48.005),
          row(3, '2025-10-14T22:00:00Z', 72.005),
          row(4, '2025-10-31T00:00:00Z', 1),
          row(5, '2025-10-31T23:00:00Z', 96),
          row(6, '2025-09-30T00:00:00Z', 96),
        ],
        charges: [],
        services: [{ id: 3, invoiceDescription: 'CFQ7TTC0-X' }],
        products: [],
      },
      { month: MONTH, subscriptionUdf: 'Subscription ID', ours: OURS, dismissed: [] },
    );
    expect([textOf(standing!.sales, 'EUR'), standing!.parts]).toEqual(['121.02', ['row 2', 'row 3', 'row 4']]);
  });
});

describe('charges that Cloudmore\u2019s own connector made', () => {
  const charged = (charge: Record<string, unknown>): string[] =>
    standingOf(
      {
        companies: [],
        contracts: [{ id: 1, companyID: 7, contractNumber: SUBSCRIPTION }],
        rows: [],
        charges: [{ id: 2, contractID: 1, unitQuantity: 1, unitPrice: 75.01, unitCost: 68.83, ...charge }],
        services: [],
        products: [],
        canceled: 7,
      },
      { month: MONTH, subscriptionUdf: 'Subscription ID', ours: OURS, dismissed: [] },
    ).map(({ sales }) => textOf(sales, 'EUR'));

  test.each([
    ['count in the month of their purchase', { datePurchased: '2025-10-31T00:00:00Z' }, ['75.01']],
    ['and in no other', { datePurchased: '2025-11-01T00:00:00Z' }, []],
    [
      'ask nobody for anything where somebody set them not to be billed',
      { datePurchased: '2025-10-31T00:00:00Z', isBillableToCompany: false },
      ['0.00'],
    ],
    ['nor where somebody canceled them', { datePurchased: '2025-10-31T00:00:00Z', status: 7 }, ['0.00']],
    ['nor on a contract of nobody of ours', { datePurchased: '2025-10-31T00:00:00Z', contractID: 9 }, []],
    [
      'while ours go by their key',
      { datePurchased: '2025-11-01T00:00:00Z', internalPurchaseOrderNumber: 'CM-2025-10-0123' },
      ['75.01'],
    ],
  ])('%s', (_, charge, sales) => expect(charged(charge)).toEqual(sales));
});
