/** What the product needs of a tenant of Autotask: labels, fields and rights. `doctor` and the probe look for the same. */

/** Values of picklists that are found by their labels. */
export const LABELS = [
  ['Contracts', 'contractType', 'Recurring Service'],
  ['Contracts', 'contractPeriodType', 'Monthly'],
  ['Contracts', 'status', 'Active'],
  ['Services', 'periodType', 'Monthly'],
  ['ContractCharges', 'chargeType', 'Operational'],
  ['BillingCodes', 'useType', 'Recurring Contract Service Code'],
  ['BillingCodes', 'useType', 'Material Cost Code'],
] as const;

/** What a new record gets from us; a tenant that asks for more refuses every one (`docs/vendors/autotask.md` 12, no. 11). */
export const GIVEN: Record<string, string[]> = {
  Contracts: [
    'companyID',
    'contractName',
    'contractType',
    'contractPeriodType',
    'status',
    'startDate',
    'endDate',
    'timeReportingRequiresStartAndStopTimes',
    'serviceLevelAgreementID',
    'setupFee',
    'contractNumber',
  ],
  Services: [
    'name',
    'billingCodeID',
    'periodType',
    'unitPrice',
    'unitCost',
    'serviceLevelAgreementID',
    'isActive',
    'description',
    'invoiceDescription',
  ],
  ContractCharges: [
    'contractID',
    'name',
    'datePurchased',
    'chargeType',
    'billingCodeID',
    'unitQuantity',
    'unitPrice',
    'unitCost',
    'isBillableToCompany',
    'description',
    'productID',
  ],
};

export type Action = 'query' | 'create' | 'update' | 'delete';

/** The least an API user needs (docs/operations.md has the recipe). */
export const RIGHTS: Record<string, Action[]> = {
  Companies: ['query'],
  Currencies: ['query'],
  BillingCodes: ['query'],
  Services: ['query', 'create', 'update'],
  Products: ['query', 'create'],
  Contracts: ['query', 'create', 'update'],
  ContractServices: ['query', 'update'],
  ContractServiceUnits: ['query'],
  ContractServiceAdjustments: ['create'],
  ContractCharges: ['query', 'create', 'update', 'delete'],
};

export type Access = 'none' | 'all' | 'restricted' | 'unknown';

/** Words, or numbers as the newer help has them (`docs/vendors/autotask.md` 2.4); nothing told is judged by asking. */
const ACCESS = new Map<string, Access>([
  ['none', 'none'],
  ['0', 'none'],
  ['false', 'none'],
  ['all', 'all'],
  ['full', 'all'],
  ['1', 'all'],
  ['true', 'all'],
  ['restricted', 'restricted'],
  ['2', 'restricted'],
]);

/** What the metadata say of a right. */
export function accessOf(answered: unknown): Access {
  if (answered === null || answered === undefined) return 'all';
  const word = typeof answered === 'string' ? answered : JSON.stringify(answered);
  return ACCESS.get(word.trim().toLowerCase()) ?? 'unknown';
}

/** Fields that conditions of ours name; the user-defined one comes besides. */
export const SEARCHED: Record<string, string[]> = {
  Companies: ['id', 'isActive'],
  Currencies: ['id'],
  BillingCodes: ['id', 'useType', 'isActive'],
  Services: ['id', 'invoiceDescription'],
  Products: ['externalProductID', 'name'],
  Contracts: ['id', 'companyID', 'contractNumber'],
  ContractServices: ['contractID'],
  ContractServiceUnits: ['contractID', 'serviceID', 'startDate', 'approveAndPostDate'],
  ContractCharges: ['id', 'contractID', 'productID', 'internalPurchaseOrderNumber', 'datePurchased'],
};
