import type { Certificate } from '../../../shared/close/certificate.js';
import { isNothing } from '../../../shared/close/exact.js';
import { reasonInWords } from '../../../shared/billing/results/advice.js';
import { amountText, big, grouped, moneyText } from '../../../shared/billing/basics/decimal.js';
import { decisionLine, momentOf } from '../../terminal/decisions.js';
import { chargedText } from '../../month-end/invoiced-text.js';
import { onTerminal } from '../../terminal/printable.js';
import { table } from '../../terminal/table.js';

/** What a close certificate says, as people read it. */
export const renderCertificate = onTerminal(certificateText);

function certificateText(certificate: Certificate): string {
  const { exclusions, dismissed = [], switchedOff = [], unassigned, decisions, digest } = certificate;
  return [
    ...headOf(certificate),
    sums(certificate),
    ...listed(
      'Excluded:',
      exclusions.map(
        ({ organizationName, productName, sales, currency, reason, confirmed }) =>
          `${amountText(sales, currency)}  ${organizationName}: ${productName} (${reasonInWords(reason)}, ${confirmed})`,
      ),
    ),
    ...listed(
      'In Autotask without a line, and set aside:',
      dismissed.map(
        ({ organizationName, contractId, sales, currency, reason }) =>
          `${amountText(sales, currency)}  ${organizationName}: contract ${contractId} (${reason})`,
      ),
    ),
    ...listed(
      'Switched off, but still billed in Autotask (not part of the sums):',
      switchedOff.map(
        ({ companyName, contractId, sales, currency }) =>
          `${amountText(sales, currency)}  ${companyName}: contract ${contractId}`,
      ),
    ),
    ...listed(
      "On the vendor's invoice without an organization, not part of the report:",
      unassigned.map(
        ({ customerName, productName, sales, currency }) =>
          `${moneyText(big(sales), currency)}  ${[customerName, productName].filter((name) => name !== null).join(': ')}`,
      ),
    ),
    ...charged(certificate),
    ...listed(
      'Decisions (UTC):',
      decisions?.entries.map((entry) => decisionLine({ organizationId: null, ...entry, details: entry.details ?? null })) ?? [],
    ),
    `Digest ${digest}`,
  ].join('\n\n');
}

function headOf({ broker, month, reportMonth, number, corrects, closedAt, asOf, isMonthOver, customers }: Certificate): string[] {
  const from = reportMonth === undefined ? '' : `, billed from the report of ${reportMonth}`;
  return [
    `Certificate${number === undefined ? '' : ` no. ${number}`} of ${month}${from}, broker ${broker}, made on ${momentOf({ at: closedAt })} UTC`,
    `${month} is closed: report = posted + excluded, as of ${asOf}, for ${customers.length} ${customers.length === 1 ? 'customer' : 'customers'}.`,
    ...(isMonthOver ? [] : ['The month was not over when this was read: lines can still come.']),
    ...(corrects === undefined
      ? []
      : listed(`It corrects certificate no. ${corrects.number} (${corrects.digest}):`, corrects.changes)),
  ];
}

type Sums = Pick<Certificate['totals'][number], 'report' | 'posted' | 'excluded' | 'rounding'>;
type Part = keyof Sums;
type Side = 'sales' | 'cost';

/** What fits the width of a printed page, A4 across. */
const PRINTED = 130;

/** Sales and cost, each in columns side by side where that fits a page, and else in a table of its own. */
function sums(certificate: Certificate): string {
  const wide = sumsTable(certificate, ['sales', 'cost']);
  if (wide.split('\n').every((row) => row.length <= PRINTED)) return wide;
  return (['sales', 'cost'] as const).map((side) => sumsTable(certificate, [side])).join('\n\n');
}

/** Lines with more digits than the currency: what their rounding comes to has a column of its own, where it comes to anything. */
function sumsTable({ customers, totals }: Certificate, sides: Side[]): string {
  const isRounded = customers.some(({ rounding }) => sides.some((side) => !isNothing(rounding[side])));
  const parts: Part[] = ['report', 'posted', 'excluded', ...(isRounded ? (['rounding'] as const) : [])];
  const cells = sides.flatMap((side) => parts.map((part) => ({ side, part })));
  const row = (name: string, one: Sums & { currency: string }): string[] => [
    name,
    one.currency,
    ...cells.map(({ side, part }) => grouped(one[part][side])),
  ];
  return table(
    [
      { title: 'customer' },
      { title: 'currency' },
      ...cells.map(({ side, part }) => ({ title: `${part}, ${side}`, align: 'right' as const })),
    ],
    [...customers.map((one) => row(one.organizationName, one)), ...totals.map((one) => row('all', one))],
  );
}

/** The second part: what customers had been charged by then. */
function charged({ invoiced }: Certificate): string[] {
  if (invoiced === undefined) return [];
  const isBegun =
    invoiced.differences.length > 0 || invoiced.totals.some((one) => !isNothing(one.invoiced) || !isNothing(one.posted));
  return isBegun
    ? ['Charged to customers by then, sales against the report:', chargedText(invoiced)]
    : ['Customers had not been charged for it by then: it was not approved and posted yet.'];
}

const listed = (title: string, texts: string[]): string[] =>
  texts.length === 0 ? [] : [[title, ...texts.map((text) => `  ${text}`)].join('\n')];
