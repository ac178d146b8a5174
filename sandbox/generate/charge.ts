import type { Big } from 'big.js';
import type { Day } from './calendar.js';
import type { ServiceName } from './catalogue.js';

/** When in the month a charge is reported; each is a block of its own, with its own billing date. */
export type BlockName = 'custom' | 'customUsd' | 'nce' | 'manual' | 'legacy';

/** One line, before it is written as a row of the report or a line of the invoice: the one source of both. */
export interface Charge {
  service: ServiceName;
  subscriptionId: string | null;
  subscriptionName: string;
  purchaseOrderNumber: string;
  recordType: string;
  chargeType: string | null;
  productId: string | null;
  productName: string;
  itemCode: string | null;
  /** Negative on a credit, as `billableQuantity` is. */
  quantity: number;
  unitCost: Big;
  unitSales: Big;
  cost: Big;
  sales: Big;
  start: Day;
  end: Day;
  paymentFrequency: string | null;
  /** What only the invoice says; null for what is not on it. */
  invoice: InvoicePart | null;
}

export interface InvoicePart {
  orderDate: Day;
  unitPrice: Big;
  effectiveUnitPrice: Big;
  pricingCurrency: string;
  exchangeRate: Big | 1;
  publisherName: string;
  subscriptionDescription: string;
  termAndBillingCycle: string;
  referenceId: string;
}

/** What makes charges: a licence, an Azure plan, a custom service. */
export interface Source {
  block: BlockName;
  /** Charges in the report of a month. */
  charges(month: string): Charge[];
  /** Entry of a subscription list; null for what Cloudmore lists nowhere (`docs/vendors/cloudmore.md` 3.4). */
  listing: { kind: 'nce' | 'legacy' | 'azure'; record: Listing } | null;
}

export interface Listing {
  id: string;
  [member: string]: unknown;
}

/** A meter's quantity says nothing about the plan; the report gives the plan as one (rule of the report, `docs/vendors/cloudmore.md` 5.2). */
export const isMetered = ({ recordType }: Charge): boolean => recordType === 'AzurePlan' || recordType === 'AzureClassic';
