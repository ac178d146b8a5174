import { isOpen, setAside, type Dismissal } from '../ghosts/dismissal.js';
import type { Outcome } from './results.js';
import { countWrites } from './tally.js';

/** An outcome as it counts now: one that needed attention for nothing but what was dismissed since needs none. */
export function withDismissals(outcome: Outcome, dismissals: Dismissal[]): Outcome {
  if (outcome.ghosts.length === 0) return outcome;
  const ghosts = setAside(outcome.ghosts, dismissals);
  const waits = outcome.items.some((item) => item.outcome === 'held') || ghosts.some(isOpen);
  if (outcome.status === 'NeedsAttention' && !waits)
    return { ...outcome, ghosts, status: countWrites(outcome.writes) > 0 ? 'Done' : 'Unchanged', waitsSince: null };
  return { ...outcome, ghosts };
}
