import { token_sort_ratio } from 'fuzzball';

/** How alike names are that people wrote, by a library; what follows from it is decided elsewhere. */

/** Legal forms tell nothing about who it is. */
const FORMS =
  /\b(ab|ag|aps|as|a\/s|asa|bv|b\.v\.|co|corp|corporation|gmbh|inc|kg|limited|llc|llp|ltd|nv|oy|oyj|plc|pty|sa|sarl|sas|se|sl|spa|srl)\b\.?/gi;

/** The name in lower case, without accents, legal forms and punctuation. */
export const bareName = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/&/g, ' and ')
    .replace(FORMS, ' ')
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim();

/** How alike two bare names are, 0 to 100: words in any order count alike, and an empty one is like nothing. */
export const likeness = (left: string, right: string): number =>
  left === '' || right === '' ? 0 : token_sort_ratio(left, right);

/** How alike two names are, 0 to 100. */
export const nameScore = (left: string, right: string): number => likeness(bareName(left), bareName(right));
