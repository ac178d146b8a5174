import { z } from 'zod';
import type { UnreadableRecord } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import type { AutotaskConfig } from './config.js';
import { LIST_LENGTH, LIST_LENGTH_WITH_OTHERS, type Condition } from './conditions.js';
import type { QuotaSeen, Usage } from './gate.js';
import { lowerKeys } from './lower-keys.js';
import { Forward, IdOrder, isExpired, keyOf, pageOf, requireCounted } from './pages.js';
import { Picklists } from './picklists.js';
import type { Threshold } from './quota.js';
import { Transport, type CallOptions, type TransportOptions } from './transport.js';
import { Decoded } from './unreadable.js';

/** Queries of Autotask, page by page and record by record (`docs/vendors/autotask.md` 2.1 to 2.3). */

export interface ReadOptions extends CallOptions {
  /** Called while pages come in. */
  onProgress?: (what: string) => void;
  /** Called for each record that cannot be read; without it the first one is an error. */
  onUnreadable?: (finding: UnreadableRecord) => void;
}

/** How records of a kind are read. */
export interface Decoder<T> {
  decode: (record: unknown) => T;
  /** Whether a value shows that what one record lacks is shown to us at all. */
  shows?: (value: T) => boolean;
}

const countSchema = z.object({ querycount: z.number().int().nonnegative() });

const PAGE_SIZE = 500;
/** A million records: beyond it something loops. */
const PAGES_MAX = 2000;

interface ListQuery {
  entity: string;
  field: string;
  values: (number | string)[];
  rest: Condition[];
}

export class Queries {
  protected readonly transport: Transport;
  readonly picklists: Picklists;

  constructor(
    protected readonly config: AutotaskConfig,
    options: TransportOptions = {},
  ) {
    this.transport = new Transport(config, options);
    this.picklists = new Picklists(this.transport);
  }

  /** A run begins, or a person asks: a log-in that was refused may be tried once more, where that was not within the last milliseconds. */
  askAgain(notWithinMs = 0): void {
    this.transport.logIn.askAgain(notWithinMs);
  }

  /** Runs `work` and returns how many calls it made to Autotask; one more than `most` is refused before it is sent. */
  countCalls<T>(work: () => Promise<T>, most?: number): Promise<{ result: T; calls: number }> {
    return this.transport.gate.count(work, most);
  }

  /** Calls of the last hour, for the next holder of the gate. */
  usage(): Usage {
    return this.transport.gate.usage();
  }

  /** How much of the quota is used and left, for anyone who watches. */
  quota(): QuotaSeen {
    return this.transport.gate.quota();
  }

  /** Carries out work that writes, asking right before each write, also after a long wait for quota (`transport.ts`). */
  sendingWhile<T>(mayStill: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    return this.transport.sendingWhile(mayStill, work);
  }

  /** Our share of the tenant's quota. */
  get limits(): { callsPerHour: number; threads: number } {
    return { callsPerHour: this.config.callsPerHour, threads: this.config.threads };
  }

  /** Why calls wait now, in words for an operator; null when none does. */
  waiting(): string | null {
    return this.transport.gate.status();
  }

  /** The tenant's quota and its use by anyone; null where Autotask does not tell. */
  readThreshold(): Promise<Threshold | null> {
    return this.transport.readThreshold();
  }

  // ------------------------------------------------------------------------------------------------------------- queries

  /** All records that meet the conditions, as Autotask has them. */
  query(entity: string, filter: Condition[], options: ReadOptions & { includeFields?: string[] } = {}): Promise<unknown[]> {
    return this.queryAs(entity, filter, { decode: (record) => record }, options);
  }

  /** The first records that meet the conditions, as Autotask has them: one call, however many more there are. */
  async sample(entity: string, filter: Condition[], records: number): Promise<unknown[]> {
    const body = { MaxRecords: records, Filter: filter };
    return pageOf(entity, await this.transport.call({ method: 'POST', path: `${entity}/query`, body, isRead: true })).records;
  }

  /** How many records meet the conditions. */
  async count(entity: string, filter: Condition[]): Promise<number> {
    const call = { method: 'POST', path: `${entity}/query/count`, body: { Filter: filter }, isRead: true } as const;
    const counted = countSchema.safeParse(lowerKeys(await this.transport.call(call)));
    if (counted.success) return counted.data.querycount;
    throw new ApiError('malformed', `${entity}/query/count: the answer has no count`);
  }

  /**
   * All records that meet the conditions, by POST and page by page; next pages only on Autotask's own origin (`docs/vendors/autotask.md` 2.3). A record is decoded when
   * its page has come: no more than one page is held as Autotask sends it. A next page that is refused has expired while calls waited for quota; the rest is
   * asked for by id.
   */
  protected async queryAs<T>(
    entity: string,
    filter: Condition[],
    { decode, shows }: Decoder<T>,
    { includeFields, onProgress, onUnreadable, signal }: ReadOptions & { includeFields?: string[] } = {},
  ): Promise<T[]> {
    const body = { MaxRecords: PAGE_SIZE, ...(includeFields ? { IncludeFields: includeFields } : {}) };
    const found = new Decoded<T>(`${entity}/query`, decode, shows);
    const read = new IdOrder();
    const forward = new Forward(entity);
    let conditions = filter;
    let hasRead = false;
    let path: string | null = `${entity}/query`;
    for (let page = 1; path !== null; page += 1) {
      if (page > PAGES_MAX) throw new ApiError('malformed', `${entity}/query: more than ${PAGES_MAX} pages of ${PAGE_SIZE}`);
      const call = { method: 'POST', path, body: { ...body, Filter: conditions }, isRead: true, signal } as const;
      try {
        const answer = pageOf(entity, await this.transport.call(call));
        // A page can repeat a record when rows are added while pages are read; it counts once.
        for (const record of answer.records) found.add(keyOf(record), record);
        read.note(answer.records);
        hasRead = true;
        path = answer.next;
        forward.check(path, found.size);
        requireCounted(entity, answer, found.size, onUnreadable);
      } catch (error) {
        const after = isExpired(error) && hasRead ? read.last() : null;
        if (after === null) throw error;
        hasRead = false;
        conditions = [...filter, { op: 'gt', field: 'id', value: after }];
        path = `${entity}/query`;
      }
      onProgress?.(`${entity}: ${found.size}`);
    }
    return found.end(onUnreadable);
  }

  protected async queryList<T>(
    { entity, field, values, rest }: ListQuery,
    decode: Decoder<T>,
    options: ReadOptions = {},
  ): Promise<T[]> {
    const records: T[] = [];
    const length = rest.length === 0 ? LIST_LENGTH : LIST_LENGTH_WITH_OTHERS;
    for (let start = 0; start < values.length; start += length) {
      const list: Condition = { op: 'in', field, value: values.slice(start, start + length) };
      for (const record of await this.queryAs(entity, [list, ...rest], decode, options)) records.push(record);
    }
    return records;
  }
}
