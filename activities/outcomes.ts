import { isParked, NO_CALLS, NO_WRITES, type OrganizationStatus, type Outcome } from '../shared/billing/results.js';
import type { Ghost, Plan, PlannedItem } from '../shared/billing/plan-types.js';
import type { Ref } from '../shared/contract.js';
import { outcomeName, readOutcome } from '../shared/evidence/months.js';
import type { Dependencies } from './dependencies.js';

/** What became of an organization's month, and where it is kept. */

/** The organization's state from what became of its items. */
export function statusOf(items: PlannedItem[], ghosts: Ghost[], hasWritten: boolean): OrganizationStatus {
  if (items.some(({ reason }) => reason === 'skipped')) return 'Skipped';
  const held = items.filter(({ outcome }) => outcome === 'held');
  if (held.some(({ reason }) => reason !== 'awaiting-approval') || ghosts.some(({ outcome }) => outcome === 'ghost'))
    return 'NeedsAttention';
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
  workflowId: null,
  writes: NO_WRITES,
  calls: NO_CALLS,
  message: null,
});

/** Keeps the outcome as the organization's latest. One that waits for the same kind of thing as before has waited since then. */
export async function keepOutcome({ evidence }: Dependencies, broker: string, outcome: Outcome): Promise<Ref> {
  const last = isParked(outcome.status) ? await readOutcome(evidence, broker, outcome.month, outcome.organizationId) : null;
  const since = last?.status === outcome.status ? (last.waitsSince ?? last.asOf) : outcome.asOf;
  const ref = await evidence.put({ ...outcome, waitsSince: isParked(outcome.status) ? since : null });
  await evidence.point(outcomeName(broker, outcome.month, outcome.organizationId), ref);
  return ref;
}
