/** Days and instants (`docs/vendors/autotask.md` 2.7): date-only fields are days in the tenant's zone, everything else is an instant. */

/** YYYY-MM-DD. Compares correctly as text. */
export type Day = string;

const DAY_MS = 86_400_000;
const INSTANT = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** Milliseconds of an instant as clients write it; a text without a zone is UTC. Undefined if it is not an instant. */
export function parseInstant(value: string): number | undefined {
  const [, date, time = '00:00', zone = 'Z'] = INSTANT.exec(value) ?? [];
  if (date === undefined) return undefined;
  const ms = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(ms)) return undefined;
  // Date.parse moves 30 February to March; the real thing is refused.
  const shown = new Date(Date.parse(`${date}T00:00Z`)).toISOString().slice(0, 10);
  return shown === date ? ms : undefined;
}

const toDay = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);
const toMs = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

export const addDays = (day: Day, count: number): Day => toDay(toMs(day) + count * DAY_MS);

/** Days from `first` to `last`, both counted. */
export const daysIn = (first: Day, last: Day): number => Math.round((toMs(last) - toMs(first)) / DAY_MS) + 1;

/** The same day of the month, `count` months later, or that month's last day where it has no such day. */
export function addMonths(day: Day, count: number): Day {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const lastDate = new Date(Date.UTC(year, month + count, 0)).getUTCDate();
  return toDay(Date.UTC(year, month - 1 + count, Math.min(date, lastDate)));
}

/** How days go in and out in one tenant. */
export interface Calendar {
  /** The day of an instant: converted to the tenant's zone, then cut. */
  dayOf(ms: number): Day;
  /** A day as the API writes it. */
  show(day: Day): string;
}

export function createCalendar(timeZone: string, dateOutput: 'midnight' | 'localMidnightAsUtc'): Calendar {
  const offsetAt = createOffset(timeZone);
  const shown = new Map<Day, string>();
  const localMidnight = (day: Day): string => {
    const wanted = toMs(day);
    // Twice, because the offset at midnight UTC may be that before a change of the clocks.
    const near = wanted - offsetAt(wanted);
    return new Date(wanted - offsetAt(near)).toISOString().replace('.000Z', 'Z');
  };
  return {
    dayOf: (ms) => toDay(ms + offsetAt(ms)),
    show(day) {
      if (dateOutput === 'midnight') return midnight(day);
      const known = shown.get(day) ?? localMidnight(day);
      shown.set(day, known);
      return known;
    },
  };
}

/** A day as midnight UTC, whatever the tenant's zone. */
export const midnight = (day: Day): string => `${day}T00:00:00Z`;

/** Milliseconds by which a zone's clock is ahead of UTC at an instant. */
function createOffset(timeZone: string): (ms: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - Math.floor(ms / 1000) * 1000;
  };
}
