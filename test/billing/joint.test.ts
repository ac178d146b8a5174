import { describe, expect, test } from '@jest/globals';
import type { Report } from '../../shared/billing/types.js';
import {
  amountsOf,
  books,
  contract,
  line,
  manualLine,
  organization,
  plan,
  price,
  row,
  service,
  subscription,
} from './builders.js';
import { AutotaskInMemory } from './memory.js';

/** Two organizations of Cloudmore that name one company of Autotask: none may take away what the other bills. */

const UPFRONT = 'CFQ7TTC0UPFRONT';
const org2 = { organizationId: 'org-2', organizationName: 'Contoso, second tenant' };
const reported: Partial<Report> = {
  lines: [
    line(),
    line({ ...org2, subscriptionId: 'azure-2', recordType: 'AzurePlan', itemCode: null }),
    line({ ...org2, subscriptionId: 'upfront-2', itemCode: UPFRONT }),
    line({ ...org2, subscriptionId: null, recordType: 'Perpetual', itemCode: 'DG7GMGF0D5RK', sales: '970.00' }),
    line({ ...org2, subscriptionId: null, recordType: 'Perpetual', itemCode: null, productName: null }),
    manualLine({ ...org2, subscriptionId: 'azure-2', sales: '-5.00' }),
  ],
  prices: [price(), price({ itemCode: UPFRONT, paymentMonths: 12 })],
  subscriptions: [subscription()],
};
const companies = { both: [organization(), organization({ id: 'org-2' })], settings: { allowSharedCompanies: [7] } };

/** Runs both organizations, the given one first, then asks each what is left to do. */
function runBoth(report: Partial<Report>, order: string[]): { again: string[]; ghosts: string[] } {
  const autotask = new AutotaskInMemory(books());
  const situation = { report, settings: companies.settings, asOf: '2025-10-25' };
  for (const organizationId of order) autotask.apply(plan({ ...situation, books: autotask.books, organizationId }).steps);
  const plans = order.map((organizationId) => plan({ ...situation, books: autotask.books, organizationId }));
  return { again: plans.flatMap(amountsOf), ghosts: plans.flatMap(({ ghosts }) => ghosts.map(({ contractKey }) => contractKey)) };
}

describe('two organizations of one company', () => {
  test.each([
    ['both active, under ALLOW_SHARED_COMPANIES', companies.both],
    ['one of them deactivated', [organization(), organization({ id: 'org-2', isActive: false })]],
  ])('bill side by side in any order: %s', (_, organizations) => {
    for (const order of [
      ['org-1', 'org-2'],
      ['org-2', 'org-1'],
    ])
      expect(runBoth({ ...reported, organizations }, order)).toEqual({ again: [], ghosts: [] });
  });

  test('money on a contract that neither knows is listed by the first', () => {
    const abandoned = books({
      contracts: [contract({ subscriptionId: 'long-gone', number: null })],
      services: [service()],
      rows: [row()],
    });
    const others = ['a-8', 'a-9'].map((id) => organization({ id, companyIdText: '3' }));
    const strangers = others.map(({ id }) => line({ organizationId: id, subscriptionId: `of-${id}` }));
    const ghosts = ['org-1', 'org-2'].map((organizationId) =>
      plan({
        report: { ...reported, lines: [...strangers, ...reported.lines!], organizations: [...others, ...companies.both] },
        settings: { allowSharedCompanies: [3, 7] },
        asOf: '2025-10-25',
        books: abandoned,
        organizationId,
        named: { subscriptions: [['long-gone', 'org-3', []]] },
      }).ghosts.map(({ outcome, sales }) => `${outcome} ${sales}`),
    );
    expect(ghosts).toEqual([['ghost 120.00'], []]);
  });

  // Each left it to the other.
  test('a perpetual licence that vanished from either report is listed', () => {
    const perpetual = reported.lines!.filter(({ subscriptionId }) => subscriptionId === null);
    const situation = { settings: companies.settings, asOf: '2025-10-25' };
    const autotask = new AutotaskInMemory(books());
    const billed = { ...reported, organizations: companies.both, lines: perpetual };
    autotask.apply(plan({ ...situation, report: billed, books: autotask.books, organizationId: 'org-2' }).steps);
    const ghostsOf = (report: Partial<Report>): number[] =>
      ['org-1', 'org-2'].map(
        (organizationId) => plan({ ...situation, report, books: autotask.books, organizationId }).ghosts.length,
      );
    expect(ghostsOf(billed)).toEqual([0, 0]);
    expect(ghostsOf({ ...billed, lines: [line()], prices: [] })).toEqual([2, 0]);
  });
});
