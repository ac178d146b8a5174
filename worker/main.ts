import { NativeConnection, Worker, type NativeConnectionOptions, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { autotaskQueue, BILLING_QUEUE, cloudmoreQueue } from '../shared/contract.js';
import type { Config } from '../shared/config.js';
import type { Evidence } from '../shared/evidence/index.js';
import { workflowBundle } from './bundle.js';
import { createDependencies } from './dependencies.js';
import { heartbeating } from './heartbeats.js';

/** The one place where things are wired: settings, vendors' clients, evidence, activities, queues. */

export type Queue = 'billing' | 'cloudmore' | 'autotask';
export const QUEUES: Queue[] = ['billing', 'cloudmore', 'autotask'];

export interface WorkerSetup {
  connection: NativeConnectionOptions;
  namespace: string;
  /** Queues this process serves. `autotask` must be served by one process only: it holds the gate that counts calls. */
  queues?: Queue[];
  evidence?: Evidence;
}

export interface RunningWorker {
  /** Ends when `shutdown` was called, or rejects when a worker fails. */
  run(): Promise<void>;
  shutdown(): void;
}

const SHUTDOWN: Pick<WorkerOptions, 'shutdownGraceTime' | 'shutdownForceTime'> = {
  shutdownGraceTime: '30 seconds',
  shutdownForceTime: '60 seconds',
};
/** Activities that wait at the gate hold a slot: more of them than threads, so that several endpoints are busy at once. */
const AUTOTASK_ACTIVITIES = 8;
const CLOUDMORE_ACTIVITIES = 2;
const CACHED_WORKFLOWS = 500;

export async function startWorker(config: Config, setup: WorkerSetup): Promise<RunningWorker> {
  const connection = await NativeConnection.connect(setup.connection);
  try {
    const workers = await createWorkers(config, connection, setup);
    return {
      shutdown: () => workers.filter((worker) => worker.getState() === 'RUNNING').forEach((worker) => worker.shutdown()),
      run: async () => {
        try {
          await Promise.all(workers.map((worker) => worker.run()));
        } finally {
          await connection.close();
        }
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function createWorkers(
  config: Config,
  connection: NativeConnection,
  { namespace, queues = QUEUES, evidence }: WorkerSetup,
): Promise<Worker[]> {
  const activities = createActivities(createDependencies(config, evidence));
  const common = { connection, namespace, ...SHUTDOWN };
  const { broker } = config;
  const options: Record<Queue, () => Promise<WorkerOptions>> = {
    billing: async () => ({
      ...common,
      taskQueue: BILLING_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: heartbeating(activities.billing),
      maxCachedWorkflows: CACHED_WORKFLOWS,
    }),
    cloudmore: () =>
      Promise.resolve({
        ...common,
        taskQueue: cloudmoreQueue(broker),
        activities: heartbeating(activities.cloudmore),
        maxConcurrentActivityTaskExecutions: CLOUDMORE_ACTIVITIES,
      }),
    autotask: () =>
      Promise.resolve({
        ...common,
        taskQueue: autotaskQueue(broker),
        activities: heartbeating(activities.autotask),
        maxConcurrentActivityTaskExecutions: AUTOTASK_ACTIVITIES,
      }),
  };
  return Promise.all(queues.map(async (queue) => Worker.create(await options[queue]())));
}
