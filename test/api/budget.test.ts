import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runMonth } from '../../bench/month.js';
import { createDependencies } from '../../worker/dependencies.js';
import { previewMonth } from '../../activities/decide/preview-month.js';
import { generateWorld } from '../../sandbox/generate.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { Autotask, effortOf, type GateClock } from '../../shared/autotask/index.js';
import { loadConfig, type Config } from '../../shared/config.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { september, type World } from './vendors.js';

/** The tenant's quota is everybody's: another tool of the MSP uses it too, in the same sandbox, whose clock moves only while somebody waits. */

const MINUTE_MS = 60_000;

interface Tenant {
  sandbox: Sandbox;
  config: Config;
  clock: GateClock;
  autotask: Autotask;
  /** What the gate said each time it waited. */
  said: string[];
  /** Minutes since the start. */
  minutes(): number;
  /** Calls of another tool of the MSP, now. */
  others(calls: number): Promise<void>;
  /** Requests answered with 429, anybody's. */
  refused(): number;
}

let open: Sandbox | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function openTenant(world: World, env: Record<string, string> = {}): Promise<Tenant> {
  const sandbox = await startSandbox({ world });
  open = sandbox;
  const config = loadConfig({ ...sandbox.env(), AUTOTASK_CALLS_PER_HOUR: '10000', ...env });
  const control = (path: string, body: unknown): Promise<Response> =>
    fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  const start = Date.parse(sandbox.state().now);
  let now = start;
  const said: string[] = [];
  const clock: GateClock = {
    now: () => now,
    sleep: async (milliseconds) => {
      said.push(autotask.waiting() ?? '');
      now += milliseconds;
      await control('clock', { now: new Date(now).toISOString() });
    },
  };
  const autotask = new Autotask(config.autotask, { clock });
  const headers = {
    'content-type': 'application/json',
    username: 'sandbox',
    secret: 'sandbox',
    apiintegrationcode: 'sandbox',
  };
  const call = (): Promise<unknown> =>
    fetch(`${sandbox.url}/ATServicesRest/V1.0/Departments/1`, { headers }).then((answer) => answer.arrayBuffer());
  return {
    sandbox,
    config,
    clock,
    autotask,
    said,
    minutes: () => (now - start) / MINUTE_MS,
    others: async (calls) => {
      for (let sent = 0; sent < calls; sent += 1) await call();
    },
    refused: () => sandbox.requests().filter(({ status }) => status === 429).length,
  };
}

const limited = (callsPerHour: number): World => {
  const world = september();
  world.autotask!.behaviour = { callsPerHour, threads: 50 };
  return world;
};

const calls = async ({ autotask }: Tenant, count: number): Promise<void> => {
  for (let sent = 0; sent < count; sent += 1) await autotask.findServices('X');
};

describe('with another tool on the same tenant', () => {
  test('goes at full speed below half of the quota', async () => {
    const tenant = await openTenant(limited(1000));
    await tenant.others(200);
    await calls(tenant, 200);
    expect(tenant.minutes()).toBe(0);
  });

  test('slows down from half of the quota, however it was used', async () => {
    const tenant = await openTenant(limited(1000));
    await tenant.others(600);
    await calls(tenant, 100);
    // 50 calls before the first check, then 250 left until the stop: one in about 14 seconds.
    expect(tenant.minutes()).toBeGreaterThan(9);
    expect(tenant.minutes()).toBeLessThan(15);
    expect(tenant.said[0]).toMatch(/good neighbour: 65\d of the tenant's 1000 Autotask calls an hour are used, 5\d of them by/);
  });

  test('stops before the tenant is blocked, and resumes automatically', async () => {
    const tenant = await openTenant(limited(1000));
    await tenant.others(900);
    await calls(tenant, 80);
    expect(tenant.minutes()).toBeGreaterThanOrEqual(60);
    expect(tenant.minutes()).toBeLessThan(70);
    expect(tenant.said[0]).toMatch(/^Waiting: 95\d of the tenant's 1000 .* resumes automatically when usage falls below 90 %/);
    expect(tenant.autotask.waiting()).toBeNull();
    expect(tenant.refused()).toBe(0);
  });
});

describe('when the others have used up everything', () => {
  let tenant: Tenant;
  beforeEach(async () => {
    tenant = await openTenant(limited(300));
    await tenant.others(300);
  });

  test('a read that is refused for an hour outlasts it, without hammering', async () => {
    await expect(tenant.autotask.findServices('X')).resolves.toEqual([]);
    expect(tenant.minutes()).toBeGreaterThanOrEqual(59);
    expect(tenant.minutes()).toBeLessThan(65);
    expect(tenant.refused()).toBeLessThan(45);
    expect(tenant.said[0]).toMatch(/Autotask refused a request \(429\)\. It is retried automatically/);
  });

  test('a write that is refused for an hour takes effect once', async () => {
    const contract = tenant.sandbox.state().autotask.contracts[0]!;
    const before = tenant.sandbox.state().autotask.charges.length;
    await tenant.autotask.createCharge({
      contractId: contract.id,
      key: 'CM-2025-10-00000000000000000000',
      name: 'Test',
      description: 'Test',
      day: '2025-10-01',
      productId: null,
      billingCodeId: tenant.config.settings.productBillingCodeId,
      quantity: '1',
      unitPrice: '1.00',
      unitCost: '1.00',
    });
    expect(tenant.sandbox.state().autotask.charges).toHaveLength(before + 1);
    expect(tenant.minutes()).toBeGreaterThanOrEqual(59);
  });
});

test('takes the forecast calls and minutes, within five per cent', async () => {
  const world = generateWorld({ lines: 300, organizations: 18, seed: 3 }) as unknown as World;
  world.autotask!.behaviour = { callsPerHour: 10_000, threads: 50 };
  const tenant = await openTenant(world, {
    AUTOTASK_CALLS_PER_HOUR: '250',
    BILLING_MODE: 'auto',
    BREAKERS: 'off',
  });
  const { config, clock } = tenant;
  const dependencies = {
    ...createDependencies(config, { evidence: memoryEvidence() }),
    autotask: tenant.autotask,
    clock: { now: () => new Date(clock.now()), sleep: (milliseconds: number) => clock.sleep(milliseconds) },
  };
  const month = { broker: 'default', month: '2025-10', asOf: '2025-10-18' };
  const preview = await previewMonth(dependencies, { ...month, organizations: null, mode: 'auto' });
  const limits = { ...tenant.autotask.limits, surveyMaxAgeMs: config.surveyMaxAgeMs, secondsPerCall: 0 };
  const forecast = effortOf(preview.plans, preview.calls.autotask, limits);
  const started = { minutes: tenant.minutes(), requests: tenant.sandbox.requests().length };
  const { work } = await runMonth(dependencies, month);
  const requests = tenant.sandbox.requests().slice(started.requests);
  const actual = {
    calls: requests.filter(({ path }) => /atservicesrest/i.test(path)).length,
    minutes: tenant.minutes() - started.minutes,
  };
  expect(actual.calls).toBeGreaterThan(500);
  expect(Math.abs(actual.calls / forecast.calls - 1)).toBeLessThan(0.05);
  expect(Math.abs(actual.minutes / forecast.minutes - 1)).toBeLessThan(0.05);
  expect(Math.abs(work.effort!.calls / forecast.calls - 1)).toBeLessThan(0.05);
});
