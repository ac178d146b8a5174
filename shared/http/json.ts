import { DEPTH_LIMIT, MEMBERS_LIMIT, RECORDS_LIMIT } from './limits.js';

/** JSON as strangers write it: `JSON.parse` takes the last of two members with one name, and any depth. */

/** A byte order mark, which some servers put before JSON. */
export const BYTE_ORDER_MARK = '\ufeff';

export type ParsedJson = { kind: 'json'; json: unknown } | { kind: 'none' } | { kind: 'refused'; why: string };

/** The value of a JSON text; `none` where it is not JSON, `refused` where it is JSON that says two things at once or goes beyond the limits. */
export function parseJson(text: string): ParsedJson {
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (body.trim() === '') return { kind: 'json', json: undefined };
  try {
    const why = whyRefused(body);
    // Looked at first where it is nested too deep, which costs the parser its stack.
    return why === null ? { kind: 'json', json: JSON.parse(body) } : { kind: 'refused', why };
  } catch {
    return { kind: 'none' };
  }
}

/** What of the text goes beyond the limits, or null. Says nothing sensible of a text that is not JSON. */
function whyRefused(text: string): string | null {
  const shape = new JsonShape();
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = endOfString(text, at);
      if (isFollowedByColon(text, end)) shape.key(keyOf(text.slice(at, end + 1)));
      at = end;
    } else if (char === OPEN_OBJECT || char === OPEN_LIST) shape.open(char === OPEN_LIST);
    else if (char === CLOSE_OBJECT || char === CLOSE_LIST) shape.close();
    else if (char === COMMA) shape.next();
    if (shape.problem !== null) return shape.problem;
  }
  return null;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const OPEN_LIST = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_LIST = 0x5d;
const BACKSLASH = 0x5c;

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

function isFollowedByColon(text: string, end: number): boolean {
  let at = end + 1;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at += 1;
  return text.charCodeAt(at) === COLON;
}

const keyOf = (quoted: string): string => (quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1));

/** What a JSON document has come to, token by token: shared by texts that are read whole and by those that are read while they come in. */
export class JsonShape {
  /** What goes beyond the limits; null while nothing does. */
  problem: string | null = null;
  private readonly within: (Set<string> | null)[] = [];
  private records = 0;

  open(isList: boolean): void {
    this.within.push(isList ? null : new Set());
    if (this.within.length > DEPTH_LIMIT) this.problem ??= `is nested more than ${DEPTH_LIMIT} deep`;
  }

  close(): void {
    this.within.pop();
  }

  /** A comma: another member of a list. */
  next(): void {
    if (this.within.at(-1) === null && (this.records += 1) > RECORDS_LIMIT)
      this.problem ??= `has more than ${RECORDS_LIMIT} records`;
  }

  key(name: string): void {
    const names = this.within.at(-1);
    if (!names) return;
    if (names.has(name)) this.problem ??= `names the member "${name}" twice in one record`;
    names.add(name);
    if (names.size > MEMBERS_LIMIT) this.problem ??= `has a record with more than ${MEMBERS_LIMIT} members`;
  }
}
