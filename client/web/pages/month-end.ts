import type { Amounts } from '../../../shared/billing/results/results.js';
import type { ChargedAmounts, ChargedShown } from '../../../shared/messages/month-end.js';
import { kindInWords } from '../../../shared/close/invoiced.js';
import type { InvoicedRecord } from '../../../shared/evidence/invoiced.js';
import { customerRows } from '../../../shared/report/customers.js';
import { certificateLink, monthEndLink, toDoLink } from '../../../shared/web-links.js';
import { html, type Html } from '../../documents/html.js';
import { chargedEquation, chargedParts } from '../../month-end/invoiced-text.js';
import type { Answered, ShownMonth } from '../source.js';
import { answeredPart } from './answered.js';
import { csrfField } from './layout.js';
import { amountCell } from './parts.js';

interface MonthEnd {
  shown: ShownMonth;
  close: Answered | null;
  invoiced: Answered | null;
  record: InvoicedRecord | null;
}

interface Deciding {
  csrf: string | null;
  mayApprove: boolean;
}

/** Close the month, and read what customers were charged: what stands, what came of the last time, and the buttons. */
export const monthEndPage = ({ shown, close, invoiced, record }: MonthEnd, viewer: Deciding): Html => html`
  <h1>The end of ${shown.result.month}</h1>
  ${closePart(shown, close, viewer)} ${chargedPart(shown.result.month, invoiced, record, viewer)}
`;

function closePart({ result, closed, outcomes }: ShownMonth, answered: Answered | null, { csrf, mayApprove }: Deciding): Html {
  const { month } = result;
  const waiting = outcomes.flatMap(customerRows).filter(({ waits }) => waits).length;
  return html`<section aria-labelledby="close">
    <h2 id="close">Close it</h2>
    <p>
      Separate code reads both sides again. If they agree to the cent, the month is certified, signed and numbered; nothing is
      certified while something is held or unknown. A closed month is written to only after a release.
    </p>
    ${closed.map(
      ({ number, closedAt, digest }) =>
        html`<p class="good">
          Closed on ${closedAt.slice(0, 10)} by certificate no. <a href="${certificateLink(month, number)}">${number}</a>, digest
          ${digest}.
        </p>`,
    )}
    ${waiting > 0 && html`<p class="alarm"><a href="${toDoLink(month)}">${waiting} ${waiting === 1 ? 'customer waits' : 'customers wait'} for a person</a></p>`}
    ${sums([result, ...result.otherCurrencies])} ${answeredPart(answered)}
    ${
      mayApprove &&
      html`<form method="post" action="${monthEndLink(month)}/close" class="act">
        ${csrfField(csrf)}<input type="hidden" name="digest" value="${result.digest}" />
        <fieldset>
          <legend>Close ${month} as it is shown</legend>
          <label>Reason <input name="reason" required maxlength="500" /></label>
          <button type="submit">Close the month</button>
          <p>
            <small>Report <span class="digest">${result.digest}</span></small>
          </p>
        </fieldset>
      </form>`
    }
  </section>`;
}

type Sums = { currency: string } & Record<'report' | 'posted' | 'held' | 'excluded', Amounts>;

const sums = (all: Sums[]): Html =>
  html`<table class="list">
    <thead>
      <tr>
        <th scope="col">Currency</th>
        <th scope="col" class="amount">Report</th>
        <th scope="col" class="amount">= posted</th>
        <th scope="col" class="amount">+ held</th>
        <th scope="col" class="amount">+ excluded</th>
      </tr>
    </thead>
    <tbody>
      ${all.map(
        ({ currency, report, posted, held, excluded }) =>
          html`<tr>
            <td data-title="Currency">${currency}</td>
            ${amountCell('Report', report.sales)}${amountCell('Posted', posted.sales)}
            ${amountCell('Held', held.sales)}${amountCell('Excluded', excluded.sales)}
          </tr>`,
      )}
    </tbody>
  </table>`;

function chargedPart(
  month: string,
  answered: Answered | null,
  record: InvoicedRecord | null,
  { csrf, mayApprove }: Deciding,
): Html {
  const shown = answered !== null && 'done' in answered ? answered.done.charged : undefined;
  return html`<section aria-labelledby="invoiced">
    <h2 id="invoiced">What customers were charged</h2>
    <p>
      Once somebody has approved and posted in Autotask, this compares its billing items and invoices with the report, to the
      cent. Nothing is written.
    </p>
    ${record !== null && html`<p>Last read on ${record.readAt.slice(0, 16).replace('T', ' ')} UTC.</p>`} ${answeredPart(answered)}
    ${shown && chargedTable(shown)}
    ${
      mayApprove &&
      html`<form method="post" action="${monthEndLink(month)}/invoiced" class="act">
        ${csrfField(csrf)}
        <button type="submit">Read what was charged</button>
      </form>`
    }
  </section>`;
}

function chargedTable({ customers, totals, differences }: ChargedShown): Html {
  const parts = chargedParts(customers);
  const row = (name: string, one: ChargedAmounts): Html =>
    html`<tr>
      <td data-title="Customer">${name}</td>
      <td data-title="Currency">${one.currency}</td>
      ${parts.map(({ part, title }) => amountCell(title, one[part]))}
    </tr>`;
  return html`<div class="wide" role="region" aria-label="Charged by customer" tabindex="0">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Customer</th>
            <th scope="col">Currency</th>
            ${parts.map(({ title }) => html`<th scope="col" class="amount">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${totals.map((total) => row('All', total))} ${customers.map((one) => row(one.organizationName, one))}
        </tbody>
      </table>
    </div>
    <p><small>${chargedEquation(parts).join('. ')}.</small></p>
    ${
      differences.length > 0 &&
      html`<h3>Differences</h3>
        <ul>
          ${differences.map(({ kind, message }) => html`<li>${kindInWords(kind)}: ${message}</li>`)}
        </ul>`
    }`;
}
