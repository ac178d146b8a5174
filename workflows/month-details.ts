import { big } from '../shared/billing/decimal.js';
import { amountsTable, tableRow } from '../shared/billing/markdown.js';
import type { MonthResult, OrganizationResult } from '../shared/billing/results.js';
import { organizationBillingId, type MonthClosed } from '../shared/contract.js';
import { monthList, pageOf, waitingList } from './links.js';

/** What the Web UI shows of a run (tab User Metadata): the sums, then who waits, by amount, each with a link to its page. */

const SHOWN = 20;

/** `runIds`: the executions that told this run how they stand. */
export function monthDetails(
  { result: month, waiting: count }: MonthClosed,
  heldMonth: string | null,
  runIds: ReadonlyMap<string, string>,
): string {
  const waiting = month.organizations
    .filter(({ status }) => status === 'NeedsAttention' || status === 'AwaitingApproval')
    .sort((left, right) => big(right.held.sales).cmp(left.held.sales));
  return [
    `## ${month.month}, as of ${month.asOf}, mode ${month.mode}`,
    ...(heldMonth === null ? [] : [`**${heldMonth}**`]),
    `Amounts in ${month.currency}.`,
    amountsTable(month),
    count === 0 ? 'Nobody waits for a person.' : waitingPart(waiting, count, month, runIds),
    `[Waiting for a person](${waitingList(month.broker, month.month)}) · [Everything of ${month.month}](${monthList(month.broker, month.month)})`,
  ].join('\n\n');
}

/** `waiting`: those of the `count` that fit a payload, the largest amounts among them. */
function waitingPart(
  waiting: OrganizationResult[],
  count: number,
  month: MonthResult,
  runIds: ReadonlyMap<string, string>,
): string {
  const rows = waiting.slice(0, SHOWN).map(({ organizationId, organizationName, status, held, waitsSince }) => {
    const page = pageOf(organizationBillingId(month.broker, month.month, organizationId), runIds.get(organizationId));
    return tableRow([`[${inCell(organizationName || organizationId)}](${page})`, status, held.sales, waitsSince ?? month.asOf]);
  });
  const more = count > SHOWN ? [`… and ${count - SHOWN} more, in the first list below.`] : [];
  const release = waiting.some(({ status }) => status === 'AwaitingApproval') && month.mode !== 'shadow';
  return [
    `### ${count} ${count === 1 ? 'organization waits' : 'organizations wait'} for a person`,
    [tableRow(['organization', 'state', 'held', 'since']), '|---|---|--:|---|', ...rows].join('\n'),
    ...more,
    `On the command line: \`billing status ${month.month}\`${release ? `, and to release every plan: \`billing approve ${month.month} --all\`` : ''}`,
  ].join('\n\n');
}

/** A name cannot end its cell or its link. */
const inCell = (text: string): string => text.replace(/[|[\]]/g, ' ');
