import type { Client } from '@temporalio/client';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { billingQueue, dailyBillingId, WORKFLOWS } from '../../shared/messages/names.js';
import { bundleWorkflows, runThroughTemporal, withTemporalServer, withWorker } from '../engine.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { peakMbOf } from '../processes.js';
import { environmentFor, UNLIMITED } from '../rig.js';
import { startSandboxProcess, type SandboxProcess } from '../sandbox-process.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * Fairness: one process serves a broker with 100,000 lines and small ones. How much later a small broker's run comes to its end because the large one's first
 * month is billed at the same time, with vendors that answer at once, so that nothing but the process and Temporal is in anybody's way.
 */

const LARGE = { lines: 100_000, organizations: 1_000 };
const SMALL = { lines: 500, organizations: 30 };
const BROKERS = ['alone', 'neighbour', 'large'] as const;
type Broker = (typeof BROKERS)[number];
const MONTH = '2025-10';
const DAYS = ['2025-10-18', '2025-10-19'] as const;
/** Nobody is delayed by more. */
const DELAY_MAX_S = 60;
const QUIET_RUNS = 5;

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const large = { lines: sized(LARGE.lines, scale), organizations: sized(LARGE.organizations, scale) };
  return withFolder(async (folder) => {
    const sizes: Record<Broker, { lines: number; organizations: number }> = { alone: SMALL, neighbour: SMALL, large };
    const sandboxes: SandboxProcess[] = [];
    try {
      for (const [at, broker] of BROKERS.entries()) {
        const worldPath = await generatedWorld(folder, { ...sizes[broker], seed: seed + at });
        const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
        sandboxes.push(sandbox);
        await sandbox.control('POST', 'clock', { now: `${DAYS[0]}T03:00:00Z` });
        await writeFile(join(folder, `${broker}.env`), settingsOf(sandbox, folder));
      }
      return await measure(folder, large);
    } finally {
      for (const sandbox of sandboxes) await sandbox.close();
    }
  });
}

/** Of one broker: what `environmentFor` says, except what belongs to the installation. */
function settingsOf(sandbox: SandboxProcess, folder: string): string {
  const { BILLING_EVIDENCE: _evidence, BILLING_BROKER: _broker, ...settings } = environmentFor(sandbox, folder);
  return Object.entries({ ...settings, AUTOTASK_CALLS_PER_HOUR: '10000' })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

const measure = (folder: string, large: { lines: number; organizations: number }): Promise<Measured> =>
  withTemporalServer(async ({ client, address }) => {
    const environment = {
      TEMPORAL_ADDRESS: address,
      BILLING_BROKERS: folder,
      BILLING_KEYS: join(folder, 'keys'),
      BILLING_EVIDENCE: `file:${join(folder, 'evidence')}`,
    };
    await bundleWorkflows(client, environment, [...BROKERS]);
    return withWorker(
      client,
      environment,
      async ({ pid }) => {
        const alone = { first: await secondsOf(client, 'alone', DAYS[0]), quiet: await secondsOf(client, 'alone', DAYS[1]) };
        const whole = await client.workflow.start(WORKFLOWS.daily, {
          workflowId: dailyBillingId('large', MONTH),
          taskQueue: billingQueue('large'),
          args: [{ broker: 'large', month: MONTH, asOf: DAYS[0], mode: 'auto' }],
        });
        const first = await secondsOf(client, 'neighbour', DAYS[0]);
        const quiet: number[] = [];
        for (let runs = 0; runs < QUIET_RUNS; runs += 1) quiet.push(await secondsOf(client, 'neighbour', DAYS[1]));
        const { status } = await whole.describe();
        if (status.name === 'RUNNING') await whole.terminate('measured');
        return {
          figures: [
            delay('a first month', [first], alone.first),
            delay('a day without changes', quiet, alone.quiet),
            figure('memory of the process at its peak', peakMbOf(pid) ?? 0, { unit: 'MB', better: 'less' }),
          ],
          notes: { large, small: SMALL, alone, neighbour: { first, quiet }, largeAfterwards: status.name },
        };
      },
      [...BROKERS],
    );
  });

/** The worst one counts: nobody should wait longer. */
const delay = (what: string, neighbour: number[], alone: number): Figure =>
  figure(`delay of ${what} next to a large broker's first month`, Math.max(...neighbour) - alone, {
    unit: 's',
    better: 'less',
    limit: DELAY_MAX_S,
  });

async function secondsOf(client: Client, broker: Broker, asOf: string): Promise<number> {
  const startedAt = performance.now();
  await runThroughTemporal(client, { broker, month: MONTH, asOf });
  return (performance.now() - startedAt) / 1000;
}
