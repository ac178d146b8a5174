import { workflowInfo } from '@temporalio/workflow';
import type { Month } from '../shared/billing/types.js';

/** Links for the Web UI's current details. They begin at its root, because a workflow does not know where the Web UI is served. */

/** The page of an execution that shows its current details; without a run id the latest execution's first page. */
export const pageOf = (workflowId: string, runId?: string): string =>
  `/namespaces/${workflowInfo().namespace}/workflows/${encodeURIComponent(workflowId)}${runId === undefined ? '' : `/${runId}/user-metadata`}`;

const listOf = (query: string): string => `/namespaces/${workflowInfo().namespace}/workflows?query=${encodeURIComponent(query)}`;

/** Prepared lists, as `billing status` prints them. */
export const waitingList = (broker: string, month: Month): string =>
  listOf(
    `BillingBroker="${broker}" AND BillingMonth="${month}" AND ExecutionStatus="Running" AND BillingStatus IN ("NeedsAttention", "AwaitingApproval")`,
  );
export const monthList = (broker: string, month: Month): string =>
  listOf(`BillingBroker="${broker}" AND BillingMonth="${month}"`);
export const organizationList = (broker: string, organizationId: string): string =>
  listOf(`BillingBroker="${broker}" AND BillingOrganization="${organizationId}"`);
