import { describe, expect, test } from '@jest/globals';
import { InvariantViolation } from '../../shared/billing/plan/invariants.js';
import { command } from '../../shared/billing/basics/command.js';
import type { CountedAmounts } from '../../shared/billing/report/counted.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import { monthResult, organizationResult } from '../../shared/billing/results/reconcile.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import { countWrites } from '../../shared/billing/results/tally.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import { ghost, plan } from './builders.js';
import { STEP_KINDS } from '../../shared/billing/basics/step-kinds.js';

/** Outcomes to what a person reads. */

const item = (changes: Partial<PlannedItem> = {}): PlannedItem => ({ ...plan().items[0]!, ...changes });
const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  companyId: 7,
  month: '2025-10',
  asOf: '2025-10-12',
  status: 'Done',
  items: [item()],
  ghosts: [],
  notes: [],
  steps: [],
  planDigest: 'd'.repeat(64),
  workflowId: 'billing/default/2025-10/org-1',
  writes: { services: 1, products: 2, contracts: 3, extensions: 4, adjustments: 5, charges: 6 },
  calls: { autotask: 7, cloudmore: 8 },
  message: null,
  ...changes,
});
const frame = {
  broker: 'default',
  mode: 'auto' as const,
  currency: 'EUR',
  facts: { month: '2025-10', asOf: '2025-10-12', unassigned: [] },
  calls: { autotask: 100, cloudmore: 200 },
};

describe('report = posted + held + excluded', () => {
  const items = (): PlannedItem[] => [
    item({ lines: 2 }),
    item({ outcome: 'held', reason: 'period-frozen', message: 'Frozen.', cost: '1.00', sales: '2.00', quantity: '2.5' }),
    item({ outcome: 'excluded', reason: 'record-type-off', message: 'Off.', cost: '0.10', sales: '0.20', itemCode: null }),
    item({ currency: 'USD', sales: '9.00', roundingSales: '0.004' }),
    item({ currency: 'CHF', sales: '8.00', outcome: 'held', reason: 'unclassified', message: 'Unknown.' }),
    item({ roundingSales: '0.001', roundingCost: '-0.002', lines: 1 }),
    item({ roundingSales: '0.002', roundingCost: '0.002', currency: 'eur' }),
  ];
  const ghosts = [ghost(), ghost({ outcome: 'awaiting', sales: '5.00' }), ghost({ outcome: 'zeroed', sales: '99.00' })];

  // 12.345 dinar were shown as 12.350, which the report does not say.
  test('what dinars cannot post is shown as rounding', () => {
    const dinars = item({
      ...{ currency: 'KWD', exactCost: '1.2345', cost: '1.230', roundingCost: '0.0045' },
      ...{ exactSales: '12.345', sales: '12.350', roundingSales: '-0.005' },
    });
    const counted = [{ currency: 'KWD', lines: 1, cost: '1.2345', sales: '12.345', outside: 0, unreadable: 0 }];
    const all = new Map([['org-1', counted]]);
    for (const currency of ['KWD', 'EUR']) {
      const month = monthResult({ ...frame, currency }, [outcome({ items: [dinars] })], all);
      const own = currency === 'KWD' ? month : month.otherCurrencies[0]!;
      const amounts = { lines: 1, cost: '1.235', sales: '12.345' };
      expect([own.report, own.posted, month.organizations[0]!.items[0]!.sales]).toEqual([amounts, amounts, '12.345']);
      if (currency === 'KWD') expect(month.rounding).toEqual({ cost: '0.0045', sales: '-0.005' });
    }
  });

  test('an organization has its sums by currency, items and ghosts', () => {
    const result = organizationResult(outcome({ items: items(), ghosts }), 'EUR');
    const { items: rows, ...sums } = result;
    expect(sums).toEqual({
      organizationId: 'org-1',
      organizationName: 'Contoso',
      companyId: 7,
      status: 'Done',
      report: { lines: 6, cost: '301.10', sales: '362.20' },
      posted: { lines: 4, cost: '300.00', sales: '360.00' },
      held: { lines: 1, cost: '1.00', sales: '2.00' },
      excluded: { lines: 1, cost: '0.10', sales: '0.20' },
      otherCurrencies: [
        {
          currency: 'CHF',
          report: { lines: 1, cost: '100.00', sales: '8.00' },
          posted: { lines: 0, cost: '0.00', sales: '0.00' },
          held: { lines: 1, cost: '100.00', sales: '8.00' },
          excluded: { lines: 0, cost: '0.00', sales: '0.00' },
        },
        {
          currency: 'USD',
          report: { lines: 1, cost: '100.00', sales: '9.00' },
          posted: { lines: 1, cost: '100.00', sales: '9.00' },
          held: { lines: 0, cost: '0.00', sales: '0.00' },
          excluded: { lines: 0, cost: '0.00', sales: '0.00' },
        },
      ],
      planDigest: 'd'.repeat(64),
      workflowId: 'billing/default/2025-10/org-1',
      waitsSince: null,
    });
    expect(rows.map(({ outcome: what, reason, quantity, sales, cause }) => [what, reason, quantity, sales, cause])).toEqual([
      ['posted', null, 10, '120.00', null],
      ['held', 'period-frozen', 2.5, '2.00', 'Frozen.'],
      ['excluded', 'record-type-off', 10, '0.20', 'Off.'],
      ['posted', null, 10, '9.00', null],
      ['held', 'unclassified', 10, '8.00', 'Unknown.'],
      ['posted', null, 10, '120.00', null],
      ['posted', null, 10, '120.00', null],
      ['ghost', 'ghost', 3, '12.00', 'Look.'],
      ['awaiting', 'awaiting-report', 3, '5.00', 'Look.'],
    ]);
    expect(rows[0]).toEqual({
      currency: 'EUR',
      subscriptionId: '11111111-1111-4111-8111-111111111111',
      recordType: 'Csp365Nce',
      itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
      productName: 'Business Premium',
      contractId: null,
      quantity: 10,
      cost: '100.00',
      sales: '120.00',
      outcome: 'posted',
      reason: null,
      cause: null,
      command: null,
      message: null,
    });
    expect(rows[7]).toMatchObject({
      currency: 'EUR',
      subscriptionId: 's-1',
      recordType: 'Csp365Nce',
      itemCode: 'CFQ7',
      productName: 'CFQ7',
      contractId: 100,
      cost: '10.00',
      message: expect.stringContaining('12.00 EUR') as unknown,
    });
    expect(organizationResult(outcome({ ghosts: [ghost({ itemCode: null })] }), 'EUR').items[1]?.productName).toBe('Csp365Nce');
  });

  // The day it began to wait, else the day of the run.
  test('what waits says since when', () => {
    const since = (changes: Partial<Outcome>) => organizationResult(outcome(changes), 'EUR').waitsSince;
    expect(since({ status: 'NeedsAttention' })).toBe('2025-10-12');
    expect(since({ status: 'NeedsAttention', waitsSince: '2025-10-09' })).toBe('2025-10-09');
    expect(since({ status: 'Done', waitsSince: '2025-10-09' })).toBeNull();
  });

  test('a month sums its organizations in order of their ids', () => {
    const unassigned = [
      { invoiceNumber: '1', customerName: null, productName: null, currency: 'EUR', cost: '5.10', sales: '6.00' },
      { invoiceNumber: '1', customerName: null, productName: null, currency: 'USD', cost: '1.00', sales: '1.00' },
    ];
    const second = outcome({
      organizationId: 'org-0',
      items: [],
      ghosts: [ghost({ currency: 'USD' })],
      writes: NO_WRITES,
      calls: NO_CALLS,
    });
    const { organizations, digest, ...month } = monthResult({ ...frame, facts: { ...frame.facts, unassigned } }, [
      outcome({ items: items(), ghosts }),
      second,
    ]);
    expect(organizations.map(({ organizationId }) => organizationId)).toEqual(['org-0', 'org-1']);
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(month).toEqual({
      broker: 'default',
      month: '2025-10',
      asOf: '2025-10-12',
      currency: 'EUR',
      mode: 'auto',
      report: { lines: 6, cost: '301.10', sales: '362.20' },
      posted: { lines: 4, cost: '300.00', sales: '360.00' },
      held: { lines: 1, cost: '1.00', sales: '2.00' },
      excluded: { lines: 1, cost: '0.10', sales: '0.20' },
      unassigned: { lines: 1, cost: '5.10', sales: '6.00' },
      awaiting: { lines: 1, cost: '10.00', sales: '5.00' },
      ghosts: { lines: 1, cost: '10.00', sales: '12.00' },
      rounding: { cost: '0', sales: '0.003' },
      otherCurrencies: expect.any(Array) as unknown,
      writes: { services: 1, products: 2, contracts: 3, extensions: 4, adjustments: 5, charges: 6 },
      calls: { autotask: 107, cloudmore: 208 },
    });
    expect(month.otherCurrencies.map(({ currency }) => currency)).toEqual(['CHF', 'USD']);
  });

  test('two organizations add up what they wrote and asked', () => {
    const { writes, calls } = monthResult(frame, [outcome(), outcome({ organizationId: 'org-2' })]);
    expect([writes, calls]).toEqual([
      { services: 2, products: 4, contracts: 6, extensions: 8, adjustments: 10, charges: 12 },
      { autotask: 114, cloudmore: 216 },
    ]);
  });

  test('the digest covers report and outcomes, not who ran them', () => {
    const digestWith = (changes: Partial<Outcome>): string => monthResult(frame, [outcome(changes)]).digest;
    expect(digestWith({ workflowId: null, planDigest: '', status: 'Unchanged' })).toBe(digestWith({}));
    expect(digestWith({ items: [item({ sales: '120.01' })] })).not.toBe(digestWith({}));
    expect(monthResult({ ...frame, facts: { ...frame.facts, month: '2025-11' } }, [outcome()]).digest).not.toBe(digestWith({}));
  });

  test("a month's digest covers the month and its organizations", () => {
    const { digest, organizations } = monthResult(frame, [outcome(), outcome({ organizationId: 'org-2' })]);
    const shown = organizations.map(
      ({ workflowId: _id, planDigest: _plan, status: _status, waitsSince: _since, ...result }) => result,
    );
    expect(digest).toBe(digestOf([frame.facts.month, shown]));
  });

  // It was shown.
  test.each(['cost', 'sales'] as const)('%s that does not add up stops the month', (side) => {
    const halves = [item({ [side]: '0.005' }), item({ [side]: '0.005', outcome: 'held', reason: 'api-error' })];
    expect(() => organizationResult(outcome({ items: halves }), 'EUR')).toThrow(InvariantViolation);
  });

  test('the sentence says which sums', () => {
    const halves = [item({ sales: '0.005' }), item({ sales: '0.005', outcome: 'held', reason: 'api-error' })];
    expect(() => organizationResult(outcome({ items: halves }), 'EUR')).toThrow(
      'Invariant 1: in EUR the report is not posted + held + excluded. Nothing was written; please report this.',
    );
  });
});

describe('1.7 the report is its count, less the rounding', () => {
  const counts = (changes: Partial<CountedAmounts>): CountedAmounts => ({
    ...{ currency: 'EUR', lines: 1, cost: '100', sales: '120', outside: 0, unreadable: 0 },
    ...changes,
  });
  const resultOf = (counted: CountedAmounts[], items = [item()]) => organizationResult(outcome({ items }), 'EUR', counted);
  const half = item({ exactSales: '120.004', sales: '120.00', exactCost: '99.998', cost: '100.00' });

  test('of its own currency, in whatever letters', () => {
    const inDollars = { ...item(), currency: 'USD' };
    const { report, otherCurrencies } = resultOf([counts({ currency: 'eur' }), counts({ currency: 'USD' })], [item(), inDollars]);
    expect([report, otherCurrencies.map((one) => [one.currency, one.report])]).toEqual([
      { lines: 1, cost: '100.00', sales: '120.00' },
      [['USD', { lines: 1, cost: '100.00', sales: '120.00' }]],
    ]);
  });

  test('of several sums of one currency, together', () => {
    const parts = [counts({ lines: 1, cost: '60', sales: '70' }), counts({ lines: 0, cost: '40', sales: '50' })];
    expect(resultOf(parts).report).toEqual({ lines: 1, cost: '100.00', sales: '120.00' });
  });

  test('with what could not be billed to the minor unit taken off', () => {
    expect(resultOf([counts({ cost: '99.998', sales: '120.004' })], [half]).report).toEqual({
      lines: 1,
      cost: '100.00',
      sales: '120.00',
    });
  });

  test.each<[what: string, counted: CountedAmounts[]]>([
    ['a line more', [counts({ lines: 2 })]],
    ['other sales', [counts({ sales: '120.01' })]],
    ['another cost', [counts({ cost: '100.01' })]],
    ['nothing', []],
    ['a currency that no item has', [counts({}), counts({ currency: 'USD' })]],
  ])('is not reported where it has %s', (_, counted) => {
    expect(() => resultOf(counted)).toThrow(InvariantViolation);
  });

  test("the month's report is counted where every organization was, else summed", () => {
    const two = [outcome({ organizationId: 'org-1' }), outcome({ organizationId: 'org-2' })];
    const both = new Map(['org-1', 'org-2'].map((id) => [id, [counts({})]]));
    expect(monthResult(frame, two, both).report).toEqual({ lines: 2, cost: '200.00', sales: '240.00' });
    expect(monthResult(frame, two, new Map([['org-1', [counts({})]]])).report.lines).toBe(2);
    expect(monthResult(frame, two, new Map([['org-2', [counts({})]]])).report.lines).toBe(2);
    const short = new Map([...both, ['org-2', [counts({ lines: 3 })]]]);
    expect(() => monthResult(frame, two, short)).toThrow(InvariantViolation);
  });
});

describe('what else a result says', () => {
  test('which persons a release is still without, and nothing where none is', () => {
    expect(organizationResult(outcome({ missingPersons: 'a second person' }), 'EUR').missingPersons).toBe('a second person');
    expect(organizationResult(outcome(), 'EUR')).not.toHaveProperty('missingPersons');
  });

  test('a result names ten steps of a release and counts more', () => {
    const onRelease = Array.from({ length: 12 }, (_, at) => ({ mark: '+' as const, text: `Step ${at}` }));
    expect(organizationResult(outcome({ onRelease }), 'EUR')).toMatchObject({
      onRelease: onRelease.slice(0, 10),
      onReleaseMore: 2,
    });
    const ten = organizationResult(outcome({ onRelease: onRelease.slice(0, 10) }), 'EUR');
    expect(ten.onRelease).toHaveLength(10);
    expect(ten).not.toHaveProperty('onReleaseMore');
    expect(organizationResult(outcome(), 'EUR')).not.toHaveProperty('onRelease');
  });

  test('a dismissed ghost has its reason, no command and no count', () => {
    const looked = { ...ghost({ dismissed: 'as agreed' }), command: command('dismiss', '2025-10') };
    const { items } = organizationResult(outcome({ items: [], ghosts: [looked, ghost({ command: looked.command })] }), 'EUR');
    expect(items.map(({ reason, cause, command: next }) => [reason, cause, next])).toEqual([
      ['dismissed', 'Look. Dismissed: as agreed', null],
      ['ghost', 'Look.', 'billing dismiss 2025-10'],
    ]);
    expect(monthResult(frame, [outcome({ ghosts: [looked] })]).ghosts.lines).toBe(0);
  });

  test('an item has its own command, none, or its reason’s', () => {
    const held = { outcome: 'held' as const, reason: 'breaker-month' as const, message: 'Look.' };
    const items = [item({ ...held, command: command('run', '2025-10') }), item({ ...held, command: null }), item(held)];
    expect(organizationResult(outcome({ items }), 'EUR').items.map(({ command: next }) => next)).toEqual([
      'billing run 2025-10',
      null,
      'billing approve 2025-10 --breakers',
    ]);
  });

  test('a result shows breakers off, remarks and what was unreadable', () => {
    const unread = { listed: [], more: [] } as unknown as NonNullable<Parameters<typeof monthResult>[0]['unread']>;
    const shown = monthResult({ ...frame, breakers: 'off', remarks: ['Look.'], unread }, []);
    expect([shown.breakers, shown.remarks, shown.unread]).toEqual(['off', ['Look.'], unread]);
    for (const member of ['breakers', 'remarks', 'unread', 'reportMonth'])
      expect(monthResult({ ...frame, remarks: [] }, [])).not.toHaveProperty(member);
  });

  test('1.9 the report’s month where it is another', () => {
    expect(monthResult({ ...frame, facts: { ...frame.facts, reportMonth: '2025-11' } }, [])).toMatchObject({
      month: '2025-10',
      reportMonth: '2025-11',
    });
  });
});

describe('what was written', () => {
  test.each([
    ['ensureService', 'services'],
    ['ensureProduct', 'products'],
    ['upsertContract', 'contracts'],
    ['extendContract', 'extensions'],
    ['postAdjustment', 'adjustments'],
    ['postCharge', 'charges'],
  ] as const)('%s is counted among the %s', (kind, writes) => expect(STEP_KINDS[kind].counts).toBe(writes));

  test('is counted whatever it is', () => {
    expect(countWrites(NO_WRITES)).toBe(0);
    expect(countWrites({ ...NO_WRITES, services: 1, charges: 3 })).toBe(4);
  });
});
