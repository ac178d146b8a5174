import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KeptPlan } from '../../activities/decide/plan-organization.js';
import type { Sandbox } from '../../sandbox/index.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import type { GivenReport, PlanMade } from '../../shared/messages/messages.js';
import { CONTOSO, MONTH, openHarness, startVendors, type Harness } from './harness.js';

/** A message to a customer's workflow may refer to anything that is kept. The worker is in mode auto, and the run was asked for in approve mode. */

const evidence = memoryEvidence();
let sandbox: Sandbox;
let harness: Harness;
let given: GivenReport & { survey: string };
let september: GivenReport & { survey: string };
beforeAll(async () => {
  sandbox = await startVendors();
  september = await openHarness(sandbox, { BREAKERS: 'off' }, { month: '2025-09' }, evidence).given('2025-10-05');
  harness = openHarness(sandbox, { BREAKERS: 'off' }, {}, evidence);
  given = await harness.given('2025-10-20');
});
afterAll(() => sandbox.close());

const takeReport = async (instead: string, asOf = given.asOf): Promise<string> =>
  (await harness.activities.cloudmore.takeReport({ ...MONTH, asOf, instead })).report;
const planned = (changes: Partial<GivenReport>): Promise<PlanMade> =>
  harness.activities.autotask.planOrganization({
    ...MONTH,
    asOf: given.asOf,
    organizationId: CONTOSO,
    given: { ...given, ...changes },
    approvedDigest: null,
    refused: [],
  });
const afresh = { survey: null, surveyedAt: null };

describe('a message that refers to', () => {
  // It once let this month be planned from rows of that one.
  test('a survey of another month is not used: Autotask is read again', async () => {
    expect((await planned({ survey: september.survey })).calls.autotask).toBeGreaterThan(0);
  });

  // It let its customer be billed without the release that the run had asked for.
  test('a report of another month releases no customer', async () => {
    for (const report of [september.report, given.survey]) {
      await expect(planned({ report })).rejects.toMatchObject({ type: 'EvidenceMissing' });
      // Which makes the workflow take a report of its own, in place of that one.
      expect((await planned({ ...afresh, report: await takeReport(report) })).waits?.reason).toBe('awaiting-approval');
    }
    expect((await planned({ ...afresh, report: await takeReport(given.report) })).waits).toBeNull();
  });

  // What is read in place of the report was of the day that the message said.
  test('a day other than its report’s is not believed', async () => {
    const { plan } = await planned({ ...afresh, report: await takeReport(given.report, '2031-01-01') });
    expect((await evidence.get<KeptPlan>(plan)).plan.asOf).toBe(given.asOf);
  });
});
