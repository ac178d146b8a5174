import { big } from './decimal.js';
import { countWrites } from './tally.js';
import { same } from './text.js';
import type { Outcome } from './results.js';
import type { Ghost } from './plan-types.js';

/** Rule 8.8: money without a line that a person has looked at is set aside until its amount changes. It stays listed and counts no more. */
export interface Dismissal {
  contractId: number;
  reason: string;
  /** Who said so, where that is known. */
  actor: string | null;
  /** ISO time. */
  at: string;
  /** What stood there when it was looked at. */
  ghosts: DismissedGhost[];
}

export type DismissedGhost = Pick<Ghost, 'serviceId' | 'chargeId' | 'currency' | 'cost' | 'sales'>;

export const dismissed = ({ serviceId, chargeId, currency, cost, sales }: Ghost): DismissedGhost => ({
  serviceId,
  ...(chargeId === undefined ? {} : { chargeId }),
  currency,
  cost,
  sales,
});

/** What people read about it. */
export const ghostText = ({ message, dismissed: reason }: Ghost): string =>
  reason === undefined ? message : `${message} Dismissed: ${reason}`;

/** The reason code it is listed under. */
export function ghostReason({
  outcome,
  reason,
  dismissed: why,
}: Ghost): 'awaiting-report' | 'report-shrank' | 'ghost' | 'dismissed' {
  if (outcome === 'awaiting') return 'awaiting-report';
  return why === undefined ? (reason ?? 'ghost') : 'dismissed';
}

/** Whether the ghost waits for a person. */
export const isOpen = ({ outcome, dismissed: reason }: Pick<Ghost, 'outcome' | 'dismissed'>): boolean =>
  outcome === 'ghost' && reason === undefined;

/** The ghosts, with the reason on those that were dismissed with exactly this amount. */
export const setAside = (ghosts: Ghost[], dismissals: Dismissal[]): Ghost[] =>
  ghosts.map(({ dismissed: _, ...ghost }) => {
    const found = dismissals.find(
      ({ contractId, ghosts: seen }) => contractId === ghost.contractId && seen.some((one) => isSame(one, ghost)),
    );
    return ghost.outcome === 'ghost' && found ? { ...ghost, dismissed: found.reason } : ghost;
  });

const isSame = (seen: DismissedGhost, now: DismissedGhost): boolean =>
  seen.serviceId === now.serviceId &&
  seen.chargeId === now.chargeId &&
  same(seen.currency, now.currency) &&
  big(seen.sales).eq(now.sales) &&
  big(seen.cost).eq(now.cost);

/** An outcome as it counts now: one that needed attention for nothing but what was dismissed since needs none. */
export function withDismissals(outcome: Outcome, dismissals: Dismissal[]): Outcome {
  if (outcome.ghosts.length === 0) return outcome;
  const ghosts = setAside(outcome.ghosts, dismissals);
  const waits = outcome.items.some((item) => item.outcome === 'held') || ghosts.some(isOpen);
  if (outcome.status === 'NeedsAttention' && !waits)
    return { ...outcome, ghosts, status: countWrites(outcome.writes) > 0 ? 'Done' : 'Unchanged', waitsSince: null };
  return { ...outcome, ghosts };
}
