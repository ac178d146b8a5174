import { big, divide, grouped, plain, text, UNIT_PRICE_SCALE, ZERO } from '../basics/decimal.js';
import { numberedChargeKey, parseChargeKey } from '../basics/keys.js';
import { monthOf } from '../basics/month.js';
import { isNothing, showOf, subtract, type Billable, type Money, type Place, type State } from './standing.js';
import { same } from '../basics/text.js';
import type { Because, PostChargeStep, Step } from '../plan-types.js';
import type { Charge, Day, Decimal, Month } from '../types.js';

/** The updatable charge that carries what the row cannot (rules 7.4, 7.7, 7.8). */

/** Brings the open charge to `rest`: created, changed, or deleted when nothing is left. Further open ones are deleted, so that one remains. */
export function chargeSteps(
  billable: Billable,
  place: Place,
  state: State,
  { rest, day, quantity }: { rest: Money; day: Day; quantity: Decimal | null },
): Step[] {
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
  const key = kept?.key ?? numberedChargeKey(chargeKeyText(billable), nextNumber(billable, state.charges));
  return [
    ...deletions,
    chargeStep(billable, place, { action: kept ? 'update' : 'create', charge: kept ?? null, key, rest, day, quantity }),
  ];
}

/** The key as it is written: prefix in capitals, hash in lower case. */
const chargeKeyText = (billable: Billable): string => billable.chargeKeys[0]!.replace(/^cm/, 'CM');

const nextNumber = ({ chargeKeys }: Billable, charges: Charge[]): number =>
  charges.reduce((highest, { key }) => {
    const own = parseChargeKey(key);
    return own !== null && same(own.base, chargeKeys[0]) ? Math.max(highest, own.number) : highest;
  }, 0) + 1;

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
  const change = action === 'delete' ? 'deleted' : `${charge ? `${grouped(charge.price)} → ` : ''}${showOf(billable, rest)}`;
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

const chargeName = (billable: Billable, place: Place, isCatchUp: boolean): string =>
  chargeNameOf(billable.name, place.month, isCatchUp ? 'catch-up' : place.productKey !== null ? 'whole' : 'correction');

/** What customers read of a charge: the item's whole amount, what its row does not carry, or what a frozen month still owed. */
export function chargeNameOf(name: string, month: Month, kind: 'whole' | 'correction' | 'catch-up'): string {
  const suffix = `${kind === 'whole' ? '' : ` ${kind}`} ${month}`;
  return `${name.slice(0, CHARGE_NAME_LENGTH - suffix.length)}${suffix}`;
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

export function restBecause(state: State, row: Money, billable: Billable): Because[] {
  const rest = subtract(subtract(state.wanted, row), state.fixed);
  const billed = isNothing(state.fixed) ? '' : `, ${showOf(billable, state.fixed)} already billed`;
  return isNothing(rest)
    ? []
    : [{ rule: '7.4', text: `charge of ${showOf(billable, rest)}: what the row does not carry${billed}` }];
}
