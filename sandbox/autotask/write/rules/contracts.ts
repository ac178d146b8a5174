import { applyNewEnd, checkNewEnd } from '../../end-date.js';
import type { Contract, ContractService } from '../../entities/contracts.js';
import type { Service } from '../../entities/catalogue.js';
import { refuse, TEXT } from '../../refusal.js';
import { nowIso, toInternalCurrency, type Tenant } from '../../tenant.js';
import type { Rules } from './rules.js';

/** Real API: 7 is Recurring Service (documented). */
const RECURRING_SERVICE = 7;
/** Fields that a recurring service contract may not have (documented for the estimates; the rate is for block hours). */
const NOT_RECURRING = ['estimatedCost', 'estimatedHours', 'estimatedRevenue', 'overageBillingRate'] as const;

export const isRecurring = (contract: Contract): boolean => contract.contractType === RECURRING_SERVICE;

export const contractRules: Rules<Contract> = {
  check(tenant, after, before) {
    if (isRecurring(after)) checkRecurring(after);
    if ((after.startDate ?? '') >= (after.endDate ?? '')) throw refuse('startDate must be before endDate.');
    if (before) checkDates(tenant, after, before);
  },
  derive: (tenant, after) => ({
    lastModifiedDateTime: nowIso(tenant),
    internalCurrencySetupFee: after.setupFee === null ? null : toInternalCurrency(tenant, after.companyID, after.setupFee),
  }),
  applied(tenant, after, before) {
    if (after.endDate !== before.endDate) applyNewEnd(tenant, after);
  },
};

function checkRecurring(contract: Contract): void {
  if (contract.contractPeriodType === null) throw refuse(TEXT.requiredField('contractPeriodType'));
  const wrong = NOT_RECURRING.find((field) => contract[field] !== null);
  if (wrong) throw refuse(`The field ${wrong} is not for contracts of type Recurring Service.`);
}

function checkDates(tenant: Tenant, after: Contract, before: Contract): void {
  const hasServices = tenant.tables.contractServices.where('contractID', after.id).length > 0;
  // Real API: fixed once a service is on the contract (documented for the UI).
  if (after.startDate !== before.startDate && hasServices) {
    throw refuse('startDate cannot be changed once the contract has a service.');
  }
  if (after.endDate !== null && before.endDate !== null && after.endDate < before.endDate)
    checkNewEnd(tenant, before, after.endDate);
}

export const contractServiceRules: Rules<ContractService> = {
  complete: (tenant, draft) => pricesOf(draft, tenant.tables.services.get(draft.serviceID)),
  check(tenant, after, before) {
    if (before) return;
    const contract = tenant.tables.contracts.need(after.contractID);
    checkCanCarry(contract, tenant.tables.services.need(after.serviceID));
    // Real API: one service normally appears once per contract; a repeat needs allowRepeatService on an adjustment.
    const there = tenant.tables.contractServices
      .where('contractID', contract.id)
      .some(({ serviceID }) => serviceID === after.serviceID);
    if (there) throw refuse(`The contract ${contract.id} already has the service ${after.serviceID}.`);
  },
  derive: (tenant, after) => ({
    internalCurrencyUnitPrice: toInternalCurrency(
      tenant,
      tenant.tables.contracts.get(after.contractID)?.companyID ?? null,
      after.unitPrice ?? 0,
    ),
  }),
};

/** List prices come from the service; the price on the contract is the list price until something says otherwise. */
function pricesOf(draft: ContractService, service: Service | undefined): Partial<ContractService> {
  const unitPrice = draft.unitPrice ?? service?.unitPrice ?? 0;
  const unitCost = draft.unitCost ?? service?.unitCost ?? 0;
  return { unitPrice, unitCost, adjustedPrice: draft.adjustedPrice ?? unitPrice, adjustedCost: unitCost };
}

/** Refuses a service that cannot be on a contract. */
export function checkCanCarry(contract: Contract, service: Service): void {
  if (!isRecurring(contract)) throw refuse(`The contract ${contract.id} is not of type Recurring Service.`);
  if (service.isActive === false) throw refuse(`The service ${service.id} is not active.`);
  // Real API: the service's period "must fit" the contract's; the same one is the only case that certainly fits.
  if (service.periodType !== contract.contractPeriodType) {
    throw refuse(`The period type of the service ${service.id} does not fit the contract ${contract.id}.`);
  }
}

/** Puts a service on a contract, as an adjustment does if the contract does not have it. */
export function addContractService(tenant: Tenant, contract: Contract, service: Service): ContractService {
  const table = tenant.tables.contractServices;
  const draft = table.draft({ contractID: contract.id, serviceID: service.id });
  const complete = table.draft({ ...draft, ...pricesOf(draft, service) });
  const made = table.add({ ...complete, ...contractServiceRules.derive?.(tenant, complete) });
  tenant.added.add(`ContractServices ${made.id}`);
  return made;
}
