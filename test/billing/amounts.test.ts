import { describe, expect, test } from '@jest/globals';
import { addMonths, firstDay } from '../../shared/billing/basics/month.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Report } from '../../shared/billing/types.js';
import { AutotaskInMemory } from './memory.js';
import { amountsOf, books, line, manualLine, MONTH, outcomesOf, plan, price, row, running, subscription } from './builders.js';
import { after, edited, KEY, lines, MORE, rules } from './examples/row-and-charge.js';

/** Rule 7 over more than one plan: what the tables of `examples/` write is carried out, and planned again. */

describe('row + charge', () => {
  test.each(rules.filter(([, , , outcome]) => outcome === 'posted'))('a second run adds nothing: %s', (_, situation) => {
    const autotask = new AutotaskInMemory(structuredClone(situation.books ?? books()));
    autotask.apply(plan({ ...situation, books: autotask.books }).steps);
    const again = plan({ ...situation, books: autotask.books });
    expect(again.steps).toEqual([]);
    expect(outcomesOf(again)).toEqual(['posted']);
  });

  // Its name says for which month it is.
  test('7.5 a catch-up is dated in the first open month', () => {
    const decided = plan({ report: MORE, books: after(running(), '2025-11-30'), settings: { afterFreeze: 'charge' } });
    expect(decided.steps.find((step) => step.kind === 'postCharge')).toMatchObject({
      day: '2025-12-01',
      chargeKey: KEY,
      name: 'Business Premium catch-up 2025-10',
    });
  });

  test('7.0 the rest of a refused adjustment goes on the charge', () => {
    const first = plan({ report: MORE, books: running() });
    const second = plan({ report: MORE, books: running(), refused: [first.items[0]!.id] });
    expect(amountsOf(second)).toEqual(['create charge 1 × 396.0000 / 351.7600']);
  });

  test('7.0 units that stay behind are reported, the money is right', () => {
    const decided = plan({ report: MORE, books: edited(running(), '2025-09', { units: 9, price: '108' }) });
    expect(decided.notes.map(({ code }) => code)).toEqual(['units-differ']);
  });

  test('7.7 the key of a charge is derived from business data alone', () => {
    expect(KEY).toBe('CM-2025-10-67ef780e827fa543a961');
    expect(KEY).toMatch(new RegExp(`^CM-${MONTH}-[0-9a-f]{20}$`));
  });
});

describe('what is paid once (7.6)', () => {
  const upfront: Partial<Report> = {
    lines: [line({ quantity: '5', sales: '648.00', cost: '564.00' })],
    prices: [price({ paymentMonths: 12 })],
  };

  // Nor is there anything to end in the month after.
  test('the second run finds nothing to do', () => {
    const autotask = new AutotaskInMemory(books());
    autotask.apply(plan({ report: upfront, books: autotask.books }).steps);
    expect(plan({ report: upfront, books: autotask.books }).steps).toEqual([]);
    const november = plan({
      report: { ...upfront, month: '2025-11', lines: [], previousLines: upfront.lines! },
      books: autotask.books,
      asOf: '2025-11-25',
    });
    expect([november.steps, november.ghosts]).toEqual([[], []]);
  });

  // It was interrupted between the two adjustments.
  test('an interrupted run still ends the units next month', () => {
    const autotask = new AutotaskInMemory(books());
    autotask.apply(plan({ report: upfront, books: autotask.books }).steps.slice(0, -1));
    expect(amountsOf(plan({ report: upfront, books: autotask.books }))).toEqual(['2025-11-01: 0 units']);
  });

  test('needs no second adjustment when the contract ends with the month', () => {
    const perpetual = line({
      recordType: 'Perpetual',
      subscriptionId: null,
      itemCode: 'DG7GMGF0',
      quantity: '2',
      sales: '1940.00',
      cost: '1712.00',
    });
    const decided = plan({ report: { lines: [perpetual] } });
    expect(amountsOf(decided)).toEqual(['2025-10-01: 2 units × 970.0000 / 856.0000']);
    expect(decided.steps.find((step) => step.kind === 'upsertContract')).toMatchObject({
      endDay: '2025-10-31',
      contractKey: expect.stringMatching(/^cm-[0-9a-f]{32}$/) as unknown,
    });
  });
});

describe('amounts that arrive later', () => {
  test('a manual discount becomes a charge next to the billed row', () => {
    const autotask = new AutotaskInMemory(books());
    const first = { lines: [line({ quantity: '24', sales: '516.00', cost: '451.76' })] };
    autotask.apply(plan({ report: first, books: autotask.books, asOf: '2025-10-09' }).steps);
    const second = { lines: [...first.lines, manualLine({ sales: '-25.00', cost: '0' })] };
    expect(amountsOf(plan({ report: second, books: autotask.books }))).toEqual(['create charge 1 × -25.0000 / 0.0000']);
    autotask.apply(plan({ report: second, books: autotask.books }).steps);
    expect(plan({ report: second, books: autotask.books }).steps).toEqual([]);
    expect(amountsOf(plan({ report: first, books: autotask.books }))).toEqual(['delete charge 1 × 0.0000 / 0.0000']);
  });

  test('a refund and re-charge pair counts the highest quantity in force', () => {
    const changed = lines(
      { quantity: '20', sales: '450.00', cost: '394.00' },
      { quantity: '-20', sales: '-330.00', cost: '-288.80' },
      { quantity: '24', sales: '396.00', cost: '346.56' },
    );
    expect(amountsOf(plan({ report: changed }))).toEqual(['2025-10-01: 24 units × 21.5000 / 18.8233']);
  });

  test('amounts in yen are rounded, and the rounding is shown', () => {
    const yen = lines({ currency: 'JPY', quantity: '3', sales: '100.5', cost: '90.4' });
    const decided = plan({ report: { ...yen, prices: [] }, books: books({ internalCurrency: 'JPY' }) });
    expect(decided.items[0]).toMatchObject({ sales: '101', cost: '90', roundingSales: '-0.500000', roundingCost: '0.400000' });
    expect(amountsOf(decided)).toEqual(['2025-10-01: 3 units × 33.6667 / 30.0000']);
  });
});

describe('a subscription that continues', () => {
  test('6.4 an extension comes before amounts and empties the months between', () => {
    const held = running();
    held.contracts = [{ ...held.contracts[0]!, endDay: '2025-07-31' }];
    held.rows = [row({ startDay: '2025-07-01', endDay: '2025-07-31' })];
    const decided = plan({ books: held, report: { subscriptions: [subscription({ endDay: '2026-09-17' })] } });
    expect(amountsOf(decided)).toEqual([
      'extend 2025-07-31 → 2026-09-30',
      '2025-08-01: 0 units',
      '2025-10-01: 10 units × 12.0000 / 10.0000',
    ]);
    const autotask = new AutotaskInMemory(held);
    autotask.apply(decided.steps);
    expect(autotask.books.rows.map(({ startDay, units }) => [startDay, units]).slice(0, 5)).toEqual([
      ['2025-07-01', 10],
      ['2025-08-01', 0],
      ['2025-09-01', 0],
      ['2025-10-01', 10],
      ['2025-11-01', 10],
    ]);
    expect(plan({ books: autotask.books, report: { subscriptions: [subscription({ endDay: '2026-09-17' })] } }).steps).toEqual(
      [],
    );
  });

  test('6.4 never ends earlier than it does; that is only reported', () => {
    const decided = plan({ books: running(), report: { subscriptions: [subscription({ endDay: '2025-12-01' })] } });
    expect(decided.steps).toEqual([]);
    expect(decided.notes.map(({ code }) => code)).toEqual(['end-date-earlier']);
  });
});

describe('7.5 a catch-up looks for an open month 36 months ahead', () => {
  const caughtUp = (closed: number): (() => Plan) => {
    const rows = Array.from({ length: closed + 1 }, (_, ahead) =>
      row({ id: ahead, startDay: firstDay(addMonths('2025-10', ahead)), frozen: true }),
    );
    return () => plan({ report: MORE, books: { ...running(), rows }, settings: { afterFreeze: 'charge' } });
  };

  test('and takes the last of them', () => {
    expect(caughtUp(35)().steps.flatMap((step) => (step.kind === 'postCharge' ? [step.day] : []))).toEqual(['2028-10-01']);
  });

  test('and says so where there is none', () => {
    expect(caughtUp(36)).toThrow('Contract 100: no open month within 36 months after 2025-10.');
  });
});
