import type { Books, Line, Report } from '../../../shared/billing/types.js';
import { blind, books, contract, line, organization, row, running, service, subscription, type Situation } from '../builders.js';
import { ghosts, planned, table } from './table.js';

/** Rule 8.9: what neither the report nor Autotask shows any more, though the accepted report of the month had it. */

const fabrikam = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const of = (...lines: Line[]): Partial<Report> => ({ lines: [...lines, fabrikam], organizations });
const since = (before: Line, now: Partial<Report>, held: Books, changes: Partial<Situation> = {}): Situation => ({
  report: now,
  accepted: of(before),
  acceptedOn: '2025-10-12',
  asOf: '2025-10-13',
  books: held,
  ...changes,
});

const azure = line({ subscriptionId: 'az-1', recordType: 'AzurePlan', itemCode: null, serviceId: 'svc-azure', sales: '75.00' });
const nothing = books({ services: [service()] });
const withoutRows: Books = { ...running(), rows: [] };
const atZero: Books = { ...running(), rows: [row({ units: 0, price: '0', cost: '0' })] };
const azureContract: Books = { ...nothing, contracts: [contract({ id: 101, subscriptionId: 'az-1', number: 'az-1' })] };
const unreadable: Books = {
  ...nothing,
  unreadable: [
    {
      vendor: 'Autotask',
      path: 'Contracts',
      record: '100',
      member: 'endDate',
      value: 'soon',
      problem: 'is not a day',
      kind: 'contract',
      id: 100,
      contractId: 100,
      companyId: 7,
      keys: [subscription().id],
    },
  ],
};

export const unseen = table('8', 'Outside the report', planned(ghosts), [
  ['8.9 its line is gone, and Autotask does not show its contract', since(line(), of(), nothing), 'ghost 120.00 (8.9)'],
  ['8.9 its contract is there and cannot be read', since(line(), of(), unreadable), 'ghost 120.00 (8.9)'],
  ['8.9 its contract is there, without the row', since(line(), of(), withoutRows), 'ghost 120.00 (8.9)'],
  ['8.9 without the charge that all of it stood on', since(azure, of(), azureContract), 'ghost 75.00 (8.9)'],
  ['8.9 its row is there, at 0 units: somebody has ended it', since(line(), of(), atZero), 'nothing'],
  [
    '8.9 its subscription has ended',
    since(line(), { ...of(), subscriptions: [subscription({ status: 'Cancelled' })] }, nothing),
    'nothing',
  ],
  [
    '8.9 its lines now belong to another organization, and are billed there',
    since(line(), of(), nothing, { moved: [subscription().id] }),
    'nothing',
  ],
  [
    '8.9 its record type is switched off since',
    since(line(), of(), nothing, { settings: { exportRecordTypes: ['AzurePlan'] } }),
    'nothing',
  ],
  [
    '8.9 another item of the subscription is held, which reports it',
    since(line(), of(line({ itemCode: 'CFQ7TTC0USD', currency: 'USD' })), nothing),
    'nothing',
  ],
]);

export const unread = table('8', 'Outside the report', (situation: Situation) => ghosts(blind(situation)), [
  ['8.9 Autotask could not be read at all', since(line(), of(), nothing), 'ghost 120.00 (8.9)'],
  ['8.9 it could not, and the report has its line', since(line(), of(line()), nothing), 'nothing'],
]);
