import { big, grouped } from '../shared/billing/basics/decimal.js';
import { command } from '../shared/billing/basics/command.js';
import { amountsTable, code, joined, link, md, tableRow, tableRule, type Markdown } from '../shared/billing/basics/markdown.js';
import type { MonthResult, OrganizationResult } from '../shared/billing/results/results.js';
import { organizationBillingId } from '../shared/messages/names.js';
import { type MonthClosed } from '../shared/messages/messages.js';
import { monthList, pageOf, waitingList } from './links.js';
import { waitsForPerson } from '../shared/billing/results/status.js';

/** What the Web UI shows of a run after its end (tab User Metadata), with its hour, for nothing changes it any more: the sums, then who waits, by amount, each with a link to its page. */

const SHOWN = 20;

interface MonthDetailsInput {
  heldMonth: string | null;
  runIds: ReadonlyMap<string, string>;
  namespace: string;
  at: Date;
}

/** `runIds`: the executions that told this run how they stand. */
export function monthDetails(
  { result: month, waiting: count }: MonthClosed,
  { heldMonth, runIds, namespace, at }: MonthDetailsInput,
): string {
  const waiting = month.organizations
    .filter(({ status }) => waitsForPerson(status))
    .sort((left, right) => big(right.held.sales).cmp(left.held.sales));
  return joined(
    [
      md`## ${month.month}, as of ${month.asOf}, mode ${month.mode}`,
      md`As it stood on ${minute(at)} UTC, when the run ended. What waits now: ${link('the live list', waitingList(namespace, month.broker, month.month))}.`,
      ...(heldMonth === null ? [] : [md`**${heldMonth}**`]),
      md`Amounts in ${month.currency}.`,
      amountsTable(month),
      count === 0
        ? md`
No organization waits for a person.
          `
        : waitingPart(waiting, count, month, (id) =>
            pageOf(namespace, organizationBillingId(month.broker, month.month, id), runIds.get(id)),
          ),
      md`${link('Waiting for a person', waitingList(namespace, month.broker, month.month))} · ${link(['Everything in', month.month].join(' '), monthList(namespace, month.broker, month.month))}`,
    ],
    '\n\n',
  ).text;
}

const minute = (at: Date): string => at.toISOString().slice(0, '2025-10-09T03:00'.length).replace('T', ' ');

/** `waiting`: those of the `count` that fit a payload, the largest amounts among them. */
function waitingPart(
  waiting: OrganizationResult[],
  count: number,
  month: MonthResult,
  pageOfId: (organizationId: string) => string,
): Markdown {
  const rows = waiting.slice(0, SHOWN).map(({ organizationId, organizationName, status, held, waitsSince }) => {
    return tableRow([
      link(organizationName || organizationId, pageOfId(organizationId)),
      status,
      grouped(held.sales),
      waitsSince ?? month.asOf,
    ]);
  });
  const more = count > SHOWN ? [md`… and ${count - SHOWN} more, in the first list below.`] : [];
  const isReleasable = waiting.some(({ status }) => status === 'AwaitingApproval') && month.mode !== 'shadow';
  const release = isReleasable ? md`, and to release every plan: ${code(command('approve', month.month, '--all'))}` : md``;
  return joined(
    [
      md`### ${count} ${count === 1 ? 'organization waits' : 'organizations wait'} for a person`,
      joined([tableRow(['organization', 'state', 'held', 'since']), tableRule('left', 'left', 'right', 'left'), ...rows], '\n'),
      ...more,
      md`On the command line: ${code(command('status', month.month))}${release}`,
    ],
    '\n\n',
  );
}
