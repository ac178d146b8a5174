import { adjustmentStep } from '../amounts/adjustment.js';
import { big, divide, plain, posted, text, UNIT_PRICE_SCALE, ZERO } from '../basics/decimal.js';
import { firstDay, nextMonth } from '../basics/month.js';
import { isEqualRow, type MonthRow, type RowView } from '../amounts/rows.js';
import { show, type Billable, type Place } from '../amounts/standing.js';
import type { PostAdjustmentStep, Step } from '../plan-types.js';
import type { Contract, Month } from '../types.js';
import type { UndoContext } from './undo.js';

/** The way back of a month, in the months after it: what its adjustment carried on into them. */

export interface Later {
  steps: PostAdjustmentStep[];
  message: string | null;
}

/**
 * An adjustment carries on into all later rows, so they go back by one more, dated the month after (rule 7.0 leaves that date once). Rows that a later month
 * is billed on are that month's.
 */
export function laterMonths(
  billable: Billable,
  { place, then, steps }: { place: Place; then: RowView; steps: Step[] },
  context: UndoContext,
): Later {
  const { row, next, laterIsFrozen, fewestLater } = place.rows;
  const contract = place.contract!;
  if (row === null || context.input.laterBilled.has(contract.id)) return { steps: [], message: null };
  const wanted = nextBefore(contract, then, context);
  if (next === null)
    return { steps: [], message: wanted.units === 0 ? null : leftMessage(place.month, wanted, NOTHING, context) };
  const now = carriedBy(steps, row, next);
  if (isEqualRow(wanted, { ...next, ...now })) return { steps: [], message: null };
  const fewest = fewestLater! - next.units + wanted.units;
  const mayAdjust = isEqualRow(next, row) && !next.isSplit && !laterIsFrozen && !place.isRefused && fewest >= 0;
  if (!mayAdjust) return { steps: [], message: leftMessage(place.month, wanted, now, context) };
  const day = firstDay(nextMonth(place.month));
  const unitOf = (amount: MonthRow['price']): string | null =>
    wanted.units === 0 ? null : text(divide(amount, big(wanted.units), UNIT_PRICE_SCALE), UNIT_PRICE_SCALE);
  const sums = show({ sales: posted(wanted.price), cost: posted(wanted.cost) }, context.currency);
  const step = adjustmentStep(billable, place, {
    day,
    units: wanted.units,
    unitPrice: unitOf(wanted.price),
    unitCost: unitOf(wanted.cost),
    before: { units: now.units, price: plain(now.price), cost: plain(now.cost) },
    expectsUnits: null,
    purpose: 'one-off',
    summary: `${billable.name}: units ${now.units} → ${wanted.units} from ${day} on, ${sums}`,
  });
  return { steps: [step], message: null };
}

type Figures = Pick<MonthRow, 'units' | 'price' | 'cost'>;

const NOTHING: Figures = { units: 0, price: ZERO, cost: ZERO };

/** What next month's row shows once the month's own adjustment has carried on into it. */
function carriedBy(steps: Step[], row: MonthRow, next: MonthRow): Figures {
  const step = steps.find((one): one is PostAdjustmentStep => one.kind === 'postAdjustment');
  if (step === undefined) return next;
  const units = next.units + step.units - row.units;
  const unit = (given: string | null, amount: MonthRow['price']): MonthRow['price'] =>
    given !== null ? big(given) : next.units === 0 ? ZERO : amount.div(next.units);
  return { units, price: unit(step.unitPrice, next.price).times(units), cost: unit(step.unitCost, next.cost).times(units) };
}

/** What next month's row was before: as it was read, else what the month carried on, else nothing, for the contract did not reach it. */
function nextBefore({ id }: Contract, then: RowView, { input, month }: UndoContext): Figures {
  const { contracts, detailed } = input.before.books;
  const contract = contracts.find((one) => one.id === id);
  if (contract === undefined || contract.endDay < firstDay(nextMonth(month))) return NOTHING;
  return (detailed.includes(id) ? then.next : then.row) ?? NOTHING;
}

function leftMessage(month: Month, wanted: Figures, now: Figures, { currency }: UndoContext): string {
  const sums = ({ price, cost }: Figures): string => show({ sales: posted(price), cost: posted(cost) }, currency);
  return `From ${firstDay(nextMonth(month))} on its row shows ${sums(now)}, but before the month it showed ${sums(wanted)}. This program cannot adjust it back; check it there.`;
}
