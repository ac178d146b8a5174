import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import type { PlanRequest, StepRequest } from '../../shared/messages/messages.js';
import { september } from '../api/vendors.js';
import { CONTOSO, control, MONTH, openHarness, type Harness, type Meanwhile } from './harness.js';

/**
 * Rules 7.0 and 7.9 where Autotask says no, or shows what was written only a moment later. The broker takes over contracts that somebody made by hand: a
 * licence of 10 is right, one of 2 × 36.00 must become 3, Azure lacks 5.01.
 */

type Rec = Record<string, unknown>;
interface World {
  autotask: { behaviour?: Rec };
}

const WORLD = new URL('../../sandbox/worlds/takeover-with-differences.json', import.meta.url);
const AS_OF = '2025-10-10';
/** A customer of September's world, with what it is billed in October. */
const DENTAL = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const DENTAL_POSTED = { lines: 13, cost: '1261.19', sales: '1410.93' };
const SEATS = 102;

let sandbox: Sandbox;
afterEach(() => sandbox.close());

async function open(behaviour: Rec, meanwhile: Meanwhile = {}, sales = 108): Promise<Harness> {
  const text = await readFile(WORLD, 'utf8');
  const world = JSON.parse(text, (name, value: unknown) =>
    name === 'totalSalesPrice' && value === 108 ? sales : value,
  ) as World;
  world.autotask.behaviour = behaviour;
  sandbox = await startSandbox({ world });
  return openHarness(sandbox, {}, meanwhile);
}

const charges = (contractID: number): [unknown, unknown][] =>
  sandbox
    .state()
    .autotask.charges.filter((charge) => charge.contractID === contractID)
    .map(({ unitPrice, unitCost }) => [unitPrice, unitCost]);
const october = (contractID: number): [unknown, unknown, unknown][] =>
  sandbox
    .state()
    .autotask.unitRows.filter((row) => row.contractID === contractID && String(row.startDate).startsWith('2025-10'))
    .map(({ units, price, cost }) => [units, price, cost]);
const adjustmentsSent = (): number[] =>
  sandbox
    .requests()
    .flatMap(({ method, path, status }) => (method === 'POST' && /ServiceAdjustments$/i.test(path) ? [status] : []));

/** Autotask shows writes so late, and the product's waits pass ten times as fast. */
const LATE_MS = 400;
const fast = (milliseconds: number): Promise<void> => sleep(milliseconds / 10);

describe('an adjustment that Autotask refuses as the second of its day', () => {
  test('lets the planner try again; the rest becomes a charge', async () => {
    const asked: PlanRequest[] = [];
    const { given, bill } = await open({ periodStart: 'duplicate' }, { onPlan: (request) => asked.push(request) });
    const { status, result } = await bill(await given(AS_OF), null);
    expect([status, result.posted.sales, result.held.lines]).toEqual(['Done', '303.01', 0]);
    expect(adjustmentsSent()).toEqual([500]);
    expect([october(SEATS), charges(SEATS)]).toEqual([[[2, 72, 63]], [[36, 31.5]]]);
    expect(asked.map(({ refused, given: { survey } }) => [refused.length, survey !== null])).toEqual([
      [0, true],
      [1, false],
    ]);
  });

  test('writes nothing twice that went well, today or tomorrow', async () => {
    const { given, bill } = await open({ periodStart: 'duplicate' });
    await bill(await given(AS_OF), null);
    expect(charges(103)).toEqual([
      [70, 65],
      [5.01, 3.83],
    ]);
    const before = sandbox.state().autotask;
    expect((await bill(await given('2025-10-11'), null)).status).toBe('Unchanged');
    expect(sandbox.state().autotask).toEqual(before);
  });

  // It had been made already: once the whole month was charged a second time.
  test('an adjustment that shows late is charged nothing', async () => {
    const others = { isFirst: true };
    const byOthers = async ({ step, resolved, planDigest }: StepRequest): Promise<void> => {
      if (step.kind !== 'postAdjustment' || !others.isFirst) return;
      others.isFirst = false;
      const request = { ...MONTH, asOf: AS_OF, organizationId: CONTOSO, planDigest, resolved, step };
      await openHarness(sandbox).activities.autotask.postAdjustment(request);
    };
    const { given, bill } = await open({ visibleAfterMs: LATE_MS }, { wait: fast, beforeStep: byOthers });
    const { status, result } = await bill(await given(AS_OF), null);
    expect(adjustmentsSent()).toEqual([200, 500]);
    expect([october(SEATS), charges(SEATS)]).toEqual([[[3, 108, 94.5]], []]);
    expect([status, result.posted.sales]).toEqual(['Done', '303.01']);
  });
});

describe('unit prices that Autotask keeps with two decimals', () => {
  // Once it waited for the next run.
  test('leaves a rest that the same run charges', async () => {
    const asked: PlanRequest[] = [];
    const { given, bill } = await open({ unitPriceDecimals: 2 }, { onPlan: (request) => asked.push(request) }, 100);
    const { status, result } = await bill(await given(AS_OF), null);
    expect([october(SEATS), charges(SEATS)]).toEqual([[[3, 99.99, 94.5]], [[0.01, 0]]]);
    expect([status, result.posted.sales, result.held.lines]).toEqual(['Done', '295.01', 0]);
    expect(asked.map(({ refused }) => refused.length)).toEqual([0, 1]);
    const before = sandbox.state().autotask;
    expect((await bill(await given('2025-10-11'), null)).status).toBe('Unchanged');
    expect(sandbox.state().autotask).toEqual(before);
  });

  // Once it waited, some cents over, where Autotask refused other adjustments of the customer.
  test('the same run charges the rest after several refusals', async () => {
    const world = september();
    const behaviour = { unitPriceDecimals: 2, periodStart: 'duplicate' };
    sandbox = await startSandbox({ world: { ...world, autotask: { ...world['autotask'], behaviour } } });
    await control(sandbox, 'autotask/unfreeze', { through: '2025-09-30' });
    const { given, bill } = openHarness(sandbox, {}, { organizationId: DENTAL });
    const { result } = await bill(await given('2025-10-17'), null);
    expect(adjustmentsSent()).toContain(500);
    expect([result.posted, result.held.lines]).toEqual([DENTAL_POSTED, 0]);
    const before = sandbox.state().autotask.charges;
    await bill(await given('2025-10-18'), null);
    expect(sandbox.state().autotask.charges).toEqual(before);
  });

  test('is told apart from a person’s change, which the next plan balances', async () => {
    const { given, bill } = await open({ unitPriceDecimals: 2 }, {}, 100);
    const { status, result } = await bill(await given(AS_OF), null, lowered);
    expect([status, result.held.lines > 0, charges(SEATS)]).toEqual(['NeedsAttention', true, []]);
    expect((await bill(await given('2025-10-11'), null)).result.posted.sales).toBe('295.01');
  });

  /** A person lowers the row after it was adjusted, before it is read back. */
  async function lowered(): Promise<void> {
    const row = sandbox
      .state()
      .autotask.unitRows.find(({ contractID, startDate }) => contractID === SEATS && String(startDate).startsWith('2025-10'));
    await fetch(`${sandbox.url}/_sandbox/autotask/unitRows/${row!.id}`, {
      method: 'PATCH',
      body: JSON.stringify({ price: 90 }),
    });
  }
});

describe('what was written is read back', () => {
  // Twice the amount was once called posted, when the row alone seemed to be enough.
  test('is not posted until the charge shows', async () => {
    const { given, bill } = await open({ periodStart: 'duplicate', visibleAfterMs: LATE_MS }, { wait: fast, beforeStep: byHand });
    const { status, result } = await bill(await given(AS_OF), null);
    expect([october(SEATS), charges(SEATS)]).toEqual([[[3, 108, 94.5]], [[36, 31.5]]]);
    expect([status, result.posted.sales, result.held.sales]).toEqual(['NeedsAttention', '195.01', '108.00']);
    expect(result.items.find(({ outcome }) => outcome === 'held')).toMatchObject({
      subscriptionId: 'seats-0002',
      reason: 'verify-mismatch',
    });
    expect((await bill(await given('2025-10-11'), null)).result.posted.sales).toBe('303.01');
    expect([october(SEATS), charges(SEATS)]).toEqual([[[3, 108, 94.5]], []]);
  });

  test('and is posted when it shows, however late', async () => {
    const { given, bill } = await open({ visibleAfterMs: LATE_MS }, { wait: fast });
    const { status, result } = await bill(await given(AS_OF), null);
    expect([status, result.posted.sales, result.held.lines]).toEqual(['Done', '303.01', 0]);
  });

  /** A person sets the row to what the month comes to, between the plan and its charge. */
  async function byHand({ step }: StepRequest): Promise<void> {
    if (step.kind !== 'postCharge' || step.contractId !== SEATS) return;
    const row = sandbox
      .state()
      .autotask.unitRows.find(({ contractID, startDate }) => contractID === SEATS && String(startDate).startsWith('2025-10'));
    await fetch(`${sandbox.url}/_sandbox/autotask/unitRows/${row!.id}`, {
      method: 'PATCH',
      body: JSON.stringify({ units: 3, price: 108, cost: 94.5 }),
    });
  }
});
