import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { Preview } from '../../activities/decide/preview-month.js';
import { CHANGES, MEMBERS } from './changes.js';
import { isWrong, play, said, type Played } from './matrix.js';
import { openTenant, type Tenant } from './tenant.js';

/**
 * A member that has another name or form than we expect stops the run loudly, holds what depends on it and says so, or changes no money. Here those that money
 * rests on at Cloudmore in every way, and the others under another name; `npm run renames` plays every member in every way, in two worlds.
 */

/** What decides how much is billed, to whom, and how often. */
const MONEY = new Set(
  'status report billingDate currencyCode organizations organizationId subscriptionId products itemCode recordType quantity totalCostPrice totalSalesPrice startDate endDate paymentFrequency customProperties value commitmentEndDate'.split(
    ' ',
  ),
);

let tenant: Tenant;
let expected: Preview;

beforeAll(async () => {
  const world = readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8');
  tenant = await openTenant(JSON.parse(world) as object);
  expected = await tenant.plan(null, 'null');
});
afterAll(() => tenant.close());

test.each(MEMBERS)('$vendor $path with another $name', async (member) => {
  const played: Played[] = [];
  for (const change of member.vendor === 'Cloudmore' && MONEY.has(member.name) ? CHANGES : (['renamed'] as const))
    played.push(await play(tenant, expected, member, change));
  expect(played.filter(isWrong).map(said)).toEqual([]);
});

// What others billed and a product: what stands with them is held.
test('a record without amount or name is unknown, not absent', async () => {
  const world = readFileSync(new URL('../../sandbox/worlds/takeover-in-balance.json', import.meta.url), 'utf8');
  const takeover = await openTenant(JSON.parse(world) as object);
  try {
    const unchanged = await takeover.plan(null, 'null');
    const members = MEMBERS.filter(
      ({ path, name }) =>
        (path.includes('ContractCharges') && name.startsWith('unit')) || (path.includes('Products') && name === 'name'),
    );
    const played: Played[] = [];
    for (const member of members) played.push(await play(takeover, unchanged, member, 'null'));
    expect(played.map(({ member: { name }, verdict }) => `${name}: ${JSON.stringify(verdict)}`)).toEqual([
      'unitQuantity: "holds"',
      'unitPrice: "holds"',
      'unitCost: "holds"',
      'name: "holds"',
    ]);
  } finally {
    await takeover.close();
  }
});
