import { exact, type Exact } from './exact.js';

/** Values of Autotask's records as they come over the wire, whatever the case of their names: a value that is present but invalid is not zero. */

export type Fields = Record<string, unknown>;

/** A value of a record that is there and means nothing to us, or is needed and not there. */
class CannotBeRead extends Error {}

/** What `read` makes of each record; one that cannot be read is reported to `unread`, and left out. */
export function readable<T>(records: unknown[], path: string, unread: string[], read: (record: Fields) => T[]): T[] {
  return records.flatMap((raw) => {
    const record = lowered(raw);
    try {
      return read(record);
    } catch (error) {
      if (!(error instanceof CannotBeRead)) throw error;
      unread.push(`Autotask, ${path}, ${String(record.id)}: ${error.message}. The month is not certified.`);
      return [];
    }
  });
}

export const lowered = (record: unknown): Fields =>
  Object.fromEntries(Object.entries(record as Fields).map(([name, value]) => [name.toLowerCase(), value]));

export function number(record: Fields, field: string): number {
  const value = Number(record[field]);
  if (record[field] === null || !Number.isSafeInteger(value)) throw new CannotBeRead(`${field} is not a number`);
  return value;
}

export const text = (record: Fields, field: string): string => {
  const value = record[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/** An absent or null amount is none, as `null` units of a row without price; any other value that is not an amount is not zero. */
export function amount(record: Fields, field: string): Exact {
  const value = record[field];
  if (value !== null && value !== undefined && !DECIMAL.test(text(record, field)))
    throw new CannotBeRead(`${field} is not an amount`);
  return exact(text(record, field) || '0');
}

/** The record, whose member has to be there, if only as null: a missing one may have another name. */
export function needed(record: Fields, field: string): Fields {
  if (record[field] === undefined) throw new CannotBeRead(`${field} is not there`);
  return record;
}

const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Null is no; a member that is not there may have another name, and a word that is neither yes nor no is not no. */
export function flag(record: Fields, field: string): boolean {
  const value = needed(record, field)[field];
  if (value === null || typeof value === 'boolean') return value ?? false;
  const known = FLAGS.get(text(record, field).trim().toLowerCase());
  if (known === undefined) throw new CannotBeRead(`${field} is neither true nor false`);
  return known;
}

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The day of (value + 13 h 15 min), right in every zone Autotask is used in (`docs/vendors/autotask.md` 2.7). */
export const dayOf = (record: Fields, field: string): string =>
  new Date(momentOf(record, field) + 47_700_000).toISOString().slice(0, 10);

/** In milliseconds; a value without a zone is UTC. */
export function momentOf(record: Fields, field: string): number {
  const value = text(record, field);
  const at = Date.parse(/z|[+-]\d\d:?\d\d$/i.test(value) ? value : `${value}Z`);
  if (Number.isNaN(at)) throw new CannotBeRead(`${field} is not a date`);
  return at;
}
