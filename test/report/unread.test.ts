import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { findMonth } from '../../client/months.js';
import { oursOf } from '../../shared/close/ours.js';
import { standingOf } from '../../shared/close/sides.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { noticeOf } from '../../shared/notices/notice.js';
import { recordRun } from '../../shared/notices/record.js';
import { openHarness, type Harness } from './harness.js';
import { readWorkbook } from './workbook.js';
import { LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** Records that came and could not be read, and that no customer's plan needs: one list for the whole run, in everything that people look at. */

const MONTH = '2025-10';
const AS_OF = '2025-10-12';

/** A charge with a key of the month, on a contract that nobody of the report has. */
const CHARGE = {
  path: '*/ContractCharges/query',
  vendor: 'autotask',
  body: {
    items: [
      {
        id: 4711,
        contractID: 99,
        internalPurchaseOrderNumber: 'CM-2025-10-0123456789ABCDEF',
        productID: 5,
        datePurchased: '2025-10-01T00:00:00Z',
        unitQuantity: 1,
        unitPrice: 'twelve',
        unitCost: 10,
        isBilled: false,
      },
    ],
    pageDetails: { count: 1, requestCount: 500, prevPageUrl: null, nextPageUrl: null },
  },
};
/** A price that nothing of the month is sold at. */
const PRICE = {
  path: '*m365/pricelist',
  vendor: 'cloudmore',
  body: [
    { itemCode: 'SOLD-TO-NOBODY', name: 'Sold to nobody', currencyCode: 'EUR', subscriptionLength: 12, paymentFrequency: 1, costPrice: 1, salesPrice: 'twelve' }, // prettier-ignore
  ],
};

let harness: Harness;
afterEach(() => harness.close());

async function billWith(...answers: { path: string; vendor: string; body: unknown }[]): Promise<MonthResult> {
  harness = await openHarness(twoCustomers([LICENCE, OTHERS]));
  await harness.bill(MONTH, AS_OF);
  const faults = answers.map(({ path, vendor, body }) => ({
    match: { vendor, path },
    fault: { kind: 'status', status: 200, body, when: 'before' },
  }));
  await harness.control('POST', 'faults', faults);
  await harness.bill(MONTH, AS_OF);
  return (await findMonth(loadBaseConfig(harness.env), MONTH))!.result;
}

const noticed = (result: MonthResult): ReturnType<typeof noticeOf> =>
  noticeOf({
    asOf: AS_OF,
    months: [{ result, heldMonth: null }],
    endedAt: `${AS_OF}T04:00:00Z`,
    previousEndedAt: null,
    reportDay: 9,
    pageOf: null,
  });

describe('an unreadable record of the month that nobody needs', () => {
  test('appears in report, notice and exit code, and blocks certification', async () => {
    const result = await billWith(CHARGE);
    expect([result.held.lines, result.posted.sales]).toEqual([0, '4920.00']);
    expect(result.unread).toMatchObject({
      count: 1,
      bearing: 1,
      listed: [{ vendor: 'Autotask', path: 'ContractCharges', record: '4711', member: 'unitprice', bearsOnMonth: true }],
    });

    const text = await harness.cli('report', MONTH);
    expect(text.code).toBe(3);
    expect(text.out).toContain('Could not be read: 1 record could not be read; the month is not certified.');
    expect(text.out).toContain('Autotask, ContractCharges, 4711: unitprice ("twelve")');

    const html = await harness.cli('report', MONTH, '--format', 'html');
    expect(html.out).toContain('>Could not be read</h2>');
    expect(html.out).not.toContain('Nothing waits for a person.');

    const json = JSON.parse((await harness.cli('report', MONTH, '--format', 'json')).out) as MonthResult;
    expect(json.unread).toEqual(result.unread);

    await harness.cli('report', MONTH, '--format', 'xlsx', '--out', harness.file('report.xlsx'));
    const { sheets } = await readWorkbook(await readFile(harness.file('report.xlsx')));
    expect(sheets.get('Could not be read')![1]!.slice(0, 5)).toEqual([
      'Autotask',
      'ContractCharges',
      '4711',
      'unitprice',
      '"twelve"',
    ]);

    const plan = await harness.cli('plan', MONTH, '--as-of', AS_OF);
    expect([plan.code, plan.out.includes('ContractCharges, 4711')]).toEqual([3, true]);

    expect(noticed(result)!.title).toContain('1 record could not be read; the month is not certified');
    const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
    await recordRun(evidence, { broker: 'default', run: 'run', asOf: AS_OF, endedAt: new Date().toISOString() });
    await evidence.close();
    const check = await harness.cli('status', MONTH, '--check');
    expect([check.code, check.out.includes('ContractCharges, 4711')]).toEqual([3, true]);

    const refused = await harness.cli('close', MONTH, '--as-of', AS_OF, '--out', harness.file('close.json'));
    expect([refused.code, refused.said]).toEqual([3, expect.stringContaining('ContractCharges, 4711')]);
    expect(refused.said).toContain('The month is not certified.');
  });

  test('holds up the close also where it came after the run', async () => {
    await billWith();
    await harness.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: CHARGE.path },
        fault: { kind: 'status', status: 200, body: CHARGE.body, when: 'before' },
      },
    ]);
    const { code, said } = await harness.cli('close', MONTH, '--as-of', AS_OF, '--out', harness.file('close.json'));
    expect(code).toBe(3);
    expect(said).toContain('Autotask, ContractCharges, 4711: unitprice is not an amount. The month is not certified.');
  });
});

test('an unreadable record without amounts is listed quietly', async () => {
  const result = await billWith(PRICE);
  expect(result.unread).toMatchObject({
    bearing: 0,
    listed: [{ vendor: 'Cloudmore', member: 'salesPrice', bearsOnMonth: false }],
  });
  const text = await harness.cli('report', MONTH);
  expect([text.code, text.out.includes('Could not be read: 1 record could not be read; what needs it is held.')]).toEqual([
    0,
    true,
  ]);
  expect(noticed(result)).toBeNull();
  expect((await harness.cli('close', MONTH, '--as-of', AS_OF, '--out', harness.file('close.json'))).code).toBe(0);
});

test.each([
  ['a nested price', { price: { value: 5 } }, 'price is not an amount'],
  ['a worded date', { startDate: 'the first' }, 'startdate is not a date'],
])('the close never reads %s of a row as zero', (_, member, problem) => {
  const unread: string[] = [];
  const ours = oursOf({
    named: { subscriptions: [['s-1', 'contoso', []]], unsubscribed: [], codes: [['cfq7ttc0-x', 'Csp365Nce']], contracts: [] },
    report: { lines: [], subscriptions: [], prices: [] },
    settings: { broker: 'default', exportRecordTypes: ['Csp365Nce'], excludeServices: [] },
  });
  const row = { id: 2, contractID: 1, serviceID: 3, startDate: '2025-10-01T00:00:00Z', price: 5, cost: 4, ...member };
  standingOf(
    {
      companies: [],
      contracts: [{ id: 1, companyID: 7, contractNumber: 's-1' }],
      rows: [row, { ...row, id: 8, contractID: 9 }],
      charges: [],
      services: [{ id: 3, invoiceDescription: 'CFQ7TTC0-X' }],
      products: [],
    },
    { month: MONTH, subscriptionUdf: 'Subscription ID', ours, dismissed: [] },
    unread,
  );
  expect(unread).toEqual([`Autotask, ContractServiceUnits, 2: ${problem}. The month is not certified.`]);
});
