import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { withTemporalServer, withWorker } from '../engine.js';
import { figure, type Measured } from '../figure.js';
import { cpuSecondsOf } from '../processes.js';
import { environmentFor, UNLIMITED } from '../rig.js';
import { startSandboxProcess } from '../sandbox-process.js';
import { generatedWorld, withFolder } from '../worlds.js';

/**
 * How long the program takes to say its help, against Node doing nothing; and a worker, from its start until the server knows a poller on each of its queues.
 * Both once before they are measured: a checkout compiles itself, and bundles its workflows, at the first start after a change.
 */

const HELP_ROUNDS = 25;
const WORKER_ROUNDS = 5;
const BIN = fileURLToPath(new URL('../../client/bin.js', import.meta.url));

export async function run({ seed }: { seed: number; scale: number }): Promise<Measured> {
  const help = await helpAgainstNothing();
  const workers = await workersReady(seed);
  const less = { better: 'less' } as const;
  return {
    figures: [
      figure(
        'billing --help over node -e 0',
        help.map(([node, billing]) => billing / node),
        { unit: '×', limit: 3, ...less },
      ),
      figure(
        'worker ready',
        workers.map(({ seconds }) => seconds),
        { unit: 's', limit: 2, ...less },
      ),
      figure(
        'worker ready: its CPU time',
        workers.map(({ cpuMs }) => cpuMs),
        { unit: 'ms', ...less },
      ),
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

interface Ready {
  seconds: number;
  cpuMs: number;
}

async function workersReady(seed: number): Promise<Ready[]> {
  return withFolder(async (folder) => {
    const worldPath = await generatedWorld(folder, { lines: 20, organizations: 2, seed });
    const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
    try {
      return await withTemporalServer(async ({ address, client }) => {
        const environment = { ...environmentFor(sandbox, folder), TEMPORAL_ADDRESS: address };
        const rounds: Ready[] = [];
        const note = ({ readyAfter, pid }: { readyAfter: number; pid: number }): void =>
          void rounds.push({ seconds: readyAfter, cpuMs: (cpuSecondsOf(pid) ?? 0) * 1000 });
        for (let round = 0; round <= WORKER_ROUNDS; round += 1)
          await withWorker(client, environment, (worker) => Promise.resolve(note(worker)));
        return rounds.slice(1);
      });
    } finally {
      await sandbox.close();
    }
  });
}
