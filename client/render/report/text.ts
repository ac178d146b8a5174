import { heldMonthAdvice } from '../../../shared/billing/advice.js';
import { minorUnits } from '../../../shared/billing/decimal.js';
import type { Amounts } from '../../../shared/billing/results.js';
import type { Cause, CurrencyTotals, GhostEntry, ReportDocument } from '../../../shared/report/document.js';
import type { Renewal } from '../../../shared/report/outlook.js';
import { onTerminal } from '../printable.js';
import { advice, wrap, type Paper } from '../paper.js';
import { table, type Column } from '../table.js';
import { unreadSection } from '../unread.js';
import { decisionLine } from '../decisions.js';
import { budgetText, decisionProblem, FIRST_MONTH, isNothing, titleOf, whyOf, writtenText } from './words.js';

/** The report on the terminal: sums first, then what asks for a person, then the rest. Sentences and tables fit the paper; commands stay whole, to be copied. */
export const textReport = onTerminal(reportText);

function reportText(report: ReportDocument, paper: Paper): string {
  return [
    titleOf(report),
    ...(report.heldMonth === null ? [] : [advice(heldMonthAdvice(report.heldMonth, report.result.month), paper)]),
    ...report.totals.map((totals, index) => sumsOf(totals, index === 0 ? report : null)),
    section(
      'Amounts that reach no invoice',
      report.causes.map((cause) => causeLines(cause, paper)),
    ),
    section(
      'Money in Autotask without a line in the report',
      report.ghosts.map((ghost) => ghostLines(ghost, paper)),
    ),
    ...unreadSection(report.result, paper),
    ...(report.reconciliation.length === 0
      ? report.nothingDue.map((why) => advice(why, paper))
      : [reconciliation(report, paper)]),
    ...outlookSections(report, paper),
    section(
      'Decisions',
      [...decisionProblem(report), ...report.decisions.entries.map(decisionLine)].map((text) => listed(text, paper)),
    ),
    section(
      'Worth knowing',
      report.notes.map((note) => listed(note, paper)),
    ),
    wrap(`${writtenText(report)} ${budgetText(report)} Digest ${report.result.digest.slice(0, 16)}.`, paper),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const section = (title: string, lines: string[]): string => (lines.length === 0 ? '' : [`${title}:`, ...lines].join('\n'));

const listed = (sentence: string, paper: Paper): string => wrap(sentence, paper, '  ', '    ');

// ---------------------------------------------------------------------------------------------------------------- sums

function sumsOf({ currency, report, posted, held, excluded }: CurrencyTotals, document: ReportDocument | null): string {
  const row = (name: string, { lines, cost, sales }: Amounts): string[] => [name, String(lines), cost, sales];
  const beside = document === null ? [] : besides(document).map(([name, amounts]) => row(name, amounts));
  const rounding = document?.result.rounding;
  return table(
    [
      { title: currency },
      { title: 'lines', align: 'right' },
      { title: 'cost', align: 'right' },
      { title: 'sales', align: 'right' },
    ],
    [
      row('report', report),
      row('= posted', posted),
      row('+ held', held),
      row('+ excluded', excluded),
      ...(rounding === undefined || (isNothing(rounding.cost) && isNothing(rounding.sales))
        ? []
        : [['rounding', '', rounding.cost, rounding.sales]]),
      ...beside,
    ],
  );
}

const besides = ({ result }: ReportDocument): [name: string, amounts: Amounts][] =>
  (
    [
      ['unassigned', result.unassigned],
      ['awaiting report', result.awaiting],
      ['ghosts', result.ghosts],
    ] as [string, Amounts][]
  ).filter(([, { lines }]) => lines > 0);

const RECONCILIATION: Column[] = [
  { title: 'organization' },
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
      row.recordType,
      row.report.sales,
      row.posted.sales,
      row.held.sales,
      row.excluded.sales,
      ...(isMixed ? [row.currency] : []),
    ]),
    paper,
  );
}

// ---------------------------------------------------------------------------------------------------------------- lists

const AMOUNT_WIDTH = 12;

function causeLines(
  { sales, currency, organizationName, message, remedy, command, leaks, ...cause }: Cause,
  paper: Paper,
): string {
  return [
    wrap(`${organizationName}: ${whyOf(cause)}`, paper, `${sales.padStart(AMOUNT_WIDTH)} ${currency}  `),
    ...leaks.map((leak) => `${INDENT}${leak.sales.padStart(AMOUNT_WIDTH)}  ${leak.productName}`),
    wrap([message, remedy].filter((text) => text !== '').join(' '), paper, INDENT),
    ...(command === null ? [] : [`${INDENT}${command}`]),
  ].join('\n');
}

const INDENT = ' '.repeat(AMOUNT_WIDTH + 6);

const ghostLines = (
  { sales, currency, organizationName, recordType, contractId, outcome, message, command }: GhostEntry,
  paper: Paper,
): string =>
  [
    wrap(
      `${organizationName}: ${recordType} on contract ${contractId}, ${outcome}`,
      paper,
      `${sales.padStart(AMOUNT_WIDTH)} ${currency}  `,
    ),
    wrap(message, paper, INDENT),
    ...(command === null ? [] : [`${INDENT}${command}`]),
  ].join('\n');

function outlookSections({ outlook }: ReportDocument, paper: Paper): string[] {
  if (outlook === null)
    return [
      wrap('Renewals and changes are not known: the report as fetched is not kept any more. The next run keeps it anew.', paper),
    ];
  const { renewals, changes, unchanged, from, to } = outlook;
  return [
    section(`Renewals from ${from} to ${to}`, renewals.length === 0 ? [] : [renewalTable(renewals, paper)]),
    changes === null
      ? FIRST_MONTH
      : section("Changed since last month's report", [
          ...changes.map(({ organizationName, sentence }) => listed(`${organizationName}: ${sentence}`, paper)),
          ...(unchanged === 0 ? [] : [`  ${unchanged} as last month.`]),
        ]),
  ];
}

const RENEWALS: Column[] = [
  { title: 'ends' },
  { title: 'organization' },
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
      renewal.quantity ?? '?',
      priceText(renewal.unitSales, renewal.currency),
      priceText(renewal.listSales, renewal.currency),
      renewal.effect ?? '?',
    ]),
    paper,
  );

/** A unit price with at least the currency's minor units; its further digits are kept. */
export function priceText(price: string | null, currency: string | null): string {
  if (price === null) return '?';
  const digits = currency === null ? 2 : minorUnits(currency);
  const [whole = '', fraction = ''] = price.split('.');
  const shown = fraction.padEnd(digits, '0');
  return shown === '' ? whole : `${whole}.${shown}`;
}
