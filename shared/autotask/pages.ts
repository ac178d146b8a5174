import { z } from 'zod';
import { same } from '../billing/basics/text.js';
import { ApiError } from '../http/errors.js';

/** Pages of a query's answer (`docs/vendors/autotask.md` 2.3). */

const pageSchema = z.object({ items: z.array(z.unknown()), pagedetails: z.record(z.string(), z.unknown()).nullish() });

export interface Page {
  records: unknown[];
  /** Address of the next page; null on the last. */
  next: string | null;
}

/** The frame of a page; its records are decoded one by one later. */
export function pageOf(entity: string, answer: unknown): Page {
  const frame = pageSchema.safeParse(lowerFrame(answer));
  if (!frame.success) throw new ApiError('malformed', `${entity}/query: the answer has no list of items`);
  const next = Object.entries(frame.data.pagedetails ?? {}).find(([key]) => same(key, 'nextPageUrl'))?.[1];
  return { records: frame.data.items, next: typeof next === 'string' && next !== '' ? next : null };
}

const lowerFrame = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null
    ? Object.fromEntries(Object.entries(answer).map(([key, value]) => [key.toLowerCase(), value]))
    : answer;

/** What tells records apart: their id. */
export const keyOf = (record: unknown): string => idOf(record)?.toString() ?? JSON.stringify(record);

function idOf(record: unknown): number | string | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const id = 'id' in record ? record.id : 'Id' in record ? record.Id : undefined;
  return typeof id === 'number' || typeof id === 'string' ? id : undefined;
}

/** How far a query has come by id, as long as its records come in that order. */
export class IdOrder {
  private highest = -1;
  private isOrdered = true;

  note(records: unknown[]): void {
    for (const record of records) {
      const id = Number(idOf(record));
      this.isOrdered &&= id >= this.highest;
      this.highest = id;
    }
  }

  /** The id after which the rest follows; null when that cannot be told. */
  last(): number | null {
    return this.isOrdered && this.highest >= 0 ? this.highest : null;
  }
}

/** A next page that Autotask refuses: its address is good for a while only, and a call may have waited for hours. */
export const isExpired = (error: unknown): boolean =>
  error instanceof ApiError && (error.kind === 'rejected' || error.kind === 'not-found');

/** Whether a query comes forward. A next page that leads to itself, or brings nothing new, would continue for as long as somebody pays for the calls. */
export class Forward {
  private readonly asked = new Set<string>();
  private records = 0;

  constructor(private readonly entity: string) {}

  /** Throws when the next page was asked for already, or the page before it brought no new record. `known` is how many records there are by now. */
  check(next: string | null, known: number): void {
    if (next === null) return;
    const isNew = known > this.records;
    this.records = known;
    if (isNew && !this.asked.has(next)) return void this.asked.add(next);
    throw new ApiError(
      'malformed',
      `${this.entity}/query: Autotask's next page ${isNew ? 'is one that was read already' : 'follows one without a new record'}; after ${known} records the answer has no end.`,
    );
  }
}
