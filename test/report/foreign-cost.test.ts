import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/** Rule 3.5: costs that are converted, as reports, the close and a person see them. */

const world = JSON.parse(
  readFileSync(new URL('../../sandbox/worlds/foreign-cost-is-converted.json', import.meta.url), 'utf8'),
) as World;
const rateOf = (harness: Harness, exchangeRate: unknown): Promise<unknown> =>
  harness.control('PATCH', 'autotask/currencies/2', { exchangeRate });

describe('costs in dollars, where Autotask has them in euro', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(world, { FOREIGN_COST: 'convert' });
    await harness.bill('2025-10', '2025-10-09');
    await rateOf(harness, 0.95);
  });
  afterAll(() => harness.close());

  test('are in the result as the report has them', async () => {
    const { out } = await harness.cli('report', '2025-10', '--json');
    expect((JSON.parse(out) as { otherCurrencies: unknown[] }).otherCurrencies).toMatchObject([
      { currency: 'USD', posted: { sales: '132.00', cost: '110.37' }, report: { sales: '132.00', cost: '110.37' } },
    ]);
  });

  test('are reported with the rate where the item is explained', async () => {
    const { code, out, said } = await harness.cli('explain', '2025-10', '--subscription', 'premium-0001');
    expect([code, said]).toEqual([0, expect.anything()]);
    expect(out).toContain("cost 100.37 USD × 0.9215 = 92.49 EUR, at the month's rate");
    expect(out).toContain('120.00 USD / 92.49 EUR');
  });

  test('are planned at the first run’s rate, alone too', async () => {
    const again = await harness.bill('2025-10', '2025-10-10', ['contoso']);
    expect(again.result.organizations.flatMap(({ items }) => items.map(({ outcome }) => outcome))).toEqual(['posted', 'posted']);
    const planned = await harness.cli('plan', '2025-10', '--as-of', '2025-10-10', '--json');
    const { organizations } = JSON.parse(planned.out) as { organizations: { steps: unknown[] }[] };
    expect(organizations.flatMap(({ steps }) => steps)).toEqual([]);
  });

  test('close the month at that rate until a cost changes', async () => {
    const file = harness.file('close.json');
    const closed = await harness.cli('close', '2025-10', '--as-of', '2025-10-10', '--out', file, '--json');
    expect([closed.code, closed.said]).toEqual([0, expect.stringContaining('Certificate written')]);
    expect((await harness.cli('close', '--verify', file)).code).toBe(0);
    const { autotask } = (await harness.control('GET', 'state')) as {
      autotask: { unitRows: { id: number; units: number; startDate: string }[] };
    };
    const row = autotask.unitRows.find(({ units, startDate }) => units === 10 && startDate.startsWith('2025-10'))!;
    await harness.control('PATCH', `autotask/unitRows/${row.id}`, { cost: 100.37 });
    const verified = await harness.cli('close', '--verify', file);
    expect([verified.code, verified.said + verified.out]).toEqual([3, expect.stringContaining('cost')]);
  });

  test('doctor names today’s rate and finds an impossible one', async () => {
    const look = async (): Promise<string> => {
      const { out } = await harness.cli('doctor', '--json');
      const findings = JSON.parse(out) as { check: string; text: string }[];
      return findings.find(({ check }) => check === 'costs in another currency')!.text;
    };
    expect(await look()).toContain(
      "converted at the rate of each month's first run (1 USD is 0.95 EUR now) (FOREIGN_COST=convert)",
    );
    await rateOf(harness, 0);
    expect(await look()).toContain('no rate of USD that can be read: everything with a cost is held');
  });
});
