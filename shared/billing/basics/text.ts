/** Comparison of ids, UDF values, item codes, keys and names: without regard to case and surrounding blanks (billing rules, preamble). */

export { cut } from '../../shown.js';

export const fold = (value: string | null | undefined): string => (value ?? '').trim().toLowerCase();
export const same = (left: string | null | undefined, right: string | null | undefined): boolean =>
  left === right || fold(left) === fold(right);

/** The value, or null for blank text. */
export const present = (value: string | null | undefined): string | null => {
  const trimmed = (value ?? '').trim();
  return trimmed === '' ? null : trimmed;
};

/** Order by code units: the same on every machine, whatever its language. */
export const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

export const isGuid = (value: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value.trim());

/** A list that has a first value. */
export type NonEmpty<Value> = [Value, ...Value[]];

/** Groups values by a key, in order of first appearance. */
export function groupBy<Value, Key>(values: Iterable<Value>, keyOf: (value: Value) => Key): Map<Key, NonEmpty<Value>> {
  const groups = new Map<Key, NonEmpty<Value>>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/**
 * What is worked out once from a list or a record, because every plan and item asks, of which there may be thousands; nobody changes it after it was asked. The
 * result goes with it (a weak map) and is not an argument: books and facts travel as plain JSON, and an index next to them would have to be handed through every
 * function that knows them.
 */
export class OncePer<Value extends object, Made extends object> {
  private readonly known = new WeakMap<Value, Made>();

  constructor(private readonly make: (value: Value) => Made) {}

  of(value: Value): Made {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const made = this.make(value);
    this.known.set(value, made);
    return made;
  }
}

/** Looks values of a list up by a folded key, or by a number. */
export class IndexBy<Value> {
  private readonly indexes: OncePer<Value[], Map<string | number, Value[]>>;

  constructor(keyOf: (value: Value) => Key) {
    this.indexes = new OncePer((list) => groupBy(list, (value) => indexed(keyOf(value))));
  }

  /** All values of the list with the key, in the list's order. */
  find(list: Value[], key: Key): Value[] {
    return this.indexes.of(list).get(indexed(key)) ?? [];
  }
}

type Key = string | number | null | undefined;

const indexed = (key: Key): string | number => (typeof key === 'number' ? key : fold(key));
