import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import type { MonthResult } from '../../shared/billing/results.js';
import { loadConfig } from '../../shared/config.js';
import { autotaskQueue, BILLING_QUEUE, cloudmoreQueue } from '../../shared/contract.js';
import { createDependencies } from '../../worker/dependencies.js';
import { heartbeating } from '../../worker/heartbeats.js';
import { openDesk, type Desk } from '../report/desk.js';
import type { ExpectedDay, WorldFile } from './file.js';

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
  const brokers = new Map<string, ActivitiesByQueue>();
  const of = (broker: string): ActivitiesByQueue['billing'] => brokers.get(broker)!.billing;
  const workflows = await Worker.create({
    connection,
    taskQueue: BILLING_QUEUE,
    workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
    activities: heartbeating({
      findWork: (request: Parameters<ActivitiesByQueue['billing']['findWork']>[0]) => of(request.broker).findWork(request),
      closeRun: (request: Parameters<ActivitiesByQueue['billing']['closeRun']>[0]) => of(request.broker).closeRun(request),
    }),
  });
  const running = workflows.run();
  return {
    open: (file) => openBroker(file, server, connection, brokers),
    close: async () => {
      workflows.shutdown();
      await running;
      await connection.close();
      await server.stop();
    },
  };
}

async function openBroker(
  { name, world, expected }: WorldFile,
  server: DevServer,
  connection: NativeConnection,
  brokers: Map<string, ActivitiesByQueue>,
): Promise<Broker> {
  const desk = await openDesk(world as unknown as Parameters<typeof openDesk>[0], {
    TEMPORAL_ADDRESS: server.address,
    BILLING_BROKER: name,
    ...expected.settings,
  });
  const activities = createActivities(createDependencies(loadConfig(desk.env)));
  brokers.set(name, activities);
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue: cloudmoreQueue(name), activities: heartbeating(activities.cloudmore) }),
    Worker.create({ connection, taskQueue: autotaskQueue(name), activities: heartbeating(activities.autotask) }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    desk,
    bill: (day) => runMonth(desk, day),
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await desk.close();
    },
  };
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
