import { afterEach, describe, expect, test } from '@jest/globals';
import { cloudmoreWorld, hostCloudmore, RESELLER, type CloudmoreHost } from './cloudmore-host.js';

const PATH = 'billing/reports/MonthlyBillingPerOrganizationAsync';
const OCTOBER = { startDate: '2025-10-01', endDate: '2025-10-31' };

type Block = { billingDate: string; organizations: unknown[] } & Record<string, unknown>;

/** A block with one line; a test says what is special about it. */
function block(billingDate: string, more: Record<string, unknown> = {}): Block {
  const products = [
    {
      productName: 'Business Premium',
      itemCode: 'CODE',
      quantity: 20,
      costPrice: 19.7,
      totalCostPrice: 394,
      totalSalesPrice: 0.1,
    },
  ];
  const items = [{ subscriptionId: 'in-no-list', quantity: 20, products }];
  const services = [
    { serviceId: 'csp-1', serviceName: 'Microsoft 365 CSP Direct', totalCostPrice: 394, totalSalesPrice: 0.1, items },
  ];
  return {
    billingDate,
    currencyCode: 'EUR',
    organizations: [{ organizationId: 'org-1', organizationName: 'Contoso', services }],
    ...more,
  };
}

describe('the monthly billing report', () => {
  let host: CloudmoreHost;
  afterEach(() => host.close());

  const days = async (body: object = OCTOBER): Promise<string[]> =>
    (await host.report<Block[]>(PATH, body)).map(({ billingDate }) => billingDate);

  test('a task is started, polled, and then has the report', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-01')], behaviour: { pollsBeforeReady: 2 } }));
    const started = await host.ask('POST', PATH, OCTOBER);
    const { taskId } = started.json as { taskId: string };
    expect(started.status).toBe(202);
    expect(started.headers.get('location')).toBe(`${host.url}/api/resellers/${RESELLER}/${PATH}/${taskId}`);
    const poll = async (): Promise<unknown> => (await host.ask('GET', `${PATH}/${taskId}`)).json;
    expect(await poll()).toEqual({ taskId, status: 'Processing', report: null });
    expect(await poll()).toEqual({ taskId, status: 'Processing', report: null });
    expect(await poll()).toEqual({ taskId, status: 'Successful', report: [block('2025-10-01')] });
  });

  test('the report has the billing dates of the range, both ends included', async () => {
    const blocks = ['2025-09-30', '2025-10-01T00:00:00Z', '2025-10-31', '2025-11-01'].map((date) => block(date));
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: blocks }), '2026-01-01T00:00:00Z');
    expect(await days()).toEqual(['2025-10-01T00:00:00Z', '2025-10-31']);
    expect(await days({ startDate: '2025-10-31', endDate: '2025-10-31' })).toEqual(['2025-10-31']);
  });

  test('leaves out the range’s last day, if so switched', async () => {
    const blocks = ['2025-10-30', '2025-10-31'].map((date) => block(date));
    host = await hostCloudmore(
      cloudmoreWorld({ monthlyBilling: blocks, behaviour: { lastDay: 'excluded' } }),
      '2026-01-01T00:00:00Z',
    );
    expect(await days()).toEqual(['2025-10-30']);
  });

  test.each([
    ['others', 'In progress', 'Completed'],
    ['numbers', 1, 2],
  ] as const)('a task says how it stands in the words of %s', async (taskWords, running, done) => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { taskWords } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    const poll = async (): Promise<unknown> => (await host.ask('GET', `${PATH}/${taskId}`)).json;
    expect(await poll()).toMatchObject({ status: running });
    expect(await poll()).toMatchObject({ status: done });
  });

  test.each(['result', 'data', 'payload'] as const)('a finished task may have its report as %s', async (reportMember) => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { reportMember, pollsBeforeReady: 0 } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    expect((await host.ask('GET', `${PATH}/${taskId}`)).json).toEqual({ taskId, status: 'Successful', [reportMember]: [] });
  });

  test('members have other names in every answer where the switch says so', async () => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { renames: { status: 'phase' }, pollsBeforeReady: 0 } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    expect((await host.ask('GET', `${PATH}/${taskId}`)).json).toMatchObject({ phase: 'Successful' });
  });

  // From the billing date on, or from when the world says.
  test('the month grows: blocks appear on their dates', async () => {
    const blocks = [block('2025-10-08'), block('2025-10-02', { availableFrom: '2025-10-09T12:00:00Z' }), block('2025-10-16')];
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: blocks }), '2025-10-07T23:59:59Z');
    expect(await days()).toEqual([]);
    await host.setClock('2025-10-08T00:00:00Z');
    expect(await days()).toEqual(['2025-10-08']);
    await host.setClock('2025-10-09T12:00:00Z');
    expect(await days()).toEqual(['2025-10-08', '2025-10-02']);
    await host.setClock('2025-10-16T00:00:00Z');
    expect(await days()).toEqual(['2025-10-08', '2025-10-02', '2025-10-16']);
  });

  test('a later block replaces an earlier one without a gap', async () => {
    const moment = '2025-10-20T06:00:00Z';
    const blocks = [
      block('2025-10-08', { note: 'first', availableUntil: moment }),
      block('2025-10-08', { note: 'corrected', availableFrom: moment }),
    ];
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: blocks }), '2025-10-20T05:59:59Z');
    const notes = async (): Promise<unknown[]> => (await host.report<Block[]>(PATH, OCTOBER)).map(({ note }) => note);
    expect(await notes()).toEqual(['first']);
    await host.setClock(moment);
    expect(await notes()).toEqual(['corrected']);
  });

  test('when a block is shown is not part of what is shown', async () => {
    host = await hostCloudmore(
      cloudmoreWorld({ monthlyBilling: [block('2025-10-01', { availableFrom: '2025-10-01', availableUntil: '2030-01-01' })] }),
    );
    expect(await host.report(PATH, OCTOBER)).toEqual([block('2025-10-01')]);
  });

  test('a task keeps what there was when it became ready', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-08'), block('2025-10-10')] }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    const poll = async (): Promise<unknown> => (await host.ask('GET', `${PATH}/${taskId}`)).json;
    await poll();
    await host.setClock('2025-10-10T00:00:00Z');
    expect(await poll()).toMatchObject({ report: [{ billingDate: '2025-10-08' }, { billingDate: '2025-10-10' }] });
    await host.setClock('2025-10-09T00:00:00Z');
    expect(await poll()).toMatchObject({ report: [{ billingDate: '2025-10-08' }, { billingDate: '2025-10-10' }] });
  });

  test.each<[what: string, body: unknown, answer: unknown]>([
    ['no dates', {}, { StartDate: ['The StartDate field is required.'], EndDate: ['The EndDate field is required.'] }],
    ['no end', { startDate: '2025-10-01' }, { EndDate: ['The EndDate field is required.'] }],
    [
      'an American date',
      { ...OCTOBER, startDate: '10-01-2025' },
      { StartDate: ["The value '10-01-2025' is not valid for StartDate."] },
    ],
    [
      'a day that does not exist',
      { ...OCTOBER, endDate: '2025-09-31' },
      { EndDate: ["The value '2025-09-31' is not valid for EndDate."] },
    ],
    [
      'an end before the start',
      { startDate: '2025-10-31', endDate: '2025-10-01' },
      [{ errorCode: 5, errorName: 'InvalidValue', errorMessage: 'endDate 2025-10-01 is before startDate 2025-10-31' }],
    ],
    ['no body', undefined, { '': ['A non-empty request body is required.'] }],
  ])('a start with %s is refused', async (_what, body, answer) => {
    host = await hostCloudmore();
    const { status, json } = await host.ask('POST', PATH, body);
    expect({ status, json }).toEqual({ status: 400, json: answer });
  });

  test('dates may be instants, and names of members in any case', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-08')] }));
    expect(await days({ StartDate: '2025-10-01T00:00:00Z', EndDate: '2025-10-31T23:59:59.999Z' })).toEqual(['2025-10-08']);
  });

  test('an unknown task is not found, without a body', async () => {
    host = await hostCloudmore();
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    expect(await host.ask('GET', `${PATH}/d211de9e-c13b-5f01-88bd-ee8602ea5d67`)).toMatchObject({ status: 404, text: '' });
    expect(await host.ask('GET', `billing/azurereports/AzureOneTimeInvoice/${taskId}`)).toMatchObject({ status: 404, text: '' });
  });

  test('a start may lack a body: Location has the id', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-08')], behaviour: { bodylessAccepted: true } }));
    expect(await host.ask('POST', PATH, OCTOBER)).toMatchObject({ status: 202, text: '' });
    expect(await days()).toEqual(['2025-10-08']);
  });

  test.each([
    ['processing', 200, /"status":"Processing"/],
    ['accepted', 202, /^$/],
    ['empty', 200, /^$/],
    ['notFound', 404, /^$/],
  ] as const)('a running task may answer %s', async (whileRunning, status, said) => {
    const behaviour = { whileRunning, pollsBeforeReady: 2 };
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-08')], behaviour }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    const poll = () => host.ask('GET', `${PATH}/${taskId}`);
    for (let n = 0; n < 2; n += 1) expect(await poll()).toMatchObject({ status, text: expect.stringMatching(said) });
    expect((await poll()).json).toMatchObject({ status: 'Successful', report: [{ billingDate: '2025-10-08' }] });
  });

  test.each([
    ['is forgotten after a while where the switch says so', 60, 404],
    ['is kept', 0, 200],
  ])('a task %s', async (_what, taskLifetimeS, status) => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { taskLifetimeS, pollsBeforeReady: 0 } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    const poll = async () => (await host.ask('GET', `${PATH}/${taskId}`)).status;
    await host.setClock('2025-10-09T03:00:59Z');
    expect(await poll()).toBe(200);
    await host.setClock('2025-10-09T03:01:00Z');
    expect(await poll()).toBe(status);
  });

  test('a task may fail, with errors', async () => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { pollsBeforeReady: 0, taskOutcome: 'failed' } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    expect(await host.ask('GET', `${PATH}/${taskId}`)).toMatchObject({
      status: 200,
      json: { taskId, status: 'Failed', report: null, errors: [{ errorCode: 0, errorName: 'ReportGenerationFailed' }] },
    });
  });

  test('a task may never end', async () => {
    host = await hostCloudmore(cloudmoreWorld({ behaviour: { pollsBeforeReady: 0, taskOutcome: 'never' } }));
    const { taskId } = (await host.ask('POST', PATH, OCTOBER)).json as { taskId: string };
    for (let poll = 0; poll < 5; poll += 1) {
      expect((await host.ask('GET', `${PATH}/${taskId}`)).json).toMatchObject({ status: 'Processing' });
    }
  });

  test('amounts keep the world’s types: numbers stay numbers, texts texts', async () => {
    const line = block('2025-10-08', { totalCostPrice: 6214.14, totalSalesPrice: '7047.60', tiny: 0.0000001 });
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [line] }));
    expect(await host.report(PATH, OCTOBER)).toEqual([line]);
  });

  test('amounts may be text, as in Microsoft samples; quantities not', async () => {
    host = await hostCloudmore(
      cloudmoreWorld({
        monthlyBilling: [block('2025-10-08', { totalCostPrice: -48.3, totalSalesPrice: 1e-7, usage: 12.5, count: 3 })],
        behaviour: { decimalsAsStrings: true },
      }),
    );
    const [shown] = await host.report<Block[]>(PATH, OCTOBER);
    expect(shown).toMatchObject({ totalCostPrice: '-48.3', totalSalesPrice: '0.0000001', usage: '12.5', count: 3 });
    expect(shown?.organizations).toMatchObject([
      {
        services: [
          {
            totalSalesPrice: '0.1',
            items: [{ quantity: 20, products: [{ quantity: 20, costPrice: '19.7', totalCostPrice: '394' }] }],
          },
        ],
      },
    ]);
  });
});

describe('the reports that answer at once', () => {
  let host: CloudmoreHost;
  afterEach(() => host.close());

  const RANGE = 'startDate=2025-10-01&endDate=2025-10-31';
  const many = (lines: number): Block => {
    const products = Array.from({ length: lines }, () => ({ quantity: 1 }));
    return block('2025-10-08', { organizations: [{ services: [{ items: [{ products }] }] }] });
  };

  test('per organization it is the same report', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [block('2025-10-08'), block('2025-10-16')] }));
    const { status, json } = await host.ask('GET', `billing/reports/MonthlyBillingPerOrganization?${RANGE}`);
    expect({ status, json }).toEqual({ status: 200, json: [block('2025-10-08')] });
  });

  test('a big month is refused, so that nobody builds on them', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [many(501)] }));
    for (const name of ['MonthlyBillingPerOrganization', 'MonthlyBillingPerService']) {
      expect(await host.ask('GET', `billing/reports/${name}?${RANGE}`)).toMatchObject({
        status: 400,
        json: [{ errorName: 'ReportTooLarge' }],
      });
    }
  });

  test('a big month is silently cut short, if so switched', async () => {
    const organizations = [300, 150, 100].flatMap((lines) => many(lines).organizations);
    const monthlyBilling = [block('2025-10-08', { organizations })];
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling, behaviour: { largeReport: 'truncate' } }));
    const { status, json } = await host.ask('GET', `billing/reports/MonthlyBillingPerOrganization?${RANGE}`);
    expect({ status, json }).toEqual({
      status: 200,
      json: [block('2025-10-08', { organizations: organizations.slice(0, 2) })],
    });
  });

  test('a month of just the size that is allowed is served', async () => {
    host = await hostCloudmore(cloudmoreWorld({ monthlyBilling: [many(500)] }));
    expect(await host.ask('GET', `billing/reports/MonthlyBillingPerOrganization?${RANGE}`)).toMatchObject({ status: 200 });
  });

  test('dates are required there too', async () => {
    host = await hostCloudmore();
    expect(await host.ask('GET', 'billing/reports/MonthlyBillingPerOrganization?startDate=2025-10-01')).toMatchObject({
      status: 400,
    });
  });

  test('per service it is the same lines, with exact totals', async () => {
    const organization = (id: string, totalSalesPrice: number): object => ({
      organizationId: id,
      organizationName: id,
      services: [
        {
          serviceId: 'csp-1',
          serviceName: 'Microsoft 365',
          totalCostPrice: 0.1,
          totalSalesPrice,
          items: [{ subscriptionId: `s-${id}` }],
        },
      ],
    });
    host = await hostCloudmore(
      cloudmoreWorld({
        monthlyBilling: [block('2025-10-08', { organizations: [organization('a', 0.1), organization('b', 0.2)] })],
      }),
    );
    const { json } = await host.ask('GET', `billing/reports/MonthlyBillingPerService?${RANGE}`);
    expect(json).toEqual([
      {
        billingDate: '2025-10-08',
        currencyCode: 'EUR',
        services: [
          {
            serviceId: 'csp-1',
            serviceName: 'Microsoft 365',
            totalCostPrice: 0.2,
            totalSalesPrice: 0.3,
            organizations: [
              {
                organizationId: 'a',
                organizationName: 'a',
                totalCostPrice: 0.1,
                totalSalesPrice: 0.1,
                items: [{ subscriptionId: 's-a' }],
              },
              {
                organizationId: 'b',
                organizationName: 'b',
                totalCostPrice: 0.1,
                totalSalesPrice: 0.2,
                items: [{ subscriptionId: 's-b' }],
              },
            ],
          },
        ],
      },
    ]);
  });
});
