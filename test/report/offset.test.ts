import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { forgetReport, noteReport, whyNotFrom } from '../../shared/evidence/billed-from.js';
import type { Evidence } from '../../shared/evidence/evidence.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import type { SandboxState } from '../system/system.js';
import { billMonth, openHarness, type Harness } from './harness.js';

/** Rule 1.9: a month that is billed from the report of another one, and what a changed REPORT_MONTH_OFFSET may not do. */

const POSTED = { lines: 28, cost: '6300.58', sales: '7120.32' };
const LATER = { REPORT_MONTH_OFFSET: '1' };

const writes = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
  ).length;
const state = async (harness: Harness): Promise<SandboxState['autotask']> =>
  ((await harness.control('GET', 'state')) as SandboxState).autotask;

describe('with an offset of one month', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(undefined, LATER);
    await harness.control('POST', 'autotask/unfreeze', { through: '2025-09-30' });
  });
  afterAll(() => harness.close());

  test("October's report is billed as September, and a second day writes nothing", async () => {
    const { result } = await harness.bill('2025-09', '2025-10-17');
    expect(result).toMatchObject({ month: '2025-09', reportMonth: '2025-10', posted: POSTED });
    const { adjustments, charges } = await state(harness);
    expect(new Set(adjustments.map(({ effectiveDate }) => String(effectiveDate).slice(0, 7)))).toEqual(
      new Set(['2025-09', '2025-10']),
    );
    expect(charges.map((one) => String(one['internalPurchaseOrderNumber']).slice(0, 10))).toContain('CM-2025-09');
    const before = await writes(harness);
    await harness.bill('2025-09', '2025-10-18');
    expect((await writes(harness)) - before).toBe(0);
  });

  // The certificate says so.
  test('closes the month against the report it was billed from', async () => {
    const file = harness.file('close.json');
    const closed = await harness.cli('close', '2025-09', '--as-of', '2025-10-18', '--out', file, '--json');
    expect([closed.code, closed.said]).toEqual([0, expect.stringContaining('Certificate written')]);
    expect(JSON.parse(closed.out)).toMatchObject({ month: '2025-09', reportMonth: '2025-10', isMonthOver: false });
    expect((await harness.cli('close', '--verify', file)).code).toBe(0);
    const other = await harness.cliWith({ REPORT_MONTH_OFFSET: '0' }, 'close', '--verify', file);
    expect([other.code, other.said]).toEqual([64, expect.stringContaining('billed from the report of 2025-10')]);
  });

  test.each([
    [
      'the same report as another month',
      '2025-10',
      '0',
      'the report of 2025-10 was billed as 2025-09, and would be billed again as 2025-10',
    ],
    [
      'the same month from another report',
      '2025-09',
      '0',
      '2025-09 was billed from the report of 2025-10, and would now be billed from',
    ],
    ['a month after an unbilled report', '2025-10', '1', null],
  ])('a changed offset bills %s, never twice', async (_what, month, offset, why) => {
    const attempt = billMonth({ ...harness.env, REPORT_MONTH_OFFSET: offset, BILLING_MODE: 'shadow' }, month, '2025-10-20');
    if (why === null) await expect(attempt).resolves.toBeDefined();
    else await expect(attempt).rejects.toThrow(why);
  });
});

test('a preview under another offset neither blocks nor compares', async () => {
  const harness = await openHarness();
  await harness.control('POST', 'autotask/unfreeze', { through: '2025-09-30' });
  await harness.control('POST', 'clock', { now: '2025-10-17T03:00:00Z' });
  try {
    await billMonth({ ...harness.env, BILLING_MODE: 'shadow' }, '2025-09', '2025-10-17');
    const { result } = await billMonth({ ...harness.env, ...LATER }, '2025-09', '2025-10-17');
    expect(result.posted).toEqual(POSTED);
  } finally {
    await harness.close();
  }
});

describe('which report a month may be billed from', () => {
  const noted = async (): Promise<Evidence> => {
    const evidence = memoryEvidence();
    await noteReport(evidence, { broker: 'default', month: '2025-09', organizationId: 'org', reportMonth: '2025-09' });
    return evidence;
  };

  test.each([
    ['2025-09', '2025-09', null],
    ['2025-10', '2025-10', null],
    ['2025-09', '2025-10', '2025-09 was billed from the report of 2025-09'],
    ['2025-08', '2025-09', 'the report of 2025-09 was billed as 2025-09'],
    ['2025-10', '2025-09', 'the report of 2025-09 was billed as 2025-09'],
    ['2025-10', '2025-11', 'the report of 2025-10 would never be billed'],
  ])('%s from report %s: %s', async (month, reportMonth, why) => {
    const found = await whyNotFrom(await noted(), 'default', month, reportMonth);
    expect(found).toEqual(why === null ? null : expect.stringContaining(why));
  });

  // What was taken back is free.
  test('refuses a write of a run from before the offset changed', async () => {
    const evidence = await noted();
    expect(
      await noteReport(evidence, { broker: 'default', month: '2025-09', organizationId: 'org', reportMonth: '2025-10' }),
    ).toBe('2025-09');
    await forgetReport(evidence, 'default', '2025-09', 'org');
    expect(
      await noteReport(evidence, { broker: 'default', month: '2025-09', organizationId: 'org', reportMonth: '2025-10' }),
    ).toBeNull();
  });
});
