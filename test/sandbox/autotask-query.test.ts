import { describe, expect, test } from '@jest/globals';
import { ANY, errorOf, HEADERS, openHost, recordsOf, request, worldWith, type Host, type Json } from './autotask-host.js';

const companies = [
  { id: 0, companyName: 'The MSP', isActive: true, companyNumber: 'M-1' },
  { id: 7, companyName: 'Contoso', isActive: true, createDate: '2025-03-01T12:00:00Z' },
  { id: 8, companyName: 'contoso south', isActive: false, companyType: 2 },
  { id: 9, companyName: 'Fabrikam', isActive: true },
];
const contracts = [
  {
    id: 10,
    companyID: 7,
    startDate: '2025-01-01',
    endDate: '2025-12-31',
    userDefinedFields: [{ name: 'Subscription ID', value: '9f1c' }],
  },
  { id: 11, companyID: 9, startDate: '2025-06-01', endDate: '2026-05-31' },
];
const world = (more: Json = {}): Json => worldWith({ companies, contracts, ...more });

async function idsOf({ call }: Host, entity: string, filter: unknown[]): Promise<unknown> {
  const reply = await call('POST', `${entity}/query`, { filter });
  return reply.status === 200 ? recordsOf(reply).map(({ id }) => id) : errorOf(reply);
}

describe('conditions', () => {
  const conditions: [title: string, entity: string, condition: unknown, ids: number[]][] = [
    ['eq finds a number', 'Companies', { op: 'eq', field: 'companyType', value: 2 }, [8]],
    ['eq finds company 0, the MSP itself', 'Companies', { op: 'eq', field: 'id', value: 0 }, [0]],
    ['eq compares text without case', 'Companies', { op: 'eq', field: 'companyName', value: 'CONTOSO' }, [7]],
    ['eq takes true and false', 'Companies', { op: 'eq', field: 'isActive', value: false }, [8]],
    ['eq of a day cuts the time', 'Contracts', { op: 'eq', field: 'startDate', value: '2025-06-01T10:15:00Z' }, [11]],
    ['eq of a day takes a bare day', 'Contracts', { op: 'eq', field: 'startDate', value: '2025-06-01' }, [11]],
    [
      'eq of an instant compares to the moment',
      'Companies',
      { op: 'eq', field: 'createDate', value: '2025-03-01T13:00:00+01:00' },
      [7],
    ],
    ['noteq leaves out records without a value', 'Companies', { op: 'noteq', field: 'companyNumber', value: 'M-2' }, [0]],
    ['gt', 'Companies', { op: 'gt', field: 'id', value: 7 }, [8, 9]],
    ['gte', 'Companies', { op: 'gte', field: 'id', value: 8 }, [8, 9]],
    ['lt', 'Contracts', { op: 'lt', field: 'endDate', value: '2026-01-01T00:00:00Z' }, [10]],
    ['lte', 'Contracts', { op: 'lte', field: 'endDate', value: '2026-05-31T00:00:00Z' }, [10, 11]],
    ['beginsWith', 'Companies', { op: 'beginsWith', field: 'companyName', value: 'con' }, [7, 8]],
    ['endsWith', 'Companies', { op: 'endsWith', field: 'companyName', value: 'SOUTH' }, [8]],
    ['contains', 'Companies', { op: 'contains', field: 'companyName', value: 'so' }, [7, 8]],
    ['exist', 'Companies', { op: 'exist', field: 'companyNumber' }, [0]],
    ['notExist', 'Companies', { op: 'notExist', field: 'createDate' }, [0, 8, 9]],
    ['in', 'Companies', { op: 'in', field: 'id', value: [9, 0, 5] }, [0, 9]],
    ['notIn', 'Companies', { op: 'notIn', field: 'id', value: [9, 0] }, [7, 8]],
    [
      'field names and operators are taken in any case',
      'Companies',
      { OP: 'BeginsWith', Field: 'COMPANYNAME', Value: 'fab' },
      [9],
    ],
    [
      'a user-defined field is found by name and value',
      'Contracts',
      { op: 'eq', field: 'subscription id', udf: true, value: '9F1C' },
      [10],
    ],
    [
      'a user-defined field without a value does not exist',
      'Contracts',
      { op: 'notExist', field: 'Subscription ID', udf: true },
      [11],
    ],
    ['text sent for an id finds nothing and is not an error', 'Companies', { op: 'eq', field: 'id', value: '7' }, []],
    [
      'text sent for a reference finds nothing and is not an error',
      'Contracts',
      { op: 'eq', field: 'companyID', value: 'seven' },
      [],
    ],
    ['text sent for an id finds nothing by noteq either', 'Companies', { op: 'noteq', field: 'id', value: 'x' }, []],
    ['text among the ids of a list is passed over', 'Companies', { op: 'in', field: 'id', value: ['7', 8] }, [8]],
    [
      'or takes any of its items',
      'Companies',
      {
        op: 'or',
        items: [
          { op: 'eq', field: 'id', value: 7 },
          { op: 'eq', field: 'companyName', value: 'fabrikam' },
        ],
      },
      [7, 9],
    ],
    [
      'groups nest',
      'Companies',
      {
        op: 'or',
        items: [
          { op: 'eq', field: 'id', value: 0 },
          {
            op: 'and',
            items: [
              { op: 'gt', field: 'id', value: 7 },
              { op: 'eq', field: 'isActive', value: true },
            ],
          },
        ],
      },
      [0, 9],
    ],
  ];
  test.each(conditions)('%s', async (_title, entity, condition, ids) => {
    expect(await idsOf(await openHost(world()), entity, [condition])).toEqual(ids);
  });

  test('the top level is an and', async () => {
    const filter = [
      { op: 'beginsWith', field: 'companyName', value: 'contoso' },
      { op: 'eq', field: 'isActive', value: true },
    ];
    expect(await idsOf(await openHost(world()), 'Companies', filter)).toEqual([7]);
  });

  const refused: [title: string, entity: string, filter: unknown, said: RegExp][] = [
    ['an unknown field', 'Companies', [{ op: 'eq', field: 'name', value: 'x' }], /^Unable to find name in the Company Entity\.$/],
    [
      'a user-defined field without its mark',
      'Contracts',
      [{ op: 'eq', field: 'Subscription ID', value: 'x' }],
      /^Unable to find Subscription ID in/,
    ],
    [
      'an unknown user-defined field',
      'Contracts',
      [{ op: 'eq', field: 'Nope', udf: true, value: 'x' }],
      /^Unable to find Nope in/,
    ],
    [
      'text for a picklist',
      'Companies',
      [{ op: 'eq', field: 'companyType', value: 'Lead' }],
      /^Conversion failed .* 'Lead' to data type int/,
    ],
    ['1 for true', 'Companies', [{ op: 'eq', field: 'isActive', value: 1 }], /isActive is not true or false/],
    ['a date that is none', 'Contracts', [{ op: 'eq', field: 'startDate', value: '2025-02-30' }], /startDate is not a date/],
    [
      'a field that is returned but not queryable',
      'BillingItems',
      [{ op: 'exist', field: 'lineItemFullDescription' }],
      /cannot be queried/,
    ],
    ['a hidden field', 'ContractServices', [{ op: 'exist', field: 'adjustedPrice' }], /^Unable to find adjustedPrice in/],
    ['an unknown operator', 'Companies', [{ op: 'like', field: 'id', value: 1 }], /'like' is not an operator/],
    ['a missing operator', 'Companies', [{ field: 'id', value: 1 }], /has no 'op'/],
    ['a missing value', 'Companies', [{ op: 'eq', field: 'id' }], /has no value/],
    ['a list for eq', 'Companies', [{ op: 'eq', field: 'id', value: [1] }], /takes one value/],
    ['one value for in', 'Companies', [{ op: 'in', field: 'id', value: 1 }], /takes a list/],
    ['contains on a number', 'Companies', [{ op: 'contains', field: 'id', value: 1 }], /applies to text only/],
    ['an empty group', 'Companies', [{ op: 'or', items: [] }], /'or' has no items/],
    ['a filter that is not a list', 'Companies', { op: 'eq', field: 'id', value: 1 }, /Filter is not a list/],
    [
      'two conditions on user-defined fields',
      'Contracts',
      [
        { op: 'exist', field: 'Subscription ID', udf: true },
        { op: 'eq', field: 'Subscription ID', udf: true, value: 'x' },
      ],
      /Only one user-defined field/,
    ],
  ];
  test.each(refused)('%s is refused', async (_title, entity, filter, said) => {
    const { call } = await openHost(world());
    const reply = await call('POST', `${entity}/query`, { filter });
    expect([reply.status, errorOf(reply)]).toEqual([500, expect.stringMatching(said)]);
  });
});

describe('a user-defined field in an OR group', () => {
  const contracts = [
    { id: 10, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31', contractNumber: 'N' },
    {
      id: 11,
      companyID: 7,
      startDate: '2025-01-01',
      endDate: '2025-12-31',
      userDefinedFields: [{ name: 'Subscription ID', value: 'S' }],
    },
    {
      id: 12,
      companyID: 7,
      startDate: '2025-01-01',
      endDate: '2025-12-31',
      contractNumber: 'N',
      userDefinedFields: [{ name: 'Subscription ID', value: 'S' }],
    },
  ];
  const group = [
    {
      op: 'or',
      items: [
        { op: 'exist', field: 'contractNumber' },
        { op: 'exist', field: 'Subscription ID', udf: true },
      ],
    },
  ];
  const asked = async (userDefinedFieldInOr: string): Promise<unknown> => {
    const { call } = await openHost(worldWith({ contracts, behaviour: { userDefinedFieldInOr } }));
    const reply = await call('POST', 'Contracts/query', { filter: group });
    return reply.status === 200 ? recordsOf(reply).map(({ id }) => id) : errorOf(reply);
  };

  test('an OR group with a user-defined field works (switch: works)', async () =>
    expect(await asked('works')).toEqual([10, 11, 12]));
  test('an OR group with a user-defined field finds nothing (switch: findsNothing)', async () =>
    expect(await asked('findsNothing')).toEqual([]));
  test('an OR group with a user-defined field finds both (switch: actsAsAnd)', async () =>
    expect(await asked('actsAsAnd')).toEqual([12]));
  test('an OR group with a user-defined field is refused, if switched', async () =>
    expect(await asked('refused')).toMatch(/cannot be part of an OR group/));
});

describe('limits', () => {
  const OR_TEXT = "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.";
  const ors = (count: number): unknown[] => [
    { op: 'or', items: Array.from({ length: count }, (_, value) => ({ op: 'eq', field: 'id', value })) },
  ];
  const list = (count: number): unknown[] => [{ op: 'in', field: 'id', value: Array.from({ length: count }, (_, id) => id) }];

  const widths: [title: string, filter: unknown[], answer: unknown][] = [
    ['500 OR conditions pass', ors(500), [0, 7, 8, 9]],
    ['501 OR conditions are refused', ors(501), OR_TEXT],
    ['a list of 500 passes', list(500), [0, 7, 8, 9]],
    ['a list of 501 counts as 501 OR conditions', list(501), OR_TEXT],
    ['lists and OR conditions are added up', [...list(400), ...ors(101)], OR_TEXT],
  ];
  test.each(widths)('%s', async (_title, filter, answer) => {
    expect(await idsOf(await openHost(world()), 'Companies', filter)).toEqual(answer);
  });

  test.each([
    [2048, 200],
    [2049, 404],
  ])('a GET URL of %i characters answers %i', async (length, status) => {
    const { sandbox } = await openHost(world());
    const search = encodeURIComponent(JSON.stringify({ filter: ANY }));
    const url = `${sandbox.url}/ATServicesRest/V1.0/Companies/query?search=${search}&pad=`;
    const reply = await request(url + 'x'.repeat(length - url.length), 'GET', undefined, HEADERS);
    expect(reply.status).toBe(status);
  });

  test.each([0, 501, 1.5, '10'])('MaxRecords %p is refused', async (maxRecords) => {
    const { call } = await openHost(world());
    expect(errorOf(await call('POST', 'Companies/query', { filter: ANY, maxRecords }))).toMatch(/between 1 and 500/);
  });

  test('an empty filter finds everything', async () => {
    expect(await idsOf(await openHost(world()), 'Companies', [])).toEqual([0, 7, 8, 9]);
  });

  test('an empty filter is refused where the switch says so', async () => {
    const host = await openHost(world({ behaviour: { emptyFilter: 'refuse' } }));
    expect(await idsOf(host, 'Companies', [])).toMatch(/has no conditions/);
    expect(await idsOf(host, 'Companies', ANY)).toEqual([0, 7, 8, 9]);
  });
});

test('each tenth query deadlocks once, if so switched', async () => {
  const host = await openHost(world({ behaviour: { sqlTexts: true } }));
  const answers: unknown[] = [];
  for (let query = 1; query <= 11; query += 1) answers.push(await idsOf(host, 'Companies', ANY));
  expect(answers.filter((answer) => typeof answer === 'string')).toEqual([expect.stringMatching(/deadlock victim/)]);
  expect(answers[9]).toEqual(expect.any(String));
});

describe('what comes back', () => {
  test('IncludeFields leaves out the rest, and the values of user-defined fields', async () => {
    const { call } = await openHost(world());
    const reply = await call('POST', 'Contracts/query', { IncludeFields: ['id', 'CONTRACTNAME'], Filter: ANY });
    expect(recordsOf(reply)).toEqual([
      { id: 10, contractName: 'Contract 10', userDefinedFields: [] },
      { id: 11, contractName: 'Contract 11', userDefinedFields: [] },
    ]);
  });

  test('IncludeFields refuses an unknown field', async () => {
    const { call } = await openHost(world());
    const reply = await call('POST', 'Contracts/query', { includeFields: ['id', 'Subscription ID'], filter: ANY });
    expect(errorOf(reply)).toBe('Unable to find Subscription ID in the Contract Entity.');
  });

  test('count answers a number for GET and POST', async () => {
    const { call } = await openHost(world());
    const search = encodeURIComponent(JSON.stringify({ filter: ANY }));
    expect((await call('POST', 'Companies/query/count', { filter: ANY })).body).toEqual({ queryCount: 4 });
    expect((await call('GET', `Companies/query/count?search=${search}`)).body).toEqual({ queryCount: 4 });
  });

  test('a user-defined field without a value is given as null', async () => {
    const host = await openHost(world());
    expect((await host.find('Contracts', ANY)).map((contract) => contract['userDefinedFields'])).toEqual([
      [{ name: 'Subscription ID', value: '9f1c' }],
      [{ name: 'Subscription ID', value: null }],
    ]);
  });

  test('a contract service without own text shows its service’s', async () => {
    const host = await openHost(world());
    expect(await host.find('ContractServices', ANY)).toMatchObject([{ invoiceDescription: 'CFQ7TTC0' }]);
    await host.call('PATCH', 'Contracts/10/Services', { id: 20, invoiceDescription: 'Microsoft 365' });
    expect(await host.find('ContractServices', ANY)).toMatchObject([{ invoiceDescription: 'Microsoft 365' }]);
  });
});

describe('pages', () => {
  const three = { filter: ANY, maxRecords: 2 };
  const follow = (url: unknown, method: string, body?: unknown) => request(String(url), method, body, HEADERS);
  const details = (reply: { body: Json }): Json => reply.body['pageDetails'] as Json;

  test.each([
    ['the same body', three],
    ['no body', undefined],
  ])('a query begun by POST continues by POST with %s', async (_title, body) => {
    const { call, sandbox } = await openHost(world());
    const first = await call('POST', 'Companies/query', three);
    expect(details(first)).toMatchObject({ count: 2, requestCount: 2, prevPageUrl: null });
    const url = details(first)['nextPageUrl'];
    expect(url).toMatch(`${sandbox.url}/atservicesrest/V1.0/Companies/query/next?paging=`);
    const second = await follow(url, 'POST', body);
    expect(recordsOf(second).map(({ id }) => id)).toEqual([8, 9]);
    expect(details(second)).toMatchObject({ count: 2, nextPageUrl: null });
    const back = await follow(details(second)['prevPageUrl'], 'POST', body);
    expect(recordsOf(back).map(({ id }) => id)).toEqual([0, 7]);
  });

  test('a query begun by POST refuses GET on its next page', async () => {
    const { call } = await openHost(world());
    const url = details(await call('POST', 'Companies/query', three))['nextPageUrl'];
    expect(await follow(url, 'GET')).toMatchObject({
      status: 405,
      body: { Message: "The requested resource does not support http method 'GET'." },
    });
  });

  test('a query begun by GET continues by GET, with linked text', async () => {
    const { call } = await openHost(world());
    const search = encodeURIComponent(JSON.stringify(three));
    const url = details(await call('GET', `Companies/query?search=${search}`))['nextPageUrl'];
    expect(String(url)).toMatch(/&search=/);
    expect(recordsOf(await follow(url, 'GET')).map(({ id }) => id)).toEqual([8, 9]);
    expect((await follow(url, 'POST')).status).toBe(405);
  });

  test('the last page has no link, also when it is full', async () => {
    const { call } = await openHost(world());
    const reply = await call('POST', 'Companies/query', { filter: ANY, maxRecords: 4 });
    expect(details(reply)).toEqual({ count: 4, requestCount: 4, prevPageUrl: null, nextPageUrl: null });
  });

  test('the server keeps the 50 most recent page sets', async () => {
    const { call } = await openHost(world());
    const urls: unknown[] = [];
    for (let n = 0; n < 51; n++) urls.push(details(await call('POST', 'Companies/query', three))['nextPageUrl']);
    expect(errorOf(await follow(urls[0], 'POST', three))).toMatch(/no longer available/);
    expect((await follow(urls[1], 'POST', three)).status).toBe(200);
  });

  test('a list of children is paged too', async () => {
    const contract = { id: 10, companyID: 7, startDate: '1980-01-01', endDate: '2025-12-31' };
    const { call } = await openHost(worldWith({ contracts: [contract] }));
    const first = await call('GET', 'Contracts/10/ServiceUnits');
    expect(recordsOf(first)).toHaveLength(500);
    expect(recordsOf(await follow(details(first)['nextPageUrl'], 'GET'))).toHaveLength(52);
  });
});
