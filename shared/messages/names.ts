import { isMonth } from '../billing/basics/month.js';
import type { Month } from '../billing/types.js';

/** What Temporal knows the product by: queues, ids, and the names of workflows, attributes and messages. Amounts and customers' names stay out of them. */

/** The queue that all brokers had in common in earlier releases; served only while a broker has open executions there. */
export const BILLING_QUEUE = 'billing';
export const billingQueue = (broker: string): string => `billing-${broker}`;
export const cloudmoreQueue = (broker: string): string => `cloudmore-${broker}`;
export const autotaskQueue = (broker: string): string => `autotask-${broker}`;

/** The deployment whose versions serve a broker's workflows. Temporal allows no dot in its name, brokers know no tilde. */
export const deploymentName = (broker: string): string => `billing-${broker.replaceAll('.', '~')}`;

export const scheduleId = (broker: string): string => `daily-billing/${broker}`;
/** The schedule appends the nominal time to this id. */
export const scheduledBillingId = (broker: string): string => `daily-billing/${broker}`;
export const dailyBillingId = (broker: string, month: Month): string => `daily-billing/${broker}/${month}`;
/** What the ids of all organizations of a broker begin with. */
export const organizationBillingsOf = (broker: string): string => `billing/${broker}/`;
export const organizationBillingId = (broker: string, month: Month, organizationId: string): string =>
  `${organizationBillingsOf(broker)}${month}/${organizationId}`;

/** Month and organization as an execution's id has them; nothing where it has none. */
export function monthAndOrganizationOf(workflowId: string): { month?: Month; organizationId?: string } {
  const [kind, , month = '', ...rest] = workflowId.split('/');
  if (!isMonth(month)) return {};
  return kind === 'billing' ? { month, organizationId: rest.join('/') } : kind === 'daily-billing' ? { month } : {};
}

export const WORKFLOWS = {
  daily: 'dailyBilling',
  organization: 'organizationBilling',
  settings: 'workerSettings',
  monthEnd: 'monthEnd',
} as const;
export const SEARCH_ATTRIBUTES = ['BillingBroker', 'BillingMonth', 'BillingOrganization', 'BillingStatus'] as const;

/** Only with `BILLING_NAMES_IN_SEARCH=true`: search attributes stand in Temporal in the clear, encrypted histories or not. */
export const NAMES_IN_SEARCH = ['BillingCustomer', 'BillingAmount', 'BillingReason'] as const;

export const SKIP_SIGNAL = 'skip';
export const RERUN_SIGNAL = 'rerun';
export const APPROVE_SIGNAL = 'approve';
/** The same as updates: refused at once where they make no sense, and answered with what came of them. */
export const SKIP_UPDATE = 'skipNow';
export const RERUN_UPDATE = 'rerunNow';
export const APPROVE_UPDATE = 'approveNow';
/** Takes a billed month back; an update alone, for anyone who does that reads the answer. */
export const UNDO_UPDATE = 'undoNow';
/** Memo of an organization's workflow: the last message that was not understood, in words. */
export const REFUSED_MEMO = 'refused';
/** Memo: when that message came, an ISO time. */
export const REFUSED_AT_MEMO = 'refusedAt';
/** Internal: the daily run hands an open organization the new report. */
export const REPORT_SIGNAL = 'newReport';
/** Internal: an organization informs the run that it ended or waits. */
export const SETTLED_SIGNAL = 'settled';
/** Internal: a signal came under a name that nobody knows. */
export const MISNAMED_SIGNAL = 'misnamed';
export const STATUS_QUERY = 'status';
