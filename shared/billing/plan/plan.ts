import { heldAsGone, remadeNotes, withLost } from './gone.js';
import { isOver } from '../basics/month.js';
import { acceptedAfter } from './accepting.js';
import { bookedBecause, itemBecause } from '../derivation/because.js';
import { wantedService } from '../contracts/catalogue.js';
import {
  bookedOf,
  decideCompany,
  missingCompany,
  unknownCompany,
  type CompanyDecision,
  type CostTerms,
} from '../contracts/company.js';
import { disputedContracts } from '../contracts/find-or-make.js';
import { big, compare, isZero, minorUnits, money, plain, POSTED_DECIMALS, text, ZERO } from '../basics/decimal.js';
import { isLookedAt } from '../contracts/elsewhere.js';
import { companyIdOf, subscriptionsOf, type MonthFacts, type OrganizationFacts } from '../report/facts.js';
import { mergeGhosts, NO_GHOSTS, type GhostPlan } from '../ghosts/ghost-plan.js';
import { planGhosts } from '../ghosts/ghosts.js';
import { assertPlan, assertReductions } from './invariants.js';
import { buildItems, indexPrices, itemContext, type PriceList } from '../report/items.js';
import { keyedItem, type KeyedItem } from '../report/keyed-item.js';
import { digestOf } from '../basics/keys.js';
import { movedNeighbours, itemCharges } from '../ghosts/moved-charges.js';
import { indexNames } from '../report/named.js';
import { planContract, type ContractContext, type ContractPlan, type ItemDecision } from '../contracts/plan-contract.js';
import { standsFor } from '../contracts/ours.js';
import { isKnownChargeType } from '../report/record-type.js';
import { refusalOf, type Refusal } from './refusal.js';
import { NO_BOOKS } from '../amounts/rows.js';
import { itemsNearUnknown, released, shrunkItems, withoutShrunk } from './shrank.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { byText, fold, groupBy, present } from '../basics/text.js';
import { troublesOf } from '../report/troubles.js';
import { tripBreakers } from './trip.js';
import { unreadGhosts, unseenGhosts } from '../ghosts/unseen.js';
import { withOnRelease } from './on-release.js';
import { withheld } from './apply-breakers.js';
import type { EnsureProductStep, EnsureServiceStep, Item, Note, Plan, PlannedItem, Step } from '../plan-types.js';
import { EXPORT_TYPES, MANUAL } from '../types.js';
import type { Books, Company, Contract, Decimal, ExportType, Organization, Settings } from '../types.js';

/**
 * The planner: what one organization's month needs, as the difference between the report and the books. Reads nothing, writes nothing, knows no clock.
 * The same function previews, decides, and verifies what was written.
 */
export interface PlanInput {
  facts: MonthFacts;
  slice: OrganizationFacts;
  /** What Autotask holds, at least for this organization's company and subscriptions. */
  books: Books;
  settings: Settings;
  /** Digest an operator released; it lifts the breakers of exactly that plan. */
  approvedDigest?: string | null;
  /** Items whose adjustment was refused as duplicate in this run (rule 7.0). */
  refused?: string[];
  /** Folded subscription ids that moved to another organization, and are posted or planned there in this run (rule 1.6). */
  moved?: string[];
}

export function planOrganization(given: PlanInput): Plan {
  const own = withOwnLists(given);
  const { facts, slice, settings } = own;
  const prices = indexPrices(facts.prices);
  const context = itemContext(slice, prices, settings);
  const items = buildItems(slice.lines, context);
  const keyed = items.map((item) => keyedItem(item, settings));
  const company = decideCompany(slice.organization, facts, own.books, settings);
  const books = company.company ? withLost(own, company.company, keyed) : own.books;
  const input = { ...own, books };
  const refusals = new Map(items.map((item) => [item.id, refusalOf(item, company, context, settings)]));
  const able = keyed.filter(({ item }) => refusals.get(item.id) === null);
  const work = company.company ? planCompany({ able, all: keyed }, company, input, prices) : NO_WORK;
  const full = assemble({ keyed, refusals, work }, input, company, prices);
  const tripped = tripBreakers({ plan: full, able: able.map(({ item }) => item), work }, input, context, company);
  const isReleased = input.approvedDigest === full.digest;
  const shrunk = shrunkItems(full, keyed, input);
  const doubtful = new Map([...itemsNearUnknown(full), ...movedNeighbours(full, keyed, input), ...tripped.items]);
  const plan = isReleased
    ? withNotes(released(full), remadeNotes(full, books))
    : withOnRelease(
        withheld(withoutShrunk(full, shrunk, work), heldAsGone({ ...tripped, items: doubtful }, full, books), work),
        released(full),
      );
  assertPlan(plan, items);
  assertReductions(plan, keyed, input, isReleased);
  return {
    ...plan,
    accepted: acceptedAfter(plan, keyed, input, { isReleased, isBlind: company.company === null }),
  };
}

const withNotes = (plan: Plan, notes: Note[]): Plan => ({ ...plan, notes: [...plan.notes, ...notes] });

/** What is looked up by key (`IndexBy`) in lists of the plan's own: the caller's may change afterwards. */
const withOwnLists = (input: PlanInput): PlanInput => ({
  ...input,
  slice: { ...input.slice, subscriptions: [...input.slice.subscriptions] },
  books: withOwnBooks(input.books),
});

const withOwnBooks = (books: Books): Books => ({
  ...books,
  contracts: [...books.contracts],
  rows: [...books.rows],
  charges: [...books.charges],
  services: [...books.services],
  products: [...books.products],
});

/** Folded contract keys of what is paid once: of those alone it matters whether next month's row still has units (rule 7.6). */
export function paidOnceKeys({ facts, slice, settings }: Omit<PlanInput, 'books'>): string[] {
  return buildItems(slice.lines, itemContext(slice, indexPrices(facts.prices), settings))
    .filter(({ isOneOff }) => isOneOff)
    .map((item) => fold(keyedItem(item, settings).contractKey));
}

// ---------------------------------------------------------------------------------------------------------------- contracts and ghosts

export interface Work {
  contracts: ContractPlan[];
  ghosts: GhostPlan[];
}

const NO_WORK: Work = { contracts: [], ghosts: [] };

function planCompany(
  { able, all }: { able: KeyedItem[]; all: KeyedItem[] },
  { company, currency, costs }: { company: Company; currency: string; costs: CostTerms | null },
  input: PlanInput,
  prices: PriceList,
): Work {
  const { facts, slice, books, settings } = input;
  const groups = [...groupBy(able, ({ contractKey }) => fold(contractKey)).entries()].sort(([left], [right]) =>
    byText(left, right),
  );
  const names = indexNames(facts.named, settings.broker);
  const search = { companyId: company.id, month: facts.month, asOf: facts.asOf, books, names };
  const claims = claimsOn(company.id, facts, settings);
  const others = [...claims].flatMap(([key, claimants]) =>
    [...claimants.keys()].filter((id) => id !== fold(slice.organization.id)).map(() => key),
  );
  const context: ContractContext = {
    ...search,
    isOver: isOver(facts, facts.asOf),
    settings,
    prices,
    subscriptions: slice.subscriptions,
    knownSubscriptions: subscriptionsOf(slice),
    disputed: disputedContracts([...groups.map(([key]) => key), ...others], search),
    contested: new Map([...claims].filter(([, { size }]) => size > 1).map(([key, by]) => [key, [...by.values()]])),
    refused: new Set(input.refused ?? []),
    costs,
  };
  const contracts = groups.map(([, group]) => planContract(group, context));
  const itemKeys = stoppedKeys(able, all, contracts);
  // Nothing is made instead of what is gone until somebody says so: what lost its ids still carries the money (6.6).
  const goneKeys = (books.gone ?? []).filter(({ kind }) => kind === 'contract').map(({ key }) => fold(key));
  const heldKeys = new Set([...itemKeys, ...goneKeys]);
  const ghostContext = {
    ...context,
    facts,
    organizationId: slice.organization.id,
    currency,
    accepted: slice.accepted?.items ?? null,
    moved: new Set(input.moved ?? []),
    arrived: new Set(slice.arrived ?? []),
    itemCharges: itemCharges(all, contracts, context),
    whyStray: null,
    isUnclear: troublesOf(slice.lines).organization !== null,
  };
  const isHeld = (contract: Contract): boolean =>
    [contract.subscriptionId, contract.number, standsFor(contract, context)].some((key) => heldKeys.has(fold(key)));
  const planOf = new Map([...contracts].reverse().map((plan) => [plan.contract?.id, plan]));
  const ghosts = books.contracts
    .filter((contract) => contract.companyId === company.id)
    .map((contract) => planGhosts(contract, planOf.get(contract.id), isHeld(contract), ghostContext));
  const unseen = unseenGhosts(ghostContext, {
    present: new Set(all.map(({ item }) => item.id)),
    held: new Set(itemKeys),
    contracts,
    ghosts: mergeGhosts(ghosts).ghosts,
  });
  return { contracts, ghosts: [...ghosts, { ...NO_GHOSTS, ghosts: unseen }] };
}

/** Folded contract keys with a held item. */
function stoppedKeys(able: KeyedItem[], all: KeyedItem[], contracts: ContractPlan[]): string[] {
  const isAble = new Set(able);
  const isStopped = ({ decisions }: ContractPlan): boolean => decisions.some(({ outcome }) => outcome === 'held');
  const isLeft = (entry: KeyedItem): boolean => !isAble.has(entry) && entry.item.type !== MANUAL;
  return [...all.filter(isLeft), ...contracts.filter(isStopped)].map(({ contractKey }) => fold(contractKey));
}

/** Which organizations of the company have lines of a subscription in the month that are not excluded (2.2), by folded id and with their ids as told. */
function claimsOn(companyId: number, { jointCompanies }: MonthFacts, settings: Settings): Map<string, Map<string, string>> {
  const claims = new Map<string, Map<string, string>>();
  const off = new Set(settings.excludeServices.map(fold));
  const joint = jointCompanies.find((company) => company.companyId === companyId);
  for (const { subscriptionId, organizationId, ...claim } of joint?.claims ?? []) {
    const isExported =
      EXPORT_TYPES.every((type) => type !== claim.type) || settings.exportRecordTypes.includes(claim.type as ExportType);
    if (claim.isCustomService || !isExported || off.has(fold(claim.serviceId)) || off.has(fold(claim.serviceName))) continue;
    const claimants = claims.get(subscriptionId) ?? new Map<string, string>();
    claims.set(subscriptionId, claimants.set(fold(organizationId), organizationId));
  }
  return claims;
}

// ---------------------------------------------------------------------------------------------------------------- the plan as a whole

function assemble(
  { keyed, refusals, work }: { keyed: KeyedItem[]; refusals: Map<string, Refusal | null>; work: Work },
  { facts, slice, books }: PlanInput,
  company: CompanyDecision,
  prices: PriceList,
): Plan {
  const items = keyed.map(({ item }) => item);
  const decisions = new Map(
    work.contracts.flatMap(({ decisions: made }) => made.map((decision) => [decision.item.id, decision] as const)),
  );
  const planned = keyed.map((entry) =>
    plannedItem(
      entry,
      verdictOf(refusals.get(entry.item.id), decisions.get(entry.item.id)),
      company.company === null ? null : company.costs,
    ),
  );
  const steps = orderedSteps(work);
  const ghosts = [...work.contracts.flatMap(({ carried }) => carried), ...work.ghosts.flatMap(({ ghosts: found }) => found)];
  const companyId = company.company === null ? company.companyId : company.company.id;
  const wanted = items.map((item) => wantedService(item, prices));
  return {
    organizationId: slice.organization.id,
    organizationName: slice.organization.name,
    companyId,
    month: facts.month,
    asOf: facts.asOf,
    items: planned,
    ghosts,
    steps,
    notes: [
      ...work.contracts.flatMap(({ notes }) => notes),
      ...work.ghosts.flatMap(({ notes }) => notes),
      ...chargeTypeNotes(items),
      ...items.flatMap(unbillableNotes),
    ],
    digest: digestOf([facts.month, slice.organization.id, companyId, planned.map(shown), wanted, steps.flatMap(releasedOf)]),
    needs: [
      ...new Set([
        ...work.contracts.flatMap(({ contract, needsDetail }) => (contract && needsDetail ? [contract.id] : [])),
        ...work.ghosts.flatMap(({ needsDetail }) => needsDetail),
      ]),
    ],
    ...(work.contracts.some(({ isNew }) => isNew) && !isLookedAt(books, companyId) ? { needsElsewhere: true } : {}),
  };
}

const shown = ({ id, outcome, reason, cost, sales, quantity }: PlannedItem): unknown[] => [
  id,
  outcome,
  reason,
  cost,
  sales,
  quantity,
];

/**
 * What an operator releases of a step. Services and products belong to all customers: whether another's release has made one already, and under which id,
 * changes nothing of what this customer is billed. What they are to be is in the digest by itself.
 */
function releasedOf(step: Step): Step[] {
  if (step.kind === 'ensureService' || step.kind === 'ensureProduct') return [];
  if (step.kind === 'postAdjustment') return [{ ...step, serviceId: null }];
  return [step.kind === 'postCharge' ? { ...step, productId: null } : step];
}

type Verdict = Pick<PlannedItem, 'contractId' | 'outcome' | 'reason' | 'message' | 'because' | 'standing'>;

/** What was decided for an item: its own decision, otherwise its contract's. */
const verdictOf = (refusal: Refusal | null | undefined, decision: ItemDecision | undefined): Verdict =>
  refusal ? { ...refusal, contractId: null, because: [stopped(refusal.reason, refusal.message)], standing: null } : decision!;

function plannedItem({ item, contractKey }: KeyedItem, verdict: Verdict, costs: CostTerms | null): PlannedItem {
  const booked = bookedOf(item, costs);
  const scale = minorUnits(item.currency);
  return {
    id: item.id,
    type: item.type,
    subscriptionId: item.subscriptionId,
    itemCode: item.itemCode,
    contractKey,
    currency: item.currency,
    productName: item.productName,
    lines: item.lines.length,
    quantity: item.quantity,
    cost: item.cost,
    sales: item.sales,
    ...(booked === null ? {} : { booked }),
    exactCost: item.exactCost,
    exactSales: item.exactSales,
    roundingCost: roundingOf(item.exactCost, item.cost, scale),
    roundingSales: roundingOf(item.exactSales, item.sales, scale),
    contractId: verdict.contractId,
    outcome: verdict.outcome,
    reason: verdict.reason,
    message: verdict.message,
    because: [...itemBecause(item), ...(booked === null ? [] : [bookedBecause(item, booked)]), ...verdict.because],
    standing: verdict.standing,
  };
}

const roundingOf = (exact: Decimal, billed: Decimal, scale: number): Decimal =>
  text(compare(exact, billed) === 0 ? ZERO : big(exact).minus(billed), Math.max(scale, 6));

/** Catalogue first, then contract by contract: made or corrected, extended, amounts. One service is ensured once, for all items that need it. */
function orderedSteps({ contracts, ghosts }: Work): Step[] {
  const all = contracts.flatMap(({ contractSteps, decisions }) => [...contractSteps, ...decisions.flatMap(({ steps }) => steps)]);
  const isCatalogue = (step: Step): step is CatalogueStep => step.kind === 'ensureService' || step.kind === 'ensureProduct';
  return [
    ...mergeCatalogue(all.filter(isCatalogue)),
    ...all.filter((step) => !isCatalogue(step)),
    ...ghosts.flatMap(({ steps }) => steps),
    // After everything that lowers a row: an extension may make later ones without units, below which nothing goes.
    ...contracts.flatMap(({ lastSteps }) => lastSteps),
  ];
}

type CatalogueStep = EnsureServiceStep | EnsureProductStep;

function mergeCatalogue(steps: CatalogueStep[]): Step[] {
  const keyOf = (step: CatalogueStep): string => (step.kind === 'ensureService' ? step.serviceKey : step.productKey);
  const groups = [...groupBy(steps, (step) => fold(keyOf(step))).entries()].sort(([left], [right]) => byText(left, right));
  return groups.map(([, group]) => ({ ...group[0], items: group.flatMap(({ items }) => items) }));
}

function chargeTypeNotes(items: Item[]): Note[] {
  return items.flatMap(({ id, productName, lines }) => {
    const unknown = lines.filter(({ chargeType }) => !isKnownChargeType(chargeType)).map(({ chargeType }) => chargeType);
    return [...new Set(unknown)].map((type) => ({
      code: 'unknown-charge-type',
      itemId: id,
      message: `${productName}: charge type "${type}" is not known; the line is added like any other.`,
    }));
  });
}

/** Of a currency of three decimals, posting bills two: what nobody can bill is named, and is the item's rounding. */
function unbillableNotes({ id, productName: name, currency, sales, cost, exactSales, exactCost }: Item): Note[] {
  if (minorUnits(currency) <= POSTED_DECIMALS) return [];
  const lostOf = (exact: Decimal, billed: Decimal): Decimal => plain(big(money(big(exact), currency)).minus(billed));
  const lost = [lostOf(exactSales, sales), lostOf(exactCost, cost)];
  if (lost.every((amount) => isZero(big(amount)))) return [];
  const message = `${name}: ${lost.join(' / ')} ${currency} cannot be billed, because Autotask posts two decimals; the report shows it as rounding.`;
  return [{ code: 'unbillable-unit', itemId: id, message }];
}

/** The plan of an organization whose books could not be read: nothing to carry out, and every item that is not itself excluded is held for that reason. */
export function planBlind(input: Omit<PlanInput, 'books'>, message: string): Plan {
  const { facts, slice, settings } = input;
  const prices = indexPrices(facts.prices);
  const context = itemContext(slice, prices, settings);
  const items = buildItems(slice.lines, context);
  const blind: CompanyDecision = {
    company: null,
    companyId: companyIdOf(slice.organization.companyIdText ?? '') ?? null,
    outcome: 'held',
    reason: 'api-error',
    message,
  };
  const decided = blindCompany(slice.organization, blind);
  const refusals = new Map(items.map((item) => [item.id, refusalOf(item, decided, context, settings)]));
  const keyed = items.map((item) => keyedItem(item, settings));
  const unread = unreadGhosts(slice.accepted?.items ?? null, new Set(items.map(({ id }) => id)), facts.month);
  const work: Work = { contracts: [], ghosts: [{ ...NO_GHOSTS, ghosts: unread }] };
  const plan = assemble({ keyed, refusals, work }, { ...input, books: NO_BOOKS }, decided, prices);
  assertPlan(plan, items);
  return { ...plan, accepted: acceptedAfter(plan, keyed, { ...input, books: NO_BOOKS }, { isReleased: false, isBlind: true }) };
}

function blindCompany(organization: Organization, blind: CompanyDecision): CompanyDecision {
  return unknownCompany(organization) ?? (present(organization.companyIdText) === null ? missingCompany(organization) : blind);
}
