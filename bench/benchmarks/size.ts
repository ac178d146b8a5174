import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { dailyBillingId, organizationBillingId } from '../../shared/messages/names.js';
import { type Mode } from '../../shared/messages/messages.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import { bundleWorkflows, bytesOfStatus, runThroughTemporal, withTemporalServer, withWorker } from '../engine.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { historiesOfOrganizations, historyOfRun, type Histories } from '../histories.js';
import { peakMbOf } from '../processes.js';
import { environmentFor, withSandbox } from '../rig.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * A month of 100,000 lines and 2,000 organizations through a Temporal server and a worker process, against one of 1,000 lines, and one of a single
 * organization of 20,000: memory of the worker, time per line, payloads, answers and histories. In shadow mode: everything is read, planned, reported and
 * reconciled, and nothing is written, because the calls would be all one sees; and, smaller, one organization whose month is written.
 */

const SMALL: Size = { lines: 1_000, organizations: 60, broker: 'small', mode: 'shadow' };
const LARGE: Size = { lines: 100_000, organizations: 2_000, broker: 'large', mode: 'shadow' };
const LOPSIDED: Size = { lines: 20_000, organizations: 1, broker: 'lopsided', mode: 'shadow' };
/** As many lines as an hour's calls write. */
const WRITTEN: Size = { lines: 3_000, organizations: 1, broker: 'written', mode: 'auto' };
const MONTH = { month: '2025-10', asOf: '2025-10-18' };
/** What Temporal warns from, of a payload. */
const PAYLOAD_KIB = 256;

interface Size {
  lines: number;
  organizations: number;
  broker: string;
  mode: Mode;
}

interface Sized {
  lines: number;
  organizations: number;
  seconds: number;
  /** Of the worker: before it had anything to do, and at its peak. */
  idleMb: number;
  peakMb: number;
  run: Histories;
  organizationsTogether: Histories;
  /** Bytes of the largest answer to `status`: of the run, and of the organization that has most items. */
  largestAnswer: number;
}

interface Server {
  address: string;
  client: Client;
}

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  return withTemporalServer(async (server) => {
    const at = (size: Size): Size => ({
      ...size,
      lines: sized(size.lines, scale),
      organizations: sized(size.organizations, scale),
    });
    const small = await measure(server, SMALL, seed);
    const large = await measure(server, at(LARGE), seed);
    const lopsided = await measure(server, at(LOPSIDED), seed);
    const written = await measure(server, at(WRITTEN), seed);
    return { figures: figuresOf(small, large, lopsided, written), notes: { small, large, lopsided, written } };
  });
}

function figuresOf(small: Sized, large: Sized, lopsided: Sized, written: Sized): Figure[] {
  const less = { better: 'less' } as const;
  const payload = (name: string, bytes: number): Figure =>
    figure(name, bytes / 1024, { unit: 'KiB', limit: PAYLOAD_KIB, isCounted: true, ...less });
  const ofSize = (name: string, { run, organizationsTogether, largestAnswer }: Sized): Figure[] => [
    payload(`${name}: largest payload of the run`, run.largestPayload),
    payload(`${name}: largest payload of an organization`, organizationsTogether.largestPayload),
    payload(`${name}: largest answer to a query`, largestAnswer),
    figure(`${name}: executions of the run`, run.executions, { unit: 'executions', ...less }),
    figure(`${name}: events of the longest of them`, run.mostEvents, { unit: 'events', ...less }),
    figure(`${name}: events of the longest organization`, organizationsTogether.mostEvents, { unit: 'events', ...less }),
  ];
  return [
    figure('small: memory of the worker at rest', small.idleMb, { unit: 'MB', ...less }),
    figure('small: peak memory of the worker', small.peakMb, { unit: 'MB', ...less }),
    figure('large: peak memory of the worker', large.peakMb, { unit: 'MB', limit: 512, ...less }),
    figure('one large organization: peak memory of the worker', lopsided.peakMb, { unit: 'MB', ...less }),
    figure('peak memory, large over small', large.peakMb / small.peakMb, { unit: '×', limit: 3, ...less }),
    figure('time per line, large over small', perLine(large) / perLine(small), { unit: '×', limit: 1.1, ...less }),
    ...ofSize('large', large),
    ...ofSize('one large organization', lopsided),
    ...ofSize('one organization written', written),
    figure('one organization written: history of a line', written.organizationsTogether.bytes / 1000 / written.lines, {
      unit: 'kB',
      ...less,
    }),
  ];
}

const perLine = ({ seconds, lines }: Sized): number => seconds / lines;

// ---------------------------------------------------------------------------------------------------------------- measuring

interface Rig {
  client: Client;
  environment: Record<string, string>;
  pid: number;
  run: { broker: string; month: string; asOf: string; mode: Mode };
}

/** Runs a month of this size. */
async function measure({ client, address }: Server, { broker, mode, ...size }: Size, seed: number): Promise<Sized> {
  return withFolder(async (worlds) => {
    const worldPath = await generatedWorld(worlds, { ...size, seed });
    return withSandbox({ worldPath, now: `${MONTH.asOf}T03:00:00Z`, latencyMs: 0 }, async (sandbox, folder) => {
      const environment = {
        ...environmentFor(sandbox, folder),
        AUTOTASK_CALLS_PER_HOUR: '10000',
        TEMPORAL_ADDRESS: address,
        BILLING_BROKER: broker,
      };
      await bundleWorkflows(client, environment);
      const run = { ...MONTH, broker, mode };
      const sized = await withWorker(client, environment, ({ pid }) => runMonth({ client, environment, pid, run }));
      return { ...size, ...sized };
    });
  });
}

async function runMonth(rig: Rig): Promise<Omit<Sized, 'lines' | 'organizations'>> {
  const { client, pid, run } = rig;
  const idleMb = peakMbOf(pid) ?? 0;
  const started = performance.now();
  const running = runThroughTemporal(client, run);
  const meanwhile = await largestAnswerUntil(running, client, dailyBillingId(run.broker, run.month));
  const seconds = (performance.now() - started) / 1000;
  const { organizations, withMostItems } = await workedOn(rig);
  const asked = [dailyBillingId(run.broker, run.month), organizationBillingId(run.broker, run.month, withMostItems)];
  const afterwards = await Promise.all(asked.map((workflowId) => bytesOfStatus(client, workflowId)));
  return {
    seconds,
    idleMb,
    peakMb: peakMbOf(pid) ?? 0,
    run: await historyOfRun(client, run),
    organizationsTogether: await historiesOfOrganizations(client, run, organizations),
    largestAnswer: Math.max(meanwhile, ...afterwards),
  };
}

const ASKED_EVERY_MS = 2_000;

/** Asks the run how it stands, as an operator would, until it ends. */
async function largestAnswerUntil(running: Promise<void>, client: Client, workflowId: string): Promise<number> {
  let isOver = false;
  const over = running.finally(() => (isOver = true));
  let largest = 0;
  for (;;) {
    await Promise.race([over, sleep(ASKED_EVERY_MS)]);
    if (isOver) return largest;
    largest = Math.max(largest, await bytesOfStatus(client, workflowId));
  }
}

/** The organizations that had a workflow. */
async function workedOn({ environment, run }: Rig): Promise<{ organizations: string[]; withMostItems: string }> {
  const { result } = (await readMonth(openEvidence(environment['BILLING_EVIDENCE']!), run.broker, run.month))!;
  const worked = result.organizations
    .filter(({ workflowId }) => workflowId !== null)
    .sort((left, right) => right.items.length - left.items.length)
    .map(({ organizationId }) => organizationId);
  return { organizations: worked, withMostItems: worked[0]! };
}
