import { ghostId } from '../basics/keys.js';
import { DOWN, isMoved, moves, UP } from '../derivation/derivation.js';
import type { KeyedItem } from '../report/keyed-item.js';
import {
  acceptedItem,
  acceptedUnder,
  chargedOf,
  creditOf,
  isByHand,
  isCreditGone,
  isFallen,
  isLess,
  isOfKind,
  isReported,
  MANUAL_LINES,
  SIDES,
  type AcceptedItem,
  type Side,
} from '../report/accepted.js';
import type { GoneElsewhere } from '../report/gone-elsewhere.js';
import type { Tripped } from '../plan-types.js';
import { ghostsUnder } from '../ghosts/ghost-plan.js';
import { isHashKey } from '../contracts/find-or-make.js';
import { amountText, big, type Big, grouped, isZero, moneyText, signOf, sum } from '../basics/decimal.js';
import { unchanged } from '../derivation/derivation.js';
import { endedBefore } from '../report/ended.js';
import { indexNames, type Names } from '../report/named.js';
import { reportMonthOf } from '../basics/month.js';
import type { PlanInput, Work } from './plan.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { fold, groupBy, IndexBy, OncePer, present, same } from '../basics/text.js';
import type { Ghost, Item, Plan, PlannedItem, Step } from '../plan-types.js';
import { isLicence, typeInWords } from '../basics/record-types.js';
import type { ItemType } from '../types.js';

/**
 * Rule 1.6: a report of the same month that is smaller than the last accepted one removes nothing automatically. What nobody explains is held, item by item,
 * until a person releases the plan or the report names it again; all else continues.
 */

const PARTS_SHOWN = 3;
const CREDITS_GONE = 'credits that it had are gone';
const BY_HAND = 'Cloudmore’s own lines for it are gone, and only manual lines are left';
const TOO_MUCH = 'it fell by more than a breaker allows';

/** Items whose money the plan would change, and that nothing explains, with the reason. */
export function shrunkItems(plan: Plan, keyed: KeyedItem[], input: PlanInput): Map<string, Tripped> {
  if (plan.steps.length === 0) return new Map();
  const planned = new Map(plan.items.map((item) => [item.id, item]));
  const { accepted, goneElsewhere = [] } = input.slice;
  const before = accepted?.items ?? [];
  const names = indexNames(input.facts.named, input.settings.broker);
  const earlier = new Map(before.map((item) => [item.id, item]));
  const doubt = doubtOf(keyed, input);
  const isCreditLost = creditsLost(keyed, before);
  const isLeftByHand = leftByHand(before, input);
  return new Map(
    keyed.flatMap(({ item, contractKey }) => {
      const decided = planned.get(item.id)!;
      if (decided.outcome !== 'posted') return [];
      const last = earlier.get(item.id);
      const why =
        whyOnTop(decided, plan) ??
        whyAgain(decided, plan, before, names) ??
        whyHere(decided, goneElsewhere) ??
        (isMoved(decided) && isLeftByHand({ item, contractKey }) ? BY_HAND : null) ??
        (last === undefined
          ? whyNewHeld(decided, item, {
              isCreditLost: isCreditLost(contractKey),
              doubt,
              isAnythingAccepted: accepted !== undefined,
            })
          : whyHeld(decided, acceptedItem(item, contractKey), last, doubt));
      return why === null ? [] : [[item.id, { reason: 'report-shrank', message: messageOf(decided, last, why) }] as const];
    }),
  );
}

/** A charge for the same kind of the same subscription that is none of the month's items', and nothing says that it is over: it may be for what an item was before. */
function whyOnTop(decided: PlannedItem, { ghosts }: Plan): string | null {
  const isSameKind = ({ serviceId, type }: Ghost): boolean => serviceId === null && type === decided.type;
  const own = ghostsUnder(ghosts, decided.contractKey);
  const other = own.find((ghost) => isSameKind(ghost) && isUnexplained(ghost));
  return other === undefined || !isMoved(decided)
    ? null
    : `${grouped(other.sales)} more is on charge ${other.chargeId}, and nothing says that it is gone`;
}

/**
 * Money without a line that stands for the same thing elsewhere: on a contract that it was billed on before, and that carries another id now; or where one of
 * the two has no subscription id, for the line may have lost its id, got one, or got another name where it has none. It would be billed once more on a contract
 * of its own, or with what another one comes to already, which its lines have joined.
 */
function whyAgain(decided: PlannedItem, { ghosts }: Plan, accepted: AcceptedItem[], names: Names): string | null {
  const isJoined = standsAlready(decided);
  const { all, nameless } = standingOfType(decided.type, ghosts);
  // Where a contract would be made, 6.6 holds it, and says which to give its id back.
  const billed = new Set(decided.contractId === null ? [] : names.contractsOf(decided.contractKey));
  const isOnFormer = (ghost: Ghost): boolean => billed.has(ghost.contractId) && isOfKind(decided, ghost.type, ghost.itemCode);
  const mayBe = isJoined && namelessOf(decided) === 0 ? nameless : all;
  const other = mayBe.find(
    (ghost) =>
      !same(ghost.contractKey, decided.contractKey) && (isOfSame(decided, ghost, accepted) || (!isJoined && isOnFormer(ghost))),
  );
  if (other === undefined || !isMoved(decided)) return null;
  return `${grouped(other.sales)} for the same is on contract ${other.contractId} (${other.contractKey}) without a line, ${
    isOnFormer(other)
      ? 'on which it was billed before'
      : namelessOf(decided, other) > 0
        ? 'and one of them has no subscription id'
        : 'and it may have got a new subscription id'
  }`;
}

/** Money without a line that stands this month, by type, and what of it has no subscription id. */
const standingByType = new OncePer((ghosts: Ghost[]) => {
  const standing = ghosts.filter((ghost) => ghost.rule !== CARRIED_ON && (ghost.outcome === 'ghost' || isUnexplained(ghost)));
  return new Map<string, { all: Ghost[]; nameless: Ghost[] }>(
    [...groupBy(standing, ({ type }) => type)].map(([type, all]) => [
      type,
      { all, nameless: all.filter((one) => namelessOf(one) > 0) },
    ]),
  );
});
const standingOfType = (type: ItemType, ghosts: Ghost[]): { all: Ghost[]; nameless: Ghost[] } =>
  standingByType.of(ghosts).get(type) ?? { all: [], nameless: [] };

const ghostsByContractId = new IndexBy<Ghost>(({ contractId }) => contractId);

const goneByItem = new IndexBy<GoneElsewhere>(({ itemId }) => itemId);

/** The same of money that stands for another organization: the line would be billed once more here. */
function whyHere(decided: PlannedItem, gone: GoneElsewhere[]): string | null {
  const mayJoin = (one: GoneElsewhere): boolean => !standsAlready(decided) || namelessOf(decided, one) > 0;
  const other = goneByItem.find(gone, decided.id).find(mayJoin);
  if (other === undefined || !isMoved(decided)) return null;
  const { sales, currency, organizationName, contractKey } = other;
  return `${moneyText(big(sales), currency)} for the same was billed to ${organizationName} (${contractKey}), which no longer has a line for it: it may be this one. If it has moved, bring that to zero first`;
}

function standsAlready({ standing }: PlannedItem): boolean {
  const { sales, cost } = standing!.before;
  return !isZero(big(sales)) || !isZero(big(cost));
}

/** How many of the two have no subscription id. */
const namelessOf = (...two: { contractKey: string }[]): number => two.filter(({ contractKey }) => isHashKey(contractKey)).length;

/** What is carried into the next month (7.6) is not part of this month's money. */
const CARRIED_ON = '7.6';

/** Of one type; licences of one item code as well. Between two without subscription id a code is all that tells them apart, also for usage. */
function isOfSame(decided: PlannedItem, ghost: Ghost, accepted: AcceptedItem[]): boolean {
  const { type, itemCode } = decided;
  const nameless = namelessOf(decided, ghost);
  if (ghost.type !== type) return false;
  if (nameless === 0) return isRenamed(decided, ghost, accepted);
  const had = acceptedUnder(accepted, ghost.contractKey).find((one) => one.type === type);
  if (same(itemCode, had === undefined ? ghost.itemCode : had.itemCode)) return true;
  // A line that has no code for once, or has got one, may be the other.
  if (nameless === 2) return had !== undefined && [itemCode, had.itemCode].some((code) => present(code) === null);
  return !isLicence(type);
}

/**
 * Whether a subscription that the accepted report did not have came when another went, and no item code tells the two apart: Cloudmore may have given it another
 * id. Amounts tell nothing, for usage grows from day to day.
 */
function isRenamed({ itemCode, contractKey }: PlannedItem, ghost: Ghost, accepted: AcceptedItem[]): boolean {
  if (acceptedUnder(accepted, contractKey).length > 0) return false;
  const isThat = (one: AcceptedItem): boolean =>
    present(itemCode) === null || present(one.itemCode) === null || same(one.itemCode, itemCode);
  return acceptedUnder(accepted, ghost.contractKey).some((one) => one.type === ghost.type && isThat(one));
}

/** Items whose money the plan would change on a contract with a charge of unknown origin (8.4): it may be the same money. */
export function itemsNearUnknown({ items, ghosts }: Plan): Map<string, Tripped> {
  const unknown = ghosts.filter(isUnknown);
  const place = new Map(unknown.map((ghost, at) => [ghost, at]));
  return new Map(
    items.flatMap((item) => {
      if (item.outcome !== 'posted' || !isMoved(item)) return [];
      const near = [...ghostsByContractId.find(unknown, item.contractId), ...ghostsUnder(unknown, item.contractKey)];
      const [other] = near.sort((left, right) => place.get(left)! - place.get(right)!);
      if (other === undefined) return [];
      const message = `${amountText(other.sales, other.currency)} is on charge ${other.chargeId} of the same contract, but it is not known what it was made for: it may be for ${item.productName}. Delete the charge in Autotask if it is wrong, or release the plan if both are right.`;
      return [[item.id, { reason: 'report-shrank', message }] as const];
    }),
  );
}

const isUnknown = ({ type, chargeId, sales, cost }: Ghost): boolean =>
  type === 'Unclassified' && chargeId !== undefined && !(isZero(big(sales)) && isZero(big(cost)));

/** What the accepted report did not have: it may be what another item was converted to, whose credits count for it. */
function whyNewHeld(
  decided: PlannedItem,
  item: Item,
  { isCreditLost, doubt, isAnythingAccepted }: { isCreditLost: boolean; doubt: Doubt; isAnythingAccepted: boolean },
): string | null {
  if (isCreditLost && moves(decided, UP)) return CREDITS_GONE;
  if (item.lines.some(({ sales }) => signOf(sales) < 0)) return null;
  // What stands may be what another organization was billed before: of a report that is not whole nobody knows whether it is less.
  const partial = moves(decided, DOWN) ? doubt.ofReport(acceptedItem(item, decided.contractKey)) : null;
  return partial ?? (isAnythingAccepted ? null : doubt.unknown(decided));
}

/** Whether the items of a contract that had lines have none any more, and the credits that these had are nowhere on it. */
function creditsLost(keyed: KeyedItem[], accepted: AcceptedItem[]): (contractKey: string) => boolean {
  const present = new Set(keyed.map(({ item }) => item.id));
  const now = groupBy(keyed, ({ contractKey }) => fold(contractKey));
  const before = groupBy(accepted, ({ contractKey }) => fold(contractKey));
  return (contractKey) => {
    const had = before.get(fold(contractKey)) ?? [];
    if (had.every(({ id }) => present.has(id))) return false;
    const own = now.get(fold(contractKey))!.map(({ item }) => acceptedItem(item, contractKey));
    const creditsOf = (items: AcceptedItem[], side: Side): Big => sum(items.map((item) => creditOf(item, side)));
    return SIDES.some((side) => creditsOf(own, side).gt(creditsOf(had, side)));
  };
}

/**
 * Whether all that is left of what a contract's item had are lines entered by hand: as part of it, or, where they tell no kind of their own any more, as an item
 * for themselves. That it has ended explains it.
 */
function leftByHand(
  accepted: AcceptedItem[],
  { slice, facts }: PlanInput,
): (entry: Pick<KeyedItem, 'item' | 'contractKey'>) => boolean {
  const had = accepted.filter(isReported);
  const ids = new Set(had.map(({ id }) => id));
  return ({ item, contractKey }) => {
    if (!isByHand(item)) return false;
    const isLeft = ids.has(item.id) || acceptedUnder(had, contractKey).some(({ sources }) => sources.includes(MANUAL_LINES));
    return isLeft && !endedBefore(slice.subscriptions, contractKey, reportMonthOf(facts), facts.asOf);
  };
}

/** What speaks against a fall besides the item itself: the report as a whole, and how much less it is. */
interface Doubt {
  ofReport(now: AcceptedItem): string | null;
  ofSize(now: AcceptedItem, before: AcceptedItem): string | null;
  /** Where nothing is known of an accepted report, what was written for the month is compared. */
  unknown(decided: PlannedItem): string | null;
}

function whyHeld(decided: PlannedItem, now: AcceptedItem, before: AcceptedItem, doubt: Doubt): string | null {
  // Negative lines that vanished raise the amount: as little proof as positive ones that vanish.
  if (moves(decided, UP) && isCreditGone(now, before)) return CREDITS_GONE;
  if (!moves(decided, DOWN) || !isLess(now, before) || isByCredit(now, before)) return null;
  return doubt.ofReport(now) ?? doubt.ofSize(now, before);
}

/** A credit says so itself: the lines that charge something are what they were, or more. */
function isByCredit(now: AcceptedItem, before: AcceptedItem): boolean {
  return !isCreditGone(now, before) && SIDES.every((side) => chargedOf(now, side).gte(chargedOf(before, side)));
}

function doubtOf(keyed: KeyedItem[], { facts, slice, settings }: PlanInput): Doubt {
  const { comparison, asOf } = facts;
  const { itemFactor, organizationAmount, monthDropPercent } = settings.breakers;
  const isBelow = (before: Big, now: Big): boolean =>
    itemFactor !== 0 && before.minus(now).gt(organizationAmount) && now.times(itemFactor).lt(before);
  const isOrganizationFallen = hasOrganizationFallen(keyed, slice.accepted?.items ?? [], monthDropPercent, organizationAmount);
  return {
    ofReport: (now) => {
      if (comparison === undefined) return null;
      if (asOf < comparison.asOf)
        return `the report of ${comparison.asOf} is already billed, and this one is from an earlier day`;
      if (comparison.missing.length > 0) return `the report is incomplete, without ${shown(comparison.missing)}`;
      if (comparison.fallenTypes.includes(now.type)) return `${typeInWords(now.type)} fell by more than a breaker allows`;
      return now.sources.some((source) => comparison.fallenSources.includes(source))
        ? `its service fell by more than a breaker allows`
        : null;
    },
    ofSize: (now, before) => {
      if (isOrganizationFallen) return 'the organization fell by more than a breaker allows';
      return isBelow(big(before.sales), big(now.sales)) ? TOO_MUCH : null;
    },
    unknown: ({ standing }) => (isBelow(big(standing!.before.sales), big(standing!.after.sales)) ? TOO_MUCH : null),
  };
}

const shown = (parts: string[]): string =>
  `${parts.slice(0, PARTS_SHOWN).join(', ')}${parts.length > PARTS_SHOWN ? ` and ${parts.length - PARTS_SHOWN} more` : ''}`;

function hasOrganizationFallen(keyed: KeyedItem[], accepted: AcceptedItem[], percent: number, amount: string): boolean {
  const now = groupBy(keyed, ({ item }) => item.currency);
  return [...groupBy(accepted, ({ currency }) => currency)].some(([currency, items]) => {
    const before = sum(items.map(({ sales }) => sales));
    const after = sum((now.get(currency) ?? []).map(({ item }) => item.exactSales));
    return isFallen(before, after, percent) && before.minus(after).gt(amount);
  });
}

function messageOf(
  { productName, sales, currency, standing, lines }: PlannedItem,
  before: AcceptedItem | undefined,
  why: string,
): string {
  const had =
    before === undefined
      ? ''
      : ` The last accepted report of the month had ${before.lines} lines of ${moneyText(big(before.sales), currency)}.`;
  return `The report has ${lines} lines of ${amountText(sales, currency)} for ${productName}, and Autotask holds ${grouped(standing!.before.sales)} for it: ${why}.${had} It waits until the report names it again or somebody releases the plan.`;
}

// ---------------------------------------------------------------------------------------------------------------- holding

/** Whether a ghost of a plan would be brought to nothing without evidence. */
export const isUnexplained = ({ outcome, evidence }: Ghost): boolean => outcome === 'zeroed' && evidence === null;

/** The plan without what 1.6 holds. Its digest stays that of the whole, which is what an operator releases. */
export function withoutShrunk(plan: Plan, shrunk: Map<string, Tripped>, work: Work): Plan {
  if (shrunk.size === 0 && !plan.ghosts.some((ghost) => isUnexplained(ghost) || isUnknown(ghost))) return plan;
  const items = plan.items.map((item) => heldItem(item, shrunk.get(item.id)));
  const heldIds = new Set(items.flatMap(({ id, reason }) => (reason === 'report-shrank' ? [id] : [])));
  // What replaced something is held: what it replaced stays as well.
  const heldContracts = new Set(
    work.contracts
      .filter(({ decisions }) => decisions.some(({ item }) => heldIds.has(item.id)))
      .map(({ contractKey }) => fold(contractKey)),
  );
  // The row that would be removed may be balanced by a charge of unknown origin.
  for (const ghost of plan.ghosts)
    if (isUnknown(ghost) || (ghost.serviceId === null && isUnexplained(ghost))) heldContracts.add(fold(ghost.contractKey));
  const isHeld = (ghost: Ghost): boolean =>
    isUnexplained(ghost) || (ghost.outcome === 'zeroed' && heldContracts.has(fold(ghost.contractKey)));
  const heldGhosts = new Set(plan.ghosts.filter(isHeld).map(ghostId));
  const isStepHeld = (step: Step): boolean =>
    step.items.length > 0 && step.items.every((id) => heldIds.has(id) || heldGhosts.has(id));
  return {
    ...plan,
    items,
    ghosts: plan.ghosts.map((ghost) =>
      isHeld(ghost) ? { ...ghost, outcome: 'ghost', ...(ghost.evidence === null ? { reason: 'report-shrank' } : {}) } : ghost,
    ),
    steps: plan.steps.flatMap((step) =>
      isStepHeld(step) ? [] : [{ ...step, items: step.items.filter((id) => !heldIds.has(id)) }],
    ),
  };
}

/** The plan as somebody released it: unexplained reductions are carried out on their word. */
export const released = (plan: Plan): Plan => ({
  ...plan,
  ghosts: plan.ghosts.map((ghost) => (isUnexplained(ghost) ? { ...ghost, evidence: 'released' } : ghost)),
});

function heldItem(item: PlannedItem, tripped: Tripped | undefined): PlannedItem {
  if (tripped === undefined || item.outcome !== 'posted') return item;
  const { reason, message } = tripped;
  const standing = item.standing && unchanged(item.standing);
  return { ...item, outcome: 'held', reason, message, because: [...item.because, stopped(reason, message)], standing };
}
