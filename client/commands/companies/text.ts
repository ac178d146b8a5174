import { us } from '../../terminal/called.js';
import type { Suggestion } from './suggest.js';
import type { Paper } from '../../terminal/paper.js';
import { onTerminal } from '../../terminal/printable.js';
import { wrap } from '../../terminal/paper.js';
import { table, type Column } from '../../terminal/table.js';

/** Autotask's companies and the suggestions for them, as people read them on a terminal. */

export interface LinkedCompany {
  id: number;
  name: string;
  /** Names of the organizations that name it. */
  linkedTo: string[];
}

const COMPANIES: Column[] = [{ title: 'id', align: 'right' }, { title: 'company' }, { title: 'linked to' }];

export const renderCompanies = onTerminal(companiesText);

function companiesText(companies: LinkedCompany[], paper: Paper): string {
  const linked = companies.filter(({ linkedTo }) => linkedTo.length > 0).length;
  return [
    table(
      COMPANIES,
      companies.map(({ id, name, linkedTo }) => [String(id), name, linkedTo.join('; ')]),
      paper,
    ),
    '',
    wrap(`${companies.length} active companies, ${linked} linked. As CSV for Cloudmore's bulk import:`, paper),
    `  ${us()} companies list --out FILE`,
  ].join('\n');
}

const SUGGESTIONS: Column[] = [
  { title: 'certainty', align: 'right' },
  { title: '' },
  { title: 'organization' },
  { title: 'company' },
];

/** Names are what is compared here, so none is cut: where the two do not fit side by side they stand below each other. */
export const renderSuggestions = onTerminal(suggestionsText);

function suggestionsText(suggestions: Suggestion[], paper: Paper): string {
  if (suggestions.length === 0) return 'Every active organization is linked.';
  const rows = suggestions.map(({ certainty, verdict, organizationName, companyId, companyName }) => ({
    certainty: verdict === 'none' ? '' : `${certainty} %`,
    verdict,
    organization: organizationName,
    company: companyId === null ? '' : `${companyId} ${companyName}`,
  }));
  const wide = table(
    SUGGESTIONS,
    rows.map(({ certainty, verdict, organization, company }) => [certainty, verdict, organization, company]),
  );
  const below = rows.map(({ certainty, verdict, organization, company }) =>
    [
      wrap(organization, paper, `${certainty.padStart(5)}  ${verdict.padEnd(7)}  `),
      ...(company === '' ? [] : [wrap(company, paper, BELOW, `${BELOW}  `)]),
    ].join('\n'),
  );
  const fits = wide.split('\n').every(({ length }) => length <= paper.columns);
  return `${fits ? wide : below.join('\n')}\n\n${next()}`;
}

const BELOW = `${' '.repeat(14)}→ `;
const next = (): string =>
  [
    'Link one with:',
    `  ${us()} companies link --organization NAME --company ID --write`,
    'Or keep them with --out FILE, check them, and:',
    `  ${us()} companies import FILE --write`,
  ].join('\n');
