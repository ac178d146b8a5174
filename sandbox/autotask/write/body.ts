/** From a client's JSON to values that a field may hold: names in any case, types, lengths, days (`docs/vendors/autotask.md` 2 and 2.7). */
import { parseInstant } from '../days.js';
import { isScalar, type Entity, type Field, type Fields, type Scalar, type UserDefinedField } from '../fields.js';
import { round } from '../money.js';
import { refuse, TEXT } from '../refusal.js';
import { keepDecimals, userDefinedFieldsOf, type Tenant } from '../tenant.js';

/** What a write says: values by the field's own name, and only what was sent. */
export interface Body {
  id: number | undefined;
  values: Record<string, Scalar>;
  userDefinedFields: UserDefinedField[] | undefined;
}

/** What a body is read against: an entity, or the adjustments, which have fields but no table. */
export type Described = Pick<Entity, 'name' | 'udfType'> & { fields: Fields };

const INT32_MAX = 2_147_483_647;
/** Real API: numbers have up to 4 decimals. */
const DECIMALS = 4;

/** Reads a body; every problem is reported at once. */
export function readBody(tenant: Tenant, described: Described, json: unknown): Body {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw refuse('The body is not an object.');
  const names = new Map(writableNames(described.fields).map((name) => [name.toLowerCase(), name]));
  const body: Body = { id: undefined, values: {}, userDefinedFields: undefined };
  const errors: string[] = [];
  for (const [given, value] of Object.entries(json)) {
    const key = given.toLowerCase();
    const name = names.get(key);
    const field = name === undefined ? undefined : described.fields[name];
    if (key === 'id') body.id = readId(value, errors);
    else if (key === 'userdefinedfields') body.userDefinedFields = readUserDefined(tenant, described, value, errors);
    // Real API: whether it refuses or drops what it does not know is not documented; refused here, because it is always a mistake.
    else if (name === undefined || field === undefined) errors.push(TEXT.unknownField(given, described.name));
    else body.values[name] = readValue(tenant, { name, field, value }, errors);
  }
  if (errors.length > 0) throw refuse(...errors);
  return body;
}

const writableNames = (fields: Fields): string[] => Object.keys(fields).filter((name) => fields[name]?.hidden !== 'state');

function readId(value: unknown, errors: string[]): number | undefined {
  if (value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  errors.push('The value of id is not a whole number.');
  return undefined;
}

function readValue(
  tenant: Tenant,
  { name, field, value }: { name: string; field: Field; value: unknown },
  errors: string[],
): Scalar {
  if (value === null) return null;
  const read = isScalar(value) ? convert(tenant, name, field, value) : undefined;
  if (read === undefined) {
    errors.push(`The value of ${name} is not of type ${field.type}.`);
    return null;
  }
  if (field.length !== undefined && typeof read === 'string' && read.length > field.length) {
    errors.push(`The value of ${name} is longer than ${field.length} characters.`);
  }
  return read;
}

function convert(tenant: Tenant, name: string, field: Field, value: Scalar): Scalar | undefined {
  switch (field.type) {
    case 'integer':
      return Number.isSafeInteger(value) && Math.abs(Number(value)) <= INT32_MAX ? value : undefined;
    case 'long':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'double':
      return typeof value === 'number' ? roundAs(tenant, name, value) : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'datetime':
      return readTime(tenant, field, value);
  }
}

const roundAs = (tenant: Tenant, name: string, value: number): number =>
  /unit(price|cost)$/i.test(name) ? keepDecimals(tenant, value) : round(value, DECIMALS);

/** Real API: the instant is converted to the tenant's zone; a day is what is left after cutting the time (`docs/vendors/autotask.md` 2.7). */
function readTime(tenant: Tenant, field: Field, value: Scalar): string | undefined {
  const ms = typeof value === 'string' ? parseInstant(value) : undefined;
  if (ms === undefined) return undefined;
  return field.day ? tenant.calendar.dayOf(ms) : new Date(ms).toISOString();
}

/** Real API: values are text or null; "required" is a rule of the UI that the API does not enforce (documented). */
function readUserDefined(tenant: Tenant, described: Described, value: unknown, errors: string[]): UserDefinedField[] | undefined {
  if (value === null) return undefined;
  const known = new Map(userDefinedFieldsOf(tenant, described).map(({ name }) => [name?.toLowerCase(), name]));
  const fields: UserDefinedField[] = [];
  for (const entry of Array.isArray(value) ? value : [undefined]) {
    const given = readPair(entry);
    const name = known.get(given?.name.toLowerCase());
    if (!given) errors.push('userDefinedFields is not a list of names and values.');
    else if (typeof name !== 'string') errors.push(TEXT.unknownField(given.name, described.name));
    else fields.push({ name, value: given.value });
  }
  return fields;
}

function readPair(entry: unknown): UserDefinedField | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value]));
  const name = members.get('name');
  const value = members.get('value') ?? null;
  return typeof name === 'string' && (value === null || typeof value === 'string') ? { name, value } : undefined;
}
