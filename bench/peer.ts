import { planOrganization } from '../shared/billing/plan/plan.js';
import type { Plan, Step } from '../shared/billing/plan-types.js';
import type { Dependencies } from '../activities/dependencies.js';
import { Slices } from '../activities/gather/report-slices.js';
import { organizationsOf, surveyAutotask } from '../activities/gather/survey-autotask.js';
import { takeReport } from '../activities/gather/take-report.js';
import type { MonthOptions } from './month.js';

/**
 * The way of connectors that work line by line: for every line its service, contract, contract service and units are looked up, then what differs is
 * written. Counted, not carried out: look-ups are four a line whatever comes of them, and the writes are those of our own plan, which are the fewest.
 */
export interface PeerCalls {
  lookUps: number;
  writes: number;
  total: number;
}

const LOOK_UPS_PER_LINE = 4;

export async function peerCalls(dependencies: Dependencies, { broker, month, asOf }: MonthOptions): Promise<PeerCalls> {
  const slices = new Slices(dependencies.evidence);
  const request = { broker, month, asOf, mode: 'shadow' as const };
  const { report } = await takeReport(dependencies, request);
  const { survey } = await surveyAutotask(dependencies, slices, { ...request, report, organizations: null });
  const facts = await slices.facts(report);
  const counts = { lookUps: 0, writes: 0 };
  const catalogue = new Set<string>();
  for await (const slice of organizationsOf(slices, { report, organizations: null })) {
    const books = await slices.books(survey, slice.organization.id);
    if (!books) continue;
    const plan = planOrganization({ facts, slice, books, settings: dependencies.settings });
    counts.lookUps += LOOK_UPS_PER_LINE * billedLines(plan);
    counts.writes += plan.steps.reduce((sum, step) => sum + writesOf(step, catalogue), 0);
  }
  return { ...counts, total: counts.lookUps + counts.writes };
}

/** Lines that are meant for Autotask: excluded ones cost nobody a call. */
const billedLines = ({ items }: Plan): number =>
  items.filter(({ outcome }) => outcome !== 'excluded').reduce((sum, { lines }) => sum + lines, 0);

/** A service or product is made once, for the first one that comes. */
function writesOf(step: Step, catalogue: Set<string>): number {
  if (step.kind === 'postAdjustment') return step.invoiceDescription === null ? 1 : 2;
  if (step.kind !== 'ensureService' && step.kind !== 'ensureProduct') return 1;
  const key = step.kind === 'ensureService' ? step.serviceKey : step.productKey;
  return catalogue.size === catalogue.add(key.toLowerCase()).size ? 0 : 1;
}
