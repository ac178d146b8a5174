import { invoiceLines, type InvoiceLine } from '../../../shared/billing/results/invoice.js';
import type {
  ChargeStanding,
  Ghost,
  Note,
  Plan,
  PlannedItem,
  RowFigures,
  Standing,
  Step,
} from '../../../shared/billing/plan-types.js';

/** A whole plan as text that a person who does the billing can check: nothing a plan decides or says is left out, but for digests. */
export function tell(plan: Plan): string {
  const nameOf = new Map(plan.items.map(({ id }, index) => [id, `#${index + 1}`]));
  const names = (ids: string[]): string => ids.map((id) => nameOf.get(id) ?? id).join(' ') || 'nobody';
  return [
    `${plan.organizationName}, ${plan.month} on ${plan.asOf}, company ${plan.companyId ?? 'none'}`,
    ...plan.items.flatMap((item) => tellItem(item, nameOf.get(item.id)!)),
    ...plan.ghosts.flatMap(tellGhost),
    ...plan.notes.map((note) => tellNote(note, nameOf)),
    ...plan.steps.flatMap((step) => tellStep(step, names)),
    ...invoiceLines(plan).map(tellInvoice),
    ...(plan.needs.length > 0 ? [`needs the neighbouring rows of ${plan.needs.join(' and ')}`] : []),
  ].join('\n');
}

function tellItem(item: PlannedItem, name: string): string[] {
  const rounding = [item.roundingSales, item.roundingCost].some((value) => Number(value) !== 0)
    ? `, exact ${item.exactSales} / ${item.exactCost}, rounding ${item.roundingSales} / ${item.roundingCost}`
    : '';
  return [
    `${name} ${item.outcome}${item.reason === null ? '' : ` ${item.reason}`}: ${item.type} "${item.productName}", ${item.lines} lines, quantity ${item.quantity}, ${item.sales} / ${item.cost} ${item.currency}${rounding}`,
    `   subscription ${item.subscriptionId ?? 'none'}, item code ${item.itemCode ?? 'none'}, contract ${item.contractId ?? 'new'} for ${item.contractKey}`,
    ...(item.message === null ? [] : [`   says: ${item.message}`]),
    ...item.because.map(({ rule, text }) => `   ${rule} ${text}`),
    ...(item.standing === null ? [] : tellStanding(item.standing)),
  ];
}

function tellStanding({ row, charges, before, after }: Standing): string[] {
  const figures = ({ units, sales, cost }: RowFigures): string => `${units} units ${sales} / ${cost}`;
  const unit = row?.unit
    ? `, unit ${row.unit.exact.sales} / ${row.unit.exact.cost} → ${row.unit.rounded.sales} / ${row.unit.rounded.cost}`
    : '';
  return [
    `   stands: ${before.sales} / ${before.cost} → ${after.sales} / ${after.cost}`,
    ...(row
      ? [
          `   row ${row.rowIds.join('+') || 'new'} on service ${row.serviceId ?? 'new'} ${row.serviceKey}${row.frozen ? ', frozen' : ''}: ${figures(row.before)} → ${figures(row.after)}${unit}`,
        ]
      : []),
    ...charges.map(tellCharge),
  ];
}

function tellCharge({ chargeId, key, day, billed, before, after }: ChargeStanding): string {
  const amounts = (side: ChargeStanding['before']): string => (side === null ? 'nothing' : `${side.sales} / ${side.cost}`);
  return `   charge ${chargeId ?? 'new'} ${key} of ${day}${billed ? ', billed' : ''}: ${amounts(before)} → ${amounts(after)}`;
}

const tellGhost = (ghost: Ghost): string[] => [
  `${ghost.outcome} by ${ghost.rule}: ${ghost.type} on contract ${ghost.contractId} for ${ghost.contractKey}, service ${ghost.serviceId ?? 'none'}, item code ${ghost.itemCode ?? 'none'}, quantity ${ghost.quantity}, ${ghost.sales} / ${ghost.cost} ${ghost.currency}`,
  `   says: ${ghost.message}`,
];

const tellNote = ({ code, itemId, message }: Note, nameOf: Map<string, string>): string =>
  `note ${code}${itemId === null ? '' : ` of ${nameOf.get(itemId)}`}: ${message}`;

function tellStep({ kind, items, summary, ...details }: Step, names: (ids: string[]) => string): string[] {
  const told = Object.entries(details).map(([name, value]) => `${name} ${value === null ? 'none' : shown(value)}`);
  return [`step ${kind} for ${names(items)}: ${summary}`, `   ${told.join(', ')}`];
}

const tellInvoice = ({ text, quantity, unitPrice, amount, currency, day, change, isGhost }: InvoiceLine): string =>
  `invoice of ${day}: ${text}, ${quantity} × ${unitPrice} = ${amount} ${currency}, ${change}${isGhost ? ', a ghost' : ''}`;

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : JSON.stringify(value));
