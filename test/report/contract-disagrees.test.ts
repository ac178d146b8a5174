import { afterEach, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import { loadBaseConfig, loadConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { outcomeName } from '../../shared/evidence/months.js';
import { createActivities } from '../../activities/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** What a month says is posted is compared with what was read on its contracts, whatever the planner thought. */

const MONTH = '2025-10';
let harness: Harness;
afterEach(() => harness.close());

// Named in every command, until a run finds that it does.
test('holds an amount the contract does not show, with numbers', async () => {
  harness = await openHarness(twoCustomers([LICENCE, AZURE, OTHERS]));
  await harness.bill(MONTH, '2025-10-12');
  await withoutRows('contoso');
  const result = (await findMonth(loadBaseConfig(harness.env), MONTH))!.result;
  expect([result.posted.sales, result.held.sales]).toEqual(['8900.00', '120.00']);
  const contoso = result.organizations.find(({ organizationId }) => organizationId === 'contoso')!;
  expect(contoso.status).toBe('NeedsAttention');
  expect(contoso.items.filter(({ outcome }) => outcome === 'held')).toEqual([
    expect.objectContaining({
      reason: 'contract-disagrees',
      sales: '120.00',
    }),
  ]);
  expect(contoso.items.find(({ outcome }) => outcome === 'held')!.cause).toMatch(
    /^Contract \d+ shows 0 \/ 0 in 2025-10, but 120 \/ 100 is said to be posted on it/,
  );
  const report = await harness.cli('report', MONTH);
  expect([report.code, report.out.includes('contract says something else')]).toEqual([3, true]);
  expect((await harness.bill(MONTH, '2025-10-13')).held).toBe(0);
  expect((await harness.cli('report', MONTH)).code).toBe(0);
});

/** The organization's contracts showed no rows when they were read, and the month is closed with that. */
async function withoutRows(organizationId: string): Promise<void> {
  const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
  const name = outcomeName('default', MONTH, organizationId);
  const outcome = await evidence.get<Outcome>((await evidence.pointer(name))!);
  const contracts = outcome.seen!.contracts.map((contract) => ({ ...contract, rows: [] }));
  await evidence.point(name, await evidence.put({ ...outcome, seen: { ...outcome.seen!, contracts } }));
  const record = await evidence.get<{ report: string }>((await evidence.pointer(`months/default/${MONTH}`))!);
  const { billing, autotask } = createActivities(createDependencies(loadConfig(harness.env), { evidence }));
  const request = { broker: 'default', month: MONTH, mode: null, asOf: '2025-10-12', report: record.report };
  const { survey } = await autotask.surveyAutotask({ ...request, organizations: null });
  await billing.closeRun({ ...request, survey, calls: { autotask: 0, cloudmore: 0 }, heldMonth: null });
  await evidence.close();
}
