import { isNothing } from '../../shared/close/exact.js';
import { kindInWords, type ChargeDifference, type Charges, type Invoiced } from '../../shared/close/invoiced.js';
import type { InvoicedReading } from '../invoiced.js';
import { amountText, grouped } from '../../shared/billing/decimal.js';
import { PLAIN, type Paper } from './paper.js';
import { onTerminal } from './printable.js';
import { table, type Column } from './table.js';

/** What customers were charged for a month, as people read it. */
export const renderInvoiced = onTerminal(invoicedText);

interface ChargedPart {
  part: keyof Charges;
  title: string;
  /** How it comes into the report's amount. */
  sign: '' | '+' | '−';
  /** Shown also where nobody has any of it. */
  isAlways: boolean;
}

/** The parts of a report's amount, in the order in which money passes through them. */
const PARTS: ChargedPart[] = [
  { part: 'report', title: 'report', sign: '', isAlways: true },
  { part: 'invoiced', title: 'invoiced', sign: '', isAlways: true },
  { part: 'posted', title: 'to invoice', sign: '+', isAlways: true },
  { part: 'open', title: 'not posted', sign: '+', isAlways: true },
  { part: 'held', title: 'held', sign: '+', isAlways: false },
  { part: 'excluded', title: 'excluded', sign: '+', isAlways: false },
  { part: 'rounding', title: 'rounding', sign: '+', isAlways: false },
  { part: 'dismissed', title: 'set aside', sign: '−', isAlways: false },
  { part: 'differences', title: 'differences', sign: '−', isAlways: false },
];

/** Those that somebody has something of. */
export const chargedParts = (customers: Record<keyof Charges, string>[]): ChargedPart[] =>
  PARTS.filter(({ part, isAlways }) => isAlways || customers.some((one) => !isNothing(one[part])));

/** "report = invoiced + to invoice + not posted − differences", and what the columns are. */
export const chargedEquation = (parts: ChargedPart[]): string[] => [
  `report = ${parts
    .slice(1)
    .map(({ sign, title }) => `${sign} ${title}`.trim())
    .join(' ')}`,
  'invoiced: on an invoice; to invoice: approved and posted, on no invoice yet; not posted: in the contract only',
  ...(parts.some(({ part }) => part === 'differences') ? ['differences: charged too much; with a minus too little'] : []),
];

function invoicedText({ unread, ...invoiced }: InvoicedReading, paper: Paper): string {
  return [
    `${invoiced.month}: what customers were charged, sales against the report.`,
    chargedText(invoiced, paper),
    ...(unread.length === 0 ? [] : [['Could not be read:', ...unread.map((text) => `  ${text}`)].join('\n')]),
  ].join('\n\n');
}

/** The sums by customer, what they mean, and the differences. */
export function chargedText({ customers, totals, differences }: Invoiced, paper: Paper = PLAIN): string {
  const parts = chargedParts(customers);
  const columns: Column[] = [
    { title: 'customer' },
    { title: 'currency' },
    ...parts.map(({ title }) => ({ title, align: 'right' as const })),
  ];
  const row = (name: string, one: Charges & { currency: string }): string[] => [
    name,
    one.currency,
    ...parts.map(({ part }) => grouped(one[part])),
  ];
  return [
    table(columns, [...customers.map((one) => row(one.organizationName, one)), ...totals.map((one) => row('all', one))], paper),
    chargedEquation(parts).join('\n'),
    ...(differences.length === 0 ? [] : [['Differences:', ...differences.map(differenceLine)].join('\n')]),
  ].join('\n\n');
}

const differenceLine = ({ kind, amount, currency, message }: ChargeDifference): string =>
  `  ${amountText(amount, currency)}  ${kindInWords(kind)}: ${message}`;
