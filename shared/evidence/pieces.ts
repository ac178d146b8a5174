import { isRecord } from '../http/properties.js';

/**
 * Texts in pieces. An organization of 20,000 lines is a value of 46 MB: as one text it would be in memory twice, and four times while it is encrypted.
 */
export type Pieces = Iterable<string> & object;

/** Elements of a list that become one piece: of a plan, half a megabyte. */
const ELEMENTS = 200;

/** A value's JSON: as `JSON.stringify` writes it, but for symbols (`escaped`). Each piece is whole JSON text, no character is cut in two. */
export function* jsonPieces(value: unknown): Generator<string> {
  if (Array.isArray(value) && value.length > ELEMENTS) {
    for (let from = 0; from < value.length; from += ELEMENTS)
      yield (from === 0 ? '[' : ',') + jsonText(value.slice(from, from + ELEMENTS)).slice(1, -1);
    yield ']';
  } else if (isLong(value)) {
    let before = '{';
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      yield `${before}${jsonText(key)}:`;
      yield* jsonPieces(member);
      before = ',';
    }
    yield '}';
  } else yield jsonText(value);
}

/** Whether a record leads to a list that becomes pieces. */
const isLong = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && Object.values(value).some((member) => (Array.isArray(member) ? member.length > ELEMENTS : isLong(member)));

const jsonText = (value: unknown): string => escaped(JSON.stringify(value));

/** Arrows, dashes and other symbols, which our own sentences use. */
const SYMBOLS = /[\u2000-\u2bff]/g;

/** One of them alone makes a text that is read take two bytes for each of its letters. Letters of names stay, so that a name is found in what is kept. */
const escaped = (text: string): string => text.replace(SYMBOLS, (symbol) => `\\u${symbol.charCodeAt(0).toString(16)}`);
