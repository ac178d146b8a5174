import { isOver } from '../basics/month.js';
import type { AcceptedItem } from '../report/accepted.js';
import type { GoneOrganization } from '../report/comparison.js';
import { companyIdOf, type MonthFacts } from '../report/facts.js';
import { mergeGhosts, type GhostContext } from './ghost-plan.js';
import { planGhosts } from './ghosts.js';
import { indexPrices } from '../report/items.js';
import { chargeKeyPrefix, digestOf } from '../basics/keys.js';
import { indexNames, type Names } from '../report/named.js';
import { standsFor } from '../contracts/ours.js';
import { rowsOfContract } from '../amounts/rows.js';
import { goneGhosts, UNLINKED } from './unseen.js';
import { amountText, big, postedText, sum } from '../basics/decimal.js';
import { byText, fold, groupBy, IndexBy, present } from '../basics/text.js';
import type { Plan } from '../plan-types.js';
import type { Books, Contract, Month, Organization, Settings } from '../types.js';

/**
 * Rule 8.7: our money in Autotask at companies that no organization of the report is billed at: customers deleted in Cloudmore, unlinked, moved to another
 * company, or stopped as a whole. Nobody's report can explain it, so it is listed under the company until a person ends it; nothing is ever written.
 */

/** Stands before the id of such a company, in characters that names in the evidence leave as they are; no id of an organization looks like that. */
const STRAY_PREFIX = 'company~';
export const strayId = (companyId: number): string => `${STRAY_PREFIX}${companyId}`;
export const isStray = (organizationId: string): boolean => organizationId.startsWith(STRAY_PREFIX);

export interface StrayInput {
  facts: MonthFacts;
  /** Everybody the report has a slice of. */
  organizations: Organization[];
  /** What Autotask holds at those companies alone (`strayContracts`). */
  books: Books;
  settings: Settings;
  /** Items that were stopped with their organization: their contracts are left alone (8.1). */
  stopped: Stopped[];
  /** What was accepted of those who are in neither report nor list any more (8.9). */
  gone: GoneOrganization[];
  /** What was accepted of customers that are not exported any more, because they name no company (8.9). */
  unlinked: AcceptedItem[];
  /** Folded contract keys that a plan of this run reports. */
  mentioned: Set<string>;
}

/** Whether a plan leaves everything out, because its customer names no company: what stands is reported by nobody but here. */
export const isUnlinked = ({ items }: Pick<Plan, 'items'>): boolean =>
  items.some(({ reason }) => reason === 'company-id-missing');

export interface Stopped {
  contractKey: string;
  /** Where their organization is billed; null where nobody knows. */
  companyId: number | null;
}

/** Contracts of ours at companies where nobody looks: those that stand for a subscription, and those with a charge of ours. */
export function strayContracts(books: Books, served: Set<number>, names: Names, month: Month): Contract[] {
  const prefix = fold(chargeKeyPrefix(month));
  const charged = new Set(books.charges.filter(({ key }) => fold(key).startsWith(prefix)).map(({ contractId }) => contractId));
  const isOurs = (contract: Contract): boolean =>
    charged.has(contract.id) || standsFor(contract, { names, knownSubscriptions: NONE }) !== null;
  const seen = new Set(books.contracts.map(({ id }) => id));
  return [
    ...books.contracts.filter((contract) => !served.has(contract.companyId) && isOurs(contract)),
    ...[...charged].filter((id) => !seen.has(id)).map(unseen),
  ];
}

const NONE = new Set<string>();
/** The company of a contract that has a charge of ours and is not shown to us. */
const UNSEEN_COMPANY = -1;

const unseen = (id: number): Contract => ({
  id,
  companyId: UNSEEN_COMPANY,
  name: 'not shown by Autotask',
  number: null,
  subscriptionId: null,
  isActive: false,
  isRecurringService: false,
  isMonthly: false,
  startDay: '',
  endDay: '',
  slaId: null,
});

/** One plan for each such company with money of ours in the month, in order of their ids: ghosts alone. */
export function planStrays(input: StrayInput): Plan[] {
  const companies = [...groupBy(input.books.contracts, ({ companyId }) => companyId)].sort(([left], [right]) => left - right);
  const plans = companies.map(([companyId, contracts]) => planStray(companyId, contracts, input));
  return withGone(plans, input).filter(({ ghosts }) => ghosts.length > 0);
}

/** With what stood for organizations that nobody names any more, or that name no company, and that no contract shows (8.9): next to the contracts that are not shown. */
function withGone(plans: Plan[], input: StrayInput): Plan[] {
  const mentioned = new Set([
    ...input.mentioned,
    ...plans.flatMap(({ ghosts }) => ghosts.map(({ contractKey }) => fold(contractKey))),
  ]);
  const context = contextOf(UNSEEN_COMPANY, input.books.internalCurrency, input);
  const isMentioned = (key: string): boolean => mentioned.has(fold(key));
  const ghosts = [
    ...goneGhosts(
      input.gone.flatMap(({ items }) => items),
      context,
      isMentioned,
    ),
    ...goneGhosts(input.unlinked, context, isMentioned, UNLINKED),
  ];
  const own = plans.find(({ companyId }) => companyId === UNSEEN_COMPANY) ?? planStray(UNSEEN_COMPANY, [], input);
  return [...plans.filter((plan) => plan !== own), { ...own, ghosts: [...own.ghosts, ...ghosts] }];
}

const stoppedByKey = new IndexBy<Stopped>(({ contractKey }) => contractKey);

function planStray(companyId: number, contracts: Contract[], input: StrayInput): Plan {
  const { facts, books } = input;
  const { month, asOf } = facts;
  const company = books.companies.find(({ id }) => id === companyId);
  const context = contextOf(companyId, (company?.currency ?? books.internalCurrency).toUpperCase(), input);
  const isHeld = (contract: Contract): boolean => {
    const stopped = stoppedByKey.find(input.stopped, standsFor(contract, context));
    return stopped.some((one) => one.companyId === null || one.companyId === contract.companyId);
  };
  const { ghosts } = mergeGhosts(contracts.map((contract) => planGhosts(contract, undefined, isHeld(contract), context)));
  return {
    organizationId: strayId(companyId),
    organizationName:
      companyId === UNSEEN_COMPANY
        ? 'Contracts that Autotask does not show'
        : `${company?.name ?? 'Company'} (Autotask company ${companyId})`,
    companyId,
    month,
    asOf,
    items: [],
    ghosts,
    steps: [],
    notes: [],
    digest: digestOf([month, strayId(companyId)]),
    needs: [],
  };
}

function contextOf(companyId: number, currency: string, { facts, organizations, books, settings }: StrayInput): GhostContext {
  const names = indexNames(facts.named, settings.broker);
  return {
    month: facts.month,
    asOf: facts.asOf,
    isOver: isOver(facts, facts.asOf),
    companyId,
    books,
    settings,
    prices: indexPrices(facts.prices),
    subscriptions: [],
    knownSubscriptions: NONE,
    names,
    disputed: new Set(),
    contested: new Map(),
    refused: new Set(),
    costs: null,
    facts,
    organizationId: strayId(companyId),
    currency,
    itemCharges: new Map(),
    accepted: null,
    moved: new Set(),
    isUnclear: false,
    arrived: new Set(),
    whyStray: (contractKey) => whyStray(companyId, contractKey, names, organizations),
  };
}

const organizationsById = new IndexBy<Organization>(({ id }) => id);

/** Why nobody answers for it, as far as Cloudmore says. */
function whyStray(companyId: number, contractKey: string | null, names: Names, organizations: Organization[]): string {
  const owner = names.ownerOf(contractKey);
  if (owner === null) return `No organization in Cloudmore is billed at company ${companyId}.`;
  const [listed] = organizationsById.find(organizations, owner);
  const name = listed?.name ?? names.organizationName(owner) ?? owner;
  if (listed === undefined) return `${name} had it, but is no longer in Cloudmore’s list of organizations.`;
  const text = present(listed.companyIdText);
  if (text === null) return `${name} has it, but has no Autotask company id in Cloudmore and is not exported.`;
  return companyIdOf(text) === companyId
    ? `${name} has it, but cannot be billed at company ${companyId} at present.`
    : `${name} has it, but names company ${text} in Cloudmore, not company ${companyId}.`;
}

// ---------------------------------------------------------------------------------------------------------------- contracts nobody named

/** Contracts with an id in our field that Cloudmore never named: another vendor may use the field. They are counted and left alone (8.6). */
export interface Unnamed {
  contracts: number;
  /** What stands on them in the month, by currency. */
  sales: Record<string, string>;
}

export function unnamedContracts(books: Books, names: Names): Unnamed {
  const unnamed = books.contracts.filter(
    (contract) => present(contract.subscriptionId) !== null && standsFor(contract, { names, knownSubscriptions: NONE }) === null,
  );
  const currencies = new Map(books.companies.map(({ id, currency }) => [id, currency]));
  const currencyOf = ({ companyId }: Contract): string => (currencies.get(companyId) ?? books.internalCurrency).toUpperCase();
  const sales = [...groupBy(unnamed, currencyOf)]
    .sort(([left], [right]) => byText(left, right))
    .map(([currency, contracts]): [string, string] => [
      currency,
      postedText(sum(contracts.flatMap(({ id }) => rowsOfContract(books, id).map(({ price }) => big(price)))), currency),
    ]);
  return { contracts: unnamed.length, sales: Object.fromEntries(sales) };
}

/** The one line people read about them; null where there are none. */
export function unnamedText({ contracts, sales }: Unnamed): string | null {
  if (contracts === 0) return null;
  const amounts = Object.entries(sales).map(([currency, amount]) => amountText(amount, currency));
  const [what, verb] = contracts === 1 ? ['1 contract', 'carries an id'] : [`${contracts} contracts`, 'carry ids'];
  return `${what} in Autotask ${verb} that Cloudmore never named, with ${amounts.join(' and ')} this month; another vendor may use the field, and billing does not touch ${contracts === 1 ? 'it' : 'them'}.`;
}
