import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openVendors, september, type Vendors, type World } from './vendors.js';

/** What the clients make of the vendors' answers. */

describe('the report of a month', () => {
  let vendors: Vendors;
  beforeAll(async () => {
    vendors = await openVendors();
    await vendors.control('POST', 'clock', { now: '2025-10-17T03:00:00Z' });
  });
  afterAll(() => vendors.close());

  test('has every row with its exact amounts, and what explains them', async () => {
    const report = await vendors.cloudmore.readReport({ month: '2025-10' });
    expect(report.lines).toHaveLength(30);
    expect(report.lines.filter(({ isCustomService }) => isCustomService)).toHaveLength(1);
    expect(report.lines.find(({ chargeType, quantity }) => chargeType === 'addQuantity' && quantity === '24')).toMatchObject({
      cost: '346.56',
      sales: '396',
      unitSales: '16.5',
    });
    expect(report.organizations.map(({ name, companyIdText }) => [name, companyIdText])).toContainEqual([
      'Fabrikam Logistics',
      '29683540',
    ]);
    expect(report.subscriptions).toContainEqual(
      expect.objectContaining({
        recordType: 'Csp365Legacy',
        itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239',
        endDay: '2025-12-15',
      }),
    );
    expect(report.prices).toContainEqual(
      expect.objectContaining({ itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly', sales: '22.5', paymentMonths: 1 }),
    );
    expect(report.unassigned).toEqual([expect.objectContaining({ customerName: 'Unlinked Tenant', cost: '5.1', sales: '6' })]);
  });

  test('a customer listed twice does not share with itself', async () => {
    const listed = await vendors.cloudmore.listOrganizations();
    const again = { ...listed[0]!, id: listed[0]!.id.toUpperCase() };
    const fault = { kind: 'status', status: 200, body: [...listed, again], when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'cloudmore', path: '*/Organizations' }, fault }]);
    expect(await vendors.cloudmore.listOrganizations()).toHaveLength(listed.length);
    await vendors.control('POST', 'faults', []);
  });

  test('is empty for a month without billing', async () => {
    expect((await vendors.cloudmore.readReport({ month: '2025-07' })).lines).toEqual([]);
  });
});

/** A catalogue that takes three pages. */
function manyServices(): World {
  const world = september();
  world.autotask!.services = Array.from({ length: 1203 }, (_, index) => ({
    id: 5000 + index,
    name: `Service ${index}`,
    billingCodeID: 29682801,
    periodType: 2,
    unitPrice: 1,
    isActive: true,
  }));
  world.autotask!.contracts = [];
  world.autotask!.contractServices = [];
  world.autotask!.unitRows = [];
  return world;
}

describe('bulk reads of Autotask', () => {
  test('follow pages to the end, and count one call a page', async () => {
    const vendors = await openVendors(manyServices());
    const { result, calls } = await vendors.autotask.countCalls(() =>
      vendors.autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }]),
    );
    expect(result).toHaveLength(1203);
    expect(calls).toBe(3);
    await vendors.close();
  });

  // The calls had waited for quota.
  test.each([
    ['once', [1]],
    ['twice', [1, 2]],
  ])('continue by id when a next page has expired %s', async (_, nth) => {
    const vendors = await openVendors(manyServices());
    const expired = { kind: 'status', status: 500, body: { errors: ['The paging information is not valid.'] }, when: 'before' };
    await vendors.control('POST', 'faults', [
      { match: { vendor: 'autotask', path: '*/Services/query/next', nth }, fault: expired },
    ]);
    const services = (await vendors.autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }])) as { id: number }[];
    expect(services.map(({ id }) => id)).toEqual(Array.from({ length: 1203 }, (_, index) => 5000 + index));
    await vendors.close();
  });

  // A tenant with 500 that changed was told that queries are limited to 500 conditions.
  test('ask about many contracts in parts', async () => {
    const vendors = await openVendors(manyServices());
    const contracts = Array.from({ length: 501 }, (_, index) => index + 1);
    const books = await vendors.autotask.readBooks({ month: '2025-10', companyIds: [] });
    expect((await vendors.autotask.readNeighbours(books, '2025-10', contracts)).detailed).toEqual(contracts);
    const written = { contracts, rows: contracts, nextRows: contracts, charges: contracts };
    const back = vendors.autotask.readBack({ month: '2025-10', written: { ...written, serviceKeys: [], productKeys: [] } });
    expect((await back).charges).toEqual([]);
    expect(await vendors.autotask.readContractServices(contracts)).toEqual([]);
    expect(await vendors.autotask.findRowsToAdjust(contracts, '2025-10-01')).toEqual([]);
    await vendors.close();
  });

  // The rest was billed as if the row were not there.
  test('refuse a second list that lacks a row of the first', async () => {
    const vendors = await openVendors();
    const books = await vendors.autotask.readBooks({ month: '2025-09', companyIds: [] });
    expect(books.rows.map(({ id }) => id)).toContain(412);
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    await vendors.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: '*/ContractServiceUnits/query', nth: [1] },
        fault: { kind: 'status', status: 200, body: none, when: 'before' },
      },
    ]);
    await expect(vendors.autotask.readNeighbours(books, '2025-09', [101])).rejects.toThrow(
      /row 412 of contract 101 was there a moment ago, and the list of the contract's rows lacks it/,
    );
    expect((await vendors.autotask.readNeighbours(books, '2025-09', [101])).rows.map(({ id }) => id)).toContain(412);
    await vendors.close();
  });

  test('report Autotask’s own words when reading by id fails too', async () => {
    const vendors = await openVendors(manyServices());
    const refused = { kind: 'status', status: 500, body: { errors: ['No.'] }, when: 'before' };
    await vendors.control('POST', 'faults', [
      { match: { vendor: 'autotask', path: '*/Services/query*', nth: [2, 3, 4, 5] }, fault: refused },
    ]);
    await expect(vendors.autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }])).rejects.toThrow('500 No.');
    await vendors.close();
  });

  // Credentials do not belong there.
  test('never follow a next page to another origin', async () => {
    const vendors = await openVendors();
    const stolen = {
      items: [{ id: 1 }],
      pageDetails: { nextPageUrl: 'https://elsewhere.example/atservicesrest/V1.0/Services/query/next' },
    };
    await vendors.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: '*/Services/query' },
        fault: { kind: 'status', status: 200, body: stolen, when: 'before' },
      },
    ]);
    await expect(vendors.autotask.findServices('X')).rejects.toThrow(/elsewhere\.example.*credentials are not sent/);
    await vendors.close();
  });

  // Charges that were not seen were made once more, and rows without them were taken for nothing.
  test.each([
    ['names no address of the next page', { nextPageUrl: 2 }, 'pageDetails.nextPageUrl is 2, not an address'],
    ['names a record as the next page', { nextPageUrl: { href: '/x' } }, 'pageDetails.nextPageUrl is a record, not an address'],
    [
      'says that it has more records than came',
      { count: 3, nextPageUrl: null },
      'pageDetails.count (3) is more than the 1 that came: the answer is not whole',
    ],
  ])('refuse an answer that %s', async (_, pageDetails, said) => {
    const vendors = await openVendors();
    const body = { items: [{ id: 1, name: 'A', isActive: true, unitPrice: 1, invoiceDescription: 'X' }], pageDetails };
    await vendors.control('POST', 'faults', [
      { match: { vendor: 'autotask', path: '*/Services/query' }, fault: { kind: 'status', status: 200, body, when: 'before' } },
    ]);
    await expect(vendors.autotask.findServices('X')).rejects.toThrow(said);
    await vendors.close();
  });

  test('take a record that two pages both have once', async () => {
    const vendors = await openVendors();
    const twice = {
      Items: [
        { id: 1, name: 'A', isActive: true, unitPrice: 1, InvoiceDescription: 'X' },
        { id: 1, name: 'A', isActive: true, unitPrice: 1, InvoiceDescription: 'X' },
      ],
      PageDetails: { NextPageUrl: null },
    };
    await vendors.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: '*/Services/query' },
        fault: { kind: 'status', status: 200, body: twice, when: 'before' },
      },
    ]);
    expect(await vendors.autotask.findServices('X')).toHaveLength(1);
    await vendors.close();
  });

  const zones = ['Pacific/Honolulu', 'America/New_York', 'Europe/Oslo', 'Australia/Sydney', 'Pacific/Auckland'].flatMap(
    (timeZone) => ['midnight', 'localMidnightAsUtc'].map((dateOutput) => ({ timeZone, dateOutput })),
  );
  test.each(zones)('keep the days of contracts and rows in $timeZone ($dateOutput)', async (behaviour) => {
    const world: World = september();
    world.autotask!.behaviour = behaviour;
    const vendors = await openVendors(world);
    const books = await vendors.autotask.readBooks({ month: '2025-09', companyIds: [29683540] });
    const contract = books.contracts.find(({ subscriptionId }) => subscriptionId === '78d33f02-2bf3-5c0e-9aec-6705cdb6fe07')!;
    expect(contract.endDay).toBe('2025-09-30');
    expect(contract.startDay.endsWith('-01')).toBe(true);
    const row = books.rows.find(({ contractId }) => contractId === contract.id);
    expect(row).toMatchObject({ startDay: '2025-09-01', endDay: '2025-09-30' });
    await vendors.autotask.updateContract(contract.id, { endDay: '2026-09-30' });
    expect((await vendors.autotask.readContract(contract.id))?.endDay).toBe('2026-09-30');
    expect(await vendors.autotask.findRows(contract.id, row!.serviceId, '2025-10-01')).toHaveLength(1);
    await vendors.close();
  });

  test('name the label and its alternatives when a picklist lacks it', async () => {
    const vendors = await openVendors();
    await expect(vendors.autotask.picklists.value('Contracts', 'contractPeriodType', 'Fortnightly')).rejects.toThrow(
      /Contracts\.contractPeriodType has no active value "Fortnightly"; it has: .*Monthly/,
    );
    await vendors.close();
  });

  // It once held what needs it until the worker was started again.
  test('ask again for a missing picklist or currency', async () => {
    const vendors = await openVendors();
    const lacking = (path: string, body: unknown): object => ({
      match: { vendor: 'autotask', path, nth: [1] },
      fault: { kind: 'status', status: 200, body, when: 'before' },
    });
    const noValues = { fields: [{ name: 'chargeType', isPickList: true, picklistValues: null }] };
    const noCode = {
      items: [{ id: 1, name: null, isActive: true, isInternalCurrency: true }],
      pageDetails: { nextPageUrl: null },
    };
    await vendors.control('POST', 'faults', [
      lacking('*/ContractCharges/entityInformation/fields', noValues),
      lacking('*/Services/entityInformation/fields', { fields: [{ name: 'name' }] }),
      lacking('*/Products/entityInformation/fields', { fields: [{ fieldName: 'productBillingCodeID' }] }),
      lacking('*/Currencies/query', noCode),
    ]);
    const { picklists } = vendors.autotask;
    await expect(picklists.value('ContractCharges', 'chargeType', 'Operational')).rejects.toThrow('it has: none');
    expect(await picklists.value('ContractCharges', 'chargeType', 'Operational')).toBe(1);
    expect(await picklists.fields('Services')).toHaveLength(1);
    expect(await picklists.value('Services', 'periodType', 'Monthly')).toBe(2);
    await expect(picklists.fields('Products')).rejects.toThrow('none of 1 fields can be read');
    expect(await picklists.fields('Products')).not.toHaveLength(0);
    expect(await vendors.autotask.readCurrencies()).toEqual([]);
    expect(await vendors.autotask.readCurrencies()).toHaveLength(1);
    await vendors.close();
  });

  // A customer billed in it was held until the worker was started again.
  test('know a currency that was added since', async () => {
    const world = september();
    for (const company of world.autotask!.companies as Record<string, unknown>[]) company.currencyID = 1;
    const vendors = await openVendors(world);
    const before = [{ id: 99, name: 'USD', isActive: true, isInternalCurrency: true }];
    const body = { items: before, pageDetails: { nextPageUrl: null } };
    await vendors.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: '*/Currencies/query', nth: [1] },
        fault: { kind: 'status', status: 200, body, when: 'before' },
      },
    ]);
    const unreadable: string[] = [];
    const onUnreadable = ({ problem }: { problem: string }): void => void unreadable.push(problem);
    expect(await vendors.autotask.readCompanies([29683540], { onUnreadable })).toEqual([]);
    expect(unreadable).toEqual(['is not a currency that Currencies has']);
    expect(await vendors.autotask.readCompanies([29683540])).toMatchObject([{ currency: 'EUR' }]);
    await vendors.close();
  });
});

describe('the zone of the tenant', () => {
  let vendors: Vendors;
  beforeAll(async () => {
    vendors = await openVendors();
  });
  afterAll(() => vendors.close());

  const zoneRequests = async (): Promise<number> =>
    ((await vendors.control('GET', 'requests')) as { path: string }[]).filter(({ path }) => /zoneInformation/i.test(path)).length;

  test('is asked for once, from the user name alone', async () => {
    const autotask = vendors.zoned();
    await vendors.control('DELETE', 'requests');
    await autotask.readCurrencies();
    await autotask.findServices('X');
    expect(await zoneRequests()).toBe(1);
  });

  test('is requested again when a moved tenant answers 401', async () => {
    const autotask = vendors.zoned();
    await autotask.readCurrencies();
    await vendors.control('DELETE', 'requests');
    await vendors.control('POST', 'faults', [
      {
        match: { vendor: 'autotask', path: '*/Services/query' },
        fault: { kind: 'status', status: 401, when: 'before' },
        times: 1,
      },
    ]);
    await expect(autotask.findServices('X')).resolves.toEqual([]);
    expect(await zoneRequests()).toBe(1);
    await vendors.control('POST', 'faults', []);
  });

  // It passes.
  test.each([
    ['an empty answer', 1, { kind: 'empty' }],
    ['a refusal for now', 1, { kind: 'status', status: 429, when: 'before' }],
    ['three failures', 3, { kind: 'status', status: 503, when: 'before' }],
  ])('does not blame the user name for %s', async (_what, times, fault) => {
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/zoneInformation' }, fault, times }]);
    const autotask = vendors.zoned();
    await expect(autotask.readCurrencies()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(autotask.readCurrencies()).resolves.toHaveLength(1);
    await vendors.control('POST', 'faults', []);
  });

  // Anyone who answers for the discovery gets no credentials sent elsewhere.
  test('accepts only Autotask’s own hosts', async () => {
    const elsewhere = { url: 'https://autotask.net.example.com/ATServicesRest/' };
    const fault = { kind: 'status', status: 200, body: elsewhere, when: 'before' };
    await vendors.control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/zoneInformation' }, fault }]);
    await expect(vendors.zoned().readCurrencies()).rejects.toThrow(
      /names "https:\/\/autotask\.net\.example\.com.*not sent there/,
    );
    await vendors.control('POST', 'faults', []);
  });

  test('that nobody knows names the setting to check', async () => {
    await expect(vendors.zoned({ username: 'nobody' }).readCurrencies()).rejects.toThrow(/AUTOTASK_USERNAME/);
  });
});
