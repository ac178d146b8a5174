import { describe, expect, test } from '@jest/globals';
import { cutReport } from '../../shared/billing/facts.js';
import { monthsDue } from '../../shared/billing/month.js';
import { classify } from '../../shared/billing/record-type.js';
import type { Books, Line, Settings } from '../../shared/billing/types.js';
import {
  amountsOf,
  books,
  charge,
  CODE,
  company,
  contract,
  line,
  manualLine,
  organization,
  outcomesOf,
  plan,
  price,
  report,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from './builders.js';

/** Rules 1 to 6, 8 and 9 as tables. */

describe('which lines, when (1)', () => {
  test('1.1 what became available yesterday is billed today, not what appears today', () => {
    const lines = ['2025-10-08', '2025-10-11', '2025-10-12', '2025-11-01'].map((billingDate) => line({ billingDate }));
    expect(cutReport(report({ lines }), '2025-10-12').facts.lines).toBe(2);
  });

  test.each([
    ['2025-10-01', ['2025-08', '2025-09']],
    ['2025-10-02', ['2025-09', '2025-10']],
    ['2025-10-10', ['2025-09', '2025-10']],
    ['2025-10-11', ['2025-10']],
    ['2024-03-01', ['2024-01', '2024-02']],
  ])('1.2 on %s the months %j are treated', (asOf, months) => expect(monthsDue(asOf, 10)).toEqual(months));

  const september = (sales: string, billingDate = '2025-09-08'): Line => line({ billingDate, sales });
  test.each([
    ['about as large as last month', '100.00', '2025-10-20', [september('120.00')], null],
    ['less than half of last month', '59.99', '2025-10-20', [september('120.00')], 'breaker-month'],
    ['exactly half of it', '60.00', '2025-10-20', [september('120.00')], null],
    ['less than half, but last month had as little by now', '59.99', '2025-10-10', [september('120.00', '2025-09-08')], null],
    ['the first there is', '10.00', '2025-10-20', [], null],
  ])('1.4 a report that is %s', (_, sales, asOf, previousLines, reason) => {
    const decided = plan({ report: { lines: [line({ sales })], previousLines }, asOf });
    expect(decided.items.map((item) => item.reason)).toEqual([reason]);
    expect(decided.steps.length === 0).toBe(reason !== null);
  });

  test('1.4 what the breaker holds is released by the digest of the plan as shown, and by no other', () => {
    const situation: Situation = {
      report: { lines: [line({ sales: '10.00' })], previousLines: [september('120.00')] },
      asOf: '2025-10-20',
    };
    const { digest } = plan(situation);
    expect(plan({ ...situation, approvedDigest: digest }).steps).not.toEqual([]);
    expect(plan({ ...situation, approvedDigest: 'f'.repeat(64) }).steps).toEqual([]);
  });
});

describe('line to record type (2.1)', () => {
  const bare: Partial<Line> = { recordType: null, publisherName: null, productId: null, itemCode: null, chargeType: 'new' };
  test.each<[string, Partial<Line>, string]>([
    ['its own record type, whatever the case', { recordType: 'csp365nce' }, 'Csp365Nce'],
    ['PerpetualLicense', { recordType: 'PerpetualLicense' }, 'Perpetual'],
    ['SoftwareSubscription', { recordType: 'SoftwareSubscription' }, 'Subscription'],
    ['a custom service', { ...bare, isCustomService: true }, 'CustomService'],
    ['another publisher than Microsoft', { ...bare, publisherName: 'Litware' }, 'Marketplace'],
    ['an Azure plan by its subscription', { ...bare, subscriptionDescription: 'azure PLAN' }, 'AzurePlan'],
    ['an Azure plan by its product', { ...bare, productName: 'Azure plan' }, 'AzurePlan'],
    ['a reservation', { ...bare, productName: 'Reserved VM Instance' }, 'ReservedInstance'],
    ['a savings plan', { ...bare, skuName: 'Compute Savings Plan' }, 'ReservedInstance'],
    ['a licence of the new commerce', { ...bare, productId: 'CFQ7TTC0LH18' }, 'Csp365Nce'],
    [
      'software paid once for a day',
      { ...bare, productId: 'DG7GMGF0D5RK', paymentFrequency: 'OneTime', startDay: '2025-10-01', endDay: '2025-10-01' },
      'Perpetual',
    ],
    [
      'software paid once for a year',
      { ...bare, productId: 'DG7GMGF0D5RK', paymentFrequency: 'OneTime', startDay: '2025-10-01', endDay: '2026-09-30' },
      'Subscription',
    ],
    ['a legacy offer', { ...bare, itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239' }, 'Csp365Legacy'],
    ['a manual line', { ...bare, chargeType: null }, 'ManualBillingLine'],
    ['nothing that any rule knows', { ...bare, subscriptionId: null }, 'Unclassified'],
  ])('%s', (_, changes, type) => expect(classify(line(changes))).toBe(type));
});

describe('what is not billed, and why (2.2, 2.3, 2.5, 3)', () => {
  const cases: [what: string, situation: Situation, outcome: string][] = [
    ['2.2 a custom service', { report: { lines: [line({ recordType: 'CustomService' })] } }, 'excluded custom-service'],
    ['2.2 a record type that is switched off', { settings: { exportRecordTypes: ['AzurePlan'] } }, 'excluded record-type-off'],
    [
      '2.2 a service that is switched off, by name',
      { settings: { excludeServices: ['microsoft 365 csp direct'] } },
      'excluded service-off',
    ],
    [
      '2.2 a line no rule knows',
      { report: { lines: [line({ recordType: 'Mystery', productId: null, itemCode: null })] } },
      'held unclassified',
    ],
    [
      '2.3 a manual line of a subscription nobody lists',
      { report: { lines: [manualLine()], subscriptions: [] } },
      'held unclassified',
    ],
    [
      '2.3 a manual line without subscription',
      { report: { lines: [manualLine({ subscriptionId: null })] } },
      'held unclassified',
    ],
    [
      '2.3 a manual line alone, of a listed subscription',
      { report: { lines: [manualLine({ sales: '-25.00', cost: '0' })] } },
      'posted',
    ],
    [
      '3.1 an organization without company id',
      { report: { organizations: [organization({ companyIdText: '  ' })] } },
      'excluded company-id-missing',
    ],
    [
      '3.2 a company id that is no number',
      { report: { organizations: [organization({ companyIdText: 'ACME-77' })] } },
      'held company-id-invalid',
    ],
    [
      '3.2 a company id with blanks and zeros',
      { report: { organizations: [organization({ companyIdText: ' 007 ' })] } },
      'posted',
    ],
    [
      '3.2 a company that another active organization names too',
      { report: { organizations: [organization(), organization({ id: 'org-2', companyIdText: '07' })] } },
      'held company-id-shared',
    ],
    [
      '3.2 a company that an inactive organization names too',
      { report: { organizations: [organization(), organization({ id: 'org-2', isActive: false })] } },
      'posted',
    ],
    [
      '3.2 a shared company that is allowed',
      { report: { organizations: [organization(), organization({ id: 'org-2' })] }, settings: { allowSharedCompanies: [7] } },
      'posted',
    ],
    ['3.3 a company that is not there', { books: books({ companies: [] }) }, 'held company-not-found'],
    ['3.3 an inactive company', { books: books({ companies: [company({ isActive: false })] }) }, 'held company-inactive'],
    [
      '3.3 a company billed in another currency',
      { books: books({ companies: [company({ currency: 'USD' })] }) },
      'held currency-mismatch',
    ],
    [
      '2.5 exclusion comes before a missing company id',
      { report: { lines: [line({ recordType: 'CustomService' })], organizations: [organization({ companyIdText: null })] } },
      'excluded custom-service',
    ],
    [
      '2.5 the company comes before an unknown line',
      { report: { lines: [line({ recordType: null, productId: null, itemCode: null })] }, books: books({ companies: [] }) },
      'held company-not-found',
    ],
  ];
  test.each(cases)('%s', (_, situation, outcome) => {
    const decided = plan(situation);
    expect(outcomesOf(decided)).toEqual([outcome]);
    if (outcome !== 'posted') expect(decided.steps).toEqual([]);
  });

  test('2.4 a charge type nobody knows is summed like any other, and mentioned', () => {
    const decided = plan({
      report: { lines: [line(), line({ chargeType: 'transferIn', sales: '12.00', cost: '10.00', quantity: '11' })] },
    });
    expect(decided.items[0]).toMatchObject({ sales: '132.00', quantity: '11' });
    expect(decided.notes.map(({ code }) => code)).toContain('unknown-charge-type');
  });

  test('2.3 a manual line joins the item the subscription list names, else the one with the largest sales', () => {
    const two = [line(), line({ itemCode: 'CFQ7TTC0NEW', sales: '500.00' }), manualLine({ sales: '-5.00', cost: '0' })];
    const sales = (situation: Situation): string[] =>
      plan(situation)
        .items.map((item) => item.sales)
        .sort();
    expect(sales({ report: { lines: two } })).toEqual(['115.00', '500.00']);
    expect(sales({ report: { lines: two, subscriptions: [] } })).toEqual(['120.00', '495.00']);
  });
});

describe('service and product (5)', () => {
  const catalogue = (situation: Situation): unknown[] =>
    plan(situation).steps.filter(({ kind }) => kind === 'ensureService' || kind === 'ensureProduct');

  test.each<[string, Situation, unknown[]]>([
    [
      '5.2 a licence without service gets one, with the price of the price list',
      {},
      [
        {
          serviceId: null,
          serviceKey: CODE,
          unitPrice: '12.00',
          unitCost: '10.00',
          name: 'Business Premium (1 year, paid monthly)',
        },
      ],
    ],
    ['5.2 a found service is reused', { books: books({ services: [service()] }) }, []],
    [
      '5.2 a found service with an old price is brought to the price list',
      { books: books({ services: [service({ unitPrice: '11' })] }) },
      [{ serviceId: 50, unitPrice: '12.00' }],
    ],
    [
      '5.2 off the price list it takes the unit prices of its latest line',
      { report: { prices: [], lines: [line(), line({ billingDate: '2025-10-10', unitSales: '13.00', unitCost: '11.00' })] } },
      [{ unitPrice: '13.00', unitCost: '11.00' }],
    ],
    [
      '5.2 off the price list a found service keeps its price',
      { report: { prices: [] }, books: books({ services: [service({ unitPrice: '99' })] }) },
      [],
    ],
    [
      '5.2 reservations share one service without price',
      { report: { lines: [line({ recordType: 'ReservedInstance' })] } },
      [{ serviceKey: 'cloudmore:reserved-instance', name: 'Reserved Instances', unitPrice: '0' }],
    ],
    ['5.1 a credit alone needs no service', { report: { lines: [line({ quantity: '0', sales: '-1.00' })] } }, []],
    [
      '5.3 Azure shares one product',
      { report: { lines: [line({ recordType: 'AzurePlan' })] } },
      [{ productKey: 'cloudmore:azure-plan', name: 'Azure Plan' }],
    ],
    [
      '5.3 a product with the exact name is reused',
      {
        report: { lines: [line({ recordType: 'AzurePlan' })] },
        books: books({ products: [{ id: 1, name: 'azure plan', key: null, isActive: true }] }),
      },
      [],
    ],
  ])('%s', (_, situation, steps) =>
    expect(catalogue(situation)).toEqual(steps.map((step) => expect.objectContaining(step as object) as unknown)),
  );

  test('5.2 two active services with one key hold the item', () => {
    expect(outcomesOf(plan({ books: books({ services: [service(), service({ id: 51 })] }) }))).toEqual([
      'held service-ambiguous',
    ]);
  });

  test('5.2 a licence is not billed twice because its service was deactivated', () => {
    const held: Books = { ...running(), services: [service({ isActive: false }), service({ id: 51 })] };
    expect(plan({ books: held }).steps).toEqual([]);
  });

  test('5.2 licences that two services of one key bill twice on a contract are held, not called in balance', () => {
    const rows = running().rows;
    const twice: Books = {
      ...running(),
      rows: [...rows, ...rows.map((one) => ({ ...one, id: one.id + 50, serviceId: 51, contractServiceId: 201 }))],
      services: [service(), service({ id: 51, isActive: false })],
    };
    expect(outcomesOf(plan({ books: twice }))).toEqual(['held service-ambiguous']);
    const ended = {
      ...twice,
      rows: twice.rows.map((one) => (one.serviceId === 51 ? { ...one, units: 0, price: '0', cost: '0' } : one)),
    };
    expect(outcomesOf(plan({ books: ended }))).toEqual(['posted']);
  });

  test('5.1 an item of nothing needs nothing', () => {
    expect(plan({ report: { lines: [line({ sales: '0', cost: '0' })] } }).steps).toEqual([]);
  });
});

describe('contracts (6)', () => {
  const held = (changes: Parameters<typeof contract>[0]): Books =>
    books({ contracts: [contract(changes)], services: [service()] });
  test.each<[string, Books, string]>([
    ['6.1 found by the user-defined field', held({ number: null }), 'posted'],
    ['6.1 found by number when the field is empty', held({ subscriptionId: null }), 'posted'],
    ['6.1 found in another case', held({ subscriptionId: SUBSCRIPTION.toUpperCase(), number: null }), 'posted'],
    [
      '6.1 two contracts, one by field and one by number',
      books({ contracts: [contract({ number: null }), contract({ id: 101, subscriptionId: null })] }),
      'held contract-duplicate',
    ],
    ['6.1 only at another company', held({ companyId: 8, number: null }), 'held contract-other-company'],
    ['6.1 inactive', held({ isActive: false }), 'held contract-inactive'],
    ['6.1 of another type', held({ isRecurringService: false }), 'held contract-unsuitable'],
    ['6.1 in yearly periods', held({ isMonthly: false }), 'held contract-unsuitable'],
    ['6.1 not from a first on', held({ startDay: '2025-09-15' }), 'held contract-unsuitable'],
  ])('%s', (_, state, outcome) => expect(outcomesOf(plan({ books: state }))).toEqual([outcome]));

  test.each<[string, Situation, string]>([
    ['6.3 the subscription list says', {}, '2026-03-31'],
    ['6.3 nobody says: eleven months after', { report: { subscriptions: [] } }, '2026-09-30'],
    [
      '6.3 an end before the month: its last day',
      { report: { subscriptions: [subscription({ endDay: '2025-06-30' })] } },
      '2025-10-31',
    ],
    [
      '6.3 one-off: the latest end of its lines',
      { report: { subscriptions: [], prices: [price({ paymentMonths: 12 })], lines: [line({ endDay: '2026-09-14' })] } },
      '2026-09-30',
    ],
    ['6.3 a leap year', { report: { subscriptions: [subscription({ endDay: '2028-02-10' })] } }, '2028-02-29'],
  ])('%s', (_, situation, endDay) =>
    expect(plan(situation).steps.find(({ kind }) => kind === 'upsertContract')).toMatchObject({ startDay: '2025-10-01', endDay }),
  );

  test('6.5 what is ours is put back, what somebody else named is left', () => {
    const state = { ...running(), contracts: [contract({ slaId: null, number: null, name: 'My own name' })] };
    expect(plan({ books: state }).steps).toEqual([
      expect.objectContaining({ kind: 'upsertContract', contractId: 100, set: { slaId: 3, number: SUBSCRIPTION } }),
    ]);
  });

  const OTHER = '22222222-2222-4222-8222-222222222222';
  const rivals = { ...running(), contracts: [contract({ number: OTHER })] };
  test.each<[string, Situation, string[]]>([
    [
      'two subscriptions of the month, one in the field of a contract and one as its number, are both held, not billed over each other',
      { report: { lines: [line(), line({ subscriptionId: OTHER, quantity: '20', sales: '240.00' })] } },
      ['held contract-duplicate', 'held contract-duplicate'],
    ],
    [
      'a contract that carries another subscription of the customer is not taken for its number',
      { report: { lines: [line({ subscriptionId: OTHER })] } },
      ['held contract-duplicate'],
    ],
    ['the subscription in the field goes on alone', {}, ['posted']],
    [
      'a field that somebody overwrote with anything else is put back',
      { books: { ...running(), contracts: [contract({ subscriptionId: 'see note' })] } },
      ['posted'],
    ],
  ])('6.1 %s', (_, situation, outcomes) =>
    expect(outcomesOf(plan({ ...situation, books: situation.books ?? rivals }))).toEqual(outcomes),
  );

  test('6.1 two items of one month on the same service of a contract are both held', () => {
    const twice = [line(), line({ currency: 'USD' })];
    expect(outcomesOf(plan({ report: { lines: twice } })).sort()).toEqual(['held currency-mismatch', 'posted']);
  });
});

describe('money without a line (8)', () => {
  /** The organization's licence is gone from the report; another one keeps the record type in it. */
  const other = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
  const gone = (changes: Situation['report'] = {}): Situation => ({
    books: running(),
    asOf: '2025-10-25',
    report: { lines: [other], organizations: [organization(), organization({ id: 'org-2', companyIdText: '8' })], ...changes },
  });
  const ghosts = (situation: Situation): string[] => plan(situation).ghosts.map(({ outcome, sales }) => `${outcome} ${sales}`);

  test.each<[string, Situation, string[], string[]]>([
    [
      '8.1 until the report of its type comes, last month stands there',
      { ...gone({ lines: [] }), asOf: '2025-10-19' },
      ['awaiting 120.00'],
      [],
    ],
    [
      '8.2 of a deleted subscription it is brought to nothing',
      gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      ['zeroed 120.00'],
      ['2025-10-01: 0 units'],
    ],
    [
      '8.2 of an item code that was replaced likewise',
      gone({ lines: [other, line({ itemCode: 'CFQ7TTC0NEW' })], subscriptions: [subscription({ itemCode: 'CFQ7TTC0NEW' })] }),
      ['zeroed 120.00'],
      ['2025-10-01: 10 units × 12.0000 / 10.0000', '2025-10-01: 0 units'],
    ],
    [
      '8.2 of an item that is paid once likewise',
      gone({ prices: [price({ paymentMonths: 12 })] }),
      ['zeroed 120.00'],
      ['2025-10-01: 0 units'],
    ],
    ['8.3 of an active subscription a person must look', gone(), ['ghost 120.00'], []],
    [
      '8.4 a frozen one is never touched',
      {
        ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
        books: { ...running(), rows: running().rows.map((one) => ({ ...one, frozen: true })) },
      },
      ['ghost 120.00'],
      [],
    ],
    [
      '8.1 a service of somebody else is no ghost',
      { ...gone(), books: { ...running(), services: [service({ key: 'MANAGED' })] } },
      [],
      [],
    ],
    [
      '8.1 a contract of somebody else is not looked at',
      {
        ...gone({ subscriptions: [] }),
        books: { ...running(), contracts: [contract({ subscriptionId: null, number: 'MSA-2025' })] },
      },
      [],
      [],
    ],
    [
      '8.1 a record type that is not exported is not looked at',
      { ...gone(), settings: { exportRecordTypes: ['AzurePlan'] } },
      [],
      [],
    ],
  ])('%s', (_, situation, expected, written) => {
    expect(ghosts(situation)).toEqual(expected);
    expect(amountsOf(plan(situation))).toEqual(written);
  });

  const azureLine = line({ recordType: 'AzurePlan', itemCode: null });
  const azureKey = (): string =>
    plan({ report: { lines: [azureLine] } }).steps.flatMap((step) => (step.kind === 'postCharge' ? [step.chargeKey] : []))[0]!;
  const withCharge = (billed: boolean): Situation => ({
    ...gone(),
    books: { ...running(), rows: [], charges: [charge({ key: azureKey(), price: '75', billed })] },
  });

  test('8.4 an open charge whose item is gone from the report is deleted, a billed one is a ghost', () => {
    expect(amountsOf(plan(withCharge(false)))).toEqual(['delete charge 1 × 0 / 0']);
    expect(ghosts(withCharge(true))).toEqual(['ghost 75.00']);
    expect(plan(withCharge(true)).steps).toEqual([]);
  });

  test('8.1 a contract with a held item is left alone', () => {
    const state: Books = {
      ...running(),
      rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201 })],
      services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD' }), service({ id: 52 })],
    };
    const decided = plan({ books: state, asOf: '2025-10-25' });
    expect(outcomesOf(decided)).toEqual(['held service-ambiguous']);
    expect(decided.ghosts).toEqual([]);
  });
});

describe('circuit breakers (9)', () => {
  const moved = (sales: string, before: string, breakers: Partial<Settings['breakers']> = {}): Situation => ({
    asOf: '2025-10-25',
    report: { lines: [line({ sales })], previousLines: [line({ sales: before, billingDate: '2025-09-08' })] },
    settings: {
      breakers: {
        monthDropPercent: 0,
        organizationPercent: 100,
        organizationAmount: '500',
        itemFactor: 10,
        newContracts: 50,
        ...breakers,
      },
    },
  });

  test.each<[string, Situation, string]>([
    ['9.1 more than doubled, by more than 500', moved('1300.00', '600.00'), 'held breaker-organization'],
    ['9.1 more than doubled, by less than 500', moved('300.00', '100.00'), 'posted'],
    ['9.1 by more than 500, but not doubled', moved('1100.00', '600.00'), 'posted'],
    ['9.1 switched off', moved('1300.00', '600.00', { organizationPercent: 0, itemFactor: 0 }), 'posted'],
    ['9.2 more than ten times', moved('7000.00', '600.00', { organizationPercent: 0 }), 'held breaker-item'],
    ['9.2 less than a tenth', moved('50.00', '600.00', { organizationPercent: 0 }), 'held breaker-item'],
    ['9.2 a month without it before is not compared', moved('7000.00', '0'), 'posted'],
  ])('%s', (_, situation, outcome) => expect(outcomesOf(plan(situation))).toEqual([outcome]));

  test('9.3 more new contracts than a month brings hold all of them, in the first month too', () => {
    const lines = Array.from({ length: 51 }, (_, index) => line({ subscriptionId: `sub-${index}` }));
    const decided = plan({ report: { lines } });
    expect(new Set(outcomesOf(decided))).toEqual(new Set(['held breaker-contracts']));
    expect(decided.steps).toEqual([]);
    expect(plan({ report: { lines }, approvedDigest: decided.digest }).steps.length).toBeGreaterThan(51);
  });
});

test('4.1 the order of the lines never changes the plan', () => {
  const lines = [
    line(),
    line({ chargeType: 'addQuantity', quantity: '-20', sales: '-330', cost: '-1' }),
    line({ quantity: '24', sales: '396' }),
    manualLine({ sales: '-3' }),
    line({ subscriptionId: null, recordType: 'Perpetual' }),
  ];
  const straight = plan({ report: { lines } });
  expect(plan({ report: { lines: [...lines].reverse() } })).toEqual(straight);
});
