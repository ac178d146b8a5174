/** From conditions to a test of one record. Every condition is checked before the first record is looked at. */
import { parseInstant } from '../days.js';
import { valueOf, type AnyRecord, type Entity, type Field, type Scalar } from '../fields.js';
import { refuse, TEXT } from '../refusal.js';
import { userDefinedFieldsOf, type Tenant } from '../tenant.js';
import type { Condition, Leaf, Operator } from './condition.js';

export type Test = (record: AnyRecord) => boolean;

/** A value as records are compared by it: text in lower case, instants in milliseconds, days and numbers as they are. */
type Comparable = string | number | boolean;

export function compile(tenant: Tenant, entity: Entity, conditions: Condition[]): Test {
  const tests = conditions.map((condition) => compileCondition(tenant, entity, condition));
  return (record) => tests.every((test) => test(record));
}

function compileCondition(tenant: Tenant, entity: Entity, condition: Condition): Test {
  if (condition.kind === 'leaf')
    return condition.udf ? compileUdf(tenant, entity, condition) : compileField(tenant, entity, condition);
  const tests = condition.items.map((item) => compileCondition(tenant, entity, item));
  if (condition.kind === 'or' && condition.items.some(holdsUdf)) return compileOrWithUdf(tenant, tests);
  return condition.kind === 'and'
    ? (record) => tests.every((test) => test(record))
    : (record) => tests.some((test) => test(record));
}

const holdsUdf = (condition: Condition): boolean => (condition.kind === 'leaf' ? condition.udf : condition.items.some(holdsUdf));

/** Whether the real API evaluates it is unknown (`docs/vendors/autotask.md` 12, no. 21). */
function compileOrWithUdf({ behaviour }: Tenant, tests: Test[]): Test {
  switch (behaviour.userDefinedFieldInOr) {
    case 'works':
      return (record) => tests.some((test) => test(record));
    case 'findsNothing':
      return () => false;
    case 'actsAsAnd':
      return (record) => tests.every((test) => test(record));
    case 'refused':
      throw refuse('Invalid query syntax. A user-defined field cannot be part of an OR group.');
  }
}

/** A field that a filter or IncludeFields names, in any case. */
export function findField(entity: Entity, name: string): { name: string; field: Field } {
  const wanted = name.toLowerCase();
  if (wanted === 'id') return { name: 'id', field: { type: 'long' } };
  const found = Object.entries(entity.fields).find(
    ([known, field]) => known.toLowerCase() === wanted && field.hidden === undefined,
  );
  if (!found) throw refuse(TEXT.unknownField(name, entity.name));
  return { name: found[0], field: found[1] };
}

function compileUdf(tenant: Tenant, entity: Entity, leaf: Leaf): Test {
  const wanted = leaf.field.toLowerCase();
  if (!userDefinedFieldsOf(tenant, entity).some(({ name }) => name?.toLowerCase() === wanted)) {
    throw refuse(TEXT.unknownField(leaf.field, entity.name));
  }
  const value = (record: AnyRecord): Scalar =>
    record.userDefinedFields.find(({ name }) => name.toLowerCase() === wanted)?.value ?? null;
  return compare(
    leaf.op,
    'text',
    valuesOf(leaf, (given) => textOf(leaf, given)),
    (record) => fold(value(record)),
  );
}

function compileField(tenant: Tenant, entity: Entity, leaf: Leaf): Test {
  const { name, field } = findField(entity, leaf.field);
  if (field.notQueryable) throw refuse(`The field ${name} of the ${entity.name} Entity cannot be queried.`);
  const values = valuesOf(leaf, (given) => convert(tenant, { name, field, leaf, given }));
  const kind = field.type === 'string' ? 'text' : 'other';
  if (field.type === 'datetime' && !field.day) {
    return compare(leaf.op, kind, values, (record) => instantOf(valueOf(record, name)));
  }
  return compare(leaf.op, kind, values, (record) => fold(valueOf(record, name)));
}

const fold = (value: Scalar): Comparable | null => (typeof value === 'string' ? value.toLowerCase() : value);
const instantOf = (value: Scalar): number | null => (typeof value === 'string' ? Date.parse(value) : null);

/** The values of a condition. One that fits no record is left out of a list, and empties every other comparison. */
function valuesOf(leaf: Leaf, convertOne: (given: unknown) => Comparable | undefined): Comparable[] | undefined {
  if (leaf.value === undefined) return [];
  const given: unknown[] = Array.isArray(leaf.value) ? leaf.value : [leaf.value];
  const values = given.map(convertOne).filter((value) => value !== undefined);
  return values.length === given.length || leaf.op === 'in' ? values : undefined;
}

interface ConvertInput {
  name: string;
  field: Field;
  leaf: Leaf;
  given: unknown;
}

function convert(tenant: Tenant, { name, field, leaf, given }: ConvertInput): Comparable | undefined {
  switch (field.type) {
    case 'string':
      return textOf(leaf, given);
    case 'boolean':
      if (typeof given === 'boolean') return given;
      throw refuse(`The value of ${name} is not true or false.`);
    case 'datetime':
      return timeOf(tenant, name, field, given);
    case 'integer':
    case 'long':
    case 'double':
      return numberFrom(name, field, given);
  }
}

function textOf(leaf: Leaf, given: unknown): string {
  if (typeof given === 'string') return given.toLowerCase();
  if (typeof given === 'number') return String(given);
  throw refuse(`The value of ${leaf.field} is not a text.`);
}

/** Days: the instant is converted to the tenant's zone and cut, as on input (`docs/vendors/autotask.md` 2.7). */
function timeOf(tenant: Tenant, name: string, field: Field, given: unknown): Comparable {
  const ms = typeof given === 'string' ? parseInstant(given) : undefined;
  if (ms === undefined) throw refuse(`The value of ${name} is not a date.`);
  return field.day ? tenant.calendar.dayOf(ms) : ms;
}

function numberFrom(name: string, field: Field, given: unknown): number | undefined {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string') throw refuse(`The value of ${name} is not a number.`);
  // Real API: text sent for an id finds nothing and is not an error (observed).
  if (isId(name, field)) return undefined;
  // Real API: text for a picklist is an error of the database (observed); digits it would convert.
  const number = given.trim() === '' ? NaN : Number(given);
  if (Number.isNaN(number)) throw refuse(TEXT.conversion(given));
  return number;
}

const isId = (name: string, field: Field): boolean =>
  !field.picklist && (name === 'id' || /id$/i.test(name)) && field.type !== 'double';

/** Records without a value match no comparison, not even `noteq`: SQL's rule (inferred). */
function compare(
  op: Operator,
  kind: 'text' | 'other',
  values: Comparable[] | undefined,
  read: (record: AnyRecord) => Comparable | null,
): Test {
  if (values === undefined) return () => false;
  const [value] = values;
  const set = new Set(values);
  const some =
    (test: (found: Comparable) => boolean): Test =>
    (record) => {
      const found = read(record);
      return found !== null && test(found);
    };
  switch (op) {
    case 'exist':
      return (record) => read(record) !== null;
    case 'notExist':
      return (record) => read(record) === null;
    case 'eq':
    case 'in':
      return some((found) => set.has(found));
    case 'noteq':
    case 'notIn':
      return some((found) => !set.has(found));
    case 'gt':
      return some((found) => value !== undefined && found > value);
    case 'gte':
      return some((found) => value !== undefined && found >= value);
    case 'lt':
      return some((found) => value !== undefined && found < value);
    case 'lte':
      return some((found) => value !== undefined && found <= value);
    case 'beginsWith':
    case 'endsWith':
    case 'contains':
      return some(textTest(op, kind, value));
  }
}

function textTest(
  op: 'beginsWith' | 'endsWith' | 'contains',
  kind: 'text' | 'other',
  value: Comparable | undefined,
): (found: Comparable) => boolean {
  if (kind !== 'text') throw refuse(`Invalid query syntax. '${op}' applies to text only.`);
  const part = String(value ?? '');
  if (op === 'beginsWith') return (found) => String(found).startsWith(part);
  if (op === 'endsWith') return (found) => String(found).endsWith(part);
  return (found) => String(found).includes(part);
}
