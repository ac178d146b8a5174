import { daysCovered, monthOf } from '../billing/basics/month.js';
import { big } from '../billing/basics/decimal.js';
import { fold } from '../billing/basics/text.js';
import type { Day, Decimal, Line, Month, UnassignedLine } from '../billing/types.js';
import type { Members } from '../door/index.js';
import { membersOf, type Findings } from './findings.js';
import type { Derivable } from './derivable.js';

/**
 * The vendor's recurring and one-time invoice (`docs/vendors/cloudmore.md` 3.7). It says which lines no organization has (rule 1.5), and what a report leaves out that
 * has none of a member rules look at (rule 2.8). Where something is billed from it is `invoice-source.ts`.
 */

export const INVOICE_PATH = 'AzureOneTimeInvoice';

/** An invoice of the month; null where it belongs to another, or cannot be read. */
export function invoiceOf(
  record: unknown,
  index: number,
  month: Month,
  findings: Findings,
): { number: string; date: Day } | null {
  const members = membersOf(record, `${INVOICE_PATH}List`, `invoice ${index + 1}`);
  const number = members.neededId('invoiceNumber');
  const date = members.neededDay('invoiceDate');
  return findings.of(members) === null && monthOf(date) === month ? { number, date } : null;
}

/** What an invoice's line says of the report's lines of its subscription and product. */
interface InvoiceFacts extends Record<Exclude<Derivable, 'startDate' | 'endDate'>, string | null> {
  startDate: Day | null;
  endDate: Day | null;
  sales: Decimal;
}

/** A line of an invoice, as far as it is looked at. */
export interface InvoiceLine {
  organizationId: string | null;
  customerName: string | null;
  productName: string | null;
  currency: string | null;
  cost: Decimal;
  sales: Decimal;
}

/** The lines of one report of an invoice, told as they come. */
export class InvoiceLines {
  private readonly facts = new Map<string, InvoiceFacts[]>();
  private lines = 0;

  constructor(private readonly findings: Findings) {}

  take(invoiceNumber: string, raw: unknown): InvoiceLine {
    this.lines += 1;
    const members = membersOf(raw, INVOICE_PATH, `line ${this.lines} of invoice ${invoiceNumber}`);
    const line = {
      organizationId: members.text('organizationId'),
      customerName: members.text('customerName'),
      productName: members.text('productName'),
      currency: members.text('currency'),
      cost: members.amount('totalCostPrice') ?? members.amount('total') ?? '0',
      sales: members.amount('totalSalesPrice') ?? '0',
    };
    this.remember(members, line.sales);
    this.findings.of(members);
    return line;
  }

  private remember(members: Members, sales: Decimal): void {
    const facts: InvoiceFacts = {
      recordType: members.text('recordType'),
      chargeType: members.text('chargeType'),
      startDate: members.day('chargeStartDate'),
      endDate: members.day('chargeEndDate'),
      publisherName: members.text('publisherName'),
      skuName: members.text('skuName'),
      paymentFrequency: members.text('billingFrequency'),
      sales,
    };
    const product = members.text('productName');
    for (const key of keysOf(members.text('subscriptionId'), [members.text('itemCode'), members.text('productId'), product]))
      this.facts.set(key, [...(this.facts.get(key) ?? []), facts]);
  }

  /** Fills in what the report leaves out everywhere; what the invoices do not tell either is noted with the line (rule 2.8). */
  fill(lines: Line[], absent: Derivable[]): void {
    if (absent.length === 0) return;
    for (const line of lines) {
      const facts = keysOf(line.subscriptionId, [line.itemCode, line.productId, line.productName])
        .map((key) => this.facts.get(key))
        .find((found) => found !== undefined);
      const silent = absent.filter((member) => !fillIn(line, member, facts ?? []));
      if (silent.length > 0) line.silent = silent;
    }
  }
}

/** By subscription and product, the most exact name of the product first. */
const keysOf = (subscriptionId: string | null, products: (string | null)[]): string[] =>
  products.flatMap((product, index) => (product === null ? [] : [`${fold(subscriptionId)}|${index}|${fold(product)}`]));

/** Whether the invoice's lines tell the member: all the same, or of days the shortest span, which decides whether something is paid every month (rule 4.4). */
function fillIn(line: Line, member: Derivable, facts: InvoiceFacts[]): boolean {
  if (member === 'startDate' || member === 'endDate') {
    const spans = facts.filter(({ startDate, endDate, sales }) => startDate !== null && endDate !== null && big(sales).gte(0));
    const [shortest] = spans.sort(
      (left, right) => daysCovered(left.startDate!, left.endDate!) - daysCovered(right.startDate!, right.endDate!),
    );
    if (shortest === undefined) return false;
    line[member === 'startDate' ? 'startDay' : 'endDay'] = shortest[member];
    return true;
  }
  const values = new Set(facts.map((one) => one[member]));
  const [value] = values;
  if (value == null || values.size > 1) return false;
  line[member] = value;
  return true;
}

/** Lines that no organization has, as they are listed. */
export const unassignedOf = (invoiceNumber: string, currencyCode: string | null, lines: InvoiceLine[]): UnassignedLine[] =>
  lines.map((line) => ({
    invoiceNumber,
    customerName: line.customerName,
    productName: line.productName,
    currency: currencyOf(line.currency ?? currencyCode),
    cost: line.cost,
    sales: line.sales,
  }));

/** ISO 4217's "no currency" where there is none that can be read. */
const currencyOf = (code: string | null): string => {
  const currency = (code ?? '').trim().toUpperCase();
  return /^[A-Z]{3}$/.test(currency) ? currency : 'XXX';
};
