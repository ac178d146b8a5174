import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sandbox } from '../../sandbox/index.js';
import type { MonthClosed } from '../../shared/messages/messages.js';
import { NO_CALLS, NO_WRITES } from '../../shared/billing/results/results.js';
import { CONTOSO, control, MONTH, openHarness, startVendors, type Before } from './harness.js';

/** An organization that was billed on the 20th, and whose next day's outcome is not known. */

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startVendors();
});
afterEach(() => sandbox.close());

/** Bills the month, then a line more of the next day; answers what the second run says of itself. */
async function billTwice(before: Before): Promise<MonthClosed['result']> {
  const { given, bill, close } = openHarness(sandbox, { BREAKER_ORGANIZATION_PERCENT: '0' });
  const first = await given('2025-10-20');
  expect((await bill(first, null)).status).toBe('Done');
  const second = await given('2025-10-22');
  await bill(second, null, before);
  return (await close(second)).result;
}

describe('a run does not report what came of the run before, where', () => {
  test('Autotask refuses to be read once everything is written', async () => {
    const result = await billTwice(() =>
      control(sandbox, 'faults', [
        {
          match: { vendor: 'autotask', method: 'POST', path: '*/query' },
          fault: { kind: 'status', status: 401, when: 'before' },
        },
      ]),
    );
    expect([result.posted.sales, result.held.sales]).toEqual(['0.00', '2600.00']);
    expect(result.organizations[0]!.items.map(({ reason }) => reason)).toEqual(['outcome-unknown']);
  });

  test('what was written could not be compared at all', async () => {
    const result = await billTwice(({ plan }) =>
      plan === null ? Promise.resolve() : Promise.reject(new Error('the disk is full')),
    );
    expect([result.posted.sales, result.held.sales]).toEqual(['0.00', '2600.00']);
    const [{ items, status }] = result.organizations as [(typeof result.organizations)[0]];
    expect([status, items[0]!.reason, items[0]!.message]).toEqual([
      'NeedsAttention',
      'api-error',
      expect.stringContaining('the disk is full'),
    ]);
  });
});

// A plan that misses nothing of it says nothing of it.
test('is not called posted when its row cannot be read', async () => {
  const { given, bill, close } = openHarness(sandbox, { BREAKER_ORGANIZATION_PERCENT: '0' });
  const first = await given('2025-10-20');
  const spoilRows = (): Promise<void> => {
    const row = { id: 1, contractID: sandbox.state().autotask.contracts[0]!.id, startDate: { amount: '2025-10-01' } };
    const body = { items: [row], pageDetails: { nextPageUrl: null } };
    const match = { vendor: 'autotask', path: '*/ContractServiceUnits/query' };
    return control(sandbox, 'faults', [{ match, fault: { kind: 'status', status: 200, body, when: 'before' } }]);
  };
  await bill(first, null, spoilRows);
  await control(sandbox, 'faults', []);
  const { items } = (await close(first)).result.organizations[0]!;
  expect(items.map(({ outcome, reason }) => [outcome, reason])).toEqual([['held', 'outcome-unknown']]);
  expect(items[0]!.cause).toContain('What Autotask holds now is unknown: Autotask');
});

test('steps known by number hold their items like those by name', async () => {
  const { given, activities } = openHarness(sandbox, { BREAKER_ORGANIZATION_PERCENT: '0' });
  const report = await given('2025-10-20');
  const asked = { ...MONTH, asOf: report.asOf, organizationId: CONTOSO, given: report };
  const { plan, steps } = await activities.autotask.planOrganization({ ...asked, approvedDigest: null, refused: [] });
  expect(steps.length).toBeGreaterThan(1);
  const { result } = await activities.autotask.verifyOrganization({
    ...asked,
    plan,
    contractIds: [],
    stops: [
      { items: [], steps: { plan, ranges: [[0, 0]] }, reason: 'api-error', message: 'Not tried' },
      { items: [], steps: { plan, ranges: [[1, null]] }, reason: 'api-error', message: 'Not tried.' },
    ],
    refused: [],
    waits: null,
    skipReason: null,
    writes: NO_WRITES,
    calls: NO_CALLS,
    workflowId: 'w',
    remark: null,
  });
  expect([result.posted.lines, result.held.lines]).toEqual([0, result.report.lines]);
  expect(result.items.map(({ reason, cause }) => [reason, cause!.slice(0, 42)])).toEqual(
    result.items.map(() => ['api-error', 'Not tried. It is tried again automatically']),
  );
});
