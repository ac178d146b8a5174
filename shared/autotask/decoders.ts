import type { CanceledStatus } from './charge-status.js';
import type { Decoder } from './queries.js';
import { hasUnits, isOurs, toCharge, toContractService, toProduct, toRow, toService, type ContractService } from './translate.js';
import type { Charge, Product, Row, Service } from '../billing/types.js';

/** How the records of each kind are read that need little of the tenant's to be understood. */

export const ROWS: Decoder<Row> = { decode: toRow, shows: hasUnits };
/** Of charges those are told apart whose status says that no customer is asked for them. */
export const chargesRead = (canceled: CanceledStatus): Decoder<Charge> => ({
  decode: (record) => toCharge(record, canceled),
  shows: isOurs,
});
export const SERVICES: Decoder<Service> = { decode: toService };
export const PRODUCTS_READ: Decoder<Product> = { decode: toProduct };
export const CONTRACT_SERVICES: Decoder<ContractService> = { decode: toContractService };
