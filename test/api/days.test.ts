import { describe, expect, test } from '@jest/globals';
import { fromWire, toWire } from '../../shared/autotask/days.js';
import { days } from './days-table.js';

/** Days on Autotask's wire (rule 7.10): whatever the tenant's zone does to an instant, the day stays the day. */

const WRITTEN = '2025-10-01T10:15:00Z';

/** What a database in the zone makes of the written instant: its local day. */
const localDay = (timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(WRITTEN));

const readings: [what: string, value: string][] = [
  ['midnight UTC', '2025-10-01T00:00:00Z'],
  ['midnight without zone', '2025-10-01T00:00:00'],
  ['a bare day', '2025-10-01'],
  ['the written instant given back uncut', WRITTEN],
  ['midnight of Honolulu in UTC', '2025-10-01T10:00:00Z'],
  ['midnight of New York in UTC', '2025-10-01T04:00:00Z'],
  ['midnight of Oslo in UTC (summer)', '2025-09-30T22:00:00Z'],
  ['midnight of Oslo in UTC (winter)', '2025-09-30T23:00:00.000Z'],
  ['midnight of Sydney in UTC', '2025-09-30T14:00:00Z'],
  ['midnight of Auckland in UTC (summer)', '2025-09-30T11:00:00Z'],
];

describe('days on the wire', () => {
  test.each(readings)('%s is read as 1 October', (_, value) => expect(fromWire(value)).toBe('2025-10-01'));

  test.each(['Pacific/Honolulu', 'America/New_York', 'UTC', 'Europe/Oslo', 'Australia/Sydney', 'Pacific/Auckland'])(
    '1 October as written is 1 October in %s',
    (zone) => {
      expect(toWire('2025-10-01')).toBe(WRITTEN);
      expect(localDay(zone)).toBe('2025-10-01');
    },
  );

  test('a text that is not a date is refused', () => expect(() => fromWire('soon')).toThrow('"soon" is not a date'));
});

test.each(days.rows)('$says', ({ comes, expected }) => expect(comes()).toEqual(expected));
