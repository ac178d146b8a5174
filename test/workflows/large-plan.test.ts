import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { Step } from '../../shared/billing/plan-types.js';
import type { OrganizationSummary, PlanRequest, StepDone, VerifyRequest } from '../../shared/messages/messages.js';
import { CONTRACT, DONE, INPUT, PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import { shows, startOrganization } from './waiting.js';
import { useWorkflowHarness, type WorkflowHarness } from './workers.js';

let harness: WorkflowHarness;
useWorkflowHarness((opened) => (harness = opened));

describe('an organization with a plan too large for one history', () => {
  const IDS = Array.from({ length: 44 }, (_, index) => `item-${index}`);

  /** A plan of what is left, each step as large as a turn, so that twenty of them fill a history; what is carried out is left no longer. */
  function large(upsertContract: () => Promise<StepDone>): {
    activities: StandIns;
    written: string[];
    plans: PlanRequest[];
    verified: VerifyRequest[];
  } {
    const written: string[] = [];
    const plans: PlanRequest[] = [];
    const verified: VerifyRequest[] = [];
    let plan: Step[] = [];
    const left = (): string[] => IDS.filter((id) => !written.includes(id));
    const activities = standIns({
      planOrganization: (request) => {
        const from = request.resume?.from ?? 0;
        if (!request.resume) {
          plans.push(request);
          plan = left().map((id) => ({ ...CONTRACT, items: [id], contractKey: id, name: 'x'.repeat(500_000) }));
        }
        return Promise.resolve({
          ...PLAN,
          steps: plan.slice(from, from + 1),
          ...(from + 1 < plan.length ? { next: from + 1 } : {}),
        });
      },
      upsertContract: async ({ step: { items } }) => {
        const done = await upsertContract();
        written.push(items[0]!);
        return done;
      },
      verifyOrganization: (request) => {
        verified.push(request);
        return Promise.resolve(summaryOf(request, left().length === 0 ? 'Done' : 'NeedsAttention'));
      },
    });
    return { activities, written, plans, verified };
  }

  // What is left is planned from what Autotask holds.
  test('continues in the next execution and writes nothing twice', async () => {
    const { activities, written, plans, verified } = large(() => Promise.resolve(DONE));
    const handle = await harness.serving(activities, async () => {
      const started = await startOrganization(harness, INPUT);
      expect(((await started.result()) as OrganizationSummary).status).toBe('Done');
      return started;
    });
    expect(written).toEqual(IDS);
    expect(plans.map(({ given }) => given.survey)).toEqual(['s1', null, null]);
    const counts = verified.map(({ writes }) => writes.contracts);
    expect([counts.length, counts.at(-1)]).toEqual([3, IDS.length]);
    expect(verified[0]!.stops).toMatchObject([{ items: [], steps: { plan: 'p1', ranges: [[counts[0], null]] } }]);
    const first = await harness.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId).describe();
    expect(first.status.name).toBe('CONTINUED_AS_NEW');
  });

  // They would come again.
  test('waits for a person when only failures remain', async () => {
    const { activities, verified } = large(() =>
      Promise.reject(ApplicationFailure.nonRetryable('the SLA is not active', 'Rejected')),
    );
    const handle = await harness.serving(activities, async () => {
      const started = await startOrganization(harness, INPUT);
      await shows(started, 'NeedsAttention');
      return started;
    });
    expect(verified).toHaveLength(1);
    expect((await handle.describe()).runId).toBe(handle.firstExecutionRunId);
    await handle.terminate();
  });
});
