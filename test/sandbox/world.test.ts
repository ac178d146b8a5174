import { describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/index.js';
import { openHost, rowsByDay, worldWith, type Json } from './autotask-host.js';

const failure = async (world: unknown): Promise<string> => {
  try {
    await (await startSandbox({ world })).close();
    return 'it was taken';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a world that cannot be', () => {
  const contract = { id: 10, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31' };
  const worlds: [title: string, world: Json, said: RegExp][] = [
    ['an unknown key in the frame', worldWith({}, { clock: 1 }), /Unrecognized key: "clock"/],
    ['an unknown key in the half of Autotask', worldWith({ tickets: [] }), /autotask: Unrecognized key: "tickets"/],
    [
      'an unknown key in the half of Cloudmore',
      worldWith({}, { cloudmore: { resellerId: 'r', orgs: [] } }),
      /cloudmore: Unrecognized key: "orgs"/,
    ],
    [
      'an unknown field of a record',
      worldWith({ companies: [{ id: 7 }, { id: 8, name: 'x' }] }),
      /autotask\.companies\[1\]: Unrecognized key: "name"/,
    ],
    ['a field in another case', worldWith({ companies: [{ Id: 7 }] }), /autotask\.companies\[0\]: Unrecognized key: "Id"/],
    ['an unknown switch', worldWith({ behaviour: { extends: 'carry' } }), /autotask\.behaviour: Unrecognized key: "extends"/],
    ['an unknown setting of a switch', worldWith({ behaviour: { extend: 'all' } }), /autotask\.behaviour\.extend: /],
    ['an unknown time zone', worldWith({ behaviour: { timeZone: 'Mars/Olympus' } }), /timeZone: not a time zone/],
    ['a value of another type', worldWith({ companies: [{ id: '7' }] }), /autotask\.companies\[0\]\.id: /],
    [
      'a day that is none',
      worldWith({ contracts: [{ ...contract, startDate: '2025-02-30' }] }),
      /contracts\[0\]\.startDate: not a day/,
    ],
    ['a clock that is none', worldWith({}, { now: 'today' }), /now: not an instant/],
    [
      'an id that is there twice',
      worldWith({ companies: [{ id: 7 }, { id: 7 }] }),
      /autotask\.companies\[1\]: the id 7 is there twice/,
    ],
    [
      'a contract of no company',
      worldWith({ contracts: [{ ...contract, companyID: 8 }] }),
      /contracts: record 10 has companyID 8, which autotask\.companies lacks/,
    ],
    [
      'a service without billing code',
      worldWith({ services: [{ id: 3, billingCodeID: 9 }] }),
      /services: record 3 has billingCodeID 9/,
    ],
    [
      'a row of no contract service',
      worldWith({ unitRows: [{ contractServiceID: 99, startDate: '2025-01-01' }] }),
      /unitRows: record 1 has contractServiceID 99/,
    ],
    [
      'a charge of no contract',
      worldWith({ charges: [{ contractID: 99, datePurchased: '2025-01-01' }] }),
      /charges: record 1 has contractID 99/,
    ],
    [
      'an item on no invoice',
      worldWith({ billingItems: [{ companyID: 7, invoiceID: 5 }] }),
      /billingItems: record 1 has invoiceID 5/,
    ],
    [
      'a contract without its days',
      worldWith({ contracts: [{ companyID: 7 }] }),
      /autotask\.contracts\[0\]: startDate is missing/,
    ],
    [
      'an unknown user-defined field',
      worldWith({ contracts: [{ ...contract, userDefinedFields: [{ name: 'X', value: '1' }] }] }),
      /contracts\[0\]: there is no user-defined field "X"/,
    ],
    [
      'user-defined fields of what has none',
      worldWith({ userDefinedFields: { Services: [{ name: 'X' }] } }),
      /userDefinedFields: "Services" has none/,
    ],
    [
      'a picklist of a field that is none',
      worldWith({ picklists: { 'Contracts.endDate': [] } }),
      /picklists: "Contracts\.endDate" is not a picklist field/,
    ],
    [
      'a picklist value that is not a number',
      worldWith({ picklists: { 'Contracts.status': [{ value: 'a', label: 'A' }] } }),
      /a picklist value is a whole number/,
    ],
    [
      'a row whose price is not units times unit price',
      worldWith({ unitRows: [{ contractServiceID: 20, startDate: '2025-01-01', units: 2, unitPrice: 5, price: 11 }] }),
      /unitRows: 1 has a price of 11, which is not 2 x 5/,
    ],
    [
      'a row of another contract than its contract service',
      worldWith({
        contracts: [contract, { ...contract, id: 11 }],
        unitRows: [{ contractServiceID: 20, contractID: 11, startDate: '2025-01-01' }],
      }),
      /unitRows: 1 has contractID 11/,
    ],
    [
      'services on a contract without periods',
      worldWith({ contracts: [{ ...contract, contractPeriodType: null }] }),
      /contracts: 10 has services, but no billing periods/,
    ],
  ];
  test.each(worlds)('%s is named', async (_title, world, said) => {
    expect(await failure(world)).toMatch(said);
  });

  test('every problem of the frame is named at once', async () => {
    const message = await failure(worldWith({ companies: [{ id: 7, name: 'x' }], tickets: [] }, { now: 'today' }));
    expect(message.split('\n')).toHaveLength(4);
  });
});

describe('a small world', () => {
  test('gets what it does not say', async () => {
    const { state } = await openHost();
    expect(state().currencies).toMatchObject([{ id: 1, name: 'EUR', isInternalCurrency: true, exchangeRate: 1 }]);
    expect(state().udfDefinitions).toMatchObject([{ name: 'Subscription ID' }]);
    expect(state().contracts).toMatchObject([{ contractType: 7, status: 1, contractPeriodType: 2, contractName: 'Contract 10' }]);
    expect(state().companies).toMatchObject([{ id: 7, isActive: true }]);
  });

  test('is numbered on from the highest id that is given', async () => {
    const { state } = await openHost(worldWith({ companies: [{}, { id: 7 }, {}] }));
    expect(state().companies.map(({ id }) => id)).toEqual([7, 8, 9]);
  });

  test('may have its own currencies and user-defined fields', async () => {
    const currencies = [
      { id: 1, name: 'SEK', isInternalCurrency: true },
      { id: 2, name: 'EUR', exchangeRate: 11.2 },
    ];
    const { state } = await openHost(
      worldWith({ currencies, userDefinedFields: { Contracts: [{ name: 'Abo' }], Companies: [{ name: 'Tier' }] } }),
    );
    expect(state().currencies.map(({ name }) => name)).toEqual(['SEK', 'EUR']);
    expect(state().udfDefinitions.map(({ name }) => name)).toEqual(['Abo', 'Tier']);
  });

  test('names the settings of the first billing codes and SLA that fit', async () => {
    const billingCodes = [
      { id: 1, useType: 5, isActive: false },
      { id: 2, useType: 4 },
      { id: 3, useType: 5 },
      { id: 4, useType: 5 },
    ];
    const picklists = {
      'Contracts.serviceLevelAgreementID': [
        { value: '8', label: 'Old', isActive: false },
        { value: '9', label: 'Gold' },
      ],
    };
    const { sandbox } = await openHost(worldWith({ billingCodes, picklists }));
    expect(sandbox.env()).toEqual({
      CLOUDMORE_URL: sandbox.url,
      CLOUDMORE_RESELLER_ID: 'broker-1',
      CLOUDMORE_USERNAME: 'sandbox',
      CLOUDMORE_PASSWORD: 'sandbox',
      CLOUDMORE_CLIENT_SECRET: 'sandbox',
      AUTOTASK_URL: `${sandbox.url}/ATServicesRest/`,
      AUTOTASK_USERNAME: 'sandbox',
      AUTOTASK_SECRET: 'sandbox',
      AUTOTASK_INTEGRATION_CODE: 'sandbox',
      AUTOTASK_SERVICE_BILLING_CODE_ID: '3',
      AUTOTASK_PRODUCT_BILLING_CODE_ID: '2',
      AUTOTASK_SLA_ID: '9',
    });
  });
});

describe('the rows of a world', () => {
  const contracts = [{ id: 10, companyID: 7, startDate: '2025-01-01T00:00:00Z', endDate: '2025-03-31' }];

  test('are made from the units and prices of the contract services', async () => {
    const host = await openHost(worldWith({ contracts }));
    expect(rowsByDay(host)).toEqual({ '2025-01-01': [4, 20, 8], '2025-02-01': [4, 20, 8], '2025-03-01': [4, 20, 8] });
  });

  test('have no units and no price where the contract service says nothing', async () => {
    const host = await openHost(worldWith({ contracts, contractServices: [{ id: 20, contractID: 10, serviceID: 3 }] }));
    expect(rowsByDay(host)).toEqual({ '2025-01-01': [0, 0, 0], '2025-02-01': [0, 0, 0], '2025-03-01': [0, 0, 0] });
  });

  test('stand as the world gives them, with nothing added', async () => {
    const unitRows = [
      {
        contractServiceID: 20,
        startDate: '2025-01-01',
        endDate: '2025-01-31',
        units: 11,
        price: 254.1,
        cost: 220,
        approveAndPostDate: '2025-02-02',
      },
      { contractServiceID: 20, startDate: '2025-02-01', units: 0, unitPrice: 23.1 },
    ];
    const host = await openHost(worldWith({ contracts, unitRows }));
    expect(rowsByDay(host)).toEqual({ '2025-01-01': [11, 254.1, 220], '2025-02-01': [0, 0, 0] });
    expect(host.state().unitRows).toMatchObject([
      { contractID: 10, serviceID: 3, unitPrice: 23.1, unitCost: 20, approveAndPostDate: '2025-02-02T00:00:00.000Z' },
      { endDate: '2025-02-28T00:00:00Z', unitPrice: 23.1, unitCost: 2 },
    ]);
  });

  test('have days as they stand, whatever the time zone', async () => {
    const behaviour = { timeZone: 'America/New_York' };
    const host = await openHost(worldWith({ contracts, behaviour }));
    expect(Object.keys(rowsByDay(host))).toEqual(['2025-01-01', '2025-02-01', '2025-03-01']);
  });
});
