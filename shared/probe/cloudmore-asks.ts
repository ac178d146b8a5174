import { indexPrices } from '../billing/report/items.js';
import { firstDay, lastDay, monthOf, nextMonth } from '../billing/basics/month.js';
import { paymentOf } from '../billing/report/paid-once.js';
import { classify } from '../billing/report/record-type.js';
import { fold, present, same } from '../billing/basics/text.js';
import type { ItemType } from '../billing/types.js';
import { MODELS, PATHS } from '../cloudmore/needs.js';
import type { Derivable } from '../cloudmore/derivable.js';
import { ApiError } from '../http/errors.js';
import type { CloudmoreSeen } from './cloudmore-seen.js';
import { lowerFields, textOf } from './once.js';
import { confirmed, contradicted, couldNotAsk, notSeen, some, type Verdict } from './verdict.js';

/** C1 to C8: what Cloudmore describes and answers. */

// ---------------------------------------------------------------------------------------------------------------- C1 and C2

export async function description({ cloudmore }: CloudmoreSeen): Promise<Verdict> {
  const answer = lowerFields(await cloudmore.description());
  if (answer.paths === undefined) return couldNotAsk('the API serves no description');
  const paths = new Set(Object.keys(lowerFields(answer.paths)).map(plainPath));
  const missing = PATHS.filter((path) => !paths.has(plainPath(`/api/resellers/{}/${path}`)));
  const schemas = Object.entries((lowerFields(lowerFields(answer.components)).schemas ?? {}) as Record<string, unknown>);
  const unnamed = MODELS.flatMap(({ models, members }) => {
    const known = schemas.filter(([name]) => models.test(name)).flatMap(([, schema]) => membersOf(schema));
    const first = schemas.find(([name]) => models.test(name))?.[0];
    return first === undefined
      ? []
      : members.filter((member) => !known.includes(member.toLowerCase())).map((one) => `${first}: ${one}`);
  });
  if (missing.length > 0) return contradicted(`paths that it does not have: ${some(missing)}`);
  if (unnamed.length > 0) return contradicted(`members that no such model has: ${some(unnamed)}`);
  return confirmed(`${PATHS.length} paths; ${schemas.length} models`);
}

/** Without the names of its parameters. */
const plainPath = (path: string): string =>
  path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => (segment.startsWith('{') ? '{}' : segment))
    .join('/');
const membersOf = (schema: unknown): string[] => Object.keys(lowerFields(lowerFields(schema).properties));

export async function token({ cloudmore }: CloudmoreSeen): Promise<Verdict> {
  return confirmed(`taken; it lasts ${Math.round((await cloudmore.tokenLife()) / 3600)} hours`);
}

// ---------------------------------------------------------------------------------------------------------------- C3 and C4

export async function services(seen: CloudmoreSeen): Promise<Verdict> {
  const raw = await seen.cloudmore.get('services');
  const records = (Array.isArray(raw) ? raw : []).map(lowerFields);
  if (records.length === 0) return notSeen('there is no service');
  const withoutKind = records.filter((one) => one.iscustomservice === undefined && one.type === undefined);
  return withoutKind.length === 0
    ? confirmed(`${records.length} services`)
    : contradicted(
        `not given for ${withoutKind.length} of ${records.length}; their members: ${some(Object.keys(withoutKind[0]!))}`,
      );
}

export async function organizations(seen: CloudmoreSeen): Promise<Verdict> {
  const listed = await seen.organizations();
  if (listed.length === 0) return notSeen('there is no organization');
  const byId = new Map(listed.map((one) => [fold(one.id), one]));
  const odd = (await seen.details()).filter(({ id, detail }) => {
    const one = byId.get(fold(id));
    return !same(textOf(detail.id), id) || !same(textOf(detail.name), one?.name);
  });
  return odd.length === 0
    ? confirmed(`${listed.length} organizations; ten details at most were compared`)
    : contradicted(`the details of ${some(odd.map(({ id }) => id))} are of another organization`);
}

export async function property(seen: CloudmoreSeen): Promise<Verdict> {
  const details = await seen.details();
  if (details.length === 0) return notSeen('there is no organization');
  const lists = details.map(({ detail }) => detail.customproperties).filter((list) => Array.isArray(list));
  if (lists.length === 0)
    return contradicted(`no detail has customProperties; their members: ${some(Object.keys(details[0]!.detail))}`);
  const properties = lists.flat().map(lowerFields);
  const own = properties.filter(({ name }) => same(textOf(name), seen.settings.companyProperty));
  if (own.some(({ value }) => textOf(value) !== null)) return confirmed(`"${seen.settings.companyProperty}" has values`);
  const known = new Set(properties.map(({ name }) => textOf(name) ?? '?'));
  return own.length > 0 && own.some((one) => 'value' in one)
    ? notSeen(`"${seen.settings.companyProperty}" exists, but none of ${details.length} organizations has a value`)
    : contradicted(`no organization has a value of "${seen.settings.companyProperty}"; properties: ${some(known) || 'none'}`);
}

export async function subscriptions(seen: CloudmoreSeen): Promise<Verdict> {
  const all = await seen.subscriptions();
  if (all.length === 0) return notSeen('there is no subscription');
  const unread = all.filter(({ unreadable }) => unreadable !== undefined);
  if (unread.length > 0) return contradicted(unread[0]!.unreadable!);
  const seats = all.filter(({ recordType }) => recordType === 'Csp365Nce');
  if (seats.length === 0) return notSeen(`${all.length} subscriptions, none of the kind that has a commitment`);
  return seats.some(({ endDay }) => endDay !== null)
    ? confirmed(`${all.length} subscriptions`)
    : contradicted(`none of ${seats.length} says where its commitment ends`);
}

export async function prices(seen: CloudmoreSeen): Promise<Verdict> {
  const all = await seen.prices();
  if (all.length === 0) return notSeen('no price list has an entry');
  const unread = all.filter(({ unreadable }) => unreadable !== undefined);
  if (unread.length > 0) return contradicted(unread[0]!.unreadable!);
  return all.some(({ paymentMonths }) => paymentMonths !== null)
    ? confirmed(`${all.length} entries`)
    : contradicted(`none of ${all.length} entries says how often it is paid`);
}

// ---------------------------------------------------------------------------------------------------------------- C5 and C6

/** What kind of failure a report that was not read is: of its task's words, or of its members. */
type Trouble = 'words' | 'members';

async function troubleOfReport(seen: CloudmoreSeen, kind: Trouble): Promise<string | null> {
  try {
    await seen.report();
    return null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isTask =
      error.facts.saysNoReport === true || (error.kind === 'malformed' && /without naming its task/.test(error.message));
    const own: Trouble | null = isTask ? 'words' : error.kind === 'malformed' ? 'members' : null;
    if (own !== kind) throw error;
    return error.message;
  }
}

export async function words(seen: CloudmoreSeen): Promise<Verdict> {
  const trouble = await troubleOfReport(seen, 'words').catch((error: unknown) => {
    if (seen.looks.some(({ state }) => state !== null)) return null;
    throw error;
  });
  if (trouble !== null) return contradicted(trouble);
  const states = new Set(seen.looks.map(({ status, state }) => `${status} ${state ?? 'without a word'}`));
  return confirmed(some(states));
}

export async function members(seen: CloudmoreSeen): Promise<Verdict> {
  const trouble = await troubleOfReport(seen, 'members');
  if (trouble !== null) return contradicted(trouble);
  const { lines, absent } = await seen.report();
  if (lines.length === 0) return notSeen(`the report of ${seen.month} has no line`);
  const asked = absent.filter((member) => !seen.settings.absentMembers.some((known) => same(known, member)));
  if (asked.length === 0) return confirmed(`${lines.length} lines`);
  const invoiceLines = (await seen.invoice()).lines ?? [];
  const silent = asked.filter((member) => invoiceLines.every((line) => line[IN_INVOICE[member].toLowerCase()] === undefined));
  return silent.length === 0
    ? confirmed(`${lines.length} lines; the invoice shows ${asked.join(', ')}`)
    : contradicted(`none of ${lines.length} lines has ${silent.join(', ')}, nor does the invoice`);
}

/** Where the invoice has what the report's lines lack (rule 2.8). */
const IN_INVOICE: Record<Derivable, string> = {
  recordType: 'recordType',
  chargeType: 'chargeType',
  startDate: 'chargeStartDate',
  endDate: 'chargeEndDate',
  publisherName: 'publisherName',
  skuName: 'skuName',
  paymentFrequency: 'billingFrequency',
};

export async function values(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.report();
  if (lines.length === 0) return notSeen(`the report of ${seen.month} has no line`);
  const troubled = lines.filter(({ trouble }) => trouble !== undefined);
  return troubled.length === 0
    ? confirmed(`${lines.length} lines`)
    : contradicted(`${troubled.length} of ${lines.length} lines: ${troubled[0]!.trouble!.message}`);
}

export async function endDay(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.report();
  const last = lastDay(seen.month);
  const on = (all: typeof lines, day: string): number => all.filter(({ billingDate }) => billingDate === day).length;
  if (on(lines, last) > 0) return confirmed(`${on(lines, last)} lines are dated ${last}`);
  const longer = (await seen.longerReport()).lines;
  if (on(longer, last) > 0) return contradicted(`${on(longer, last)} lines of ${last} come only where the next day is asked for`);
  const next = firstDay(nextMonth(seen.month));
  return on(longer, next) > 0
    ? confirmed(`${on(longer, next)} lines of ${next} come where it is asked for as the last day`)
    : notSeen(`no line is dated ${last} or ${next}`);
}

export async function dates(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.report();
  if (lines.length === 0) return notSeen(`the report of ${seen.month} has no line`);
  const other = lines.filter(({ billingDate }) => monthOf(billingDate) !== seen.month);
  return other.length === 0
    ? confirmed(`${lines.length} lines`)
    : contradicted(
        `${other.length} of ${lines.length} lines are dated ${some(new Set(other.map(({ billingDate }) => billingDate)))}`,
      );
}

// ---------------------------------------------------------------------------------------------------------------- C7 and C8

export async function invoice(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.invoice();
  if (lines === null) return notSeen('there is no invoice');
  if (lines.length === 0) return notSeen('the invoice has no line');
  const missing = ['organizationId', 'totalSalesPrice', 'subscriptionId'].filter((member) =>
    lines.every((line) => line[member.toLowerCase()] === undefined),
  );
  return missing.length === 0
    ? confirmed(`${lines.length} lines looked at`)
    : contradicted(`no line has ${missing.join(', ')}; its members: ${some(Object.keys(lines[0]!))}`);
}

export async function sums(seen: CloudmoreSeen): Promise<Verdict> {
  const { totals, unbalanced } = await seen.report();
  if (totals === 0) return notSeen('nothing above the lines has a total');
  return unbalanced.length === 0
    ? confirmed(`${totals} totals`)
    : contradicted(`${unbalanced.length} of ${totals}: ${some(unbalanced)}`);
}

export async function types(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.report();
  if (lines.length === 0) return notSeen(`the report of ${seen.month} has no line`);
  const unclassified = lines.filter((line) => classify(line) === 'Unclassified');
  return unclassified.length === 0
    ? confirmed(`${lines.length} lines`)
    : contradicted(
        `${unclassified.length} of ${lines.length}: ${some(new Set(unclassified.map(({ productName }) => productName ?? 'without a name')))}`,
      );
}

const LICENCES: ItemType[] = ['Csp365Nce', 'Subscription', 'Perpetual', 'ReservedInstance'];

export async function payment(seen: CloudmoreSeen): Promise<Verdict> {
  const index = indexPrices(await seen.prices());
  const licences = (await seen.report()).lines.flatMap((line) => {
    const type = classify(line);
    return type !== 'ManualBillingLine' && LICENCES.includes(type) ? [{ line, type }] : [];
  });
  if (licences.length === 0) return notSeen('no line is a licence');
  const withoutKind = licences.filter(({ line, type }) => paymentOf(type, line, present(line.itemCode), index) === null);
  return withoutKind.length === 0
    ? confirmed(`${licences.length} lines`)
    : contradicted(
        `${withoutKind.length} of ${licences.length}: ${some(new Set(withoutKind.map(({ line }) => line.productName ?? '?')))}`,
      );
}

/** Kinds whose subscriptions are in the lists. */
const LISTED: ItemType[] = ['Csp365Nce', 'Csp365Legacy', 'AzurePlan', 'AzureClassic'];
/** Some end in the month, and are in the list no more. */
const GONE = 0.5;

export async function shared(seen: CloudmoreSeen): Promise<Verdict> {
  const { lines } = await seen.report();
  const ids = new Set(
    lines.flatMap((line) => {
      const type = classify(line);
      return type !== 'ManualBillingLine' && LISTED.includes(type) && line.subscriptionId !== null
        ? [fold(line.subscriptionId)]
        : [];
    }),
  );
  if (ids.size === 0) return notSeen('no line names a subscription');
  const known = new Set((await seen.subscriptions()).map(({ id }) => fold(id)));
  const found = [...ids].filter((id) => known.has(id)).length;
  return found >= ids.size * GONE ? confirmed(`${found} of ${ids.size}`) : contradicted(`the lists have ${found} of ${ids.size}`);
}

export async function takeover(seen: CloudmoreSeen): Promise<Verdict> {
  const theirs = await seen.foreign.keys();
  if (theirs === null) return couldNotAsk('Autotask was not read');
  if (theirs.length === 0) return notSeen('there is no contract of another connector');
  const reported = new Set(
    (await seen.report()).lines.flatMap(({ subscriptionId }) => (subscriptionId === null ? [] : [fold(subscriptionId)])),
  );
  for (const { id } of await seen.subscriptions()) reported.add(fold(id));
  const found = theirs.filter((key) => reported.has(fold(key))).length;
  return found > 0
    ? confirmed(`${found} of ${theirs.length} contracts`)
    : contradicted(`none of ${theirs.length}: the field holds ${some(theirs)}`);
}
