import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from '../activities/index.js';
import { Slices } from '../activities/slices.js';
import { organizationsOf } from '../activities/survey.js';
import { planOrganization } from '../shared/billing/plan.js';
import { loadConfig } from '../shared/config.js';
import { dependenciesFor } from './rig.js';

/** What the benchmark `size` runs in a process of its own: the pure planner over all organizations, against `JSON.parse` of the same lines. */

export interface SizeOptions {
  environment: Record<string, string>;
  month: string;
  asOf: string;
}

export interface Parsed {
  planningMs: number;
  /** `JSON.parse` of the lines of both months, as the evidence holds them. */
  parsingMs: number;
}

const { environment, month, asOf } = JSON.parse(process.argv[2]!) as SizeOptions;
const config = loadConfig(environment);
const dependencies = dependenciesFor(config);
const { cloudmore, autotask } = createActivities(dependencies);
const request = { broker: config.broker, month, asOf, mode: 'shadow' as const };

const { report } = await cloudmore.takeReport(request);
const { survey } = await autotask.surveyAutotask({ ...request, report, organizations: null });
process.send!(await planAgainstParse());
await sleep(100);
process.disconnect();

/** One organization at a time, so that neither side pays for the memory of the other. */
async function planAgainstParse(): Promise<Parsed> {
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
