import { expect, test } from '@jest/globals';
import { openEvidence } from '../../shared/evidence/index.js';
import { keepWriteProbe } from '../../shared/probe/writes/kept.js';
import { readFileSync } from 'node:fs';
import type { World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/** Rule 7.0: what a probe that writes has seen of a tenant is not found out once more by being refused. */

/** A licence of 10 units, and of 11 in the month after. */
const world = (): World => {
  const own = JSON.parse(
    readFileSync(new URL('../../sandbox/worlds/billed-as-the-month-before.json', import.meta.url), 'utf8'),
  ) as World;
  return { ...own, autotask: { ...own['autotask'], behaviour: { periodStart: 'duplicate' } } };
};

const POSTED = { lines: 1, cost: '110.00', sales: '132.00' };

async function probed(harness: Harness): Promise<void> {
  const evidence = openEvidence(harness.env['BILLING_EVIDENCE']!);
  const times = { takenAt: '2025-10-01T00:00:00Z', endedAt: '2025-10-01T00:01:00Z' };
  const answers = [{ id: 'firstDay' as const, is: 'duplicate', text: 'Attempt to insert duplicate data' }];
  await keepWriteProbe(evidence, 'default', { companyId: 1, ...times, answers, left: [] });
  await evidence.close();
}

const refusals = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { path: string; status: number }[]).filter(
    ({ path, status }) => path.endsWith('ServiceAdjustments') && status === 500,
  ).length;

async function billed(isProbed: boolean): Promise<{ posted: unknown; refused: number }> {
  const harness = await openHarness(world());
  try {
    if (isProbed) await probed(harness);
    await harness.bill('2025-10', '2025-10-09');
    const { result } = await harness.bill('2025-11', '2025-11-09');
    return { posted: result.posted, refused: await refusals(harness) };
  } finally {
    await harness.close();
  }
}

// The month comes to the same.
test('a tenant known to refuse first-day adjustments gets none', async () => {
  expect(await billed(false)).toEqual({ posted: POSTED, refused: 1 });
  expect(await billed(true)).toEqual({ posted: POSTED, refused: 0 });
});
