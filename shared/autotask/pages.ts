import { z } from 'zod';
import { same } from '../billing/basics/text.js';
import type { UnreadableRecord } from '../billing/types.js';
import { ApiError } from '../http/errors.js';

/** Pages of a query's answer (`docs/vendors/autotask.md` 2.3). */

const pageSchema = z.object({ items: z.array(z.unknown()), pagedetails: z.record(z.string(), z.unknown()).nullish() });

export interface Page {
  records: unknown[];
  /** Address of the next page; null on the last. */
  next: string | null;
  /** How many records the page says that it has; null where it does not say. */
  count: number | null;
}

/** The frame of a page; its records are decoded one by one later. */
export function pageOf(entity: string, answer: unknown): Page {
  const frame = pageSchema.safeParse(lowerFrame(answer));
  if (!frame.success) throw new ApiError('malformed', `${entity}/query: the answer has no list of items`);
  const details = Object.entries(frame.data.pagedetails ?? {});
  const detail = (name: string): unknown => details.find(([key]) => same(key, name))?.[1] ?? null;
  const [next, count] = [detail('nextPageUrl'), detail('count')];
  // Taken for "no more" it would cut the list off, and what stands on the rest would not be there.
  if (next !== null && typeof next !== 'string')
    throw new ApiError(
      'malformed',
      `${entity}/query: pageDetails.nextPageUrl is ${typeof next === 'object' ? 'a record' : JSON.stringify(next)}, not an address; whether there are more pages is not known`,
    );
  return { records: frame.data.items, next: next === '' ? null : next, count: typeof count === 'number' ? count : null };
}

const KINDS: Record<string, UnreadableRecord['kind']> = {
  Companies: 'company',
  Contracts: 'contract',
  ContractServiceUnits: 'row',
  ContractCharges: 'charge',
  Services: 'service',
  Products: 'product',
  ContractServices: 'contractService',
  Currencies: 'currency',
};

/**
 * Throws, or says, when the last page has fewer records than it says. Whether its count is of that page or of all is documented and not measured: it is taken
 * for the one that fits.
 */
export function requireCounted(
  entity: string,
  { records, next, count }: Page,
  known: number,
  onUnreadable: ((finding: UnreadableRecord) => void) | undefined,
): void {
  const before = known - records.length;
  if (next !== null || count === null || records.length >= count || (known >= count && before <= count)) return;
  const problem = `is more than the ${records.length} that came: the answer is not whole`;
  const kind = KINDS[entity];
  if (kind === undefined || onUnreadable === undefined)
    throw new ApiError('malformed', `${entity}/query: pageDetails.count (${count}) ${problem}`);
  // Those that did not come may be any: they are records that cannot be read.
  const where = { vendor: 'Autotask', kind, path: `${entity}/query`, record: 'as a whole' };
  const whose = { id: null, contractId: null, companyId: null, keys: null };
  onUnreadable({ ...where, ...whose, member: 'pageDetails.count', value: String(count), problem });
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

  /** The id after which the rest follows; null when that is not known. */
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
      `${this.entity}/query: Autotask's next page ${isNew ? 'was already read' : 'follows one without a new record'}; after ${known} records the answer has no end.`,
    );
  }
}
