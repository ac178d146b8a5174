import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';
import { describe, expect, test } from '@jest/globals';
import { lastDay } from '../../shared/billing/basics/month.js';
import type { Books, Settings } from '../../shared/billing/types.js';
import {
  amountsOf,
  charge,
  contract,
  line,
  manualLine,
  organization,
  outcomesOf,
  plan,
  price,
  row,
  running,
  service,
  subscription,
} from './builders.js';
import type { Situation } from './builders.js';
import { AutotaskInMemory } from './memory.js';
import { after, edited, KEY, MORE } from './examples/row-and-charge.js';

/** What once went wrong, in the words of anyone who would have had to explain it. */

const elsewhere = { organizations: [organization(), organization({ id: 'org-2', companyIdText: '8' })] };
const other = line({ organizationId: 'org-2', subscriptionId: 'other' });

/** Plans and carries out until nothing is left, and answers what each run wrote. */
function runs(autotask: AutotaskInMemory, situation: Situation, count = 3): string[][] {
  return Array.from({ length: count }, () => {
    const decided = plan({ ...situation, books: autotask.books });
    autotask.apply(decided.steps);
    return amountsOf(decided);
  });
}

describe('money that comes and goes', () => {
  // It was credited and charged again in turns.
  test("8.2 a cancelled subscription's billed charge is credited once", () => {
    const autotask = new AutotaskInMemory({ ...running(), charges: [charge({ key: KEY, price: '5', billed: true })] });
    const deleted = { lines: [other], ...elsewhere, subscriptions: [subscription({ status: 'Deleted' })] };
    expect(runs(autotask, { report: deleted, asOf: '2025-10-25' })).toEqual([
      ['2025-10-01: 0 units', 'create charge 1 × -5.0000 / 0.0000'],
      [],
      [],
    ]);
    expect(plan({ report: deleted, asOf: '2025-10-25', books: autotask.books }).ghosts).toEqual([]);
  });

  test('8.2 a cancellation that is only pending takes nothing away', () => {
    const pending = { lines: [other], ...elsewhere, subscriptions: [subscription({ status: 'PendingCancellation' })] };
    const decided = plan({ books: running(), report: pending, asOf: '2025-10-25' });
    expect([amountsOf(decided), decided.ghosts.map(({ outcome }) => outcome)]).toEqual([[], ['ghost']]);
  });

  // It stood in the next year because its subscription continues as something else.
  test('7.6 a licence paid once ends next to its successor', () => {
    const ended = { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: [running().rows[0]!] };
    const autotask = new AutotaskInMemory(ended);
    const report = {
      lines: [line({ recordType: 'SoftwareSubscription', itemCode: null })],
      prices: [price({ paymentMonths: 12 })],
    };
    expect(runs(autotask, { report, asOf: '2025-10-09' })).toEqual([
      ['extend 2025-09-30 → 2026-03-31', '2025-10-01: 10 units × 12.0000 / 10.0000', '2025-10-01: 0 units'],
      [],
      [],
    ]);
    const september = { ...report, month: '2025-09', lines: [line({ billingDate: '2025-09-08' })] };
    expect(runs(autotask, { report: september, asOf: '2025-10-09' }, 1)).toEqual([[]]);
  });

  // It stood in the next year because of the held line.
  test('7.6 a licence paid once ends with a held dollar line', () => {
    const ended = { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: [running().rows[0]!] };
    const software = line({ recordType: 'SoftwareSubscription', itemCode: null });
    const report = {
      lines: [software, line({ itemCode: 'CFQ7TTC0USD', currency: 'USD' })],
      prices: [price({ paymentMonths: 12 })],
    };
    const autotask = new AutotaskInMemory(ended);
    expect(runs(autotask, { report, asOf: '2025-10-09' }, 2)).toEqual([
      ['extend 2025-09-30 → 2026-03-31', '2025-10-01: 10 units × 12.0000 / 10.0000', '2025-10-01: 0 units'],
      [],
    ]);
  });

  // They stood in the months after.
  test('6.4 a half-made extension of a past month leaves no old units', () => {
    const halfway = { ...running(), contracts: [contract({ endDay: '2025-09-30' })] };
    const report = { lines: MORE.lines! };
    expect(amountsOf(plan({ books: halfway, report, asOf: '2025-11-01' }))).toEqual([
      'extend 2025-09-30 → 2026-03-31',
      '2025-10-01: 24 units × 21.5000 / 18.8233',
    ]);
  });

  // The contract ended in the month itself, and the month was over when the extension had stopped halfway.
  test('6.4 a half-made extension of the same month leaves no old units', () => {
    const halfway = { ...running(), contracts: [contract({ endDay: '2025-10-31' })] };
    const report = { lines: MORE.lines! };
    expect(amountsOf(plan({ books: halfway, report, asOf: '2025-11-01' }))).toEqual([
      '2025-10-01: 24 units × 21.5000 / 18.8233',
      'extend 2025-10-31 → 2026-03-31',
    ]);
  });

  // Also where the contract is seen with the end before.
  test('7.6 what is paid once ends in a month made by extension', () => {
    const halfway = { ...running(), contracts: [contract({ endDay: '2025-10-31' })] };
    const upfront = { subscriptions: [], prices: [price({ paymentMonths: 12 })], lines: [line({ endDay: '2025-10-31' })] };
    expect(amountsOf(plan({ books: halfway, report: upfront }))).toEqual(['2025-11-01: 0 units']);
  });

  // Both have the same subscription.
  test("8.2 an Azure plan's line does not cancel a reservation", () => {
    const azure = line({ recordType: 'AzurePlan', itemCode: null });
    const reservation = line({ organizationId: 'org-2', subscriptionId: 'other', recordType: 'ReservedInstance' });
    const held = { ...running(), services: [service({ key: 'cloudmore:reserved-instance' })] };
    const decided = plan({ books: held, report: { lines: [azure, reservation], ...elsewhere }, asOf: '2025-10-25' });
    expect(decided.ghosts.map(({ outcome }) => outcome)).toEqual(['ghost']);
  });
});

describe('money that stands without a line', () => {
  test('8.5 row and charge in balance list no thousandth of a dinar', () => {
    const held: Books = {
      ...running(493, '1485.1625', '0'),
      internalCurrency: 'KWD',
      charges: [charge({ key: KEY, price: '-1485.163', cost: '0' })],
    };
    const decided = plan({ books: held, report: { lines: [other], ...elsewhere }, asOf: '2025-10-25' });
    expect(decided.ghosts.map(({ outcome, sales, cost }) => [outcome, sales, cost])).toEqual([['ghost', '0.000', '0.000']]);
  });
});

describe('money next to the right item', () => {
  // The plan has many meters, and the reservation next to it is smaller.
  test("2.3 an Azure plan's discount does not land on a reservation", () => {
    const meter = (itemCode: string, sales: string) => line({ recordType: 'AzurePlan', itemCode, sales });
    const lines = [
      ...[meter('meter-1', '40'), meter('meter-2', '30'), meter('meter-3', '30')],
      line({ recordType: 'ReservedInstance', itemCode: 'reservation', sales: '50' }),
      manualLine({ sales: '-5' }),
    ];
    const decided = plan({ report: { subscriptions: [], lines } });
    expect(new Map(decided.items.map(({ type, sales }) => [type, sales]))).toEqual(
      new Map([
        ['AzurePlan', '95.00'],
        ['ReservedInstance', '50.00'],
      ]),
    );
  });

  // The item in dollars is larger.
  test('2.3 a discount in euro joins the item in euro', () => {
    const lines = [line(), line({ currency: 'USD', itemCode: 'CFQ7TTC0USD', sales: '900' }), manualLine({ sales: '-5' })];
    const decided = plan({ report: { subscriptions: [], lines } });
    expect(decided.items.map(({ currency, sales }) => `${sales} ${currency}`).sort()).toEqual(['115.00 EUR', '900.00 USD']);
  });
});

describe('months that a person has approved', () => {
  // The catch-up stands in the next month.
  test('7.5 a frozen month’s open charge stays next to the catch-up', () => {
    const state = after({ ...running(), charges: [charge({ key: KEY, price: '5', cost: '0' })] }, lastDay('2025-10'));
    const held: Books = { ...state, charges: state.charges.map((one) => ({ ...one, billed: false })) };
    const situation: Situation = { books: held, report: MORE, settings: { afterFreeze: 'charge' } };
    expect(plan(situation).steps).toEqual([
      expect.objectContaining({
        kind: 'postCharge',
        action: 'create',
        day: '2025-11-01',
        unitPrice: '391.0000',
        chargeKey: `${KEY}-2`,
      }),
    ]);
    const autotask = new AutotaskInMemory(structuredClone(held));
    expect(runs(autotask, situation)).toEqual([['create charge 1 × 391.0000 / 351.7600'], [], []]);
    const grown = { ...situation, report: { lines: [...MORE.lines!, manualLine({ sales: '9.00', cost: '0' })] } };
    expect(runs(autotask, grown, 2)).toEqual([['update charge 1 × 400.0000 / 351.7600'], []]);
    expect(autotask.books.charges.find(({ id }) => id === 2000)).toMatchObject({ price: '5' });
  });
});

describe('two months at the same time', () => {
  const october: Situation = { report: MORE, asOf: '2025-10-20' };
  const november: Situation = {
    report: { month: '2025-11', lines: [line({ billingDate: '2025-11-08', quantity: '12', sales: '144.00', cost: '120.00' })] },
    asOf: '2025-11-09',
  };

  // November was planned already; one more plan puts it right.
  test('7.4 october adjusted late leaves both months as reported', () => {
    const autotask = new AutotaskInMemory(running());
    const planned = [october, november].map((situation) => plan({ ...situation, books: structuredClone(autotask.books) }));
    for (const { steps } of planned) autotask.apply(steps);
    expect(autotask.books.rows.map(({ units }) => units)).toEqual([10, 24, 26, 26]);
    expect(runs(autotask, november)).toEqual([['create charge 1 × -168.0000 / -140.0000'], [], []]);
    expect(runs(autotask, { ...october, asOf: '2025-11-09' }, 1)).toEqual([[]]);
  });
});

describe('one thing that fails next to another', () => {
  const upfront = { lines: MORE.lines!, prices: [price({ paymentMonths: 12 })] };

  /** Somebody ended next month's units and put them back by hand: Autotask refuses a second adjustment of that day. */
  function refusingNovember(held: Books): AutotaskInMemory {
    const autotask = new AutotaskInMemory(held);
    const rows = structuredClone(held.rows);
    autotask.apply(plan({ books: held, report: { ...upfront, lines: [line()] } }).steps);
    held.rows.splice(0, held.rows.length, ...rows);
    return autotask;
  }

  test.each<[string, (held: Books) => Books, Partial<Settings>]>([
    ['in an open month', (held) => edited(held, '2025-09', { units: 9 }), {}],
    ['in an approved month', (held) => edited(held, '2025-10', { frozen: true }), { afterFreeze: 'charge' }],
  ])('7.6 amounts due %s are charged though units remain', (_, state, settings) => {
    const autotask = refusingNovember(state(running()));
    const refused = autotask.apply(plan({ report: upfront, books: autotask.books, settings }).steps);
    expect([refused.length, autotask.books.charges.map(({ price: charged }) => charged)]).toEqual([1, ['396']]);
    expect(plan({ report: upfront, books: autotask.books, settings, refused }).steps).toEqual([]);
  });

  // Also where only the later part has units.
  test('8.4 a charge stays with a row that a person split', () => {
    const split = [row({ units: 0, price: '0', cost: '0' }), row({ id: 1, startDay: '2025-10-15', units: 5, price: '30' })];
    const held: Books = { ...running(), rows: split, charges: [charge({ key: KEY, price: '5' })] };
    const decided = plan({ books: held, report: { lines: [other], ...elsewhere }, asOf: '2025-10-25' });
    expect([amountsOf(decided), decided.ghosts.map(({ sales }) => sales)]).toEqual([[], ['35.00']]);
  });
});

describe('rows that a person made or changed', () => {
  // It was charged.
  test('7.0 a row gone since its refused adjustment is made again', () => {
    const gone = { ...running(), rows: [] };
    const refused = [plan({ report: MORE, books: gone }).items[0]!.id];
    expect(amountsOf(plan({ report: MORE, books: gone, refused }))).toEqual(['2025-10-01: 24 units × 21.5000 / 18.8233']);
  });

  const upfront = { lines: [line()], prices: [price({ paymentMonths: 12 })] };
  const december = (): Books => ({ ...running(), rows: [row(), row({ id: 1002, startDay: '2025-12-01', frozen: true })] });
  const november = (...rows: Partial<Parameters<typeof row>[0]>[]): Books => ({
    ...running(),
    rows: rows.map((changes, index) => row({ id: 1100 + index, startDay: `2025-${11 + index}-01`, ...changes })),
  });

  test.each<[string, Books]>([
    ['approved', november({ frozen: true })],
    ['not approved', november({})],
  ])('7.0 a later service, %s, is not adjusted from October', (_, held) => {
    expect(amountsOf(plan({ books: held }))).toEqual(['create charge 1 × 120.0000 / 100.0000']);
  });

  test.each<[string, Books]>([
    ['approved', edited(running(), '2025-12', { frozen: true })],
    ['lowered by hand', edited(running(), '2025-12', { units: 3 })],
  ])('7.6 units paid once stay behind a month %s', (_, held) => {
    expect(amountsOf(plan({ books: { ...held, rows: held.rows.slice(1) }, report: upfront }))).toEqual([]);
  });

  const CARRY_ON = '120.00 / 100.00 EUR of Business Premium continues into 2025-11 on contract 100, although it is paid once:';
  const fromOctober = (held: Books): Books => ({ ...held, rows: held.rows.slice(1) });
  const idOf = (situation: Situation): string => plan(situation).items[0]!.id;

  test.each<[string, Situation, string[]]>([
    [
      'a later month is approved',
      { books: fromOctober(edited(running(), '2025-12', { frozen: true })) },
      [
        'its units cannot be set to 0, because a later month is approved. Unpost that month and set them to 0, or credit the amount.',
      ],
    ],
    [
      'a later month has fewer',
      { books: fromOctober(edited(running(), '2025-12', { units: 3 })) },
      [
        'its units cannot be set to 0, because a later month has fewer units and would fall below zero. Set them to 0 there from 2025-11-01 on.',
      ],
    ],
    [
      'Autotask refused it',
      { books: fromOctober(running()), refused: [idOf({ report: upfront })] },
      ['Autotask refused to set its units to 0. Set them to 0 there from 2025-11-01 on.'],
    ],
    ['approval after the next month', { books: december() }, []],
  ])('7.6 units that carry on are reported: %s', (_, situation, why) => {
    const decided = plan({ report: upfront, ...situation });
    expect([amountsOf(decided), decided.ghosts.map(({ message }) => message)]).toEqual([
      [],
      why.map((text) => `${CARRY_ON} ${text}`),
    ]);
  });

  test('7.6 what is paid monthly carries on unreported after a refusal', () => {
    const refused = [idOf({})];
    expect(plan({ books: running(), refused }).ghosts).toEqual([]);
    expect(plan({ books: edited(running(), '2025-10', { frozen: true }), refused }).ghosts).toEqual([]);
  });

  // An extension left November with other units, and was reported with what October gets.
  test("7.6 next month's own units carry on, not this month's", () => {
    const halfway: Books = {
      ...running(),
      contracts: [contract({ endDay: '2025-09-30' })],
      rows: [
        row({ startDay: '2025-09-01' }),
        row({ id: 1001, startDay: '2025-11-01', units: 3, price: '36', cost: '30', frozen: true }),
      ],
    };
    const decided = plan({ report: { ...upfront, ...MORE }, books: halfway });
    expect(decided.ghosts.map(({ quantity, sales, rule }) => [quantity, sales, rule])).toEqual([['3', '36.00', '7.6']]);
  });
});

describe("what Cloudmore's own connector has billed before us (7.8)", () => {
  const product = { id: 70, name: 'Azure Plan', key: null, isActive: true };
  const azure = {
    lines: [line({ recordType: 'AzurePlan', itemCode: null, subscriptionQuantity: '10', sales: '80.01', cost: '70.00' })],
  };
  const theirs = (changes: Partial<Books['charges'][number]>): Books => ({
    ...running(),
    rows: [],
    products: [product],
    charges: [charge({ key: 'PO 4711', productId: 70, price: '75.01', cost: '68.83', ...changes })],
  });

  test.each<[string, Books, string[], string]>([
    ['in balance, it is left alone', theirs({ price: '80.01', cost: '70' }), [], 'posted'],
    ['a difference goes on our own charge', theirs({}), ['create charge 1 × 5.0000 / 1.1700'], 'posted'],
    ['billed, the month counts as approved', theirs({ billed: true }), [], 'held period-frozen'],
    ['of another month, it does not count', theirs({ day: '2025-09-30' }), ['create charge 10 × 8.0010 / 7.0000'], 'posted'],
    ['of another product, it is not ours', theirs({ productId: 71 }), ['create charge 10 × 8.0010 / 7.0000'], 'posted'],
  ])('7.8 its Azure charge stays: %s', (_, held, writes, outcome) => {
    const decided = plan({ books: held, report: azure });
    expect([amountsOf(decided), outcomesOf(decided)]).toEqual([writes, [outcome]]);
  });

  test('7.8 and it is reported among what the amount stands on', () => {
    const [item] = plan({ books: theirs({}), report: azure }).items;
    expect(item!.because.at(-1)!.text).toBe('75.01 / 68.83 EUR of it is on charges that others made (2000)');
    expect(item!.standing!.charges.map(({ chargeId, after: stands }) => [chargeId, stands?.sales])).toEqual([
      [2000, '75.01'],
      [null, '5.00'],
    ]);
  });
});

describe('what waits for a person', () => {
  // It waited because another one is new today.
  test('9.2 a licence approved yesterday does not wait again today', () => {
    const report = {
      lines: [line({ sales: '7000', quantity: '100' }), line({ subscriptionId: 'new', itemCode: 'CFQ7TTC0NEW' })],
      previousLines: [line({ sales: '600', billingDate: '2025-09-08' })],
    };
    const breakers = { ...BREAKERS_OFF, organizationAmount: '500', itemFactor: 10, newContracts: 50 };
    const situation: Situation = { report, settings: { breakers }, asOf: '2025-10-25' };
    expect(outcomesOf(plan({ ...situation, books: running(100, '7000') }))).toEqual(['posted', 'posted']);
    expect(outcomesOf(plan({ ...situation, books: running() })).sort()).toEqual(['held breaker-item', 'posted']);
  });

  // The month itself is in balance or approved.
  test('7.6 a refused end of units is not asked for again', () => {
    const upfront = { lines: [line()], prices: [price({ paymentMonths: 12 })] };
    const held = { ...running(), rows: running().rows.filter(({ startDay }) => startDay >= '2025-10') };
    const first = plan({ report: upfront, books: held });
    expect(amountsOf(first)).toEqual(['2025-11-01: 0 units']);
    expect(plan({ report: upfront, books: held, refused: [first.items[0]!.id] }).steps).toEqual([]);
    const frozen = edited(held, '2025-10', { frozen: true });
    const more = { ...upfront, lines: MORE.lines! };
    expect(amountsOf(plan({ report: more, books: frozen }))).toEqual(['2025-11-01: 0 units']);
    expect(plan({ report: more, books: frozen, refused: [first.items[0]!.id] }).steps).toEqual([]);
  });
});
