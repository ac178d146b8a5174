import { stringify } from 'csv-stringify/sync';
import type { CsvSeparator } from '../../shared/config.js';
import { shown } from '../../shared/shown.js';

/** What every file for spreadsheets needs: read as UTF-8, and texts that are nothing but texts. */

/** Excel reads UTF-8 only with it; programs trip over it, so files carry it and standard output does not. */
export const BYTE_ORDER_MARK = '\u{FEFF}';

/** A cell of Excel takes so many characters. */
const LONGEST_TEXT = 32_000;

/**
 * Where a formula would begin: with what a spreadsheet takes for its first character, in the widths of other alphabets too, at the beginning or after what
 * separates cells elsewhere (Excel takes `;` in most of Europe; a tab is a blank by then). Blanks, quotation marks and what cannot be seen are passed over before it.
 */
const FORMULA =
  /(^|[;,|])(?=[\s"'\p{Cf}\u115f\u1160\u3164\uffa0\ufffd]*[=+\-@\u207a-\u207c\u208a-\u208c\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])/gu;
const GUARDED =
  /(^|[;,|])'(?=[\s"'\p{Cf}\u115f\u1160\u3164\uffa0\ufffd]*[=+\-@\u207a-\u207c\u208a-\u208c\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])/gu;

/** The text as a cell that is never a formula: a leading apostrophe makes it text again. */
export const harmless = (value: string): string => shown(value, LONGEST_TEXT).replace(FORMULA, "$1'");

/** The text as it was before `harmless`. */
export const original = (value: string): string => value.replace(GUARDED, '$1');

/** A text of a workbook, which keeps it apart from formulas: only what the file format itself would read otherwise is taken away. */
export const workbookText = (value: string): string => shown(value, LONGEST_TEXT).replace(/_(?=x[0-9a-f]{4}_)/gi, '_x005F_');

/** A cell of a CSV: numbers and codes of ours stand as they are. */
export type CsvCell = { text: string } | { number: string };

/** Rows as CSV, every text in quotation marks. Where `;` separates, spreadsheets take a comma for the decimal point. */
export const csvText = (titles: string[], rows: CsvCell[][], separator: CsvSeparator): string =>
  stringify([titles.map((title) => ({ text: title })), ...rows], {
    delimiter: separator,
    cast: { object: (value) => written(value as CsvCell, separator) },
  }).replace(/\n$/, '');

function written(cell: CsvCell, separator: CsvSeparator): string | { value: string; quoted: boolean } {
  if ('number' in cell) return separator === ';' ? cell.number.replace('.', ',') : cell.number;
  return { value: harmless(cell.text), quoted: true };
}
