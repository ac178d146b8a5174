/**
 * The nouns of billing. What Cloudmore says (lines, organizations, subscriptions, prices), what Autotask holds (the books), and what the planner makes
 * of both (items, steps, outcomes). Plain JSON throughout: text for amounts and days, so that every value can cross Temporal and be kept as evidence.
 */

import type { Breakers } from './plan/breaker-limits.js';
import type { CountedLines } from './report/counted.js';
import type { Elsewhere } from './contracts/elsewhere.js';
import { RECORD_TYPES, type RecordType } from './basics/record-types.js';

export type { RecordType };

/** An exact decimal in plain notation, e.g. "-48.30". Never a binary float. */
export type Decimal = string;
/** A billing month, "YYYY-MM". */
export type Month = string;
/** A calendar day, "YYYY-MM-DD". */
export type Day = string;

/** Manual corrections, which go into the item of their subscription (rule 2.3), or are left out alone. */
export const MANUAL = 'ManualBillingLine';
/** What `EXPORT_RECORD_TYPES` may name. */
export const EXPORT_TYPES = [...RECORD_TYPES, MANUAL] as const;
export type ExportType = (typeof EXPORT_TYPES)[number];
/** What an item can be filed under: a record type, corrections that are left out, or one of the two kinds that are never written. */
export type ItemType = ExportType | 'CustomService' | 'Unclassified';

// ---------------------------------------------------------------------------------------------------------------- what Cloudmore says

/** A value of a vendor's answer that is there and not understood, or that contradicts another. It is never taken for "no value". */
export interface Unreadable {
  vendor: string;
  /** The request it came from, without the query. */
  path: string;
  /** The record's id, name or position. */
  record: string;
  /** Null if the record as a whole is not one. */
  member: string | null;
  /** The value, cut to what can be shown; null where it is absent and needed. */
  value: string | null;
  /** What is wrong, or what was expected. */
  problem: string;
}

/** A row of the monthly billing report as it came. Texts that Cloudmore left out or empty are null. */
export interface Line {
  organizationId: string;
  organizationName: string;
  billingDate: Day;
  serviceId: string;
  serviceName: string;
  isCustomService: boolean;
  subscriptionId: string | null;
  subscriptionName: string | null;
  /** Quantity the report gives for the whole subscription; the quantity of an Azure item (rule 4.2). */
  subscriptionQuantity: Decimal;
  recordType: string | null;
  chargeType: string | null;
  productId: string | null;
  productName: string | null;
  skuName: string | null;
  subscriptionDescription: string | null;
  publisherName: string | null;
  itemCode: string | null;
  quantity: Decimal;
  unitCost: Decimal;
  unitSales: Decimal;
  cost: Decimal;
  sales: Decimal;
  startDay: Day | null;
  endDay: Day | null;
  paymentFrequency: string | null;
  currency: string;
  /** What of the line cannot be read or contradicts itself; absent where all of it is understood. */
  trouble?: Trouble;
  /** Members that no line of the report has and nothing else says (rule 2.8); absent where there is none. */
  silent?: string[];
}

/** Something that is there and not understood, and how far it reaches (rule 2.7). */
export interface Trouble {
  /** In a sentence: vendor, request, record, member, value. */
  message: string;
  /** The line alone, its item, all of its subscription, or all of its organization. */
  holds: 'line' | 'item' | 'subscription' | 'organization';
}

export interface Organization {
  id: string;
  name: string;
  isActive: boolean;
  /** Text of the organization property that names the Autotask company; null when there is none. */
  companyIdText: string | null;
  /** Why it is not known which company it has, in a sentence: never the same as having none. Absent where it is known. */
  unreadable?: string;
  /** Lines name it, and the list of organizations does not. Absent where it does. */
  unlisted?: true;
}

/** A subscription of one of Cloudmore's lists; it gives end dates and states, never amounts (rule 1.3). */
export interface Subscription {
  id: string;
  organizationId: string;
  recordType: 'Csp365Nce' | 'Csp365Legacy' | 'AzurePlan' | 'AzureClassic';
  name: string;
  productName: string | null;
  itemCode: string | null;
  status: string;
  endDay: Day | null;
  /** Whether it renews automatically at its end; null or absent where the list does not say. Reports show it, no rule looks at it. */
  autoRenew?: boolean | null;
  /** What of it cannot be read, in a sentence: what depends on the subscription is held. Id or organization are empty where they cannot be read. */
  unreadable?: string;
}

/** A price list entry of the broker; add-ons have their own entries. */
export interface Price {
  itemCode: string;
  name: string;
  currency: string;
  /** Months of the term; null when the list does not say. */
  termMonths: number | null;
  /** Months between payments; more than one makes an item one-off (rule 4.4). */
  paymentMonths: number | null;
  cost: Decimal;
  sales: Decimal;
  /** What of the entry cannot be read, in a sentence: what depends on it is held. Item code or currency are empty where they cannot be read. */
  unreadable?: string;
}

/** A line that no organization has (rule 1.5): of a vendor invoice, or of the report itself. */
export interface UnassignedLine {
  invoiceNumber: string;
  customerName: string | null;
  productName: string | null;
  currency: string;
  cost: Decimal;
  sales: Decimal;
}

/** Everything one report says, before it is cut into slices. `lines` and `previousLines` are whole months; the planner cuts them by day (rules 1.1, 1.4). */
export interface Report {
  month: Month;
  /** The month that its lines are billed in, where `REPORT_MONTH_OFFSET` makes that another (rule 1.9). */
  reportMonth?: Month;
  lines: Line[];
  previousLines: Line[];
  /** Why last month's report could not be read; absent where it was, even if it was empty. */
  previousUnavailable?: string;
  organizations: Organization[];
  subscriptions: Subscription[];
  prices: Price[];
  unassigned: UnassignedLine[];
  /** The report's lines as they were counted while it was read (rule 1.7). */
  counted?: CountedLines[];
  /** Everything that could not be read, whatever depends on it: as many as can be shown. */
  findings?: Unreadable[];
}

// ---------------------------------------------------------------------------------------------------------------- what Autotask holds

export interface Company {
  id: number;
  name: string;
  isActive: boolean;
  /** Three letters; null if the company has no currency. */
  currency: string | null;
}

export interface Contract {
  id: number;
  companyId: number;
  name: string;
  number: string | null;
  /** Value of the contract's UDF `SUBSCRIPTION_UDF`. */
  subscriptionId: string | null;
  isActive: boolean;
  isRecurringService: boolean;
  isMonthly: boolean;
  startDay: Day;
  endDay: Day;
  slaId: number | null;
  /** Where it ended before an extension whose rows for months between are not known to be at 0 yet (rule 6.4); absent on all others. */
  extendedFrom?: Day;
}

/** One `ContractServiceUnits` record. `price` and `cost` are the extended amounts (units × unit price), as Autotask gives them. */
export interface Row {
  id: number;
  contractId: number;
  contractServiceId: number;
  serviceId: number;
  startDay: Day;
  endDay: Day;
  units: number;
  price: Decimal;
  cost: Decimal;
  /** Approved and posted by a person; nothing may be written to it any more. */
  frozen: boolean;
}

export interface Charge {
  id: number;
  contractId: number;
  /** `internalPurchaseOrderNumber`, the key of rule 7.7; anything else where another made the charge. */
  key: string;
  productId: number | null;
  day: Day;
  quantity: Decimal;
  unitPrice: Decimal;
  unitCost: Decimal;
  /** Extended amounts: quantity × unit price, quantity × unit cost. A price that is not charged to a customer does not count. */
  price: Decimal;
  cost: Decimal;
  billed: boolean;
  /** Somebody has set it so that no customer is asked for it; absent where it is billed. */
  notBillable?: true;
}

export interface Service {
  id: number;
  name: string;
  /** `invoiceDescription`, where the key of rule 5.2 is kept. */
  key: string | null;
  isActive: boolean;
  unitPrice: Decimal;
  unitCost: Decimal | null;
}

export interface Product {
  id: number;
  name: string;
  /** `externalProductID`, the key of rule 5.3. */
  key: string | null;
  isActive: boolean;
  /** Autotask says that it needs procurement, so that its charges wait for an order; absent where it says otherwise, or nothing. */
  needsOrder?: true;
}

/** A record of Autotask's that came and cannot be read, with what it still says of itself: null where even that cannot be read. */
export interface UnreadableRecord extends Unreadable {
  kind: 'company' | 'contract' | 'row' | 'charge' | 'service' | 'product' | 'contractService' | 'currency';
  id: number | null;
  contractId: number | null;
  companyId: number | null;
  /** Texts by which it would be found. */
  keys: string[] | null;
}

/** What we made or used and Autotask no longer has, by search and by id: whether it would be made again is a person's decision (rule 6.6). */
export interface Gone {
  kind: 'contract' | 'service' | 'product' | 'charge' | 'row';
  /** Of a row that never showed: its contract's. */
  id: number;
  /** Subscription id, key of the service or product, key of the charge, what a row stands for (`rowKeyOf`). */
  key: string;
  why: string;
}

/** What Autotask holds. Cut down to one organization it is what the planner compares the report with. */
export interface Books {
  internalCurrency: string;
  /** What one unit of a currency is in the internal one, for the month's costs (rule 3.5); absent where costs are not converted. */
  costRates?: Record<string, Decimal>;
  /** This tenant refuses an adjustment on the first day of a row that is there, as a probe that writes has seen (rule 7.0); absent where it is not known to. */
  refusesFirstDay?: true;
  companies: Company[];
  contracts: Contract[];
  /** Rows starting in the month; for the contracts of `detailed` also those of the month before, and every later one. */
  rows: Row[];
  /** Contracts whose neighbouring rows were read too (rule 7.0 needs them only where something differs). */
  detailed: number[];
  /**
   * Charges with a key of ours for the month, and for the contracts of `detailed` of all later months; and those of the month that others made on a product
   * of rule 5.3.
   */
  charges: Charge[];
  services: Service[];
  products: Product[];
  /** What came and cannot be read; absent where all can. */
  unreadable?: UnreadableRecord[];
  /** What is remembered and gone; absent where nothing is. */
  gone?: Gone[];
  /** What others bill at companies for which a contract would be made (rule 6.7); absent where nobody has looked. */
  elsewhere?: Elsewhere;
}

// ---------------------------------------------------------------------------------------------------------------- what the planner is told

/** The broker's choices that decide about money (`BILLING_…` and the knobs of the rules). */
export interface Settings {
  broker: string;
  exportRecordTypes: ExportType[];
  /** Ids or names of Cloudmore services that are left out. */
  excludeServices: string[];
  allowSharedCompanies: number[];
  serviceBillingCodeId: number;
  productBillingCodeId: number;
  slaId: number;
  /** Template of rule 5.4 with `{product}` and `{subscription}`. */
  contractInvoiceDescription: string;
  afterFreeze: 'hold' | 'charge';
  ghostAfterDay: number;
  /** What becomes of an inactive service that owns the key or the name of one that would be made (5.2). */
  inactiveServices: 'suffix' | 'reactivate';
  /** Cost at companies that are billed in another currency than the tenant's internal one (3.5). */
  foreignCost: 'as-reported' | 'convert' | 'hold';
  breakers: Breakers;
}
