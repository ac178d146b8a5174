import { us } from '../terminal/called.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import { heldMonthAdvice } from '../../shared/billing/results/advice.js';
import { amountText, grouped, unitPriceText } from '../../shared/billing/basics/decimal.js';
import { groupBy } from '../../shared/billing/basics/text.js';
import type { Amounts } from '../../shared/billing/results/results.js';
import type { Cause, CurrencyTotals, GhostEntry, Leak, ReportDocument } from '../../shared/report/document.js';
import { marginOf } from '../../shared/report/margin.js';
import type { BelowCost, MarginRow } from '../../shared/report/sums.js';
import type { MarginMoved, Renewal } from '../../shared/report/outlook.js';
import { onTerminal } from '../terminal/printable.js';
import { LINES_AT_MOST } from '../terminal/fit.js';
import { advice, wrap, type Paper } from '../terminal/paper.js';
import { table, type Column } from '../terminal/table.js';
import { unreadSection } from '../terminal/unread.js';
import { decisionLine } from '../terminal/decisions.js';
import {
  budgetText,
  closedLines,
  decisionProblem,
  FIRST_MONTH,
  isNothing,
  titleOf,
  typesInWords,
  whyOf,
  writtenText,
} from './words.js';
import { tableOf } from '../../shared/billing/basics/closed-sets.js';

/** The report on the terminal: sums first, then what asks for a person, then the rest. Sentences and tables fit the paper; commands stay whole, to be copied. */
export const textReport = onTerminal(reportText);

/** Rows of each part at most; the rest is in the other formats, or with `--full`. */
const SHOWN = {
  causes: 10,
  amountsOfCause: 4,
  ghosts: 8,
  customers: 25,
  belowCost: 8,
  margins: 8,
  reconciliation: 40,
  changes: 10,
  renewals: 12,
  decisions: 15,
  notes: 10,
};
type Limits = Record<keyof typeof SHOWN, number>;
/** So much of each, tried in this order until all parts fit together. */
const SHARES = [1, 0.75, 0.5, 0.3, 0.2, 0.1];
const limitsOf = (share: number): Limits => tableOf(SHOWN, (rows) => Math.ceil(rows * share));

function reportText({ report, isFull }: { report: ReportDocument; isFull: boolean }, paper: Paper): string {
  if (isFull) return partsOf(report, limitsOf(Infinity), paper);
  for (const share of SHARES.slice(0, -1)) {
    const text = partsOf(report, limitsOf(share), paper);
    if (text.split('\n').length <= LINES_AT_MOST) return text;
  }
  return partsOf(report, limitsOf(SHARES.at(-1)!), paper);
}

function partsOf(report: ReportDocument, limits: Limits, paper: Paper): string {
  const some = <T>(all: T[], part: keyof Limits, show: (one: T) => string): string[] => [
    ...all.slice(0, limits[part]).map(show),
    ...moreOf(all.length - limits[part], report),
  ];
  return [
    titleOf(report),
    ...closedLines(report),
    ...(report.heldMonth === null ? [] : [advice(heldMonthAdvice(report.heldMonth, report.result.month), paper)]),
    ...report.totals.map((totals, index) => sumsOf(totals, index === 0 ? report : null)),
    section(
      'Amounts that reach no invoice',
      some(customersOf(report.causes), 'causes', (causes) =>
        causes.map((cause) => causeLines(cause, paper, limits.amountsOfCause)).join('\n'),
      ),
    ),
    section(
      'Money in Autotask without a line in the report',
      some(report.ghosts, 'ghosts', (ghost) => ghostLines(ghost, paper)),
    ),
    ...unreadSection(report.result, paper),
    ...(report.reconciliation.length === 0
      ? report.nothingDue.map((why) => advice(why, paper))
      : [
          section(
            'Sold below cost',
            some(report.belowCost, 'belowCost', (item) => belowCostLine(item, paper)),
          ),
          marginTable({ title: 'customer', rows: report.customers, limit: limits.customers }, report, paper),
          marginTable({ title: 'record type', rows: typesInWords(report), limit: Infinity }, report, paper),
          ...(report.reconciliation.length > limits.reconciliation ? [] : [reconciliation(report, paper)]),
        ]),
    ...outlookSections(report, paper, some, limits.renewals),
    section(
      'Decisions',
      decisionLines(report, limits.decisions).map((text) => listed(text, paper)),
    ),
    section(
      'Notes',
      some(report.notes, 'notes', (note) => listed(note, paper)),
    ),
    wrap(`${writtenText(report)} ${budgetText(report)} Digest ${report.result.digest.slice(0, 16)}.`, paper),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const whole = ({ result: { month } }: ReportDocument): string => `${us()} report ${month} --full`;

const moreOf = (count: number, report: ReportDocument): string[] =>
  count > 0 ? [`  … and ${count} more: ${whole(report)}`] : [];

/** The latest of them. */
function decisionLines(report: ReportDocument, limit: number): string[] {
  const { entries } = report.decisions;
  const earlier = entries.length - limit;
  return [
    ...decisionProblem(report),
    ...(earlier > 0 ? [`${earlier} earlier: ${us()} log ${report.result.month}`] : []),
    ...entries.slice(Math.max(earlier, 0)).map(decisionLine),
  ];
}

type Some = <T>(all: T[], part: keyof Limits, show: (one: T) => string) => string[];

const section = (title: string, lines: string[]): string => (lines.length === 0 ? '' : [`${title}:`, ...lines].join('\n'));

const listed = (sentence: string, paper: Paper): string => wrap(sentence, paper, '  ', '    ');

// ---------------------------------------------------------------------------------------------------------------- sums

function sumsOf({ currency, report, posted, held, excluded }: CurrencyTotals, document: ReportDocument | null): string {
  const row = (name: string, { lines, cost, sales }: Amounts): string[] => [
    name,
    grouped(String(lines)),
    grouped(sales),
    grouped(cost),
    ...marginCells({ cost, sales }, currency),
  ];
  const otherRows = document === null ? [] : otherTotals(document).map(([name, amounts]) => row(name, amounts));
  const rounding = document?.result.rounding;
  return table(
    [
      { title: currency },
      { title: 'lines', align: 'right' },
      { title: 'sales', align: 'right' },
      { title: 'cost', align: 'right' },
      ...MARGIN,
    ],
    [
      row('report', report),
      row('= posted', posted),
      row('+ held', held),
      row('+ excluded', excluded),
      ...(rounding === undefined || (isNothing(rounding.cost) && isNothing(rounding.sales))
        ? []
        : [['rounding', '', grouped(rounding.sales), grouped(rounding.cost)]]),
      ...otherRows,
    ],
  );
}

const otherTotals = ({ result }: ReportDocument): [name: string, amounts: Amounts][] =>
  (
    [
      ['unassigned', result.unassigned],
      ['awaiting report', result.awaiting],
      ['ghosts', result.ghosts],
    ] as [string, Amounts][]
  ).filter(([, { lines }]) => lines > 0);

const MARGIN: Column[] = [
  { title: 'margin', align: 'right' },
  { title: '%', align: 'right' },
];

function marginCells(sides: { cost: string; sales: string }, currency: string): string[] {
  const { amount, share } = marginOf(sides, currency);
  return [grouped(amount), share ?? ''];
}

/** Customers or record types, the largest sales first. */
function marginTable(
  { title, rows, limit }: { title: string; rows: MarginRow[]; limit: number },
  report: ReportDocument,
  paper: Paper,
): string {
  const isMixed = report.totals.length > 1;
  const shown = table(
    [
      { title },
      ...PARTS.map((part) => ({ title: part, align: 'right' as const })),
      ...MARGIN,
      ...(isMixed ? [{ title: 'currency' }] : []),
    ],
    rows
      .slice(0, limit)
      .map((row) => [
        row.name,
        ...PARTS.map((part) => grouped(row[part].sales)),
        ...marginCells(row.report, row.currency),
        ...(isMixed ? [row.currency] : []),
      ]),
    paper,
  );
  return [shown, ...moreOf(rows.length - limit, report)].join('\n');
}

const PARTS = ['report', 'posted', 'held', 'excluded'] as const;

const belowCostLine = ({ organizationName, productName, sales, cost, margin, currency }: BelowCost, paper: Paper): string =>
  wrap(
    `${organizationName}: ${productName}, sold for ${grouped(sales)}, costs ${grouped(cost)}`,
    paper,
    `${grouped(margin.amount).padStart(AMOUNT_WIDTH)} ${currency}  `,
  );

const RECONCILIATION: Column[] = [
  { title: 'customer' },
  { title: 'record type' },
  { title: 'report', align: 'right' },
  { title: 'posted', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'excluded', align: 'right' },
];

function reconciliation({ reconciliation: rows, totals }: ReportDocument, paper: Paper): string {
  const isMixed = totals.length > 1;
  return table(
    [...RECONCILIATION, ...(isMixed ? [{ title: 'currency' }] : [])],
    rows.map((row, index) => [
      row.organizationId === rows[index - 1]?.organizationId ? '' : row.organizationName,
      typeInWords(row.recordType),
      grouped(row.report.sales),
      grouped(row.posted.sales),
      grouped(row.held.sales),
      grouped(row.excluded.sales),
      ...(isMixed ? [row.currency] : []),
    ]),
    paper,
  );
}

// ---------------------------------------------------------------------------------------------------------------- lists

const AMOUNT_WIDTH = 12;

/** A block for each customer, in the order of their largest cause. */
const customersOf = (causes: Cause[]): Cause[][] => [...groupBy(causes, ({ organizationName }) => organizationName).values()];

function causeLines(
  { sales, currency, organizationName, message, remedy, command, leaks, ...cause }: Cause,
  paper: Paper,
  limit: number,
): string {
  const more = leaks.length - limit;
  return [
    wrap(`${organizationName}: ${whyOf(cause)}`, paper, `${grouped(sales).padStart(AMOUNT_WIDTH)} ${currency}  `),
    ...leaks.slice(0, limit).map((leak) => leakLine(leak, paper)),
    ...(more > 0 ? [`${INDENT}${'…'.padStart(AMOUNT_WIDTH)}  and ${more} more`] : []),
    wrap([message, remedy].filter((text) => text !== '').join(' '), paper, INDENT),
    ...(command === null ? [] : [`${INDENT}${command}`]),
  ].join('\n');
}

/** With the id by which `billing explain` says how it came about. */
const leakLine = ({ sales, productName, subscriptionId }: Leak, paper: Paper): string =>
  wrap(
    `${productName}${subscriptionId === null ? '' : ` (${subscriptionId})`}`,
    paper,
    `${INDENT}${grouped(sales).padStart(AMOUNT_WIDTH)}  `,
  );

const INDENT = ' '.repeat(AMOUNT_WIDTH + 6);

const ghostLines = (
  { sales, currency, organizationName, recordType, contractId, outcome, message, command }: GhostEntry,
  paper: Paper,
): string =>
  [
    wrap(
      `${organizationName}: ${typeInWords(recordType)} on contract ${contractId}, ${outcome}`,
      paper,
      `${grouped(sales).padStart(AMOUNT_WIDTH)} ${currency}  `,
    ),
    wrap(message, paper, INDENT),
    ...(command === null ? [] : [`${INDENT}${command}`]),
  ].join('\n');

function outlookSections(report: ReportDocument, paper: Paper, some: Some, renewalsShown: number): string[] {
  const { outlook } = report;
  if (outlook === null)
    return [
      wrap('Renewals and changes are not known: the fetched report is no longer stored. The next run stores it again.', paper),
    ];
  const { renewals, changes, unchanged, margins, from, to } = outlook;
  return [
    section(
      `Renewals from ${from} to ${to}`,
      renewals.length === 0
        ? []
        : [renewalTable(renewals.slice(0, renewalsShown), paper), ...moreOf(renewals.length - renewalsShown, report)],
    ),
    changes === null
      ? FIRST_MONTH
      : section("Changed since last month's report", [
          ...some(changes, 'changes', ({ organizationName, sentence }) => listed(`${organizationName}: ${sentence}`, paper)),
          ...(unchanged === 0 ? [] : [`  ${unchanged} as last month.`]),
        ]),
    section(
      'Margin changed since last month',
      some(margins, 'margins', (one) => marginLine(one, paper)),
    ),
  ];
}

const marginLine = ({ organizationName, productName, before, now, points, sales, currency }: MarginMoved, paper: Paper): string =>
  listed(
    `${organizationName}: ${productName}, ${before} % → ${now} % (${points} points) of ${amountText(sales, currency)}`,
    paper,
  );

const RENEWALS: Column[] = [
  { title: 'ends' },
  { title: 'customer' },
  { title: 'product' },
  { title: 'renews' },
  { title: 'quantity', align: 'right' },
  { title: 'price', align: 'right' },
  { title: 'list', align: 'right' },
  { title: 'effect', align: 'right' },
];

const renewalTable = (renewals: Renewal[], paper: Paper): string =>
  table(
    RENEWALS,
    renewals.map((renewal) => [
      renewal.endDay,
      renewal.organizationName,
      renewal.productName,
      renewal.renews === null ? '?' : renewal.renews ? 'yes' : 'no',
      grouped(renewal.quantity ?? '?'),
      priceText(renewal.unitSales, renewal.currency),
      priceText(renewal.listSales, renewal.currency),
      grouped(renewal.effect ?? '?'),
    ]),
    paper,
  );

/** A unit price as people read it; what is not known is a question. */
export const priceText = (price: string | null, currency: string | null): string =>
  price === null ? '?' : unitPriceText(price, currency);
