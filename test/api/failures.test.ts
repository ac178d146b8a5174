import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiErrorKind } from '../../shared/http/errors.js';
import { openVendors, type Vendors } from './vendors.js';

/** Every way a request can fail: what it is called, and whether a write may have taken effect. */

let vendors: Vendors;
beforeAll(async () => {
  vendors = await openVendors();
});
afterAll(() => vendors.close());
afterEach(async () => {
  await vendors.control('POST', 'faults', []);
  vendors.autotask.askAgain();
});

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

const DEADLOCK =
  'Transaction (Process ID 72) was deadlocked on lock resources with another process and has been chosen as the deadlock victim. Rerun the transaction.';
const TIMEOUT =
  'Timeout expired. The timeout period elapsed prior to completion of the operation or the server is not responding.';
const UNIQUE_KEY =
  "Violation of UNIQUE KEY constraint 'IX_service'. Cannot insert duplicate key in object 'dbo.Service'. The duplicate key value is (1, Business Premium). Error updating database for new entity records.";
const refused = (text: string): Record<string, unknown> => ({
  kind: 'status',
  status: 500,
  body: { errors: [text] },
  when: 'before',
});

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
  ['a deadlock in the database', refused(DEADLOCK), 'unavailable', 'unknown'],
  ['a time-out in the database', refused(TIMEOUT), 'unavailable', 'unknown'],
  ['a lock in the database', refused('Lock request time out period exceeded.'), 'unavailable', 'unknown'],
  ["the database's own text about a key that is there", refused(UNIQUE_KEY), 'duplicate', 'none'],
  [
    '202, which says that nothing is done yet',
    { kind: 'status', status: 202, body: {}, when: 'before' },
    'unavailable',
    'unknown',
  ],
  ['204, which brings no id', { kind: 'status', status: 204, when: 'after' }, 'unavailable', 'unknown'],
  [
    'an answer with an id that is none',
    { kind: 'status', status: 200, body: { itemId: 'x' }, when: 'after' },
    'unavailable',
    'unknown',
  ],
  ['a redirect', { kind: 'status', status: 307, headers: { location: '/elsewhere' }, when: 'before' }, 'rejected', 'unknown'],
  ['408', { kind: 'status', status: 408, when: 'before' }, 'unavailable', 'unknown'],
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
  ['202', { kind: 'status', status: 202, body: {}, when: 'before' }, 'unavailable', 'none'],
  ['204', { kind: 'status', status: 204, when: 'before' }, 'unavailable', 'none'],
  ['a redirect', { kind: 'status', status: 302, headers: { location: '/elsewhere' }, when: 'before' }, 'rejected', 'none'],
  ["a proxy's HTML page", { kind: 'html' }, 'unavailable', 'none'],
  ['a page that is cut off', { kind: 'truncated' }, 'unavailable', 'none'],
  ['an empty page', { kind: 'empty' }, 'malformed', 'none'],
];

describe('a query to Autotask', () => {
  test.each(reads)('that meets %s', async (_, fault, kind, effect) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/Services/query' }, fault, times: 1 }]);
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ kind, effect });
  });

  const passing: [what: string, fault: Record<string, unknown>][] = [
    ['503', { kind: 'status', status: 503, when: 'before' }],
    ['a deadlock', refused(DEADLOCK)],
    ['an unknown text', refused('Something went wrong.')],
    ["a gateway's page", { kind: 'status', status: 502, body: 'Bad Gateway', when: 'before' }],
  ];
  test.each(passing)('that meets %s is sent twice more at once', async (_, fault) => {
    const match = { vendor: 'autotask', path: '*/Services/query' };
    await vendors.control('POST', 'faults', [{ match, fault, times: 2 }]);
    await expect(vendors.autotask.findServices('X')).resolves.toEqual([]);
    await vendors.control('POST', 'faults', [{ match, fault, times: 3 }]);
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ name: 'ApiError' });
  });

  test.each([
    ['deadlock', DEADLOCK, 'unavailable'],
    ['unknown text', 'Something went wrong.', 'rejected'],
  ])('leaves a repeated %s to the caller, who decides on waiting', async (_, text, kind) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/Services/query' }, fault: refused(text) }]);
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ kind });
  });

  const callsTo = async (path: RegExp): Promise<number> =>
    ((await vendors.control('GET', 'requests')) as { path: string }[]).filter((request) => path.test(request.path)).length;

  const next = (id: number): Record<string, unknown> => ({
    items: [{ id, name: 'x', isActive: true, unitPrice: 1, invoiceDescription: null }],
    pageDetails: { count: 1, requestCount: 500, nextPageUrl: null },
  });
  test('whose next page leads to itself ends at once', async () => {
    const { origin } = new URL(vendors.url());
    const nextPageUrl = `${origin}/ATServicesRest/V1.0/Services/query/next?paging=1`;
    const body = { ...next(1), pageDetails: { nextPageUrl } };
    const fault = { kind: 'status', status: 200, body, when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/Services/query*' }, fault }]);
    await vendors.control('DELETE', 'requests');
    await expect(vendors.autotask.findServices('X')).rejects.toThrow(/next page follows one without a new record/);
    expect(await callsTo(/Services\/query/)).toBe(2);
  });

  const page = (id: number, to: number): Record<string, unknown> => ({
    ...next(id),
    pageDetails: { nextPageUrl: `${new URL(vendors.url()).origin}/ATServicesRest/V1.0/Services/query/next?paging=${to}` },
  });
  const answer = (body: unknown): Record<string, unknown> => ({
    match: { vendor: 'autotask', path: '*/Services/query*' },
    fault: { kind: 'status', status: 200, body, when: 'before' },
    times: 1,
  });

  test('pages that bring something new for ever end at their bound', async () => {
    const pages = Array.from({ length: 2_001 }, (_, at) => answer(page(at + 1, at + 1)));
    await vendors.control('POST', 'faults', pages);
    await vendors.control('DELETE', 'requests');
    await expect(vendors.autotask.findServices('X')).rejects.toThrow('Services/query: more than 2000 pages of 500');
    expect(await callsTo(/Services\/query/)).toBe(2_000);
    await vendors.control('DELETE', 'faults');
  });

  test('pages that lead in a circle end when it closes', async () => {
    await vendors.control('POST', 'faults', [answer(page(1, 1)), answer(page(2, 2)), answer(page(3, 1))]);
    await expect(vendors.autotask.findServices('X')).rejects.toThrow(/next page was already read/);
  });
});

describe('a log-in that Autotask refuses', () => {
  const refusals: [what: string, fault: Record<string, unknown>][] = [
    ['401', { kind: 'status', status: 401, when: 'before' }],
    ['an unknown user', refused('The user could not be found.')],
    ['an invalid tracking identifier', refused('The API tracking identifier is not valid.')],
    ['a locked user', refused('The resource is locked. Contact your administrator.')],
  ];
  test.each(refusals)('as %s stops everything until the next run', async (_, fault) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/v1.0/*' }, fault, times: 1 }]);
    await vendors.control('DELETE', 'requests');
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ kind: 'unauthorized' });
    for (let customer = 0; customer < 5; customer += 1)
      await expect(vendors.autotask.findServices('X')).rejects.toThrow(/not sent, because Autotask has refused the log-in/);
    expect((await vendors.control('GET', 'requests')) as unknown[]).toHaveLength(1);
    vendors.autotask.askAgain();
    await expect(vendors.autotask.findServices('X')).resolves.toEqual([]);
  });

  // Each refusal brings the lock-out nearer.
  test('stands when many ask at once', async () => {
    const fault = { kind: 'status', status: 401, when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/v1.0/*' }, fault, times: 1 }]);
    await expect(vendors.autotask.findServices('X')).rejects.toMatchObject({ kind: 'unauthorized' });
    vendors.autotask.askAgain(60_000);
    await expect(vendors.autotask.findServices('X')).rejects.toThrow(/not sent/);
  });

  test('a 403 stops one place; three in a row stop everything', async () => {
    const fault = { kind: 'status', status: 403, when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/Services/query' }, fault, times: 3 }]);
    const refusedOnce = (): Promise<void> => expect(vendors.autotask.findServices('X')).rejects.toThrow(/403/);
    await refusedOnce();
    await expect(vendors.autotask.readCompanies([0])).resolves.toBeDefined();
    await refusedOnce();
    await refusedOnce();
    await expect(vendors.autotask.readCompanies([0])).resolves.toBeDefined();
  });

  test('is shown without the secret that it may repeat', async () => {
    const secret = await openVendors(undefined, { AUTOTASK_SECRET: 'a-long-secret-value' });
    await secret.control('POST', 'faults', [
      { match: { vendor: 'autotask', path: '*/v1.0/*' }, fault: refused('The password a-long-secret-value is wrong.') },
    ]);
    await expect(secret.autotask.findServices('X')).rejects.toThrow('500 The password *** is wrong.');
    await secret.close();
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

  test('retries a report that Cloudmore could not make', async () => {
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

  test.each(['Error', 'Cancelled', 'Expired', 'Faulted', 'TimedOut', 'Hibernating'])(
    'whose task ends as %s is never an empty month',
    async (status) => {
      const world = await openVendors();
      const body = { taskId: 'x', status, report: [] };
      await world.control('POST', 'faults', [
        { match: { vendor: 'cloudmore', path: '*Async/*' }, fault: { kind: 'status', status: 200, body, when: 'before' } },
      ]);
      await expect(world.cloudmore.readReport({ month: '2025-10' })).rejects.toMatchObject({ kind: 'unavailable' });
      await world.close();
    },
  );

  const broken: [what: string, fault: Record<string, unknown>, kind: ApiErrorKind][] = [
    ['is cut off', { kind: 'truncated' }, 'unavailable'],
    ["is a proxy's HTML page", { kind: 'html' }, 'unavailable'],
    ['ends with its connection', { kind: 'reset', when: 'after' }, 'unavailable'],
    ['lacks an amount', { kind: 'status', status: 200, body: [reported({ totalCostPrice: null })], when: 'before' }, 'malformed'],
  ];
  test.each(broken)('whose report %s says so and bills nothing', async (_, fault, kind) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'cloudmore', path: '*Async/*' }, fault }]);
    await expect(vendors.cloudmore.readReport({ month: '2025-10' })).rejects.toMatchObject({ name: 'ApiError', kind });
  });

  const STARTS = { vendor: 'cloudmore', method: 'POST', path: '*/MonthlyBillingPerOrganizationAsync' };
  const LOOKS = { vendor: 'cloudmore', method: 'GET', path: '*/MonthlyBillingPerOrganizationAsync/*' };
  const said = (status: number, body: unknown): Record<string, unknown> => ({ kind: 'status', status, body, when: 'before' });
  /** Faults of the n-th requests after those of this month's report. */
  const withFault = async (
    match: { method: string } & Record<string, unknown>,
    nth: number[],
    fault: Record<string, unknown>,
  ): Promise<Vendors> => {
    const world = await openVendors();
    await world.cloudmore.readReport({ month: '2025-10' });
    const sent = (await world.control('GET', 'requests')) as { method: string; path: string }[];
    const ours = sent.filter(({ path }) => path.includes('MonthlyBillingPerOrganizationAsync'));
    const ends = ours.findIndex(({ method }, index) => index > 0 && method === 'POST');
    const before = ours.slice(0, ends).filter(({ method }) => method === match.method).length;
    await world.control('POST', 'faults', [{ match: { ...match, nth: nth.map((no) => before + no) }, fault }]);
    return world;
  };

  test.each([
    ['is refused', STARTS, said(400, [{ errorMessage: 'Too old.' }]), /Too old/],
    ['is not found', STARTS, said(404, null), /does not make the report of 2025-09/],
    ['is "Archived"', LOOKS, said(200, { status: 'Archived', report: null }), /"Archived"/],
  ])('last month that %s is reported; this month is billed', async (_, match, fault, why) => {
    const world = await withFault(match, [1, 2], fault);
    const { lines, previousLines, previousUnavailable } = await world.cloudmore.readReport({ month: '2025-10' });
    expect([lines.length > 0, previousLines, previousUnavailable]).toEqual([true, [], expect.stringMatching(why)]);
    await world.close();
  });

  test('for last month that fails for once is made once more', async () => {
    const world = await withFault(LOOKS, [1], said(200, { status: 'Failed' }));
    expect(await world.cloudmore.readReport({ month: '2025-10' })).not.toHaveProperty('previousUnavailable');
    await world.close();
  });

  // It is tried again.
  test('an outage while reading last month stops the run', async () => {
    const world = await withFault(STARTS, [1, 2, 3], said(503, null));
    await expect(world.cloudmore.readReport({ month: '2025-10' })).rejects.toMatchObject({ kind: 'unavailable' });
    await world.close();
  });

  test('that was read is not troubled when the activity is cancelled afterwards', async () => {
    const activity = new AbortController();
    await expect(vendors.cloudmore.subscriptions({ signal: activity.signal })).resolves.not.toHaveLength(0);
    activity.abort();
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('reads blocks that name date and currency after their organizations', async () => {
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
