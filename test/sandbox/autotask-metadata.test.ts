import { expect, test } from '@jest/globals';
import { errorOf, openHost, worldWith, type Host, type Json } from './autotask-host.js';

async function fieldsOf({ call }: Host, path: string): Promise<Map<unknown, Json>> {
  const { body } = await call('GET', `${path}/entityInformation/fields`);
  return new Map((body['fields'] as Json[]).map((field) => [field['name'], field]));
}

const SLA = {
  'Contracts.serviceLevelAgreementID': [
    { value: '71', label: 'Gold' },
    { value: '72', label: 'Old', isActive: false },
  ],
};

test('entityInformation says what an entity can', async () => {
  const { call } = await openHost();
  const can = async (path: string): Promise<unknown> => {
    const { info } = (await call('GET', `${path}/entityInformation`)).body as { info: Json };
    return [
      info['name'],
      info['canCreate'],
      info['canUpdate'],
      info['canDelete'],
      info['canQuery'],
      info['hasUserDefinedFields'],
    ];
  };
  expect(await can('Contracts')).toEqual(['Contract', true, true, false, true, true]);
  expect(await can('Contracts/10/Charges')).toEqual(['ContractCharge', true, true, true, true, false]);
  expect(await can('ContractServiceAdjustments')).toEqual(['ContractServiceAdjustment', true, false, false, false, false]);
  expect(await can('BillingCodes')).toEqual(['BillingCode', false, false, false, true, false]);
});

test('fields are described as they are checked', async () => {
  const fields = await fieldsOf(await openHost(), 'Contracts');
  expect(fields.get('contractName')).toMatchObject({ dataType: 'string', length: 100, isRequired: true, isReadOnly: false });
  expect(fields.get('companyID')).toMatchObject({ dataType: 'integer', isReference: true, referenceEntityType: 'Company' });
  expect(fields.get('lastModifiedDateTime')).toMatchObject({ dataType: 'datetime', isReadOnly: true });
  const items = await fieldsOf(await openHost(), 'BillingItems');
  expect(items.get('lineItemFullDescription')).toMatchObject({ isQueryable: false });
});

test('adjustedPrice of a contract service is in no field list', async () => {
  const fields = await fieldsOf(await openHost(), 'ContractServices');
  expect([...fields.keys()]).not.toContain('adjustedPrice');
});

test('SLAs are the picklist of a field; its values are text', async () => {
  const host = await openHost(worldWith({ picklists: SLA }));
  for (const path of ['Contracts', 'Services']) {
    const fields = await fieldsOf(host, path);
    expect(fields.get('serviceLevelAgreementID')?.['picklistValues']).toEqual([
      { value: '71', label: 'Gold', isDefaultValue: false, sortOrder: 1, parentValue: '', isActive: true, isSystem: false },
      { value: '72', label: 'Old', isDefaultValue: false, sortOrder: 2, parentValue: '', isActive: false, isSystem: false },
    ]);
  }
});

test.each([
  [71, 200],
  [72, 500],
  [1, 500],
])('the picklist shown is the one that checks: SLA %i, %i', async (serviceLevelAgreementID, status) => {
  const { call } = await openHost(worldWith({ picklists: SLA }));
  const reply = await call('PATCH', 'Contracts', { id: 10, serviceLevelAgreementID });
  expect(reply.status).toBe(status);
  if (status === 500) expect(errorOf(reply)).toBe('Value does not reference an existing entity for serviceLevelAgreementID.');
});

test('user-defined fields are listed with type and queryability', async () => {
  const { call } = await openHost(
    worldWith({ userDefinedFields: { Contracts: [{ name: 'Subscription ID', isRequired: true }] } }),
  );
  expect((await call('GET', 'Contracts/entityInformation/userDefinedFields')).body).toEqual({
    fields: [expect.objectContaining({ name: 'Subscription ID', type: 'String', isRequired: true, isQueryable: true })],
  });
  expect((await call('GET', 'Services/entityInformation/userDefinedFields')).body).toEqual({ fields: [] });
});

test('a user-defined field made by API is there at once', async () => {
  const { call, create } = await openHost();
  const id = await create('UserDefinedFieldDefinitions', { name: 'Reseller', udfType: 2, dataType: 1 });
  expect((await call('GET', `UserDefinedFieldDefinitions/${id}`)).body['item']).toMatchObject({
    name: 'Reseller',
    isActive: true,
  });
  const { body } = await call('GET', 'Contracts/entityInformation/userDefinedFields');
  expect((body['fields'] as Json[]).map(({ name }) => name)).toEqual(['Subscription ID', 'Reseller']);
  expect(errorOf(await call('POST', 'UserDefinedFieldDefinitions', { name: 'reseller', udfType: 2, dataType: 1 }))).toMatch(
    /already exists/,
  );
});
