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

/** Groups values by a key, in order of first appearance. */
export function groupBy<Value, Key>(values: Iterable<Value>, keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

/**
 * Looks values up by a folded key, or by a number. The index is worked out once per list, because every item of an organization asks, and an organization may have
 * thousands; a list is never changed after it was asked. It goes with its list (a weak map) and is not an argument: books and facts travel as plain JSON, and an index
 * beside them would have to be handed through every function that knows them.
 */
export class IndexBy<Value> {
  private readonly indexes = new WeakMap<Value[], Map<string | number, Value[]>>();

  constructor(private readonly keyOf: (value: Value) => Key) {}

  /** All values of the list with the key, in the list's order. */
  find(list: Value[], key: Key): Value[] {
    const index = this.indexes.get(list) ?? groupBy(list, (value) => indexed(this.keyOf(value)));
    this.indexes.set(list, index);
    return index.get(indexed(key)) ?? [];
  }
}

type Key = string | number | null | undefined;

const indexed = (key: Key): string | number => (typeof key === 'number' ? key : fold(key));
