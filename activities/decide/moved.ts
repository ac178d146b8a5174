import type { MonthFacts, OrganizationFacts } from '../../shared/billing/report/facts.js';
import { fold, same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import type { Ref } from '../../shared/messages/messages.js';
import { readOutcome } from '../../shared/evidence/months.js';
import type { Dependencies } from '../dependencies.js';
import { planOrHold } from './plan-or-hold.js';
import type { Slices } from '../gather/report-slices.js';

/**
 * Which of the organization's vanished subscriptions are billed to another one since (rule 1.6): posted there for these very lines, or planned from the same
 * report and survey. Lines that only stand in the report elsewhere, and are held there, prove nothing.
 */
export async function movedFrom(
  dependencies: Pick<Dependencies, 'evidence' | 'settings'>,
  slices: Slices,
  { broker, month, report, survey }: { broker: string; month: Month; report: Ref; survey: Ref | null },
  { facts, slice }: { facts: MonthFacts; slice: OrganizationFacts },
): Promise<string[]> {
  const moved: string[] = [];
  for (const { contractKey, organizationId } of slice.movedTo ?? []) {
    const other = await slices.organization(report, organizationId);
    const books = survey === null ? null : await slices.books(survey, organizationId);
    const planned = books === null ? [] : planOrHold({ facts, slice: other, books, settings: dependencies.settings }).items;
    const items = planned.length > 0 ? planned : await postedFor(dependencies, slices, { broker, month, report }, organizationId);
    if (items.some((item) => item.outcome === 'posted' && same(item.contractKey, contractKey))) moved.push(fold(contractKey));
  }
  return moved;
}

async function postedFor(
  { evidence }: Pick<Dependencies, 'evidence'>,
  slices: Slices,
  { broker, month, report }: { broker: string; month: Month; report: Ref },
  organizationId: string,
): Promise<{ contractKey: string; outcome: string }[]> {
  const outcome = await readOutcome(evidence, broker, month, organizationId);
  const answers = await slices.answers(report, organizationId);
  return outcome?.answers !== undefined && outcome.answers.digest === answers?.digest ? outcome.items : [];
}
