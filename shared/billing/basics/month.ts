import type { Day, Month } from '../types.js';

/** Calendar arithmetic on text. No clock and no time zone: a day is a day. */

const DAY_MS = 86_400_000;

const parts = (month: Month): [year: number, month: number] => [Number(month.slice(0, 4)), Number(month.slice(5, 7))];
const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** The month `count` months later (earlier when negative). */
export function addMonths(month: Month, count: number): Month {
  const [year, number] = parts(month);
  const index = year * 12 + (number - 1) + count;
  return `${pad(Math.floor(index / 12), 4)}-${pad((((index % 12) + 12) % 12) + 1)}`;
}

/** How many months `to` is later than `from`. */
export function monthsBetween(from: Month, to: Month): number {
  const [[fromYear, fromMonth], [toYear, toMonth]] = [parts(from), parts(to)];
  return (toYear - fromYear) * 12 + toMonth - fromMonth;
}

export const previousMonth = (month: Month): Month => addMonths(month, -1);
export const nextMonth = (month: Month): Month => addMonths(month, 1);
export const monthOf = (day: Day): Month => day.slice(0, 7);
export const firstDay = (month: Month): Day => `${month}-01`;
export function lastDay(month: Month): Day {
  const [year, number] = parts(month);
  return `${month}-${pad(new Date(Date.UTC(year, number, 0)).getUTCDate())}`;
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** Days from `from` to `to`, both counted. */
export function daysCovered(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

export const dayOfMonth = (day: Day): number => Number(day.slice(8, 10));

/** Whether the text is a month "YYYY-MM" of the calendar. */
export const isMonth = (value: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(value);

/** Whether the text is a day "YYYY-MM-DD" of the calendar; 30 February is not. */
export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value;
}

/**
 * The months a daily run of the day treats: those that are billed from the report of yesterday's month, and from the one before it during the first
 * `recheckDays` days (rules 1.2 and 1.9), earlier first.
 */
export function monthsDue(asOf: Day, recheckDays: number, reportMonthOffset = 0): Month[] {
  const month = monthDue(asOf, reportMonthOffset);
  return dayOfMonth(asOf) <= recheckDays ? [previousMonth(month), month] : [month];
}

/** The month that is billed from the report of yesterday's month. */
export const monthDue = (asOf: Day, reportMonthOffset: number): Month =>
  addMonths(monthOf(addDays(asOf, -1)), -reportMonthOffset);

/** A month, and the month of the report that it is billed from where that is another (rule 1.9). */
export interface BilledMonth {
  month: Month;
  reportMonth?: Month;
}

export const reportMonthOf = ({ month, reportMonth }: BilledMonth): Month => reportMonth ?? month;

/** Whether no line can come any more that is billed in the month of the report. */
export const isOver = (billed: BilledMonth, asOf: Day): boolean => asOf > lastDay(reportMonthOf(billed));

/** The member that says so, where there is something to say: with an offset of 0 nothing is another than it was. */
export const billedFrom = (month: Month, reportMonth: Month): { reportMonth?: Month } =>
  reportMonth === month ? {} : { reportMonth };
