import { expect, test } from '@jest/globals';
import { ANY, errorOf, openHost, recordsOf, worldWith, type Json } from './autotask-host.js';

/** What the API user's security level lets it do (`docs/vendors/autotask.md` 1). */

const CHARGE = { name: 'x', chargeType: 1, unitQuantity: 1, billingCodeID: 2, datePurchased: '2025-10-01' };
const charges = [{ id: 40, contractID: 10, datePurchased: '2025-10-01', productID: 30, unitPrice: 9, unitCost: 4 }];

const calls: [right: string, method: string, path: string, body: unknown][] = [
  ['ContractCharges.query', 'POST', 'ContractCharges/query', { filter: ANY }],
  ['ContractCharges.query', 'GET', 'ContractCharges/query/count?search={"filter":[]}', undefined],
  ['ContractCharges.query', 'GET', 'ContractCharges/40', undefined],
  ['ContractCharges.query', 'GET', 'Contracts/10/Charges', undefined],
  ['ContractCharges.create', 'POST', 'Contracts/10/Charges', CHARGE],
  ['ContractCharges.update', 'PATCH', 'Contracts/10/Charges', { id: 40, unitPrice: 1 }],
  ['ContractCharges.update', 'PUT', 'Contracts/10/Charges', { ...CHARGE, id: 40 }],
  ['ContractCharges.delete', 'DELETE', 'Contracts/10/Charges/40', undefined],
  ['ContractServiceAdjustments.create', 'POST', 'ContractServiceAdjustments', { contractServiceID: 20, unitChange: 1 }],
];

test.each(calls)('without the right %s, %s %s is refused and nothing happens', async (right, method, path, body) => {
  const host = await openHost(worldWith({ charges, behaviour: { denied: [right] } }));
  const before = host.state();
  expect(errorOf(await host.call(method, path, body))).toMatch(
    /^The logged in Resource does not have the adequate permissions to /,
  );
  expect(host.state()).toEqual(before);
});

test('one right less leaves the others alone', async () => {
  const { call, create } = await openHost(worldWith({ charges, behaviour: { denied: ['ContractCharges.delete'] } }));
  expect((await call('GET', 'ContractCharges/40')).body['item']).toMatchObject({ id: 40 });
  expect(await create('Contracts/10/Charges', CHARGE)).toBe(41);
});

test('the metadata say the rights, also to those denied them', async () => {
  const { call } = await openHost(worldWith({ behaviour: { denied: ['Services.create', 'Services.query'] } }));
  expect((await call('GET', 'Services/entityInformation')).body['info']).toMatchObject({
    canCreate: true,
    userAccessForCreate: 'None',
    userAccessForUpdate: 'All',
    userAccessForQuery: 'None',
  });
});

test.each([
  ['hidden', [null, null, null, null]],
  ['shown', [4, 4, 2, 8]],
])('costs are %s', async (costs, seen) => {
  const { call } = await openHost(worldWith({ charges, behaviour: { costs } }));
  const first = async (path: string): Promise<Json> => recordsOf(await call('POST', `${path}/query`, { filter: ANY }))[0] ?? {};
  const charge = await first('ContractCharges');
  const shown = [
    charge['unitCost'],
    charge['extendedCost'],
    (await first('Services'))['unitCost'],
    (await first('ContractServiceUnits'))['cost'],
  ];
  expect(shown).toEqual(seen);
  expect(charge['unitPrice']).toBe(9);
});

test('a right that there is not is a mistake of the world', async () => {
  await expect(openHost(worldWith({ behaviour: { denied: ['Tickets.create'] } }))).rejects.toThrow(
    /behaviour\.denied\.?\[?0\]?: not a right such as Services\.create/,
  );
});

const added: [collection: string, path: string, body: Json, table: 'contracts' | 'services' | 'products' | 'charges'][] = [
  [
    'Contracts',
    'Contracts',
    {
      companyID: 7,
      contractName: 'x',
      contractType: 7,
      contractPeriodType: 2,
      status: 1,
      startDate: '2025-10-01',
      endDate: '2025-12-31',
      timeReportingRequiresStartAndStopTimes: 0,
    },
    'contracts',
  ],
  ['Services', 'Services', { name: 'x', billingCodeID: 1, periodType: 2, unitPrice: 1 }, 'services'],
  ['Products', 'Products', { name: 'x', isActive: true, isSerialized: false, chargeBillingCodeID: 2 }, 'products'],
  ['ContractCharges', 'Contracts/10/Charges', CHARGE, 'charges'],
];

test.each(added)('what the user adds to %s stays invisible, if so switched', async (collection, path, body, table) => {
  const host = await openHost(worldWith({ charges, behaviour: { hidesAdded: [collection] } }));
  const before = await host.find(collection, ANY);
  const id = await host.create(path, body);
  expect(await host.find(collection, ANY)).toEqual(before);
  expect((await host.call('GET', `${collection}/${id}`)).body).toEqual({ item: null });
  expect(host.state()[table].some((record) => record.id === id)).toBe(true);
  expect((await host.call('GET', `${collection}/entityInformation`)).body['info']).toMatchObject({
    userAccessForQuery: 'Restricted',
  });
});

test('what the user adds it sees', async () => {
  const host = await openHost(worldWith({ charges }));
  for (const [collection, path, body] of added) {
    const id = await host.create(path, body);
    expect((await host.find(collection, ANY)).map((record) => record['id'])).toContain(id);
  }
});

test('the metadata may give rights as numbers 0, 1 and 2', async () => {
  const behaviour = { accessValues: 'numbers', denied: ['Contracts.create'], hidesAdded: ['Contracts'] };
  const { call } = await openHost(worldWith({ behaviour }));
  expect((await call('GET', 'Contracts/entityInformation')).body['info']).toMatchObject({
    userAccessForCreate: 0,
    userAccessForUpdate: 1,
    userAccessForQuery: 2,
  });
});
