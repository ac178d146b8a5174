import ExcelJS from 'exceljs';
import { big, minorUnits } from '../../../shared/billing/decimal.js';
import type { Amounts } from '../../../shared/billing/results.js';
import { COULD_NOT_BE_READ, unreadRest } from '../../../shared/billing/unread.js';
import type { ReportDocument } from '../../../shared/report/document.js';
import { workbookText } from '../spreadsheet.js';
import { momentOf, whoOf, whoseOf, whyOf } from '../decisions.js';
import { budgetText, decisionProblem, titleOf, writtenText } from './words.js';

/**
 * The report as a workbook. Amounts are numbers, so that people can go on calculating, and exact all the same: the file holds a number as decimal text, and
 * any decimal of up to 15 digits comes back from it digit by digit. A longer one is written as text. Texts are never formulas: they go to the file as strings.
 */
const EXACT_DIGITS = 15;

type Value = string | number | null;
type Cell = Value | { amount: string; currency: string | null };
interface Sheet {
  name: string;
  columns: { title: string; width: number }[];
  rows: Cell[][];
}

export async function xlsxReport(report: ReportDocument): Promise<Uint8Array> {
  const workbook = new ExcelJS.Workbook();
  workbook.title = workbookText(titleOf(report));
  for (const sheet of [
    summary(report),
    reconciliation(report),
    leaks(report),
    ghosts(report),
    ...unread(report),
    ...outlook(report),
    decisions(report),
    entries(report),
  ])
    addSheet(workbook, sheet);
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

function addSheet(workbook: ExcelJS.Workbook, { name, columns, rows }: Sheet): void {
  const sheet = workbook.addWorksheet(name, {
    views: [{ state: 'frozen', ySplit: 1 }],
    pageSetup: { orientation: 'landscape', fitToPage: true, fitToWidth: 1, fitToHeight: 0, paperSize: A4 },
  });
  sheet.columns = columns.map(({ title, width }) => ({ header: workbookText(title), width }));
  sheet.getRow(1).font = { bold: true };
  for (const cells of rows) addRow(sheet, cells);
  sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: 1, column: columns.length } };
}

/** Excel's number for A4. */
const A4 = 9;

function addRow(sheet: ExcelJS.Worksheet, cells: Cell[]): void {
  const row = sheet.addRow(
    cells.map((cell) => (isAmount(cell) ? exactNumber(cell.amount) : typeof cell === 'string' ? workbookText(cell) : cell)),
  );
  cells.forEach((cell, index) => {
    const target = row.getCell(index + 1);
    if (isAmount(cell)) target.numFmt = formatOf(cell);
    else target.alignment = { vertical: 'top', wrapText: typeof cell === 'string' && cell.length > WRAPPED_FROM };
  });
}

const WRAPPED_FROM = 40;

const isAmount = (cell: Cell): cell is { amount: string; currency: string | null } => typeof cell === 'object' && cell !== null;

/** The number whose text is the decimal again; the text itself where there is no such number. */
export function exactNumber(decimal: string): number | string {
  const digits = decimal.replace(/[-.]/g, '').replace(/^0+/, '');
  const value = Number(decimal);
  return digits.length <= EXACT_DIGITS && big(String(value)).eq(decimal) ? value : decimal;
}

/** As many decimals as the amount has, at least the currency's. */
function formatOf({ amount, currency }: { amount: string; currency: string | null }): string {
  const decimals = Math.max(amount.split('.')[1]?.length ?? 0, currency === null ? 0 : minorUnits(currency));
  const digits = decimals === 0 ? '#,##0' : `#,##0.${'0'.repeat(decimals)}`;
  return `${digits};[Red]-${digits}`;
}

const amount = (value: string | null, currency: string | null): Cell => (value === null ? null : { amount: value, currency });
const columns = (...all: [title: string, width: number][]): Sheet['columns'] => all.map(([title, width]) => ({ title, width }));

// ---------------------------------------------------------------------------------------------------------------- sheets

function summary(report: ReportDocument): Sheet {
  const { result, totals } = report;
  const row = (name: string, { lines, cost, sales }: Amounts, currency: string): Cell[] => [
    name,
    currency,
    lines,
    amount(cost, currency),
    amount(sales, currency),
  ];
  const sums = totals.flatMap(({ currency, report: all, posted, held, excluded }) => [
    row('report', all, currency),
    row('= posted', posted, currency),
    row('+ held', held, currency),
    row('+ excluded', excluded, currency),
  ]);
  return {
    name: 'Summary',
    columns: columns([`${result.month}`, 24], ['currency', 10], ['lines', 10], ['cost', 16], ['sales', 16]),
    rows: [
      ...sums,
      row('unassigned (beside the report)', result.unassigned, result.currency),
      row('awaiting report (beside)', result.awaiting, result.currency),
      row('ghosts (beside)', result.ghosts, result.currency),
      ['rounding', result.currency, null, amount(result.rounding.cost, null), amount(result.rounding.sales, null)],
      [],
      [titleOf(report)],
      ...(report.heldMonth === null ? [] : [[report.heldMonth]]),
      [writtenText(report)],
      [budgetText(report)],
      [`Digest ${result.digest}`],
      ...report.notes.map((note) => [note]),
    ],
  };
}

const reconciliation = ({ reconciliation: rows }: ReportDocument): Sheet => ({
  name: 'Reconciliation',
  columns: columns(
    ['organization', 32],
    ['company', 12],
    ['record type', 18],
    ['currency', 10],
    ['lines', 8],
    ...(['report', 'posted', 'held', 'excluded'] as const).flatMap((part): [string, number][] => [
      [`${part} cost`, 14],
      [`${part} sales`, 14],
    ]),
  ),
  rows: rows.map((row) => [
    row.organizationName,
    row.companyId,
    row.recordType,
    row.currency,
    row.report.lines,
    ...(['report', 'posted', 'held', 'excluded'] as const).flatMap((part) => [
      amount(row[part].cost, row.currency),
      amount(row[part].sales, row.currency),
    ]),
  ]),
});

const leaks = ({ leaks: all }: ReportDocument): Sheet => ({
  name: 'Leaks',
  columns: columns(
    ['sales', 14],
    ['cost', 14],
    ['currency', 10],
    ['organization', 32],
    ['product', 36],
    ['outcome', 12],
    ['reason', 20],
    ['what is wrong', 60],
    ['what to do', 50],
    ['command', 60],
    ['subscription', 38],
  ),
  rows: all.map((leak) => [
    amount(leak.sales, leak.currency),
    amount(leak.cost, leak.currency),
    leak.currency,
    leak.organizationName,
    leak.productName,
    leak.outcome,
    leak.reason,
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
    ['organization', 32],
    ['record type', 18],
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
    ghost.recordType,
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

function outlook({ outlook: ahead }: ReportDocument): Sheet[] {
  if (ahead === null) return [];
  return [
    {
      name: 'Renewals',
      columns: columns(
        ['ends', 12],
        ['organization', 32],
        ['product', 36],
        ['renews', 10],
        ['currency', 10],
        ['quantity', 10],
        ['price now', 12],
        ['list price', 12],
        ['effect per payment', 18],
        ['subscription', 38],
      ),
      rows: ahead.renewals.map((renewal) => [
        renewal.endDay,
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
    },
    {
      name: 'Changes',
      columns: columns(
        ['organization', 32],
        ['currency', 10],
        ['last month', 14],
        ['this month', 14],
        ['moved', 14],
        ['why', 90],
      ),
      rows: (ahead.changes ?? []).map((change) => [
        change.organizationName,
        change.currency,
        amount(change.before, change.currency),
        amount(change.now, change.currency),
        amount(change.moved, change.currency),
        change.sentence,
      ]),
    },
  ];
}

const entries = ({ entries: all }: ReportDocument): Sheet => ({
  name: 'Items',
  columns: columns(
    ['outcome', 12],
    ['organization', 32],
    ['record type', 18],
    ['product', 36],
    ['quantity', 10],
    ['cost', 14],
    ['sales', 14],
    ['currency', 10],
    ['lines', 8],
    ['reason', 20],
    ['contract', 12],
    ['company', 12],
    ['item code', 34],
    ['subscription', 38],
  ),
  rows: all.map((entry) => [
    entry.outcome,
    entry.organizationName,
    entry.recordType,
    entry.productName,
    amount(entry.quantity, null),
    amount(entry.cost, entry.currency),
    amount(entry.sales, entry.currency),
    entry.currency,
    entry.lines,
    entry.reason,
    entry.contractId,
    entry.companyId,
    entry.itemCode,
    entry.subscriptionId,
  ]),
});

const decisions = (report: ReportDocument): Sheet => ({
  name: 'Decisions',
  columns: columns(
    ['when', 18],
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
      momentOf(entry),
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
