import { acceptedOf, hasEnded, isNewOrMore, type AcceptedItem } from './accepted.js';
import { planRowAndCharge, type AmountsPlan } from './amounts.js';
import { recordTypeOfKey } from './catalogue.js';
import { isSuitable } from './contract.js';
import { big, isZero, postedText, sum } from './decimal.js';
import type { MonthFacts } from './facts.js';
import { codeOrProduct, listedSubscription } from './items.js';
import { chargeKeyOf, contractKeyOf, itemHash, parseChargeKey, SHARED_SERVICES } from './keys.js';
import { addDays, firstDay } from './month.js';
import type { ContractContext, ContractPlan, ItemDecision } from './plan-contract.js';
import { hasMoney, isEqualRow, rowsOfContract, viewRows, type MonthRow, type RowView } from './rows.js';
import { ghostId } from './shrank.js';
import { chargesOf, chargesOfContract, totalOf, type Billable, type Place } from './standing.js';
import { fold, groupBy, present, same } from './text.js';
import { RECORD_TYPES } from './types.js';
import type { Ghost, GhostEvidence, Note, Step } from './plan-types.js';
import type { Charge, Contract, ItemType, RecordType, Service, Subscription } from './types.js';

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
  /** Charge keys (folded bases) of every item of the organization, whatever became of it. */
  itemChargeKeys: Set<string>;
  /** What the last accepted report of the month had of the organization (rule 1.6); null where that is not known. */
  accepted: AcceptedItem[] | null;
  /** Folded subscription ids whose lines another organization has now, and is billed for. */
  moved: Set<string>;
}

/**
 * Looks for ghosts on one contract of ours. One with a held item is left alone (8.1), but for what was paid once and only an extension of this plan would
 * give to the month.
 */
export function planGhosts(
  contract: Contract,
  plan: ContractPlan | undefined,
  isHeld: boolean,
  context: GhostContext,
): GhostPlan {
  const contractKey = contractKeyOn(contract, context.knownSubscriptions);
  if (contractKey === null || !isSuitable(contract) || isOfAnother(contractKey, context)) return NOTHING;
  const isLeftAlone = isHeld || (plan?.decisions.some(({ outcome }) => outcome === 'held') ?? false);
  const onContract = new Set(rowsOfContract(context.books, contract.id).map(({ serviceId }) => serviceId));
  const services = context.books.services.filter(
    (service) => onContract.has(service.id) && (!isLeftAlone || isCarriedOn(contract, service, plan, context)),
  );
  const standing = services.map((service) => ({ service, rows: rowsOn(contract, service, plan, context) }));
  const parts = standing.map(({ service, rows }) => ghostOfService(contract, contractKey, service, rows, plan, context));
  if (isLeftAlone) return merge(parts);
  // A charge beside a row shares the row's fate (8.4), also where somebody split the row and only its later part has units.
  const besideRows = new Set(
    standing.filter(({ rows }) => hasMoney(rows.row)).map(({ service }) => ghostChargeKey(contractKey, service, context)),
  );
  return merge([...parts, looseCharges(contract, contractKey, besideRows, plan, context)]);
}

/**
 * Whether another organization of the same company looks after the contract: each does so for what it is billed or named in Cloudmore, and the first of
 * them for what nobody knows. Otherwise one organization's run would take away what the other has just billed.
 */
function isOfAnother(
  contractKey: string,
  { companyId, facts, organizationId, knownSubscriptions, settings }: GhostContext,
): boolean {
  const joint = facts.jointCompanies.find((company) => company.companyId === companyId);
  const key = fold(contractKey);
  if (joint === undefined || knownSubscriptions.has(key)) return false;
  const claim = joint.unsubscribed.find(
    (identity) => contractKeyOf(itemHash({ broker: settings.broker, subscriptionId: null, ...identity })) === key,
  );
  if (claim !== undefined) return !same(claim.organizationId, organizationId);
  return joint.subscriptionIds.includes(key) || joint.organizationIds[0] !== fold(organizationId);
}

const NOTHING: GhostPlan = { ghosts: [], steps: [], notes: [], needsDetail: [] };

function merge(parts: GhostPlan[]): GhostPlan {
  return {
    ghosts: parts.flatMap(({ ghosts }) => ghosts),
    steps: parts.flatMap(({ steps }) => steps),
    notes: parts.flatMap(({ notes }) => notes),
    needsDetail: parts.flatMap(({ needsDetail }) => needsDetail),
  };
}

/** The subscription a contract of ours stands for: its UDF, or a number that Cloudmore or rule 6.1 gave. Null for anybody else's contract. */
function contractKeyOn(contract: Contract, known: Set<string>): string | null {
  const udf = present(contract.subscriptionId);
  if (udf !== null) return udf;
  const number = fold(contract.number);
  return known.has(number) || hashOf(number) !== undefined ? present(contract.number) : null;
}

/** The hash that the contract of an item without subscription id carries (rule 6.1). */
const hashOf = (contractKey: string): string | undefined => /^cm-([0-9a-f]{32})$/.exec(fold(contractKey))?.[1];

// ---------------------------------------------------------------------------------------------------------------- rows without an item

/** The service's rows on the contract, with what an extension of this plan will carry into the month. */
function rowsOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): RowView {
  return viewRows(context.books, contract, service.id, context.month, extensionOf(contract, plan, context));
}

function extensionOf(contract: Contract, plan: ContractPlan | undefined, { month }: GhostContext): string | null {
  const isExtended = plan?.contractSteps.some(({ kind }) => kind === 'extendContract') ?? false;
  return isExtended && contract.endDay < firstDay(month) ? contract.endDay : null;
}

/** What is paid once is not awaited in a month that only an extension of this plan gives it: its units had ended with the contract (7.6). */
function isCarriedOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): boolean {
  const type = recordTypeOfKey(service.key, context.prices);
  return type !== null && extensionOf(contract, plan, context) !== null && isPaidOnce(service, type, context);
}

function ghostOfService(
  contract: Contract,
  contractKey: string,
  service: Service,
  rows: RowView,
  plan: ContractPlan | undefined,
  context: GhostContext,
): GhostPlan {
  if (!hasMoney(rows.row) || isOnItem(service, plan)) return NOTHING;
  const type = recordTypeOfKey(service.key, context.prices);
  if (type === null) return { ...NOTHING, notes: [foreignRow(contract, service, rows.row, context)] };
  if (!context.settings.exportRecordTypes.includes(type)) return NOTHING;
  const billable = ghostBillable(contractKey, service, type, context);
  const standing = ghost(contract, contractKey, service, type, billable, rows.row, context);
  const extendsFrom = extensionOf(contract, plan, context);
  if (wasReported(contract, contractKey, service, type, rows, context)) {
    const why = shrinksBecause(contractKey, service.key, type, plan, context);
    const told = toldWhy(standing, why, contract);
    return zero(contract, contractKey, service, billable, rows, told, extendsFrom, context);
  }
  if (!isCarriedOn(contract, service, plan, context) && isAwaiting(type, context))
    return {
      ...NOTHING,
      ghosts: [
        {
          ...standing,
          outcome: 'awaiting',
          rule: '8.1',
          message: `The report has no ${type} line yet; last month's amounts stand on contract ${contract.id} until it comes.`,
        },
      ],
    };
  const why = reasonToZero(contractKey, service, type, plan, context);
  if (why === null) return { ...NOTHING, ghosts: [standing] };
  const explained: Ghost = { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  return zero(contract, contractKey, service, billable, rows, explained, extendsFrom, context);
}

const isOnItem = (service: Service, plan: ContractPlan | undefined): boolean =>
  plan?.decisions.some(
    ({ item, outcome }) =>
      outcome === 'posted' && same(SHARED_SERVICES[item.type as RecordType]?.key ?? item.itemCode, service.key),
  ) ?? false;

const foreignRow = (contract: Contract, service: Service, { price }: MonthRow, { currency }: GhostContext): Note => ({
  code: 'foreign-row',
  itemId: null,
  message: `Contract ${contract.id} also bills ${postedText(price, currency)} ${currency} of service ${service.id} (${service.name}), which is none of ours; it is not touched.`,
});

/** 8.1: until the type's report has come, last month's amounts stand there; so they do while nothing at all is due (1.4: both months empty). */
function isAwaiting(type: RecordType, { facts, settings, asOf, month }: GhostContext): boolean {
  const isNothingDue = facts.lines === 0 && facts.previousLines === 0;
  return !facts.recordTypes.includes(type) && (isNothingDue || asOf < addDays(firstDay(month), settings.ghostAfterDay - 1));
}

interface Why {
  evidence: GhostEvidence;
  message: string;
}

/** 8.2: why the amount may be brought to nothing without a line; null where only a person can tell. */
function reasonToZero(
  contractKey: string,
  service: Service,
  type: RecordType,
  plan: ContractPlan | undefined,
  context: GhostContext,
): Why | null {
  const listed = listedSubscription(context.subscriptions, contractKey);
  const ended = endedOf(listed);
  if (ended) return ended;
  const others = isLicence(type) ? (plan?.decisions.filter(({ item }) => isLicence(item.type)) ?? []) : [];
  if (others.length > 0 && !same(listed?.itemCode, service.key)) return replacedBy(others);
  return isPaidOnce(service, type, context) ? { evidence: 'paid-once', message: 'Paid once, and not in this month.' } : null;
}

const endedOf = (listed: Subscription | undefined): Why | null =>
  listed && hasEnded(listed)
    ? { evidence: 'ended', message: `The subscription is ${listed.status.trim().toLowerCase()} in Cloudmore.` }
    : null;

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
  contract: Contract,
  contractKey: string,
  service: Service,
  type: RecordType,
  { row, previous }: RowView,
  { accepted, month, books }: GhostContext,
): boolean {
  if (row === null || row.isExpected) return false;
  if (accepted !== null) return acceptedOf(accepted, contractKey, type, service.key) !== undefined;
  if (contract.startDay >= firstDay(month)) return true;
  return books.detailed.includes(contract.id) && previous !== null && !isEqualRow(row, previous);
}

/** What explains that a report has no lines any more for what it had in the same month: less than for what last month carries on (8.2). */
function shrinksBecause(
  contractKey: string,
  itemCode: string | null,
  type: RecordType,
  plan: ContractPlan | undefined,
  { subscriptions, accepted, moved }: GhostContext,
): Why | null {
  const listed = listedSubscription(subscriptions, contractKey);
  const ended = endedOf(listed);
  if (ended) return ended;
  const others = (plan?.decisions ?? []).filter(
    ({ item, outcome }) =>
      outcome === 'posted' &&
      (accepted === null
        ? isLicence(type) && isLicence(item.type) && !same(listed?.itemCode, itemCode)
        : isNewOrMore({ id: item.id, sales: item.exactSales }, accepted)),
  );
  if (others.length > 0) return replacedBy(others);
  return moved.has(fold(contractKey)) ? { evidence: 'moved', message: 'Its lines are billed to another organization.' } : null;
}

function toldWhy(standing: Ghost, why: Why | null, { id }: Contract): Ghost {
  if (why !== null) return { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  const amount = `${standing.sales} ${standing.currency}`;
  return {
    ...standing,
    rule: '1.6',
    evidence: null,
    message: `${amount} stand on contract ${id}, and the report has no line for it any more, which it had before in the same month. Nothing says that it ended. It stays until the report names it again, or somebody releases the plan.`,
  };
}

const isPaidOnce = ({ key }: Service, type: RecordType, { prices }: GhostContext): boolean =>
  type === 'Perpetual' || (prices.get(fold(key))?.some((price) => (price.paymentMonths ?? 0) > 1) ?? false);

/** Only licences are told apart by item code; a reservation beside an Azure plan is not replaced by it. */
const isLicence = (type: ItemType): boolean => type === 'Csp365Nce' || type === 'Csp365Legacy';

function ghostChargeKey(contractKey: string, service: Service, context: GhostContext): string | null {
  const type = recordTypeOfKey(service.key, context.prices);
  return type === null ? null : fold(chargeKeyOf(context.month, ghostHash(contractKey, service.key, type, context)));
}

/** Rule 7.7's hash of the item the row once had. A contract without subscription id carries the hash itself. */
function ghostHash(
  contractKey: string,
  serviceKey: string | null,
  type: RecordType,
  { settings, organizationId }: GhostContext,
): string {
  const own = hashOf(contractKey);
  if (own !== undefined) return own;
  return itemHash({
    broker: settings.broker,
    organizationId,
    subscriptionId: contractKey,
    type,
    codeOrProduct: codeOrProduct(type, contractKey, serviceKey, null),
  });
}

function ghostBillable(contractKey: string, service: Service, type: RecordType, context: GhostContext): Billable {
  return {
    id: ghostId({ contractKey, serviceId: service.id }),
    name: service.name,
    currency: context.currency,
    cost: '0',
    sales: '0',
    quantity: '0',
    onRow: { sales: '0', cost: '0', quantity: '0' },
    isOneOff: false,
    chargeKey: fold(chargeKeyOf(context.month, ghostHash(contractKey, service.key, type, context))),
  };
}

function ghost(
  contract: Contract,
  contractKey: string,
  service: Service,
  type: RecordType,
  billable: Billable,
  row: MonthRow,
  context: GhostContext,
): Ghost {
  const charges = chargesOf(context.books, contract.id, billable.chargeKey);
  // Row and charges are rounded one by one, as everywhere (7): their exact sum could be a minor unit off.
  const { sales, cost } = totalOf([row.posted, ...charges]);
  const amount = `${postedText(sales, context.currency)} ${context.currency}`;
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
    rule: '8.3',
    message: `${amount} of ${billable.name} stand on contract ${contract.id}, and the report has no line for it. Check the subscription in Cloudmore, or set its units to 0 in Autotask.`,
  };
}

function zero(
  contract: Contract,
  contractKey: string,
  service: Service,
  billable: Billable,
  rows: RowView,
  standing: Ghost,
  extendsFrom: string | null,
  context: GhostContext,
): GhostPlan {
  const place: Place = {
    month: context.month,
    asOf: context.asOf,
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
    isRefused: context.refused.has(billable.id),
    invoiceDescription: null,
  };
  // A frozen ghost is never touched (8.4), whatever AFTER_FREEZE says.
  const plan: AmountsPlan = planRowAndCharge(billable, place, context.books, { ...context.settings, afterFreeze: 'hold' });
  if (plan.held !== null)
    return {
      ...NOTHING,
      ghosts: [{ ...standing, rule: '8.4', message: `${standing.message} Its period is approved and posted.` }],
    };
  if (plan.steps.length === 0) return NOTHING;
  const needsDetail = context.books.detailed.includes(contract.id) ? [] : [contract.id];
  return { ghosts: [{ ...standing, outcome: 'zeroed' }], steps: plan.steps, notes: [], needsDetail };
}

// ---------------------------------------------------------------------------------------------------------------- charges without an item (8.4)

function looseCharges(
  contract: Contract,
  contractKey: string,
  besideRows: Set<string | null>,
  plan: ContractPlan | undefined,
  context: GhostContext,
): GhostPlan {
  const loose = chargesOfContract(context.books, contract.id).filter((charge) => {
    const key = parseChargeKey(charge.key);
    return key?.month === context.month && !context.itemChargeKeys.has(key.base) && !besideRows.has(key.base);
  });
  // Charges that cancel each other out are in balance already, and no ghost any more (8.2): one of them may be billed.
  const standing = [...groupBy(loose, (charge) => parseChargeKey(charge.key)!.base).values()].filter(
    (group) => !isCancelled(group),
  );
  const parts = standing.flat().map((charge) => looseCharge(charge, contract, contractKey, plan, context));
  return merge(parts);
}

const isCancelled = (charges: Charge[]): boolean =>
  charges.length > 1 && isZero(sum(charges.map(({ price }) => price))) && isZero(sum(charges.map(({ cost }) => cost)));

function looseCharge(
  charge: Charge,
  contract: Contract,
  contractKey: string,
  plan: ContractPlan | undefined,
  context: GhostContext,
): GhostPlan {
  const type = typeOfCharge(charge, contractKey, context);
  if (!context.settings.exportRecordTypes.includes(type)) return NOTHING;
  const amount = `${postedText(big(charge.price), context.currency)} ${context.currency}`;
  if (charge.billed) {
    const message = `A billed charge of ${amount} (${charge.key}) stands on contract ${contract.id}, and the report has no line for it. Credit it in Autotask if it is wrong.`;
    return { ...NOTHING, ghosts: [chargeGhost(charge, contractKey, type, 'ghost', message, context)] };
  }
  const step: Step = {
    kind: 'postCharge',
    items: [ghostId({ contractKey, serviceId: null, chargeId: charge.id })],
    summary: `Charge ${charge.key}: deleted, ${amount} no longer in the report`,
    contractKey,
    contractId: contract.id,
    action: 'delete',
    chargeId: charge.id,
    chargeKey: charge.key,
    productKey: null,
    productId: null,
    name: charge.key,
    description: '',
    day: charge.day,
    quantity: '1',
    unitPrice: '0',
    unitCost: '0',
  };
  // Its key names the month: a report of this very month had a line for it.
  const why = shrinksBecause(contractKey, null, type, plan, context);
  const found = chargeGhost(charge, contractKey, type, 'zeroed', 'Its line is no longer in the report.', context);
  const told = toldWhy(found, why, contract);
  return { ...NOTHING, ghosts: [why === null ? told : { ...told, rule: '8.4' }], steps: [step] };
}

const chargeGhost = (
  charge: Charge,
  contractKey: string,
  type: RecordType,
  outcome: Ghost['outcome'],
  message: string,
  { currency }: GhostContext,
): Ghost => ({
  contractId: charge.contractId,
  contractKey,
  chargeId: charge.id,
  serviceId: null,
  type,
  itemCode: null,
  currency,
  quantity: charge.quantity,
  cost: postedText(big(charge.cost), currency),
  sales: postedText(big(charge.price), currency),
  outcome,
  rule: '8.4',
  message,
});

/** The record type whose hash the charge carries; a legacy licence is tried with every key in the books, and what is none of the others is a licence. */
function typeOfCharge(charge: Charge, contractKey: string, context: GhostContext): RecordType {
  const base = parseChargeKey(charge.key)!.base;
  const carries = (type: RecordType, code: string | null): boolean =>
    fold(chargeKeyOf(context.month, ghostHash(contractKey, code, type, context))) === base;
  return (
    RECORD_TYPES.find((type) =>
      type === 'Csp365Legacy' ? context.books.services.some(({ key }) => carries(type, key)) : carries(type, null),
    ) ?? 'Csp365Nce'
  );
}
