import { big, type Big, grouped, isZero, POSTED_DECIMALS, sum, text } from '../basics/decimal.js';
import { addMonths, firstDay, lastDay, monthOf } from '../basics/month.js';
import { isManual } from '../report/items.js';
import { parseChargeKey } from '../basics/keys.js';
import { rowsOfContract } from '../amounts/rows.js';
import { chargesOfContract } from '../amounts/standing.js';
import { byText, cut, fold, IndexBy, isGuid, present, same } from '../basics/text.js';
import type { Names } from '../report/named.js';
import type { Item, Reason, UpsertContractStep } from '../plan-types.js';
import type { Books, Contract, Day, Month, Settings, Subscription } from '../types.js';

/** Rule 6: one contract per subscription, found by its id, created, brought up to date, and never ended early. */

const NAME_LENGTH = 100;
/** Autotask's contract number takes so many characters (`docs/vendors/autotask.md` 5.1); a longer id stands in the user-defined field alone. */
const NUMBER_LENGTH = 50;
/** Months a contract without a known end runs beyond its month (rule 6.3). */
const OPEN_END_MONTHS = 11;

const contractsByUdf = new IndexBy<Contract>(({ subscriptionId }) => subscriptionId);
const contractsByNumber = new IndexBy<Contract>(({ number }) => number);

export type ContractDecision =
  | { kind: 'found'; contract: Contract }
  /** The month lies before the contract's first: treated as frozen (rule 6.1). */
  | { kind: 'later'; contract: Contract }
  | { kind: 'missing' }
  | { kind: 'held'; contract: Contract | null; reason: Reason; message: string };

/** Where a contract is looked for. */
export interface Search {
  companyId: number;
  month: Month;
  asOf: Day;
  books: Books;
  names: Names;
}

/** Finds the contract by UDF, else by number, and checks that it can carry the month's amounts (rule 6.1). */
export function decideContract(contractKey: string, search: Search): ContractDecision {
  const hits = contractsAt(contractKey, search);
  const own = hits.length > 1 ? ofTheMonth(hits, search.month) : hits[0];
  if (own === null)
    return held(
      null,
      'contract-duplicate',
      `${all(hits, search)} both carry ${contractKey}. Keep the one that should bill. First bring the other to zero from ${search.month} on (0 units, no open charges), then clear its id.`,
    );
  if (own) return suitability(own, search);
  const elsewhere = contractElsewhere(contractKey, search);
  return elsewhere
    ? held(elsewhere, 'contract-other-company', otherCompany(elsewhere, contractKey, search))
    : { kind: 'missing' };
}

/** Contracts that carry the key, by whichever id, and as often. */
export const contractsWithKey = (contractKey: string, { contracts }: Pick<Books, 'contracts'>): Contract[] => [
  ...contractsByUdf.find(contracts, contractKey),
  ...contractsByNumber.find(contracts, contractKey),
];

/** The company's contracts that carry the key. */
const contractsAt = (contractKey: string, { companyId, books }: Search): Contract[] =>
  [...new Set(contractsWithKey(contractKey, books))].filter((contract) => contract.companyId === companyId);

/**
 * Of several contracts with one id the one whose days cover the month, as Autotask's own renewal leaves them: the old one ended and inactive, the new one
 * with all its values. Before and after both, the only active one. Null where that does not tell.
 */
function ofTheMonth(hits: Contract[], month: Month): Contract | null {
  const covering = hits.filter(({ startDay, endDay }) => startDay <= lastDay(month) && endDay >= firstDay(month));
  const choice = covering.length > 0 ? covering : hits.filter(({ isActive }) => isActive);
  return choice.length === 1 ? choice[0]! : null;
}

/**
 * A contract of another company that carries the key, or that the key's items were posted on while money of the month still stands on it: a second one would
 * bill the customer twice. A number alone may be anybody's; it counts where we billed on the contract, or where nobody else makes such a number.
 */
function contractElsewhere(contractKey: string, { companyId, month, books, names }: Search): Contract | null {
  // What this company has by either id was found before.
  const [byUdf] = contractsByUdf.find(books.contracts, contractKey);
  if (byUdf) return byUdf;
  const billed = new Set(names.contractsOf(contractKey));
  const isUnmistakable = (): boolean => isGuid(contractKey) || isHashKey(contractKey);
  const hasNoId = (contract: Contract): boolean => present(contract.subscriptionId) === null;
  const byNumber = contractsByNumber
    .find(books.contracts, contractKey)
    .find((contract) => hasNoId(contract) && (billed.has(contract.id) || isUnmistakable()));
  if (byNumber || billed.size === 0) return byNumber ?? null;
  return (
    books.contracts.find(
      (contract) =>
        billed.has(contract.id) &&
        contract.companyId !== companyId &&
        hasNoId(contract) &&
        standsOn(contract, month, books).isAnything,
    ) ?? null
  );
}

/** The value that the contract of an item without subscription id carries (rule 6.1). */
export const isHashKey = (contractKey: string): boolean => /^cm-[0-9a-f]{32}$/.test(fold(contractKey));

/** What stands on a contract in the month, rows and charges together. */
export function standsOn({ id }: Pick<Contract, 'id'>, month: Month, books: Books): { isAnything: boolean; sales: Big } {
  const rows = rowsOfContract(books, id).filter(({ startDay }) => monthOf(startDay) === month);
  const charges = chargesOfContract(books, id).filter(({ key, day }) => (parseChargeKey(key)?.month ?? monthOf(day)) === month);
  const all = [...rows, ...charges];
  return {
    isAnything: all.some(({ price, cost }) => !isZero(big(price)) || !isZero(big(cost))),
    sales: sum(all.map(({ price }) => price)),
  };
}

/** How another contract comes to be made, in the order that bills once: what stands on the old one goes first. */
function clearing(contract: Pick<Contract, 'id'>, { month, books }: Pick<Search, 'month' | 'books'>): string {
  const { isAnything, sales } = standsOn(contract, month, books);
  return isAnything
    ? `first bring the contract to zero from ${month} on (0 units, no open charges; it holds ${grouped(text(sales, POSTED_DECIMALS))} now), then clear its subscription id and release the plan, which makes a new one. Otherwise both would be billed`
    : `clear the contract's subscription id (it holds nothing in ${month}) and release the plan, which makes a new one`;
}

function otherCompany({ id, companyId }: Contract, contractKey: string, search: Search): string {
  return `Contract ${id} of company ${companyId} carries ${contractKey}. Correct the company id in Cloudmore; or, if the customer has moved, ${clearing({ id }, search)}.`;
}

/**
 * Contracts that more than one of the month's claims finds, one by its UDF and another by its number: whose amounts they carry is not known. Claims are
 * contract keys, each named once for every organization of the company that has it.
 */
export function disputedContracts(contractKeys: string[], search: Search): Set<number> {
  const claimed = contractKeys.flatMap((key) => {
    const decision = decideContract(key, search);
    return decision.kind === 'missing' || decision.contract === null ? [] : [decision.contract.id];
  });
  const once = new Set<number>();
  return new Set(claimed.filter((id) => once.size === once.add(id).size));
}

/** Why the contract is not this subscription's alone, though it was found for it (rule 6.1); null when it is. */
export function rivalOf(
  contractKey: string,
  contract: Contract,
  disputed: Set<number>,
  knownSubscriptions: Set<string>,
): string | null {
  const udf = present(contract.subscriptionId);
  const isAnothers = udf !== null && !same(udf, contractKey) && knownSubscriptions.has(fold(udf));
  if (!isAnothers && !disputed.has(contract.id)) return null;
  return `Contract ${contract.id} (${contract.name}) carries two subscriptions, ${udf ?? 'none'} in its field and ${contract.number ?? 'none'} as its number. Keep the one that is billed on it and clear the other, which then gets its own contract.`;
}

function suitability(contract: Contract, search: Search): ContractDecision {
  const { month, asOf } = search;
  // One that has ended is inactive because it was renewed: what stands on it may be right, and only a change is refused (`inactiveContract`).
  if (!contract.isActive && contract.endDay >= asOf) return { kind: 'held', ...inactiveContract(contract, search) };
  const unsuitable = unsuitabilityOf(contract);
  if (unsuitable)
    return held(
      contract,
      'contract-unsuitable',
      `Contract ${contract.id} (${contract.name}) ${unsuitable}, so it cannot carry the month: ${clearing(contract, search)}.`,
    );
  return { kind: contract.startDay > firstDay(month) ? 'later' : 'found', contract };
}

/** Why nothing is written to the contract. */
export const inactiveContract = (
  contract: Contract,
  search: Pick<Search, 'month' | 'books'>,
): { contract: Contract; reason: Reason; message: string } => ({
  contract,
  reason: 'contract-inactive',
  message: `Contract ${contract.id} (${contract.name}) is inactive. Activate it; or ${clearing(contract, search)}.`,
});

function unsuitabilityOf(contract: Contract): string | null {
  if (!contract.isRecurringService) return 'is not a recurring service contract';
  if (!contract.isMonthly) return 'does not have monthly periods';
  return contract.startDay.endsWith('-01') ? null : `starts on ${contract.startDay}, not on the first of a month`;
}

const held = (contract: Contract | null, reason: Reason, message: string): ContractDecision => ({
  kind: 'held',
  contract,
  reason,
  message,
});
const all = (contracts: Contract[], { month, books }: Search): string =>
  `Contracts ${contracts.map((one) => `${one.id} (${grouped(text(standsOn(one, month, books).sales, POSTED_DECIMALS))} in ${month})`).join(' and ')}`;

/** Whether rule 6.1 would bill on this contract: active, recurring, monthly, from a first on (rule 8.2 brings to nothing on these alone). */
export const isSuitable = (contract: Contract): boolean => contract.isActive && unsuitabilityOf(contract) === null;

// ---------------------------------------------------------------------------------------------------------------- end dates (6.3, 6.4)

export interface RequiredEnd {
  day: Day;
  /** The end date it follows from; null where Cloudmore names none. */
  from: Day | null;
}

/** The last day the contract must reach for one item (rule 6.3). */
export function requiredEnd(item: Item, listed: Subscription | undefined, contract: Contract | null, month: Month): RequiredEnd {
  const floor = lastDay(month);
  if (item.type === 'Perpetual') return { day: floor, from: null };
  const end = listed?.endDay ?? (item.isOneOff ? latestEnd(item) : null);
  if (end !== null) return { day: max(lastDay(monthOf(end)), floor), from: end };
  if (contract && contract.endDay >= floor) return { day: contract.endDay, from: null };
  return { day: lastDay(addMonths(month, OPEN_END_MONTHS)), from: null };
}

const latestEnd = (item: Item): Day | null =>
  item.lines
    .filter((line) => !isManual(line))
    .map((line) => line.endDay)
    .filter((day) => day !== null)
    .sort(byText)
    .at(-1) ?? null;

export const max = (left: Day, right: Day): Day => (left > right ? left : right);

// ---------------------------------------------------------------------------------------------------------------- creating and correcting (6.2, 6.5)

interface UpsertContractStepInput {
  contractKey: string;
  companyId: number;
  contract: Contract | null;
  endDay: Day;
  month: Month;
  settings: Settings;
  isWritten: boolean;
}

/** The step that creates the contract of an item, or corrects what is ours on an existing one; null when that is as it should be. */
export function upsertContractStep(
  item: Item,
  { contractKey, companyId, contract, endDay, month, settings, isWritten }: UpsertContractStepInput,
): Omit<UpsertContractStep, 'items'> | null {
  const set = contract ? corrections(contract, contractKey, settings, isWritten) : {};
  if (contract && Object.keys(set).length === 0) return null;
  const name = contract?.name ?? contractName(item);
  const what = contract ? `set ${Object.keys(set).join(', ')}` : `new, ${firstDay(month)} to ${endDay}`;
  return {
    kind: 'upsertContract',
    summary: `Contract ${name}: ${what}`,
    contractKey,
    companyId,
    contractId: contract?.id ?? null,
    name,
    startDay: contract?.startDay ?? firstDay(month),
    endDay: contract?.endDay ?? endDay,
    set,
  };
}

/** The number is only a second way to find the contract: filled when something is written anyway, so that contracts taken over in balance are left alone. */
function corrections(contract: Contract, contractKey: string, settings: Settings, isWritten: boolean): UpsertContractStep['set'] {
  const needed = {
    ...(contract.slaId === settings.slaId ? {} : { slaId: settings.slaId }),
    ...(same(contract.subscriptionId, contractKey) ? {} : { subscriptionId: contractKey }),
  };
  const fillsNumber =
    present(contract.number) === null && numberFor(contractKey) !== null && (isWritten || Object.keys(needed).length > 0);
  return fillsNumber ? { ...needed, number: contractKey } : needed;
}

/** The number of a contract for the key; null where it does not fit, because a shortened one could be another's. */
export const numberFor = (contractKey: string): string | null => (contractKey.length > NUMBER_LENGTH ? null : contractKey);

function contractName(item: Item): string {
  const subscription = present(item.subscriptionName);
  return cut(subscription === null ? item.productName : `${item.productName} – ${subscription}`, NAME_LENGTH);
}
