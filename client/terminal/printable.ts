import { shown } from '../../shared/shown.js';
import { PLAIN, type Paper } from './paper.js';

/**
 * What goes to a terminal. Every text of what is shown becomes one line of characters that a terminal only prints, before any sentence is made of it: no
 * colour, title, clipboard or line of its own, nothing that turns the order of reading. `terminalText` stands where the words leave the process, for what no
 * rendering made, an error for one.
 */

/** Longer than any sentence of ours. */
const LONGEST_TEXT = 4_000;
/** Most texts: nothing to look for. */
const HARMLESS = /^[\x20-\x7e]*$/;

/** A rendering for terminals: its data are made printable first. */
export const onTerminal =
  <Data>(render: (data: Data, paper: Paper) => string) =>
  (data: Data, paper: Paper = PLAIN): string =>
    render(printable(data), paper);

/** The data with every text printable; what needs no change is not copied. */
export function printable<Data>(data: Data): Data {
  if (typeof data === 'string') return printableText(data) as Data;
  if (Array.isArray(data)) {
    const values = data.map((value: unknown) => printable(value));
    return values.some((value, index) => value !== data[index]) ? (values as Data) : data;
  }
  return isRecord(data) ? printableRecord(data) : data;
}

const printableText = (text: string): string =>
  text.length <= LONGEST_TEXT && HARMLESS.test(text) ? text : shown(text, LONGEST_TEXT);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null);

function printableRecord<Data extends Record<string, unknown>>(data: Data): Data {
  const entries = Object.entries(data).map(([key, value]) => [printableText(key), printable(value), value] as const);
  const isChanged = entries.some(([key, now, before]) => now !== before || !Object.hasOwn(data, key));
  return isChanged ? (Object.fromEntries(entries.map(([key, now]) => [key, now])) as Data) : data;
}

/** A sentence with names in it: every value is kept to one printable line. */
export const line = (parts: TemplateStringsArray, ...values: (string | number | null)[]): string =>
  parts.map((part, index) => part + (index < values.length ? printableText(String(values[index])) : '')).join('');

/** Controls of both sets, line separators, half characters, and marks that turn the direction or cannot be seen. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;
const ESCAPE = String.fromCharCode(0x1b);
/** The colours of `paint`, and nothing else that begins with an escape. */
const COLOUR = new RegExp(`(${ESCAPE}\\[(?:1|2|22|3[1-6]|39)m)`);

/** Text for a terminal as it leaves the process; lines and tabs are ours. */
export function terminalText(text: string, { hasColour }: Paper): string {
  const parts = hasColour ? text.split(COLOUR) : [text];
  return parts
    .map((part) =>
      hasColour && COLOUR.test(part)
        ? part
        : part.replace(UNPRINTABLE, (character) => (character === '\n' || character === '\t' ? character : '\ufffd')),
    )
    .join('');
}

/** JSON that reads back as the same value, and that a terminal only prints. */
export const jsonText = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(UNPRINTABLE, (character) =>
    character === '\n' ? character : escapedCharacter(character),
  );

const escapedCharacter = (character: string): string =>
  [...character.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
