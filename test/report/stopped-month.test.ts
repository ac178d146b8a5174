import { afterEach, describe, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openHarness, type Harness } from './harness.js';
import { LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/** A month that a breaker stops as a whole says what stands in Autotask next to it: what has no line continues billing while somebody decides. */

const MONTH = '2025-10';
let harness: Harness;
afterEach(() => harness.close());

type Block = { billingDate: string };

/** September has these lines, October those; both are billed, and October's rows carry September's amounts on. */
async function open(september: ReportedLine[], october: ReportedLine[]): Promise<void> {
  const world = twoCustomers([...september, ...october]) as unknown as { now: string; cloudmore: { monthlyBilling: Block[] } };
  for (const [index, block] of world.cloudmore.monthlyBilling.entries())
    if (index < september.length) block.billingDate = '2025-09-08T00:00:00Z';
  world.now = '2025-09-09T03:00:00Z';
  harness = await openHarness(world as never);
  await harness.bill('2025-09', '2025-09-30');
}

const seen = async (asOf: string): Promise<unknown[]> => {
  const { held } = await harness.bill(MONTH, asOf);
  const { result, record } = (await findMonth(loadBaseConfig(harness.env), MONTH))!;
  const report = await harness.cli('report', MONTH);
  const plan = await harness.cli('plan', MONTH, '--as-of', asOf);
  const named = [report.out, plan.out].map((text) => text.includes('4,800.00 EUR'));
  return [record.heldMonth !== null, held, result.ghosts.sales, result.awaiting.sales, report.code, ...named];
};

describe('a month that is stopped as a whole', () => {
  const more: ReportedLine = { ...LICENCE, subscription: 's-9' };

  test('lists amounts without a line, in plan and report', async () => {
    await open([LICENCE, OTHERS], [LICENCE, more]);
    expect(await seen('2025-10-12')).toEqual([true, 2, '4800.00', '0.00', 3, true, true]);
  });

  test('lists awaited amounts, and from the 20th unmatched ones', async () => {
    await open([LICENCE, OTHERS], []);
    expect(await seen('2025-10-12')).toEqual([true, 0, '0.00', '4920.00', 3, true, true]);
    expect(await seen('2025-10-21')).toEqual([true, 0, '4920.00', '0.00', 3, true, true]);
  });
});
