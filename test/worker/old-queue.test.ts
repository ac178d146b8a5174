import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { loadConfig } from '../../shared/config.js';
import { BILLING_QUEUE, billingQueue, organizationBillingId } from '../../shared/messages/names.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { OldQueue } from '../../worker/old-queue.js';
import { eventually } from '../eventually.js';
import { INPUT, standIns } from '../workflows/stand-ins.js';
import { openWorkflowHarness, type WorkflowHarness } from '../workflows/workers.js';
import { COMPLETE_SETTINGS } from '../settings.js';

/** The queue that all brokers had in common, on which work that an earlier release began continues. */

const BROKER = 'began-early';
/** Begins like the other one's name. */
const NEIGHBOUR = 'began';

let harness: WorkflowHarness;
let connection: NativeConnection;
beforeAll(async () => {
  harness = await openWorkflowHarness(process.env.TEST_TEMPORAL_ADDRESS!, BROKER);
  connection = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
});
afterAll(async () => {
  await harness?.close();
  await connection?.close();
});

/** A worker of the broker that looks for what is on the queue, and what came of its looks. */
function looking(broker: string): { queue: OldQueue; served: () => number; state: () => string; ended: Promise<void> } {
  const workers: Worker[] = [];
  const queue = new OldQueue(harness.client, broker, () => undefined, 100);
  const create = async (): Promise<Worker> => {
    const workflowBundle = { codePath: process.env.TEST_WORKFLOW_BUNDLE! };
    const worker = await Worker.create({ connection, taskQueue: BILLING_QUEUE, workflowBundle });
    workers.push(worker);
    return worker;
  };
  return { queue, served: () => workers.length, state: () => workers.at(-1)?.getState() ?? 'NONE', ended: queue.serve(create) };
}

describe('a worker', () => {
  test('serves it only while its own broker has work there', async () => {
    const [own, neighbours] = [looking(BROKER), looking(NEIGHBOUR)];
    const result = await harness.serving(standIns(), async () => {
      const started = await harness.client.workflow.start('organizationBilling', {
        taskQueue: BILLING_QUEUE,
        workflowId: organizationBillingId(BROKER, INPUT.month, INPUT.organizationId),
        args: [{ ...INPUT, broker: BROKER }],
      });
      return (await started.result()) as { status: string };
    });
    expect(result.status).toBe('Done');
    await eventually(
      () => Promise.resolve(own.state()),
      (state) => state === 'STOPPED',
    );
    own.queue.close();
    neighbours.queue.close();
    await Promise.all([own.ended, neighbours.ended]);
    expect({ own: own.served(), neighbours: neighbours.served() }).toEqual({ own: 1, neighbours: 0 });
  });
});

describe('a request of another broker', () => {
  const refusals: [what: string, queue: string, isForGood: boolean][] = [
    ['on it is left to its own worker', BILLING_QUEUE, false],
    ['elsewhere is refused for good', billingQueue(BROKER), true],
  ];
  test.each(refusals)('%s, and both are named', async (_, queue, isForGood) => {
    const config = loadConfig({ ...COMPLETE_SETTINGS, BILLING_BROKER: BROKER, BILLING_MODE: 'shadow' });
    const dependencies = { ...createDependencies(config, { evidence: memoryEvidence() }), taskQueue: () => queue };
    const { findSilent } = createActivities(dependencies).billing;
    const refused = await findSilent({ broker: NEIGHBOUR, workflowIds: [] }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApplicationFailure);
    expect(refused).toMatchObject({ type: 'OtherBroker', nonRetryable: isForGood });
    expect((refused as Error).message).toMatch(
      /of the broker began, .* one of began-early \(BILLING_BROKER\)\. Nothing was done/,
    );
  });
});
