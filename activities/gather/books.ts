import { companyIdOf, type MonthFacts, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { chargeKeysOfItems } from '../../shared/billing/report/keyed-item.js';
import { contractKeyOf, itemHash, parseChargeKey } from '../../shared/billing/basics/keys.js';
import { indexNames, unsubscribedOf } from '../../shared/billing/report/named.js';
import { fold, groupBy, present } from '../../shared/billing/basics/text.js';
import { lastDay } from '../../shared/billing/basics/month.js';
import type { Books, Contract, Month, Settings, UnreadableRecord } from '../../shared/billing/types.js';
import type { OwnBooks, SharedBooks } from '../../shared/evidence/months.js';
import { PRODUCTS } from '../../shared/billing/basics/record-types.js';

/** Cutting the survey into what each organization's plan needs. */

export interface BooksIndex {
  byCompany: Map<number, Contract[]>;
  bySubscription: Map<string, Contract[]>;
  byNumber: Map<string, Contract[]>;
  byId: Map<number, Contract>;
  rowsOf: Map<number, Books['rows']>;
  chargesOf: Map<number, Books['charges']>;
  /** By the folded base of their key (rule 7.7), where it is one of ours. */
  chargesByKey: Map<string, Books['charges']>;
  detailed: Set<number>;
  books: Books;
}

export const indexBooks = (books: Books): BooksIndex => ({
  byCompany: groupBy(books.contracts, ({ companyId }) => companyId),
  bySubscription: groupBy(
    books.contracts.filter(({ subscriptionId }) => present(subscriptionId) !== null),
    ({ subscriptionId }) => fold(subscriptionId),
  ),
  byNumber: groupBy(
    books.contracts.filter(({ number }) => present(number) !== null),
    ({ number }) => fold(number),
  ),
  byId: new Map(books.contracts.map((contract) => [contract.id, contract])),
  rowsOf: groupBy(books.rows, ({ contractId }) => contractId),
  chargesOf: groupBy(books.charges, ({ contractId }) => contractId),
  chargesByKey: groupBy(
    books.charges.filter(({ key }) => parseChargeKey(key) !== null),
    ({ key }) => parseChargeKey(key)!.base,
  ),
  detailed: new Set(books.detailed),
  books,
});

export const sharedBooks = ({ internalCurrency, costRates, refusesFirstDay, services, products }: Books): SharedBooks => ({
  internalCurrency,
  ...(costRates === undefined ? {} : { costRates }),
  ...(refusesFirstDay === undefined ? {} : { refusesFirstDay }),
  services,
  products,
});

/**
 * An organization's own part: its company, that company's contracts of ours, and contracts elsewhere that carry one of its subscriptions, or carried it when
 * we billed on them (rule 6.1); and charges under the keys of its items, wherever somebody moved them (7.7).
 */
export function ownBooks(index: BooksIndex, month: MonthFacts, facts: OrganizationFacts, settings: Settings): OwnBooks {
  const { broker } = settings;
  const names = indexNames(month.named, broker);
  const companyId = companyIdOf(facts.organization.companyIdText ?? '');
  const own = companyId === undefined ? [] : (index.byCompany.get(companyId) ?? []);
  const elsewhere = [...contractKeys(facts, broker)].flatMap((key) => [
    ...(index.bySubscription.get(key) ?? []),
    ...(index.byNumber.get(key) ?? []),
    ...names.contractsOf(key).flatMap((id) => index.byId.get(id) ?? []),
  ]);
  const contracts = [...new Set([...own, ...elsewhere])].sort((left, right) => left.id - right.id);
  const part = booksOf(index, contracts);
  const keyed = chargeKeysOfItems({ facts: month, slice: facts, settings }).flatMap((key) => index.chargesByKey.get(key) ?? []);
  return {
    companies: index.books.companies.filter(({ id }) => id === companyId),
    ...part,
    charges: [...new Set([...part.charges, ...keyed])],
    ...concerning(index.books, facts, companyId ?? null, new Set(contracts.map(({ id }) => id))),
    ...elsewhereOf(index.books, companyId),
  };
}

/** What others bill at the organization's company, where that was looked at. */
function elsewhereOf({ elsewhere }: Books, companyId: number | undefined): Pick<Books, 'elsewhere'> {
  if (elsewhere === undefined || companyId === undefined || !elsewhere.companies.includes(companyId)) return {};
  return {
    elsewhere: {
      companies: [companyId],
      rows: elsewhere.rows.filter(({ contract }) => contract.companyId === companyId),
      unread: elsewhere.unread.filter((one) => one.companyId === null || one.companyId === companyId),
    },
  };
}

/** What the books hold of some contracts. */
export function booksOf(index: BooksIndex, contracts: Contract[]): Omit<OwnBooks, 'companies'> {
  return {
    contracts,
    rows: contracts.flatMap(({ id }) => index.rowsOf.get(id) ?? []),
    charges: contracts.flatMap(({ id }) => index.chargesOf.get(id) ?? []),
    detailed: contracts.filter(({ id }) => index.detailed.has(id)).map(({ id }) => id),
  };
}

/** What cannot be read or is gone, as far as the organization may need it; absent where nothing is. */
function concerning(
  { unreadable = [], gone = [] }: Books,
  facts: OrganizationFacts,
  companyId: number | null,
  contractIds: Set<number>,
): Pick<Books, 'unreadable' | 'gone'> {
  if (unreadable.length === 0 && gone.length === 0) return {};
  const keys = neededKeys(facts);
  const isNeeded = (finding: UnreadableRecord): boolean => {
    const mayBe = finding.keys === null || finding.keys.some((key) => isOfOurs(key) || keys.has(fold(key)));
    switch (finding.kind) {
      case 'company':
        return finding.id === null || finding.id === companyId;
      case 'contract':
        return mayBe || (finding.companyId !== null && finding.companyId === companyId);
      case 'row':
      case 'charge':
        return finding.contractId === null || contractIds.has(finding.contractId);
      default:
        return mayBe;
    }
  };
  return {
    unreadable: unreadable.filter(isNeeded),
    gone: gone.filter(({ key }) => isOfOurs(key) || keys.has(fold(key.split('|')[0]))),
  };
}

/** Keys that do not come from the report: of contracts without subscription, of what is shared, of charges. */
const isOfOurs = (key: string): boolean => /^(cm-|cloudmore:)/i.test(key);

/** Subscription ids, those of the accepted report too, item codes and names by which an organization's contracts, services and products are found. */
function neededKeys(facts: OrganizationFacts): Set<string> {
  const codes = facts.lines.flatMap(({ itemCode }) => (present(itemCode) === null ? [] : [fold(itemCode)]));
  const products = Object.values(PRODUCTS).flatMap(({ key, name }) => [fold(key), fold(name)]);
  const accepted = (facts.accepted?.items ?? []).map(({ contractKey }) => fold(contractKey));
  return new Set([...subscriptionKeys(facts), ...accepted, ...codes, ...products]);
}

/** Folded subscription ids an organization's lines and subscriptions name. */
export function subscriptionKeys({ lines, subscriptions }: OrganizationFacts): Set<string> {
  const named = [...lines.map(({ subscriptionId }) => subscriptionId), ...subscriptions.map(({ id }) => id)];
  return new Set(named.flatMap((id) => (present(id) === null ? [] : [fold(id)])));
}

/** The same, and the values that contracts of items without subscription id carry. */
export function contractKeys(facts: OrganizationFacts, broker: string): Set<string> {
  const unsubscribed = facts.lines.flatMap((line) => unsubscribedOf(line) ?? []);
  const hashes = unsubscribed.map((identity) => contractKeyOf(itemHash({ broker, subscriptionId: null, ...identity })));
  return new Set([...subscriptionKeys(facts), ...hashes]);
}

/** Whether a contract carries something paid once and reaches next month, so that next month's row matters (rule 7.6). */
export const paidOnceOn =
  (paidOnceKeys: Set<string>, month: Month) =>
  ({ subscriptionId, number, endDay }: Contract): boolean =>
    endDay > lastDay(month) && (paidOnceKeys.has(fold(subscriptionId)) || paidOnceKeys.has(fold(number)));
