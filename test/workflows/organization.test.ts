import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import type { PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import { billingQueue } from '../../shared/messages/names.js';
import { type OrganizationSummary, type PlanRequest, type VerifyRequest } from '../../shared/messages/messages.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { COMPLETE_SETTINGS } from '../settings.js';
import { CONTRACT, INPUT, PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import { useWorkflowHarness, type WorkflowHarness } from './workers.js';
import { eventually } from '../eventually.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';

/** How one organization's workflow waits, listens and continues; what it decides is the activities' business. */

let harness: WorkflowHarness;
useWorkflowHarness((opened) => (harness = opened));

let number = 0;
const start = (): Promise<WorkflowHandleWithFirstExecutionRunId> =>
  harness.client.workflow.start('organizationBilling', {
    taskQueue: billingQueue('default'),
    workflowId: `organization-${(number += 1)}`,
    args: [INPUT],
  });
const until = (handle: WorkflowHandle, status: OrganizationStatus): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );

const resultOf = (handle: WorkflowHandle): Promise<OrganizationSummary> => handle.result() as Promise<OrganizationSummary>;

/** Something to wait for, and what lets it happen. */
function gate(): [open: () => void, opened: Promise<void>] {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return [open, opened];
}

const ADJUSTMENT: PostAdjustmentStep = {
  kind: 'postAdjustment',
  items: ['a'],
  summary: 'adjust',
  contractKey: 'S1',
  contractId: null,
  serviceKey: 'X',
  serviceId: 3,
  contractServiceId: null,
  day: '2025-10-01',
  units: 1,
  unitPrice: '1.0000',
  unitCost: '1.0000',
  before: null,
  expectsUnits: null,
  purpose: 'amounts',
  invoiceDescription: null,
};

describe('an organization that is billed', () => {
  test('reads the report again when its slice is gone', async () => {
    const seen: string[] = [];
    const activities = standIns({
      planOrganization: ({ given }) => {
        seen.push(given.report);
        if (given.report === 'r1')
          return Promise.reject(ApplicationFailure.nonRetryable('r1 is not in the store', 'EvidenceMissing'));
        return Promise.resolve(PLAN);
      },
      verifyOrganization: (request) => Promise.resolve(summaryOf(request, request.stops.length > 0 ? 'NeedsAttention' : 'Done')),
    });
    const summary = await harness.serving(activities, async () => resultOf(await start()));
    expect(seen).toEqual(['r1', 'r2']);
    expect(summary.status).toBe('Done');
  });

  // A survey of Autotask from before it does not count.
  test('is planned with the time its plan was requested', async () => {
    const { askedAt } = createDependencies(loadConfig({ ...COMPLETE_SETTINGS, BILLING_MODE: 'shadow' }), {
      evidence: memoryEvidence(),
    });
    const asked: (number | undefined)[] = [];
    const activities = standIns({
      planOrganization: () => {
        asked.push(askedAt()?.getTime());
        return Promise.resolve(PLAN);
      },
    });
    const from = Date.now();
    await harness.serving(activities, async () => resultOf(await start()));
    expect(asked.map((at) => at !== undefined && at >= from && at <= Date.now())).toEqual([true]);
    expect(askedAt()).toBeNull();
  });

  test('ends, and hands later steps the ids that earlier ones made', async () => {
    const seen: unknown[] = [];
    const activities = standIns({
      planOrganization: () => Promise.resolve({ ...PLAN, steps: [CONTRACT, ADJUSTMENT] }),
      postAdjustment: (request) => {
        seen.push(request.resolved);
        return Promise.resolve({ result: 'written', id: null, calls: { autotask: 1, cloudmore: 0 } });
      },
    });
    const summary = await harness.serving(activities, async () => resultOf(await start()));
    expect(summary.status).toBe('Done');
    expect(seen).toEqual([{ contracts: { s1: 7 }, services: {}, products: {} }]);
  });

  // Each of its tasks replays it from the beginning, as after the death of a worker.
  test('sends each write once though no workflow is kept between tasks', async () => {
    const sent: string[] = [];
    let isFixed = false;
    const activities = standIns({
      planOrganization: () => Promise.resolve({ ...PLAN, steps: isFixed ? [] : [CONTRACT, ADJUSTMENT] }),
      upsertContract: () => {
        sent.push('contract');
        return Promise.resolve({ result: 'written', id: 7, calls: { autotask: 1, cloudmore: 0 } });
      },
      postAdjustment: () => {
        sent.push('adjustment');
        return Promise.resolve({ result: 'written', id: null, calls: { autotask: 1, cloudmore: 0 } });
      },
      verifyOrganization: (request) => Promise.resolve(summaryOf(request, isFixed ? 'Done' : 'NeedsAttention')),
    });
    const work = async (): Promise<OrganizationSummary> => {
      const handle = await start();
      await until(handle, 'NeedsAttention');
      isFixed = true;
      await handle.signal('rerun', 'fixed');
      return resultOf(handle);
    };
    const summary = await harness.serving(activities, work, 0);
    expect([summary.status, sent]).toEqual(['Done', ['contract', 'adjustment']]);
  });

  test('skips an item’s steps when its contract failed, and says why', async () => {
    const verified: VerifyRequest[] = [];
    const activities = standIns({
      planOrganization: () => Promise.resolve({ ...PLAN, steps: [CONTRACT, ADJUSTMENT] }),
      upsertContract: () => Promise.reject(ApplicationFailure.nonRetryable('contractName is too long', 'Rejected')),
      postAdjustment: () => Promise.reject(new Error('must not be called')),
      verifyOrganization: (request) => {
        verified.push(request);
        return Promise.resolve(summaryOf(request, 'Done'));
      },
    });
    await harness.serving(activities, async () => resultOf(await start()));
    expect(verified[0]!.stops).toEqual([{ items: ['a'], reason: 'api-error', message: 'contract: contractName is too long' }]);
  });

  test('asks the planner again after a duplicate adjustment, then writes charges only', async () => {
    const asked: PlanRequest[] = [];
    const activities = standIns({
      planOrganization: (request) => {
        asked.push(request);
        return Promise.resolve({ ...PLAN, steps: [{ ...ADJUSTMENT, contractId: 5 }] });
      },
      postAdjustment: () => Promise.resolve({ result: 'refused', id: null, calls: { autotask: 1, cloudmore: 0 } }),
    });
    await harness.serving(activities, async () => resultOf(await start()));
    expect(asked.map(({ refused, given }) => [refused, given.survey])).toEqual([
      [[], 's1'],
      [['a'], null],
    ]);
  });
});

describe('an organization that needs somebody', () => {
  /** Parked at first; the given status as soon as `fixed` says so. */
  const parked = (
    fixed: () => boolean,
    status: OrganizationStatus = 'NeedsAttention',
    changes: Partial<StandIns> = {},
  ): StandIns =>
    standIns({ verifyOrganization: (request) => Promise.resolve(summaryOf(request, fixed() ? 'Done' : status)), ...changes });

  test('stays open, and a rerun takes a fresh report and ends it', async () => {
    let isFixed = false;
    const reports: string[] = [];
    const activities = parked(() => isFixed, 'NeedsAttention', {
      planOrganization: ({ given }) => {
        reports.push(given.report);
        return Promise.resolve(PLAN);
      },
    });
    const summary = await harness.serving(activities, async () => {
      const handle = await start();
      await until(handle, 'NeedsAttention');
      isFixed = true;
      await handle.signal('rerun', 'fixed');
      return resultOf(handle);
    });
    expect(summary.status).toBe('Done');
    expect(reports).toEqual(['r1', 'r2']);
  });

  test('is skipped, stays open as skipped, and a rerun lifts the skip', async () => {
    let isFixed = false;
    const summary = await harness.serving(
      parked(() => isFixed),
      async () => {
        const handle = await start();
        await until(handle, 'NeedsAttention');
        await handle.signal('skip', 'disputed');
        await until(handle, 'Skipped');
        isFixed = true;
        await handle.signal('rerun', 'settled');
        return resultOf(handle);
      },
    );
    expect(summary.status).toBe('Done');
  });

  // It waited for its release as before, and billed when somebody released it.
  test.each([
    ['a signal', (handle: WorkflowHandle) => handle.signal('skip', 'disputed')],
    ['an update', (handle: WorkflowHandle) => handle.executeUpdate('skipNow', { args: ['disputed'] })],
  ])('is skipped by %s that comes while it reads back', async (_how, skip) => {
    const [reading, isReading] = gate();
    const [goOn, mayGoOn] = gate();
    const activities = standIns({
      verifyOrganization: async (request) => {
        reading();
        await mayGoOn;
        return summaryOf(request, 'AwaitingApproval');
      },
    });
    const result = await harness.serving(activities, async () => {
      const handle = await start();
      await isReading;
      const asked = skip(handle);
      await handle.query('status');
      goOn();
      await asked;
      return until(handle, 'Skipped');
    });
    expect(result.status).toBe('Skipped');
  });

  test('survives a skip and a rerun that arrive together', async () => {
    let isFixed = false;
    const result = await harness.serving(
      parked(() => isFixed),
      async () => {
        const handle = await start();
        await until(handle, 'NeedsAttention');
        isFixed = true;
        await Promise.all([handle.signal('skip', 'one'), handle.signal('rerun', 'two'), handle.signal('approve', 'd1')]);
        return eventually(
          () => handle.query<OrganizationResult>('status'),
          ({ status }) => status === 'Done' || status === 'Skipped',
        );
      },
    );
    expect(['Done', 'Skipped']).toContain(result.status);
  });

  test("continues with the next day's report and answers that run", async () => {
    let isFixed = false;
    const reports: (string | null)[] = [];
    const activities = parked(() => isFixed, 'NeedsAttention', {
      planOrganization: ({ given }) => {
        reports.push(given.report);
        return Promise.resolve(PLAN);
      },
    });
    await harness.serving(activities, async () => {
      const handle = await start();
      await until(handle, 'NeedsAttention');
      isFixed = true;
      await handle.signal('newReport', { given: { ...INPUT.given, report: 'r3' }, parentId: 'nobody' });
      return resultOf(handle);
    });
    expect(reports).toEqual(['r1', 'r3']);
  });

  test('passes the released digest to the planner, with fresh reads of Autotask', async () => {
    let isReleased = false;
    const asked: PlanRequest[] = [];
    const activities = parked(() => isReleased, 'AwaitingApproval', {
      planOrganization: (request) => {
        asked.push(request);
        isReleased = request.approvedDigest === 'd1';
        return Promise.resolve(PLAN);
      },
    });
    await harness.serving(activities, async () => {
      const handle = await start();
      await until(handle, 'AwaitingApproval');
      await handle.signal('approve', 'd1');
      return resultOf(handle);
    });
    expect(asked.map(({ approvedDigest, given }) => [approvedDigest, given.survey])).toEqual([
      [null, 's1'],
      ['d1', null],
    ]);
  });

  /**
   * Sends the signals while a turn goes on, so that they arrive together; answers what the planner was asked from then on. It waits for an approval until
   * `fixed` says so, or until it was asked once.
   */
  async function whileItPlans(
    signals: [name: string, argument: unknown][],
    fixed: (asked: PlanRequest[]) => boolean = (asked) => asked.length > 2,
  ): Promise<PlanRequest[]> {
    const asked: PlanRequest[] = [];
    const [goOn, mayGoOn] = gate();
    const activities = parked(() => fixed(asked), 'AwaitingApproval', {
      planOrganization: async (request) => {
        asked.push(request);
        if (asked.length === 2) await mayGoOn;
        return PLAN;
      },
    });
    await harness.serving(activities, async () => {
      const handle = await start();
      await until(handle, 'AwaitingApproval');
      await handle.signal('rerun', 'so that a turn goes on');
      await eventually(
        () => Promise.resolve(asked.length),
        (count) => count === 2,
      );
      for (const [name, argument] of signals) await handle.signal(name, argument);
      goOn();
      return resultOf(handle);
    });
    return asked.slice(2);
  }
  const approval: [string, unknown] = ['approve', 'd1'];
  const report: [string, unknown] = [
    'newReport',
    { given: { ...INPUT.given, report: 'r3', asOf: '2025-10-10' }, parentId: 'nobody' },
  ];

  test.each([
    ['before', [approval, report]],
    ['after', [report, approval]],
  ])('keeps release and new report when released %s it', async (_when, signals) => {
    const asked = await whileItPlans(signals);
    // The lines are read again for a release, as of the day of the report that came.
    expect(asked.map(({ approvedDigest, given }) => [approvedDigest, given.report, given.asOf, given.survey])).toEqual([
      ['d1', 'r2', '2025-10-10', null],
    ]);
  });

  test('keeps a release where somebody asks for a rerun a moment later', async () => {
    const asked = await whileItPlans([approval, ['rerun', 'to be sure']]);
    expect(asked.map(({ approvedDigest, given }) => [approvedDigest, given.report])).toEqual([['d1', 'r2']]);
  });

  test.each([
    ['before', ['f'.repeat(64), 'd1']],
    ['after', ['d1', 'f'.repeat(64)]],
  ])('keeps a release when an older plan’s comes %s it', async (_when, digests) => {
    const asked = await whileItPlans(
      digests.map((digest): [string, unknown] => ['approve', digest]),
      (all) => all.some(({ approvedDigest }) => approvedDigest === 'd1'),
    );
    expect(asked.map(({ approvedDigest }) => approvedDigest)).toEqual(digests.slice(0, digests.indexOf('d1') + 1));
  });

  test('keeps a release over an outage that stopped it, and not longer', async () => {
    const asked: (string | null)[] = [];
    const outcomes = [{ mayHeal: true }, { mayHeal: false }, {}] as const;
    const activities = standIns({
      planOrganization: ({ approvedDigest }) => {
        asked.push(approvedDigest);
        return Promise.resolve(PLAN);
      },
      verifyOrganization: (request) =>
        Promise.resolve(summaryOf(request, asked.length === 4 ? 'Done' : 'NeedsAttention', outcomes[asked.length - 2])),
    });
    await harness.serving(activities, async () => {
      const handle = await start();
      for (const [turn, [name, argument]] of [approval, report, report].entries()) {
        await eventually(
          () => handle.query<OrganizationResult>('status'),
          ({ status }) => status === 'NeedsAttention' && asked.length === turn + 1,
        );
        await handle.signal(name, argument);
      }
      return resultOf(handle);
    });
    expect(asked).toEqual([null, 'd1', 'd1', null]);
  });

  test('shows a failure nobody foresaw instead of ending with it', async () => {
    let isFixed = false;
    const activities = standIns({
      verifyOrganization: (request) =>
        isFixed
          ? Promise.resolve(summaryOf(request, 'Done'))
          : Promise.reject(ApplicationFailure.nonRetryable('the disk is full', 'Unforeseen')),
    });
    const summary = await harness.serving(activities, async () => {
      const handle = await start();
      await until(handle, 'NeedsAttention');
      isFixed = true;
      await handle.signal('rerun', 'disk emptied');
      return resultOf(handle);
    });
    expect(summary.status).toBe('Done');
  });
});
