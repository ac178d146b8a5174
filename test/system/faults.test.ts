import { afterEach, describe, expect, test } from '@jest/globals';
import { grouped } from '../../shared/billing/basics/decimal.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { organizationBillingId } from '../../shared/messages/names.js';
import { expectEverythingOnce } from './once.js';
import { CONTOSO, FABRIKAM, organizationOf, playAlongside, useSystem, type TestSystem } from './system.js';
import { eventually } from '../eventually.js';

/** What happens when an answer is lost, a worker dies, or Autotask is down: everything once, the others billed, nothing silent. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const TOTAL = { posted: '7011.60' };
/** A run does not wait for a workflow that is not there any more. */
const WITHIN_MINUTES_MS = 200_000;

const run = (system: TestSystem, codes: number[] = [0, 3], ...more: string[]): Promise<MonthResult> =>
  system.json<MonthResult>(codes, 'run', MONTH, '--as-of', AS_OF, '--wait', ...more);

// ---------------------------------------------------------------------------------------------------------------- played alongside the others

const killed = playAlongside({ world: 'september-2025', worker: false }, async (system) => {
  const first = await system.startWorker();
  const running = run(system);
  await eventually(
    () => system.writes(),
    (writes) => writes.length >= 9,
  );
  await first.kill('SIGKILL');
  await system.startWorker();
  const month = await running;
  expect(month.posted.sales).toBe(TOTAL.posted);
  expectEverythingOnce(await system.state());
});

const refused = playAlongside({ world: 'september-2025' }, async (system) => {
  await system.faults([
    {
      match: { vendor: 'autotask', method: 'PATCH', path: '*/v1.0/Contracts' },
      fault: { kind: 'status', status: 503, when: 'before' },
    },
  ]);
  const month = await run(system, [3]);
  expect(organizationOf(month, CONTOSO).status).toBe('Done');
  const fabrikam = organizationOf(month, FABRIKAM);
  expect(fabrikam.status).toBe('NeedsAttention');
  expect(fabrikam.items.some(({ reason, message }) => reason === 'api-error' && message!.includes('rerun'))).toBe(true);
  await system.faults([]);
  const after = await run(system, [0]);
  expect(after.posted.sales).toBe(TOTAL.posted);
  expectEverythingOnce(await system.state());
});

const lostBefore = playAlongside({ world: 'september-2025' }, async (system) => {
  await system.faults([
    {
      match: { vendor: 'autotask', method: 'POST', path: '*/ServiceAdjustments', nth: [2] },
      fault: { kind: 'reset', when: 'before' },
    },
  ]);
  const month = await run(system, [0]);
  expect(month.posted.sales).toBe(TOTAL.posted);
  expectEverythingOnce(await system.state());
});

const terminated = playAlongside({ world: 'september-2025' }, async (system) => {
  // Longer than this test: nobody gets the answer by waiting.
  await system.faults([
    {
      match: { vendor: 'autotask', method: 'POST', path: '*/ServiceAdjustments' },
      fault: { kind: 'hang', ms: 600_000, when: 'before' },
    },
  ]);
  const began = Date.now();
  const running = run(system, [3]);
  const handle = system.client.workflow.getHandle(organizationBillingId('default', MONTH, CONTOSO));
  await eventually(
    () => system.requests(),
    (requests) => requests.some(({ path }) => path.endsWith('/ServiceAdjustments')),
  );
  await handle.terminate('ended in mid-run');
  await system.faults([]);
  const contoso = organizationOf(await running, CONTOSO);
  expect(contoso.status).toBe('Failed');
  expect(contoso.held).toEqual(contoso.report);
  const messages = contoso.items.filter(({ reason }) => reason === 'outcome-missing').map(({ message }) => message!);
  expect(messages.join()).toContain(`${contoso.organizationName}: `);
  expect(messages.join()).toContain(`${grouped(contoso.held.sales)} EUR held`);
  expect(Date.now() - began).toBeLessThan(WITHIN_MINUTES_MS);
});

// ---------------------------------------------------------------------------------------------------------------- one after the other

describe('an answer is lost after Autotask took the write', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));
  afterEach(() => system.faults([]));

  // Service, product, contract, adjustment and charge.
  test('everything exists once afterwards, and the month is right', async () => {
    const lost = (path: string): unknown => ({
      match: { vendor: 'autotask', method: 'POST', path, nth: [1, 3] },
      fault: { kind: 'reset', when: 'after' },
    });
    await system.faults(
      ['*/v1.0/Services', '*/v1.0/Products', '*/v1.0/Contracts', '*/ServiceAdjustments', '*/Charges'].map(lost),
    );
    const month = await run(system);
    const state = await system.state();
    expectEverythingOnce(state);
    expect(month.posted.sales).toBe(TOTAL.posted);
    expect(month.held.lines).toBe(0);
    await system.faults([]);
    await system.forget();
    await run(system);
    expect(await system.writes()).toEqual([]);
  });
});

describe('one organization cannot be billed', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));
  afterEach(() => system.faults([]));

  // The others are billed meanwhile.
  test('a wrongly mapped customer waits; a rerun bills it later', async () => {
    await system.control('PATCH', `cloudmore/organizations/${FABRIKAM}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '4711' }],
    });
    const month = await run(system, [3]);
    expect(organizationOf(month, CONTOSO).status).toBe('Done');
    const fabrikam = organizationOf(month, FABRIKAM);
    expect(fabrikam.status).toBe('NeedsAttention');
    expect(fabrikam.items.every(({ reason, message }) => reason === 'company-not-found' && message!.includes('4711'))).toBe(true);
    await system.control('PATCH', `cloudmore/organizations/${FABRIKAM}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '29683540' }],
    });
    await system.cli('rerun', MONTH, '--organization', FABRIKAM, '--reason', 'id corrected');
    const after = await eventually(
      () => system.json<MonthResult>([0, 3], 'status', MONTH),
      (seen) => organizationOf(seen, FABRIKAM).status === 'Done',
    );
    expect(after.posted.sales).toBe(TOTAL.posted);
  });

  test("the next day's run lets a waiting organization continue automatically", async () => {
    await system.control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: 'none' }],
    });
    expect(organizationOf(await run(system, [3]), CONTOSO).status).toBe('NeedsAttention');
    await system.control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '29683512' }],
    });
    const month = await run(system, [0]);
    expect(organizationOf(month, CONTOSO).status).toBe('Unchanged');
    const { status } = await system.client.workflow.getHandle(organizationBillingId('default', MONTH, CONTOSO)).describe();
    expect(status.name).toBe('COMPLETED');
  });
});

describe('the worker is killed in the middle of a month', () => {
  test('and started again: the month completes, everything once', killed, 240_000);
});

describe('Autotask takes no writes for one company', () => {
  test('its organization waits; the next run bills it', refused, 240_000);
});

describe('a request is lost before Autotask took it', () => {
  test('it is sent once more, when its effect stays absent', lostBefore, 180_000);
});

describe("a customer's workflow is ended in mid-run", () => {
  // As held without an outcome.
  test('ends with 3 and names the customer’s whole amount', terminated, 240_000);
});
