import { chargeNameOf } from '../amounts/charge.js';
import { big, divide, text, UNIT_PRICE_SCALE } from '../basics/decimal.js';
import { monthOf } from '../basics/month.js';
import { fold, groupBy, OncePer } from '../basics/text.js';
import type { ChargeStanding, Ghost, Plan, PlannedItem, PostAdjustmentStep, PostChargeStep, Step } from '../plan-types.js';
import type { Day, Decimal } from '../types.js';
import { isChargeType } from '../basics/record-types.js';

/** What the customer's invoice will read once a plan is carried out and the month is approved: a line per row with units, and one per charge. */
export interface InvoiceLine {
  text: string;
  quantity: string;
  unitPrice: Decimal;
  amount: Decimal;
  /** What it costs the broker; on no invoice. */
  cost: Decimal;
  /** The amount in Autotask now; null where nothing stands. */
  before: Decimal | null;
  currency: string;
  /** Day of the charge, or first of the month; a catch-up is on the invoice of the month it is posted in. */
  day: Day;
  /** Against what stands in Autotask now. */
  change: 'new' | 'changed' | 'same';
  /** Money that no line of the report explains (rule 8): it is still invoiced. */
  isGhost: boolean;
}

/** All lines of the organization's month. Their amounts of posted items add up to what the plan posts. */
export function invoiceLines(plan: Plan): InvoiceLine[] {
  return [
    ...plan.items.flatMap((item) => itemLines(item, plan)),
    ...plan.ghosts.filter(isStanding).map((ghost) => ghostLine(ghost, plan)),
  ];
}

/** What carries on into next month is on that month's invoice (7.6). */
const isStanding = ({ outcome, rule }: Ghost): boolean => outcome !== 'zeroed' && rule !== '7.6';

function itemLines(item: PlannedItem, plan: Plan): InvoiceLine[] {
  const { standing, currency } = item;
  if (standing === null) return [];
  const { row, charges } = standing;
  const rowLine: InvoiceLine[] =
    row === null || (row.after.units === 0 && big(row.after.sales).eq(0))
      ? []
      : [
          {
            text: rowText(item, plan),
            quantity: String(row.after.units),
            unitPrice: row.unit?.rounded.sales ?? unitPrice(row.after.sales, row.after.units),
            amount: row.after.sales,
            cost: row.after.cost,
            before: row.before.units === 0 && big(row.before.sales).eq(0) ? null : row.before.sales,
            currency,
            day: `${plan.month}-01`,
            change:
              row.before.units === 0
                ? 'new'
                : big(row.before.sales).eq(row.after.sales) && row.before.units === row.after.units
                  ? 'same'
                  : 'changed',
            isGhost: false,
          },
        ];
  return [
    ...rowLine,
    ...charges.flatMap(({ chargeId, key, day, before, after }): InvoiceLine[] =>
      after === null
        ? []
        : [
            {
              ...chargeText(item, plan, { chargeId, key, day }, after.sales),
              amount: after.sales,
              cost: after.cost,
              before: before?.sales ?? null,
              currency,
              day,
              change: before === null ? 'new' : big(before.sales).eq(after.sales) ? 'same' : 'changed',
              isGhost: false,
            },
          ],
    ),
  ];
}

const unitPrice = (amount: Decimal, units: number): Decimal =>
  units === 0 ? amount : text(divide(big(amount), big(units), UNIT_PRICE_SCALE), UNIT_PRICE_SCALE);

const adjustmentsByItem = new OncePer((steps: Step[]) => {
  const adjustments = steps.filter((step): step is PostAdjustmentStep => step.kind === 'postAdjustment');
  return groupBy(
    adjustments.flatMap((step) => step.items.map((id) => ({ id, step }))),
    ({ id }) => id,
  );
});
const chargesByKey = new OncePer((steps: Step[]) =>
  groupBy(
    steps.filter((step): step is PostChargeStep => step.kind === 'postCharge'),
    ({ chargeId, chargeKey }) => keyOf(chargeId, chargeKey),
  ),
);

/** By id as well: of two charges with one key one is deleted, the other carries. */
const keyOf = (chargeId: number | null, key: string): string => `${chargeId}|${fold(key)}`;

/** Rule 5.4: the text a new contract service gets. An existing one has it from then, unless a person changed it. */
const rowText = ({ id, productName }: PlannedItem, { steps }: Plan): string =>
  adjustmentsByItem.of(steps).get(id)?.[0].step.invoiceDescription ?? productName;

function chargeText(
  item: PlannedItem,
  { steps, month }: Plan,
  { chargeId, key, day }: Pick<ChargeStanding, 'chargeId' | 'key' | 'day'>,
  amount: Decimal,
): Pick<InvoiceLine, 'text' | 'quantity' | 'unitPrice'> {
  const [step] = chargesByKey.of(steps).get(keyOf(chargeId, key)) ?? [];
  if (step) return { text: step.name, quantity: step.quantity, unitPrice: step.unitPrice };
  const kind = monthOf(day) !== month ? 'catch-up' : isChargeType(item.type) ? 'whole' : 'correction';
  return { text: chargeNameOf(item.productName, month, kind), quantity: '1', unitPrice: amount };
}

const ghostLine = (ghost: Ghost, { month }: Plan): InvoiceLine => ({
  text: ghost.itemCode ?? ghost.type,
  quantity: ghost.quantity,
  unitPrice: unitPrice(ghost.sales, big(ghost.quantity).toNumber()),
  amount: ghost.sales,
  cost: ghost.cost,
  before: ghost.sales,
  currency: ghost.currency,
  day: `${month}-01`,
  change: 'same',
  isGhost: true,
});
