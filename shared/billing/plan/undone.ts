import { big, money, sum } from '../basics/decimal.js';
import type { AcceptedItem } from '../report/accepted.js';
import type { Plan, PlannedItem } from '../plan-types.js';
import type { Decimal } from '../types.js';
import type { UndoLine, UndoPlan } from './undo.js';

/** What follows of a month that was taken back. */

/** Whether a way back is what is left of one that was released: no other lines, and each to what it was shown to go back to. */
export function isContinued(left: UndoPlan, released: UndoPlan): boolean {
  const targets = new Map(released.lines.map((line) => [line.id, targetOf(line)]));
  const moved = new Set(left.steps.flatMap(({ items }) => items));
  return left.lines.filter(({ id }) => moved.has(id)).every((line) => targets.get(line.id) === targetOf(line));
}

const targetOf = ({ contractId, serviceId, currency, before }: UndoLine): string =>
  JSON.stringify([contractId, serviceId, currency, before.sales, before.cost]);

/** What it moves in a currency: each line's difference, sales or cost, whichever is more, and none against another. */
export function movedBack({ lines }: UndoPlan, currency: string): Decimal {
  const moved = takenBack(lines)
    .filter((line) => line.currency === currency)
    .map(({ now, before }) => {
      const [sales, cost] = (['sales', 'cost'] as const).map((side) => big(now[side]).minus(before[side]).abs());
      return sales!.gt(cost!) ? sales! : cost!;
    });
  return money(sum(moved), currency);
}

/** What it takes back, by currency: what stands less what stood. */
export function sumsTakenBack(plans: Pick<UndoPlan, 'lines'>[]): { sales: Decimal; cost: Decimal; currency: string }[] {
  const lines = plans.flatMap((plan) => takenBack(plan.lines));
  return [...new Set(lines.map(({ currency }) => currency))].map((currency) => {
    const own = lines.filter((line) => line.currency === currency);
    const total = (side: 'sales' | 'cost'): Decimal =>
      money(sum(own.map(({ now, before }) => big(now[side]).minus(before[side]))), currency);
    return { sales: total('sales'), cost: total('cost'), currency };
  });
}

const takenBack = (lines: UndoLine[]): UndoLine[] => lines.filter(({ outcome }) => outcome === 'undone');

/**
 * The plan of a month that was taken back: nothing of it is written, and what is not in Autotask is left out by a person's word; held while the way back is
 * not at its end. What is posted there and stays is posted.
 */
export function takenBackPlan(plan: Plan, { isWhole, message }: { isWhole: boolean; message: string }): Plan {
  const isOpen = openIn(plan);
  const items = plan.items.map((item): PlannedItem => {
    if (!isOpen(item)) return item;
    return isWhole
      ? { ...item, outcome: 'excluded', reason: 'undone', message }
      : { ...item, outcome: 'held', reason: 'api-error', message };
  });
  const ghosts = plan.ghosts.map((ghost) => (ghost.outcome === 'zeroed' ? { ...ghost, outcome: 'ghost' as const } : ghost));
  return { ...plan, items, ghosts, steps: [] };
}

/** Which items of a plan are not in Autotask. */
export function openIn({ steps }: Plan): (item: PlannedItem) => boolean {
  const unwritten = new Set(steps.flatMap((step) => step.items));
  return ({ id, outcome }) => outcome === 'held' || (outcome === 'posted' && unwritten.has(id));
}

/** An accepted item of which nothing stands any more: that it is gone is no riddle. */
export function neverStood({ charged: _, ...item }: AcceptedItem): AcceptedItem {
  return { ...item, stood: false };
}
