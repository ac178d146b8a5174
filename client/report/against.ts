import { us } from '../terminal/called.js';
import { amountText, big, grouped } from '../../shared/billing/basics/decimal.js';
import type { Against, MovedCustomer, MovedItem, MovedTotals } from '../../shared/report/against.js';
import type { CsvSeparator } from '../../shared/config.js';
import type { Format } from '../terminal/formats.js';
import type { RenderOptions } from './render.js';
import { html, type Html } from '../documents/html.js';
import { PLAIN, type Paper } from '../terminal/paper.js';
import { jsonText, onTerminal } from '../terminal/printable.js';
import { csvText } from '../documents/spreadsheet.js';
import { table, type Column as TextColumn } from '../terminal/table.js';
import { workbook, type Cell, type Sheet } from '../documents/workbook.js';
import { page, section, type Column } from './sections.js';

/** Two months side by side, in the formats that a person or a program can use. */
export async function renderAgainst(
  format: Format,
  against: Against,
  { paper = PLAIN, isFull, csvSeparator }: RenderOptions,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'text':
      return textAgainst({ against, isFull }, paper);
    case 'json':
      return jsonText(against);
    case 'csv':
      return csvAgainst(against, csvSeparator);
    case 'xlsx':
      return workbook(sheets(against));
    case 'html':
      return page(
        `${against.month} against ${against.against}`,
        'Sales: before + new + gone + quantity + price = now.',
        againstSections(against),
        html`<p>Made by billing report --against.</p>`,
      );
  }
}

const PARTS = ['before', 'new', 'gone', 'quantity', 'price', 'now'] as const;

/** Rows shown of each part; the rest with `--full`, or in the other formats. */
const SHOWN = 30;

const textAgainst = onTerminal(({ against, isFull }: { against: Against; isFull: boolean }, paper: Paper): string => {
  const { month, against: earlier, totals, customers, items } = against;
  const limit = isFull ? Infinity : SHOWN;
  const more = (count: number): string[] =>
    count > limit ? [`… and ${count - limit} more: ${us()} report ${month} --against ${earlier} --full`] : [];
  return [
    `${month} against ${earlier}, sales: before + new + gone + quantity + price = now.`,
    table(
      columnsOf(''),
      totals.map((total) => ['all', total.currency, ...PARTS.map((part) => grouped(total[part]))]),
      paper,
    ),
    ...(customers.length === 0
      ? ['Nothing moved.']
      : [
          [
            table(
              columnsOf('customer'),
              customers
                .slice(0, limit)
                .map((one) => [one.organizationName, one.currency, ...PARTS.map((part) => grouped(one[part]))]),
              paper,
            ),
            ...more(customers.length),
          ].join('\n'),
          [table(ITEMS, items.slice(0, limit).map(itemCells), paper), ...more(items.length)].join('\n'),
        ]),
  ].join('\n\n');
});

const columnsOf = (title: string): TextColumn[] => [
  { title },
  { title: 'currency' },
  ...PARTS.map((part) => ({ title: part, align: 'right' as const })),
];

const ITEMS: TextColumn[] = [
  { title: 'moved', align: 'right' },
  { title: 'currency' },
  { title: 'customer' },
  { title: 'product' },
  { title: 'what' },
];

const itemCells = (item: MovedItem): string[] => [
  big(item.moved).gt(0) ? `+${grouped(item.moved)}` : grouped(item.moved),
  item.currency,
  item.organizationName,
  item.productName,
  whatMoved(item),
];

/** "new", "gone", or quantity and price as they were and are. */
function whatMoved({ before, now, quantity, price }: MovedItem): string {
  if (before === null) return 'new';
  if (now === null) return 'gone';
  const parts = [
    ...(big(quantity).eq(0) ? [] : [`quantity ${before.quantity} → ${now.quantity}`]),
    ...(big(price).eq(0) ? [] : [`price, ${grouped(price)} of it`]),
  ];
  return parts.join('; ');
}

const CSV: [title: string, cell: (item: MovedItem) => { text: string } | { number: string }][] = [
  ['organization', ({ organizationName }) => ({ text: organizationName })],
  ['organization_id', ({ organizationId }) => ({ text: organizationId })],
  ['product', ({ productName }) => ({ text: productName })],
  ['subscription_id', ({ subscriptionId }) => ({ text: subscriptionId })],
  ['currency', ({ currency }) => ({ text: currency })],
  ['quantity_before', ({ before }) => ({ number: before?.quantity ?? '' })],
  ['quantity_now', ({ now }) => ({ number: now?.quantity ?? '' })],
  ['before', ({ before }) => ({ number: before?.sales ?? '' })],
  ['now', ({ now }) => ({ number: now?.sales ?? '' })],
  ['moved', ({ moved }) => ({ number: moved })],
  ['new', (item) => ({ number: item.new })],
  ['gone', ({ gone }) => ({ number: gone })],
  ['quantity', ({ quantity }) => ({ number: quantity })],
  ['price', ({ price }) => ({ number: price })],
];

const csvAgainst = ({ items }: Against, separator: CsvSeparator): string =>
  csvText(
    CSV.map(([title]) => title),
    items.map((item) => CSV.map(([, cell]) => cell(item))),
    separator,
  );

// ---------------------------------------------------------------------------------------------------------------- HTML

/** As the file and the page for finance show it. */
export const againstSections = ({ totals, customers, items }: Against): Html[] => [
  section({ title: 'Together', intro: '', columns: PART_COLUMNS, rows: totals }),
  customers.length === 0
    ? html`<p>Nothing moved.</p>`
    : section<MovedCustomer>({
        title: 'By customer',
        intro: '',
        columns: [{ title: 'Customer', cell: ({ organizationName }) => organizationName }, ...PART_COLUMNS],
        rows: customers,
      }),
  section<MovedItem>({
    title: 'By item',
    intro: '',
    columns: [
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      { title: 'Product', cell: ({ productName }) => productName },
      { title: 'Moved', kind: 'amount', cell: (item) => `${itemCells(item)[0]} ${item.currency}` },
      { title: 'What', cell: whatMoved },
    ],
    rows: items,
  }),
];

const PART_COLUMNS = PARTS.map((part): Column<MovedTotals> => ({
  title: part === 'now' ? 'Now' : `${part[0]!.toUpperCase()}${part.slice(1)}`,
  kind: 'amount',
  cell: (row) => (part === 'now' ? amountText(row.now, row.currency) : grouped(row[part])),
}));

// ---------------------------------------------------------------------------------------------------------------- workbook

const PART_WIDTH = 14;

function sheets({ totals, customers, items }: Against): Sheet[] {
  const amounts = (row: MovedTotals): Cell[] => PARTS.map((part) => ({ amount: row[part], currency: row.currency }));
  const parts = PARTS.map((title) => ({ title, width: PART_WIDTH }));
  return [
    {
      name: 'Customers',
      columns: [{ title: 'customer', width: 32 }, { title: 'currency', width: 10 }, ...parts],
      rows: customers.map((row) => [row.organizationName, row.currency, ...amounts(row)]),
      totals: totals.map((row) => ['all', row.currency, ...amounts(row)]),
    },
    {
      name: 'Items',
      columns: CSV.map(([title]) => ({ title: title.replaceAll('_', ' '), width: title.endsWith('id') ? 38 : 18 })),
      rows: items.map((item) => CSV.map(([title, cell]) => cellOf(title, cell(item), item.currency))),
    },
  ];
}

function cellOf(title: string, cell: { text: string } | { number: string }, currency: string): Cell {
  if ('text' in cell) return cell.text;
  if (cell.number === '') return null;
  return { amount: cell.number, currency: title.startsWith('quantity_') ? null : currency };
}
