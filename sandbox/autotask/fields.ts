/**
 * How an Autotask entity is described. One description drives validation of writes, the query engine, the wire format, the metadata
 * endpoints, the world file and the TypeScript type of a stored record, so that none of them can disagree.
 */

export type FieldType = 'integer' | 'long' | 'double' | 'string' | 'boolean' | 'datetime';

/** The tables of the state and of the world file. */
export type TableName =
  | 'companies'
  | 'contracts'
  | 'contractServices'
  | 'unitRows'
  | 'charges'
  | 'billingRules'
  | 'services'
  | 'products'
  | 'billingCodes'
  | 'billingItems'
  | 'invoices'
  | 'currencies'
  | 'departments'
  | 'taxCategories'
  | 'udfDefinitions';

export interface FieldRules {
  required?: true;
  /** Settable on create only. */
  createOnly?: true;
  readOnly?: true;
  /** Longest text; not known for every field. */
  length?: number;
  references?: TableName;
  picklist?: true;
  /** A day without a time, stored as YYYY-MM-DD (`docs/vendors/autotask.md` 2.7). */
  day?: true;
  /** Returned, but no filter may name it. */
  notQueryable?: true;
  /** In no answer and in no metadata. `input`: still accepted on writes; `state`: only in worlds and in the sandbox's own state. */
  hidden?: 'input' | 'state';
}

export interface Field extends FieldRules {
  type: FieldType;
}

export type Fields = Record<string, Field>;

export type Scalar = string | number | boolean | null;

export interface UserDefinedField {
  name: string;
  value: string | null;
}

type ValueOf<F extends Field> = F['type'] extends 'string' | 'datetime' ? string : F['type'] extends 'boolean' ? boolean : number;

/** A record as the sandbox stores it: every field present, null when empty, days as YYYY-MM-DD, instants as ISO text. */
export type RecordOf<F extends Fields> = { id: number; userDefinedFields: UserDefinedField[] } & {
  -readonly [K in keyof F]: ValueOf<F[K]> | null;
};

/** Any entity's record, for code that works from the description alone. */
export interface AnyRecord {
  id: number;
  userDefinedFields: UserDefinedField[];
  [field: string]: unknown;
}

export interface Entity<F extends Fields = Fields> {
  /** Singular, as in metadata and in error texts: `ContractService`. */
  name: string;
  /** The collection in URLs: `ContractServices`. */
  path: string;
  table: TableName;
  fields: F;
  /** The segment below `/Contracts/{id}/`; such an entity is written only there. */
  child?: string;
  can: { create?: true; update?: true; remove?: true };
  /** The label of `UserDefinedFieldDefinitions.udfType` under which this entity's own fields are defined. */
  udfType?: string;
  /** Fields that get an index, for tables that grow large. */
  indexed?: readonly string[];
}

export const integer = <const R extends FieldRules>(rules?: R) => ({ type: 'integer' as const, ...rules });
export const long = <const R extends FieldRules>(rules?: R) => ({ type: 'long' as const, ...rules });
export const double = <const R extends FieldRules>(rules?: R) => ({ type: 'double' as const, ...rules });
export const boolean = <const R extends FieldRules>(rules?: R) => ({ type: 'boolean' as const, ...rules });
export const datetime = <const R extends FieldRules>(rules?: R) => ({ type: 'datetime' as const, ...rules });
export const day = <const R extends FieldRules>(rules?: R) => ({ type: 'datetime' as const, day: true as const, ...rules });
export const text = <const R extends FieldRules>(length?: number, rules?: R) => ({
  type: 'string' as const,
  ...(length === undefined ? {} : { length }),
  ...rules,
});

/** Describes an entity; the identity function that lets the compiler infer the fields. */
export const entity = <const F extends Fields>(description: Entity<F>): Entity<F> => description;

export function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** The value of a field of a record known only by its description; null when there is none. */
export function valueOf(record: AnyRecord, field: string): Scalar {
  const value = record[field];
  return isScalar(value) ? value : null;
}

/** Whether a value may be stored in a field. Null always may: what is required is a matter of writing. */
export function fits(field: Field, value: unknown): boolean {
  if (value === null) return true;
  switch (field.type) {
    case 'integer':
    case 'long':
      return Number.isSafeInteger(value);
    case 'double':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return typeof value === 'string';
    case 'datetime':
      return typeof value === 'string' && (field.day ? /^\d{4}-\d\d-\d\d$/.test(value) : !Number.isNaN(Date.parse(value)));
  }
}

/** The first field whose value does not fit, if any. */
export function misfit(fields: Fields, record: Record<string, unknown>): string | undefined {
  return Object.entries(fields).find(([name, field]) => !fits(field, record[name] ?? null))?.[0];
}

/** Whether a record has the shape its entity describes. */
export function isRecordOf<F extends Fields>(fields: F, record: unknown): record is RecordOf<F> {
  if (typeof record !== 'object' || record === null) return false;
  const candidate: Record<string, unknown> = { ...record };
  return (
    Number.isSafeInteger(candidate['id']) &&
    Array.isArray(candidate['userDefinedFields']) &&
    Object.entries(fields).every(([name, field]) => candidate[name] !== undefined && fits(field, candidate[name]))
  );
}
