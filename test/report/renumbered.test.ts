import { expect, test } from '@jest/globals';
import type { AutotaskState } from '../../sandbox/index.js';
import { september, type World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/**
 * The numbers of picklist values are the tenant's own; only a few are the same everywhere. A tenant with other numbers is billed the same,
 * unless our code has a number written down.
 */
type Rec = Record<string, unknown>;

/** Confirmed to be the same everywhere. */
const SAME_EVERYWHERE = [
  'contractType',
  'contractPeriodType',
  'periodType',
  'status of Contracts',
  'timeReportingRequiresStartAndStopTimes',
];
/** Tables of the world by the entity whose picklists they use. */
const TABLES = {
  Contracts: 'contracts',
  Services: 'services',
  Products: 'products',
  ContractCharges: 'charges',
  BillingCodes: 'billingCodes',
  Companies: 'companies',
};
const SHIFT = 100;
const shifted = (value: unknown): unknown => (typeof value === 'number' ? value + SHIFT : value);

/** September in a tenant whose picklists are numbered from 100 on, as its metadata tell. */
async function renumbered(harness: Harness): Promise<World> {
  const world = september();
  const autotask: Rec = { ...world['autotask'] };
  const picklists: Rec = {};
  for (const [entity, table] of Object.entries(TABLES)) {
    const response = await fetch(`${harness.env['AUTOTASK_URL']}v1.0/${entity}/entityInformation/fields`, { headers: HEADERS });
    const { fields } = (await response.json()) as { fields: { name: string; picklistValues: Rec[] | null }[] };
    const own = fields.filter(
      ({ name, picklistValues }) =>
        picklistValues && !SAME_EVERYWHERE.includes(name) && !SAME_EVERYWHERE.includes(`${name} of ${entity}`),
    );
    for (const { name, picklistValues } of own)
      picklists[`${entity}.${name}`] = picklistValues?.map(({ value, label, isActive }) => ({
        value: String(Number(value) + SHIFT),
        label,
        isActive,
      }));
    const names = own.map(({ name }) => name);
    autotask[table] = ((autotask[table] ?? []) as Rec[]).map((record) =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [name, names.includes(name) ? shifted(value) : value])),
    );
  }
  return { ...world, autotask: { ...autotask, picklists } };
}

const HEADERS = { ApiIntegrationCode: 'sandbox', UserName: 'sandbox', Secret: 'sandbox' };

async function books(world?: World): Promise<{ posted: unknown; charges: unknown; types: unknown[]; next: World }> {
  const harness = await openHarness(world);
  try {
    const { result } = await harness.bill('2025-10', '2025-10-17');
    const { autotask } = (await harness.control('GET', 'state')) as { autotask: AutotaskState };
    const charges = autotask.charges.map(({ name, billableAmount, extendedCost }) => [name, billableAmount, extendedCost]);
    const types = [...new Set(autotask.charges.map(({ chargeType }) => chargeType))];
    return { posted: result.posted, charges, types, next: await renumbered(harness) };
  } finally {
    await harness.close();
  }
}

test('a tenant that numbers its picklists otherwise is billed the same', async () => {
  const { next, types, ...plain } = await books();
  const { next: _next, types: others, ...other } = await books(next);
  expect(types).toEqual([1]);
  expect(others).toEqual([1 + SHIFT]);
  expect(other).toEqual(plain);
});
