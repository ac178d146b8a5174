import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { billingQueue, dailyBillingId } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';
import { openWebhook, type Webhook } from '../notices/webhook.js';
import { openSystem, type Run, type TestSystem } from './system.js';

/** A run that fails is reported to people and to the person who asked for it, by a worker as a real process. */

const MONTH = '2025-10';
const WITHIN_MS = 60_000;

let system: TestSystem;
let webhook: Webhook;
beforeAll(async () => {
  webhook = await openWebhook();
  system = await openSystem({ world: 'september-2025', env: { NOTICE_WEBHOOK: webhook.url, ALLOW_HTTP_HOSTS: '127.0.0.1' } });
});
afterAll(async () => {
  await system?.close();
  await webhook?.close();
});

const texts = (): string[] => webhook.got.map((message) => JSON.stringify(message));

/** A run under a worker with other settings, and what people were told meanwhile. */
async function runWith(changes: Record<string, string>, says: RegExp): Promise<Run> {
  const before = texts().length;
  const worker = await system.startWorker(changes);
  try {
    const run = await system.cliWith(changes, 'run', MONTH, '--as-of', '2025-10-09', '--wait');
    await eventually(
      () => Promise.resolve(texts().slice(before).join('\n')),
      (text) => says.test(text),
      WITHIN_MS,
    );
    return run;
  } finally {
    await worker.kill('SIGTERM');
  }
}

describe('a run that fails', () => {
  // Within a minute. The setting went missing after months were billed.
  test('with BILLING_MODE missing it ends with 78 and notifies people', async () => {
    const asked = await system.cli('run', MONTH, '--as-of', '2025-10-09');
    expect(asked).toMatchObject({ code: 0, stderr: expect.stringContaining('Start it with: billing worker') as unknown });
    const worker = await system.startWorker();
    const joined = await system.cli('run', MONTH, '--as-of', '2025-10-09', '--wait');
    expect([0, 3]).toContain(joined.code);
    expect(joined.stderr).toMatch(/^\d of 2, .*\d posted$/m);
    await worker.kill('SIGTERM');
    await system.forget();
    const run = await runWith({ BILLING_MODE: '' }, /the run failed.*BILLING_MODE is not set/s);
    expect(run).toMatchObject({ code: 78, stderr: expect.stringMatching(/The run failed: BILLING_MODE is not set/) as unknown });
    expect(await system.writes()).toEqual([]);
  }, 240_000);

  // And people are told why within a minute.
  test('with a wrong Cloudmore password it ends with 1', async () => {
    const run = await runWith({ CLOUDMORE_PASSWORD: 'changed-since' }, /the run failed.*(401|400|refuse|log-in|password)/is);
    expect(run).toMatchObject({ code: 1, stderr: expect.stringMatching(/The run failed: /) as unknown });
    expect(texts().join()).not.toContain('changed-since');
  }, 240_000);
});

describe('a run that cannot tell anything itself', () => {
  /** Under the id of the month's run; of a type that this version does not know, as of one that is not deployed any more. */
  const startUnknown = (): Promise<WorkflowHandle> =>
    system.client.workflow.start('unknownToThisVersion', {
      taskQueue: billingQueue('default'),
      workflowId: dailyBillingId('default', MONTH),
    });

  /** What commands and people are told of it: the commands at once, people as soon as a worker looks, which is every minute and when it begins. */
  async function notifiedAs(says: RegExp, before: number): Promise<void> {
    const check = await eventually(
      () => system.cli('status', MONTH, '--check'),
      ({ stdout }) => says.test(stdout),
      WITHIN_MS,
    );
    expect(check.code).toBe(3);
    const status = await system.cli('status', MONTH);
    expect(status).toMatchObject({ code: 3, stdout: expect.stringMatching(says) as unknown });
    const worker = await system.startWorker();
    await eventually(
      () => Promise.resolve(texts().slice(before).join('\n')),
      (text) => says.test(text),
      WITHIN_MS,
    );
    await worker.kill('SIGTERM');
  }

  // With the cause and the way out, by status too.
  test('a deployed version that cannot continue is reported at once', async () => {
    const before = texts().length;
    const worker = await system.startWorker();
    const run = await startUnknown();
    await eventually(
      () => run.describe(),
      ({ raw }) => Number(raw.pendingWorkflowTask?.attempt ?? 0) >= 3,
      WITHIN_MS,
    );
    await worker.kill('SIGTERM');
    await notifiedAs(/the run hangs.*unknownToThisVersion.*billing deploy rollback/s, before);
    await run.terminate('the test is over');
  }, 240_000);

  test('the next run reports one terminated without a worker', async () => {
    const before = texts().length;
    await (await startUnknown()).terminate('by mistake');
    await notifiedAs(/the run failed.*was terminated.*billing run 2025-10 --wait/s, before);
  }, 240_000);
});
