import type { Outcome } from '../../../shared/billing/results/results.js';
import type { UndoLine, UndoPlan } from '../../../shared/billing/plan/undo.js';
import { customerLink, undoLink } from '../../../shared/web-links.js';
import { html, type Html } from '../../documents/html.js';
import { sumText } from '../ask.js';
import type { Answered } from '../source.js';
import { answeredPart } from './answered.js';
import { csrfField } from './layout.js';
import { amountCell } from './parts.js';

/** A customer's month taken back: what stands, what stood before it, the steps, and what is posted and stays. */
export function undoPage(
  { outcome: { month, organizationId, organizationName }, answered }: { outcome: Outcome; answered: Answered | null },
  { csrf, mayApprove }: { csrf: string | null; mayApprove: boolean },
): Html {
  const undo = answered !== null && 'done' in answered ? answered.done.undo : undefined;
  const link = undoLink(month, organizationId);
  return html`
    <h1>Take ${month} back</h1>
    <p>
      <a href="${customerLink(month, organizationId)}">${organizationName}</a>: back to the state before the month, except what is
      posted. Looking writes nothing; only <em>Plan it again</em> bills the customer again.
    </p>
    ${answeredPart(answered)} ${undo && shownWay(undo)}
    ${
      mayApprove &&
      html`<form method="post" action="${link}/look" class="act">
        ${csrfField(csrf)}
        <button type="submit" class="${undo === undefined ? '' : 'quiet'}">Show what would go back</button>
      </form>`
    }
    ${mayApprove && undo && undo.held === null && undo.steps.length > 0 && release(undo, link, csrf)}
  `;
}

const shownWay = ({ lines, steps }: UndoPlan): Html => html`
  <div class="wide">
    <table class="list">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Contract</th>
          <th scope="col" class="amount">Stands</th>
          <th scope="col" class="amount">Goes back to</th>
          <th scope="col">Remark</th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(lineRow)}
      </tbody>
    </table>
  </div>
  ${
    steps.length > 0 &&
    html`<ul>
      ${steps.map(({ summary }) => html`<li>${summary}</li>`)}
    </ul>`
  }
`;

const lineRow = ({ name, contractId, now, before, outcome, currency, message }: UndoLine): Html =>
  html`<tr>
    <td data-title="What">${name}<br /><small>${currency}</small></td>
    <td data-title="Contract">${contractId}</td>
    ${amountCell('Stands', now.sales)}
    ${outcome === 'held' ? html`<td class="amount" data-title="Goes back to">stays</td>` : amountCell('Goes back to', before.sales)}
    <td data-title="Remark">${message ?? ''}</td>
  </tr>`;

const release = (undo: UndoPlan, link: string, csrf: string | null): Html =>
  html`<form method="post" action="${link}" class="act">
    ${csrfField(csrf)}<input type="hidden" name="digest" value="${undo.digest}" />
    <fieldset>
      <legend>Take it back, exactly as shown</legend>
      <label>Reason <input name="reason" required maxlength="500" /></label>
      <label>Type the sum, ${sumText(undo)} <input name="sum" required maxlength="100" autocomplete="off" /></label>
      <button type="submit">Take it back</button>
      <p>
        <small>Undo <span class="digest">${undo.digest}</span></small>
      </p>
    </fieldset>
  </form>`;
