import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiErrorKind } from '../../shared/http/errors.js';
import { openVendors, type Vendors } from './vendors.js';

/** Every way a request can fail: what it is called, and whether a write may have taken effect. */

let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());
afterEach(() => vendors.control('POST', 'faults', []));

const CHARGE = {
  key: 'CM-2025-10-00000000000000000000',
  name: 'Test',
  description: 'Test',
  day: '2025-10-01',
  productId: null,
  quantity: '1',
  unitPrice: '1.00',
  unitCost: '1.00',
};

type Case = [what: string, fault: Record<string, unknown>, kind: ApiErrorKind, effect: 'none' | 'unknown'];

const writes: Case[] = [
  ['the connection is cut before Autotask took it', { kind: 'reset', when: 'before' }, 'unavailable', 'unknown'],
  ['the connection is cut after Autotask took it', { kind: 'reset', when: 'after' }, 'unavailable', 'unknown'],
  ['503', { kind: 'status', status: 503, when: 'before' }, 'unavailable', 'unknown'],
  ['500 without errors', { kind: 'status', status: 500, when: 'after' }, 'unavailable', 'unknown'],
  [
    '500 with errors',
    { kind: 'status', status: 500, body: { errors: ['unitPrice is wrong'] }, when: 'before' },
    'rejected',
    'none',
  ],
  [
    '500 with the duplicate text',
    {
      kind: 'status',
      status: 500,
      body: { errors: ['Attempt to insert duplicate data into contract_service_period'] },
      when: 'before',
    },
    'duplicate',
    'none',
  ],
  [
    '500 with the text about rights',
    {
      kind: 'status',
      status: 500,
      body: { errors: ['The logged in Resource does not have the adequate permissions'] },
      when: 'before',
    },
    'unauthorized',
    'none',
  ],
  ['401', { kind: 'status', status: 401, when: 'before' }, 'unauthorized', 'none'],
  ["a proxy's HTML page", { kind: 'html' }, 'unavailable', 'unknown'],
  ['an answer that is cut off', { kind: 'truncated' }, 'unavailable', 'unknown'],
  ['an empty answer', { kind: 'empty' }, 'unavailable', 'unknown'],
];

describe('a write to Autotask', () => {
  test.each(writes)('that meets %s', async (_, fault, kind, effect) => {
    await vendors.control('POST', 'faults', [
      { match: { vendor: 'autotask', method: 'POST', path: '*/Charges' }, fault, times: 1 },
    ]);
    const { autotask } = (await vendors.control('GET', 'state')) as {
      autotask: { contracts: { id: number }[]; billingCodes: { id: number; useType: number }[] };
    };
    const billingCodeId = autotask.billingCodes.find(({ useType }) => useType === 4)!.id;
    await expect(
      vendors.autotask.createCharge({ ...CHARGE, contractId: autotask.contracts[0]!.id, billingCodeId }),
    ).rejects.toMatchObject({ name: 'ApiError', kind, effect });
  });
});

const reads: Case[] = [
  ['the connection is cut', { kind: 'reset', when: 'before' }, 'unavailable', 'none'],
  ['503', { kind: 'status', status: 503, when: 'before' }, 'unavailable', 'none'],
  ["a proxy's HTML page", { kind: 'html' }, 'unavailable', 'none'],
  ['a page that is cut off', { kind: 'truncated' }, 'unavailable', 'none'],
  ['an empty page', { kind: 'empty' }, 'malformed', 'none'],
];

describe('a query to Autotask', () => {
  test.each(reads)('that meets %s', async (_, fault, kind, effect) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/Services/query' }, fault, times: 1 }]);
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ kind, effect });
  });
});

describe('a request to Cloudmore', () => {
  test('with a token that ended logs in once more', async () => {
    await vendors.cloudmore.services();
    await vendors.control('POST', 'clock', { now: '2025-10-12T03:00:00Z' });
    await expect(vendors.cloudmore.services()).resolves.toHaveLength(3);
  });

  test('with wrong credentials says which settings to check', async () => {
    const wrong = await openVendors(undefined, { CLOUDMORE_PASSWORD: 'guessed' });
    await expect(wrong.cloudmore.services()).rejects.toThrow(
      /CLOUDMORE_USERNAME, CLOUDMORE_PASSWORD and CLOUDMORE_CLIENT_SECRET/,
    );
    await wrong.close();
  });

  test('for a report that Cloudmore could not make fails in a way that is tried again', async () => {
    const world = await openVendors();
    await world.control('POST', 'faults', [
      {
        match: { vendor: 'cloudmore', path: '*Async/*' },
        fault: { kind: 'status', status: 200, body: { taskId: 'x', status: 'Failed', report: null }, when: 'before' },
      },
    ]);
    await expect(world.cloudmore.readReport({ month: '2025-10' })).rejects.toMatchObject({ kind: 'unavailable' });
    await world.close();
  });

  const broken: [what: string, fault: Record<string, unknown>, kind: ApiErrorKind][] = [
    ['is cut off', { kind: 'truncated' }, 'unavailable'],
    ["is a proxy's HTML page", { kind: 'html' }, 'unavailable'],
    ['ends with its connection', { kind: 'reset', when: 'after' }, 'unavailable'],
    ['lacks an amount', { kind: 'status', status: 200, body: [reported({ totalCostPrice: null })], when: 'before' }, 'malformed'],
  ];
  test.each(broken)('whose report %s says so, and bills nothing of it', async (_, fault, kind) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'cloudmore', path: '*Async/*' }, fault }]);
    await expect(vendors.cloudmore.readReport({ month: '2025-10' })).rejects.toMatchObject({ name: 'ApiError', kind });
  });

  test('that was read is not troubled when the activity is cancelled afterwards', async () => {
    const activity = new AbortController();
    await expect(vendors.cloudmore.subscriptions({ signal: activity.signal })).resolves.not.toHaveLength(0);
    activity.abort();
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('reads a report whose blocks name date and currency only after their organizations', async () => {
    const { billingDate, currencyCode, organizations } = reported({});
    const report = { status: 'Completed', report: [{ organizations, billingDate, currencyCode }] };
    const fault = { kind: 'status', status: 200, body: report, when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'cloudmore', path: '*Async/*' }, fault }]);
    const { lines } = await vendors.cloudmore.readReport({ month: '2025-10' });
    expect(lines).toMatchObject([{ billingDate: '2025-10-08', currency: 'EUR', sales: '12', organizationName: 'Contoso' }]);
  });
});

/** A block of the report with one line. */
function reported(changes: Record<string, unknown>): Record<string, unknown> {
  const product = { productName: 'Business Premium', quantity: 1, totalCostPrice: 10, totalSalesPrice: 12, ...changes };
  const items = [{ subscriptionId: 's-1', subscriptionName: 'Premium', quantity: 1, products: [product] }];
  const services = [{ serviceId: 'm365', serviceName: 'Microsoft 365', items }];
  const organizations = [{ organizationId: 'o-1', organizationName: 'Contoso', currencyCode: 'EUR', services }];
  return { billingDate: '2025-10-08T00:00:00Z', currencyCode: 'eur', organizations };
}
