import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { createActivities } from '../activities/index.js';
import { Slices } from '../activities/gather/report-slices.js';
import { organizationsOf } from '../activities/gather/survey-autotask.js';
import { compiledSources } from '../client/compile.js';
import { firstDay, lastDay, previousMonth } from '../shared/billing/basics/month.js';
import type * as planner from '../shared/billing/plan/plan.js';
import type { Books } from '../shared/billing/types.js';
import { Token } from '../shared/cloudmore/token.js';
import type { Config } from '../shared/config.js';
import { configFor, dependenciesFor } from './rig.js';

/** What the benchmark `planning` runs in a process of its own. */

export interface PlanningOptions {
  env: Record<string, string>;
  folder: string;
  month: string;
  asOf: string;
}

/** CPU time: other work on the machine must not count. */
export interface PlanningRound {
  parsingMs: number;
  planningMs: number;
}

export interface Planned {
  lines: number;
  /** Characters of the reports of both months, as Cloudmore sent them. */
  characters: number;
  rounds: PlanningRound[];
}

/** The first warms up what the engine compiles as it goes, on both sides. */
const ROUNDS = 4;

const { env, folder, month, asOf } = JSON.parse(process.argv[2]!) as PlanningOptions;
const config = configFor({ env }, folder);
const dependencies = dependenciesFor(config);
// As a worker runs it: the loader of this process wraps every function to keep its name.
const compiled = pathToFileURL(`${await compiledSources()}/shared/billing/plan/plan.js`);
const { planOrganization } = (await import(compiled.href)) as typeof planner;

const request = { broker: 'default', month, asOf, mode: 'shadow' as const };
const { cloudmore, autotask } = createActivities(dependencies);
const { report, lines } = await cloudmore.takeReport(request);
const { survey } = await autotask.surveyAutotask({ ...request, report, organizations: null });
// The planner compares a month with the one before it, so it reads both.
const sent = [await asSent(config, previousMonth(month)), await asSent(config, month)];
const rounds: PlanningRound[] = [];
for (let round = 0; round < ROUNDS; round += 1)
  rounds.push({ parsingMs: cpuMs(() => sent.map((text) => void JSON.parse(text))), planningMs: await planAll() });
const characters = sent.reduce((sum, text) => sum + text.length, 0);
process.send!({ lines, characters, rounds: rounds.slice(1) } satisfies Planned);
await sleep(100);
process.disconnect();

function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The planner alone; what it is given is read beforehand, one organization at a time. */
async function planAll(): Promise<number> {
  const slices = new Slices(dependencies.evidence);
  const facts = await slices.facts(report);
  let planningMs = 0;
  for await (const slice of organizationsOf(slices, { report, organizations: null })) {
    const books = (await slices.books(survey, slice.organization.id)) as Books;
    planningMs += cpuMs(() => planOrganization({ facts, slice, books, settings: dependencies.settings }));
  }
  return planningMs;
}

/** The report of a month as text, every member of every row. */
async function asSent({ cloudmore: { url, resellerId, ...rest } }: Config, ofMonth: string): Promise<string> {
  const authorization = `Bearer ${await new Token({ url, resellerId, ...rest }).value()}`;
  const path = new URL(`api/resellers/${resellerId}/billing/reports/MonthlyBillingPerOrganizationAsync`, url);
  const body = JSON.stringify({ startDate: firstDay(ofMonth), endDate: lastDay(ofMonth) });
  const headers = { authorization, 'content-type': 'application/json' };
  const started = await fetch(path, { method: 'POST', headers, body });
  const task = z.string().parse(started.headers.get('location'));
  for (;;) {
    const answer = await fetch(task, { headers });
    const text = await answer.text();
    if (text.includes('"organizations"')) return text;
    await sleep(50);
  }
}
