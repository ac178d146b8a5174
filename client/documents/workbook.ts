import type { Stream } from 'node:stream';
import writeExcelFile, { type CellObject, type Feature } from 'write-excel-file/node';
import {
  getOrderOfSiblings,
  getSelfClosingTagMarkup,
  insertElementMarkupAccordingToOrderOfSiblings,
} from 'write-excel-file/utility';
import { big, minorUnits } from '../../shared/billing/basics/decimal.js';
import { workbookText } from './spreadsheet.js';

/**
 * Sheets as an Excel workbook. Amounts are numbers, so that people can go on calculating, and exact all the same: the file holds a number as decimal text, and
 * any decimal of up to 15 digits comes back from it digit by digit. A longer one is written as text. Texts are never formulas: they go to the file as strings.
 */
const EXACT_DIGITS = 15;

/** An amount with its currency's decimals, a day "2025-10-31", a moment as ISO has it, or a plain value. */
export type Cell = string | number | null | { amount: string; currency: string | null } | { day: string } | { moment: string };

export interface Sheet {
  name: string;
  columns: { title: string; width: number }[];
  rows: Cell[][];
  /** Rows at the end that add up the others, in bold. */
  totals?: Cell[][];
}

export async function workbook(sheets: Sheet[]): Promise<Uint8Array> {
  const written = sheets.map(({ name, columns, rows, totals = [] }) => {
    const places = placesOf(columns, [...rows, ...totals]);
    return {
      sheet: name,
      columns: columns.map(({ width }) => ({ width })),
      ...LAYOUT,
      data: [
        columns.map(({ title }, index) => headerOf(title, places[index]!)),
        ...rows.map((cells) => rowOf(cells, places)),
        ...totals.map((cells) => rowOf(cells, places).map((cell) => ({ ...cell, fontWeight: 'bold' as const }))),
      ],
    };
  });
  return new Uint8Array(await writeExcelFile(written, { ...FONT, features: [laidOut(sheets)] }).toBuffer());
}

const LAYOUT = { stickyRowsCount: 1, orientation: 'landscape' } as const;
/** Named, so that bold cells do not fall back to another one. */
const FONT = { fontFamily: 'Calibri', fontSize: 11 } as const;
/** Points of a line of text, with the room around it. */
const LINE_HEIGHT = 15;

/** What a cell has to know of its column. */
interface Place {
  width: number;
  isNumeric: boolean;
  /** Left-aligned next to a right-aligned column: without room between them the two read as one. */
  isIndented: boolean;
}

const placesOf = (columns: Sheet['columns'], rows: Cell[][]): Place[] => {
  const numeric = columns.map((_, index) => isNumeric(rows, index));
  return columns.map(({ width }, index) => ({
    width,
    isNumeric: numeric[index]!,
    isIndented: !numeric[index]! && numeric[index - 1] === true,
  }));
};

const headerOf = (title: string, { isNumeric: isRight, isIndented }: Place): CellObject => ({
  ...{ value: textOf(title), type: String, fontWeight: 'bold' },
  ...(isRight ? { align: 'right' } : isIndented ? INDENTED : {}),
});

const INDENTED = { align: 'left', indent: 1 } as const;

/** Where a text is wrapped the row is as high as it needs: not every program works that out. */
function rowOf(cells: Cell[], places: Place[]): (CellObject | null)[] {
  const lines = Math.max(...cells.map((cell, index) => (typeof cell === 'string' ? linesIn(cell, places[index]!) : 1)));
  return cells.map((cell, index) => {
    const written = cellOf(cell, places[index]!);
    return written === null || lines === 1 ? written : { ...written, height: lines * LINE_HEIGHT };
  });
}

/** Lines that a text takes, of which words go to the next one as a whole. */
function linesIn(text: string, place: Place): number {
  const width = widthOf(place);
  let [lines, used] = [1, 0];
  for (const word of text.split(' ')) {
    if (used > 0 && used + 1 + word.length > width) [lines, used] = [lines + 1, 0];
    used += (used === 0 ? 0 : 1) + word.length;
    while (used > width) [lines, used] = [lines + 1, used - width];
  }
  return lines;
}

/** Characters of a text besides an indentation. */
const widthOf = ({ width, isIndented }: Place): number => width - (isIndented ? 2 : 1);

const isNumeric = (rows: Cell[][], index: number): boolean =>
  rows.some((cells) => {
    const cell = cells[index] ?? null;
    return typeof cell === 'number' || (isObject(cell) && 'amount' in cell);
  });

const isObject = (cell: Cell): cell is Exclude<Cell, string | number | null> => typeof cell === 'object' && cell !== null;

/** The writer looks texts up in an object, where "constructor" is there from the beginning: such a text has its first character written by its code. */
function textOf(value: string): string {
  const text = workbookText(value);
  return text in {} ? `_x${text.charCodeAt(0).toString(16).padStart(4, '0')}_${text.slice(1)}` : text;
}

function cellOf(cell: Cell, place: Place): CellObject | null {
  if (cell === null) return null;
  if (typeof cell === 'number') return { value: cell, type: Number, ...TOP };
  if (typeof cell === 'string')
    return {
      value: textOf(cell),
      type: String,
      ...TOP,
      ...(place.isIndented ? INDENTED : {}),
      ...(linesIn(cell, place) > 1 ? { wrap: true } : {}),
    };
  if ('day' in cell) return dateOf(`${cell.day}T00:00:00Z`, 'yyyy-mm-dd');
  if ('moment' in cell) return dateOf(cell.moment, 'yyyy-mm-dd hh:mm');
  const value = exactNumber(cell.amount);
  return typeof value === 'number'
    ? { value, type: Number, format: formatOf(cell), ...TOP }
    : { value, type: String, align: 'right', ...TOP };
}

const TOP = { alignVertical: 'top' } as const;

const dateOf = (moment: string, format: string): CellObject => ({
  ...{ value: new Date(moment), type: Date, format, align: 'left' },
  ...TOP,
});

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

const SHEET = 'xl/worksheets/sheet{id}.xml';
const ORDER = getOrderOfSiblings(SHEET, 'worksheet') ?? [];

/** What the writer has no option for: a filter over each sheet's columns, totals outside of it; printed as wide as a page. */
const laidOut = (sheets: Sheet[]): Feature<Stream | Buffer | Blob> => ({
  files: {
    transform: {
      [SHEET]: {
        transform: (content, _options, { sheetIndex }) => {
          const { columns, rows } = sheets[sheetIndex]!;
          const filter = getSelfClosingTagMarkup('autoFilter', { ref: `A1:${columnName(columns.length)}${rows.length + 1}` });
          const fit = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>';
          return [filter, fit].reduce(
            (sheet, markup) => insertElementMarkupAccordingToOrderOfSiblings(sheet, markup, ORDER, 'worksheet'),
            content,
          );
        },
        transformElementAttributes: (tag, attributes) =>
          tag === 'pageSetup' ? { ...attributes, fitToWidth: 1, fitToHeight: 0 } : attributes,
      },
    },
  },
});

const LETTERS = 26;

const columnName = (count: number): string =>
  count <= LETTERS
    ? String.fromCharCode(64 + count)
    : columnName(Math.floor((count - 1) / LETTERS)) + columnName(((count - 1) % LETTERS) + 1);
