/** Which records a query has to look at: through an index where a condition allows it, so that large tables stay quick. */
import type { AnyRecord, Entity, Scalar } from '../fields.js';
import { isScalar } from '../fields.js';
import type { Table } from '../table.js';
import type { Condition, Leaf } from './condition.js';

/** Ids above `after`, in order, among which every match is. */
export function candidates(table: Table<AnyRecord>, conditions: Condition[], after: number): Iterable<number> {
  // Indexes tell the truth; while a change is not visible yet, queries see something else.
  const sets = table.lagging ? [] : conditions.flatMap((condition) => indexedIds(table, condition));
  const smallest = sets.sort((a, b) => a.length - b.length)[0];
  return smallest ? smallest.filter((id) => id > after).sort((a, b) => a - b) : table.idsAfter(after);
}

function indexedIds(table: Table<AnyRecord>, condition: Condition): number[][] {
  if (condition.kind !== 'leaf' || condition.udf) return [];
  const field = indexedField(table.entity, table, condition);
  if (field === undefined) return [];
  const ids = new Set<number>();
  for (const value of scalars(condition)) for (const id of table.idsWhere(field, value)) ids.add(id);
  return [[...ids]];
}

function indexedField(entity: Entity, table: Table<AnyRecord>, { op, field }: Leaf): string | undefined {
  if (op !== 'eq' && op !== 'in') return undefined;
  const name = ['id', ...Object.keys(entity.fields)].find((known) => known.toLowerCase() === field.toLowerCase());
  return name !== undefined && table.isIndexed(name) ? name : undefined;
}

function scalars({ value }: Leaf): Scalar[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter(isScalar);
}
