import { expect, jest, test } from '@jest/globals';
import { openHost, worldWith } from './autotask-host.js';

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];
const charges = [{ id: 40, contractID: 10, datePurchased: '2025-10-01', productID: 30, unitPrice: 9 }];

/** Which methods of a path exist; all others are 405. */
const paths: [path: string, methods: string][] = [
  ['Contracts', 'POST PATCH PUT'],
  ['Contracts/10', 'GET'],
  ['Contracts/10/Services', 'GET POST PATCH PUT'],
  ['Contracts/10/Services/20', 'GET'],
  ['Contracts/10/ServiceUnits', 'GET'],
  ['Contracts/10/ServiceUnits/1', 'GET'],
  ['Contracts/10/ServiceAdjustments', 'POST'],
  ['Contracts/10/Charges', 'GET POST PATCH PUT'],
  ['Contracts/10/Charges/40', 'GET DELETE'],
  ['ContractServices', ''],
  ['ContractServices/20', 'GET'],
  ['ContractServiceUnits', ''],
  ['ContractServiceUnits/1', 'GET'],
  ['ContractServiceAdjustments', 'POST'],
  ['ContractCharges', ''],
  ['ContractCharges/40', 'GET'],
  ['ContractBillingRules', ''],
  ['Companies', 'POST PATCH PUT'],
  ['Services', 'POST PATCH PUT'],
  ['Products', 'POST PATCH PUT'],
  ['Departments', 'POST PATCH PUT'],
  ['TaxCategories', 'POST PATCH PUT'],
  ['UserDefinedFieldDefinitions', 'POST PATCH PUT'],
  ['BillingItems', 'PATCH PUT'],
  ['Invoices', 'PATCH PUT'],
  ['Currencies', 'PATCH PUT'],
  ['BillingCodes', ''],
  ['Contracts/query', 'GET POST'],
  ['Contracts/query/count', 'GET POST'],
  ['ThresholdInformation', 'GET'],
];
test.each(paths)('%s takes %s and answers 405 to the rest', async (path, methods) => {
  const { call } = await openHost(worldWith({ charges }));
  const taken: string[] = [];
  for (const method of METHODS) {
    const reply = await call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
    if (reply.status !== 405) taken.push(method);
    else expect(reply.body).toEqual({ Message: `The requested resource does not support http method '${method}'.` });
  }
  expect(taken.sort()).toEqual(methods.split(' ').filter(Boolean).sort());
});

const outside: [path: string, status: number, said: RegExp][] = [
  ['Tickets/query', 501, /unsupported/],
  ['Companies/7/Contacts', 501, /unsupported/],
  ['Contracts/10/ServiceBundles', 501, /unsupported/],
  ['PriceListServices/query', 501, /unsupported/],
  ['Contracts/10/BillingRules', 501, /unsupported/],
  ['ContractServiceAdjustments/query', 404, /unknown Autotask endpoint/],
  ['Nonsense/query', 404, /unknown Autotask endpoint/],
];
test.each(outside)('POST %s is %i and is said aloud', async (path, status, said) => {
  const { call } = await openHost();
  const aloud = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect((await call('POST', path, {})).status).toBe(status);
    expect(aloud.mock.calls.map(String).join()).toMatch(said);
  } finally {
    aloud.mockRestore();
  }
});

test('a missing id answers item null', async () => {
  const { call } = await openHost();
  expect(await call('GET', 'Contracts/999')).toMatchObject({ status: 200, body: { item: null } });
});

test('a missing id answers 404 where the switch says so', async () => {
  const { call } = await openHost(worldWith({ behaviour: { missing: '404' } }));
  expect((await call('GET', 'Contracts/999')).status).toBe(404);
  expect((await call('GET', 'Contracts/10')).status).toBe(200);
});

test('a child is read below its own parent only', async () => {
  const { call } = await openHost();
  expect((await call('GET', 'Contracts/10/Services/20')).body['item']).toMatchObject({ id: 20, contractID: 10 });
  expect((await call('GET', 'Contracts/11/Services/20')).body).toEqual({ item: null });
});
