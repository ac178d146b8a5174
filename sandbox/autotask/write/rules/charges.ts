import { addAmounts } from '../../charges.js';
import type { ContractCharge } from '../../entities/contracts.js';
import { LABELS, numberOf } from '../../picklists.js';
import { refuse, TEXT } from '../../refusal.js';
import { nowIso, type Tenant } from '../../tenant.js';
import { checkBillingCode } from './billing-codes.js';
import type { Rules } from './rules.js';

export const chargeRules: Rules<ContractCharge> = {
  complete(tenant, draft) {
    const product = tenant.tables.products.get(draft.productID);
    const billingCodeID = draft.billingCodeID ?? product?.chargeBillingCodeID ?? null;
    const code = tenant.tables.billingCodes.get(billingCodeID);
    return {
      billingCodeID,
      unitPrice: draft.unitPrice ?? product?.unitPrice ?? code?.unitPrice ?? 0,
      unitCost: draft.unitCost ?? product?.unitCost ?? code?.unitCost ?? 0,
      // Real API: what a charge is when the client does not say is not documented; not billable is the default that is noticed.
      isBillableToCompany: draft.isBillableToCompany ?? false,
      isBilled: false,
      status: statusOf(tenant, product?.doesNotRequireProcurement === true),
      statusLastModifiedDate: nowIso(tenant),
      createDate: nowIso(tenant),
    };
  },
  check(tenant, after, before) {
    if (before) checkOpen(before);
    if (after.productID === null && after.billingCodeID === null) throw refuse(TEXT.requiredField('productID or billingCodeID'));
    checkBillingCode(tenant, 'billingCodeID', after.billingCodeID, LABELS.materialCode);
    const service = tenant.tables.contractServices.get(after.contractServiceID);
    if (service && service.contractID !== after.contractID)
      throw refuse(TEXT.badReference('contractServiceID', 'ContractService'));
  },
  derive: (tenant, after) => addAmounts(tenant, after),
  remove: (_tenant, record) => checkOpen(record),
};

/** Real API: update and delete only while not billed (documented). */
function checkOpen(charge: ContractCharge): void {
  if (charge.isBilled) throw refuse(`The contract charge ${charge.id} is already billed and cannot be changed or deleted.`);
}

/** A product that needs no procurement is delivered at once (inferred). */
const statusOf = (tenant: Tenant, delivered: boolean): number | null =>
  numberOf(tenant.picklists, 'ContractCharges.status', delivered ? LABELS.chargeDelivered : LABELS.chargePending) ?? null;
