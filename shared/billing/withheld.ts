import { tripContracts, tripItem, tripMonth, tripOrganization, type Tripped } from './breakers.js';
import type { CompanyDecision } from './company.js';
import { unchanged } from './derivation.js';
import { buildItems, type ItemContext } from './items.js';
import type { PlanInput, Work } from './plan.js';
import { exclusionOf, unclassifiedOf } from './refusal.js';
import { stopped } from './stopped.js';
import { fold, same } from './text.js';
import type { Item, Plan, Step } from './plan-types.js';
import type { Settings } from './types.js';

/** What a breaker holds: the whole organization, or single items. */
export interface Held {
  organization: Tripped | null;
  items: Map<string, Tripped>;
}

export function tripBreakers(
  plan: Plan,
  able: Item[],
  work: Work,
  { facts, slice, books, settings }: PlanInput,
  context: ItemContext,
  company: CompanyDecision,
): Held {
  if (plan.steps.length === 0 || company.company === null) return { organization: null, items: new Map() };
  const billable = new Set(plan.items.filter(({ outcome }) => outcome === 'posted').map(({ id }) => id));
  const compared = able.filter((item) => billable.has(item.id) && !item.isOneOff);
  const left = new Set(plan.items.filter(({ id }) => !billable.has(id)).map(({ id }) => id));
  const previous = buildItems(slice.previousLines, context).filter(
    (item) => !left.has(item.id) && !item.isOneOff && isComparable(item, context, settings, company.currency),
  );
  const previousOf = new Map(previous.map((item) => [item.id, item]));
  const month = tripMonth(facts, books.internalCurrency, settings);
  const newContracts = work.contracts.filter(({ isNew }) => isNew).length;
  // What is in balance already waits for nobody: a breaker holds what would be written.
  const written = new Set(plan.steps.flatMap((step) => step.items));
  const items = compared.flatMap((item) => {
    if (!written.has(item.id)) return [];
    const tripped = tripItem(item, previousOf.get(item.id), settings);
    return tripped ? [[item.id, tripped] as const] : [];
  });
  return {
    organization: month ?? tripOrganization(compared, previous, settings) ?? tripContracts(newContracts, settings),
    items: new Map(items),
  };
}

const isComparable = (item: Item, context: ItemContext, settings: Settings, currency: string): boolean =>
  exclusionOf(item, context, settings) === null && unclassifiedOf(item) === null && same(item.currency, currency);

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
  const heldContracts = new Set(
    work.contracts
      .filter(({ decisions }) => decisions.some(({ item }) => heldIds.has(item.id)))
      .map(({ contractKey }) => fold(contractKey)),
  );
  const ghosts =
    organization === null
      ? plan.ghosts.filter(({ outcome, contractKey }) => outcome !== 'zeroed' || !heldContracts.has(fold(contractKey)))
      : plan.ghosts.map((ghost) => (ghost.outcome === 'zeroed' ? { ...ghost, outcome: 'ghost' as const } : ghost));
  const steps = organization === null ? plan.steps.flatMap((step) => keptStep(step, heldIds, heldContracts)) : [];
  return { ...plan, items: held, ghosts, steps };
}

/** A step survives while something it serves is not held. A contract with a held item keeps its ghosts (8.1). */
function keptStep(step: Step, heldIds: Set<string>, heldContracts: Set<string>): Step[] {
  const items = step.items.filter((id) => !heldIds.has(id));
  const servesOnlyGhost = step.items.every((id) => id.startsWith('ghost-'));
  if (servesOnlyGhost) return 'contractKey' in step && heldContracts.has(fold(step.contractKey)) ? [] : [step];
  return items.length > 0 ? [{ ...step, items }] : [];
}
