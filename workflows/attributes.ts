import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import type { Month } from '../shared/billing/types.js';

/** What the Web UI can be searched by. Never encrypted, so neither names nor amounts are in them. */

export const billingBroker = defineSearchAttributeKey('BillingBroker', 'KEYWORD');
export const billingMonth = defineSearchAttributeKey('BillingMonth', 'KEYWORD');
export const billingOrganization = defineSearchAttributeKey('BillingOrganization', 'KEYWORD');
export const billingStatus = defineSearchAttributeKey('BillingStatus', 'KEYWORD');
/** Set by the server on every start of a schedule: the nominal time. */
export const scheduledStart = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

export const organizationAttributes = (broker: string, month: Month, organizationId: string): SearchAttributePair[] => [
  { key: billingBroker, value: broker },
  { key: billingMonth, value: month },
  { key: billingOrganization, value: organizationId },
  { key: billingStatus, value: 'Running' },
];
