import { describe, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { billingQueue } from '../../shared/messages/names.js';
import type { ReportRequest } from '../../shared/messages/messages.js';
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
import { INPUT, standIns } from './stand-ins.js';
import { DIGEST, newId, pageOf, refusedIn, shows, startOrganization, waiting } from './waiting.js';
import { useWorkflowHarness, type WorkflowHarness } from './workers.js';

/** What a workflow is begun with, and what it reads of a message: it is checked before anything is done. */

let harness: WorkflowHarness;
useWorkflowHarness((opened) => (harness = opened));

const start = (input: unknown = INPUT): Promise<WorkflowHandle> => startOrganization(harness, input);

describe('the input of a workflow', () => {
  test('is checked before anything is done, member by member', async () => {
    await harness.serving(waiting(), async () => {
      const handle = await start({ ...INPUT, month: '2025-13', mode: 'everything', organizationId: 7 });
      const failure: unknown = await handle.result().catch((error: Error) => error.cause);
      expect(failure).toMatchObject({
        type: 'BadRequest',
        message:
          'The input of this workflow is wrong. month: expected a month, YYYY-MM; mode: expected shadow, approve or auto; organizationId: expected the id of an organization.',
      });
    });
  });

  // Its tasks failed for ever: it claims to continue with what nobody has begun.
  test.each([
    ['dailyBilling', { broker: 'default', month: '2025-10', progress: {} }, /progress: expected what an execution before/],
    ['dailyBilling', { broker: 'default', done: [1] }, /done: expected what an execution before/],
    ['organizationBilling', { ...INPUT, before: {} }, /before: expected what an execution before/],
  ])('%s without a beginning fails at once', async (type, input, says) => {
    const failure: unknown = await harness.serving(waiting(), async (): Promise<unknown> => {
      const workflowId = newId();
      const handle = await harness.client.workflow.start(type, {
        taskQueue: billingQueue('default'),
        workflowId,
        args: [input],
      });
      return handle.result().catch((error: Error) => error.cause) as Promise<unknown>;
    });
    expect(failure).toMatchObject({ type: 'BadRequest', message: expect.stringMatching(says) as unknown });
  });

  // A misspelt list of customers billed all of them.
  test('refuses unknown members', async () => {
    const misspelt = { broker: 'default', month: '2025-10', organisations: ['Contoso'], customers: ['Contoso'] };
    const failures = await harness.serving(waiting(), () =>
      Promise.all(
        [['dailyBilling', misspelt] as const, ['organizationBilling', { ...INPUT, skipreason: 'disputed' }] as const].map(
          ([type, input]) =>
            harness.client.workflow
              .start(type, { taskQueue: billingQueue('default'), workflowId: newId(), args: [input] })
              .then((handle) => handle.result())
              .catch((error: Error) => error.cause),
        ),
      ),
    );
    expect(failures).toEqual([
      expect.objectContaining({
        type: 'BadRequest',
        message: expect.stringMatching(
          /Unknown in its input: organisations \(did you mean organizations\?\), customers\. Known are: broker, month, .*Nothing was done\.$/,
        ) as unknown,
      }),
      expect.objectContaining({ message: expect.stringContaining('skipreason (did you mean skipReason?)') as unknown }),
    ]);
  });

  test('ignores new members of a newer schedule, and says so', async () => {
    const { client } = harness;
    const scheduleId = newId();
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
    const seen = await harness.serving(standIns(), async () => {
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
    expect(seen.refused).toMatch(/^Unknown in its input: fairness\. Known are: .* They are ignored\.$/);
  });

  // Its tasks failed for ever.
  test('accepts missing and null optional members', async () => {
    const { given: _given, parentId: _parent, mode: _mode, ...fewest } = INPUT;
    const reports: ReportRequest[] = [];
    const [organization, run] = await harness.serving(waiting([], reports), async () => {
      const handle = await start({ ...fewest, waitsForCall: null, released: null });
      await shows(handle, 'AwaitingApproval');
      const input = { broker: 'default', month: null, asOf: '2025-10-20', mode: null, organizations: null, canary: null };
      const daily = await harness.client.workflow.start('dailyBilling', {
        taskQueue: billingQueue('default'),
        workflowId: newId(),
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
  // Its tasks failed for ever; a page or a command had asked.
  test('a missing or foreign input fails its request at once', async () => {
    const ended = (type: string, ...args: unknown[]): Promise<unknown> =>
      harness.client.workflow
        .start(type, { taskQueue: billingQueue('default'), workflowId: newId(), args })
        .then((handle) => handle.result())
        .catch((error: Error) => error.cause);
    const types = ['monthEnd', 'workerSettings'];
    const given = [[], [{ ...ASKED, broker: 'alpha' }]];
    const failures = await harness.serving(waiting(), () =>
      Promise.all(given.flatMap((args) => types.map((type) => ended(type, ...args)))),
    );
    expect(failures.map((failure) => (failure as { type: string }).type)).toEqual([
      ...types.map(() => 'BadRequest'),
      ...types.map(() => 'OtherBroker'),
    ]);
  });

  test('has everything for requests at the end of a month', () => {
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

  // Except the queue that all had in common.
  test('refuses another broker’s, naming both', () => {
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
