/** Every entity that has a table, by table. */
import type { Entity, Fields, TableName } from '../fields.js';
import { billingItems, invoices } from './billing.js';
import { billingCodes, products, services } from './catalogue.js';
import { contractBillingRules, contractCharges, contracts, contractServices, contractServiceUnits } from './contracts.js';
import { companies, currencies, departments, taxCategories, userDefinedFieldDefinitions } from './settings.js';

export const ENTITIES = {
  companies,
  contracts,
  contractServices,
  unitRows: contractServiceUnits,
  charges: contractCharges,
  billingRules: contractBillingRules,
  services,
  products,
  billingCodes,
  billingItems,
  invoices,
  currencies,
  departments,
  taxCategories,
  udfDefinitions: userDefinedFieldDefinitions,
};

/** The same, for code that works from the description alone. */
export const ALL_ENTITIES: readonly Entity<Fields>[] = Object.values(ENTITIES);

/** The tables in the order in which later ones refer to earlier ones. */
export const TABLE_NAMES: readonly TableName[] = [
  'currencies',
  'departments',
  'taxCategories',
  'billingCodes',
  'companies',
  'services',
  'products',
  'contracts',
  'contractServices',
  'unitRows',
  'charges',
  'billingRules',
  'invoices',
  'billingItems',
  'udfDefinitions',
];
