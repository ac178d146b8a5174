/** Days and months as text, and what a broker's month consists of (`docs/vendors/cloudmore.md` 5.1). */

/** `YYYY-MM-DD`. */
export type Day = string;
/** `YYYY-MM`. */
export type Month = string;

/** Days from the first to the last, both included. */
export interface Span {
  start: Day;
  end: Day;
}

const DAY_MS = 86_400_000;

/** A world knows some thousand days and asks for them millions of times. */
const TIMES = new Map<Day, number>();
const DAYS = new Map<number, Day>();

function timeOf(day: Day): number {
  const time = TIMES.get(day) ?? Date.parse(`${day}T00:00:00Z`);
  TIMES.set(day, time);
  return time;
}

function dayAt(time: number): Day {
  const day = DAYS.get(time) ?? new Date(time).toISOString().slice(0, 10);
  DAYS.set(time, day);
  return day;
}

export const addDays = (day: Day, days: number): Day => dayAt(timeOf(day) + days * DAY_MS);

/** Number of days, both ends counted, as Microsoft counts a charge cycle. */
export const daysIn = ({ start, end }: Span): number => (timeOf(end) - timeOf(start)) / DAY_MS + 1;

/** The same day of another month, or its last one where the month is shorter. */
export function addMonths(day: Day, months: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dayAt(Date.UTC(year, month - 1 + months, Math.min(date, lastOfMonth)));
}

/** Whole months from one day to a later one. */
export function monthsFrom(start: Day, day: Day): number {
  const [startYear = 0, startMonth = 0] = start.split('-').map(Number);
  const [year = 0, month = 0] = day.split('-').map(Number);
  const months = (year - startYear) * 12 + month - startMonth;
  return addMonths(start, months) > day ? months - 1 : months;
}

export const isWithin = ({ start, end }: Span, day: Day): boolean => day >= start && day <= end;

export const monthAfter = (month: Month, months: number): Month => addMonths(`${month}-01`, months).slice(0, 7);

export const spanOf = (month: Month): Span => ({ start: `${month}-01`, end: addDays(`${monthAfter(month, 1)}-01`, -1) });

/** The calendar month that Microsoft bills in the report of a month: the one before (`docs/vendors/cloudmore.md` 5.1). */
export const billedSpan = (month: Month): Span => spanOf(monthAfter(month, -1));

/** A day as Cloudmore writes it. */
export const instantOf = (day: Day): string => `${day}T00:00:00Z`;
