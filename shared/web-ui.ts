import type { Month } from './billing/types.js';
import type { Environment } from './environment.js';

/** Links into the Temporal Web UI. Operators see current details only on the tab "User Metadata", so that is where they are led. */

/** The Web UI's address: `TEMPORAL_UI_URL`, else where the dev server has it (its port + 1000). */
export function webUiUrl(environment: Environment, address: string): string {
  const own = environment.TEMPORAL_UI_URL;
  if (own) return own.replace(/\/$/, '');
  const [host = '127.0.0.1', port = '7233'] = address.split(':');
  return `http://${host}:${Number(port) + 1000}`;
}

/** The Web UI's address for people elsewhere, as a notice gives it; null where nobody said what it is: a server's own name leads nobody there. */
export function publicWebUiUrl(environment: Environment): string | null {
  const address = environment.TEMPORAL_ADDRESS ?? '127.0.0.1:7233';
  const isHere = /^(127\.0\.0\.1|localhost):/.test(address);
  return environment.TEMPORAL_UI_URL || isHere ? webUiUrl(environment, address) : null;
}

export const workflowLink = (ui: string, namespace: string, workflowId: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;

/** The page of one execution that shows its current details. */
export const detailsLink = (
  ui: string,
  namespace: string,
  { workflowId, runId }: { workflowId: string; runId: string },
): string => `${workflowLink(ui, namespace, workflowId)}/${runId}/user-metadata`;

/** Prepared lists: what waits for a person, everything of a month, one organization's months. */
export function preparedLists(ui: string, namespace: string, broker: string, month: Month): { title: string; link: string }[] {
  const link = (query: string): string => listLink(ui, namespace, `BillingBroker="${broker}" AND ${query}`);
  return [
    {
      title: 'waiting for a person',
      link: link(`ExecutionStatus="Running" AND BillingStatus IN ("NeedsAttention", "AwaitingApproval")`),
    },
    { title: 'this month', link: link(`BillingMonth="${month}"`) },
    { title: 'one organization', link: link(`BillingOrganization="ID"`) },
  ];
}

/** Who waits for a person in one month. */
export const waitingLink = (ui: string, namespace: string, broker: string, month: Month): string =>
  listLink(
    ui,
    namespace,
    `BillingBroker="${broker}" AND BillingMonth="${month}" AND ExecutionStatus="Running" AND BillingStatus IN ("NeedsAttention", "AwaitingApproval")`,
  );

/** Everything of a query, e.g. all that waits for a person. */
export const listLink = (ui: string, namespace: string, query: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows?query=${encodeURIComponent(query)}`;
