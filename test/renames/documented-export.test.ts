import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import { readFileSync } from 'node:fs';
import type { Preview } from '../../activities/decide/preview-month.js';
import { judge } from './judge.js';
import { openTenant, type Differ, type Tenant } from './tenant.js';

/**
 * Cloudmore documents which columns the general billing report has when it is exported: record type, charge type, publisher, SKU, description, start and end
 * are not among them. A report with no more than that bills the September story as it is, or holds by item and says why.
 */

const DOCUMENTED = new Set(
  'productId productName itemCode quantity costPrice salesPrice totalCostPrice totalSalesPrice currencyCode paymentFrequency'.split(
    ' ',
  ),
);

type Rec = Record<string, unknown>;
type Frequency = (written: string) => unknown;

const MONTHS: Record<string, number> = { monthly: 1, annual: 12, yearly: 12, triennial: 36 };
const FREQUENCIES: [how: string, frequency: Frequency][] = [
  ['a number', (written) => MONTHS[written.toLowerCase()]],
  ['a numeric text', (written) => String(MONTHS[written.toLowerCase()] ?? '')],
  ['an ISO duration', (written) => ({ 1: 'P1M', 12: 'P1Y', 36: 'P3Y' })[MONTHS[written.toLowerCase()] ?? 0]],
  ['a word', (written) => written],
  ['nothing at all', () => undefined],
];

/** Lines with the documented columns alone. */
function documented(value: unknown, frequency: Frequency): unknown {
  if (Array.isArray(value)) return value.map((element) => documented(element, frequency));
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Rec;
  const isLine = 'productName' in record;
  const kept = Object.entries(record).filter(([name]) => !isLine || DOCUMENTED.has(name));
  const entries = kept.map(([name, member]): [string, unknown] =>
    name === 'paymentFrequency' && typeof member === 'string' ? [name, frequency(member)] : [name, documented(member, frequency)],
  );
  return Object.fromEntries(entries);
}

const isReport = (pathname: string): boolean => pathname.includes('MonthlyBillingPerOrganizationAsync/');
const isInvoice = (pathname: string): boolean => pathname.includes('AzureOneTimeInvoice/');

/** The invoice with amounts, and nothing that explains them. */
const silent = (json: unknown): unknown =>
  JSON.parse(JSON.stringify(json, (name, value: unknown) => (EXPLAINING.has(name) ? undefined : value)));
const EXPLAINING = new Set(
  'recordType chargeType chargeStartDate chargeEndDate publisherName skuName billingFrequency subscriptionDescription'.split(' '),
);

let tenant: Tenant;
let expected: Preview;
beforeAll(async () => {
  const world = readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8');
  tenant = await openTenant(JSON.parse(world) as object);
  expected = await tenant.plan(null, 'null');
});
afterAll(() => tenant.close());

const differ =
  (frequency: Frequency, isShown: boolean): Differ =>
  (pathname, json) => {
    if (isReport(pathname)) return documented(json, frequency);
    return isInvoice(pathname) && !isShown ? silent(json) : undefined;
  };

test.each(FREQUENCIES)('frequency %s bills the same or holds', async (_, frequency) => {
  const came = await tenant.planOf(differ(frequency, true));
  expect(judge(expected, came)).toMatch(/^(holds|same money)$/);
  expect(new Big(came.result.posted.sales).plus(came.result.held.sales).toFixed(2)).toBe('7011.60');
});

test.each(FREQUENCIES)('with %s and a silent invoice, affected lines are held', async (_, frequency) => {
  const came = await tenant.planOf(differ(frequency, false));
  expect(judge(expected, came)).toBe('holds');
  const held = came.plans.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'held'));
  expect(held.map(({ productName }) => productName)).toEqual(
    expect.arrayContaining(['Windows Server 2025 Standard', 'SQL Server Standard']),
  );
});
