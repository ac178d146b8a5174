import type { Dependencies } from '../dependencies.js';
import { PlanOutdated } from '../failures.js';

/**
 * State older than reality is never continued, only planned again. After a restore, and after another process took over, nothing in a store can tell what was
 * written since. What shows it is the lease: it belongs to one holder, and none that is restored comes back. So a plan is good for the lease it was made under.
 */

/** The mark of what is made now. */
export function leaseOf({ lease }: Pick<Dependencies, 'lease'>): { lease?: string } {
  const held = lease();
  return held === null ? {} : { lease: held.id };
}

/** Refuses what was planned before this process took over the broker. */
export function requireOwnPlan(
  { lease }: Pick<Dependencies, 'lease'>,
  planned: { organizationId: string; lease?: string | undefined },
): void {
  const held = lease();
  if (held === null || planned.lease === held.id) return;
  throw new PlanOutdated(
    `The plan of organization ${planned.organizationId} was made before this process took over the broker (lease no. ${held.fence}). It is planned again.`,
  );
}
