import { shown } from '../../shown.js';
import { grouped } from './decimal.js';
import type { Amounts } from '../plan-types.js';

/**
 * Markdown for Temporal's Web UI. `md` escapes every value that goes into it; only what this file makes itself is taken as Markdown. So a customer's name can
 * be no heading, link, picture, table or line of its own, and no template has to think of it.
 */
export class Markdown {
  constructor(readonly text: string) {}
  toString(): string {
    return this.text;
  }
}

/** A value of one of ours, or of a vendor: anything but `Markdown` is escaped. */
type Value = string | number | Markdown;

/** The template's own text is Markdown, every value in it is text. */
export const md = (parts: TemplateStringsArray, ...values: Value[]): Markdown =>
  new Markdown(parts.map((part, index) => part + (index < values.length ? asMarkdown(values[index]!) : '')).join(''));

/** Parts one below the other, or with a mark of ours between them. */
export const joined = (parts: Markdown[], between: string): Markdown => new Markdown(parts.map(String).join(between));

const asMarkdown = (value: Value): string =>
  value instanceof Markdown ? value.text : typeof value === 'number' ? String(value) : escaped(value);

/** One text may be so long; a page of them stays far below what Temporal takes. */
const LONGEST_TEXT = 600;

/** The text as Markdown that reads the same: one line, no mark that means anything, no address that would become a link. */
function escaped(text: string): string {
  const line = shown(text, LONGEST_TEXT).trim();
  const inline = line.replace(/[\\`*_[\]<>&|~$^]/g, String.raw`\$&`).replace(LINKED, JOINER);
  return inline.replace(LEADING, String.raw`\$1`).replace(NUMBERED, String.raw`$1\$2`);
}

/** A character of no width: a renderer that looks for addresses in plain text finds none across it. */
const JOINER = '\u2060';
/** Where such renderers see an address begin. */
const LINKED = /(?<=https?|ftp|mailto|xmpp)(?=:)|(?<=www)(?=\.)|(?<=[\w.+-])(?=@)/gi;
/** What would make a line a heading, a list, a quotation, a rule or a table's second line; a negative amount does none of this. */
const LEADING = /^([#=>:]|[-+](?!\d))/;
const NUMBERED = /^(\d{1,9})([.)])(?=\s|$)/;

/** Text as it stands, in one of the boxes that Markdown takes no marks in: codes, and commands to be copied. */
export function code(text: string): Markdown {
  const line = shown(text, LONGEST_TEXT);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const room = longest > 0 ? ' ' : '';
  return new Markdown(`${fence}${room}${line.replaceAll('|', '\\|')}${room}${fence}`);
}

/** A link to a page of the Web UI. */
export const link = (text: string, address: string): Markdown =>
  md`[${text}](${new Markdown(address.replace(/[\s()<>\\]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`))})`;

/** The four sums as a table, for the Web UI's current details. */
export function amountsTable(sums: Record<'report' | 'posted' | 'held' | 'excluded', Amounts>): Markdown {
  const rows = (['report', 'posted', 'held', 'excluded'] as const).map((name) =>
    tableRow([name, sums[name].lines, grouped(sums[name].sales), grouped(sums[name].cost)]),
  );
  return joined([tableRow(['', 'lines', 'sales', 'cost']), new Markdown('|---|--:|--:|--:|'), ...rows], '\n');
}

/** Blanks that Markdown keeps. */
const GAP = '\u00a0'.repeat(4);

/** A row of cells that stand apart: the Web UI draws tables without any room between columns. */
export const tableRow = (cells: Value[]): Markdown => new Markdown(`| ${cells.map(asMarkdown).join(` | ${GAP}`)} |`);

/** The rule below a table's head. Not by the tag `md`: Prettier lays its Markdown out again, and a table with a blank line in it is not a table. */
export const tableRule = (...columns: ('left' | 'right')[]): Markdown =>
  new Markdown(`|${columns.map((column) => (column === 'right' ? '--:' : '---')).join('|')}|`);

/** Temporal takes summaries of at most so many bytes. */
const SUMMARY_BYTES = 200;

/** One line for the Web UI's lists and timelines, within Temporal's limit, its end cut off visibly. */
export function summaryText(text: string): string {
  let kept = [...shown(text, SUMMARY_BYTES)];
  const written = (): string => escaped(kept.length < [...text].length ? `${kept.join('')}…` : kept.join(''));
  while (bytesOf(written()) > SUMMARY_BYTES) kept = kept.slice(0, -1);
  return written();
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
