import { amountText, big, grouped, money, ZERO } from '../basics/decimal.js';
import { rulesOf, type Mark } from '../basics/step-kinds.js';
import { IndexBy, same } from '../basics/text.js';
import type { Plan, PlannedItem, PostAdjustmentStep, PostChargeStep, RowStanding, Step } from '../plan-types.js';
import type { Decimal } from '../types.js';

/** Steps in words, for the terminal and the Web UI alike: what is new, what changes from what to what, what ends. */

type Planned = Pick<Plan, 'items'>;

/** What a step does to what stands there. */
export const markOf = (step: Step, plan: Planned): Mark => rulesOf(step).mark(step, () => rowOf(step, plan));

/** A step in words: what changes, old → new. Where its item's standing shows both sides, with money; else the planner's summary. */
export function describeStep(step: Step, plan: Planned): string {
  if (step.kind === 'postAdjustment' && step.purpose !== 'one-off' && step.purpose !== 'gap')
    return describeAdjustment(step, plan);
  if (step.kind === 'postCharge') return describeCharge(step, plan);
  return step.summary;
}

const itemsById = new IndexBy<PlannedItem>(({ id }) => id);
const itemOf = (step: Step, plan: Planned): PlannedItem | undefined =>
  step.items.length === 1 ? itemsById.find(plan.items, step.items[0])[0] : undefined;
const rowOf = (step: Step, plan: Planned): RowStanding | null => itemOf(step, plan)?.standing?.row ?? null;

function describeAdjustment(step: PostAdjustmentStep, plan: Planned): string {
  const [item, row] = [itemOf(step, plan), rowOf(step, plan)];
  if (!item || !row) return step.summary;
  if (row.before.units === 0 && big(row.before.sales).eq(0))
    return `${item.productName}: units ${row.after.units}, price ${grouped(row.after.sales)}, cost ${amountText(row.after.cost, item.currency)}`;
  const changes = [
    ...(row.before.units === row.after.units ? [] : [`units ${row.before.units} → ${row.after.units}`]),
    change('price', row.before.sales, row.after.sales),
    change('cost', row.before.cost, row.after.cost),
  ];
  return `${item.productName}: ${changes.join(', ')} ${item.currency}`;
}

function describeCharge(step: PostChargeStep, plan: Planned): string {
  const item = itemOf(step, plan);
  // Several that somebody copied have one key, and several that are new have no id yet.
  const charge = item?.standing?.charges.find(({ chargeId, key }) => chargeId === step.chargeId && same(key, step.chargeKey));
  if (!item || !charge) return step.summary;
  const nothing = money(ZERO, item.currency);
  const none = { sales: nothing, cost: nothing };
  const [before, after] = [charge.before ?? none, charge.after ?? none];
  const changes =
    charge.before === null
      ? [`price ${grouped(after.sales)}`, `cost ${grouped(after.cost)}`]
      : [change('price', before.sales, after.sales), change('cost', before.cost, after.cost)];
  return `Charge ${step.name}: ${changes.join(', ')} ${item.currency}`;
}

const change = (what: string, before: Decimal, after: Decimal): string =>
  big(before).eq(after) ? `${what} ${grouped(after)}` : `${what} ${grouped(before)} → ${grouped(after)}`;
