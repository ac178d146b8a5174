import { isDay } from '../billing/basics/month.js';
import type { Day } from '../billing/types.js';
import { FIRST_YEAR, LAST_YEAR } from '../http/limits.js';

/**
 * Days in the notations that cannot be misread. A date-time is a day whatever zone it carries: both vendors give midnight of the day they mean. Day and month
 * as two numbers, in either order, are not a date: which is which depends on the country.
 */
export function readDay(value: unknown): Day | null {
  if (typeof value !== 'string' || value.length > LONGEST) return null;
  const text = value.trim();
  const day = isoDay(text) ?? compactDay(text) ?? millisecondsDay(text) ?? namedDay(text);
  if (day === null || !isDay(day)) return null;
  const year = Number(day.slice(0, 4));
  return year >= FIRST_YEAR && year <= LAST_YEAR ? day : null;
}

/** The longest notation there is, with room for blanks. */
const LONGEST = 60;

const pad = (value: string): string => value.padStart(2, '0');

/** "2025-10-31", "2025-10-31T00:00:00+02:00", "2025/10/31 00:00". */
function isoDay(text: string): string | null {
  const match =
    /^(\d{4})([-/])(\d{2})\2(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?$/i.exec(text);
  return match ? `${match[1]}-${match[3]}-${match[4]}` : null;
}

/** "20251031". */
function compactDay(text: string): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})(?:T\d{6}Z?)?$/.exec(text);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
}

/** "/Date(1761868800000)/", "/Date(1761861600000+0200)/": the offset says which day was meant. */
function millisecondsDay(text: string): string | null {
  const match = /^\/Date\((-?\d{1,15})(?:([+-])(\d{2})(\d{2}))?\)\/$/.exec(text);
  if (!match) return null;
  const offset = (Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)) * 60_000 * (match[2] === '-' ? -1 : 1);
  const date = new Date(Number(match[1]) + offset);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 10);
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FULL = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** "31 Oct 2025", "31-Oct-2025", "October 31, 2025", "Fri, 31 Oct 2025 00:00:00 GMT". */
function namedDay(text: string): string | null {
  const rest = text
    .toLowerCase()
    .replace(/^[a-z]{3,9}, /, '')
    .replace(/[ ,]\d{2}:\d{2}(:\d{2})?( ?(gmt|utc|z))?$/, '');
  const dayFirst = /^(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4})$/.exec(rest);
  if (dayFirst) return named(dayFirst[3]!, dayFirst[2]!, dayFirst[1]!);
  const monthFirst = /^([a-z]{3,9}) (\d{1,2}),? (\d{4})$/.exec(rest);
  return monthFirst ? named(monthFirst[3]!, monthFirst[1]!, monthFirst[2]!) : null;
}

function named(year: string, name: string, day: string): string | null {
  const month = Math.max(MONTHS.indexOf(name), FULL.indexOf(name));
  return month < 0 ? null : `${year}-${pad(String(month + 1))}-${pad(day)}`;
}
