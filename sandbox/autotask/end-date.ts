/** What a new end date does to the rows of a contract (`docs/vendors/autotask.md` 4 and 8). */
import { addDays, type Day } from './days.js';
import type { Contract, ContractService } from './entities/contracts.js';
import { periodAt } from './periods.js';
import { refuse, TEXT } from './refusal.js';
import { addRows, changeRow, emptied, endOf, hasPeriods, isPosted, loadOf, rowsOf, startOf } from './rows.js';
import type { Tenant } from './tenant.js';

/** Refuses an earlier end that would delete or cut a posted row. */
export function checkNewEnd(tenant: Tenant, contract: Contract, newEnd: Day): void {
  const touched = tenant.tables.unitRows.where('contractID', contract.id).some((row) => isPosted(row) && endOf(row) > newEnd);
  if (touched) throw refuse(TEXT.posted);
}

/** Brings the rows to the end date that the contract has now. Posted rows stay as they are. */
export function applyNewEnd(tenant: Tenant, contract: Contract): void {
  if (!hasPeriods(contract) || contract.endDate === null) return;
  for (const service of tenant.tables.contractServices.where('contractID', contract.id)) {
    shorten(tenant, contract, service, contract.endDate);
    lengthen(tenant, contract, service, contract.endDate);
  }
}

function shorten(tenant: Tenant, contract: Contract, service: ContractService, newEnd: Day): void {
  for (const row of rowsOf(tenant, service.id)) {
    if (isPosted(row) || endOf(row) <= newEnd) continue;
    if (startOf(row) > newEnd) tenant.tables.unitRows.remove(row.id);
    else changeRow(tenant, contract, row, { end: newEnd });
  }
  // Adjustments after the new end go with their rows (documented), so their days are free again.
  const days = tenant.adjustedDays.get(service.id);
  for (const day of days ?? []) if (day > newEnd) days?.delete(day);
}

/** A service that never had rows gets none: whether the real API makes any is unknown. */
function lengthen(tenant: Tenant, contract: Contract, service: ContractService, newEnd: Day): void {
  const last = rowsOf(tenant, service.id).at(-1);
  if (!last || endOf(last) >= newEnd) return;
  const periodEnd = periodAt(contract, startOf(last)).end;
  const grown = !isPosted(last) && endOf(last) < periodEnd ? minimum(periodEnd, newEnd) : endOf(last);
  if (grown !== endOf(last)) changeRow(tenant, contract, last, { end: grown });
  const load = tenant.behaviour.extend === 'carry' ? loadOf(last) : emptied(loadOf(last));
  addRows(tenant, { contract, service }, { start: addDays(grown, 1), end: newEnd }, load);
}

const minimum = (a: Day, b: Day): Day => (a < b ? a : b);
