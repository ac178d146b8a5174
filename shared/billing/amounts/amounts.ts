import { adjust, adjustmentTarget, carried, endOneOff, isAdjusted, unitsDiffer, unitsDifferNote } from './adjustment.js';
import { chargeSteps, restBecause } from './charge.js';
import { big } from '../basics/decimal.js';
import { parseChargeKey } from '../basics/keys.js';
import { addMonths, firstDay, lastDay, monthOf } from '../basics/month.js';
import { hasMoney, rowsOfContract, type MonthRow } from './rows.js';
import {
  add,
  chargesOfContract,
  chargesOfOthers,
  isBalanced,
  isFrozen,
  isNothing,
  showOf,
  stateOf,
  subtract,
  totalOf,
  type Billable,
  type Place,
  type State,
} from './standing.js';
import type { Because, Note, Reason, Step } from '../plan-types.js';
import type { Books, Contract, Day, Month, Settings } from '../types.js';

/**
 * Rule 7: row + charge. The month's money of an item is its unit row plus charges: at most one adjustment dated on the first of the month, and whatever
 * that cannot express on one updatable charge. Amounts are compared in minor units.
 */
export interface AmountsPlan {
  steps: Step[];
  held: { reason: Reason; message: string } | null;
  because: Because[];
  notes: Note[];
  /** Next month's row, which carries the units of what is paid once because they cannot be ended: Autotask refused, or later rows forbid it (rule 7.6). */
  carriesOn: MonthRow | null;
  /** A catch-up charge needs the contract to reach this day (rule 7.5). */
  extendTo: Day | null;
}

// ---------------------------------------------------------------------------------------------------------------- the rule itself

/** Decides row and charge of an item on a contract service (7.1 to 7.6). */
export function planRowAndCharge(billable: Billable, place: Place, books: Books, settings: Settings): AmountsPlan {
  const state = stateOf(billable, place, books);
  const target = adjustmentTarget(billable);
  const mayAdjust = !isFrozen(place, state) && !isAdjusted(place, target);
  const unitsMayFollow = mayAdjust && state.charges.length === 0 && target !== null && unitsDiffer(place, billable);
  if (isBalanced(state) && !place.rows.row?.isExpected && !unitsMayFollow) return balanced(billable, place, state);
  if (isFrozen(place, state)) return frozen(billable, place, state, { books, settings });
  const adjustment = adjust(billable, place, state, { target, mayAdjust });
  const after = adjustment.row;
  const charges = chargeSteps(billable, place, state, {
    rest: subtract(subtract(state.wanted, after), state.fixed),
    day: firstDay(place.month),
    quantity: null,
  });
  const { steps: oneOff, stays } = endOneOff(billable, place, adjustment.carriesUnits);
  const because = [{ rule: adjustment.rule, text: adjustment.text }, ...restBecause(state, after, billable)];
  // This month's money before next month's units: a refusal there must not stop what is due here.
  return {
    steps: [...adjustment.steps, ...charges, ...oneOff],
    held: null,
    because,
    notes: adjustment.notes,
    carriesOn: stays,
    extendTo: null,
  };
}

/** Decides the charge of an Azure or marketplace item: the same logic with a row of nothing (7.8). */
export function planCharge(billable: Billable, place: Place, books: Books, settings: Settings): AmountsPlan {
  const state = stateOf(billable, place, books);
  const others = othersBecause(billable, place, books);
  if (isBalanced(state)) {
    const plan = balanced(billable, place, state);
    return { ...plan, because: [...plan.because, ...others] };
  }
  if (isFrozen(place, state)) return frozen(billable, place, state, { books, settings });
  const steps = chargeSteps(billable, place, state, {
    rest: subtract(state.wanted, state.fixed),
    day: firstDay(place.month),
    quantity: isNothing(state.fixed) ? billable.quantity : null,
  });
  return {
    steps,
    held: null,
    because: [{ rule: '7.8', text: `charge of ${showOf(billable, state.wanted)}` }, ...others],
    notes: [],
    carriesOn: null,
    extendTo: null,
  };
}

function othersBecause(billable: Billable, place: Place, books: Books): Because[] {
  const others = chargesOfOthers(place, books);
  if (others.length === 0) return [];
  const stands = showOf(billable, totalOf(others));
  return [{ rule: '7.8', text: `${stands} of it is on charges that others made (${others.map(({ id }) => id).join(', ')})` }];
}

// ---------------------------------------------------------------------------------------------------------------- nothing to do, or frozen

function balanced(billable: Billable, place: Place, state: State): AmountsPlan {
  const units = place.rows.row?.units ?? 0;
  const differ = hasMoney(place.rows.row) && !big(billable.onRow.quantity).eq(units);
  const { steps, carriesOn } = endOfOnce(billable, place);
  return {
    steps,
    held: null,
    because: [
      {
        rule: '7.1',
        text: `in balance: row ${showOf(billable, state.row)}, charges ${showOf(billable, add(state.fixed, state.open))}`,
      },
    ],
    notes: differ ? [unitsDifferNote(billable, units)] : [],
    carriesOn,
    extendTo: null,
  };
}

/** 7.6 where the month itself needs nothing: a refusal then was that of next month's units. It is an answer, not to be asked for again (7.0), and listed. */
function endOfOnce(billable: Billable, place: Place): Pick<AmountsPlan, 'steps' | 'carriesOn'> {
  const { steps, stays } = endOneOff(billable, place, carried(place.rows.row));
  if (!place.isRefused || steps.length === 0) return { steps, carriesOn: stays };
  return { steps: [], carriesOn: hasMoney(place.rows.next) ? place.rows.next : null };
}

/** 7.5: nothing is written to a frozen period; the difference is held, or caught up in the next open month. */
function frozen(
  billable: Billable,
  place: Place,
  state: State,
  { books, settings }: { books: Books; settings: Settings },
): AmountsPlan {
  const rest = subtract(subtract(state.wanted, state.row), state.fixed);
  const open = subtract(rest, state.open);
  const { steps: oneOff, carriesOn } = endOfOnce(billable, place);
  const message = `${place.month} is ${place.startsLater ? `before the contract's first day` : 'approved and posted'} in Autotask; ${billable.name} differs by ${showOf(billable, open)}. Unpost the period, correct it there, or set AFTER_FREEZE=charge.`;
  if (settings.afterFreeze === 'hold')
    return {
      steps: oneOff,
      held: { reason: 'period-frozen', message },
      because: [{ rule: '7.5', text: message }],
      notes: [],
      carriesOn,
      extendTo: null,
    };
  // Only on a contract can anything be frozen.
  const contract = place.contract!;
  const closed = closedMonths(contract, books);
  const day = firstDay(nextOpenMonth(contract, place.month, closed));
  // An open charge of a closed month stands like a billed one: only those of open months are changed.
  const movable = state.openCharges.filter((charge) => monthOf(charge.day) > place.month && !closed.has(monthOf(charge.day)));
  const standing = state.openCharges.filter((charge) => !movable.includes(charge));
  const caughtUp = subtract(rest, totalOf(standing));
  const steps = chargeSteps(billable, place, { ...state, openCharges: movable }, { rest: caughtUp, day, quantity: null });
  const text = `frozen: catch-up of ${showOf(billable, caughtUp)} dated ${day}`;
  return {
    steps: [...steps, ...oneOff],
    held: null,
    because: [{ rule: '7.5', text }],
    notes: [],
    carriesOn,
    extendTo: lastDay(monthOf(day)),
  };
}

/** Bound of the search for an open month: contracts are not frozen further ahead. */
const OPEN_MONTHS_SEARCHED = 36;

/** Months in which the contract has a frozen row or a billed charge of ours. */
function closedMonths(contract: Contract, books: Books): Set<Month> {
  const rows = rowsOfContract(books, contract.id).filter(({ frozen }) => frozen);
  const charges = chargesOfContract(books, contract.id).filter(({ billed, key }) => billed && parseChargeKey(key) !== null);
  return new Set([...rows.map(({ startDay }) => monthOf(startDay)), ...charges.map(({ day }) => monthOf(day))]);
}

function nextOpenMonth(contract: Contract, from: Month, closed: Set<Month>): Month {
  const start = monthOf(contract.startDay);
  for (let ahead = 1; ahead <= OPEN_MONTHS_SEARCHED; ahead += 1) {
    const month = addMonths(from, ahead);
    if (month >= start && !closed.has(month)) return month;
  }
  throw new Error(`Contract ${contract.id}: no open month within ${OPEN_MONTHS_SEARCHED} months after ${from}.`);
}
