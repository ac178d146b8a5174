import { expect, test } from '@jest/globals';
import { PLAIN } from '../../client/terminal/paper.js';
import { renderMonth } from '../../client/commands/run/text.js';
import type { ItemResult, MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import { blankMonth, NOTHING } from '../../workflows/empty-month.js';

/** What `billing run --wait` shows at its end. */

const item = (sales: string, reason: string, outcome: ItemResult['outcome'] = 'held'): ItemResult => ({
  ...{ currency: 'EUR', subscriptionId: 's-1', recordType: 'Csp365Nce', itemCode: null, productName: `Product for ${sales}` },
  ...{ contractId: null, quantity: 1, cost: '0.00', sales, outcome, reason, message: null, cause: `Told by ${sales}.` },
});

const organization = (name: string, ...items: ItemResult[]): OrganizationResult => ({
  ...{ organizationId: name.toLowerCase(), organizationName: name, companyId: 7, status: 'NeedsAttention', otherCurrencies: [] },
  ...{ report: { lines: 1, cost: '0.00', sales: items[0]!.sales }, posted: NOTHING, held: NOTHING, excluded: NOTHING },
  ...{ items, planDigest: null, workflowId: null, waitsSince: null },
});

const month = (...organizations: OrganizationResult[]): MonthResult => ({
  ...blankMonth('default', '2025-10', '2025-10-17', 'auto'),
  ...{ currency: 'EUR', digest: 'd1', organizations },
});

const shown = (result: MonthResult, isFull = false): string =>
  renderMonth({ month: result, heldMonth: null, nothingDue: [], isFull }, PLAIN);

test('a customer is one block: waits first, then the largest', () => {
  const text = shown(
    month(
      organization('Small', item('10.00', 'company-inactive')),
      organization('Aside', item('900.00', 'custom-service', 'excluded')),
      organization('Large', item('20.00', 'api-error'), item('300.00', 'breaker-item')),
    ),
  );
  expect(text.split('\n').filter((line) => /^[!?-] /.test(line))).toEqual([
    "! Large: held (item's breaker). Told by 300.00.",
    '! Large: held (Autotask error). Told by 20.00.',
    '! Small: held (company inactive). Told by 10.00.',
    '- Aside: excluded (custom service). Told by 900.00.',
  ]);
  expect(text).toMatch(/Aside +needs attention +900\.00.*\nLarge.*\nSmall/);
});

test('300 customers fit 200 lines, and the end says more', () => {
  const customers = Array.from({ length: 300 }, (_, at) => organization(`C${at}`, item(`${at}.00`, 'api-error')));
  const text = shown(month(...customers));
  expect(text.split('\n').length).toBeLessThanOrEqual(200);
  expect(text).toMatch(/… and 260 more organizations: billing report 2025-10 --full/);
  expect(text).toMatch(/! C299: held .*\n.*\n.*\n! C298/);
  expect(shown(month(...customers), true)).toContain('! C0: held');
});
