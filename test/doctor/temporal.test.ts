import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { checkWorker } from '../../client/commands/worker/check.js';
import type { Context } from '../../client/context.js';
import { textOfParts, type Finding } from '../../client/checks/check.js';
import { nextStep } from '../../client/commands/doctor/next.js';
import { checkTemporal } from '../../client/checks/temporal.js';
import { applySchedule } from '../../client/commands/schedule/schedule.js';
import { loadBaseConfig } from '../../shared/config.js';
import { billingQueue, scheduleId } from '../../shared/messages/names.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import { blankMonth } from '../../workflows/empty-month.js';
import { eventually } from '../eventually.js';

/** Mis-setups of Temporal, each against a real server that is set up so; and what a new installation is led to next. */

const BROKER = 'doctor-test';
const EMPTY_NAMESPACE = `doctor-${process.pid}`;
const DAY_SECONDS = 86_400;

let connection: Connection;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
});
afterAll(() => connection?.close());

const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
  TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
  BILLING_BROKER: BROKER,
  ...changes,
});

async function finding(check: string, changes: Record<string, string> = {}): Promise<Finding | undefined> {
  const context: Context = { environment: environment(changes), out: () => undefined, say: () => undefined, isTerminal: false };
  return (await checkTemporal(context)).find((one) => one.check === check);
}

const bad = (text: RegExp, fix: RegExp): Record<string, unknown> => ({
  isGood: false,
  text: expect.stringMatching(text),
  fix: expect.stringMatching(fix),
});

describe('doctor names', () => {
  test('a server that is not there, once', async () => {
    expect(await finding('Temporal', { TEMPORAL_ADDRESS: '127.0.0.1:1' })).toMatchObject(
      bad(/cannot be reached at 127\.0\.0\.1:1: nothing listens on port 1/, /^The address comes from TEMPORAL_ADDRESS/),
    );
  });

  test('a namespace that is not there', async () => {
    expect(await finding('Temporal', { TEMPORAL_NAMESPACE: 'nowhere' })).toMatchObject(
      bad(/no namespace "nowhere"/, /TEMPORAL_NAMESPACE/),
    );
  });

  test('finds short retention and missing search attributes', async () => {
    await connection.workflowService.registerNamespace({
      namespace: EMPTY_NAMESPACE,
      workflowExecutionRetentionPeriod: { seconds: DAY_SECONDS as never },
    });
    const retention = await eventually(
      () => finding('retention', { TEMPORAL_NAMESPACE: EMPTY_NAMESPACE }),
      (found) => found?.text.includes('forgotten') === true,
    );
    expect(retention).toMatchObject(bad(/after 1 days/, /--retention 90d/));
    expect(await finding('search attributes', { TEMPORAL_NAMESPACE: EMPTY_NAMESPACE })).toMatchObject(
      bad(/missing: BillingBroker/, /search-attribute create .*--name BillingStatus --type Keyword/),
    );
  });

  test('a worker that does not run', async () => {
    expect(await finding('worker')).toMatchObject(bad(/nobody serves .*autotask-doctor-test/, /billing worker/));
  });

  // That one counted as ours.
  test('a missing worker, even when another broker’s runs', async () => {
    const taskQueue = billingQueue('doctor-neighbour');
    const native = await NativeConnection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! },
    });
    await worker.runUntil(async () => {
      const ofNeighbour = { BILLING_BROKER: 'doctor-neighbour' };
      // It has workflows alone: what nobody serves of it are its two other queues.
      const seen = await eventually(
        () => finding('worker', ofNeighbour),
        (found) => found?.text.includes(taskQueue) === false,
      );
      expect(seen).toMatchObject(bad(/nobody serves .*autotask-doctor-neighbour/, /billing worker/));
      expect(await finding('worker')).toMatchObject(bad(/nobody serves .*billing-doctor-test/, /billing worker/));
    });
    await native.close();
  });

  test('a missing worker, for its container’s health check', async () => {
    const said: string[] = [];
    const context: Context = {
      environment: environment(),
      out: () => undefined,
      say: (text) => said.push(text),
      isTerminal: false,
    };
    expect(await checkWorker(context)).toBe(3);
    expect(said.join()).toMatch(/nobody serves .*autotask-doctor-test/);
  });

  test('a missing schedule, in the mode that needs one', async () => {
    expect(await finding('schedule', { BILLING_MODE: 'auto' })).toMatchObject(
      bad(/nothing runs automatically/, /billing schedule apply/),
    );
    expect(await finding('schedule', { BILLING_MODE: 'shadow' })).toMatchObject({ isGood: true });
  });

  test('a schedule that is paused, or goes by another clock', async () => {
    const client = new Client({ connection });
    const temporal = { client, address: process.env.TEST_TEMPORAL_ADDRESS!, namespace: 'default' };
    await applySchedule(temporal, loadBaseConfig(environment()));
    const handle = client.schedule.getHandle(scheduleId(BROKER));
    try {
      expect(await finding('schedule')).toMatchObject({ isGood: true, text: expect.stringContaining('next run') as unknown });
      expect(await finding('schedule', { BILLING_TIMEZONE: 'Europe/Oslo' })).toMatchObject(
        bad(/clock of UTC, BILLING_TIMEZONE says Europe\/Oslo/, /schedule apply/),
      );
      await handle.pause('holidays');
      expect(await finding('schedule')).toMatchObject(bad(/paused: holidays/, /billing schedule resume/));
    } finally {
      await handle.delete();
    }
  });
});

describe('a new installation is led', () => {
  const GOOD: Finding = { check: 'x', isGood: true, text: '', fix: null };
  const month = (mode: 'shadow' | 'approve', status: 'AwaitingApproval' | 'Done'): MonthRead =>
    ({
      result: { ...blankMonth('default', '2025-10', '2025-10-12', mode), organizations: [{ status }] },
    }) as unknown as MonthRead;

  const steps: [from: string, mode: string, read: MonthRead | null, findings: Finding[], says: RegExp][] = [
    ['findings first', 'shadow', null, [{ ...GOOD, isGood: false }], /Fix what is marked above \(x\), then: billing doctor/],
    ['to a plan, which writes nothing', 'shadow', null, [GOOD], /billing plan 2025-10\n.*billing run 2025-10 --wait/],
    ['from shadow to approve', 'shadow', month('shadow', 'Done'), [GOOD], /billing report 2025-10\n.*BILLING_MODE=approve/],
    ['to plans that wait', 'approve', month('shadow', 'Done'), [GOOD], /wait for its release: billing run/],
    ['to their release', 'approve', month('approve', 'AwaitingApproval'), [GOOD], /billing approve 2025-10 --all/],
    ['from approve to auto', 'approve', month('approve', 'Done'), [GOOD], /BILLING_MODE=auto.*billing schedule apply/],
    ['to nothing more', 'auto', month('approve', 'Done'), [GOOD], /billing status --check/],
  ];
  test.each(steps)('%s', (...[, mode, read, findings, says]) => {
    expect(textOfParts(nextStep(loadBaseConfig({ BILLING_MODE: mode }), findings, '2025-10-13', () => read))).toMatch(says);
  });
});
