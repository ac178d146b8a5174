import { amountsTable } from '../shared/billing/markdown.js';
import type { OrganizationResult, Outcome } from '../shared/billing/results.js';
import type { PlannedItem } from '../shared/billing/types.js';

/** What an operator reads in the Web UI (tab User Metadata): Markdown, kept short. */

const SHOWN = 20;

export function detailsOf(outcome: Outcome, result: OrganizationResult, currency: string): string {
  return [
    `## ${outcome.organizationName} · ${outcome.month} · ${outcome.status}`,
    `As of ${outcome.asOf}, company ${outcome.companyId ?? 'none'}, amounts in ${currency}.`,
    amountsTable(result),
    ...(outcome.message === null ? [] : [outcome.message]),
    ...section('Waits', outcome.items.filter((item) => item.outcome === 'held').map(heldLine)),
    ...section(
      'Money without a line in the report',
      outcome.ghosts.filter((ghost) => ghost.outcome === 'ghost').map((ghost) => ghost.message),
    ),
    ...section(
      'Steps',
      outcome.steps.map(({ summary }) => summary),
    ),
    ...section(
      'Worth knowing',
      outcome.notes.map(({ message }) => message),
    ),
    ...(outcome.status === 'AwaitingApproval'
      ? [`Release it with the signal \`approve\`, argument: \`"${outcome.planDigest}"\``]
      : []),
  ].join('\n\n');
}

const heldLine = (item: PlannedItem): string =>
  `**${item.productName}** ${item.sales} ${item.currency} (\`${item.reason}\`): ${item.message}`;

function section(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [`* … and ${lines.length - SHOWN} more, see the report`] : [];
  return [`### ${title}`, [...lines.slice(0, SHOWN).map((line) => `* ${line}`), ...more].join('\n')];
}
