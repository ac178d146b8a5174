import { describe, expect, test } from '@jest/globals';
import {
  completed,
  type Answers,
  type ClosedReport,
  type Completed,
  type Expected,
} from '../../shared/billing/results/answers.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import { stopped } from '../../shared/billing/derivation/rule-of-reason.js';
import type { CountedAmounts } from '../../shared/billing/report/counted.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import { AS_OF, line, MONTH, plan } from './builders.js';

/** Rule 1.7: which outcome answers for the lines that were counted, and what becomes of those that none answers for. */

const CLOSED: ClosedReport = { month: MONTH, asOf: AS_OF, report: 'report-1', takenAt: '2025-10-12T03:00:00Z' };
const counted = (changes: Partial<CountedAmounts> = {}): CountedAmounts => ({
  currency: 'EUR',
  lines: 1,
  cost: '100',
  sales: '120',
  outside: 0,
  unreadable: 0,
  ...changes,
});
const expected = (changes: Partial<Expected> = {}): Expected => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  amounts: [counted()],
  digest: 'lines-1',
  asked: true,
  ...changes,
});
const answers = (changes: Partial<Answers> = {}): Answers => ({
  report: 'report-1',
  takenAt: CLOSED.takenAt,
  digest: 'lines-1',
  amounts: [counted()],
  ...changes,
});
const posted: PlannedItem = plan().items[0]!;
const outcome = (changes: Partial<Outcome> = {}): Outcome => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  companyId: 7,
  month: MONTH,
  asOf: '2025-10-11',
  status: 'Done',
  items: [posted],
  ghosts: [],
  notes: [],
  steps: plan().steps,
  planDigest: 'd'.repeat(64),
  workflowId: 'billing/default/2025-10/org-1',
  writes: { ...NO_WRITES, charges: 1 },
  calls: { autotask: 7, cloudmore: 8 },
  message: null,
  answers: answers(),
  ...changes,
});
const ofReport = (
  report: string,
  changes: Partial<Outcome> = {},
  takenAt = '2025-10-11T03:00:00Z',
  digest = 'lines-1',
): Outcome => outcome({ ...changes, answers: answers({ report, takenAt, digest }) });

/** What an outcome comes to: "answers", or what is held. */
const said = ({ outcome: { status, items } }: Completed): string => {
  const missing = items.filter(({ reason }) => reason === 'outcome-missing');
  const text = missing.map(({ lines, sales, currency }) => `${lines} lines, ${sales} ${currency}`).join('; ');
  return missing.length === 0 ? 'answers' : `${status}: ${text}`;
};
const MISSING = 'Failed: 1 lines, 120.00 EUR';

describe('an outcome answers for the lines that were counted', () => {
  const withoutAnswers = (changes: Partial<Outcome> = {}): Outcome => {
    const { answers: _, ...earlier } = outcome(changes);
    return earlier;
  };

  test.each<[string, Outcome | null, Partial<Expected>, string]>([
    ['of the report that the month was closed with', outcome(), {}, 'answers'],
    ['of a later report: a rerun took it since', ofReport('report-2', {}, '2025-10-12T03:00:01Z', 'lines-2'), {}, 'answers'],
    ['not one of an earlier report', ofReport('report-0', {}), {}, MISSING],
    ['not one of another report of the same moment', ofReport('report-0', {}, CLOSED.takenAt), {}, MISSING],
    [
      'a waiting one of an earlier report, for the same lines',
      ofReport('report-0', { status: 'AwaitingApproval' }),
      {},
      'answers',
    ],
    ['a left-out one of an earlier report, for the same lines', ofReport('report-0', { status: 'Skipped' }), {}, 'answers'],
    [
      'not one that waits for other lines',
      ofReport('report-0', { status: 'AwaitingApproval' }, undefined, 'lines-0'),
      {},
      MISSING,
    ],
    ['one of an earlier report, left out of this run', ofReport('report-0'), { asked: false }, 'answers'],
    [
      'not one for other lines, though left out of this run',
      ofReport('report-0', {}, undefined, 'lines-0'),
      { asked: false },
      MISSING,
    ],
    ['not one of an earlier release, if the run bills it', withoutAnswers(), {}, MISSING],
    ['one of an earlier release, left out, by its amounts', withoutAnswers(), { asked: false }, 'answers'],
    ['a waiting one of an earlier release, by its amounts', withoutAnswers({ status: 'NeedsAttention' }), {}, 'answers'],
    [
      'not one of an earlier release with other amounts',
      withoutAnswers(),
      { asked: false, amounts: [counted({ sales: '121' })] },
      'Failed: 1 lines, 121.00 EUR',
    ],
    ['none', null, {}, MISSING],
  ])('%s', (_, kept, changes, becomes) => {
    expect(said(completed(kept, expected(changes), CLOSED))).toBe(becomes);
  });

  test('what answers for all of it is as it was', () => {
    const kept = outcome();
    expect(completed(kept, expected(), CLOSED)).toEqual({ outcome: kept, amounts: [counted()] });
  });

  test('a rerun answers for what was counted in its own report', () => {
    const later = answers({
      report: 'report-2',
      takenAt: '2025-10-12T03:00:01Z',
      amounts: [counted({ sales: '130', lines: 2 })],
    });
    const rerun = outcome({ answers: later });
    expect(completed(rerun, expected(), CLOSED).amounts).toEqual(later.amounts);
    expect(said(completed(rerun, expected(), CLOSED))).toBe('NeedsAttention: 1 lines, 10.00 EUR');
    const same = outcome({ answers: { ...later, takenAt: CLOSED.takenAt } });
    expect(completed(same, expected(), CLOSED).amounts).toEqual([counted()]);
  });
});

describe('lines that no outcome answers for', () => {
  const missing = (kept: Outcome | null): Outcome => completed(kept, expected(), CLOSED).outcome;
  const message =
    'No run recorded an outcome for 1 lines of the report, 120.00 EUR. Nobody bills them until a run records an outcome for them.';

  test('are held, as an outcome of their own', () => {
    expect(missing(null)).toEqual({
      organizationId: 'org-1',
      organizationName: 'Contoso',
      companyId: null,
      month: MONTH,
      asOf: AS_OF,
      status: 'Failed',
      items: [
        {
          id: 'outcome-missing-EUR',
          type: 'Unclassified',
          subscriptionId: null,
          itemCode: null,
          contractKey: '',
          currency: 'EUR',
          productName: 'lines without an outcome',
          lines: 1,
          quantity: '0',
          cost: '100.00',
          sales: '120.00',
          exactCost: '100',
          exactSales: '120',
          roundingCost: '0.000000',
          roundingSales: '0.000000',
          contractId: null,
          outcome: 'held',
          reason: 'outcome-missing',
          message,
          because: [stopped('outcome-missing', message)],
          standing: null,
        },
      ],
      ghosts: [],
      notes: [],
      steps: [],
      planDigest: '',
      workflowId: null,
      writes: NO_WRITES,
      calls: NO_CALLS,
      message: 'No run recorded an outcome for its lines.',
    });
  });

  // Its workflow and its ghosts, too.
  test('an outcome for other lines keeps what was billed and accepted', () => {
    const ghost = { contractId: 100 } as Outcome['ghosts'][number];
    const accepted = { asOf: '2025-10-11', items: [] };
    const stale = ofReport('report-0', { ghosts: [ghost], accepted });
    expect(missing(stale)).toMatchObject({
      companyId: 7,
      workflowId: 'billing/default/2025-10/org-1',
      ghosts: [ghost],
      accepted,
      planDigest: '',
      steps: [],
      message: 'The latest outcome is from 2025-10-11, and none covers its lines.',
    });
    expect(missing(stale).items[0]!.message).toMatch(
      /^The latest outcome is from 2025-10-11, and none covers 1 lines of the report, 120\.00 EUR\./,
    );
    expect(missing(ofReport('report-0'))).not.toHaveProperty('accepted');
  });

  // The outcome then waits for a person.
  test('lines without an outcome are held next to those that have one', () => {
    const { outcome: made } = completed(
      outcome(),
      expected({ amounts: [counted({ lines: 3, sales: '150.005', cost: '90' })] }),
      CLOSED,
    );
    expect(made).toMatchObject({ status: 'NeedsAttention', items: [posted, { lines: 2, sales: '30.01', cost: '-10.00' }] });
    expect(made.items[1]).toMatchObject({
      exactSales: '30.005',
      exactCost: '-10',
      roundingSales: '-0.005000',
      roundingCost: '0.000000',
    });
    expect(made.items[1]!.message).toMatch(/^No outcome for Contoso covers 2 lines of the report, 30\.01 EUR\./);
  });

  test.each<[Outcome['status'], Outcome['status']]>([
    ['Done', 'NeedsAttention'],
    ['Skipped', 'NeedsAttention'],
    ['AwaitingApproval', 'AwaitingApproval'],
  ])('make of %s %s', (status, becomes) => {
    const { outcome: made } = completed(outcome({ status }), expected({ amounts: [counted({ lines: 2 })] }), CLOSED);
    expect(made.status).toBe(becomes);
  });

  test.each<[string, CountedAmounts[], string]>([
    ['a line without an amount', [counted({ lines: 2 })], 'NeedsAttention: 1 lines, 0.00 EUR'],
    ['an amount without a line', [counted({ sales: '121' })], 'NeedsAttention: 0 lines, 1.00 EUR'],
    ['a cost alone', [counted({ cost: '99' })], 'NeedsAttention: 0 lines, 0.00 EUR'],
    ['what nobody counted', [], 'NeedsAttention: -1 lines, -120.00 EUR'],
    [
      'currency by currency, in order',
      [counted({ currency: 'USD', sales: '7' }), counted({ currency: 'CHF', lines: 0, cost: '0', sales: '2' })],
      'NeedsAttention: 0 lines, 2.00 CHF; -1 lines, -120.00 EUR; 1 lines, 7.00 USD',
    ],
  ])('are reported with their difference: %s', (_, amounts, becomes) => {
    expect(said(completed(outcome(), expected({ amounts }), CLOSED))).toBe(becomes);
  });

  test('are compared by currency without regard to case', () => {
    const euro = plan({ report: { lines: [line({ currency: 'eur' })] } }).items;
    expect(said(completed(outcome({ items: euro }), expected(), CLOSED))).toBe('answers');
  });
});
