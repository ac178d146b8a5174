import { shown } from '../../shared/shown.js';

/**
 * HTML for the pages people open. `html` escapes every value that goes into it; only what was made by it is taken as HTML. So a customer's name can be no tag,
 * attribute or script, and no template has to think of it.
 */
export class Html {
  constructor(readonly text: string) {}
}

type Value = string | number | Html | null | undefined | false | Value[];

/** The template's own text is HTML, every value in it is text; of a list each value, and nothing of what is not there. */
export const html = (parts: TemplateStringsArray, ...values: Value[]): Html =>
  new Html(
    compact(parts)
      .map((part, index) => part + (index < values.length ? asHtml(values[index]) : ''))
      .join(''),
  );

/** The template without its layout: a page of 100,000 rows need not carry the indentation of each. */
function compact(parts: TemplateStringsArray): string[] {
  const known = COMPACT.get(parts);
  if (known) return known;
  const made = parts.map((part) => part.replace(/>\n */g, '>').replace(/\n *</g, '<').replace(/\n */g, ' '));
  COMPACT.set(parts, made);
  return made;
}
// eslint-disable-next-line no-restricted-syntax -- a template literal is a constant of its module
const COMPACT = new WeakMap<TemplateStringsArray, string[]>();

/** Lists of HTML, a line each. */
export const linesOf = (parts: Html[]): Html => new Html(parts.map(({ text }) => text).join('\n'));

const asHtml = (value: Value): string => {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  return Array.isArray(value) ? value.map(asHtml).join('') : escaped(String(value));
};

/** Longer than any sentence of ours. */
const LONGEST_TEXT = 4_000;

/** One line without marks that mean anything, in order of reading also where it is written from right to left. */
function escaped(text: string): string {
  const safe = shown(text, LONGEST_TEXT).replace(/[&<>"'`]/g, (character) => `&#${character.codePointAt(0)};`);
  return RIGHT_TO_LEFT.test(safe) ? `${FIRST_STRONG_ISOLATE}${safe}${POP_ISOLATE}` : safe;
}

/** A name in such letters must not turn the amount next to it around. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
