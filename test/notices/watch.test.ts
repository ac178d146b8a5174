import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSearchAttributes } from '../../client/temporal/search-attributes.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import {
  autotaskQueue,
  billingQueue,
  cloudmoreQueue,
  dailyBillingId,
  organizationBillingId,
  organizationBillingsOf,
  scheduleId,
} from '../../shared/messages/names.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { NO_CALLS } from '../../shared/billing/results/results.js';
import { Secret } from '../../shared/http/secret.js';
import { beat } from '../../shared/notices/heartbeat.js';
import { recordRun } from '../../shared/notices/record.js';
import { Sentinel } from '../../worker/sentinel.js';
import { eventually } from '../eventually.js';
import { runCommand } from '../command.js';
import { standIns, type StandIns } from '../workflows/stand-ins.js';
import { openWebhook, type Webhook } from './webhook.js';

/** What no run can report itself: the worker looks, and `status --check` asks the same. Real Temporal, a real webhook. */

const MONTH = '2025-10';
/** `PENDING_ACTIVITY_STATE_STARTED` in Temporal's numbering. */
const SCHEDULED = 1;
const STARTED = 2;
let server: DevServer;
let connection: Connection;
let native: NativeConnection;
let webhook: Webhook;
let folder: string;
let client: Client;
beforeAll(async () => {
  server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
  connection = await Connection.connect({ address: server.address });
  native = await NativeConnection.connect({ address: server.address });
  client = new Client({ connection });
  await ensureSearchAttributes({ client, address: server.address, namespace: 'default' });
  webhook = await openWebhook();
  folder = await mkdtemp(join(tmpdir(), 'billing-watch-'));
});
afterAll(async () => {
  await connection?.close();
  await native?.close();
  await webhook?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const evidenceOf = (broker: string): string => `file:${join(folder, broker)}`;

function sentinelOf(broker: string): { sentinel: Sentinel; notices: () => string[] } {
  const notices = {
    webhook: new Secret(webhook.url),
    mail: null,
    heartbeat: null,
    monthlyReport: null,
    reportDay: 12,
    webUi: null,
    page: null,
  };
  const before = webhook.got.length;
  return {
    sentinel: new Sentinel(client, openEvidence(evidenceOf(broker)), { broker, notices }, () => undefined),
    notices: () => webhook.got.slice(before).map((message) => (message as { text: string }).text),
  };
}

const check = (broker: string): ReturnType<typeof runCommand> =>
  runCommand({ BILLING_BROKER: broker, BILLING_EVIDENCE: evidenceOf(broker), TEMPORAL_ADDRESS: server.address }, [
    'status',
    MONTH,
    '--check',
  ]);

/** A worker of the broker, while the work goes on. */
async function served(
  broker: string,
  work: () => Promise<unknown>,
  activities: Partial<StandIns> = {},
  slots: { maxConcurrentActivityTaskExecutions?: number } = {},
): Promise<void> {
  const common = { connection: native, namespace: 'default', activities: standIns(activities), ...slots };
  const workflowBundle = { codePath: process.env.TEST_WORKFLOW_BUNDLE! };
  const workers = await Promise.all([
    Worker.create({ ...common, taskQueue: billingQueue(broker), workflowBundle }),
    Worker.create({ ...common, taskQueue: cloudmoreQueue(broker) }),
    Worker.create({ ...common, taskQueue: autotaskQueue(broker) }),
  ]);
  const done = work();
  await Promise.all(workers.map((worker) => worker.runUntil(done)));
}

/** Starts a workflow under the id of the broker's run of the month. */
const start = (broker: string, workflowType: string) =>
  client.workflow.start(workflowType, {
    taskQueue: billingQueue(broker),
    workflowId: dailyBillingId(broker, MONTH),
    args: [{ broker, month: MONTH, asOf: '2025-10-09' }],
  });

describe('a run', () => {
  test('reports a terminated run once, with cause and command', async () => {
    const broker = 'ended';
    await recordRun(openEvidence(evidenceOf(broker)), {
      broker,
      run: 'earlier',
      asOf: '2025-10-08',
      endedAt: new Date().toISOString(),
    });
    const { sentinel, notices } = sentinelOf(broker);
    expect(await sentinel.look()).toEqual([]);
    expect(await check(broker)).toMatchObject({ code: 3, out: expect.not.stringContaining('the run failed') as unknown });
    const run = await start(broker, 'dailyBilling');
    await run.terminate('by mistake');
    await eventually(
      () => sentinel.look(),
      (faults) => faults.length > 0,
    );
    await sentinel.look();
    expect(notices()).toHaveLength(1);
    expect(notices()[0]).toMatch(/the run failed[\s\S]*was terminated[\s\S]*billing run 2025-10 --wait/);
    const { code, out } = await check(broker);
    expect(code).toBe(3);
    expect(out).toMatch(/the run failed\nThe run of 2025-10 that began on \d{4}-\d\d-\d\d \d\d:\d\d UTC was terminated: /);
  });

  test('reports a run that no worker takes, apart from failures', async () => {
    const broker = 'unserved';
    await start(broker, 'dailyBilling');
    const { sentinel, notices } = sentinelOf(broker);
    expect(await sentinel.look()).toEqual([]);
    await eventually(
      () => sentinel.look(new Date(Date.now() + 6 * 60_000)),
      (faults) => faults.length > 0,
    );
    expect(notices()).toEqual([expect.stringMatching(/the run hangs[\s\S]*no worker takes its tasks[\s\S]*billing worker/)]);
  });

  // Only runs were watched.
  test('reports customers without a worker once for all', async () => {
    const broker = 'half-served';
    for (const id of ['one', 'two'])
      await client.workflow.start('organizationBilling', {
        taskQueue: billingQueue(broker),
        workflowId: organizationBillingId(broker, MONTH, id),
      });
    const query = `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${organizationBillingsOf(broker)}'`;
    await eventually(
      () => client.workflow.count(query),
      ({ count }) => Number(count) === 2,
    );
    const { sentinel, notices } = sentinelOf(broker);
    expect(await sentinel.look()).toEqual([]);
    const later = new Date(Date.now() + 6 * 60_000);
    expect(await sentinel.look(later)).toHaveLength(1);
    await sentinel.look(later);
    expect(notices()).toEqual([
      expect.stringMatching(/2 customers cannot continue[\s\S]*no worker takes its tasks[\s\S]*billing worker/),
    ]);
  });

  test('reports a run still under way after 26 hours once', async () => {
    const broker = 'slow';
    const run = await start(broker, 'dailyBilling');
    const { sentinel, notices } = sentinelOf(broker);
    const after = (hours: number): Promise<unknown[]> => sentinel.look(new Date(Date.now() + hours * 3_600_000));
    let isReleased = (): void => undefined;
    const released = new Promise<void>((resolve) => (isReleased = resolve));
    // It is served, and waits for an answer that takes its time.
    await served(
      broker,
      async () => {
        await eventually(
          async () => (await run.describe()).raw.pendingActivities ?? [],
          (activities) => activities.some(({ state }) => Number(state) === STARTED),
        );
        expect(await after(25)).toEqual([]);
        expect(await after(27)).toHaveLength(1);
        await after(28);
        isReleased();
        await run.result();
      },
      {
        takeReport: async () => {
          await released;
          return { report: 'r2', lines: 1, previousLines: 0, calls: NO_CALLS };
        },
      },
    );
    expect(notices()).toEqual([expect.stringMatching(/the run hangs[\s\S]*under way for 27 hours[\s\S]*billing status/)]);
  });

  // Customers of a long first month were said to have no worker.
  test('a queued customer is not a fault', async () => {
    const broker = 'long-queue';
    const months = [MONTH, '2025-11'];
    const runs = await Promise.all(
      months.map((month) =>
        client.workflow.start('dailyBilling', {
          taskQueue: billingQueue(broker),
          workflowId: dailyBillingId(broker, month),
          args: [{ broker, month, asOf: '2025-12-09' }],
        }),
      ),
    );
    const { sentinel, notices } = sentinelOf(broker);
    let isReleased = (): void => undefined;
    const released = new Promise<void>((resolve) => (isReleased = resolve));
    const takeReport = async (): Promise<Awaited<ReturnType<StandIns['takeReport']>>> => {
      await released;
      return { report: 'r2', lines: 1, previousLines: 0, calls: NO_CALLS };
    };
    await served(
      broker,
      async () => {
        const states = async (): Promise<number[]> =>
          (await Promise.all(runs.map((run) => run.describe())))
            .flatMap(({ raw }) => raw.pendingActivities ?? [])
            .map(({ state }) => Number(state))
            .sort();
        await eventually(states, (found) => found.join() === `${SCHEDULED},${STARTED}`);
        expect(await sentinel.look(new Date(Date.now() + 6 * 60_000))).toEqual([]);
        isReleased();
        await Promise.all(runs.map((run) => run.result()));
      },
      { takeReport },
      { maxConcurrentActivityTaskExecutions: 1 },
    );
    expect(notices()).toEqual([]);
  });

  test('reports failing tasks once with the cause, and turns red', async () => {
    const broker = 'broken';
    await start(broker, 'noSuchWorkflow');
    await client.workflow.start('noSuchOrganization', {
      taskQueue: billingQueue(broker),
      workflowId: organizationBillingId(broker, MONTH, 'one'),
    });
    const { sentinel, notices } = sentinelOf(broker);
    await served(broker, async () => {
      await eventually(
        () => sentinel.look(),
        (faults) => faults.length === 2,
        180_000,
      );
      await sentinel.look();
      expect((await check(broker)).code).toBe(3);
    });
    expect(notices().sort()).toEqual([
      expect.stringMatching(/1 customer cannot continue[\s\S]*noSuchOrganization[\s\S]*billing restore/),
      expect.stringMatching(/the run hangs[\s\S]*noSuchWorkflow[\s\S]*billing restore/),
    ]);
  });
});

describe('a schedule', () => {
  const broker = 'scheduled';
  const command = (...args: string[]): ReturnType<typeof runCommand> =>
    runCommand({ BILLING_BROKER: broker, BILLING_EVIDENCE: evidenceOf(broker), TEMPORAL_ADDRESS: server.address }, args);
  const after = (from: Date, minutes: number): Date => new Date(from.getTime() + minutes * 60_000);

  // Once; one that is paused is silent.
  test('reports a run that did not begin within ten minutes', async () => {
    expect(await command('schedule', 'apply')).toMatchObject({ code: 0 });
    const { info } = await client.schedule.getHandle(scheduleId(broker)).describe();
    const [next] = info.nextActionTimes as [Date];
    const { sentinel, notices } = sentinelOf(broker);
    for (const minutes of [-1, 4]) expect(await sentinel.look(after(next, minutes))).toEqual([]);
    for (const minutes of [6, 7]) await sentinel.look(after(next, minutes));
    expect(notices()).toEqual([
      expect.stringMatching(
        new RegExp(`the schedule's run of ${next.toISOString()} did not begin[\\s\\S]*billing schedule show`),
      ),
    ]);
    await command('schedule', 'pause');
    expect(await sentinel.look(after(next, 8))).toEqual([]);
  });

  // Also where nobody knows why.
  test('reports a day without a finished run once', async () => {
    await command('schedule', 'resume');
    const { sentinel, notices } = sentinelOf(broker);
    await recordRun(openEvidence(evidenceOf(broker)), {
      broker,
      run: 'latest',
      asOf: '2025-10-08',
      endedAt: after(new Date(), -27 * 60).toISOString(),
    });
    for (let looks = 0; looks < 2; looks += 1) expect(await sentinel.look()).toHaveLength(1);
    expect(notices()).toEqual([expect.stringMatching(/no run in 27 hours[\s\S]*billing schedule show/)]);
  });
});

describe('the dead man\u2019s switch', () => {
  const settings = (address: string | null) => ({ heartbeat: address === null ? null : new Secret(address) });

  test('hears each time that it is asked', async () => {
    const asked: string[] = [];
    const listener = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('ok');
    });
    await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', () => resolve()));
    const { port } = listener.address() as AddressInfo;
    expect(await beat(settings(`http://127.0.0.1:${port}/hunter2`))).toBeNull();
    expect(asked).toEqual(['GET /hunter2']);
    await new Promise<void>((resolve) => void listener.close(() => resolve()));
  });

  test('does not follow an address that leads elsewhere', async () => {
    const elsewhere = await openWebhook();
    const { url, close } = await openWebhook(302, elsewhere.url);
    expect(await beat(settings(`${url}/hunter2`))).toMatch(/^NOTICE_HEARTBEAT: 127\.0\.0\.1:\d+ answered 302$/);
    expect(elsewhere.got).toEqual([]);
    await Promise.all([close(), elsewhere.close()]);
  });

  test('stays silent without an address; names a host not reached', async () => {
    expect(await beat(settings(null))).toBeNull();
    expect(await beat(settings('http://127.0.0.1:1/hunter2'))).toBe('NOTICE_HEARTBEAT: 127.0.0.1:1 cannot be reached');
  });
});
