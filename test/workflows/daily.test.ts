import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { tmpdir } from 'node:os';
import { status } from '../../client/commands/status/index.js';
import { NO_CALLS } from '../../shared/billing/results/results.js';
import { billingQueue, organizationBillingId } from '../../shared/messages/names.js';
import { type DailyBillingInput, type DailyBillingResult } from '../../shared/messages/messages.js';
import { ORGANIZATIONS_AT_ONCE } from '../../shared/messages/payload.js';
import { findSilent } from '../../worker/executions/silent.js';
import { eventually } from '../eventually.js';
import { PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import { useWorkflowHarness, type WorkflowHarness } from './workers.js';

/** The daily run: which months, how many organizations at once, and what one that waits does to the others. */

let harness: WorkflowHarness;
let address: string;
useWorkflowHarness((opened, at) => {
  harness = opened;
  address = at;
});

let number = 0;
const run = (activities: StandIns, input: DailyBillingInput): Promise<DailyBillingResult> =>
  harness.serving(activities, () =>
    harness.client.workflow.execute('dailyBilling', {
      taskQueue: billingQueue('default'),
      workflowId: `daily-${(number += 1)}`,
      args: [input],
    }),
  ) as Promise<DailyBillingResult>;

const organizations = (count: number, prefix: string): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const withWork =
  (ids: string[]): StandIns['findWork'] =>
  () =>
    Promise.resolve({ organizations: ids, calls: NO_CALLS, heldMonth: null, quiet: 0, mode: 'auto' });

describe('a daily run', () => {
  const months: [day: string, months: string[]][] = [
    ['2025-10-09', ['2025-09', '2025-10']],
    ['2025-10-11', ['2025-10']],
    ['2025-10-01', ['2025-08', '2025-09']],
    ['2026-01-01', ['2025-11', '2025-12']],
  ];
  test.each(months)('on %s treats %j, the earlier first (rule 1.2)', async (asOf, expected) => {
    const seen: string[] = [];
    const activities = standIns({
      takeReport: ({ month }) => {
        seen.push(month);
        return Promise.resolve({ report: 'r', lines: 0, previousLines: 0, calls: NO_CALLS });
      },
      findWork: withWork([]),
    });
    const result = await run(activities, { broker: 'default', asOf });
    expect(seen).toEqual(expected);
    expect(result.months.map(({ month }) => month)).toEqual(expected);
  });

  test(`bills at most ${ORGANIZATIONS_AT_ONCE} organizations at once, and every one`, async () => {
    const ids = organizations(60, 'many');
    const billed = new Set<string>();
    let running = 0;
    let most = 0;
    const activities = standIns({
      findWork: withWork(ids),
      planOrganization: async ({ organizationId }) => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return {
          plan: 'p',
          digest: 'd',
          organizationName: organizationId,
          companyId: 1,
          mode: 'auto',
          steps: [],
          waits: null,
          calls: NO_CALLS,
        };
      },
      verifyOrganization: (request) => {
        billed.add(request.organizationId);
        return Promise.resolve(summaryOf(request, 'Done'));
      },
    });
    await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    expect([...billed].sort()).toEqual([...ids].sort());
    expect(most).toBeLessThanOrEqual(ORGANIZATIONS_AT_ONCE);
  });

  test('continues when more organizations wait than may run', async () => {
    const ids = organizations(ORGANIZATIONS_AT_ONCE * 2 + 5, 'waiting');
    const activities = standIns({
      findWork: withWork(ids),
      verifyOrganization: (request) => Promise.resolve(summaryOf(request, 'NeedsAttention')),
    });
    const result = await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    expect(result.months).toHaveLength(1);
    const open = await harness.client.workflow.getHandle(organizationBillingId('default', '2025-10', ids[0]!)).describe();
    expect(open.status.name).toBe('RUNNING');
  });

  // Instead of starting a second one.
  test('hands a waiting organization the new report', async () => {
    const reports: string[] = [];
    const activities = (report: string, isMended: boolean): StandIns =>
      standIns({
        takeReport: () => Promise.resolve({ report, lines: 1, previousLines: 0, calls: NO_CALLS }),
        findWork: withWork(['open-1']),
        planOrganization: ({ given }) => {
          reports.push(given.report);
          return Promise.resolve({
            plan: 'p',
            digest: 'd',
            organizationName: 'n',
            companyId: 1,
            mode: 'auto',
            steps: [],
            waits: null,
            calls: NO_CALLS,
          });
        },
        verifyOrganization: (request) => Promise.resolve(summaryOf(request, isMended ? 'Done' : 'NeedsAttention')),
      });
    await run(activities('monday', false), { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    await run(activities('tuesday', true), { broker: 'default', month: '2025-10', asOf: '2025-10-10' });
    expect(reports).toEqual(['monday', 'tuesday']);
    const ended = await harness.client.workflow.getHandle(organizationBillingId('default', '2025-10', 'open-1')).describe();
    expect(ended.status.name).toBe('COMPLETED');
  });

  // It is left as it is.
  test('does not wait for an organization that cannot answer', async () => {
    const broken = organizationBillingId('default', '2025-10', 'broken');
    await harness.client.workflow.start('noSuchWorkflow', { workflowId: broken, taskQueue: billingQueue('default') });
    const asked: string[][] = [];
    const activities = standIns({
      findWork: withWork(['broken', 'sound']),
      findSilent: ({ workflowIds }) => {
        asked.push(workflowIds);
        return findSilent(harness.client, workflowIds);
      },
    });
    const result = await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    expect(result.months).toHaveLength(1);
    expect(asked[0]).toEqual([broken]);
    const { status: state } = await harness.client.workflow.getHandle(broken).describe();
    expect(state.name).toBe('RUNNING');
    await harness.client.workflow.getHandle(broken).terminate();
  });

  test('tries what may heal again, longer than any activity of an organization', async () => {
    let attempts = 0;
    const activities = standIns({
      takeReport: () => {
        attempts += 1;
        return attempts <= 7
          ? Promise.reject(ApplicationFailure.create({ type: 'Unavailable', message: '503', nextRetryDelay: 10 }))
          : Promise.resolve({ report: 'r', lines: 0, previousLines: 0, calls: NO_CALLS });
      },
      findWork: withWork([]),
    });
    const result = await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    expect(result.months).toHaveLength(1);
    expect(attempts).toBe(8);
  });

  // However many there are.
  test('keeps items and details of organizations out of its history', async () => {
    const items = Array.from({ length: 250 }, (_, index) => ({
      subscriptionId: `subscription-${index}`,
      message: 'x'.repeat(200),
    }));
    const activities = standIns({
      findWork: withWork(['ends', 'waits']),
      verifyOrganization: (request) => {
        const status = request.organizationId === 'waits' ? 'NeedsAttention' : 'Done';
        const summary = summaryOf(request, status, { details: 'y'.repeat(10_000) });
        return Promise.resolve({ ...summary, result: { ...summary.result, items: items as never } });
      },
    });
    await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    const { events } = await harness.client.workflow.getHandle(`daily-${number}`).fetchHistory();
    const received = events!.flatMap(
      ({ workflowExecutionSignaledEventAttributes, childWorkflowExecutionCompletedEventAttributes }) => [
        ...(workflowExecutionSignaledEventAttributes?.input?.payloads ?? []),
        ...(childWorkflowExecutionCompletedEventAttributes?.result?.payloads ?? []),
      ],
    );
    expect(received).toHaveLength(2); // the end of the one, the word of the other
    expect(Math.max(...received.map(({ data }) => data!.length))).toBeLessThan(2_000);
  });

  test('tells people once, of all its months', async () => {
    const notices: { run: string; months: string[] }[] = [];
    const activities = standIns({
      findWork: withWork([]),
      sendNotice: ({ run: name, months: of }) => {
        notices.push({ run: name, months: of });
        return Promise.resolve({ title: 'something waits', sent: 1, failed: 0 });
      },
    });
    await run(activities, { broker: 'default', asOf: '2025-10-09' });
    expect(notices.map(({ months: of }) => of)).toEqual([['2025-09', '2025-10']]);
    expect(notices[0]!.run).toMatch(/^daily-\d+@[0-9a-f-]{36}$/);
  });

  // It failed, with the advice to run the month again.
  test('reads everything again, once, after losing its store', async () => {
    const missing = ApplicationFailure.nonRetryable('Evidence 7fa7 is not in the store.', 'EvidenceMissing');
    const counted = async (failures: number): Promise<[reports: number, told: number, ended: boolean]> => {
      let [reports, closings, notices] = [0, 0, 0];
      const usual = standIns();
      const activities = standIns({
        takeReport: (request) => ((reports += 1), usual.takeReport(request)),
        closeRun: (request) => ((closings += 1) <= failures ? Promise.reject(missing) : usual.closeRun(request)),
        sendNotice: (request) => ((notices += request.failure === undefined ? 0 : 1), usual.sendNotice(request)),
      });
      const ended = await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' }).catch(() => null);
      return [reports, notices, ended !== null];
    };
    expect(await counted(1)).toEqual([2, 0, true]);
    expect(await counted(2)).toEqual([2, 1, false]);
  });

  test('ends well although nobody can be told', async () => {
    const activities = standIns({
      findWork: withWork([]),
      sendNotice: () => Promise.reject(ApplicationFailure.nonRetryable('the evidence is gone')),
    });
    const result = await run(activities, { broker: 'default', month: '2025-10', asOf: '2025-10-09' });
    expect(result.months).toHaveLength(1);
  });
});

describe('billing status, while the gate holds calls', () => {
  const REASON = 'Waiting: 9012 of the tenant’s 10000 Autotask calls an hour are used.';
  /** An activity that says what it waits for, as the worker's heartbeats do, until it is let go. */
  const holding =
    <T>(answer: T, released: Promise<void>) =>
    async (): Promise<T> => {
      Context.current().heartbeat(REASON);
      await released;
      return answer;
    };
  const ask = async (): Promise<string> => {
    const said: string[] = [];
    const environment = { TEMPORAL_ADDRESS: address, BILLING_EVIDENCE: `file:${tmpdir()}/no-evidence-of-it` };
    const context = { environment, out: (text: string) => void said.push(text), say: () => undefined, isTerminal: false };
    // A run is in the server's list a moment after its start.
    await status(context, { month: '2025-10', json: false }).catch((error: Error) => said.push(error.message));
    return said.join('\n');
  };
  const held: [where: string, activities: (released: Promise<void>) => Partial<StandIns>][] = [
    [
      'the survey',
      (released) => ({
        surveyAutotask: holding({ survey: 's', surveyedAt: '2025-10-12T03:00:00Z', calls: NO_CALLS }, released),
        findWork: withWork([]),
      }),
    ],
    ['an organization', (released) => ({ findWork: withWork(['held']), planOrganization: holding(PLAN, released) })],
  ];
  test.each(held)('says why nothing moves: calls of %s wait', async (_, activities) => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const done = run(standIns(activities(released)), { broker: 'default', month: '2025-10', asOf: '2025-10-12' });
    try {
      await eventually(ask, (text) => text.includes(REASON));
    } finally {
      release();
    }
    await done;
  });
});
