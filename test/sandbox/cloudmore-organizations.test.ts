import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cloudmoreWorld, hostCloudmore, type CloudmoreHost } from './cloudmore-host.js';

const CONTOSO = {
  id: '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2',
  name: 'Contoso Dental Group',
  customerNumber: 'C-1001',
  primaryDomain: 'contosodental.example',
  notificationEmail: 'billing@contosodental.example',
  contact: { name: 'Billing Contact', email: 'billing@contosodental.example', phonePrefix: '372', phone: '55500001' },
  currencyCode: 'EUR',
  isActive: true,
  somethingNew: 7,
  customProperties: [
    { id: 'property-1', name: 'AutotaskCompanyID', value: ' 29683512 ' },
    { id: 'property-2', name: 'BillingRegion', value: 'EU' },
  ],
};
const WINGTIP = { id: 'df902053-45b6-57a1-b2f3-decb1827037c', name: 'Wingtip Bakeries', isActive: false };
const DEFINITIONS = [
  { id: 'property-1', name: 'AutotaskCompanyID', type: 'TextBox' as const },
  { id: 'property-2', name: 'BillingRegion', type: 'DropDownList' as const, options: ['EU', 'UK'] },
];

describe('organizations', () => {
  let host: CloudmoreHost;
  beforeEach(async () => {
    host = await hostCloudmore(cloudmoreWorld({ organizations: [CONTOSO, WINGTIP], customPropertyDefinitions: DEFINITIONS }));
  });
  afterEach(() => host.close());

  const path = `Organizations/${CONTOSO.id}`;
  const { id: _id, ...BODY } = CONTOSO;

  test('the list has no custom properties: each organization costs a call', async () => {
    const { json } = await host.ask('GET', 'organizations');
    expect(json).toEqual([
      {
        id: CONTOSO.id,
        name: CONTOSO.name,
        customerNumber: 'C-1001',
        primaryDomain: 'contosodental.example',
        isActive: true,
        somethingNew: 7,
      },
      WINGTIP,
    ]);
  });

  test('the list can be cut to active organizations', async () => {
    expect((await host.ask('GET', 'Organizations?showActive=true')).json).toMatchObject([{ name: 'Contoso Dental Group' }]);
    expect((await host.ask('GET', 'Organizations?showActive=false')).json).toHaveLength(2);
  });

  test('the detail has everything, as the world has it', async () => {
    expect((await host.ask('GET', path.toUpperCase())).json).toEqual(CONTOSO);
    expect((await host.ask('GET', `Organizations/${WINGTIP.id}`)).json).toEqual({ ...WINGTIP, customProperties: [] });
  });

  test('an unknown organization is not found, in words', async () => {
    expect(await host.ask('GET', 'Organizations/cf5fd628-6c1a-5f34-8e99-46eb638e7ad6')).toMatchObject({
      status: 404,
      json: [{ errorCode: 0, errorName: 'NotFound', errorMessage: 'Organization not found' }],
    });
  });

  test('a PUT of the whole detail changes what was changed in it', async () => {
    const customProperties = [{ id: 'property-1', name: 'AutotaskCompanyID', value: '29683777' }, CONTOSO.customProperties[1]];
    expect(await host.ask('PUT', path, { ...BODY, customProperties })).toMatchObject({ status: 204, text: '' });
    expect((await host.ask('GET', path)).json).toEqual({ ...CONTOSO, customProperties });
  });

  test('a PUT of one property alone loses all the others', async () => {
    await host.ask('PUT', path, { name: CONTOSO.name, customProperties: [{ name: 'AutotaskCompanyID', value: '1' }] });
    expect((await host.ask('GET', path)).json).toEqual({
      id: CONTOSO.id,
      name: CONTOSO.name,
      isActive: true,
      customProperties: [{ id: 'property-1', name: 'AutotaskCompanyID', value: '1' }],
    });
  });

  test.each<[what: string, change: object, body: object]>([
    ['no name', { name: '' }, { Name: ['The Name field is required.'] }],
    ['a phone number with letters', { contact: { phone: 'abc' } }, { 'Contact.Phone': ['Phone number is not in valid format.'] }],
    [
      'several wrong fields at once',
      { notificationEmail: 'nobody', contact: { phonePrefix: 'x', email: 'y' } },
      {
        NotificationEmail: ['Email is not in valid format.'],
        'Contact.PhonePrefix': ['Phone number is not in valid format.'],
        'Contact.Email': ['Email is not in valid format.'],
      },
    ],
    [
      'a number for a property’s value',
      { customProperties: [{ name: 'AutotaskCompanyID', value: 29683777 }] },
      { 'CustomProperties[0]': ['A name or an id, and a text as value, are required.'] },
    ],
  ])('a PUT with %s changes nothing', async (_what, change, body) => {
    const reply = await host.ask('PUT', path, { ...BODY, ...change });
    expect({ status: reply.status, json: reply.json }).toEqual({ status: 400, json: body });
    expect((await host.ask('GET', path)).json).toEqual(CONTOSO);
  });

  test.each<[what: string, property: object, message: string]>([
    ['an undefined property', { name: 'AutotaskCompanyId', value: '1' }, 'Custom property "AutotaskCompanyId" does not exist'],
    ['an unlisted value', { name: 'BillingRegion', value: 'US' }, '"US" is not an option of custom property "BillingRegion"'],
  ])('a PUT with %s is refused with an error code', async (_what, property, errorMessage) => {
    expect(await host.ask('PUT', path, { ...BODY, customProperties: [property] })).toMatchObject({
      status: 400,
      json: [{ errorCode: 5, errorName: 'InvalidValue', errorMessage }],
    });
  });

  test('refuses a PUT without body, and of an unknown organization', async () => {
    expect(await host.ask('PUT', path)).toMatchObject({ status: 400 });
    expect(await host.ask('PUT', 'Organizations/nobody', BODY)).toMatchObject({ status: 404 });
  });

  test('the definitions of custom properties are served', async () => {
    expect((await host.ask('GET', 'settings/CustomProperties')).json).toEqual(DEFINITIONS);
  });

  test('a world without definitions has text boxes for used properties', async () => {
    const other = await hostCloudmore(cloudmoreWorld({ organizations: [CONTOSO] }));
    expect((await other.ask('GET', 'settings/CustomProperties')).json).toMatchObject([
      { name: 'AutotaskCompanyID', type: 'TextBox' },
      { name: 'BillingRegion', type: 'TextBox' },
    ]);
    await other.close();
  });

  test('somebody at Cloudmore changes an organization meanwhile', async () => {
    const customProperties = [{ name: 'AutotaskCompanyID', value: '42' }];
    expect(await host.patch('organizations', CONTOSO.id.toUpperCase(), { customProperties })).toBe(200);
    expect((await host.ask('GET', path)).json).toMatchObject({ customProperties, name: CONTOSO.name });
    expect(await host.patch('organizations', 'nobody', {})).toBe(404);
  });
});
