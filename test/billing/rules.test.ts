import { describe, expect, test } from '@jest/globals';
import { cutReport } from '../../shared/billing/report/facts.js';
import { paidOnceKeys } from '../../shared/billing/plan/plan.js';
import type { Books, Line, Report } from '../../shared/billing/types.js';
import {
  AS_OF,
  books,
  charge,
  company,
  contract,
  line,
  manualLine,
  organization,
  outcomesOf,
  plan,
  price,
  report,
  running,
  service,
  settings,
  subscription,
  type Situation,
} from './builders.js';

/** Rules 1 to 6 and 9 where one row of a table is not enough. */

describe('the digest of the plan as shown alone releases it', () => {
  const september: Line = line({ billingDate: '2025-09-08' });

  test('1.4 a month that is far too small', () => {
    const situation: Situation = {
      report: { lines: [line({ sales: '10.00' })], previousLines: [september] },
      asOf: '2025-10-20',
    };
    const { digest, steps } = plan(situation);
    expect(steps).toEqual([]);
    expect(plan({ ...situation, approvedDigest: digest }).steps).not.toEqual([]);
    expect(plan({ ...situation, approvedDigest: 'f'.repeat(64) }).steps).toEqual([]);
  });

  test('9.3 more than 50 new contracts are held in the first month', () => {
    const lines = Array.from({ length: 51 }, (_, index) => line({ subscriptionId: `sub-${index}` }));
    const decided = plan({ report: { lines } });
    expect(decided.steps).toEqual([]);
    expect(plan({ report: { lines }, approvedDigest: decided.digest }).steps.length).toBeGreaterThan(51);
  });
});

const azure: Partial<Report> = { lines: [line({ recordType: 'AzurePlan', itemCode: null, subscriptionId: 'azure' })] };
const charged = (amount: string): Books => {
  const [key] = plan({ report: azure }).steps.flatMap((step) => (step.kind === 'postCharge' ? [step.chargeKey] : []));
  return books({
    contracts: [contract({ number: 'azure', subscriptionId: 'azure' })],
    charges: [charge({ key: key!, price: amount })],
  });
};

describe('a release is of what was shown: the digest is another', () => {
  const inactive: Books = books({ companies: [company({ isActive: false })] });
  const dearer = { lines: [line({ sales: '121.00' })] };
  const held = (changes: Partial<Line>): Situation => ({ report: { lines: [line(changes)] }, books: inactive });

  test.each<[what: string, situation: Situation, other: Situation]>([
    ['for an amount', {}, { report: dearer }],
    ['for the price its service is to have', {}, { report: { prices: [price({ sales: '12.50' })] } }],
    ['for the contract it goes to', {}, { books: books({ contracts: [contract()] }) }],
    [
      'for the end of a contract',
      { books: books({ contracts: [contract({ endDay: '2025-10-31' })] }) },
      { books: books({ contracts: [contract({ endDay: '2025-09-30' })] }) },
    ],
    ['for a row as it stands', { report: dearer, books: running() }, { report: dearer, books: running(9, '108', '90') }],
    [
      'for the contract service that is adjusted',
      { report: dearer, books: running() },
      { report: dearer, books: { ...running(), rows: running().rows.map((one) => ({ ...one, contractServiceId: 201 })) } },
    ],
    ['for what the customer reads of it', {}, { settings: { contractInvoiceDescription: '{subscription}' } }],
    ['for a charge as it stands', { report: azure, books: charged('5') }, { report: azure, books: charged('6') }],
    ['for other sales of an item that is held', held({}), held({ sales: '120.01' })],
    ['for another cost of an item that is held', held({}), held({ cost: '100.01' })],
    ['for another quantity of an item that is held', held({}), held({ quantity: '11' })],
    ['for another reason to hold it', held({}), { ...held({}), books: books({ companies: [] }) }],
    ['for another item', held({}), held({ subscriptionId: 's-2' })],
    [
      'in another month, though nothing is to be billed in either',
      { report: { lines: [] } },
      { report: { lines: [], month: '2025-11' }, asOf: '2025-11-12' },
    ],
  ])('%s', (_what, situation, other) => {
    expect(plan(other).digest).not.toBe(plan(situation).digest);
    expect(plan(situation).digest).toBe(plan(situation).digest);
  });
});

test('unit prices alone do not change a plan billed by charge', () => {
  const priced = (unitSales: string): Situation => ({
    report: { lines: [line({ recordType: 'AzurePlan', unitSales })], prices: [] },
  });
  expect(plan(priced('7')).digest).toBe(plan(priced('8')).digest);
});

// It made a service that their plans had wanted to make, and they waited again.
describe('releasing one customer leaves the others released', () => {
  const product = { id: 9, key: 'cloudmore:azure-plan', name: 'Azure Plan', isActive: true };

  test.each<[string, Situation, Situation]>([
    ['made the service', {}, { books: books({ services: [service()] }) }],
    ['made it, under any id', { books: books({ services: [service()] }) }, { books: books({ services: [service({ id: 51 })] }) }],
    [
      'updated its price',
      { books: books({ services: [service({ unitPrice: '11' })] }) },
      { books: books({ services: [service()] }) },
    ],
    ['updated its price in balance', { books: { ...running(), services: [service({ unitPrice: '11' })] } }, { books: running() }],
    ['made the product', { report: azure }, { report: azure, books: books({ products: [product] }) }],
  ])('a plan stays released when another\u2019s release %s', (_, before, after) => {
    const [shown, now] = [plan(before), plan(after)];
    expect(now.steps).not.toEqual(shown.steps);
    expect(now.digest).toBe(shown.digest);
  });
});

test('2.2 what is not billed is written nowhere', () => {
  const without: Situation[] = [
    { settings: { exportRecordTypes: [] } },
    { report: { organizations: [organization({ companyIdText: null })] } },
    { report: { lines: [line({ currency: 'USD' })] } },
  ];
  expect(without.flatMap((situation) => plan(situation).steps)).toEqual([]);
});

test('7.6 next month is read for what is paid once alone', () => {
  const { facts, organizations } = cutReport(
    report({
      lines: [
        line(),
        line({ subscriptionId: 'UP', itemCode: 'CFQ7TTC0UP' }),
        line({ subscriptionId: 'For-Good', recordType: 'Perpetual' }),
      ],
      prices: [price(), price({ itemCode: 'CFQ7TTC0UP', paymentMonths: 12 })],
    }),
    AS_OF,
  );
  expect(paidOnceKeys({ facts, slice: organizations[0]!, settings: settings() }).sort()).toEqual(['for-good', 'up']);
});

describe('services (5.2)', () => {
  test('5.2 a licence is not billed twice because its service was deactivated', () => {
    const held: Books = { ...running(), services: [service({ isActive: false }), service({ id: 51 })] };
    expect(plan({ books: held }).steps).toEqual([]);
  });

  // They were called in balance.
  test('5.2 licences billed twice by services of one key are held', () => {
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
});

describe('contracts that carry two subscriptions (6.1)', () => {
  const OTHER = '22222222-2222-4222-8222-222222222222';
  const rivals = { ...running(), contracts: [contract({ number: OTHER })] };

  test.each<[string, Situation, string[]]>([
    [
      // They were billed over each other: one is in the contract’s field, one its number.
      'two subscriptions that one contract names are both held',
      { report: { lines: [line(), line({ subscriptionId: OTHER, quantity: '20', sales: '240.00' })] } },
      ['held contract-duplicate', 'held contract-duplicate'],
    ],
    ['the subscription in the field continues alone', {}, ['posted']],
    [
      'a field that somebody overwrote with anything else is put back',
      { books: { ...running(), contracts: [contract({ subscriptionId: 'see note' })] } },
      ['posted'],
    ],
  ])('6.1 %s', (_, situation, outcomes) =>
    expect(outcomesOf(plan({ ...situation, books: situation.books ?? rivals }))).toEqual(outcomes),
  );
});

test('6.3 a contract without known end stays while it covers the month', () => {
  expect(plan({ books: running(), report: { subscriptions: [subscription({ endDay: null })] } }).steps).toEqual([]);
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
