import { describe, expect, test } from '@jest/globals';
import { openHost, worldWith, type Host } from './autotask-host.js';

/** Each zone with its midnight of 1 October 2025, in UTC. */
const zones: [zone: string, midnight: string][] = [
  ['Pacific/Honolulu', '2025-10-01T10:00:00Z'],
  ['America/New_York', '2025-10-01T04:00:00Z'],
  ['UTC', '2025-10-01T00:00:00Z'],
  ['Europe/Oslo', '2025-09-30T22:00:00Z'],
  ['Australia/Sydney', '2025-09-30T14:00:00Z'],
  ['Pacific/Auckland', '2025-09-30T11:00:00Z'],
];

const inZone = (timeZone: string, dateOutput = 'midnight'): Promise<Host> =>
  openHost(
    worldWith({
      contracts: [{ id: 10, companyID: 7, startDate: '2025-10-01', endDate: '2025-12-31' }],
      behaviour: { timeZone, dateOutput },
    }),
  );

const purchased = async (host: Host, datePurchased: string): Promise<string | null | undefined> => {
  await host.create('Contracts/10/Charges', { name: 'x', chargeType: 1, unitQuantity: 1, billingCodeID: 2, datePurchased });
  return host.state().charges.at(-1)?.datePurchased;
};

describe('a day that is written', () => {
  test.each(zones)('as 10:15 UTC is that day in %s', async (zone) => {
    expect(await purchased(await inZone(zone), '2025-10-01T10:15:00Z')).toBe('2025-10-01T00:00:00Z');
  });

  const written: [text: string, zone: string, day: string][] = [
    ['2025-10-01T00:00:00Z', 'UTC', '2025-10-01'],
    ['2025-10-01T00:00:00Z', 'America/New_York', '2025-09-30'],
    ['2025-10-01T00:00:00Z', 'Europe/Oslo', '2025-10-01'],
    ['2025-10-01', 'Pacific/Honolulu', '2025-09-30'],
    ['2023-10-09T02:00:00.00', 'America/New_York', '2023-10-08'],
    ['2025-10-01T12:00:00Z', 'Pacific/Auckland', '2025-10-02'],
    ['2025-10-01T01:00:00+02:00', 'UTC', '2025-09-30'],
    ['2025-10-01T23:59:59.999Z', 'UTC', '2025-10-01'],
  ];
  test.each(written)('as %s in %s is %s', async (text, zone, day) => {
    expect(await purchased(await inZone(zone), text)).toBe(`${day}T00:00:00Z`);
  });

  test('a day early splits a row like a deliberate change', async () => {
    const contracts = [{ id: 10, companyID: 7, startDate: '2025-09-01', endDate: '2025-12-31' }];
    const host = await openHost(worldWith({ contracts, behaviour: { timeZone: 'America/New_York' } }));
    const adjustment = { contractServiceID: 20, effectiveDate: '2025-10-01T00:00:00Z', unitChange: 1 };
    expect((await host.call('POST', 'ContractServiceAdjustments', adjustment)).status).toBe(200);
    expect(host.state().adjustments).toMatchObject([{ effectiveDate: '2025-09-30T00:00:00Z' }]);
    expect(host.state().unitRows).toHaveLength(5);
  });
});

describe('a day that is read', () => {
  test.each(zones)('is midnight UTC in %s', async (zone) => {
    const host = await inZone(zone);
    expect((await host.call('GET', 'Contracts/10')).body['item']).toMatchObject({ startDate: '2025-10-01T00:00:00Z' });
  });

  test.each(zones)('is %s midnight in UTC where the switch says so: %s', async (zone, midnight) => {
    const host = await inZone(zone, 'localMidnightAsUtc');
    expect((await host.call('GET', 'Contracts/10')).body['item']).toMatchObject({ startDate: midnight });
    expect((await host.find('ContractServiceUnits', [{ op: 'eq', field: 'id', value: 1 }]))[0]).toMatchObject({
      startDate: midnight,
    });
  });

  test('follows the change of the clocks', async () => {
    const host = await inZone('Europe/Oslo', 'localMidnightAsUtc');
    const rows = await host.find('ContractServiceUnits', [{ op: 'exist', field: 'id' }]);
    expect(rows.map(({ startDate }) => startDate)).toEqual([
      '2025-09-30T22:00:00Z',
      '2025-10-31T23:00:00Z',
      '2025-11-30T23:00:00Z',
    ]);
  });

  test('is in the state as midnight UTC, whatever the switches say', async () => {
    const host = await inZone('Pacific/Auckland', 'localMidnightAsUtc');
    expect(host.state().contracts[0]).toMatchObject({ startDate: '2025-10-01T00:00:00Z', endDate: '2025-12-31T00:00:00Z' });
  });
});

test.each(zones)('a filter on a day converts like a write, in %s', async (zone) => {
  const host = await inZone(zone);
  const found = async (op: string, value: string) => (await host.find('Contracts', [{ op, field: 'startDate', value }])).length;
  expect(await found('eq', '2025-10-01T10:15:00Z')).toBe(1);
  expect(await found('gt', '2025-09-29T12:00:00Z')).toBe(1);
  expect(await found('lt', '2025-10-01T10:15:00Z')).toBe(0);
});

test('what has a time of day is an instant in every zone', async () => {
  const host = await inZone('Pacific/Auckland', 'localMidnightAsUtc');
  await host.call('PATCH', 'Contracts', { id: 10, status: 0 });
  expect((await host.call('GET', 'Contracts/10')).body['item']).toMatchObject({
    lastModifiedDateTime: '2025-10-17T03:00:00.000Z',
  });
});

/** The first of every month, and the days around each change of the clocks in one of the zones. */
const CHANGES = ['2025-03-09', '2025-03-30', '2025-04-06', '2025-09-28', '2025-10-05', '2025-10-26', '2025-11-02'];
const neighbours = (day: string): string[] =>
  [-1, 0, 1].map((offset) => new Date(Date.parse(day) + offset * 86_400_000).toISOString().slice(0, 10));
const DAYS = [
  ...new Set([
    ...Array.from({ length: 12 }, (_, month) => `2025-${String(month + 1).padStart(2, '0')}-01`),
    ...CHANGES.flatMap(neighbours),
    '2025-12-31',
  ]),
].sort();

/** What a clock on the wall of the tenant shows at an instant. */
const wallClock = (timeZone: string, instant: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(instant));

const combinations = zones.flatMap(([zone]) =>
  ['midnight', 'localMidnightAsUtc'].map((output): [string, string] => [zone, output]),
);
// Written, read, filtered and adjusted as those days.
test.each(combinations)('a year of days in %s, as %s, survives every operation', async (timeZone, dateOutput) => {
  const contracts = [{ id: 10, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31' }];
  const host = await openHost(worldWith({ contracts, behaviour: { timeZone, dateOutput } }));
  for (const [index, day] of DAYS.entries()) {
    const written = `${day}T10:15:00Z`;
    expect(await purchased(host, written)).toBe(`${day}T00:00:00Z`);
    const [charge, ...others] = await host.find('ContractCharges', [{ op: 'eq', field: 'datePurchased', value: written }]);
    expect([charge?.['id'], others]).toEqual([index + 1, []]);
    const shown = String(charge?.['datePurchased']);
    expect(wallClock(dateOutput === 'midnight' ? 'UTC' : timeZone, shown)).toBe(`${day} 00:00:00`);
    const adjustment = { contractServiceID: 20, effectiveDate: written, unitChange: 1 };
    expect((await host.call('POST', 'ContractServiceAdjustments', adjustment)).status).toBe(200);
  }
  expect(host.state().adjustments.map(({ effectiveDate }) => effectiveDate.slice(0, 10))).toEqual(DAYS);
  const starts = host.state().unitRows.map(({ startDate }) => startDate?.slice(0, 10));
  expect(starts.sort()).toEqual(DAYS);
});
