import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { PLAIN } from '../../client/terminal/paper.js';
import { htmlReport } from '../../client/report/html.js';
import { textReport } from '../../client/report/text.js';
import { exactNumber } from '../../client/documents/workbook.js';
import { REASON_CODES } from '../../shared/billing/results/advice.js';
import { big, grouped, sum } from '../../shared/billing/basics/decimal.js';
import { monthResult } from '../../shared/billing/results/reconcile.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import { NO_CALLS, type Amounts, type MonthResult, type Outcome } from '../../shared/billing/results/results.js';
import { reportDocument, type ReportDocument } from '../../shared/report/document.js';
import { line, plan, settings } from '../billing/builders.js';
import { september, type World } from '../api/vendors.js';
import { launchBrowser } from './browser.js';
import { useHarness, type Harness } from './harness.js';
import { readWorkbook } from './workbook.js';

/** One report, five renderings: whatever a person opens, the sums are the same, and nothing in it does harm. */

const MONTH = '2025-10';
const FORMULA = '=HYPERLINK("http://evil.example";"Contoso")';
const MARKUP = '<img src=x onerror=alert(1)> & "Sons"';

/** September 2025 with a month before it, a customer named like a formula, one named like markup, and one that is held. */
function world(): World {
  const made = september() as { cloudmore: Record<string, Rec[]>; autotask: Record<string, Rec[]> };
  const names: Record<string, string> = { 'Contoso Dental Group': FORMULA, 'Adventure Works Cycles': MARKUP };
  const renamed = JSON.parse(JSON.stringify(made), (key, value: unknown) =>
    (key === 'name' || key === 'organizationName') && typeof value === 'string' ? (names[value] ?? value) : value,
  ) as typeof made;
  const earlier = structuredClone(renamed.cloudmore.monthlyBilling!)
    .filter(({ billingDate }) => String(billingDate).startsWith('2025-10-08'))
    .map((block) => ({ ...block, billingDate: '2025-09-08T00:00:00Z', availableFrom: '2025-09-08T00:00:00Z' }));
  renamed.cloudmore.monthlyBilling!.unshift(...earlier);
  for (const company of renamed.autotask.companies!) if (company.id === FABRIKAM_COMPANY) company.isActive = false;
  return renamed;
}

type Rec = Record<string, unknown>;
const FABRIKAM_COMPANY = 29683540;

describe('the report of a month', () => {
  let harness: Harness;
  let json: MonthResult & { details: ReportDocument };
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill(MONTH, '2025-11-02');
    json = JSON.parse((await harness.cli('report', MONTH, '--format', 'json')).out) as typeof json;
  }, world);

  test('holds, excludes and posts something, so that the sums below mean something', () => {
    expect([json.posted, json.held, json.excluded].every(({ lines }) => lines > 0)).toBe(true);
    expect(json.unassigned.lines).toBe(1);
  });

  test('as JSON is the run’s month with separate further parts', async () => {
    const { details, ...month } = json;
    expect(Object.keys(month)).not.toContain('leaks');
    expect(details.leaks.length).toBeGreaterThan(0);
    expect(JSON.parse((await harness.cli('report', MONTH, '--json')).out)).toEqual(json);
  });

  test('as text has sums, the largest leak, and its command', async () => {
    const { out, code } = await harness.cli('report', MONTH);
    expect(code).toBe(3);
    for (const part of ['report', 'posted', 'held', 'excluded', 'unassigned'] as const)
      expect(out).toContain(grouped(json[part].sales));
    expect(out).toMatch(/Amounts that reach no invoice:\n +5,709\.39 EUR {2}Fabrikam Logistics: held \(company inactive\)/);
    expect(out).toContain(`billing rerun ${MONTH} --organization 76f89d5d-ba07-5d2e-9f88-335bf71db3ae`);
    expect(out).toMatch(/% of our hourly budget of 5,000/);
  });

  test('as text fits 80 columns and keeps commands whole', async () => {
    const lines = (await harness.cliOn(80, 'report', MONTH)).out.split('\n');
    const isCommand = (line: string): boolean => line.trim().startsWith('billing ');
    const tooLong = lines.filter((line) => line.length > 80 && !isCommand(line));
    expect(tooLong).toEqual([]);
    expect(lines.filter(isCommand).join('\n')).toMatch(/^ +billing rerun \S+ --organization \S+ --reason ".+"$/m);
  });

  test('as CSV has one row per amount; outcomes add up', async () => {
    const { out } = await harness.cli('report', MONTH, '--format', 'csv');
    const rows = parse<Record<string, string>>(out, { columns: true });
    for (const outcome of ['posted', 'held', 'excluded', 'unassigned'] as const) {
      const own = rows.filter((row) => row.outcome === outcome);
      expect(sum(own.map(({ sales }) => sales!)).eq(json[outcome].sales)).toBe(true);
      expect(sum(own.map(({ cost }) => cost!)).eq(json[outcome].cost)).toBe(true);
    }
    expect(sum(rows.filter((row) => row.in_report === 'yes').map(({ sales }) => sales!)).eq(json.report.sales)).toBe(true);
    expect(rows.find(({ item_code: code }) => code === 'CFQ7TTC0HDB0-0002-P1Y-Monthly')?.sales).toBe('-48.30');
  });

  test('as CSV runs no formula and marks UTF-8 in files only', async () => {
    const file = harness.file('report.csv');
    await harness.cli('report', MONTH, '--format', 'csv', '--out', file);
    const text = await readFile(file, 'utf8');
    expect(text.startsWith('\u{FEFF}"month",')).toBe(true);
    expect((await harness.cli('report', MONTH, '--format', 'csv')).out.startsWith('"month",')).toBe(true);
    const names = parse<Record<string, string>>(text, { columns: true, bom: true }).map(({ organization }) => organization);
    expect(names).toContain(`'${FORMULA}`);
    expect(names.some((name) => name?.startsWith('='))).toBe(false);
  });

  test('as XLSX has exact numbers with formats, and no formulas', async () => {
    const file = harness.file('report.xlsx');
    expect((await harness.cli('report', MONTH, '--format', 'xlsx', '--out', file)).code).toBe(3);
    const { sheets, files } = await readWorkbook(await readFile(file));
    const summary = sheets.get('Summary')!;
    for (const [row, part] of (['report', 'posted', 'held', 'excluded', 'unassigned'] as const).entries())
      expect([part, big(String(summary[row + 1]![3])).eq(json[part].sales)]).toEqual([part, true]);
    expect(files.get('xl/styles.xml')).toContain('formatCode="#,##0.00;[Red]-#,##0.00"');
    const items = sheets.get('Items')!;
    const column = (title: string): unknown[] => items.slice(1).map((row) => row[items[0]!.indexOf(title)]);
    expect(column('customer')).toContain(FORMULA);
    const posted = column('sales').filter((_, index) => column('outcome')[index] === 'posted');
    expect(sum(posted.map(String)).eq(json.posted.sales)).toBe(true);
    expect([...sheets.keys()]).toEqual([
      'Summary',
      'Customers',
      'Record types',
      'Reconciliation',
      'Leaks',
      'Ghosts',
      'Renewals',
      'Changes',
      'Margins moved',
      'Decisions',
      'Items',
      'Notes',
    ]);
  });

  test('has reasons in words for people, and as codes for programs', async () => {
    const file = harness.file('words.xlsx');
    await harness.cli('report', MONTH, '--out', file);
    const { files } = await readWorkbook(await readFile(file));
    const [text, html, csv] = await Promise.all(
      ['text', 'html', 'csv'].map(async (format) => (await harness.cli('report', MONTH, '--format', format)).out),
    );
    for (const shown of [text!, html!, files.get('xl/sharedStrings.xml')!]) {
      expect(shown).toContain('company inactive');
      expect(REASON_CODES.filter((code) => code.includes('-') && shown.includes(code))).toEqual([]);
    }
    expect(csv).toContain('company-inactive');
  });

  test('as XLSX totals customers, types days and aligns titles', async () => {
    const file = harness.file('report.xlsx');
    await harness.cli('report', MONTH, '--out', file);
    const { sheets, files } = await readWorkbook(await readFile(file));
    const customers = sheets.get('Customers')!;
    expect(customers[0]).toEqual(expect.arrayContaining(['report sales', 'margin', 'margin %']));
    expect(customers.at(-1)!.slice(0, 5)).toEqual([
      'all',
      'EUR',
      json.report.lines,
      ...[json.report.sales, json.report.cost].map(Number),
    ]);
    expect(sheets.get('Renewals')![1]![0]).toEqual(new Date('2025-12-15T00:00:00Z'));
    const right = [...files.get('xl/styles.xml')!.matchAll(/<xf [^>]*?>.*?<\/xf>/g)].findIndex(([style]) =>
      style.includes('horizontal="right"'),
    );
    expect(files.get('xl/worksheets/sheet1.xml')).toContain(`<c r="D1" s="${right}"`);
  });

  test('as XLSX comes through a pipe byte by byte', async () => {
    const bin = fileURLToPath(new URL('../../client/bin.js', import.meta.url));
    const argv = [bin, 'report', MONTH, '--format', 'xlsx'];
    const { code, stdout } = await new Promise<{ code: unknown; stdout: Buffer }>((resolve) =>
      execFile(process.execPath, argv, { env: harness.env, encoding: 'buffer', maxBuffer: 1 << 24 }, (error, out) =>
        resolve({ code: error?.code ?? 0, stdout: out }),
      ),
    );
    expect(code).toBe(3);
    expect((await readWorkbook(stdout)).sheets.has('Summary')).toBe(true);
  });

  describe('as HTML', () => {
    let browser: Browser;
    let address: string;
    beforeAll(async () => {
      browser = await launchBrowser();
      const file = harness.file('report.html');
      await harness.cli('report', MONTH, '--format', 'html', '--out', file);
      address = pathToFileURL(file).href;
    });
    afterAll(() => browser?.close());

    const open = async (
      width: number,
      colorScheme: 'light' | 'dark',
    ): Promise<{ page: Page; asked: string[]; wrong: string[] }> => {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const [asked, wrong]: [string[], string[]] = [[], []];
      page.on('request', (request) => void asked.push(request.url()));
      page.on('pageerror', (error) => void wrong.push(error.message));
      page.on('console', (message) => void wrong.push(message.text()));
      page.on('dialog', (dialog) => void wrong.push(dialog.message()));
      await page.goto(address);
      return { page, asked, wrong };
    };

    test.each([
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)('asks for nothing outside itself and fits %i pixels, %s', async (width, scheme) => {
      const { page, asked, wrong } = await open(width, scheme);
      expect({ asked, wrong }).toEqual({ asked: [address], wrong: [] });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      const text = await page.innerText('body');
      for (const part of ['report', 'posted', 'held', 'excluded', 'unassigned'] as const)
        expect(text).toContain(grouped(json[part].sales));
      expect(text).toContain(MARKUP);
      expect(text).toContain(`billing rerun ${MONTH}`);
      expect(await contrast(page)).toBeGreaterThan(READABLE);
      await page.close();
    });

    test('prints black on white on A4, whatever the screen shows', async () => {
      const { page } = await open(1280, 'dark');
      await page.emulateMedia({ media: 'print' });
      const [ink, paper] = await colours(page);
      expect([ink, paper]).toEqual([
        [0, 0, 0],
        [255, 255, 255],
      ]);
      const pdf = await page.pdf({ preferCSSPageSize: true });
      expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
      await page.close();
    });

    test('filters customers with held or excluded amounts without a script', async () => {
      const page = await browser.newPage({ javaScriptEnabled: false });
      await page.setContent(htmlReport(oneHeldOf(reportOf(12))));
      const customers = page.locator('tr', { hasText: /^Customer \d/ });
      const seen = async (): Promise<number> => (await customers.filter({ visible: true }).all()).length;
      const all = await seen();
      await page.getByLabel('with held amounts').check();
      expect([all, await seen()]).toEqual([24, 2]);
      await page.close();
    });

    test('prints 300 customers on fewer than 40 pages: it was 579', async () => {
      const page = await browser.newPage();
      await page.setContent(htmlReport(eachReleased(reportOf(300))));
      const pdf = await page.pdf({ preferCSSPageSize: true });
      const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length;
      expect([pages > 5, pages < 40]).toEqual([true, true]);
      await page.close();
    });
  });
});

test('300 customers as text fit 200 lines and count the rest', () => {
  const text = textReport({ report: reportOf(300), isFull: false }, PLAIN);
  expect(text.split('\n').length).toBeLessThanOrEqual(200);
  expect(text).toContain('--full');
});

// The report was 473 lines long.
test.each([
  ['on a narrow terminal', 60],
  ['in a pipe', Infinity],
])('300 single releases %s fit 200 lines', (_where, columns) => {
  const text = textReport({ report: eachReleased(reportOf(300)), isFull: false }, { columns, hasColour: false });
  expect(text.split('\n').length).toBeLessThanOrEqual(200);
  expect(text).toMatch(/Decisions:\n {2}\d+ earlier: billing log 2025-\d\d\n/);
  expect(text).toContain('anna: approve Customer 299');
});

const eachReleased = (report: ReportDocument): ReportDocument => ({
  ...report,
  decisions: {
    problem: null,
    entries: Array.from({ length: 300 }, (_, at) => ({
      ...{ number: at + 1, previous: null, request: String(at), at: '2025-11-02T08:00:00Z', action: 'approve', actor: 'anna' },
      ...{ via: 'page', month: MONTH, organizationId: `customer-${at}`, organizationName: `Customer ${at}`, reason: 'as agreed' },
      ...{ digest: 'd'.repeat(64), amounts: { sales: '12.00', cost: '10.00', currency: 'EUR' }, details: null },
    })),
  },
});

/** Of the customers in its tables only the first has something held. */
const oneHeldOf = (report: ReportDocument): ReportDocument => {
  const nothingHeld = <T extends { held: Amounts }>(row: T, at: number): T =>
    at === 0 ? row : { ...row, held: { lines: 0, cost: '0.00', sales: '0.00' } };
  return { ...report, customers: report.customers.map(nothingHeld), reconciliation: report.reconciliation.map(nothingHeld) };
};

/** So many customers with 40 subscriptions each, of which one in 20 is held and one is set aside. */
function reportOf(customers: number): ReportDocument {
  const lines = Array.from({ length: 40 }, (_, at) => line({ subscriptionId: `s-${at}`, productName: `Product ${at}` }));
  const made = plan({ report: { lines }, settings: settings() });
  const items = made.items.map((item, at) => (at === 0 ? { ...item, ...EXCLUDED } : at % 20 === 1 ? { ...item, ...HELD } : item));
  const outcomes = Array.from({ length: customers }, (_, at): Outcome => ({
    ...{ ...made, items, calls: NO_CALLS, workflowId: null, message: null },
    ...{ organizationId: `customer-${at}`, organizationName: `Customer ${at}`, status: 'NeedsAttention' as const },
    planDigest: made.digest,
    writes: { services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 },
  }));
  const facts = { month: MONTH, asOf: '2025-11-02', unassigned: [] };
  return reportDocument({
    result: monthResult({ broker: 'default', mode: 'auto', currency: 'EUR', facts, calls: NO_CALLS }, outcomes),
    ...{ outcomes, heldMonth: null, nothingDue: [], unassigned: [], outlook: null, callsPerHour: 5_000 },
    certificates: [],
    decisions: { entries: [], problem: null },
  });
}

const HELD: Partial<PlannedItem> = { outcome: 'held', reason: 'breaker-item', message: 'Sales moved by 60 %.' };
const EXCLUDED: Partial<PlannedItem> = { outcome: 'excluded', reason: 'service-off', message: 'The service is switched off.' };

/** Contrast that WCAG asks of text. */
const READABLE = 4.5;

const colours = async (page: Page): Promise<number[][]> =>
  page.evaluate<number[][]>(`(() => {
    const { color, backgroundColor } = getComputedStyle(document.body);
    return [color, backgroundColor].map((text) => text.match(/[0-9.]+/g).slice(0, 3).map(Number));
  })()`);

async function contrast(page: Page): Promise<number> {
  const [ink, paper] = (await colours(page)).map(luminance) as [number, number];
  return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
}

function luminance(rgb: number[]): number {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe('an amount in a workbook', () => {
  test.each([
    ['0.00', 0],
    ['-48.30', -48.3],
    ['9999999999999.99', 9999999999999.99],
    ['123456789012345.67', '123456789012345.67'],
    ['0.1000000000000001', '0.1000000000000001'],
  ])('%s is the number %p, or text to keep its digits', (decimal, cell) => {
    expect(exactNumber(decimal)).toBe(cell);
  });
});
