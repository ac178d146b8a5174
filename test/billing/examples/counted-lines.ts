import { completed, type Answers, type ClosedReport, type Expected } from '../../../shared/billing/results/answers.js';
import { countedReport, countedTotal, type CountedLines } from '../../../shared/billing/report/counted.js';
import { Reconciliation } from '../../../shared/billing/results/reconcile.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../../shared/billing/results/results.js';
import { plan } from '../builders.js';
import { table } from './table.js';

/** Rule 1.7: lines are counted while the report is read, and compared with what outcomes answer for. */

const lines = (changes: Partial<CountedLines> = {}): CountedLines => ({
  organizationId: 'org-1',
  organizationName: 'Contoso',
  currency: 'EUR',
  day: '2025-10-08',
  lines: 1,
  cost: '100',
  sales: '120',
  unreadable: 0,
  ...changes,
});

/** The report on 12 October, as it was counted. */
function counted(...all: CountedLines[]): string {
  const [total] = countedTotal(countedReport(all, '2025-10', '2025-10-12'));
  if (total === undefined) return '0 lines';
  const kinds = [
    total.outside > 0 ? `${total.outside} outside` : '',
    total.unreadable > 0 ? `${total.unreadable} unreadable` : '',
  ];
  return [`${total.lines} lines, ${total.sales} / ${total.cost}`, ...kinds.filter((kind) => kind !== '')].join(', ');
}

const CLOSED: ClosedReport = { month: '2025-10', asOf: '2025-10-12', report: 'today', takenAt: '2025-10-12T03:00:00Z' };
const AMOUNTS = countedReport([lines()], '2025-10', '2025-10-12')[0]!;
const answers = (changes: Partial<Answers> = {}): Answers => ({
  report: 'today',
  takenAt: CLOSED.takenAt,
  digest: 'these',
  amounts: AMOUNTS.amounts,
  ...changes,
});
const YESTERDAY = { report: 'yesterday', takenAt: '2025-10-11T03:00:00Z' };

function outcomeWith(changes: Partial<Outcome>): Outcome {
  const { digest, ...decided } = plan();
  return {
    ...{ ...decided, planDigest: digest, status: 'Done', workflowId: null },
    ...{ writes: NO_WRITES, calls: NO_CALLS, message: null, answers: answers() },
    ...changes,
  };
}

/** What a month comes to whose report had Contoso's line, with an outcome of Contoso's or without. */
function month(outcome: Outcome | null, changes: Partial<Expected> = {}): string {
  const expected: Expected = { ...AMOUNTS, digest: 'these', asked: true, ...changes };
  const whole = completed(outcome, expected, CLOSED);
  const facts = { month: '2025-10', asOf: '2025-10-12', unassigned: [] };
  const reconciliation = new Reconciliation({ broker: 'default', mode: 'auto', currency: 'EUR', facts, calls: NO_CALLS });
  const organization = reconciliation.add(whole.outcome, whole.amounts);
  const { report, posted, held } = reconciliation.result([organization]);
  return `report ${report.sales} = posted ${posted.sales} + held ${held.sales}, ${organization.status}`;
}

export const countedLines = table<() => string>('1', 'Comes to', (comes) => comes(), [
  ['1.7 due and not yet due (1.1)', () => counted(lines(), lines({ day: '2025-10-12' })), '1 lines, 120 / 100'],
  ['1.7 a billing date outside the month', () => counted(lines(), lines({ day: '2025-11-02' })), '2 lines, 240 / 200, 1 outside'],
  ['1.7 a billing date that cannot be read', () => counted(lines({ day: null })), '1 lines, 120 / 100, 1 unreadable'],
  ['1.7 an amount that cannot be read', () => counted(lines({ sales: '0', unreadable: 1 })), '1 lines, 0 / 100, 1 unreadable'],
  ['1.7 without a customer: unassigned (1.5)', () => counted(lines({ organizationId: null })), '0 lines'],
  ['1.7 an outcome of this run', () => month(outcomeWith({})), 'report 120.00 = posted 120.00 + held 0.00, Done'],
  [
    '1.7 no outcome: the workflow was ended, or could not keep it',
    () => month(null),
    'report 120.00 = posted 0.00 + held 120.00, Failed',
  ],
  [
    '1.7 that of yesterday, for the same lines',
    () => month(outcomeWith({ answers: answers(YESTERDAY) })),
    'report 120.00 = posted 0.00 + held 120.00, Failed',
  ],
  [
    '1.7 the same for a customer that the run left out',
    () => month(outcomeWith({ answers: answers(YESTERDAY) }), { asked: false }),
    'report 120.00 = posted 120.00 + held 0.00, Done',
  ],
  [
    '1.7 for other lines',
    () => month(outcomeWith({ answers: answers({ ...YESTERDAY, digest: 'others' }) }), { asked: false }),
    'report 120.00 = posted 0.00 + held 120.00, Failed',
  ],
  [
    '1.7 that of a later rerun, with its own report',
    () => month(outcomeWith({ answers: answers({ report: 'later', takenAt: '2025-10-12T09:00:00Z' }) })),
    'report 120.00 = posted 120.00 + held 0.00, Done',
  ],
  [
    '1.7 one that answers for less than was counted',
    () => month(outcomeWith({}), countedReport([lines(), lines({ sales: '7.50', cost: '5' })], '2025-10', '2025-10-12')[0]),
    'report 127.50 = posted 120.00 + held 7.50, NeedsAttention',
  ],
]);
