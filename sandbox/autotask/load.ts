/** From a world's records to a tenant: ids, defaults, references, and what follows from the records. */
import type { Clock } from '../clock.js';
import { InvalidWorld } from '../invalid-world.js';
import { completeCharges, completeContractServices, completeRows } from './complete.js';
import { ALL_ENTITIES, TABLE_NAMES } from './entities/index.js';
import { valueOf, type AnyRecord, type Entity, type TableName } from './fields.js';
import { createPicklists, numberOf } from './picklists.js';
import { atOnce, createTenant, nowIso, tableOf, userDefinedFieldsOf, type Tenant } from './tenant.js';
import {
  DEFAULT_CURRENCIES,
  DEFAULT_USER_DEFINED_FIELDS,
  DEFAULTS,
  NEEDED,
  type AutotaskWorld,
  type WorldRecord,
} from './world.js';

/** Builds a tenant of a world. Throws a InvalidWorld that names the record. */
export function loadTenant(world: AutotaskWorld, clock: Clock): Tenant {
  const { username, secret, integrationCode, behaviour } = world;
  checkPicklistNames(world);
  const picklists = createPicklists(world.picklists);
  const tenant = createTenant({ credentials: { username, secret, integrationCode }, behaviour, picklists }, clock);
  atOnce(tenant, () => fill(tenant, world));
  return tenant;
}

function fill(tenant: Tenant, world: AutotaskWorld): void {
  defineUserFields(tenant, world);
  for (const table of TABLE_NAMES) insertAll(tenant, table, recordsOf(world, table));
  for (const entity of ALL_ENTITIES) checkReferences(tenant, entity);
  completeContractServices(tenant);
  completeCharges(tenant);
  completeRows(tenant, unitsByService(world));
}

function recordsOf(world: AutotaskWorld, table: TableName): WorldRecord[] {
  if (table === 'udfDefinitions') return [];
  if (table === 'currencies') return withIds(world.currencies ?? DEFAULT_CURRENCIES);
  if (table === 'contractServices') return withIds(world.contractServices).map(({ units: _units, ...record }) => record);
  return withIds(world[table]);
}

/** Units of the rows to generate: a member of the world's contract services only. */
function unitsByService({ contractServices }: AutotaskWorld): Map<number, number> {
  return new Map(withIds(contractServices).map(({ id, units }) => [id, typeof units === 'number' ? units : 0]));
}

/** Every record with an id; those without one count up from the highest that is given. */
function withIds<R extends WorldRecord>(records: R[]): (R & { id: number })[] {
  let last = records.reduce((highest, { id }) => Math.max(highest, id ?? 0), 0);
  return records.map((record) => ({ ...record, id: record.id ?? ++last }));
}

function checkPicklistNames({ picklists }: AutotaskWorld): void {
  for (const key of Object.keys(picklists)) {
    const [path, field = ''] = key.split('.');
    const known = ALL_ENTITIES.find((entity) => entity.path === path)?.fields[field]?.picklist;
    if (!known)
      throw new InvalidWorld(`autotask.picklists: "${key}" is not a picklist field; one is Contracts.serviceLevelAgreementID`);
  }
}

function defineUserFields(tenant: Tenant, { userDefinedFields }: AutotaskWorld): void {
  for (const [path, fields] of Object.entries({ ...DEFAULT_USER_DEFINED_FIELDS, ...userDefinedFields })) {
    const entity = ALL_ENTITIES.find((candidate) => candidate.path === path);
    if (entity?.udfType === undefined) {
      throw new InvalidWorld(`autotask.userDefinedFields: "${path}" has none; Companies, Contracts and Products have`);
    }
    for (const { name, type, isRequired } of fields) {
      tenant.tables.udfDefinitions.insert({
        name,
        isRequired,
        isActive: true,
        udfType: numberOf(tenant.picklists, 'UserDefinedFieldDefinitions.udfType', entity.udfType) ?? null,
        dataType: numberOf(tenant.picklists, 'UserDefinedFieldDefinitions.dataType', type) ?? null,
        createDate: nowIso(tenant),
      });
    }
  }
}

function insertAll(tenant: Tenant, name: TableName, records: WorldRecord[]): void {
  const table = tableOf(tenant, name);
  for (const [index, { id = 0, ...record }] of records.entries()) {
    const where = `autotask.${name}[${index}]`;
    if (table.get(id)) throw new InvalidWorld(`${where}: the id ${id} is there twice`);
    const missing = NEEDED[name]?.find((field) => record[field] === undefined || record[field] === null);
    if (missing) throw new InvalidWorld(`${where}: ${missing} is missing`);
    const userDefinedFields = namedFields(tenant, table.entity, record, where);
    table.insert({ ...DEFAULTS[name]?.(id), ...record, id, userDefinedFields });
  }
}

function namedFields(tenant: Tenant, entity: Entity, record: WorldRecord, where: string): AnyRecord['userDefinedFields'] {
  const known = userDefinedFieldsOf(tenant, entity);
  return (record.userDefinedFields ?? []).map(({ name, value }) => {
    const definition = known.find((candidate) => candidate.name?.toLowerCase() === name.toLowerCase());
    if (!definition) throw new InvalidWorld(`${where}: there is no user-defined field "${name}" of ${entity.path}`);
    return { name: definition.name ?? name, value };
  });
}

function checkReferences(tenant: Tenant, entity: Entity): void {
  const references = Object.entries(entity.fields).filter(([, field]) => field.references !== undefined);
  for (const record of tableOf(tenant, entity.table).all()) {
    for (const [name, field] of references) {
      const id = valueOf(record, name);
      // Real API: invoiceID is 0 or null until invoiced (observed).
      if (field.references === undefined || typeof id !== 'number' || (name === 'invoiceID' && id === 0)) continue;
      if (tableOf(tenant, field.references).get(id)) continue;
      throw new InvalidWorld(
        `autotask.${entity.table}: record ${record.id} has ${name} ${id}, which autotask.${field.references} lacks`,
      );
    }
  }
}
