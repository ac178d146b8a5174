import { parse } from 'csv-parse/sync';
import { fold } from '../shared/billing/basics/text.js';
import type { BaseConfig } from '../shared/config.js';
import { LINE_END } from '../shared/files.js';
import type { Context } from './context.js';
import { CommandError, EXIT } from './terminal/exit.js';
import { writeOutput } from './files.js';
import { jsonText } from './terminal/printable.js';
import { BYTE_ORDER_MARK, csvText } from './documents/spreadsheet.js';

/** Tables that people open in a spreadsheet, change, and hand back. */

export interface FileRow {
  line: number;
  record: Record<string, string>;
}

/** The rows of a CSV as spreadsheets write it: any of their separators, also named in a first line `sep=`; the heads in any case. */
export function parseRows(file: string, text: string): FileRow[] {
  const named = SEPARATOR_NAMED.exec(text);
  const before = named === null ? 0 : 1;
  try {
    const rows: { info: { lines: number }; record: Record<string, string> }[] = parse(text.slice(named?.[0].length ?? 0), {
      columns: headsOf,
      delimiter: named?.[1] ?? separatorOf(text),
      info: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
    });
    return rows.map(({ info, record }) => ({ line: info.lines + before, record }));
  } catch (error) {
    throw new CommandError(EXIT.usage, `${file} is not CSV: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether the file has these heads and nothing below: what a suggestion of nothing looks like. */
export function hasHeadsAlone(text: string, columns: string[]): boolean {
  const [heads = '', ...rest] = text.replace(SEPARATOR_NAMED, '').trim().split(LINE_END);
  return rest.length === 0 && columns.every((column) => fold(heads).includes(fold(column)));
}

function headsOf(heads: string[]): string[] {
  const folded = heads.map(fold);
  const twice = folded.find((head, index) => head !== '' && folded.indexOf(head) !== index);
  if (twice !== undefined) throw new Error(`the column ${twice} occurs twice`);
  return folded;
}

const SEPARATOR_NAMED = new RegExp(`^"?sep=(.)"?(?:${LINE_END.source})`, 'i');
const SEPARATORS = [',', ';', '\t', '|'];

/** What separates the heads: the one of the known separators that is there most often. */
function separatorOf(text: string): string {
  const [heads = ''] = text.trimStart().split(LINE_END, 1);
  const countOf = (separator: string): number => heads.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (countOf(separator) > countOf(best) ? separator : best));
}

export const csvOf = (
  columns: string[],
  rows: Record<string, string>[],
  { csvSeparator }: Pick<BaseConfig, 'csvSeparator'>,
): string =>
  csvText(
    columns,
    rows.map((row) => columns.map((column) => ({ text: row[column] ?? '' }))),
    csvSeparator,
  );

export interface DeliverOptions {
  out?: string | undefined;
  json: boolean;
}

/** To the screen, or into the file that a person named. */
export async function deliver(context: Context, data: unknown, { out, json }: DeliverOptions, text: string): Promise<void> {
  if (out === undefined) return context.out(json ? jsonText(data) : text);
  await writeOutput(out, json ? jsonText(data) : `${BYTE_ORDER_MARK}${text}\n`);
  context.say(`Written to ${out}.`);
}
