import { Big, big, divide, minorUnits, money, plain, round, sum, text, UNIT_PRICE_SCALE, ZERO } from './decimal.js';
import { numberedChargeKey, parseChargeKey } from './keys.js';
import { addMonths, firstDay, lastDay, monthOf, nextMonth } from './month.js';
import { hasMoney, isEqualRow, type MonthRow, type RowView } from './rows.js';
import { fold } from './text.js';
import type {
  Because,
  Books,
  Charge,
  Contract,
  Day,
  Decimal,
  Month,
  Note,
  PostAdjustmentStep,
  PostChargeStep,
  Reason,
  Settings,
  Step,
} from './types.js';

/**
 * Rule 7: row + charge. The month's money of an item is its unit row plus charges: at most one adjustment dated on the first of the month, and whatever
 * that cannot express on one updatable charge. Amounts are compared in minor units.
 */

/** What is billed: an item of the report, or a ghost that is treated as one of nothing (rule 8.2). */
export interface Billable {
  id: string;
  name: string;
  currency: string;
  cost: Decimal;
  sales: Decimal;
  quantity: Decimal;
  isOneOff: boolean;
  /** Key of the item's first charge (rule 7.7), folded. */
  chargeKey: string;
}

/** Where it is billed. */
export interface Place {
  month: Month;
  asOf: Day;
  contractKey: string;
  contract: Contract | null;
  /** The contract starts after the month (rule 6.1): nothing can be dated in it. */
  startsLater: boolean;
  /** Last day of the contract as this plan leaves it. */
  endDay: Day;
  /** The contract's last day before this plan extends it; null when it does not. */
  extendsFrom: Day | null;
  serviceKey: string | null;
  serviceId: number | null;
  productKey: string | null;
  productId: number | null;
  rows: RowView;
  /** The adjustment was refused as duplicate (rule 7.0). */
  isRefused: boolean;
  invoiceDescription: string | null;
}

export interface AmountsPlan {
  steps: Step[];
  held: { reason: Reason; message: string } | null;
  because: Because[];
  notes: Note[];
  /** A catch-up charge needs the contract to reach this day (rule 7.5). */
  extendTo: Day | null;
}

interface Money {
  sales: Big;
  cost: Big;
}

/** Everything rule 7 compares for one item. */
interface State {
  wanted: Money;
  row: Money;
  fixed: Money;
  open: Money;
  openCharges: Charge[];
  charges: Charge[];
}

// ---------------------------------------------------------------------------------------------------------------- the rule itself

/** Decides row and charge of an item on a contract service (7.1 to 7.6). */
export function planRowAndCharge(billable: Billable, place: Place, books: Books, settings: Settings): AmountsPlan {
  const state = stateOf(billable, place, books);
  const target = adjustmentTarget(billable);
  const mayAdjust = !isFrozen(place, state) && !isAdjusted(place, target);
  const unitsMayFollow = mayAdjust && state.charges.length === 0 && target !== null && unitsDiffer(place, billable);
  if (isBalanced(state, billable.currency) && !place.rows.row?.isExpected && !unitsMayFollow)
    return balanced(billable, place, state);
  if (isFrozen(place, state)) return frozen(billable, place, state, books, settings);
  const adjustment = adjust(billable, place, state, target, mayAdjust);
  const after = adjustment.row;
  const charges = chargeSteps(
    billable,
    place,
    state,
    subtract(subtract(state.wanted, after), state.fixed),
    firstDay(place.month),
    null,
  );
  const oneOff = oneOffSteps(billable, place, adjustment.carriesUnits);
  const because = [{ rule: adjustment.rule, text: adjustment.text }, ...restBecause(state, after, billable.currency)];
  return { steps: [...adjustment.steps, ...oneOff, ...charges], held: null, because, notes: adjustment.notes, extendTo: null };
}

/** Decides the charge of an Azure or marketplace item: the same logic with a row of nothing (7.8). */
export function planCharge(billable: Billable, place: Place, books: Books, settings: Settings): AmountsPlan {
  const state = stateOf(billable, place, books);
  if (isBalanced(state, billable.currency)) return balanced(billable, place, state);
  if (isFrozen(place, state)) return frozen(billable, place, state, books, settings);
  const steps = chargeSteps(
    billable,
    place,
    state,
    subtract(state.wanted, state.fixed),
    firstDay(place.month),
    state.fixed.sales.eq(0) && state.fixed.cost.eq(0) ? billable.quantity : null,
  );
  return {
    steps,
    held: null,
    because: [{ rule: '7.8', text: `charge of ${show(state.wanted, billable.currency)}` }],
    notes: [],
    extendTo: null,
  };
}

/**
 * Whether the item is in balance whatever its neighbouring rows say, so that they need not be read: the usual case of an unchanged line, which must not
 * cost calls of its own.
 */
export function isQuiet(billable: Billable, place: Place, books: Books): boolean {
  const state = stateOf(billable, place, books);
  if (!isBalanced(state, billable.currency) || place.rows.row?.isExpected) return false;
  const unitsMayFollow =
    place.serviceKey !== null &&
    state.charges.length === 0 &&
    adjustmentTarget(billable) !== null &&
    unitsDiffer(place, billable);
  const mayCarryOn = billable.isOneOff && (place.rows.row?.units ?? 0) !== 0 && place.endDay >= firstDay(nextMonth(place.month));
  return !unitsMayFollow && !mayCarryOn;
}

// ---------------------------------------------------------------------------------------------------------------- what is there

function stateOf(billable: Billable, place: Place, books: Books): State {
  const charges = place.contract === null ? [] : chargesOf(books, place.contract.id, billable.chargeKey);
  const scale = minorUnits(billable.currency);
  const row = place.rows.row;
  return {
    wanted: { sales: big(billable.sales), cost: big(billable.cost) },
    row: { sales: round(row?.price ?? ZERO, scale), cost: round(row?.cost ?? ZERO, scale) },
    fixed: totalOf(
      charges.filter((charge) => charge.billed),
      scale,
    ),
    open: totalOf(
      charges.filter((charge) => !charge.billed),
      scale,
    ),
    openCharges: charges.filter((charge) => !charge.billed),
    charges,
  };
}

/** The item's charges of the month, by number: found by key wherever they are dated, so that a catch-up counts for its month (7.5, 7.7). */
export function chargesOf(books: Books, contractId: number, chargeKey: string): Charge[] {
  return books.charges
    .flatMap((charge) => {
      const key = parseChargeKey(charge.key);
      return charge.contractId === contractId && key?.base === fold(chargeKey) ? [{ charge, number: key.number }] : [];
    })
    .sort((left, right) => left.number - right.number || left.charge.id - right.charge.id)
    .map(({ charge }) => charge);
}

const totalOf = (charges: Charge[], scale: number): Money => ({
  sales: sum(charges.map((charge) => round(big(charge.price), scale))),
  cost: sum(charges.map((charge) => round(big(charge.cost), scale))),
});

const add = (left: Money, right: Money): Money => ({ sales: left.sales.plus(right.sales), cost: left.cost.plus(right.cost) });
const subtract = (left: Money, right: Money): Money => ({
  sales: left.sales.minus(right.sales),
  cost: left.cost.minus(right.cost),
});
const isNothing = (amounts: Money): boolean => amounts.sales.eq(0) && amounts.cost.eq(0);
const show = (amounts: Money, currency: string): string =>
  `${money(amounts.sales, currency)} / ${money(amounts.cost, currency)} ${currency}`;

function isBalanced(state: State, currency: string): boolean {
  const difference = subtract(state.wanted, add(add(state.row, state.fixed), state.open));
  const scale = minorUnits(currency);
  return round(difference.sales, scale).eq(0) && round(difference.cost, scale).eq(0);
}

/** 7.5: the row is approved and posted, or money of the month is billed and no row with units could still carry the rest. */
function isFrozen(place: Place, state: State): boolean {
  if (place.startsLater) return true;
  const row = place.rows.row;
  if (row?.frozen) return true;
  return state.charges.some((charge) => charge.billed) && (row === null || row.units === 0);
}

/** 7.0: whether the row of the month was adjusted on the first already, as far as Autotask lets one see it. */
function isAdjusted(place: Place, target: Target | null): boolean {
  const { row, previous, next, laterIsFrozen } = place.rows;
  if (place.isRefused) return true;
  if (row === null || row.isExpected) return false;
  if (row.isSplit || laterIsFrozen) return true;
  if (previous === null ? row.units > 0 : !isEqualRow(row, previous)) return true;
  if (target !== null && row.units === target.units && row.price.eq(target.price) && row.cost.eq(target.cost)) return true;
  if (next !== null && !isEqualRow(row, next)) return true;
  return place.asOf > lastDay(place.month) && hasMoney(next);
}

// ---------------------------------------------------------------------------------------------------------------- the adjustment (7.2, 7.3)

interface Target {
  units: number;
  unitPrice: Decimal;
  unitCost: Decimal;
  price: Big;
  cost: Big;
}

/** What 7.2 would write: whole units of a positive total. Null where an adjustment cannot express the item (7.3). */
function adjustmentTarget(billable: Billable): Target | null {
  const quantity = big(billable.quantity);
  const [sales, cost] = [big(billable.sales), big(billable.cost)];
  // `unitChange` is an integer (`autotask.md` 5.3): half licences cannot be expressed, their money goes on the charge.
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

const unitsDiffer = (place: Place, billable: Billable): boolean =>
  !big(billable.quantity).eq(place.rows.row?.units ?? 0) && !isNothingAtAll(place, billable);

/** An item of 0.00 / 0.00 needs nothing when nothing is there (5.1). */
const isNothingAtAll = (place: Place, billable: Billable): boolean =>
  big(billable.sales).eq(0) && big(billable.cost).eq(0) && !hasMoney(place.rows.row);

interface Adjustment {
  steps: Step[];
  /** The row's amounts afterwards. */
  row: Money;
  carriesUnits: { units: number; price: Decimal; cost: Decimal } | null;
  rule: string;
  text: string;
  notes: Note[];
}

function adjust(billable: Billable, place: Place, state: State, target: Target | null, mayAdjust: boolean): Adjustment {
  const row = place.rows.row;
  if (mayAdjust && target !== null && state.charges.length === 0) return adjustTo(billable, place, target);
  if (mayAdjust && target === null && row !== null && row.units !== 0) return adjustToZero(billable, place, row);
  const units = row?.units ?? 0;
  const notes = target !== null && row !== null && units !== target.units ? [unitsDifferNote(billable, units)] : [];
  const reason =
    target === null
      ? `credits or no whole units, row stays at ${show(state.row, billable.currency)}`
      : `row stays at ${units} units, ${show(state.row, billable.currency)}`;
  return { steps: [], row: state.row, carriesUnits: carried(row), rule: target === null ? '7.3' : '7.4', text: reason, notes };
}

function adjustTo(billable: Billable, place: Place, target: Target): Adjustment {
  const scale = minorUnits(billable.currency);
  const after = { sales: round(target.price, scale), cost: round(target.cost, scale) };
  const step = adjustmentStep(billable, place, {
    day: firstDay(place.month),
    units: target.units,
    unitPrice: target.unitPrice,
    unitCost: target.unitCost,
    before: before(place.rows.row),
    purpose: 'amounts',
    summary: `${billable.name}: units ${place.rows.row?.units ?? 0} → ${target.units}, ${show(after, billable.currency)}`,
  });
  const text = `${target.units} units × ${target.unitPrice} (cost ${target.unitCost}) = ${show(after, billable.currency)}`;
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
    before: before(row),
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

type AdjustmentDetails = Pick<PostAdjustmentStep, 'day' | 'units' | 'unitPrice' | 'unitCost' | 'before' | 'purpose' | 'summary'>;

function adjustmentStep(billable: Billable, place: Place, details: AdjustmentDetails): PostAdjustmentStep {
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

/** A row that an extension makes is read when it is there: whether it carries the old units is the vendor's secret (`autotask.md` 12, no. 3). */
const before = (row: MonthRow | null): PostAdjustmentStep['before'] => {
  if (row === null) return { units: 0, price: '0', cost: '0' };
  return row.isExpected ? null : { units: row.units, price: plain(row.price), cost: plain(row.cost) };
};

const carried = (row: MonthRow | null): Adjustment['carriesUnits'] =>
  row === null || row.units === 0 ? null : { units: row.units, price: plain(row.price), cost: plain(row.cost) };

function unitsDifferNote(billable: Billable, units: number): Note {
  return {
    code: 'units-differ',
    itemId: billable.id,
    message: `${billable.name}: the row shows ${units} units, the report ${billable.quantity}; the money is right by the charge.`,
  };
}

// ---------------------------------------------------------------------------------------------------------------- next month's units of one-off items (7.6)

function oneOffSteps(billable: Billable, place: Place, carries: Adjustment['carriesUnits']): Step[] {
  const { next, row } = place.rows;
  const day = firstDay(nextMonth(place.month));
  if (!billable.isOneOff || carries === null || place.endDay < day) return [];
  const isAdjustedYet = next !== null && row !== null && !row.isExpected && !isEqualRow(next, row);
  if (next !== null && (next.frozen || isAdjustedYet)) return [];
  return [
    adjustmentStep(billable, place, {
      day,
      units: 0,
      unitPrice: null,
      unitCost: null,
      before: place.extendsFrom !== null && next === null ? null : carries,
      purpose: 'one-off',
      summary: `${billable.name}: 0 units from ${day}, paid once`,
    }),
  ];
}

// ---------------------------------------------------------------------------------------------------------------- the charge (7.4, 7.7, 7.8)

/** Brings the open charge to `rest`: created, changed, or deleted when nothing is left. Further open ones are deleted, so that one remains. */
function chargeSteps(billable: Billable, place: Place, state: State, rest: Money, day: Day, quantity: Decimal | null): Step[] {
  const kept = isNothing(rest) ? undefined : state.openCharges[0];
  const deletions = state.openCharges
    .filter((charge) => charge !== kept)
    .map((charge) =>
      chargeStep(billable, place, {
        action: 'delete',
        charge,
        key: charge.key,
        rest: { sales: ZERO, cost: ZERO },
        day,
        quantity: null,
      }),
    );
  if (isNothing(rest)) return deletions;
  if (kept && big(kept.price).eq(rest.sales) && big(kept.cost).eq(rest.cost)) return deletions;
  const key = kept?.key ?? numberedChargeKey(chargeKeyText(billable), nextNumber(state.charges));
  return [
    ...deletions,
    chargeStep(billable, place, { action: kept ? 'update' : 'create', charge: kept ?? null, key, rest, day, quantity }),
  ];
}

/** The key as it is written: prefix in capitals, hash in lower case. */
const chargeKeyText = (billable: Billable): string => billable.chargeKey.replace(/^cm/, 'CM');

const nextNumber = (charges: Charge[]): number =>
  charges.reduce((highest, charge) => Math.max(highest, parseChargeKey(charge.key)?.number ?? 0), 0) + 1;

interface ChargeDetails {
  action: PostChargeStep['action'];
  charge: Charge | null;
  key: string;
  rest: Money;
  day: Day;
  quantity: Decimal | null;
}

function chargeStep(
  billable: Billable,
  place: Place,
  { action, charge, key, rest, day, quantity }: ChargeDetails,
): PostChargeStep {
  const amounts = chargeAmounts(rest, quantity);
  const change = action === 'delete' ? 'deleted' : `${charge ? `${charge.price} → ` : ''}${show(rest, billable.currency)}`;
  const isCatchUp = monthOf(day) !== place.month;
  const units = quantity !== null && amounts.quantity === '1' && !big(quantity).eq(1) ? `, quantity ${quantity}` : '';
  return {
    kind: 'postCharge',
    items: [billable.id],
    summary: `Charge ${billable.name}${isCatchUp ? `, catch-up for ${place.month}` : ''}: ${change}`,
    contractKey: place.contractKey,
    contractId: place.contract?.id ?? null,
    action,
    chargeId: charge?.id ?? null,
    chargeKey: key,
    productKey: place.productKey,
    productId: place.productId,
    name: chargeName(billable, place, isCatchUp),
    description: `${billable.name}, ${isCatchUp ? 'catch-up for ' : ''}${place.month}${units}`,
    day: charge?.day ?? day,
    ...amounts,
  };
}

const CHARGE_NAME_LENGTH = 100;

function chargeName(billable: Billable, place: Place, isCatchUp: boolean): string {
  const what = place.productKey !== null ? '' : ' correction';
  const suffix = `${isCatchUp ? ' catch-up' : what} ${place.month}`;
  return `${billable.name.slice(0, CHARGE_NAME_LENGTH - suffix.length)}${suffix}`;
}

/** The report's quantity where quantity × unit price gives both totals exactly, else 1 (7.8). */
function chargeAmounts(rest: Money, quantity: Decimal | null): { quantity: Decimal; unitPrice: Decimal; unitCost: Decimal } {
  const units = big(quantity ?? '1');
  if (units.gt(0)) {
    const [unitPrice, unitCost] = [divide(rest.sales, units, UNIT_PRICE_SCALE), divide(rest.cost, units, UNIT_PRICE_SCALE)];
    if (unitPrice.times(units).eq(rest.sales) && unitCost.times(units).eq(rest.cost))
      return { quantity: plain(units), unitPrice: text(unitPrice, UNIT_PRICE_SCALE), unitCost: text(unitCost, UNIT_PRICE_SCALE) };
  }
  return { quantity: '1', unitPrice: text(rest.sales, UNIT_PRICE_SCALE), unitCost: text(rest.cost, UNIT_PRICE_SCALE) };
}

function restBecause(state: State, row: Money, currency: string): Because[] {
  const rest = subtract(subtract(state.wanted, row), state.fixed);
  const billed = isNothing(state.fixed) ? '' : `, ${show(state.fixed, currency)} already billed`;
  return isNothing(rest)
    ? []
    : [{ rule: '7.4', text: `charge of ${show(rest, currency)}: what the row does not carry${billed}` }];
}

// ---------------------------------------------------------------------------------------------------------------- nothing to do, or frozen

function balanced(billable: Billable, place: Place, state: State): AmountsPlan {
  const units = place.rows.row?.units ?? 0;
  const differ = place.serviceKey !== null && hasMoney(place.rows.row) && !big(billable.quantity).eq(units);
  return {
    steps: oneOffSteps(billable, place, carried(place.rows.row)),
    held: null,
    because: [
      {
        rule: '7.1',
        text: `in balance: row ${show(state.row, billable.currency)}, charges ${show(add(state.fixed, state.open), billable.currency)}`,
      },
    ],
    notes: differ ? [unitsDifferNote(billable, units)] : [],
    extendTo: null,
  };
}

/** 7.5: nothing is written to a frozen period; the difference is held, or caught up in the next open month. */
function frozen(billable: Billable, place: Place, state: State, books: Books, settings: Settings): AmountsPlan {
  const rest = subtract(subtract(state.wanted, state.row), state.fixed);
  const open = subtract(rest, state.open);
  const oneOff = oneOffSteps(billable, place, carried(place.rows.row));
  const message = `${place.month} is ${place.startsLater ? `before the contract's first day` : 'approved and posted'} in Autotask; ${show(open, billable.currency)} of ${billable.name} differ. Unpost the period, correct it there, or set AFTER_FREEZE=charge.`;
  if (settings.afterFreeze === 'hold')
    return {
      steps: oneOff,
      held: { reason: 'period-frozen', message },
      because: [{ rule: '7.5', text: message }],
      notes: [],
      extendTo: null,
    };
  const day = firstDay(nextOpenMonth(place, books));
  const steps = chargeSteps(billable, place, state, rest, day, null);
  const text = `frozen: catch-up of ${show(rest, billable.currency)} dated ${day}`;
  return {
    steps: [...oneOff, ...steps],
    held: null,
    because: [{ rule: '7.5', text }],
    notes: [],
    extendTo: lastDay(monthOf(day)),
  };
}

/** Bound of the search for an open month: contracts are not frozen further ahead. */
const OPEN_MONTHS_SEARCHED = 36;

function nextOpenMonth(place: Place, books: Books): Month {
  const id = place.contract?.id;
  const rows = books.rows.filter((row) => row.contractId === id && row.frozen);
  const charges = books.charges.filter(
    (charge) => charge.contractId === id && charge.billed && parseChargeKey(charge.key) !== null,
  );
  const start = place.contract ? monthOf(place.contract.startDay) : place.month;
  for (let ahead = 1; ahead <= OPEN_MONTHS_SEARCHED; ahead += 1) {
    const month = addMonths(place.month, ahead);
    const isTaken =
      rows.some((row) => monthOf(row.startDay) === month) || charges.some((charge) => monthOf(charge.day) === month);
    if (month >= start && !isTaken) return month;
  }
  throw new Error(`Contract ${id}: no open month within ${OPEN_MONTHS_SEARCHED} months after ${place.month}.`);
}
