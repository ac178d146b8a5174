import { afterEach, expect, jest, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createActivities } from '../../activities/index.js';
import { officeOf } from '../../client/month-end/office.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { control, MONTH, openHarness } from './harness.js';

/** A log-in that was refused stops all calls, until credentials change or a person says so: calling a customer again is such a word, and so is a button of the page. */

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

const refuseLogIn = (vendor: 'autotask' | 'cloudmore'): Promise<void> =>
  control(sandbox, 'faults', [
    {
      match: { vendor, path: vendor === 'autotask' ? '*/v1.0/*' : '*/api/*' },
      fault: { kind: 'status', status: 401, when: 'before' },
    },
  ]);

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
  await refuseLogIn(vendor);
  await expect(called()).rejects.toThrow(/401|refused/i);
  await control(sandbox, 'faults', []);
  await expect(called()).rejects.toThrow(/refused|401/i);
  later(120_000);
  await expect(called()).resolves.toBeDefined();
});

// The page asks the worker, whose clients remember the refusal: nobody but a run was to ask again.
test.each(['autotask', 'cloudmore'] as const)('the page reads charges again after %s refused a log-in', async (vendor) => {
  sandbox = await startSandbox({ world: JSON.parse(await readFile(WORLD, 'utf8')) as object });
  const folder = await mkdtemp(`${tmpdir()}/asked-again-`);
  const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto', BILLING_EVIDENCE: `file:${folder}` });
  const evidence = openEvidence(config.evidence, config);
  try {
    const { autotask, billing, cloudmore } = createActivities(createDependencies(config, { evidence, office: officeOf(config) }));
    const asked = { ...MONTH, broker: config.broker, asOf: '2025-10-10' };
    const { report } = await cloudmore.takeReport(asked);
    const { survey } = await autotask.surveyAutotask({ ...asked, report, organizations: null });
    await billing.closeRun({ ...asked, report, survey, calls: { autotask: 0, cloudmore: 0 }, heldMonth: null });
    const charged = (): Promise<unknown> =>
      autotask.endMonth({ broker: config.broker, month: MONTH.month, what: 'invoiced', actor: 'ines', reason: 'month end' });
    await refuseLogIn(vendor);
    await expect(charged()).resolves.toMatchObject({ isGood: false, text: expect.stringMatching(/401|refused/i) });
    await control(sandbox, 'faults', []);
    await expect(charged()).resolves.not.toHaveProperty('charged');
    later(120_000);
    await expect(charged()).resolves.toHaveProperty('charged');
  } finally {
    await evidence.close();
    await rm(folder, { recursive: true });
  }
});
