import { big, compare, plain, signOf, sum, ZERO, type Big } from '../basics/decimal.js';
import { endedIds } from './ended.js';
import type { CameFrom, MovedTo } from './facts.js';
import { isManual } from './items.js';
import { byText, fold, groupBy, IndexBy, same } from '../basics/text.js';
import type { Item, Plan } from '../plan-types.js';
import type { Day, Decimal, ItemType, Line, Settings, Subscription } from '../types.js';
import { isLicence, typeInWords } from '../basics/record-types.js';

/**
 * Rule 1.6: what the last accepted report of the month had, and how this one compares with it. It decides no amount; it is the guard without which an answer
 * that is incomplete would be read as "there is nothing".
 */

/** What an accepted report had of an item. Sums are exact; credits are the lines below zero, and part of the sums. */
export interface AcceptedItem {
  id: string;
  contractKey: string;
  subscriptionId: string | null;
  type: ItemType;
  itemCode: string | null;
  currency: string;
  /** Ids of the Cloudmore services its lines came from, and `MANUAL_LINES` where some were entered by hand. */
  sources: string[];
  lines: number;
  cost: Decimal;
  sales: Decimal;
  creditCost: Decimal;
  creditSales: Decimal;
  /** Whether it was ever posted in the month, so that its money going away from Autotask since is a person's doing. */
  stood: boolean;
  /** Whether a part of it, or all, stands on charges: a row at 0 units does not show that they are gone (8.9). Absent in evidence of earlier releases. */
  charged?: boolean;
  /** Ids of items, of whatever organization, that came or became more when its lines went, or went when it came: what it was converted to, where it moved. */
  successors?: string[];
}

/** The part of the accepted report that is an organization's, with the latest day for which a report was accepted. */
export interface AcceptedPart {
  asOf: Day;
  items: AcceptedItem[];
}

/** How this report compares with the accepted one as a whole. */
export interface ReportComparison {
  /** The latest day for which a report of the month was accepted. */
  asOf: Day;
  /** Record types, sources and organizations that had lines and have none, in words. With any of them the report is not known to be whole. */
  missing: string[];
  /** Record types and sources whose sales fell by more than `BREAKER_MONTH_DROP_PERCENT`. */
  fallenTypes: string[];
  fallenSources: string[];
}

/** The source of lines that were entered by hand: each of Cloudmore's services is another one. */
export const MANUAL_LINES = 'manual lines';

/** An item as the report has it now. Whether it stood is asked of what is kept alone. */
export function acceptedItem(item: Item, contractKey: string, stood = false, charged?: boolean): AcceptedItem {
  const negative = (side: 'cost' | 'sales'): Decimal =>
    plain(sum(item.lines.map((line) => line[side]).filter((value) => signOf(value) < 0)));
  return {
    id: item.id,
    contractKey,
    subscriptionId: item.subscriptionId,
    type: item.type,
    itemCode: item.itemCode,
    currency: item.currency,
    sources: [...new Set(item.lines.map(sourceOf))].sort(byText),
    lines: item.lines.length,
    cost: item.exactCost,
    sales: item.exactSales,
    creditCost: negative('cost'),
    creditSales: negative('sales'),
    stood,
    ...(charged === undefined ? {} : { charged }),
  };
}

export const SIDES = ['cost', 'sales'] as const;
export type Side = (typeof SIDES)[number];

/** The sum of the lines below zero. */
export const creditOf = (item: AcceptedItem, side: Side): Decimal => (side === 'cost' ? item.creditCost : item.creditSales);

/** The sum of the lines above zero. */
export const chargedOf = (item: AcceptedItem, side: Side): Big => big(item[side]).minus(creditOf(item, side));

/** Whether nothing but what somebody entered by hand is there of it. */
export const isByHand = ({ lines }: Pick<Item, 'lines'>): boolean => lines.every(isManual);

const sourceOf = (line: Line): string => (isManual(line) ? MANUAL_LINES : fold(line.serviceId));

// ---------------------------------------------------------------------------------------------------------------- the whole report

/** One organization of the comparison: what its accepted part was, and its items now. */
export interface Compared {
  organizationId: string;
  organizationName: string;
  accepted: AcceptedPart | null;
  now: AcceptedItem[];
}

/** Compares the reports as wholes. Null where no report of the month was ever accepted, or nothing is known of it any more. */
export function compareReports(
  all: Compared[],
  subscriptions: Subscription[],
  { breakers }: Pick<Settings, 'breakers'>,
): ReportComparison | null {
  const known = all.flatMap(({ accepted }) => (accepted === null ? [] : [accepted.asOf]));
  if (known.length === 0) return null;
  const now = all.flatMap((one) => one.now);
  const isExplained = explainedBy(now, subscriptions);
  const before = all.flatMap(({ accepted, ...one }) =>
    (accepted?.items ?? []).filter((item) => !isExplained(item)).map((item) => ({ ...item, organization: one.organizationId })),
  );
  const organizations = new Set(all.filter((one) => one.now.length > 0).map(({ organizationId }) => fold(organizationId)));
  const names = new Map(all.map(({ organizationId, organizationName }) => [organizationId, organizationName]));
  const types = fallsOf(before, now, ({ type }) => [type], breakers.monthDropPercent);
  const sources = fallsOf(before, now, (item) => item.sources, breakers.monthDropPercent);
  const gone = [...new Set(before.map(({ organization }) => organization))].filter((id) => !organizations.has(fold(id)));
  return {
    asOf: known.sort(byText).at(-1)!,
    missing: [
      ...types.missing.map((type) => `record type ${typeInWords(type)}`),
      ...sources.missing.map((source) => (source === MANUAL_LINES ? source : `service ${source}`)),
      ...gone.map((id) => `organization ${names.get(id) ?? id}`),
    ],
    fallenTypes: types.fallen,
    fallenSources: sources.fallen,
  };
}

/** Whether an accepted item is still there, has ended, or has its subscription's lines elsewhere in the report: none of these says that the report is incomplete. */
function explainedBy(now: AcceptedItem[], subscriptions: Subscription[]): (item: AcceptedItem) => boolean {
  const ids = new Set(now.map(({ id }) => id));
  const keys = new Set(now.filter(isReported).map(({ contractKey }) => fold(contractKey)));
  const ended = endedIds(subscriptions);
  return ({ id, contractKey, subscriptionId }) =>
    !ids.has(id) && (ended.has(fold(contractKey)) || (subscriptionId !== null && keys.has(fold(contractKey))));
}

/** Whether Cloudmore itself has lines of it: a correction by hand for a subscription does not say that this is there. */
export const isReported = ({ sources }: AcceptedItem): boolean => sources.some((source) => source !== MANUAL_LINES);

function fallsOf(
  before: AcceptedItem[],
  now: AcceptedItem[],
  keysOf: (item: AcceptedItem) => string[],
  percent: number,
): { missing: string[]; fallen: string[] } {
  const sums = (items: AcceptedItem[]): Map<string, Map<string, Big>> => {
    const found = new Map<string, Map<string, Big>>();
    for (const item of items)
      for (const key of keysOf(item)) {
        const own = found.get(key) ?? new Map<string, Big>();
        found.set(key, own.set(item.currency, (own.get(item.currency) ?? ZERO).plus(item.sales)));
      }
    return found;
  };
  const after = sums(now);
  const missing: string[] = [];
  const fallen: string[] = [];
  for (const [key, amounts] of sums(before)) {
    const own = after.get(key);
    if (own === undefined) missing.push(key);
    else if ([...amounts].some(([currency, amount]) => isFallen(amount, own.get(currency) ?? ZERO, percent))) fallen.push(key);
  }
  return { missing: missing.sort(byText), fallen: fallen.sort(byText) };
}

/** Whether an amount fell by more than the percentage; 0 turns the comparison off. */
export const isFallen = (before: Big, now: Big, percent: number): boolean =>
  percent !== 0 && before.gt(0) && now.lt(before.times(100 - percent).div(100));

// ---------------------------------------------------------------------------------------------------------------- one organization

/** By organization: its subscriptions whose lines another organization has since, with the items there. Evidence, once they are posted there (1.6). */
export function movedSubscriptions(all: Compared[]): Map<string, Required<MovedTo>[]> {
  const places = all.flatMap(({ organizationId, accepted, now }) =>
    now.filter(isReported).map((item) => ({ item, organizationId, accepted: accepted?.items ?? [] })),
  );
  const byKey = groupBy(places, ({ item }) => fold(item.contractKey));
  return new Map(
    all.map((one) => [
      one.organizationId,
      vanishedOf(one).flatMap((gone) =>
        (byKey.get(fold(gone.contractKey)) ?? [])
          .filter((place) => place.organizationId !== one.organizationId && cameFor(place.item, gone, place.accepted))
          .map(({ item, organizationId }) => ({
            contractKey: fold(item.contractKey),
            organizationId,
            itemId: item.id,
            from: gone.id,
          })),
      ),
    ]),
  );
}

const acceptedById = new IndexBy<AcceptedItem>(({ id }) => id);
const acceptedByContract = new IndexBy<AcceptedItem>(({ contractKey }) => contractKey);

/** Whether an item came, or became more, when the lines of another went: now, or on a day when it was held; or it came back from there. */
export const cameFor = (
  item: Pick<AcceptedItem, 'id' | 'sales'>,
  gone: Pick<AcceptedItem, 'id' | 'successors'>,
  accepted: AcceptedItem[],
): boolean =>
  isNewOrMore(item, accepted) ||
  isSuccessor(item.id, gone) ||
  // What is not new is there.
  isSuccessor(gone.id, acceptedById.find(accepted, item.id)[0]!);

const isSuccessor = (id: string, { successors }: Pick<AcceptedItem, 'successors'>): boolean => successors?.includes(id) ?? false;

function vanishedOf({ accepted, now }: Compared): AcceptedItem[] {
  const present = new Set(now.map(({ id }) => id));
  return (accepted?.items ?? []).filter(({ id, subscriptionId }) => subscriptionId !== null && !present.has(id));
}

/** Whether an item is more than the accepted report had: what was there all along is where nothing has moved to. */
export function isNewOrMore({ id, sales }: Pick<AcceptedItem, 'id' | 'sales'>, accepted: AcceptedItem[]): boolean {
  const [before] = acceptedById.find(accepted, id);
  return before === undefined || compare(sales, before.sales) > 0;
}

/** Whether the report has less of the item than the accepted one: lower amounts, or credits that are gone. */
export const isLess = (now: AcceptedItem, before: AcceptedItem): boolean =>
  SIDES.some((side) => compare(now[side], before[side]) < 0) || isCreditGone(now, before);

export const isCreditGone = (now: AcceptedItem, before: AcceptedItem): boolean =>
  SIDES.some((side) => compare(creditOf(now, side), creditOf(before, side)) > 0);

export interface Accepting {
  isReleased: boolean;
  /** The organization could not be billed at all. */
  isBlind: boolean;
  movedTo: MovedTo[];
  cameFrom: CameFrom[];
  /** Whether the plan leaves money standing under a contract key without listing it. */
  leaves: (contractKey: string) => boolean;
}

/**
 * What counts as accepted from now on: every item as the report has it; but what has become less is accepted only where the plan goes with it, and an item
 * without lines is kept until its money is gone, or somebody released that. Of an organization that could not be billed at all nothing that is less is.
 */
export function nextAccepted(
  plan: Pick<Plan, 'asOf' | 'items' | 'ghosts'>,
  reported: AcceptedItem[],
  before: AcceptedPart | undefined,
  { isReleased, isBlind, movedTo, cameFrom, leaves }: Accepting,
): AcceptedPart {
  const earlier = new Map(before?.items.map((item) => [item.id, item] as const));
  const now = reported.map((item) => withKin(item, earlier.get(item.id), cameFrom));
  if (before === undefined) return { asOf: plan.asOf, items: now };
  const asOf = plan.asOf > before.asOf ? plan.asOf : before.asOf;
  const outcomes = new Map(plan.items.map((item) => [item.id, item]));
  const ids = new Set(now.map(({ id }) => id));
  const standing = new Set(plan.ghosts.filter(({ outcome }) => outcome !== 'zeroed').map(({ contractKey }) => fold(contractKey)));
  const missing = before.items
    .filter(({ id }) => !ids.has(id) && !isReleased)
    .filter(
      (item) =>
        isBlind ||
        (!item.stood && !isRenamed(item, now, earlier)) ||
        standing.has(fold(item.contractKey)) ||
        leaves(item.contractKey),
    )
    .map((item) => withSuccessors(item, now, before.items, movedTo));
  const kept = now.map((item) => {
    const last = earlier.get(item.id);
    // Held for any reason: a later plan may remove what stands, which must be shown then that it may (1.6).
    if (last && isLess(item, last) && (isBlind || outcomes.get(item.id)!.outcome === 'held')) return leastOf(item, last);
    // What is held today was posted before, and stands.
    return item.stood || !last?.stood ? item : { ...item, ...pickStanding(last) };
  });
  return { asOf, items: [...kept, ...missing] };
}

/**
 * Whether an item that came has all that another had, on the same contract: its lines, read as of another type or currency, would otherwise count twice, and
 * a later report that has them once would look as if credits had gone.
 */
const isRenamed = (gone: AcceptedItem, now: AcceptedItem[], earlier: Map<string, AcceptedItem>): boolean =>
  acceptedByContract
    .find(now, gone.contractKey)
    .some(
      (item) =>
        !earlier.has(item.id) &&
        item.lines >= gone.lines &&
        SIDES.every(
          (side) => compare(creditOf(item, side), creditOf(gone, side)) <= 0 && chargedOf(item, side).gte(chargedOf(gone, side)),
        ),
    );

/** What a later report is compared with where less is held: as much as was ever charged, every credit that was ever there, and where both came from. */
function leastOf(now: AcceptedItem, last: AcceptedItem): AcceptedItem {
  const amountAndCredit = (side: Side): [Decimal, Decimal] => {
    const charged = [now, last].map((item) => chargedOf(item, side));
    const credited = [now, last].map((item) => big(creditOf(item, side)));
    const [most, least] = [
      charged[0]!.gt(charged[1]!) ? charged[0]! : charged[1]!,
      credited[0]!.lt(credited[1]!) ? credited[0]! : credited[1]!,
    ];
    return [plain(most.plus(least)), plain(least)];
  };
  const [[cost, creditCost], [sales, creditSales]] = [amountAndCredit('cost'), amountAndCredit('sales')];
  const sources = [...new Set([...last.sources, ...now.sources])].sort(byText);
  return { ...last, sources, cost, creditCost, sales, creditSales };
}

const cameFromByItem = new IndexBy<CameFrom>(({ itemId }) => itemId);
const movedToByContract = new IndexBy<MovedTo>(({ contractKey }) => contractKey);

/** Where an item came from is remembered as long as it stays: when it goes back there, what it was there is no news. */
function withKin(item: AcceptedItem, last: AcceptedItem | undefined, cameFrom: CameFrom[]): AcceptedItem {
  const known = last?.successors ?? [];
  const kin = [...new Set([...known, ...cameFromByItem.find(cameFrom, item.id).map(({ from }) => from)])];
  return kin.length === 0 ? item : { ...item, successors: kin };
}

/** What came when its lines went is remembered: it may be held today, and be posted when nobody could tell any more that it was new. */
function withSuccessors(item: AcceptedItem, now: AcceptedItem[], before: AcceptedItem[], movedTo: MovedTo[]): AcceptedItem {
  const own = acceptedByContract.find(now, item.contractKey);
  const here = own.filter((one) => cameFor(one, item, before)).map(({ id }) => id);
  const there = movedToByContract.find(movedTo, item.contractKey).flatMap(({ itemId }) => itemId ?? []);
  const successors = [...new Set([...(item.successors ?? []), ...here, ...there])];
  return successors.length === 0 ? item : { ...item, successors };
}

const pickStanding = ({ stood, charged }: AcceptedItem): Pick<AcceptedItem, 'stood' | 'charged'> => ({
  stood,
  ...(charged === undefined ? {} : { charged }),
});

/** The accepted item that a standing amount belongs to. */
export const acceptedOf = (
  accepted: AcceptedItem[],
  contractKey: string,
  type: ItemType,
  itemCode: string | null,
): AcceptedItem | undefined => acceptedUnder(accepted, contractKey).find((item) => isOfKind(item, type, itemCode));

/** All that was accepted of a contract. */
export const acceptedUnder = (accepted: AcceptedItem[], contractKey: string): AcceptedItem[] =>
  acceptedByContract.find(accepted, contractKey);

/** Of one type; licences of one item code as well. */
export const isOfKind = (item: Pick<AcceptedItem, 'type' | 'itemCode'>, type: ItemType, itemCode: string | null): boolean =>
  item.type === type && (!isLicence(type) || same(item.itemCode, itemCode));
