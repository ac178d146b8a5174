import { adjustmentTarget, reachesNextMonth, unitsDiffer } from './adjustment.js';
import type { AmountsPlan } from './amounts.js';
import { firstDay } from '../basics/month.js';
import { isEqualRow } from './rows.js';
import { isBalanced, stateOf, type Billable, type Place } from './standing.js';
import type { Books } from '../types.js';

/** Whether a contract's neighbouring rows must be read for an item: each contract costs additional calls. */

/** Neighbouring rows decide as soon as anything is to be written, held, or ended (rules 7.0, 7.5, 7.6, 6.4). */
export function needsNeighbours({ extendTo }: AmountsPlan, billable: Billable, place: Place, books: Books): boolean {
  if (place.extendsFrom !== null) return true;
  if (place.serviceKey === null) return extendTo !== null;
  if (isAdjustedForSure(billable, place) || isQuiet(billable, place, books)) return false;
  return extendTo !== null || mayBeAdjusted(billable, place);
}

/** Credits without a row, or next to one without units, go on a charge, whatever the neighbouring rows say (rule 7.3). */
const mayBeAdjusted = (billable: Billable, { rows: { row } }: Place): boolean =>
  adjustmentTarget(billable) !== null || (row !== null && (row.units > 0 || row.isExpected));

/**
 * An open row with units on a contract that starts in the month: no row before it can show the same, so it was adjusted, whatever follows (rule 7.0). For
 * one-time payments, next month's units must also be known to have ended (7.6).
 */
const isAdjustedForSure = (billable: Billable, place: Place): boolean => {
  const { contract, month, rows } = place;
  const { row } = rows;
  return (
    contract !== null &&
    contract.startDay >= firstDay(month) &&
    row !== null &&
    row.units > 0 &&
    !row.isExpected &&
    !row.frozen &&
    !mayCarryOn(billable, place)
  );
};

/**
 * Whether the item is in balance whatever its neighbouring rows say, so that they need not be read: the usual case of an unchanged line, which must not
 * cost extra calls.
 */
function isQuiet(billable: Billable, place: Place, books: Books): boolean {
  const state = stateOf(billable, place, books);
  if (!isBalanced(state) || place.rows.row?.isExpected) return false;
  const unitsMayFollow = state.charges.length === 0 && adjustmentTarget(billable) !== null && unitsDiffer(place, billable);
  return !unitsMayFollow && !mayCarryOn(billable, place);
}

/** Whether next month's row may still have the units of what is paid once (7.6); where it is in the books, it shows. */
function mayCarryOn(billable: Billable, place: Place): boolean {
  const { row, next } = place.rows;
  if (!billable.isOneOff || row === null || row.units === 0 || !reachesNextMonth(place)) return false;
  return next === null || !(next.frozen || !isEqualRow(next, row));
}
