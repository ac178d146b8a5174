import type { AcceptedPart } from '../billing/report/accepted.js';
import { acceptedLines, type AcceptedOrganization } from '../billing/report/comparison.js';
import type { MonthFacts, OrganizationFacts } from '../billing/report/facts.js';
import type { Plan } from '../billing/plan-types.js';
import type { Outcome } from '../billing/results/results.js';
import { fold, same } from '../billing/basics/text.js';
import type { Month, Settings } from '../billing/types.js';
import type { Evidence } from './evidence.js';
import { ifKept, keptUnder } from './kept.js';
import { monthName, outcomesPrefix, plannedPrefix, unfinishedPrefix, type MonthRecord, type ReportManifest } from './months.js';

/**
 * What the last accepted report of a month had, organization by organization (rule 1.6): kept with the outcomes, and with a plan that came to none. Outcomes of
 * earlier releases do not have it; the newest kept report stands for it then. What is neither kept nor in a report is not known.
 */
export async function readAccepted(
  evidence: Evidence,
  broker: string,
  month: Month,
  settings: Settings,
): Promise<AcceptedOrganization[]> {
  const prefix = outcomesPrefix(broker, month);
  const kept: AcceptedOrganization[] = [];
  const silent: Outcome[] = [];
  for (const name of await evidence.names(prefix)) {
    const outcome = await keptUnder<Outcome>(evidence, name);
    if (outcome === null) continue;
    const { organizationId, organizationName, accepted } = outcome;
    if (accepted) kept.push({ organizationId, organizationName, part: accepted });
    else silent.push(outcome);
  }
  kept.push(...(await ofPlansAlone(evidence, broker, month)));
  await withUnfinished(evidence, broker, month, kept);
  return silent.length === 0
    ? kept
    : [...kept, ...(await ofNewestReport(evidence, { broker, month, outcomes: silent, settings }))];
}

/** Of organizations that have a plan and no outcome: their run was ended from outside, and what it planned may have been written. */
async function ofPlansAlone(evidence: Evidence, broker: string, month: Month): Promise<AcceptedOrganization[]> {
  const [settled, planned] = [outcomesPrefix(broker, month), plannedPrefix(broker, month)];
  const isSettled = new Set((await evidence.names(settled)).map((name) => name.slice(settled.length)));
  const parts: AcceptedOrganization[] = [];
  for (const name of (await evidence.names(planned)).filter((one) => !isSettled.has(one.slice(planned.length)))) {
    const kept = await keptUnder<{ plan: Plan }>(evidence, name);
    if (kept?.plan.accepted === undefined) continue;
    const { organizationId, organizationName, accepted } = kept.plan;
    parts.push({ organizationId, organizationName, part: accepted });
  }
  return parts;
}

/** Takes what was planned last for organizations whose run was ended from outside after an earlier one had come to its end. */
async function withUnfinished(evidence: Evidence, broker: string, month: Month, known: AcceptedOrganization[]): Promise<void> {
  for (const name of await evidence.names(unfinishedPrefix(broker, month))) {
    const kept = await keptUnder<{ plan: Plan }>(evidence, name);
    const part = kept?.plan.accepted;
    const own = known.find(({ organizationId }) => same(organizationId, kept?.plan.organizationId));
    if (part !== undefined && own !== undefined && part.asOf >= own.part.asOf) own.part = part;
  }
}

interface OfNewestReportInput {
  broker: string;
  month: Month;
  outcomes: Outcome[];
  settings: Settings;
}

async function ofNewestReport(
  evidence: Evidence,
  { broker, month, outcomes, settings }: OfNewestReportInput,
): Promise<AcceptedOrganization[]> {
  const record = await keptUnder<MonthRecord>(evidence, monthName(broker, month));
  const report = record?.report;
  if (report === undefined) return [];
  const manifest = await ifKept<ReportManifest>(evidence, report);
  const facts = manifest && (await ifKept<MonthFacts>(evidence, manifest.facts));
  if (!manifest || !facts) return [];
  const parts = outcomes.map(async (outcome): Promise<AcceptedOrganization[]> => {
    const entry = manifest.slices.find(({ organizationId }) => fold(organizationId) === fold(outcome.organizationId));
    const slice = entry && (await ifKept<OrganizationFacts>(evidence, entry.slice));
    if (!slice) return [];
    const { organizationId, organizationName } = outcome;
    const posted = new Set(outcome.items.flatMap((item) => (item.outcome === 'posted' ? [item.id] : [])));
    const items = acceptedLines(slice, facts, settings).map((item) => ({ ...item, stood: posted.has(item.id) }));
    return [{ organizationId, organizationName, part: { asOf: facts.asOf, items } satisfies AcceptedPart }];
  });
  return (await Promise.all(parts)).flat();
}
