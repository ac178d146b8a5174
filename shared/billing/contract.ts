import { addMonths, firstDay, lastDay, monthOf } from './month.js';
import { isManual } from './items.js';
import { byText, cut, fold, IndexBy, present, same } from './text.js';
import type { Item, Reason, UpsertContractStep } from './plan-types.js';
import type { Books, Contract, Day, Month, Settings, Subscription } from './types.js';

/** Rule 6: one contract per subscription, found by its id, created, brought up to date, and never ended early. */

const NAME_LENGTH = 100;
/** Autotask's contract number takes so many characters (`autotask.md` 5.1); a longer id stands in the user-defined field alone. */
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

/** Finds the contract by UDF, else by number, and checks that it can carry the month's amounts (rule 6.1). */
export function decideContract(contractKey: string, companyId: number, month: Month, books: Books): ContractDecision {
  const byUdf = contractsByUdf.find(books.contracts, contractKey);
  const ours = (contract: Contract): boolean => contract.companyId === companyId;
  const byNumber = contractsByNumber.find(books.contracts, contractKey).filter(ours);
  const hits = [...new Set([...byUdf.filter(ours), ...byNumber])];
  if (hits.length > 1)
    return held(
      null,
      'contract-duplicate',
      `Contracts ${ids(hits)} both carry ${contractKey}. Keep one and clear the id on the other.`,
    );
  const [contract] = hits;
  if (contract) return suitability(contract, month);
  if (byUdf.length === 0) return { kind: 'missing' };
  const elsewhere = byUdf[0]!;
  return held(
    elsewhere,
    'contract-other-company',
    `Contract ${elsewhere.id} of company ${elsewhere.companyId} carries ${contractKey}. Correct the company id in Cloudmore, or clear the id on that contract.`,
  );
}

/** Contracts that more than one of the month's contract keys find, one by its UDF and another by its number: whose amounts they carry cannot be told. */
export function disputedContracts(contractKeys: string[], companyId: number, month: Month, books: Books): Set<number> {
  const claimed = contractKeys.flatMap((key) => {
    const decision = decideContract(key, companyId, month, books);
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
  return `Contract ${contract.id} (${contract.name}) carries two subscriptions, ${udf ?? 'none'} in its field and ${contract.number ?? 'none'} as its number. Keep one and clear the other, so that a contract of its own is made.`;
}

function suitability(contract: Contract, month: Month): ContractDecision {
  if (!contract.isActive)
    return held(
      contract,
      'contract-inactive',
      `Contract ${contract.id} (${contract.name}) is inactive. Activate it, or clear its subscription id so that a new one is made.`,
    );
  const unsuitable = unsuitabilityOf(contract);
  if (unsuitable)
    return held(
      contract,
      'contract-unsuitable',
      `Contract ${contract.id} (${contract.name}) ${unsuitable}. Clear its subscription id so that a new one is made.`,
    );
  return { kind: contract.startDay > firstDay(month) ? 'later' : 'found', contract };
}

function unsuitabilityOf(contract: Contract): string | null {
  if (!contract.isRecurringService) return 'is not a recurring service contract';
  if (!contract.isMonthly) return 'is not in monthly periods';
  return contract.startDay.endsWith('-01') ? null : `starts on ${contract.startDay}, not on the first of a month`;
}

const held = (contract: Contract | null, reason: Reason, message: string): ContractDecision => ({
  kind: 'held',
  contract,
  reason,
  message,
});
const ids = (contracts: Contract[]): string => contracts.map(({ id }) => id).join(' and ');

/** Whether rule 6.1 would bill on this contract: active, recurring, monthly, from a first on (rule 8.1 looks for ghosts on these alone). */
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

/** The step that creates the contract of an item, or corrects what is ours on an existing one; null when that is as it should be. */
export function upsertContractStep(
  item: Item,
  contractKey: string,
  companyId: number,
  contract: Contract | null,
  endDay: Day,
  month: Month,
  settings: Settings,
  isWritten: boolean,
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
