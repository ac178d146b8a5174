import type { Answer } from '../router.js';
import { invalidValue, modelErrors, type ModelErrors } from './answers.js';
import { capitalised, required } from './input.js';

/** Days and availability. Whether `endDate` is inclusive is unknown (`docs/vendors/cloudmore.md` 2.5); here it is. */

export interface DayRange {
  start: string;
  end: string;
}

/** The range that a report is asked for, or why it is refused. Only ISO: other orders of day and month are a wrong month waiting to happen. */
export function readRange(startDate: unknown, endDate: unknown): { range: DayRange } | { refusal: Answer } {
  const errors: ModelErrors = { ...problemOf('startDate', startDate), ...problemOf('endDate', endDate) };
  if (Object.keys(errors).length > 0) return { refusal: modelErrors(errors) };
  const range = { start: dayOf(String(startDate)), end: dayOf(String(endDate)) };
  if (range.end < range.start) return { refusal: invalidValue(`endDate ${range.end} is before startDate ${range.start}`) };
  return { range };
}

export const isWithin = ({ start, end }: DayRange, date: string): boolean => dayOf(date) >= start && dayOf(date) <= end;

export const dayOf = (date: string): string => date.slice(0, 10);

/** Shown from `from` on and before `until`. */
export function isAvailable(now: Date, from: string, until?: string): boolean {
  return Date.parse(from) <= now.getTime() && (until === undefined || now.getTime() < Date.parse(until));
}

export const dayBefore = (date: string): string =>
  new Date(Date.parse(`${dayOf(date)}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);

/** The day after, for dates that name a last day. */
export function nextDay(date: string): string {
  const next = new Date(`${dayOf(date)}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().replace('.000Z', 'Z');
}

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

function problemOf(name: string, value: unknown): ModelErrors {
  if (value === undefined || value === null || value === '') return required(name);
  if (typeof value === 'string' && ISO.test(value) && isRealDay(dayOf(value))) return {};
  return {
    [capitalised(name)]: [
      `The value '${typeof value === 'string' ? value : JSON.stringify(value)}' is not valid for ${capitalised(name)}.`,
    ],
  };
}

/** 30 February has the form of a day but is not one. */
function isRealDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
