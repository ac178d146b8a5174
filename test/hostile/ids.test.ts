import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import { CONTOSO, FABRIKAM, organizationOf, useSystem, type TestSystem } from '../system/system.js';

/** Ids that no path, workflow id or search attribute can take: they hold their customer, through a real Temporal server, and nobody else. */

const MONTH = '2025-10';
const LONG_NAME = 'with a name of three million characters';
/** What the world without them posts. */
const POSTED = '7011.60';
const HOSTILE_IDS: Record<string, string> = {
  'longer than a workflow id may be': 'x'.repeat(1100),
  'longer than a search attribute may be': 'y'.repeat(300),
  'of 990 bytes in few characters': '𠀀'.repeat(247),
  'with slashes': 'tenants/contoso/7',
  'that leads out of a folder': '../../other/2025-10/x',
  'of dots alone': '..',
  'with half a character': 'half-\udc00-character',
  'with a line break': 'two\nlines',
  'with a quote of a filter': '" OR BillingBroker="x',
  'with right-to-left order': 'abc\u202edef',
  [LONG_NAME]: 'long-name',
};
/** Odd, and yet ids: they are billed. */
const ODD_IDS: Record<string, string> = {
  'of another script': 'клиент-№7'.replace('№', ''),
  'of the longest length, four bytes a character': '𠀀'.repeat(50),
  'that every object has': 'constructor',
};

type World = {
  cloudmore: {
    organizations: { id: string; name: string; customProperties: { name: string; value: string }[] }[];
    monthlyBilling: { billingDate: string; currencyCode: string; organizations: Record<string, unknown>[] }[];
  };
  autotask: { companies: Record<string, unknown>[] };
};

/** The September world with a customer of each id, who has one licence for 10.00. */
function world(): World {
  const given = JSON.parse(readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as World;
  const ids = Object.entries({ ...HOSTILE_IDS, ...ODD_IDS });
  for (const [index, [kind, id]] of ids.entries()) {
    const companyId = 40_000_000 + index;
    // The report carries it too: a message that held it would be refused by Temporal.
    const name = kind === LONG_NAME ? `Customer ${kind} ${'n'.repeat(3_000_000)}` : `Customer ${kind}`;
    given.autotask.companies.push({ id: companyId, companyName: name, companyType: 1, isActive: true });
    given.cloudmore.organizations.push({
      id,
      name,
      customProperties: [{ name: 'AutotaskCompanyID', value: String(companyId) }],
    });
    given.cloudmore.monthlyBilling
      .find(({ billingDate }) => billingDate.startsWith('2025-10-08'))!
      .organizations.push({
        organizationId: id,
        organizationName: name,
        currencyCode: 'EUR',
        services: [
          {
            serviceId: '18784b92-0cda-5c01-ab16-de201a369da7',
            serviceName: 'Microsoft 365 CSP Direct',
            items: [
              {
                subscriptionId: `subscription-${index}`,
                subscriptionName: 'Business Premium',
                quantity: 1,
                products: [
                  {
                    productName: 'Microsoft 365 Business Premium',
                    itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
                    recordType: 'Csp365Nce',
                    chargeType: 'cycleCharge',
                    quantity: 1,
                    costPrice: 8,
                    salesPrice: 10,
                    totalCostPrice: 8,
                    totalSalesPrice: 10,
                    startDate: '2025-10-01T00:00:00Z',
                    endDate: '2025-10-31T00:00:00Z',
                  },
                ],
              },
            ],
          },
        ],
      });
  }
  return given;
}

const heldOf = (month: MonthResult, kind: string): OrganizationResult | undefined =>
  month.organizations.find(
    ({ organizationId, organizationName }) => organizationName === `Customer ${kind}` || organizationId === HOSTILE_IDS[kind],
  );

describe('a month with customers whose ids fit nowhere', () => {
  let system: TestSystem;
  useSystem({ world: world() }, (opened) => (system = opened));

  test('bills everybody else and names what is wrong with each', async () => {
    const month = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', '2025-10-09', '--wait');
    const billed = Object.keys(ODD_IDS).length * 10;
    expect(month.posted.sales).toBe((Number(POSTED) + billed).toFixed(2));
    for (const id of [CONTOSO, FABRIKAM]) expect(organizationOf(month, id).status).toBe('Done');
    for (const kind of Object.keys(ODD_IDS))
      expect([kind, month.organizations.find(({ organizationName }) => organizationName === `Customer ${kind}`)?.status]).toEqual(
        [kind, 'Done'],
      );
    for (const kind of Object.keys(HOSTILE_IDS)) {
      const held = heldOf(month, kind);
      expect([kind, held?.status]).toEqual([kind, 'NeedsAttention']);
      expect([kind, held?.items]).toEqual([
        kind,
        [
          expect.objectContaining({
            sales: '10.00',
            reason: 'unreadable',
            message: expect.stringMatching(/organizationId|[nN]ame is/),
          }),
        ],
      ]);
    }
    expect(month.held.sales).toBe((Object.keys(HOSTILE_IDS).length * 10).toFixed(2));
  }, 240_000);
});
