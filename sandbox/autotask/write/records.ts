/** Create, update, replace and delete of any entity: description first, then the entity's own rules. */
import type { AnyRecord, Entity, Scalar, UserDefinedField } from '../fields.js';
import { refuse, TEXT } from '../refusal.js';
import type { Table } from '../table.js';
import { tableOf, type Tenant } from '../tenant.js';
import type { Body } from './body.js';
import { checkFields, writable } from './check.js';
import { RULES } from './rules/index.js';

/** Creates a record and answers its id. */
export function create(tenant: Tenant, entity: Entity, body: Body): number {
  // Real API: leave the id out or send 0 (documented).
  if (body.id !== undefined && body.id !== 0) throw refuse('The id of a new record must be 0 or left out.');
  const table = tableOf(tenant, entity.table);
  const rules = RULES[entity.table];
  const given = table.draft({
    ...writable(tenant, entity, body.values),
    userDefinedFields: body.userDefinedFields ?? [],
  });
  const draft = table.draft({ ...given, ...rules?.complete?.(tenant, given) });
  checkFields(tenant, entity, draft, Object.keys(entity.fields));
  rules?.check?.(tenant, draft);
  const { id } = table.add({ ...draft, ...rules?.derive?.(tenant, draft) });
  tenant.added.add(`${entity.path} ${id}`);
  return id;
}

/** PATCH: changes what is sent. PUT: everything writable that is not sent becomes null. */
export function update(
  tenant: Tenant,
  entity: Entity,
  { body, verb, parentId }: { body: Body; verb: 'PATCH' | 'PUT'; parentId?: number | undefined },
): number {
  const table = tableOf(tenant, entity.table);
  const before = find(table, body.id, parentId);
  const values = writable(tenant, entity, verb === 'PUT' ? { ...blank(entity), ...body.values } : body.values, before);
  const after = table.draft({
    ...before,
    ...values,
    userDefinedFields: userDefined(verb === 'PUT' ? [] : before.userDefinedFields, body.userDefinedFields ?? []),
  });
  const rules = RULES[entity.table];
  checkFields(tenant, entity, after, Object.keys(values));
  rules?.check?.(tenant, after, before);
  const record = table.update(before.id, { ...after, ...rules?.derive?.(tenant, after, before) });
  rules?.applied?.(tenant, record, before);
  return record.id;
}

export function remove(tenant: Tenant, entity: Entity, id: number, parentId: number): void {
  const table = tableOf(tenant, entity.table);
  const record = find(table, id, parentId);
  RULES[entity.table]?.remove?.(tenant, record);
  table.remove(record.id);
}

/** Real API: what is not there, or not below this parent, is a 500 on update and delete (observed). */
function find(table: Table<AnyRecord>, id: number | undefined, parentId: number | undefined): AnyRecord {
  const record = table.get(id ?? null);
  if (record && (parentId === undefined || record['contractID'] === parentId)) return record;
  throw refuse(TEXT.noMatch(table.entity.name, id ?? 0));
}

/** Null for every field that PUT may empty. */
function blank(entity: Entity): Record<string, Scalar> {
  const emptied = Object.entries(entity.fields).filter(([, field]) => !field.readOnly && !field.createOnly && !field.hidden);
  return Object.fromEntries(emptied.map(([name]) => [name, null]));
}

/** Real API: on PATCH only the named fields change (inferred). */
function userDefined(before: UserDefinedField[], given: UserDefinedField[]): UserDefinedField[] {
  const named = new Set(given.map(({ name }) => name.toLowerCase()));
  return [...before.filter(({ name }) => !named.has(name.toLowerCase())), ...given];
}
