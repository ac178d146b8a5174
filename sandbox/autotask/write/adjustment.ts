/** POST ContractServiceAdjustments: finds, or creates, the contract service and hands over to `adjust` (`docs/vendors/autotask.md` 5.3). */
import { adjust } from '../adjust.js';
import type { Service } from '../entities/catalogue.js';
import { adjustmentFields, type Contract, type ContractService } from '../entities/contracts.js';
import type { Scalar } from '../fields.js';
import { refuse, TEXT } from '../refusal.js';
import type { Tenant } from '../tenant.js';
import type { Body } from './body.js';
import { checkReferences } from './check.js';
import { addContractService, checkCanCarry, isRecurring } from './rules/contracts.js';

export const ADJUSTMENT = { name: 'ContractServiceAdjustment', fields: adjustmentFields };

/** Which service on which contract; without a contract service, the contract does not have it yet, or is to have it once more. */
interface Target {
  contract: Contract;
  service: Service;
  contractService: ContractService | undefined;
}

export function createAdjustment(tenant: Tenant, { values }: Body): void {
  checkReferences(tenant, adjustmentFields, values);
  const { effectiveDate } = values;
  if (typeof effectiveDate !== 'string') throw refuse(TEXT.requiredField('effectiveDate'));
  const unitChange = numberOf(values['unitChange']) ?? 0;
  const target = targetOf(tenant, values);
  checkTarget(target, effectiveDate, unitChange);
  adjust(tenant, {
    contract: target.contract,
    service: target.contractService ?? addContractService(tenant, target.contract, target.service),
    effectiveDate,
    unitChange,
    unitPrice: numberOf(values['adjustedUnitPrice']),
    unitCost: numberOf(values['adjustedUnitCost']),
  });
}

const numberOf = (value: Scalar | undefined): number | null => (typeof value === 'number' ? value : null);

/** Real API: contractServiceID, or contractID together with serviceID (documented). */
function targetOf(tenant: Tenant, values: Body['values']): Target {
  const given = tenant.tables.contractServices.get(numberOf(values['contractServiceID']));
  const contractID = numberOf(values['contractID']);
  const serviceID = numberOf(values['serviceID']);
  if (!given && (contractID === null || serviceID === null)) {
    throw refuse(TEXT.requiredField('contractServiceID, or contractID and serviceID'));
  }
  if (given && contractID !== null && contractID !== given.contractID) throw refuse(TEXT.badReference('contractID', 'Contract'));
  if (given && serviceID !== null && serviceID !== given.serviceID) throw refuse(TEXT.badReference('serviceID', 'Service'));
  const contract = tenant.tables.contracts.need(given?.contractID ?? contractID);
  const service = tenant.tables.services.need(given?.serviceID ?? serviceID);
  const repeat = values['allowRepeatService'] === true && !given;
  const onContract = tenant.tables.contractServices.where('contractID', contract.id);
  const contractService = given ?? (repeat ? undefined : onContract.find((candidate) => candidate.serviceID === service.id));
  return { contract, service, contractService };
}

function checkTarget({ contract, service, contractService }: Target, effectiveDate: string, unitChange: number): void {
  if (!isRecurring(contract)) throw refuse(`The contract ${contract.id} is not of type Recurring Service.`);
  const inside = (contract.startDate ?? '') <= effectiveDate && effectiveDate <= (contract.endDate ?? '');
  if (!inside) throw refuse(TEXT.outsideContract);
  if (contractService) return;
  checkCanCarry(contract, service);
  // Before the contract service is made: a refused call leaves nothing behind.
  if (unitChange < 0)
    throw refuse(`The units of the service ${service.id} on the contract ${contract.id} cannot become negative.`);
}
