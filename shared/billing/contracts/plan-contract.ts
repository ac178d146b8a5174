import type { KeyedItem } from '../report/keyed-item.js';
import { bookedOf, type CostTerms } from './company.js';
import { planCharge, planRowAndCharge, type AmountsPlan } from '../amounts/amounts.js';
import { chooseProduct, chooseService, dormantService, invoiceDescription, productDoubt, serviceKeyOf } from './catalogue.js';
import { catalogueBecause, contractBecause } from '../derivation/because.js';
import { carriedGhosts } from './carried.js';
import { catalogueDoubt, chargeDoubt, contractDoubt, rowDoubt } from './doubt.js';
import { decideContract, inactiveContract, max, requiredEnd, rivalOf, type ContractDecision } from './find-or-make.js';
import { contractStepsOf, notesOf, serviceStep } from './contract-steps.js';
import { standingOf } from '../derivation/derivation.js';
import { elsewhereDoubt } from './elsewhere.js';
import { carriesUnseen, endsUnits, extendsLast } from './extension.js';
import { listedSubscription, priceOf, type PriceList } from '../report/items.js';
import { chargeKeysOf } from '../report/keyed-item.js';
import { firstDay, nextMonth } from '../basics/month.js';
import { needsNeighbours } from '../amounts/neighbours.js';
import { isRepeated, NO_ROWS, viewRows } from '../amounts/rows.js';
import { isRefused, type Billable, type Place } from '../amounts/standing.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { fold, same } from '../basics/text.js';
import type { Because, EnsureServiceStep, Ghost, Item, Note, Reason, Standing, Step } from '../plan-types.js';
import type { Names } from '../report/named.js';
import type { Books, Contract, Day, Month, Service, Settings, Subscription } from '../types.js';
import { PRODUCTS, isChargeType } from '../basics/record-types.js';

/** One contract's month: the items of one subscription, on the contract that carries it. */

export interface ContractContext {
  month: Month;
  asOf: Day;
  /** The month of its report lies behind (rules 7.0 and 1.9). */
  isOver: boolean;
  companyId: number;
  books: Books;
  settings: Settings;
  prices: PriceList;
  subscriptions: Subscription[];
  /** Folded subscription ids Cloudmore has ever named for the organization. */
  knownSubscriptions: Set<string>;
  /** What was ever named and billed (rule 8.6). */
  names: Names;
  /** Contracts that two of the month's subscriptions find (rule 6.1). */
  disputed: Set<number>;
  /** Subscriptions that several organizations of the company have lines of, with their names (rule 6.1). */
  contested: Map<string, string[]>;
  /** Items whose adjustment was refused as duplicate in this run (rule 7.0). */
  refused: Set<string>;
  /** How the company's costs are booked (rule 3.5); null where that is not known, and nothing with a cost is billed. */
  costs: CostTerms | null;
}

/** What was decided for one item. Contract-wide steps stand in `ContractPlan.contractSteps`. */
export interface ItemDecision {
  item: Item;
  contractKey: string;
  contractId: number | null;
  outcome: 'posted' | 'held';
  reason: Reason | null;
  message: string | null;
  because: Because[];
  standing: Standing | null;
  steps: Step[];
}

export interface ContractPlan {
  contractKey: string;
  contract: Contract | null;
  decisions: ItemDecision[];
  /** Catalogue, contract and extension, in the order they must run before the items' own steps. */
  contractSteps: Step[];
  /** The extension, where it comes after the items' own steps. */
  lastSteps: Step[];
  isNew: boolean;
  endDay: Day | null;
  notes: Note[];
  /** What next month bills of what is paid once, because its units could not be ended (rule 7.6). */
  carried: Ghost[];
  /** The neighbouring rows of this contract are needed and were not read. */
  needsDetail: boolean;
}

/** Plans all items of one contract. Held items get no steps, but for the end of one-off units in a frozen month (rule 7.6). */
export function planContract(keyed: KeyedItem[], context: ContractContext): ContractPlan {
  const contractKey = keyed[0]!.contractKey;
  const claimants = context.contested.get(fold(contractKey));
  if (claimants) return wholeHeld(keyed, contractKey, contested(contractKey, claimants));
  const decision = decideContract(contractKey, context);
  if (decision.kind === 'held') return wholeHeld(keyed, contractKey, decision);
  const contract = decision.kind === 'missing' ? null : decision.contract;
  const doubt = contractDoubt(context.books, contractKey, context.companyId, contract === null);
  if (doubt) return wholeHeld(keyed, contractKey, { contract, ...doubt });
  const rival = contract && rivalOf(contractKey, contract, context.disputed, context.knownSubscriptions);
  if (rival) return wholeHeld(keyed, contractKey, { contract, reason: 'contract-duplicate', message: rival });
  const unseen = contract?.isActive ? carriesUnseen(context, contract) : null;
  if (unseen) return wholeHeld(keyed, contractKey, { contract, ...unseen });
  const entries = keyed.map((entry) => ({
    entry,
    refusal: refusalOf(entry, keyed, contract, context) ?? (contract === null ? elsewhereDoubt(entry.item, context) : null),
  }));
  const held = entries.flatMap(({ entry, refusal }) =>
    refusal ? [heldDecision(entry, contract, refusal.reason, refusal.message)] : [],
  );
  const able = entries.filter(({ refusal }) => refusal === null).map(({ entry }) => entry);
  const planned = planAble(able, { held, contract, startsLater: decision.kind === 'later' }, context, contractKey);
  return contract === null || contract.isActive ? planned : asItStands(planned, keyed, contract, context);
}

/**
 * On a contract that has ended and is inactive nothing is written, and nothing extended, for it was renewed: what is in balance is posted, what is not is
 * held (rule 6.1).
 */
function asItStands(
  planned: ContractPlan,
  keyed: KeyedItem[],
  contract: Contract,
  context: Pick<ContractContext, 'month' | 'books'>,
): ContractPlan {
  if (contract.endDay < firstDay(context.month) || planned.decisions.some(({ steps }) => steps.length > 0))
    return { ...wholeHeld(keyed, planned.contractKey, inactiveContract(contract, context)), needsDetail: planned.needsDetail };
  return { ...planned, contractSteps: [], lastSteps: [] };
}

const contested = (contractKey: string, claimants: string[]): { contract: null; reason: Reason; message: string } => ({
  contract: null,
  reason: 'contract-duplicate',
  message: `${claimants.join(' and ')} both have lines of subscription ${contractKey} and are billed at one company, on one contract: it is not known whose amount it carries. Correct it in Cloudmore, so that only one of them has it.`,
});

function wholeHeld(
  keyed: KeyedItem[],
  contractKey: string,
  decision: Omit<Extract<ContractDecision, { kind: 'held' }>, 'kind'>,
): ContractPlan {
  const decisions = keyed.map((entry) => heldDecision(entry, decision.contract, decision.reason, decision.message));
  return {
    contractKey,
    contract: decision.contract,
    decisions,
    contractSteps: [],
    lastSteps: [],
    isNew: false,
    endDay: null,
    notes: [],
    carried: [],
    needsDetail: false,
  };
}

const heldDecision = (
  { item, contractKey }: KeyedItem,
  contract: Contract | null,
  reason: Reason,
  message: string,
): ItemDecision => ({
  item,
  contractKey,
  contractId: contract?.id ?? null,
  outcome: 'held',
  reason,
  message,
  because: [stopped(reason, message)],
  standing: null,
  steps: [],
});

function refusalOf(
  { item }: KeyedItem,
  keyed: KeyedItem[],
  contract: Contract | null,
  { books, month }: ContractContext,
): { reason: Reason; message: string } | null {
  const isByCharge = isChargeType(item.type);
  const unread =
    chargeDoubt(books, contract?.id ?? null, isByCharge) ?? (isByCharge ? null : rowDoubt(books, contract?.id ?? null));
  if (unread) return unread;
  if (isByCharge) {
    const choice = chooseProduct(books, item.type);
    const { key, name } = PRODUCTS[item.type]!;
    const doubt = catalogueDoubt(books, 'product', [key, name], choice.kind === 'missing');
    if (doubt) return doubt;
    return productDoubt(choice, item.type);
  }
  const key = serviceKeyOf(item)!;
  if (keyed.some((other) => other.item.id !== item.id && !isChargeType(other.item.type) && same(serviceKeyOf(other.item), key)))
    return { reason: 'contract-duplicate', message: `Two items of the month belong to the same service ${key} of one contract.` };
  const choice = chooseService(books, key, contract?.id ?? null, month);
  const doubt = catalogueDoubt(books, 'service', [key], choice.kind === 'missing');
  if (doubt) return doubt;
  if (choice.kind === 'ambiguous')
    return {
      reason: 'service-ambiguous',
      message: `Services ${choice.ids.join(' and ')} both carry ${key} as invoice description. Keep one active, and only one with units on a contract.`,
    };
  if (contract && choice.kind === 'found' && isRepeated(books, contract.id, choice.service.id, month))
    return { reason: 'contract-duplicate', message: `Contract ${contract.id} carries service ${choice.service.id} twice.` };
  return null;
}

// ---------------------------------------------------------------------------------------------------------------- items that can be billed

export interface Draft {
  entry: KeyedItem;
  billable: Billable;
  place: Place;
  service: Service | null;
  amounts: AmountsPlan;
  /** What makes or changes the service. */
  serviceStep: EnsureServiceStep | null;
}

function planAble(
  able: KeyedItem[],
  { held, contract, startsLater }: { held: ItemDecision[]; contract: Contract | null; startsLater: boolean },
  context: ContractContext,
  contractKey: string,
): ContractPlan {
  const first = draftAll(able, { contract, startsLater }, context, able);
  const extending = first.drafts.filter(({ amounts }) => amounts.held === null).map(({ entry }) => entry);
  const { drafts, endDay } =
    extending.length === able.length ? first : draftAll(able, { contract, startsLater }, context, extending);
  const extendsFrom = contract && contract.endDay < endDay ? contract.endDay : null;
  const contractSteps = contractStepsOf(drafts, { contract, endDay, extendsFrom }, context, contractKey);
  const isExtendedLast =
    extendsFrom !== null &&
    extendsLast(
      drafts.map(({ amounts }) => amounts),
      extendsFrom,
      context.month,
    );
  const isLast = (step: Step): boolean => isExtendedLast && step.kind === 'extendContract';
  // Rows of next month are there for the end of one-off units only when the extension has made them.
  const isAfter = (step: Step): boolean => isExtendedLast && extendsFrom < firstDay(nextMonth(context.month)) && endsUnits(step);
  return {
    contractKey,
    contract,
    decisions: [...held, ...drafts.map((draft) => decisionOf(draft, { contract, endDay, isAfter }, context))],
    contractSteps: contractSteps.filter((step) => !isLast(step)),
    lastSteps: [...contractSteps.filter(isLast), ...drafts.flatMap(({ amounts }) => amounts.steps.filter(isAfter))],
    isNew: contract === null && drafts.some(({ amounts }) => amounts.steps.length > 0),
    endDay,
    notes: [...drafts.flatMap(({ amounts }) => amounts.notes), ...drafts.flatMap((draft) => notesOf(draft, contract, context))],
    carried: drafts.flatMap((draft) => carriedGhosts(draft, contract, context.month)),
    needsDetail:
      contract !== null &&
      !context.books.detailed.includes(contract.id) &&
      drafts.some(({ amounts, billable, place }) => needsNeighbours(amounts, billable, place, context.books)),
  };
}

function draftAll(
  able: KeyedItem[],
  { contract, startsLater }: { contract: Contract | null; startsLater: boolean },
  context: ContractContext,
  extending: KeyedItem[],
): { drafts: Draft[]; endDay: Day } {
  const base = extending.reduce(
    (end, { item }) =>
      max(end, requiredEnd(item, listedSubscription(context.subscriptions, item.subscriptionId), contract, context.month).day),
    contract?.endDay ?? '',
  );
  const draftTo = (endDay: Day): Draft[] => able.map((entry) => draft(entry, { contract, startsLater, endDay }, context));
  const drafts = draftTo(base);
  const endDay = drafts.reduce((end, { amounts }) => max(end, amounts.extendTo ?? ''), base);
  // A catch-up that extends the contract also makes next month's row, whose units a one-off item must end (7.5, 7.6).
  return { drafts: endDay === base ? drafts : draftTo(endDay), endDay };
}

function draft(
  entry: KeyedItem,
  { contract, startsLater, endDay }: { contract: Contract | null; startsLater: boolean; endDay: Day },
  context: ContractContext,
): Draft {
  const { item } = entry;
  const active = serviceOf(item, contract, context);
  const service = active ?? dormantService(item, context);
  const place = placeOf(entry, { contract, startsLater, endDay, service }, context);
  const billable = billableOf(entry, context);
  const plan = isChargeType(item.type) ? planCharge : planRowAndCharge;
  const amounts = plan(billable, place, context.books, context.settings);
  return {
    entry,
    billable,
    place,
    service,
    amounts,
    serviceStep: serviceStep(item, { service, place, amounts, context, isDormant: active === null && service !== null }),
  };
}

function serviceOf(item: Item, contract: Contract | null, { books, month }: ContractContext): Service | null {
  if (isChargeType(item.type)) return null;
  const choice = chooseService(books, serviceKeyOf(item)!, contract?.id ?? null, month);
  return choice.kind === 'found' ? choice.service : null;
}

export const billableOf = ({ item, ...keys }: KeyedItem, context: ContractContext): Billable => ({
  id: item.id,
  name: item.productName,
  currency: item.currency,
  ...bookedCosts(item, context.costs),
  isOneOff: item.isOneOff,
  chargeKeys: chargeKeysOf({ item, ...keys }, context),
});

/** Costs as they stand in Autotask (3.5). */
function bookedCosts(
  item: Item,
  costs: CostTerms | null,
): Pick<Billable, 'costCurrency' | 'cost' | 'sales' | 'quantity' | 'onRow'> {
  const { sales, quantity, recurring, currency: costCurrency } = item;
  const booked = bookedOf(item, costs);
  const { cost, currency } = booked ?? { cost: item.cost, currency: costCurrency };
  const part = recurring && {
    ...recurring,
    cost: bookedOf({ ...item, exactCost: recurring.cost }, costs)?.cost ?? recurring.cost,
  };
  return { costCurrency: currency, cost, sales, quantity, onRow: part ?? { sales, cost, quantity } };
}

interface PlaceOfInput {
  contract: Contract | null;
  startsLater: boolean;
  endDay: Day;
  service: Service | null;
}

function placeOf(entry: KeyedItem, { contract, startsLater, endDay, service }: PlaceOfInput, context: ContractContext): Place {
  const { item, contractKey } = entry;
  const { type } = item;
  const extendsFrom = contract && contract.endDay < firstDay(context.month) ? contract.endDay : null;
  const product = isChargeType(type) ? chooseProduct(context.books, type) : null;
  return {
    month: context.month,
    isOver: context.isOver,
    contractKey,
    contract,
    startsLater,
    endDay,
    extendsFrom,
    serviceKey: isChargeType(type) ? null : serviceKeyOf(item),
    serviceId: service?.id ?? null,
    productKey: PRODUCTS[type]?.key ?? null,
    productId: product?.kind === 'found' ? product.product.id : null,
    rows:
      contract && service
        ? viewRows(context.books, { contract, serviceId: service.id, month: context.month, extendsFrom })
        : NO_ROWS,
    isRefused: isRefused(item.id, context),
    invoiceDescription: invoiceDescription(item, context.settings),
  };
}

function decisionOf(
  draft: Draft,
  { contract, endDay, isAfter }: { contract: Contract | null; endDay: Day; isAfter: (step: Step) => boolean },
  context: ContractContext,
): ItemDecision {
  const { entry, billable, place, service, amounts } = draft;
  const { item, contractKey } = entry;
  const isWritten = amounts.steps.length > 0;
  return {
    item,
    contractKey,
    contractId: contract?.id ?? null,
    outcome: amounts.held ? 'held' : 'posted',
    reason: amounts.held?.reason ?? null,
    message: amounts.held?.message ?? null,
    because: [
      ...contractBecause(contractKey, { contract, firstDay: firstDay(context.month), end: endDay, isNeeded: isWritten }),
      catalogueBecause(item, service, draft.serviceStep, priceOf(context.prices, item.itemCode, item.currency)),
      ...amounts.because,
    ],
    standing: standingOf(billable, place, context.books, amounts.steps),
    steps: amounts.steps.filter((step) => !isAfter(step)),
  };
}
