import { amountText, grouped, unitPriceText } from '../basics/decimal.js';
import { isManual } from '../report/items.js';
import { same } from '../basics/text.js';
import type { Because, EnsureServiceStep, Item, PlannedItem } from '../plan-types.js';
import type { Contract, Day, Decimal, Price, Service } from '../types.js';
import { PRODUCTS, SHARED_SERVICES, typeInWords } from '../basics/record-types.js';

/** The sentences of a derivation that are not about amounts: what kind of item it is, on which contract and service it is billed. */

/** From lines to the item's totals (rules 2 and 4). */
export function itemBecause(item: Item): Because[] {
  const manual = item.lines.filter(isManual).length;
  const sums = `${count(item.lines.length, 'line')}: sales ${grouped(item.exactSales)} → ${grouped(item.sales)}, cost ${grouped(item.exactCost)} → ${amountText(item.cost, item.currency)}`;
  return [
    { rule: '2.1', text: `record type ${typeInWords(item.type)}` },
    ...(manual === 0 ? [] : [{ rule: '2.3', text: `${count(manual, 'manual line')} of its subscription included` }]),
    { rule: '4.1', text: `one item: ${[item.subscriptionId ?? 'no subscription id', item.itemCode].filter(Boolean).join(', ')}` },
    { rule: '4.2', text: `${sums}, highest quantity ${item.quantity}` },
    ...(item.isOneOff ? [{ rule: '4.4', text: 'one-off: paid for more than a month at once' }] : []),
    ...(item.recurring === null
      ? []
      : [
          {
            rule: '4.4',
            text: `${item.recurring.quantity} for ${grouped(item.recurring.sales)} / ${amountText(item.recurring.cost, item.currency)} recur and belong on the row; the rest is paid once`,
          },
        ]),
  ];
}

/** Rule 3.5: what becomes of a cost that Autotask has in another currency. */
export const bookedBecause = (item: Item, { cost, currency, rate }: NonNullable<PlannedItem['booked']>): Because => ({
  rule: '3.5',
  text: `cost ${amountText(item.exactCost, item.currency)} × ${rate} = ${amountText(cost, currency)}, at the month's rate`,
});

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

/** The service or product the item is billed on (5.2, 5.3). `step` is what makes or changes it. */
export function catalogueBecause(
  item: Item,
  found: Service | null,
  step: EnsureServiceStep | null,
  priced: Price | undefined,
): Because {
  const product = PRODUCTS[item.type];
  if (product) return { rule: '5.3', text: `product ${product.name} (${product.key})` };
  const listed = priced ? 'from the price list' : 'not on the price list';
  const price = (unit: Decimal): string => unitPriceText(unit, item.currency);
  const source = SHARED_SERVICES[item.type] ? 'for all contracts' : listed;
  if (found === null)
    return {
      rule: '5.2',
      text: step ? `new service ${step.name}, ${price(step.unitPrice)} / ${price(step.unitCost)} ${source}` : 'no service needed',
    };
  const change = step ? `, price ${price(found.unitPrice)} → ${price(step.unitPrice)} ${source}` : '';
  if (step?.reactivates)
    return {
      rule: '5.2',
      text: `service ${found.id} (${found.name}), reactivated for ${step.serviceKey}${change}`,
    };
  return { rule: '5.2', text: `service ${found.id} (${found.name}), found by ${found.key}${change}` };
}

interface ContractBecauseInput {
  contract: Contract | null;
  firstDay: Day;
  end: Day;
  isNeeded: boolean;
}

/** The contract the item is billed on (6.1 to 6.4). `end` is its last day as the plan leaves it. */
export function contractBecause(contractKey: string, { contract, firstDay, end, isNeeded }: ContractBecauseInput): Because[] {
  if (contract === null)
    return [
      { rule: '6.1', text: `no contract carries ${contractKey}` },
      ...(isNeeded
        ? [
            { rule: '6.2', text: `new contract from ${firstDay}` },
            { rule: '6.3', text: `until ${end}` },
          ]
        : []),
    ];
  const by = same(contract.subscriptionId, contractKey) ? 'subscription id' : 'number';
  return [
    { rule: '6.1', text: `contract ${contract.id} (${contract.name}), found by its ${by}` },
    ...(contract.endDay < end ? [{ rule: '6.4', text: `extended from ${contract.endDay} to ${end}` }] : []),
  ];
}
