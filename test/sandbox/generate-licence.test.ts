import { expect, test } from '@jest/globals';
import { Big } from 'big.js';
import { billedSpan } from '../../sandbox/generate/calendar.js';
import { seatOffer, type PlanName } from '../../sandbox/generate/catalogue.js';
import { chargesOf, commitmentEnd, type Licence } from '../../sandbox/generate/licence.js';

/** The licences of the September 2025 story, from what happened to what Microsoft charges. */

interface Given extends Partial<Omit<Licence, 'terms'>> {
  plan: PlanName;
  cost: string;
  sales: string;
}

function licence({ plan, cost, sales, ...given }: Given): Licence {
  const start = given.start ?? '2025-03-12';
  return {
    subscriptionId: 'a',
    name: 'A',
    purchaseOrderNumber: '',
    start,
    seats: 1,
    firstType: 'new',
    terms: [{ from: start, offer: seatOffer('CFQ7TTC0LCHC', plan), cost: new Big(cost), sales: new Big(sales) }],
    changes: [],
    referenceId: 'r',
    ...given,
  };
}

const linesOf = (owned: Licence, month = '2025-10'): string[] =>
  chargesOf(owned, billedSpan(month)).map(({ chargeType, quantity, unitCost, cost, sales, start, end }) =>
    [chargeType, quantity, unitCost, cost.toFixed(2), sales.toFixed(2), start, end].join(' '),
  );

const A = licence({
  plan: 'yearMonthly',
  cost: '19.70',
  sales: '22.50',
  seats: 20,
  changes: [{ day: '2025-09-20', seats: 24, type: 'addQuantity' }],
});

test.each<[what: string, owned: Licence, lines: string[]]>([
  // The refund is of the old seats for the days left, the charge of the new ones.
  [
    'raised within a cycle: the cycle, a refund and a charge',
    A,
    [
      'cycleCharge 20 19.7 394.00 450.00 2025-09-12 2025-10-11',
      'addQuantity -20 14.44 -288.80 -330.00 2025-09-20 2025-10-11',
      'addQuantity 24 14.44 346.56 396.00 2025-09-20 2025-10-11',
    ],
  ],
  [
    'a month new and lowered inside seven days',
    licence({
      plan: 'monthTerm',
      cost: '8.40',
      sales: '9.60',
      start: '2025-09-03',
      seats: 10,
      changes: [{ day: '2025-09-08', seats: 7, type: 'removeQuantity' }],
    }),
    [
      'new 10 8.4 84.00 96.00 2025-09-03 2025-10-02',
      'removeQuantity -10 7 -70.00 -80.00 2025-09-08 2025-10-02',
      'removeQuantity 7 7 49.00 56.00 2025-09-08 2025-10-02',
    ],
  ],
  [
    'bought and cancelled within the month',
    licence({
      plan: 'yearMonthly',
      cost: '12.60',
      sales: '14.40',
      start: '2025-09-10',
      seats: 3,
      changes: [{ day: '2025-09-14', seats: 0, type: 'cancelImmediate' }],
    }),
    ['new 3 12.6 37.80 43.20 2025-09-10 2025-10-09', 'cancelImmediate -3 10.92 -32.76 -37.44 2025-09-14 2025-10-09'],
  ],
  [
    'bought the month before and cancelled in this one: a credit only',
    licence({
      plan: 'yearMonthly',
      cost: '25.20',
      sales: '28.80',
      start: '2025-08-28',
      seats: 2,
      changes: [{ day: '2025-09-02', seats: 0, type: 'cancelImmediate' }],
    }),
    ['cancelImmediate -2 21.13 -42.26 -48.30 2025-09-02 2025-09-27'],
  ],
  [
    'paid upfront: one line for the year',
    licence({ plan: 'yearUpfront', cost: '112.80', sales: '129.60', start: '2025-09-15', seats: 5 }),
    ['new 5 112.8 564.00 648.00 2025-09-15 2026-09-14'],
  ],
  [
    'renewed with fewer seats at a new price: one line',
    {
      ...licence({ plan: 'yearMonthly', cost: '31.50', sales: '36.00', start: '2024-09-18', seats: 15 }),
      terms: [
        { from: '2024-09-18', offer: seatOffer('CFQ7TTC0LFLX', 'yearMonthly'), cost: new Big('31.50'), sales: new Big('36.00') },
        { from: '2025-09-18', offer: seatOffer('CFQ7TTC0LFLX', 'yearMonthly'), cost: new Big('33.60'), sales: new Big('38.40') },
      ],
      changes: [{ day: '2025-09-18', seats: 12, type: 'renew' }],
    },
    ['renew 12 33.6 403.20 460.80 2025-09-18 2025-10-17'],
  ],
  [
    'paid upfront and raised: lines in a month without renewal',
    licence({
      plan: 'yearUpfront',
      cost: '112.80',
      sales: '129.60',
      start: '2025-06-20',
      seats: 4,
      changes: [{ day: '2025-09-25', seats: 6, type: 'addQuantity' }],
    }),
    ['addQuantity -4 82.82 -331.28 -380.60 2025-09-25 2026-06-19', 'addQuantity 6 82.82 496.92 570.90 2025-09-25 2026-06-19'],
  ],
  ['paid upfront, in any other month: nothing', licence({ plan: 'yearUpfront', cost: '1', sales: '2', start: '2025-06-20' }), []],
  ['bought later: nothing yet', licence({ plan: 'yearMonthly', cost: '1', sales: '2', start: '2025-10-01' }), []],
  [
    'not renewed: nothing more, and nothing that says so',
    licence({ plan: 'yearMonthly', cost: '1', sales: '2', start: '2024-09-12', lastDay: '2025-09-11' }),
    [],
  ],
])('%s', (_what, owned, lines) => {
  expect(linesOf(owned)).toEqual(lines);
});

test('a month later the new seats are simply charged', () => {
  expect(linesOf(A, '2025-11')).toEqual(['cycleCharge 24 19.7 472.80 540.00 2025-10-12 2025-11-11']);
});

test('an upgrade refunds the old product and charges the new one', () => {
  const offer = seatOffer('CFQ7TTC0LFLX', 'yearMonthly');
  const upgraded: Licence = {
    ...A,
    terms: [...A.terms, { from: '2025-09-20', offer, cost: new Big('33.60'), sales: new Big('38.40') }],
    changes: [{ day: '2025-09-20', seats: 20, type: 'convert' }],
  };
  const charges = chargesOf(upgraded, billedSpan('2025-10'));
  expect(
    charges.map(({ chargeType, quantity, productName, cost }) => [chargeType, quantity, productName, cost.toFixed(2)]),
  ).toEqual([
    ['cycleCharge', 20, 'Microsoft 365 Business Premium', '394.00'],
    ['convert', -20, 'Microsoft 365 Business Premium', '-288.80'],
    ['convert', 20, 'Microsoft 365 E3', '492.80'],
  ]);
  expect(new Set(charges.map(({ invoice }) => invoice?.referenceId)).size).toBe(1);
});

test.each([
  ['2025-03-12', '2025-10-17', '2026-03-11'],
  ['2024-09-18', '2025-10-17', '2026-09-17'],
  ['2024-02-29', '2025-02-27', '2025-02-27'],
  ['2024-02-29', '2025-02-28', '2026-02-27'],
])('a year from %s, renewed, ends for %s on %s', (start, day, end) => {
  expect(commitmentEnd(licence({ plan: 'yearMonthly', cost: '1', sales: '2', start }), day)).toBe(end);
});

test('a cycle of the shortest month has its days', () => {
  expect(
    linesOf(
      licence({
        plan: 'yearMonthly',
        cost: '28',
        sales: '28',
        start: '2023-02-01',
        changes: [{ day: '2023-02-15', seats: 2, type: 'addQuantity' }],
      }),
      '2023-03',
    ),
  ).toEqual([
    'new 1 28 28.00 28.00 2023-02-01 2023-02-28',
    'addQuantity -1 14 -14.00 -14.00 2023-02-15 2023-02-28',
    'addQuantity 2 14 28.00 28.00 2023-02-15 2023-02-28',
  ]);
});
