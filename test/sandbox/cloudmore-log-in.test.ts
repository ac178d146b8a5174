import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cloudmoreWorld, FORM, hostCloudmore, logInForm, RESELLER, type CloudmoreHost } from './cloudmore-host.js';

describe('logging in to Cloudmore', () => {
  let host: CloudmoreHost;
  beforeEach(async () => {
    host = await hostCloudmore(
      cloudmoreWorld({ username: 'api@northwind.example', password: 'p ss&word', clientSecret: 's3cret:+' }),
    );
  });
  afterEach(() => host.close());

  const OURS = { username: 'api@northwind.example', password: 'p ss&word', client_secret: 's3cret:+' };
  const basic = (secret: string): string => `Basic ${Buffer.from(`ro.customer.client:${secret}`).toString('base64')}`;
  const organizations = `/api/resellers/${RESELLER}/Organizations`;

  test('the secret may come in a Basic header, as officially described', async () => {
    const { client_secret: _secret, ...form } = OURS;
    const reply = await host.raw(
      'POST',
      '/connect/token',
      { ...FORM, authorization: basic('s3cret:+') },
      logInForm(form).replace(/client_(id|secret)=[^&]*&/g, ''),
    );
    expect(reply).toMatchObject({
      status: 200,
      json: { expires_in: 86_400, token_type: 'Bearer', access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) },
    });
  });

  test('the secret may be a form field, as in community clients', async () => {
    expect(await host.raw('POST', '/connect/token', FORM, logInForm(OURS))).toMatchObject({ status: 200 });
  });

  test.each<[what: string, changes: Record<string, string>, error: string]>([
    ['a wrong password', { password: 'nonsense' }, 'invalid_grant'],
    ['a wrong user', { username: 'somebody' }, 'invalid_grant'],
    ['a wrong secret', { client_secret: 'nonsense' }, 'invalid_client'],
    ['another client', { client_id: 'postman' }, 'invalid_client'],
    ['another kind of grant', { grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['a scope without api', { scope: 'openid' }, 'invalid_scope'],
  ])('%s is refused by name', async (_what, changes, error) => {
    expect(await host.raw('POST', '/connect/token', FORM, logInForm({ ...OURS, ...changes }))).toMatchObject({
      status: 400,
      json: { error },
    });
  });

  test('a wrong Basic secret wins over a right form secret', async () => {
    const reply = await host.raw('POST', '/connect/token', { ...FORM, authorization: basic('nonsense') }, logInForm(OURS));
    expect(reply).toMatchObject({ status: 400, json: { error: 'invalid_client' } });
  });

  const bearer = async (): Promise<Record<string, string>> => {
    const { json } = await host.raw('POST', '/connect/token', FORM, logInForm(OURS));
    return { authorization: `Bearer ${(json as { access_token: string }).access_token}` };
  };

  test('a token lasts one day of the sandbox clock', async () => {
    const headers = await bearer();
    await host.setClock('2025-10-10T02:59:59Z');
    expect(await host.raw('GET', organizations, headers)).toMatchObject({ status: 200 });
    await host.setClock('2025-10-10T03:00:00Z');
    expect(await host.raw('GET', organizations, headers)).toMatchObject({ status: 401, text: '' });
  });

  test('a token may end before its time where the switch says so', async () => {
    const ours = await hostCloudmore(cloudmoreWorld({ behaviour: { tokenLifetimeS: 600 } }));
    try {
      const { json } = await ours.raw('POST', '/connect/token', FORM, logInForm());
      const { access_token, expires_in } = json as { access_token: string; expires_in: number };
      const status = async () => (await ours.raw('GET', organizations, { authorization: `Bearer ${access_token}` })).status;
      expect([expires_in, await status()]).toEqual([86_400, 200]);
      await ours.setClock('2025-10-09T03:10:00Z');
      expect(await status()).toBe(401);
    } finally {
      await ours.close();
    }
  });

  test.each([
    ['no token', {}],
    ['nonsense for a token', { authorization: 'Bearer nonsense' }],
    ['a token that somebody else sealed', { authorization: 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.c2ln' }],
    ['the secret where a token belongs', { authorization: basic('s3cret:+') }],
  ])('%s is answered 401 without a body', async (_what, headers) => {
    expect(await host.raw('GET', organizations, headers)).toMatchObject({ status: 401, text: '' });
  });

  test("another broker's data are forbidden", async () => {
    const other = organizations.replace(RESELLER, 'cf5fd628-6c1a-5f34-8e99-46eb638e7ad6');
    expect(await host.raw('GET', other, await bearer())).toMatchObject({ status: 403, text: '' });
    expect(await host.raw('GET', organizations.toUpperCase().replace('/API/', '/api/'), await bearer())).toMatchObject({
      status: 200,
    });
  });

  test('the health check asks for no token', async () => {
    expect(await host.raw('GET', '/api/healthcheck')).toMatchObject({ status: 200, json: 'Healthy' });
  });

  describe('the description of the API', () => {
    const PATH = '/swagger/v1/swagger.json';
    const serve = async (description: 'behindLogIn' | 'none'): Promise<void> => {
      await host.close();
      host = await hostCloudmore(cloudmoreWorld({ behaviour: { description } }));
    };

    test('the description has every path, and the members that the world has', async () => {
      const { status, json } = await host.raw('GET', PATH, {});
      const { paths, components } = json as { paths: object; components: { schemas: Record<string, { properties: object }> } };
      expect(status).toBe(200);
      expect(Object.keys(paths)).toEqual(
        expect.arrayContaining([
          '/api/resellers/{resellerId}/Organizations/{id}',
          '/api/resellers/{resellerId}/billing/reports/MonthlyBillingPerOrganizationAsync/{taskId}',
        ]),
      );
      expect(Object.keys(components.schemas.OrganizationDetailViewModel!.properties)).toEqual(
        expect.arrayContaining(['id', 'name']),
      );
    });

    test('the description asks for a log-in where the switch says so', async () => {
      await serve('behindLogIn');
      expect(await host.raw('GET', PATH, {})).toMatchObject({ status: 401 });
      const { json } = await host.raw('POST', '/connect/token', FORM, logInForm());
      const authorization = `Bearer ${(json as { access_token: string }).access_token}`;
      expect(await host.raw('GET', PATH, { authorization })).toMatchObject({ status: 200 });
    });

    test('there is no description where the switch says so', async () => {
      await serve('none');
      expect(await host.raw('GET', PATH, {})).toMatchObject({ status: 404 });
    });
  });
});
