import { NativeConnection, Worker, type NativeConnectionOptions, type WorkerOptions } from '@temporalio/worker';
import { createActivities } from '../activities/index.js';
import { autotaskQueue, BILLING_QUEUE, cloudmoreQueue, ORGANIZATIONS_AT_ONCE } from '../shared/contract.js';
import type { Config } from '../shared/config.js';
import { openEvidence, type Evidence } from '../shared/evidence/index.js';
import { workflowBundle } from './bundle.js';
import { createDependencies } from './dependencies.js';
import { GateKeeper, stop } from './gate-keeper.js';
import { heartbeating } from './heartbeats.js';

/** The one place where things are wired: settings, vendors' clients, evidence, activities, queues. */

export type Queue = 'billing' | 'cloudmore' | 'autotask';
export const QUEUES: Queue[] = ['billing', 'cloudmore', 'autotask'];

export interface WorkerSetup {
  connection: NativeConnectionOptions;
  namespace: string;
  /** Queues this process serves; `autotask` as soon as no other process does. */
  queues?: Queue[];
  evidence?: Evidence;
  /** Told when this process stands by, and when it takes over. */
  say?: (message: string) => void;
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
/** Activities that wait at the gate hold a slot. Every organization of the run has one, so that no endpoint is idle while somebody has a call for it. */
const AUTOTASK_ACTIVITIES = ORGANIZATIONS_AT_ONCE;
const CLOUDMORE_ACTIVITIES = 2;
const CACHED_WORKFLOWS = 500;

export async function startWorker(config: Config, setup: WorkerSetup): Promise<RunningWorker> {
  const { queues = QUEUES, evidence = openEvidence(config.evidence), say = () => undefined } = setup;
  const connection = await NativeConnection.connect(setup.connection);
  const gate = new GateKeeper(evidence, config.broker, say);
  const create = workersBy(config, { ...setup, evidence }, connection, () => gate.isHeld());
  try {
    const workers = await Promise.all(queues.filter((queue) => queue !== 'autotask').map(create));
    let isShutDown = false;
    const shutdown = (): void => {
      isShutDown = true;
      gate.close();
      workers.forEach(stop);
    };
    return {
      shutdown,
      run: async () => {
        const autotask = queues.includes('autotask') ? [gate.serve(() => create('autotask'))] : [];
        const running = [...workers.map((worker) => worker.run()), ...autotask];
        if (isShutDown) shutdown(); // only a worker that runs can be stopped
        try {
          await Promise.all(running);
        } finally {
          shutdown(); // where one failed, the others must not go on half
          await Promise.allSettled(running);
          await connection.close();
        }
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Makes the worker of a queue. All of them share the activities, so that one process has one gate. */
function workersBy(
  config: Config,
  { namespace, evidence }: WorkerSetup & { evidence: Evidence },
  connection: NativeConnection,
  maySend: () => boolean,
): (queue: Queue) => Promise<Worker> {
  const dependencies = createDependencies(config, evidence, maySend);
  const activities = createActivities(dependencies);
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
        activities: heartbeating(activities.autotask, () => dependencies.autotask.waiting()),
        maxConcurrentActivityTaskExecutions: AUTOTASK_ACTIVITIES,
      }),
  };
  return async (queue) => Worker.create(await options[queue]());
}
