import { isRecordOf, valueOf, type AnyRecord, type Entity, type Fields, type RecordOf, type Scalar } from './fields.js';

/** How long a change stays invisible to queries, and the time to measure it by; 0 while a world loads and while a person acts. */
export interface Lag {
  visibleAfterMs: number;
  nowMs(): number;
}

interface Pending {
  before: AnyRecord | undefined;
  until: number;
}

/**
 * One entity's records by id, in the order of their ids, with an index on the fields that large queries select by. Ids count up and
 * are never used twice. Records are replaced,
 * never changed in place, so anyone who holds one holds a snapshot.
 */
export class Table<R extends AnyRecord> {
  readonly #records = new Map<number, R>();
  readonly #indexes = new Map<string, Map<Scalar, Set<number>>>();
  readonly #pending = new Map<number, Pending>();
  #ids: number[] = [];
  #lastId = 0;

  constructor(
    readonly entity: Entity,
    private readonly check: (record: unknown) => record is R,
    private readonly lag: Lag,
  ) {
    for (const field of entity.indexed ?? []) this.#indexes.set(field, new Map());
  }

  get(id: number | null): R | undefined {
    return id === null ? undefined : this.#records.get(id);
  }

  /** The record, where its absence would be a fault of the sandbox's own. */
  need(id: number | null): R {
    const record = this.get(id);
    if (!record) throw new Error(`Internal: there is no ${this.entity.name} ${id}`);
    return record;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** All records in the order of their ids, without a copy of the list. */
  *all(): Generator<R> {
    for (const id of this.#ids) yield this.need(id);
  }

  /** Records with a value in an indexed field, in the order of their ids. */
  where(field: keyof R & string, value: Scalar): R[] {
    return [...this.idsWhere(field, value)].sort((a, b) => a - b).map((id) => this.need(id));
  }

  isIndexed(field: string): boolean {
    return field === 'id' || this.#indexes.has(field);
  }

  /** Ids of the records with a value in an indexed field, in no particular order. */
  idsWhere(field: string, value: Scalar): Iterable<number> {
    if (field === 'id') return typeof value === 'number' && this.#records.has(value) ? [value] : [];
    const index = this.#indexes.get(field);
    if (!index) throw new Error(`Internal: ${this.entity.path}.${field} has no index`);
    return index.get(value) ?? [];
  }

  /** A record that is not in the table yet. Fields that are not given are null. */
  draft(values: Partial<R>): R {
    const blank = Object.fromEntries(Object.keys(this.entity.fields).map((field) => [field, null]));
    return this.#checked({ id: 0, ...blank, userDefinedFields: [], ...values });
  }

  /** Adds a draft under the next id. */
  add(draft: R): R {
    return this.insert({ ...draft, id: this.#lastId + 1 });
  }

  /** Adds a record, under the next id unless one is given. */
  insert(values: Partial<R>): R {
    const record = this.draft({ ...values, id: values.id ?? this.#lastId + 1 });
    if (this.#records.has(record.id)) throw new Error(`${this.entity.path}: the id ${record.id} is there twice`);
    this.#note(record.id, undefined);
    this.#place(record.id);
    this.#put(record);
    this.#lastId = Math.max(this.#lastId, record.id);
    return record;
  }

  update(id: number, changes: Partial<R>): R {
    const before = this.need(id);
    const after = this.#checked({ ...before, ...changes, id });
    this.#note(id, before);
    this.#unindex(before);
    this.#put(after);
    return after;
  }

  remove(id: number): void {
    const before = this.need(id);
    this.#note(id, before);
    this.#unindex(before);
    this.#records.delete(id);
    this.#ids.splice(this.#search(id), 1);
  }

  /** What a query sees of a record: behind the truth for a moment, where the tenant lags. */
  seen(id: number): R | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return this.#records.get(id);
    if (pending.until > this.lag.nowMs()) return this.check(pending.before) ? pending.before : undefined;
    this.#pending.delete(id);
    return this.#records.get(id);
  }

  /** Ids above `after` that a query may see, in order. */
  *idsAfter(after: number): Generator<number> {
    const hidden = [...this.#pending.keys()].filter((id) => id > after && !this.#records.has(id));
    if (hidden.length > 0) {
      yield* [...this.#ids.filter((id) => id > after), ...hidden].sort((a, b) => a - b);
      return;
    }
    for (let at = this.#search(after + 1); at < this.#ids.length; at++) {
      const id = this.#ids[at];
      if (id !== undefined) yield id;
    }
  }

  /** Whether some change is not visible yet, so that the indexes differ from what queries see. */
  get lagging(): boolean {
    for (const id of this.#pending.keys()) this.seen(id);
    return this.#pending.size > 0;
  }

  #checked(record: unknown): R {
    if (!this.check(record)) throw new Error(`Internal: not a ${this.entity.name}: ${JSON.stringify(record)}`);
    return record;
  }

  #note(id: number, before: AnyRecord | undefined): void {
    if (this.lag.visibleAfterMs === 0) {
      this.#pending.delete(id);
      return;
    }
    const seen = this.#pending.has(id) ? this.seen(id) : before;
    this.#pending.set(id, { before: seen, until: this.lag.nowMs() + this.lag.visibleAfterMs });
  }

  #put(record: R): void {
    this.#records.set(record.id, record);
    for (const [field, index] of this.#indexes) {
      const value = valueOf(record, field);
      const ids = index.get(value);
      if (ids) ids.add(record.id);
      else index.set(value, new Set([record.id]));
    }
  }

  #unindex(record: R): void {
    for (const [field, index] of this.#indexes) index.get(valueOf(record, field))?.delete(record.id);
  }

  #place(id: number): void {
    if (id > (this.#ids.at(-1) ?? -1)) this.#ids.push(id);
    else this.#ids.splice(this.#search(id), 0, id);
  }

  /** Position of the first id that is not below `id`. */
  #search(id: number): number {
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? 0) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function createTable<F extends Fields>(entity: Entity<F>, lag: Lag): Table<RecordOf<F>> {
  return new Table(entity, (record): record is RecordOf<F> => isRecordOf(entity.fields, record), lag);
}
