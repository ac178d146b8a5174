import { big, billable, grouped, isZero } from '../basics/decimal.js';
import { companyDoubt } from './doubt.js';
import { companyIdOf, type MonthFacts } from '../report/facts.js';
import { present, same } from '../basics/text.js';
import type { Reason } from '../plan-types.js';
import type { Books, Company, Decimal, Organization, Settings } from '../types.js';

/** Rule 3: the Autotask company of an organization, or why none can be billed. */
export type CompanyDecision =
  | { company: Company; currency: string; internalCurrency: string; costs: CostTerms | null }
  | { company: null; companyId: number | null; outcome: 'held' | 'excluded'; reason: Reason; message: string };

export function decideCompany(organization: Organization, facts: MonthFacts, books: Books, settings: Settings): CompanyDecision {
  const unknown = unknownCompany(organization);
  if (unknown !== null) return unknown;
  const text = present(organization.companyIdText);
  if (text === null) return missingCompany(organization);
  const id = companyIdOf(text);
  if (id === undefined)
    return refuse(
      null,
      'held',
      'company-id-invalid',
      `The Autotask company id "${text}" of ${organization.name} is not a number. Correct it in Cloudmore.`,
    );
  if (facts.sharedCompanyIds.includes(id) && !settings.allowSharedCompanies.includes(id))
    return refuse(
      id,
      'held',
      'company-id-shared',
      `Several active organizations name company ${id}. Correct it in Cloudmore, or allow it in ALLOW_SHARED_COMPANIES.`,
    );
  const company = books.companies.find((candidate) => candidate.id === id);
  const doubt = company ? null : companyDoubt(books, id);
  if (doubt) return refuse(id, 'held', doubt.reason, doubt.message);
  if (!company)
    return refuse(
      id,
      'held',
      'company-not-found',
      `Autotask has no company ${id}. Correct the id of ${organization.name} in Cloudmore.`,
    );
  if (!company.isActive)
    return refuse(
      id,
      'held',
      'company-inactive',
      `Company ${id} (${company.name}) is inactive in Autotask. Activate it or correct the id in Cloudmore.`,
    );
  const internalCurrency = books.internalCurrency.toUpperCase();
  const currency = (company.currency ?? internalCurrency).toUpperCase();
  return { company, currency, internalCurrency, costs: costTerms(currency, internalCurrency, books, settings) };
}

/** Rule 3.4: that the company cannot be read is never the broker's way to say "do not export". */
export const unknownCompany = ({ unreadable, unlisted }: Organization): CompanyDecision | null =>
  unreadable === undefined ? null : refuse(null, 'held', unlisted ? 'organization-unknown' : 'unreadable', unreadable);

/** Rule 3.1: the broker's way to say "do not export". */
export const missingCompany = (organization: Organization): CompanyDecision =>
  refuse(
    null,
    'excluded',
    'company-id-missing',
    `${organization.name} has no Autotask company id in Cloudmore and is not exported.`,
  );

const refuse = (companyId: number | null, outcome: 'held' | 'excluded', reason: Reason, message: string): CompanyDecision => ({
  company: null,
  companyId,
  outcome,
  reason,
  message,
});

/** Rule 3.3: amounts are never converted, so line and company must agree on the currency. */
export function currencyMismatch(itemCurrency: string, companyCurrency: string): string | null {
  if (same(itemCurrency, companyCurrency)) return null;
  return `The report is in ${itemCurrency}, the company is billed in ${companyCurrency}. Amounts are never converted: change the currency on one side.`;
}

/** What a cost in the company's currency is multiplied with to be one in which Autotask has costs; `as-reported`: nothing is converted. */
export type CostTerms = { from: string; currency: string; rate: Decimal } | 'as-reported';

/** Rule 3.5: Autotask has costs in the tenant's internal currency, whatever the company is billed in; null where the month's rate is not known. */
function costTerms(currency: string, internalCurrency: string, { costRates }: Books, settings: Settings): CostTerms | null {
  if (settings.foreignCost !== 'convert' || same(currency, internalCurrency)) return 'as-reported';
  const rate = costRates?.[currency];
  return rate === undefined ? null : { from: currency, currency: internalCurrency, rate };
}

/** What an exact cost is booked as, rounded once; null where that is the report's own. */
export function bookedOf(
  { exactCost, currency: from }: { exactCost: Decimal; currency: string },
  costs: CostTerms | null,
): { cost: Decimal; currency: string; rate: Decimal } | null {
  if (costs === null || costs === 'as-reported' || !same(from, costs.from)) return null;
  const { currency, rate } = costs;
  return { cost: billable(big(exactCost).times(rate), currency), currency, rate };
}

/** Why an item's cost cannot be booked (rule 3.5). */
export function foreignCost(
  { cost, currency }: { cost: Decimal; currency: string },
  { internalCurrency, costs }: { internalCurrency: string; costs: CostTerms | null },
  settings: Settings,
): string | null {
  if (same(currency, internalCurrency) || isZero(big(cost))) return null;
  const what = `The cost of ${grouped(cost)} is in ${currency}, but Autotask keeps costs in ${internalCurrency}, whatever currency the company is billed in.`;
  if (settings.foreignCost === 'hold') return `${what} It is not converted: FOREIGN_COST holds lines whose cost would be wrong.`;
  return costs === null
    ? `${what} FOREIGN_COST converts it, but Autotask's Currencies has no readable rate for ${currency}.`
    : null;
}
