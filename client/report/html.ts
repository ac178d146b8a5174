import { heldMonthAdvice } from '../../shared/billing/results/advice.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import { advisedText, command } from '../../shared/billing/basics/command.js';
import { amountText, big, grouped } from '../../shared/billing/basics/decimal.js';
import type { Amounts } from '../../shared/billing/results/results.js';
import { COULD_NOT_BE_READ, isUnread, unreadRest, unreadSummary, type Unread } from '../../shared/billing/results/unread.js';
import type { Cause, CurrencyTotals, GhostEntry, ReconciliationRow, ReportDocument } from '../../shared/report/document.js';
import type { BelowCost, MarginRow } from '../../shared/report/sums.js';
import type { Change, MarginMoved, Renewal } from '../../shared/report/outlook.js';
import type { Html } from '../documents/html.js';
import { html, linesOf } from '../documents/html.js';
import { htmlFile } from '../documents/html-file.js';
import { anchorOf, choiceOfParts, folded, NOTHING, section, withParts, type PartsOf } from './sections.js';
import { marginOf } from '../../shared/report/margin.js';
import { priceText } from './text.js';
import { digestOf, momentOf, whoOf, whoseOf, whyOf as whyDecided } from '../terminal/decisions.js';
import { budgetText, closedLines, decisionProblem, FIRST_MONTH, isNothing, typesInWords, whyOf, writtenText } from './words.js';

/** The report as one HTML file: no script, no font, no address outside of it; for screen, phone and paper. On a narrow screen a row becomes a card. */
export function htmlReport(report: ReportDocument): string {
  const { month, asOf, broker, mode, breakers, digest } = report.result;
  return htmlFile(
    `Billing ${month}, ${broker}`,
    html`<header>
        <h1>Billing ${month}</h1>
        <p>As of ${asOf}, broker ${broker}, mode ${mode}${breakers === 'off' ? ', circuit breakers off' : ''}</p>
        ${closedLines(report).map((text) => html`<p>${text}</p>`)}
      </header>
      <main>
        ${linesOf(
          [
            ...(report.heldMonth === null
              ? []
              : [html`<p class="alarm">${advisedText(heldMonthAdvice(report.heldMonth, month))}</p>`]),
            ...report.nothingDue.map((why) => html`<p>${advisedText(why)}</p>`),
            verdict(report),
            ...report.totals.map(sums),
            contents(report),
            ...(report.customers.length < CHOSEN_FROM ? [] : [choiceOfParts]),
            otherTotals(report),
            marginRows('By customer', report.customers, partsOf),
            marginRows('By record type', typesInWords(report)),
            belowCost(report.belowCost),
            leaks(report),
            ghosts(report.ghosts),
            unread(report),
            ...outlook(report),
            reconciliation(report.reconciliation),
            decisions(report),
            notes(report.notes),
          ].filter(({ text }) => text !== ''),
        )}
      </main>
      <footer>
        <p>${writtenText(report)} ${budgetText(report)}</p>
        <p class="digest">Digest ${digest}</p>
      </footer>`,
  );
}

/** Where the parts of a long report are: a month of 300 customers has dozens of pages. */
function contents({
  customers,
  outlook: ahead,
  belowCost: below,
  causes,
  ghosts: standing,
  reconciliation: rows,
}: ReportDocument): Html {
  const parts: [title: string, count: number][] = [
    ['By customer', customers.length],
    ['Sold below cost', below.length],
    [MARGINS, ahead?.margins.length ?? 0],
    [LEAKS, causes.length],
    [GHOSTS, standing.length],
    [BY_RECORD_TYPE, rows.length],
  ];
  const links = parts
    .filter(([, count]) => count > 0)
    .map(([title, count]) => html`<li><a href="#${anchorOf(title)}">${title}</a> (${String(count)})</li>`);
  return links.length < 3
    ? NOTHING
    : html`<nav aria-label="Contents">
        <ul>
          ${links}
        </ul>
      </nav>`;
}

const MARGINS = 'Margin changed since last month';
const LEAKS = 'Amounts that reach no invoice';
const GHOSTS = 'Money in Autotask without a line in the report';
const BY_RECORD_TYPE = 'By customer and record type';

// ---------------------------------------------------------------------------------------------------------------- tables

// ---------------------------------------------------------------------------------------------------------------- the parts

/** What somebody with five minutes needs to know. */
function verdict({ causes, totals, ghosts: standing, result }: ReportDocument): Html {
  const ghostCount = standing.filter(({ outcome }) => outcome === 'ghost').length;
  const held = totals.filter((total) => total.held.lines > 0);
  if (held.length === 0 && ghostCount === 0 && !isUnread(result))
    return html`<p class="good">
      Nothing waits for a person. ${amountText(result.posted.sales, result.currency)} are in Autotask.
    </p>`;
  const customers = new Set(causes.filter(({ outcome }) => outcome === 'held').map(({ organizationName }) => organizationName))
    .size;
  const amounts = held.map((total) => amountText(total.held.sales, total.currency)).join(' and ');
  const parts = [
    ...(held.length > 0 ? [`${amounts} held for ${counted(customers, 'customer')}`] : []),
    ...(ghostCount > 0 ? [counted(ghostCount, 'ghost')] : []),
    ...(result.unread !== undefined && isUnread(result) ? [unreadSummary(result.unread)] : []),
  ];
  return html`<p class="alarm">${parts.join(', ')}: see below what to do.</p>`;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

function sums({ currency, report, posted, held, excluded }: CurrencyTotals): Html {
  const rows: [string, Amounts][] = [
    ['Report', report],
    ['= posted', posted],
    ['+ held', held],
    ['+ excluded', excluded],
  ];
  const { amount, share } = marginOf(report, currency);
  return html`${amountsTable(`Reconciliation in ${currency}`, rows)}
    <p>Margin of the report: ${amountText(amount, currency)}${share === null ? '' : `, ${share} % of sales`}.</p>`;
}

function otherTotals({ result }: ReportDocument): Html {
  const rows: [string, Amounts][] = [
    ['Unassigned', result.unassigned],
    ['Awaiting report', result.awaiting],
    ['Ghosts', result.ghosts],
  ];
  const table = amountsTable(
    'Outside the report',
    rows.filter(([, { lines }]) => lines > 0),
  );
  const { cost, sales } = result.rounding;
  const rounding =
    isNothing(cost) && isNothing(sales)
      ? NOTHING
      : html`<p>Rounding to minor units: sales ${grouped(sales)}, cost ${grouped(cost)}.</p>`;
  return html`${table}${rounding}`;
}

function amountsTable(title: string, rows: [string, Amounts][]): Html {
  return section<[string, Amounts]>(
    {
      title,
      intro: '',
      columns: [
        { title: '', cell: ([name]) => name },
        { title: 'Lines', kind: 'amount', cell: ([, { lines }]) => grouped(String(lines)) },
        { title: 'Sales', kind: 'amount', cell: ([, { sales }]) => grouped(sales) },
        { title: 'Cost', kind: 'amount', cell: ([, { cost }]) => grouped(cost) },
      ],
      rows,
    },
    { kind: 'sums' },
  );
}

function leaks({ causes, result: { month } }: ReportDocument): Html {
  if (causes.length === 0) return NOTHING;
  const explain = html`<code>${command('explain', month, '--subscription')} ID</code>`;
  return html`<section>
    <h2 id="${anchorOf(LEAKS)}">${LEAKS}</h2>
    <p>Held, excluded or under no organization; the largest first. How one came about: ${explain}</p>
    ${linesOf(causes.slice(0, CAUSES_PRINTED).map(causeBlock))}
    ${folded(causes.length - CAUSES_PRINTED, linesOf(causes.slice(CAUSES_PRINTED).map(causeBlock)))}
  </section>`;
}

/** Of what stops amounts; the rest opens by a click. */
const CAUSES_PRINTED = 20;

function causeBlock(cause: Cause): Html {
  const { sales, currency, organizationName, message, remedy, command } = cause;
  const amounts = cause.leaks.map(
    (leak) =>
      html`<tr>
        <td class="amount">${grouped(leak.sales)}</td>
        <td>${leak.productName} ${leak.subscriptionId === null ? '' : html`<small>${leak.subscriptionId}</small>`}</td>
      </tr>`,
  );
  return html`<article ${withParts([cause.outcome])}>
    <h3><span class="amount">${amountText(sales, currency)}</span> ${organizationName} <small>${whyOf(cause)}</small></h3>
    <p>${[message, remedy].filter((text) => text !== '').join(' ')}</p>
    ${command === null ? '' : html`<p><code>${command}</code></p>`}
    <table class="parts">
      <tbody>
        ${amounts}
      </tbody>
    </table>
  </article>`;
}

/** Fewer customers are seen at a glance. */
const CHOSEN_FROM = 10;

const partsOf = ({ held, excluded }: Pick<MarginRow, 'held' | 'excluded'>): string[] => [
  ...(held.lines > 0 ? ['held'] : []),
  ...(excluded.lines > 0 ? ['excluded'] : []),
];

const marginRows = (title: string, rows: MarginRow[], parts?: PartsOf<MarginRow>): Html =>
  section(
    {
      title,
      intro: 'Sales, and what is left after cost; the largest first.',
      columns: [
        { title: title.replace('By ', '').replace(/^./, (first) => first.toUpperCase()), cell: ({ name }) => name },
        { title: 'Report', kind: 'amount', cell: ({ report, currency }) => amountText(report.sales, currency) },
        { title: 'Posted', kind: 'amount', cell: ({ posted }) => grouped(posted.sales) },
        { title: 'Held', kind: 'amount', cell: ({ held }) => grouped(held.sales) },
        { title: 'Excluded', kind: 'amount', cell: ({ excluded }) => grouped(excluded.sales) },
        { title: 'Margin', kind: 'amount', cell: ({ margin }) => grouped(margin.amount) },
        { title: '%', kind: 'amount', cell: ({ margin }) => margin.share ?? '' },
      ],
      rows,
    },
    parts && { partsOf: parts },
  );

const belowCost = (all: BelowCost[]): Html =>
  section({
    title: 'Sold below cost',
    intro: '',
    columns: [
      { title: 'Margin', kind: 'amount', cell: ({ margin, currency }) => amountText(margin.amount, currency) },
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      { title: 'Product', cell: ({ productName }) => productName },
      { title: 'Sales', kind: 'amount', cell: ({ sales }) => grouped(sales) },
      { title: 'Cost', kind: 'amount', cell: ({ cost }) => grouped(cost) },
    ],
    rows: all,
  });

const ghosts = (all: GhostEntry[]): Html =>
  section({
    title: GHOSTS,
    intro: '',
    columns: [
      { title: 'Sales', kind: 'amount', cell: ({ sales, currency }) => amountText(sales, currency) },
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      { title: 'Kind', cell: ({ recordType, contractId }) => `${typeInWords(recordType)}, contract ${contractId}` },
      { title: 'State', cell: ({ outcome }) => (outcome === 'ghost' ? 'ghost' : 'awaiting report') },
      { title: 'What it is', cell: ({ message }) => message },
    ],
    rows: all,
  });

function unread({ result }: ReportDocument): Html {
  const { unread: list } = result;
  return list === undefined
    ? NOTHING
    : section<Unread>({
        title: COULD_NOT_BE_READ,
        intro: [unreadSummary(list), ...unreadRest(list)].join('. '),
        columns: [
          { title: 'Vendor', cell: ({ vendor }) => vendor },
          { title: 'Path', cell: ({ path }) => path },
          { title: 'Record', cell: ({ record }) => record },
          { title: 'Member', cell: ({ member }) => member ?? '' },
          { title: 'Value', cell: ({ value }) => value ?? '' },
          { title: 'What is wrong', cell: ({ problem }) => problem },
          { title: 'Month', cell: ({ bearsOnMonth }) => (bearsOnMonth ? 'not certified' : '') },
        ],
        rows: list.listed,
      });
}

function outlook({ outlook: ahead }: ReportDocument): Html[] {
  if (ahead === null)
    return [
      html`<section>
        <h2>Renewals and changes</h2>
        <p>Not known: the fetched report is no longer stored.</p>
      </section>`,
    ];
  return [
    ahead.changes === null
      ? html`<section>
          <h2>${CHANGED}</h2>
          <p>${FIRST_MONTH}</p>
        </section>`
      : changes(ahead.changes, ahead.unchanged),
    margins(ahead.margins),
    renewals(ahead.renewals, ahead.from, ahead.to),
  ];
}

const CHANGED = 'Changed since last month';

const changes = (all: Change[], unchanged: number): Html =>
  section({
    title: CHANGED,
    intro: unchanged === 0 ? '' : `${counted(unchanged, 'customer')} as last month.`,
    columns: [
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      {
        title: 'Moved',
        kind: 'amount',
        cell: ({ moved, currency }) => `${big(moved).gt(0) ? '+' : ''}${amountText(moved, currency)}`,
      },
      { title: 'What', cell: ({ sentence }) => sentence },
    ],
    rows: all,
  });

const margins = (all: MarginMoved[]): Html =>
  section({
    title: MARGINS,
    intro: '',
    columns: [
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      { title: 'Product', cell: ({ productName }) => productName },
      { title: 'Sales', kind: 'amount', cell: ({ sales, currency }) => amountText(sales, currency) },
      { title: 'Cost', kind: 'amount', cell: ({ cost }) => grouped(cost) },
      { title: 'Last month', kind: 'amount', cell: ({ before }) => `${before} %` },
      { title: 'Now', kind: 'amount', cell: ({ now }) => `${now} %` },
      { title: 'Points', kind: 'amount', cell: ({ points }) => points },
    ],
    rows: all,
  });

const renewals = (all: Renewal[], from: string, to: string): Html =>
  section({
    title: `Renewals from ${from} to ${to}`,
    intro: "The effect is how much one payment changes at today's list price; customers' own prices are not on the list.",
    columns: [
      { title: 'Ends', cell: ({ endDay }) => endDay },
      { title: 'Customer', cell: ({ organizationName }) => organizationName },
      { title: 'Product', cell: ({ productName }) => productName },
      { title: 'Renews', cell: ({ renews }) => (renews === null ? 'unknown' : renews ? 'yes' : 'no') },
      { title: 'Quantity', kind: 'amount', cell: ({ quantity }) => grouped(quantity ?? '?') },
      { title: 'Price now', kind: 'amount', cell: ({ unitSales, currency }) => priceText(unitSales, currency) },
      { title: 'List price', kind: 'amount', cell: ({ listSales, currency }) => priceText(listSales, currency) },
      {
        title: 'Effect',
        kind: 'amount',
        cell: ({ effect, currency }) => (effect === null ? '?' : `${grouped(effect)} ${currency ?? ''}`),
      },
    ],
    rows: all,
  });

const reconciliation = (rows: ReconciliationRow[]): Html =>
  section(
    {
      title: BY_RECORD_TYPE,
      intro: 'Sales; the costs are in the CSV and XLSX forms of this report.',
      columns: [
        { title: 'Customer', cell: ({ organizationName }) => organizationName },
        { title: 'Record type', cell: ({ recordType }) => typeInWords(recordType) },
        { title: 'Report', kind: 'amount', cell: ({ report, currency }) => amountText(report.sales, currency) },
        { title: 'Posted', kind: 'amount', cell: ({ posted }) => grouped(posted.sales) },
        { title: 'Held', kind: 'amount', cell: ({ held }) => grouped(held.sales) },
        { title: 'Excluded', kind: 'amount', cell: ({ excluded }) => grouped(excluded.sales) },
      ],
      rows,
    },
    { partsOf },
  );

const notes = (all: string[]): Html =>
  all.length === 0
    ? NOTHING
    : html`<section>
        <h2>Notes</h2>
        <ul>
          ${all.map((note) => html`<li>${note}</li>`)}
        </ul>
      </section>`;

const decisions = (report: ReportDocument): Html =>
  section({
    title: 'Decisions',
    intro: decisionProblem(report).join(' '),
    columns: [
      { title: 'when (UTC)', cell: momentOf },
      { title: 'who', cell: whoOf },
      { title: 'what', cell: ({ action }) => action },
      { title: 'customer', cell: whoseOf },
      {
        title: 'sales',
        kind: 'amount',
        cell: ({ amounts }) => (amounts === null ? '' : amountText(amounts.sales, amounts.currency)),
      },
      { title: 'why', cell: whyDecided },
      { title: 'digest', cell: digestOf },
    ],
    rows: report.decisions.entries,
  });
