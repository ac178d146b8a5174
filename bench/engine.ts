import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection, ServiceError, type WorkflowHandle } from '@temporalio/client';
import { spawnGuarded } from '../client/temporal-server/guarded.js';
import { findTemporalServer, startDevServer } from '../client/temporal-server/index.js';
import {
  autotaskQueue,
  billingQueue,
  cloudmoreQueue,
  dailyBillingId,
  STATUS_QUERY,
  WORKFLOWS,
} from '../shared/messages/names.js';
import { type Mode } from '../shared/messages/messages.js';
import type { MonthOptions } from './month.js';

/** A Temporal server and a worker, each in a process of its own, as in the field; and a month through them. */

/** Runs `work` with a Temporal dev server of its own. */
export async function withTemporalServer<T>(
  work: (server: { address: string; client: Client; pid: number }) => Promise<T>,
): Promise<T> {
  const found = await findTemporalServer({ env: { ...process.env, TEMPORAL_ADDRESS: '' } });
  if (found.kind === 'address') throw new Error('A benchmark needs a Temporal server of its own.');
  const server = await startDevServer({ path: found.path });
  const connection = await Connection.connect({ address: server.address });
  try {
    return await work({ address: server.address, client: new Client({ connection }), pid: server.pid });
  } finally {
    await connection.close();
    await server.stop();
  }
}

const BIN = fileURLToPath(new URL('../client/bin.js', import.meta.url));
/** Of a process, for each broker that it serves: it starts them one after the other. */
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 10;
/** Kinds of task queues in Temporal's numbering. */
const WORKFLOWS_KIND = 1;
const ACTIVITIES_KIND = 2;

/** Runs `work` while a worker process serves all queues of the brokers; returns how many seconds it took to poll them. */
export async function withWorker<T>(
  { connection }: Pick<Client, 'connection'>,
  environment: Record<string, string>,
  work: (worker: { readyAfter: number; pid: number }) => Promise<T>,
  brokers = [environment['BILLING_BROKER'] ?? 'default'],
): Promise<T> {
  const started = performance.now();
  const worker = spawnGuarded(process.execPath, [BIN, 'worker'], { env: { ...process.env, ...environment } });
  for (const output of [worker.stdout, worker.stderr]) output.resume();
  try {
    const until = Date.now() + READY_WITHIN_MS * brokers.length;
    for (const broker of brokers) {
      for (const queue of [autotaskQueue(broker), cloudmoreQueue(broker)])
        await polled(connection, worker, { name: queue, kind: ACTIVITIES_KIND, until });
      await polled(connection, worker, { name: billingQueue(broker), kind: WORKFLOWS_KIND, until });
    }
    return await work({ readyAfter: (performance.now() - started) / 1000, pid: worker.pid! });
  } finally {
    worker.kill();
    if (worker.exitCode === null) await once(worker, 'exit');
  }
}

/** A checkout bundles its workflows at the first start after a change, which takes memory that no later worker needs. */
export const bundleWorkflows = (
  client: Pick<Client, 'connection'>,
  environment: Record<string, string>,
  brokers?: string[],
): Promise<void> => withWorker(client, environment, () => Promise.resolve(), brokers);

/** Waits until the server knows this process as one that asks the queue for work. */
async function polled(
  { workflowService }: Pick<Client['connection'], 'workflowService'>,
  worker: ChildProcess,
  { name, kind, until }: { name: string; kind: number; until: number },
): Promise<void> {
  for (;;) {
    const request = { namespace: 'default', taskQueue: { name }, taskQueueType: kind };
    const { pollers } = await workflowService.describeTaskQueue(request);
    if (pollers?.some(({ identity }) => identity?.startsWith(`${worker.pid}@`))) return;
    if (worker.exitCode !== null || Date.now() > until) throw new Error(`The worker did not poll ${name}.`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** Starts the run of a month and waits for its end. */
export async function runThroughTemporal(
  client: Client,
  { broker, month, asOf, mode = 'auto' }: MonthOptions & { mode?: Mode },
): Promise<void> {
  const handle = await client.workflow.start(WORKFLOWS.daily, {
    workflowId: dailyBillingId(broker, month),
    taskQueue: billingQueue(broker),
    args: [{ broker, month, asOf, mode }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  });
  await patiently(() => handle.result());
}

/** What the Web UI asks for, to show a workflow's details. */
const DETAILS_QUERY = '__temporal_workflow_metadata';

/** Bytes of the larger of what a workflow answers to somebody who asks how it stands, on the command line or in the Web UI. */
export async function bytesOfStatus(client: Client, workflowId: string): Promise<number> {
  const handle = client.workflow.getHandle(workflowId);
  const answers = await Promise.all([STATUS_QUERY, DETAILS_QUERY].map((query) => ask(handle, query)));
  return Math.max(...answers.map((answer) => Buffer.byteLength(JSON.stringify(answer))));
}

const ask = (handle: WorkflowHandle, query: string): Promise<unknown> => patiently(() => handle.query(query));

const TRIES = 10;

/** A question that a busy machine may not answer in time: how a run ends, or what a workflow says; it is asked again then. */
async function patiently<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await question();
    } catch (error) {
      if (attempt === TRIES || !(error instanceof ServiceError)) throw error;
    }
}
