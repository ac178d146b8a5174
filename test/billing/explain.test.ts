import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';
import { describe, expect, test } from '@jest/globals';
import { explain, type Explanation } from '../../shared/billing/results/explain.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import {
  AS_OF,
  charge,
  contract,
  line,
  manualLine,
  plan,
  report,
  row,
  running,
  service,
  settings,
  SUBSCRIPTION,
  type Situation,
} from './builders.js';
import { after, edited, KEY, MORE } from './examples/row-and-charge.js';

/** For any amount: which lines, which rules, which rounding, which row and charge. */

function explained(situation: Situation, subscription = SUBSCRIPTION): Explanation {
  const asOf = situation.asOf ?? AS_OF;
  const { facts, organizations } = cutReport(report(situation.report), asOf);
  const decided = plan(situation);
  return explain(decided, { facts, slice: organizations[0]!, settings: settings(situation.settings) }, subscription)!;
}

/** 20 licences, changed to 24 in mid-month, and a discount by hand that came later. */
const CHANGED: Situation = {
  report: {
    lines: [
      line({ quantity: '20', sales: '450.001', cost: '394.00' }),
      line({ quantity: '-20', sales: '-330.00', cost: '-288.80', chargeType: 'removeQuantity' }),
      line({ quantity: '24', sales: '396.00', cost: '346.56', chargeType: 'addQuantity' }),
      manualLine({ sales: '-25.00', cost: '0' }),
    ],
  },
  books: edited(running(), '2025-10', { units: 24, price: '516', cost: '451.76' }),
};

describe('an amount is explained', () => {
  test('an amount is explained by its lines and what each counts', () => {
    const [{ lines }] = explained(CHANGED).items as [Explanation['items'][number]];
    expect(lines.map(({ type, quantity, sales, countsForQuantity }) => [type, quantity, sales, countsForQuantity])).toEqual([
      ['Csp365Nce', '24', '396.00', true],
      ['Csp365Nce', '20', '450.001', true],
      ['Csp365Nce', '-20', '-330.00', false],
      ['ManualBillingLine', '1', '-25.00', false],
    ]);
  });

  test('by the rules in their order, each with the figures it saw', () => {
    expect(explained(CHANGED).items[0]!.item.because).toEqual([
      { rule: '2.1', text: 'record type Microsoft 365 (NCE)' },
      { rule: '2.3', text: '1 manual line of its subscription included' },
      { rule: '4.1', text: `one item: ${SUBSCRIPTION}, CFQ7TTC0LCHC-0002-P1Y-Monthly` },
      { rule: '4.2', text: '4 lines: sales 491.001 → 491.00, cost 451.76 → 451.76 EUR, highest quantity 24' },
      { rule: '6.1', text: 'contract 100 (Business Premium – Premium for everybody), found by its subscription id' },
      { rule: '5.2', text: 'service 50 (Business Premium (1 year, paid monthly)), found by CFQ7TTC0LCHC-0002-P1Y-Monthly' },
      { rule: '7.4', text: 'row stays at 24 units, 516.00 / 451.76 EUR' },
      { rule: '7.4', text: 'charge of -25.00 / 0.00 EUR: what the row does not carry' },
    ]);
  });

  test('by the row and the charges it stands on, before and after', () => {
    const [{ item }] = explained(CHANGED).items as [Explanation['items'][number]];
    const figures = { units: 24, sales: '516.00', cost: '451.76' };
    expect(item).toMatchObject({ exactSales: '491.001', sales: '491.00', roundingSales: '0.001000' });
    expect(item.standing).toEqual({
      row: {
        serviceId: 50,
        serviceKey: item.itemCode,
        rowIds: [1001],
        frozen: false,
        before: figures,
        after: figures,
        unit: null,
      },
      charges: [
        {
          chargeId: null,
          key: KEY,
          day: '2025-10-01',
          billed: false,
          before: null,
          after: { sales: '-25.00', cost: '0.00' },
        },
      ],
      before: { sales: '516.00', cost: '451.76' },
      after: { sales: '491.00', cost: '451.76' },
    });
  });

  test('by the unit price before and after its rounding to four decimals', () => {
    const { row: standing } = explained({ report: MORE }).items[0]!.item.standing!;
    expect(standing).toMatchObject({
      unit: { exact: { sales: '21.5', cost: '18.8233333333' }, rounded: { sales: '21.5000', cost: '18.8233' } },
      before: { units: 0, sales: '0.00', cost: '0.00' },
      after: { units: 24, sales: '516.00', cost: '451.76' },
    });
  });

  test('an amount is explained by its steps and notes', () => {
    const [{ steps, notes }] = explained({ report: MORE, books: edited(running(), '2025-09', { units: 9 }) }).items as [
      Explanation['items'][number],
    ];
    expect([steps.map(({ kind }) => kind), notes.map(({ code }) => code)]).toEqual([['postCharge'], ['units-differ']]);
  });

  test('with both parts of a month that a person split', () => {
    const split = [...running().rows, row({ id: 1, startDay: '2025-10-15', units: 2, price: '12', cost: '10' })];
    const { row: standing } = explained({ books: { ...running(), rows: split } }).items[0]!.item.standing!;
    expect(standing).toMatchObject({ rowIds: [1001, 1], before: { units: 10, sales: '132.00' } });
  });

  test('also where it is caught up in another month', () => {
    const { charges } = explained({
      report: MORE,
      books: after(running(), '2025-10-31'),
      settings: { afterFreeze: 'charge' },
    }).items[0]!.item.standing!;
    expect(charges).toEqual([expect.objectContaining({ day: '2025-11-01', after: { sales: '396.00', cost: '351.76' } })]);
  });

  test('a held item is explained by its rule and what stands', () => {
    const breakers = { ...BREAKERS_OFF, organizationAmount: '500', itemFactor: 10, newContracts: 50 };
    const { item } = explained({
      report: { lines: [line({ sales: '7000' })], previousLines: [line({ sales: '600', billingDate: '2025-09-08' })] },
      books: { ...running(), charges: [charge({ key: KEY, price: '5' })] },
      settings: { breakers },
    }).items[0]!;
    expect(item.standing).toMatchObject({ before: { sales: '125.00' }, after: { sales: '125.00' }, row: { unit: null } });
    expect(item.because.at(-1)).toMatchObject({ rule: '9.2' });
  });

  // Autotask was not looked at.
  test('an excluded item is explained by its rule alone', () => {
    const { item } = explained({ settings: { exportRecordTypes: [] } }).items[0]!;
    expect([item.standing, item.because.at(-1)]).toEqual([
      null,
      { rule: '2.2', text: 'Csp365Nce is not in EXPORT_RECORD_TYPES.' },
    ]);
  });

  test('of money without a line by the rule that leaves it there', () => {
    const gone = line({ subscriptionId: 'other', itemCode: 'CFQ7TTC0OTHER' });
    const explanation = explained({ report: { lines: [gone] }, books: running(), asOf: '2025-10-25' });
    expect(explanation.items).toEqual([]);
    expect(explanation.ghosts.map(({ rule, sales }) => [rule, sales])).toEqual([['8.3', '120.00']]);
  });

  // Not at all where the month has nothing of it.
  test('a subscription is explained in any case, or not at all', () => {
    expect(explained({}, SUBSCRIPTION.toUpperCase()).contractKey).toBe(SUBSCRIPTION);
    expect(explained({}, 'no-such-subscription')).toBeNull();
  });

  test('a subscription is explained by its own lines and steps alone', () => {
    const second = 's-2';
    const situation: Situation = {
      report: { ...MORE, lines: [line({ subscriptionId: second, itemCode: 'CFQ7TTC0TWO', quantity: '9' }), ...MORE.lines!] },
      books: {
        ...edited(running(), '2025-09', { units: 9 }),
        contracts: [...running().contracts, contract({ id: 101, number: null, subscriptionId: second })],
        services: [...running().services, service({ id: 51, key: 'CFQ7TTC0TWO' }), service({ id: 52, key: 'CFQ7TTC0OLD' })],
        rows: [
          ...edited(running(), '2025-09', { units: 9 }).rows,
          row({ id: 1, contractId: 101, serviceId: 51, contractServiceId: 201 }),
          row({ id: 2, contractId: 101, serviceId: 52, contractServiceId: 202 }),
        ],
      },
    };
    const shown = ({ items, ghosts }: Explanation): unknown => ({
      lines: items.flatMap(({ lines }) => lines.map(({ itemCode }) => itemCode)),
      steps: items.flatMap(({ item, steps }) => steps.map((step) => step.items.includes(item.id))),
      notes: items.flatMap(({ item, notes }) => notes.map(({ code, itemId }) => [code, itemId === item.id])),
      ghosts: ghosts.map(({ contractId }) => contractId),
    });
    expect(shown(explained(situation))).toEqual({
      lines: [line().itemCode],
      steps: [true],
      notes: [['units-differ', true]],
      ghosts: [],
    });
    expect(shown(explained(situation, second))).toMatchObject({ lines: ['CFQ7TTC0TWO'], ghosts: [101] });
  });

  test('of a licence without subscription by the key of its contract', () => {
    const situation: Situation = { report: { lines: [line({ recordType: 'Perpetual', subscriptionId: null }), line()] } };
    const { contractKey } = plan(situation).items.find(({ subscriptionId }) => subscriptionId === null)!;
    expect(explained(situation, contractKey).items.map(({ item }) => item.type)).toEqual(['Perpetual']);
  });

  test('without the lines of an item that the report has no longer', () => {
    const { facts, organizations } = cutReport(report({ lines: [] }), AS_OF);
    expect(explain(plan(), { facts, slice: organizations[0]!, settings: settings() }, SUBSCRIPTION)?.items).toEqual([]);
  });
});
