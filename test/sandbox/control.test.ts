import { describe, expect, jest, test } from '@jest/globals';
import { ANY, openHost, request, rowsByDay, worldWith, type Json } from './autotask-host.js';

test('env prints one setting per line, with the address that was asked', async () => {
  const { control, sandbox } = await openHost();
  const { text } = await control('GET', 'env');
  expect(text.trim().split('\n')).toEqual(Object.entries(sandbox.env()).map(([name, value]) => `${name}=${value}`));
  const elsewhere = await request(`${sandbox.url.replace('127.0.0.1', 'localhost')}/_sandbox/env`, 'GET', undefined, {});
  expect(elsewhere.text).toMatch(/^AUTOTASK_URL=http:\/\/localhost:\d+\/ATServicesRest\/$/m);
});

test('the root of the controls names them all', async () => {
  const { body } = await (await openHost()).control('GET', '');
  expect(body['endpoints']).toEqual(expect.arrayContaining(['GET /_sandbox/state', 'POST /_sandbox/autotask/freeze']));
  expect(body['endpoints']).toHaveLength(15);
});

test('state shows clock and both halves, with the unit prices of rows', async () => {
  const { control } = await openHost();
  const { body } = await control('GET', 'state');
  expect(Object.keys(body)).toEqual(['now', 'cloudmore', 'autotask']);
  expect(body['now']).toBe('2025-10-17T03:00:00.000Z');
  const { unitRows } = body['autotask'] as { unitRows: Json[] };
  expect(unitRows[0]).toMatchObject({ id: 1, startDate: '2025-01-01T00:00:00Z', units: 4, price: 20, unitPrice: 5, unitCost: 2 });
});

test('the journal has every vendor request, and no control', async () => {
  const { call, control, sandbox } = await openHost();
  await call('POST', 'Companies/query', { filter: ANY });
  await call('GET', 'Companies/query?search=%7B%7D');
  await call('GET', 'Companies/999');
  await control('GET', 'state');
  const path = '/ATServicesRest/V1.0/Companies';
  const common = { at: '2025-10-17T03:00:00.000Z', fault: null, slowedMs: 0, status: 200 };
  expect((await control('GET', 'requests')).body).toEqual([
    { ...common, method: 'POST', path: `${path}/query`, query: {}, body: { filter: ANY } },
    { ...common, method: 'GET', path: `${path}/query`, query: { search: '{}' }, body: null },
    { ...common, method: 'GET', path: `${path}/999`, query: {}, body: null },
  ]);
  await control('DELETE', 'requests');
  expect(sandbox.requests()).toEqual([]);
});

test('what is neither vendor is 404, in the journal and aloud', async () => {
  const { sandbox } = await openHost();
  const aloud = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect((await request(`${sandbox.url}/elsewhere`, 'GET', undefined, {})).status).toBe(404);
    expect(aloud.mock.calls.join()).toMatch(/unknown path: GET \/elsewhere/);
  } finally {
    aloud.mockRestore();
  }
  expect(sandbox.requests()).toMatchObject([{ path: '/elsewhere', status: 404 }]);
});

describe('reset', () => {
  test('replaces everything, journal and faults included', async () => {
    const { call, control, sandbox, state } = await openHost(worldWith(), {
      faults: [{ match: {}, fault: { kind: 'status', status: 503, when: 'before' } }],
    });
    await call('GET', 'Companies/7');
    expect(
      (await control('POST', 'reset', worldWith({ companies: [{ id: 7 }, { id: 8 }] }, { now: '2026-01-01T00:00:00Z' }))).status,
    ).toBe(200);
    expect(sandbox.state().now).toBe('2026-01-01T00:00:00.000Z');
    expect(state().companies).toHaveLength(2);
    expect(sandbox.requests()).toEqual([]);
    expect((await call('GET', 'Companies/8')).status).toBe(200);
  });

  test('with a world that cannot be changes nothing and names the mistake', async () => {
    const { control, state } = await openHost();
    const reply = await control('POST', 'reset', worldWith({ companies: [{ id: 7, name: 'x' }] }));
    expect(reply).toMatchObject({
      status: 400,
      body: { error: expect.stringMatching(/companies\[0\]: Unrecognized key: "name"/) },
    });
    expect(state().contracts).toHaveLength(1);
  });

  test('gives the same answers for the same calls', async () => {
    const { create, sandbox } = await openHost();
    const run = async (): Promise<string> => {
      sandbox.reset(worldWith());
      await create('Contracts/10/Charges', {
        name: 'x',
        chargeType: 1,
        unitQuantity: 1,
        billingCodeID: 2,
        datePurchased: '2025-10-01',
      });
      return JSON.stringify([sandbox.state(), sandbox.requests()]);
    };
    expect(await run()).toBe(await run());
  });
});

describe('the clock', () => {
  test('stands still until it is set', async () => {
    const { control, sandbox } = await openHost();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sandbox.state().now).toBe('2025-10-17T03:00:00.000Z');
    await control('POST', 'clock', { now: '2025-11-01T00:00:00+01:00' });
    expect(sandbox.state().now).toBe('2025-10-31T23:00:00.000Z');
  });

  test('continues automatically in a world that ticks', async () => {
    const { sandbox } = await openHost(worldWith({}, { ticking: true }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Date.parse(sandbox.state().now)).toBeGreaterThan(Date.parse('2025-10-17T03:00:00Z'));
  });

  test.each([{ now: 'soon' }, {}, { now: '2025-10-17T03:00:00Z', zone: 1 }])('%j is not a time', async (body) => {
    expect((await (await openHost()).control('POST', 'clock', body)).status).toBe(400);
  });
});

describe('what a person does in Autotask', () => {
  test('PATCH changes any field without rules', async () => {
    const { control, state } = await openHost(worldWith({ companies: [{ id: 7 }, { id: 8 }] }));
    const { body } = await control('PATCH', 'autotask/contracts/10', {
      companyID: 8,
      contractType: 1,
      userDefinedFields: [{ name: 'subscription id', value: 'x' }],
    });
    expect(body).toMatchObject({ id: 10, companyID: 8, contractType: 1 });
    expect(state().contracts[0]).toMatchObject({ companyID: 8, userDefinedFields: [{ name: 'Subscription ID', value: 'x' }] });
  });

  test('PATCH of an end date moves the rows as the UI would', async () => {
    const host = await openHost();
    await host.control('PATCH', 'autotask/contracts/10', { endDate: '2025-10-31' });
    expect(Object.keys(rowsByDay(host)).at(-1)).toBe('2025-10-01');
    await host.control('PATCH', 'autotask/contracts/10', { endDate: '2026-01-31T00:00:00Z' });
    expect(Object.keys(rowsByDay(host)).at(-1)).toBe('2026-01-01');
  });

  const rows: [title: string, changes: Json, row: [number, number, number]][] = [
    ['of units keeps the price of one', { units: 6 }, [6, 30, 12]],
    ['of the price of one', { unitPrice: 7 }, [4, 28, 8]],
    ['of the extended price', { price: 22.22 }, [4, 22.22, 8]],
    ['of everything', { units: 3, price: 10, cost: 9.99 }, [3, 10, 9.99]],
  ];
  test.each(rows)('PATCH of a row %s', async (_title, changes, row) => {
    const host = await openHost();
    await host.control('PATCH', 'autotask/unitRows/12', changes);
    expect(rowsByDay(host, 20, '2025-12')).toEqual({ '2025-12-01': row });
  });

  test('PATCH of a charge recalculates its amounts', async () => {
    const host = await openHost(worldWith({ charges: [{ id: 40, contractID: 10, datePurchased: '2025-10-01' }] }));
    await host.control('PATCH', 'autotask/charges/40', { unitPrice: 12.5, isBilled: true });
    expect(host.state().charges).toMatchObject([{ billableAmount: 12.5, isBilled: true }]);
  });

  test('DELETE of a contract takes what hangs below it', async () => {
    const host = await openHost(worldWith({ charges: [{ contractID: 10, datePurchased: '2025-10-01' }] }));
    expect((await host.control('DELETE', 'autotask/contracts/10')).status).toBe(200);
    const { contracts, contractServices, unitRows, charges, services } = host.state();
    expect([contracts, contractServices, unitRows, charges]).toEqual([[], [], [], []]);
    expect(services).toHaveLength(1);
  });

  test('is seen by queries at once, also where writes are not', async () => {
    const host = await openHost(worldWith({ behaviour: { visibleAfterMs: 60_000 } }));
    await host.control('PATCH', 'autotask/companies/7', { companyName: 'Renamed' });
    expect(await host.find('Companies', ANY)).toMatchObject([{ companyName: 'Renamed' }]);
  });

  const wrong: [method: string, path: string, body: Json | undefined, status: number][] = [
    ['PATCH', 'autotask/contracts/99', {}, 404],
    ['PATCH', 'autotask/tickets/1', {}, 404],
    ['PATCH', 'autotask/contracts/10', { colour: 'red' }, 400],
    ['PATCH', 'autotask/contracts/10', { companyID: 'seven' }, 400],
    ['PATCH', 'autotask/contracts/10', { endDate: 'soon' }, 400],
    ['DELETE', 'autotask/contracts/99', undefined, 404],
    ['POST', 'autotask/freeze', {}, 400],
    ['POST', 'autotask/freeze', { through: '2025-10-31', contractID: 99 }, 404],
    ['POST', 'autotask/invoice/void', { invoiceID: 1 }, 404],
    ['POST', 'state', {}, 405],
    ['GET', 'nonsense', undefined, 404],
  ];
  test.each(wrong)('%s %s %j is %i', async (method, path, body, status) => {
    const reply = await (await openHost()).control(method, path, body);
    expect(reply).toMatchObject({ status, body: { error: expect.any(String) } });
  });
});

describe('what changes in Cloudmore', () => {
  test('PATCH changes an organization', async () => {
    const { control, sandbox } = await openHost();
    expect((await control('PATCH', 'cloudmore/organizations/org-1', { name: 'Contoso AB' })).status).toBe(200);
    expect(JSON.stringify(sandbox.state().cloudmore)).toMatch('Contoso AB');
  });

  test.each(['cloudmore/organizations/nobody', 'cloudmore/tickets/1'])('PATCH %s is 404', async (path) => {
    expect((await (await openHost()).control('PATCH', path, {})).status).toBe(404);
  });
});
