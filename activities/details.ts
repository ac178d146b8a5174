import { adviceFor, commandFor, commandOf, type Addressee } from '../shared/billing/advice.js';
import { money, sum } from '../shared/billing/decimal.js';
import { describeStep, markOf } from '../shared/billing/describe.js';
import { amountsTable } from '../shared/billing/markdown.js';
import type { ItemResult, OrganizationResult, Outcome } from '../shared/billing/results.js';
import { groupBy } from '../shared/billing/text.js';

/** What an operator reads of an organization in the Web UI (tab User Metadata): Markdown, kept short, what to do first. */

const SHOWN = 20;

export function detailsOf(outcome: Outcome, result: OrganizationResult, currency: string): string {
  const company = outcome.companyId === null ? 'no Autotask company' : `Autotask company ${outcome.companyId}`;
  return [
    `## ${outcome.organizationName} · ${outcome.month} · ${outcome.status}`,
    `As of ${outcome.asOf}, ${company}, amounts in ${currency}.${result.waitsSince === null ? '' : ` Waits since ${result.waitsSince}.`}`,
    ...(outcome.message === null ? [] : [outcome.message]),
    ...whatToDo(outcome, result),
    amountsTable(result),
    ...section(
      stepsTitle(outcome),
      outcome.steps.map((step) => `\`${markOf(step, outcome)}\` ${describeStep(step, outcome)}`),
    ),
    ...section('Left out', leftOut(result)),
    ...section(
      'Worth knowing',
      outcome.notes.map(({ message }) => message),
    ),
  ].join('\n\n');
}

/** One paragraph per cause: how much, why, what to do, and the signal or command that goes on. */
function whatToDo(outcome: Outcome, result: OrganizationResult): string[] {
  const waiting = result.items.filter(({ outcome: end }) => end === 'held' || end === 'ghost');
  const causes = [...groupBy(waiting, ({ reason, cause }) => `${reason}|${cause}`).values()];
  return section(
    'What to do',
    causes.map((items) => causeOf(items, outcome, result)),
  );
}

function causeOf(items: ItemResult[], outcome: Outcome, result: OrganizationResult): string {
  const [first] = items as [ItemResult];
  const names = [...new Set(items.map(({ productName }) => productName))];
  const what = names.length === 1 ? names[0]! : `${items.length} items`;
  const addressee = { ...result, month: outcome.month };
  const command = commandOf(first, addressee);
  return [
    `**${what}: ${totals(items)}** \`${first.reason ?? first.outcome}\`  `,
    `  ${first.cause ?? adviceFor(first.reason)?.remedy ?? ''}  `,
    ...(command === null ? [] : [`  ${signalOf(first, addressee)}`, `  \`${command}\``]),
  ].join('\n');
}

/** The same by the Web UI's dialog. */
function signalOf(item: ItemResult, addressee: Addressee): string {
  const isReasons = commandOf(item, addressee) === commandFor(item.reason, addressee);
  switch (isReasons ? adviceFor(item.reason)?.next : null) {
    case 'rerun':
      return 'Then send the signal `rerun` (with a reason), or:';
    case 'approve':
      return `Release it with the signal \`approve\`, input \`"${addressee.planDigest}"\`, or:`;
    case 'approve-all':
      return `Release it with the signal \`approve\`, input \`"${addressee.planDigest}"\`; the whole month with:`;
    default:
      return 'Then:';
  }
}

function totals(items: { currency: string; sales: string }[]): string {
  return [...groupBy(items, ({ currency }) => currency.toUpperCase())]
    .map(([currency, group]) => `${money(sum(group.map(({ sales }) => sales)), currency)} ${currency}`)
    .join(' + ');
}

const stepsTitle = ({ status }: Outcome): string =>
  status === 'AwaitingApproval' ? 'What the plan would do' : status === 'Skipped' ? 'What was left undone' : 'Steps';

function leftOut({ items }: OrganizationResult): string[] {
  const excluded = groupBy(
    items.filter(({ outcome }) => outcome === 'excluded'),
    ({ reason, cause }) => `${reason}|${cause}`,
  );
  return [...excluded.values()].map((group) => `${totals(group)} \`${group[0]!.reason}\`: ${group[0]!.cause ?? ''}`);
}

function section(title: string, lines: string[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN ? [`* … and ${lines.length - SHOWN} more, see the report`] : [];
  return [`### ${title}`, [...lines.slice(0, SHOWN).map((line) => `* ${line}`), ...more].join('\n')];
}
