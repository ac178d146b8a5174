import { describe, expect, test } from '@jest/globals';
import { errorOf, HEADERS, openHost, worldWith, type Host } from './autotask-host.js';

const THREADS = 'The Autotask API thread threshold of 3 threads has been exceeded.';
/** Longer than a busy machine takes to have four requests under way. */
const SLOW_MS = 1_000;
const slow = (path: string) => [{ match: { path }, fault: { kind: 'hang' as const, ms: SLOW_MS, when: 'before' as const } }];

describe('requests in flight', () => {
  const together = (host: Host, paths: string[], headers = HEADERS) =>
    Promise.all(paths.map((path) => host.call('GET', path, undefined, headers)));
  const statuses = (replies: { status: number }[]): number[] => replies.map(({ status }) => status).sort();

  test('three at once on an entity pass, a fourth is 429', async () => {
    const host = await openHost(worldWith(), { faults: slow('*/Companies/*') });
    const replies = await together(host, Array<string>(4).fill('Companies/7'));
    expect(statuses(replies)).toEqual([200, 200, 200, 429]);
    expect(replies.filter(({ status }) => status === 429).map(errorOf)).toEqual([THREADS]);
    expect((await host.call('GET', 'Companies/7')).status).toBe(200);
  });

  test('children and metadata count on their entity, other entities do not', async () => {
    const host = await openHost(worldWith(), { faults: slow('*') });
    const replies = await together(host, [
      'ContractServices/20',
      'Contracts/10/Services',
      'Contracts/10/Services/20',
      'ContractServices/entityInformation',
      'Contracts/10',
      'Services/3',
    ]);
    expect(replies.map(({ status }) => status === 429).filter(Boolean)).toHaveLength(1);
  });

  test('ThresholdInformation counts, ZoneInformation does not', async () => {
    const host = await openHost(worldWith(), { faults: slow('*') });
    expect(statuses(await together(host, Array<string>(4).fill('ThresholdInformation')))).toEqual([200, 200, 200, 429]);
    expect(statuses(await together(host, Array<string>(5).fill('ZoneInformation?user=sandbox')))).toEqual(Array(5).fill(200));
  });

  test('another tracking identifier has places of its own', async () => {
    const host = await openHost(worldWith(), { faults: slow('*') });
    const [ours, theirs] = await Promise.all([
      together(host, Array<string>(3).fill('Companies/7')),
      together(host, ['Companies/7'], { ...HEADERS, ApiIntegrationCode: 'other' }),
    ]);
    expect([statuses(ours), statuses(theirs)]).toEqual([[200, 200, 200], [500]]);
  });

  test('the number of places is a switch', async () => {
    const host = await openHost(worldWith({ behaviour: { threads: 1 } }), { faults: slow('*') });
    expect(statuses(await together(host, ['Companies/7', 'Companies/7']))).toEqual([200, 429]);
  });
});

describe('the quota', () => {
  const companies = (host: Host) => host.call('GET', 'Companies/7');

  test('is given by ThresholdInformation, which counts itself', async () => {
    const host = await openHost();
    await companies(host);
    expect((await host.call('GET', 'ThresholdInformation')).body).toEqual({
      externalRequestThreshold: 10_000,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: 2,
    });
  });

  test('refuses excess with 429 until the rolling hour has passed', async () => {
    const host = await openHost(worldWith({ behaviour: { callsPerHour: 3 } }));
    for (const now of ['03:00', '03:20', '03:40']) {
      await host.control('POST', 'clock', { now: `2025-10-17T${now}:00Z` });
      expect((await companies(host)).status).toBe(200);
    }
    expect(await companies(host)).toMatchObject({
      status: 429,
      body: { errors: [expect.stringMatching(/3 requests per 60 minutes/)] },
    });
    await host.control('POST', 'clock', { now: '2025-10-17T04:00:00Z' });
    expect((await companies(host)).status).toBe(200);
    expect((await companies(host)).status).toBe(429);
  });

  test('does not count what was refused at the door', async () => {
    const host = await openHost();
    await host.call('GET', 'Companies/7', undefined, { ...HEADERS, Secret: 'wrong' });
    await host.call('GET', 'ZoneInformation?user=sandbox');
    expect((await host.call('GET', 'ThresholdInformation')).body['currentTimeframeRequestCount']).toBe(1);
  });

  test('slows down from 50 and 75 percent; only the journal says', async () => {
    const host = await openHost(worldWith({ behaviour: { callsPerHour: 8 } }));
    const startedAt = performance.now();
    for (let n = 0; n < 8; n++) await companies(host);
    expect(host.sandbox.requests().map(({ slowedMs }) => slowedMs)).toEqual([0, 0, 0, 500, 500, 1000, 1000, 1000]);
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });

  test('is waited for where the switch says so', async () => {
    const host = await openHost(worldWith({ behaviour: { callsPerHour: 2, slowDown: 'waited' } }));
    const startedAt = performance.now();
    await companies(host);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(499);
  });
});
