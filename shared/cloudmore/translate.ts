import { z } from 'zod';
import { big, plain } from '../billing/decimal.js';
import { fold, present, same } from '../billing/text.js';
import type { Day, Decimal, Line, Organization, Price, Subscription, UnassignedLine } from '../billing/types.js';
import { ApiError } from '../http/errors.js';

/**
 * Cloudmore's records to ours: the one place that knows its names. Most of them are inferred (`cloudmore.md` section 4), so unknown properties are
 * ignored, optional ones may be missing, null or empty, and one that is needed and not there is a loud error with its path.
 */

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => present(value === null || value === undefined ? null : String(value)));
const id = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1));
/** Amounts come as numbers or as text; a number's shortest text has the digits that were sent. */
const decimal = z.union([z.number(), z.string()]).transform((value, context): Decimal => {
  try {
    return plain(big(String(value).trim()));
  } catch {
    context.addIssue({ code: 'custom', message: `"${value}" is no amount` });
    return '0';
  }
});
const optionalDecimal = decimal.nullish().transform((value) => value ?? '0');
/** The day of a date-time is its first ten characters: Cloudmore's days are days, whatever zone they carry. */
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/, 'is no date')
  .transform((value): Day => value.slice(0, 10));
const optionalDay = text.transform((value): Day | null =>
  value !== null && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null,
);

const productSchema = z.object({
  productId: text,
  productName: text,
  itemCode: text,
  recordType: text,
  chargeType: text,
  publisherName: text,
  skuName: text,
  subscriptionDescription: text,
  quantity: optionalDecimal,
  costPrice: optionalDecimal,
  salesPrice: optionalDecimal,
  totalCostPrice: decimal,
  totalSalesPrice: decimal,
  startDate: optionalDay,
  endDate: optionalDay,
  paymentFrequency: text,
});
const itemSchema = z.object({
  subscriptionId: text,
  subscriptionName: text,
  quantity: optionalDecimal,
  products: z.array(z.unknown()),
});
const serviceSchema = z.object({ serviceId: id, serviceName: text, items: z.array(z.unknown()) });
const organizationSchema = z.object({
  organizationId: id,
  organizationName: text,
  currencyCode: text,
  services: z.array(z.unknown()),
});
const blockSoFarSchema = z.object({ billingDate: day });
const blockSchema = z.object({ billingDate: day, currencyCode: text, organizations: z.array(z.unknown()) });

/** Decodes a record; the error names what it is and the property. */
export function decode<Schema extends z.ZodType>(schema: Schema, what: string, record: unknown): z.infer<Schema> {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ApiError('malformed', `Cloudmore's ${what}: ${issue?.path.join('.') || 'the record'}: ${issue?.message}`);
}

/**
 * The rows of the monthly billing report: billing date > organization > service > subscription > line. Organizations are taken one by one, as they come;
 * what their block says of date and currency may come after them.
 */
export class ReportLines {
  private readonly byBlock = new Map<unknown, Line[]>();

  constructor(
    private readonly isCustomService: (serviceId: string) => boolean,
    private readonly texts: Texts,
  ) {}

  /** Takes an organization out of a block. */
  readonly take = (rawOrganization: unknown, rawBlock: unknown): void => {
    const lines = this.byBlock.get(rawBlock) ?? [];
    this.byBlock.set(rawBlock, lines);
    const said = blockSoFarSchema.safeParse(rawBlock);
    const date = (said.success && said.data.billingDate) || 'a block';
    const organization = decode(organizationSchema, `organization of ${date}`, rawOrganization);
    const where = `${organization.organizationName ?? organization.organizationId}, ${date}`;
    for (const rawService of organization.services)
      for (const line of linesOfService(where, organization, rawService, this.isCustomService))
        lines.push(this.texts.shared(line));
  };

  /** All lines of a report, once it is whole: of what was taken, and of what is still in it. */
  finish(report: unknown): Line[] {
    const all: Line[] = [];
    for (const rawBlock of decode(z.array(z.unknown()), 'monthly billing report', report)) {
      const block = decode(blockSchema, 'billing block', rawBlock);
      for (const rawOrganization of block.organizations) this.take(rawOrganization, rawBlock);
      for (const line of this.byBlock.get(rawBlock) ?? []) {
        line.billingDate = block.billingDate;
        line.currency = (block.currencyCode ?? line.currency).toUpperCase();
        if (line.currency === '')
          throw new ApiError(
            'malformed',
            `Cloudmore's billing block of ${line.organizationName}, ${block.billingDate} names no currency.`,
          );
        all.push(line);
      }
    }
    return all;
  }
}

/** Equal texts as one: a report names the same product, service and amount some thousand times. */
export class Texts {
  private readonly known = new Map<string, string>();

  /** The record with its texts shared. */
  shared<Rec extends object>(record: Rec): Rec {
    for (const [key, value] of Object.entries(record))
      if (typeof value === 'string') (record as Record<string, unknown>)[key] = this.text(value);
    return record;
  }

  private text(value: string): string {
    const known = this.known.get(value);
    if (known === undefined) this.known.set(value, value);
    return known ?? value;
  }
}

type ReportedOrganization = z.infer<typeof organizationSchema>;

/** Billing date and the block's currency are still to come. */
function linesOfService(
  where: string,
  organization: ReportedOrganization,
  rawService: unknown,
  isCustomService: (serviceId: string) => boolean,
): Line[] {
  const lines: Line[] = [];
  const service = decode(serviceSchema, `service of ${where}`, rawService);
  for (const rawItem of service.items) {
    const item = decode(itemSchema, `subscription of ${where}`, rawItem);
    for (const rawProduct of item.products) {
      const product = decode(
        productSchema,
        `line of ${item.subscriptionName ?? item.subscriptionId ?? 'a subscription'}, ${where}`,
        rawProduct,
      );
      lines.push({
        organizationId: organization.organizationId,
        organizationName: organization.organizationName ?? organization.organizationId,
        billingDate: '',
        serviceId: service.serviceId,
        serviceName: service.serviceName ?? service.serviceId,
        isCustomService: isCustomService(service.serviceId),
        subscriptionId: item.subscriptionId,
        subscriptionName: item.subscriptionName,
        subscriptionQuantity: item.quantity,
        recordType: product.recordType,
        chargeType: product.chargeType,
        productId: product.productId,
        productName: product.productName,
        skuName: product.skuName,
        subscriptionDescription: product.subscriptionDescription,
        publisherName: product.publisherName,
        itemCode: product.itemCode,
        quantity: product.quantity,
        unitCost: product.costPrice,
        unitSales: product.salesPrice,
        cost: product.totalCostPrice,
        sales: product.totalSalesPrice,
        startDay: product.startDate,
        endDay: product.endDate,
        paymentFrequency: product.paymentFrequency,
        currency: organization.currencyCode ?? '',
      });
    }
  }
  return lines;
}

const listedOrganizationSchema = z.object({ id, name: text, isActive: z.boolean().nullish() });
const propertiesSchema = z.object({ customProperties: z.array(z.object({ name: text, value: text })).nullish() });

export interface ListedOrganization {
  id: string;
  name: string;
  isActive: boolean;
}

export function toListedOrganization(record: unknown): ListedOrganization {
  const organization = decode(listedOrganizationSchema, 'organization', record);
  return { id: organization.id, name: organization.name ?? organization.id, isActive: organization.isActive ?? true };
}

/** The list has no custom properties; the detail has (`cloudmore.md` 3.2). */
export function toOrganization(listed: ListedOrganization, detail: unknown, companyProperty: string): Organization {
  const { customProperties } = decode(propertiesSchema, `organization ${listed.name}`, detail);
  const property = (customProperties ?? []).find(({ name }) => same(name, companyProperty));
  return { ...listed, companyIdText: property?.value ?? null };
}

const subscriptionSchema = z.object({
  id,
  organizationId: id,
  name: text,
  productName: text,
  itemCode: text,
  offerId: text,
  status: text,
  commitmentEndDate: optionalDay,
  autoRenew: z.boolean().nullish().catch(null),
  type: text,
});

export function toSubscription(record: unknown, kind: 'nce' | 'legacy' | 'azure'): Subscription {
  const subscription = decode(subscriptionSchema, `${kind} subscription`, record);
  return {
    id: subscription.id,
    organizationId: subscription.organizationId,
    recordType: recordTypeOf(kind, subscription.type),
    name: subscription.name ?? subscription.productName ?? subscription.id,
    productName: subscription.productName ?? subscription.name,
    itemCode: subscription.itemCode ?? subscription.offerId,
    status: subscription.status ?? '',
    endDay: subscription.commitmentEndDate,
    autoRenew: subscription.autoRenew ?? null,
  };
}

function recordTypeOf(kind: 'nce' | 'legacy' | 'azure', type: string | null): Subscription['recordType'] {
  if (kind === 'nce') return 'Csp365Nce';
  if (kind === 'legacy') return 'Csp365Legacy';
  return fold(type).includes('classic') ? 'AzureClassic' : 'AzurePlan';
}

const catalogueServiceSchema = z.object({ id, name: text, type: text, isCustomService: z.boolean().nullish() });

export interface CatalogueService {
  id: string;
  name: string;
  isCustom: boolean;
}

export function toCatalogueService(record: unknown): CatalogueService {
  const service = decode(catalogueServiceSchema, 'service', record);
  return { id: service.id, name: service.name ?? service.id, isCustom: service.isCustomService ?? same(service.type, 'Custom') };
}

const addonSchema = z.object({ addonId: text, itemCode: text, name: text, costPrice: decimal, salesPrice: decimal });
const priceSchema = z.object({
  itemCode: text,
  name: text,
  currencyCode: text,
  subscriptionLength: z.coerce.number().nullish(),
  paymentFrequency: z.coerce.number().nullish(),
  costPrice: decimal,
  salesPrice: decimal,
  addons: z.array(z.unknown()).nullish(),
});

/** A price list item and its add-ons, each with its own item code; an item without a code cannot be looked up and is left out. */
export function toPrices(record: unknown): Price[] {
  const item = decode(priceSchema, 'price list item', record);
  const terms = {
    currency: (item.currencyCode ?? '').toUpperCase(),
    termMonths: item.subscriptionLength ?? null,
    paymentMonths: item.paymentFrequency ?? null,
  };
  const addons = (item.addons ?? []).map((addon) => decode(addonSchema, `add-on of ${item.name ?? item.itemCode}`, addon));
  return [
    ...(item.itemCode === null
      ? []
      : [{ ...terms, itemCode: item.itemCode, name: item.name ?? item.itemCode, cost: item.costPrice, sales: item.salesPrice }]),
    ...addons.flatMap((addon) =>
      addon.itemCode === null
        ? []
        : [
            {
              ...terms,
              itemCode: addon.itemCode,
              name: addon.name ?? addon.itemCode,
              cost: addon.costPrice,
              sales: addon.salesPrice,
            },
          ],
    ),
  ];
}

const invoiceSchema = z.object({ invoiceNumber: id, invoiceDate: day });
export const toInvoice = (record: unknown): z.infer<typeof invoiceSchema> => decode(invoiceSchema, 'one-time invoice', record);

const invoiceReportSchema = z.object({ currencyCode: text, items: z.array(z.unknown()).nullish() });
const invoiceLineSchema = z.object({
  organizationId: text,
  customerName: text,
  productName: text,
  currency: text,
  totalCostPrice: decimal.nullish(),
  totalSalesPrice: decimal.nullish(),
  total: decimal.nullish(),
});

export type InvoiceLine = z.infer<typeof invoiceLineSchema>;

export const toInvoiceLine = (invoiceNumber: string, item: unknown): InvoiceLine =>
  decode(invoiceLineSchema, `line of invoice ${invoiceNumber}`, item);

/** Whether a line of a vendor invoice belongs to no organization Cloudmore knows (rule 1.5). */
export const isUnassigned = ({ organizationId }: InvoiceLine, isKnown: (organizationId: string) => boolean): boolean =>
  organizationId === null || !isKnown(organizationId);

/** Unassigned lines of an invoice: `taken` out of its report while it came, the report says the rest. */
export function toUnassigned(
  invoiceNumber: string,
  report: unknown,
  taken: InvoiceLine[],
  isKnown: (organizationId: string) => boolean,
): UnassignedLine[] {
  const { items, currencyCode } = decode(invoiceReportSchema, `invoice ${invoiceNumber}`, report);
  return [...taken, ...(items ?? []).map((item) => toInvoiceLine(invoiceNumber, item))]
    .filter((line) => isUnassigned(line, isKnown))
    .map((line) => ({
      invoiceNumber,
      customerName: line.customerName,
      productName: line.productName,
      currency: (line.currency ?? currencyCode ?? '').toUpperCase(),
      cost: line.totalCostPrice ?? line.total ?? '0',
      sales: line.totalSalesPrice ?? '0',
    }));
}
