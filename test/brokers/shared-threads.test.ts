import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { UnexpectedError } from '@temporalio/worker/lib/errors.js';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { startWorker, type Queue, type RunningWorker } from '../../worker/main.js';
import { WorkflowThreads } from '../../worker/many/workflow-threads.js';
import { september } from '../api/vendors.js';

/** Brokers of one process run their workflows in few threads: one each would take half a second of the processor and 30 MB. */

type Bundle = Parameters<WorkflowThreads['join']>[0];
const BUNDLE = {} as Bundle;
const INFO = {} as Parameters<WorkflowCreator['createWorkflow']>[0];

/** A thread that notes what is disposed of, and can be ended. */
function thread(): { creator: WorkflowCreator; disposed: string[]; end(): void } {
  const disposed: string[] = [];
  let hasEnded = false;
  let made = 0;
  const creator = {
    createWorkflow: () => {
      if (hasEnded) return Promise.reject(new UnexpectedError('Workflow Worker Thread exited prematurely'));
      made += 1;
      const name = `workflow ${made}`;
      return Promise.resolve({ dispose: () => Promise.resolve(void disposed.push(name)) } as unknown as Workflow);
    },
    destroy: () => Promise.resolve(void disposed.push('thread')),
  };
  return { creator, disposed, end: () => void (hasEnded = true) };
}

describe('workflows of many brokers in one process', () => {
  let sandbox: Sandbox;
  let connection: NativeConnection;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    sandbox = await startSandbox({ world: september() });
    connection = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
  });
  afterAll(async () => {
    await connection?.close();
    await sandbox?.close();
  });

  const started = (broker: string, threads: WorkflowThreads, queues: Queue[] = ['billing']): Promise<RunningWorker> =>
    startWorker(loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto', BILLING_BROKER: broker }), {
      connection,
      namespace: 'default',
      queues,
      evidence: memoryEvidence(),
      threads,
    });

  // Each broker had one of its own: 38 of them took 1.6 GB, and so long to start that the evidence store's answers came too late.
  test('ten share a thread, which ends with the last of them', async () => {
    const threads = new WorkflowThreads();
    const workers = await Promise.all(Array.from({ length: 11 }, (_, number) => started(`shares-${number}`, threads)));
    expect(threads.size).toBe(2);
    const ended = workers.map((worker) => worker.run());
    for (const worker of workers) worker.shutdown();
    await Promise.all(ended);
    expect(threads.size).toBe(0);
  });

  test('one that ends takes along its own workflows only', async () => {
    const threads = new WorkflowThreads();
    const { creator, disposed } = thread();
    const [first, second] = await Promise.all([1, 2].map(() => threads.join(BUNDLE, () => Promise.resolve(creator))));
    await first!.createWorkflow(INFO);
    await second!.createWorkflow(INFO);
    await first!.destroy();
    expect(disposed).toEqual(['workflow 1']);
    await second!.destroy();
    expect(disposed).toEqual(['workflow 1', 'workflow 2', 'thread']);
  });

  test('a broker whose thread has died gets another one', async () => {
    const threads = new WorkflowThreads();
    const [dead, next] = [thread(), thread()];
    const [failed, idle] = await Promise.all([1, 2].map(() => threads.join(BUNDLE, () => Promise.resolve(dead.creator))));
    dead.end();
    await expect(failed!.createWorkflow(INFO)).rejects.toThrow(/exited prematurely/);
    await failed!.destroy();
    const again = await threads.join(BUNDLE, () => Promise.resolve(next.creator));
    await again.createWorkflow(INFO);
    expect(threads.size).toBe(2);
    await idle!.destroy();
    expect([threads.size, dead.disposed]).toEqual([1, ['thread']]);
  });

  // A broker that could not start was tried again each minute. Each try kept a place in a thread, so that the others' threads never ended.
  test.each<[which: string, queues: Queue[], taken: Queue[]]>([
    ['it cannot be made', ['billing'], ['billing']],
    ['its sibling cannot be made', ['billing', 'cloudmore'], ['cloudmore']],
  ])('a worker takes no place where %s', async (_, queues, taken) => {
    const broker = `taken-${taken[0]}`;
    const [threads, own] = [new WorkflowThreads(), new WorkflowThreads()];
    // Serves in threads of its own what a second worker over the same connection may not.
    const first = await started(broker, own, taken);
    await expect(started(broker, threads, queues)).rejects.toThrow(/multiple workers/);
    expect(threads.size).toBe(0);
    const ended = first.run();
    first.shutdown();
    await ended;
    expect(own.size).toBe(0);
  });

  test('another bundle of workflows has threads of its own', async () => {
    const threads = new WorkflowThreads();
    for (const bundle of [BUNDLE, {} as Bundle, BUNDLE]) await threads.join(bundle, () => Promise.resolve(thread().creator));
    expect(threads.size).toBe(2);
  });
});
