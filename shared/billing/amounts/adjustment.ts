import { big, type Big, divide, grouped, isZero, plain, posted, text, UNIT_PRICE_SCALE, ZERO } from '../basics/decimal.js';
import { firstDay, nextMonth } from '../basics/month.js';
import { hasMoney, isEqualRow, type MonthRow } from './rows.js';
import { showOf, type Billable, type Money, type Place, type State } from './standing.js';
import type { Note, PostAdjustmentStep, Step } from '../plan-types.js';
import type { Decimal } from '../types.js';

/** The one adjustment of the month (rules 7.0, 7.2, 7.3), and the one that ends the units of what is paid once (7.6). */

/**
 * 7.0: whether the row of the month was adjusted on the first already, as far as Autotask lets one see it. A row that is not there counts as one of nothing:
 * a service that somebody put on the contract later has rows from that day on, which an adjustment of an earlier month would change.
 */
export function isAdjusted(place: Place, target: Target | null): boolean {
  const { row, previous, next, laterIsFrozen, fewestLater } = place.rows;
  if (row?.isExpected) return false;
  // A refusal speaks of a row that is there; if it has disappeared in the meantime, it is made again.
  if (place.isRefused && row !== null) return true;
  if (row?.isSplit || laterIsFrozen) return true;
  const standing = row ?? NO_UNITS;
  // A person lowered a later row: the decrease would carry forward below zero and be refused.
  if (fewestLater !== null && fewestLater + (target?.units ?? 0) - standing.units < 0) return true;
  if (previous === null ? standing.units > 0 : !isEqualRow(standing, previous)) return true;
  if (row !== null && target !== null && isTarget(row, target)) return true;
  if (next !== null && !isEqualRow(standing, next)) return true;
  // Rows beyond the contract's end are what an interrupted extension has carried on (6.4): that next month has units proves nothing.
  const isCarriedOn = place.contract !== null && place.contract.endDay < firstDay(nextMonth(place.month));
  return !isCarriedOn && place.isOver && hasMoney(next);
}

const NO_UNITS = { units: 0, price: ZERO, cost: ZERO };

const isTarget = (row: MonthRow, target: Target): boolean =>
  row.units === target.units && row.price.eq(target.price) && row.cost.eq(target.cost);

export interface Target {
  units: number;
  unitPrice: Decimal;
  unitCost: Decimal;
  price: Big;
  cost: Big;
}

/** What 7.2 would write: whole units of a positive total. Null where an adjustment cannot express the item (7.3). */
export function adjustmentTarget({ onRow }: Billable): Target | null {
  const quantity = big(onRow.quantity);
  const [sales, cost] = [big(onRow.sales), big(onRow.cost)];
  // `unitChange` is an integer (`docs/vendors/autotask.md` 5.3): half licences cannot be expressed, so their money goes on the charge.
  if (quantity.lt(1) || !quantity.round(0).eq(quantity) || sales.lt(0) || cost.lt(0)) return null;
  const unitPrice = divide(sales, quantity, UNIT_PRICE_SCALE);
  const unitCost = divide(cost, quantity, UNIT_PRICE_SCALE);
  return {
    units: quantity.toNumber(),
    unitPrice: text(unitPrice, UNIT_PRICE_SCALE),
    unitCost: text(unitCost, UNIT_PRICE_SCALE),
    price: unitPrice.times(quantity),
    cost: unitCost.times(quantity),
  };
}

export const unitsDiffer = (place: Place, billable: Billable): boolean =>
  !big(billable.onRow.quantity).eq(place.rows.row?.units ?? 0) && !isNothingAtAll(place, billable);

/** An item of 0.00 / 0.00 needs nothing when nothing is there (5.1). */
const isNothingAtAll = (place: Place, billable: Billable): boolean =>
  isZero(big(billable.sales)) && isZero(big(billable.cost)) && !hasMoney(place.rows.row);

export interface Adjustment {
  steps: Step[];
  /** The row's amounts afterwards. */
  row: Money;
  carriesUnits: { units: number; price: Decimal; cost: Decimal } | null;
  rule: string;
  text: string;
  notes: Note[];
}

export function adjust(
  billable: Billable,
  place: Place,
  state: State,
  { target, mayAdjust }: { target: Target | null; mayAdjust: boolean },
): Adjustment {
  const row = place.rows.row;
  if (mayAdjust && target !== null && state.charges.length === 0) return adjustTo(billable, place, target);
  if (mayAdjust && target === null && row !== null && row.units !== 0) return adjustToZero(billable, place, row);
  const units = row?.units ?? 0;
  const notes = target !== null && row !== null && units !== target.units ? [unitsDifferNote(billable, units)] : [];
  const reason =
    target === null
      ? `credits or no whole units, row stays at ${showOf(billable, state.row)}`
      : `row stays at ${units} units, ${showOf(billable, state.row)}`;
  return { steps: [], row: state.row, carriesUnits: carried(row), rule: target === null ? '7.3' : '7.4', text: reason, notes };
}

function adjustTo(billable: Billable, place: Place, target: Target): Adjustment {
  const after = { sales: posted(target.price), cost: posted(target.cost) };
  const shown = showOf(billable, after);
  const step = adjustmentStep(billable, place, {
    day: firstDay(place.month),
    units: target.units,
    unitPrice: target.unitPrice,
    unitCost: target.unitCost,
    ...before(place.rows.row),
    purpose: 'amounts',
    summary: `${billable.name}: units ${place.rows.row?.units ?? 0} → ${target.units}, ${shown}`,
  });
  const text = `${target.units} units × ${grouped(target.unitPrice)} (cost ${grouped(target.unitCost)}) = ${shown}`;
  return {
    steps: [step],
    row: after,
    carriesUnits: { units: target.units, price: plain(target.price), cost: plain(target.cost) },
    rule: '7.2',
    text,
    notes: [],
  };
}

function adjustToZero(billable: Billable, place: Place, row: MonthRow): Adjustment {
  const step = adjustmentStep(billable, place, {
    day: firstDay(place.month),
    units: 0,
    unitPrice: null,
    unitCost: null,
    ...before(row),
    purpose: 'zero',
    summary: `${billable.name}: units ${row.units} → 0`,
  });
  return {
    steps: [step],
    row: { sales: ZERO, cost: ZERO },
    carriesUnits: null,
    rule: '7.3',
    text: `row brought from ${row.units} to 0 units`,
    notes: [],
  };
}

type AdjustmentDetails = Pick<
  PostAdjustmentStep,
  'day' | 'units' | 'unitPrice' | 'unitCost' | 'before' | 'expectsUnits' | 'purpose' | 'summary'
>;

/** An adjustment of the item's row, wherever it is dated. */
export function adjustmentStep(billable: Billable, place: Place, details: AdjustmentDetails): PostAdjustmentStep {
  const contractServiceId = place.rows.row?.contractServiceId ?? null;
  return {
    kind: 'postAdjustment',
    items: [billable.id],
    contractKey: place.contractKey,
    contractId: place.contract?.id ?? null,
    serviceKey: place.serviceKey ?? '',
    serviceId: place.serviceId,
    contractServiceId,
    invoiceDescription: contractServiceId === null ? place.invoiceDescription : null,
    ...details,
  };
}

/** A row that an extension makes is read when it is there: whether it carries the old units is the vendor's secret (`docs/vendors/autotask.md` 12, no. 3). */
const before = (row: MonthRow | null): Pick<PostAdjustmentStep, 'before' | 'expectsUnits'> => {
  if (row === null) return { before: { units: 0, price: '0', cost: '0' }, expectsUnits: null };
  // At 0 units it follows months that the same plan brings to 0 (rule 6.4).
  if (row.isExpected) return { before: null, expectsUnits: row.units === 0 ? 0 : null };
  return { before: { units: row.units, price: plain(row.price), cost: plain(row.cost) }, expectsUnits: null };
};

export const carried = (row: MonthRow | null): Adjustment['carriesUnits'] =>
  row === null || row.units === 0 ? null : { units: row.units, price: plain(row.price), cost: plain(row.cost) };

export function unitsDifferNote(billable: Billable, units: number): Note {
  return {
    code: 'units-differ',
    itemId: billable.id,
    message: `${billable.name}: the row shows ${units} units, the report ${billable.onRow.quantity}; the charge makes the amount right.`,
  };
}

// ---------------------------------------------------------------------------------------------------------------- next month's units of one-off items (7.6)

/** A row that is there counts, also one that an interrupted extension has made beyond the end that the plan sees (6.4). */
export const reachesNextMonth = ({ rows, endDay, month }: Place): boolean =>
  rows.next !== null || endDay >= firstDay(nextMonth(month));

/** How next month's units of what is paid once end, and next month's row where they cannot: then a person has to end them. */
export interface OneOffEnd {
  steps: Step[];
  stays: MonthRow | null;
}

const NO_END: OneOffEnd = { steps: [], stays: null };

/** Next month's row as this plan leaves it: one that is as the month's follows the adjustment of that (7.2). */
function staysOf(next: MonthRow, row: MonthRow | null, carries: NonNullable<Adjustment['carriesUnits']>): MonthRow | null {
  const [price, cost] = [big(carries.price), big(carries.cost)];
  const follows = row !== null && isEqualRow(next, row);
  const stays = follows
    ? { ...next, units: carries.units, price, cost, posted: { price: posted(price), cost: posted(cost) } }
    : next;
  return hasMoney(stays) ? stays : null;
}

export function endOneOff(billable: Billable, place: Place, carries: Adjustment['carriesUnits']): OneOffEnd {
  const { next, row, laterIsFrozen, fewestLater } = place.rows;
  const day = firstDay(nextMonth(place.month));
  if (!billable.isOneOff || carries === null || !reachesNextMonth(place)) return NO_END;
  // A row that the extension has made before it was interrupted differs also where nobody adjusted it: tenants make it with the old units, or with none.
  const isMade = place.contract !== null && place.contract.endDay < day && place.endDay >= day;
  const isAdjustedYet = next !== null && row !== null && !row.isExpected && !isMade && !isEqualRow(next, row);
  if (isAdjustedYet) return NO_END;
  // It carries forward as well: never into a frozen row, and never below the units that a person left in a later one.
  const mayCarry = !laterIsFrozen && (fewestLater ?? 0) >= (next?.units ?? 0);
  if (!mayCarry) return { steps: [], stays: next === null ? null : staysOf(next, row, carries) };
  const step = adjustmentStep(billable, place, {
    day,
    units: 0,
    unitPrice: null,
    unitCost: null,
    ...(place.contract !== null && place.contract.endDay < day
      ? { before: null, expectsUnits: carries.units }
      : { before: carries, expectsUnits: null }),
    purpose: 'one-off',
    summary: `${billable.name}: 0 units from ${day}, paid once`,
  });
  return { steps: [step], stays: null };
}
