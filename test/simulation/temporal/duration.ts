import type { Duration } from '@temporalio/common';

const UNITS: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** Milliseconds of a duration as the product writes them: a number, or "6 minutes". */
export function milliseconds(duration: Duration): number {
  if (typeof duration === 'number') return duration;
  const [, count, unit = ''] = /^(\d+) (second|minute|hour|day)s?$/.exec(duration) ?? [];
  if (count === undefined) throw new Error(`The simulation does not know the duration "${duration}"`);
  return Number(count) * UNITS[unit]!;
}
