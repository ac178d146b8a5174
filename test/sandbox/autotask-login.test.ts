import { expect, test } from '@jest/globals';
import { ANY, errorOf, HEADERS, openHost, request, worldWith } from './autotask-host.js';

const without = (name: keyof typeof HEADERS): Record<string, string> =>
  Object.fromEntries(Object.entries(HEADERS).filter(([header]) => header !== name));

const attempts: [what: string, headers: Record<string, string>, status: number][] = [
  ['the three headers open the door', HEADERS, 200],
  ['a missing tracking identifier is 401', without('ApiIntegrationCode'), 401],
  ['a missing user name is 401', without('UserName'), 401],
  ['a missing secret is 401', without('Secret'), 401],
  ['a wrong secret is 401', { ...HEADERS, Secret: 'wrong' }, 401],
  ['an unknown user is 500', { ...HEADERS, UserName: 'nobody' }, 500],
  ['a wrong tracking identifier is 500', { ...HEADERS, ApiIntegrationCode: 'wrong' }, 500],
  ['header names are taken in any case', { apiintegrationcode: 'sandbox', USERNAME: 'sandbox', secret: 'sandbox' }, 200],
];
test.each(attempts)('%s', async (_what, headers, status) => {
  const { call } = await openHost();
  expect((await call('GET', 'Companies/7', undefined, headers)).status).toBe(status);
});

test('a world may have credentials of its own', async () => {
  const { call, sandbox } = await openHost(worldWith({ username: 'api@msp', secret: 's3cret', integrationCode: 'ABC' }));
  expect((await call('GET', 'Companies/7')).status).toBe(500);
  const headers = { UserName: 'api@msp', Secret: 's3cret', ApiIntegrationCode: 'ABC' };
  expect((await call('GET', 'Companies/7', undefined, headers)).status).toBe(200);
  expect(sandbox.env()).toMatchObject({
    AUTOTASK_USERNAME: 'api@msp',
    AUTOTASK_SECRET: 's3cret',
    AUTOTASK_INTEGRATION_CODE: 'ABC',
  });
});

test('the resource to act as is ignored', async () => {
  const { call } = await openHost();
  const headers = { ...HEADERS, ImpersonationResourceId: '29682885' };
  expect((await call('GET', 'Companies/7', undefined, headers)).status).toBe(200);
});

test('the zone of a user is reported without credentials', async () => {
  const { call, sandbox } = await openHost();
  const { status, body } = await call('GET', 'zoneInformation?user=Sandbox', undefined, {});
  expect({ status, body }).toEqual({
    status: 200,
    body: { zoneName: 'Sandbox', url: `${sandbox.url}/ATServicesRest/`, webUrl: `${sandbox.url}/`, ci: 12345 },
  });
});

test.each(['zoneInformation?user=nobody', 'zoneInformation?user=', 'zoneInformation'])('%s finds no zone', async (path) => {
  const { call } = await openHost();
  const reply = await call('GET', path, undefined, {});
  expect([reply.status, errorOf(reply)]).toEqual([500, 'Zone information could not be determined']);
});

test('the versions are reported without credentials', async () => {
  const { sandbox } = await openHost();
  const reply = await request(`${sandbox.url}/atservicesrest/versioninformation`, 'GET', undefined, {});
  expect(reply.body).toEqual({ apiVersions: ['V1.0'] });
});

test.each(['/atservicesrest/v1.0/companies/7', '//ATServicesRest//V1.0/Companies/7/', '/AtServicesRest/v1.0/COMPANIES/7'])(
  'a path may be written %s',
  async (path) => {
    const { sandbox } = await openHost();
    const reply = await request(sandbox.url + path, 'GET', undefined, HEADERS);
    expect(reply.body['item']).toMatchObject({ id: 7 });
  },
);

test('a body that is not declared as JSON is 415', async () => {
  const { call } = await openHost();
  const reply = await call('POST', 'Companies/query', { filter: ANY }, { ...HEADERS, 'Content-Type': 'text/plain' });
  expect(reply.status).toBe(415);
});

test('a body that is not JSON is 500, in reader’s words', async () => {
  const { call } = await openHost();
  const reply = await call('POST', 'Companies/query', 'filter=all');
  expect(reply.status).toBe(500);
  expect(errorOf(reply)).toMatch(/^Unexpected character encountered while parsing value: f/);
});
