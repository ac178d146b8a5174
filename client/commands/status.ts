import type { MonthResult, OrganizationResult } from '../../shared/billing/results.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { organizationBillingId } from '../../shared/contract.js';
import type { Context } from '../context.js';
import type { ExitCode } from '../exit.js';
import { openOrganizations, requireMonth, withOpen } from '../months.js';
import { withTemporal, type Temporal } from '../temporal.js';
import { listLink, webUiUrl, workflowLink } from '../web-ui.js';
import { exitCodeOf } from './run.js';

/** Where the month stands: what waits for a person first, then the rest in counts. */
export async function status(context: Context, { month, json }: { month: Month; json: boolean }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  return withTemporal(context.environment, async (temporal) => {
    const { result, record } = await requireMonth(config, month);
    const known = result.organizations.filter(waits).map(({ organizationId }) => organizationId);
    const now = withOpen(result, await openOrganizations(temporal, config.broker, month, known));
    context.out(json ? JSON.stringify(now, null, 2) : render(context, temporal, now, record.heldMonth));
    return exitCodeOf(now, record.heldMonth);
  });
}

const waits = ({ status: state }: OrganizationResult): boolean =>
  state === 'NeedsAttention' || state === 'AwaitingApproval' || state === 'Skipped';

function render(context: Context, temporal: Temporal, month: MonthResult, heldMonth: string | null): string {
  const ui = webUiUrl(context.environment, temporal.address);
  const query = `BillingBroker="${month.broker}" AND BillingMonth="${month.month}" AND BillingStatus="NeedsAttention"`;
  const counts = new Map<string, number>();
  for (const { status: state } of month.organizations) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [
    `${month.month} as of ${month.asOf}`,
    ...(heldMonth === null ? [] : [heldMonth]),
    ...month.organizations
      .filter(waits)
      .map((organization) =>
        waiting(
          month,
          organization,
          workflowLink(ui, temporal.namespace, organizationBillingId(month.broker, month.month, organization.organizationId)),
        ),
      ),
    [...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'Nothing is due yet.',
    `report ${month.report.sales} = posted ${month.posted.sales} + held ${month.held.sales} + excluded ${month.excluded.sales} ${month.currency}`,
    `Waiting for a person: ${listLink(ui, temporal.namespace, query)}`,
  ].join('\n\n');
}

function waiting(month: MonthResult, organization: OrganizationResult, link: string): string {
  const first = organization.items.find(({ outcome }) => outcome === 'held' || outcome === 'ghost');
  const amount = organization.status === 'Skipped' ? organization.excluded.sales : organization.held.sales;
  return [
    `${organization.organizationName}: ${organization.status}, ${amount} ${month.currency}${first ? ` (${first.reason})` : ''}`,
    ...(first?.message ? [`  ${first.message}`] : []),
    `  ${mendingCommand(month.month, organization)}`,
    `  ${link}`,
  ].join('\n');
}

/** The command that goes on with an organization, once its cause is mended. */
export function mendingCommand(month: Month, { organizationId, status: state, planDigest }: OrganizationResult): string {
  if (state === 'AwaitingApproval') return `billing approve ${month} --organization ${organizationId} --digest ${planDigest}`;
  return `billing rerun ${month} --organization ${organizationId} --reason "…"`;
}
