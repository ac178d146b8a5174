import { ghostId } from '../basics/keys.js';
import type { Tripped } from '../plan-types.js';
import { unchanged } from '../derivation/derivation.js';
import type { Work } from './plan.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { fold } from '../basics/text.js';
import type { Held } from './trip.js';
import type { Ghost, Plan, Step } from '../plan-types.js';

/** The plan without what the breakers hold. Its digest stays that of the whole, which is what an operator releases. */
export function withheld(plan: Plan, { organization, items }: Held, work: Work): Plan {
  if (organization === null && items.size === 0) return plan;
  const trippedOf = (id: string): Tripped | undefined => organization ?? items.get(id);
  const held = plan.items.map((item) => {
    const tripped = item.outcome === 'posted' ? trippedOf(item.id) : undefined;
    if (!tripped) return item;
    return {
      ...item,
      outcome: 'held' as const,
      reason: tripped.reason,
      message: tripped.message,
      because: [...item.because, stopped(tripped.reason, tripped.message)],
      standing: item.standing && unchanged(item.standing),
    };
  });
  const heldIds = new Set(held.filter(({ outcome }) => outcome === 'held').map(({ id }) => id));
  const heldGhosts = new Set(plan.ghosts.map(ghostId).filter((id) => items.has(id)));
  const heldContracts = new Set(
    work.contracts
      .filter(({ decisions }) => decisions.some(({ item }) => heldIds.has(item.id)))
      .map(({ contractKey }) => fold(contractKey)),
  );
  const ghosts =
    organization === null
      ? plan.ghosts
          .filter(({ outcome, contractKey }) => outcome !== 'zeroed' || !heldContracts.has(fold(contractKey)))
          .map((ghost) => heldGhost(ghost, items.get(ghostId(ghost))))
      : plan.ghosts.map((ghost) => (ghost.outcome === 'zeroed' ? { ...ghost, outcome: 'ghost' as const } : ghost));
  const steps = organization === null ? plan.steps.flatMap((step) => keptStep(step, heldIds, heldContracts, heldGhosts)) : [];
  return { ...plan, items: held, ghosts, steps };
}

/** What would be brought to nothing by what may be there already stays, and is listed (6.6). */
const heldGhost = (ghost: Ghost, tripped: Tripped | undefined): Ghost =>
  ghost.outcome !== 'zeroed' || tripped === undefined ? ghost : { ...ghost, outcome: 'ghost', message: tripped.message };

/** A step survives while something it serves is not held. A contract with a held item keeps its ghosts (8.1). */
function keptStep(step: Step, heldIds: Set<string>, heldContracts: Set<string>, heldGhosts: Set<string>): Step[] {
  const items = step.items.filter((id) => !heldIds.has(id) && !heldGhosts.has(id));
  const servesOnlyGhost = items.every((id) => id.startsWith('ghost-'));
  const isOnHeldContract = servesOnlyGhost && 'contractKey' in step && heldContracts.has(fold(step.contractKey));
  return items.length === 0 || isOnHeldContract ? [] : [{ ...step, items }];
}
