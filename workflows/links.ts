import { link, md } from '../shared/billing/basics/markdown.js';
import type { Month } from '../shared/billing/types.js';
import type { OrganizationBillingInput } from '../shared/messages/messages.js';

/** Links for the Web UI's current details. They begin at its root, because a workflow does not know where the Web UI is served. */

/** The page of an execution that shows its current details; without a run id the latest execution's first page. */
export const pageOf = (namespace: string, workflowId: string, runId?: string): string =>
  `/namespaces/${encoded(namespace)}/workflows/${encoded(workflowId)}${runId === undefined ? '' : `/${encoded(runId)}/user-metadata`}`;

const listOf = (namespace: string, query: string): string =>
  `/namespaces/${encoded(namespace)}/workflows?query=${encoded(query)}`;

/** Half a character has no address, and would fail anyone who asks for one. */
const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));

/** A value of a filter: a quotation mark in it cannot end it. */
const quoted = (value: string): string => `"${value.replace(/["\\]/g, String.raw`\$&`)}"`;

/** Prepared lists, as `billing status` prints them. */
export const waitingList = (namespace: string, broker: string, month: Month): string =>
  listOf(
    namespace,
    `BillingBroker=${quoted(broker)} AND BillingMonth=${quoted(month)} AND ExecutionStatus="Running" AND BillingStatus IN ("NeedsAttention", "AwaitingApproval")`,
  );
export const monthList = (namespace: string, broker: string, month: Month): string =>
  listOf(namespace, `BillingBroker=${quoted(broker)} AND BillingMonth=${quoted(month)}`);
export const organizationList = (namespace: string, broker: string, organizationId: string): string =>
  listOf(namespace, `BillingBroker=${quoted(broker)} AND BillingOrganization=${quoted(organizationId)}`);

/** Below what stands on an organization's page. */
export const linksOf = (namespace: string, { broker, month, organizationId }: OrganizationBillingInput): string =>
  md`${link('Other months of this organization', organizationList(namespace, broker, organizationId))} · ${link(['Everything in', month].join(' '), monthList(namespace, broker, month))}`
    .text;
