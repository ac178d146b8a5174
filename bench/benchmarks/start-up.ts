import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { autotaskQueue, BILLING_QUEUE, cloudmoreQueue } from '../../shared/contract.js';
import { withTemporalServer } from '../engine.js';
import { figure, type Measured } from '../figure.js';
import { UNLIMITED } from '../rig.js';
import { startSandboxProcess } from '../sandbox-process.js';
import { generatedWorld, withFolder } from '../worlds.js';

/**
 * How long the program takes to say its help, against Node doing nothing; and a worker, from its start until the server knows a poller on each of its queues.
 * Both once before they are measured: a checkout compiles itself, and bundles its workflows, at the first start after a change.
 */

const HELP_ROUNDS = 25;
const WORKER_ROUNDS = 5;
const BIN = fileURLToPath(new URL('../../client/bin.js', import.meta.url));
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 10;

export async function run({ seed }: { seed: number; scale: number }): Promise<Measured> {
  const help = await helpAgainstNothing();
  const ready = await workerReady(seed);
  const less = { better: 'less' } as const;
  return {
    figures: [
      figure(
        'billing --help over node -e 0',
        help.map(([node, billing]) => billing / node),
        { unit: '×', limit: 3, ...less },
      ),
      figure('worker ready', ready, { unit: 's', limit: 2, ...less }),
    ],
    notes: { milliseconds: { 'node -e 0': help.map(([node]) => node), 'billing --help': help.map(([, billing]) => billing) } },
  };
}

/** Alternating, so that whatever else the machine does falls on both. */
async function helpAgainstNothing(): Promise<[node: number, billing: number][]> {
  const rounds: [number, number][] = [];
  await wallMs([BIN, '--help']);
  for (let round = 0; round < HELP_ROUNDS; round += 1) rounds.push([await wallMs(['-e', '0']), await wallMs([BIN, '--help'])]);
  return rounds;
}

async function wallMs(args: string[]): Promise<number> {
  const started = performance.now();
  const [code] = (await once(spawn(process.execPath, args, { stdio: 'ignore' }), 'exit')) as [number];
  if (code !== 0) throw new Error(`node ${args.join(' ')} ended with ${code}.`);
  return performance.now() - started;
}

async function workerReady(seed: number): Promise<number[]> {
  return withFolder(async (folder) => {
    const worldPath = await generatedWorld(folder, { lines: 20, organizations: 2, seed });
    const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
    try {
      return await withTemporalServer(async ({ address }) => {
        const connection = await Connection.connect({ address });
        const seconds: number[] = [];
        for (let round = 0; round <= WORKER_ROUNDS; round += 1) {
          // Queues of its own, so that no poller of an earlier round is taken for this one's.
          const broker = `round-${round}`;
          const env = { ...sandbox.env, TEMPORAL_ADDRESS: address, BILLING_BROKER: broker, BILLING_EVIDENCE: `file:${folder}/e` };
          seconds.push(await secondsUntilPolling(connection, env, broker));
        }
        await connection.close();
        return seconds.slice(1);
      });
    } finally {
      await sandbox.close();
    }
  });
}

async function secondsUntilPolling(connection: Connection, env: Record<string, string>, broker: string): Promise<number> {
  const started = performance.now();
  const worker = spawn(process.execPath, [BIN, 'worker'], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  try {
    for (const queue of [autotaskQueue(broker), cloudmoreQueue(broker)]) await polled(connection, queue, worker, ACTIVITIES);
    await polled(connection, BILLING_QUEUE, worker, WORKFLOWS);
    return (performance.now() - started) / 1000;
  } finally {
    worker.kill();
    await once(worker, 'exit');
  }
}

/** Kinds of task queues in Temporal's numbering. */
const WORKFLOWS = 1;
const ACTIVITIES = 2;

async function polled({ workflowService }: Connection, name: string, worker: ChildProcess, type: number): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const { pollers } = await workflowService.describeTaskQueue({
      namespace: 'default',
      taskQueue: { name },
      taskQueueType: type,
    });
    if (pollers?.some(({ identity }) => identity?.startsWith(`${worker.pid}@`))) return;
    if (worker.exitCode !== null || Date.now() > until) throw new Error(`The worker did not poll ${name}.`);
    await sleep(LOOK_EVERY_MS);
  }
}
