import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { GivenReport, OrganizationSummary } from '../../shared/messages/messages.js';
import { CONTOSO, MONTH, openHarness, startVendors } from './harness.js';
import type { Sandbox } from '../../sandbox/index.js';

/** What an operator released, despite runs, reports and surveys that know nothing of it. */

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startVendors();
});
afterEach(() => sandbox.close());

const withoutSurvey = (given: GivenReport): GivenReport => ({ ...given, survey: null, surveyedAt: null });
const reasonsOf = ({ result }: OrganizationSummary): (string | null)[] => result.items.map(({ reason }) => reason);

describe('what was released', () => {
  const waiting: [what: string, env: Record<string, string>, reason: string][] = [
    ['from a breaker', {}, 'breaker-organization'],
    ['from approval', { BILLING_MODE: 'approve', BREAKER_ORGANIZATION_PERCENT: '0' }, 'awaiting-approval'],
  ];
  // That run had looked at Autotask a moment before it was written.
  test.each(waiting)('%s and billed is not held by an overlapping run', async (_what, env, reason) => {
    const { given, bill } = openHarness(sandbox, env);
    const first = await given('2025-10-20');
    const held = await bill(first, null);
    expect(reasonsOf(held)).toEqual([reason]);
    const older = await given('2025-10-20');
    const released = await bill(withoutSurvey(first), held.result.planDigest);
    expect(released.status).toBe('Done');
    const handedOver = await bill(older, null);
    expect([handedOver.status, reasonsOf(handedOver)]).toEqual(['Unchanged', [null]]);
  });

  // The person who released it is told.
  test.each(waiting)('%s writes nothing when a newer report changed the plan', async (_what, env, reason) => {
    const { given, bill } = openHarness(sandbox, env);
    const first = await bill(await given('2025-10-20'), null);
    const digest = first.result.planDigest!;
    const newer = await bill(await given('2025-10-22'), digest);
    expect(reasonsOf(newer)).toEqual([reason]);
    expect(newer.result.planDigest).not.toBe(digest);
    expect(newer.message).toBe(
      `The plan that was released (${digest}) is not the current one: the report or Autotask has changed since, or it belongs to another customer or month. Nothing that waits was written.`,
    );
    expect(sandbox.state().autotask.contracts).toEqual([]);
    const released = await bill(await given('2025-10-22'), newer.result.planDigest);
    expect([released.status, released.message]).toEqual(['Done', null]);
  });

  test('keeps the organization’s mode in each of its parts', async () => {
    const { activities, given } = openHarness(sandbox, {
      BILLING_MODE_ORGANIZATIONS: 'Contoso=approve',
      BREAKER_ORGANIZATION_PERCENT: '0',
    });
    const { planOrganization } = activities.autotask;
    const report = await given('2025-10-20');
    const request = { ...MONTH, mode: 'auto' as const, asOf: '2025-10-20', organizationId: CONTOSO, refused: [] };
    const first = await planOrganization({ ...request, given: report, approvedDigest: null });
    expect(first.mode).toBe('approve');
    const resume = { plan: first.plan, from: 1 };
    const next = await planOrganization({ ...request, given: report, approvedDigest: first.digest, resume });
    expect([next.mode, next.digest, next.steps.length]).toEqual(['approve', first.digest, 2]);
  });

  // Nothing can be released there.
  test('in shadow mode nobody is asked to release a held item', async () => {
    const { given, bill } = openHarness(sandbox, { BILLING_MODE: 'shadow' });
    const { result } = await bill(await given('2025-10-20'), null);
    expect(result.items.map(({ reason, command, message }) => [reason, command, message?.includes('billing approve')])).toEqual([
      ['breaker-organization', null, false],
    ]);
  });

  test('in shadow mode the setting is named, and no failing command', async () => {
    const { given, bill } = openHarness(sandbox, { BILLING_MODE: 'shadow', BREAKERS: 'off' });
    const { result } = await bill(await given('2025-10-20'), null);
    expect(result.items.map(({ reason, command }) => [reason, command])).toEqual([['awaiting-approval', null]]);
    expect(result.items[0]!.message).toContain('BILLING_MODE is shadow, which is the most a run may do: set it to approve');
  });
});
