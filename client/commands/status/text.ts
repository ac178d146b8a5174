import { us, hint, asCalled } from '../../terminal/called.js';
import { equationOf } from '../../terminal/equation.js';
import { isAwaited } from '../../../shared/billing/plan/breakers.js';
import { commandFor, commandOf, heldMonthAdvice, reasonInWords } from '../../../shared/billing/results/advice.js';
import { option, type Advised } from '../../../shared/billing/basics/command.js';
import { amountText, type Big, grouped, sum } from '../../../shared/billing/basics/decimal.js';
import { salesText } from '../../../shared/billing/basics/sales-text.js';
import type { ItemResult, MonthResult, OrganizationResult } from '../../../shared/billing/results/results.js';
import { byText, groupBy, same } from '../../../shared/billing/basics/text.js';
import type { Month } from '../../../shared/billing/types.js';
import { closedText, type KeptCertificate } from '../../../shared/evidence/closed.js';
import { groupedByRemedy, sharedEnd, whyWaiting, type Cause } from '../../../shared/billing/results/causes.js';
import { bounded, fitted, LINES_AT_MOST } from '../../terminal/fit.js';
import { advice, paint, wrap, type Paper } from '../../terminal/paper.js';
import { onTerminal } from '../../terminal/printable.js';
import { table, type Column } from '../../terminal/table.js';
import { UNREAD_SHOWN, unreadSection } from '../../terminal/unread.js';
import { isBroken, statusInWords, waitsForPerson } from '../../../shared/billing/results/status.js';

/** Where a month stands: what waits for a person first, by amount, then everything else in counts. */
export interface ShownStatus {
  month: MonthResult;
  /** Rule 1.4: why the whole month is held. */
  heldMonth: string | null;
  /** Why there is nothing to bill, where there is not. */
  nothingDue: Advised[];
  /** Its certificates, the oldest first. */
  closed: KeptCertificate[];
  /** Of the run that is under way, or of one that failed. */
  run: string | null;
  /** Why calls to Autotask wait now; null when none does. */
  callsWait: string | null;
  /** Of the latest notice, when it did not go out. */
  lostNotice: string | null;
  /** That the month is not wholly invoiced by the day it should be; null where it is, or the day has not come. */
  invoicing: string | null;
  /** The Web UI's page of an organization. */
  linkOf: (organization: OrganizationResult) => string;
  lists: { title: string; link: string }[];
  /** Every organization, however many. */
  isFull?: boolean | undefined;
}

/** Organizations of one kind shown one by one. Where there are more, a few are an example, and the reasons in numbers tell the rest. */
const ORGANIZATIONS_SHOWN = 25;
const EXAMPLES_SHOWN = 10;
/** Causes shown of each, and lines of what its release would write. */
const CAUSES_SHOWN = 5;

export const renderStatus = onTerminal(statusText);

function statusText(shown: ShownStatus, paper: Paper): string {
  const { month, heldMonth, nothingDue, closed, run, callsWait, lostNotice, invoicing, isFull = false } = shown;
  const isClosed = closedText(closed);
  const broken = month.organizations.filter(({ status }) => isBroken(status)).sort(byAmount);
  const awaiting = month.organizations.filter(({ status }) => waitsForPerson(status) && !isBroken(status)).sort(byAmount);
  const before = [
    paint(paper, 'bold', `${month.month} as of ${month.asOf}, broker ${month.broker}, mode ${month.mode}`),
    ...(isClosed === null ? [] : [wrap(isClosed, paper)]),
    ...(run === null ? [] : [wrap(run, paper)]),
    ...(callsWait === null ? [] : [wrap(paint(paper, 'yellow', callsWait), paper)]),
    ...(lostNotice === null ? [] : [wrap(paint(paper, 'red', lostNotice), paper)]),
    ...(invoicing === null ? [] : [wrap(paint(paper, 'yellow', invoicing), paper)]),
    ...(heldMonth === null ? [] : [paint(paper, 'red', heldMonthPart(heldMonth, month, paper))]),
    ...(broken.length + awaiting.length === 0 ? [] : [waitingLine(month, [...broken, ...awaiting])]),
    ...(isMany(broken) || isMany(awaiting) ? [reasons([...broken, ...awaiting], paper)] : []),
  ];
  const after = [
    ...(awaiting.length === 0 ? [] : [awaitingPart(awaiting, shown, paper)]),
    ...nothingDue.map((why) => advice(why, paper)),
    ...unreadSection(month, paper, UNREAD_SHOWN),
    ...(month.remarks ?? []).map((remark) => wrap(remark, paper)),
    [...counts(month, paper), ...sums(month, paper)].join('\n'),
    ['In the Web UI:', ...shown.lists.map(({ title, link }) => `  ${title.padEnd(22)}${link}`)].join('\n'),
  ];
  const { blocks } = fitted(
    largest(broken, isFull),
    (organization, entries) => waiting(organization, shown, paper, Math.min(entries, isFull ? Infinity : CAUSES_SHOWN)),
    [...before, ...after],
    isFull ? Infinity : LINES_AT_MOST,
  );
  return [...before, ...blocks, ...more(broken.length - blocks.length, month), ...after].join('\n\n');
}

/** In shadow mode nothing can be released. */
const heldMonthPart = (heldMonth: string, { month, mode }: MonthResult, paper: Paper): string =>
  mode === 'shadow' ? wrap(heldMonth, paper) : advice(heldMonthAdvice(heldMonth, month), paper);

const itemWaits = ({ outcome, reason }: ItemResult): boolean =>
  outcome === 'held' || (outcome === 'ghost' && reason !== 'dismissed');
const amountOf = ({ items }: OrganizationResult): Big => sizeOf(items.filter(itemWaits));
const byAmount = (left: OrganizationResult, right: OrganizationResult): number =>
  amountOf(right).cmp(amountOf(left)) || byText(left.organizationId, right.organizationId);

function waitingLine(month: MonthResult, waiters: OrganizationResult[]): string {
  return `${waiters.length} of ${month.organizations.length} organizations ${waiters.length === 1 ? 'waits' : 'wait'} for a person: ${totals(waiters.flatMap(({ items }) => items.filter(itemWaits)))}`;
}

const totals = (items: { currency: string; sales: string }[]): string => salesText(items) || 'no amount';

const isMany = (waiters: OrganizationResult[]): boolean => waiters.length > ORGANIZATIONS_SHOWN;

/** Those shown one by one, of what is sorted by amount. */
const largest = (waiters: OrganizationResult[], isFull: boolean): OrganizationResult[] =>
  isMany(waiters) && !isFull ? waiters.slice(0, EXAMPLES_SHOWN) : waiters;

const more = (count: number, { month }: MonthResult): string[] =>
  count > 0 ? [`… and ${count} more: ${us()} status ${month} --full, or the first list below`] : [];

const REASONS: Column[] = [
  { title: 'reason' },
  { title: 'organizations', align: 'right' },
  { title: 'items', align: 'right' },
  { title: 'sales', align: 'right' },
];

/** What so many wait for, in numbers; what is wrong comes before what only waits for a release, each by number of organizations. */
function reasons(waiters: OrganizationResult[], paper: Paper): string {
  const all = waiters.flatMap(({ organizationId, items }) =>
    items.filter(itemWaits).map((item) => ({ ...item, organizationId })),
  );
  const groups = [...groupBy(all, ({ reason, outcome }) => reason ?? outcome)].map(([reason, items]) => ({
    reason,
    organizations: new Set(items.map(({ organizationId }) => organizationId)).size,
    items,
  }));
  groups.sort(
    (left, right) =>
      Number(isAwaited(left.reason)) - Number(isAwaited(right.reason)) ||
      right.organizations - left.organizations ||
      byText(left.reason, right.reason),
  );
  return table(
    REASONS,
    groups.map(({ reason, organizations, items }) => [
      reasonInWords(reason),
      grouped(String(organizations)),
      grouped(String(items.length)),
      totals(items),
    ]),
    paper,
  );
}

/** One organization: each cause with its amount, what is wrong, and the command that fixes it; then its page. */
function waiting(organization: OrganizationResult, { month, linkOf }: ShownStatus, paper: Paper, shown: number): string {
  const commandOfItem = (item: ItemResult): string | null => commandOf(item, { ...organization, month: month.month });
  const together = groupedByRemedy(organization.items.filter(itemWaits), commandOfItem);
  return [
    `${paint(paper, 'red', '!')} ${paint(paper, 'bold', organization.organizationName)}, since ${organization.waitsSince ?? month.asOf}`,
    ...(organization.missingPersons === undefined ? [] : [wrap(organization.missingPersons, paper, '    ')]),
    ...bounded(
      together
        .sort((left, right) => brokenFirst(left.flat(), right.flat()))
        .map((causes) => causesOf(causes.sort(brokenFirst), commandOfItem(causes[0][0]), paper, shown)),
      shown,
    ),
    ...onceReleased(organization, month.month, paper, shown),
    `    ${paint(paper, 'dim', linkOf(organization))}`,
  ].join('\n');
}

/** The first steps that a release would write, and where all of them are. */
function onceReleased(organization: OrganizationResult, month: Month, paper: Paper, shown: number): string[] {
  const { onRelease, onReleaseMore = 0, organizationId } = organization;
  if (onRelease === undefined) return [];
  const lines = onRelease.slice(0, shown).map(({ mark, text }) => wrap(`${mark} ${text}`, paper, '      '));
  const more = onRelease.length + onReleaseMore - lines.length;
  const where = onRelease.length > shown ? '--full' : hint('plan', month, '--full', ...option('--organization', organizationId));
  return ['    Once released:', ...lines, ...(more > 0 ? [`      … and ${more} more: ${paint(paper, 'cyan', where)}`] : [])];
}

/** What is wrong before what only waits for a release, the largest first. */
const brokenFirst = (left: ItemResult[], right: ItemResult[]): number =>
  Number(isAwaited(left[0]!.reason)) - Number(isAwaited(right[0]!.reason)) || sizeOf(right).cmp(sizeOf(left));
const sizeOf = (items: ItemResult[]): Big => sum(items.map(({ sales }) => sales)).abs();

/** What one command resolves: each cause with its amount, and what they have in common once. */
function causesOf(causes: Cause[], next: string | null, paper: Paper, shown: number): string {
  const texts = causes.map(([first]) => whyWaiting(first));
  const { own, shared } = sharedEnd(texts);
  return [
    ...bounded(
      causes.map((items, index) => [amountLine(items, paper), ...sentence(own[index]!, paper)].join('\n')),
      shown,
    ),
    ...sentence(shared, paper),
    ...(next === null ? [] : [`      ${paint(paper, 'cyan', next)}`]),
  ].join('\n');
}

const sentence = (text: string, paper: Paper): string[] => (text === '' ? [] : [wrap(text, paper, '      ')]);

function amountLine(items: Cause, paper: Paper): string {
  const [first] = items;
  const one = [first.productName, ...(first.subscriptionId === '' ? [] : [`(${first.subscriptionId})`])].join(' ');
  const what = items.length === 1 ? one : `${items.length} items`;
  return wrap(`${totals(items)} ${reasonInWords(first.reason ?? first.outcome)}: ${what}`, paper, '    ');
}

/** Plans that wait for their release: by amount, with the one command for all of them. In shadow mode there is nothing to release. */
function awaitingPart(awaiting: OrganizationResult[], { month, isFull = false }: ShownStatus, paper: Paper): string {
  const shown = largest(awaiting, isFull);
  const isShadow = month.mode === 'shadow';
  const sumOfAll = totals(awaiting.flatMap(({ items }) => items.filter(itemWaits)));
  const title = isShadow
    ? `${awaiting.length} would change; shadow mode writes nothing: ${sumOfAll}`
    : `${awaiting.length} ${awaiting.length === 1 ? 'plan waits' : 'plans wait'} for approval: ${sumOfAll}`;
  const line = (organization: OrganizationResult): string =>
    [
      wrap(
        `${totals(organization.items.filter(itemWaits))}  ${organization.organizationName}, since ${organization.waitsSince ?? month.asOf}${whyOf(organization)}`,
        paper,
        '    ',
      ),
      ...(isShadow ? [] : [`      ${paint(paper, 'cyan', releaseOf(organization, month))}`]),
    ].join('\n');
  return [
    `${paint(paper, 'yellow', '~')} ${title}`,
    ...shown.map(line),
    ...more(awaiting.length - shown.length, month).map((text) => `    ${text}`),
    wrap('What they would do, in full:', paper, '    '),
    `      ${paint(paper, 'cyan', hint('plan', month.month))}`,
    ...(isShadow ? [] : [`    All of them at once:\n      ${paint(paper, 'cyan', hint('approve', month.month, '--all'))}`]),
  ].join('\n');
}

/** What a release is still without, such as its second person. */
const whyOf = ({ items }: OrganizationResult): string => {
  const causes = new Set(items.filter(itemWaits).flatMap(({ cause }) => cause ?? []));
  return causes.size === 0 ? '' : `: ${[...causes].join(' ')}`;
};

const releaseOf = (organization: OrganizationResult, { month }: MonthResult): string =>
  asCalled(commandFor('awaiting-approval', { ...organization, month }) ?? '');

const STATES = ['Running', 'Done', 'Unchanged', 'Excluded', 'Skipped'] as const;

/** The rest in counts; what was skipped is named, because a rerun lifts it. */
function counts(month: MonthResult, paper: Paper): string[] {
  const of = (state: OrganizationResult['status']): OrganizationResult[] =>
    month.organizations.filter(({ status }) => status === state);
  const parts = STATES.flatMap((state) => (of(state).length === 0 ? [] : [`${of(state).length} ${statusInWords(state)}`]));
  const skipped = of('Skipped')
    .slice(0, ORGANIZATIONS_SHOWN)
    .map((organization) =>
      advice(
        {
          text: `skipped ${organization.organizationName}, ${amountText(organization.excluded.sales, month.currency)}; lift it:`,
          command: commandFor('skipped', { ...organization, month: month.month }),
        },
        paper,
        '  ',
        '    ',
      ),
    );
  return [...(parts.length === 0 ? [] : [parts.join(', ')]), ...skipped];
}

function sums(month: MonthResult, paper: Paper): string[] {
  const { currency, unassigned, ghosts, awaiting } = month;
  const otherTotals = [
    ['unassigned', unassigned],
    ['ghosts', ghosts],
    ['awaiting report', awaiting],
  ] as const;
  const otherTexts = otherTotals.flatMap(([name, { lines, sales }]) => (lines === 0 ? [] : [`${name} ${grouped(sales)}`]));
  return [
    wrap(`report ${equationOf(month)}`, paper),
    ...month.otherCurrencies
      .filter((other) => !same(other.currency, currency))
      .map((other) => wrap(`       ${equationOf(other)}`, paper)),
    ...(otherTexts.length === 0 ? [] : [wrap(`outside it: ${otherTexts.join(', ')} ${currency}`, paper)]),
  ];
}
