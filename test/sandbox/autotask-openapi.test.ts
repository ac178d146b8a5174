import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ANY, errorOf, HEADERS, recordsOf, request, worldWith, type Json, type Reply } from './autotask-host.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';

/**
 * The sandbox against the vendor's own description of its interface (`autotask-openapi.json`: their Swagger, cut to the entities of billing), and
 * against nothing of ours: what the sandbox serves must be in that file, or in the lists below, which come from newer sources.
 */
interface Schema {
  type?: 'integer' | 'number' | 'string' | 'boolean' | 'array' | 'object';
  format?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  $ref?: string;
}
interface Description {
  paths: Record<string, Record<string, unknown>>;
  definitions: Record<string, Schema>;
}
const description = JSON.parse(readFileSync(new URL('autotask-openapi.json', import.meta.url), 'utf8')) as Description;

const METHODS = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

/** Collections of the description that a billing tool has no need of. */
const LEFT_OUT =
  /\/(InvoiceTemplates|OrganizationalLevelAssociations|PriceList\w+|ServiceLevelAgreement\w*|Tax(es|Regions)|UserDefinedField(s|ListItems))\//;
const isLeftOut = (method: string, path: string): boolean =>
  LEFT_OUT.test(`${path}/`) || (path.includes('/BillingRules') && method !== 'GET');

/** One record at least of everything. */
const WORLD = worldWith({
  currencies: [{ id: 1, name: 'EUR', isInternalCurrency: true }],
  charges: [{ id: 40, contractID: 10, datePurchased: '2025-09-01', productID: 30, unitPrice: 9 }],
  billingRules: [{ id: 50, contractID: 10, productID: 30, startDate: '2025-01-01', isActive: true }],
  departments: [{ id: 60, name: 'Sales', primaryLocationID: 1 }],
  taxCategories: [{ id: 70, name: 'Full' }],
});
const IDS: Record<string, number> = {
  Companies: 7,
  Contracts: 10,
  Services: 20,
  ContractServices: 20,
  Charges: 40,
  ContractCharges: 40,
  BillingRules: 50,
  ContractBillingRules: 50,
  Departments: 60,
  TaxCategories: 70,
  Products: 30,
};

/** A path of the description with ids in it: every parent is the contract. */
function addressOf(path: string): string {
  const collection = path.replace('/{id}', '').split('/').at(-1) ?? '';
  const id = path === '/V1.0/Services/{id}' ? 3 : (IDS[collection] ?? 1);
  return path.replace('{parentId}', '10').replace('{id}', String(id));
}

let sandbox: Sandbox;
const call = (method: string, address: string, body?: unknown): Promise<Reply> =>
  request(`${sandbox.url}/ATServicesRest${address}`, method, body, HEADERS);
const quietly = async <T>(work: () => Promise<T>): Promise<T> => {
  const aloud = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    return await work();
  } finally {
    aloud.mockRestore();
  }
};

beforeAll(async () => {
  sandbox = await startSandbox({ world: WORLD });
  await request(`${sandbox.url}/_sandbox/autotask/freeze`, 'POST', { through: '2025-09-30' }, {});
  await request(`${sandbox.url}/_sandbox/autotask/invoice`, 'POST', { companyID: 7, through: '2025-09-30' }, {});
});
afterAll(() => sandbox.close());

describe('every path', () => {
  const paths = Object.entries(description.paths).map(([path, verbs]): [string, string[]] => [
    path,
    Object.keys(verbs).map((verb) => verb.toUpperCase()),
  ]);

  test.each(paths)('%s answers the verbs of the description, 405 the others', async (path, verbs) => {
    const answered = await quietly(() => Promise.all(METHODS.map((method) => ask(method, path))));
    const statuses = Object.fromEntries(METHODS.map((method, index) => [method, answered[index]?.status]));
    for (const method of METHODS) {
      const reply = answered[METHODS.indexOf(method)];
      if (!verbs.includes(method)) {
        expect([method, reply?.status]).toEqual([method, 405]);
        expect(reply?.body).toEqual({ Message: `The requested resource does not support http method '${method}'.` });
      } else if (isLeftOut(method, path)) expect([method, reply?.status]).toEqual([method, 501]);
      else expect([method, statuses[method]]).toEqual([method, method === 'GET' || isQuery(path) ? 200 : 500]);
    }
  });

  test.each([
    'ContractServiceAdjustments/1',
    'ContractServiceAdjustments/query',
    'ServiceLevelAgreements/1',
    'Contracts/10/Nonsense',
    'Contracts/10/Services/20/Units',
    'Nonsense',
  ])('%s, not in the description, is the framework’s 404', async (path) => {
    const reply = await quietly(() => call('GET', `/V1.0/${path}`));
    expect([reply.status, reply.body['Message']]).toEqual([
      404,
      `No HTTP resource was found that matches the request URI '/ATServicesRest/V1.0/${path}'.`,
    ]);
  });

  const isQuery = (path: string): boolean => /\/query(\/count)?$/.test(path);

  /** Deleting and writing are refused for what is sent, so that the world stays. */
  function ask(method: string, path: string): Promise<Reply> {
    const address = addressOf(path);
    if (path === '/V1.0/ZoneInformation') return call(method, `${address}?user=sandbox`);
    if (isQuery(path) && method === 'GET') return call(method, `${address}?search=${JSON.stringify({ filter: ANY })}`);
    if (isQuery(path) && method === 'POST') return call(method, address, { filter: ANY });
    if (method === 'DELETE') return call(method, address.replace('/40', '/999'));
    return call(method, address, method === 'GET' ? undefined : {});
  }
});

/** Properties known from newer sources than the description of 2020. */
const NEWER: Record<string, string[]> = {
  Contract: ['lastModifiedDateTime'],
  Service: [
    'catalogNumberPartNumber',
    'externalID',
    'internalID',
    'manufacturerServiceProvider',
    'manufacturerServiceProviderProductNumber',
    'sku',
    'url',
  ],
  Product: ['createdByResourceID', 'createdTime'],
  BillingItem: [
    'contractBlockID',
    'contractServiceAdjustmentID',
    'contractServiceID',
    'contractServicePeriodID',
    'sortOrderID',
    'taxCategoryID',
  ],
  Invoice: ['invoiceStatus'],
};

/** Entities whose records go out, by collection. */
const ENTITIES: [path: string, name: string][] = [
  ['BillingCodes', 'BillingCode'],
  ['BillingItems', 'BillingItem'],
  ['Companies', 'Company'],
  ['ContractBillingRules', 'ContractBillingRule'],
  ['ContractCharges', 'ContractCharge'],
  ['ContractServices', 'ContractService'],
  ['ContractServiceUnits', 'ContractServiceUnit'],
  ['Contracts', 'Contract'],
  ['Currencies', 'Currency'],
  ['Departments', 'Department'],
  ['Invoices', 'Invoice'],
  ['Products', 'Product'],
  ['Services', 'Service'],
  ['TaxCategories', 'TaxCategory'],
  ['UserDefinedFieldDefinitions', 'UserDefinedFieldDefinition'],
];

/** Properties of a model as the wire writes them: the description has PascalCase, the wire camelCase. */
function propertiesOf(model: string): Map<string, Schema> {
  const properties = Object.entries(description.definitions[model]?.properties ?? {});
  if (properties.length === 0) throw new Error(`The description has no ${model}`);
  return new Map(properties.map(([name, schema]) => [camelCase(name), schema]));
}

/** As .NET's JSON writer does it: SICCode is sicCode, MSRP msrp. */
const camelCase = (name: string): string => name.replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (start) => start.toLowerCase());

function fits({ type, format, $ref }: Schema, value: unknown): boolean {
  if (value === null || $ref !== undefined) return true;
  if (type === 'array') return Array.isArray(value);
  if (format === 'date-time') return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);
  if (type === 'integer') return Number.isInteger(value);
  return type === 'object' || typeof value === type;
}

describe('every property', () => {
  test.each(ENTITIES)('of a record of %s is in model %sModel, or newer', async (path, name) => {
    const model = propertiesOf(`${name}Model`);
    const records = recordsOf(await call('POST', `/V1.0/${path}/query`, { filter: ANY }));
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(Object.keys(record).sort()).toEqual([...model.keys(), ...(NEWER[name] ?? [])].sort());
      const misfits = Object.entries(record).filter(([property, value]) => !fits(model.get(property) ?? { $ref: '' }, value));
      expect(misfits).toEqual([]);
    }
  });

  test.each([...ENTITIES, ['ContractServiceAdjustments', 'ContractServiceAdjustment']])(
    'in the field list of %s is in %sModel, or newer',
    async (path, name) => {
      const model = propertiesOf(`${name}Model`);
      const fields = (await call('GET', `/V1.0/${path}/entityInformation/fields`)).body['fields'] as Json[];
      const names = fields.map((field) => String(field['name']));
      const data = [...model.keys()].filter((property) => property !== 'userDefinedFields');
      expect(names.sort()).toEqual([...data, ...(NEWER[name] ?? [])].sort());
      for (const field of fields) {
        const schema = model.get(String(field['name']));
        if (schema && schema.type !== 'object')
          expect([field['name'], typeOf(schema)]).toEqual([field['name'], field['dataType']]);
      }
    },
  );

  const shapes: [what: string, address: string, model: string, read: (body: Json) => unknown][] = [
    ['entityInformation', '/V1.0/Contracts/entityInformation', 'EntityInformationModel', ({ info }) => info],
    ['a field', '/V1.0/Contracts/entityInformation/fields', 'FieldInformationModel', ({ fields }) => (fields as Json[])[0]],
    [
      'a picklist value',
      '/V1.0/Contracts/entityInformation/fields',
      'PickListValue',
      ({ fields }) => (fields as Json[]).flatMap(({ picklistValues }) => (picklistValues ?? []) as Json[])[0],
    ],
    ['thresholds', '/V1.0/ThresholdInformation', 'ThresholdStatusResultModel', (body) => body],
    ['a zone', '/V1.0/ZoneInformation?user=sandbox', 'ZoneInformationResultModel', (body) => body],
    ['versions', '/VersionInformation', 'ApiVersionResultModel', (body) => body],
  ];
  test.each(shapes)('of %s is in the model', async (_what, address, model, read) => {
    const shown = read((await call('GET', address)).body) as Json;
    expect(Object.keys(shown).sort()).toEqual([...propertiesOf(model).keys()].sort());
  });

  test('of a user-defined field is in the model, plus webhook flag', async () => {
    const { fields } = (await call('GET', '/V1.0/Contracts/entityInformation/userDefinedFields')).body as { fields: Json[] };
    const known = [...propertiesOf('Field').keys()].filter((name) => name !== 'isSupportedWebhookField');
    expect(fields.map((field) => Object.keys(field).sort())).toEqual([known.sort()]);
  });

  function typeOf({ type, format }: Schema): string | undefined {
    if (format === 'date-time') return 'datetime';
    if (type === 'integer') return format === 'int64' ? 'long' : 'integer';
    return type === 'number' ? 'double' : type;
  }
});

test('a refused body answers in the form of every refusal', async () => {
  const reply = await call('POST', '/V1.0/Contracts', {});
  expect([reply.status, errorOf(reply)]).toEqual([500, expect.stringMatching(/companyID/)]);
});
