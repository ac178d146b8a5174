import type { Certificate } from '../../shared/close/certificate.js';
import { reasonInWords } from '../../shared/billing/advice.js';
import { amountText, grouped } from '../../shared/billing/decimal.js';
import { decisionLine } from './decisions.js';
import { onTerminal } from './printable.js';
import { table } from './table.js';

/** What a close certificate says, as people read it. */
export const renderCertificate = onTerminal(certificateText);

function certificateText({
  month,
  number,
  corrects,
  decisions,
  asOf,
  isMonthOver,
  totals,
  customers,
  exclusions,
  dismissed = [],
  digest,
}: Certificate): string {
  const amounts = (one: Pick<Certificate['totals'][number], 'report' | 'posted' | 'excluded'>): string[] =>
    [one.report.sales, one.posted.sales, one.excluded.sales].map(grouped);
  return [
    ...(number === undefined ? [] : [`Certificate no. ${number} of ${month}`]),
    `${month} is closed: report = posted + excluded, as of ${asOf}, for ${customers.length} customers.`,
    ...(isMonthOver ? [] : ['The month was not over when this was read: lines can still come.']),
    ...(corrects === undefined
      ? []
      : [
          [
            `It corrects certificate no. ${corrects.number} (${corrects.digest}):`,
            ...corrects.changes.map((change) => `  ${change}`),
          ].join('\n'),
        ]),
    table(
      [
        { title: 'customer' },
        { title: 'currency' },
        ...['report', 'posted', 'excluded'].map((title) => ({ title, align: 'right' as const })),
      ],
      [
        ...customers.map((customer) => [customer.organizationName, customer.currency, ...amounts(customer)]),
        ...totals.map((total) => ['all', total.currency, ...amounts(total)]),
      ],
    ),
    ...(exclusions.length === 0
      ? []
      : [
          [
            'Excluded:',
            ...exclusions.map(
              ({ organizationName, productName, sales, currency, reason, confirmed }) =>
                `  ${amountText(sales, currency)}  ${organizationName}: ${productName} (${reasonInWords(reason)}, ${confirmed})`,
            ),
          ].join('\n'),
        ]),
    ...(dismissed.length === 0
      ? []
      : [
          [
            'In Autotask without a line, and set aside:',
            ...dismissed.map(
              ({ organizationName, contractId, sales, currency, reason }) =>
                `  ${amountText(sales, currency)}  ${organizationName}: contract ${contractId} (${reason})`,
            ),
          ].join('\n'),
        ]),
    ...(decisions === undefined || decisions.entries.length === 0
      ? []
      : [
          [
            'Decisions:',
            ...decisions.entries.map((entry) => `  ${decisionLine({ details: null, organizationId: null, ...entry })}`),
          ].join('\n'),
        ]),
    `Digest ${digest}`,
  ].join('\n\n');
}
