import { describe, expect, test } from '@jest/globals';
import { companyIdOf, cutReport, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import type { Line, Report, Subscription } from '../../shared/billing/types.js';
import { AS_OF, CODE, line, manualLine, organization, price, report, subscription } from './builders.js';

/** Rule 1: the report cut by day, compared with last month's, and cut into one slice per organization. */

const facts = (changes: Partial<Report>, asOf = '2025-10-12') => cutReport(report(changes), asOf).facts;

describe('what this month is compared with (1.4)', () => {
  const september = Array.from({ length: 30 }, (_, index) =>
    line({ billingDate: `2025-09-${String(index + 1).padStart(2, '0')}`, sales: '1' }),
  );
  test.each([
    ['2025-10-01', 0, 'cut three days before last month'],
    ['2025-10-04', 0, 'cut on the first'],
    ['2025-10-05', 1, 'one day of last month'],
    ['2025-10-12', 8, 'eight days'],
    ['2025-10-31', 26, 'the 30th stands for the 31st'],
    ['2025-11-01', 30, 'the month is over: all of it'],
    ['2025-12-15', 30, 'long over: all of it'],
    ['2025-09-20', 0, 'not begun'],
  ])('on %s, %i lines: %s', (asOf, count) => {
    expect(facts({ previousLines: september }, asOf).previousLines).toBe(count);
  });

  test('lines of other months are compared with nothing, but counted (1.7)', () => {
    const lines = ['2025-08-31', '2025-09-01', '2025-10-01'].map((billingDate) => line({ billingDate }));
    expect(facts({ previousLines: lines, lines }, '2025-11-20')).toMatchObject({ previousLines: 1, lines: 3 });
  });

  test('a leap year has its 29th of February', () => {
    const february = ['2024-02-25', '2024-02-26'].map((billingDate) => line({ billingDate }));
    expect(facts({ month: '2024-03', lines: [], previousLines: february }, '2024-03-29').previousLines).toBe(1);
  });
});

describe('what concerns the whole month', () => {
  test('one organization alone shares its company with nobody', () => {
    expect(facts({}).jointCompanies).toEqual([]);
  });

  test('sales by currency, exact, in any letters', () => {
    const lines = [line({ sales: '0.1' }), line({ sales: '0.2', currency: 'eur' }), line({ sales: '7', currency: 'CHF' })];
    const { sales, previousSales } = facts({ lines, previousLines: [line({ billingDate: '2025-09-02', sales: '3' })] });
    expect([Object.entries(sales), previousSales]).toEqual([
      [
        ['CHF', '7'],
        ['EUR', '0.3'],
      ],
      { EUR: '3' },
    ]);
  });

  // A manual line is none.
  test('record types are listed in the order of the rules', () => {
    expect(
      facts({ lines: [manualLine(), line({ recordType: 'Marketplace' }), line(), line({ recordType: 'Mystery' })] }).recordTypes,
    ).toEqual(['Csp365Nce', 'Marketplace']);
  });

  test('companies of several active organizations, as numbers, in order', () => {
    const named = (id: string, companyIdText: string | null, isActive = true) => organization({ id, companyIdText, isActive });
    const organizations = [
      ...[named('a', '12'), named('b', ' 012 '), named('c', '7'), named('d', '7')],
      ...[named('e', '9'), named('f', '9', false), named('g', null), named('h', null), named('i', 'x'), named('j', 'x')],
    ];
    const { sharedCompanyIds, jointCompanies } = facts({ organizations, subscriptions: [], lines: [] });
    expect(sharedCompanyIds).toEqual([7, 12]);
    expect(jointCompanies.map(({ companyId, organizationIds }) => [companyId, organizationIds])).toEqual([
      [12, ['a', 'b']],
      [7, ['c', 'd']],
      [9, ['e', 'f']],
    ]);
  });

  test("a company's subscriptions come once from lists and both months", () => {
    const organizations = [organization(), organization({ id: 'ORG-2' })];
    const { jointCompanies } = facts({
      organizations,
      subscriptions: [subscription({ id: 'Listed', organizationId: 'org-2' })],
      lines: [line({ subscriptionId: 'Now' }), line({ subscriptionId: ' ' }), line({ subscriptionId: null })],
      previousLines: [
        line({ subscriptionId: 'Before', billingDate: '2025-09-01', organizationId: 'Org-2' }),
        line({ subscriptionId: 'NOW', billingDate: '2025-09-01' }),
      ],
    });
    expect(jointCompanies).toEqual([
      {
        companyId: 7,
        organizationIds: ['org-1', 'org-2'],
        subscriptionIds: ['before', 'listed', 'now'],
        unsubscribed: [{ organizationId: 'org-1', type: 'Csp365Nce', codeOrProduct: CODE }],
        claims: [
          {
            organizationId: 'org-1',
            serviceId: 'svc-365',
            serviceName: 'Microsoft 365 CSP Direct',
            isCustomService: false,
            subscriptionId: 'now',
            type: 'Csp365Nce',
          },
        ],
      },
    ]);
  });

  test.each([
    ['7', 7],
    [' 007 ', 7],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', undefined],
    ['', undefined],
    ['7a', undefined],
    ['a7', undefined],
    ['-7', undefined],
  ])('the text %j names company %s', (text, id) => expect(companyIdOf(text)).toBe(id));
});

// One that only lines name is kept, and its company is not known.
test('each organization gets its own, whatever the case of its id', () => {
  const { organizations } = cutReport(
    report({
      organizations: [organization({ id: 'ORG-2', name: 'Second', companyIdText: ' 8 ' }), organization({ companyIdText: ' ' })],
      lines: [line(), line({ organizationId: 'org-2' }), line({ organizationId: 'gone', organizationName: 'Gone Ltd' })],
      previousLines: [line({ billingDate: '2025-09-02', organizationId: 'Org-2' })],
      subscriptions: [subscription(), subscription({ id: 's-2', organizationId: 'Org-2' })],
    }),
    '2025-10-12',
  );
  expect(
    organizations.map((slice) => [
      slice.organization,
      slice.lines.length,
      slice.previousLines.length,
      slice.subscriptions.map(({ id }) => id.slice(0, 3)),
    ]),
  ).toEqual([
    [
      {
        id: 'gone',
        name: 'Gone Ltd',
        isActive: false,
        companyIdText: null,
        unreadable: expect.stringMatching(/does not include it/),
        unlisted: true,
      },
      1,
      0,
      [],
    ],
    [organization({ companyIdText: null }), 1, 0, ['111']],
    [organization({ id: 'ORG-2', name: 'Second', companyIdText: '8' }), 1, 1, ['s-2']],
  ]);
});

describe('of last month', () => {
  const previous = (...days: string[]): Line[] => days.map((billingDate) => line({ billingDate }));
  test('what was billed later than the compared part is kept apart', () => {
    const { organizations } = cutReport(report({ previousLines: previous('2025-09-02', '2025-09-20') }), AS_OF);
    expect(organizations[0]).toMatchObject({ previousLines: [{ billingDate: '2025-09-02' }] });
    expect(organizations[0]!.previousLater!.map(({ billingDate }) => billingDate)).toEqual(['2025-09-20']);
  });

  test('what could not be had or read is reported', () => {
    const finding = { vendor: 'Cloudmore', path: 'pricelist', record: '1', member: null, value: null, problem: 'is missing' };
    const made = facts({ previousUnavailable: 'no answer', findings: [finding] });
    expect([made.previousUnavailable, made.findings]).toEqual(['no answer', [finding]]);
    for (const silent of [facts({}), facts({ findings: [] })])
      expect(Object.keys(silent).filter((member) => /^(previousUnavailable|findings)$/.test(member))).toEqual([]);
    expect(Object.keys(facts({}).drop!)).toEqual(['now', 'before']);
  });

  test('a correction by hand does not count as paid once', () => {
    const lines = [manualLine({ itemCode: CODE, sales: '30.00' }), line({ sales: '40.00' })];
    const prices = [price({ paymentMonths: 12 })];
    expect(facts({ lines, prices, previousLines: [] }).drop!.now).toEqual({ EUR: '30' });
  });
});

test('a line billed outside of the month is reported and counted', () => {
  const { organizations } = cutReport(report({ lines: [line({ billingDate: '2025-11-01' })] }), AS_OF);
  expect(organizations[0]!.lines[0]!.trouble).toEqual({
    message: 'The report of 2025-10 has a line of Contoso billed on 2025-11-01, outside the month.',
    holds: 'line',
  });
});

describe('a company of two organizations', () => {
  const claims = (lines: Line[], subscriptions: Subscription[] = []): string[] =>
    facts({
      organizations: [organization(), organization({ id: 'org-2' })],
      lines,
      subscriptions,
    }).jointCompanies[0]!.claims!.map(({ subscriptionId, type }) => `${type} ${subscriptionId}`);
  test('each claims every contract that its lines may be billed on', () => {
    expect(claims([line({ subscriptionId: 'a' }), line({ subscriptionId: 'b' }), line({ subscriptionId: 'A' })])).toEqual([
      'Csp365Nce a',
      'Csp365Nce b',
    ]);
  });

  test('a correction by hand claims only a subscription that is listed', () => {
    const lines = ['listed', 'other'].map((subscriptionId) => manualLine({ subscriptionId }));
    expect(claims(lines, [subscription({ id: 'Listed' })])).toEqual(['ManualBillingLine listed']);
  });
});

describe('a subscription', () => {
  const sliceOf = (changes: Partial<Report>): OrganizationFacts => cutReport(report(changes), AS_OF).organizations[0]!;
  const both = [organization(), organization({ id: 'org-2', name: 'Fabrikam' })];

  test('a subscription without organization belongs to whom its lines name', () => {
    const ownerless = ['s-1', 's-2', ''].map((id) => subscription({ id, organizationId: '' }));
    const lines = [line({ subscriptionId: 'S-1' }), line({ subscriptionId: null })];
    expect(sliceOf({ lines, subscriptions: ownerless }).subscriptions.map(({ id }) => id)).toEqual(['s-1']);
  });

  test('a subscription of last month is reported where another has it', () => {
    const before = ['b', 'a', 'gone', null].map((subscriptionId) => line({ subscriptionId, billingDate: '2025-09-02' }));
    const now = ['b', 'a', null].map((subscriptionId) => line({ subscriptionId, organizationId: 'org-2' }));
    expect(sliceOf({ organizations: both, previousLines: before, lines: now }).elsewhere).toEqual(['a', 'b']);
    expect(Object.keys(sliceOf({ organizations: both, previousLines: before, lines: [] }))).not.toContain('elsewhere');
  });
});

// It said that it was on no list.
test('an organization with an unreadable id says so', () => {
  const trouble = { message: 'Its id is "x".', holds: 'organization' as const };
  const { organizations } = cutReport(report({ lines: [line({ organizationId: 'x', trouble })] }), AS_OF);
  const found = organizations.find(({ organization: { id } }) => id === 'x')!.organization;
  expect(found).toMatchObject({ unreadable: 'Its id is "x".' });
  expect(Object.keys(found)).not.toContain('unlisted');
});
