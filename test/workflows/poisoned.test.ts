import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billingQueue, REFUSED_MEMO } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';
import { INPUT, PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import { openWorkflowHarness, type WorkflowHarness } from './workers.js';

/**
 * A version before took whatever came with `approve` for a text: one click in the Web UI stopped the customer's workflow for ever. What it left behind continues
 * under this one.
 */

const BROKER = 'poisoned';
const DIGEST = 'd'.repeat(64);
/** How this version reads a digest, and how that one did. */
const READS = "typeof value === 'string' ? value.trim().toLowerCase() : ''";
const TOOK = 'value.trim().toLowerCase()';

let folder: string;
let poisoned: WorkflowHarness;
let harness: WorkflowHarness;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-poisoned-'));
  const parts = (await readFile(process.env.TEST_WORKFLOW_BUNDLE!, 'utf8')).split(READS);
  expect(parts).toHaveLength(2); // Otherwise the reading was rewritten: say it in its new words.
  const codePath = join(folder, 'workflows.js');
  await writeFile(codePath, parts.join(TOOK));
  poisoned = await openWorkflowHarness(process.env.TEST_TEMPORAL_ADDRESS!, BROKER, codePath);
  harness = await openWorkflowHarness(process.env.TEST_TEMPORAL_ADDRESS!, BROKER);
});
afterAll(async () => {
  await poisoned?.close();
  await harness?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Wait for the release of their plans. */
function waiting(): StandIns {
  const released = new Set<string>();
  return standIns({
    planOrganization: (request) => {
      if (request.approvedDigest === DIGEST) released.add(request.organizationId);
      return Promise.resolve({ ...PLAN, digest: DIGEST });
    },
    verifyOrganization: (request) => {
      const isReleased = released.has(request.organizationId);
      const made = summaryOf(request, isReleased ? 'Done' : 'AwaitingApproval');
      return Promise.resolve({ ...made, result: { ...made.result, planDigest: DIGEST } });
    },
  });
}

const start = (workflowId: string): Promise<WorkflowHandle> =>
  harness.client.workflow.start('organizationBilling', {
    taskQueue: billingQueue(BROKER),
    workflowId,
    args: [{ ...INPUT, broker: BROKER, organizationId: workflowId }],
  });

const statusOf = (handle: WorkflowHandle, status: string): Promise<unknown> =>
  eventually(
    () => handle.query<{ status: string }>('status'),
    (result) => result.status === status,
  );

const failedTasks = async (handle: WorkflowHandle): Promise<number> => {
  const { events } = await handle.fetchHistory();
  return (events ?? []).filter(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes != null).length;
};

const POISONS: [what: string, args: unknown[], told: string][] = [
  ['without an argument', [], 'no argument'],
  ['with an object', [{ digest: DIGEST }], 'an object'],
];

// They stopped for ever; now they take a good one.
test('customers with a malformed approval continue and report it', async () => {
  const customers = await Promise.all(
    POISONS.map(async ([what, ...poison]) => ({ handle: await start(`poisoned ${what}`), poison })),
  );
  const each = <T>(work: (customer: (typeof customers)[number]) => Promise<T>): Promise<T[]> => Promise.all(customers.map(work));
  await poisoned.serving(waiting(), () =>
    each(async ({ handle, poison: [args] }) => {
      await statusOf(handle, 'AwaitingApproval');
      await handle.signal('approve', ...args);
      await eventually(
        () => failedTasks(handle),
        (count) => count > 0,
      );
    }),
  );
  await harness.serving(waiting(), () =>
    each(async ({ handle, poison: [, message] }) => {
      await statusOf(handle, 'AwaitingApproval');
      await eventually(
        async () => (await handle.describe()).memo?.[REFUSED_MEMO],
        (refused) => String(refused).includes(message),
      );
      await handle.signal('approve', DIGEST);
      expect(await handle.result()).toMatchObject({ status: 'Done' });
    }),
  );
  const workflowBundle = { codePath: process.env.TEST_WORKFLOW_BUNDLE! };
  await each(async ({ handle }) => Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory()));
});
