import { asCalled } from '../terminal/called.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import { equationOf } from '../terminal/equation.js';
import {
  commandFor,
  commandOf,
  differenceText,
  reasonInWords,
  signed,
  type Addressee,
} from '../../shared/billing/results/advice.js';
import { advised, command, type Advised } from '../../shared/billing/basics/command.js';
import { amountText, big, type Big, grouped, money, moneyText, sum } from '../../shared/billing/basics/decimal.js';
import { salesText } from '../../shared/billing/basics/sales-text.js';
import { describeStep, markOf } from '../../shared/billing/derivation/describe.js';
import type { Mark } from '../../shared/billing/basics/step-kinds.js';
import type { Effort } from '../../shared/autotask/effort.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { groupBy, same } from '../../shared/billing/basics/text.js';
import type { Ghost, Plan, PlannedItem, Sides, Step } from '../../shared/billing/plan-types.js';
import type { Decimal } from '../../shared/billing/types.js';
import { unlinkedOf, unlinkedSum, unlinkedText, type Unlinked } from '../../shared/billing/report/unlinked.js';
import { marginOf } from '../../shared/report/margin.js';
import { onTerminal } from '../terminal/printable.js';
import { bounded, fitted, LINES_AT_MOST } from '../terminal/fit.js';
import { advice, paint, wrap, type Paper } from '../terminal/paper.js';
import { UNREAD_SHOWN, unreadSection } from '../terminal/unread.js';

/** A plan as people read it, before anything is written: `+` new, `~` changed with old → new, `-` to nothing, `!` held, with reason and what to do. */

/** A plan, and last month's sales for comparison. */
export interface ShownPlan extends Plan {
  /** Sales of the same part of last month's report by currency (rule 1.4). */
  previousSales: Record<string, Decimal>;
  /** How many of last month's lines cannot be read, and are not in it; absent where all can. */
  previousUnread?: number;
}

export interface ShownMonth {
  plans: ShownPlan[];
  /** The reconciliation as it would be after the steps. */
  result: MonthResult;
  effort: Effort;
  /** Why there is nothing to plan, where there is not. */
  nothingDue: Advised[];
  /** That the month is closed; null or absent where it is not. */
  closed?: string | null;
  /** Every organization and every line, however many. */
  isFull?: boolean | undefined;
}

export const renderPlans = onTerminal(plansText);

/** The sums stand first, so that the first screen says what the plan comes to, and last, where a person looks when it has scrolled by. */
function plansText({ plans, result, effort, nothingDue, closed = null, isFull = false }: ShownMonth, paper: Paper): string {
  const sums = wrap(summary(plans, result, effort), paper);
  const before = [
    ...(closed === null ? [] : [wrap(`${closed} ${NOT_WITHOUT_RELEASE}`, paper)]),
    ...nothingDue.map((why) => advice(why, paper)),
  ];
  const after = [
    ...unlinkedSection(plans, paper),
    ...unreadSection(result, paper, UNREAD_SHOWN),
    ...(result.remarks ?? []).map((remark) => wrap(remark, paper)),
    sums,
  ];
  const { blocks, left } = fitted(
    plans.filter(says).sort(byWeight),
    (plan, entries) => renderPlan(plan, paper, entries),
    [sums, ...before, ...after],
    isFull ? Infinity : LINES_AT_MOST,
  );
  const rest = left.length === 0 ? [] : [wrap(theRest(left), paper)];
  return [...(blocks.length > 1 ? [sums] : []), ...before, ...blocks, ...rest, ...after].join('\n\n');
}

/** What that means for a plan. */
export const NOT_WITHOUT_RELEASE = 'Nothing is written until each customer is released.';

const UNLINKED_SHOWN = 10;

/** Customers of the plan that have lines and no company (3.1), the largest first. */
export const unlinkedIn = (plans: Plan[]): Unlinked[] =>
  unlinkedOf(
    plans.flatMap(({ organizationId, organizationName, items }) =>
      items
        .filter(({ reason }) => reason === 'company-id-missing')
        .map(({ currency, sales, lines }) => ({ organizationId, organizationName, currency, sales, lines })),
    ),
  );

function unlinkedSection(plans: Plan[], paper: Paper): string[] {
  const found = unlinkedIn(plans);
  if (found.length === 0) return [];
  const text = `Without an Autotask company, and not exported, ${unlinkedSum(found)}: ${unlinkedText(found, UNLINKED_SHOWN)}.`;
  return [advice(advised(text, command('companies', 'match')), paper)];
}

const says = (plan: Plan): boolean =>
  plan.steps.length > 0 || plan.items.some(({ outcome }) => outcome !== 'posted') || plan.ghosts.length > 0;

/** Held first, then the larger amounts. */
const byWeight = (left: Plan, right: Plan): number => weight(right).cmp(weight(left));
const HELD_FIRST = 1_000_000_000_000;
const weight = ({ items }: Plan): Big =>
  sum(items.map(({ sales }) => big(sales).abs())).plus(items.some(({ outcome }) => outcome === 'held') ? HELD_FIRST : 0);

function theRest(plans: Plan[]): string {
  const steps = plans.flatMap((plan) => plan.steps);
  const held = plans.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'held'));
  return `… and ${plans.length} more organizations with ${counted(steps, held.length)}. All of them: --full, --html FILE or --out FILE; one: --organization NAME.`;
}

// ---------------------------------------------------------------------------------------------------------------- one organization

function renderPlan(plan: ShownPlan, paper: Paper, entries: number): string {
  const some = (lines: string[]): string[] => bounded(lines, entries);
  const company = plan.companyId === null ? 'no company' : `company ${plan.companyId}`;
  return [
    `${paint(paper, 'bold', plan.organizationName)} (${plan.organizationId}), ${company}`,
    ...some(plan.steps.map((step) => stepLine(step, plan, paper))),
    ...some(heldLines(plan, paper)),
    ...onReleaseLines(plan, paper, entries),
    ...some(plan.ghosts.flatMap((ghost) => ghostLines(ghost, plan, paper))),
    ...quietLines(plan).map((line) => wrap(line, paper, '    ')),
    ...some(plan.notes.map(({ message }) => wrap(message, paper, '    '))),
    ...(plan.steps.length > 0 ? [paint(paper, 'dim', `    digest ${plan.digest}`)] : []),
  ].join('\n');
}

const COLOURS = { '+': 'green', '~': 'yellow', '-': 'red', '!': 'red' } as const;

const marked = (mark: Mark | '!', text: string, paper: Paper): string => {
  const lines = wrap(text, paper, '    ');
  return `  ${paint(paper, COLOURS[mark], mark)}${lines.slice(3)}`;
};

const stepLine = (step: Step, plan: Plan, paper: Paper): string => marked(markOf(step, plan), describeStep(step, plan), paper);

/** What is held, one paragraph per cause: how much, why, which items, and the command to continue with. */
function heldLines(plan: Plan, paper: Paper): string[] {
  const causes = groupBy(
    plan.items.filter(({ outcome }) => outcome === 'held'),
    (item) => `${item.reason}|${item.message}`,
  );
  return [...causes.values()].map((items) => {
    const [{ reason, message }] = items;
    const command = commandOf(items[0], addresseeOf(plan));
    return [
      marked('!', `${namesOf(items)}: ${salesText(items)} held (${reasonInWords(reason ?? '')})`, paper),
      wrap(message ?? '', paper, '      '),
      ...items
        .flatMap(standingOf)
        .slice(0, STANDINGS_SHOWN)
        .map((line) => wrap(line, paper, '      ')),
      ...(command === null ? [] : [paint(paper, 'cyan', `      ${command}`)]),
    ].join('\n');
  });
}

/** What would be written of what breakers hold, once somebody releases it. */
function onReleaseLines({ onRelease = [] }: Plan, paper: Paper, entries: number): string[] {
  if (onRelease.length === 0) return [];
  return [
    '    Once released:',
    ...bounded(
      onRelease.map(({ mark, text }) => marked(mark, text, paper)),
      entries,
    ),
  ];
}

const addresseeOf = ({ month, organizationId, digest }: Plan): Addressee => ({ month, organizationId, planDigest: digest });

const STANDINGS_SHOWN = 5;

/** What Autotask holds for a held item, and what the report says. */
const standingOf = (item: PlannedItem): string[] =>
  item.standing === null ? [] : [`${item.productName}: ${differenceText(item, [])}`];

function ghostLines(ghost: Ghost, plan: Plan, paper: Paper): string[] {
  if (ghost.outcome !== 'ghost') return [];
  const text = `${ghost.itemCode ?? typeInWords(ghost.type)}: ${amountText(ghost.sales, ghost.currency)} without a line in the report (ghost)`;
  const command = paint(paper, 'cyan', `      ${asCalled(ghost.command ?? commandFor('ghost', addresseeOf(plan)) ?? '')}`);
  return [[marked('!', text, paper), wrap(ghost.message, paper, '      '), command].join('\n')];
}

const NAMES_SHOWN = 3;
function namesOf(items: PlannedItem[]): string {
  const names = [...new Set(items.map(({ productName }) => productName))];
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
}

/** What asks for nothing, in counts: left out on purpose, in balance already, waiting for the report; and last month compared with this one. */
function quietLines(plan: ShownPlan): string[] {
  const changed = new Set(plan.steps.flatMap(({ items }) => items));
  const balanced = plan.items.filter(({ id, outcome }) => outcome === 'posted' && !changed.has(id));
  const excluded = groupBy(
    plan.items.filter(({ outcome }) => outcome === 'excluded'),
    ({ reason }) => reason ?? '',
  );
  const awaiting = plan.ghosts.filter(({ outcome }) => outcome === 'awaiting');
  return [
    ...(balanced.length === 0 ? [] : [`${balanced.length} in balance: ${salesText(balanced)}`]),
    ...[...excluded].map(
      ([reason, items]) => `${items.length} excluded (${reasonInWords(reason)}): ${salesText(items)}, ${namesOf(items)}`,
    ),
    ...(awaiting.length === 0 ? [] : [`${awaiting.length} of last month stay until the report arrives: ${salesText(awaiting)}`]),
    ...differences(plan).map((text) => `sales ${text}`),
    ...marginsOf(plan).map((text) => `margin ${text}`),
  ];
}

/** What is left of the month's sales after cost, in each currency: "988.00 EUR, 12.1 % of sales". */
export function marginsOf({ items }: Pick<Plan, 'items'>): string[] {
  const currencies = groupBy(items, ({ currency }) => currency.toUpperCase());
  return [...currencies].map(([currency, group]) => {
    const sides = { sales: total(group, ({ sales }) => sales), cost: total(group, ({ cost }) => cost) };
    return marginText(sides, currency);
  });
}

const total = (items: PlannedItem[], side: (item: PlannedItem) => Decimal): Decimal => sum(items.map(side)).toFixed();

function marginText(sides: Sides, currency: string): string {
  const { amount, share } = marginOf(sides, currency);
  return `${amountText(amount, currency)}${share === null ? '' : `, ${share} % of sales`}`;
}

/** This month's sales compared with last month's, in each currency of either. */
export function differences({ items, previousSales, previousUnread = 0 }: ShownPlan): string[] {
  const currencies = new Set([...items.map(({ currency }) => currency.toUpperCase()), ...Object.keys(previousSales)]);
  return [...currencies].map((currency) => {
    const now = sum(items.filter((item) => same(item.currency, currency)).map(({ sales }) => sales));
    const words = previousUnread === 0 ? '' : `; ${previousUnread} of last month's lines cannot be read and are left out`;
    return `${against(now, big(previousSales[currency] ?? '0'), currency)}${words}`;
  });
}

function against(now: Big, before: Big, currency: string): string {
  if (before.eq(0)) return `${moneyText(now, currency)}, none last month`;
  return `${moneyText(now, currency)}, last month ${grouped(money(before, currency))} (${signed(now.minus(before), currency)})`;
}

// ---------------------------------------------------------------------------------------------------------------- the month

function summary(plans: ShownPlan[], result: MonthResult, effort: Effort): string {
  const { report, currency, otherCurrencies } = result;
  const items = plans.flatMap((plan) => plan.items);
  const previous = sum(plans.map(({ previousSales }) => previousSales[currency.toUpperCase()] ?? '0'));
  const others = otherCurrencies.map((other) => `; ${amountText(other.report.sales, other.currency)}`).join('');
  const steps = plans.flatMap((plan) => plan.steps.map((step) => markOf(step, plan)));
  return [
    `Plan: ${countedMarks(steps, items.filter(({ outcome }) => outcome === 'held').length)}.`,
    `After it: report ${equationOf(result)}${others}.`,
    `Sales ${against(big(report.sales), previous, currency)}.`,
    `Margin ${marginText(report, currency)}.`,
    steps.length === 0
      ? 'Nothing to write.'
      : `Carrying it out takes about ${grouped(String(effort.calls))} calls to Autotask and ${minutes(effort.minutes)}. Nothing was written.`,
  ].join(' ');
}

function counted(steps: Step[], held: number): string {
  return `${grouped(String(steps.length))} steps${held > 0 ? ` and ${grouped(String(held))} held` : ''}`;
}

function countedMarks(marks: Mark[], held: number): string {
  const count = (mark: Mark): string => grouped(String(marks.filter((other) => other === mark).length));
  return `${count('+')} new, ${count('~')} changed, ${count('-')} to nothing, ${grouped(String(held))} held`;
}

const minutes = (count: number): string =>
  count < 120 ? `${count} ${count === 1 ? 'minute' : 'minutes'}` : `${Math.ceil(count / 60)} hours`;
