/** Autotask's half of a world file: the frame, and a schema per table made from the entity's own description. */
import * as z from 'zod';
import { behaviourSchema } from './behaviour.js';
import { parseInstant } from './days.js';
import { ENTITIES } from './entities/index.js';
import type { Entity, Field, TableName, UserDefinedField } from './fields.js';

/** A day in a world file is taken as it stands, whatever the time zone: its first ten characters. */
const dayText = z
  .string()
  .transform((value) => value.slice(0, 10))
  .refine((value) => /^\d{4}-\d\d-\d\d$/.test(value) && parseInstant(value) !== undefined, 'not a day such as 2025-10-01');

const instantText = z
  .string()
  .refine((value) => parseInstant(value) !== undefined, 'not an instant such as 2025-10-01T08:00:00Z')
  .transform((value) => new Date(parseInstant(value) ?? 0).toISOString());

function valueSchema(field: Field): z.ZodType {
  switch (field.type) {
    case 'integer':
    case 'long':
      return z.number().int();
    case 'double':
      return z.number();
    case 'boolean':
      return z.boolean();
    case 'string':
      return z.string();
    case 'datetime':
      return field.day ? dayText : instantText;
  }
}

const userDefinedValue = z.strictObject({ name: z.string(), value: z.string().nullable() });

/** A record of a world: any part of the entity's fields, and nothing else. */
const recordSchema = (entity: Entity, extra: Record<string, z.ZodType> = {}) =>
  z
    .strictObject({
      id: z.number().int().min(0).optional(),
      userDefinedFields: z.array(userDefinedValue).optional(),
      ...Object.fromEntries(
        Object.entries(entity.fields).map(([name, field]) => [name, valueSchema(field).nullable().optional()]),
      ),
    })
    .extend(extra);

const records = (entity: Entity, extra?: Record<string, z.ZodType>) => z.array(recordSchema(entity, extra)).default([]);

const picklist = z.array(
  z.strictObject({
    value: z.string().regex(/^-?\d+$/, 'a picklist value is a whole number, as text'),
    label: z.string(),
    isActive: z.boolean().default(true),
  }),
);

const userDefinedField = z.strictObject({
  name: z.string().min(1),
  type: z.string().default('String'),
  isRequired: z.boolean().default(false),
});

const credential = z.string().min(1).default('sandbox');

export const autotaskWorldSchema = z.strictObject({
  username: credential,
  secret: credential,
  integrationCode: credential,
  companies: z.array(recordSchema(ENTITIES.companies)),
  billingCodes: z.array(recordSchema(ENTITIES.billingCodes)),
  services: records(ENTITIES.services),
  products: records(ENTITIES.products),
  contracts: records(ENTITIES.contracts),
  // `units` is not a field of a contract service: it says what its generated rows hold.
  contractServices: records(ENTITIES.contractServices, { units: z.number().int().min(0).optional() }),
  unitRows: records(ENTITIES.unitRows),
  charges: records(ENTITIES.charges),
  billingRules: records(ENTITIES.billingRules),
  billingItems: records(ENTITIES.billingItems),
  invoices: records(ENTITIES.invoices),
  departments: records(ENTITIES.departments),
  taxCategories: records(ENTITIES.taxCategories),
  currencies: z.array(recordSchema(ENTITIES.currencies)).optional(),
  picklists: z.record(z.string(), picklist).default({}),
  userDefinedFields: z.record(z.string(), z.array(userDefinedField)).default({}),
  behaviour: behaviourSchema.prefault({}),
});

/** A world with its frame's defaults filled in; records are still as the file gives them. */
export type AutotaskWorld = z.infer<typeof autotaskWorldSchema>;

/** A record as a world gives it. */
export interface WorldRecord {
  id?: number | undefined;
  userDefinedFields?: UserDefinedField[] | undefined;
  [field: string]: unknown;
}

/** Fields without which a record makes no sense, not even in a small world. */
export const NEEDED: Partial<Record<TableName, string[]>> = {
  contracts: ['companyID', 'startDate', 'endDate'],
  contractServices: ['contractID', 'serviceID'],
  unitRows: ['contractServiceID', 'startDate'],
  charges: ['contractID', 'datePurchased'],
  billingRules: ['contractID', 'productID'],
};

/** What a record has where the world says nothing, so that a small world works. */
export const DEFAULTS: Partial<Record<TableName, (id: number) => Record<string, unknown>>> = {
  companies: (id) => ({ companyName: `Company ${id}`, companyType: 1, isActive: true }),
  billingCodes: (id) => ({ name: `Billing code ${id}`, isActive: true }),
  services: (id) => ({ name: `Service ${id}`, isActive: true, periodType: 2, unitPrice: 0, unitCost: 0 }),
  products: (id) => ({ name: `Product ${id}`, isActive: true, isSerialized: false }),
  contracts: (id) => ({
    contractName: `Contract ${id}`,
    contractType: 7,
    contractPeriodType: 2,
    status: 1,
    timeReportingRequiresStartAndStopTimes: 0,
  }),
  charges: (id) => ({
    name: `Charge ${id}`,
    chargeType: 1,
    unitQuantity: 1,
    unitPrice: 0,
    unitCost: 0,
    isBillableToCompany: true,
    isBilled: false,
  }),
  currencies: () => ({ isActive: true, exchangeRate: 1, isInternalCurrency: false }),
  invoices: (id) => ({ invoiceNumber: String(id), isVoided: false }),
  taxCategories: () => ({ isActive: true }),
};

export const DEFAULT_CURRENCIES: WorldRecord[] = [
  { name: 'EUR', description: 'Euro', exchangeRate: 1, isActive: true, isInternalCurrency: true },
];

export const DEFAULT_USER_DEFINED_FIELDS: AutotaskWorld['userDefinedFields'] = {
  Contracts: [{ name: 'Subscription ID', type: 'String', isRequired: false }],
};
