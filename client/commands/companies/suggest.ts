import { companyIdOf } from '../../../shared/billing/report/facts.js';
import { bareName, likeness } from '../../../shared/likeness.js';
import { byText } from '../../../shared/billing/basics/text.js';
import type { Company, Organization } from '../../../shared/billing/types.js';

/** Which Autotask company an organization of Cloudmore is likely to be, by its name: a suggestion with its certainty, never a decision. */
export interface Suggestion {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  companyName: string;
  /** Similarity of the names, 0 to 100. */
  certainty: number;
  verdict: 'certain' | 'likely' | 'unsure' | 'none';
}

const CERTAIN = 95;
const LIKELY = 80;
const WORTH_SHOWING = 60;
/** A second company this close makes the best one unsure: "Munson Foods" and "Munson Foods North". */
const LEAD = 5;

/** Suggests a company for every active organization without one. Companies that another organization has are not candidates. */
export function suggest(organizations: Organization[], companies: Company[]): Suggestion[] {
  const taken = new Set(organizations.flatMap(({ companyIdText }) => companyIdOf(companyIdText ?? '') ?? []));
  const free = companies
    .filter(({ id, isActive }) => isActive && !taken.has(id))
    .map((company) => ({ company, bare: bareName(company.name) }));
  return organizations
    .filter(({ isActive, companyIdText }) => isActive && companyIdOf(companyIdText ?? '') === undefined)
    .map((organization) => suggestFor(organization, free))
    .sort((left, right) => right.certainty - left.certainty || byText(left.organizationName, right.organizationName));
}

function suggestFor({ id, name }: Organization, free: { company: Company; bare: string }[]): Suggestion {
  const bare = bareName(name);
  const scored = free
    .map(({ company, bare: other }) => ({ company, certainty: likeness(bare, other) }))
    .sort((left, right) => right.certainty - left.certainty || left.company.id - right.company.id);
  const [best, second] = scored;
  const whose = { organizationId: id, organizationName: name };
  if (!best || best.certainty < WORTH_SHOWING)
    return { ...whose, companyId: null, companyName: '', certainty: 0, verdict: 'none' };
  const isAhead = best.certainty - (second?.certainty ?? 0) >= LEAD;
  const verdict = !isAhead ? 'unsure' : best.certainty >= CERTAIN ? 'certain' : best.certainty >= LIKELY ? 'likely' : 'unsure';
  return { ...whose, companyId: best.company.id, companyName: best.company.name, certainty: best.certainty, verdict };
}
