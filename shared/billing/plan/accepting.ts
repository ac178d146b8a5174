import type { KeyedItem } from '../report/keyed-item.js';
import { acceptedItem, nextAccepted, type AcceptedPart } from '../report/accepted.js';
import { indexNames } from '../report/named.js';
import { contractsWithKey, standsOn } from '../contracts/find-or-make.js';
import { ghostsUnder } from '../ghosts/ghost-plan.js';
import { IndexBy } from '../basics/text.js';
import type { Plan, PlannedItem } from '../plan-types.js';
import type { Contract, Gone } from '../types.js';
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

const itemsByContract = new IndexBy<PlannedItem>(({ contractKey }) => contractKey);
const contractsById = new IndexBy<Contract>(({ id }) => id);
/** A row's key is that of its contract, and its service's. */
const goneByKey = new IndexBy<Gone>(({ key }) => key.split('|')[0]);
const NONE_GONE: Gone[] = [];

/**
 * Whether money stands under the key that the plan does not list: it leaves a contract with a held item alone (8.1), one that another organization of the
 * company looks after, and all of them where lines that cannot be read may be theirs. What Autotask does not show any more may stand all the same (6.6).
 */
function isLeftStanding(
  contractKey: string,
  plan: Plan,
  { facts, books, settings }: Pick<PlanInput, 'facts' | 'books' | 'settings'>,
): boolean {
  if (goneByKey.find(books.gone ?? NONE_GONE, contractKey).length > 0) return true;
  const own = itemsByContract.find(plan.items, contractKey);
  const isLeft = own.length === 0 || own.some(({ outcome }) => outcome === 'held');
  const isZeroed = ghostsUnder(plan.ghosts, contractKey).some(({ outcome }) => outcome === 'zeroed');
  if (!isLeft || isZeroed) return false;
  // Other ids on the contract take nothing away.
  const billed = indexNames(facts.named, settings.broker).contractsOf(contractKey);
  return [...contractsWithKey(contractKey, books), ...billed.flatMap((id) => contractsById.find(books.contracts, id))].some(
    (contract) => standsOn(contract, facts.month, books).isAnything,
  );
}
