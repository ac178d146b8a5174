/** Changing and deleting records as a person may: rules are not checked, but whatever the UI would change as well is changed. */
import { ControlError } from '../../control-error.js';
import { addAmounts } from '../charges.js';
import { parseInstant } from '../days.js';
import { applyNewEnd } from '../end-date.js';
import { TABLE_NAMES } from '../entities/index.js';
import {
  fits,
  isScalar,
  valueOf,
  type AnyRecord,
  type Entity,
  type Scalar,
  type TableName,
  type UserDefinedField,
} from '../fields.js';
import { unitOf } from '../money.js';
import { shareOf } from '../periods.js';
import { endOf, hasPeriods, priced, startOf } from '../rows.js';
import type { Table } from '../table.js';
import { tableOf, userDefinedFieldsOf, type Tenant } from '../tenant.js';

export type Members = Readonly<Record<string, unknown>>;

const isTableName = (name: string): name is TableName => TABLE_NAMES.some((known) => known === name);

/** A table by the name it has in the state. */
export function tableNamed(tenant: Tenant, name: string): Table<AnyRecord> {
  if (isTableName(name)) return tableOf(tenant, name);
  throw new ControlError(404, `There is no table "${name}"; there are ${[...TABLE_NAMES].sort().join(', ')}.`);
}

/** Changes a record; names and values are checked, rules are not. */
export function edit(tenant: Tenant, tableName: string, id: number, changes: Members): AnyRecord {
  const table = tableNamed(tenant, tableName);
  const before = table.get(id);
  if (!before) throw new ControlError(404, `There is no record ${id} in ${tableName}.`);
  const after = table.update(id, readChanges(tenant, table.entity, before, changes));
  if (tableName === 'unitRows') reprice(tenant, id, changes);
  if (tableName === 'charges') tenant.tables.charges.update(id, addAmounts(tenant, tenant.tables.charges.need(id)));
  if (tableName === 'contracts' && after['endDate'] !== before['endDate']) applyNewEnd(tenant, tenant.tables.contracts.need(id));
  return table.need(id);
}

/** Changes every record of a table that has the given values; answers how many. */
export function editWhere(tenant: Tenant, tableName: string, where: Members, set: Members): number {
  const table = tableNamed(tenant, tableName);
  const wanted = Object.entries(where).map(([name, value]) => [name, readValue(table.entity, name, value)] as const);
  const found = [...table.all()].filter((record) => wanted.every(([name, value]) => valueOf(record, name) === value));
  for (const { id } of found) edit(tenant, tableName, id, set);
  return found.length;
}

/** Refuses names and values that no record of the table could have, before a rule that uses them ever fires. */
export function checkMembers(tenant: Tenant, tableName: string, where: Members, set: Members): void {
  const { entity } = tableNamed(tenant, tableName);
  for (const [name, value] of Object.entries(where)) readValue(entity, name, value);
  for (const [name, value] of Object.entries(set)) if (name !== 'userDefinedFields') readValue(entity, name, value);
}

/** Deletes a record and its children. */
export function erase(tenant: Tenant, tableName: string, id: number): void {
  const table = tableNamed(tenant, tableName);
  if (!table.get(id)) throw new ControlError(404, `There is no record ${id} in ${tableName}.`);
  const { contractServices, unitRows, charges } = tenant.tables;
  if (tableName === 'contracts') {
    for (const row of unitRows.where('contractID', id)) unitRows.remove(row.id);
    for (const service of contractServices.where('contractID', id)) contractServices.remove(service.id);
    for (const charge of charges.where('contractID', id)) charges.remove(charge.id);
  }
  if (tableName === 'contractServices') for (const row of unitRows.where('contractServiceID', id)) unitRows.remove(row.id);
  table.remove(id);
}

function readChanges(tenant: Tenant, entity: Entity, before: AnyRecord, changes: Members): Partial<AnyRecord> {
  const { userDefinedFields, ...fields } = changes;
  const values = Object.entries(fields).map(([name, value]) => [name, readValue(entity, name, value)] as const);
  return {
    ...Object.fromEntries(values),
    ...(userDefinedFields === undefined ? {} : { userDefinedFields: readUserDefined(tenant, entity, before, userDefinedFields) }),
  };
}

function readValue(entity: Entity, name: string, value: unknown): Scalar {
  if (name === 'id' && typeof value === 'number') return value;
  const field = entity.fields[name];
  if (!field) throw new ControlError(400, `${entity.table} have no field "${name}".`);
  const read = field.type === 'datetime' && typeof value === 'string' ? readTime(field.day === true, value) : value;
  if (isScalar(read) && fits(field, read)) return read;
  throw new ControlError(
    400,
    `${JSON.stringify(value)} is not a value for ${entity.table}.${name}, which is of type ${field.type}.`,
  );
}

/** Days are taken as they stand, as in a world file. */
function readTime(isDay: boolean, value: string): string {
  const ms = parseInstant(value);
  if (ms === undefined) return '';
  return isDay ? value.slice(0, 10) : new Date(ms).toISOString();
}

function readUserDefined(tenant: Tenant, entity: Entity, before: AnyRecord, given: unknown): UserDefinedField[] {
  const known = userDefinedFieldsOf(tenant, entity);
  const entries: unknown[] = Array.isArray(given) ? given : [undefined];
  const read = entries.map((entry): UserDefinedField => {
    const { name, value }: Record<string, unknown> = typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const definition = known.find(
      (candidate) => typeof name === 'string' && candidate.name?.toLowerCase() === name.toLowerCase(),
    );
    if (definition && (value === null || typeof value === 'string')) return { name: definition.name ?? '', value };
    throw new ControlError(
      400,
      `userDefinedFields of ${entity.table}: ${JSON.stringify(entry)} is not a name of one with a text.`,
    );
  });
  const named = new Set(read.map(({ name }) => name));
  return [...before.userDefinedFields.filter(({ name }) => !named.has(name)), ...read];
}

/** Brings a row's amounts in line: a given extended price or cost sets the price of one unit, otherwise it follows from it. */
function reprice(tenant: Tenant, id: number, changes: Members): void {
  const row = tenant.tables.unitRows.need(id);
  const contract = tenant.tables.contracts.need(row.contractID);
  const stretch = { start: startOf(row), end: endOf(row) };
  const share = hasPeriods(contract) ? shareOf(contract, stretch) : undefined;
  const units = row.units ?? 0;
  const each = (name: 'price' | 'cost', unit: number | null): number => {
    const extended = changes[name];
    if (typeof extended !== 'number') return unit ?? 0;
    if (units === 0 && extended !== 0)
      throw new ControlError(400, `The row ${id} has no units, so its ${name} cannot be ${extended}.`);
    return units === 0 ? (unit ?? 0) : unitOf(extended, units, share);
  };
  const load = { units, unitPrice: each('price', row.unitPrice), unitCost: each('cost', row.unitCost) };
  tenant.tables.unitRows.update(id, priced(tenant, contract, stretch, load));
}
