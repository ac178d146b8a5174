import type { Amounts } from '../../../shared/billing/results/results.js';
import { grouped } from '../../../shared/billing/basics/decimal.js';
import { previousMonth } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import {
  COULD_NOT_BE_READ,
  unreadRest,
  unreadSummary,
  unreadText,
  type UnreadList,
} from '../../../shared/billing/results/unread.js';
import { isNothing } from '../../../shared/close/exact.js';
import { marginOf } from '../../../shared/report/margin.js';
import { customerRows } from '../../../shared/report/customers.js';
import { certificateLink } from '../../../shared/web-links.js';
import { html, type Html } from '../../documents/html.js';
import type { ShownMonth } from '../source.js';
import { amount, amountCell } from './parts.js';

/** A month at a glance: does it add up, what waits, what can be taken away. */
export function monthPage({ result, heldMonth, nothingDue, outcomes, progress, closed }: ShownMonth): Html {
  const waiting = outcomes.flatMap(customerRows).filter(({ waits }) => waits);
  const { month, currency } = result;
  const certificate = closed.at(-1);
  const margin = marginOf(result.report, currency);
  return html`
    <h1>${month}</h1>
    <p>As of ${result.asOf}, mode ${result.mode}.</p>
    ${certificate && html`<p>Closed on ${certificate.closedAt.slice(0, 10)} by certificate no. <a href="${certificateLink(month, certificate.number)}">${certificate.number}</a>, digest ${certificate.digest}.</p>`}
    ${progress !== null && html`<p role="status">${progress}</p>`}
    ${heldMonth !== null && html`<p class="alarm">${heldMonth}</p>`} ${nothingDue.map((text) => html`<p>${text}</p>`)}
    ${
      waiting.length === 0
        ? html`<p class="good">Nothing waits for a person.</p>`
        : html`<p class="alarm">
            <a href="/months/${month}/customers"
              >${waiting.length} ${waiting.length === 1 ? 'customer waits' : 'customers wait'} for a person</a
            >
          </p>`
    }
    ${sums(`The report in ${currency}`, [
      ['Report', result.report],
      ['= posted', result.posted],
      ['+ held', result.held],
      ['+ excluded', result.excluded],
    ])}
    <p>
      Margin of the report: ${amount(margin.amount, currency)}${margin.share !== null && html` (${margin.share} %)`}.
      ${!(isNothing(result.rounding.sales) && isNothing(result.rounding.cost)) && `Rounding ${grouped(result.rounding.sales)} sales, ${grouped(result.rounding.cost)} cost.`}
    </p>
    ${sums(
      'Outside the report',
      (
        [
          ['Unassigned', result.unassigned],
          ['Awaiting report', result.awaiting],
          ['Without a line in the report (ghosts)', result.ghosts],
        ] as [string, Amounts][]
      ).filter(([, { lines }]) => lines > 0),
    )}
    ${result.unread !== undefined && unread(result.unread)}
    ${result.otherCurrencies.map(({ currency: other, report, posted, held, excluded }) =>
      sums(`The report in ${other}`, [
        ['Report', report],
        ['= posted', posted],
        ['+ held', held],
        ['+ excluded', excluded],
      ]),
    )}
    ${elsewhere(month)}
  `;
}

/** Other months, and the report as a file. */
const elsewhere = (month: Month): Html => html`
  <section aria-labelledby="compared">
    <h2 id="compared">Compared with other months</h2>
    <ul>
      <li><a href="/months/${month}/against/${previousMonth(month)}">What has changed since ${previousMonth(month)}</a></li>
      <li><a href="/months/${month}/year">The year up to ${month}</a></li>
    </ul>
  </section>
  <section aria-labelledby="downloads">
    <h2 id="downloads">Downloads</h2>
    <ul>
      ${DOWNLOADS.map(([format, title]) => html`<li><a href="/months/${month}/report.${format}">${title}</a></li>`)}
    </ul>
  </section>
`;

const DOWNLOADS = [
  ['html', 'Report to read and print'],
  ['xlsx', 'Workbook (Excel)'],
  ['csv', 'Table (CSV)'],
  ['json', 'Data (JSON)'],
] as const;

const unread = (list: UnreadList): Html =>
  html`<section aria-labelledby="unread">
    <h2 id="unread">${COULD_NOT_BE_READ}</h2>
    <p>${unreadSummary(list)}.</p>
    <ul>
      ${[...list.listed.map(unreadText), ...unreadRest(list)].map((text) => html`<li>${text}</li>`)}
    </ul>
  </section>`;

function sums(title: string, rows: [string, Amounts][]): Html {
  if (rows.length === 0) return html``;
  return html`<section>
    <h2>${title}</h2>
    <table class="sums">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col" class="amount">Lines</th>
          <th scope="col" class="amount">Sales</th>
          <th scope="col" class="amount">Cost</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, { lines, sales, cost }]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="amount">${lines}</td>
              ${amountCell('Sales', sales)}${amountCell('Cost', cost)}
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

/** All months there are, the latest first. */
export const monthsPage = (months: Month[]): Html => html`
  <h1>Months</h1>
  ${
    months.length === 0
      ? html`<p>No month has been billed yet.</p>`
      : html`<ul>
          ${months.map((month) => html`<li><a href="/months/${month}">${month}</a></li>`)}
        </ul>`
  }
`;
