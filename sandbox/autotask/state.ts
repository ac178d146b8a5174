/** The tenant as `GET /_sandbox/state` shows it: the truth, not what the API would say of it. */
import { midnight } from './days.js';
import type { BillingItem, Invoice } from './entities/billing.js';
import type { BillingCode, Product, Service } from './entities/catalogue.js';
import type { Contract, ContractBillingRule, ContractCharge, ContractService, UnitRow } from './entities/contracts.js';
import type { Company, Currency, Department, TaxCategory, UdfDefinition } from './entities/settings.js';
import type { AnyRecord } from './fields.js';
import { LABELS } from './picklists.js';
import { stateRecord } from './present.js';
import type { Table } from './table.js';
import { useType, type Adjustment, type Tenant } from './tenant.js';

/** Every table, ordered by id; days as midnight UTC. */
export interface AutotaskState {
  companies: Company[];
  contracts: Contract[];
  contractServices: ContractService[];
  unitRows: UnitRow[];
  charges: ContractCharge[];
  billingRules: ContractBillingRule[];
  services: Service[];
  products: Product[];
  billingCodes: BillingCode[];
  billingItems: BillingItem[];
  invoices: Invoice[];
  currencies: Currency[];
  departments: Department[];
  taxCategories: TaxCategory[];
  udfDefinitions: UdfDefinition[];
  adjustments: Adjustment[];
}

export function stateOf(tenant: Tenant): AutotaskState {
  const { tables } = tenant;
  const list = <R extends AnyRecord>(table: Table<R>): R[] => shown(tenant, table);
  return {
    companies: list(tables.companies),
    contracts: list(tables.contracts),
    contractServices: list(tables.contractServices),
    unitRows: list(tables.unitRows),
    charges: list(tables.charges),
    billingRules: list(tables.billingRules),
    services: list(tables.services),
    products: list(tables.products),
    billingCodes: list(tables.billingCodes),
    billingItems: list(tables.billingItems),
    invoices: list(tables.invoices),
    currencies: list(tables.currencies),
    departments: list(tables.departments),
    taxCategories: list(tables.taxCategories),
    udfDefinitions: list(tables.udfDefinitions),
    adjustments: tenant.adjustments.map((entry) => ({ ...entry, effectiveDate: midnight(entry.effectiveDate) })),
  };
}

function shown<R extends AnyRecord>(tenant: Tenant, table: Table<R>): R[] {
  return [...table.all()].map((record) => stateRecord(tenant, table, record));
}

/** The settings with which the product finds this tenant; codes and SLA are the first ones that fit. */
export function environmentOf(tenant: Tenant): Record<string, string> {
  const { username, secret, integrationCode } = tenant.credentials;
  return {
    AUTOTASK_USERNAME: username,
    AUTOTASK_SECRET: secret,
    AUTOTASK_INTEGRATION_CODE: integrationCode,
    AUTOTASK_SERVICE_BILLING_CODE_ID: billingCode(tenant, LABELS.serviceCode),
    AUTOTASK_PRODUCT_BILLING_CODE_ID: billingCode(tenant, LABELS.materialCode),
    AUTOTASK_SLA_ID: tenant.picklists.get('Contracts.serviceLevelAgreementID')?.find(({ isActive }) => isActive)?.value ?? '',
  };
}

function billingCode(tenant: Tenant, label: string): string {
  const wanted = useType(tenant, label);
  const code = [...tenant.tables.billingCodes.all()].find(
    (candidate) => candidate.isActive !== false && candidate.useType === wanted,
  );
  return code ? String(code.id) : '';
}
