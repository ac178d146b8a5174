/** Billing items: what Approve & Post makes of rows and charges (`docs/vendors/autotask.md` 7.1). Posting rounds to 2 decimals. */
import type { Change } from './adjust.js';
import type { Day } from './days.js';
import type { BillingItem } from './entities/billing.js';
import type { Contract, ContractCharge, UnitRow } from './entities/contracts.js';
import { extend, round } from './money.js';
import { shareOf } from './periods.js';
import { LABELS, numberOf } from './picklists.js';
import { endOf, hasPeriods, loadOf, startOf } from './rows.js';
import { nowIso, toInternalCurrency, type Tenant } from './tenant.js';

/** Posting rounds to 2 decimals (`docs/vendors/autotask.md` 7.1). */
const POSTED_DECIMALS = 2;

/** The item of an open row. A row without units bills nothing. */
export function addRowItem(tenant: Tenant, contract: Contract, row: UnitRow): void {
  const { units, unitPrice } = loadOf(row);
  if (units === 0) return;
  addItem(tenant, contract, LABELS.recurringItem, {
    ...serviceFields(tenant, row),
    itemDate: row.startDate,
    quantity: units,
    rate: unitPrice,
    extendedPrice: row.price,
    ourCost: row.cost,
  });
}

export function addChargeItem(tenant: Tenant, contract: Contract, charge: ContractCharge): void {
  const billable = charge.isBillableToCompany === true;
  addItem(tenant, contract, LABELS.chargeItem, {
    contractChargeID: charge.id,
    contractServiceID: charge.contractServiceID,
    billingCodeID: charge.billingCodeID,
    itemName: charge.name,
    description: charge.description,
    purchaseOrderNumber: charge.purchaseOrderNumber,
    itemDate: charge.datePurchased,
    quantity: charge.unitQuantity,
    rate: charge.unitPrice,
    extendedPrice: billable ? charge.billableAmount : 0,
    ourCost: charge.extendedCost,
    nonBillable: billable ? 0 : 1,
  });
}

/**
 * Real API: an adjustment in a posted period adds a prorated item instead of failing (documented for the UI), so re-sending a posted month
 * bills twice without an error.
 */
export function addAdjustmentItem(tenant: Tenant, change: Change, row: UnitRow): void {
  const load = loadOf(row);
  const start = later(startOf(row), change.effectiveDate);
  const share = hasPeriods(change.contract) ? shareOf(change.contract, { start, end: endOf(row) }) : undefined;
  const difference = (now: number, was: number): number =>
    extend(load.units + change.unitChange, now, share) - extend(load.units, was, share);
  addItem(tenant, change.contract, LABELS.adjustmentItem, {
    ...serviceFields(tenant, row),
    contractServiceAdjustmentID: tenant.adjustments.length + 1,
    itemDate: start,
    quantity: change.unitChange,
    rate: change.unitPrice ?? load.unitPrice,
    extendedPrice: difference(change.unitPrice ?? load.unitPrice, load.unitPrice),
    ourCost: difference(change.unitCost ?? load.unitCost, load.unitCost),
  });
}

function serviceFields(tenant: Tenant, row: UnitRow): Partial<BillingItem> {
  const service = tenant.tables.services.get(row.serviceID);
  const own = tenant.tables.contractServices.get(row.contractServiceID)?.invoiceDescription;
  return {
    contractServiceID: row.contractServiceID,
    contractServicePeriodID: row.id,
    serviceID: row.serviceID,
    billingCodeID: service?.billingCodeID ?? null,
    vendorID: row.vendorCompanyID,
    itemName: service?.name ?? null,
    description: own ?? service?.invoiceDescription ?? service?.description ?? null,
  };
}

function addItem(tenant: Tenant, contract: Contract, type: string, values: Partial<BillingItem>): void {
  const extendedPrice = round(values.extendedPrice ?? 0, POSTED_DECIMALS);
  const internal = (amount: number): number => toInternalCurrency(tenant, contract.companyID, amount);
  const kind = numberOf(tenant.picklists, 'BillingItems.billingItemType', type) ?? null;
  tenant.tables.billingItems.insert({
    nonBillable: 0,
    ...values,
    companyID: contract.companyID,
    contractID: contract.id,
    billingItemType: kind,
    subType: numberOf(tenant.picklists, 'BillingItems.subType', type) ?? kind,
    extendedPrice,
    totalAmount: extendedPrice,
    ourCost: round(values.ourCost ?? 0, POSTED_DECIMALS),
    taxDollars: 0,
    internalCurrencyRate: internal(values.rate ?? 0),
    internalCurrencyExtendedPrice: internal(extendedPrice),
    internalCurrencyTotalAmount: internal(extendedPrice),
    internalCurrencyTaxDollars: 0,
    postedDate: nowIso(tenant),
    postedOnTime: nowIso(tenant),
  });
}

const later = (a: Day, b: Day): Day => (a > b ? a : b);
