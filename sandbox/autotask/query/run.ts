/** Queries, counts and their pages (`docs/vendors/autotask.md` 2.2 and 2.3). */
import type { AnyRecord, Entity } from '../fields.js';
import { isHidden } from '../rights.js';
import { viewOf, wireRecord } from '../present.js';
import { tableOf, type Tenant } from '../tenant.js';
import { candidates } from './candidates.js';
import { compile, findField } from './compile.js';
import type { Query } from './condition.js';

export interface Page {
  items: Record<string, unknown>[];
  /** The id after which the next page begins; undefined on the last one. */
  next: number | undefined;
}

/** The page of records after an id. */
export function runQuery(tenant: Tenant, entity: Entity, query: Query, after: number): Page {
  const only = query.includeFields && new Set(query.includeFields.map((name) => includedName(entity, name)));
  const items: Record<string, unknown>[] = [];
  let last = after;
  for (const record of matches(tenant, entity, query, after)) {
    if (items.length === query.maxRecords) return { items, next: last };
    items.push(wireRecord(tenant, entity, record, only));
    last = record.id;
  }
  return { items, next: undefined };
}

export function countQuery(tenant: Tenant, entity: Entity, query: Query): number {
  let count = 0;
  for (const _record of matches(tenant, entity, query, -1)) count += 1;
  return count;
}

function* matches(tenant: Tenant, entity: Entity, query: Query, after: number): Generator<AnyRecord> {
  const table = tableOf(tenant, entity.table);
  const test = compile(tenant, entity, query.conditions);
  for (const id of candidates(table, query.conditions, after)) {
    const record = table.seen(id);
    if (!record || isHidden(tenant, entity, record)) continue;
    const view = viewOf(tenant, entity, record);
    if (test(view)) yield view;
  }
}

/** Whether IncludeFields may name a user-defined field is unknown; here it may not. */
const includedName = (entity: Entity, name: string): string => findField(entity, name).name;
