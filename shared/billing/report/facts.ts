import type { AcceptedPart, ReportComparison } from './accepted.js';
import type { GoneElsewhere } from './gone-elsewhere.js';
import { big, plain, ZERO } from '../basics/decimal.js';
import { endedIds } from './ended.js';
import { indexPrices } from './items.js';
import type { ItemIdentity } from '../basics/keys.js';
import { namesOf, unsubscribedOf, type Named } from './named.js';
import { addDays, billedFrom, dayOfMonth, firstDay, lastDay, monthOf, previousMonth, reportMonthOf } from '../basics/month.js';
import { paymentOf } from './paid-once.js';
import { readable } from './readable.js';
import { classify, type LineType } from './record-type.js';
import { byText, fold, groupBy, present } from '../basics/text.js';
import type {
  Day,
  Decimal,
  Line,
  Month,
  Organization,
  Price,
  RecordType,
  Report,
  Subscription,
  UnassignedLine,
  Unreadable,
} from '../types.js';
import { RECORD_TYPES } from '../basics/record-types.js';

/**
 * The report cut for planning: what concerns the whole month, and one slice per organization. An organization is planned from `MonthFacts`, its slice
 * and what Autotask holds for it, and from nothing else, so organizations can be planned in any order and apart from each other.
 */
export interface MonthFacts {
  month: Month;
  /** The month of the report it is billed from, where that is another (rule 1.9). */
  reportMonth?: Month;
  asOf: Day;
  /** Lines with a billing date before `asOf` (rule 1.1), and those of the month before as far as they can be compared (rule 1.4). */
  lines: number;
  previousLines: number;
  /** Exact sales by currency, of both. */
  sales: Record<string, Decimal>;
  previousSales: Record<string, Decimal>;
  /** What the drop of the month is measured on (rule 1.4): without credits, what is paid once, and what has ended. Absent in evidence of earlier releases. */
  drop?: { now: Record<string, Decimal>; before: Record<string, Decimal>; unread?: Unread };
  /** Why nothing of last month is known to compare with; absent where something is, or where it is known that there was nothing. */
  previousUnavailable?: string;
  /** Record types the report has a line of, for any organization (rule 8.1). */
  recordTypes: RecordType[];
  /** Company ids that more than one active organization names (rule 3.2). */
  sharedCompanyIds: number[];
  /** Companies that more than one organization names, active or not. */
  jointCompanies: JointCompany[];
  prices: Price[];
  unassigned: UnassignedLine[];
  /** How the report compares with the last accepted one of the month (rule 1.6); absent where none is known. */
  comparison?: ReportComparison;
  /** What could not be read of the report and its lists, whatever depends on it; absent in evidence of earlier versions. */
  findings?: Unreadable[];
  /** What Cloudmore has ever named, this report included (rule 8.6); absent in evidence of earlier releases. */
  named?: Named;
}

/** Lines of either month that cannot be read, and are compared on neither side; `all` where nothing of last month is left to compare with. */
export interface Unread {
  lines: number;
  all: boolean;
}

/** A company of several organizations: none of them may take away what another bills there (rule 8.1). */
export interface JointCompany {
  companyId: number;
  /** Folded ids, in order. */
  organizationIds: string[];
  /** Folded ids of all subscriptions that Cloudmore names for any of them. */
  subscriptionIds: string[];
  /** What any of them has been billed without a subscription id, in either month: its contract is known by the hash alone (rule 6.1). */
  unsubscribed: Pick<ItemIdentity, 'organizationId' | 'type' | 'codeOrProduct'>[];
  /** Whose lines of the month name which subscription (rule 6.1); absent in evidence of earlier releases. */
  claims?: Claim[];
}

/** A line's claim on the contract of its subscription, with what may exclude it (rule 2.2). */
export type Claim = Pick<Line, 'organizationId' | 'serviceId' | 'serviceName' | 'isCustomService'> & {
  subscriptionId: string;
  type: LineType;
};

export interface OrganizationFacts {
  organization: Organization;
  lines: Line[];
  previousLines: Line[];
  /** The rest of last month's lines: growth is measured against all of it (rule 9). */
  previousLater?: Line[];
  /** Folded ids of last month's subscriptions that have lines at another organization now. */
  elsewhere?: string[];
  subscriptions: Subscription[];
  /** What the last accepted report of the month had of it (rule 1.6); absent where that is not known. */
  accepted?: AcceptedPart;
  /** Subscriptions that the accepted report had here, and whose lines another organization has now. */
  movedTo?: MovedTo[];
  /** Folded ids of subscriptions that the accepted report had at another organization, and whose lines this one has now. */
  arrived?: string[];
  /** What stood without a line, and may be an item here. */
  goneElsewhere?: GoneElsewhere[];
  /** What came to be which item here: it may go back there. */
  cameFrom?: CameFrom[];
}

/** An item, and the one of another organization whose lines went when it came. */
export interface CameFrom {
  itemId: string;
  from: string;
}

/** Where a subscription's lines are now. */
export interface MovedTo {
  contractKey: string;
  organizationId: string;
  /** The item there, and the one here; absent in evidence of earlier releases. */
  itemId?: string;
  from?: string;
}

/** Days by which last month's report is cut before the same day, because Microsoft may be later than last time (rule 1.4). */
const COMPARISON_LAG_DAYS = 3;

/** Cuts a report for a run on the day `asOf`. Organizations that only lines name (deleted in Cloudmore since) are kept, without a company. */
export function cutReport(
  report: Report,
  asOf: Day,
  named: Named = namesOf(report),
): { facts: MonthFacts & { named: Named }; organizations: OrganizationFacts[] } {
  const { findings = [] } = report;
  const lines = dueLines(report, asOf);
  const reported = reportMonthOf(report);
  const lastMonth = report.previousLines.filter((line) => monthOf(line.billingDate) === previousMonth(reported));
  const before = comparedBefore(reported, asOf);
  const previousLines = lastMonth.filter(({ billingDate }) => billingDate < before);
  const previousLater = lastMonth.filter(({ billingDate }) => billingDate >= before);
  const organizations = slices(report, lines, previousLines, previousLater);
  return {
    facts: {
      month: report.month,
      ...billedFrom(report.month, reported),
      asOf,
      lines: lines.length,
      previousLines: previousLines.length,
      sales: salesByCurrency(lines),
      previousSales: salesByCurrency(previousLines),
      drop: dropOf(report, lines, previousLines),
      ...(report.previousUnavailable === undefined ? {} : { previousUnavailable: report.previousUnavailable }),
      recordTypes: recordTypesOf(lines),
      sharedCompanyIds: sharedCompanyIds(report.organizations),
      jointCompanies: jointCompanies(organizations),
      prices: report.prices,
      unassigned: report.unassigned,
      ...(findings.length === 0 ? {} : { findings }),
      named,
    },
    organizations,
  };
}

/** Lines billed before the day (rule 1.1), and those that lie outside of the month: they count in the report, and are held (rule 1.8). */
function dueLines(report: Report, asOf: Day): Line[] {
  const month = reportMonthOf(report);
  return report.lines.flatMap((line) => {
    if (monthOf(line.billingDate) === month) return line.billingDate < asOf ? [line] : [];
    const message = `The report of ${month} has a line of ${line.organizationName} billed on ${line.billingDate}, outside the month.`;
    return [{ ...line, trouble: { message, holds: 'line' as const } }];
  });
}

/** What a drop is measured on. A credit, a year that was paid last month and an ended subscription explain why there is less. */
function dropOf({ subscriptions, prices }: Report, all: Line[], allBefore: Line[]): NonNullable<MonthFacts['drop']> {
  const { now: lines, before: previousLines, unread } = readable(all, allBefore);
  const unreadPart = unread === 0 ? {} : { unread: { lines: unread, all: previousLines.length === 0 && allBefore.length > 0 } };
  // A report without any line is what an expired consent looks like, no matter what the lists say.
  if (all.length === 0) return { now: {}, before: salesByCurrency(previousLines), ...unreadPart };
  const list = indexPrices(prices);
  const ended = endedIds(subscriptions);
  const recurs = (line: Line): boolean => {
    const type = classify(line);
    return type === 'ManualBillingLine' || paymentOf(type, line, line.itemCode, list) !== 'once';
  };
  return {
    now: salesByCurrency(lines.filter((line) => recurs(line) && big(line.sales).gt(0))),
    before: salesByCurrency(previousLines.filter((line) => recurs(line) && !ended.has(fold(line.subscriptionId)))),
    ...unreadPart,
  };
}

/** The day before which lines of the previous month count: all of them once the month is over, else those of the same part of the month (rule 1.4). */
export function comparedBefore(month: Month, asOf: Day): Day {
  if (asOf > lastDay(month)) return firstDay(month);
  const previous = previousMonth(month);
  const sameDay = addDays(firstDay(previous), Math.min(dayOfMonth(asOf), dayOfMonth(lastDay(previous))) - 1);
  return addDays(monthOf(asOf) === month ? sameDay : firstDay(previousMonth(monthOf(asOf))), -COMPARISON_LAG_DAYS);
}

/** Exact sales of the lines, by currency in capitals. */
export function salesByCurrency(lines: Line[]): Record<string, Decimal> {
  const totals = new Map<string, typeof ZERO>();
  for (const line of lines) {
    const currency = line.currency.toUpperCase();
    totals.set(currency, (totals.get(currency) ?? ZERO).plus(big(line.sales)));
  }
  return Object.fromEntries(
    [...totals].sort(([left], [right]) => byText(left, right)).map(([currency, total]) => [currency, plain(total)]),
  );
}

function recordTypesOf(lines: Line[]): RecordType[] {
  const seen = new Set<string>();
  for (const line of lines) seen.add(classify(line));
  return RECORD_TYPES.filter((type) => seen.has(type));
}

/** The company id an organization names: undefined if the text is not one (rule 3.2). Leading zeros do not matter. */
export function companyIdOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^\d+$/.test(trimmed)) return undefined;
  const id = Number(trimmed);
  return Number.isSafeInteger(id) ? id : undefined;
}

function sharedCompanyIds(organizations: Organization[]): number[] {
  const ids = organizations
    .filter(({ isActive }) => isActive)
    .flatMap(({ companyIdText }) => companyIdOf(companyIdText ?? '') ?? []);
  const claims = groupBy(ids, (id) => id);
  return [...claims]
    .filter(([, claimants]) => claimants.length > 1)
    .map(([id]) => id)
    .sort((left, right) => left - right);
}

function jointCompanies(organizations: OrganizationFacts[]): JointCompany[] {
  const claims = groupBy(organizations, ({ organization }) => companyIdOf(organization.companyIdText ?? ''));
  return [...claims].flatMap(([companyId, claimants]) =>
    companyId === undefined || claimants.length === 1
      ? []
      : [
          {
            companyId,
            organizationIds: claimants.map(({ organization }) => fold(organization.id)),
            subscriptionIds: [...new Set(claimants.flatMap((claimant) => [...subscriptionsOf(claimant)]))].sort(byText),
            unsubscribed: claimants.flatMap(unsubscribedNames),
            claims: claimants.flatMap(claimsOf),
          },
        ],
  );
}

function unsubscribedNames({ lines, previousLines }: OrganizationFacts): JointCompany['unsubscribed'] {
  const identities = [...lines, ...previousLines].flatMap((line) => unsubscribedOf(line) ?? []);
  return [...groupBy(identities, (identity) => fold(JSON.stringify(identity))).values()].map(([first]) => first);
}

/** A correction by hand claims a contract only where it can become an item of a listed subscription (rule 2.3). */
function claimsOf({ lines, subscriptions }: OrganizationFacts): Claim[] {
  const listed = new Set(subscriptions.map(({ id }) => fold(id)));
  const claims = lines.flatMap((line): Claim[] => {
    const { organizationId, serviceId, serviceName, isCustomService } = line;
    const subscriptionId = fold(line.subscriptionId);
    const type = classify(line);
    if (subscriptionId === '' || (type === 'ManualBillingLine' && !listed.has(subscriptionId))) return [];
    return [{ organizationId, serviceId, serviceName, isCustomService, subscriptionId, type }];
  });
  return [...groupBy(claims, (claim) => JSON.stringify(claim)).values()].map(([first]) => first);
}

/** Folded ids of the subscriptions that Cloudmore names for an organization, in either month's lines or in its lists. */
export function subscriptionsOf({ lines, previousLines, subscriptions }: OrganizationFacts): Set<string> {
  const named = [...lines, ...previousLines].flatMap((line) => present(line.subscriptionId) ?? []);
  return new Set([...named, ...subscriptions.map(({ id }) => id)].map(fold));
}

function slices(report: Report, lines: Line[], previousLines: Line[], previousLater: Line[]): OrganizationFacts[] {
  const linesOf = groupBy(lines, (line) => fold(line.organizationId));
  const laterOf = groupBy(previousLater, (line) => fold(line.organizationId));
  const placesOf = placesBySubscription(lines);
  const previousOf = groupBy(previousLines, (line) => fold(line.organizationId));
  const subscriptionsOf = groupBy(report.subscriptions, (subscription) => fold(subscription.organizationId));
  const ownerless = subscriptionsOf.get('') ?? [];
  return [...allOrganizations(report, lines).entries()]
    .sort(([left], [right]) => byText(left, right))
    .map(([id, organization]) => ({
      organization,
      lines: linesOf.get(id) ?? [],
      previousLines: previousOf.get(id) ?? [],
      ...(laterOf.has(id) ? { previousLater: laterOf.get(id)! } : {}),
      ...elsewhereOf(id, [...(previousOf.get(id) ?? []), ...(laterOf.get(id) ?? [])], placesOf),
      subscriptions: [...(subscriptionsOf.get(id) ?? []), ...namedBy(linesOf.get(id) ?? [], ownerless)],
    }));
}

/** Subscriptions whose organization is not known, as far as the lines name them. */
function namedBy(lines: Line[], ownerless: Subscription[]): Subscription[] {
  const named = new Set(lines.map((line) => fold(line.subscriptionId)));
  return ownerless.filter(({ id }) => id !== '' && named.has(fold(id)));
}

/** Folded ids of the organizations in which a subscription has lines now. */
function placesBySubscription(lines: Line[]): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  for (const { subscriptionId, organizationId } of lines) {
    if (present(subscriptionId) === null) continue;
    const key = fold(subscriptionId);
    places.set(key, (places.get(key) ?? new Set<string>()).add(fold(organizationId)));
  }
  return places;
}

function elsewhereOf(id: string, before: Line[], placesOf: Map<string, Set<string>>): Pick<OrganizationFacts, 'elsewhere'> {
  const moved = [...new Set(before.map(({ subscriptionId }) => fold(subscriptionId)))].filter((key) => {
    const places = placesOf.get(key);
    return places !== undefined && !places.has(id);
  });
  return moved.length === 0 ? {} : { elsewhere: moved.sort(byText) };
}

/** An id that cannot be read is on no list; what is wrong with it says more than that. */
const whyUnknown = ({ organizationName, trouble }: Line): Pick<Organization, 'unreadable' | 'unlisted'> =>
  trouble?.holds === 'organization'
    ? { unreadable: trouble.message }
    : {
        unreadable: `The report has lines of ${organizationName}, but the list of organizations does not include it: it was deleted, or the API user is not allowed to see it.`,
        unlisted: true,
      };

function allOrganizations(report: Report, lines: Line[]): Map<string, Organization> {
  const all = new Map<string, Organization>();
  for (const line of lines)
    all.set(fold(line.organizationId), {
      id: line.organizationId,
      name: line.organizationName,
      isActive: false,
      companyIdText: null,
      ...whyUnknown(line),
    });
  for (const organization of report.organizations)
    all.set(fold(organization.id), { ...organization, companyIdText: present(organization.companyIdText) });
  return all;
}
