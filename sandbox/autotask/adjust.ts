/** ContractServiceAdjustments: the one call by which units and prices of a contract service change (`docs/vendors/autotask.md` 5.3). */
import { addDays, type Day } from './days.js';
import type { Contract, ContractService, UnitRow } from './entities/contracts.js';
import { addAdjustmentItem } from './items.js';
import { refuse, TEXT } from './refusal.js';
import { addRows, changeRow, endOf, isPosted, loadOf, ownLoad, rowsOf, splitRow, startOf, type Load } from './rows.js';
import { nowIso, type Amounts, type Tenant } from './tenant.js';

/** An adjustment whose contract, service and day are already checked. */
export interface Change {
  contract: Contract;
  service: ContractService;
  effectiveDate: Day;
  unitChange: number;
  unitPrice: number | null;
  unitCost: number | null;
}

/** Refuses the change, or carries it out and notes it in the log. */
export function adjust(tenant: Tenant, change: Change): void {
  const rows = rowsOf(tenant, change.service.id);
  checkDuplicate(tenant, change, rows);
  checkPosted(tenant, change, rows);
  checkUnits(change, rows);
  const before = amountsOf(rowAt(rows, change.effectiveDate));
  fillGap(tenant, change, rows);
  applyToRows(tenant, change);
  rememberPrice(tenant, change);
  note(tenant, change, before);
}

const rowAt = (rows: UnitRow[], day: Day): UnitRow | undefined => rows.find((row) => startOf(row) <= day && day <= endOf(row));
const amountsOf = (row: UnitRow | undefined): Amounts => ({
  units: row?.units ?? 0,
  price: row?.price ?? 0,
  cost: row?.cost ?? 0,
});

/** Real API: the stored key is contract service, row start, row end, so a second adjustment on a day fails (observed). */
function checkDuplicate(tenant: Tenant, { service, effectiveDate }: Change, rows: UnitRow[]): void {
  const adjusted =
    tenant.behaviour.secondAdjustment === 'refuse' && tenant.adjustedDays.get(service.id)?.has(effectiveDate) === true;
  // Whether a first adjustment on the start of an existing row changes it is unknown (`docs/vendors/autotask.md` 12, no. 1).
  const onStart = tenant.behaviour.periodStart === 'duplicate' && rows.some((row) => startOf(row) === effectiveDate);
  if (adjusted || onStart) throw refuse(tenant.behaviour.sqlTexts ? TEXT.sqlDuplicate : TEXT.duplicate);
}

const isTouched =
  ({ effectiveDate }: Change) =>
  (row: UnitRow): boolean =>
    endOf(row) >= effectiveDate;

function checkPosted(tenant: Tenant, change: Change, rows: UnitRow[]): void {
  if (tenant.behaviour.afterPost === 'reject' && rows.filter(isTouched(change)).some(isPosted)) throw refuse(TEXT.posted);
}

/** Inferred: units may not become negative, on this row or on any later one. */
function checkUnits(change: Change, rows: UnitRow[]): void {
  const touched = rows.filter(isTouched(change));
  const worst = touched.find((row) => (row.units ?? 0) + change.unitChange < 0);
  const opensGap = touched.every((row) => startOf(row) > change.effectiveDate);
  if (!worst && !(opensGap && change.unitChange < 0)) return;
  throw refuse(`The units of a contract service cannot become negative (period of ${worst?.startDate ?? change.effectiveDate}).`);
}

/** Rows from the day of the change to the first one that is there, or to the end of the contract. */
function fillGap(tenant: Tenant, { contract, service, effectiveDate }: Change, rows: UnitRow[]): void {
  if (rowAt(rows, effectiveDate)) return;
  const next = rows.find((row) => startOf(row) > effectiveDate);
  const end = next ? addDays(startOf(next), -1) : (contract.endDate ?? effectiveDate);
  addRows(tenant, { contract, service }, { start: effectiveDate, end }, ownLoad(service));
}

/** Changes the row of the day and all later ones: what is adjusted carries forward. */
function applyToRows(tenant: Tenant, change: Change): void {
  for (const row of rowsOf(tenant, change.service.id).filter(isTouched(change))) {
    if (isPosted(row)) addAdjustmentItem(tenant, change, row);
    else applyToRow(tenant, change, row);
  }
}

function applyToRow(tenant: Tenant, change: Change, row: UnitRow): void {
  const { contract, service, effectiveDate } = change;
  const changed = startOf(row) < effectiveDate ? splitRow(tenant, { contract, service }, row, effectiveDate) : row;
  changeRow(tenant, contract, changed, changedLoad(change, loadOf(changed)));
}

const changedLoad = (change: Change, load: Load): Load => ({
  units: load.units + change.unitChange,
  unitPrice: change.unitPrice ?? load.unitPrice,
  unitCost: change.unitCost ?? load.unitCost,
});

/** Real API: the list price (unitPrice) of the contract service stays as it is (inferred); the price on the contract follows. */
function rememberPrice(tenant: Tenant, { service, unitPrice, unitCost }: Change): void {
  tenant.tables.contractServices.update(service.id, {
    ...(unitPrice === null ? {} : { adjustedPrice: unitPrice }),
    ...(unitCost === null ? {} : { adjustedCost: unitCost }),
  });
}

function note(tenant: Tenant, change: Change, before: Amounts): void {
  const { contract, service, effectiveDate, unitChange, unitPrice, unitCost } = change;
  const days = tenant.adjustedDays.get(service.id) ?? new Set();
  tenant.adjustedDays.set(service.id, days.add(effectiveDate));
  tenant.adjustments.push({
    id: tenant.adjustments.length + 1,
    at: nowIso(tenant),
    contractID: contract.id,
    serviceID: service.serviceID ?? 0,
    contractServiceID: service.id,
    effectiveDate,
    unitChange,
    adjustedUnitPrice: unitPrice,
    adjustedUnitCost: unitCost,
    before,
    after: amountsOf(rowAt(rowsOf(tenant, service.id), effectiveDate)),
  });
}
