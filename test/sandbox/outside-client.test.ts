import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createRequire } from 'node:module';
import { worldWith, type Json } from './autotask-host.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';

/**
 * Somebody else's client, unmodified (`@apigrate/autotask-restapi`), walks through a month: it was written against the real API and knows nothing of
 * ours. It finds its zone by its own option `base_url`, which here is the sandbox's address.
 */
type Call<A extends unknown[]> = (...given: A) => Promise<Json>;
interface Root {
  query: Call<[search: Json]>;
  count: Call<[search: Json]>;
  get: Call<[id: number]>;
  create: Call<[record: Json]>;
  update: Call<[record: Json]>;
  fieldInfo: Call<[]>;
  udfInfo: Call<[]>;
  info: Call<[]>;
}
type Child = Omit<Root, 'create' | 'update'> & {
  create: Call<[parentId: number, record: Json]>;
  update: Call<[parentId: number, record: Json]>;
  delete: Call<[parentId: number, id: number]>;
};
type Client = Record<'Contracts' | 'Services' | 'Companies' | 'BillingItems' | 'Invoices', Root> &
  Record<'ContractServices' | 'ContractServiceAdjustments' | 'ContractServiceUnits' | 'ContractCharges', Child> & {
    available_entities: { name: string; childOf?: string; subname?: string }[];
    zoneInfo: Json | null;
    _get(endpoint: string): Promise<Json>;
    _post(endpoint: string, body: Json): Promise<Json>;
  };
const { AutotaskRestApi } = createRequire(import.meta.url)('@apigrate/autotask-restapi') as {
  AutotaskRestApi: new (user: string, secret: string, code: string, options: { base_url: string }) => Client;
};

let sandbox: Sandbox;
let api: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ world: worldWith({ contracts: [], contractServices: [], services: [] }) });
  api = new AutotaskRestApi('sandbox', 'sandbox', 'sandbox', { base_url: `${sandbox.url}/ATServicesRest/` });
});
afterAll(() => sandbox.close());

const where = (field: string, value: unknown): Json => ({ filter: [{ op: 'eq', field, value }] });
const itemsOf = (answer: Json): Json[] => answer['items'] as Json[];
const idOf = (answer: Json): number => Number(answer['itemId']);
const october = async (contractServiceID: number): Promise<Json | undefined> =>
  itemsOf(await api.ContractServiceUnits.query(where('contractServiceID', contractServiceID))).find(({ startDate }) =>
    String(startDate).startsWith('2025-10-01'),
  );
const freeze = (through: string): Promise<Response> =>
  fetch(`${sandbox.url}/_sandbox/autotask/freeze`, { method: 'POST', body: JSON.stringify({ through }) });

// One walk: each step stands on the one before.
let contractID = 0;
let serviceID = 0;
let contractServiceID = 0;

test('it finds its zone with the first call, by itself', async () => {
  expect((await api.Companies.get(7))['item']).toMatchObject({ companyName: 'Contoso' });
  expect(api.zoneInfo).toMatchObject({ zoneName: 'Sandbox', url: `${sandbox.url}/ATServicesRest/` });
});

test('it reads what a contract has: fields, picklists and user-defined fields', async () => {
  const fields = (await api.Contracts.fieldInfo())['fields'] as Json[];
  const type = fields.find(({ name }) => name === 'contractType');
  expect(type?.['picklistValues']).toContainEqual(expect.objectContaining({ value: '7', label: 'Recurring Service' }));
  expect((await api.Contracts.udfInfo())['fields']).toMatchObject([{ name: 'Subscription ID' }]);
  expect((await api.Contracts.info())['info']).toMatchObject({ canCreate: true, canDelete: false });
});

test('it makes a service and a contract', async () => {
  const service = { name: 'Microsoft 365 E3', billingCodeID: 1, periodType: 2, unitPrice: 36, unitCost: 30 };
  serviceID = idOf(await api.Services.create(service));
  contractID = idOf(
    await api.Contracts.create({
      companyID: 7,
      contractName: 'Microsoft 365 E3',
      contractNumber: 'CSP-1',
      contractType: 7,
      status: 1,
      startDate: '2025-10-01T10:15:00Z',
      endDate: '2025-10-31T10:15:00Z',
      contractPeriodType: 2,
      timeReportingRequiresStartAndStopTimes: 0,
      userDefinedFields: [{ name: 'Subscription ID', value: '9f1c' }],
    }),
  );
  const found = itemsOf(
    await api.Contracts.query({ filter: [{ op: 'eq', field: 'Subscription ID', udf: true, value: '9f1c' }] }),
  );
  expect(found).toMatchObject([{ id: contractID, contractNumber: 'CSP-1' }]);
});

test('an adjustment answers no id; the units show it', async () => {
  const adjustment = { contractID, serviceID, effectiveDate: '2025-10-01T10:15:00Z', unitChange: 11, adjustedUnitPrice: 23.1 };
  expect(await api.ContractServiceAdjustments.create(contractID, adjustment)).toEqual({ itemId: null });
  const [service] = itemsOf(await api.ContractServices.query(where('contractID', contractID)));
  contractServiceID = Number(service?.['id']);
  expect(await october(contractServiceID)).toMatchObject({ units: 11, price: 254.1, cost: 330, approveAndPostDate: null });
});

test('a second adjustment of the day is refused as duplicate data', async () => {
  const again = { contractServiceID, effectiveDate: '2025-10-01T10:15:00Z', unitChange: 1 };
  await expect(api.ContractServiceAdjustments.create(contractID, again)).rejects.toMatchObject({
    status: 500,
    details: { errors: ['Attempt to insert duplicate data into contract_service_period'] },
  });
  expect(await october(contractServiceID)).toMatchObject({ units: 11 });
});

test('a later end date brings periods with the last price', async () => {
  await api.Contracts.update({ id: contractID, endDate: '2025-11-30T10:15:00Z' });
  const rows = itemsOf(await api.ContractServiceUnits.query(where('contractServiceID', contractServiceID)));
  expect(rows.map(({ units, price }) => [units, price])).toEqual([
    [11, 254.1],
    [11, 254.1],
  ]);
});

test('a charge is made, changed and found by its internal number', async () => {
  const charge = { name: 'Azure', datePurchased: '2025-10-05T10:15:00Z', chargeType: 1, unitQuantity: 1, productID: 30 };
  const id = idOf(
    await api.ContractCharges.create(contractID, {
      ...charge,
      unitPrice: 99.995,
      unitCost: 80,
      isBillableToCompany: true,
      internalPurchaseOrderNumber: 'key-1',
    }),
  );
  await api.ContractCharges.update(contractID, { id, unitPrice: 101.005 });
  expect(itemsOf(await api.ContractCharges.query(where('internalPurchaseOrderNumber', 'key-1')))).toMatchObject([
    { id, billableAmount: 101.005, isBilled: false },
  ]);
});

test('approved and posted amounts freeze as billing items of cents', async () => {
  await freeze('2025-10-31');
  const posted = itemsOf(await api.BillingItems.query(where('contractID', contractID)));
  expect(posted.map(({ quantity, extendedPrice }) => [quantity, extendedPrice])).toEqual([
    [11, 254.1],
    [1, 101.01],
  ]);
  const [charge] = itemsOf(await api.ContractCharges.query(where('contractID', contractID)));
  expect(charge).toMatchObject({ isBilled: true });
  await expect(api.ContractCharges.update(contractID, { id: Number(charge?.['id']), unitPrice: 1 })).rejects.toMatchObject({
    status: 500,
  });
  await expect(api.Contracts.update({ id: contractID, endDate: '2025-10-15T10:15:00Z' })).rejects.toMatchObject({
    details: { errors: [expect.stringMatching(/already approved and posted contract period/)] },
  });
});

test('a query is followed from page to page', async () => {
  for (let n = 0; n < 5; n++)
    await api.Companies.create({ companyName: `More ${n}`, companyType: 1, ownerResourceID: 1, phone: '1' });
  const search = { filter: [{ op: 'exist', field: 'id' }], MaxRecords: 4 };
  const first = await api.Companies.query(search);
  const { nextPageUrl } = first['pageDetails'] as { nextPageUrl: string };
  const second = await api._post(nextPageUrl.replace(/^.*\/V1\.0/i, ''), search);
  expect([...itemsOf(first), ...itemsOf(second)]).toHaveLength(6);
  expect(await api.Companies.count(search)).toEqual({ queryCount: 6 });
});

test('reads how much quota is used, its own call included', async () => {
  const vendorCalls = sandbox.requests().filter(({ path }) => !/zoneInformation/i.test(path)).length;
  expect(await api._get('/ThresholdInformation')).toEqual({
    externalRequestThreshold: 10_000,
    requestThresholdTimeframe: 60,
    currentTimeframeRequestCount: vendorCalls + 1,
  });
});

test('each known entity answers or is unsupported, none is missing', async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const names = [...new Set(api.available_entities.map(({ name }) => name))].filter((name) => !/^(zone|threshold)/i.test(name));
  const ends = await Promise.all(names.map((name) => endOf(() => api._get(`/${name}/entityInformation`))));
  jest.restoreAllMocks();
  expect(names.length).toBeGreaterThan(150);
  expect(names.filter((_name, index) => ![200, 501].includes(ends[index] ?? 0))).toEqual([]);
  expect(ends.filter((status) => status === 200).length).toBeGreaterThanOrEqual(16);
});

test('children of what is served are unsupported, not missing', async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const parents = ['Companies', 'Contracts', 'Products', 'OrganizationalLevelAssociations'];
  const children = api.available_entities.filter(({ childOf = '' }) => parents.includes(childOf));
  const ends = await Promise.all(children.map(({ childOf, subname }) => endOf(() => api._get(`/${childOf}/10/${subname}`))));
  jest.restoreAllMocks();
  expect(children.length).toBeGreaterThan(25);
  // Adjustments can only be made.
  expect(children.filter((_child, index) => ![200, 501].includes(ends[index] ?? 0))).toMatchObject([
    { subname: 'ServiceAdjustments' },
  ]);
});

/** The status that a call ends with; its client answers null for 404. */
async function endOf(call: () => Promise<unknown>): Promise<number> {
  try {
    return (await call()) === null ? 404 : 200;
  } catch (error) {
    return (error as { status: number }).status;
  }
}

test('what the sandbox leaves out is an error saying so', async () => {
  await expect(api._post('/Tickets/query', where('id', 1))).rejects.toMatchObject({
    status: 501,
    details: { errors: [expect.stringMatching(/unsupported/)] },
  });
});
