import { fold, present } from '../basics/text.js';
import type { Line } from '../types.js';

/**
 * Comparing with last month where a part of either cannot be read (rules 1.4, 9): an amount that is there and not understood is no 0.00. What it belongs to is
 * compared on neither side.
 */
export interface Readable {
  now: Line[];
  before: Line[];
  /** Lines that cannot be read, of both. */
  unread: number;
}

/** Both months without what cannot be read in one of them. */
export function readable(now: Line[], before: Line[]): Readable {
  const troubled = [...now, ...before].filter(({ trouble }) => trouble !== undefined);
  if (troubled.length === 0) return { now, before, unread: 0 };
  const unread = new Set(troubled.map(reachOf));
  const isRead = (line: Line): boolean => !unread.has(wholeOf(line)) && !unread.has(partOf(line));
  return { now: now.filter(isRead), before: before.filter(isRead), unread: troubled.length };
}

const wholeOf = ({ organizationId }: Line): string => fold(organizationId);
const partOf = ({ organizationId, subscriptionId, itemCode, productName }: Line): string =>
  [organizationId, present(subscriptionId) ?? present(itemCode) ?? productName].map(fold).join('|');

/** How much of an organization is uncertain by a line that cannot be read. */
const reachOf = (line: Line): string => (line.trouble!.holds === 'organization' ? wholeOf(line) : partOf(line));

/** Words for what is compared on neither side; none where all of it is. */
export const unreadWords = (unread: number): string =>
  unread === 0
    ? ''
    : `; what ${unread} unreadable ${unread === 1 ? 'line belongs' : 'lines belong'} to is left out on both sides`;
