/** Approve & Post, and its undoing: from then on a period is frozen (`docs/vendors/autotask.md` 4 and 8). */
import type { Day } from '../days.js';
import type { BillingItem } from '../entities/billing.js';
import type { Contract, ContractCharge, UnitRow } from '../entities/contracts.js';
import { addChargeItem, addRowItem } from '../items.js';
import { endOf, isPosted } from '../rows.js';
import { nowIso, type Tenant } from '../tenant.js';
import { ControlError } from '../../control-error.js';

/** Rows that end, and charges that were purchased, on or before a day; of everybody, of a company or of a contract. */
export interface Scope {
  through: Day;
  companyID?: number | undefined;
  contractID?: number | undefined;
}

export interface Posted {
  rows: number;
  charges: number;
}

export function freeze(tenant: Tenant, scope: Scope): Posted {
  const posted: Posted = { rows: 0, charges: 0 };
  for (const contract of contractsIn(tenant, scope)) {
    for (const row of rowsThrough(tenant, contract, scope).filter((candidate) => !isPosted(candidate))) {
      tenant.tables.unitRows.update(row.id, { approveAndPostDate: nowIso(tenant) });
      addRowItem(tenant, contract, row);
      posted.rows += 1;
    }
    for (const charge of chargesThrough(tenant, contract, scope).filter((candidate) => !isBilled(candidate))) {
      tenant.tables.charges.update(charge.id, { isBilled: true });
      addChargeItem(tenant, contract, charge);
      posted.charges += 1;
    }
  }
  return posted;
}

/** Undoes `freeze`. Items of adjustments in a posted period stay: the row never had their amount. */
export function unfreeze(tenant: Tenant, scope: Scope): Posted {
  const rows = contractsIn(tenant, scope).flatMap((contract) => rowsThrough(tenant, contract, scope).filter(isPosted));
  const charges = contractsIn(tenant, scope).flatMap((contract) => chargesThrough(tenant, contract, scope).filter(isBilled));
  const items = itemsOf(tenant, rows, charges);
  const invoiced = items.find((item) => (item.invoiceID ?? 0) !== 0);
  if (invoiced) {
    throw new ControlError(409, `Invoice ${invoiced.invoiceID} has items of the contract ${invoiced.contractID}; void it first.`);
  }
  for (const { id } of items) tenant.tables.billingItems.remove(id);
  for (const { id } of rows) tenant.tables.unitRows.update(id, { approveAndPostDate: null });
  for (const { id } of charges) tenant.tables.charges.update(id, { isBilled: false });
  return { rows: rows.length, charges: charges.length };
}

const isBilled = (charge: ContractCharge): boolean => charge.isBilled === true;

function contractsIn({ tables }: Tenant, { companyID, contractID }: Scope): Contract[] {
  if (contractID !== undefined && !tables.contracts.get(contractID))
    throw new ControlError(404, `There is no contract ${contractID}.`);
  if (companyID !== undefined && !tables.companies.get(companyID))
    throw new ControlError(404, `There is no company ${companyID}.`);
  const contracts = companyID === undefined ? [...tables.contracts.all()] : tables.contracts.where('companyID', companyID);
  return contractID === undefined ? contracts : contracts.filter(({ id }) => id === contractID);
}

const rowsThrough = ({ tables }: Tenant, { id }: Contract, { through }: Scope): UnitRow[] =>
  tables.unitRows.where('contractID', id).filter((row) => endOf(row) <= through);

const chargesThrough = ({ tables }: Tenant, { id }: Contract, { through }: Scope): ContractCharge[] =>
  tables.charges.where('contractID', id).filter(({ datePurchased }) => (datePurchased ?? '') <= through);

/** The items of rows and charges, without those that adjustments of posted rows have made. */
function itemsOf({ tables }: Tenant, rows: UnitRow[], charges: ContractCharge[]): BillingItem[] {
  const rowIds = new Set(rows.map(({ id }) => id));
  const chargeIds = new Set(charges.map(({ id }) => id));
  return [...tables.billingItems.all()].filter(
    ({ contractServiceAdjustmentID, contractServicePeriodID, contractChargeID }) =>
      contractServiceAdjustmentID === null &&
      (rowIds.has(contractServicePeriodID ?? -1) || chargeIds.has(contractChargeID ?? -1)),
  );
}
