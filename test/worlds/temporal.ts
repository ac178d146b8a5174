import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities/index.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { loadConfig } from '../../shared/config.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import { createDependencies } from '../../worker/dependencies.js';
import { heartbeating } from '../../worker/heartbeats.js';
import { openHarness, type Harness } from '../report/harness.js';
import type { ControlCall, ExpectedDay, WorldFile } from './file.js';
import { carryOut } from './play.js';

/**
 * One Temporal server for many worlds at once: every world is a broker of its own, with sandbox, settings, evidence and queues of its own, and is billed by
 * the command `run`.
 */
export interface Broker {
  harness: Harness;
  bill(day: ExpectedDay): Promise<MonthResult>;
  close(): Promise<void>;
}

/** A world has few customers. */
const CACHED_WORKFLOWS = 20;

export interface SharedServer {
  open(file: WorldFile): Promise<Broker>;
  close(): Promise<void>;
}

export async function openSharedServer(): Promise<SharedServer> {
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
  const harness = await openHarness(world as unknown as Parameters<typeof openHarness>[0], {
    TEMPORAL_ADDRESS: server.address,
    BILLING_BROKER: name,
    ...expected.settings,
  });
  const activities = createActivities(createDependencies(loadConfig(harness.env)));
  const calls: ControlCall[] = [];
  let done = Promise.resolve();
  // Whichever organization writes first starts them; all wait until they are done.
  const interfere = (): Promise<void> => {
    if (calls.length > 0) done = carryOut(harness, calls.splice(0));
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
    harness,
    bill: (day) => {
      calls.push(...(day.beforeWrites ?? []));
      return runMonth(harness, day);
    },
    close: async () => {
      for (const worker of workers) worker.shutdown();
      await running;
      await harness.close();
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
async function approveWaiting(harness: Harness, month: string): Promise<void> {
  const { organizations } = JSON.parse(await expectCode(harness, [3], 'status', month, '--json')) as MonthResult;
  for (const { organizationId, status } of organizations)
    if (status === 'NeedsAttention' || status === 'AwaitingApproval')
      await expectCode(harness, [0], 'approve', month, '--organization', organizationId);
}

/** `run`, after `approve` where the day says so. What waits and what is held ends the command with 3. */
async function runMonth(harness: Harness, { month, asOf, approves }: ExpectedDay): Promise<MonthResult> {
  if (approves) await approveWaiting(harness, month);
  const out = await expectCode(harness, [0, 3], 'run', month, '--as-of', asOf, '--wait', '--json');
  return JSON.parse(out) as MonthResult;
}

async function expectCode(harness: Harness, codes: number[], ...argv: string[]): Promise<string> {
  const { code, out, said } = await harness.cli(...argv);
  if (!codes.includes(code)) throw new Error(`billing ${argv.join(' ')} ended with ${code}: ${said}${out}`);
  return out;
}
