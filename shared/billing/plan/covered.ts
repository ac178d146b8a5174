import type { Plan, PlannedItem, PostAdjustmentStep, Step } from '../plan-types.js';
import { meaningOf, type ChargesFound } from '../basics/step-kinds.js';

/** What of a plan is kept, to tell later whether another is a part of it. */
export type Releasable = Pick<Plan, 'items' | 'steps'>;

/**
 * Whether a plan is what is left of one that was released: every item comes to the same money, and every step is one of those that were released, on what
 * stood there then. Ids that other steps of the released plan have made in the meantime make no difference.
 */
export function isCovered(left: Releasable, released: Releasable): boolean {
  const items = new Set(released.items.map(moneyOf));
  const [now, then] = [chargesOf(left), chargesOf(released)];
  const rows = new Map(released.steps.map((step) => [meaningOf(step, then), rowBefore(step)]));
  return (
    left.items.length === released.items.length &&
    left.items.every((item) => items.has(moneyOf(item))) &&
    left.steps.every((step) => startsFrom(rowBefore(step), rows.get(meaningOf(step, now))))
  );
}

const moneyOf = ({ id, outcome, cost, sales, quantity, currency }: PlannedItem): string =>
  JSON.stringify([id, outcome, cost, sales, quantity, currency]);

type RowBefore = PostAdjustmentStep['before'];

const rowBefore = (step: Step): RowBefore => (step.kind === 'postAdjustment' ? step.before : null);

/** A row is brought from what was shown to what was shown; one that was not there is made by the plan itself. Undefined where no such step was released. */
const startsFrom = (row: RowBefore, shown: RowBefore | undefined): boolean =>
  shown === null || JSON.stringify(shown) === JSON.stringify(row);

/** Charges as the plan found them, by id; those that it makes have none yet. */
const chargesOf = ({ items }: Releasable): ChargesFound =>
  new Map(
    items.flatMap(
      ({ standing }) =>
        standing?.charges.flatMap(({ chargeId, day, billed, before }) =>
          chargeId === null ? [] : [[chargeId, JSON.stringify([day, billed, before])] as const],
        ) ?? [],
    ),
  );
