import type { Against } from '../../../shared/report/against.js';
import type { Year } from '../../../shared/report/year.js';
import { html, linesOf, type Html } from '../../documents/html.js';
import { againstSections } from '../../report/against.js';
import { yearSections } from '../../report/year.js';

/** Months side by side: what moved between two, and a year. */

export const againstPage = (against: Against): Html => html`
  <h1>${against.month} against ${against.against}</h1>
  <p>Sales: before + new + gone + quantity + price = now.</p>
  ${linesOf(againstSections(against))}
`;

export const yearPage = (year: Year): Html => html`
  <h1>From ${year.months[0]} to ${year.months.at(-1)}</h1>
  <div class="wide" role="region" aria-label="Months and customers" tabindex="0">${linesOf(yearSections(year))}</div>
`;
