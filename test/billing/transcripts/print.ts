import { invoiceLines, type InvoiceLine } from '../../../shared/billing/results/invoice.js';
import type {
  Because,
  ChargeStanding,
  Ghost,
  Note,
  Plan,
  PlannedItem,
  RowFigures,
  RowStanding,
  Sides,
  Standing,
} from '../../../shared/billing/plan-types.js';
import { printStep } from './print-steps.js';
import { firstOf, grouped, isAmount, shown, unlike } from './words.js';

/**
 * A whole plan as text that a person who does the billing can check. Everything a plan decides or says is in it, but for digests: what is left out is
 * what follows from the lines before it or from the ordinary world, compared member by member. What does not follow is shown.
 */
export function printPlan(plan: Plan): string[] {
  const numbers = new Map(plan.items.map(({ id }, index) => [id, `#${index + 1}`]));
  const alone = plan.items.length === 1 ? plan.items[0]!.id : null;
  /** Whose a note or a step is; unsaid of the only item. */
  const of = (items: string[], word: string): string =>
    items.length === 1 && items[0] === alone ? '' : `${word} ${items.map((id) => numbers.get(id) ?? id).join(' ') || 'no item'}`;
  return [
    ...(plan.organizationName === 'Contoso' && plan.companyId === 7
      ? []
      : [`${plan.organizationName}, company ${shown(plan.companyId)}`]),
    ...plan.items.flatMap((item) => printItem(item, plan, alone === null ? `${numbers.get(item.id)} ` : '')),
    ...plan.ghosts.flatMap(printGhost),
    ...plan.notes.map(
      ({ code, itemId, message }: Note) => `note ${code}${of(itemId === null ? [] : [itemId], ' of')}: ${message}`,
    ),
    ...plan.steps.map((step) => printStep(step, plan, of(step.items, ' for'))),
    ...(plan.onRelease ?? []).map(({ mark, text }) => `on release ${mark} ${text}`),
    ...invoiceLines(plan).map((line) => printInvoice(line, plan)),
    ...(plan.needs.length > 0 ? [`needs the neighbouring rows of contract ${plan.needs.join(' and ')}`] : []),
  ];
}

// ------------------------------------------------------------------------------------------------------------------- items

const ORDINARY = {
  type: 'Csp365Nce',
  subscriptionId: '11111111-1111-4111-8111-111111111111',
  itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
} as const;

function printItem(item: PlannedItem, plan: Plan, number: string): string[] {
  const { outcome, reason, message, productName, quantity, sales, cost, currency, because, standing } = item;
  const { exactSales, exactCost, roundingSales, roundingCost } = item;
  const { type, subscriptionId, itemCode, contractKey, contractId, lines, booked, command } = item;
  const usual = { ...ORDINARY, contractKey: subscriptionId, contractId: contractIn(because), lines: 1 };
  const others = unlike({ type, itemCode, contractKey, contractId, lines, booked, command }, usual);
  const isRounded = [roundingSales, roundingCost].some((value) => Number(value) !== 0);
  const isExact = Number(exactSales) === Number(sales) && Number(exactCost) === Number(cost);
  const exact = isExact && !isRounded ? '' : `, exact ${exactSales} / ${exactCost}, rounding ${roundingSales} / ${roundingCost}`;
  return [
    `${number}${outcome}${reason === null ? '' : ` ${reason}`}: ${shown(subscriptionId)} ${productName}, ${quantity} for ${sales} / ${cost} ${currency}${contractOf(item)}${exact}${others}`,
    ...(isSaid(message, item) ? [] : [`  says: ${shown(message)}`]),
    ...printBecause(item),
    ...(standing === null ? [] : printStanding(standing, item, plan)),
  ];
}

/** Whether the derivation has the message, or there is neither a reason nor a message. */
const isSaid = (message: string | null, { reason, because }: PlannedItem): boolean =>
  message === null ? reason === null : because.some(({ text }) => text === message);

/** The contract that rule 6.1 names, or null. */
const contractIn = (because: Because[]): number | null => {
  const said = because.find(({ rule }) => rule === '6.1')?.text ?? '';
  return Number(/^contract (\d+) \(/.exec(said)?.[1] ?? NaN) || null;
};

/** The derivation without what the lines around it show, and what it says of every item: its type, its key, sums that are those of its only line. */
function printBecause(item: PlannedItem): string[] {
  const { because, subscriptionId, itemCode, lines, quantity, exactSales, exactCost, sales, cost, currency, standing } = item;
  const sums = `sales ${grouped(exactSales)} → ${grouped(sales)}, cost ${grouped(exactCost)} → ${grouped(cost)} ${currency}`;
  const always = new Map([
    ['2.1', 'record type Microsoft 365 (NCE)'],
    ['4.1', `one item: ${subscriptionId}, ${itemCode}`],
    ['4.2', lines === 1 ? `1 line: ${sums}, highest quantity ${quantity}` : ''],
  ]);
  const left = [...always.keys(), ...(standing?.row?.serviceId === 50 ? ['5.2'] : [])];
  const isShown = ({ rule, text }: Because): boolean =>
    !(always.has(rule) && always.get(rule) === text) &&
    !(rule === '6.1' && text in contractWords(item)) &&
    !(rule === '5.2' && text === ordinaryService(item));
  const missing = left.filter((rule) => !because.some((one) => one.rule === rule));
  return [
    ...because.filter(isShown).map(({ rule, text }) => `  ${rule} ${text}`),
    ...missing.map((rule) => `  ${rule} says nothing`),
    ...(isOrdered(because) ? [] : [`  in the order ${because.map(({ rule }) => rule).join(', ')}`]),
  ];
}

/** In which order the lines of a derivation come that may be left out, and those between them; the rest comes behind. */
const ORDER = ['2.1', '2.3', '4.1', '4.2', '4.4', '2.2', '3.1', '3.2', '3.3', '3.4', '6.1', '6.2', '6.3', '6.4', '5.2', '5.3'];
const isOrdered = (because: Because[]): boolean => {
  const places = because.map(({ rule }) => ORDER.indexOf(rule)).filter((place) => place >= 0);
  const sorted = [...new Set(places)].sort((left, right) => left - right);
  return places.join() === sorted.join() && because.slice(0, places.length).every(({ rule }) => ORDER.includes(rule));
};

/** What rule 6.1 says of a contract with the ordinary name, and of none, in short. */
const contractWords = ({ contractId, contractKey }: PlannedItem): Record<string, string> => ({
  [`contract ${contractId} (Business Premium – Premium for everybody), found by its subscription id`]: ` on contract ${contractId}`,
  [`no contract carries ${contractKey}`]: ' on a new contract',
});
const contractOf = (item: PlannedItem): string =>
  item.because.map(({ rule, text }) => (rule === '6.1' ? contractWords(item)[text] : undefined) ?? '').join('');

/** What rule 5.2 says of the ordinary service; its row has the id. */
const ordinaryService = ({ itemCode, standing }: PlannedItem): string | null =>
  standing?.row?.serviceId === 50 ? `service 50 (Business Premium (1 year, paid monthly)), found by ${itemCode}` : null;

// ------------------------------------------------------------------------------------------------------------------- what stands

const sides = ({ sales, cost }: Sides): string => `${sales} / ${cost}`;

function printStanding({ row, charges, before, after }: Standing, item: PlannedItem, plan: Plan): string[] {
  const [only, ...others] = [...(row ? [row] : []), ...charges];
  const isSame = (all: Sides, part: Sides | null): boolean => sides(all) === sides(part ?? NOTHING);
  const isAll = only !== undefined && others.length === 0 && isSame(before, only.before) && isSame(after, only.after);
  return [
    ...(row ? [printRow(row, item)] : []),
    ...charges.map((charge) => printCharge(charge, plan)),
    ...(isAll ? [] : [`  together ${sides(before)} → ${sides(after)}`]),
  ];
}
const NOTHING = { sales: '0.00', cost: '0.00' };

function printRow(
  { serviceId, serviceKey, rowIds, frozen, before, after, unit }: RowStanding,
  { itemCode, because }: PlannedItem,
): string {
  const figures = (one: RowFigures): string => `${one.units} for ${sides(one)}`;
  const isUsual =
    unit === null || because.some(({ text }) => text.includes(` × ${unit.rounded.sales} (cost ${unit.rounded.cost}) `));
  const isExact =
    unit === null || (isAmount(unit.exact.sales, unit.rounded.sales) && isAmount(unit.exact.cost, unit.rounded.cost));
  const written = [
    ...(after.units === before.units && sides(after) === sides(before) ? [] : [` → ${figures(after)}`]),
    ...(unit === null && sides(after) !== sides(before) ? [', no unit price'] : []),
    ...(isExact ? [] : [`, unit ${sides(unit.exact)}`]),
    ...(isUsual ? [] : [`, written ${sides(unit.rounded)}`]),
  ].join('');
  const others = unlike({ serviceKey, frozen }, { serviceKey: itemCode!, frozen: false });
  const place = serviceId === null ? '' : ` of service ${serviceId}`;
  return `  row ${rowIds.join(' and ') || 'new'}${place}${others}: ${figures(before)}${written}`;
}

function printCharge({ chargeId, key, day, billed, before, after }: ChargeStanding, plan: Plan): string {
  const amounts = (side: ChargeStanding['before']): string => (side === null ? 'nothing' : sides(side));
  const others = unlike({ day, billed }, { day: firstOf(plan), billed: false });
  const becomes = amounts(before) === amounts(after) ? '' : ` → ${amounts(after)}`;
  return `  charge ${chargeId ?? 'new'} ${key}${others}: ${amounts(before)}${becomes}`;
}

function printGhost(ghost: Ghost): string[] {
  const { outcome, rule, contractId, quantity, sales, cost, currency, message, ...rest } = ghost;
  const usual = { ...ORDINARY, contractKey: ORDINARY.subscriptionId, serviceId: 50 };
  return [
    `${outcome} by ${rule}: on contract ${contractId}, ${quantity} for ${sales} / ${cost} ${currency}${unlike(rest, usual)}`,
    `  says: ${message}`,
  ];
}

// ------------------------------------------------------------------------------------------------------------------- what customers read

const printInvoice = ({ text, quantity, unitPrice, amount, currency, day, change, isGhost }: InvoiceLine, plan: Plan): string =>
  `invoice${day === firstOf(plan) ? '' : ` of ${day}`}: ${text}, ${quantity} × ${unitPrice} = ${amount} ${currency}, ${change}${isGhost ? ', a ghost' : ''}`;
