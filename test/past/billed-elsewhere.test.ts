import { describe, expect, test } from '@jest/globals';
import { generateWorld } from '../../sandbox/generate.js';
import { withPast } from '../../sandbox/generate/past.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import type { World } from '../api/vendors.js';
import { useHarness, type Harness } from '../report/harness.js';

/** A tenant with a past is billed: what others' contracts bill already waits, everything else is billed, and nothing twice. */

const MONTH = '2025-10';
const CUSTOMERS = 24;

type Rec = Record<string, unknown>;
const made = withPast(generateWorld({ lines: CUSTOMERS * 3, organizations: CUSTOMERS, seed: 3, month: MONTH }));
const contracts = made.autotask['contracts'] as { id: number; companyID: number; contractName: string }[];
/** Companies that several organizations name are held as a whole, before anything of theirs is looked at. */
const named = made.cloudmore.organizations.map((one) => JSON.stringify(one['customProperties'] ?? []));
const isOnce = (companyID: number): boolean => named.filter((text) => text.includes(String(companyID))).length === 1;
const twice = contracts.filter(
  ({ companyID, contractName }) => contractName.startsWith('Microsoft licences') && isOnce(companyID),
);

const heldOf = (result: MonthResult) =>
  result.organizations.flatMap(({ companyId, items }) =>
    items.filter(({ reason }) => reason === 'billed-elsewhere').map((item) => ({ companyId, ...item })),
  );

describe('a tenant with a past', () => {
  let harness: Harness;
  useHarness(
    (opened) => void (harness = opened),
    () => structuredClone(made) as unknown as World,
    { BREAKER_NEW_CONTRACTS: '0' },
  );
  const requests = async (entity: RegExp): Promise<{ method: string; path: string }[]> =>
    ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(({ path }) => entity.test(path));
  const ours = async (): Promise<Rec[]> => {
    const { autotask } = (await harness.control('GET', 'state')) as { autotask: { contracts: Rec[] } };
    return autotask.contracts.filter(({ id }) => !contracts.some((one) => one.id === id));
  };

  test('a product that another contract bills waits and names it', async () => {
    const { result } = await harness.bill(MONTH, '2025-10-28');
    const held = heldOf(result);
    expect(new Set(held.map(({ companyId }) => companyId))).toEqual(new Set(twice.map(({ companyID }) => companyID)));
    expect(held[0]!.message).toMatch(
      /Contract \d+ \(Microsoft licences \d+\) already bills .+ in 2025-10: .+\. End it in Autotask on 2025-09-30/,
    );
    const made = new Set((await ours()).map(({ contractNumber }) => String(contractNumber).toLowerCase()));
    expect(held.filter(({ subscriptionId }) => made.has(String(subscriptionId).toLowerCase()))).toEqual([]);
    expect(made.size).toBeGreaterThan(CUSTOMERS);
  }, 240_000);

  test('the day after, only those that still wait are looked at', async () => {
    const before = (await requests(/Contracts\/query$/)).length;
    const { result } = await harness.bill(MONTH, '2025-10-29');
    expect(heldOf(result).length).toBeGreaterThanOrEqual(twice.length);
    expect((await requests(/Contracts\/query$/)).length - before).toBeLessThan(12);
  }, 240_000);

  test('the next run bills what a person confirms', async () => {
    const [dismissed, ended, ...rest] = twice;
    await harness.cli('takeover', MONTH, '--contract', String(dismissed!.id), '--reason', 'licences of a second tenant');
    const { autotask } = (await harness.control('GET', 'state')) as { autotask: { unitRows: Rec[] } };
    for (const row of autotask.unitRows.filter(({ contractID }) => contractID === ended!.id))
      await harness.control('PATCH', `autotask/unitRows/${String(row['id'])}`, { units: 0, price: 0, cost: 0 });
    const { result } = await harness.bill(MONTH, '2025-10-30');
    expect(new Set(heldOf(result).map(({ companyId }) => companyId))).toEqual(new Set(rest.map(({ companyID }) => companyID)));
  }, 240_000);

  test('the report adds up, and a run after it writes nothing', async () => {
    const before = (await requests(/ATServicesRest/i)).filter(({ method, path }) => method !== 'GET' && !path.includes('/query'));
    const { result } = await harness.bill(MONTH, '2025-10-31');
    const after = (await requests(/ATServicesRest/i)).filter(({ method, path }) => method !== 'GET' && !path.includes('/query'));
    expect(after.length).toBe(before.length);
    expect(result.ghosts.lines).toBe(0);
  }, 240_000);
});
