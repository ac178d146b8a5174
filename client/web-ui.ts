import type { Environment } from '../shared/config.js';

/** Links into the Temporal Web UI. Operators see current details only on the tab "User Metadata", so that is where they are led. */

/** The Web UI's address: `TEMPORAL_UI_URL`, else where the dev server has it (its port + 1000). */
export function webUiUrl(environment: Environment, address: string): string {
  const own = environment.TEMPORAL_UI_URL;
  if (own) return own.replace(/\/$/, '');
  const [host = '127.0.0.1', port = '7233'] = address.split(':');
  return `http://${host}:${Number(port) + 1000}`;
}

export const workflowLink = (ui: string, namespace: string, workflowId: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;

/** Everything of a query, e.g. all that waits for a person. */
export const listLink = (ui: string, namespace: string, query: string): string =>
  `${ui}/namespaces/${encodeURIComponent(namespace)}/workflows?query=${encodeURIComponent(query)}`;
