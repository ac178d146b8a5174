import type { Product, Service } from '../../entities/catalogue.js';
import { LABELS, numberOf } from '../../picklists.js';
import { refuse, TEXT } from '../../refusal.js';
import { nowIso, type Tenant } from '../../tenant.js';
import { checkBillingCode } from './billing-codes.js';
import type { Rules } from './rules.js';

export const serviceRules: Rules<Service> = {
  complete: (tenant, draft) => ({
    isActive: draft.isActive ?? true,
    unitCost: draft.unitCost ?? 0,
    createDate: nowIso(tenant),
  }),
  check(tenant, after, before) {
    checkBillingCode(tenant, 'billingCodeID', after.billingCodeID, LABELS.serviceCode);
    if (tenant.behaviour.uniqueServiceNames) checkName(tenant, after, before);
  },
  derive: (tenant) => ({ lastModifiedDate: nowIso(tenant) }),
};

/** Real API: a unique key on the table, whose own text comes through (observed); that inactive services count is inferred (`docs/vendors/autotask.md` 6.1). */
function checkName(tenant: Tenant, after: Service, before: Service | undefined): void {
  const name = after.name?.toLowerCase();
  const other = [...tenant.tables.services.all()].some(
    (service) => service.id !== before?.id && service.name?.toLowerCase() === name,
  );
  if (other) throw refuse(TEXT.uniqueName(after.name ?? ''));
}

export const productRules: Rules<Product> = {
  complete(tenant, draft) {
    return {
      billingType: draft.billingType ?? numberOf(tenant.picklists, 'Products.billingType', LABELS.standardBilling) ?? null,
      doesNotRequireProcurement: draft.doesNotRequireProcurement ?? false,
      isEligibleForRma: draft.isEligibleForRma ?? false,
      // Real API: productBillingCodeID is the older name; what clients must send differs, so either does (`docs/vendors/autotask.md` 12, no. 18).
      chargeBillingCodeID: draft.chargeBillingCodeID ?? draft.productBillingCodeID,
      productBillingCodeID: draft.productBillingCodeID ?? draft.chargeBillingCodeID,
      createdTime: nowIso(tenant),
    };
  },
  check(tenant, after) {
    checkBillingCode(tenant, 'chargeBillingCodeID', after.chargeBillingCodeID, LABELS.materialCode);
    checkBillingCode(tenant, 'productBillingCodeID', after.productBillingCodeID, LABELS.materialCode);
  },
};
