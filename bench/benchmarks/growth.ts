import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createRandom } from '../../sandbox/random.js';
import { readMonth } from '../../shared/evidence/months.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { bundleWorkflows, runThroughTemporal, withTemporalServer, withWorker } from '../engine.js';
import { historiesOfOrganizations, historyOfRun } from '../histories.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { FLEET, needOf, playWave, type Played, type UnitCosts, type Wave } from '../growth.js';
import { cpuSecondsOf, peakMbOf } from '../processes.js';
import { autotaskRequests, environmentFor, withSandbox } from '../rig.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * 500 brokers, a million organization-months: what grows with what, and where the first limit is. A month of a small broker is billed through Temporal, and once
 * more unchanged; what that cost is multiplied, and the day on which everything is new is played minute by minute.
 */

const SIZE = { lines: 200, organizations: 20 };
const MONTH = '2025-10';
const BROKER = 'growth';
const DAYS = ['2025-10-18', '2025-10-19'] as const;

const WAVES: Record<string, Wave> = {
  'all at 03:00, 4 cores': { startsWithinHours: 0, serverCores: 4 },
  'all at 03:00, 16 cores': { startsWithinHours: 0, serverCores: 16 },
  'over 8 hours, 4 cores': { startsWithinHours: 8, serverCores: 4 },
};

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const size = { lines: sized(SIZE.lines, scale), organizations: sized(SIZE.organizations, scale), seed };
  const costs = await measure(size);
  const need = needOf(costs, FLEET);
  const waves = Object.entries(WAVES).map(([name, wave]) => [name, playWave(costs, FLEET, wave, createRandom(seed))] as const);
  return {
    figures: [
      computed('calls of a line in its first month', costs.callsPerLine, 'calls'),
      computed('calls of a broker on a day without changes', costs.callsPerQuietDay, 'calls'),
      computed('Temporal actions of a line', costs.actionsPerLine, 'actions'),
      computed('history of a line', costs.historyBytesPerLine / 1000, 'kB'),
      computed('evidence of a line', costs.evidenceBytesPerLine / 1000, 'kB'),
      computed('evidence of a line on a day without changes', costs.evidenceBytesPerQuietDayAndLine / 1000, 'kB'),
      computed('memory of a worker', costs.workerMb, 'MB'),
      computed('CPU of a line, worker', costs.workerCpuSecondsPerLine * 1000, 'ms'),
      computed('CPU of an activity, server', costs.serverCpuSecondsPerActivity * 1000, 'ms'),
      computed('fleet: lines a month', need.linesPerMonth / 1e6, 'million'),
      computed('fleet: Temporal actions a month', need.actionsPerMonth / 1e6, 'million'),
      computed("fleet: Temporal's database", need.historyGb, 'GB'),
      computed('fleet: evidence a month', need.evidenceGbPerMonth, 'GB'),
      computed('fleet: memory of workers, one process a broker', need.workerMemoryGb, 'GB'),
      computed('fleet: CPU of workers a month', need.workerCpuHoursPerMonth, 'hours'),
      computed('fleet: CPU of the server a month', need.serverCpuHoursPerMonth, 'hours'),
      computed('fleet: an average broker whose whole month is new', need.firstMonthHours, 'hours'),
      ...waves.flatMap(([name, played]) => ofWave(name, played)),
    ],
    notes: { ...size, costs, fleet: FLEET, waves: Object.fromEntries(waves) },
  };
}

const computed = (name: string, value: number, unit: string): Figure => figure(name, value, { unit, better: 'less' });

const ofWave = (name: string, { hoursUntilAllAreDone, peakServerCores, waitsForServer }: Played): Figure[] => [
  computed(`${name}: until all are done`, hoursUntilAllAreDone, 'hours'),
  computed(`${name}: cores for the server so that nobody waits`, peakServerCores, 'cores'),
  computed(`${name}: time in which Temporal is the wall`, waitsForServer * 100, '%'),
];

// ---------------------------------------------------------------------------------------------------------------- measuring

/** What stood on the meters at one moment. */
interface Meters {
  calls: number;
  actions: number;
  historyBytes: number;
  activities: number;
  evidenceBytes: number;
  workerCpu: number;
  serverCpu: number;
  lines: number;
  workerMb: number;
}

async function measure(size: { lines: number; organizations: number; seed: number }): Promise<UnitCosts> {
  return withFolder(async (worlds) => {
    const worldPath = await generatedWorld(worlds, size);
    const [first, quiet] = await withTemporalServer(({ client, address, pid: server }) =>
      withSandbox({ worldPath, now: `${DAYS[0]}T03:00:00Z`, latencyMs: 0 }, async (sandbox, folder) => {
        const environment = { ...environmentFor(sandbox, folder), TEMPORAL_ADDRESS: address, BILLING_BROKER: BROKER };
        await bundleWorkflows(client, environment);
        return withWorker(client, environment, async (worker) => {
          const days: Meters[] = [];
          for (const asOf of DAYS) {
            await sandbox.control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
            await sandbox.control('DELETE', 'requests');
            const cpu = { worker: cpuSecondsOf(worker.pid) ?? 0, server: cpuSecondsOf(server) ?? 0 };
            await runThroughTemporal(client, { broker: BROKER, month: MONTH, asOf });
            const run = await historyOfRun(client, { broker: BROKER, month: MONTH, asOf });
            const { lines, organizations } = await resultOf(environment);
            const open = days.length === 0 ? organizations : [];
            const all = await historiesOfOrganizations(client, { broker: BROKER, month: MONTH, asOf }, open);
            days.push({
              calls: (await autotaskRequests(sandbox)).length,
              actions: run.actions + all.actions,
              historyBytes: run.bytes + all.bytes,
              activities: run.activities + all.activities,
              evidenceBytes: await bytesBelow(join(folder, 'evidence')),
              workerCpu: (cpuSecondsOf(worker.pid) ?? 0) - cpu.worker,
              serverCpu: (cpuSecondsOf(server) ?? 0) - cpu.server,
              lines,
              workerMb: peakMbOf(worker.pid) ?? 0,
            });
          }
          return [days[0]!, days[1]!] as const;
        });
      }),
    );
    return costsOf(first, quiet);
  });
}

/** What the first day costs beyond a quiet one is that of its lines. */
const costsOf = (first: Meters, quiet: Meters): UnitCosts => ({
  callsPerLine: (first.calls - quiet.calls) / first.lines,
  callsPerQuietDay: quiet.calls,
  activitiesPerLine: (first.activities - quiet.activities) / first.lines,
  actionsPerLine: (first.actions - quiet.actions) / first.lines,
  actionsPerQuietDay: quiet.actions,
  historyBytesPerLine: (first.historyBytes - quiet.historyBytes) / first.lines,
  historyBytesPerQuietDay: quiet.historyBytes,
  evidenceBytesPerLine: first.evidenceBytes / first.lines,
  evidenceBytesPerQuietDayAndLine: (quiet.evidenceBytes - first.evidenceBytes) / first.lines,
  serverCpuSecondsPerActivity: first.serverCpu / first.activities,
  workerCpuSecondsPerLine: first.workerCpu / first.lines,
  workerMb: quiet.workerMb,
});

/** Lines of the month, and the organizations that had a workflow. */
async function resultOf(environment: Record<string, string>): Promise<{ lines: number; organizations: string[] }> {
  const evidence = openEvidence(environment['BILLING_EVIDENCE']!);
  const month = await readMonth(evidence, BROKER, MONTH);
  const { report, organizations } = month!.result;
  const worked = organizations.filter(({ workflowId }) => workflowId !== null);
  return { lines: report.lines, organizations: worked.map(({ organizationId }) => organizationId) };
}

async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
