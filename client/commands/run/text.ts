import { us } from '../../terminal/called.js';
import type { Amounts, ItemResult, MonthResult, OrganizationResult } from '../../../shared/billing/results/results.js';
import { commandOf, heldMonthAdvice, reasonInWords } from '../../../shared/billing/results/advice.js';
import type { Advised } from '../../../shared/billing/basics/command.js';
import { amountText, big, type Big, grouped, sum } from '../../../shared/billing/basics/decimal.js';
import { writtenWords } from '../../report/words.js';
import { statusInWords } from '../../../shared/billing/results/status.js';
import type { Month } from '../../../shared/billing/types.js';
import { onTerminal } from '../../terminal/printable.js';
import type { NonEmpty } from '../../../shared/billing/basics/text.js';
import { groupedByRemedy, sharedEnd, type Cause } from '../../../shared/billing/results/causes.js';
import { bounded, fitted, LINES_AT_MOST } from '../../terminal/fit.js';
import { advice, wrap, type Paper } from '../../terminal/paper.js';
import { table } from '../../terminal/table.js';
import { UNREAD_SHOWN, unreadSection } from '../../terminal/unread.js';

/** The reconciliation as people read it: report = posted + held + excluded, organization by organization, then everything that is not simply posted. */

const AMOUNTS = [
  { title: '' },
  { title: 'lines', align: 'right' },
  { title: 'sales', align: 'right' },
  { title: 'cost', align: 'right' },
] as const;

export interface ShownMonth {
  month: MonthResult;
  /** Rule 1.4: why the whole month is held. */
  heldMonth: string | null;
  /** Why there is nothing to bill, where there is not. */
  nothingDue: Advised[];
  /** Every organization and cause, however many. */
  isFull?: boolean | undefined;
}

/** Organizations in the table; of more, those with the largest amounts. */
const ORGANIZATIONS_SHOWN = 40;

/** Sentences and tables fit the paper; commands stay whole, to be copied. */
export const renderMonth = onTerminal(monthText);

function monthText({ month, heldMonth, nothingDue, isFull = false }: ShownMonth, paper: Paper): string {
  const before = [
    `${month.month} as of ${month.asOf}, broker ${month.broker}, ${month.currency}, mode ${month.mode}${month.breakers === 'off' ? ', circuit breakers off' : ''}`,
    table([...AMOUNTS], sums(month)),
    ...(heldMonth === null ? [] : [advice(heldMonthAdvice(heldMonth, month.month), paper)]),
    ...(month.organizations.length === 0
      ? nothingDue.map((why) => advice(why, paper))
      : [organizations(month, isFull ? Infinity : ORGANIZATIONS_SHOWN, paper)]),
  ];
  const after = [
    ...unreadSection(month, paper, UNREAD_SHOWN),
    ...(month.remarks ?? []).map((remark) => wrap(remark, paper)),
    ...month.otherCurrencies.map(
      (other) =>
        `${other.currency}: report ${grouped(other.report.sales)}, posted ${grouped(other.posted.sales)}, held ${grouped(other.held.sales)}, excluded ${grouped(other.excluded.sales)}`,
    ),
    wrap(
      `Written: ${writtenWords(month.writes)}. Calls: ${month.calls.autotask} Autotask, ${month.calls.cloudmore} Cloudmore. Digest ${month.digest.slice(0, 16)}.`,
      paper,
    ),
  ];
  return [...before, ...exceptions(month, [...before, ...after], isFull, paper), ...after].join('\n\n');
}

function sums(month: MonthResult): string[][] {
  const row = (name: string, { lines, cost, sales }: Amounts): string[] => [
    name,
    grouped(String(lines)),
    grouped(sales),
    grouped(cost),
  ];
  const otherTotals: [string, Amounts][] = [
    ['unassigned', month.unassigned],
    ['awaiting report', month.awaiting],
    ['ghosts', month.ghosts],
  ];
  return [
    row('report', month.report),
    row('= posted', month.posted),
    row('+ held', month.held),
    row('+ excluded', month.excluded),
    ...(isNone(month.rounding.cost) && isNone(month.rounding.sales)
      ? []
      : [['rounding', '', grouped(month.rounding.sales), grouped(month.rounding.cost)]]),
    ...otherTotals.filter(([, { lines }]) => lines > 0).map(([name, amounts]) => row(name, amounts)),
  ];
}

const isNone = (amount: string): boolean => /^-?0*(\.0*)?$/.test(amount);

const ORGANIZATIONS = [
  { title: 'customer' },
  { title: 'status' },
  { title: 'report', align: 'right' },
  { title: 'posted', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'excluded', align: 'right' },
] as const;

function organizations({ organizations: all, month }: MonthResult, shown: number, paper: Paper): string {
  const rows = [...all]
    .sort((left, right) => big(right.report.sales).abs().cmp(big(left.report.sales).abs()))
    .slice(0, shown)
    .map(({ organizationName, status, report, posted, held, excluded }) => [
      organizationName,
      statusInWords(status),
      ...[report, posted, held, excluded].map(({ sales }) => grouped(sales)),
    ]);
  return [table([...ORGANIZATIONS], rows, paper), ...moreLine(all.length - rows.length, 'organizations', month)].join('\n');
}

const moreLine = (count: number, what: string, month: Month): string[] =>
  count > 0 ? [`… and ${count} more ${what}: ${us()} report ${month} --full`] : [];

/** What is not simply posted: a block for each organization with a paragraph for each cause; what waits for a person first, the largest before the others. */
function exceptions(month: MonthResult, others: string[], isFull: boolean, paper: Paper): string[] {
  const all = month.organizations
    .map((organization) => ({ organization, items: organization.items.filter(({ outcome }) => outcome !== 'posted') }))
    .filter(({ items }) => items.length > 0)
    .sort((left, right) => byWeight(left.items, right.items));
  const { blocks, left } = fitted(
    all,
    ({ organization, items }, entries) => {
      const commandOfItem = (item: ItemResult): string | null => commandOf(item, { ...organization, month: month.month });
      const together = groupedByRemedy(items, commandOfItem).sort((left, right) => byWeight(left.flat(), right.flat()));
      return bounded(
        together.map((causes) => causesOf(organization, { causes, command: commandOfItem(causes[0][0]), entries }, paper)),
        entries,
      ).join('\n');
    },
    others,
    isFull ? Infinity : LINES_AT_MOST,
  );
  const paragraphs = [...blocks, ...moreLine(left.length, 'organizations', month.month)];
  return paragraphs.length === 0 ? [] : [paragraphs.join('\n')];
}

const waits = (items: ItemResult[]): boolean => items.some(({ outcome }) => outcome === 'held' || outcome === 'ghost');
const size = (items: ItemResult[]): Big => sum(items.map(({ sales }) => big(sales).abs()));
const byWeight = (left: ItemResult[], right: ItemResult[]): number =>
  Number(waits(right)) - Number(waits(left)) || size(right).cmp(size(left));

/** What one command resolves: why, then each amount, with what is said of it alone. */
function causesOf(
  { organizationName }: OrganizationResult,
  { causes, command, entries }: { causes: NonEmpty<Cause>; command: string | null; entries: number },
  paper: Paper,
): string {
  const [[{ outcome, reason }]] = causes;
  const { own, shared } = sharedEnd(causes.map(([first]) => first.cause ?? first.message ?? ''));
  const amounts = causes
    .flatMap((items, index) => items.map((item) => ({ item, why: own[index]! })))
    .sort((left, right) => byWeight([left.item], [right.item]))
    .map(({ item: { sales, currency, productName }, why }) =>
      wrap(`${amountText(sales, currency)}  ${productName}${why === '' ? '' : `: ${why}`}`, paper, '    '),
    );
  return [
    wrap(`${organizationName}: ${outcome} (${reasonInWords(reason ?? '')}). ${shared}`.trimEnd(), paper, `${MARKS[outcome]} `),
    ...bounded(amounts, entries),
    ...(command === null || outcome === 'excluded' ? [] : [`    ${command}`]),
  ].join('\n');
}

const MARKS: Record<ItemResult['outcome'], string> = { posted: ' ', held: '!', excluded: '-', ghost: '?', awaiting: '…' };
