import { afterEach, describe, expect, test } from '@jest/globals';
import type { MonthResult } from '../../shared/billing/results.js';
import { BILLING_QUEUE, scheduledBillingId, WORKFLOWS } from '../../shared/contract.js';
import { expectEverythingOnce, salesOf } from './once.js';
import { useStage, type Stage, type Worker } from './stage.js';
import { eventually } from '../eventually.js';

/** Several people, and the schedule, at once: everything once, whoever comes first. */

const MONTH = '2025-10';

describe('on one day, at once', () => {
  let stage: Stage;
  useStage({ world: 'september-2025' }, (opened) => (stage = opened));
  afterEach(() => stage.faults([]));

  const slow = (path: string, ms: number): unknown => ({
    match: { vendor: 'autotask', method: 'POST', path },
    fault: { kind: 'hang', ms, when: 'after' },
  });
  const run = (asOf: string, ...more: string[]): Promise<MonthResult> =>
    stage.json<MonthResult>([0, 3], 'run', MONTH, '--as-of', asOf, '--wait', ...more);
  /** As the schedule starts it. */
  const scheduled = (asOf: string): Promise<unknown> =>
    stage.client.workflow.execute(WORKFLOWS.daily, {
      taskQueue: BILLING_QUEUE,
      workflowId: `${scheduledBillingId('default')}-${asOf}T03:00:00Z`,
      args: [{ broker: 'default', month: MONTH, asOf }],
    });

  test('the schedule and two manual runs bill the month once', async () => {
    await stage.faults([slow('*/Contracts', 1000)]);
    const [first, second] = await Promise.all([run('2025-10-09'), run('2025-10-09'), scheduled('2025-10-09')]);
    const state = await stage.state();
    expectEverythingOnce(state);
    expect(salesOf(state, MONTH)).toBe('7011.60');
    expect([first.posted.sales, second.posted.sales]).toEqual(['7011.60', '7011.60']);
    expect(first.held.lines).toBe(0);
  }, 120_000);
});

describe('two workers serve the same queues', () => {
  let stage: Stage;
  useStage({ world: 'september-2025', worker: false }, (opened) => (stage = opened));

  test('one of them talks to Autotask; told to stop in mid-run, it finishes its writes and the other goes on', async () => {
    const [first, second] = [await stage.startWorker(), await stage.startWorker()];
    const serves = (worker: Worker): boolean => worker.output().includes('serving autotask-default');
    await eventually(() => Promise.resolve(serves(first) && second.output().includes('stands by')), Boolean);
    expect(serves(second)).toBe(false);
    const running = stage.json<MonthResult>([0, 3], 'run', MONTH, '--as-of', '2025-10-09', '--wait');
    await eventually(
      () => stage.writes(),
      (writes) => writes.length >= 5,
    );
    await first.kill('SIGTERM');
    const month = await running;
    const state = await stage.state();
    expect(serves(second)).toBe(true);
    expectEverythingOnce(state);
    expect([month.posted.sales, salesOf(state, MONTH)]).toEqual(['7011.60', '7011.60']);
    await second.kill('SIGTERM');
  }, 120_000);
});
