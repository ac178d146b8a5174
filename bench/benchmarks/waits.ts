import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { GateClock } from '../../shared/autotask/index.js';
import { connectVendors } from '../../shared/vendors.js';
import { runThroughTemporal, withTemporalServer, withWorker } from '../engine.js';
import { establish } from '../established.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { runMonth } from '../month.js';
import { autotaskRequests, configFor, dependenciesFor, environmentFor, slow, tally, UNLIMITED, type Request } from '../rig.js';
import { startSandboxProcess, type SandboxProcess } from '../sandbox-process.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * Where people wait, with an Autotask that takes as long as the real one: `plan` on a tenant that is established; a first month, against what the calls
 * of its busiest endpoint take at best: each endpoint takes three at a time; and a first month that waits for its quota, against the earliest moment at which
 * its last call may go out.
 */

const LATENCY_MS = 150;
const THREADS = 3;
const PLANNED = { lines: 10_000, organizations: 500 };
const FIRST_MONTH = { lines: 1_000, organizations: 60 };
const MONTH = { month: '2025-10', asOf: '2025-10-18' };
const FIRST_LINE_LIMIT_S = 10;
const PLAN_LIMIT_S = 30;
const FIRST_MONTH_LIMIT = 1.05;
/** The share of an hour's calls of the month that waits for it: a third of what it needs. */
const SHARE = 900;
const HOUR_MS = 3_600_000;
const BIN = fileURLToPath(new URL('../../client/bin.js', import.meta.url));

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const plan = await ofPlan({ lines: sized(PLANNED.lines, scale), organizations: sized(PLANNED.organizations, scale), seed });
  const first = { lines: sized(FIRST_MONTH.lines, scale), organizations: sized(FIRST_MONTH.organizations, scale), seed };
  const month = await ofFirstMonth(first);
  const quota = await ofQuota(first, sized(SHARE, scale));
  return {
    figures: [plan, month, quota].flatMap(({ figures }) => figures),
    notes: { latencyMs: LATENCY_MS, ...plan.notes, ...month.notes, ...quota.notes },
  };
}

interface Size {
  lines: number;
  organizations: number;
  seed: number;
}

const ofPlan = (size: Size): Promise<Measured> =>
  onSandbox(size, async (sandbox, folder) => {
    await establish(sandbox, dependenciesFor(configFor(sandbox, folder)));
    await asSlowAsAutotask(sandbox);
    const { firstLine, end } = await timedPlan({ ...environmentFor(sandbox, folder), TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const calls = (await autotaskRequests(sandbox)).length;
    const what = `plan of ${size.lines} lines`;
    const clock = { unit: 's', better: 'less' } as const;
    const figures: Figure[] = [
      figure(`${what}: its first line`, firstLine, { ...clock, limit: FIRST_LINE_LIMIT_S }),
      figure(`${what}: its end`, end, { ...clock, limit: PLAN_LIMIT_S }),
      figure(`${what}: calls`, calls, { unit: 'calls', better: 'less', isCounted: true }),
    ];
    return { figures, notes: { planned: size } };
  });

const ofFirstMonth = (size: Size): Promise<Measured> =>
  onSandbox(size, (sandbox, folder) =>
    withTemporalServer(({ client, address }) => {
      const environment = { ...environmentFor(sandbox, folder), AUTOTASK_CALLS_PER_HOUR: '10000', TEMPORAL_ADDRESS: address };
      return withWorker(client, environment, async () => {
        await asSlowAsAutotask(sandbox);
        const started = performance.now();
        await runThroughTemporal(client, { ...MONTH, broker: 'default' });
        const seconds = (performance.now() - started) / 1000;
        const requests = await autotaskRequests(sandbox);
        const busiest = busiestOf(requests);
        const atBest = (busiest.calls * LATENCY_MS) / 1000 / THREADS;
        const name = `a first month of ${size.lines} lines over what its calls take at best`;
        return {
          figures: [figure(name, seconds / atBest, { unit: '×', better: 'less', limit: FIRST_MONTH_LIMIT, isOnTheClock: true })],
          notes: { firstMonth: { ...size, calls: requests.length, busiest, seconds, atBest } },
        };
      });
    }),
  );

/** The bare loop, on a clock that jumps while everything under way waits for the quota: hours pass in a minute, and calls take as long as they take. */
const ofQuota = (size: Size, share: number): Promise<Measured> =>
  onSandbox(size, async (sandbox, folder) => {
    await asSlowAsAutotask(sandbox);
    const { autotask, ...rest } = configFor(sandbox, folder);
    const config = { ...rest, autotask: { ...autotask, callsPerHour: share } };
    const clock = jumpingClock();
    const dependencies = {
      ...dependenciesFor(config),
      ...connectVendors(config, { clock }),
      clock: { now: () => new Date(clock.now()), sleep: (milliseconds: number) => clock.sleep(milliseconds) },
    };
    const started = clock.now();
    await runMonth(dependencies, { ...MONTH, broker: 'default' });
    const hours = (clock.now() - started) / HOUR_MS;
    const calls = (await autotaskRequests(sandbox)).length;
    const atBest = Math.floor((calls - 1) / share);
    const name = `a first month of ${size.lines} lines with ${share} calls an hour over the earliest that its last call may go`;
    return {
      figures: [figure(name, hours / atBest, { unit: '×', better: 'less', limit: FIRST_MONTH_LIMIT, isOnTheClock: true })],
      notes: { underQuota: { ...size, share, calls, hours, atBest } },
    };
  });

/** Several that wait at once wait for the same moment. */
function jumpingClock(): GateClock {
  let jumped = 0;
  const now = (): number => Date.now() + jumped;
  return {
    now,
    sleep: async (milliseconds) => {
      const until = now() + milliseconds;
      await setImmediate();
      jumped += Math.max(0, until - now());
    },
  };
}

/** The endpoint with the most calls: the vendor limits threads for each, and a child counts as the entity that it is (`docs/vendors/autotask.md` 3.3). */
function busiestOf(requests: Request[]): { endpoint: string; calls: number } {
  const counts = new Map<string, number>();
  for (const [what, calls] of Object.entries(tally(requests))) {
    const [entity = '', id, child] = what.replace(/^[A-Z]+ /, '').split('/');
    const endpoint = id === 'N' && child !== undefined ? entity.slice(0, -1) + child : entity;
    counts.set(endpoint, (counts.get(endpoint) ?? 0) + calls);
  }
  const [[endpoint, calls] = ['', 0]] = [...counts].sort(([, left], [, right]) => right - left);
  return { endpoint, calls };
}

const onSandbox = (size: Size, work: (sandbox: SandboxProcess, folder: string) => Promise<Measured>): Promise<Measured> =>
  withFolder(async (folder) => {
    const sandbox = await startSandboxProcess({ worldPath: await generatedWorld(folder, size), behaviour: UNLIMITED });
    try {
      await sandbox.control('POST', 'clock', { now: `${MONTH.asOf}T03:00:00Z` });
      return await work(sandbox, folder);
    } finally {
      await sandbox.close();
    }
  });

async function asSlowAsAutotask(sandbox: SandboxProcess): Promise<void> {
  await sandbox.control('POST', 'clock', { now: `${MONTH.asOf}T03:00:00Z` });
  await sandbox.control('POST', 'faults', [slow(LATENCY_MS)]);
  await sandbox.control('DELETE', 'requests');
}

/** Seconds from the start of the process to the first thing it says, on either stream, and to its end. 3: something is held, as in any large month. */
async function timedPlan(environment: Record<string, string>): Promise<{ firstLine: number; end: number }> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const argv = [BIN, 'plan', MONTH.month, '--as-of', MONTH.asOf];
  const plan = spawn(process.execPath, argv, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let firstLine: number | null = null;
  let said = '';
  for (const stream of [plan.stdout, plan.stderr])
    stream.on('data', (chunk: Buffer) => {
      firstLine ??= seconds();
      if (stream === plan.stderr) said += chunk.toString();
    });
  const [code] = (await once(plan, 'close')) as [number];
  if (code !== 0 && code !== 3) throw new Error(`plan ended with ${code}: ${said}`);
  return { firstLine: firstLine ?? Infinity, end: seconds() };
}
