import type { Client } from '@temporalio/client';
import { runThroughTemporal, withTemporalServer, withWorker } from '../engine.js';
import { historiesOfOrganizations, historyOfRun } from '../histories.js';
import { profiled } from '../processes.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { runMonth, type MonthRun } from '../month.js';
import { autotaskRequests, configFor, dependenciesFor, environmentFor, withSandbox } from '../rig.js';
import type { SandboxProcess } from '../sandbox-process.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * A first month through Temporal, with a real server and a worker process, over the same activities called in a bare loop: with a sandbox that answers at
 * once, and with one that takes as long as Autotask. What the month leaves in the histories is counted.
 */

const SIZE = { lines: 200, organizations: 20 };
const MONTH = { month: '2025-10', asOf: '2025-10-18' };
const SETTINGS = [
  { name: 'no latency', latencyMs: 0, rounds: 3, limit: 1.5 },
  { name: '100 ms a call', latencyMs: 100, rounds: 2, limit: 1.05 },
];

interface Setting {
  worldPath: string;
  now: string;
  latencyMs: number;
  broker: string;
}

interface Engine {
  client: Client;
  address: string;
  pid: number;
}

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const size = { lines: sized(SIZE.lines, scale), organizations: sized(SIZE.organizations, scale), seed };
  return withFolder(async (folder) => {
    const worldPath = await generatedWorld(folder, size);
    return withTemporalServer(async (engine) => {
      const figures: Figure[] = [];
      const notes: Record<string, unknown> = { ...size };
      let bare: MonthRun | null = null;
      for (const { name, latencyMs, rounds, limit } of SETTINGS) {
        const ratios: number[] = [];
        const cpuRatios: number[] = [];
        for (let round = 0; round < rounds; round += 1) {
          const setting = { worldPath, now: `${MONTH.asOf}T03:00:00Z`, latencyMs, broker: `${latencyMs}-${round}` };
          const loop = await inBareLoop(setting);
          const temporal = await throughTemporal(engine, setting);
          // Whether a service that several organizations need is read back by one of them or by more depends on when they write.
          if (Math.abs(temporal.calls - loop.calls) > loop.calls / 50)
            throw new Error(`Different work was compared: ${loop.calls} calls in the loop, ${temporal.calls} through Temporal.`);
          ratios.push(temporal.seconds / loop.seconds);
          cpuRatios.push(cpuOf(temporal) / cpuOf(loop));
          notes[`${name}, round ${round + 1}`] = { calls: loop.calls, loop: profileOf(loop), temporal: profileOf(temporal) };
          bare = loop.run;
        }
        // Several processes against one: on a busy machine they are not hit alike.
        figures.push(
          figure(`${name}: through Temporal over a bare loop`, ratios, { unit: '×', better: 'less', limit, isOnTheClock: true }),
        );
        figures.push(figure(`${name}: the same in CPU time of all processes`, cpuRatios, { unit: '×', better: 'less' }));
      }
      const left = await leftInHistories(engine.client, `${SETTINGS[0]!.latencyMs}-0`, bare!);
      return { figures: [...figures, ...left.figures], notes: { ...notes, ...left.notes } };
    });
  });
}

const profileOf = ({ seconds, cpuSeconds }: Timed): object => ({ seconds, cpuSeconds });

/** Of all processes that took part. */
const cpuOf = ({ cpuSeconds }: Timed): number => Object.values(cpuSeconds).reduce<number>((sum, one) => sum + (one ?? 0), 0);

interface Timed {
  seconds: number;
  /** Of each process that took part. */
  cpuSeconds: Record<string, number | null>;
  calls: number;
}

async function inBareLoop(setting: Setting): Promise<Timed & { run: MonthRun }> {
  return withSandbox(setting, async (sandbox, folder) => {
    const dependencies = dependenciesFor(configFor(sandbox, folder));
    const pids = { loop: process.pid, sandbox: sandbox.pid };
    const { value: run, ...timed } = await timedOn(sandbox, pids, () => runMonth(dependencies, { ...MONTH, broker: 'default' }));
    return { ...timed, run };
  });
}

async function throughTemporal({ client, address, pid }: Engine, setting: Setting): Promise<Timed> {
  return withSandbox(setting, (sandbox, folder) => {
    const { broker } = setting;
    const environment = { ...environmentFor(sandbox, folder), TEMPORAL_ADDRESS: address, BILLING_BROKER: broker };
    return withWorker(client, environment, (worker) =>
      timedOn(sandbox, { worker: worker.pid, server: pid, sandbox: sandbox.pid }, () =>
        runThroughTemporal(client, { ...MONTH, broker }),
      ),
    );
  });
}

async function timedOn<T>(
  sandbox: SandboxProcess,
  pids: Record<string, number>,
  work: () => Promise<T>,
): Promise<Timed & { value: T }> {
  const started = performance.now();
  const { value, cpuSeconds } = await profiled(pids, work);
  const seconds = (performance.now() - started) / 1000;
  return { value, seconds, cpuSeconds, calls: (await autotaskRequests(sandbox)).length };
}

/** Counted once: every round leaves the same. */
async function leftInHistories(client: Client, broker: string, { work, steps, result }: MonthRun): Promise<Measured> {
  const run = await historyOfRun(client, { ...MONTH, broker });
  const all = await historiesOfOrganizations(client, { ...MONTH, broker }, work.organizations);
  const lines = result.report.lines;
  const organizations = work.organizations.length;
  const less = { better: 'less' } as const;
  // How many workflow tasks there are, and so events and bytes, depends on what comes in together.
  return {
    figures: [
      figure('events per organization', all.events / organizations, { unit: 'events', ...less }),
      figure('events per line', (all.events + run.events) / lines, { unit: 'events', ...less }),
      figure('history per organization', all.bytes / 1000 / organizations, { unit: 'kB', ...less }),
      figure('history per line', (all.bytes + run.bytes) / 1000 / lines, { unit: 'kB', ...less }),
      figure("the run's own history per organization", run.bytes / 1000 / organizations, { unit: 'kB', ...less }),
      figure('activities per changed line', all.activities / lines, { unit: 'activities', isCounted: true, ...less }),
      figure('Temporal actions per changed line', (all.actions + run.actions) / lines, {
        unit: 'actions',
        isCounted: true,
        ...less,
      }),
      figure('largest payload', Math.max(all.largestPayload, run.largestPayload) / 1024, { unit: 'KiB', limit: 256, ...less }),
    ],
    notes: { linesBilled: lines, organizationsWithWork: organizations, steps: countsOf(steps), run, organizationsTogether: all },
  };
}

function countsOf(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
