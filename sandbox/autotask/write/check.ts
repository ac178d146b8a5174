/** The checks that follow from an entity's description: required, create-only, references, picklists. */
import { ALL_ENTITIES } from '../entities/index.js';
import { valueOf, type AnyRecord, type Entity, type Field, type Fields, type Scalar } from '../fields.js';
import { refuse, TEXT } from '../refusal.js';
import { tableOf, type Tenant } from '../tenant.js';

/** What is wrong with a record, of those fields that `changed` names; refused with everything at once. */
export function checkFields(tenant: Tenant, entity: Entity, record: AnyRecord, changed: Iterable<string>): void {
  const errors: string[] = [];
  for (const name of changed) {
    const field = entity.fields[name];
    if (!field || field.readOnly) continue;
    const value = valueOf(record, name);
    if (value === null || value === '') {
      if (field.required) errors.push(TEXT.requiredField(name));
    } else {
      errors.push(...wrongReference(tenant, name, field, value), ...wrongChoice(tenant, entity, { name, field, value }));
    }
  }
  if (errors.length > 0) throw refuse(...errors);
}

/** The same for what has no table: only references can be wrong. */
export function checkReferences(tenant: Tenant, fields: Fields, values: Record<string, Scalar>): void {
  const errors = Object.entries(fields).flatMap(([name, field]) => wrongReference(tenant, name, field, values[name] ?? null));
  if (errors.length > 0) throw refuse(...errors);
}

function wrongReference(tenant: Tenant, name: string, field: Field, value: Scalar): string[] {
  if (field.references === undefined || value === null) return [];
  if (typeof value === 'number' && tableOf(tenant, field.references).get(value)) return [];
  const target = ALL_ENTITIES.find(({ table }) => table === field.references);
  return [TEXT.badReference(name, target?.name ?? field.references)];
}

/** A picklist value must be there and active. */
function wrongChoice(
  tenant: Tenant,
  entity: Entity,
  { name, field, value }: { name: string; field: Field; value: Scalar },
): string[] {
  if (!field.picklist) return [];
  const list = tenant.picklists.get(`${entity.path}.${name}`) ?? [];
  return list.some((choice) => choice.isActive && Number(choice.value) === value) ? [] : [TEXT.badPicklist(name)];
}

/** Values that may be written to a record: create-only and read-only ones are refused, or dropped, unless they stay as they are. */
export function writable(
  tenant: Tenant,
  entity: Entity,
  values: Record<string, Scalar>,
  before?: AnyRecord,
): Record<string, Scalar> {
  const fixed = Object.keys(values).filter((name) => {
    const field = entity.fields[name];
    return field?.readOnly === true || (field?.createOnly === true && before !== undefined);
  });
  const changed = fixed.filter((name) => values[name] !== (before ? valueOf(before, name) : null));
  // Real API: a refusal and a silent drop are both reported, hence the switch (`docs/vendors/autotask.md` 11).
  if (changed.length > 0 && tenant.behaviour.createOnly === 'refuse') {
    throw refuse(...changed.map((name) => `The field ${name} of the ${entity.name} Entity cannot be changed.`));
  }
  return Object.fromEntries(Object.entries(values).filter(([name]) => !fixed.includes(name)));
}
