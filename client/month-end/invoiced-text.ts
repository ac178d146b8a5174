import { isNothing } from '../../shared/close/exact.js';
import {
  kindInWords,
  type ChargeDifference,
  type Charges,
  type CustomerCharges,
  type Invoiced,
} from '../../shared/close/invoiced.js';
import { amountText, big, grouped } from '../../shared/billing/basics/decimal.js';
import { hint } from '../terminal/called.js';
import type { InvoicedReading } from './invoiced.js';
import { bounded, LINES_AT_MOST } from '../terminal/fit.js';
import { PLAIN, wrap, type Paper } from '../terminal/paper.js';
import { onTerminal } from '../terminal/printable.js';
import { table } from '../terminal/table.js';
import { UNREAD_SHOWN } from '../terminal/unread.js';

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
  ...(parts.some(({ part }) => part === 'differences') ? ['differences: positive is charged too much, negative too little'] : []),
];

export interface ShownInvoiced extends InvoicedReading {
  /** Every customer and every difference, however many. */
  isFull: boolean;
}

/** Customers of whom a row is shown; the differences take what is left of the lines. */
const CUSTOMERS_SHOWN = 60;
/** Lines between and around the parts. */
const ROOM_BETWEEN = 8;

/** The sums first, then the customers with the largest differences, and where the rest is. */
function invoicedText({ isFull, unread, ...invoiced }: ShownInvoiced, paper: Paper): string {
  const { month, differences } = invoiced;
  const parts = chargedParts(invoiced.customers);
  const customers = byDifference(invoiced.customers);
  const shown = isFull ? customers : customers.slice(0, CUSTOMERS_SHOWN);
  const more = customers.length - shown.length;
  const before = [
    `${month}: what customers were charged, sales against the report.`,
    [
      chargedTable(parts, [...totalRows(invoiced), ...customerRows(shown)], paper),
      ...(more > 0 ? [`… and ${more} more, with smaller differences or none: ${hint('invoiced', month, '--full')}`] : []),
    ].join('\n'),
    chargedEquation(parts)
      .map((text) => wrap(text, paper))
      .join('\n'),
  ];
  const after =
    unread.length === 0 ? [] : [listOf('Could not be read', isFull ? unread : bounded(unread, UNREAD_SHOWN, ''), paper)];
  const room = isFull ? Infinity : LINES_AT_MOST - linesOf([...before, ...after]) - ROOM_BETWEEN;
  const fitting = within(
    differences.map((one) => wrap(differenceLine(one), paper, '  ', '    ')),
    room,
  );
  return [...before, ...differencesPart(fitting, differences.length - fitting.length, month), ...after].join('\n\n');
}

const linesOf = (texts: string[]): number => texts.join('\n').split('\n').length;

/** As many as fit. */
function within(texts: string[], lines: number): string[] {
  let used = 0;
  const count = texts.findIndex((text) => (used += linesOf([text])) > lines);
  return count === -1 ? texts : texts.slice(0, count);
}

const differencesPart = (fitting: string[], more: number, month: string): string[] =>
  fitting.length + more === 0
    ? []
    : [
        ['Differences:', ...fitting, ...(more > 0 ? [`  … and ${more} more: ${hint('invoiced', month, '--full')}`] : [])].join(
          '\n',
        ),
      ];

const listOf = (title: string, texts: string[], paper: Paper): string =>
  [`${title}:`, ...texts.map((text) => wrap(text, paper, '  ', '    '))].join('\n');

/** The largest difference first, whatever its sign; of those without, the largest amount. */
const byDifference = (customers: CustomerCharges[]): CustomerCharges[] =>
  [...customers].sort((left, right) => larger(left.differences, right.differences) || larger(left.report, right.report));

const larger = (left: string, right: string): number => big(right).abs().cmp(big(left).abs());

type Row = [name: string, charges: Charges & { currency: string }];

const customerRows = (customers: CustomerCharges[]): Row[] => customers.map((one) => [one.organizationName, one]);
const totalRows = ({ totals }: Pick<Invoiced, 'totals'>): Row[] => totals.map((one) => ['all', one]);

const chargedTable = (parts: ChargedPart[], rows: Row[], paper: Paper): string =>
  table(
    [{ title: 'customer' }, { title: 'currency' }, ...parts.map(({ title }) => ({ title, align: 'right' as const }))],
    rows.map(([name, one]) => [name, one.currency, ...parts.map(({ part }) => grouped(one[part]))]),
    paper,
  );

const differenceLine = ({ kind, amount, currency, message }: ChargeDifference): string =>
  `${amountText(amount, currency)}  ${kindInWords(kind)}: ${message}`;

/** The same as a part of the certificate: every customer and every difference. */
export function chargedText(invoiced: Invoiced): string {
  const { customers, differences } = invoiced;
  const parts = chargedParts(customers);
  return [
    chargedTable(parts, [...customerRows(customers), ...totalRows(invoiced)], PLAIN),
    chargedEquation(parts).join('\n'),
    ...(differences.length === 0 ? [] : [['Differences:', ...differences.map((one) => `  ${differenceLine(one)}`)].join('\n')]),
  ].join('\n\n');
}
