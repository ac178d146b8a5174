import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkVendors } from '../../client/commands/doctor/vendors.js';
import { unlinkedIn } from '../../client/plan/text.js';
import type { PlanFile } from '../../client/plan/file.js';
import { unlinkedOf } from '../../shared/billing/report/unlinked.js';
import { loadConfig } from '../../shared/config.js';
import { openHarness, type Harness } from '../report/harness.js';

/** Customers that have lines and no company: left out on purpose, or forgotten. The largest is seen first. */

const amount = (organizationId: string, sales: string, currency = 'EUR') => ({
  organizationId,
  organizationName: `Customer ${organizationId}`,
  currency,
  sales,
  lines: 1,
});

test('customers without company stand by size, each currency for itself', () => {
  const found = unlinkedOf([
    amount('a', '10.00'),
    amount('b', '-500.00'),
    amount('c', '7.00'),
    amount('C', '80.00'),
    amount('a', '20.00', 'usd'),
  ]);
  expect(found.map(({ organizationId, sales, currency, lines }) => [organizationId, sales, currency, lines])).toEqual([
    ['b', '-500.00', 'EUR', 1],
    ['c', '87.00', 'EUR', 2],
    ['a', '20.00', 'USD', 1],
    ['a', '10.00', 'EUR', 1],
  ]);
});

describe('in a month of which two customers have no company', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
    const { cloudmore } = (await harness.control('GET', 'state')) as {
      cloudmore: { organizations: { id: string; name: string }[] };
    };
    const fabrikam = cloudmore.organizations.find(({ name }) => name === 'Fabrikam Logistics')!;
    await harness.control('PATCH', `cloudmore/organizations/${fabrikam.id}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '' }],
    });
    await harness.control('POST', 'clock', { now: '2025-10-17T03:00:00Z' });
  });
  afterAll(() => harness.close());

  test('doctor names them with their sums, and is content', async () => {
    const all = await checkVendors(loadConfig(harness.env), '2025-10');
    expect(all.find(({ check }) => check === 'customers without company')).toMatchObject({
      isGood: true,
      text: expect.stringMatching(
        /have lines in 2025-10 that are not exported, [\d,]+\.\d\d EUR in all: Fabrikam Logistics [\d,]+\.\d\d EUR, \S.* 36\.00 EUR/,
      ) as unknown,
    });
  });

  test('plan lists them too, and excludes each in its items', async () => {
    const { out } = await harness.cli('plan', '2025-10', '--as-of', '2025-10-17');
    expect(out).toMatch(
      /Without an Autotask company, and not exported, [\d,]+\.\d\d EUR: Fabrikam Logistics [\d,]+\.\d\d EUR, \S.* 36\.00 EUR\./,
    );
    expect(out).toContain('billing companies match');
    const { unlinked, organizations } = JSON.parse(
      (await harness.cli('plan', '2025-10', '--as-of', '2025-10-17', '--json')).out,
    ) as PlanFile;
    expect(unlinked.map(({ organizationName }) => organizationName)[0]).toBe('Fabrikam Logistics');
    expect(unlinked).toEqual(unlinkedIn(organizations));
  });
});
