import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { big, money, sum } from '../../shared/billing/basics/decimal.js';
import { compareMonths, type Against, type MovedTotals } from '../../shared/report/against.js';
import type { Entry } from '../../shared/report/document.js';
import { useHarness, type Harness } from './harness.js';
import { readWorkbook } from './workbook.js';
import { readFile } from 'node:fs/promises';

/** Two months side by side. */

const entry = (values: Partial<Entry>): Entry => ({
  ...{ outcome: 'posted', organizationId: 'o', organizationName: 'Contoso', companyId: 1, recordType: 'Csp365Nce' },
  ...{ productName: 'Business Premium', subscriptionId: 's', itemCode: 'c', contractId: 1, lines: 1, quantity: '10' },
  ...{ cost: '80.00', sales: '100.00', currency: 'EUR', reason: null, message: null },
  ...values,
});

const compared = (before: Entry[], now: Entry[]): Against =>
  compareMonths({ month: '2025-10', entries: now }, { month: '2025-09', entries: before });

describe('an item of two months', () => {
  const NOTHING = { new: '0.00', gone: '0.00', quantity: '0.00', price: '0.00' };

  test.each<[title: string, before: Partial<Entry>[], now: Partial<Entry>[], parts: object | null]>([
    ['that is there for the first time is new', [], [{}], { ...NOTHING, new: '100.00', moved: '100.00' }],
    ['that is there no more is gone', [{}], [], { ...NOTHING, gone: '-100.00', moved: '-100.00' }],
    ['with more units moved by quantity', [{}], [{ quantity: '12', sales: '120.00' }], { ...NOTHING, quantity: '20.00' }],
    ['with another price moved by price', [{}], [{ sales: '105.00' }], { ...NOTHING, price: '5.00' }],
    // The units count at the old price, the rest is price.
    [
      'with more units at another price moved by both',
      [{}],
      [{ quantity: '12', sales: '132.00' }],
      { ...NOTHING, quantity: '20.00', price: '12.00' },
    ],
    [
      'whose unit price has no end is told to the cent',
      [{ quantity: '3', sales: '10.00' }],
      [{ quantity: '2', sales: '6.67' }],
      { ...NOTHING, quantity: '-3.33' },
    ],
    [
      'that had no units moved by price',
      [{ quantity: '0', sales: '4.00' }],
      [{ quantity: '2', sales: '6.00' }],
      { ...NOTHING, price: '2.00' },
    ],
    ['that is the same is not mentioned', [{}], [{}], null],
    ['that is money without a line is not part of a report', [], [{ outcome: 'ghost' }], null],
    [
      'in another currency is another item',
      [{}],
      [{}, { currency: 'USD', sales: '5.00' }],
      { ...NOTHING, new: '5.00', currency: 'USD' },
    ],
  ])('%s', (_title, before, now, parts) => {
    const { items } = compared(before.map(entry), now.map(entry));
    expect(items).toEqual(parts === null ? [] : [expect.objectContaining(parts)]);
  });
});

test('the parts add up to the report of now, whatever moved', () => {
  const cents = fc.integer({ min: -100_000, max: 100_000 }).map((value) => money(big(value).div(100), 'EUR'));
  const one = fc.record({
    subscriptionId: fc.constantFrom('a', 'b', 'c'),
    organizationId: fc.constantFrom('o', 'p'),
    currency: fc.constantFrom('EUR', 'USD'),
    quantity: fc.integer({ min: -5, max: 20 }).map(String),
    sales: cents,
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 8 }), fc.array(one, { maxLength: 8 }), (before, now) => {
      const { totals, customers } = compared(before.map(entry), now.map(entry));
      for (const total of [...totals, ...customers]) expect(partsOf(total).eq(total.now)).toBe(true);
      for (const { currency, now: sales } of totals)
        expect(sum(now.filter((item) => item.currency === currency).map((item) => item.sales)).eq(sales)).toBe(true);
    }),
  );
});

const partsOf = ({ before, new: added, gone, quantity, price }: MovedTotals): ReturnType<typeof big> =>
  sum([before, added, gone, quantity, price]);

describe('billing report --against', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill('2025-10', '2025-11-02');
    await harness.bill('2025-11', '2025-11-30');
  });

  test('shows what moved per customer and item, and both sums', async () => {
    const { code, out } = await harness.cli('report', '2025-11', '--against', '2025-10');
    expect(code).toBe(0);
    expect(out).toContain('2025-11 against 2025-10, sales: before + new + gone + quantity + price = now.');
    expect(out).toMatch(/Contoso Dental Group\s+EUR\s+1,440\.93/);
  });

  test('as JSON, CSV and workbook has the same sums', async () => {
    const json = JSON.parse((await harness.cli('report', '2025-11', '--against', '2025-10', '--json')).out) as Against;
    expect(json.totals[0]!.before).toBe('7186.32');
    const csv = (await harness.cli('report', '2025-11', '--against', '2025-10', '--format', 'csv')).out;
    expect(csv.trim().split('\n')).toHaveLength(json.items.length + 1);
    await harness.cli('report', '2025-11', '--against', '2025-10', '--out', harness.file('moved.xlsx'));
    const { sheets } = await readWorkbook(await readFile(harness.file('moved.xlsx')));
    expect(sheets.get('Customers')!.at(-1)!.slice(0, 3)).toEqual(['all', 'EUR', 7186.32]);
  });

  test('as HTML has the same customers, and no year next to it', async () => {
    const { code, out } = await harness.cli('report', '2025-11', '--against', '2025-10', '--format', 'html');
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/<h1>2025-11 against 2025-10<.*Contoso Dental Group/s) });
    expect(await harness.cli('report', '2025-11', '--against', '2025-10', '--year')).toMatchObject({ code: 64 });
  });
});
