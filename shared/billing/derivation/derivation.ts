import { big, compare, divide, plain, postedText, sum, ZERO, type Big } from '../basics/decimal.js';
import { firstDay } from '../basics/month.js';
import { chargesAt, type Billable, type Place } from '../amounts/standing.js';
import { SIDES } from '../report/accepted.js';
import type {
  ChargeStanding,
  PlannedItem,
  PostAdjustmentStep,
  RowFigures,
  RowStanding,
  Sides,
  Standing,
  Step,
} from '../plan-types.js';
import type { Books, Charge, Decimal } from '../types.js';

/**
 * Where an item's money stands before a plan and after it, figure by figure. Computed from the books and the steps alone, not from what the planner thought
 * on its way: that `after` is the item's total is the proof that the steps do what they are for.
 */

/** Digits of a unit price shown before it is rounded to the four that are sent. */
const EXACT_DIGITS = 10;

export function standingOf(billable: Billable, place: Place, books: Books, steps: Step[]): Standing {
  const { currency } = billable;
  const row = rowStanding(billable, place, steps);
  const charges = chargeStandings(chargesAt(billable, place, books), steps, currency);
  const rows = row === null ? [] : [row];
  return {
    row,
    charges,
    before: total([...rows.map(({ before }) => before), ...charges.flatMap(({ before }) => before ?? [])], currency),
    after: total([...rows.map(({ after }) => after), ...charges.flatMap(({ after }) => after ?? [])], currency),
  };
}

/** The same without its steps: what stands while a breaker or a person holds them. */
export function unchanged(standing: Standing): Standing {
  const { row, charges, before } = standing;
  return {
    row: row === null ? null : { ...row, after: row.before, unit: null },
    charges: charges.flatMap((charge) => (charge.before === null ? [] : [{ ...charge, after: charge.before }])),
    before,
    after: before,
  };
}

function total(parts: Sides[], currency: string): Sides {
  const [first] = parts;
  // Most items stand on one row alone, whose amounts are written like a total.
  if (first !== undefined && parts.length === 1) return { sales: first.sales, cost: first.cost };
  return {
    sales: postedText(sum(parts.map(({ sales }) => sales)), currency),
    cost: postedText(sum(parts.map(({ cost }) => cost)), currency),
  };
}

// ---------------------------------------------------------------------------------------------------------------- the row

function rowStanding(billable: Billable, place: Place, steps: Step[]): RowStanding | null {
  const { row } = place.rows;
  const adjustment = steps.find(
    (step): step is PostAdjustmentStep => step.kind === 'postAdjustment' && step.day === firstDay(place.month),
  );
  if (place.serviceKey === null || (row === null && adjustment === undefined)) return null;
  const before = {
    units: row?.units ?? 0,
    sales: postedText(row?.posted.price ?? ZERO, billable.currency),
    cost: postedText(row?.posted.cost ?? ZERO, billable.currency),
  };
  return {
    serviceId: place.serviceId,
    serviceKey: place.serviceKey,
    rowIds: row?.ids ?? [],
    frozen: row?.frozen ?? false,
    before,
    after: adjustment === undefined ? before : adjusted(adjustment, billable.currency),
    unit: adjustment === undefined ? null : unitOf(adjustment, billable),
  };
}

/** An adjustment without prices only ever ends units, and a row of 0 units bills nothing. */
const adjusted = ({ units, unitPrice, unitCost }: PostAdjustmentStep, currency: string): RowFigures => ({
  units,
  sales: postedText(big(unitPrice ?? '0').times(units), currency),
  cost: postedText(big(unitCost ?? '0').times(units), currency),
});

function unitOf({ units, unitPrice, unitCost }: PostAdjustmentStep, billable: Billable): RowStanding['unit'] {
  if (unitPrice === null || unitCost === null) return null;
  const exact = (amount: Decimal): Decimal => plain(divide(big(amount), big(units), EXACT_DIGITS));
  return {
    exact: { sales: exact(billable.onRow.sales), cost: exact(billable.onRow.cost) },
    rounded: { sales: unitPrice, cost: unitCost },
  };
}

// ---------------------------------------------------------------------------------------------------------------- the charges

function chargeStandings(charges: Charge[], steps: Step[], currency: string): ChargeStanding[] {
  const sides = (sales: Big, cost: Big): Sides => ({ sales: postedText(sales, currency), cost: postedText(cost, currency) });
  const posted = steps.filter((step) => step.kind === 'postCharge');
  const written = (step: (typeof posted)[number]): Sides =>
    sides(big(step.unitPrice).times(step.quantity), big(step.unitCost).times(step.quantity));
  const standing = charges.map((charge): ChargeStanding => {
    const before = sides(big(charge.price), big(charge.cost));
    const step = posted.find(({ chargeId }) => chargeId === charge.id);
    const after = step === undefined ? before : step.action === 'delete' ? null : written(step);
    return { chargeId: charge.id, key: charge.key, day: charge.day, billed: charge.billed, before, after };
  });
  const created = posted.filter(({ chargeId }) => chargeId === null);
  return [
    ...standing,
    ...created.map((step) => ({
      chargeId: null,
      key: step.chargeKey,
      day: step.day,
      billed: false,
      before: null,
      after: written(step),
    })),
  ];
}

export const UP = 1;
export const DOWN = -1;

/** Whether the steps move what stands in a direction, on either side. */
export const moves = ({ standing }: Pick<PlannedItem, 'standing'>, direction: number): boolean =>
  SIDES.some((side) => compare(standing!.after[side], standing!.before[side]) * direction > 0);

/** Whether the steps move what stands, on either side. */
export const isMoved = ({ standing }: Pick<PlannedItem, 'standing'>): boolean =>
  SIDES.some((side) => compare(standing!.after[side], standing!.before[side]) !== 0);
