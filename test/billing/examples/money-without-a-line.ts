import { ghostReason, setAside } from '../../../shared/billing/ghosts/dismissal.js';
import type { Books, UnreadableRecord } from '../../../shared/billing/types.js';
import {
  charge,
  CODE,
  contract,
  line,
  organization,
  outcomesOf,
  plan,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { ghosts, notes, planned, table, written } from './table.js';

/** Section 8: money without a line. */

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
/** Its lines are those of another organization of the same company, where they are billed; the lists and the last accepted report name it here. */
const wentToSister = (held: Books): Situation => ({
  ...gone({
    lines: [line({ organizationId: 'org-2' })],
    organizations: [organization(), organization({ id: 'org-2' })],
    subscriptions: [subscription()],
  }),
  books: held,
  accepted: { lines: [line()] },
  moved: [SUBSCRIPTION],
  settings: { allowSharedCompanies: [7] },
});
const replaced = {
  lines: [other, line({ itemCode: 'CFQ7TTC0NEW' })],
  subscriptions: [subscription({ itemCode: 'CFQ7TTC0NEW' })],
};
const frozen = (held: Books): Books => ({ ...held, rows: held.rows.map((one) => ({ ...one, frozen: true })) });
const withOthers: Books = {
  ...running(),
  rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201 })],
  services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD' }), service({ id: 52 })],
};

const under = (key: string): Books => ({ ...running(), services: [service({ key })] });
const without = (subscriptionId: string | null): Books => ({
  ...running(),
  contracts: [contract({ subscriptionId, number: null })],
});
const unreadableRecord = (changes: Partial<UnreadableRecord>): UnreadableRecord => ({
  ...{ vendor: 'Autotask', kind: 'row', path: 'ContractServiceUnits', id: 1, record: '1', member: 'units', value: '?' },
  ...{ problem: 'is not understood', contractId: null, companyId: null, keys: [] },
  ...changes,
});
const withUnread = (changes: Partial<UnreadableRecord>): Books => ({ ...running(), unreadable: [unreadableRecord(changes)] });
/** A charge next to a row whose service does not show. */
const withRow = (changes: Partial<Books>): Books => ({
  ...running(),
  services: [],
  charges: azureCharge(false).charges,
  ...changes,
});
const azure = subscription({ recordType: 'AzurePlan', itemCode: null });
const ofConnector: Books = {
  ...azureCharge(false),
  charges: [charge({ key: 'somebody’s own', productId: 9, price: '75', day: '2025-10-20' })],
  products: [{ id: 9, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }],
};

export const withoutLine = table('8', 'Found – written', planned(ghosts, written), [
  [
    '8.1 the type’s report has not arrived, on the 19th',
    { ...gone({ lines: [] }), asOf: '2025-10-19' },
    'awaiting 120.00 (8.1) – nothing',
  ],
  [
    '8.1 it has not arrived by the 20th',
    { ...gone({ lines: [line({ organizationId: 'org-2', recordType: 'AzurePlan', itemCode: null })] }), asOf: '2025-10-20' },
    'ghost 120.00 (8.3) – nothing',
  ],
  ['8.1 somebody else’s service', gone({}, { ...running(), services: [service({ key: 'MANAGED' })] }), 'nothing – nothing'],
  [
    '8.1 somebody else’s contract',
    gone({ subscriptions: [] }, { ...running(), contracts: [contract({ subscriptionId: null, number: 'MSA-2025' })] }),
    'nothing – nothing',
  ],
  ['8.1 a record type that is switched off', { ...gone(), settings: { exportRecordTypes: ['AzurePlan'] } }, 'nothing – nothing'],
  ['8.1 next to an item that is held', { books: withOthers, asOf: '2025-10-25' }, 'nothing – nothing'],
  ['8.2 the subscription is deleted', gone(deleted), 'zeroed 120.00 (8.2) – 2025-10-01: 0 units'],
  [
    '8.2 it is, and a row of its contract cannot be read',
    gone(deleted, withUnread({ kind: 'row', contractId: 100 })),
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.2 it is, and our charge on it cannot be read',
    gone(deleted, withUnread({ kind: 'charge', contractId: 100, keys: ['CM-2025-10-1'] })),
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.2 it is, and a row of another contract cannot be read',
    gone(deleted, withUnread({ kind: 'row', contractId: 101 })),
    'zeroed 120.00 (8.2) – 2025-10-01: 0 units',
  ],
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
    '8.2 its row was adjusted before: a charge cancels the money',
    gone(deleted, {
      ...running(),
      rows: running().rows.map((one) => (one.startDay < '2025-10' ? { ...one, units: 9, price: '108' } : one)),
    }),
    'zeroed 120.00 (8.2) – create charge 1 × -120.0000 / -100.0000',
  ],
  ['8.3 the subscription is active', gone(), 'ghost 120.00 (8.3) – nothing'],
  ['8.4 an open charge of ours: it is the month’s, and waits (1.6)', gone({}, azureCharge(false)), 'ghost 75.00 (1.6) – nothing'],
  ['8.4 its subscription is deleted', gone(deleted, azureCharge(false)), 'zeroed 75.00 (8.4) – delete charge 1 × 0 / 0'],
  [
    '8.4 its subscription is deleted, and the service of a row of its contract cannot be read',
    gone(deleted, withRow({ unreadable: [unreadableRecord({ kind: 'service', id: 50 })] })),
    'ghost 75.00 (8.4) – nothing',
  ],
  [
    '8.4 the same while that service is gone: the charge may be in balance with the row (6.6)',
    gone(deleted, withRow({ gone: [{ kind: 'service', id: 50, key: CODE, why: 'It is gone.' }] })),
    'ghost 75.00 (8.4) – nothing',
  ],
  ['8.4 a billed one', gone({}, azureCharge(true)), 'ghost 75.00 (8.4) – nothing'],
  ['8.4 a row that is approved and posted', gone(deleted, frozen(running())), 'ghost 120.00 (8.4) – nothing'],
  [
    '8.6 an item code of any form that an earlier report named',
    { ...gone({ prices: [] }, under('M365-BP-OLD')), named: { codes: [['m365-bp-old', 'Csp365Nce']] } },
    'ghost 120.00 (8.3) – nothing',
  ],
  ['8.6 a key in Microsoft’s form that was never named', gone({}, under('CFQ7TTC0ANY')), 'nothing – nothing'],
  [
    '8.6 an overwritten key, on a contract that we billed it on',
    { ...gone({}, under('Our own text')), named: { contracts: [[100, SUBSCRIPTION, [[50, CODE.toLowerCase()]]]] } },
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.6 an overwritten key, on a service that was seen with it',
    { ...gone({}, under('Our own text')), named: { services: [[50, CODE.toLowerCase()]] } },
    'ghost 120.00 (8.3) – nothing',
  ],
  ['8.6 a contract whose id was never named', gone({ subscriptions: [] }, without('of-another-vendor')), 'nothing – nothing'],
  [
    '8.6 a contract that lost its ids, and that we billed on',
    { ...gone({}, without(null)), named: { contracts: [[100, SUBSCRIPTION, []]] } },
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.6 our charge on somebody else’s contract',
    gone({}, { ...azureCharge(false), contracts: without(null).contracts }),
    'ghost 75.00 (8.4) – nothing',
  ],
  [
    '8.6 somebody else’s charge on our product, on a contract without such an item',
    gone({ subscriptions: [azure] }, ofConnector),
    'ghost 75.00 (8.4) – nothing',
  ],
  [
    '8.6 a service that is switched off',
    {
      ...gone(),
      named: { subscriptions: [[SUBSCRIPTION, 'org-1', ['svc-365', 'microsoft 365 csp direct']]] },
      settings: { excludeServices: ['svc-365'] },
    },
    'nothing – nothing',
  ],
  [
    '8.6 an inactive contract is still billed',
    gone({}, { ...running(), contracts: [contract({ isActive: false })] }),
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.7 paid once, by another organization: this one’s report removes nothing',
    {
      ...gone({ subscriptions: [], prices: [price({ paymentMonths: 12 })] }),
      named: { subscriptions: [[SUBSCRIPTION, 'org-9', []]] },
    },
    'ghost 120.00 (8.3) – nothing',
  ],
  [
    '8.7 an organization of the same company has its lines: the amounts count there',
    wentToSister(running()),
    'nothing – nothing',
  ],
  ['8.7 the same for a charge that was made for this one', wentToSister(azureCharge(false)), 'nothing – nothing'],
]);

/** The customer's licence of 120.00 without a line, which a person dismissed when it was of another amount or of this one. */
function afterDismissal(sales: string): string {
  const dismissal = { contractId: 100, reason: 'billed by hand', actor: null, at: '2025-10-20T08:00:00Z' };
  const seen = [{ serviceId: 50, currency: 'EUR', sales, cost: '100.00' }];
  return setAside(plan(gone()).ghosts, [{ ...dismissal, ghosts: seen }])
    .map((ghost) => `${ghostReason(ghost)} ${ghost.sales}`)
    .join('; ');
}

export const dismissals = table('8', 'Listed as', afterDismissal, [
  ['8.8 dismissed with the amount that stands there', '120.00', 'dismissed 120.00'],
  ['8.8 dismissed with another amount', '132.00', 'ghost 120.00'],
]);

export const foreignMoney = table('8', 'Report – ghosts – notes', planned(outcomeOfReport, ghosts, notes), [
  ['8.5 the report has only Fabrikam: money without a line is not part of it', gone(), '0 items – ghost 120.00 (8.3) – nothing'],
  [
    '8.5 a row of somebody else’s service is only mentioned',
    gone({ lines: [line()] }, { ...withOthers, services: [service(), service({ id: 51, key: 'MANAGED' })] }),
    '1 items – nothing – foreign-row',
  ],
]);

function outcomeOfReport(decided: ReturnType<typeof plan>): string {
  return `${outcomesOf(decided).length} items`;
}
