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
const blockSchema = z.object({ billingDate: day, currencyCode: text, organizations: z.array(z.unknown()) });

/** Decodes a record; the error names what it is and the property. */
export function decode<Schema extends z.ZodType>(schema: Schema, what: string, record: unknown): z.infer<Schema> {
  const result = schema.safeParse(record);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ApiError('malformed', `Cloudmore's ${what}: ${issue?.path.join('.') || 'the record'}: ${issue?.message}`);
}

/** The rows of the monthly billing report: billing date > organization > service > subscription > line. */
export function toLines(report: unknown, isCustomService: (serviceId: string) => boolean): Line[] {
  const lines: Line[] = [];
  for (const rawBlock of decode(z.array(z.unknown()), 'monthly billing report', report)) {
    const block = decode(blockSchema, 'billing block', rawBlock);
    for (const rawOrganization of block.organizations) {
      const organization = decode(organizationSchema, `organization of ${block.billingDate}`, rawOrganization);
      for (const rawService of organization.services) linesOfService(block, organization, rawService, isCustomService, lines);
    }
  }
  return lines;
}

type Block = z.infer<typeof blockSchema>;
type ReportedOrganization = z.infer<typeof organizationSchema>;

function linesOfService(
  block: Block,
  organization: ReportedOrganization,
  rawService: unknown,
  isCustomService: (serviceId: string) => boolean,
  into: Line[],
): void {
  const where = `${organization.organizationName ?? organization.organizationId}, ${block.billingDate}`;
  const service = decode(serviceSchema, `service of ${where}`, rawService);
  const currency = block.currencyCode ?? organization.currencyCode;
  if (currency === null) throw new ApiError('malformed', `Cloudmore's billing block of ${where} names no currency.`);
  for (const rawItem of service.items) {
    const item = decode(itemSchema, `subscription of ${where}`, rawItem);
    for (const rawProduct of item.products) {
      const product = decode(
        productSchema,
        `line of ${item.subscriptionName ?? item.subscriptionId ?? 'a subscription'}, ${where}`,
        rawProduct,
      );
      into.push({
        organizationId: organization.organizationId,
        organizationName: organization.organizationName ?? organization.organizationId,
        billingDate: block.billingDate,
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
        currency: currency.toUpperCase(),
      });
    }
  }
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

/** Lines of a vendor invoice that belong to no organization Cloudmore knows (rule 1.5). */
export function toUnassigned(
  invoiceNumber: string,
  report: unknown,
  isKnown: (organizationId: string) => boolean,
): UnassignedLine[] {
  const { items, currencyCode } = decode(invoiceReportSchema, `invoice ${invoiceNumber}`, report);
  return (items ?? [])
    .map((item) => decode(invoiceLineSchema, `line of invoice ${invoiceNumber}`, item))
    .filter(({ organizationId }) => organizationId === null || !isKnown(organizationId))
    .map((line) => ({
      invoiceNumber,
      customerName: line.customerName,
      productName: line.productName,
      currency: (line.currency ?? currencyCode ?? '').toUpperCase(),
      cost: line.totalCostPrice ?? line.total ?? '0',
      sales: line.totalSalesPrice ?? '0',
    }));
}
