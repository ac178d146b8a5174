import type { KeyedItem } from '../report/keyed-item.js';
import { acceptedItem, nextAccepted, type AcceptedPart } from '../report/accepted.js';
import { indexNames } from '../report/named.js';
import { standsOn } from '../contracts/find-or-make.js';
import { fold, same } from '../basics/text.js';
import type { Plan } from '../plan-types.js';
import type { PlanInput } from './plan.js';

/** What counts as accepted of a report once it is planned (rule 1.6). */
export function acceptedAfter(
  plan: Plan,
  keyed: KeyedItem[],
  input: Pick<PlanInput, 'facts' | 'slice' | 'books' | 'settings'>,
  { isReleased, isBlind }: { isReleased: boolean; isBlind: boolean },
): AcceptedPart {
  const posted = new Map(
    plan.items.flatMap(({ id, outcome, standing }) => (outcome === 'posted' ? [[id, standing] as const] : [])),
  );
  const now = keyed.map(({ item, contractKey }) => {
    const isCharged = posted.get(item.id)?.charges.some(({ after }) => after !== null);
    return acceptedItem(item, contractKey, posted.has(item.id), isCharged);
  });
  const { accepted, movedTo = [], cameFrom = [] } = input.slice;
  const leaves = (contractKey: string): boolean => isLeftStanding(contractKey, plan, input);
  return nextAccepted(plan, now, accepted, { isReleased, isBlind, movedTo, cameFrom, leaves });
}

/**
 * Whether money stands under the key that the plan does not list: it leaves a contract with a held item alone (8.1), one that another organization of the
 * company looks after, and all of them where lines that cannot be read may be theirs. What Autotask does not show any more may stand all the same (6.6).
 */
function isLeftStanding(
  contractKey: string,
  plan: Plan,
  { facts, books, settings }: Pick<PlanInput, 'facts' | 'books' | 'settings'>,
): boolean {
  if ((books.gone ?? []).some(({ key }) => same(key.split('|')[0], contractKey))) return true;
  const own = plan.items.filter((item) => same(item.contractKey, contractKey));
  const isLeft = own.length === 0 || own.some(({ outcome }) => outcome === 'held');
  const isZeroed = plan.ghosts.some((ghost) => ghost.outcome === 'zeroed' && same(ghost.contractKey, contractKey));
  if (!isLeft || isZeroed) return false;
  // Other ids on the contract take nothing away.
  const billed = indexNames(facts.named, settings.broker).contractsOf(contractKey);
  return books.contracts
    .filter(
      ({ id, subscriptionId, number }) => [subscriptionId, number].map(fold).includes(fold(contractKey)) || billed.includes(id),
    )
    .some((contract) => standsOn(contract, facts.month, books).isAnything);
}
