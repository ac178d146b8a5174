import type { LoggedDecision } from '../../../shared/decisions/decisions.js';
import type { Month } from '../../../shared/billing/types.js';
import { digestOf, momentOf, whoOf, whyOf } from '../../terminal/decisions.js';
import { renderExplanation, type Explained } from '../../explain/text.js';
import { amountText } from '../../../shared/billing/basics/decimal.js';
import { PLAIN } from '../../terminal/paper.js';
import { html, linesOf, type Html } from '../../documents/html.js';
import { customerLink } from '../../../shared/web-links.js';

/** The pages without buttons, and the log-in. */

export const loginPage = (csrf: string, problem: string | null, next: string): Html =>
  html` <h1>Log in</h1>
    ${problem !== null && html`<p class="alarm" role="alert">${problem}</p>`}
    <form method="post" action="/login" class="act">
      <input type="hidden" name="_csrf" value="${csrf}" /><input type="hidden" name="next" value="${next}" />
      <label>Name <input name="name" autocomplete="username" required maxlength="100" autofocus /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required maxlength="200" /></label>
      <button type="submit">Log in</button>
    </form>`;

export const decisionsPage = (month: Month, entries: LoggedDecision[], problem: string | null): Html => html`
  <h1>Decisions of ${month}</h1>
  ${problem !== null && html`<p class="alarm">${problem}</p>`}
  ${
    entries.length === 0
      ? html`<p>No decision is on record.</p>`
      : html`<div class="wide">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">When (UTC)</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Customer</th>
                <th scope="col" class="amount">Sales</th>
                <th scope="col">Reason</th>
                <th scope="col">Digest</th>
              </tr>
            </thead>
            <tbody>
              ${entries.map(
                (entry) =>
                  html`<tr>
                    <td data-title="When (UTC)">${momentOf(entry)}</td>
                    <td data-title="Who">${whoOf(entry)}</td>
                    <td data-title="What">${entry.action}</td>
                    <td data-title="Customer">
                      ${entry.organizationId !== null && html`<a href="${customerLink(month, entry.organizationId)}">${entry.organizationName ?? entry.organizationId}</a>`}
                    </td>
                    <td class="amount" data-title="Sales">
                      ${entry.amounts && amountText(entry.amounts.sales, entry.amounts.currency)}
                    </td>
                    <td data-title="Reason">${whyOf(entry)}</td>
                    <td data-title="Digest">${digestOf(entry)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`
  }
`;

export const explainPage = (month: Month, subscription: string, found: Explained[]): Html => html`
  <h1>${subscription}</h1>
  ${
    found.length === 0
      ? html`<p>${month} has nothing of this subscription.</p>`
      : found.map(
          (explained) =>
            html`<section>
              <h2><a href="${customerLink(month, explained.organizationId)}">${explained.organizationName}</a></h2>
              <pre tabindex="0">
${linesOf(
                  renderExplanation(explained, PLAIN)
                    .split('\n')
                    .map((line) => html`${line}`),
                )}</pre>
            </section>`,
        )
  }
`;

export const messagePage = (title: string, text: string): Html =>
  html`<h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">To the months</a></p>`;
