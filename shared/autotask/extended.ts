import type { Day } from '../billing/types.js';
import type { Condition } from './conditions.js';

/**
 * A contract whose extension is not finished says so itself (rule 6.4): behind its number stands the day on which it ended, as `… cm<2025-08-31`. Autotask
 * is the one place that no backup of ours takes back, and without that day nothing distinguishes rows that the extension made from rows that were billed.
 */

const BEFORE_DAY = 'cm<';
const MARK = /^(.*?) ?cm<(\d{4}-\d{2}-\d{2})$/su;
/** Autotask's contract number takes so many characters (`docs/vendors/autotask.md` 5.1): an id of Cloudmore's and the mark fit exactly. */
const NUMBER_LENGTH = 50;

/** The number without the mark, and the day that the mark names. */
export function readExtended(contractNumber: string | null): { number: string | null; extendedFrom?: Day } {
  const found = MARK.exec(contractNumber ?? '');
  return found === null ? { number: contractNumber } : { number: found[1] || null, extendedFrom: found[2]! };
}

/** The number with the mark; null where it does not fit next to a longer number that somebody gave the contract. */
export function markExtended(number: string | null, extendedFrom: Day): string | null {
  const marked = `${number === null ? '' : `${number} `}${BEFORE_DAY}${extendedFrom}`;
  return marked.length > NUMBER_LENGTH ? null : marked;
}

/** A search by the number alone would not find it while it is marked: contracts whose number is one of these, and those with any number that carries a mark. */
export const numberedOrMarked = (numbers: string[]): Condition => ({
  op: 'or',
  items: [
    { op: 'in', field: 'contractNumber', value: numbers },
    { op: 'contains', field: 'contractNumber', value: ` ${BEFORE_DAY}` },
  ],
});
