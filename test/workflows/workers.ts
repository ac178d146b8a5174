import { afterAll, beforeAll } from '@jest/globals';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Client, Connection } from '@temporalio/client';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import type { StandIns } from './stand-ins.js';

/** Workers of one test on queues of its own broker. */
export interface WorkflowHarness {
  client: Client;
  /** Serves the queues while the work goes on, with these activities; `cached`: so many workflows are kept between their tasks, where it is given. */
  serving<T>(activities: StandIns, work: () => Promise<T>, cached?: number): Promise<T>;
  close(): Promise<void>;
}

let isQuiet = false;

/** `codePath`: another bundle of the workflows than this version's. */
export async function openWorkflowHarness(
  address: string,
  broker: string,
  codePath = process.env.TEST_WORKFLOW_BUNDLE!,
): Promise<WorkflowHarness> {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  if (!isQuiet) Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });
  isQuiet = true;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  return {
    client: new Client({ connection }),
    serving: async (activities, work, cached) => {
      const queues = [cloudmoreQueue(broker), autotaskQueue(broker)];
      const common = { connection: native, namespace: 'default', activities };
      const billing = await Worker.create({
        ...common,
        taskQueue: billingQueue(broker),
        workflowBundle: { codePath },
        ...(cached === undefined ? {} : { maxCachedWorkflows: cached }),
      });
      const others = await Promise.all(queues.map((taskQueue) => Worker.create({ ...common, taskQueue })));
      const done = work();
      const settled = done.catch(() => undefined);
      await Promise.all([billing, ...others].map((worker) => worker.runUntil(settled)));
      return done;
    },
    close: async () => {
      await connection.close();
      await native.close();
    },
  };
}

/** A harness of the broker `default` on a server of its own, for all tests of a file. */
export function useWorkflowHarness(opened: (harness: WorkflowHarness, address: string) => void): void {
  let server: DevServer | undefined;
  let harness: WorkflowHarness | undefined;
  beforeAll(async () => {
    server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
    harness = await openWorkflowHarness(server.address, 'default');
    opened(harness, server.address);
  }, 60_000);
  afterAll(async () => {
    await harness?.close();
    await server?.stop();
  });
}
