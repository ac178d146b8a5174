import { parseEnv } from 'node:util';

/**
 * A `.env` file as Docker Compose reads it. Commands on the host read the same file by Node's rules, and the two part where a value has a `$`, a `#`, a quote
 * or a backslash: then the worker in its container has another password than `doctor` has tried. After Compose's page "Syntax of .env files" and its
 * parser; `test/project/docker-compose.test.ts` asks the program itself.
 */

/** What Compose makes of a file: values by name, null where it would put a variable's value in; and the line that it cannot read, which ends it. */
export interface ComposeReading {
  values: Map<string, string | null>;
  brokenAt: number | null;
}

const STATEMENT = /^(?:export[^\S\n]+)?([\p{L}\p{N}_.\-[\]]+)[^\S\n]*(?:([=:])[^\S\n]*|\n|$)/u;
const VARIABLE = /\$(?:[a-z_]|\{)/i;
const QUOTES = ["'", '"'];

export function readAsCompose(text: string): ComposeReading {
  const values = new Map<string, string | null>();
  let rest = withoutComments(text);
  while (rest !== '') {
    const [whole, name, isGiven] = STATEMENT.exec(rest) ?? [];
    const value = whole === undefined || isGiven === undefined ? null : valueAt(rest.slice(whole.length));
    if (whole === undefined || (isGiven !== undefined && value === null))
      return { values, brokenAt: text.slice(0, text.length - rest.length).split('\n').length };
    if (value !== null) values.set(name!, value.read);
    rest = withoutComments(rest.slice(whole.length + (value?.length ?? 0)));
  }
  return { values, brokenAt: null };
}

/** The next statement: blank lines and those that begin with # are skipped. */
const withoutComments = (text: string): string => text.replace(/^(?:\s+|#[^\n]*)+/u, '');

/** A value and how many characters it takes; null for a quote that is never closed. */
function valueAt(text: string): { read: string | null; length: number } | null {
  const quote = text[0] ?? '';
  if (!QUOTES.includes(quote)) {
    const [line = ''] = text.split('\n', 1);
    return { read: interpolated(line.split(' #', 1)[0]!.trimEnd()), length: line.length };
  }
  let inside = '';
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === quote) return { read: quote === '"' ? expanded(inside) : inside, length: at + 1 };
    // A backslash keeps the quote behind it, and stays before everything else.
    if (text[at] === '\\' && at + 1 < text.length) {
      at += 1;
      inside += text[at] === quote ? quote : `\\${text[at]}`;
    } else inside += text[at];
  }
  return null;
}

const ESCAPES: Record<string, string> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  $: '$$',
};

/** Between double quotes. Nobody writes octal numbers, so they are not read here: null, as for a variable. */
const expanded = (text: string): string | null =>
  text.includes('\\0') ? null : interpolated(text.replace(/\\([abfnrtv$"\\])/g, (_, letter: string) => ESCAPES[letter]!));

/** `$$` is one dollar; a name behind it is a variable's, whose value nobody here knows. */
const interpolated = (text: string): string | null =>
  VARIABLE.test(text.replaceAll('$$', '')) ? null : text.replaceAll('$$', () => '$');

/** What the two read differently in a `.env` file: names, never values, and the line from which on Compose reads nothing. */
export function readDifferently(text: string): { names: string[]; brokenAt: number | null } {
  const { values, brokenAt } = readAsCompose(text);
  const ours = new Map(Object.entries(parseEnv(text)));
  const names = new Set([...values.keys(), ...(brokenAt === null ? ours.keys() : [])]);
  return { names: [...names].filter((name) => values.get(name) !== ours.get(name)), brokenAt };
}
