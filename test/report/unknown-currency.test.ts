import { expect, test } from '@jest/globals';
import { useHarness, type Harness } from './harness.js';
import { LICENCE, OTHERS, twoCustomers } from './two-customers.js';
import type { World } from '../api/vendors.js';

/** A company of Autotask names a currency that Autotask's own list does not have: nobody knows in what its customer is billed. */

const EURO = { id: 1, name: 'EUR', description: 'Euro', exchangeRate: 1, isActive: true, isInternalCurrency: true };
const inDollars = (): World => {
  const world = twoCustomers([LICENCE, OTHERS]) as unknown as {
    autotask: { companies: Record<string, unknown>[]; currencies: unknown[] };
  };
  for (const company of world.autotask.companies) company['currencyID'] = company['companyName'] === 'Fabrikam' ? 2 : 1;
  world.autotask.currencies = [EURO, { ...EURO, id: 2, name: 'USD', description: 'Dollar', isInternalCurrency: false }];
  return world;
};

let harness: Harness;
useHarness((opened) => void (harness = opened), inDollars);

test('holds that customer, says why, and bills the others', async () => {
  const body = { items: [EURO], pageDetails: { count: 1, requestCount: 500, prevPageUrl: null, nextPageUrl: null } };
  const match = { vendor: 'autotask', path: '*/Currencies/query' };
  await harness.control('POST', 'faults', [{ match, fault: { kind: 'status', status: 200, body, when: 'before' } }]);
  const { result } = await harness.bill('2025-10', '2025-10-12');
  expect([result.posted.sales, result.held.sales]).toEqual(['120.00', '4800.00']);
  const { out } = await harness.cli('report', '2025-10');
  expect(out.replace(/\s+/g, ' ')).toContain('is not a currency that Currencies has');
});
