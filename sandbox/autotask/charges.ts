/** What the API derives on a contract charge (`docs/vendors/autotask.md` 5.5). */
import type { ContractCharge } from './entities/contracts.js';
import { extend, round } from './money.js';
import { keepDecimals, toInternalCurrency, type Tenant } from './tenant.js';

/** Digits kept of a quantity; not stated, likely 4 (`docs/vendors/autotask.md` 12, no. 13). */
const QUANTITY_DECIMALS = 4;

/** Real API: rounds quantity, cost and price (documented), then multiplies. */
export function addAmounts(tenant: Tenant, charge: ContractCharge): Partial<ContractCharge> {
  const unitQuantity = round(charge.unitQuantity ?? 0, QUANTITY_DECIMALS);
  const unitPrice = keepDecimals(tenant, charge.unitPrice ?? 0);
  const unitCost = keepDecimals(tenant, charge.unitCost ?? 0);
  const billableAmount = extend(unitQuantity, unitPrice);
  const companyID = tenant.tables.contracts.get(charge.contractID)?.companyID ?? null;
  return {
    unitQuantity,
    unitPrice,
    unitCost,
    billableAmount,
    extendedCost: extend(unitQuantity, unitCost),
    internalCurrencyBillableAmount: toInternalCurrency(tenant, companyID, billableAmount),
    internalCurrencyUnitPrice: toInternalCurrency(tenant, companyID, unitPrice),
  };
}
