import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { cloudmoreWorld, hostCloudmore, type CloudmoreHost } from './cloudmore-host.js';

const SERVICES = [
  { id: 'csp-1', name: 'Microsoft 365 CSP Direct', type: 'Csp' as const, isCustomService: false },
  { id: 'custom-1', name: 'Backup', type: 'Custom' as const, isCustomService: true },
];
const PREMIUM = {
  productId: 'p-1',
  itemCode: 'CFQ-P1Y-Monthly',
  name: 'Business Premium',
  currencyCode: 'EUR',
  costPrice: 20.6,
  salesPrice: 23.5,
  addons: [],
};
const DOLLARS = { ...PREMIUM, currencyCode: 'USD', salesPrice: 26 };
const A = {
  id: 'f8f54385-7297-53b4-9ffd-faf3c92a6f20',
  organizationId: 'org-1',
  itemCode: 'CFQ-P1Y-Monthly',
  status: 'Active',
  commitmentEndDate: '2026-03-11T00:00:00Z',
  unitCostPrice: 19.7,
  unitSalesPrice: 22.5,
};
const GONE = { id: 'gone-1', organizationId: 'org-2', status: 'Deleted' };
const LEGACY = { id: 'legacy-1', organizationId: 'org-1', status: 'Active' };
const PLAN = { id: 'plan-1', organizationId: 'org-1', type: 'AzurePlan', status: 'Active' };
const CLASSIC = { id: 'classic-1', organizationId: 'org-1', type: 'AzureClassic', status: 'Active' };

describe('services, prices and subscriptions', () => {
  let host: CloudmoreHost;
  beforeEach(async () => {
    host = await hostCloudmore(
      cloudmoreWorld({
        organizations: [
          { id: 'org-1', name: 'Contoso' },
          { id: 'org-2', name: 'Fabrikam' },
        ],
        services: SERVICES,
        priceLists: { 'csp-1': [PREMIUM, DOLLARS] },
        subscriptions: { nce: [A, GONE], legacy: [LEGACY], azure: [PLAN, CLASSIC] },
      }),
    );
  });
  afterEach(() => host.close());

  test.each<[path: string, answer: unknown]>([
    ['services', SERVICES],
    ['services/CUSTOM-1', SERVICES[1]],
    ['services/csp-1/pricelist', [PREMIUM, DOLLARS]],
    ['services/csp-1/pricelist?currencyCode=eur', [PREMIUM]],
    ['services/csp-1/pricelist?currencyCode=NOK', []],
    ['services/custom-1/pricelist', []],
    ['services/csp/nce/subscriptions', [A, GONE]],
    ['services/csp/Subscriptions', [LEGACY]],
    ['services/azure/Subscriptions', [PLAN, CLASSIC]],
    ['organizations/ORG-1/services/csp/nce/subscriptions', [A]],
    ['organizations/org-1/services/csp/nce/subscriptions/F8F54385-7297-53b4-9ffd-faf3c92a6f20', A],
    ['organizations/org-2/services/csp/nce/subscriptions', [GONE]],
    ['organizations/org-1/services/csp/subscriptions', [LEGACY]],
    ['organizations/org-1/services/csp/subscriptions/legacy-1', LEGACY],
    ['organizations/org-1/services/azure/subscriptions', [PLAN, CLASSIC]],
    ['organizations/org-1/services/azureplan/subscriptions', [PLAN]],
    ['organizations/org-1/services/azureplan/subscriptions/plan-1', PLAN],
  ])('%s answers what the world has', async (path, answer) => {
    const { status, json } = await host.ask('GET', path);
    expect({ status, json }).toEqual({ status: 200, json: answer });
  });

  test.each([
    'services/nothing',
    'services/nothing/pricelist',
    'organizations/nobody/services/csp/nce/subscriptions',
    'organizations/org-2/services/csp/nce/subscriptions/f8f54385-7297-53b4-9ffd-faf3c92a6f20',
    'organizations/org-1/services/azureplan/subscriptions/classic-1',
  ])('%s is not found', async (path) => {
    expect(await host.ask('GET', path)).toMatchObject({ status: 404, json: [{ errorName: 'NotFound' }] });
  });

  test('the commitment locks a price; renewal brings the listed one', async () => {
    const query = `organizationId=org-1&subscriptionId=${A.id}`;
    expect((await host.ask('GET', `services/csp-1/pricelist/CommitmentPrice?${query}`)).json).toEqual({
      subscriptionId: A.id,
      itemCode: 'CFQ-P1Y-Monthly',
      currencyCode: 'EUR',
      costPrice: 19.7,
      salesPrice: 22.5,
      commitmentEndDate: '2026-03-11T00:00:00Z',
    });
    expect((await host.ask('GET', `services/csp-1/pricelist/PostRenewalPrice?${query}`)).json).toEqual({
      subscriptionId: A.id,
      itemCode: 'CFQ-P1Y-Monthly',
      currencyCode: 'EUR',
      costPrice: 20.6,
      salesPrice: 23.5,
      renewalDate: '2026-03-12T00:00:00Z',
    });
  });

  test('a price without naming organization and subscription is refused', async () => {
    expect(await host.ask('GET', 'services/csp-1/pricelist/CommitmentPrice?organizationId=org-1')).toMatchObject({
      status: 400,
      json: { SubscriptionId: ['The SubscriptionId field is required.'] },
    });
    expect(
      await host.ask('GET', `services/csp-1/pricelist/CommitmentPrice?organizationId=org-2&subscriptionId=${A.id}`),
    ).toMatchObject({
      status: 404,
    });
  });

  test('a sales price is changed by item code', async () => {
    const change = { itemId: 'CFQ-P1Y-Monthly', currencyCode: 'EUR', salesPrice: 23 };
    expect(await host.ask('PUT', 'services/csp-1/pricelist', change)).toMatchObject({ status: 204 });
    expect((await host.ask('GET', 'services/csp-1/pricelist?currencyCode=EUR')).json).toEqual([{ ...PREMIUM, salesPrice: 23 }]);
    expect((await host.ask('GET', 'services/csp-1/pricelist?currencyCode=USD')).json).toEqual([DOLLARS]);
    expect(await host.ask('PUT', 'services/csp-1/pricelist', { ...change, itemId: 'nothing' })).toMatchObject({ status: 400 });
  });

  test('somebody at Cloudmore changes a subscription or a price meanwhile', async () => {
    expect(await host.patch('subscriptions', A.id, { status: 'Deleted', commitmentEndDate: '2025-10-31' })).toBe(200);
    expect(await host.patch('priceListItems', 'cfq-p1y-monthly', { salesPrice: 99 })).toBe(200);
    expect(await host.patch('subscriptions', 'nothing', {})).toBe(404);
    expect(await host.patch('priceListItems', 'nothing', {})).toBe(404);
    expect((await host.ask('GET', 'services/csp/nce/subscriptions')).json).toMatchObject([
      { id: A.id, status: 'Deleted', commitmentEndDate: '2025-10-31', itemCode: A.itemCode },
      GONE,
    ]);
    expect((await host.ask('GET', 'services/csp-1/pricelist')).json).toMatchObject([{ salesPrice: 99 }, { salesPrice: 99 }]);
  });

  test('a state says what stands there now', async () => {
    await host.patch('subscriptions', A.id, { status: 'Suspended' });
    expect(host.state().cloudmore).toMatchObject({
      organizations: [{ id: 'org-1' }, { id: 'org-2' }],
      subscriptions: { nce: [{ id: A.id, status: 'Suspended' }, GONE] },
    });
  });
});

/** What of `docs/vendors/cloudmore.md` appendix A the sandbox does not imitate; one per family, and those that a pattern next to them could swallow. */
const REAL_BUT_NOT_HERE = [
  ['GET', 'services/csp-1/subscriptions'],
  ['GET', 'organizations/org-1/services/csp/nce/subscriptions/alignmentdates'],
  ['GET', 'organizations/org-1/services/csp/nce/subscriptions/a/upgradeStatus'],
  ['POST', 'organizations/org-1/services/csp/nce/subscriptions'],
  ['DELETE', 'organizations/org-1/services/azure/subscriptions/a'],
  ['GET', 'organizations/org-1/services/custom-1/subscriptions'],
  ['GET', 'organizations/org-1/services/custom-1/Subscriptions/history/a'],
  ['GET', 'organizations/org-1/services/csp-1/pricelist'],
  ['GET', 'billing/azureonetimeusage/report/billed/invoice/G098765432'],
  ['GET', 'billing/azurereports/OngoingPeriod'],
  ['POST', 'organizations/org-1/manualbilling'],
  ['POST', 'organizations/org-1/ExternalInvoice'],
  ['POST', 'Organizations'],
  ['DELETE', 'Organizations/org-1'],
  ['PATCH', 'services/csp-1'],
  ['GET', 'services/csp/CspTenants/List'],
  ['GET', '/api/services/categories'],
  ['POST', '/api/sellers/seller-1/webhooks'],
] as const;

describe('endpoints that exist and are not imitated', () => {
  test.each(REAL_BUT_NOT_HERE)('%s %s answers 501 and says so on standard error', async (method, path) => {
    const host = await hostCloudmore();
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await host.ask(method, path)).toMatchObject({
      status: 501,
      json: [{ errorName: 'Unsupported' }],
      text: expect.stringContaining('unsupported'),
    });
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
    await host.close();
  });

  test.each([
    ['/api/sellers/seller-1/services/csp-1/publish', 501, 'unsupported'],
    ['/api/nonsense', 404, 'unknown Cloudmore endpoint'],
  ])('what else a seller has is unsupported; unknown is missing', async (path, status, message) => {
    const host = await hostCloudmore();
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await host.ask('GET', path)).toMatchObject({ status });
    expect(said.mock.calls.join()).toContain(message);
    said.mockRestore();
    await host.close();
  });
});
