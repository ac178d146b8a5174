import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { organizationBillingId } from '../../shared/messages/names.js';
import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { eventually } from '../eventually.js';
import { salesOf } from './once.js';
import { CONTOSO, FABRIKAM, organizationOf, playAlongside, useSystem, type Run, type TestSystem } from './system.js';

/** A billed month is taken back: exactly what was shown, once, whatever is lost or killed meanwhile; and stays back until somebody reruns it. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const BILLED = '7011.60';
const WITHIN_MS = 200_000;

const run = (system: TestSystem, ...codes: number[]): Promise<MonthResult> =>
  system.json<MonthResult>(codes, 'run', MONTH, '--as-of', AS_OF, '--wait');
/** What `undo` says that it takes back: the sum that is typed. */
const sumOf = (stdout: string): string => /takes? ([\d,.]+ EUR) of/.exec(stdout)![1]!;
const takeBack = async (system: TestSystem, ...more: string[]): Promise<Run> => {
  const { stdout } = await system.cli('undo', MONTH, ...more);
  return system.cli('undo', MONTH, ...more, '--write', '--reason', 'wrong prices', '--actor', 'anna', '--yes', sumOf(stdout));
};
const isBack = (system: TestSystem): Promise<unknown> =>
  eventually(
    async () => salesOf(await system.state(), MONTH),
    (sales) => sales === '0.00',
    WITHIN_MS,
  );
const rerun = (system: TestSystem, organization: string): Promise<Run> =>
  system.cli('rerun', MONTH, '--organization', organization, '--reason', 'prices are right now');
const isBilled = (system: TestSystem): Promise<unknown> =>
  eventually(
    async () => salesOf(await system.state(), MONTH),
    (sales) => sales === BILLED,
    WITHIN_MS,
  );

const killed = playAlongside({ world: 'september-2025', worker: false }, async (system) => {
  const worker = await system.startWorker();
  await run(system, 0, 3);
  await system.forget();
  const taking = takeBack(system);
  await eventually(
    () => system.writes(),
    (writes) => writes.length >= 3,
  );
  await worker.kill('SIGKILL');
  await system.startWorker();
  await taking;
  await isBack(system);
  expect((await run(system, 0, 3)).posted.sales).toBe('0.00');
  for (const organization of [CONTOSO, FABRIKAM]) await rerun(system, organization);
  await isBilled(system);
});

const lost = playAlongside({ world: 'september-2025' }, async (system) => {
  await run(system, 0, 3);
  await system.faults([
    { match: { vendor: 'autotask', method: 'DELETE' }, fault: { kind: 'reset', when: 'after' }, times: 2 },
    { match: { vendor: 'autotask', method: 'POST', path: '*/Charges' }, fault: { kind: 'reset', when: 'after' }, times: 1 },
    {
      match: { vendor: 'autotask', method: 'POST', path: '*/ServiceAdjustments' },
      fault: { kind: 'reset', when: 'before' },
      times: 1,
    },
  ]);
  await takeBack(system);
  await isBack(system);
  const keys = (await system.state()).autotask.charges.map(({ internalPurchaseOrderNumber }) => internalPurchaseOrderNumber);
  expect(new Set(keys).size).toBe(keys.length);
});

describe('billing undo --write', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));

  test('takes nothing back without the sum', async () => {
    await run(system, 0, 3);
    await system.forget();
    const asked = (...more: string[]): Promise<Run> => system.cli('undo', MONTH, '--organization', CONTOSO, '--write', ...more);
    expect(await asked('--reason', 'x')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('confirm the sum with --yes "'),
    });
    expect(await asked('--reason', 'x', '--yes', '1 EUR')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is not the sum'),
    });
    expect(await system.writes()).toEqual([]);
  });

  // Under the name of the person who did it.
  test('takes one customer back as shown; the others stay billed', async () => {
    const before = organizationOf(await system.json<MonthResult>([0, 3], 'report', MONTH), CONTOSO);
    const { code, stdout } = await takeBack(system, '--organization', CONTOSO);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/: skipped\. Taken back by anna: wrong prices/) });
    const month = await system.json<MonthResult>([0, 3], 'report', MONTH);
    const after = organizationOf(month, CONTOSO);
    expect(after.posted.sales).toBe('0.00');
    expect(after.items.filter(({ reason }) => reason === 'undone').length).toBeGreaterThan(0);
    expect(salesOf(await system.state(), MONTH)).toBe(new Big(BILLED).minus(before.posted.sales).toFixed(2));
    const { entries } = await system.json<{ entries: LoggedDecision[] }>([0], 'log', MONTH);
    expect(entries).toEqual([
      expect.objectContaining({
        ...{ action: 'undo', actor: 'anna', reason: 'wrong prices', organizationName: 'Contoso Dental Group' },
        amounts: expect.objectContaining({ sales: before.posted.sales, currency: 'EUR' }),
      }),
    ]);
  });

  test('is met by no later run, and by no second undo', async () => {
    await system.forget();
    const month = await run(system, 0, 3);
    expect(organizationOf(month, CONTOSO)).toMatchObject({ status: 'Skipped', posted: { sales: '0.00' } });
    expect((await system.cli('undo', MONTH, '--organization', CONTOSO)).stdout).toMatch(/stands as before 2025-10\./);
    expect(await system.writes()).toEqual([]);
  });

  // It once showed the steps of what somebody had just taken back.
  test('shows no plan for what was taken back', async () => {
    const { stdout } = await system.cli('plan', MONTH, '--organization', CONTOSO);
    expect(stdout).toContain('excluded (taken back)');
    expect(stdout).toContain('Nothing to write.');
  });

  test('stays back also when its workflow is gone', async () => {
    await system.client.workflow.getHandle(organizationBillingId('default', MONTH, CONTOSO)).terminate('tidied up');
    expect(organizationOf(await run(system, 0, 3), CONTOSO)).toMatchObject({ status: 'Skipped', posted: { sales: '0.00' } });
    expect(await system.writes()).toEqual([]);
  });

  test('is billed again by a rerun, to the same sum', async () => {
    await rerun(system, CONTOSO);
    await isBilled(system);
    expect((await run(system, 0, 3)).posted.sales).toBe(BILLED);
  });

  test('leaves what is approved and posted, and says what to do there', async () => {
    await system.control('POST', 'autotask/freeze', { through: '2025-10-31' });
    await system.forget();
    const { code, stderr } = await system.cli('undo', MONTH, '--write', '--reason', 'too late', '--yes', '0');
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr: expect.stringMatching(/approved and posted in Autotask and stays as it is\. Unpost/),
    });
    expect(await system.writes()).toEqual([]);
  });
});

// It comes to its end once.
test('an undo survives its worker; the month bills again', killed, 300_000);
test('an undo whose answers are lost takes nothing back twice', lost, 300_000);
