import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SandboxState } from '../system/system.js';
import { openHarness, type Harness } from './harness.js';

/** Rule 1.10: what Microsoft's invoice carries is billed from it, where REPORT_SOURCE says so. */

const FROM_INVOICES = { REPORT_SOURCE: 'invoice' };
/** September's story has the same amounts on both. */
const POSTED = { lines: 28, cost: '6300.58', sales: '7120.32' };

const writes = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
  ).length;

describe('a month of which both say the same', () => {
  let harness: Harness;
  beforeAll(async () => (harness = await openHarness(undefined, FROM_INVOICES)), 60_000);
  afterAll(() => harness.close());

  test('is billed to the same cent, and a second day writes nothing', async () => {
    const { result } = await harness.bill('2025-10', '2025-10-17');
    expect(result).toMatchObject({ posted: POSTED, held: { lines: 0 }, report: { lines: 30 } });
    const before = await writes(harness);
    const second = await harness.bill('2025-10', '2025-10-18');
    expect(second.result.posted).toEqual(POSTED);
    expect((await writes(harness)) - before).toBe(0);
  });

  test('continues from the billing report without a difference, and is closed', async () => {
    const before = await writes(harness);
    const closed = await harness.cli('close', '2025-10', '--as-of', '2025-10-18', '--out', harness.file('close.json'), '--json');
    expect([closed.code, closed.said]).toEqual([0, expect.stringContaining('Certificate written')]);
    expect((await writes(harness)) - before).toBe(0);
  });

  test('has no charge or row that stands for a month twice', async () => {
    const { autotask } = (await harness.control('GET', 'state')) as SandboxState;
    const keys = autotask.charges.map((one) => String(one['internalPurchaseOrderNumber']));
    expect(new Set(keys).size).toBe(keys.length);
  });
});
