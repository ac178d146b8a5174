import type { MonthResult, OrganizationResult } from '../shared/billing/results.js';
import { same } from '../shared/billing/text.js';
import type { Month } from '../shared/billing/types.js';
import type { BaseConfig } from '../shared/config.js';
import { organizationBillingId, STATUS_QUERY } from '../shared/contract.js';
import { openEvidence } from '../shared/evidence/index.js';
import { readMonth, type MonthRead } from '../shared/evidence/months.js';
import { CommandError, EXIT } from './exit.js';
import type { Temporal } from './temporal.js';

/** A month as the evidence and the open workflows know it. */

/** The latest run of the month; throws with the command that runs it when there is none. */
export async function requireMonth(config: BaseConfig, month: Month): Promise<MonthRead> {
  const read = await findMonth(config, month);
  if (read) return read;
  throw new CommandError(
    EXIT.failed,
    `${month} has not been run yet (no evidence of it in BILLING_EVIDENCE). Run it with: billing run ${month} --wait`,
  );
}

export async function findMonth(config: BaseConfig, month: Month): Promise<MonthRead | null> {
  const evidence = openEvidence(config.evidence);
  try {
    return await readMonth(evidence, config.broker, month);
  } finally {
    await evidence.close();
  }
}

/** Open workflows of organizations, by organization id. The list lags behind, so ids known from the evidence are asked too. */
export async function openOrganizations(
  { client }: Temporal,
  broker: string,
  month: Month,
  known: string[],
): Promise<Map<string, OrganizationResult>> {
  const ids = new Set(known);
  const query = `WorkflowType = 'organizationBilling' AND ExecutionStatus = 'Running' AND BillingBroker = '${broker}' AND BillingMonth = '${month}'`;
  const prefix = organizationBillingId(broker, month, '');
  for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId.slice(prefix.length));
  const open = new Map<string, OrganizationResult>();
  for (const id of ids) {
    const result = await askOpen({ client }, organizationBillingId(broker, month, id));
    if (result) open.set(id, result);
  }
  return open;
}

/** What an open organization workflow shows, or null when none is open under the id. */
export async function askOpen({ client }: Pick<Temporal, 'client'>, workflowId: string): Promise<OrganizationResult | null> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await handle.describe();
    return status.name === 'RUNNING' ? await handle.query<OrganizationResult>(STATUS_QUERY) : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof Error && error.name === 'WorkflowNotFoundError';

/** The month with what its open workflows show now: one that runs again is running, whatever it was before. */
export function withOpen(month: MonthResult, open: Map<string, OrganizationResult>): MonthResult {
  const organizations = month.organizations.map((organization) => {
    const now = open.get(organization.organizationId);
    return now?.status === 'Running' ? { ...organization, status: 'Running' as const } : organization;
  });
  return { ...month, organizations };
}

/** An organization by id or exact name. */
export function findOrganization(
  known: { organizationId: string; organizationName: string }[],
  text: string,
  month: Month,
): string {
  const hits = known.filter(({ organizationId, organizationName }) => same(organizationId, text) || same(organizationName, text));
  if (hits.length === 1) return hits[0]!.organizationId;
  if (hits.length > 1)
    throw new CommandError(
      EXIT.usage,
      `Several organizations are called "${text}": ${hits.map(({ organizationId }) => organizationId).join(', ')}. Use the id.`,
    );
  const names = known.map(({ organizationName }) => organizationName).filter(Boolean);
  throw new CommandError(EXIT.usage, `No organization "${text}" in ${month}. Known: ${names.slice(0, 20).join(', ') || 'none'}.`);
}
