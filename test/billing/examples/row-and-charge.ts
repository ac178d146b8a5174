import type { Books, Line, Report } from '../../../shared/billing/types.js';
import { books, charge, company, line, outcomesOf, plan, row, running, type Situation } from '../builders.js';
import { written, type Table } from './table.js';

/** Rule 7 as a table: a state of Autotask and a report, what is written, and what becomes of the item. `shared/billing/README.md` shows the same rows. */

export const lines = (...all: Partial<Line>[]): Partial<Report> => ({ lines: all.map((changes) => line(changes)) });
/** Charge key of the builders' item (rule 7.7). */
export const KEY = 'CM-2025-10-67ef780e827fa543a961';
const withCharge = (held: Books, changes: Parameters<typeof charge>[0]): Books => ({
  ...held,
  charges: [charge({ key: KEY, ...changes })],
});
export const edited = (held: Books, month: string, changes: Partial<Books['rows'][number]>): Books => ({
  ...held,
  rows: held.rows.map((one) => (one.startDay.startsWith(month) ? { ...one, ...changes } : one)),
});
export const after = (held: Books, through: string): Books => ({
  ...held,
  rows: held.rows.map((one) => ({ ...one, frozen: one.startDay <= through })),
  charges: held.charges.map((one) => ({ ...one, billed: true })),
});

/** October in two rows, as a person leaves it who adjusts it in mid-month. */
const split = (price: string, cost: string): Books => ({
  ...running(),
  rows: [
    ...running().rows.map((one) => (one.startDay === '2025-10-01' ? { ...one, price, cost } : one)),
    row({ id: 2, startDay: '2025-10-15', price, cost }),
  ],
});

export const MORE = lines({ quantity: '24', sales: '516.00', cost: '451.76' });
const CREDIT = lines({ quantity: '0', sales: '-48.30', cost: '-42.26' });

export const rules: [rule: string, situation: Situation, writes: string[], outcome: string][] = [
  ['7.1 a row that already equals the report is left alone', { books: running() }, [], 'posted'],
  [
    '7.1 a row and a charge that together equal the report are left alone',
    { books: withCharge(running(10, '115'), { price: '5' }) },
    [],
    'posted',
  ],
  [
    '7.2 a new contract gets quantity, price and cost in one adjustment',
    { report: MORE },
    ['2025-10-01: 24 units × 21.5000 / 18.8233'],
    'posted',
  ],
  [
    '7.2 an unadjusted row of last month is brought to the new quantity and price',
    { report: MORE, books: running() },
    ['2025-10-01: 24 units × 21.5000 / 18.8233'],
    'posted',
  ],
  [
    '7.2 what four decimals cannot express goes on a charge',
    { report: lines({ quantity: '1000', sales: '1000.04', cost: '700.00' }) },
    ['2025-10-01: 1000 units × 1.0000 / 0.7000', 'create charge 1 × 0.0400 / 0.0000'],
    'posted',
  ],
  [
    '7.2 units follow the report when only they differ',
    { report: lines({ quantity: '12' }), books: running() },
    ['2025-10-01: 12 units × 10.0000 / 8.3333'],
    'posted',
  ],
  [
    '7.0 a tenant that refuses an adjustment on the first day of a row: the difference goes on the charge, untried',
    { report: MORE, books: { ...running(), refusesFirstDay: true } },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.0 there, a row that needs making is made',
    { report: MORE, books: books({ refusesFirstDay: true }) },
    ['2025-10-01: 24 units × 21.5000 / 18.8233'],
    'posted',
  ],
  [
    '7.0 a row that differs from the month before was adjusted already: the difference goes on the charge',
    { report: MORE, books: edited(running(), '2025-09', { units: 9, price: '108' }) },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.0 a row that differs from the month after was adjusted already',
    { report: MORE, books: edited(running(), '2025-11', { units: 9 }) },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.0 an adjustment never changes a later frozen row',
    { report: MORE, books: edited(running(), '2025-12', { frozen: true }) },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.0 once the next month runs, an earlier one is corrected by charge',
    { report: MORE, books: running(), asOf: '2025-11-03' },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.0 a person who split the row in mid-month has adjusted it: both parts count',
    {
      books: {
        ...running(),
        rows: [...running().rows, row({ id: 1, startDay: '2025-10-15', units: 2, price: '12', cost: '10' })],
      },
    },
    ['create charge 1 × -12.0000 / -10.0000'],
    'posted',
  ],
  [
    '7.0 each of the two parts is rounded as posting rounds it: 60.005 and 60.005 are 120.02',
    { books: split('60.005', '50') },
    ['create charge 1 × -0.0200 / 0.0000'],
    'posted',
  ],
  [
    '7.2 13,780 yen: posting bills two decimals of 3,001 × 4.5918, and the charge the rest',
    {
      report: lines({ currency: 'JPY', quantity: '3001', sales: '13780', cost: '0' }),
      books: books({ companies: [company({ currency: 'JPY' })] }),
    },
    ['2025-10-01: 3001 units × 4.5918 / 0.0000', 'create charge 1 × 0.0100 / 0.0000'],
    'posted',
  ],
  [
    '7.4 where posting would bill 13,779.70 yen for 13,780, the charge takes the 0.30',
    {
      report: lines({ currency: 'JPY', sales: '13780', cost: '100' }),
      books: { ...edited(running(10, '13779.70'), '2025-09', { units: 9 }), companies: [company({ currency: 'JPY' })] },
    },
    ['create charge 1 × 0.3000 / 0.0000'],
    'posted',
  ],
  [
    '7.3 a credit brings the row to 0 units and goes on a charge',
    { report: CREDIT, books: running() },
    ['2025-10-01: 0 units', 'create charge 1 × -48.3000 / -42.2600'],
    'posted',
  ],
  ['7.3 a credit without a row is a charge alone', { report: CREDIT }, ['create charge 1 × -48.3000 / -42.2600'], 'posted'],
  [
    '7.3 half licences cannot be expressed as units',
    { report: lines({ quantity: '2.5' }) },
    ['create charge 1 × 120.0000 / 100.0000'],
    'posted',
  ],
  [
    '7.4 an open charge is set to the remainder',
    { report: MORE, books: withCharge(running(), { price: '5', cost: '0' }) },
    ['update charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.4 a charge that somebody set not to be billed is billed again',
    { report: MORE, books: withCharge(running(), { price: '0', cost: '351.76', notBillable: true }) },
    ['update charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.4 a charge with nothing left to carry is deleted',
    { books: withCharge(running(), { price: '5', cost: '0' }) },
    ['delete charge 1 × 0.0000 / 0.0000'],
    'posted',
  ],
  [
    '7.4 next to a billed charge and an open row another charge is made',
    { report: MORE, books: withCharge(running(), { price: '5', cost: '0', billed: true }) },
    ['create charge 1 × 391.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.4 two open charges become one',
    {
      books: {
        ...running(10, '110'),
        charges: [charge({ key: KEY, price: '5' }), charge({ id: 2001, key: `${KEY}-2`, price: '7' })],
      },
    },
    ['delete charge 1 × 0.0000 / 0.0000', 'update charge 1 × 10.0000 / 0.0000'],
    'posted',
  ],
  [
    '7.4 with somebody’s own number after ours it is still our charge, and is not billed again',
    { report: MORE, books: withCharge(running(), { key: `${KEY}, PO 4711`, price: '396', cost: '351.76' }) },
    [],
    'posted',
  ],
  [
    '7.4 a copy of our charge, and a copy of the copy, are not billed',
    {
      books: {
        ...running(),
        charges: [charge({ key: `${KEY}-4` }), charge({ id: 2001, key: `${KEY}-4-5` })],
      },
    },
    ['delete charge 1 × 0.0000 / 0.0000', 'delete charge 1 × 0.0000 / 0.0000'],
    'posted',
  ],
  ['7.5 a frozen row in balance is posted', { books: after(running(), '2025-10-31') }, [], 'posted'],
  [
    '7.5 a frozen row out of balance is held with the difference',
    { report: MORE, books: after(running(), '2025-10-31') },
    [],
    'held period-frozen',
  ],
  [
    '7.5 the difference of a frozen month is caught up in the next open one, if so configured',
    { report: MORE, books: after(running(), '2025-11-30'), settings: { afterFreeze: 'charge' } },
    ['create charge 1 × 396.0000 / 351.7600'],
    'posted',
  ],
  [
    '7.5 a month before the contract began is treated as frozen',
    { report: MORE, books: { ...running(), contracts: [{ ...running().contracts[0]!, startDay: '2025-11-01' }], rows: [] } },
    [],
    'held period-frozen',
  ],
];

export const rowAndCharge: Table = {
  section: '7',
  columns: ['Written', 'Item'],
  rows: rules.map(([says, situation, writes, outcome]) => ({
    says,
    comes: () => [written(plan(situation)), outcomesOf(plan(situation)).join('; ')],
    expected: [writes.join('; ') || 'nothing', outcome],
  })),
};
