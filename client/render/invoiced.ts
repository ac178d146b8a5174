import type { Charges } from '../../shared/close/invoiced.js';
import { isNothing } from '../../shared/close/exact.js';
import type { InvoicedReading } from '../invoiced.js';
import { grouped } from '../../shared/billing/decimal.js';
import type { Paper } from './paper.js';
import { onTerminal } from './printable.js';
import { table, type Column } from './table.js';

/** What customers were charged for a month, as people read it. */
export const renderInvoiced = onTerminal(invoicedText);

/** The parts of a report's amount, in the order in which money passes through them; a part nobody has is left out. */
export const CHARGED_PARTS: [part: keyof Charges, title: string, isAlways: boolean][] = [
  ['report', 'report', true],
  ['invoiced', 'invoiced', true],
  ['posted', 'posted', true],
  ['open', 'not posted', true],
  ['held', 'held', false],
  ['excluded', 'excluded', false],
  ['dismissed', 'set aside', false],
  ['rounding', 'rounding', false],
  ['differences', 'too much', false],
];

function invoicedText({ month, customers, totals, differences, unread }: InvoicedReading, paper: Paper): string {
  const parts = CHARGED_PARTS.filter(([part, , isAlways]) => isAlways || customers.some((one) => !isNothing(one[part])));
  const columns: Column[] = [
    { title: 'customer' },
    { title: 'currency' },
    ...parts.map(([, title]) => ({ title, align: 'right' as const })),
  ];
  const cells = (charges: Charges): string[] => parts.map(([part]) => grouped(charges[part]));
  return [
    `${month}: what customers were charged, sales against the report.`,
    table(
      columns,
      [
        ...customers.map((one) => [one.organizationName, one.currency, ...cells(one)]),
        ...totals.map((one) => ['all', one.currency, ...cells(one)]),
      ],
      paper,
    ),
    'invoiced: on an invoice · posted: approved and posted, on no invoice yet · not posted: in the contract only',
    ...(differences.length === 0
      ? []
      : [['Differences:', ...differences.map(({ kind, message }) => `  ${kind}: ${message}`)].join('\n')]),
    ...(unread.length === 0 ? [] : [['Could not be read:', ...unread.map((text) => `  ${text}`)].join('\n')]),
  ].join('\n\n');
}
