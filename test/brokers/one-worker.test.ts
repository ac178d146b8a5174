import { afterAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../client/temporal-server/free-port.js';
import { startSandbox } from '../../sandbox/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { eventually } from '../eventually.js';
import { useSystem, type Run, type TestSystem, type Worker } from '../system/system.js';
import { worldFiles, type WorldFile } from '../worlds/file.js';
import { sumsOf } from '../worlds/outcome.js';
import { folderWith, installationOf, writeSettings } from './folder.js';

/** One real worker process for many brokers, each with vendors of its own, against a real server: what one of them does wrong is its own. */

/** Far more than a month takes, and far less than the patience with a vendor that refuses. */
const ON_TIME_MS = 180_000;
const port = await freePort();
const folder = folderWith({});
const fileOf = (broker: string): string => join(folder, `${broker}.env`);
let system: TestSystem;
let worker: Worker;
useSystem({ world: 'september-2025', worker: false }, (opened) => (system = opened));

const sandboxes: Awaited<ReturnType<typeof startSandbox>>[] = [];
afterAll(() => Promise.all(sandboxes.map((sandbox) => sandbox.close())));

/** A broker with vendors of its own that hold this world, and a file of settings. */
async function addBroker(
  broker: string,
  { world }: Pick<WorldFile, 'world'>,
  changes: Record<string, string> = {},
): Promise<() => number> {
  const sandbox = await startSandbox({ world });
  sandboxes.push(sandbox);
  const { BILLING_BROKER: _, ...env } = sandbox.env();
  writeSettings(fileOf(broker), { ...env, BILLING_MODE: 'auto', ...changes });
  return () => sandbox.state().autotask.contracts.length;
}

/** The same world with another customer: one customer is billed by one broker. */
function ofAnother({ world }: WorldFile): Pick<WorldFile, 'world'> {
  const { organizations } = world.cloudmore as { organizations: { id: string }[] };
  const text = organizations.reduce((all, { id }) => all.replaceAll(id, randomUUID()), JSON.stringify(world));
  return { world: JSON.parse(text) as Record<string, unknown> };
}

const worldOf = (name: string): WorldFile => worldFiles().find((world) => world.name === name)!;
const september: Pick<WorldFile, 'world'> = {
  world: JSON.parse(readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as Record<
    string,
    unknown
  >,
};
const around = (): Record<string, string> => installationOf(system.env, folder);
const cli = (...args: string[]): Promise<Run> => system.cliWith(around(), ...args);
const monthOf = ({ code, stdout, stderr }: Run): MonthResult => {
  if (stdout === '') throw new Error(`ended with ${code}: ${stderr}\n${worker.output()}`);
  return JSON.parse(stdout) as MonthResult;
};

interface Ready {
  ready: boolean;
  checks: Record<string, string>;
  brokers: Record<string, { ready: boolean; checks: Record<string, string> }>;
}
const ready = async (): Promise<Ready> => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as Ready;
const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const lines = (broker: string): string[] =>
  worker
    .output()
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { broker?: string; message: string })
    .filter((line) => line.broker === broker)
    .map(({ message }) => message);

describe('one worker of many brokers', () => {
  // One has a wrong secret, one wrong settings; the others are on time and right to the cent.
  test('bills two brokers correctly next to two that cannot work', async () => {
    await addBroker('acme', september);
    await addBroker('beta', worldOf('renewed'));
    const lost = await addBroker('lost', september, { AUTOTASK_SECRET: 'not-the-secret' });
    writeSettings(fileOf('half'), { BILLING_MODE: 'fast' });
    worker = await system.startWorker({ ...around(), BILLING_HTTP: `127.0.0.1:${port}` });
    await eventually(ready, (seen) => seen.ready && seen.checks.brokers === '3 of 4 are served');

    const failing = cli('--broker', 'lost', 'run', '2025-10', '--as-of', '2025-10-09', '--wait', '--json');
    const [day] = worldOf('renewed').expected.days;
    const begun = Date.now();
    const [acme, beta] = await Promise.all([
      cli('--broker', 'acme', 'run', '2025-10', '--as-of', '2025-10-09', '--wait', '--json'),
      cli('--broker', 'beta', 'run', day!.month, '--as-of', day!.asOf, '--wait', '--json'),
    ]);
    expect(Date.now() - begun).toBeLessThan(ON_TIME_MS);
    expect([acme.code, monthOf(acme).broker, monthOf(acme).posted.sales, monthOf(acme).report.sales]).toEqual([
      0,
      'acme',
      '7011.60',
      '7077.60',
    ]);
    expect([beta.code, monthOf(beta).broker, sumsOf(monthOf(beta))]).toEqual([0, 'beta', day!.result]);
    const refused = await failing;
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/401|log-in/);
    expect(lost()).toBe((september.world.autotask as { contracts: unknown[] }).contracts.length);
  }, 240_000);

  // In log, readiness, figures and list.
  test('names what is wrong everywhere, and stays ready', async () => {
    const { ready: isReady, brokers } = await ready();
    expect(isReady).toBe(true);
    expect(brokers.half).toEqual({
      ready: false,
      checks: { settings: expect.stringMatching(/BILLING_MODE: expected shadow[\s\S]*CLOUDMORE_PASSWORD: is not set/) },
    });
    expect(brokers.acme).toMatchObject({ ready: true, checks: { 'billing-acme': 'ok', lease: 'held' } });
    expect(lines('half')).toEqual([expect.stringMatching(/is not served: its settings are wrong\. BILLING_MODE/)]);
    const text = await eventually(
      metrics,
      (seen) => /billing_month_sales\{[^}]*broker="acme"[^}]*outcome="posted"[^}]*\} 7011\.6/.test(seen),
      180_000,
    );
    expect(text).toMatch(/^billing_broker_served\{broker="half"\} 0$/m);
    expect(text).toMatch(/^billing_broker_served\{broker="beta"\} 1$/m);
    expect((await cli('brokers', 'list')).stdout).toMatch(/^half .*wrong$/m);
    expect(worker.output()).not.toContain('not-the-secret');
  });

  test('follows brokers that are added, repaired and removed', async () => {
    const [day] = worldOf('renewed').expected.days;
    await addBroker('gamma', ofAnother(worldOf('renewed')));
    await addBroker('half', ofAnother(worldOf('renewed')));
    rmSync(fileOf('lost'));
    const { brokers } = await eventually(
      ready,
      (seen) => seen.brokers.gamma?.ready === true && seen.brokers.half?.ready === true && seen.brokers.lost === undefined,
      180_000,
    );
    expect(Object.keys(brokers).sort()).toEqual(['acme', 'beta', 'gamma', 'half']);
    const runs = await Promise.all(
      ['gamma', 'half'].map((name) => cli('--broker', name, 'run', day!.month, '--as-of', day!.asOf, '--wait', '--json')),
    );
    for (const run of runs) expect([run.code, sumsOf(monthOf(run))]).toEqual([0, day!.result]);
    expect(lines('lost').join('\n')).toMatch(/its worker ends/);
    const text = await metrics();
    for (const name of ['billing_broker_served', 'billing_lease_held'])
      expect(text).toMatch(new RegExp(`^${name}\\{broker="lost"\\} NaN$`, 'm'));
  });

  test('follows a changed file, and keeps settings while the folder is away', async () => {
    renameSync(folder, `${folder}-away`);
    await eventually(
      () => Promise.resolve(worker.output()),
      (said) => said.includes('all brokers continue unchanged'),
      180_000,
    );
    expect(Object.keys((await ready()).brokers)).toContain('beta');
    renameSync(`${folder}-away`, folder);
    writeFileSync(fileOf('acme'), readFileSync(fileOf('acme'), 'utf8').replace("BILLING_MODE='auto'", "BILLING_MODE='shadow'"));
    const mode = async (): Promise<string> =>
      monthOf(await cli('--broker', 'acme', 'run', '2025-10', '--as-of', '2025-10-09', '--wait', '--json')).mode;
    await eventually(
      () => Promise.resolve(lines('acme').join('\n')),
      (said) => said.includes('other settings'),
    );
    await eventually(ready, ({ brokers }) => brokers.acme?.checks.lease === 'held');
    expect(await mode()).toBe('shadow');
    await worker.kill('SIGTERM');
  });
});
