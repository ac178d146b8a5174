import { describe, expect, test } from '@jest/globals';
import { errorOf, openHost, rowsByDay, worldWith, type Host, type Json } from './autotask-host.js';

const POSTED =
  'Unable to make changes as it would result in the deletion/modification of an already approved and posted contract period';
const charges = [
  {
    id: 40,
    contractID: 10,
    datePurchased: '2025-10-01',
    productID: 30,
    billingCodeID: 2,
    name: 'Azure',
    unitPrice: 75.0149,
    unitCost: 68.83,
  },
  { id: 41, contractID: 10, datePurchased: '2025-11-01', billingCodeID: 2, unitPrice: 1 },
  {
    id: 42,
    contractID: 10,
    datePurchased: '2025-10-31',
    billingCodeID: 2,
    unitPrice: 9,
    unitCost: 8,
    isBillableToCompany: false,
  },
];
const world = (more: Json = {}): Json => worldWith({ charges, ...more });
const freeze = (host: Host, body: Json = { through: '2025-10-31' }) => host.control('POST', 'autotask/freeze', body);
const adjust = (host: Host, effectiveDate: string, body: Json) =>
  host.call('POST', 'ContractServiceAdjustments', { contractServiceID: 20, effectiveDate, ...body });

describe('freezing', () => {
  test('posts rows that end, and charges purchased, by the day', async () => {
    const host = await openHost(world());
    expect((await freeze(host)).body).toEqual({ rows: 10, charges: 2 });
    const posted = host.state().unitRows.filter((row) => row.approveAndPostDate !== null);
    expect(posted.at(-1)).toMatchObject({ endDate: '2025-10-31T00:00:00Z', approveAndPostDate: '2025-10-17T03:00:00.000Z' });
    expect(host.state().charges.map(({ id, isBilled }) => [id, isBilled])).toEqual([
      [40, true],
      [41, false],
      [42, true],
    ]);
  });

  test('makes billing items with two decimals', async () => {
    const host = await openHost(world());
    await freeze(host);
    const items = await host.find('BillingItems', [{ op: 'gte', field: 'itemDate', value: '2025-10-01' }]);
    expect(items).toMatchObject([
      {
        companyID: 7,
        contractID: 10,
        contractServiceID: 20,
        contractServicePeriodID: 10,
        serviceID: 3,
        billingCodeID: 1,
        billingItemType: 7,
        itemName: 'Business Premium',
        description: 'CFQ7TTC0',
        itemDate: '2025-10-01T00:00:00Z',
        quantity: 4,
        rate: 5,
        extendedPrice: 20,
        totalAmount: 20,
        ourCost: 8,
        nonBillable: 0,
        invoiceID: null,
      },
      {
        contractChargeID: 40,
        billingItemType: 9,
        itemName: 'Azure',
        quantity: 1,
        rate: 75.0149,
        totalAmount: 75.01,
        ourCost: 68.83,
      },
      { contractChargeID: 42, nonBillable: 1, totalAmount: 0, ourCost: 8 },
    ]);
  });

  test('amounts have twins in the internal currency', async () => {
    const currencies = [
      { id: 1, name: 'EUR', isInternalCurrency: true },
      { id: 2, name: 'NOK', exchangeRate: 0.085 },
    ];
    const companies = [{ id: 7, companyName: 'Contoso', currencyID: 2 }];
    const host = await openHost(world({ currencies, companies }));
    await freeze(host);
    const first = (path: string) => host.find(path, [{ op: 'lte', field: 'contractID', value: 10 }]).then(([record]) => record);
    expect(await first('ContractServiceUnits')).toMatchObject({ price: 20, internalCurrencyPrice: 1.7 });
    expect(await first('ContractCharges')).toMatchObject({ billableAmount: 75.0149, internalCurrencyBillableAmount: 6.3763 });
    expect(await first('BillingItems')).toMatchObject({ extendedPrice: 20, internalCurrencyExtendedPrice: 1.7 });
  });

  test('bills nothing for a row without units', async () => {
    const host = await openHost(worldWith({ contractServices: [{ id: 20, contractID: 10, serviceID: 3 }] }));
    expect((await freeze(host)).body).toEqual({ rows: 10, charges: 0 });
    expect(host.state().billingItems).toEqual([]);
  });

  test('posts nothing twice', async () => {
    const host = await openHost(world());
    await freeze(host);
    const { billingItems } = host.state();
    expect((await freeze(host)).body).toEqual({ rows: 0, charges: 0 });
    expect(host.state().billingItems).toEqual(billingItems);
  });

  test.each([
    [{ companyID: 8 }, [11]],
    [{ contractID: 10 }, [10]],
    [{ companyID: 8, contractID: 10 }, []],
    [{}, [10, 11]],
  ])('of %j touches the contracts %j', async (scope, contractIds) => {
    const contracts = [
      { id: 10, companyID: 7, startDate: '2025-10-01', endDate: '2025-12-31' },
      { id: 11, companyID: 8, startDate: '2025-10-01', endDate: '2025-12-31' },
    ];
    const contractServices = [10, 11].map((contractID) => ({ contractID, serviceID: 3, units: 1, unitPrice: 1 }));
    const host = await openHost(worldWith({ companies: [{ id: 7 }, { id: 8 }], contracts, contractServices }));
    await freeze(host, { through: '2025-10-31', ...scope });
    const frozen = host.state().unitRows.filter((row) => row.approveAndPostDate !== null);
    expect(frozen.map(({ contractID }) => contractID)).toEqual(contractIds);
  });

  test('is undone by the same body', async () => {
    const host = await openHost(world());
    const before = host.state();
    await freeze(host);
    expect((await host.control('POST', 'autotask/unfreeze', { through: '2025-10-31' })).body).toEqual({ rows: 10, charges: 2 });
    expect(host.state()).toEqual(before);
  });
});

describe('what is frozen', () => {
  test('a billed charge can neither be changed nor deleted', async () => {
    const host = await openHost(world());
    await freeze(host);
    expect(errorOf(await host.call('PATCH', 'Contracts/10/Charges', { id: 40, unitPrice: 1 }))).toMatch(/already billed/);
    expect(errorOf(await host.call('DELETE', 'Contracts/10/Charges/40'))).toMatch(/already billed/);
    expect((await host.call('DELETE', 'Contracts/10/Charges/41')).status).toBe(200);
  });

  test('an adjustment of a posted row leaves it and bills more', async () => {
    const host = await openHost();
    await freeze(host);
    expect((await adjust(host, '2025-10-01', { unitChange: 2, adjustedUnitPrice: 6 })).body).toEqual({ itemId: null });
    expect(rowsByDay(host, 20, '2025-10')).toEqual({
      '2025-10-01': [4, 20, 8],
      '2025-11-01': [6, 36, 12],
      '2025-12-01': [6, 36, 12],
    });
    expect(host.state().billingItems.at(-1)).toMatchObject({
      billingItemType: 8,
      contractServiceAdjustmentID: 1,
      contractServicePeriodID: 10,
      quantity: 2,
      rate: 6,
      totalAmount: 16,
      ourCost: 4,
    });
    expect(host.state().adjustments[0]).toMatchObject({ before: { units: 4, price: 20 }, after: { units: 4, price: 20 } });
  });

  test('the difference within a posted row is billed by days', async () => {
    const host = await openHost();
    await freeze(host, { through: '2025-11-30' });
    await adjust(host, '2025-11-16', { unitChange: 2 });
    expect(host.state().billingItems.at(-1)).toMatchObject({ itemDate: '2025-11-16T00:00:00Z', totalAmount: 5, ourCost: 2 });
    expect(Object.keys(rowsByDay(host, 20, '2025-11'))).toEqual(['2025-11-01', '2025-12-01']);
  });

  test('an adjustment of a posted row is refused, if so switched', async () => {
    const host = await openHost(worldWith({ behaviour: { afterPost: 'reject' } }));
    await freeze(host);
    const before = host.state();
    expect(errorOf(await adjust(host, '2025-10-01', { unitChange: 2 }))).toBe(POSTED);
    expect(host.state()).toEqual(before);
    expect((await adjust(host, '2025-11-01', { unitChange: 2 })).status).toBe(200);
  });
});

describe('invoices', () => {
  test('an invoice takes the posted items of one company through a day', async () => {
    const host = await openHost(world());
    await freeze(host, { through: '2025-11-30' });
    const { body } = await host.control('POST', 'autotask/invoice', { companyID: 7, through: '2025-10-31' });
    expect(body).toEqual({ invoiceID: 1, billingItems: 12 });
    expect((await host.call('GET', 'Invoices/1')).body['item']).toMatchObject({
      companyID: 7,
      invoiceNumber: '1',
      invoiceTotal: 275.01,
      fromDate: '2025-01-01T00:00:00Z',
      toDate: '2025-10-31T00:00:00Z',
      isVoided: false,
    });
    expect(host.state().billingItems.filter(({ invoiceID }) => invoiceID === null)).toHaveLength(2);
  });

  test('a voided invoice sets its items free', async () => {
    const host = await openHost(world());
    await freeze(host);
    await host.control('POST', 'autotask/invoice', { companyID: 7, through: '2025-10-31' });
    await host.control('POST', 'autotask/invoice/void', { invoiceID: 1 });
    expect(host.state().invoices).toMatchObject([{ isVoided: true, voidedDate: '2025-10-17T03:00:00.000Z' }]);
    expect(host.state().billingItems.every(({ invoiceID }) => invoiceID === null)).toBe(true);
    expect((await host.control('POST', 'autotask/invoice', { companyID: 7, through: '2025-10-31' })).body).toMatchObject({
      invoiceID: 2,
    });
  });

  test('what is on an invoice is not unfrozen', async () => {
    const host = await openHost(world());
    await freeze(host);
    await host.control('POST', 'autotask/invoice', { companyID: 7, through: '2025-10-31' });
    expect(await host.control('POST', 'autotask/unfreeze', { through: '2025-10-31' })).toMatchObject({
      status: 409,
      body: { error: 'Invoice 1 has items of the contract 10; void it first.' },
    });
  });

  test.each([
    [{ companyID: 7, through: '2025-10-31' }, 409],
    [{ companyID: 99, through: '2025-10-31' }, 404],
    [{ companyID: 7 }, 400],
  ])('an invoice of %j is %i', async (body, status) => {
    expect((await (await openHost()).control('POST', 'autotask/invoice', body)).status).toBe(status);
  });
});
