/** The rows of a contract service: one per billing period, split where an adjustment starts within one (`docs/vendors/autotask.md` 4 and 5.4). */
import { addDays, type Day } from './days.js';
import type { Contract, ContractService, UnitRow } from './entities/contracts.js';
import { extend } from './money.js';
import { monthsOf, shareOf, stretches, type Period } from './periods.js';
import { toInternalCurrency, type Tenant } from './tenant.js';

/** What a row is worth; everything else about it follows from its contract service and its days. */
export interface Load {
  units: number;
  unitPrice: number;
  unitCost: number;
}

export const loadOf = (row: UnitRow): Load => ({
  units: row.units ?? 0,
  unitPrice: row.unitPrice ?? 0,
  unitCost: row.unitCost ?? 0,
});

/** The same price with no units: a row keeps its price for later. */
export const emptied = (load: Load): Load => ({ ...load, units: 0 });

/** What a contract service costs before any adjustment said otherwise. */
export const ownLoad = (service: ContractService): Load => ({
  units: 0,
  unitPrice: service.adjustedPrice ?? 0,
  unitCost: service.adjustedCost ?? 0,
});

export const startOf = (row: UnitRow): Day => row.startDate ?? '';
export const endOf = (row: UnitRow): Day => row.endDate ?? '';
export const isPosted = (row: UnitRow): boolean => row.approveAndPostDate !== null;

/** The rows of a contract service in the order of their days. */
export function rowsOf(tenant: Tenant, contractServiceID: number): UnitRow[] {
  const rows = tenant.tables.unitRows.where('contractServiceID', contractServiceID);
  return rows.sort((a, b) => startOf(a).localeCompare(startOf(b)) || a.id - b.id);
}

/** Whether a contract has billing periods at all. */
export const hasPeriods = (contract: Contract): boolean =>
  contract.startDate !== null && contract.endDate !== null && monthsOf(contract.contractPeriodType) !== undefined;

/** The fields of a row that follow from its days and its load. */
export function priced(tenant: Tenant, contract: Contract, { start, end }: Period, load: Load) {
  const share = hasPeriods(contract) ? shareOf(contract, { start, end }) : undefined;
  const price = extend(load.units, load.unitPrice, share);
  return {
    startDate: start,
    endDate: end,
    ...load,
    price,
    cost: extend(load.units, load.unitCost, share),
    internalCurrencyPrice: toInternalCurrency(tenant, contract.companyID, price),
  };
}

export function addRow(
  tenant: Tenant,
  { contract, service }: { contract: Contract; service: ContractService },
  stretch: Period,
  load: Load,
): UnitRow {
  return tenant.tables.unitRows.insert({
    contractID: contract.id,
    contractServiceID: service.id,
    serviceID: service.serviceID,
    vendorCompanyID: tenant.tables.services.get(service.serviceID)?.vendorCompanyID ?? null,
    ...priced(tenant, contract, stretch, load),
  });
}

/** One row per period between two days. */
export function addRows(
  tenant: Tenant,
  { contract, service }: { contract: Contract; service: ContractService },
  days: Period,
  load: Load,
): UnitRow[] {
  return stretches(contract, days.start, days.end).map((stretch) => addRow(tenant, { contract, service }, stretch, load));
}

/** Changes a row's days or load; what follows from them follows. */
export function changeRow(tenant: Tenant, contract: Contract, row: UnitRow, change: Partial<Period & Load>): UnitRow {
  const { start = startOf(row), end = endOf(row), ...load } = change;
  return tenant.tables.unitRows.update(row.id, priced(tenant, contract, { start, end }, { ...loadOf(row), ...load }));
}

/** Ends a row the day before `day` and starts another there with the same load. Real API: treat endDate as the last day (inferred). */
export function splitRow(
  tenant: Tenant,
  { contract, service }: { contract: Contract; service: ContractService },
  row: UnitRow,
  day: Day,
): UnitRow {
  const end = endOf(row);
  changeRow(tenant, contract, row, { end: addDays(day, -1) });
  return addRow(tenant, { contract, service }, { start: day, end }, loadOf(row));
}
