import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import type { GivenReport, OrganizationSummary, StepDone, StepRequest } from '../../shared/contract.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { billOrganization } from '../../workflows/organization.js';

/** What an operator released, beside runs, reports and surveys that know nothing of it. */

const MONTH = { broker: 'default', month: '2025-10', mode: null };
const CONTOSO = 'contoso';
/** Contoso's sales have more than doubled, and a breaker holds them; a line more comes on the 21st. */
const WORLD = new URL('../../sandbox/worlds/breaker-released-by-digest.json', import.meta.url);

interface Desk {
  activities: ActivitiesByQueue;
  /** What a run hands to organizations, as of a day. */
  given(asOf: string): Promise<GivenReport>;
  bill(given: GivenReport, approvedDigest: string | null): Promise<OrganizationSummary>;
}

let sandbox: Sandbox;
beforeEach(async () => {
  const world = JSON.parse(await readFile(WORLD, 'utf8')) as { cloudmore: { monthlyBilling: { billingDate: string }[] } };
  const blocks = world.cloudmore.monthlyBilling;
  blocks.push({ ...structuredClone(blocks.at(-1)!), billingDate: '2025-10-21T00:00:00Z' });
  sandbox = await startSandbox({ world });
});
afterEach(() => sandbox.close());

function openDesk(env: Record<string, string> = {}): Desk {
  const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto', ...env });
  const clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const activities = createActivities({ ...createDependencies(config, memoryEvidence()), clock });
  const { cloudmore, autotask } = activities;
  const carryOut = (request: StepRequest): Promise<StepDone> =>
    (autotask[request.step.kind] as (request: StepRequest) => Promise<StepDone>)(request);
  return {
    activities,
    given: async (asOf) => {
      await fetch(`${sandbox.url}/_sandbox/clock`, { method: 'POST', body: JSON.stringify({ now: `${asOf}T03:00:00Z` }) });
      const { report } = await cloudmore.takeReport({ ...MONTH, asOf });
      const { survey, surveyedAt } = await autotask.surveyAutotask({ ...MONTH, asOf, report, organizations: null });
      return { asOf, report, survey, surveyedAt };
    },
    bill: (given, approvedDigest) =>
      billOrganization(
        { planOrganization: autotask.planOrganization, verifyOrganization: autotask.verifyOrganization, carryOut },
        { ...MONTH, asOf: given.asOf, organizationId: CONTOSO, given, approvedDigest, workflowId: 'w' },
        {
          skipReason: () => null,
          failureOf: (error) => {
            throw error;
          },
          progress: () => undefined,
        },
      ),
  };
}

const withoutSurvey = (given: GivenReport): GivenReport => ({ ...given, survey: null, surveyedAt: null });
const reasonsOf = ({ result }: OrganizationSummary): (string | null)[] => result.items.map(({ reason }) => reason);

describe('what was released', () => {
  const waiting: [what: string, env: Record<string, string>, reason: string][] = [
    ['that a breaker held', {}, 'breaker-organization'],
    ['that waited for approval', { BILLING_MODE: 'approve', BREAKER_ORGANIZATION_PERCENT: '0' }, 'awaiting-approval'],
  ];
  test.each(waiting)(
    'and billed (%s) is not held again by a run that had looked at Autotask a moment before it was written',
    async (_what, env, reason) => {
      const { given, bill } = openDesk(env);
      const first = await given('2025-10-20');
      const held = await bill(first, null);
      expect(reasonsOf(held)).toEqual([reason]);
      const older = await given('2025-10-20');
      const released = await bill(withoutSurvey(first), held.result.planDigest);
      expect(released.status).toBe('Done');
      const handedOver = await bill(older, null);
      expect([handedOver.status, reasonsOf(handedOver)]).toEqual(['Unchanged', [null]]);
    },
  );

  test.each(waiting)(
    '(%s) is not what a newer report makes of it: nothing is written, and whoever released it is told',
    async (_what, env, reason) => {
      const { given, bill } = openDesk(env);
      const first = await bill(await given('2025-10-20'), null);
      const digest = first.result.planDigest!;
      const newer = await bill(await given('2025-10-22'), digest);
      expect(reasonsOf(newer)).toEqual([reason]);
      expect(newer.result.planDigest).not.toBe(digest);
      expect(newer.message).toBe(
        `The plan that was released (${digest}) is not the one there is now: the report or Autotask has moved since. Nothing of what waits was written.`,
      );
      expect(sandbox.state().autotask.contracts).toEqual([]);
      const released = await bill(await given('2025-10-22'), newer.result.planDigest);
      expect([released.status, released.message]).toEqual(['Done', null]);
    },
  );

  test('and is carried out in parts keeps the mode of its organization in each of them', async () => {
    const { activities, given } = openDesk({ BILLING_MODE_ORGANIZATIONS: 'Contoso=approve', BREAKER_ORGANIZATION_PERCENT: '0' });
    const { planOrganization } = activities.autotask;
    const report = await given('2025-10-20');
    const request = { ...MONTH, mode: 'auto' as const, asOf: '2025-10-20', organizationId: CONTOSO, refused: [] };
    const first = await planOrganization({ ...request, given: report, approvedDigest: null });
    expect(first.mode).toBe('approve');
    const resume = { plan: first.plan, from: 1 };
    const next = await planOrganization({ ...request, given: report, approvedDigest: first.digest, resume });
    expect([next.mode, next.digest, next.steps.length]).toEqual(['approve', first.digest, 2]);
  });
});
