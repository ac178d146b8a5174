import { amountText, big, grouped, money, sum } from '../billing/basics/decimal.js';
import type { Sides } from '../billing/plan-types.js';
import { marginOf } from '../report/margin.js';
import type { MonthResult, OrganizationResult } from '../billing/results/results.js';
import { reportMonthOf } from '../billing/basics/month.js';
import { reasonInWords, signed } from '../billing/results/advice.js';
import { byText, groupBy } from '../billing/basics/text.js';
import type { CustomerRow } from '../report/customers.js';
import type { Day, Month } from '../billing/types.js';
import { COULD_NOT_BE_READ, isUnread, unreadRest, unreadSummary, unreadText } from '../billing/results/unread.js';
import { statusInWords, waitsForPerson } from '../billing/results/status.js';
import { shown } from '../shown.js';

/** What a run has to say to people: at most one message, and none when nothing waits and nothing is missing. */
export interface Notice {
  title: string;
  lines: NoticeLine[];
}

/** A sentence, or one that leads to a page of ours. Channels escape what it says, and keep the address. */
export type NoticeLine = string | { text: string; url: string };

export interface MonthSeen {
  result: MonthResult;
  /** Rule 1.4: why the whole month is held. */
  heldMonth: string | null;
  /** By organization: what its plan would change, for those of which somebody has a plan to look at. */
  rows?: Map<string, CustomerRow[]>;
}

export interface RunSeen {
  asOf: Day;
  months: MonthSeen[];
  /** ISO time of this run's end, and of the one before; null when this is the first. */
  endedAt: string;
  previousEndedAt: string | null;
  reportDay: number;
  /** The page that lists who waits in a month; null where nobody knows its address. */
  pageOf: ((month: Month) => string) | null;
  /** The page of one customer, where the decision is made; absent where there is none. */
  customerPageOf?: (month: Month, organizationId: string) => string;
  /** What a probe found the vendors to be otherwise than believed, where that can move money, in sentences. */
  contradicted?: string[];
  /** Reports of done months that did not go out, with the reason. */
  unsent?: string[];
  /** Why the run failed; null or absent when it did not. */
  failure?: string | null;
}

/** A line as one text, for a terminal. */
export const lineText = (line: NoticeLine): string => (typeof line === 'string' ? line : [line.text, line.url].join(' '));

/** A daily run that is later than this has been left out. */
export const RUN_EVERY_HOURS = 26;
/** A message in a chat is read on the way; a mail is the list. */
const CUSTOMERS_SHOWN = 10;
export const CUSTOMERS_MAILED = 200;
const HOUR_MS = 3_600_000;

/** Null where there is nothing to say. Of customers the largest are named, and the sums are those of all. */
export function noticeOf(run: RunSeen, customersShown = CUSTOMERS_SHOWN): Notice | null {
  if (run.failure != null) return failureNotice(run.failure);
  const months = run.months.flatMap((seen) => waitingPart(seen, run, customersShown));
  const missing = [...contradictedParts(run), ...unsentParts(run), ...missingParts(run)];
  if (months.length === 0 && missing.length === 0) return null;
  const title = [...months.map((part) => part.title), ...missing.map((part) => part.title)].join('; ');
  return { title: `Billing: ${title}`, lines: [...months, ...missing].flatMap(({ lines }) => lines) };
}

/** A run that failed says so at once, and nothing about months: it did not get to their end. */
function failureNotice(failure: string): Notice {
  return {
    title: 'Billing: the run failed',
    lines: [failure, 'Fix the cause and run the month again. Nothing is written twice.'],
  };
}

interface Part {
  title: string;
  lines: NoticeLine[];
}

// ---------------------------------------------------------------------------------------------------------------- what waits

function waitingPart(
  { result, heldMonth, rows }: MonthSeen,
  { pageOf, customerPageOf }: RunSeen,
  customersShown: number,
): Part[] {
  const waiting = result.organizations.filter(({ status }) => waitsForPerson(status)).sort(byAmount);
  const amounts = [
    ...heldAmounts(result).map((amount) => `${amount} held`),
    ...(result.ghosts.lines > 0 ? [`${amountText(result.ghosts.sales, result.currency)} without a line in the report`] : []),
    ...(result.unread !== undefined && isUnread(result) ? [unreadSummary(result.unread)] : []),
  ];
  if (waiting.length === 0 && amounts.length === 0 && heldMonth === null) return [];
  const { month } = result;
  const what = [...amounts, ...(waiting.length > 0 ? [`${counted(waiting.length, 'customer')} waiting`] : [])];
  const title = `${month}: ${what.join(', ') || 'the whole month is held'}`;
  const more = waiting.length - customersShown;
  return [
    {
      title,
      lines: [
        ...(heldMonth === null ? [] : [heldMonth]),
        ...waiting.slice(0, customersShown).map((organization): NoticeLine => {
          const { organizationId } = organization;
          const text = customerLine(organization, result.currency, rows?.get(organizationId) ?? []);
          return customerPageOf ? { text, url: customerPageOf(month, organizationId) } : text;
        }),
        ...(more > 0 ? [`… and ${more} more.`] : []),
        ...causeLines(waiting),
        ...(rows === undefined || waiting.length < 2
          ? []
          : together(waiting.flatMap(({ organizationId }) => rows.get(organizationId) ?? []))),
        ...unreadLines(result),
        ...(pageOf === null || waiting.length === 0 ? [] : [{ text: 'Who waits:', url: pageOf(month) }]),
        `${pageOf === null || waiting.length === 0 ? 'What to do' : 'On the command line'}: billing status ${month}`,
      ],
    },
  ];
}

/** Why Autotask or Cloudmore could not do what was asked, in its own words: a reason code alone does not tell an outage from a refusal. */
function causeLines(waiting: OrganizationResult[]): string[] {
  const failed = waiting.flatMap(({ items }) =>
    items.filter(({ outcome, reason }) => outcome === 'held' && reason === 'api-error'),
  );
  const why = failed.map(({ cause, message }) => cause ?? message).find((text) => text !== null);
  return why == null ? [] : [`${reasonInWords('api-error')}, for example: ${shown(why, CAUSE_LENGTH)}`];
}

const CAUSE_LENGTH = 400;

/** What could not be read and nothing needs is no reason to write to anybody, and stands with what is. */
const RECORDS_SHOWN = 5;
function unreadLines({ unread }: MonthResult): string[] {
  if (unread === undefined) return [];
  const listed = { ...unread, listed: unread.listed.slice(0, RECORDS_SHOWN) };
  return [`${COULD_NOT_BE_READ}:`, ...listed.listed.map(unreadText), ...unreadRest(listed)];
}

const heldAmounts = ({ held, currency, otherCurrencies }: MonthResult): string[] =>
  [{ currency, held }, ...otherCurrencies]
    .filter((one) => one.held.lines > 0)
    .map((one) => amountText(one.held.sales, one.currency));

function customerLine(
  { organizationName, status, held, otherCurrencies, items, missingPersons }: OrganizationResult,
  currency: string,
  rows: CustomerRow[],
): string {
  const amounts = [{ currency, held }, ...otherCurrencies].filter((one) => one.held.lines > 0);
  const shown = amounts.map((one) => amountText(one.held.sales, one.currency)).join(' and ');
  const reasons = items.flatMap(({ outcome, reason }) =>
    outcome === 'held' || (outcome === 'ghost' && reason !== 'dismissed') ? [reason ?? outcome] : [],
  );
  const why = [...new Set(reasons)].sort(byText).map(reasonInWords).join(', ');
  const listed = [shown, why || statusInWords(status), ...rows.map(changeText)].filter((text) => text !== '').join(', ');
  return [`${organizationName}: ${listed}`, ...(missingPersons === undefined ? [] : [missingPersons])].join('. ');
}

/** The sums of all that wait, by currency. */
const together = (rows: CustomerRow[]): string[] =>
  [...groupBy(rows, ({ currency }) => currency)].map(([currency, group]) => {
    const total = (side: 'before' | 'after'): Sides => ({
      sales: money(sum(group.map((row) => row[side].sales)), currency),
      cost: money(sum(group.map((row) => row[side].cost)), currency),
    });
    const [before, after] = [total('before'), total('after')];
    const difference = money(big(after.sales).minus(before.sales), currency);
    const margins = { marginBefore: marginOf(before, currency), marginAfter: marginOf(after, currency) };
    return `Together: ${changeText({ before, after, currency, difference, ...margins })}`;
  });

/** "540.00 → 5,620.99 EUR (+5,080.99), margin 76.98 → 792.10 (14.1 %)" */
function changeText({ before, after, currency, difference, marginBefore, marginAfter }: Change): string {
  const share = marginAfter.share === null ? '' : ` (${marginAfter.share} %)`;
  return `${grouped(before.sales)} → ${amountText(after.sales, currency)} (${signed(big(difference), currency)}), margin ${grouped(marginBefore.amount)} → ${grouped(marginAfter.amount)}${share}`;
}

type Change = Pick<CustomerRow, 'before' | 'after' | 'currency' | 'difference' | 'marginBefore' | 'marginAfter'>;

const byAmount = (left: OrganizationResult, right: OrganizationResult): number =>
  big(right.held.sales).abs().cmp(big(left.held.sales).abs()) || byText(left.organizationName, right.organizationName);

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

// ---------------------------------------------------------------------------------------------------------------- what is missing

const contradictedParts = ({ contradicted = [] }: RunSeen): Part[] =>
  contradicted.length === 0
    ? []
    : [
        {
          title: 'the vendors are not as this program believes',
          lines: [...contradicted, 'What amounts depend on it: billing doctor --probe'],
        },
      ];

const unsentParts = ({ unsent = [] }: RunSeen): Part[] =>
  unsent.length === 0 ? [] : [{ title: 'a report was not mailed', lines: unsent }];

function missingParts(run: RunSeen): Part[] {
  const gap = run.previousEndedAt === null ? null : gapBetween(run.previousEndedAt, run.endedAt);
  const late = run.months
    .filter(({ result }) => isReportMissing(result, run.asOf, run.reportDay))
    .map(({ result }) => reportMonthOf(result));
  const isEmpty = run.months.every(({ result }) => result.report.lines === 0 && result.otherCurrencies.length === 0);
  return [
    ...late.map((month) => missing(noReportText(month, run.reportDay), CONSENT)),
    ...(isEmpty && late.length === 0 ? [missing('nothing was audited', 'No month had a single line in the report.')] : []),
    ...(gap === null ? [] : [missing(gap, 'Check the schedule with: billing schedule show')]),
  ];
}

const CONSENT = "Check Cloudmore's Microsoft consent.";
const missing = (title: string, line: string): Part => ({ title, lines: [line] });

export const noReportText = (month: Month, reportDay: number): string =>
  `${month} has no Microsoft lines on day ${reportDay} of the month or later`;

/** Custom services are billed on the first: their lines say nothing about Microsoft's. */
export function isReportMissing(result: MonthResult, asOf: Day, reportDay: number): boolean {
  const { organizations } = result;
  if (asOf < `${reportMonthOf(result)}-${String(reportDay).padStart(2, '0')}`) return false;
  return !organizations.some(({ items }) =>
    items.some(({ outcome, recordType }) => outcome !== 'ghost' && outcome !== 'awaiting' && recordType !== 'CustomService'),
  );
}

/** Why the time between two runs is too long; null when it is not. */
export function gapBetween(before: string, now: string): string | null {
  const hours = (Date.parse(now) - Date.parse(before)) / HOUR_MS;
  return hours > RUN_EVERY_HOURS ? `no run in ${Math.floor(hours)} hours (the last one ended ${before})` : null;
}
