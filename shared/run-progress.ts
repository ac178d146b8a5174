import { grouped } from './billing/basics/decimal.js';
import type { MonthShown } from './messages/messages.js';

/** How far a run is, in words: "17 of 300, about 40 minutes left, 1,234.50 posted", or what it does before it knows its customers. */
export function progressText({ progress, settled, posted }: MonthShown): string {
  if (progress === undefined || progress.of === null) return progress?.doing ?? `${settled} customers done`;
  if (progress.of === 0) return `nothing to do for any customer, ${grouped(posted.sales)} posted`;
  return [`${settled} of ${progress.of}`, leftText(minutesLeft(progress, settled)), `${grouped(posted.sales)} posted`]
    .filter((part) => part !== '')
    .join(', ');
}

/** The part of the forecast that the customers still to come stand for; null where the run has none. */
function minutesLeft({ of, minutes }: NonNullable<MonthShown['progress']>, settled: number): number | null {
  if (of === null || minutes === null || of === 0) return null;
  return Math.ceil((minutes * Math.max(of - settled, 0)) / of);
}

function leftText(minutes: number | null): string {
  if (minutes === null || minutes === 0) return '';
  return minutes === 1 ? 'about a minute left' : `about ${minutes} minutes left`;
}
