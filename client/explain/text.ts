import type { Day, Month } from '../../shared/billing/types.js';
import type { ExplainedItem, ExplainedLine, Explanation } from '../../shared/billing/results/explain.js';
import { reasonInWords } from '../../shared/billing/results/advice.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import { big, grouped } from '../../shared/billing/basics/decimal.js';
import type { Because, Ghost, RowFigures, Sides, Standing } from '../../shared/billing/plan-types.js';
import { statusInWords, type OrganizationStatus } from '../../shared/billing/results/status.js';
import { onTerminal } from '../terminal/printable.js';
import { paint, wrap, type Paper } from '../terminal/paper.js';
import { table, type Column } from '../terminal/table.js';

/** An explanation, and whose it is. */
export interface Explained extends Explanation {
  month: Month;
  asOf: Day;
  organizationId: string;
  organizationName: string;
  status: OrganizationStatus;
}

/** Why an amount is what it is: the report's lines, the rules by number, and what stands in Autotask before and after. */
export const renderExplanation = onTerminal(explanation);

function explanation(explained: Explained, paper: Paper): string {
  const { month, asOf, organizationName, organizationId, status, contractKey, items, ghosts } = explained;
  return [
    wrap(
      `${month} as of ${asOf}: subscription ${contractKey} of ${organizationName} (${organizationId}), ${statusInWords(status)}`,
      paper,
    ),
    ...items.map((item) => renderItem(item, paper)),
    ...ghosts.map((ghost) => renderGhost(ghost, paper)),
  ].join('\n\n');
}

function renderItem({ item, lines, steps, notes }: ExplainedItem, paper: Paper): string {
  const reason = item.reason === null ? '' : ` (${reasonInWords(item.reason)})`;
  const contract = item.contractId === null ? 'no contract yet' : `contract ${item.contractId}`;
  return [
    paint(paper, 'bold', `${item.productName}: ${pair(item)} ${item.currency}, ${item.outcome}${reason}, ${contract}`),
    section('From the report (sales / cost)', lineTable(lines), paper),
    section('By the rules', rules(item.because, paper), paper),
    section(
      'In Autotask (sales / cost)',
      item.standing === null ? '  not checked' : standing(item.standing, item.currency),
      paper,
    ),
    ...(steps.length === 0
      ? []
      : [section('Steps', steps.map(({ summary }) => wrap(summary, paper, '  ', '    ')).join('\n'), paper)]),
    ...(notes.length === 0
      ? []
      : [section('Notes', notes.map(({ message }) => wrap(message, paper, '  ', '    ')).join('\n'), paper)]),
  ].join('\n');
}

const section = (title: string, body: string, paper: Paper): string => `${paint(paper, 'cyan', title)}\n${body}`;
const pair = ({ sales, cost }: Sides): string => `${grouped(sales)} / ${grouped(cost)}`;

const LINE_COLUMNS: Column[] = [
  { title: 'billed' },
  { title: 'charge' },
  { title: 'covers' },
  { title: 'quantity', align: 'right' },
  { title: 'sales', align: 'right' },
  { title: 'cost', align: 'right' },
];

/** A quantity in brackets does not count for the highest (rule 4.2). */
function lineTable(lines: ExplainedLine[]): string {
  const rows = lines.map(({ billingDate, type, chargeType, startDay, endDay, quantity, countsForQuantity, sales, cost }) => [
    billingDate,
    chargeType ?? type,
    startDay === null ? '' : `${startDay}–${endDay ?? ''}`,
    countsForQuantity ? quantity : `(${quantity})`,
    grouped(sales),
    grouped(cost),
  ]);
  return table(LINE_COLUMNS, rows)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

const RULE_WIDTH = 6;
const rules = (because: Because[], paper: Paper): string =>
  because.map(({ rule, text }) => wrap(text, paper, `  ${rule.padEnd(RULE_WIDTH)}`)).join('\n');

function standing({ row, charges, before, after }: Standing, currency: string): string {
  const figures = ({ units, ...sides }: RowFigures): string => `${units} units ${pair(sides)}`;
  const side = (amounts: Sides | null): string => (amounts === null ? 'none' : pair(amounts));
  return [
    ...(row === null
      ? []
      : [`  row     ${arrow(figures(row.before), figures(row.after))}${row.frozen ? ', approved and posted' : ''}`]),
    ...(row?.unit ? [`          unit ${pair(row.unit.rounded)} (exactly ${pair(row.unit.exact)})`] : []),
    ...charges.map(
      ({ key, day, billed, ...charge }) =>
        `  charge  ${arrow(side(charge.before), side(charge.after))}, ${day}, ${key}${billed ? ', billed' : ''}`,
    ),
    `  total   ${arrow(pair(before), pair(after))} ${currency}`,
  ].join('\n');
}

const arrow = (before: string, after: string): string => (before === after ? after : `${before} → ${after}`);

const renderGhost = (ghost: Ghost, paper: Paper): string =>
  [
    paint(
      paper,
      'bold',
      `${ghost.itemCode ?? typeInWords(ghost.type)}: ${pair(ghost)} ${ghost.currency}, ${ghost.outcome}, contract ${ghost.contractId}`,
    ),
    wrap(ghost.message, paper, `  ${ghost.rule.padEnd(RULE_WIDTH)}`),
    ...(big(ghost.quantity).eq(0) ? [] : [`  ${ghost.quantity} units stand there.`]),
  ].join('\n');
