import { expect, test } from '@jest/globals';
import { useHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, twoCustomers } from './two-customers.js';
import type { World } from '../api/vendors.js';

/** Dinars have three decimals, of which Autotask posts two: the third stands in the report's amounts, and is named as rounding. */

const dinars = (): World => {
  const lines = [
    { ...LICENCE, sales: 120.001, cost: 100.003 },
    { ...AZURE, sales: 41.001, cost: 36.905 },
  ];
  const text = JSON.stringify(twoCustomers(lines)).replaceAll('"EUR"', '"KWD"');
  const world = JSON.parse(text) as { autotask: Record<string, unknown> };
  const dinar = { id: 1, name: 'KWD', description: 'Kuwaiti dinar', exchangeRate: 1, isActive: true, isInternalCurrency: true };
  world.autotask['currencies'] = [dinar];
  return world;
};

let harness: Harness;
useHarness((opened) => void (harness = opened), dinars);

// The report ended in a fault, though the month was billed and could be closed.
test('a month in dinars with thousandths is reported', async () => {
  await harness.bill('2025-10', '2025-10-12');
  const { code, out, said } = await harness.cli('report', '2025-10');
  expect({ code, said }).toEqual({ code: 0, said: expect.not.stringContaining('do not add up') });
  expect(out).toMatch(/= posted +2 +161\.002 +136\.908/);
  expect((await harness.cli('close', '2025-10', '--out', harness.file('close.json'))).code).toBe(0);
});
