import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair, SearchAttributeUpdatePair, TypedSearchAttributes } from '@temporalio/common';
import type { ShownInSearch } from '../shared/messages/messages.js';
import type { Month } from '../shared/billing/types.js';

/** What the Web UI can be searched by. Never encrypted, so neither names nor amounts are in them, unless somebody chose so. */

export const billingBroker = defineSearchAttributeKey('BillingBroker', 'KEYWORD');
export const billingMonth = defineSearchAttributeKey('BillingMonth', 'KEYWORD');
export const billingOrganization = defineSearchAttributeKey('BillingOrganization', 'KEYWORD');
export const billingStatus = defineSearchAttributeKey('BillingStatus', 'KEYWORD');
const IN_SEARCH = {
  customer: defineSearchAttributeKey('BillingCustomer', 'KEYWORD'),
  amount: defineSearchAttributeKey('BillingAmount', 'KEYWORD'),
  reason: defineSearchAttributeKey('BillingReason', 'KEYWORD'),
};

/** Name, size of amount and reason, as far as they are not there yet; where nobody chose so any more, they go. */
export const changedInSearch = (known: TypedSearchAttributes, shown: ShownInSearch | undefined): SearchAttributeUpdatePair[] =>
  (['customer', 'amount', 'reason'] as const).flatMap((part) => {
    const [key, value] = [IN_SEARCH[part], shown?.[part] || null];
    return (known.get(key) ?? null) === value ? [] : [{ key, value }];
  });

/** Set by the server on every start of a schedule: the nominal time. */
export const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

export const organizationAttributes = (broker: string, month: Month, organizationId: string): SearchAttributePair[] => [
  { key: billingBroker, value: broker },
  { key: billingMonth, value: month },
  { key: billingOrganization, value: organizationId },
  { key: billingStatus, value: 'Running' },
];
