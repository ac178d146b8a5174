import { itemHash, chargeKeyOf, contractKeyOf } from '../../../shared/billing/basics/keys.js';
import type { Books, Line, Report } from '../../../shared/billing/types.js';
import {
  amountsOf,
  books,
  contract,
  line,
  plan,
  price,
  running,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { AutotaskInMemory } from '../memory.js';
import { after, edited, KEY, MORE } from './row-and-charge.js';
import { ghosts, planned, table, written } from './table.js';

/** Section 7 continued: what is paid once, the charge itself, reading back. */

const upfront: Partial<Report> = {
  lines: [line({ quantity: '5', sales: '648.00', cost: '564.00' })],
  prices: [price({ paymentMonths: 12 })],
};
const five = running(5, '648', '564');
const billedNow = edited(edited(five, '2025-09', { units: 0, price: '0', cost: '0' }), '2025-10', {});
const renewed = { ...upfront, subscriptions: [subscription({ endDay: '2026-09-17' })] };
const ended = { ...upfront, subscriptions: [subscription({ endDay: '2025-10-17' })] };
/** Billed, with so many units in the later months. */
const made = (units: number): Books => edited(edited(billedNow, '2025-11', { units }), '2025-12', { units });
const perpetual = { recordType: 'Perpetual', subscriptionId: null, itemCode: 'DG7GMGF0', quantity: '2', sales: '1940.00' };

export const paidOnce = table('7', 'Written', planned(written), [
  ['7.6 five licences paid for a year', { report: upfront }, '2025-10-01: 5 units × 129.6000 / 112.8000; 2025-11-01: 0 units'],
  [
    '7.6 a contract that continues longer is extended once they have ended',
    { report: renewed, books: edited(five, '2025-09', {}) },
    '2025-11-01: 0 units; extend 2026-03-31 → 2026-09-30',
  ],
  ['7.6 the run was interrupted between the two', { report: upfront, books: billedNow }, '2025-11-01: 0 units'],
  [
    '7.6 the run was interrupted after it extended the contract, so November’s row has its own units',
    { report: renewed, books: { ...made(2), contracts: [contract({ endDay: '2025-10-31' })] } },
    'extend 2025-10-31 → 2026-09-30; 2025-11-01: 0 units',
  ],
  [
    '7.6 a November that a person changed to other units, and no extension made, is left alone',
    { report: upfront, books: made(2) },
    'nothing',
  ],
  [
    '7.6 also if the contract began that November before it is extended',
    { report: renewed, books: { ...made(2), contracts: [contract({ endDay: '2025-11-01' })] } },
    'extend 2025-11-01 → 2026-09-30',
  ],
  [
    '7.6 and if the contract has ended and is not extended',
    { report: ended, books: { ...made(2), contracts: [contract({ endDay: '2025-10-31' })] } },
    'nothing',
  ],
  [
    '7.6 also when the month itself is approved',
    { report: upfront, books: after(billedNow, '2025-10-31') },
    '2025-11-01: 0 units',
  ],
  [
    '7.6 a month and a year of one licence: the month is on the row, the year on a charge, and nothing carries on',
    {
      report: {
        prices: [],
        lines: [line(), line({ startDay: '2025-10-01', endDay: '2026-09-30', quantity: '5', sales: '648' })],
      },
    },
    '2025-10-01: 10 units × 12.0000 / 10.0000; create charge 1 × 648.0000 / 100.0000',
  ],
  ['7.6 November is approved: nothing is written to it', { report: upfront, books: after(billedNow, '2025-11-30') }, 'nothing'],
  [
    '7.6 a perpetual licence’s contract ends with the month',
    { report: { lines: [line(perpetual)] } },
    '2025-10-01: 2 units × 970.0000 / 50.0000',
  ],
]);

export const carriedOn = table('7', 'Outside the report – written', planned(ghosts, written), [
  [
    '7.6 Autotask refused to end the units: the month is posted, and what November bills is listed for a person',
    { report: upfront, books: billedNow, refused: ['435d6b8a4ec490d3'] },
    'ghost 648.00 (7.6) – nothing',
  ],
  [
    '7.6 a later month has fewer units, below which units cannot fall: what November bills is listed too',
    { report: upfront, books: edited(billedNow, '2025-12', { units: 0, price: '0', cost: '0' }) },
    'ghost 648.00 (7.6) – nothing',
  ],
  [
    '7.6 the same if October’s price is only written now: November bills it',
    { report: upfront, books: edited(running(5, '540', '470'), '2025-12', { units: 0, price: '0', cost: '0' }) },
    'ghost 648.00 (7.6) – 2025-10-01: 5 units × 129.6000 / 112.8000',
  ],
  [
    '7.6 November is approved already, with them',
    { report: upfront, books: after(billedNow, '2025-11-30') },
    'ghost 648.00 (7.6) – nothing',
  ],
  [
    '7.6 they have ended anyway',
    { report: upfront, books: edited(billedNow, '2025-11', { units: 0, price: '0', cost: '0' }), refused: ['435d6b8a4ec490d3'] },
    'nothing – nothing',
  ],
]);

function charged(situation: Situation): string {
  const step = plan(situation).steps.find((candidate) => candidate.kind === 'postCharge');
  return step ? `${step.name}, ${step.day}, ${step.chargeKey.replace(KEY, 'CM-2025-10-<hash>')}` : 'nothing';
}
const second = { ...running(), charges: after({ ...running(), charges: [chargeOf(KEY)] }, '2025-10-01').charges };

function chargeOf(key: string): NonNullable<Situation['books']>['charges'][number] {
  return {
    id: 2000,
    contractId: 100,
    productId: null,
    key,
    day: '2025-10-01',
    quantity: '1',
    unitPrice: '5',
    unitCost: '0',
    price: '5',
    cost: '0',
    billed: false,
  };
}
const identity = {
  broker: 'Default',
  organizationId: 'ORG-1',
  subscriptionId: SUBSCRIPTION,
  type: 'Csp365Nce' as const,
  codeOrProduct: 'Cfq7',
};

export const charges = table<() => string>('7', 'Comes to', (comes) => comes(), [
  [
    '7.7 a correction of October',
    () => charged({ report: MORE, books: edited(running(), '2025-09', { units: 9 }) }),
    'Business Premium correction 2025-10, 2025-10-01, CM-2025-10-<hash>',
  ],
  [
    '7.7 another one, when the first is billed',
    () => charged({ report: MORE, books: second }),
    'Business Premium correction 2025-10, 2025-10-01, CM-2025-10-<hash>-2',
  ],
  [
    '7.7 a catch-up for the approved October',
    () => charged({ report: MORE, books: after(running(), '2025-10-31'), settings: { afterFreeze: 'charge' } }),
    'Business Premium catch-up 2025-10, 2025-11-01, CM-2025-10-<hash>',
  ],
  ['7.7 the key of a charge', () => chargeKeyOf('2025-10', itemHash(identity)), 'CM-2025-10-e1430324acc1403519c1'],
  [
    '7.7 the same in other case',
    () => String(itemHash(identity) === itemHash({ ...identity, organizationId: 'org-1', codeOrProduct: 'CFQ7' })),
    'true',
  ],
  [
    '7.7 the key of a contract without subscription id',
    () => contractKeyOf(itemHash({ ...identity, subscriptionId: null })),
    'cm-afc38ec25b8a8d6b8df6e87e05f521c2',
  ],
]);

const azure = (changes: Partial<Line>): Situation => ({
  report: {
    lines: [line({ recordType: 'AzurePlan', itemCode: null, quantity: '812.5', subscriptionQuantity: '1', ...changes })],
  },
});
const marketplace = (quantity: string): Situation =>
  azure({ recordType: 'Marketplace', quantity, sales: '65.00', cost: '52.50' });

export const usage = table('7', 'Written', planned(written), [
  [
    '7.8 an Azure plan: one total for the subscription',
    azure({ sales: '75.01', cost: '68.83' }),
    'create charge 1 × 75.0100 / 68.8300',
  ],
  ['7.8 25 of a marketplace offer for 65.00 / 52.50', marketplace('25'), 'create charge 25 × 2.6000 / 2.1000'],
  ['7.8 7 of them, which four decimals cannot express', marketplace('7'), 'create charge 1 × 65.0000 / 52.5000'],
  [
    '7.8 somebody else’s charge on a product deactivated since still counts',
    {
      ...azure({ sales: '75.01', cost: '68.83' }),
      books: books({
        contracts: [contract()],
        charges: [{ ...chargeOf('by another'), productId: 9, day: '2025-10-09', quantity: '1', price: '75.01', cost: '68.83' }],
        products: [{ id: 9, name: 'Azure Plan', key: null, isActive: false }],
      }),
    },
    'nothing',
  ],
  ['7.8 a credit', azure({ sales: '-5.00', cost: '-4.00' }), 'create charge 1 × -5.0000 / -4.0000'],
]);

/** What still would have to be written once the plan was carried out, and somebody did something before it was read back. */
function stillMissing(meanwhile: (autotask: AutotaskInMemory) => unknown): string {
  const autotask = new AutotaskInMemory(books());
  autotask.apply(plan({ report: MORE, books: autotask.books }).steps);
  meanwhile(autotask);
  return amountsOf(plan({ report: MORE, books: autotask.books })).join('; ') || 'nothing: posted';
}

export const readBack = table<(autotask: AutotaskInMemory) => unknown>('7', 'Still missing', stillMissing, [
  ['7.9 read back as written', () => undefined, 'nothing: posted'],
  [
    '7.9 somebody edited the row in the meantime: held (verify-mismatch), and balanced by the next plan',
    ({ books: held }) => Object.assign(held.rows[0]!, { units: 20, price: '430', cost: '376.466' }),
    'create charge 1 × 86.0000 / 75.2900',
  ],
]);
