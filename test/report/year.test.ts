import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Year } from '../../shared/report/year.js';
import { useHarness, type Harness } from './harness.js';
import { readWorkbook } from './workbook.js';

/** Twelve months side by side, from the evidence alone. */

describe('billing report --year', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill('2025-09', '2025-10-02');
    await harness.bill('2025-10', '2025-11-02');
  });
  const year = async (): Promise<Year> => JSON.parse((await harness.cli('report', '2025-10', '--year', '--json')).out) as Year;

  test('says that none of the months was run yet', async () => {
    expect(await harness.cli('report', '2020-10', '--year')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/has not been run yet/),
    });
  });

  test('of one month that was not run says which one was last', async () => {
    expect(await harness.cli('report', '2020-10')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^2020-10 has not been run yet .*\nThe newest month that was run is 2025-10\.$/m),
    });
  });

  test('equals each month’s report and adds up both ways', async () => {
    const { months, rows, totals, customers } = await year();
    expect([months.length, months[0], months.at(-1)]).toEqual([12, '2024-11', '2025-10']);
    expect(rows.map(({ month }) => month)).toEqual(['2025-09', '2025-10']);
    const cents = (text: string): number => Math.round(Number(text) * 100);
    for (const { month, report, currency } of rows) {
      const { out } = await harness.cli('report', month, '--json');
      expect(JSON.parse(out)).toMatchObject({ report: { sales: report.sales, cost: report.cost }, currency });
      const column = customers
        .filter((one) => one.currency === currency)
        .map(({ sales }) => cents(sales[months.indexOf(month)] ?? '0'));
      expect(column.reduce((total, one) => total + one, 0)).toBe(cents(report.sales));
    }
    const eur = totals.find(({ currency }) => currency === 'EUR')!;
    const own = rows.filter(({ currency }) => currency === 'EUR');
    expect(cents(eur.report.sales)).toBe(own.reduce((total, { report }) => total + cents(report.sales), 0));
    expect(cents(eur.margin.amount)).toBe(cents(eur.report.sales) - cents(eur.report.cost));
  });

  test('as text, HTML, CSV and workbook has the same customers', async () => {
    const { customers } = await year();
    const text = (await harness.cli('report', '2025-10', '--year')).out;
    const names = customers.map(({ organizationName }) => organizationName);
    for (const name of names) expect(text).toContain(name);
    for (const format of ['html', 'csv', 'xlsx']) {
      const file = harness.file(`year.${format}`);
      expect((await harness.cli('report', '2025-10', '--year', '--out', file)).code).toBe(0);
      const content =
        format === 'xlsx' ? JSON.stringify([...(await readWorkbook(await readFile(file))).sheets]) : await readFile(file, 'utf8');
      for (const name of names) expect(content).toContain(name);
    }
  });

  test.each([
    ['report.pdf', [], 'a report cannot be written as pdf. Expected text, json, csv, xlsx, html; a browser prints HTML as PDF.'],
    ['report.xls', [], 'a report cannot be written as xls.'],
    ['report.xlsx', ['--format', 'csv'], 'has the name of xlsx, and the format is csv.'],
    ['report.csv', ['--json'], 'has the name of csv, and the format is json.'],
  ])('refuses %s with %j, which other programs cannot open', async (name, more, says) => {
    expect(await harness.cli('report', '2025-10', ...more, '--out', harness.file(name))).toMatchObject({
      code: 64,
      said: expect.stringContaining(says) as unknown,
    });
    await expect(readFile(harness.file(name))).rejects.toThrow('ENOENT');
  });

  test('a semicolon CSV has decimal commas in all three tables', async () => {
    for (const more of [[], ['--year'], ['--against', '2025-09']]) {
      const argv = ['report', '2025-10', '--format', 'csv', ...more];
      const [heads, ...rows] = (await harness.cliWith({ CSV_SEPARATOR: ';' }, ...argv)).out.split('\n');
      expect(heads).toMatch(/^"[a-z_]+";"[a-z_]+"/);
      const sold = rows.find((row) => row.includes('Fabrikam'));
      expect(sold).toMatch(/;-?\d+,\d\d;/);
      expect(sold).not.toMatch(/\d\.\d\d(;|$)/);
    }
    expect(await harness.cliWith({ CSV_SEPARATOR: 'tab' }, 'report', '2025-10')).toMatchObject({
      code: 78,
      said: expect.stringContaining('CSV_SEPARATOR') as unknown,
    });
  });
});
