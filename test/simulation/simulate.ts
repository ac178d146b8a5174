import { readOrder } from './order.js';
import { playJob } from './play.js';
import { playTenants } from './tenants.js';
import type { Workload } from './workloads.js';

/**
 * `npm run simulate`: plays months, or tenants, and says what became of them; `order.ts` has its options. Ends with 1 when one of them broke a promise, 3 when one
 * ended with something unknown.
 */

const values = readOrder();

interface Line {
  name: string;
  seed: number;
  verdict: 'ok' | 'violated' | 'unknown';
  problems: { kind: string; message: string }[];
  unknown: string[];
  requests: number;
  faults: [string, number][];
  crashes: [string, number][];
}

interface Totals {
  ok: number;
  violated: number;
  unknown: number;
  requests: number;
  faults: Map<string, number>;
  crashes: Map<string, number>;
}

/** How often a long campaign reports its progress. */
const SAY_EVERY = 500;

let started = Date.now();
let totals: Totals;
const { seeds, first, jobs, variant } = values;

process.exitCode = 0;
if (values.tenants !== null) process.exitCode = await playTenants(values.tenants, first);
for (const workload of values.tenants === null ? values.workloads : []) {
  started = Date.now();
  totals = { ok: 0, violated: 0, unknown: 0, requests: 0, faults: new Map(), crashes: new Map() };
  await Promise.all(Array.from({ length: jobs }, (_, job) => runJob(job, workload)));
  report(workload);
}

/** Every job plays each J-th seed. */
async function runJob(job: number, workload: Workload): Promise<void> {
  const count = Math.ceil((seeds - job) / jobs);
  if (count <= 0) return;
  const { matrix, show } = values;
  const order = { first: matrix ? job : first + job, step: jobs, count, matrix, show, stops: variant !== null, workload };
  await playJob(order, variant, (line) => (line.startsWith('{"verdict"') ? tally(JSON.parse(line) as Line) : console.log(line)));
}

function tally(line: Line): void {
  totals[line.verdict] += 1;
  const played = totals.ok + totals.violated + totals.unknown;
  if (played % SAY_EVERY === 0) console.log(`${played} seeds, ${Math.round((Date.now() - started) / 1000)} s`);
  totals.requests += line.requests;
  for (const [hit, count] of line.faults) totals.faults.set(hit, (totals.faults.get(hit) ?? 0) + count);
  for (const [hit, count] of line.crashes) totals.crashes.set(hit, (totals.crashes.get(hit) ?? 0) + count);
  for (const { kind, message } of line.problems) console.log(`${line.name}: ${kind}: ${message}`);
  for (const message of line.unknown) console.log(`${line.name}: unknown: ${message}`);
}

function report(workload: Workload): void {
  const seconds = Math.round((Date.now() - started) / 100) / 10;
  if (values.coverage)
    for (const [hit, count] of [...totals.faults, ...totals.crashes].sort(([left], [right]) => left.localeCompare(right)))
      console.log(`${String(count).padStart(8)}  ${hit}`);
  const faults = [...totals.faults.values()].reduce((sum, count) => sum + count, 0);
  const crashes = [...totals.crashes.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `${values.matrix ? 'matrix' : `${workload === 'mixed' ? '' : `${workload}, `}seeds from ${first}`}: ${totals.ok} ok, ${totals.violated} violated, ${totals.unknown} unknown; ` +
      `${totals.requests} requests, ${faults} faults of ${totals.faults.size} kinds, ${crashes} deaths at ${totals.crashes.size} points; ${seconds} s`,
  );
  if (totals.violated > 0) process.exitCode = 1;
  else if (totals.unknown > 0 && process.exitCode !== 1) process.exitCode = 3;
}
