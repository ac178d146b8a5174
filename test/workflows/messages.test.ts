import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import { RawValue } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { billingQueue, dailyBillingId, organizationBillingId } from '../../shared/messages/names.js';
import { type PlanRequest, type ReportRequest } from '../../shared/messages/messages.js';
import { runCommand } from '../command.js';
import { eventually } from '../eventually.js';
import {
  checkBroker,
  checkDaily,
  checkMonthEnd,
  checkOrganization,
  checkOwner,
  readDigest,
  readReason,
  readReport,
  readSettled,
} from '../../workflows/messages.js';
import { chargeStep, INPUT, PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import { openWorkshop, type Workshop } from './workers.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';

/** What people and programs may send: whatever it is, no workflow stops because of it. */

let server: DevServer;
let workshop: Workshop;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-messages-'));
  server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
  workshop = await openWorkshop(server.address, 'default');
}, 60_000);
afterAll(async () => {
  await workshop?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const DIGEST = 'd'.repeat(64);
let number = 0;
const start = (input: unknown = INPUT, queue = billingQueue('default')): Promise<WorkflowHandle> =>
  workshop.client.workflow.start('organizationBilling', {
    taskQueue: queue,
    workflowId: `message-${(number += 1)}`,
    args: [input],
  });
const shows = (handle: WorkflowHandle, status: OrganizationStatus): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );
const pageOf = async (handle: WorkflowHandle): Promise<string> => {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
};
const refusedIn = async (handle: WorkflowHandle): Promise<unknown> => (await handle.describe()).memo?.refused;

/** Waits for the release of one plan; what was asked of the planner and of Cloudmore. */
function waiting(asked: PlanRequest[] = [], reports: ReportRequest[] = []): StandIns {
  const summary = (request: Parameters<StandIns['verifyOrganization']>[0]) => {
    const made = summaryOf(request, asked.at(-1)?.approvedDigest === DIGEST ? 'Done' : 'AwaitingApproval');
    return { ...made, result: { ...made.result, planDigest: DIGEST } };
  };
  return standIns({
    takeReport: (request) => {
      reports.push(request);
      return Promise.resolve({
        report: `r${reports.length + 1}`,
        lines: 1,
        previousLines: 0,
        calls: { autotask: 0, cloudmore: 1 },
      });
    },
    planOrganization: (request) => {
      asked.push(request);
      const isOther = ![null, DIGEST].includes(request.approvedDigest);
      return Promise.resolve({ ...PLAN, digest: DIGEST, ...(isOther ? { remark: 'That is another plan.' } : {}) });
    },
    verifyOrganization: (request) => Promise.resolve(summary(request)),
  });
}

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

  test('is refused in words on the page and for status, changes nothing, and the next one works', async () => {
    const asked: PlanRequest[] = [];
    const ended = await workshop.serving(waiting(asked), async () => {
      const handle = await start();
      await shows(handle, 'AwaitingApproval');
      for (const [, args, told] of arguments_)
        for (const signal of ['approve', 'skip', 'rerun']) {
          await handle.signal(signal, ...args);
          const refused = await eventually(
            () => refusedIn(handle),
            (text) => String(text).includes(signal) && String(text).includes(told),
          );
          expect(await pageOf(handle)).toContain(`**Not understood:** ${String(refused)}`);
        }
      expect(asked).toHaveLength(1);
      await handle.signal('approve', ` ${DIGEST.toUpperCase()}\n`);
      return handle.result() as Promise<{ status: string }>;
    });
    expect(ended.status).toBe('Done');
    expect(asked.map(({ approvedDigest }) => approvedDigest)).toEqual([null, DIGEST]);
  }, 60_000);

  test('is said by billing status with the name of the customer, also in the first run of a month: it was silent until that had ended', async () => {
    const [broker, month] = ['default', '2025-12'];
    const searchAttributes = { BillingBroker: [broker], BillingMonth: [month] };
    const run = await workshop.client.workflow.start('dailyBilling', {
      taskQueue: 'taken-by-nobody',
      workflowId: dailyBillingId(broker, month),
      searchAttributes,
    });
    await workshop.serving(waiting(), async () => {
      const handle = await workshop.client.workflow.start('organizationBilling', {
        taskQueue: billingQueue(broker),
        workflowId: organizationBillingId(broker, month, INPUT.organizationId),
        args: [{ ...INPUT, month }],
        searchAttributes,
        staticSummary: `Contoso ${month}`,
      });
      await shows(handle, 'AwaitingApproval');
      await handle.signal('approve');
      await eventually(
        () => runCommand({ TEMPORAL_ADDRESS: server.address, BILLING_EVIDENCE: `file:${folder}` }, ['status', month]),
        ({ out }) => /^Contoso 2025-12: The signal approve .*no argument.*Nothing was changed/m.test(out),
      );
      await handle.terminate();
    });
    await run.terminate();
  }, 60_000);

  test('under a name that nobody knows was kept for ever without a word: it is said with the name that was meant', async () => {
    const asked: PlanRequest[] = [];
    await workshop.serving(waiting(asked), async () => {
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
      const run = await workshop.client.workflow.start('dailyBilling', {
        taskQueue: billingQueue('default'),
        workflowId: `misnamed-${(number += 1)}`,
        args: [{ broker: 'default', month: '2025-10', asOf: '2025-10-09' }],
      });
      await run.signal('skip', 'disputed');
      await run.result();
      expect(await refusedIn(run)).toBe('There is no signal skip. Nothing was changed.');
      for (const told of [handle, run])
        await Worker.runReplayHistory(
          { workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! } },
          await told.fetchHistory(),
        );
    });
    expect(asked.length).toBeGreaterThan(0);
  }, 30_000);

  test('is forgotten as soon as one is understood', async () => {
    await workshop.serving(waiting(), async () => {
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

  test('releases another plan than waits: the log and the page said so, and status was silent', async () => {
    await workshop.serving(waiting(), async () => {
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

  test('of the run or of an organization is refused likewise, and a query may bring whatever it likes', async () => {
    const asked: PlanRequest[] = [];
    await workshop.serving(waiting(asked), async () => {
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

  test('of nobody does not stop a run that waits for its organizations; its page and billing status say so: the log alone did', async () => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    const activities = standIns({ planOrganization: () => gate.then(() => PLAN) });
    const [broker, month] = ['default', '2025-11'];
    const told = 'The signal settled does not say how an organization stands. Nothing was changed.';
    const result = await workshop.serving(activities, async () => {
      const handle = await workshop.client.workflow.start('dailyBilling', {
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
        (page) => page.startsWith(`**Not understood:** ${told}`) && page.includes('**Now:**'),
      );
      const env = { TEMPORAL_ADDRESS: server.address, BILLING_EVIDENCE: `file:${folder}` };
      await eventually(
        () => runCommand(env, ['status', month]),
        ({ out }) => out.includes('under way') && /^The run of .* UTC: The signal settled does not say/m.test(out),
      );
      expect(JSON.parse((await runCommand(env, ['status', month, '--json'])).out)).toMatchObject({ refused: told });
      goOn();
      await handle.result();
      expect((await pageOf(handle)).split('\n\n').slice(0, 2)).toEqual([
        `**Not understood:** ${told}`,
        expect.stringMatching(/^## 2025-11, as of/),
      ]);
      return handle.result() as Promise<unknown>;
    });
    expect(result).toMatchObject({ months: [{ month }] });
  }, 30_000);
});

/** A payload that no converter reads. */
function undecodable(encoding: string): RawValue {
  return new RawValue(null, {
    toPayload: () => ({ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from('{not json') }),
    fromPayload: () => undefined as never,
  });
}

describe('a forged report', () => {
  test('cannot turn approve mode into auto: whatever mode it names is not heard', async () => {
    const asked: PlanRequest[] = [];
    await workshop.serving(waiting(asked), async () => {
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

  test('is refused where it was typed when it makes no sense, and leaves nothing in the history', async () => {
    await workshop.serving(waiting(), async () => {
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
    await workshop.serving(waiting(asked, reports), async () => {
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
    const activities = standIns({
      planOrganization: () => Promise.resolve({ ...PLAN, steps: [chargeStep('a'), { ...chargeStep('b'), contractKey: 'b' }] }),
      postCharge: async (request) => {
        written();
        await gate;
        const done = { result: 'written' as const, id: null, calls: { autotask: 1, cloudmore: 0 } };
        return { ...done, more: (request.more ?? []).map(() => done) };
      },
      verifyOrganization: (request) => Promise.resolve({ ...summaryOf(request, 'Done'), message: request.remark }),
    });
    const answer = await workshop.serving(activities, async () => {
      const handle = await start();
      await isWritten;
      const asked = handle.executeUpdate('skipNow', { args: ['disputed'] });
      await handle.query('status');
      goOn();
      return asked;
    });
    expect(answer).toMatch(/^The skip changed nothing\. org-1: done\./);
  });
});

describe('the input of a workflow', () => {
  test('is checked before anything is done, member by member', async () => {
    await workshop.serving(waiting(), async () => {
      const handle = await start({ ...INPUT, month: '2025-13', mode: 'everything', organizationId: 7 });
      const failure: unknown = await handle.result().catch((error: Error) => error.cause);
      expect(failure).toMatchObject({
        type: 'BadRequest',
        message:
          'The input of this workflow is wrong. month: expected a month, YYYY-MM; mode: expected shadow, approve or auto; organizationId: expected the id of an organization.',
      });
    });
  });

  test.each([
    ['dailyBilling', { broker: 'default', month: '2025-10', progress: {} }, /progress: expected what an execution before/],
    ['dailyBilling', { broker: 'default', done: [1] }, /done: expected what an execution before/],
    ['organizationBilling', { ...INPUT, before: {} }, /before: expected what an execution before/],
  ])(
    'of %s that claims to go on with what nobody has begun fails at once: its tasks failed for ever',
    async (type, input, says) => {
      const failure: unknown = await workshop.serving(waiting(), async (): Promise<unknown> => {
        const workflowId = `claimed-${(number += 1)}`;
        const handle = await workshop.client.workflow.start(type, {
          taskQueue: billingQueue('default'),
          workflowId,
          args: [input],
        });
        return handle.result().catch((error: Error) => error.cause) as Promise<unknown>;
      });
      expect(failure).toMatchObject({ type: 'BadRequest', message: expect.stringMatching(says) as unknown });
    },
  );

  test('has members that nobody knows: a misspelt list of customers billed all of them', async () => {
    const misspelt = { broker: 'default', month: '2025-10', organisations: ['Contoso'], customers: ['Contoso'] };
    const failures = await workshop.serving(waiting(), () =>
      Promise.all(
        [['dailyBilling', misspelt] as const, ['organizationBilling', { ...INPUT, skipreason: 'disputed' }] as const].map(
          ([type, input]) =>
            workshop.client.workflow
              .start(type, { taskQueue: billingQueue('default'), workflowId: `message-${(number += 1)}`, args: [input] })
              .then((handle) => handle.result())
              .catch((error: Error) => error.cause),
        ),
      ),
    );
    expect(failures).toEqual([
      expect.objectContaining({
        type: 'BadRequest',
        message: expect.stringMatching(
          /in its input by organisations \(did you mean organizations\?\), customers\. Known are: broker, month, .*Nothing was done\.$/,
        ) as unknown,
      }),
      expect.objectContaining({ message: expect.stringContaining('skipreason (did you mean skipReason?)') as unknown }),
    ]);
  });

  test('that a schedule of a newer version keeps goes on without what is new in it, and says so', async () => {
    const { client } = workshop;
    const scheduleId = `newer-${(number += 1)}`;
    const schedule = await client.schedule.create({
      scheduleId,
      spec: {},
      action: {
        type: 'startWorkflow',
        workflowType: 'dailyBilling',
        taskQueue: billingQueue('default'),
        workflowId: scheduleId,
        args: [{ broker: 'default', month: '2025-10', asOf: '2025-10-09', fairness: 7 }],
      },
    });
    const seen = await workshop.serving(standIns(), async () => {
      await schedule.trigger();
      const { info } = await eventually(
        () => schedule.describe(),
        ({ info: { recentActions } }) => recentActions.length > 0,
      );
      const { action } = info.recentActions[0]!;
      const handle = client.workflow.getHandle(action.type === 'startWorkflow' ? action.workflow.workflowId : '');
      return { result: (await handle.result()) as unknown, refused: await refusedIn(handle), page: await pageOf(handle) };
    });
    await schedule.delete();
    expect(seen).toMatchObject({
      result: { months: [{ month: '2025-10' }] },
      page: expect.stringContaining('fairness') as unknown,
    });
    expect(seen.refused).toMatch(/^Nobody knows what is meant in its input by fairness\. Known are: .* It goes on without\.$/);
  });

  test('that leaves out what may be missing, or says null for it, is taken: its tasks failed for ever', async () => {
    const { given: _given, parentId: _parent, mode: _mode, ...fewest } = INPUT;
    const reports: ReportRequest[] = [];
    const [organization, run] = await workshop.serving(waiting([], reports), async () => {
      const handle = await start({ ...fewest, waitsForCall: null, released: null });
      await shows(handle, 'AwaitingApproval');
      const input = { broker: 'default', month: null, asOf: '2025-10-20', mode: null, organizations: null, canary: null };
      const daily = await workshop.client.workflow.start('dailyBilling', {
        taskQueue: billingQueue('default'),
        workflowId: `message-${(number += 1)}`,
        args: [input],
      });
      return [await handle.query<OrganizationResult>('status'), (await daily.result()) as unknown];
    });
    expect(organization).toMatchObject({ status: 'AwaitingApproval' });
    expect(run).toMatchObject({ months: [{ month: '2025-10' }] });
    expect(reports.map(({ month, mode }) => [month, mode])).toEqual([
      ['2025-10', null],
      ['2025-10', null],
    ]);
  });

  const ASKED = { broker: 'default', month: '2025-10', actor: 'anna', reason: '', what: 'invoiced' } as const;
  test('that is missing, or another broker’s, fails what a page or a command asks for at once; its tasks failed for ever', async () => {
    const ended = (type: string, ...args: unknown[]): Promise<unknown> =>
      workshop.client.workflow
        .start(type, { taskQueue: billingQueue('default'), workflowId: `asked-${(number += 1)}`, args })
        .then((handle) => handle.result())
        .catch((error: Error) => error.cause);
    const types = ['monthEnd', 'workerSettings'];
    const given = [[], [{ ...ASKED, broker: 'alpha' }]];
    const failures = await workshop.serving(waiting(), () =>
      Promise.all(given.flatMap((args) => types.map((type) => ended(type, ...args)))),
    );
    expect(failures.map((failure) => (failure as { type: string }).type)).toEqual([
      ...types.map(() => 'BadRequest'),
      ...types.map(() => 'OtherBroker'),
    ]);
  });

  test('of what a person asks for at the end of a month has what that needs', () => {
    checkMonthEnd(ASKED);
    checkMonthEnd({ ...ASKED, what: 'close', digest: DIGEST });
    checkMonthEnd({ ...ASKED, what: 'undo', organizationId: 'o' });
  });

  test.each([
    ['no input', () => checkDaily(undefined as never), /without an input/],
    [
      'a thing that nobody knows',
      () => checkMonthEnd({ ...ASKED, what: ['close'] } as never),
      /what: expected close, invoiced or undo/,
    ],
    ['a certificate of nothing', () => checkMonthEnd({ ...ASKED, what: 'close' } as never), /digest: expected/],
    ['the way back of nobody', () => checkMonthEnd({ ...ASKED, what: 'undo' } as never), /organizationId: expected/],
    ['nobody who asks', () => checkMonthEnd({ ...ASKED, actor: '', month: '10' }), /month: expected .*actor: expected who/],
    ['the settings of no broker', () => checkOwner({ broker: 7 } as never), /broker: expected/],
    ['a day that is none', () => checkDaily({ broker: 'default', asOf: '2025-02-30' }), /asOf: expected a day/],
    ['a zone that is none', () => checkDaily({ broker: 'default', timeZone: 'Mars/Olympus' }), /timeZone: expected/],
    [
      'an offset as text',
      () => checkDaily({ broker: 'default', reportMonthOffset: '1' as never }),
      /reportMonthOffset: expected/,
    ],
    ['a list of nobody', () => checkDaily({ broker: 'default', organizations: [] }), /organizations: expected/],
    ['a broker that is not a name', () => checkDaily({ broker: 'a/b' }), /broker: expected/],
    [
      'a report that is not a reference',
      () => checkOrganization({ ...INPUT, given: { report: 'r' } as never }),
      /given: expected/,
    ],
  ])('%s is refused', (_what, check, says) => {
    expect(check).toThrow(says);
  });

  test('of another broker is refused, naming both, but for the queue that all had in common', () => {
    expect(() => checkBroker('alpha', 'billing-beta')).toThrow(/broker alpha.*billing-beta/);
    checkBroker('alpha', 'billing-alpha');
    checkBroker('alpha', 'billing');
  });
});

describe('reading a message', () => {
  const amounts = { lines: 1, cost: '1.00', sales: '2.00' };
  const result = { organizationId: 'o', status: 'Done', report: amounts, posted: amounts, held: amounts, excluded: amounts };
  test.each([
    ['a reason', readReason('disputed'), true],
    ['a digest', readDigest('ABC123'), true],
    ['a sentence as digest', readDigest('please release it'), false],
    ['an endless digest', readDigest('a'.repeat(65)), false],
    ['a report of earlier releases, with a mode', readReport({ given: INPUT.given, mode: 'auto', parentId: 'p' }), true],
    ['a report without a run', readReport({ given: INPUT.given }), false],
    ['a report of no day', readReport({ given: { ...INPUT.given, asOf: 'soon' }, parentId: 'p' }), false],
    ['how one stands', readSettled({ organizationId: 'o', summary: { result } }), true],
    [
      'how one stands in no amounts',
      readSettled({ organizationId: 'o', summary: { result: { ...result, held: { ...amounts, sales: 'much' } } } }),
      false,
    ],
    ['how another stands', readSettled({ organizationId: 'p', summary: { result } }), false],
  ])('%s', (_what, read, isRight) => {
    expect('value' in read).toBe(isRight);
  });
});
