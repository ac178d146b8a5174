import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import type { MonthResult } from '../../shared/billing/results.js';
import { loadConfig } from '../../shared/config.js';
import { autotaskQueue, BILLING_QUEUE, cloudmoreQueue } from '../../shared/contract.js';
import { createDependencies } from '../../worker/dependencies.js';
import { heartbeating } from '../../worker/heartbeats.js';
import { openDesk, type Desk } from '../report/desk.js';
import type { Deed, ExpectedDay, WorldFile } from './file.js';
import { carryOut } from './play.js';

/**
 * One Temporal server and one worker of workflows for many worlds at once: every world is a broker of its own, with sandbox, settings, evidence and activity
 * queues of its own, and is billed by the command `run`.
 */
export interface Broker {
  desk: Desk;
  bill(day: ExpectedDay): Promise<MonthResult>;
  close(): Promise<void>;
}

export interface Exchange {
  open(file: WorldFile): Promise<Broker>;
  close(): Promise<void>;
}

export async function openExchange(): Promise<Exchange> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
  const connection = await NativeConnection.connect({ address: server.address });
  const brokers: Brokers = new Map();
  let workflows: Promise<Ended> | undefined;
  return {
    open: async (file) => {
      const broker = await openBroker(file, server, connection, brokers);
      workflows ??= serveWorkflows(connection, brokers);
      await workflows;
      return broker;
    },
    close: async () => {
      await (
        await workflows
      )?.();
      await connection.close();
      await server.stop();
    },
  };
}

type Brokers = Map<string, ActivitiesByQueue>;
type Ended = () => Promise<void>;

/** Serves the queue of workflows; each of its activities is carried out with the settings and evidence of the broker it is asked for. */
async function serveWorkflows(connection: NativeConnection, brokers: Brokers): Promise<Ended> {
  const [any] = brokers.values();
  const activities = Object.keys(any!.billing).map((name) => {
    const carry = (request: { broker: string }): Promise<unknown> => {
      const own = brokers.get(request.broker)!.billing as unknown as Record<string, (request: unknown) => Promise<unknown>>;
      return own[name]!(request);
    };
    return [name, carry];
  });
  const worker = await Worker.create({
    connection,
    taskQueue: BILLING_QUEUE,
    workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
    activities: heartbeating(Object.fromEntries(activities) as ActivitiesByQueue['billing']),
  });
  const running = worker.run();
  return () => {
    worker.shutdown();
    return running;
  };
}

async function openBroker(
  { name, world, expected }: WorldFile,
  server: DevServer,
  connection: NativeConnection,
  brokers: Brokers,
): Promise<Broker> {
  const desk = await openDesk(world as unknown as Parameters<typeof openDesk>[0], {
    TEMPORAL_ADDRESS: server.address,
    BILLING_BROKER: name,
    ...expected.settings,
  });
  const activities = createActivities(createDependencies(loadConfig(desk.env)));
  brokers.set(name, activities);
  const deeds: Deed[] = [];
  let done = Promise.resolve();
  // Whichever organization writes first starts them; all wait until they are done.
  const interfere = (): Promise<void> => {
    if (deeds.length > 0) done = carryOut(desk, deeds.splice(0));
    return done;
  };
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue: cloudmoreQueue(name), activities: heartbeating(activities.cloudmore) }),
    Worker.create({
      connection,
      taskQueue: autotaskQueue(name),
      activities: heartbeating(interruptible(activities.autotask, interfere)),
    }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    desk,
    bill: (day) => {
      deeds.push(...(day.beforeWrites ?? []));
      return runMonth(desk, day);
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await desk.close();
    },
  };
}

const WRITES = ['ensureService', 'ensureProduct', 'upsertContract', 'extendContract', 'postAdjustment', 'postCharge'];

/** The activities, with something done before any that writes. */
function interruptible<T extends object>(activities: T, before: () => Promise<void>): T {
  const wrapped = Object.entries(activities).map(([name, activity]) => {
    const carry = activity as (request: unknown) => Promise<unknown>;
    const late = async (request: unknown): Promise<unknown> => {
      await before();
      return carry(request);
    };
    return [name, WRITES.includes(name) ? late : carry];
  });
  return Object.fromEntries(wrapped) as T;
}

/** `run`, after `approve` where the day says so. What waits and what is held ends the command with 3. */
async function runMonth(desk: Desk, { month, asOf, approves }: ExpectedDay): Promise<MonthResult> {
  if (approves) await expectCode(desk, [0], 'approve', month, '--all');
  const out = await expectCode(desk, [0, 3], 'run', month, '--as-of', asOf, '--wait', '--json');
  return JSON.parse(out) as MonthResult;
}

async function expectCode(desk: Desk, codes: number[], ...argv: string[]): Promise<string> {
  const { code, out, said } = await desk.cli(...argv);
  if (!codes.includes(code)) throw new Error(`billing ${argv.join(' ')} ended with ${code}: ${said}${out}`);
  return out;
}
