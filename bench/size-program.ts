import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from '../activities/index.js';
import { Slices } from '../activities/slices.js';
import { organizationsOf } from '../activities/survey.js';
import { planOrganization } from '../shared/billing/plan.js';
import { billAll } from './month.js';
import { peakMb } from './processes.js';
import { configFor, dependenciesFor } from './rig.js';

/** What the benchmark `size` runs in a process of its own, so that its memory is the product's alone. */

export interface SizeOptions {
  env: Record<string, string>;
  folder: string;
}

export interface Sized {
  lines: number;
  reportMs: number;
  surveyMs: number;
  workMs: number;
  /** Every organization planned, shown and settled as shadow mode does, and the month reconciled. */
  settleMs: number;
  /** The pure planner over all organizations, evidence already in memory. */
  planningMs: number;
  /** `JSON.parse` of the lines of both months, as the evidence holds them. */
  parsingMs: number;
  peakMb: number;
}

const { env, folder } = JSON.parse(process.argv[2]!) as SizeOptions;
const request = { broker: 'default', month: '2025-10', asOf: '2025-10-18', mode: 'shadow' as const };
const dependencies = dependenciesFor(configFor({ env }, folder));
const activities = createActivities(dependencies);
const { billing, cloudmore, autotask } = activities;

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const started = performance.now();
  return { value: await work(), ms: performance.now() - started };
}

const taken = await timed(() => cloudmore.takeReport(request));
const { report, lines } = taken.value;
const surveyed = await timed(() => autotask.surveyAutotask({ ...request, report, organizations: null }));
const { survey, surveyedAt } = surveyed.value;
const found = await timed(() => billing.findWork({ ...request, report, survey, organizations: null }));
const settled = await timed(async () => {
  const { organizations, calls, heldMonth } = found.value;
  await billAll(activities, request, { asOf: request.asOf, report, survey, surveyedAt }, organizations);
  await billing.closeRun({ ...request, report, survey, calls, heldMonth });
});
const peak = peakMb();
const { planningMs, parsingMs } = await planAgainstParse();
process.send!({
  lines,
  reportMs: taken.ms,
  surveyMs: surveyed.ms,
  workMs: found.ms,
  settleMs: settled.ms,
  planningMs,
  parsingMs,
  peakMb: peak,
} satisfies Sized);
await sleep(100);
process.disconnect();

/** One organization at a time, so that neither side pays for the memory of the other. */
async function planAgainstParse(): Promise<{ planningMs: number; parsingMs: number }> {
  const slices = new Slices(dependencies.evidence);
  const facts = await slices.facts(report);
  let planningMs = 0;
  let parsingMs = 0;
  for await (const slice of organizationsOf(slices, { report, organizations: null })) {
    const books = await slices.books(survey, slice.organization.id);
    const text = JSON.stringify(slice);
    const begun = performance.now();
    JSON.parse(text);
    const parsed = performance.now();
    planOrganization({ facts, slice, books: books!, settings: dependencies.settings });
    planningMs += performance.now() - parsed;
    parsingMs += parsed - begun;
  }
  return { planningMs, parsingMs };
}
