import { acceptedOf, cameFor, isByHand, isNewOrMore, type AcceptedItem } from '../report/accepted.js';
import { planRowAndCharge, type AmountsPlan } from '../amounts/amounts.js';
import { isSuitable } from '../contracts/find-or-make.js';
import { postedText, postedWords, soughtText } from '../basics/decimal.js';
import { standingDoubt } from '../contracts/doubt.js';
import { endedBefore, endedSubscription } from '../report/ended.js';
import type { MonthFacts } from '../report/facts.js';
import { elsewhereAdvice, rowAdvice } from './ghost-advice.js';
import { listedSubscription } from '../report/items.js';
import { looseCharges } from './loose-charges.js';
import { addDays, firstDay, reportMonthOf } from '../basics/month.js';
import { chargeKeysOn, isOfAnother, isOwn, isSwitchedOff, standsFor, typeOnContract } from './ours.js';
import type { ContractContext, ContractPlan, ItemDecision } from '../contracts/plan-contract.js';
import { hasMoney, isEqualRow, rowsOfContract, viewRows, type MonthRow, type RowView } from '../amounts/rows.js';
import { ghostId } from '../plan/shrank.js';
import { chargesOf, inUseFirst, isRefused, totalOf, type Billable, type Place } from '../amounts/standing.js';
import { fold, same } from '../basics/text.js';
import type { Ghost, GhostEvidence, Item, Note, Step } from '../plan-types.js';
import type { Contract, RecordType, Service, Subscription } from '../types.js';
import { SHARED_SERVICES, isLicence, typeInWords } from '../basics/record-types.js';

/** Rule 8: money in Autotask without a line in the report. */
export interface GhostPlan {
  ghosts: Ghost[];
  steps: Step[];
  notes: Note[];
  needsDetail: number[];
}

export interface GhostContext extends ContractContext {
  facts: MonthFacts;
  organizationId: string;
  currency: string;
  /** Charge keys (folded bases) of every item of the organization, with the contract it is billed on; null where it is billed nowhere. */
  itemCharges: Map<string, { home: number | null } & Pick<Item, 'type' | 'itemCode'>>;
  /** What the last accepted report of the month had of the organization (rule 1.6); null where that is not known. */
  accepted: AcceptedItem[] | null;
  /** Folded subscription ids whose lines another organization has now, and is billed for. */
  moved: Set<string>;
  /** Folded subscription ids whose lines another organization had before, and this one has now. */
  arrived: Set<string>;
  /** Why nobody answers for the company any more (8.7): whatever stands there is a ghost, and only a person brings it to nothing. Null where somebody does. */
  whyStray: ((contractKey: string | null) => string) | null;
  /** Whether nobody can tell whose a line of the organization is: it may be that of any contract, so nothing is brought to nothing, and all of it is listed (2.7). */
  isUnclear: boolean;
}

export const NO_GHOSTS: GhostPlan = { ghosts: [], steps: [], notes: [], needsDetail: [] };

export const mergeGhosts = (parts: GhostPlan[]): GhostPlan => ({
  ghosts: parts.flatMap(({ ghosts }) => ghosts),
  steps: parts.flatMap(({ steps }) => steps),
  notes: parts.flatMap(({ notes }) => notes),
  needsDetail: parts.flatMap(({ needsDetail }) => needsDetail),
});

/**
 * Looks for ghosts on one contract. One with a held item is left alone (8.1), but for what was paid once and only an extension of this plan would give to the
 * month.
 */
export function planGhosts(
  contract: Contract,
  plan: ContractPlan | undefined,
  isHeld: boolean,
  context: GhostContext,
): GhostPlan {
  const contractKey = standsFor(contract, context);
  if (isOfAnother(contractKey, context)) return NO_GHOSTS;
  const isLeftAlone = isHeld || (plan?.decisions.some(({ outcome }) => outcome === 'held') ?? false);
  if (contractKey === null)
    return isLeftAlone ? NO_GHOSTS : looseCharges({ contract, contractKey: null, isBesideRow: () => false, plan }, context);
  const onContract = new Set(rowsOfContract(context.books, contract.id).map(({ serviceId }) => serviceId));
  const services = context.books.services.filter(
    (service) => onContract.has(service.id) && (!isLeftAlone || isCarriedOn(contract, service, plan, context)),
  );
  const parts = services
    .filter((service) => !isOnItem(service, plan))
    .map((service) =>
      ghostOfService({ contract, contractKey, service, rows: rowsOn(contract, service, plan, context), plan }, context),
    );
  if (isLeftAlone) return mergeGhosts(parts);
  const isBesideRow = (key: string): boolean =>
    services.some((service) => keysBesideRow({ contract, contractKey, service, plan }, context).includes(key));
  return mergeGhosts([...parts, looseCharges({ contract, contractKey, isBesideRow, plan }, context)]);
}

/** A service of ours on a contract. */
interface OnContract {
  contract: Contract;
  contractKey: string;
  service: Service;
}

/** The same where its record type is known. */
interface OfType extends OnContract {
  type: RecordType;
}

/** With what is planned for the contract, if anything. */
interface Planned {
  plan: ContractPlan | undefined;
}

/** What is taken to zero. */
interface ZeroInput extends OnContract {
  billable: Billable;
  rows: RowView;
  standing: Ghost;
  extendsFrom: string | null;
}

/** Keys that charges beside the service's row have, which share its fate (8.4), also where somebody split the row and only its later part has units. */
function keysBesideRow({ contract, contractKey, service, plan }: OnContract & Planned, context: GhostContext): string[] {
  const { row } = rowsOn(contract, service, plan, context);
  const type = hasMoney(row) ? typeOnContract(contract, service, context) : null;
  return type === null ? [] : chargeKeysOn(contractKey, service.key, type, context);
}

/** The service's rows on the contract, with what an extension of this plan will carry into the month. */
function rowsOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): RowView {
  return viewRows(context.books, {
    contract,
    serviceId: service.id,
    month: context.month,
    extendsFrom: extensionOf(contract, plan, context),
  });
}

function extensionOf(contract: Contract, plan: ContractPlan | undefined, { month }: GhostContext): string | null {
  const isExtended = plan?.contractSteps.some(({ kind }) => kind === 'extendContract') ?? false;
  return isExtended && contract.endDay < firstDay(month) ? contract.endDay : null;
}

/** What is paid once is not awaited in a month that only an extension of this plan gives it: its units had ended with the contract (7.6). */
function isCarriedOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): boolean {
  const type = typeOnContract(contract, service, context);
  return type !== null && extensionOf(contract, plan, context) !== null && isPaidOnce(service, type, context);
}

function ghostOfService(
  { contract, contractKey, service, rows, plan }: OnContract & Planned & { rows: RowView },
  context: GhostContext,
): GhostPlan {
  const { row, previous } = rows;
  if (!hasMoney(row)) return NO_GHOSTS;
  const type = typeOnContract(contract, service, context);
  if (type === null) return { ...NO_GHOSTS, notes: [foreignRow(contract, service, row, context)] };
  if (isSwitchedOff(type, contractKey, context)) return NO_GHOSTS;
  const billable = ghostBillable({ contract, contractKey, service, type }, context);
  const standing = ghost({ contract, contractKey, service, type, billable, row }, context);
  const extendsFrom = extensionOf(contract, plan, context);
  if (isBilledElsewhere(contract, billable, context))
    return {
      ...NO_GHOSTS,
      ghosts: [{ ...standing, ...elsewhereAdvice(contract, soughtText(standing.sales, standing.currency), service.name) }],
    };
  const isReported = wasReported({ contract, contractKey, service, type }, { row, previous }, context);
  if (isReported && mayZero(contract, contractKey, context)) {
    const why = shrinksBecause({ contractKey, itemCode: service.key, type, plan }, context);
    const told = toldWhy(standing, why, contract);
    return zero({ contract, contractKey, service, billable, rows, standing: told, extendsFrom }, context);
  }
  // What the month's own report had is not awaited, whatever speaks against taking it away.
  if (!isReported && !isCarriedOn(contract, service, plan, context) && isAwaiting(type, contractKey, context))
    return {
      ...NO_GHOSTS,
      ghosts: [
        {
          ...standing,
          outcome: 'awaiting',
          rule: '8.1',
          message: `The report has no ${typeInWords(type)} line yet; last month's amounts stand on contract ${contract.id} until it comes.`,
        },
      ],
    };
  const why = mayZero(contract, contractKey, context) ? reasonToZero({ contractKey, service, type, plan }, context) : null;
  if (why === null) return { ...NO_GHOSTS, ghosts: [standing] };
  const explained: Ghost = { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  return zero({ contract, contractKey, service, billable, rows, standing: explained, extendsFrom }, context);
}

const isOnItem = (service: Service, plan: ContractPlan | undefined): boolean =>
  plan?.decisions.some(
    ({ item, outcome }) =>
      outcome === 'posted' && same(SHARED_SERVICES[item.type as RecordType]?.key ?? item.itemCode, service.key),
  ) ?? false;

const foreignRow = (contract: Contract, service: Service, { price }: MonthRow, { currency }: GhostContext): Note => ({
  code: 'foreign-row',
  itemId: null,
  message: `Contract ${contract.id} also bills ${postedWords(price, currency)} of service ${service.id} (${service.name}), which this product did not create and leaves alone.`,
});

/** 8.1: until the type's report has come, last month's amounts stand there; so they do while nothing at all is due (1.4: both months empty). */
function isAwaiting(type: RecordType, contractKey: string, context: GhostContext): boolean {
  const { facts, settings, asOf } = context;
  // No report will come for what is nobody's any more, or has moved away.
  if (!isOwn(contractKey, context)) return false;
  const isNothingDue = facts.lines === 0 && facts.previousLines === 0;
  return (
    !facts.recordTypes.includes(type) &&
    (isNothingDue || asOf < addDays(firstDay(reportMonthOf(facts)), settings.ghostAfterDay - 1))
  );
}

/** Only on a contract that we would bill on, on which all could be read, of a subscription that is this organization's, all of whose lines have an owner (2.7, 8.2, 8.7). */
export const mayZero = (contract: Contract, contractKey: string, context: GhostContext): boolean =>
  context.whyStray === null &&
  !context.isUnclear &&
  isSuitable(contract) &&
  standingDoubt(context.books, contract.id) === null &&
  (isOwn(contractKey, context) || isAccepted(contractKey, context));

/** Whether the last accepted report of the month had the subscription here. */
const isAccepted = (contractKey: string, { accepted }: GhostContext): boolean =>
  accepted?.some((item) => same(item.contractKey, contractKey)) ?? false;

/** Whether the report's own line for it is billed on another contract: this one lost its ids, and another was made. */
const isBilledElsewhere = (contract: Contract, { chargeKeys }: Billable, { itemCharges }: GhostContext): boolean =>
  chargeKeys.some((key) => {
    const home = itemCharges.get(key)?.home ?? contract.id;
    return home !== contract.id;
  });

export interface Why {
  evidence: GhostEvidence;
  message: string;
}

/** 8.2: why the amount may be brought to nothing without a line; null where only a person can tell. */
function reasonToZero(
  { contractKey, service, type, plan }: Omit<OfType, 'contract'> & Planned,
  context: GhostContext,
): Why | null {
  const ended = endedSubscription(context.subscriptions, contractKey);
  if (ended) return endedBecause(ended);
  const listed = listedSubscription(context.subscriptions, contractKey);
  const others = isLicence(type) ? (plan?.decisions.filter(({ item }) => isLicence(item.type) && !isByHand(item)) ?? []) : [];
  if (others.length > 0 && !same(listed?.itemCode, service.key)) return replacedBy(others);
  return isPaidOnce(service, type, context) ? { evidence: 'paid-once', message: 'Paid once, and not in this month.' } : null;
}

const endedBecause = ({ status }: Subscription): Why => ({
  evidence: 'ended',
  message: `The subscription is ${status.trim().toLowerCase()} in Cloudmore.`,
});

const replacedBy = (others: ItemDecision[]): Why => ({
  evidence: 'replaced',
  message: `Replaced by ${others.map(({ item }) => item.itemCode ?? item.type).join(', ')}.`,
});

// ---------------------------------------------------------------------------------------------------------------- what the month's report had before (1.6)

/**
 * Whether the month's own report had lines for the row before: the accepted one says so; where it is not known, a row that is not what the month before
 * carried into the month was written for it.
 */
function wasReported(
  { contract, contractKey, service, type }: OfType,
  { row, previous }: { row: MonthRow; previous: MonthRow | null },
  { accepted, month, books }: GhostContext,
): boolean {
  if (row.isExpected) return false;
  if (accepted !== null) return acceptedOf(accepted, contractKey, type, service.key) !== undefined;
  if (contract.startDay >= firstDay(month)) return true;
  return books.detailed.includes(contract.id) && previous !== null && !isEqualRow(row, previous);
}

interface ShrinksBecauseInput extends Planned {
  contractKey: string;
  itemCode: string | null;
  type: RecordType;
}

/** What explains that a report has no lines any more for what it had in the same month: less than for what last month carries on (8.2). */
export function shrinksBecause(
  { contractKey, itemCode, type, plan }: ShrinksBecauseInput,
  { subscriptions, accepted, moved, arrived, facts, asOf }: GhostContext,
): Why | null {
  const ended = endedBefore(subscriptions, contractKey, reportMonthOf(facts), asOf);
  if (ended) return endedBecause(ended);
  const listed = listedSubscription(subscriptions, contractKey);
  const gone = accepted === null ? undefined : acceptedOf(accepted, contractKey, type, itemCode);
  const isOther = ({ item }: ItemDecision): boolean => {
    if (accepted === null) return isLicence(type) && isLicence(item.type) && !same(listed?.itemCode, itemCode);
    const now = { id: item.id, sales: item.exactSales };
    return gone === undefined ? isNewOrMore(now, accepted) : cameFor(now, gone, accepted);
  };
  // What somebody entered by hand does not say what Cloudmore itself has.
  const billed = plan?.decisions.filter(({ item, outcome }) => outcome === 'posted' && !isByHand(item)) ?? [];
  const others = billed.filter(isOther);
  if (others.length > 0) return replacedBy(others);
  // While it was held here, what stood was another organization's all the same.
  if (gone?.stood !== true && arrived.has(fold(contractKey)) && billed.length > 0)
    return { evidence: 'moved', message: 'Its lines are this organization’s now, and billed.' };
  return moved.has(fold(contractKey)) ? { evidence: 'moved', message: 'Its lines are billed to another organization.' } : null;
}

export function toldWhy(standing: Ghost, why: Why | null, { id }: Contract): Ghost {
  if (why !== null) return { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  const amount = soughtText(standing.sales, standing.currency);
  return {
    ...standing,
    rule: '1.6',
    evidence: null,
    message: `${amount} stand on contract ${id}, and the report has no line for it any more, which it had before in the same month. Nothing says that it ended. It stays until the report names it again, or somebody releases the plan.`,
  };
}

const isPaidOnce = ({ key }: Service, type: RecordType, { prices }: GhostContext): boolean =>
  type === 'Perpetual' || (prices.get(fold(key))?.some((price) => (price.paymentMonths ?? 0) > 1) ?? false);

const costCurrencyOf = ({ costs, currency }: GhostContext): string =>
  costs === null || costs === 'as-reported' ? currency : costs.currency;

const ghostBillable = ({ contract, contractKey, service, type }: OfType, context: GhostContext): Billable => ({
  id: ghostId({ contractKey, serviceId: service.id }),
  name: service.name,
  currency: context.currency,
  costCurrency: costCurrencyOf(context),
  cost: '0',
  sales: '0',
  quantity: '0',
  onRow: { sales: '0', cost: '0', quantity: '0' },
  isOneOff: false,
  chargeKeys: inUseFirst(context.books, contract.id, chargeKeysOn(contractKey, service.key, type, context)),
});

function ghost(
  { contract, contractKey, service, type, billable, row }: OfType & { billable: Billable; row: MonthRow },
  context: GhostContext,
): Ghost {
  const charges = chargesOf(context.books, contract.id, billable.chargeKeys);
  // Row and charges are rounded one by one, as everywhere (7): their exact sum could be a minor unit off.
  const { sales, cost } = totalOf([row.posted, ...charges]);
  const amount = soughtText(postedText(sales, context.currency), context.currency);
  return {
    contractId: contract.id,
    contractKey,
    serviceId: service.id,
    type,
    itemCode: service.key,
    currency: context.currency,
    quantity: String(row.units),
    cost: postedText(cost, context.currency),
    sales: postedText(sales, context.currency),
    outcome: 'ghost',
    rule: context.whyStray === null ? '8.3' : '8.7',
    ...rowAdvice({ contract, contractKey, amount, name: billable.name }, context),
  };
}

function zero(
  { contract, contractKey, service, billable, rows, standing, extendsFrom }: ZeroInput,
  context: GhostContext,
): GhostPlan {
  const place: Place = {
    month: context.month,
    isOver: context.isOver,
    contractKey,
    contract,
    startsLater: false,
    endDay: contract.endDay,
    extendsFrom,
    serviceKey: service.key,
    serviceId: service.id,
    productKey: null,
    productId: null,
    rows,
    isRefused: isRefused(billable.id, context),
    invoiceDescription: null,
  };
  // A frozen ghost is never touched (8.4), whatever AFTER_FREEZE says.
  const plan: AmountsPlan = planRowAndCharge(billable, place, context.books, { ...context.settings, afterFreeze: 'hold' });
  if (plan.held !== null)
    return {
      ...NO_GHOSTS,
      ghosts: [{ ...standing, rule: '8.4', message: `${standing.message} Its period is approved and posted.` }],
    };
  if (plan.steps.length === 0) return NO_GHOSTS;
  const needsDetail = context.books.detailed.includes(contract.id) ? [] : [contract.id];
  return { ghosts: [{ ...standing, outcome: 'zeroed' }], steps: plan.steps, notes: [], needsDetail };
}
