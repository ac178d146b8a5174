import { type AcceptedItem, type AcceptedPart, type Accepting, type Compared } from '../../shared/billing/report/accepted.js';
import { accepted } from './builders.js';

/** Reports of two organizations, and what was accepted of them. */

export const item = (changes: Partial<AcceptedItem> = {}): AcceptedItem =>
  accepted({ contractKey: 's-1', subscriptionId: 's-1', itemCode: 'CODE', ...changes });
export const azure = item({
  id: 'item-2',
  contractKey: 's-2',
  subscriptionId: 's-2',
  type: 'AzurePlan',
  itemCode: null,
  sources: ['svc-azure'],
});
export const part = (items: AcceptedItem[], asOf = '2025-10-12'): AcceptedPart => ({ asOf, items });
export const contoso = (accepted: AcceptedPart | null, now: AcceptedItem[]): Compared => ({
  organizationId: 'ORG-1',
  organizationName: 'Contoso',
  accepted,
  now,
});
export const fabrikam = (accepted: AcceptedPart | null, now: AcceptedItem[]): Compared => ({
  organizationId: 'org-2',
  organizationName: 'Fabrikam',
  accepted,
  now,
});

export const USUAL: Accepting = { isReleased: false, isBlind: false, movedTo: [], cameFrom: [], leaves: () => false };
