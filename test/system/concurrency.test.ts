import { afterEach, describe, expect, test } from '@jest/globals';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { billingQueue, organizationBillingId, scheduledBillingId, WORKFLOWS } from '../../shared/messages/names.js';
import { expectEverythingOnce, salesOf } from './once.js';
import { CONTOSO, organizationOf, playAlongside, useSystem, type TestSystem, type Worker } from './system.js';
import { eventually } from '../eventually.js';

/** Several people, and the schedule, at once: everything once, no matter who comes first. */

const MONTH = '2025-10';

/** Played alongside the others. */
const relieved = playAlongside({ world: 'september-2025', worker: false }, async (system) => {
  const [first, second] = [await system.startWorker(), await system.startWorker()];
  const serves = (worker: Worker): boolean => worker.output().includes('serving autotask-default');
  await eventually(() => Promise.resolve(serves(first) && second.output().includes('stands by')), Boolean);
  expect(serves(second)).toBe(false);
  const running = system.json<MonthResult>([0, 3], 'run', MONTH, '--as-of', '2025-10-09', '--wait');
  await eventually(
    () => system.writes(),
    (writes) => writes.length >= 5,
  );
  await first.kill('SIGTERM');
  const month = await running;
  const state = await system.state();
  expect(serves(second)).toBe(true);
  expectEverythingOnce(state);
  expect([month.posted.sales, salesOf(state, MONTH)]).toEqual(['7011.60', '7011.60']);
  await second.kill('SIGTERM');
});

describe('on one day, at once', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));
  afterEach(() => system.faults([]));

  const slow = (path: string, ms: number): unknown => ({
    match: { vendor: 'autotask', method: 'POST', path },
    fault: { kind: 'hang', ms, when: 'after' },
  });
  const run = (asOf: string, ...more: string[]): Promise<MonthResult> =>
    system.json<MonthResult>([0, 3], 'run', MONTH, '--as-of', asOf, '--wait', ...more);
  const settled = (organizationId: string): Promise<unknown> =>
    eventually(
      () => system.client.workflow.getHandle(organizationBillingId('default', MONTH, organizationId)).describe(),
      ({ status: { name } }) => name === 'COMPLETED',
    );
  /** As the schedule starts it. */
  const scheduled = (asOf: string): Promise<unknown> =>
    system.client.workflow.execute(WORKFLOWS.daily, {
      taskQueue: billingQueue('default'),
      workflowId: `${scheduledBillingId('default')}-${asOf}T03:00:00Z`,
      args: [{ broker: 'default', month: MONTH, asOf }],
    });

  test('the schedule and two manual runs bill the month once', async () => {
    await system.faults([slow('*/Contracts', 1000)]);
    const [first, second] = await Promise.all([run('2025-10-09'), run('2025-10-09'), scheduled('2025-10-09')]);
    const state = await system.state();
    expectEverythingOnce(state);
    expect(salesOf(state, MONTH)).toBe('7011.60');
    expect([first.posted.sales, second.posted.sales]).toEqual(['7011.60', '7011.60']);
    expect(first.held.lines).toBe(0);
  });

  test('a rerun during the next day’s hand-over bills once', async () => {
    await system.control('POST', 'clock', { now: '2025-10-11T03:00:00Z' });
    await system.faults([slow('*/Charges', 1500)]);
    const running = run('2025-10-11');
    const contoso = ['--organization', CONTOSO, '--reason', 'to be sure', '--as-of', '2025-10-11'];
    const reruns = [system.cli('rerun', MONTH, ...contoso), system.cli('rerun', MONTH, ...contoso)];
    expect((await Promise.all(reruns)).map(({ code }) => code)).toEqual([0, 0]);
    await running;
    await settled(CONTOSO);
    const state = await system.state();
    expectEverythingOnce(state);
    expect(salesOf(state, MONTH)).toBe('6986.60');
  });

  test('a plan approved twice, once by older digest, runs once', async () => {
    await system.control('POST', 'clock', { now: '2025-10-17T03:00:00Z' });
    await system.faults([slow('*/ServiceAdjustments', 1000)]);
    const month = await run('2025-10-17', '--mode', 'approve');
    const { planDigest, status } = organizationOf(month, CONTOSO);
    expect(status).toBe('AwaitingApproval');
    const workflow = system.client.workflow.getHandle(organizationBillingId('default', MONTH, CONTOSO));
    await Promise.all([planDigest, planDigest].map((digest) => workflow.signal('approve', digest)));
    await workflow.signal('approve', 'f'.repeat(64)).catch(() => undefined); // it may have ended by then
    await settled(CONTOSO);
    expectEverythingOnce(await system.state());
  });
});

describe('two workers serve the same queues', () => {
  // And the other continues.
  test('one holds Autotask; stopped in mid-run, it finishes its writes', relieved, 120_000);
});
