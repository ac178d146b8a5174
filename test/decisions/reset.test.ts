import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import Long from 'long';
import { randomUUID } from 'node:crypto';
import { recordDecisions } from '../../activities/decisions.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { billingQueue } from '../../shared/contract.js';
import { readDecisions } from '../../shared/decisions/decisions.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import type { OrganizationStatus } from '../../shared/billing/status.js';
import { eventually } from '../eventually.js';
import { INPUT, PLAN, standIns, summaryOf, type StandIns } from '../workflows/stand-ins.js';
import { openWorkshop, type Workshop } from '../workflows/workers.js';

/** A person resets a customer's workflow, in the Web UI or after a deploy: what was decided before stays decided once. */

const BROKER = 'reset';
/** Started, scheduled, begun, completed. */
const FIRST_TASK_COMPLETED = 4;
const DIGEST = 'd'.repeat(64);

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop(process.env.TEST_TEMPORAL_ADDRESS!, BROKER);
}, 60_000);
afterAll(() => workshop?.close());

/** Waits for the release of a plan, also of one that was released before: the month is looked at again. */
const waiting = (evidence: Evidence): StandIns =>
  standIns({
    recordDecisions: (request) => recordDecisions({ evidence } as Dependencies, request),
    planOrganization: () => Promise.resolve({ ...PLAN, digest: DIGEST }),
    verifyOrganization: (request) => {
      const made = summaryOf(request, 'AwaitingApproval');
      return Promise.resolve({ ...made, result: { ...made.result, planDigest: DIGEST } });
    },
  });

const start = (workflowId: string): Promise<WorkflowHandle> =>
  workshop.client.workflow.start('organizationBilling', {
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
  await workshop.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    reason: 'a test',
    workflowTaskFinishEventId: Long.fromNumber(FIRST_TASK_COMPLETED),
    requestId: randomUUID(),
  });
}

const recorded = async (evidence: Evidence): Promise<unknown[]> =>
  (await readDecisions(evidence, BROKER)).entries.map(({ action, actor, reason }) => [action, actor, reason]);

test('a workflow that is reset to its beginning recorded the same decisions a second time, so that an audit counted two releases', async () => {
  const evidence = memoryEvidence();
  await workshop.serving(waiting(evidence), async () => {
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
    await shows(handle, 'AwaitingApproval');
    expect(await recorded(evidence)).toEqual([...before, ['skip', null, 'disputed again']]);
  });
}, 60_000);
