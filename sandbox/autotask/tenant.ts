import type { Clock } from '../clock.js';
import type { Behaviour } from './behaviour.js';
import { createCalendar, type Calendar, type Day } from './days.js';
import { ENTITIES } from './entities/index.js';
import type { AnyRecord, Entity, TableName } from './fields.js';
import { round } from './money.js';
import { numberOf, type Picklists } from './picklists.js';
import { createTable, type Lag, type Table } from './table.js';

/** One adjustment that took effect. The real API keeps no such list; a test needs it to prove "posted exactly once". */
export interface Adjustment {
  id: number;
  at: string;
  contractID: number;
  serviceID: number;
  contractServiceID: number;
  effectiveDate: Day;
  unitChange: number;
  adjustedUnitPrice: number | null;
  adjustedUnitCost: number | null;
  before: Amounts;
  after: Amounts;
}

/** Extended amounts, as on the row. */
export interface Amounts {
  units: number;
  price: number;
  cost: number;
}

export interface Credentials {
  username: string;
  secret: string;
  integrationCode: string;
}

export type Tables = ReturnType<typeof createTables>;

/** One Autotask tenant: its records, its settings, and the clock. */
export interface Tenant {
  tables: Tables;
  credentials: Credentials;
  behaviour: Behaviour;
  picklists: Picklists;
  calendar: Calendar;
  clock: Clock;
  lag: Lag;
  adjustments: Adjustment[];
  /** Records that were added through the API, as collection and id. */
  added: Set<string>;
  /** Days on which a contract service has an API adjustment, by its id: a second one is a duplicate. */
  adjustedDays: Map<number, Set<Day>>;
}

export interface TenantSettings {
  credentials: Credentials;
  behaviour: Behaviour;
  picklists: Picklists;
}

export function createTenant(settings: TenantSettings, clock: Clock): Tenant {
  const { timeZone, dateOutput, visibleAfterMs } = settings.behaviour;
  const lag = { visibleAfterMs, nowMs: () => performance.now() };
  return {
    ...settings,
    clock,
    lag,
    tables: createTables(lag),
    calendar: createCalendar(timeZone, dateOutput),
    adjustments: [],
    added: new Set(),
    adjustedDays: new Map(),
  };
}

function createTables(lag: Lag) {
  return {
    companies: createTable(ENTITIES.companies, lag),
    contracts: createTable(ENTITIES.contracts, lag),
    contractServices: createTable(ENTITIES.contractServices, lag),
    unitRows: createTable(ENTITIES.unitRows, lag),
    charges: createTable(ENTITIES.charges, lag),
    billingRules: createTable(ENTITIES.billingRules, lag),
    services: createTable(ENTITIES.services, lag),
    products: createTable(ENTITIES.products, lag),
    billingCodes: createTable(ENTITIES.billingCodes, lag),
    billingItems: createTable(ENTITIES.billingItems, lag),
    invoices: createTable(ENTITIES.invoices, lag),
    currencies: createTable(ENTITIES.currencies, lag),
    departments: createTable(ENTITIES.departments, lag),
    taxCategories: createTable(ENTITIES.taxCategories, lag),
    udfDefinitions: createTable(ENTITIES.udfDefinitions, lag),
  };
}

/** Does something that queries see at once, whatever the tenant's lag: loading a world, or what a person does in the UI. */
export function atOnce<T>({ lag }: Tenant, act: () => T): T {
  const { visibleAfterMs } = lag;
  lag.visibleAfterMs = 0;
  try {
    return act();
  } finally {
    lag.visibleAfterMs = visibleAfterMs;
  }
}

/** A table for code that works from the description alone. */
export const tableOf = (tenant: Tenant, name: TableName): Table<AnyRecord> => tenant.tables[name];

/** The names of an entity's user-defined fields, in the order of their definitions. */
export function userDefinedFieldsOf(tenant: Tenant, entity: Pick<Entity, 'udfType'>) {
  if (entity.udfType === undefined) return [];
  const type = numberOf(tenant.picklists, 'UserDefinedFieldDefinitions.udfType', entity.udfType);
  return [...tenant.tables.udfDefinitions.all()].filter(
    (definition) => definition.udfType === type && definition.isActive !== false,
  );
}

/** The number of a billing code's use type, from the tenant's own picklist. */
export const useType = (tenant: Tenant, label: string): number | undefined =>
  numberOf(tenant.picklists, 'BillingCodes.useType', label);

/** A unit price or unit cost with as many decimals as the tenant keeps. */
export const keepDecimals = (tenant: Tenant, value: number): number => round(value, tenant.behaviour.unitPriceDecimals);

/** An amount of a company in the tenant's internal currency, for the read-only twins. Inferred: amount x exchange rate. */
export function toInternalCurrency(tenant: Tenant, companyID: number | null, amount: number): number {
  const currency = tenant.tables.currencies.get(tenant.tables.companies.get(companyID)?.currencyID ?? null);
  return round(amount * (currency?.exchangeRate ?? 1), 4);
}

export const nowIso = (tenant: Tenant): string => tenant.clock.now().toISOString();
