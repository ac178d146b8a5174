import { describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ANY, HEADERS, openHost, rowsByDay, worldWith, type Host, type Reply } from './autotask-host.js';
import type { FaultRule } from '../../sandbox/index.js';

type Fault = FaultRule['fault'];
type Match = FaultRule['match'];

const CREATE = { name: 'x', chargeType: 1, unitQuantity: 1, billingCodeID: 2, datePurchased: '2025-10-01' };
const charge = (host: Host) => host.call('POST', 'Contracts/10/Charges', CREATE);
const charges = (host: Host): number => host.state().charges.length;
const withFault = (fault: Fault, match: Match = {}, times?: number): Promise<Host> =>
  openHost(worldWith(), { faults: [{ match, fault, ...(times === undefined ? {} : { times }) }] });

/** Longer than a test lasts: what was to happen then does not happen. */
const NEVER_MS = 600_000;
const SOON_MS = 500;
/** A person's edit just before the request: it shows that the request has come. */
const MARK: FaultRule = { match: {}, fault: { kind: 'edit', table: 'companies', where: { id: 7 }, set: { isActive: false } } };
const withMarked = (fault: Fault): Promise<Host> =>
  openHost(worldWith({ companies: [{ id: 7 }] }), { faults: [MARK, { match: {}, fault }] });
/** However long it takes: the test's own limit ends it. */
const until = async (isThere: () => boolean): Promise<void> => {
  while (!isThere()) await sleep(20);
};
const untilCome = (host: Host): Promise<void> => until(() => host.state().companies.every(({ isActive }) => !isActive));
const untilCharged = (host: Host): Promise<void> => until(() => charges(host) === 1);

/** How a call ended: its status, or that there was no answer. */
const outcome = (call: Promise<Reply>): Promise<number | 'cut'> =>
  call.then(
    ({ status }) => status,
    () => 'cut' as const,
  );

describe('kinds', () => {
  const kinds: [fault: Fault, outcome: number | 'cut', effects: number, journal: string][] = [
    [{ kind: 'status', status: 503, when: 'before' }, 503, 0, 'status 503 before'],
    [{ kind: 'status', status: 503, when: 'after' }, 503, 1, 'status 503 after'],
    [{ kind: 'reset', when: 'before' }, 'cut', 0, 'reset before'],
    [{ kind: 'reset', when: 'after' }, 'cut', 1, 'reset after'],
    [{ kind: 'hang', ms: 30, when: 'before' }, 200, 1, 'hang 30 ms before'],
    [{ kind: 'hang', ms: 30, when: 'after' }, 200, 1, 'hang 30 ms after'],
    [{ kind: 'late', ms: NEVER_MS }, 'cut', 0, `late ${NEVER_MS} ms`],
    [{ kind: 'html' }, 200, 1, 'html'],
    [{ kind: 'truncated' }, 200, 1, 'truncated'],
    [{ kind: 'empty' }, 200, 1, 'empty'],
  ];
  test.each(kinds)('%j: %s, %i charges, "%s"', async (fault, ended, effects, journal) => {
    const host = await withFault(fault);
    expect(await outcome(charge(host))).toBe(ended);
    expect(charges(host)).toBe(effects);
    expect(host.sandbox.requests()).toMatchObject([{ fault: journal, status: ended === 'cut' ? 0 : ended }]);
  });

  test('a status comes with the body and headers of the rule', async () => {
    const host = await withFault({
      kind: 'status',
      status: 429,
      body: { errors: ['slow down'] },
      headers: { 'Retry-After': '7' },
      when: 'before',
    });
    const response = await fetch(`${host.sandbox.url}/atservicesrest/v1.0/Companies/7`, { headers: HEADERS });
    expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
      429,
      '7',
      { errors: ['slow down'] },
    ]);
  });

  test('a hang before delays the effect', async () => {
    const host = await withMarked({ kind: 'hang', ms: SOON_MS, when: 'before' });
    const answer = charge(host);
    await untilCome(host);
    expect(charges(host)).toBe(0);
    expect((await answer).body).toEqual({ itemId: 1 });
    expect(charges(host)).toBe(1);
  });

  test('a hang after delays the answer, not the effect', async () => {
    const host = await withFault({ kind: 'hang', ms: NEVER_MS, when: 'after' });
    const answer = outcome(charge(host));
    await untilCharged(host);
    await host.sandbox.close();
    expect(await answer).toBe('cut');
  });

  test('a hanging request takes effect although the client has gone', async () => {
    const host = await withMarked({ kind: 'hang', ms: SOON_MS, when: 'before' });
    const client = new AbortController();
    const gone = fetch(`${host.sandbox.url}/atservicesrest/v1.0/Contracts/10/Charges`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(CREATE),
      signal: client.signal,
    });
    const ended = expect(gone).rejects.toThrow();
    await untilCome(host);
    client.abort();
    await ended;
    await untilCharged(host);
  });

  test('late cuts the connection now and takes effect later', async () => {
    const host = await withFault({ kind: 'late', ms: SOON_MS });
    expect(await outcome(charge(host))).toBe('cut');
    await untilCharged(host);
  });

  test('html, truncated and empty spoil an answer that was given', async () => {
    const answer = async (fault: Fault): Promise<string> => (await charge(await withFault(fault))).text;
    expect(await answer({ kind: 'html' })).toMatch(/^<!DOCTYPE html>/);
    expect(await answer({ kind: 'truncated' })).toBe('{"item');
    expect(await answer({ kind: 'empty' })).toBe('');
  });

  test('closing ends what hangs', async () => {
    const host = await withMarked({ kind: 'hang', ms: NEVER_MS, when: 'before' });
    const answer = outcome(charge(host));
    await untilCome(host);
    await host.sandbox.close();
    expect(await answer).toBe('cut');
  });
});

describe('edits', () => {
  test('a person changes a record just before the request', async () => {
    const host = await withFault(
      { kind: 'edit', table: 'unitRows', where: { contractServiceID: 20, startDate: '2025-10-01' }, set: { units: 9 } },
      { path: '*/ContractServiceAdjustments' },
      1,
    );
    await host.call('POST', 'ContractServiceAdjustments', { contractServiceID: 20, effectiveDate: '2025-10-01', unitChange: 1 });
    expect(rowsByDay(host, 20, '2025-10')['2025-10-01']).toEqual([10, 50, 20]);
    expect(host.sandbox.requests()).toMatchObject([{ status: 200, fault: 'edit unitRows (1 records)' }]);
  });

  test('an edit goes together with a failure of the same request', async () => {
    const host = await openHost(worldWith(), {
      faults: [
        { match: {}, fault: { kind: 'edit', table: 'companies', where: { id: 7 }, set: { isActive: false } } },
        { match: {}, fault: { kind: 'reset', when: 'after' } },
        { match: {}, fault: { kind: 'empty' } },
      ],
    });
    expect(await outcome(charge(host))).toBe('cut');
    expect(host.state().companies).toMatchObject([{ isActive: false }]);
    expect(host.sandbox.requests()).toMatchObject([{ fault: 'edit companies (1 records), reset after' }]);
  });

  test('an edit of Cloudmore names its record by id', async () => {
    const host = await withFault({ kind: 'edit', table: 'organizations', where: { id: 'org-1' }, set: { name: 'Gone AB' } });
    await host.call('GET', 'Companies/7');
    expect(JSON.stringify(host.sandbox.state().cloudmore)).toMatch('Gone AB');
  });
});

describe('which requests', () => {
  const broken: Fault = { kind: 'status', status: 503, when: 'before' };
  const paths = ['Companies/7', 'Contracts/10/Charges', 'Contracts/10', 'companies/7'];
  const matches: [match: Match, failed: string[]][] = [
    [{}, paths],
    [{ vendor: 'autotask' }, paths],
    [{ vendor: 'cloudmore' }, []],
    [{ method: 'get' }, paths],
    [{ method: 'POST' }, []],
    [{ path: '/atservicesrest/v1.0/COMPANIES/*' }, ['Companies/7', 'companies/7']],
    [{ path: '*/charges' }, ['Contracts/10/Charges']],
    [{ path: '/atservicesrest/*/10' }, ['Contracts/10']],
    [{ path: 'Companies/7' }, []],
    [{ nth: [1, 3] }, ['Companies/7', 'Contracts/10']],
    [{ path: '*/companies/7', nth: [2] }, ['companies/7']],
    [{ probability: 0 }, []],
    [{ probability: 1 }, paths],
  ];
  test.each(matches)('%j fails %j', async (match, failed) => {
    const host = await withFault(broken, match);
    const seen: string[] = [];
    for (const path of paths) if ((await host.call('GET', path)).status === 503) seen.push(path);
    expect(seen).toEqual(failed);
  });

  test('a rule fires as many times as it says', async () => {
    const host = await withFault(broken, {}, 2);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await host.call('GET', 'Companies/7')).status);
    expect(statuses).toEqual([503, 503, 200]);
  });

  test('one seed gives one run', async () => {
    const run = async (seed: number): Promise<string> => {
      const host = await openHost(worldWith(), { seed, faults: [{ match: { probability: 0.5 }, fault: broken }] });
      const statuses: number[] = [];
      for (let n = 0; n < 24; n++) statuses.push((await host.call('GET', 'Companies/7')).status);
      return statuses.join();
    };
    const first = await run(1);
    expect(first).toMatch(/200.*503|503.*200/);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
  });

  test('both vendors fail, the controls never do', async () => {
    const host = await withFault(broken);
    expect((await fetch(`${host.sandbox.url}/connect/token`, { method: 'POST' })).status).toBe(503);
    expect((await host.control('GET', 'state')).status).toBe(200);
  });
});

describe('rules over HTTP', () => {
  test('replace the list, and count from the beginning', async () => {
    const host = await withFault({ kind: 'status', status: 503, when: 'before' });
    const rules = [{ match: { nth: [2] }, fault: { kind: 'status', status: 502, when: 'before' } }];
    expect((await host.control('POST', 'faults', rules)).status).toBe(200);
    expect((await host.call('POST', 'Companies/query', { filter: ANY })).status).toBe(200);
    expect((await host.call('POST', 'Companies/query', { filter: ANY })).status).toBe(502);
    await host.control('POST', 'faults', []);
    expect((await host.call('GET', 'Companies/7')).status).toBe(200);
  });

  const wrong: [title: string, rules: unknown, said: RegExp][] = [
    ['one rule without a list', { match: {}, fault: { kind: 'html' } }, /expected array/],
    ['an unknown kind', [{ match: {}, fault: { kind: 'slow' } }], /\[0\]\.fault\.kind/],
    ['an unknown key', [{ match: { host: 'x' }, fault: { kind: 'html' } }], /\[0\]\.match: Unrecognized key: "host"/],
    ['a fault without its when', [{ match: {}, fault: { kind: 'reset' } }], /\[0\]\.fault\.when/],
    [
      'an edit of Cloudmore without id',
      [{ match: {}, fault: { kind: 'edit', table: 'organizations', where: {}, set: {} } }],
      /An edit of organizations needs/,
    ],
    ['an edit of an unknown table', [{ match: {}, fault: { kind: 'edit', table: 'x', where: {}, set: {} } }], /no table "x"/],
    [
      'an edit of an unknown field',
      [{ match: {}, fault: { kind: 'edit', table: 'companies', where: {}, set: { x: 1 } } }],
      /no field "x"/,
    ],
  ];
  test.each(wrong)('%s is refused and named', async (_title, rules, said) => {
    const reply = await (await openHost()).control('POST', 'faults', rules);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.body['error']).toMatch(said);
  });
});
