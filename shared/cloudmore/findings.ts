import { Members } from '../door/index.js';
import type { Unreadable } from '../billing/types.js';

/** What of Cloudmore's answers cannot be read: collected while they are read, each named so that somebody can find it. */

export const VENDOR = 'Cloudmore';

/** As many as anybody looks at; each is a sentence, and the report stays small where every record of thousands is wrong. */
const FINDINGS_KEPT = 200;

export class Findings {
  readonly kept: Unreadable[] = [];
  count = 0;

  /** Keeps what a record could not tell; answers the first of it as a sentence, null where all of it was read. */
  of(members: Members): string | null {
    return this.add(members.findings);
  }

  add(findings: Unreadable[]): string | null {
    this.count += findings.length;
    this.kept.push(...findings.slice(0, FINDINGS_KEPT - this.kept.length));
    return findings[0] === undefined ? null : sentenceOf(findings[0]);
  }
}

/** "Cloudmore, pricelist, price list item 3: salesPrice is "twelve"; expected an amount." */
export function sentenceOf({ vendor, path, record, member, value, problem }: Unreadable): string {
  const what = member === null ? 'the record' : member;
  const seen = value === null ? 'is missing' : `is "${value}"`;
  return `${vendor}, ${path}, ${record}: ${what} ${seen}; ${problem}.`;
}

export const membersOf = (raw: unknown, path: string, record: string): Members =>
  new Members(raw, { vendor: VENDOR, path, record });
