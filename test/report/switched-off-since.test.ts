import { expect, test } from '@jest/globals';
import type { Certificate } from '../../shared/close/certificate.js';
import { billMonth, useHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** A record type is switched off after the month was billed: what stands continues being billed, and nobody changes it. */

const MONTH = '2025-10';
const OFF = { EXPORT_RECORD_TYPES: 'AzurePlan' };

let harness: Harness;
useHarness(
  async (opened) => {
    harness = opened;
    await harness.bill(MONTH, '2025-10-12');
    await billMonth({ ...harness.env, ...OFF }, MONTH, '2025-11-02');
  },
  () => twoCustomers([LICENCE, AZURE, OTHERS]),
  { BREAKERS: 'off' },
);

// It said that all stood as before.
test('undo lists what still stands, with its reason', async () => {
  const { out } = await harness.cliWith(OFF, 'undo', MONTH);
  expect(out).toMatch(/120\.00 EUR \(cost 100\.00\) stays\n.*switched off since .* is still billed/);
});

// It said that they are excluded, and not that customers are asked for them.
test('the certificate lists excluded amounts that still stand', async () => {
  const file = harness.file('close.json');
  const { code, out } = await harness.cliWith(OFF, 'close', MONTH, '--out', file);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /\nSwitched off, but still billed in Autotask \(not part of the sums\):\n {2}120\.00 EUR {2}Contoso: contract \d+\n {2}4,800\.00 EUR {2}Fabrikam: contract \d+\n/,
    ),
  ]);
  const { totals, switchedOff } = JSON.parse(
    (await harness.cliWith(OFF, 'close', MONTH, '--json', '--out', file)).out,
  ) as Certificate;
  expect(totals).toMatchObject([{ posted: { sales: '4100.00' }, excluded: { sales: '4920.00' } }]);
  expect(switchedOff).toMatchObject([
    { companyId: 501, currency: 'EUR', sales: '120.00', cost: '100.00' },
    { companyId: 502, currency: 'EUR', sales: '4800.00', cost: '4000.00' },
  ]);
});

test('and says nothing of it where all types are exported', async () => {
  const { out } = await harness.cli('close', MONTH, '--json', '--out', harness.file('all.json'));
  expect(out).not.toContain('switchedOff');
});
