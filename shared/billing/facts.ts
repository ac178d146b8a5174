import type { AcceptedPart, ReportComparison } from './accepted.js';
import { big, plain, ZERO } from './decimal.js';
import type { ItemIdentity } from './keys.js';
import { addDays, dayOfMonth, firstDay, lastDay, monthOf, previousMonth } from './month.js';
import { classify } from './record-type.js';
import { byText, fold, groupBy, present } from './text.js';
import { RECORD_TYPES } from './types.js';
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
} from './types.js';

/**
 * The report cut for planning: what concerns the whole month, and one slice per organization. An organization is planned from `MonthFacts`, its slice
 * and what Autotask holds for it, and from nothing else, so organizations can be planned in any order and apart from each other.
 */
export interface MonthFacts {
  month: Month;
  asOf: Day;
  /** Lines with a billing date before `asOf` (rule 1.1), and those of the month before as far as they can be compared (rule 1.4). */
  lines: number;
  previousLines: number;
  /** Exact sales by currency, of both. */
  sales: Record<string, Decimal>;
  previousSales: Record<string, Decimal>;
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
}

export interface OrganizationFacts {
  organization: Organization;
  lines: Line[];
  previousLines: Line[];
  subscriptions: Subscription[];
  /** What the last accepted report of the month had of it (rule 1.6); absent where that is not known. */
  accepted?: AcceptedPart;
  /** Subscriptions that the accepted report had here, and whose lines another organization has now. */
  movedTo?: { contractKey: string; organizationId: string }[];
}

/** Days by which last month's report is cut before the same day, because Microsoft may be later than last time (rule 1.4). */
const COMPARISON_LAG_DAYS = 3;

/** Cuts a report for a run on the day `asOf`. Organizations that only lines name (deleted in Cloudmore since) are kept, without a company. */
export function cutReport(report: Report, asOf: Day): { facts: MonthFacts; organizations: OrganizationFacts[] } {
  const lines = report.lines.filter((line) => monthOf(line.billingDate) === report.month && line.billingDate < asOf);
  const previousLines = comparableLines(report, asOf);
  const organizations = slices(report, lines, previousLines);
  return {
    facts: {
      month: report.month,
      asOf,
      lines: lines.length,
      previousLines: previousLines.length,
      sales: salesByCurrency(lines),
      previousSales: salesByCurrency(previousLines),
      recordTypes: recordTypesOf(lines),
      sharedCompanyIds: sharedCompanyIds(report.organizations),
      jointCompanies: jointCompanies(organizations),
      prices: report.prices,
      unassigned: report.unassigned,
    },
    organizations,
  };
}

/** The previous month's lines that this report is compared with. */
function comparableLines({ month, previousLines }: Report, asOf: Day): Line[] {
  const before = comparedBefore(month, asOf);
  return previousLines.filter((line) => monthOf(line.billingDate) === previousMonth(month) && line.billingDate < before);
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

/** The company id an organization names: undefined when the text is none (rule 3.2). Leading zeros do not matter. */
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
            unsubscribed: claimants.flatMap(unsubscribedOf),
          },
        ],
  );
}

function unsubscribedOf({ lines, previousLines }: OrganizationFacts): JointCompany['unsubscribed'] {
  const identities = [...lines, ...previousLines].flatMap((line) => {
    const type = classify(line);
    if (present(line.subscriptionId) !== null || type === 'ManualBillingLine') return [];
    return [{ organizationId: line.organizationId, type, codeOrProduct: present(line.itemCode) ?? present(line.productName) }];
  });
  return [...groupBy(identities, (identity) => fold(JSON.stringify(identity))).values()].map(([first]) => first!);
}

/** Folded ids of the subscriptions that Cloudmore names for an organization, in either month's lines or in its lists. */
export function subscriptionsOf({ lines, previousLines, subscriptions }: OrganizationFacts): Set<string> {
  const named = [...lines, ...previousLines].flatMap((line) => present(line.subscriptionId) ?? []);
  return new Set([...named, ...subscriptions.map(({ id }) => id)].map(fold));
}

function slices(report: Report, lines: Line[], previousLines: Line[]): OrganizationFacts[] {
  const linesOf = groupBy(lines, (line) => fold(line.organizationId));
  const previousOf = groupBy(previousLines, (line) => fold(line.organizationId));
  const subscriptionsOf = groupBy(report.subscriptions, (subscription) => fold(subscription.organizationId));
  return [...allOrganizations(report, lines).entries()]
    .sort(([left], [right]) => byText(left, right))
    .map(([id, organization]) => ({
      organization,
      lines: linesOf.get(id) ?? [],
      previousLines: previousOf.get(id) ?? [],
      subscriptions: subscriptionsOf.get(id) ?? [],
    }));
}

function allOrganizations(report: Report, lines: Line[]): Map<string, Organization> {
  const all = new Map<string, Organization>();
  for (const line of lines)
    all.set(fold(line.organizationId), {
      id: line.organizationId,
      name: line.organizationName,
      isActive: false,
      companyIdText: null,
    });
  for (const organization of report.organizations)
    all.set(fold(organization.id), { ...organization, companyIdText: present(organization.companyIdText) });
  return all;
}
