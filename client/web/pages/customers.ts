import type { Month } from '../../../shared/billing/types.js';
import { customerLink } from '../../../shared/web-links.js';
import { statusInWords } from '../../../shared/billing/results/status.js';
import type { CustomerRow } from '../../../shared/report/customers.js';
import { SORTS, type Choice } from '../customers.js';
import { html, type Html } from '../../documents/html.js';
import { amountCell, marginCell, signed } from './parts.js';
import { csrfField } from './layout.js';

/** The to-do: one row a customer, the largest difference first; several can be chosen and released together. */
export function customersPage(
  month: Month,
  choice: Choice,
  { rows, all, pages }: { rows: CustomerRow[]; all: number; pages: number },
  { csrf, mayApprove }: { csrf: string | null; mayApprove: boolean },
): Html {
  return html`
    <h1>${choice.show === 'waiting' ? 'What waits' : 'Customers'} in ${month}</h1>
    ${filter(month, choice)}
    <p>
      ${all === 0 ? 'Nobody.' : `${all} ${all === 1 ? 'customer' : 'customers'}${pages > 1 ? `, page ${choice.page} of ${pages}` : ''}.`}
    </p>
    ${
      rows.length > 0 &&
      html`<form method="post" action="/months/${month}/release">
        ${csrfField(csrf)}
        <div class="wide">
          <table class="list">
            <caption class="unseen">
              Customers of ${month}
            </caption>
            <thead>
              <tr>
                ${mayApprove && html`<th scope="col">Choose</th>`}
                <th scope="col">Customer</th>
                <th scope="col">What waits</th>
                <th scope="col" class="amount">In Autotask</th>
                <th scope="col" class="amount">By the report</th>
                <th scope="col" class="amount">Difference</th>
                <th scope="col" class="amount">Margin before</th>
                <th scope="col" class="amount">Margin after</th>
                <th scope="col">Since</th>
              </tr>
            </thead>
            <tbody>
              ${rows.map((row) => rowOf(month, row, mayApprove))}
            </tbody>
          </table>
        </div>
        ${
          mayApprove &&
          html`<fieldset>
            <legend>Release what is chosen, exactly as shown</legend>
            <label>Reason <input name="reason" required maxlength="500" /></label>
            <button type="submit">Release</button>
          </fieldset>`
        }
      </form>`
    }
    ${pageLinks(month, choice, pages)}
  `;
}

const rowOf = (month: Month, row: CustomerRow, mayApprove: boolean): Html =>
  html`<tr>
    ${mayApprove && html`<td data-title="Choose">${row.isReleasable && html`<input type="checkbox" name="plan" value="${`${row.planDigest}:${row.organizationId}`}" aria-label="${`Choose ${row.name}`}" />`}</td>`}
    <td data-title="Customer"><a href="${customerLink(month, row.organizationId)}">${row.name}</a></td>
    <td data-title="What waits">${row.waits ? row.reasons.join('; ') : statusInWords(row.status)}</td>
    ${amountCell('In Autotask', row.before.sales)}${amountCell('By the report', row.after.sales)}
    <td class="amount" data-title="Difference">${signed(row.difference)} ${row.currency}</td>
    ${marginCell('Margin before', row.marginBefore)}${marginCell('Margin after', row.marginAfter)}
    <td data-title="Since">${row.since}</td>
  </tr>`;

const filter = (month: Month, { find, show, sort }: Choice): Html =>
  html` <form method="get" action="/months/${month}/customers" class="filter" role="search">
    <label>Find <input type="search" name="find" value="${find}" maxlength="200" /></label>
    <label
      >Show
      <select name="show">
        ${(['waiting', 'all'] as const).map((value) => option(value, show, value === 'waiting' ? 'what waits' : 'all customers'))}
      </select></label
    >
    <label
      >Order
      <select name="sort">
        ${SORTS.map((value) => option(value, sort, `by ${value}`))}
      </select></label
    >
    <button type="submit">Show</button>
  </form>`;

const option = (value: string, chosen: string, text: string): Html =>
  html`<option value="${value}" ${value === chosen && html` selected`}>${text}</option>`;

function pageLinks(month: Month, { find, show, sort }: Choice, pages: number): Html {
  if (pages === 1) return html``;
  const link = (page: number): Html =>
    html`<li>
      <a href="/months/${month}/customers?${new URLSearchParams({ find, show, sort, page: String(page) }).toString()}">${page}</a>
    </li>`;
  return html`<nav aria-label="Pages">
    <ul class="pages">
      ${Array.from({ length: pages }, (_, index) => link(index + 1))}
    </ul>
  </nav>`;
}
