import { isReleasable } from '../../shared/billing/results/advice.js';
import { isAwaited } from '../../shared/billing/plan/breakers.js';
import { isOpen } from '../../shared/billing/ghosts/dismissal.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import type { Ghost, Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import type { Ref } from '../../shared/messages/messages.js';
import { outcomeName, readOutcome } from '../../shared/evidence/months.js';
import type { Dependencies } from '../dependencies.js';
import type { Slices } from '../gather/report-slices.js';
import { isParked, type OrganizationStatus } from '../../shared/billing/results/status.js';

/** What became of an organization's month, and where it is kept. */

/** The organization's state from what became of its items. */
export function statusOf(items: PlannedItem[], ghosts: Ghost[], hasWritten: boolean): OrganizationStatus {
  if (items.some(({ reason }) => reason === 'skipped' || reason === 'undone')) return 'Skipped';
  const held = items.filter(({ outcome }) => outcome === 'held');
  if (held.some(({ reason }) => !isAwaited(reason)) || ghosts.some(isOpen)) return 'NeedsAttention';
  if (held.length > 0) return 'AwaitingApproval';
  if (hasWritten) return 'Done';
  return items.length > 0 && items.every(({ outcome }) => outcome === 'excluded') ? 'Excluded' : 'Unchanged';
}

export const outcomeOfPlan = (plan: Plan, status: OrganizationStatus): Outcome => ({
  organizationId: plan.organizationId,
  organizationName: plan.organizationName,
  companyId: plan.companyId,
  month: plan.month,
  asOf: plan.asOf,
  status,
  items: plan.items,
  ghosts: plan.ghosts,
  notes: plan.notes,
  steps: plan.steps,
  planDigest: plan.digest,
  ...(plan.onRelease ? { onRelease: plan.onRelease } : {}),
  workflowId: null,
  writes: NO_WRITES,
  calls: NO_CALLS,
  message: null,
  ...(plan.accepted ? { accepted: plan.accepted } : {}),
});

/**
 * Keeps the outcome as the organization's latest, with the lines of the report that it answers for. One that waits for the same kind of thing as before has
 * waited since then.
 */
export async function keepOutcome(
  { evidence }: Dependencies,
  slices: Slices,
  { broker, report }: { broker: string; report: Ref },
  outcome: Outcome,
): Promise<Ref> {
  const last = isParked(outcome.status) ? await readOutcome(evidence, broker, outcome.month, outcome.organizationId) : null;
  const since = last?.status === outcome.status ? (last.waitsSince ?? last.asOf) : outcome.asOf;
  const answers = await slices.answers(report, outcome.organizationId);
  const kept: Outcome = { ...outcome, waitsSince: isParked(outcome.status) ? since : null, ...(answers ? { answers } : {}) };
  const ref = await evidence.put(kept, outcome.organizationId);
  await evidence.point(outcomeName(broker, outcome.month, outcome.organizationId), ref);
  return ref;
}

/** In shadow mode nothing can be released, so nobody is told to. */
export function withoutRelease(item: PlannedItem): PlannedItem {
  const isReleased = item.command === undefined && item.outcome === 'held' && isReleasable(item.reason);
  return isReleased ? { ...item, command: null } : item;
}
