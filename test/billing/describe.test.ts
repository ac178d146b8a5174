import { describe, expect, test } from '@jest/globals';
import { describeStep, markOf } from '../../shared/billing/derivation/describe.js';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { charge, contract, line, organization, plan, price, row, running, subscription, type Situation } from './builders.js';
import { after, edited, KEY, lines, MORE } from './examples/row-and-charge.js';

/** What a person reads of a plan's steps, on the terminal and in the Web UI: a mark, and what changes from what to what. */

const described = (situation: Situation): string[] => {
  const decided = plan(situation);
  return decided.steps.map((step) => `${markOf(step, decided)} ${describeStep(step, decided)}`);
};

const renewed = { endDay: '2026-09-10' };
const upfront = { prices: [price({ paymentMonths: 12 })] };
const azure = lines({ recordType: 'AzurePlan', itemCode: null, quantity: '1', sales: '75.01', cost: '68.83' });
const unknown = (item: PlannedItem): PlannedItem => ({ ...item, standing: null });
/** The month without a line of the customer, whose subscription is deleted. */
const without: Situation = {
  asOf: '2025-10-25',
  report: {
    lines: [line({ organizationId: 'org-2', subscriptionId: 'other' })],
    organizations: [organization(), organization({ id: 'org-2', companyIdText: '8' })],
    subscriptions: [subscription({ status: 'Deleted' })],
  },
};
const withCharges = (held: Books, ...charges: Parameters<typeof charge>[0][]): Books => ({
  ...held,
  charges: charges.map((one) => charge({ key: KEY, ...one })),
});

describe('a step in words', () => {
  test.each<[string, Situation, string[]]>([
    [
      'a new subscription: service, contract and row are made',
      { report: MORE },
      [
        '+ Service Business Premium (1 year, paid monthly): new, 12.00',
        '+ Contract Business Premium – Premium for everybody: new, 2025-10-01 to 2026-03-31',
        '+ Business Premium: units 24, price 516.00, cost 451.76 EUR',
      ],
    ],
    [
      'more licences at another price: old and new of each',
      { report: MORE, books: running() },
      ['~ Business Premium: units 10 → 24, price 120.00 → 516.00, cost 100.00 → 451.76 EUR'],
    ],
    [
      'only the cost is another',
      { report: lines({ cost: '99.00' }), books: running() },
      ['~ Business Premium: price 120.00, cost 100.00 → 99.00 EUR'],
    ],
    [
      'only the price is another',
      { report: lines({ sales: '121.00' }), books: running() },
      ['~ Business Premium: price 120.00 → 121.00, cost 100.00 EUR'],
    ],
    [
      'units on a row that had none',
      { books: running(0, '0', '0') },
      ['+ Business Premium: units 10, price 120.00, cost 100.00 EUR'],
    ],
    [
      'units on a row that had none but an amount',
      { books: running(0, '7', '0') },
      ['+ Business Premium: units 0 → 10, price 7.00 → 120.00, cost 0.00 → 100.00 EUR'],
    ],
    [
      'a credit: the row ends, and a charge is made',
      { report: lines({ quantity: '0', sales: '-48.30', cost: '-42.26' }), books: running() },
      [
        '- Business Premium: units 10 → 0, price 120.00 → 0.00, cost 100.00 → 0.00 EUR',
        '+ Charge Business Premium correction 2025-10: price -48.30, cost -42.26 EUR',
      ],
    ],
    [
      'a charge that is changed, of which only the price is another',
      { report: lines({ sales: '130.00' }), books: withCharges(running(), { price: '5', cost: '0' }) },
      ['~ Charge Business Premium correction 2025-10: price 5.00 → 10.00, cost 0.00 EUR'],
    ],
    [
      'a charge that is changed, of which only the cost is another',
      { report: lines({ sales: '125.00', cost: '103.00' }), books: withCharges(running(), { price: '5', cost: '0' }) },
      ['~ Charge Business Premium correction 2025-10: price 5.00, cost 0.00 → 3.00 EUR'],
    ],
    [
      'a charge that goes',
      { books: withCharges(running(), { price: '5', cost: '1' }) },
      ['- Charge Business Premium correction 2025-10: price 5.00 → 0.00, cost 1.00 → 0.00 EUR'],
    ],
    [
      'one of two copied charges goes, each with its own amounts',
      { report: lines({ sales: '130.00' }), books: withCharges(running(), { price: '5' }, { id: 2001, price: '7' }) },
      [
        '- Charge Business Premium correction 2025-10: price 7.00 → 0.00, cost 0.00 EUR',
        '~ Charge Business Premium correction 2025-10: price 5.00 → 10.00, cost 0.00 EUR',
      ],
    ],
    [
      'a further charge next to billed ones',
      { report: MORE, books: withCharges(running(), { price: '5', billed: true }) },
      ['+ Charge Business Premium correction 2025-10: price 391.00, cost 351.76 EUR'],
    ],
    [
      'a charge of an approved month, made in the next',
      { report: MORE, books: after(running(), '2025-10-31'), settings: { afterFreeze: 'charge' } },
      ['+ Charge Business Premium catch-up 2025-10: price 396.00, cost 351.76 EUR'],
    ],
    [
      'Azure: product, contract, charge',
      { report: azure },
      [
        '+ Product Azure Plan: new',
        '+ Contract Azure Plan – Premium for everybody: new, 2025-10-01 to 2026-03-31',
        '+ Charge Azure Plan 2025-10: price 75.01, cost 68.83 EUR',
      ],
    ],
    [
      'an extension and its rows for earlier months, as planned',
      {
        report: { subscriptions: [subscription(renewed)] },
        books: { ...running(), contracts: [contract({ endDay: '2025-07-31' })], rows: [row({ startDay: '2025-07-01' })] },
      },
      [
        '~ Contract Business Premium – Premium for everybody: end 2025-07-31 → 2026-09-30',
        '- Business Premium – Premium for everybody: 0 units from 2025-08-01, the contract had ended',
        '+ Business Premium: units 10, price 120.00, cost 100.00 EUR',
      ],
    ],
    [
      'what is paid once ends with the month',
      { report: upfront, books: running() },
      ['- Business Premium: 0 units from 2025-11-01, paid once'],
    ],
    [
      'a price list that is another',
      { report: { prices: [price({ sales: '13.00' })] }, books: running() },
      ['~ Service Business Premium (1 year, paid monthly): 12.00 → 13.00'],
    ],
    [
      'a contract that gets its subscription id back',
      { books: { ...running(), contracts: [contract({ subscriptionId: null })] } },
      ['~ Contract Business Premium – Premium for everybody: set subscriptionId'],
    ],
    [
      'units that were there for nothing',
      { report: MORE, books: running(10, '0', '0') },
      ['~ Business Premium: units 10 → 24, price 0.00 → 516.00, cost 0.00 → 451.76 EUR'],
    ],
    [
      'of two items each its own',
      { report: lines({}, { itemCode: 'CFQ7TTC0OTHER', productName: 'Visio', quantity: '2', sales: '30.00', cost: '20.00' }) },
      [
        '+ Service Business Premium (1 year, paid monthly): new, 12.00',
        '+ Service Visio [CFQ7TTC0OTHER]: new, 12.00',
        '+ Contract Business Premium – Premium for everybody: new, 2025-10-01 to 2026-03-31',
        '+ Business Premium: units 10, price 120.00, cost 100.00 EUR',
        '+ Visio: units 2, price 30.00, cost 20.00 EUR',
      ],
    ],
    [
      'a charge of ours without a line, as it was planned',
      { ...without, books: { ...running(), rows: [], charges: [charge({ key: KEY, price: '75' })] } },
      [`- Charge ${KEY}: deleted, 75.00 EUR no longer in the report`],
    ],
    [
      'an amount without a line or an item, as planned',
      { ...without, books: running() },
      ['- Business Premium (1 year, paid monthly): units 10 → 0'],
    ],
  ])('%s', (_, situation, expected) => expect(described(situation)).toEqual(expected));

  test.each<[string, (decided: Plan) => Plan]>([
    [
      'that serves two items',
      (decided) => ({ ...decided, steps: decided.steps.map((step) => ({ ...step, items: [...step.items, 'b'] })) }),
    ],
    ['of an item that the plan does not have', (decided) => ({ ...decided, items: [] })],
    ['of an item of which nothing is known', (decided) => ({ ...decided, items: decided.items.map(unknown) })],
  ])('%s, as planned', (_, changed) => {
    const held = withCharges(edited(running(), '2025-09', { units: 9 }), { price: '5' });
    for (const situation of [
      { report: MORE, books: running() },
      { report: MORE, books: held },
    ]) {
      const decided = changed(plan(situation));
      expect(decided.steps.map((step) => describeStep(step, decided))).toEqual(decided.steps.map(({ summary }) => summary));
      expect(decided.steps.map((step) => markOf(step, decided))).toEqual([situation.books === held ? '~' : '+']);
    }
  });
});
