import { expect, test } from '@jest/globals';
import type { AutotaskState } from '../../sandbox/index.js';
import { september, type World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/**
 * A tenant's database has a zone of its own, and gives days in one of two ways (rule 7.10). October has a change of the clocks in Oslo and in Sydney, the
 * contracts reach over New York's and over the next ones in Auckland: wherever the tenant is, the same amounts stand on the same days.
 */
const ZONES = ['UTC', 'Pacific/Honolulu', 'America/New_York', 'Europe/Oslo', 'Australia/Sydney', 'Pacific/Auckland'];
const OUTPUTS = ['midnight', 'localMidnightAsUtc'];
/** New contracts, renewals, charges, and something paid once: enough for every kind of day. */
const ORGANIZATIONS = ['83e8db2a-ea2d-57e1-85f2-5a55ac83bac2', '76f89d5d-ba07-5d2e-9f88-335bf71db3ae'];

function inZone(timeZone: string, dateOutput: string): World {
  const world = september();
  return { ...world, autotask: { ...world['autotask'], behaviour: { timeZone, dateOutput } } };
}

/** Everything in Autotask that has a day, with its amounts. */
async function standing(harness: Harness): Promise<unknown> {
  const { autotask } = (await harness.control('GET', 'state')) as { autotask: AutotaskState };
  return {
    contracts: autotask.contracts.map(({ contractName, startDate, endDate }) => [contractName, startDate, endDate]),
    rows: autotask.unitRows.map(({ contractServiceID, startDate, endDate, units, price, cost }) => [
      contractServiceID,
      startDate,
      endDate,
      units,
      price,
      cost,
    ]),
    charges: autotask.charges.map(({ contractID, name, datePurchased, billableAmount, extendedCost }) => [
      contractID,
      name,
      datePurchased,
      billableAmount,
      extendedCost,
    ]),
    adjustments: autotask.adjustments.map(({ contractServiceID, effectiveDate, unitChange }) => [
      contractServiceID,
      effectiveDate,
      unitChange,
    ]),
  };
}

async function billed(timeZone: string, dateOutput: string): Promise<{ standing: unknown; result: unknown; again: unknown }> {
  const harness = await openHarness(inZone(timeZone, dateOutput));
  try {
    const { result } = await harness.bill('2025-10', '2025-10-17', ORGANIZATIONS);
    const after = await standing(harness);
    const { result: second } = await harness.bill('2025-10', '2025-10-17', ORGANIZATIONS);
    return { standing: after, result: result.posted, again: second.writes };
  } finally {
    await harness.close();
  }
}

const everywhere = ZONES.flatMap((zone) => OUTPUTS.map((output): [string, string] => [zone, output])).slice(1);
const here = billed('UTC', 'midnight');

test('in UTC the month is billed; a second run does nothing', async () => {
  const { standing: stands, again } = await here;
  expect((stands as { adjustments: unknown[] }).adjustments.length).toBeGreaterThan(5);
  expect(again).toEqual({ services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 });
});

test.concurrent.each(everywhere)('in %s, with days as %s, amounts keep their days', async (zone, output) => {
  expect(await billed(zone, output)).toEqual(await here);
});
