import { afterEach, expect, jest, test } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { readFile } from 'node:fs/promises';
import { control, MONTH, openHarness } from './harness.js';

/** A log-in that was refused stops all calls, until credentials change or a person says so: calling a customer again is such a word. */

const WORLD = new URL('../../sandbox/worlds/takeover-in-balance.json', import.meta.url);
let sandbox: Sandbox;
afterEach(async () => {
  jest.restoreAllMocks();
  await sandbox.close();
});

const later = (milliseconds: number): void => {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + milliseconds);
};

// Once it stayed refused until the next run, although a person had called the customer again.
test.each(['autotask', 'cloudmore'] as const)('a refused log-in is retried later when %s, not at once', async (vendor) => {
  sandbox = await startSandbox({ world: JSON.parse(await readFile(WORLD, 'utf8')) as object });
  const harness = openHarness(sandbox);
  const given = await harness.given('2025-10-10');
  const again = { ...MONTH, asOf: given.asOf, instead: given.report };
  const request = { ...MONTH, asOf: given.asOf, organizationId: 'contoso', approvedDigest: null, refused: [] };
  const plan = (report: string): Promise<unknown> =>
    harness.activities.autotask.planOrganization({
      ...request,
      given: { asOf: given.asOf, report, survey: null, surveyedAt: null },
    });
  const called = async (): Promise<unknown> => plan((await harness.activities.cloudmore.takeReport(again)).report);
  const path = vendor === 'autotask' ? '*/v1.0/*' : '*/api/*';
  const fault = { match: { vendor, path }, fault: { kind: 'status', status: 401, when: 'before' } };
  await control(sandbox, 'faults', [fault]);
  await expect(called()).rejects.toThrow(/401|refused/i);
  await control(sandbox, 'faults', []);
  await expect(called()).rejects.toThrow(/refused|401/i);
  later(120_000);
  await expect(called()).resolves.toBeDefined();
});
