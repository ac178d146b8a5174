import { isAwaited } from '../../../shared/billing/plan/breakers.js';
import { amountText, big, grouped, unitPriceText } from '../../../shared/billing/basics/decimal.js';
import { invoiceLines } from '../../../shared/billing/results/invoice.js';
import type { Outcome } from '../../../shared/billing/results/results.js';
import type { PlannedItem } from '../../../shared/billing/plan-types.js';
import { sharedEnd } from '../../../shared/billing/results/causes.js';
import { statusInWords } from '../../../shared/billing/results/status.js';
import { marginOf } from '../../../shared/report/margin.js';
import { customerRows, isReleasable, meaningOf } from '../../../shared/report/customers.js';
import { companyInAutotask, contractInAutotask } from '../../../shared/autotask-ui.js';
import { html, type Html } from '../../documents/html.js';
import { customerLink, explainLink, undoLink } from '../../../shared/web-links.js';
import type { ShownCustomer } from '../source.js';
import { csrfField } from './layout.js';
import { amountCell, marginCell, signed } from './parts.js';

/** A customer's month: what waits and why, each amount from what stands to what the report says, and the buttons. */
export function customerPage(
  { outcome, workflow, history, autotaskUrl }: ShownCustomer,
  { csrf, mayApprove }: { csrf: string | null; mayApprove: boolean },
): Html {
  const { month } = outcome;
  const rows = customerRows(outcome);
  return html`
    <h1>${outcome.organizationName}</h1>
    <p>
      ${month},
      ${statusInWords(outcome.status)}${outcome.companyId !== null && html`, ${companyOf(outcome.companyId, autotaskUrl)}`}${outcome.waitsSince ? `, waits since ${outcome.waitsSince}` : ''}.
    </p>
    ${outcome.message !== null && html`<p class="${rows.some(({ waits }) => waits) ? 'alarm' : ''}">${outcome.message}</p>`}
    ${rows.map(
      (row) =>
        html`<p>
          In Autotask ${grouped(row.before.sales)}, by the report ${amountText(row.after.sales, row.currency)}:
          ${signed(row.difference)}. Margin ${grouped(row.marginAfter.amount)}
          ${row.currency}${row.marginAfter.share !== null && ` (${row.marginAfter.share} %)`}, before
          ${grouped(row.marginBefore.amount)}.
        </p>`,
    )}
    ${mayApprove && buttons(outcome, csrf)} ${items(outcome, autotaskUrl)} ${invoice(outcome)} ${ghosts(outcome)}
    ${notes(outcome)} ${past(outcome, history)}
    ${outcome.companyId !== null && html`<p><a href="${undoLink(month, outcome.organizationId)}">Take this month back</a></p>`}
    ${workflow !== null && html`<p><a href="${workflow}" rel="noreferrer">Its workflow in the Temporal Web UI</a></p>`}
  `;
}

/** They act on exactly the plan that this page shows. */
function buttons({ month, organizationId, planDigest, items: all, status }: Outcome, csrf: string | null): Html {
  const canRelease = all.some(({ reason }) => isReleasable(reason));
  return html`<form method="post" action="${customerLink(month, organizationId)}/act" class="act">
    ${csrfField(csrf)}
    <input type="hidden" name="digest" value="${planDigest}" />
    <fieldset>
      <legend>Decide</legend>
      <label>Reason <input name="reason" required maxlength="500" /></label>
      ${canRelease && html`<button type="submit" name="action" value="approve">Release exactly this plan</button>`}
      <button type="submit" name="action" value="rerun">Plan it again</button>
      ${status !== 'Skipped' && html`<button type="submit" name="action" value="skip">Leave it out this month</button>`}
      <p>
        <small>Plan <span class="digest">${planDigest}</span></small>
      </p>
    </fieldset>
  </form>`;
}

function companyOf(companyId: number, autotaskUrl: string | null): Html {
  const name = `Autotask company ${companyId}`;
  return autotaskUrl === null
    ? html`${name}`
    : html`<a href="${companyInAutotask(autotaskUrl, companyId)}" rel="noreferrer">${name}</a>`;
}

/** The contract of an item, where there is one and somebody said where Autotask is. */
const contractOf = (contractId: number | null, autotaskUrl: string | null): Html | false =>
  contractId !== null &&
  autotaskUrl !== null &&
  html`<br /><a href="${contractInAutotask(autotaskUrl, contractId)}" rel="noreferrer">Contract ${contractId}</a>`;

function items({ items: all, month }: Outcome, autotaskUrl: string | null): Html {
  if (all.length === 0) return html``;
  const { shared, items } = closedShared(all);
  return html`<section>
    <h2>By the report</h2>
    ${shared !== '' && html`<p>${shared}</p>`}
    <div class="wide">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">State</th>
            <th scope="col" class="amount">Quantity</th>
            <th scope="col" class="amount">In Autotask</th>
            <th scope="col" class="amount">Sales</th>
            <th scope="col" class="amount">Cost</th>
            <th scope="col" class="amount">Margin</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          ${[...items].sort(byWeight).map((item) => itemRow(item, month, autotaskUrl))}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** What all that is held by a closed month have in common is said once, above them. */
function closedShared(all: PlannedItem[]): { shared: string; items: PlannedItem[] } {
  const isClosed = ({ reason, message }: PlannedItem): boolean => reason === 'month-closed' && message !== null;
  const closed = all.filter(isClosed);
  if (closed.length < 2) return { shared: '', items: all };
  const { own, shared } = sharedEnd(closed.map(({ message }) => message!));
  return { shared, items: all.map((item) => (isClosed(item) ? { ...item, message: own[closed.indexOf(item)]! } : item)) };
}

/** What is held first, then by amount. */
const byWeight = (left: PlannedItem, right: PlannedItem): number =>
  Number(right.outcome === 'held') - Number(left.outcome === 'held') || big(right.sales).abs().cmp(big(left.sales).abs());

const itemRow = (item: PlannedItem, month: string, autotaskUrl: string | null): Html =>
  html`<tr>
    <td data-title="What">
      ${item.productName}<br /><small>${item.contractKey}</small>${contractOf(item.contractId, autotaskUrl)}
    </td>
    <td data-title="State">${item.outcome}${item.reason !== null && html`<br /><small>${meaningOf(item.reason)}</small>`}</td>
    <td class="amount" data-title="Quantity">${item.quantity}</td>
    <td class="amount" data-title="In Autotask">${item.standing ? grouped(item.standing.before.sales) : ''}</td>
    ${amountCell('Sales', item.sales)}${amountCell('Cost', item.cost)} ${marginCell('Margin', marginOf(item, item.currency))}
    <td data-title="Why">${whyOf(item)} <a href="${explainLink(month, item.contractKey)}">Explain</a></td>
  </tr>`;

/** What waits for nothing but a release is right by itself: why the amount is what it is says more than that it waits, which its state says. */
const whyOf = ({ reason, message, because }: PlannedItem): string =>
  (isAwaited(reason) ? null : message) ?? because.findLast(({ text }) => text !== message)?.text ?? message ?? '';

function invoice(outcome: Outcome): Html {
  const lines = invoiceLines({ ...outcome, digest: outcome.planDigest, needs: [] });
  if (lines.length === 0) return html``;
  return html`<section>
    <h2>On the invoice</h2>
    <div class="wide">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Line</th>
            <th scope="col">Change</th>
            <th scope="col" class="amount">Quantity</th>
            <th scope="col" class="amount">Unit price</th>
            <th scope="col" class="amount">Amount</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map(
            (line) =>
              html`<tr>
                <td data-title="Line">${line.text}</td>
                <td data-title="Change">${line.isGhost ? 'no line in the report' : line.change}</td>
                <td class="amount" data-title="Quantity">${grouped(line.quantity)}</td>

                <td class="amount" data-title="Unit price">${unitPriceText(line.unitPrice, line.currency)}</td>
                ${amountCell('Amount', line.amount)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

const ghosts = ({ ghosts: all }: Outcome): Html =>
  all.filter(({ outcome }) => outcome === 'ghost').length === 0
    ? html``
    : html`<section>
        <h2>Without a line in the report</h2>
        <ul>
          ${all
            .filter(({ outcome }) => outcome === 'ghost')
            .map(({ sales, currency, message }) => html`<li>${amountText(sales, currency)}: ${message}</li>`)}
        </ul>
      </section>`;

const notes = ({ notes: all }: Outcome): Html =>
  all.length === 0
    ? html``
    : html`<section>
        <h2>Notes</h2>
        <ul>
          ${all.map(({ message }) => html`<li>${message}</li>`)}
        </ul>
      </section>`;

const past = ({ organizationId }: Outcome, history: ShownCustomer['history']): Html =>
  history.length === 0
    ? html``
    : html`<section>
        <h2>Other months</h2>
        <table class="sums">
          <thead>
            <tr>
              <th scope="col">Month</th>
              <th scope="col">State</th>
              <th scope="col" class="amount">Sales</th>
              <th scope="col" class="amount">Margin</th>
            </tr>
          </thead>
          <tbody>
            ${history.flatMap(({ month, outcome }) =>
              customerRows(outcome).map(
                (row) =>
                  html`<tr>
                    <td data-title="Month"><a href="${customerLink(month, organizationId)}">${month}</a></td>
                    <td data-title="State">${statusInWords(outcome.status)}</td>
                    ${amountCell('Sales', row.after.sales)}${marginCell('Margin', row.marginAfter)}
                  </tr>`,
              ),
            )}
          </tbody>
        </table>
      </section>`;
