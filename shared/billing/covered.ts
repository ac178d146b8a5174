import type { Plan, PlannedItem, PostAdjustmentStep, Step } from './plan-types.js';
import { fold } from './text.js';

/** What of a plan is kept, to tell later whether another is a part of it. */
export type Releasable = Pick<Plan, 'items' | 'steps'>;

/**
 * Whether a plan is what is left of one that was released: every item comes to the same money, and every step is one of those that were released, on what
 * stood there then. Ids that other steps of the released plan have made meanwhile make no difference.
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

/** What a step makes of what, in business terms; a charge that is changed or deleted is the one that was shown, as it stood. */
function meaningOf(step: Step, charges: Charges): string {
  switch (step.kind) {
    case 'ensureService':
      return JSON.stringify([step.kind, fold(step.serviceKey), step.unitPrice, step.unitCost]);
    case 'ensureProduct':
      return JSON.stringify([step.kind, fold(step.productKey), step.name]);
    case 'upsertContract':
      return JSON.stringify([
        step.kind,
        fold(step.contractKey),
        step.companyId,
        step.contractId,
        step.startDay,
        step.endDay,
        step.set,
      ]);
    case 'extendContract':
      // One that begins elsewhere makes rows of other months.
      return JSON.stringify([step.kind, fold(step.contractKey), step.contractId, step.fromDay, step.toDay]);
    case 'postAdjustment':
      return JSON.stringify([
        step.kind,
        fold(step.contractKey),
        fold(step.serviceKey),
        step.day,
        step.units,
        step.unitPrice,
        step.unitCost,
        step.purpose,
      ]);
    case 'postCharge':
      return JSON.stringify([
        step.kind,
        fold(step.contractKey),
        step.action,
        step.chargeId,
        charges.get(step.chargeId),
        step.chargeKey,
        fold(step.productKey),
        step.name,
        step.day,
        step.quantity,
        step.unitPrice,
        step.unitCost,
      ]);
  }
}

type RowBefore = PostAdjustmentStep['before'];

const rowBefore = (step: Step): RowBefore => (step.kind === 'postAdjustment' ? step.before : null);

/** A row is brought from what was shown to what was shown; one that was not there is made by the plan itself. Undefined where no such step was released. */
const startsFrom = (row: RowBefore, shown: RowBefore | undefined): boolean =>
  shown === null || JSON.stringify(shown) === JSON.stringify(row);

type Charges = ReadonlyMap<number | null, string>;

/** Charges as the plan found them, by id; those that it makes have none yet. */
const chargesOf = ({ items }: Releasable): Charges =>
  new Map(
    items.flatMap(
      ({ standing }) =>
        standing?.charges.flatMap(({ chargeId, day, billed, before }) =>
          chargeId === null ? [] : [[chargeId, JSON.stringify([day, billed, before])] as const],
        ) ?? [],
    ),
  );
