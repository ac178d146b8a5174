import { expect, test } from '@jest/globals';
import { isDone } from '../../activities/finish/monthly-report.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import type { Day } from '../../shared/billing/types.js';
import { blankMonth, NOTHING } from '../../workflows/empty-month.js';

/** When a month is done, so that its report is mailed. */

const ONE = { lines: 1, cost: '10.00', sales: '12.00' };
const item = { outcome: 'posted', recordType: 'Csp365Nce' };
const organization = { organizationId: 'o', status: 'Done', items: [item] };
const done = {
  ...blankMonth('default', '2025-10', '2025-11-03', 'auto'),
  ...{ currency: 'EUR', report: ONE, posted: ONE },
  organizations: [organization],
} as unknown as MonthResult;
const AFTER = '2025-11-03';

const cases: [what: string, changes: object, asOf: Day, isMailed: boolean][] = [
  ['over, billed, and nothing waits', {}, AFTER, true],
  ['not over', {}, '2025-10-31', false],
  ['over, whose report is next month’s, still open', { reportMonth: '2025-11' }, AFTER, false],
  ['whose report is last month’s, which is over', { reportMonth: '2025-09' }, AFTER, true],
  ['in shadow mode', { mode: 'shadow' }, AFTER, false],
  ['with an amount held', { held: ONE }, AFTER, false],
  [
    'with an amount held in another currency',
    { otherCurrencies: [{ currency: 'USD', report: ONE, posted: NOTHING, held: ONE, excluded: NOTHING }] },
    AFTER,
    false,
  ],
  ["with last month's amount awaiting its report", { awaiting: ONE }, AFTER, false],
  ['with a customer that waits', { organizations: [organization, { ...organization, status: 'NeedsAttention' }] }, AFTER, false],
  ['with a customer that failed', { organizations: [{ ...organization, status: 'Failed' }] }, AFTER, false],
  [
    "without Microsoft's lines",
    { organizations: [{ ...organization, items: [{ ...item, recordType: 'CustomService' }] }] },
    AFTER,
    false,
  ],
  ['without a line', { report: NOTHING }, AFTER, false],
];
test.each(cases)('mailed? A month %s', (_, changes, asOf, isMailed) => {
  expect(isDone({ result: { ...done, ...changes }, heldMonth: null }, asOf, 12)).toBe(isMailed);
});

test('a month that is held as a whole is not done', () => {
  expect(isDone({ result: done, heldMonth: 'much smaller than last month' }, AFTER, 12)).toBe(false);
});
