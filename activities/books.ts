import { companyIdOf, type OrganizationFacts } from '../shared/billing/facts.js';
import { fold, groupBy, present } from '../shared/billing/text.js';
import { lastDay } from '../shared/billing/month.js';
import type { Books, Contract, Month } from '../shared/billing/types.js';
import type { OwnBooks, SharedBooks } from '../shared/evidence/months.js';

/** Cutting the survey into what each organization's plan needs. */

export interface BooksIndex {
  byCompany: Map<number, Contract[]>;
  bySubscription: Map<string, Contract[]>;
  rowsOf: Map<number, Books['rows']>;
  chargesOf: Map<number, Books['charges']>;
  detailed: Set<number>;
  books: Books;
}

export const indexBooks = (books: Books): BooksIndex => ({
  byCompany: groupBy(books.contracts, ({ companyId }) => companyId),
  bySubscription: groupBy(
    books.contracts.filter(({ subscriptionId }) => present(subscriptionId) !== null),
    ({ subscriptionId }) => fold(subscriptionId),
  ),
  rowsOf: groupBy(books.rows, ({ contractId }) => contractId),
  chargesOf: groupBy(books.charges, ({ contractId }) => contractId),
  detailed: new Set(books.detailed),
  books,
});

export const sharedBooks = ({ internalCurrency, services, products }: Books): SharedBooks => ({
  internalCurrency,
  services,
  products,
});

/** An organization's own part: its company, that company's contracts of ours, and contracts elsewhere that carry one of its subscriptions (rule 6.1). */
export function ownBooks(index: BooksIndex, facts: OrganizationFacts): OwnBooks {
  const companyId = companyIdOf(facts.organization.companyIdText ?? '');
  const own = companyId === undefined ? [] : (index.byCompany.get(companyId) ?? []);
  const elsewhere = [...subscriptionKeys(facts)].flatMap((key) => index.bySubscription.get(key) ?? []);
  const contracts = [...new Set([...own, ...elsewhere])].sort((left, right) => left.id - right.id);
  return {
    companies: index.books.companies.filter(({ id }) => id === companyId),
    contracts,
    rows: contracts.flatMap(({ id }) => index.rowsOf.get(id) ?? []),
    charges: contracts.flatMap(({ id }) => index.chargesOf.get(id) ?? []),
    detailed: contracts.filter(({ id }) => index.detailed.has(id)).map(({ id }) => id),
  };
}

/** Folded subscription ids an organization's lines and subscriptions name. */
export function subscriptionKeys({ lines, subscriptions }: OrganizationFacts): Set<string> {
  const named = [...lines.map(({ subscriptionId }) => subscriptionId), ...subscriptions.map(({ id }) => id)];
  return new Set(named.flatMap((id) => (present(id) === null ? [] : [fold(id)])));
}

/** Whether a contract carries something paid once and reaches next month, so that next month's row matters (rule 7.6). */
export const paidOnceOn =
  (paidOnceKeys: Set<string>, month: Month) =>
  ({ subscriptionId, number, endDay }: Contract): boolean =>
    endDay > lastDay(month) && (paidOnceKeys.has(fold(subscriptionId)) || paidOnceKeys.has(fold(number)));
