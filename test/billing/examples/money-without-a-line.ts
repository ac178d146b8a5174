import type { Books, Settings } from '../../../shared/billing/types.js';
import type { plan } from '../builders.js';
import {
  charge,
  contract,
  line,
  organization,
  outcomesOf,
  price,
  row,
  running,
  service,
  subscription,
  type Situation,
} from '../builders.js';
import { ghosts, notes, outcome, planned, table, written } from './table.js';

/** Sections 8 and 9: ghosts, circuit breakers. */

/** The customer's licence is gone from the report; another customer's keeps the record type in it. */
const other = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
const gone = (changes: Situation['report'] = {}, held: Books = running()): Situation => ({
  books: held,
  asOf: '2025-10-25',
  report: { lines: [other], organizations: [organization(), organization({ id: 'org-2', companyIdText: '8' })], ...changes },
});
const deleted = { subscriptions: [subscription({ status: 'Deleted' })] };
/** Charge key of the customer's Azure plan (rule 7.7). */
const AZURE_KEY = 'CM-2025-10-dbdd6cc021e5f5580b52';
const azureCharge = (billed: boolean): Books => ({
  ...running(),
  rows: [],
  charges: [charge({ key: AZURE_KEY, price: '75', billed })],
});
const replaced = {
  lines: [other, line({ itemCode: 'CFQ7TTC0NEW' })],
  subscriptions: [subscription({ itemCode: 'CFQ7TTC0NEW' })],
};
const frozen = (held: Books): Books => ({ ...held, rows: held.rows.map((one) => ({ ...one, frozen: true })) });
const besides: Books = {
  ...running(),
  rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201 })],
  services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD' }), service({ id: 52 })],
};

export const withoutLine = table('8', 'Found – written', planned(ghosts, written), [
  [
    '8.1 the type’s report has not come, on the 19th',
    { ...gone({ lines: [] }), asOf: '2025-10-19' },
    'awaiting 120.00 (8.1) – nothing',
  ],
  [
    '8.1 it has not come by the 20th',
    { ...gone({ lines: [line({ organizationId: 'org-2', recordType: 'AzurePlan', itemCode: null })] }), asOf: '2025-10-20' },
    'ghost 120.00 (8.3) – nothing',
  ],
  ['8.1 a service of somebody else', gone({}, { ...running(), services: [service({ key: 'MANAGED' })] }), 'nothing – nothing'],
  [
    '8.1 a contract of somebody else',
    gone({ subscriptions: [] }, { ...running(), contracts: [contract({ subscriptionId: null, number: 'MSA-2025' })] }),
    'nothing – nothing',
  ],
  ['8.1 a record type that is switched off', { ...gone(), settings: { exportRecordTypes: ['AzurePlan'] } }, 'nothing – nothing'],
  ['8.1 beside an item that is held', { books: besides, asOf: '2025-10-25' }, 'nothing – nothing'],
  ['8.2 the subscription is deleted', gone(deleted), 'zeroed 120.00 (8.2) – 2025-10-01: 0 units'],
  [
    '8.2 its cancellation is only pending',
    gone({ subscriptions: [subscription({ status: 'PendingCancellation' })] }),
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.2 its item code was replaced by another',
    gone(replaced),
    'zeroed 120.00 (8.2) – 2025-10-01: 10 units × 12.0000 / 10.0000; 2025-10-01: 0 units',
  ],
  [
    '8.2 it is paid once, and not in this month',
    gone({ prices: [price({ paymentMonths: 12 })] }),
    'zeroed 120.00 (8.2) – 2025-10-01: 0 units',
  ],
  [
    '8.2 its row was adjusted before: a charge takes the money away',
    gone(deleted, {
      ...running(),
      rows: running().rows.map((one) => (one.startDay < '2025-10' ? { ...one, units: 9, price: '108' } : one)),
    }),
    'zeroed 120.00 (8.2) – create charge 1 × -120.0000 / -100.0000',
  ],
  ['8.3 the subscription is active', gone(), 'ghost 120.00 (8.3) – nothing'],
  ['8.4 an open charge of ours: it is the month’s, and waits (1.6)', gone({}, azureCharge(false)), 'ghost 75.00 (1.6) – nothing'],
  ['8.4 its subscription is deleted', gone(deleted, azureCharge(false)), 'zeroed 75.00 (8.4) – delete charge 1 × 0 / 0'],
  ['8.4 a billed one', gone({}, azureCharge(true)), 'ghost 75.00 (8.4) – nothing'],
  ['8.4 a row that is approved and posted', gone(deleted, frozen(running())), 'ghost 120.00 (8.4) – nothing'],
]);

export const beside = table('8', 'Report – beside it – worth knowing', planned(outcomeOfReport, ghosts, notes), [
  [
    '8.5 the report is of Fabrikam alone: money without a line is no part of it',
    gone(),
    '0 items – ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.5 a row of somebody else’s service is only mentioned',
    gone({ lines: [line()] }, { ...besides, services: [service(), service({ id: 51, key: 'MANAGED' })] }),
    '1 items – nothing – foreign-row',
  ],
]);

function outcomeOfReport(decided: ReturnType<typeof plan>): string {
  return `${outcomesOf(decided).length} items`;
}

// ---------------------------------------------------------------------------------------------------------------- 9

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
const alone = { organizationPercent: 0 };
const many = (count: number): Situation => ({
  report: { lines: Array.from({ length: count }, (_, index) => line({ subscriptionId: `sub-${index}` })) },
});
const upfront = {
  ...moved('7000.00', '600.00'),
  report: { ...moved('7000.00', '600.00').report, prices: [price({ paymentMonths: 12 })] },
};

export const breakers = table(
  '9',
  'Item',
  planned((decided) => [...new Set(outcome(decided).split('; '))].join('; ')),
  [
    ['9.1 from 600 to 1,300: more than doubled, and by more than 500', moved('1300.00', '600.00'), 'held breaker-organization'],
    ['9.1 from 100 to 300: more than doubled, by less than 500', moved('300.00', '100.00'), 'posted'],
    ['9.1 from 600 to 1,100: by 500, not more', moved('1100.00', '600.00'), 'posted'],
    ['9.1 switched off', moved('1300.00', '600.00', { organizationPercent: 0, itemFactor: 0 }), 'posted'],
    ['9.2 from 600 to 7,000: more than ten times', moved('7000.00', '600.00', alone), 'held breaker-item'],
    ['9.2 from 600 to 50: less than a tenth', moved('50.00', '600.00', alone), 'held breaker-item'],
    ['9.2 from 600 to 6,000: ten times, not more', moved('6000.00', '600.00', alone), 'posted'],
    ['9.2 nothing last month: not compared', moved('7000.00', '0'), 'posted'],
    ['9.2 paid once: not compared', upfront, 'posted'],
    ['9.2 already in balance: waits for nobody', { ...moved('7000.00', '600.00'), books: running(10, '7000') }, 'posted'],
    ['9.3 50 new contracts', many(50), 'posted'],
    ['9.3 51 new contracts', many(51), 'held breaker-contracts'],
  ],
);
