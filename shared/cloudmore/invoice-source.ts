import { INVOICED } from '../billing/basics/record-types.js';
import { classify } from '../billing/report/record-type.js';
import { fold, present } from '../billing/basics/text.js';
import type { Day, Line, UnassignedLine } from '../billing/types.js';
import type { Members } from '../door/index.js';
import { membersOf } from './findings.js';
import { INVOICE_PATH, unassignedOf, type InvoiceLines } from './invoices.js';
import { lineOf } from './line.js';

/**
 * Rule 1.10: with `REPORT_SOURCE=invoice` the lines of the vendor's invoice stand in the place of what the billing report says of the same subscriptions. They are
 * put into the report as it came, before anybody reads or counts it, so that everything else is as it is without them.
 */

/** An invoice of the month, its lines as they came. */
export interface RawInvoice {
  number: string;
  date: Day;
  currency: string | null;
  lines: unknown[];
}

/** Where the billing report has a subscription, which an invoice does not say. */
interface Place {
  serviceId: string;
  serviceName: string;
  subscriptionName: string | null;
  quantity: unknown;
}

type Named = Pick<Line, 'subscriptionId' | 'itemCode' | 'productName'>;

export class InvoiceSource {
  private readonly invoiced = new Set<string>();
  private readonly places = new Map<string, Place>();
  private readonly placeOfType = new Map<string, Place>();

  constructor(
    readonly invoices: RawInvoice[],
    private readonly isCustomService: (serviceId: string) => boolean,
  ) {
    for (const { lines } of invoices)
      for (const raw of lines) {
        const line = membersOf(raw, INVOICE_PATH, '');
        this.invoiced.add(keyOf(line.text('organizationId'), namedBy(line)));
      }
  }

  /** A customer's part of the report, out of which what an invoice shows is taken. */
  readonly without = (raw: unknown): unknown => {
    const organization = partOf(raw);
    const organizationId = organization.text('organizationId');
    for (const rawService of listOf(organization, 'services')) {
      const service = partOf(rawService);
      for (const rawItem of listOf(service, 'items')) {
        const item = partOf(rawItem);
        keepOnly(listOf(item, 'products'), (product) => !this.isInvoiced(organizationId, service, item, product));
      }
    }
    return raw;
  };

  /** The whole report: what is still in it, and the invoices' lines. */
  into(report: unknown): unknown {
    if (!Array.isArray(report)) return report;
    for (const block of report) listOf(partOf(block), 'organizations').forEach(this.without);
    return [...(report as unknown[]), ...this.invoices.flatMap((invoice) => this.blocksOf(invoice))];
  }

  /** Lines that name no organization (1.5); those of one that no list names are lines of the report. */
  nobodys(invoiced: InvoiceLines): UnassignedLine[] {
    return this.invoices.flatMap(({ number, currency, lines }) => {
      const taken = lines.map((raw) => invoiced.take(number, raw));
      return unassignedOf(
        number,
        currency,
        taken.filter(({ organizationId }) => organizationId === null),
      );
    });
  }

  /** What the billing report has of these record types and no invoice has is held alone: nobody decided to leave it out. */
  holdNotInvoiced(lines: Line[], month: string): void {
    for (const line of lines)
      if (INVOICED.has(classify(line)) && !this.invoiced.has(keyOf(line.organizationId, line)))
        line.trouble ??= {
          message: `The billing report has this line, and no invoice of ${month} has its subscription: REPORT_SOURCE=invoice bills what an invoice has. It continues automatically once one has it.`,
          holds: 'line',
        };
  }

  private isInvoiced(organizationId: string | null, service: Members, item: Members, product: unknown): boolean {
    const serviceId = service.text('serviceId') ?? '';
    const place = { ...NOWHERE, serviceId, serviceName: service.text('serviceName') ?? serviceId };
    const line = lineOf(partOf(product), {
      ...place,
      isCustomService: this.isCustomService(serviceId),
      subscriptionId: item.text('subscriptionId'),
    });
    const type = classify(line);
    const key = keyOf(organizationId, line);
    const isInvoiced = (INVOICED.has(type) || type === 'Unclassified') && this.invoiced.has(key);
    if (!isInvoiced) return false;
    const own = { ...place, subscriptionName: item.text('subscriptionName'), quantity: item.raw('quantity') };
    this.places.set(key, own);
    this.placeOfType.set(type, own);
    return true;
  }

  /** A block for each line: what they have in common, the reader puts together. */
  private blocksOf({ number, date, currency, lines }: RawInvoice): unknown[] {
    return lines.flatMap((raw, index) => {
      const line = membersOf(raw, INVOICE_PATH, `line ${index + 1} of invoice ${number}`);
      // A line that names no organization is listed next to the total (1.5).
      if (line.raw('organizationId') === undefined) return [];
      return [
        {
          billingDate: date,
          currencyCode: line.raw('currency') ?? currency,
          organizations: [this.organizationOf(line)],
        },
      ];
    });
  }

  private organizationOf(line: Members): unknown {
    const product = productOf(line);
    const type = classify(lineOf(partOf(product), NOWHERE));
    const known = this.places.get(keyOf(line.text('organizationId'), namedBy(line)));
    const { serviceId, serviceName, ...of } = known ?? { ...(this.placeOfType.get(type) ?? UNKNOWN), ...UNNAMED };
    const item = {
      subscriptionId: line.raw('subscriptionId') ?? null,
      subscriptionName: of.subscriptionName ?? line.raw('productName') ?? null,
      quantity: of.quantity ?? 1,
      products: [product],
    };
    return {
      organizationId: line.raw('organizationId'),
      organizationName: line.raw('organizationName') ?? line.raw('customerName') ?? null,
      services: [{ serviceId, serviceName, items: [item] }],
    };
  }
}

/** Members of the report's lines, and what the invoice calls them, the most exact first. */
const MEMBERS: Record<string, string[]> = {
  recordType: ['recordType'],
  chargeType: ['chargeType'],
  productId: ['productId'],
  productName: ['productName'],
  skuName: ['skuName'],
  subscriptionDescription: ['subscriptionDescription'],
  publisherName: ['publisherName'],
  itemCode: ['itemCode'],
  quantity: ['billableQuantity', 'quantity'],
  salesPrice: ['unitSalesPrice'],
  totalCostPrice: ['totalCostPrice', 'total'],
  totalSalesPrice: ['totalSalesPrice'],
  startDate: ['chargeStartDate'],
  endDate: ['chargeEndDate'],
  paymentFrequency: ['billingFrequency'],
};

const productOf = (line: Members): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(MEMBERS).flatMap(([member, names]) => {
      const value = names.map((name) => line.raw(name)).find((found) => found !== undefined);
      return value === undefined ? [] : [[member, value]];
    }),
  );

/** One subscription of a customer; where it has none, its product. */
const keyOf = (organizationId: string | null, { subscriptionId, itemCode, productName }: Named): string =>
  [organizationId, subscriptionId, present(subscriptionId) === null ? (present(itemCode) ?? productName) : null]
    .map(fold)
    .join('|');

const namedBy = (line: Members): Named => ({
  subscriptionId: line.text('subscriptionId'),
  itemCode: line.text('itemCode'),
  productName: line.text('productName'),
});

const partOf = (raw: unknown): Members => membersOf(raw, 'MonthlyBillingPerOrganizationAsync', '');

function listOf(record: Members, name: string): unknown[] {
  const value = record.raw(name);
  return Array.isArray(value) ? value : [];
}

/** In place: the lists around it are as they came, in whatever letters their names are. */
function keepOnly(list: unknown[], isKept: (one: unknown) => boolean): void {
  const kept = list.filter(isKept);
  list.length = 0;
  for (const one of kept) list.push(one);
}

const NOWHERE = {
  ...{ organizationId: '', organizationName: '', serviceId: '', serviceName: '', isCustomService: false },
  ...{ subscriptionId: null, subscriptionName: null, subscriptionQuantity: '0' },
};
/** The service of what the billing report has nothing like. */
const UNKNOWN = { serviceId: INVOICE_PATH, serviceName: "Microsoft's invoice" };
const UNNAMED = { subscriptionName: null, quantity: undefined };
