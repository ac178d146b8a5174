import type { Client } from '@temporalio/client';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openEvidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import { dailyBillingId } from '../../shared/messages/names.js';
import { billedWorld, sumsOf, writesOf, type BilledWorld } from '../billed-world.js';
import { startEndless } from '../endless.js';
import { bundleWorkflows, runThroughTemporal, withWorker } from '../engine.js';
import { figure, median, type Figure, type Measured } from '../figure.js';
import { atOnce } from '../month.js';
import { peakMbOf, residentMbOf } from '../processes.js';
import { environmentFor } from '../rig.js';
import { withTemporalOnPostgres, type ServerOnPostgres } from '../temporal-on-postgres.js';
import { withTenants, type Tenants } from '../tenants.js';
import { troubles, type Trouble } from '../troubled-brokers.js';
import { sized, withFolder } from '../worlds.js';
import type { BenchmarkOptions } from './index.js';

/**
 * Many brokers on one machine, as a host runs them: the real server on PostgreSQL, the evidence next to it, a few worker processes over parts of the
 * folder. Every month is billed already (`billed-world.ts`); the first day finds that out, and the second, without changes, is measured. One broker of each kind of
 * trouble is among them (`troubled-brokers.ts`): the others end on time and to the cent.
 */

const MONTH = '2025-10';
const DAYS = ['2025-10-18', '2025-10-19'] as const;
const LARGE_LINES = 20_000;
/** One broker of so many is large. */
const LARGE_EVERY = 15;
const SMALL_LINES = [200, 500, 800, 1_100, 1_400, 1_700, 2_000];
const LINES_AN_ORGANIZATION = 20;
const BROKERS_A_PROCESS = 38;
const VENDOR_PROCESSES = 2;
/** Over which the schedules of all of them are spread, at 300. */
const SPREAD_S = 900;
const FIRST_DAYS_AT_ONCE = 8;

interface Broker {
  name: string;
  world: BilledWorld;
  trouble: Trouble | null;
  process: number;
}

export async function run({ seed, scale, brokers: count }: BenchmarkOptions): Promise<Measured> {
  const endless = await startEndless();
  try {
    return await withFolder(async (folder) => {
      const brokers = await brokersOf(folder, { seed, scale, count }, troubles(endless.url));
      const tenants = brokers.map(({ name, world: { path }, trouble }) => ({
        broker: name,
        path,
        ...(trouble?.customerName === undefined ? {} : { customerName: trouble.customerName }),
      }));
      return withTenants(tenants, VENDOR_PROCESSES, (vendors) =>
        withTemporalOnPostgres((server) => measure(folder, brokers, vendors, server)),
      );
    });
  } finally {
    endless.close();
  }
}

/** Large ones first, so that they are spread over the processes; each of the last ones has a problem. */
async function brokersOf(
  folder: string,
  { seed, scale, count }: { seed: number; scale: number; count: number },
  wrong: Trouble[],
): Promise<Broker[]> {
  const worlds = new Map<number, BilledWorld>();
  for (const full of [LARGE_LINES, ...SMALL_LINES]) {
    const lines = sized(full, scale);
    const size = { lines, organizations: Math.ceil(lines / LINES_AN_ORGANIZATION), seed };
    worlds.set(full, await billedWorld(folder, size, { month: MONTH, asOf: DAYS[0] }));
  }
  const large = Math.round(count / LARGE_EVERY);
  const processes = Math.ceil(count / BROKERS_A_PROCESS);
  return Array.from({ length: count }, (_, at) => ({
    name: `b${String(at + 1).padStart(3, '0')}`,
    world: worlds.get(at < large ? LARGE_LINES : SMALL_LINES[at % SMALL_LINES.length]!)!,
    trouble: wrong[count - 1 - at] ?? null,
    process: at % processes,
  }));
}

// ---------------------------------------------------------------------------------------------------------------- the workers

interface Rig {
  brokers: Broker[];
  vendors: Tenants;
  server: ServerOnPostgres;
  workers: WorkerProcess[];
}

interface WorkerProcess {
  pid: number;
  /** Seconds until it polled all queues of its brokers, one process started after the other. */
  readyAfter: number;
}

async function measure(folder: string, brokers: Broker[], vendors: Tenants, server: ServerOnPostgres): Promise<Measured> {
  for (const { name, process, trouble } of brokers) {
    const { env } = vendors.all.find(({ broker }) => broker === name)!;
    await mkdir(folderOf(folder, process), { recursive: true });
    await writeFile(join(folderOf(folder, process), `${name}.env`), settingsOf({ env }, trouble));
  }
  const environmentOf = (process: number): Record<string, string> => ({
    TEMPORAL_ADDRESS: server.address,
    BILLING_BROKERS: folderOf(folder, process),
    BILLING_KEYS: join(folder, 'keys'),
    BILLING_EVIDENCE: server.evidence,
    BILLING_HTTP: 'off',
  });
  const names = (process: number): string[] => brokers.filter((one) => one.process === process).map(({ name }) => name);
  // One broker is enough for that.
  const [first] = brokers;
  await copyInto(join(folder, 'first'), join(folderOf(folder, first!.process), `${first!.name}.env`));
  await bundleWorkflows(server.client, { ...environmentOf(0), BILLING_BROKERS: join(folder, 'first') }, [first!.name]);
  const processes = Math.max(...brokers.map(({ process }) => process)) + 1;
  const withWorkers = (workers: WorkerProcess[]): Promise<Measured> =>
    workers.length === processes
      ? play({ brokers, vendors, server, workers })
      : withWorker(
          server.client,
          environmentOf(workers.length),
          (worker) => withWorkers([...workers, worker]),
          names(workers.length),
        );
  return withWorkers([]);
}

async function copyInto(folder: string, file: string): Promise<void> {
  await mkdir(folder);
  await copyFile(file, join(folder, basename(file)));
}

const folderOf = (folder: string, process: number): string => join(folder, `brokers-${process}`);

/** Of one broker: what `environmentFor` says, except what belongs to the installation. */
function settingsOf(vendors: { env: Record<string, string> }, trouble: Trouble | null): string {
  const { BILLING_EVIDENCE: _evidence, BILLING_BROKER: _broker, ...settings } = environmentFor(vendors, '');
  return Object.entries({ ...settings, AUTOTASK_CALLS_PER_HOUR: '10000', ...trouble?.settings })
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

// ---------------------------------------------------------------------------------------------------------------- the two days

const isWell = ({ trouble }: Broker): boolean => trouble === null;
const megabytes = (pids: number[], of: (pid: number) => number | null): number =>
  pids.reduce((sum, pid) => sum + (of(pid) ?? 0), 0);

async function play(rig: Rig): Promise<Measured> {
  const { brokers, vendors, server, workers } = rig;
  const pids = workers.map(({ pid }) => pid);
  const well = brokers.filter(isWell);
  const atRest = megabytes(pids, residentMbOf);
  const firstDay = await seconds(() => atOnce(FIRST_DAYS_AT_ONCE, well, (broker) => bill(server.client, broker, DAYS[0])));
  const found = await vendors.seen();
  for (const { name, trouble } of brokers) {
    await vendors.control(name, 'POST', 'clock', { now: `${DAYS[1]}T03:00:00Z` });
    if (trouble?.faults) await vendors.control(name, 'POST', 'faults', trouble.faults);
  }
  const sessions = await watchSessions(server);
  const ended = new Map<Broker, number>();
  const day = await seconds(() => unchangedDay(rig, ended));
  const evidenceSessions = await sessions.most();
  const { calls, peak } = await vendors.seen();
  const wrong = await wrongMonths(rig);
  if (wrong.length > 0) throw new Error(`Not to the cent: ${wrong.join('; ')}`);
  const peaks = pids.map((pid) => peakMbOf(pid) ?? 0);
  return {
    figures: figuresOf(rig, { day, ended, calls, atRest, peaks, sessions: evidenceSessions[SESSION] ?? 0 }),
    notes: {
      brokers: brokers.length,
      lines: linesOf(brokers),
      troubled: brokers.flatMap(({ name, trouble, process }) => (trouble ? [{ name, process, what: trouble.what }] : [])),
      firstDay: { seconds: firstDay, calls: sumOf(Object.values(found.calls)) },
      seconds: [...ended.values()],
      peaks,
      vendorsPeak: peak,
      evidenceSessions,
    },
  };
}

const linesOf = (brokers: Broker[]): number => sumOf(brokers.map(({ world }) => world.lines));
const sumOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

const bill = (client: Client, { name }: Broker, asOf: string): Promise<void> =>
  runThroughTemporal(client, { broker: name, month: MONTH, asOf });

/** Every broker's run begins at its own time, those in trouble too; it is over when the last of the others has ended. */
async function unchangedDay({ brokers, server: { client } }: Rig, ended: Map<Broker, number>): Promise<void> {
  const spread = (SPREAD_S * 1000 * linesOf(brokers)) / FULL_LINES;
  const inTrouble: Promise<unknown>[] = [];
  await Promise.all(
    brokers.map(async (broker, at) => {
      // Neighbours in the list are in different processes, and the large ones are the first of it.
      await sleep(spread * (((at * 7) % brokers.length) / brokers.length));
      if (isWell(broker)) ended.set(broker, await seconds(() => bill(client, broker, DAYS[1])));
      else inTrouble.push(bill(client, broker, DAYS[1]).catch(() => undefined));
    }),
  );
  for (const { name } of brokers.filter((broker) => !isWell(broker)))
    await client.workflow
      .getHandle(dailyBillingId(name, MONTH))
      .terminate('measured')
      .catch(() => undefined); // it has ended
  await Promise.all(inTrouble);
}

/** Of 300 brokers. */
const FULL_LINES = 20 * LARGE_LINES + 280 * (sumOf(SMALL_LINES) / SMALL_LINES.length);

/** Brokers whose month differs from what was billed, or was written again. */
async function wrongMonths({ brokers, server }: Rig): Promise<string[]> {
  const evidence = openEvidence(server.evidence);
  try {
    const wrong: string[] = [];
    for (const { name, world } of brokers.filter(isWell)) {
      const read = await readMonth(evidence, name, MONTH);
      const { result } = read ?? {};
      const written = result === undefined ? 0 : writesOf(result);
      if (result === undefined || result.asOf !== DAYS[1] || sumsOf(result) !== world.sums || written > 0)
        wrong.push(
          `${name}: ${result ? `${result.asOf} ${sumsOf(result)}, ${written} writes` : 'no month'} instead of ${world.sums}`,
        );
    }
    return wrong;
  } finally {
    await evidence.close();
  }
}

// ---------------------------------------------------------------------------------------------------------------- what it took

const LOOK_EVERY_MS = 1_000;

/** As PostgreSQL calls a session that somebody opened. */
const SESSION = 'client backend';

/** What PostgreSQL has open at the evidence's database at most, by kind: sessions, all of them the workers', and its own that vacuum now and then. */
async function watchSessions({ postgres }: ServerOnPostgres): Promise<{ most(): Promise<Record<string, number>> }> {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  const most: Record<string, number> = {};
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ kind: string; count: number }>(
      "select backend_type as kind, count(*)::int as count from pg_stat_activity where datname = 'billing' group by kind",
    );
    for (const { kind, count } of rows) most[kind] = Math.max(most[kind] ?? 0, count);
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return {
    most: async () => {
      clearInterval(timer);
      await look();
      await client.end();
      return most;
    },
  };
}

interface Taken {
  day: number;
  ended: Map<Broker, number>;
  calls: Record<string, number>;
  atRest: number;
  peaks: number[];
  sessions: number;
}

function figuresOf({ brokers, workers }: Rig, { day, ended, calls, atRest, peaks, sessions }: Taken): Figure[] {
  const well = brokers.filter(isWell);
  const less = { better: 'less' } as const;
  const called = sumOf(well.map(({ name }) => calls[name] ?? 0));
  const most = Math.max(...well.map(({ world }) => world.lines));
  const secondsOf = (isLarge: boolean): number[] =>
    [...ended].filter(([{ world }]) => (world.lines === most) === isLarge).map(([, took]) => took);
  return [
    figure('an unchanged day of all brokers', day, { unit: 's', limit: 1_800, ...less }),
    figure('the slowest large broker', Math.max(...secondsOf(true)), { unit: 's', ...less }),
    figure('the slowest small broker', Math.max(...secondsOf(false)), { unit: 's', ...less }),
    figure('a small broker', median(secondsOf(false)), { unit: 's', ...less }),
    figure(
      'a worker process polls all queues of its brokers after',
      workers.map(({ readyAfter }) => readyAfter),
      { unit: 's', ...less },
    ),
    figure('worker processes', workers.length, { unit: 'processes', limit: 8, isCounted: true, ...less }),
    figure('memory of the workers together, at rest', atRest, { unit: 'MB', ...less }),
    figure('memory of the workers together, each at its peak', sumOf(peaks), { unit: 'MB', limit: 6_144, ...less }),
    figure('database sessions a process', sessions / workers.length, { unit: 'sessions', limit: 2, isCounted: true, ...less }),
    figure('calls a line', called / linesOf(well), { unit: 'calls', limit: 0.02, isCounted: true, tolerance: 0.05, ...less }),
  ];
}
