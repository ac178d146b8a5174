import { Client } from '@temporalio/client';
import {
  NativeConnection,
  Worker,
  type NativeConnectionOptions,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import { z } from 'zod';
import { createActivities, type ActivitiesByQueue } from '../activities/index.js';
import type { Dependencies } from '../activities/dependencies.js';
import { BatchedReads } from '../activities/gather/batched-reads.js';
import type { Office } from '../activities/finish/office.js';
import { autotaskQueue, BILLING_QUEUE, billingQueue, cloudmoreQueue, deploymentName } from '../shared/messages/names.js';
import { ORGANIZATIONS_AT_ONCE } from '../shared/messages/payload.js';
import type { Config } from '../shared/config.js';
import type { QuotaSeen } from '../shared/autotask/gate.js';
import { encryptionOf } from '../shared/encryption/converter.js';
import { openEvidence, type Evidence } from '../shared/evidence/index.js';
import { demandLabel, tenantOf } from '../shared/evidence/labels.js';
import type { Traces } from '../shared/tracing/index.js';
import { workflowBundle } from './bundle.js';
import { createDependencies } from './dependencies.js';
import { GateKeeper, stop } from './gate-keeper.js';
import { heartbeating } from './heartbeats.js';
import type { WorkflowThreads } from './many/workflow-threads.js';
import { keepSigning } from './signing.js';
import { OldQueue } from './old-queue.js';
import { Sentinel } from './sentinel.js';
import { buildIdOf } from './versions/build.js';
import { readDeployment } from './versions/deployment.js';
import { Promoter } from './versions/promoter.js';
import { Watch, watchingOne, type WatchSetup, type WatchSources } from './watch/watch.js';

/** The one place where things are wired: settings, vendors' clients, evidence, activities, queues. */

/** Calls by the minute, as the holder of the gate before kept them. */
const USAGE = z.array(z.tuple([z.number().int(), z.number().int().nonnegative()]));

export type Queue = 'billing' | 'cloudmore' | 'autotask';
export const QUEUES: Queue[] = ['billing', 'cloudmore', 'autotask'];

export interface WorkerSetup {
  /** Where Temporal is, or a connection that several workers of the process share, and that stays open after this one. */
  connection: NativeConnectionOptions | NativeConnection;
  namespace: string;
  /** Queues this process serves; `autotask` as soon as no other process does. */
  queues?: Queue[];
  evidence?: Evidence;
  /** What the command line does at the end of a month, for people on the page. */
  office?: Office;
  /** Called when this process stands by, and when it takes over. */
  say?: (message: string) => void;
  /** Where it can be watched; nowhere when absent. */
  watch?: WatchSetup | undefined;
  /** What traces what it does; nothing when absent. */
  traces?: Traces | null;
  /** Where its workflows run, when it shares that with other workers of the process; in a separate thread if absent. */
  threads?: WorkflowThreads | undefined;
}

export interface RunningWorker {
  /** Ends when `shutdown` was called, or rejects when a worker fails. */
  run(): Promise<void>;
  shutdown(): void;
  /** What shows how it is. */
  sources: WatchSources;
}

const SHUTDOWN: Pick<WorkerOptions, 'shutdownGraceTime' | 'shutdownForceTime'> = {
  shutdownGraceTime: '30 seconds',
  shutdownForceTime: '60 seconds',
};
/** Activities that wait at the gate hold a slot. Every organization of the run has one, so that no endpoint is idle while somebody has a call for it. */
const AUTOTASK_ACTIVITIES = ORGANIZATIONS_AT_ONCE;
/** Most of them wait for one read that they share (`activities/gather/report-reads.ts`). */
const CLOUDMORE_ACTIVITIES = 100;
const CACHED_WORKFLOWS = 500;
/** One of many brokers asks for work as often at once as the server says is of use: ten requests on each queue, work or not, take memory of the server and of this process. */
const FEW_POLLS: Pick<WorkerOptions, 'workflowTaskPollerBehavior' | 'activityTaskPollerBehavior'> = {
  workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 10 },
  activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 10 },
};

export async function startWorker(config: Config, setup: WorkerSetup): Promise<RunningWorker> {
  const opened = new Opened();
  try {
    const evidence = setup.evidence ?? openEvidence(config.evidence, config);
    if (setup.evidence === undefined) opened.note(() => evidence.close());
    // Said now and not by the first run at night: a store that is not there, or refuses this user.
    await evidence.now();
    await demandLabel(evidence, tenantOf(config));
    const connection = await connectionOf(setup);
    if (setup.connection !== connection) opened.note(() => connection.close());
    return await assemble(config, { ...setup, evidence }, connection, opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What was opened for a worker, to be closed when it ends and when it could not begin: a process that keeps one of them open does not come to its end. */
class Opened {
  private readonly closers: (() => Promise<unknown>)[] = [];

  note(close: () => Promise<unknown>): void {
    this.closers.push(close);
  }

  /** The last first. One that cannot be closed must not hide why. */
  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close().catch(() => undefined);
  }
}

async function assemble(
  config: Config,
  setup: WorkerSetup & { evidence: Evidence },
  connection: NativeConnection,
  opened: Opened,
): Promise<RunningWorker> {
  const { queues = QUEUES, evidence, say = () => undefined } = setup;
  const { broker } = config;
  const encryption = encryptionOf(config.keys);
  const client = new Client({ connection, namespace: setup.namespace, dataConverter: encryption.converter });
  const oldQueue = new OldQueue(client, broker, say);
  const sentinel = new Sentinel(client, evidence, config, say);
  const traces = setup.traces ?? null;
  const bundle = await workflowBundle({ isEncrypted: encryption.failuresPath !== null, isTraced: traces !== null });
  const buildId = await versionKnown(client, broker, bundle, say);
  const promoter = buildId === null ? null : new Promoter(client, { broker, buildId, promotion: config.promotion, say });
  const traced = traces === null ? {} : (await import('./tracing.js')).tracedBy(traces);
  const made = { bundle, buildId, common: { dataConverter: encryption.converter, ...traced } };
  const { create, gate, quota } = workersBy(config, { ...setup, evidence, say }, connection, made);
  let isShutDown = false;
  const isOn = (): boolean => !queues.includes('autotask') || gate.isHeld();
  const sources: WatchSources = {
    ...{ client, evidence, broker, queues, quota, isOn },
    lease: () => gate.standing(),
    isStopping: () => isShutDown,
    faults: () => sentinel.faults(),
  };
  const port = setup.watch === undefined ? null : new Watch(setup.watch, watchingOne(sources), say);
  if (port !== null) opened.note(() => port.close());
  await port?.open();
  const workers = await createAll(queues.filter((queue) => queue !== 'autotask').map(create));
  const shutdown = (): void => {
    isShutDown = true;
    for (const each of [gate, oldQueue, sentinel, promoter]) each?.close();
    workers.forEach(stop);
  };
  return {
    sources,
    shutdown,
    run: async () => {
      const signing = keepSigning({ evidence, broker, keys: config.keys, isOn: () => gate.isHeld() }, say);
      const autotask = queues.includes('autotask') ? [gate.serve(() => create('autotask'))] : [];
      const old = queues.includes('billing') ? [oldQueue.serve(() => create('old'))] : [];
      const watch = queues.includes('billing') ? [sentinel.serve(isOn)] : [];
      const promoted = queues.includes('billing') && promoter !== null ? [promoter.serve()] : [];
      const running = [...workers.map((worker) => worker.run()), ...autotask, ...old, ...watch, ...promoted];
      if (isShutDown) shutdown(); // only a worker that runs can be stopped
      try {
        await Promise.all(running);
      } finally {
        shutdown(); // if one failed, the others must not continue without it
        await signing.sign();
        signing.stop();
        await Promise.allSettled(running);
        await opened.close();
      }
    },
  };
}

/** All of them or none: a worker holds its connection and its thread until it has run, so those that were made next to one that could not be are run to their end. */
async function createAll(making: Promise<Worker>[]): Promise<Worker[]> {
  const made = await Promise.allSettled(making);
  const failed = made.find((each) => each.status === 'rejected');
  const workers = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (failed === undefined) return workers;
  await Promise.allSettled(workers.map((worker) => worker.runUntil(Promise.resolve())));
  throw failed.reason;
}

const connectionOf = async ({ connection }: WorkerSetup): Promise<NativeConnection> =>
  connection instanceof NativeConnection ? connection : NativeConnection.connect(connection);

/** What this process calls its version; null where the server knows no versions, and anyone who asks gets work. */
async function versionKnown(
  client: Client,
  broker: string,
  bundle: WorkflowBundleOption,
  say: (message: string) => void,
): Promise<string | null> {
  if ((await readDeployment(client, broker)) !== null) return buildIdOf(bundle);
  say('this Temporal server does not support worker versions: open workflows continue on any deployed version');
  return null;
}

/**
 * Workflows alone have versions. The one process that serves Autotask is the holder of the lease, of any version, and steps are checked by the lease
 * they were planned under.
 */
const versionOf = (broker: string, buildId: string | null): Pick<WorkerOptions, 'workerDeploymentOptions'> =>
  buildId === null
    ? {}
    : {
        workerDeploymentOptions: {
          version: { deploymentName: deploymentName(broker), buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      };

/** Makes the workers of queues, and the keeper of the gate. All of them share the activities, so that one process has one gate. */
function workersBy(
  config: Config,
  { namespace, evidence, say, office, threads }: WorkerSetup & Required<Pick<WorkerSetup, 'evidence' | 'say'>>,
  connection: NativeConnection,
  made: {
    bundle: WorkflowBundleOption;
    buildId: string | null;
    common: Pick<WorkerOptions, 'dataConverter' | 'interceptors' | 'sinks'>;
  },
): { create: (queue: Queue | 'old') => Promise<Worker>; gate: GateKeeper; quota: () => QuotaSeen } {
  const gate = new GateKeeper(evidence, config.broker, say, {
    read: () => dependencies.autotask.usage(),
    inherit: (left) => dependencies.autotask.takeOver(USAGE.catch([]).parse(left)),
  });
  const dependencies: Dependencies = createDependencies(config, {
    evidence,
    maySend: () => gate.isHeld(),
    lease: () => gate.lease(),
    office,
  });
  const batched = new BatchedReads(dependencies);
  const activities = createActivities(dependencies, batched);
  /** What a holder of the gate remembers of its writes ends with its lease. */
  const asHolder = (): ActivitiesByQueue['autotask'] => createActivities(dependencies, batched).autotask;
  const common = { connection, namespace, ...made.common, ...SHUTDOWN, ...(threads === undefined ? {} : FEW_POLLS) };
  const { broker } = config;
  const billingOn = (taskQueue: string): WorkerOptions => ({
    ...common,
    taskQueue,
    workflowBundle: made.bundle,
    activities: heartbeating(activities.billing),
    maxCachedWorkflows: CACHED_WORKFLOWS,
  });
  const options: Record<Queue | 'old', () => WorkerOptions> = {
    billing: () => ({ ...billingOn(billingQueue(broker)), ...versionOf(broker, made.buildId) }),
    old: () => billingOn(BILLING_QUEUE),
    cloudmore: () => ({
      ...common,
      taskQueue: cloudmoreQueue(broker),
      activities: heartbeating(activities.cloudmore),
      maxConcurrentActivityTaskExecutions: CLOUDMORE_ACTIVITIES,
    }),
    autotask: () => ({
      ...common,
      taskQueue: autotaskQueue(broker),
      activities: heartbeating(asHolder(), () => dependencies.autotask.waiting()),
      maxConcurrentActivityTaskExecutions: AUTOTASK_ACTIVITIES,
    }),
  };
  const create = (queue: Queue | 'old'): Promise<Worker> =>
    threads === undefined ? Worker.create(options[queue]()) : threads.create(options[queue]());
  return { create, gate, quota: () => dependencies.autotask.quota() };
}
