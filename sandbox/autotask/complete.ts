/** What a world's records leave out and the sandbox derives: prices on contracts, amounts of charges, and the rows. */
import { addAmounts } from './charges.js';
import type { Contract, ContractService, UnitRow } from './entities/contracts.js';
import { extend, unitOf } from './money.js';
import { periodAt, shareOf } from './periods.js';
import { addRows, hasPeriods, ownLoad, priced } from './rows.js';
import { toInternalCurrency, type Tenant } from './tenant.js';
import { InvalidWorld } from '../invalid-world.js';

/** The price on the contract is the one given for it, else the contract service's own. */
export function completeContractServices(tenant: Tenant): void {
  for (const service of [...tenant.tables.contractServices.all()]) {
    const companyID = tenant.tables.contracts.get(service.contractID)?.companyID ?? null;
    tenant.tables.contractServices.update(service.id, {
      adjustedPrice: service.adjustedPrice ?? service.unitPrice ?? 0,
      adjustedCost: service.adjustedCost ?? service.unitCost ?? 0,
      internalCurrencyUnitPrice:
        service.internalCurrencyUnitPrice ?? toInternalCurrency(tenant, companyID, service.unitPrice ?? 0),
    });
  }
}

export function completeCharges(tenant: Tenant): void {
  for (const charge of [...tenant.tables.charges.all()]) {
    tenant.tables.charges.update(charge.id, addAmounts(tenant, charge));
  }
}

/** Completes the rows that a world gives; contracts without any get one row per period and contract service. */
export function completeRows(tenant: Tenant, units: Map<number, number>): void {
  const given = [...tenant.tables.unitRows.all()];
  for (const row of given) completeRow(tenant, row);
  const listed = new Set([...tenant.tables.unitRows.all()].map(({ contractID }) => contractID));
  for (const service of tenant.tables.contractServices.all()) {
    const contract = tenant.tables.contracts.need(service.contractID);
    if (!listed.has(contract.id)) generateRows(tenant, contract, service, units.get(service.id) ?? 0);
  }
}

function generateRows(tenant: Tenant, contract: Contract, service: ContractService, units: number): void {
  const { startDate: start, endDate: end } = contract;
  if (start === null || end === null || !hasPeriods(contract)) {
    throw new InvalidWorld(`autotask.contracts: ${contract.id} has services, but no billing periods for their rows`);
  }
  addRows(tenant, { contract, service }, { start, end }, { ...ownLoad(service), units });
}

/** A row is taken as it stands: its extended amounts count, and the price of one unit follows from them unless it is given. */
function completeRow(tenant: Tenant, row: UnitRow): void {
  const service = tenant.tables.contractServices.need(row.contractServiceID);
  const contract = tenant.tables.contracts.need(service.contractID);
  checkParents(row, service);
  const start = row.startDate ?? '';
  const stretch = { start, end: row.endDate ?? periodEnd(contract, row) };
  const share = hasPeriods(contract) ? shareOf(contract, stretch) : undefined;
  const units = row.units ?? 0;
  const each = (name: 'price' | 'cost', extended: number | null, given: number | null, own: number | null): number => {
    const unit = given ?? (extended !== null && units !== 0 ? unitOf(extended, units, share) : (own ?? 0));
    if (extended === null || extend(units, unit, share) === extended) return unit;
    throw new InvalidWorld(`autotask.unitRows: ${row.id} has a ${name} of ${extended}, which is not ${units} x ${unit}`);
  };
  const load = {
    units,
    unitPrice: each('price', row.price, row.unitPrice, service.adjustedPrice),
    unitCost: each('cost', row.cost, row.unitCost, service.adjustedCost),
  };
  tenant.tables.unitRows.update(row.id, {
    contractID: contract.id,
    serviceID: service.serviceID,
    ...priced(tenant, contract, stretch, load),
  });
}

function periodEnd(contract: Contract, { id, startDate }: UnitRow): string {
  if (startDate === null || contract.endDate === null || !hasPeriods(contract)) {
    throw new InvalidWorld(`autotask.unitRows: ${id} needs an endDate, because its contract has no billing periods`);
  }
  const { end } = periodAt(contract, startDate);
  return end < contract.endDate ? end : contract.endDate;
}

function checkParents(row: UnitRow, service: ContractService): void {
  for (const field of ['contractID', 'serviceID'] as const) {
    if (row[field] === null || row[field] === service[field]) continue;
    throw new InvalidWorld(
      `autotask.unitRows: ${row.id} has ${field} ${row[field]}, its contract service ${service.id} has ${service[field]}`,
    );
  }
}
