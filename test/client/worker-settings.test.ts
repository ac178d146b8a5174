import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Context } from '../../client/context.js';
import type { Finding } from '../../client/checks/check.js';
import { checkTemporal } from '../../client/checks/temporal.js';
import { isServed, withTemporal } from '../../client/temporal/connection.js';
import { compareWithWorker } from '../../client/temporal/worker-settings.js';
import { startSandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import { moneySettingsOf } from '../../shared/money-settings.js';
import { september } from '../api/vendors.js';
import { runCommand } from '../command.js';
import { COMPLETE_SETTINGS } from '../settings.js';
import { standIns } from '../workflows/stand-ins.js';

/** Anyone who checks before a run hears that the worker would bill by other settings, or that there is none. Real Temporal, a real worker. */

const BROKER = 'settings-told';
const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
  ...COMPLETE_SETTINGS,
  TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
  BILLING_BROKER: BROKER,
  BILLING_MODE: 'shadow',
  ...changes,
});

Runtime.install({ logger: new DefaultLogger('ERROR') });

let native: NativeConnection;
beforeAll(async () => {
  native = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
});
afterAll(() => native?.close());

const doctor = async (): Promise<Finding | undefined> => {
  const context: Context = { environment: environment(), out: () => undefined, say: () => undefined, isTerminal: false };
  return (await checkTemporal(context, loadConfig(context.environment))).find(({ check }) => check === 'worker settings');
};

/** A worker with the settings, on every queue of the broker, while the work goes on. */
async function served(changes: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const settings = moneySettingsOf(loadConfig(environment(changes)));
  const activities = { ...standIns(), tellSettings: () => Promise.resolve(settings) };
  const common = { connection: native, namespace: 'default', activities };
  const billing = await Worker.create({
    ...common,
    taskQueue: billingQueue(BROKER),
    workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
  });
  const others = await Promise.all(
    [cloudmoreQueue(BROKER), autotaskQueue(BROKER)].map((taskQueue) => Worker.create({ ...common, taskQueue })),
  );
  const running = others.map((worker) => worker.run());
  try {
    await billing.runUntil(async () => {
      await untilServed();
      await work();
    });
  } finally {
    for (const worker of others) worker.shutdown();
    await Promise.all(running);
  }
}

/** A worker that has begun is not yet seen by Temporal: its first poll takes a moment, on a busy machine more than one. */
const untilServed = (): Promise<void> =>
  withTemporal(environment(), async (temporal) => {
    while (!(await isServed(temporal, billingQueue(BROKER)))) await setTimeout(50);
  });

describe('the settings of the worker', () => {
  test('says soon that nobody takes work', async () => {
    const began = Date.now();
    const compared = await withTemporal(environment(), (temporal) => compareWithWorker(temporal, loadConfig(environment())));
    expect(compared).toEqual({ unknown: 'nobody takes work' });
    expect(Date.now() - began).toBeLessThan(45_000);
    expect(await doctor()).toBeUndefined();
  });

  // It said mode shadow while the worker still had auto.
  test('doctor names settings that differ', async () => {
    await served({ BILLING_MODE: 'auto', GHOST_AFTER_DAY: '5' }, async () => {
      expect(await doctor()).toMatchObject({
        isGood: false,
        text: 'the worker has different ones: BILLING_MODE, GHOST_AFTER_DAY',
        fix: expect.stringContaining('restart the worker') as unknown,
      });
    });
    await served({}, async () => {
      expect(await doctor()).toMatchObject({ isGood: true, text: 'the worker has the same' });
    });
  });

  // What it shows is not what a run would do.
  test('plan names settings that differ', async () => {
    const sandbox = await startSandbox({ world: september() });
    const plan = (): ReturnType<typeof runCommand> =>
      runCommand(environment(sandbox.env()), ['plan', '2025-10', '--as-of', '2025-10-09']);
    try {
      await served({ ...sandbox.env(), GHOST_AFTER_DAY: '5' }, async () => {
        expect((await plan()).said).toMatch(
          /The worker has other settings than this plan: GHOST_AFTER_DAY\. A run is refused until/,
        );
      });
    } finally {
      await sandbox.close();
    }
  });
});
