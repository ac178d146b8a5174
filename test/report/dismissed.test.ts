import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { ItemResult } from '../../shared/billing/results/results.js';
import type { Ended } from '../command.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** `billing dismiss`, over HTTP: Fabrikam's 4,800.00 of October stand in Autotask, and from the second day on no report has a line for them. */

const MONTH = '2025-10';
const SECOND = '2025-10-13';
const WHY = 'agreed with the customer';

let harness: Harness;
let contract: string;
beforeEach(async () => {
  harness = await openHarness(twoCustomers([LICENCE, AZURE, { ...OTHERS, until: '2025-10-12T12:00:00Z' }]));
  for (const day of ['2025-10-12', SECOND]) await harness.bill(MONTH, day);
  contract = String((await listed())[0]!.contractId);
});
afterEach(() => harness.close());

/** What is listed without a line. */
async function listed(): Promise<ItemResult[]> {
  const { result } = (await findMonth(loadBaseConfig(harness.env), MONTH))!;
  return result.organizations.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'ghost'));
}
const reported = async (): Promise<string[]> => (await listed()).map(({ reason, sales }) => `${reason} ${sales}`);
const dismiss = (...more: string[]): Promise<Ended> =>
  harness.cli('dismiss', MONTH, '--contract', contract, '--reason', WHY, ...more);
const codeOfReport = async (): Promise<number> => (await harness.cli('report', MONTH)).code;

interface State {
  autotask: {
    unitRows: { id: number; contractID: number; price: number }[];
    contracts: { id: number; contractNumber: string }[];
  };
}

/** What somebody enters in Autotask itself. */
async function reprice(price: number): Promise<void> {
  const { autotask } = (await harness.control('GET', 'state')) as State;
  const row = autotask.unitRows.find(({ contractID, price: now }) => String(contractID) === contract && now !== 0)!;
  await harness.control('PATCH', `autotask/unitRows/${row.id}`, { price });
}

describe('money without a line that a person dismisses', () => {
  test('stays listed with its reason and no longer counts', async () => {
    expect([await reported(), await codeOfReport()]).toEqual([['report-shrank 4800.00'], 3]);
    const { code, out } = await dismiss();
    expect([code, out]).toEqual([0, expect.stringContaining(`Dismissed: 4,800.00 EUR`)]);
    expect([await reported(), await codeOfReport()]).toEqual([['dismissed 4800.00'], 0]);
    await harness.bill(MONTH, '2025-10-14');
    expect([await reported(), await codeOfReport()]).toEqual([['dismissed 4800.00'], 0]);
    expect((await listed())[0]!.cause).toContain(`Dismissed: ${WHY}`);
  });

  // Also after it was back at what was dismissed first.
  test('comes back whenever its amount changes', async () => {
    await dismiss();
    await reprice(4900);
    await harness.bill(MONTH, '2025-10-14');
    expect([await reported(), await codeOfReport()]).toEqual([['report-shrank 4900.00'], 3]);
    await dismiss();
    expect(await codeOfReport()).toBe(0);
    await reprice(4800);
    await harness.bill(MONTH, '2025-10-15');
    expect([await reported(), await codeOfReport()]).toEqual([['report-shrank 4800.00'], 3]);
  });

  test('lets the month close; another amount does not', async () => {
    const close = (file: string): Promise<Ended> =>
      harness.cli('close', MONTH, '--as-of', SECOND, '--out', harness.file(file), '--json');
    const refused = await close('a.json');
    expect([refused.code, refused.said]).toEqual([3, expect.stringContaining(`4,800.00 EUR in Autotask without a line`)]);
    await dismiss();
    const closed = await close('b.json');
    expect([closed.code, JSON.parse(closed.out)]).toEqual([
      0,
      expect.objectContaining({
        dismissed: [expect.objectContaining({ contractId: Number(contract), sales: '4800.00', reason: WHY })],
      }),
    ]);
    expect((await harness.cli('close', '--verify', harness.file('b.json'))).code).toBe(0);
    await reprice(4900);
    const { code, said } = await close('c.json');
    expect([code, said]).toEqual([3, expect.stringContaining('100.00 off')]);
  });

  test('is logged once with person, reason and amount', async () => {
    await dismiss('--actor', 'Kim Larsson');
    const again = await dismiss('--actor', 'Kim Larsson');
    expect([again.code, again.out]).toEqual([0, expect.stringContaining(`are already dismissed (${WHY})`)]);
    const { entries } = JSON.parse((await harness.cli('log', MONTH, '--json')).out) as { entries: unknown[] };
    expect(entries).toEqual([
      expect.objectContaining({
        action: 'dismiss',
        actor: 'Kim Larsson',
        via: 'command',
        organizationName: 'Fabrikam',
        reason: WHY,
        amounts: { sales: '4800.00', cost: '4000.00', currency: 'EUR' },
        details: `contract ${contract}`,
      }),
    ]);
  });
});

describe('dismiss refuses', () => {
  test('a contract with nothing on it, and names those with something', async () => {
    const { code, said } = await harness.cli('dismiss', MONTH, '--contract', '4711', '--reason', WHY);
    expect([code, said]).toEqual([64, expect.stringContaining(`--contract ${contract}: 4,800.00 EUR, Fabrikam`)]);
    expect([await reported(), await codeOfReport()]).toEqual([['report-shrank 4800.00'], 3]);
  });

  test.each([
    ['no place, or two', ['--contract', '1', '--subscription', 's-1'], 'Expected either --contract or --subscription'],
    ['no place, or two', [], 'Expected either --contract or --subscription'],
    ['contract 0, which may stand for several customers', ['--contract', '0'], 'name the --subscription instead'],
    ['a subscription with nothing', ['--subscription', 's-1'], 'Nothing on subscription s-1 is without a line'],
  ])('%s', async (_what, place, why) => {
    const { code, said } = await harness.cli('dismiss', MONTH, ...place, '--reason', WHY);
    expect([code, said]).toEqual([64, expect.stringContaining(why)]);
  });

  test('a month that was never run', async () => {
    const { code, said } = await harness.cli('dismiss', '2025-09', '--contract', contract, '--reason', WHY);
    expect([code, said]).toEqual([1, expect.stringContaining('has not been run yet')]);
  });

  test('a reason that says nothing', async () => {
    const { code, said } = await harness.cli('dismiss', MONTH, '--contract', contract, '--reason', ' ');
    expect([code, said]).toEqual([64, expect.stringContaining('Why is it right as it is?')]);
  });
});
