import { describe, expect, test } from '@jest/globals';
import { missedTimes } from '../../client/commands/schedule/cron.js';
import { scheduleWarnings } from '../../client/commands/schedule/schedule.js';
import { loadBaseConfig } from '../../shared/config.js';
import { dayIn } from '../../shared/messages/messages.js';

/** Times of the schedule on the wall: which day an instant belongs to, and which times a night of summer time leaves out. */

describe('the day of a start', () => {
  const days: [zone: string, instant: string, day: string][] = [
    ['UTC', '2025-10-08T14:00:00Z', '2025-10-08'],
    ['Pacific/Auckland', '2025-10-08T14:00:00Z', '2025-10-09'],
    ['Pacific/Auckland', '2025-10-31T14:00:00Z', '2025-11-01'],
    ['America/Los_Angeles', '2025-10-09T03:00:00Z', '2025-10-08'],
    ['Europe/Oslo', '2025-12-31T23:30:00Z', '2026-01-01'],
  ];
  test.each(days)('in %s of %s is %s', (zone, instant, day) => {
    expect(dayIn(zone, new Date(instant))).toBe(day);
  });
});

describe('a time that the night of summer time leaves out', () => {
  const from = new Date('2026-11-01T00:00:00Z');
  const missed: [cron: string, zone: string, times: string[]][] = [
    ['30 2 * * *', 'Europe/Oslo', ['02:30 on 2027-03-28']],
    ['0 3 * * *', 'Europe/Oslo', []],
    ['59 1 * * *', 'Europe/Oslo', []],
    ['0 2 * * *', 'America/New_York', ['02:00 on 2027-03-14']],
    ['*/20 2 * * *', 'America/New_York', ['02:00 on 2027-03-14']],
    ['0 1-4 * * *', 'America/New_York', ['02:00 on 2027-03-14']],
    ['0 0 * * *', 'Africa/Cairo', ['00:00 on 2027-04-30']],
    ['15 2 * * *', 'Australia/Lord_Howe', ['02:15 on 2027-10-03']],
    ['45 2 * * *', 'Australia/Lord_Howe', []],
    ['30 2 * * *', 'UTC', []],
    ['30 2 * * mon-fri', 'Europe/Oslo', []],
    ['30 2 * * sun', 'Europe/Oslo', ['02:30 on 2027-03-28']],
    ['30 2 * * 7', 'Europe/Oslo', ['02:30 on 2027-03-28']],
    ['30 2 28 mar *', 'Europe/Oslo', ['02:30 on 2027-03-28']],
    ['30 2 27 * *', 'Europe/Oslo', []],
    ['30 2 27 * sun', 'Europe/Oslo', ['02:30 on 2027-03-28']],
  ];
  test.each(missed)('of "%s" in %s: %j', (cron, zone, times) => {
    expect(missedTimes(cron, zone, from).map(({ day, time }) => `${time} on ${day}`)).toEqual(times);
  });

  test('is reported with the day, the setting and what to choose instead', () => {
    const config = loadBaseConfig({ BILLING_SCHEDULE: '30 2 * * *', BILLING_TIMEZONE: 'Europe/Oslo' });
    expect(scheduleWarnings(config, from)).toEqual([
      'BILLING_SCHEDULE "30 2 * * *": 02:30 on 2027-03-28 does not exist in Europe/Oslo, because clocks go forward: nothing runs then. Choose a time outside of that hour, such as 0 4 * * *.',
    ]);
    expect(scheduleWarnings(loadBaseConfig({}), from)).toEqual([]);
  });
});
