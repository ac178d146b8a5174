import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { RawValue } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { billingQueue, dailyBillingId, organizationBillingId } from '../../shared/messages/names.js';
import { type PlanRequest, type ReportRequest } from '../../shared/messages/messages.js';
import { runCommand } from '../command.js';
import { eventually } from '../eventually.js';
import { chargeStep, INPUT, PLAN, standIns, summaryOf } from './stand-ins.js';
import { DIGEST, newId, pageOf, refusedIn, shows, startOrganization, waiting } from './waiting.js';
import { useWorkflowHarness, type WorkflowHarness } from './workers.js';

/** What people and programs may send: whatever it is, no workflow stops because of it. */

let harness: WorkflowHarness;
let address: string;
let folder: string;
useWorkflowHarness((opened, at) => {
  harness = opened;
  address = at;
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-messages-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (input: unknown = INPUT, queue?: string): Promise<WorkflowHandle> => startOrganization(harness, input, queue);

describe('a message that is none', () => {
  const arguments_: [what: string, args: unknown[], told: string][] = [
    ['without an argument', [], 'no argument'],
    ['with null', [null], 'no argument'],
    ['with a number', [7], 'a number'],
    ['with true', [true], 'a boolean'],
    ['with an object', [{ digest: DIGEST }], 'an object'],
    ['with a list', [[DIGEST]], 'a list'],
    ['with an empty text', ['  '], 'an empty text'],
    ['with bytes that are not JSON', [undecodable('json/plain')], 'something that cannot be decoded'],
    ['in an encoding nobody knows', [undecodable('binary/unknown')], 'something that cannot be decoded'],
  ];

  // On the page and for status.
  test('refuses it in words, changes nothing, and takes the next', async () => {
    const asked: PlanRequest[] = [];
    const ended = await harness.serving(waiting(asked), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      for (const [, args, answer] of arguments_)
        for (const signal of ['approve', 'skip', 'rerun']) {
          await handle.signal(signal, ...args);
          const refused = await eventually(
            () => refusedIn(handle),
            (text) => String(text).includes(signal) && String(text).includes(answer),
          );
          expect(await pageOf(handle)).toContain(`**Not understood:** ${String(refused)}`);
        }
      expect(asked).toHaveLength(1);
      await handle.signal('approve', ` ${DIGEST.toUpperCase()}\n`);
      return handle.result() as Promise<{ status: string }>;
    });
    expect(ended.status).toBe('Done');
    expect(asked.map(({ approvedDigest }) => approvedDigest)).toEqual([null, DIGEST]);
  });

  // In the first run of a month it was silent until that had ended.
  test('status reports it by customer name at once', async () => {
    const [broker, month] = ['default', '2025-12'];
    const searchAttributes = { BillingBroker: [broker], BillingMonth: [month] };
    const run = await harness.client.workflow.start('dailyBilling', {
      taskQueue: 'taken-by-nobody',
      workflowId: dailyBillingId(broker, month),
      searchAttributes,
    });
    await harness.serving(waiting(), async () => {
      const handle = await harness.client.workflow.start('organizationBilling', {
        taskQueue: billingQueue(broker),
        workflowId: organizationBillingId(broker, month, INPUT.organizationId),
        args: [{ ...INPUT, month }],
        searchAttributes,
        staticSummary: `Contoso ${month}`,
      });
      await shows(handle, 'AwaitingApproval');
      await handle.signal('approve');
      await eventually(
        () => runCommand({ TEMPORAL_ADDRESS: address, BILLING_EVIDENCE: `file:${folder}` }, ['status', month]),
        ({ out }) => /^Contoso 2025-12, at .* UTC: The signal approve .*no argument.*Nothing was changed/m.test(out),
      );
      await handle.terminate();
    });
    await run.terminate();
  });

  // It was kept for ever without a word.
  test('reports an unknown name with the one meant', async () => {
    const asked: PlanRequest[] = [];
    await harness.serving(waiting(asked), async () => {
      const handle = await start();
      await handle.signal('Skipp', 'disputed');
      await shows(handle, 'AwaitingApproval');
      const comesTo = (text: string): Promise<unknown> =>
        eventually(
          () => refusedIn(handle),
          (refused) => refused === text,
        );
      await comesTo('There is no signal Skipp (did you mean skip?). Nothing was changed.');
      await handle.signal('aprove', undecodable('binary/unknown'));
      await comesTo('There is no signal aprove (did you mean approve?). Nothing was changed.');
      expect(await pageOf(handle)).toContain('**Not understood:** There is no signal aprove');
      // Before the run's first task: what it was told there was forgotten as soon as it began.
      const run = await harness.client.workflow.signalWithStart('dailyBilling', {
        taskQueue: billingQueue('default'),
        workflowId: newId(),
        args: [{ broker: 'default', month: '2025-10', asOf: '2025-10-09' }],
        signal: 'skip',
        signalArgs: ['disputed'],
      });
      await run.result();
      expect(await refusedIn(run)).toBe('There is no signal skip. Nothing was changed.');
      for (const answer of [handle, run])
        await Worker.runReplayHistory(
          { workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! } },
          await answer.fetchHistory(),
        );
    });
    expect(asked.length).toBeGreaterThan(0);
  });

  test('is forgotten as soon as one is understood', async () => {
    await harness.serving(waiting(), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      await handle.signal('skip');
      await eventually(
        () => refusedIn(handle),
        (text) => text !== undefined,
      );
      await handle.signal('skip', 'disputed');
      await shows(handle, 'Skipped');
      await eventually(
        () => refusedIn(handle),
        (text) => text === undefined || text === null,
      );
      expect(await pageOf(handle)).not.toContain('Not understood');
    });
  });

  // The log and the page said so, and status was silent.
  test('status reports a release of another plan', async () => {
    await harness.serving(waiting(), async () => {
      const handle = await start();
      const comesTo = (text: string | null): Promise<unknown> =>
        eventually(
          () => refusedIn(handle),
          (refused) => (refused ?? null) === text,
        );
      await shows(handle, 'AwaitingApproval');
      await handle.signal('approve', 'f'.repeat(64));
      await comesTo('That is another plan.');
      expect(await handle.executeUpdate('skipNow', { args: ['disputed'] })).toBe('org-1: skipped.');
      await comesTo(null);
    });
  });

  test('the run’s and organizations’ are refused alike; queries take anything', async () => {
    const asked: PlanRequest[] = [];
    await harness.serving(waiting(asked), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      for (const [, args] of arguments_) await handle.signal('newReport', ...args);
      await handle.signal('newReport', { given: { report: 'r9' }, parentId: 'x' });
      await eventually(
        () => refusedIn(handle),
        (text) => String(text).includes('newReport'),
      );
      expect(await handle.query<OrganizationResult, [unknown]>('status', { a: 1 })).toMatchObject({ status: 'AwaitingApproval' });
    });
    expect(asked).toHaveLength(1);
  });

  // Its page and billing status say so: the log alone did.
  test('an anonymous one does not stop a waiting run', async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const activities = standIns({ planOrganization: () => gate.then(() => PLAN) });
    const [broker, month] = ['default', '2025-11'];
    const answer = 'The signal settled does not say how an organization stands. Nothing was changed.';
    const result = await harness.serving(activities, async () => {
      const handle = await harness.client.workflow.start('dailyBilling', {
        taskQueue: billingQueue(broker),
        workflowId: dailyBillingId(broker, month),
        args: [{ broker, month, asOf: '2025-11-09' }],
      });
      await handle.signal('settled');
      await handle.signal('settled', {
        organizationId: 'org-1',
        summary: { result: { organizationId: 'org-2', status: 'Done' } },
      });
      await handle.signal('settled', undecodable('json/plain'));
      await eventually(
        () => pageOf(handle),
        (page) => page.startsWith(`**Not understood:** ${answer}`) && page.includes('**Now:**'),
      );
      const env = { TEMPORAL_ADDRESS: address, BILLING_EVIDENCE: `file:${folder}` };
      await eventually(
        () => runCommand(env, ['status', month]),
        ({ out }) => out.includes('under way') && /^The run of .* UTC, at .* UTC: The signal settled does not say/m.test(out),
      );
      expect(JSON.parse((await runCommand(env, ['status', month, '--json'])).out)).toMatchObject({
        refused: answer,
        refusedAt: expect.any(String),
      });
      goOn();
      await handle.result();
      expect((await pageOf(handle)).split('\n\n').slice(0, 2)).toEqual([
        `**Not understood:** ${answer}`,
        expect.stringMatching(/^## 2025-11, as of/),
      ]);
      return handle.result() as Promise<unknown>;
    });
    expect(result).toMatchObject({ months: [{ month }] });
  });
});

/** A payload that no converter reads. */
function undecodable(encoding: string): RawValue {
  return new RawValue(null, {
    toPayload: () => ({ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from('{not json') }),
    fromPayload: () => undefined as never,
  });
}

describe('a forged report', () => {
  test('cannot change the mode, whatever it names', async () => {
    const asked: PlanRequest[] = [];
    await harness.serving(waiting(asked), async () => {
      const handle = await start({ ...INPUT, mode: 'approve' });
      await shows(handle, 'AwaitingApproval');
      await handle.signal('newReport', { given: { ...INPUT.given, report: 'r9' }, mode: 'auto', parentId: 'nobody' });
      await eventually(
        () => Promise.resolve(asked.length),
        (count) => count === 2,
      );
    });
    expect(asked.map(({ mode, given }) => [mode, given.report])).toEqual([
      ['approve', 'r1'],
      [null, 'r9'],
    ]);
  });
});

describe('an update', () => {
  const cause = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'went well';
    } catch (error) {
      return error instanceof WorkflowUpdateFailedError ? (error.cause?.message ?? '') : String(error);
    }
  };

  test('is refused where typed, and leaves no history', async () => {
    await harness.serving(waiting(), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      const { historyLength } = await handle.describe();
      expect(await cause(handle.executeUpdate('approveNow'))).toMatch(/^approveNow came with no argument; expected the digest/);
      expect(await cause(handle.executeUpdate('approveNow', { args: ['f'.repeat(64)] }))).toBe(
        `approveNow is not the plan that waits. That is ${DIGEST}. Nothing was changed.`,
      );
      expect(await cause(handle.executeUpdate('skipNow', { args: [{}] }))).toMatch(/^skipNow came with an object/);
      expect(await cause(handle.executeUpdate('rerunNow', { args: ['x'.repeat(1001)] }))).toContain(
        'a reason of 1001 characters; expected at most 1000',
      );
      expect(await cause(handle.executeUpdate('approveNow', { args: [undecodable('json/plain')] }))).not.toBe('went well');
      const after = await handle.describe();
      expect(after.historyLength).toBe(historyLength);
    });
  });

  test('answers what came of it', async () => {
    const reports: ReportRequest[] = [];
    const asked: PlanRequest[] = [];
    await harness.serving(waiting(asked, reports), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      expect(await handle.executeUpdate('skipNow', { args: ['disputed'] })).toBe('org-1: skipped.');
      expect(await handle.executeUpdate('rerunNow', { args: ['settled'] })).toBe('org-1: awaiting approval.');
      expect(await handle.executeUpdate('approveNow', { args: [DIGEST] })).toBe('org-1: done.');
      expect(await handle.result()).toMatchObject({ status: 'Done' });
    });
    // A rerun and a release read the report again, each in the mode of the one before.
    expect(reports.map(({ instead }) => instead)).toEqual(['r1', 'r2']);
  });

  test('that skips after the first write says that it came too late', async () => {
    let written = (): void => undefined;
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    let isBilled = false;
    const activities = standIns({
      planOrganization: () =>
        Promise.resolve({ ...PLAN, steps: isBilled ? [] : [chargeStep('a'), { ...chargeStep('b'), contractKey: 'b' }] }),
      postCharge: async (request) => {
        isBilled = true;
        written();
        await gate;
        const done = { result: 'written' as const, id: null, calls: { autotask: 1, cloudmore: 0 } };
        return { ...done, more: (request.more ?? []).map(() => done) };
      },
      verifyOrganization: (request) =>
        Promise.resolve(summaryOf({ ...request, skipReason: null }, request.skipReason === null ? 'Done' : 'Unchanged')),
    });
    const answer = await harness.serving(activities, async () => {
      const handle = await start();
      await isWritten;
      const asked = handle.executeUpdate('skipNow', { args: ['disputed'] });
      await handle.query('status');
      goOn();
      return asked;
    });
    expect(answer).toBe('The skip changed nothing. org-1: unchanged.');
  });
});
