import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import Long from 'long';
import { randomUUID } from 'node:crypto';
import { recordDecisions } from '../../activities/decide/decisions.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { billingQueue } from '../../shared/messages/names.js';
import { readDecisions } from '../../shared/decisions/decisions.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';
import { eventually } from '../eventually.js';
import { INPUT, PLAN, standIns, summaryOf, type StandIns } from '../workflows/stand-ins.js';
import { openWorkflowHarness, type WorkflowHarness } from '../workflows/workers.js';

/** A person resets a customer's workflow, in the Web UI or after a deploy: what was decided before stays decided once. */

const BROKER = 'reset';
/** Started, scheduled, begun, completed. */
const FIRST_TASK_COMPLETED = 4;
const DIGEST = 'd'.repeat(64);

let harness: WorkflowHarness;
beforeAll(async () => {
  harness = await openWorkflowHarness(process.env.TEST_TEMPORAL_ADDRESS!, BROKER);
});
afterAll(() => harness?.close());

/** Waits for the release of a plan, also of one that was released before: the month is looked at again. */
const waiting = (evidence: Evidence): StandIns =>
  standIns({
    recordDecisions: (request) => recordDecisions({ evidence, twoPersonsAbove: null } as Dependencies, request),
    planOrganization: () => Promise.resolve({ ...PLAN, digest: DIGEST }),
    verifyOrganization: (request) => {
      const made = summaryOf(request, 'AwaitingApproval');
      return Promise.resolve({ ...made, result: { ...made.result, planDigest: DIGEST } });
    },
  });

const start = (workflowId: string): Promise<WorkflowHandle> =>
  harness.client.workflow.start('organizationBilling', {
    taskQueue: billingQueue(BROKER),
    workflowId,
    args: [{ ...INPUT, broker: BROKER }],
  });

const shows = (handle: WorkflowHandle, status: OrganizationStatus): Promise<unknown> =>
  eventually(
    () => handle.query<{ status: OrganizationStatus }>('status'),
    (result) => result.status === status,
  );

async function reset({ workflowId }: WorkflowHandle): Promise<void> {
  await harness.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'a test',
    workflowTaskFinishEventId: Long.fromNumber(FIRST_TASK_COMPLETED),
    requestId: randomUUID(),
  });
}

const recorded = async (evidence: Evidence): Promise<unknown[]> =>
  (await readDecisions(evidence, BROKER)).entries.map(({ action, actor, reason }) => [action, actor, reason]);

// It recorded the same decisions a second time, so that an audit counted two releases.
test('a reset workflow records each decision once', async () => {
  const evidence = memoryEvidence();
  await harness.serving(waiting(evidence), async () => {
    const handle = await start('reset-everything');
    await shows(handle, 'AwaitingApproval');
    await handle.executeUpdate('approveNow', { args: [DIGEST, { actor: 'anna', via: 'command', reason: 'as agreed' }] });
    await handle.signal('skip', 'disputed');
    await shows(handle, 'Skipped');
    await handle.signal('rerun', 'settled');
    await shows(handle, 'AwaitingApproval');
    const before = await recorded(evidence);
    expect(before).toEqual([
      ['approve', 'anna', 'as agreed'],
      ['skip', null, 'disputed'],
      ['rerun', null, 'settled'],
    ]);
    await reset(handle);
    await shows(handle, 'AwaitingApproval');
    await handle.signal('skip', 'disputed again');
    await shows(handle, 'Skipped');
    await reset(handle);
    // What was decided last holds: a customer who is not to be billed stays so.
    await shows(handle, 'Skipped');
    expect(await recorded(evidence)).toEqual([...before, ['skip', null, 'disputed again']]);
  });
});

/** What people may have sent, one after the other, by signal and by command; how the customer stands before and after. */
type Sent = [kind: 'skip' | 'rerun' | 'skipNow' | 'rerunNow', reason: string];
const STORIES: [what: string, sent: Sent[], ends: OrganizationStatus][] = [
  [
    'a skip after a rerun, once by each way',
    [
      ['skip', '1'],
      ['rerunNow', '2'],
      ['skip', '3'],
    ],
    'Skipped',
  ],
  [
    'a rerun after two skips',
    [
      ['skipNow', '1'],
      ['skip', '2'],
      ['rerun', '3'],
    ],
    'AwaitingApproval',
  ],
  [
    'a skip by command after a rerun by signal',
    [
      ['rerun', '1'],
      ['rerunNow', '2'],
      ['skipNow', '3'],
    ],
    'Skipped',
  ],
  [
    'what is sent after the reset, too',
    [
      ['skip', '1'],
      ['rerun', '2'],
      ['skip', '3'],
      ['rerunNow', '4'],
    ],
    'AwaitingApproval',
  ],
];

// It took in a rerun after the skip that had followed it: a customer was billed that somebody had skipped.
test('a reset workflow keeps the order of rerun and skip', async () => {
  for (const [what, sent, ends] of STORIES) {
    const evidence = memoryEvidence();
    const billed: (string | null)[] = [];
    const activities = waiting(evidence);
    const seen = {
      ...activities,
      verifyOrganization: async (request: Parameters<StandIns['verifyOrganization']>[0]) => {
        billed.push(request.skipReason);
        const made = summaryOf(request, request.skipReason === null ? 'AwaitingApproval' : 'Skipped');
        return Promise.resolve({ ...made, result: { ...made.result, planDigest: DIGEST } });
      },
    };
    await harness.serving(seen, async () => {
      const handle = await start(`reset-order-${what}`);
      await shows(handle, 'AwaitingApproval');
      for (const [kind, reason] of sent) {
        const turns = billed.length;
        if (kind.endsWith('Now')) await handle.executeUpdate(kind, { args: [reason, null] });
        else await handle.signal(kind, reason);
        await eventually(
          () => Promise.resolve(billed.length),
          (length) => length > turns,
        );
        // A skip that comes while a turn is under way may get none of its own.
        await eventually(
          () => handle.query<{ status: OrganizationStatus }>('status'),
          ({ status }) => status !== 'Running',
        );
      }
      await shows(handle, ends);
      const before = await recorded(evidence);
      expect(before.map((entry) => (entry as string[])[2])).toEqual(sent.map(([, reason]) => reason));
      billed.length = 0;
      await reset(handle);
      await eventually(
        () => Promise.resolve(billed.length),
        (length) => length > 0,
      );
      await shows(handle, ends);
      // No decision was carried out that another one had taken back.
      expect([what, new Set(billed.map((reason) => reason !== null))]).toEqual([what, new Set([ends === 'Skipped'])]);
      expect(await recorded(evidence)).toEqual(before);
    });
  }
});
