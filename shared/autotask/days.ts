import type { Day } from '../billing/types.js';

/**
 * Days on the wire (`docs/vendors/autotask.md` 2.7). A tenant's database has a time zone of its own, and midnight may be moved to the day before: an adjustment that
 * lands a day early is a proration nobody can remove. 10:15 UTC is the same day from Hawaii to New Zealand in summer, converted or not.
 */

const WRITTEN_AT = '10:15:00Z';
const READ_AHEAD_MS = (13 * 60 + 15) * 60_000;

export const toWire = (day: Day): string => `${day}T${WRITTEN_AT}`;

/** The day of (value + 13 h 15 min): right for midnight UTC, for local midnight given in UTC, and for 10:15 given back uncut. */
export function fromWire(value: string): Day {
  const hasZone = /(z|[+-]\d{2}:?\d{2})$/i.test(value);
  const time = Date.parse(hasZone ? value : value.includes('T') ? `${value}Z` : `${value}T00:00:00Z`);
  if (Number.isNaN(time)) throw new RangeError(`"${value}" is not a date`);
  return new Date(time + READ_AHEAD_MS).toISOString().slice(0, 10);
}
