/**
 * Commands that people are told to run. A command is a separate field, built here from fixed words and ids and quoted for a shell. It is never part of a
 * sentence and never searched for in one: a sentence may hold a customer's name or a vendor's text, which can read like a command.
 */

declare const QUOTED: unique symbol;
/** Ready to be copied into a shell as it stands. */
export type Command = string & { readonly [QUOTED]: true };

/** A sentence, and the command that ends it; either may be missing. */
export interface Advised {
  text: string;
  command: Command | null;
}

/** `billing …`: each word quoted where a shell would read it otherwise. */
export const command = (...words: string[]): Command => shellCommand('billing', ...words);

/** The same for another program. */
export const shellCommand = (program: string, ...words: string[]): Command =>
  [program, ...words].map(quoted).join(' ') as Command;

/** An option with its value. One that begins with a dash is tied to its option, or it would be taken for another. */
export const option = (name: string, value: string): string[] => (value.startsWith('-') ? [`${name}=${value}`] : [name, value]);

/** A sentence without a command, or with the one that ends it. */
export const advised = (text: string, ending: Command | null = null): Advised => ({ text, command: ending });

/** The sentence with its command, for places that take text alone: JSON, a mail. */
export const advisedText = ({ text, command: ending }: Advised): string =>
  [text, ending ?? ''].filter((part) => part !== '').join(' ');

/** What no shell reads otherwise, bash, PowerShell and cmd alike. */
const BARE = /^[\w./:=+-]+$/;
/** What double quotes protect in each of them. */
const SIMPLE = /^[\w ./:=+,@-]+$/;
/** Characters that nobody sees, or that a terminal, a page or the clipboard may change on the way, do not go into a command. */
const UNSEEN = /[\p{C}\p{Z}]/u;
const LONGEST_WORD = 300;
/** Stands for what cannot be named safely: the person fills it in. */
const PLACEHOLDER = 'ID';

function quoted(word: string): string {
  if (UNSEEN.test(word.replaceAll(' ', '')) || word.length > LONGEST_WORD) return PLACEHOLDER;
  if (BARE.test(word)) return word;
  return SIMPLE.test(word) ? `"${word}"` : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
