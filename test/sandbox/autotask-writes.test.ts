import { describe, expect, test } from '@jest/globals';
import { CHARGE, errorOf, openHost, SERVICE, without, worldWith, type Json } from './autotask-host.js';

const CONTRACT = {
  companyID: 7,
  contractName: 'Business Premium – Contoso',
  contractType: 7,
  contractPeriodType: 2,
  status: 1,
  startDate: '2025-10-01T10:15:00Z',
  endDate: '2026-09-30T10:15:00Z',
  timeReportingRequiresStartAndStopTimes: 0,
};
const PRODUCT = { name: 'Marketplace', isActive: true, isSerialized: false, chargeBillingCodeID: 2 };
const billingCodes = [
  { id: 1, useType: 5 },
  { id: 2, useType: 4 },
  { id: 5, useType: 5, isActive: false },
];

describe('create', () => {
  test('a contract is made as sent, and answers its id', async () => {
    const host = await openHost();
    const reply = await host.call('POST', 'Contracts', {
      ...CONTRACT,
      id: 0,
      userDefinedFields: [{ name: 'subscription id', value: '9f1c' }],
    });
    expect(reply).toMatchObject({ status: 200, body: { itemId: 11 } });
    expect((await host.call('GET', 'Contracts/11')).body['item']).toMatchObject({
      ...CONTRACT,
      startDate: '2025-10-01T00:00:00Z',
      endDate: '2026-09-30T00:00:00Z',
      userDefinedFields: [{ name: 'Subscription ID', value: '9f1c' }],
      contractNumber: null,
      lastModifiedDateTime: '2025-10-17T03:00:00.000Z',
    });
  });

  test('property names are taken in any case', async () => {
    const { create, state } = await openHost();
    const id = await create('Services', { NAME: 'Basic', BillingCodeId: 1, PERIODTYPE: 2, unitprice: 6 });
    expect(state().services.find((service) => service.id === id)).toMatchObject({ name: 'Basic', isActive: true, unitPrice: 6 });
  });

  const refusals: [title: string, path: string, body: Json, said: RegExp][] = [
    ['an id', 'Contracts', { ...CONTRACT, id: 5 }, /id of a new record must be 0/],
    ['an unknown field', 'Contracts', { ...CONTRACT, colour: 'red' }, /^Unable to find colour in the Contract Entity/],
    ['a field of another type', 'Contracts', { ...CONTRACT, status: '1' }, /status is not of type integer/],
    ['half a number where a whole one belongs', 'Contracts', { ...CONTRACT, status: 0.5 }, /status is not of type integer/],
    ['a text that is too long', 'Contracts', { ...CONTRACT, contractName: 'x'.repeat(101) }, /contractName is longer than 100/],
    ['a date that is none', 'Contracts', { ...CONTRACT, startDate: '2025-13-01' }, /startDate is not of type datetime/],
    [
      'an unknown reference',
      'Contracts',
      { ...CONTRACT, companyID: 99 },
      /^Reference value on field: companyID of type: Company does not/,
    ],
    ['an unknown picklist value', 'Contracts', { ...CONTRACT, contractType: 2 }, /existing entity for contractType/],
    [
      'a read-only field',
      'Contracts',
      { ...CONTRACT, lastModifiedDateTime: '2025-10-01' },
      /lastModifiedDateTime .* cannot be changed/,
    ],
    [
      'an unknown user-defined field',
      'Contracts',
      { ...CONTRACT, userDefinedFields: [{ name: 'Nope', value: 'x' }] },
      /find Nope in/,
    ],
    [
      'a number as value of a user-defined field',
      'Contracts',
      { ...CONTRACT, userDefinedFields: [{ name: 'Subscription ID', value: 1 }] },
      /names and values/,
    ],
    [
      'a recurring contract without period type',
      'Contracts',
      without(CONTRACT, 'contractPeriodType'),
      /required field contractPeriodType/,
    ],
    [
      'an estimate on a recurring contract',
      'Contracts',
      { ...CONTRACT, estimatedRevenue: 5 },
      /estimatedRevenue is not for contracts/,
    ],
    ['an end before the start', 'Contracts', { ...CONTRACT, endDate: '2025-09-30' }, /startDate must be before endDate/],
    ['an end on the day of the start', 'Contracts', { ...CONTRACT, endDate: '2025-10-01' }, /startDate must be before endDate/],
    [
      'a service with a code for charges',
      'Services',
      { ...SERVICE, billingCodeID: 2 },
      /is not a Recurring Contract Service Code/,
    ],
    ['a service with an inactive code', 'Services', { ...SERVICE, billingCodeID: 5 }, /is not active/],
    ['a service with an unknown period', 'Services', { ...SERVICE, periodType: 9 }, /existing entity for periodType/],
    ['a product with a code for services', 'Products', { ...PRODUCT, chargeBillingCodeID: 1 }, /is not a Material Cost Code/],
    ['a product without a code', 'Products', without(PRODUCT, 'chargeBillingCodeID'), /required field chargeBillingCodeID/],
    ['a charge of nothing', 'Contracts/10/Charges', without(CHARGE, 'productID'), /required field productID or billingCodeID/],
    ['a charge with a code for services', 'Contracts/10/Charges', { ...CHARGE, billingCodeID: 1 }, /is not a Material Cost Code/],
    ['a charge on no contract', 'Contracts/99/Charges', CHARGE, /^Reference value on field: contractID/],
    [
      'a charge whose body names another contract',
      'Contracts/10/Charges',
      { ...CHARGE, contractID: 11 },
      /contractID 11 of the body/,
    ],
    ['a service twice on one contract', 'Contracts/10/Services', { serviceID: 3 }, /already has the service 3/],
  ];
  test.each(refusals)('%s is refused', async (_title, path, body, said) => {
    const host = await openHost(worldWith({ billingCodes }));
    const before = host.state();
    const reply = await host.call('POST', path, body);
    expect([reply.status, errorOf(reply)]).toEqual([500, expect.stringMatching(said)]);
    expect(host.state()).toEqual(before);
  });

  const required: [path: string, body: Json, names: string[]][] = [
    [
      'Contracts',
      CONTRACT,
      ['companyID', 'contractName', 'contractType', 'startDate', 'endDate', 'status', 'timeReportingRequiresStartAndStopTimes'],
    ],
    ['Services', SERVICE, ['name', 'billingCodeID', 'periodType', 'unitPrice']],
    ['Products', PRODUCT, ['name', 'isActive', 'isSerialized', 'chargeBillingCodeID']],
    ['Contracts/10/Charges', CHARGE, ['name', 'datePurchased', 'chargeType', 'unitQuantity']],
    [
      'Companies',
      { companyName: 'A', companyType: 1, ownerResourceID: 1, phone: '1' },
      ['companyName', 'companyType', 'ownerResourceID', 'phone'],
    ],
    ['Departments', { name: 'A', primaryLocationID: 1 }, ['name', 'primaryLocationID']],
    ['TaxCategories', { name: 'A' }, ['name']],
  ];
  test.each(required)('%s: each required field is asked for by name', async (path, body, names) => {
    const { call } = await openHost();
    for (const name of names) {
      expect(errorOf(await call('POST', path, without(body, name)))).toMatch(
        `Value does not exist for the required field ${name}.`,
      );
    }
    expect(errorOf(await call('POST', path, {})).split(' | ')).toHaveLength(names.length);
    expect((await call('POST', path, body)).status).toBe(200);
  });

  test('every problem is reported at once', async () => {
    const { call } = await openHost();
    expect((await call('POST', 'Services', { name: 'x'.repeat(151), colour: 1, unitPrice: '5' })).body['errors']).toHaveLength(3);
  });

  test('two services may have one name', async () => {
    const { create } = await openHost();
    await create('Services', { ...SERVICE, name: 'Business Premium' });
  });

  test('two services may not have one name where the switch says so', async () => {
    const { call } = await openHost(worldWith({ behaviour: { uniqueServiceNames: true } }));
    expect(errorOf(await call('POST', 'Services', { ...SERVICE, name: 'BUSINESS PREMIUM' }))).toMatch(
      /^Violation of UNIQUE KEY constraint 'IX_service'\. Cannot insert duplicate key .*BUSINESS PREMIUM/,
    );
    expect((await call('PATCH', 'Services', { id: 3, name: 'Business Premium' })).status).toBe(200);
  });

  test('the use type of a billing code is known by label', async () => {
    const picklists = {
      'BillingCodes.useType': [
        { value: '104', label: 'Material Cost Code' },
        { value: '105', label: 'Recurring Contract Service Code' },
      ],
    };
    const { call, sandbox } = await openHost(
      worldWith({
        picklists,
        billingCodes: [
          { id: 1, useType: 105 },
          { id: 2, useType: 104 },
        ],
      }),
    );
    expect((await call('POST', 'Services', SERVICE)).status).toBe(200);
    expect((await call('POST', 'Services', { ...SERVICE, billingCodeID: 2 })).status).toBe(500);
    expect(sandbox.env()).toMatchObject({ AUTOTASK_SERVICE_BILLING_CODE_ID: '1', AUTOTASK_PRODUCT_BILLING_CODE_ID: '2' });
  });

  test.each(['chargeBillingCodeID', 'productBillingCodeID'])('a product takes its code as %s', async (name) => {
    const { create, state } = await openHost();
    const id = await create('Products', { name: 'Azure Classic', isActive: true, isSerialized: false, [name]: 2 });
    expect(state().products.find((product) => product.id === id)).toMatchObject({
      chargeBillingCodeID: 2,
      productBillingCodeID: 2,
    });
  });
});

describe('update', () => {
  test('PATCH changes what is sent, with the id in the body', async () => {
    const { call, state } = await openHost();
    const reply = await call('PATCH', 'Contracts', { id: 10, contractNumber: '9f1c' });
    expect(reply).toMatchObject({ status: 200, body: { itemId: 10 } });
    expect(state().contracts[0]).toMatchObject({ contractNumber: '9f1c', contractName: 'Contract 10' });
  });

  test('PATCH answers itemId null where the switch says so', async () => {
    const { call, create } = await openHost(worldWith({ behaviour: { patchAnswer: 'null' } }));
    expect((await call('PATCH', 'Contracts', { id: 10, status: 0 })).body).toEqual({ itemId: null });
    expect(await create('Services', SERVICE)).toBe(4);
  });

  test('PATCH changes only the user-defined fields that it names', async () => {
    const { call, state } = await openHost(worldWith({ userDefinedFields: { Contracts: [{ name: 'A' }, { name: 'B' }] } }));
    await call('PATCH', 'Contracts', { id: 10, userDefinedFields: [{ name: 'A', value: '1' }] });
    await call('PATCH', 'Contracts', { id: 10, userDefinedFields: [{ name: 'B', value: '2' }] });
    expect(state().contracts[0]?.userDefinedFields).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
  });

  test('PUT empties every writable field that is left out', async () => {
    const { call, state } = await openHost();
    await call('PATCH', 'Services', { id: 3, description: 'Seats', sku: 'X' });
    const { status } = await call('PUT', 'Services', { id: 3, name: 'Premium', billingCodeID: 1, unitPrice: 7, sku: 'X' });
    expect(status).toBe(200);
    expect(state().services[0]).toMatchObject({ name: 'Premium', sku: 'X', description: null, unitCost: null, periodType: 2 });
  });

  const refusals: [title: string, path: string, body: Json, said: RegExp][] = [
    ['an update without id', 'Contracts', { status: 0 }, /No matching records found/],
    ['an update of what is not there', 'Contracts', { id: 99, status: 0 }, /No matching records found/],
    ['an update below another parent', 'Contracts/11/Services', { id: 20, invoiceDescription: 'x' }, /No matching records found/],
    ['a required field set to null', 'Contracts', { id: 10, contractName: null }, /required field contractName/],
    ['another start once there is a service', 'Contracts', { id: 10, startDate: '2025-02-01' }, /startDate cannot be changed/],
  ];
  test.each(refusals)('%s is refused', async (_title, path, body, said) => {
    const contracts = [
      { id: 10, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31' },
      { id: 11, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31' },
    ];
    const { call } = await openHost(worldWith({ contracts }));
    const reply = await call('PATCH', path, body);
    expect([reply.status, errorOf(reply)]).toEqual([500, expect.stringMatching(said)]);
  });

  /** Fields that are settled at creation, with a value that would change them. */
  const fixed: [path: string, id: number, field: string, value: unknown][] = [
    ['Contracts', 10, 'companyID', 0],
    ['Contracts', 10, 'contractType', 1],
    ['Contracts', 10, 'contractPeriodType', 3],
    ['Contracts', 10, 'internalCurrencySetupFee', 5],
    ['Services', 3, 'periodType', 5],
    ['Contracts/10/Services', 20, 'internalDescription', 'key'],
    ['Contracts/10/Services', 20, 'unitPrice', 1],
    ['Contracts/10/Charges', 40, 'isBilled', true],
  ];
  const world = (createOnly: string): Json =>
    worldWith({
      companies: [{ id: 0 }, { id: 7 }],
      charges: [{ id: 40, contractID: 10, datePurchased: '2025-10-01', billingCodeID: 2 }],
      behaviour: { createOnly },
    });
  test.each(fixed)('%s %i: a change of %s is refused', async (path, id, field, value) => {
    const { call } = await openHost(world('refuse'));
    expect(errorOf(await call('PATCH', path, { id, [field]: value }))).toMatch(`The field ${field} of the`);
  });
  test.each(fixed)('%s %i: a change of %s is silently dropped, if switched', async (path, id, field, value) => {
    const host = await openHost(world('ignore'));
    const before = (await host.call('GET', `${path}/${id}`)).body['item'] as Json;
    expect((await host.call('PATCH', path, { id, [field]: value })).status).toBe(200);
    expect((await host.call('GET', `${path}/${id}`)).body['item']).toMatchObject({ [field]: before[field] });
  });
  test('a create-only field that stays as it is may be sent', async () => {
    const { call } = await openHost();
    expect((await call('PATCH', 'Contracts', { id: 10, companyID: 7, contractType: 7, status: 0 })).status).toBe(200);
  });

  test('PUT refuses to empty a required field', async () => {
    const { call } = await openHost();
    expect(errorOf(await call('PUT', 'Contracts', { id: 10, contractName: 'x' }))).toMatch(/required field endDate/);
  });

  // And on billing items.
  test('only bookkeeping’s dates and numbers change on invoices and currencies', async () => {
    const { call } = await openHost(worldWith({ billingItems: [{ id: 5, companyID: 7 }], invoices: [{ id: 6, companyID: 7 }] }));
    expect((await call('PATCH', 'BillingItems', { id: 5, webServiceDate: '2025-10-01T00:00:00Z' })).status).toBe(200);
    expect((await call('PATCH', 'BillingItems', { id: 5, totalAmount: 1 })).status).toBe(500);
    expect((await call('PATCH', 'Invoices', { id: 6, invoiceNumber: 'A-1', paidDate: '2025-10-01' })).status).toBe(200);
    expect((await call('PATCH', 'Invoices', { id: 6, invoiceTotal: 1 })).status).toBe(500);
    expect((await call('PATCH', 'Currencies', { id: 1, exchangeRate: 1.1 })).status).toBe(200);
    expect((await call('PATCH', 'Currencies', { id: 1, name: 'USD' })).status).toBe(500);
  });
});

describe('contract services', () => {
  test('one made directly has the service’s prices and no rows', async () => {
    const host = await openHost(worldWith({ contractServices: [] }));
    const id = await host.create('Contracts/10/Services', { contractID: 10, serviceID: 3, adjustedPrice: 4.5 });
    expect((await host.call('GET', `ContractServices/${id}`)).body['item']).toMatchObject({
      unitPrice: 5,
      unitCost: 2,
      internalCurrencyAdjustedPrice: 4.5,
    });
    expect((await host.call('GET', `ContractServices/${id}`)).text).not.toMatch(/adjustedPrice"/);
    expect(host.state().unitRows).toEqual([]);
  });

  const unfit: [title: string, world: Json, said: RegExp][] = [
    [
      'a contract of another type',
      { contracts: [{ id: 10, companyID: 7, contractType: 1, startDate: '2025-01-01', endDate: '2025-12-31' }] },
      /not of type Recurring Service/,
    ],
    [
      'a contract of another period',
      { contracts: [{ id: 10, companyID: 7, contractPeriodType: 5, startDate: '2025-01-01', endDate: '2025-12-31' }] },
      /period type/,
    ],
    ['an inactive service', { services: [{ id: 3, billingCodeID: 1, isActive: false }] }, /not active/],
  ];
  test.each(unfit)('%s takes no service', async (_title, more, said) => {
    const { call } = await openHost(worldWith({ contractServices: [], ...more }));
    expect(errorOf(await call('POST', 'Contracts/10/Services', { serviceID: 3 }))).toMatch(said);
    const adjustment = { contractID: 10, serviceID: 3, effectiveDate: '2025-10-01', unitChange: 1 };
    expect(errorOf(await call('POST', 'ContractServiceAdjustments', adjustment))).toMatch(said);
  });
});
