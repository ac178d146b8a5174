import { chargeKeyOf, itemHash } from '../../../shared/billing/basics/keys.js';
import { NOTHING_NAMED, mergeNames, MOST_EARLIER_OWNERS, type Named } from '../../../shared/billing/report/named.js';
import type { Books, Charge, Line, RecordType } from '../../../shared/billing/types.js';
import { books, charge, contract, line, organization, running, SUBSCRIPTION, type Situation } from '../builders.js';
import { ghosts, outcome, planned, table, written } from './table.js';

/** Rules 7.7 and 8.4: charge keys hold the organization, and a subscription goes from one to another. */

const usage = line({ subscriptionId: 'az-1', recordType: 'AzurePlan', itemCode: null, sales: '75.00', cost: '60.00' });

/** The key under which an organization would charge the line. */
export const keyOf = (organizationId: string, { subscriptionId, recordType, itemCode }: Line): string =>
  chargeKeyOf(
    '2025-10',
    itemHash({ broker: 'default', organizationId, subscriptionId, type: recordType as RecordType, codeOrProduct: itemCode }),
  );

/** Who had it, the first one first; the customer is the last. */
const hadBy = (id: string, ...owners: string[]): Partial<Named> =>
  mergeNames(NOTHING_NAMED, { ...NOTHING_NAMED, subscriptions: owners.map((owner) => [id, owner, []]) });
const MANY = Array.from({ length: MOST_EARLIER_OWNERS + 1 }, (_, index) => `later-${index}`);

const azureBooks = (...charges: Charge[]): Books =>
  books({ contracts: [contract({ id: 101, subscriptionId: 'az-1', number: 'az-1' })], charges });
const by = (organizationId: string, what: Line, changes: Partial<Charge> = {}): Charge =>
  charge({
    ...{ id: 2001, contractId: 101, key: keyOf(organizationId, what), productId: 9, price: '75', cost: '60' },
    ...changes,
  });
const situation = (held: Books, named: Partial<Named>, changes: Partial<Situation> = {}): Situation => ({
  report: { lines: [usage] },
  books: { ...held, products: [{ id: 9, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }] },
  named,
  ...changes,
});
const former = hadBy('az-1', 'org-9');
const dearer = { report: { lines: [{ ...usage, sales: '80.00' }] } };
const fabrikam = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
const both = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const partial: Partial<Situation> = {
  report: { lines: [{ ...usage, sales: '70.00' }], organizations: both },
  accepted: { lines: [fabrikam, { ...fabrikam, subscriptionId: 's-3', recordType: 'Perpetual' }], organizations: both },
};

const licence = line();
const withRest = (...charges: Charge[]): Books => ({ ...running(10, '115'), charges });
const rest = (organizationId: string): Charge =>
  by(organizationId, licence, { contractId: 100, productId: null, price: '5', cost: '0' });

export const earlierOwners = table('7', 'Item – found – written', planned(outcome, ghosts, written), [
  [
    '7.7 a charge made for the organization that had the subscription before counts for the item',
    situation(azureBooks(by('org-9', usage)), former),
    'posted – nothing – nothing',
  ],
  [
    '7.7 also one made for an earlier organization',
    situation(azureBooks(by('org-7', usage)), hadBy('az-1', 'org-7', 'org-8', 'org-9')),
    'posted – nothing – nothing',
  ],
  [
    '7.7 it is set to what the report says now',
    situation(azureBooks(by('org-9', usage)), former, dearer),
    'posted – nothing – update charge 10 × 8.0000 / 6.0000',
  ],
  [
    '7.7 where it is billed, it counts as billed',
    situation(azureBooks(by('org-9', usage, { billed: true })), former, dearer),
    'held period-frozen – nothing – nothing',
  ],
  [
    '7.7 where both were charged, the customer’s own remains',
    situation(azureBooks(by('org-9', usage), by('org-1', usage, { id: 2002 })), former),
    'posted – nothing – delete charge 1 × 0.0000 / 0.0000',
  ],
  [
    '7.7 next to the row of a licence',
    { books: withRest(rest('org-9')), named: hadBy(SUBSCRIPTION, 'org-9') },
    'posted – nothing – nothing',
  ],
  [
    '7.7 less than stood for another organization, in a report that is not whole',
    situation(azureBooks(by('org-9', usage)), former, partial),
    'held report-shrank – nothing – nothing',
  ],
]);

export const ofNobodyKnowsWhat = table('8', 'Item – found – written', planned(outcome, ghosts, written), [
  [
    '8.4 a charge of unknown origin may be the same money',
    situation(azureBooks(by('org-9', usage)), {}),
    'held report-shrank – ghost 75.00 (8.4) – nothing',
  ],
  [
    '8.4 so is one for an owner from too long ago to be known',
    situation(azureBooks(by('org-9', usage)), hadBy('az-1', 'org-9', ...MANY)),
    'held report-shrank – ghost 75.00 (8.4) – nothing',
  ],
  [
    '8.4 next to amounts in balance only the charge is listed',
    { books: { ...running(), charges: [by('org-9', licence, { contractId: 100, price: '5' })] } },
    'posted – ghost 5.00 (8.4) – nothing',
  ],
]);
