/** Which times of a cron expression a time zone leaves out: on the day when clocks go forward an hour of the night is not there, and nothing runs in it. */

export interface MissedTime {
  /** The day on which it would run. */
  day: string;
  /** "02:30". */
  time: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Rules of summer time repeat every year; a little more than one is looked at. */
const DAYS_AHEAD = 370;

/** The first time of each day to come that does not exist in the zone. */
export function missedTimes(cron: string, timeZone: string, from: Date): MissedTime[] {
  const fields = cron.trim().split(/\s+/).map(membersOf);
  return gapsIn(timeZone, from).flatMap(({ start, minutes }) => {
    const local = Array.from({ length: minutes }, (_, minute) => new Date(start.getTime() + minute * MINUTE_MS));
    const missed = local.find((time) => isMeant(fields, time));
    return missed ? [{ day: missed.toISOString().slice(0, 10), time: missed.toISOString().slice(11, 16) }] : [];
  });
}

/** Gaps as the clocks on the wall have them: where one begins, held as if it were UTC, and how long it is. */
function gapsIn(timeZone: string, from: Date): { start: Date; minutes: number }[] {
  const wall = wallClockIn(timeZone);
  const offsetAt = (time: number): number => wall(time) - Math.floor(time / MINUTE_MS) * MINUTE_MS;
  const gaps: { start: Date; minutes: number }[] = [];
  const first = Math.floor(from.getTime() / HOUR_MS) * HOUR_MS;
  for (let hour = first; hour < first + DAYS_AHEAD * 24 * HOUR_MS; hour += HOUR_MS) {
    if (offsetAt(hour + HOUR_MS) <= offsetAt(hour)) continue;
    let minute = hour;
    while (offsetAt(minute + MINUTE_MS) === offsetAt(hour)) minute += MINUTE_MS;
    const start = new Date(wall(minute) + MINUTE_MS);
    gaps.push({ start, minutes: (offsetAt(minute + MINUTE_MS) - offsetAt(hour)) / MINUTE_MS });
  }
  return gaps;
}

/** What the clock on the wall shows, as if it were UTC. */
function wallClockIn(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute);
  };
}

/** Cron's rule for the two fields of days: where both are given, one of them is enough. */
function isMeant([minute, hour, day, month, weekday]: Members[], time: Date): boolean {
  if (!has(minute, time.getUTCMinutes()) || !has(hour, time.getUTCHours()) || !has(month, time.getUTCMonth() + 1)) return false;
  const isDay = has(day, time.getUTCDate());
  const isWeekday = has(weekday, time.getUTCDay()) || (time.getUTCDay() === 0 && has(weekday, 7));
  return day === null || weekday === null ? isDay && isWeekday : isDay || isWeekday;
}

/** Null: any. */
type Members = ((value: number) => boolean) | null;
const has = (members: Members | undefined, value: number): boolean => members == null || members(value);

const NAMES = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');

/** Of a field: `*`, `5`, `1-5`, `0-30/15`, `mon,wed`. */
function membersOf(field: string): Members {
  if (field === '*' || field === '?') return null;
  const parts = field.split(',').map((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low = '', high] = range.split('-');
    const start = range === '*' ? 0 : numberOf(low);
    const end = range === '*' || (high === undefined && part.includes('/')) ? Infinity : numberOf(high ?? low);
    return (value: number): boolean => value >= start && value <= end && (value - start) % Number(step) === 0;
  });
  return (value) => parts.some((part) => part(value));
}

function numberOf(text: string): number {
  const name = text.toLowerCase();
  if (NAMES.includes(name)) return NAMES.indexOf(name) + 1;
  return DAYS.includes(name) ? DAYS.indexOf(name) : Number(text);
}
