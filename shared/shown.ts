/**
 * Texts of others as people and programs are shown them, and as they are written. What a thing is known by (hashes, keys, names in settings) is never taken
 * from here: two names that only look alike are two.
 */

/** A name that is longer says nothing more; Autotask's longest name has 200 characters. */
export const NAME_LENGTH = 200;
/** An error text of a vendor, in all: it travels through Temporal's failures, logs and messages. */
export const ERROR_LENGTH = 500;
/** How much longer than shown a text may be before it is normalized: normalizing megabytes takes time that nobody has. */
const READ_AHEAD = 4;

/** Control characters of both sets and every kind of line break: they end lines, colour, title and copy. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Half characters, and marks that turn the direction of reading or cannot be seen. */
const HIDDEN = /[\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/** One line of at most `length` characters in Unicode's composed form, with nothing in it that is not shown. */
export function shown(text: string, length = NAME_LENGTH): string {
  const ahead = cut(text, length * READ_AHEAD);
  const clean = ahead.replace(CONTROL, ' ').replace(HIDDEN, '\ufffd').normalize('NFC');
  return clean.length <= length && ahead.length === text.length ? clean : `${cut(clean, length - 1)}…`;
}

/** Cut to at most `length` characters without splitting a character in two: one that would be split is left out, and the next whole one takes its place, as in every name written so far. */
export function cut(value: string, length: number): string {
  if (value.length <= length) return value;
  const end = Math.max(length, 0);
  const last = value.charCodeAt(end - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return isHalf ? value.slice(0, end - 1) + (/[^\ud800-\udfff]/.exec(value.slice(end))?.[0] ?? '') : value.slice(0, end);
}
