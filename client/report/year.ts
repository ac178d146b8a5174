import { us } from '../terminal/called.js';
import type { Year, YearCustomer, YearRow } from '../../shared/report/year.js';
import type { CsvSeparator } from '../../shared/config.js';
import type { Format } from '../terminal/formats.js';
import type { RenderOptions } from './render.js';
import { html, type Html } from '../documents/html.js';
import { amountText, grouped } from '../../shared/billing/basics/decimal.js';
import { PLAIN, type Paper } from '../terminal/paper.js';
import { jsonText, onTerminal } from '../terminal/printable.js';
import { csvText } from '../documents/spreadsheet.js';
import { table, type Column as TextColumn } from '../terminal/table.js';
import { workbook, type Cell, type Sheet } from '../documents/workbook.js';
import { page, section, type Column } from './sections.js';

/** Twelve months side by side, in every format of the report. */
export async function renderYear(
  format: Format,
  year: Year,
  { paper = PLAIN, isFull, csvSeparator }: RenderOptions,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'text':
      return textYear({ year, isFull }, paper);
    case 'json':
      return jsonText(year);
    case 'csv':
      return csvYear(year, csvSeparator);
    case 'xlsx':
      return workbook(sheets(year));
    case 'html':
      return htmlYear(year);
  }
}

const PARTS = ['report', 'posted', 'held', 'excluded'] as const;

const titleOf = ({ months }: Year): string => `Billing from ${months[0]} to ${months.at(-1)}`;

// ---------------------------------------------------------------------------------------------------------------- text

/** Customers shown; the rest with `--full`, or in the other formats. */
const SHOWN = 40;

const textYear = onTerminal(({ year, isFull }: { year: Year; isFull: boolean }, paper: Paper): string => {
  const { rows, totals, customers, months } = year;
  const shown = customers.slice(0, isFull ? Infinity : SHOWN);
  const left = customers.length - shown.length;
  const all = [...rows, ...totals.map((total) => ({ month: 'all', ...total }))];
  return [
    titleOf(year),
    table(MONTHS, all.map(monthCells), paper),
    [
      table(CUSTOMERS, shown.map(customerCells), paper),
      ...(left > 0 ? [`… and ${left} more: ${us()} report ${months.at(-1)} --year --full`] : []),
    ].join('\n'),
  ].join('\n\n');
});

const right = (title: string): TextColumn => ({ title, align: 'right' });
const MONTHS: TextColumn[] = [
  ...[{ title: 'month' }, { title: 'currency' }],
  ...PARTS.map(right),
  ...['cost', 'margin', '%'].map(right),
];
const CUSTOMERS: TextColumn[] = [
  ...[{ title: 'customer' }, { title: 'currency' }],
  ...['months', 'sales', 'cost', 'margin', '%'].map(right),
];

const monthCells = ({ month, currency, report, margin, ...row }: YearRow): string[] => [
  ...[month, currency, grouped(report.sales)],
  ...[row.posted, row.held, row.excluded].map(({ sales }) => grouped(sales)),
  ...[grouped(report.cost), grouped(margin.amount), margin.share ?? ''],
];

const customerCells = ({ organizationName, currency, sales, total, margin }: YearCustomer): string[] => [
  ...[organizationName, currency, String(sales.filter((one) => one !== null).length)],
  ...[grouped(total.sales), grouped(total.cost), grouped(margin.amount), margin.share ?? ''],
];

// ---------------------------------------------------------------------------------------------------------------- for programs

const csvYear = ({ months, customers }: Year, separator: CsvSeparator): string =>
  csvText(
    ['organization', 'organization_id', 'currency', ...months, 'sales', 'cost', 'margin'],
    customers.map(({ organizationName, organizationId, currency, sales, total, margin }) => [
      ...[organizationName, organizationId, currency].map((text) => ({ text })),
      ...[...sales.map((one) => one ?? ''), total.sales, total.cost, margin.amount].map((number) => ({ number })),
    ]),
    separator,
  );

const AMOUNT_WIDTH = 14;

function sheets({ months, rows, totals, customers }: Year): Sheet[] {
  const widths = (titles: string[]): Sheet['columns'] => titles.map((title) => ({ title, width: AMOUNT_WIDTH }));
  const amounts = ({ currency, report, margin, ...row }: Omit<YearRow, 'month'>): Cell[] => [
    ...[report, row.posted, row.held, row.excluded].map(({ sales }) => ({ amount: sales, currency })),
    ...[report.cost, margin.amount].map((amount) => ({ amount, currency })),
    margin.share === null ? null : { amount: margin.share, currency: null },
  ];
  return [
    {
      name: 'Months',
      columns: widths(['month', 'currency', ...PARTS, 'cost', 'margin', 'margin %']),
      rows: rows.map((row) => [row.month, row.currency, ...amounts(row)]),
      totals: totals.map((row) => ['all', row.currency, ...amounts(row)]),
    },
    {
      name: 'Customers',
      columns: [{ title: 'customer', width: 32 }, ...widths(['currency', ...months, 'sales', 'cost', 'margin'])],
      rows: customers.map(({ organizationName, currency, sales, total, margin }) => [
        ...[organizationName, currency],
        ...[...sales, total.sales, total.cost, margin.amount].map((amount) => (amount === null ? null : { amount, currency })),
      ]),
    },
  ];
}

// ---------------------------------------------------------------------------------------------------------------- HTML

function htmlYear(year: Year): string {
  return page(
    titleOf(year),
    'What was billed, what it cost, and the margin. A customer without an amount in a month is missing from that report.',
    yearSections(year),
    html`<p>Made by billing report --year.</p>`,
  );
}

/** As the file and the page for finance show it. */
export function yearSections({ months, rows, totals, customers }: Year): Html[] {
  const all: YearRow[] = [...rows, ...totals.map((total) => ({ month: 'all', ...total }))];
  return [
    section({ title: 'By month', intro: '', columns: MONTH_COLUMNS, rows: all }),
    section({ title: 'By customer', intro: 'Sales of the report.', columns: customerColumns(months, rows), rows: customers }),
  ];
}

const amount = <Row>(title: string, cell: (row: Row) => string): Column<Row> => ({ title, kind: 'amount', cell });

const MONTH_COLUMNS: Column<YearRow>[] = [
  { title: 'Month', cell: ({ month }) => month },
  amount('Report', ({ report, currency }) => amountText(report.sales, currency)),
  amount('Posted', ({ posted }) => grouped(posted.sales)),
  amount('Held', ({ held }) => grouped(held.sales)),
  amount('Excluded', ({ excluded }) => grouped(excluded.sales)),
  amount('Cost', ({ report }) => grouped(report.cost)),
  amount('Margin', ({ margin }) => grouped(margin.amount)),
  amount('%', ({ margin }) => margin.share ?? ''),
];

/** A column for each month that ran. */
const customerColumns = (months: string[], rows: YearRow[]): Column<YearCustomer>[] => [
  { title: 'Customer', cell: ({ organizationName }) => organizationName },
  ...months.flatMap((month, index) =>
    rows.some((row) => row.month === month)
      ? [amount<YearCustomer>(month, ({ sales }) => (sales[index] == null ? '' : grouped(sales[index])))]
      : [],
  ),
  amount('Sales', ({ total, currency }) => amountText(total.sales, currency)),
  amount('Margin', ({ margin }) => grouped(margin.amount)),
];
