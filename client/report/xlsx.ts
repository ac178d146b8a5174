import { reasonInWords } from '../../shared/billing/results/advice.js';
import type { Amounts } from '../../shared/billing/results/results.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import { COULD_NOT_BE_READ, unreadRest } from '../../shared/billing/results/unread.js';
import type { CurrencyTotals, ReportDocument } from '../../shared/report/document.js';
import { marginOf, type Margin } from '../../shared/report/margin.js';
import type { Outlook } from '../../shared/report/outlook.js';
import type { MarginRow } from '../../shared/report/sums.js';
import { workbook, type Cell, type Sheet } from '../documents/workbook.js';
import { whoOf, whoseOf, whyOf } from '../terminal/decisions.js';
import { budgetText, closedLines, decisionProblem, titleOf, typesInWords, writtenText } from './words.js';

/** The report as a workbook. */
export const xlsxReport = (report: ReportDocument): Promise<Uint8Array> =>
  workbook([
    summary(report),
    margins('Customers', report.customers, report.totals),
    margins('Record types', typesInWords(report), report.totals),
    reconciliation(report),
    leaks(report),
    ghosts(report),
    ...unread(report),
    ...outlook(report),
    decisions(report),
    entries(report),
    notes(report),
  ]);

const amount = (value: string | null, currency: string | null): Cell => (value === null ? null : { amount: value, currency });
const count = (lines: number): Cell => amount(String(lines), null);
const columns = (...all: [title: string, width: number][]): Sheet['columns'] => all.map(([title, width]) => ({ title, width }));

// ---------------------------------------------------------------------------------------------------------------- sheets

function summary(report: ReportDocument): Sheet {
  const { result, totals } = report;
  const row = (name: string, { lines, cost, sales }: Amounts, currency: string): Cell[] => [
    name,
    currency,
    count(lines),
    amount(sales, currency),
    amount(cost, currency),
  ];
  const sums = totals.flatMap(({ currency, report: all, posted, held, excluded }) => [
    row('report', all, currency),
    row('= posted', posted, currency),
    row('+ held', held, currency),
    row('+ excluded', excluded, currency),
  ]);
  return {
    name: 'Summary',
    columns: columns([`${result.month}`, 24], ['currency', 10], ['lines', 10], ['sales', 16], ['cost', 16]),
    rows: [
      ...sums,
      row('unassigned (outside the report)', result.unassigned, result.currency),
      row('awaiting report (outside)', result.awaiting, result.currency),
      row('ghosts (outside)', result.ghosts, result.currency),
      [
        'rounding',
        result.currency,
        null,
        amount(result.rounding.sales, result.currency),
        amount(result.rounding.cost, result.currency),
      ],
    ],
  };
}

/** Sentences about the month as a whole. */
const notes = (report: ReportDocument): Sheet => ({
  name: 'Notes',
  columns: columns(['notes', 140]),
  rows: [
    titleOf(report),
    ...closedLines(report),
    ...(report.heldMonth === null ? [] : [report.heldMonth]),
    writtenText(report),
    budgetText(report),
    `Digest ${report.result.digest}`,
    ...report.notes,
  ].map((note) => [note]),
});

const RECONCILED = ['report', 'posted', 'held', 'excluded'] as const;

const reconciliation = ({ reconciliation: rows, totals }: ReportDocument): Sheet => ({
  name: 'Reconciliation',
  columns: columns(
    ['customer', 32],
    ['company', 12],
    ['record type', 26],
    ['currency', 10],
    ['lines', 8],
    ...RECONCILED.flatMap((part): [string, number][] => [
      [`${part} sales`, 16],
      [`${part} cost`, 16],
    ]),
  ),
  rows: rows.map((row) => [row.organizationName, row.companyId, typeInWords(row.recordType), ...reconciledCells(row)]),
  totals: totals.map((total) => ['all', null, null, ...reconciledCells(total)]),
});

const reconciledCells = (row: CurrencyTotals): Cell[] => [
  row.currency,
  count(row.report.lines),
  ...RECONCILED.flatMap((part) => [amount(row[part].sales, row.currency), amount(row[part].cost, row.currency)]),
];

const marginCells = (margin: Margin, currency: string): Cell[] => [amount(margin.amount, currency), amount(margin.share, null)];

/** Customers or record types with their totals, and what is left after cost. */
const margins = (name: string, rows: MarginRow[], totals: CurrencyTotals[]): Sheet => ({
  name,
  columns: columns(
    [name === 'Customers' ? 'customer' : 'record type', 32],
    ['currency', 10],
    ['lines', 8],
    ['report sales', 14],
    ['report cost', 14],
    ['margin', 14],
    ['margin %', 10],
    ['posted sales', 14],
    ['held sales', 14],
    ['excluded sales', 16],
  ),
  rows: rows.map((row) => [row.name, ...marginRow(row)]),
  totals: totals.map((total) => ['all', ...marginRow(total)]),
});

const marginRow = ({ report, posted, held, excluded, currency }: CurrencyTotals): Cell[] => [
  currency,
  count(report.lines),
  amount(report.sales, currency),
  amount(report.cost, currency),
  ...marginCells(marginOf(report, currency), currency),
  amount(posted.sales, currency),
  amount(held.sales, currency),
  amount(excluded.sales, currency),
];

const leaks = ({ leaks: all }: ReportDocument): Sheet => ({
  name: 'Leaks',
  columns: columns(
    ['sales', 14],
    ['cost', 14],
    ['currency', 10],
    ['customer', 32],
    ['product', 36],
    ['outcome', 12],
    ['reason', 30],
    ['what is wrong', 60],
    ['what to do', 50],
    ['command', 80],
    ['subscription', 38],
  ),
  rows: all.map((leak) => [
    amount(leak.sales, leak.currency),
    amount(leak.cost, leak.currency),
    leak.currency,
    leak.organizationName,
    leak.productName,
    leak.outcome,
    reasonInWords(leak.reason),
    leak.message,
    leak.remedy,
    leak.command,
    leak.subscriptionId,
  ]),
});

const ghosts = ({ ghosts: all }: ReportDocument): Sheet => ({
  name: 'Ghosts',
  columns: columns(
    ['sales', 14],
    ['cost', 14],
    ['currency', 10],
    ['customer', 32],
    ['record type', 26],
    ['contract', 12],
    ['state', 12],
    ['what it is', 70],
    ['subscription', 38],
  ),
  rows: all.map((ghost) => [
    amount(ghost.sales, ghost.currency),
    amount(ghost.cost, ghost.currency),
    ghost.currency,
    ghost.organizationName,
    typeInWords(ghost.recordType),
    ghost.contractId,
    ghost.outcome,
    ghost.message,
    ghost.subscriptionId,
  ]),
});

function unread({ result: { unread: list } }: ReportDocument): Sheet[] {
  if (list === undefined) return [];
  return [
    {
      name: COULD_NOT_BE_READ,
      columns: columns(
        ['vendor', 14],
        ['path', 36],
        ['record', 36],
        ['member', 24],
        ['value', 32],
        ['what is wrong', 60],
        ['month', 16],
      ),
      rows: [
        ...list.listed.map(({ vendor, path, record, member, value, problem, bearsOnMonth }) => [
          vendor,
          path,
          record,
          member,
          value,
          problem,
          bearsOnMonth ? 'not certified' : null,
        ]),
        ...unreadRest(list).map((text) => [text]),
      ],
    },
  ];
}

const outlook = ({ outlook: ahead }: ReportDocument): Sheet[] =>
  ahead === null ? [] : [renewals(ahead), changes(ahead), movedMargins(ahead)];

const renewals = (ahead: Outlook): Sheet => ({
  name: 'Renewals',
  columns: columns(
    ['ends', 12],
    ['customer', 32],
    ['product', 36],
    ['renews', 10],
    ['currency', 10],
    ['quantity', 10],
    ['price now', 12],
    ['list price', 12],
    ['effect per payment', 20],
    ['subscription', 38],
  ),
  rows: ahead.renewals.map((renewal) => [
    { day: renewal.endDay },
    renewal.organizationName,
    renewal.productName,
    renewal.renews === null ? 'unknown' : renewal.renews ? 'yes' : 'no',
    renewal.currency,
    amount(renewal.quantity, null),
    amount(renewal.unitSales, renewal.currency),
    amount(renewal.listSales, renewal.currency),
    amount(renewal.effect, renewal.currency),
    renewal.subscriptionId,
  ]),
});

const changes = (ahead: Outlook): Sheet => ({
  name: 'Changes',
  columns: columns(['customer', 32], ['currency', 10], ['last month', 14], ['this month', 14], ['moved', 14], ['why', 90]),
  rows: (ahead.changes ?? []).map((change) => [
    change.organizationName,
    change.currency,
    amount(change.before, change.currency),
    amount(change.now, change.currency),
    amount(change.moved, change.currency),
    change.sentence,
  ]),
});

const movedMargins = (ahead: Outlook): Sheet => ({
  name: 'Margins moved',
  columns: columns(
    ['customer', 32],
    ['product', 36],
    ['currency', 10],
    ['sales', 14],
    ['cost', 14],
    ['last month %', 14],
    ['this month %', 14],
    ['points', 10],
  ),
  rows: ahead.margins.map(({ organizationName, productName, currency, sales, cost, before, now, points }) => [
    organizationName,
    productName,
    currency,
    amount(sales, currency),
    amount(cost, currency),
    amount(before, null),
    amount(now, null),
    amount(points, null),
  ]),
});

const entries = ({ entries: all }: ReportDocument): Sheet => ({
  name: 'Items',
  columns: columns(
    ['outcome', 12],
    ['customer', 32],
    ['record type', 26],
    ['product', 36],
    ['quantity', 10],
    ['sales', 14],
    ['cost', 14],
    ['currency', 10],
    ['margin', 14],
    ['margin %', 10],
    ['lines', 8],
    ['reason', 30],
    ['contract', 12],
    ['company', 12],
    ['item code', 34],
    ['subscription', 38],
  ),
  rows: all.map((entry) => [
    entry.outcome,
    entry.organizationName,
    typeInWords(entry.recordType),
    entry.productName,
    amount(entry.quantity, null),
    amount(entry.sales, entry.currency),
    amount(entry.cost, entry.currency),
    entry.currency,
    ...marginCells(marginOf(entry, entry.currency), entry.currency),
    count(entry.lines),
    entry.reason === null ? null : reasonInWords(entry.reason),
    entry.contractId,
    entry.companyId,
    entry.itemCode,
    entry.subscriptionId,
  ]),
});

const decisions = (report: ReportDocument): Sheet => ({
  name: 'Decisions',
  columns: columns(
    ['when (UTC)', 18],
    ['who', 24],
    ['what', 12],
    ['customer', 32],
    ['sales', 14],
    ['cost', 14],
    ['currency', 10],
    ['why', 60],
    ['digest', 20],
  ),
  rows: [
    ...decisionProblem(report).map((problem): Cell[] => [problem]),
    ...report.decisions.entries.map((entry): Cell[] => [
      { moment: entry.at },
      whoOf(entry),
      entry.action,
      whoseOf(entry),
      amount(entry.amounts?.sales ?? null, entry.amounts?.currency ?? null),
      amount(entry.amounts?.cost ?? null, entry.amounts?.currency ?? null),
      entry.amounts?.currency ?? '',
      whyOf(entry),
      entry.digest ?? '',
    ]),
  ],
});
