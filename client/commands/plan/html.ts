import { reasonInWords } from '../../../shared/billing/results/advice.js';
import { amountText, grouped, money, sum, unitPriceText } from '../../../shared/billing/basics/decimal.js';
import { equationOf } from '../../terminal/equation.js';
import { invoiceLines, type InvoiceLine } from '../../../shared/billing/results/invoice.js';
import { groupBy } from '../../../shared/billing/basics/text.js';
import type { Plan, PlannedItem, Sides } from '../../../shared/billing/plan-types.js';
import type { Decimal } from '../../../shared/billing/types.js';
import { differences, NOT_WITHOUT_RELEASE, type ShownMonth, type ShownPlan } from '../../plan/text.js';
import { marginOf } from '../../../shared/report/margin.js';
import type { Html } from '../../documents/html.js';
import { html, linesOf } from '../../documents/html.js';
import { htmlFile } from '../../documents/html-file.js';

/** A plan as one HTML file that needs nothing else: per customer the lines that the invoice will read, and what is kept off it. */
export function renderPlanHtml({ plans, result, closed = null }: ShownMonth): string {
  const shown = plans.filter((plan) => plan.items.length > 0 || plan.ghosts.length > 0);
  return htmlFile(
    `Plan ${result.month}`,
    html`<h1>What invoices of ${result.month} will read</h1>
      <p>As of ${result.asOf}. Nothing was written. Report ${equationOf(result)}.</p>
      ${closed !== null && html`<p>${closed} ${NOT_WITHOUT_RELEASE}</p>`}
      <p class="key">
        <span class="new">new</span> <span class="changed">changed</span>
        <span class="ghost">without a line in the report</span>
      </p>
      ${linesOf(shown.map(customer))}`,
    MARKS,
  );
}

function customer(plan: ShownPlan): Html {
  const lines = invoiceLines(plan);
  return html`<section>
    <h2>${plan.organizationName}</h2>
    <p>
      ${plan.companyId === null ? 'No Autotask company' : `Autotask company ${plan.companyId}`}.
      ${differences(plan)
        .map((text) => `Sales ${text}.`)
        .join(' ')}
    </p>
    ${lines.length === 0 ? html`<p>Nothing on the invoice.</p>` : table(lines, plan.month)} ${keptOff(plan)} ${onRelease(plan)}
  </section>`;
}

function table(lines: InvoiceLine[], month: string): Html {
  return html`<table>
    <thead>
      <tr>
        <th>Invoice line</th>
        <th class="amount">Quantity</th>
        <th class="amount">Unit price</th>
        <th class="amount">In Autotask</th>
        <th class="amount">Amount</th>
        <th class="amount">Cost</th>
        <th class="amount">Margin</th>
      </tr>
    </thead>
    <tbody>
      ${linesOf(lines.map((line) => row(line, month)))}
    </tbody>
    <tfoot>
      ${totals(lines)}
    </tfoot>
  </table>`;
}

function row(line: InvoiceLine, month: string): Html {
  const kind = line.isGhost ? 'ghost' : line.change;
  const when = line.day.startsWith(month) ? '' : html` <small>on the invoice of ${line.day.slice(0, 7)}</small>`;
  return html`<tr class="${kind}">
    <td>${line.text}${when}</td>
    <td class="amount">${grouped(line.quantity)}</td>
    <td class="amount">${unitPriceText(line.unitPrice, line.currency)}</td>
    <td class="amount">${line.before === null ? '' : grouped(line.before)}</td>
    <td class="amount">${amountText(line.amount, line.currency)}</td>
    <td class="amount">${grouped(line.cost)}</td>
    <td class="amount">${marginCell({ sales: line.amount, cost: line.cost }, line.currency)}</td>
  </tr>`;
}

function marginCell(sides: Sides, currency: string): string {
  const { amount, share } = marginOf(sides, currency);
  return `${grouped(amount)}${share === null ? '' : ` (${share} %)`}`;
}

const totals = (lines: InvoiceLine[]): Html[] =>
  [...groupBy(lines, ({ currency }) => currency)].map(([currency, group]) => {
    const total = (side: (line: InvoiceLine) => Decimal): Decimal => money(sum(group.map(side)), currency);
    const [sales, cost] = [total(({ amount }) => amount), total((line) => line.cost)];
    return html`<tr>
      <th>Sum</th>
      <td></td>
      <td></td>
      <th class="amount">${grouped(total(({ before }) => before ?? '0'))}</th>
      <th class="amount">${amountText(sales, currency)}</th>
      <th class="amount">${grouped(cost)}</th>
      <th class="amount">${marginCell({ sales, cost }, currency)}</th>
    </tr>`;
  });

/** What the report charges and the invoice will not: held, or left out on purpose. */
function keptOff({ items }: Plan): Html | string {
  const off = items.filter(({ outcome }) => outcome !== 'posted');
  if (off.length === 0) return '';
  const line = ({ productName, sales, currency, outcome, reason, message }: PlannedItem): Html =>
    html`<li>
      <strong>${productName}</strong> ${amountText(sales, currency)}, ${outcome} (${reasonInWords(reason ?? '')}):
      ${message ?? ''}
    </li>`;
  return html`<h3>Different from the report</h3>
    <ul>
      ${linesOf(off.map(line))}
    </ul>`;
}

/** What would be written of what breakers hold, once somebody releases it. */
function onRelease({ onRelease: steps = [] }: Plan): Html | string {
  if (steps.length === 0) return '';
  return html`<h3>Once released</h3>
    <ul>
      ${linesOf(steps.map(({ mark, text }) => html`<li>${mark} ${text}</li>`))}
    </ul>`;
}

/** What the plan's page has besides the look of all pages: a mark before each line. */
const MARKS = `
:root { --new: #1a7f37; --changed: #9a6700; --ghost: #cf222e; }
@media (prefers-color-scheme: dark) { :root { --new: #3fb950; --changed: #d29922; --ghost: #f85149; } }
.new td:first-child::before, .key .new::before { content: "+ "; color: var(--new); font-weight: bold; }
.changed td:first-child::before, .key .changed::before { content: "~ "; color: var(--changed); font-weight: bold; }
.ghost td:first-child::before, .key .ghost::before { content: "! "; color: var(--ghost); font-weight: bold; }
.key span { margin-right: 1.5rem; }
@media (max-width: 640px) { th, td { padding: .3rem .2rem; } th:nth-child(3), td:nth-child(3), th:nth-child(6), td:nth-child(6) { display: none; } }
`;
