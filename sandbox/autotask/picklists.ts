/**
 * Picklists of a tenant that the world says nothing about. Only contractType 7, the period types and status 0 and 1 are confirmed values;
 * the others are placeholders (`docs/vendors/autotask.md` 11), so that code which hard-codes them fails against a world that renumbers them.
 */

export interface PicklistValue {
  value: string;
  label: string;
  isActive: boolean;
}

/** By `Entity.field`, as in the world file. */
export type Picklists = ReadonlyMap<string, readonly PicklistValue[]>;

const list = (values: Record<string, string>): PicklistValue[] =>
  Object.entries(values).map(([value, label]) => ({ value, label, isActive: true }));

/** Labels that the sandbox itself looks up. */
export const LABELS = {
  serviceCode: 'Recurring Contract Service Code',
  materialCode: 'Material Cost Code',
  recurringItem: 'Recurring Services',
  adjustmentItem: 'Recurring Services Adjustment',
  chargeItem: 'Contract Cost',
  chargePending: 'Pending',
  chargeDelivered: 'Delivered/Shipped Full',
  standardBilling: 'Standard',
} as const;

const PERIODS = { 2: 'Monthly', 3: 'Quarterly', 4: 'Semi-Annual', 5: 'Yearly' };
const ITEM_TYPES = {
  1: 'Labor',
  2: 'Project Cost',
  3: 'Ticket Cost',
  4: 'Expense',
  5: 'Subscription',
  6: 'Setup Fee',
  7: LABELS.recurringItem,
  8: LABELS.adjustmentItem,
  9: LABELS.chargeItem,
};

export const DEFAULT_PICKLISTS: Record<string, PicklistValue[]> = {
  'Contracts.status': list({ 0: 'Inactive', 1: 'Active' }),
  'Contracts.contractType': list({
    1: 'Time & Materials',
    3: 'Fixed Price',
    4: 'Block Hours',
    6: 'Retainer',
    7: 'Recurring Service',
    8: 'Per Ticket',
  }),
  'Contracts.contractPeriodType': list(PERIODS),
  'Contracts.contractCategory': list({ 1: 'Standard' }),
  'Contracts.billingPreference': list({
    1: 'Immediately without review',
    2: 'Manually',
    3: 'On timesheet approval',
  }),
  'Contracts.timeReportingRequiresStartAndStopTimes': list({ 0: 'No', 1: 'Yes' }),
  'Contracts.serviceLevelAgreementID': list({ 1: 'Standard' }),
  'Services.periodType': list(PERIODS),
  'Products.billingType': list({ 1: LABELS.standardBilling, 2: 'Per Device', 3: 'Per Contact' }),
  'Products.periodType': list({ 1: 'One-Time', 2: 'Monthly', 3: 'Quarterly', 5: 'Yearly' }),
  'Products.priceCostMethod': list({ 1: 'Standard' }),
  'Products.productCategory': list({ 1: 'Standard' }),
  'ContractCharges.chargeType': list({ 1: 'Operational', 2: 'Capitalized' }),
  'ContractCharges.status': list({
    1: LABELS.chargePending,
    2: 'Waiting Approval',
    3: 'Need to Order/Fulfill',
    4: 'On Order',
    5: 'Ready to Deliver/Ship',
    6: LABELS.chargeDelivered,
    7: 'Canceled',
  }),
  'ContractBillingRules.determineUnits': list({ 1: 'Number of contacts', 2: 'Number of devices' }),
  'ContractBillingRules.executionMethod': list({ 1: 'Automatic', 2: 'Manual' }),
  'BillingCodes.billingCodeType': list({ 0: 'Normal', 1: 'System', 2: 'Non-Billable' }),
  'BillingCodes.useType': list({
    1: 'General Allocation Code',
    2: 'Expense Category',
    3: 'Internal Allocation Code',
    4: LABELS.materialCode,
    5: LABELS.serviceCode,
    6: 'Milestone Code',
    7: 'Product Code',
  }),
  'BillingItems.billingItemType': list(ITEM_TYPES),
  'BillingItems.subType': list(ITEM_TYPES),
  'Companies.companyType': list({
    1: 'Customer',
    2: 'Lead',
    3: 'Prospect',
    4: 'Dead',
    6: 'Cancelation',
    7: 'Vendor',
    8: 'Partner',
  }),
  'UserDefinedFieldDefinitions.udfType': list({ 1: 'Company', 2: 'Contract', 3: 'Product' }),
  'UserDefinedFieldDefinitions.dataType': list({
    1: 'String',
    2: 'Numeric',
    3: 'Date',
    4: 'List',
    5: 'Text (Long)',
  }),
};

/** Fields whose list is another field's, unless the world gives them one of their own. */
const SAME_LIST: Record<string, string> = { 'Services.serviceLevelAgreementID': 'Contracts.serviceLevelAgreementID' };

/** The defaults with the world's own lists in their place. */
export function createPicklists(own: Record<string, PicklistValue[]>): Picklists {
  const lists = new Map(Object.entries({ ...DEFAULT_PICKLISTS, ...own }));
  for (const [field, other] of Object.entries(SAME_LIST)) {
    if (!lists.has(field)) lists.set(field, lists.get(other) ?? []);
  }
  return lists;
}

/** The number behind a label, e.g. the use type of billing codes for recurring services; undefined where the tenant has none. */
export function numberOf(picklists: Picklists, field: string, label: string): number | undefined {
  const found = picklists.get(field)?.find((value) => value.label.toLowerCase() === label.toLowerCase());
  return found && Number(found.value);
}
