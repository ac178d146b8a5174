import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { loadConfig } from '../../shared/config.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import { createDependencies } from '../../worker/dependencies.js';
import { heartbeating } from '../../worker/heartbeats.js';
import { openDesk, type Desk } from '../report/desk.js';
import type { Deed, ExpectedDay, WorldFile } from './file.js';
import { carryOut } from './play.js';

/**
 * One Temporal server for many worlds at once: every world is a broker of its own, with sandbox, settings, evidence and queues of its own, and is billed by
 * the command `run`.
 */
export interface Broker {
  desk: Desk;
  bill(day: ExpectedDay): Promise<MonthResult>;
  close(): Promise<void>;
}

/** A world has few customers. */
const CACHED_WORKFLOWS = 20;

export interface Exchange {
  open(file: WorldFile): Promise<Broker>;
  close(): Promise<void>;
}

export async function openExchange(): Promise<Exchange> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
  const connection = await NativeConnection.connect({ address: server.address });
  return {
    open: (file) => openBroker(file, server, connection),
    close: async () => {
      await connection.close();
      await server.stop();
    },
  };
}

async function openBroker(
  { name, world, expected }: WorldFile,
  server: DevServer,
  connection: NativeConnection,
): Promise<Broker> {
  const desk = await openDesk(world as unknown as Parameters<typeof openDesk>[0], {
    TEMPORAL_ADDRESS: server.address,
    BILLING_BROKER: name,
    ...expected.settings,
  });
  const activities = createActivities(createDependencies(loadConfig(desk.env)));
  const deeds: Deed[] = [];
  let done = Promise.resolve();
  // Whichever organization writes first starts them; all wait until they are done.
  const interfere = (): Promise<void> => {
    if (deeds.length > 0) done = carryOut(desk, deeds.splice(0));
    return done;
  };
  const workers = await Promise.all([
    Worker.create({
      connection,
      taskQueue: billingQueue(name),
      workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
      activities: heartbeating(activities.billing),
      maxCachedWorkflows: CACHED_WORKFLOWS,
    }),
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

/** Releases what waits, by name: what a breaker holds too. */
async function approveWaiting(desk: Desk, month: string): Promise<void> {
  const { organizations } = JSON.parse(await expectCode(desk, [3], 'status', month, '--json')) as MonthResult;
  for (const { organizationId, status } of organizations)
    if (status === 'NeedsAttention' || status === 'AwaitingApproval')
      await expectCode(desk, [0], 'approve', month, '--organization', organizationId);
}

/** `run`, after `approve` where the day says so. What waits and what is held ends the command with 3. */
async function runMonth(desk: Desk, { month, asOf, approves }: ExpectedDay): Promise<MonthResult> {
  if (approves) await approveWaiting(desk, month);
  const out = await expectCode(desk, [0, 3], 'run', month, '--as-of', asOf, '--wait', '--json');
  return JSON.parse(out) as MonthResult;
}

async function expectCode(desk: Desk, codes: number[], ...argv: string[]): Promise<string> {
  const { code, out, said } = await desk.cli(...argv);
  if (!codes.includes(code)) throw new Error(`billing ${argv.join(' ')} ended with ${code}: ${said}${out}`);
  return out;
}
