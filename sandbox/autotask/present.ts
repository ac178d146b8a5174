/** From a stored record to what the API, or the sandbox's own state, shows of it. */
import { midnight } from './days.js';
import { valueOf, type AnyRecord, type Entity, type Field, type Scalar } from './fields.js';
import type { Table } from './table.js';
import { toInternalCurrency, userDefinedFieldsOf, type Tenant } from './tenant.js';

/** A record as it reads: some fields follow from other records. */
export function viewOf(tenant: Tenant, entity: Entity, record: AnyRecord): AnyRecord {
  if (entity.table !== 'contractServices') return record;
  const companyID = tenant.tables.contracts.get(numberIn(record, 'contractID'))?.companyID ?? null;
  return {
    ...record,
    // Real API: without a text of its own, the read returns the service's invoice description (documented).
    invoiceDescription:
      record['invoiceDescription'] ?? tenant.tables.services.get(numberIn(record, 'serviceID'))?.invoiceDescription ?? null,
    internalCurrencyAdjustedPrice: toInternalCurrency(tenant, companyID, numberIn(record, 'adjustedPrice') ?? 0),
  };
}

function numberIn(record: AnyRecord, field: string): number | null {
  const value = valueOf(record, field);
  return typeof value === 'number' ? value : null;
}

/** A record on the wire. IncludeFields leaves the other fields out, and the values of the user-defined ones (`docs/vendors/autotask.md` 2.2: unknown). */
export function wireRecord(
  tenant: Tenant,
  entity: Entity,
  record: AnyRecord,
  only?: ReadonlySet<string>,
): Record<string, unknown> {
  const shown: Record<string, unknown> = !only || only.has('id') ? { id: record.id } : {};
  for (const [name, field] of Object.entries(entity.fields)) {
    if (field.hidden || (only && !only.has(name))) continue;
    shown[name] = shownValue(tenant, name, field, valueOf(record, name));
  }
  shown['userDefinedFields'] = only ? [] : userDefinedValues(tenant, entity, record);
  return shown;
}

function shownValue({ behaviour, calendar }: Tenant, name: string, field: Field, value: Scalar): Scalar {
  // Real API: cost fields come back hidden without the permission to see them (documented); as what, is inferred.
  if (behaviour.costs === 'hidden' && /cost$/i.test(name)) return null;
  return field.day && typeof value === 'string' ? calendar.show(value) : value;
}

/** Every defined field, with null where the record has no value. */
function userDefinedValues(tenant: Tenant, entity: Entity, record: AnyRecord): { name: string; value: string | null }[] {
  return userDefinedFieldsOf(tenant, entity).map(({ name }) => ({
    name: name ?? '',
    value: record.userDefinedFields.find((field) => field.name.toLowerCase() === name?.toLowerCase())?.value ?? null,
  }));
}

/**
 * A record in the state: as it reads on the wire, with the members that only the sandbox knows, and every day as midnight UTC whatever the
 * tenant's zone.
 */
export function stateRecord<R extends AnyRecord>(tenant: Tenant, table: Table<R>, record: R): R {
  const days = Object.entries(table.entity.fields)
    .filter(([, field]) => field.day)
    .map(([name]) => [name, shownDay(valueOf(record, name))] as const);
  return {
    ...record,
    ...viewOf(tenant, table.entity, record),
    ...Object.fromEntries(days),
    userDefinedFields: userDefinedValues(tenant, table.entity, record),
  };
}

const shownDay = (value: Scalar): Scalar => (typeof value === 'string' ? midnight(value) : value);
