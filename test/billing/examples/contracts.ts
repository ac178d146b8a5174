import { contractKeyOf, itemHash } from '../../../shared/billing/basics/keys.js';
import type { Books, Contract } from '../../../shared/billing/types.js';
import {
  books,
  CODE,
  contract,
  line,
  organization,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { notes, outcome, planned, table, written, stepOf } from './table.js';
/** Section 6: contracts. */

const carried = (...changes: Partial<Contract>[]): Situation => ({
  books: books({ contracts: changes.map((one, index) => contract({ id: 100 + index, ...one })), services: [service()] }),
});
const LONG = `saas-${'0123456789'.repeat(6)}`;
const OTHER = '22222222-2222-4222-8222-222222222222';

/** A contract as Autotask's own renewal leaves it: ended and inactive, with all its values on another one. */
const renewedByHand = (endDay: string, startDay: string, untilDay = '2026-09-30'): Books => {
  const held = running();
  return {
    ...held,
    contracts: [contract({ startDay: '2024-10-01', endDay, isActive: false }), contract({ id: 101, startDay, endDay: untilDay })],
    rows: held.rows
      .filter((one) => one.startDay >= startDay && one.startDay <= untilDay)
      .map((one) => ({ ...one, contractId: 101 })),
    detailed: [100, 101],
  };
};
const endedByHand = (held: Books): Books => ({ ...held, contracts: [contract({ endDay: '2025-10-31', isActive: false })] });
const moved = (price: string): Books => ({
  ...books({ contracts: [contract({ companyId: 8, subscriptionId: null, number: null })], services: [service()] }),
  rows: [row({ price, cost: '0', units: price === '0' ? 0 : 10 })],
});
const shared: Situation = {
  report: {
    lines: [line(), line({ organizationId: 'org-2', organizationName: 'Fabrikam' })],
    organizations: [organization(), organization({ id: 'org-2', name: 'Fabrikam' })],
  },
  settings: { allowSharedCompanies: [7] },
};
const unsubscribed: Situation = { report: { lines: [line({ subscriptionId: null })], subscriptions: [] } };
/** What the contract of that licence carries. */
const HASH = contractKeyOf(
  itemHash({ broker: 'default', organizationId: 'org-1', subscriptionId: null, type: 'Csp365Nce', codeOrProduct: CODE }),
);

export const found = table('6', 'Item', planned(outcome), [
  ['6.1 found by the user-defined field', carried({ number: null }), 'posted'],
  ['6.1 found by number if the field is empty', carried({ subscriptionId: null }), 'posted'],
  ['6.1 found in another case', carried({ subscriptionId: SUBSCRIPTION.toUpperCase(), number: null }), 'posted'],
  [
    '6.1 two contracts, one by field and one by number',
    carried({ number: null }, { subscriptionId: null }),
    'held contract-duplicate',
  ],
  [
    '6.1 one contract that also carries another subscription of the customer',
    { ...carried({ number: OTHER }), report: { lines: [line({ subscriptionId: OTHER })] } },
    'held contract-duplicate',
  ],
  [
    '6.1 two items of the month on one service of a contract',
    {
      report: {
        lines: ['1', '2'].map((code) =>
          line({
            recordType: 'Perpetual',
            itemCode: null,
            productName: code,
            subscriptionId: SUBSCRIPTION,
            currency: code === '1' ? 'EUR' : 'USD',
          }),
        ),
      },
    },
    'posted; held currency-mismatch',
  ],
  ['6.1 only at another company', carried({ companyId: 8, number: null }), 'held contract-other-company'],
  [
    '6.1 renewed in Autotask: of two with one id the one whose days cover the month',
    { books: renewedByHand('2025-09-30', '2025-10-01') },
    'posted',
  ],
  [
    '6.1 two with one id that both cover the month',
    { books: renewedByHand('2025-10-31', '2025-10-01') },
    'held contract-duplicate',
  ],
  [
    '6.1 two with one id after both have ended: the active one is extended',
    { books: renewedByHand('2025-07-31', '2025-08-01', '2025-09-30') },
    'posted',
  ],
  ['6.1 ended and inactive, and in balance', { books: endedByHand(running()), asOf: '2025-11-05' }, 'posted'],
  [
    '6.1 ended and inactive, and out of balance',
    { books: endedByHand(running(9, '108')), asOf: '2025-11-05' },
    'held contract-inactive',
  ],
  ['6.1 one subscription in the report for two organizations of one company', shared, 'held contract-duplicate'],
  [
    '6.1 at another company, without its ids, while money of the month stands on it',
    { books: moved('120'), named: { contracts: [[100, SUBSCRIPTION, []]] } },
    'held contract-other-company',
  ],
  [
    '6.1 brought to zero there, and then without its ids',
    { books: moved('0'), named: { contracts: [[100, SUBSCRIPTION, []]] } },
    'posted',
  ],
  [
    '6.1 a licence without subscription id, at another company',
    { ...unsubscribed, books: books({ contracts: [contract({ companyId: 8, subscriptionId: HASH, number: null })] }) },
    'held contract-other-company',
  ],
  ['6.1 inactive', carried({ isActive: false }), 'held contract-inactive'],
  ['6.1 of a kind other than recurring service', carried({ isRecurringService: false }), 'held contract-unsuitable'],
  ['6.1 in yearly periods', carried({ isMonthly: false }), 'held contract-unsuitable'],
  ['6.1 beginning on the 15th', carried({ startDay: '2025-09-15' }), 'held contract-unsuitable'],
  ['6.1 beginning after the month: treated as approved (7.5)', carried({ startDay: '2025-11-01' }), 'held period-frozen'],
]);

function made(situation: Situation): string {
  const upsert = stepOf(situation, 'upsertContract');
  if (!upsert) return 'nothing';
  if (upsert.contractId !== null) return `contract ${upsert.contractId}: ${Object.keys(upsert.set).join(', ')}`;
  const key = upsert.contractKey === SUBSCRIPTION ? 'the subscription’s id' : upsert.contractKey.replace(/[0-9a-f]{32}/, '…');
  return `new, ${upsert.startDay} to ${upsert.endDay}, with ${key}, ${upsert.name}`;
}
const until = (endDay: string | null): Situation => ({ report: { subscriptions: [subscription({ endDay })] } });
const end = (situation: Situation): string => stepOf(situation, 'upsertContract')?.endDay ?? 'nothing';
const perpetual = line({
  recordType: 'Perpetual',
  subscriptionId: null,
  itemCode: 'DG7GMGF0',
  productName: 'Visio',
  subscriptionName: null,
});

export const contracts = table('6', 'Contract', made, [
  [
    '6.2 a subscription without contract',
    {},
    'new, 2025-10-01 to 2026-03-31, with the subscription’s id, Business Premium – Premium for everybody',
  ],
  [
    '6.2 a licence without subscription id',
    { report: { lines: [perpetual] } },
    'new, 2025-10-01 to 2025-10-31, with cm-…, Visio',
  ],
  [
    '6.2 a subscription whose only item is held',
    { report: { prices: [price()], lines: [line({ currency: 'USD' })] } },
    'nothing',
  ],
  [
    '6.5 SLA and number are missing, somebody chose the name',
    { books: { ...running(), contracts: [contract({ slaId: null, number: null, name: 'My own' })] } },
    'contract 100: slaId, number',
  ],
  [
    '6.5 the subscription id was cleared',
    { books: { ...running(), contracts: [contract({ subscriptionId: null })] } },
    'contract 100: subscriptionId',
  ],
  [
    '6.5 only the number is missing: filled with the next write',
    { books: { ...running(), contracts: [contract({ number: null })] } },
    'nothing',
  ],
  [
    '6.5 with a new amount',
    { books: { ...running(), contracts: [contract({ number: null })] }, report: { lines: [line({ sales: '130.00' })] } },
    'contract 100: number',
  ],
  [
    '6.5 an id that is too long for a number is only in the field',
    {
      books: { ...running(), contracts: [contract({ number: null, subscriptionId: LONG })] },
      report: { lines: [line({ subscriptionId: LONG, sales: '130.00' })], subscriptions: [subscription({ id: LONG })] },
    },
    'nothing',
  ],
  ['6.5 somebody chose the number', { books: { ...running(), contracts: [contract({ number: 'C-77' })] } }, 'nothing'],
]);

export const ends = table('6', 'End of the contract', end, [
  ['6.3 the subscription list says 11 March 2026', {}, '2026-03-31'],
  ['6.3 it says 10 February of a leap year', until('2028-02-10'), '2028-02-29'],
  ['6.3 it says a day before the month', until('2025-06-30'), '2025-10-31'],
  ['6.3 the end is unknown: eleven months later', { report: { subscriptions: [] } }, '2026-09-30'],
  [
    '6.3 paid once: the latest end of the lines',
    { report: { subscriptions: [], prices: [price({ paymentMonths: 12 })], lines: [line({ endDay: '2026-09-14' })] } },
    '2026-09-30',
  ],
  ['6.3 perpetual: the month', { report: { lines: [perpetual] } }, '2025-10-31'],
  [
    '6.3 two items on one contract: the later',
    {
      report: {
        subscriptions: [],
        prices: [price({ paymentMonths: 12 }), price({ itemCode: 'NEW' })],
        lines: [line({ endDay: '2026-03-14' }), line({ itemCode: 'NEW' })],
      },
    },
    '2026-09-30',
  ],
]);

const ended = (last: string, ...months: string[]): Books => ({
  ...running(),
  contracts: [contract({ endDay: last })],
  rows: months.map((month, index) => row({ id: 900 + index, startDay: `${month}-01` })),
});
const renewed = { subscriptions: [subscription({ endDay: '2026-09-17' })] };

export const extensions = table('6', 'Written', planned(written, notes), [
  [
    '6.4 renewed to September 2026, in the month after its end',
    { books: ended('2025-09-30', '2025-08', '2025-09'), report: renewed },
    'extend 2025-09-30 → 2026-09-30; 2025-10-01: 10 units × 12.0000 / 10.0000 – nothing',
  ],
  [
    '6.4 ended in July: August and September are brought to 0',
    { books: ended('2025-07-31', '2025-07'), report: renewed },
    'extend 2025-07-31 → 2026-09-30; 2025-08-01: 0 units; 2025-10-01: 10 units × 12.0000 / 10.0000 – nothing',
  ],
  [
    '6.4 running on month by month, with another item code',
    {
      books: ended('2025-09-30', '2025-08', '2025-09'),
      report: {
        subscriptions: [subscription({ endDay: '2025-10-16', itemCode: 'CFQ7TTC0EST' })],
        lines: [line({ itemCode: 'CFQ7TTC0EST', sales: '123.60' })],
      },
    },
    'extend 2025-09-30 → 2025-10-31; 2025-10-01: 10 units × 12.3600 / 10.0000; 2025-10-01: 0 units – price-from-line',
  ],
  ['6.4 renewed while it still runs', { books: running(), report: renewed }, 'extend 2026-03-31 → 2026-09-30 – nothing'],
  [
    '6.4 an earlier end is only reported',
    { books: running(), report: { subscriptions: [subscription({ endDay: '2025-12-01' })] } },
    'nothing – end-date-earlier',
  ],
  [
    '6.4 co-terminated: an end in mid-month counts to its last day',
    { books: running(), report: { subscriptions: [subscription({ endDay: '2026-04-02' })] } },
    'extend 2026-03-31 → 2026-04-30 – nothing',
  ],
]);
