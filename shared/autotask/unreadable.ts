import { isRecord } from '../http/properties.js';
import type { z } from 'zod';
import { present } from '../billing/basics/text.js';
import type { UnreadableRecord } from '../billing/types.js';
import { unreadableText } from '../billing/contracts/doubt.js';
import { ApiError } from '../http/errors.js';
import { VALUE_LENGTH } from '../http/limits.js';
import { vendorText } from '../http/vendor-text.js';
import { lowerKeys } from './lower-keys.js';
import { idSchema } from './values.js';

/** A record that came and cannot be read: it is told apart from one that is not there, and holds only what needs it. */

/** From so many records on, a member that none of them has is taken for one with another name. */
const MANY = 10;
/** What is wrong with a member that money rests on and that is not there: it may have another name. */
export const MISSING = 'is missing';
/** How many names are listed then. */
const NAMES_SHOWN = 30;

export class Unreadable extends ApiError {
  constructor(
    readonly finding: UnreadableRecord,
    /** What is wrong when it is so in every record. */
    readonly whenAll: ApiError | null = null,
  ) {
    super('malformed', `${unreadableText(finding)}.`);
  }
}

/** What a record that cannot be read as a whole still says of itself. */
export type Hints = (members: Members) => Pick<UnreadableRecord, 'contractId' | 'companyId' | 'keys'>;

/** Single members of a record, by name in lower case. */
export class Members {
  constructor(private readonly record: Record<string, unknown>) {}

  id(name: string): number | null {
    const id = idSchema.safeParse(this.record[name]);
    return id.success ? id.data : null;
  }

  /** The text, null where there is none; undefined where it cannot be read. */
  text(name: string): string | null | undefined {
    const value = this.record[name];
    if (value === null) return null;
    return typeof value === 'string' || typeof value === 'number' ? present(String(value)) : undefined;
  }
}

/** Decodes a record; the error names path, record, member and value. */
export function decodeAs<Schema extends z.ZodType>(
  schema: Schema,
  { kind, path }: Pick<UnreadableRecord, 'kind' | 'path'>,
  record: unknown,
  hints: Hints = () => ({ contractId: null, companyId: null, keys: null }),
): z.infer<Schema> {
  const lower = lowerKeys(record);
  const result = schema.safeParse(lower);
  if (result.success) return result.data;
  const members = isRecord(lower) ? lower : {};
  const known = new Members(members);
  const member = result.error.issues[0]?.path.map(String).join('.') || null;
  const value = member === null ? lower : valueAt(members, member);
  const id = known.id('id');
  throw new Unreadable({
    vendor: 'Autotask',
    kind,
    path,
    id,
    record: id === null ? '(no id)' : String(id),
    member,
    value: shownValue(value),
    problem: value === undefined ? MISSING : 'is not understood',
    ...hints(known),
  });
}

const valueAt = (record: Record<string, unknown>, member: string): unknown =>
  member.split('.').reduce<unknown>((value, name) => (isRecord(value) ? value[name] : undefined), record);

const shownValue = (value: unknown): string | null =>
  value === undefined ? null : vendorText(JSON.stringify(value), VALUE_LENGTH);

/** The records of one query, as they are decoded. */
export class Decoded<T> {
  private readonly good = new Map<string, T>();
  private readonly bad = new Map<string, Unreadable>();
  private names: string[] = [];

  constructor(
    private readonly path: string,
    private readonly decode: (record: unknown) => T,
    /** Whether a value shows that what one record lacks is shown to us at all. */
    private readonly shows: (value: T) => boolean = () => false,
  ) {}

  /** A record that came before counts once, as it is now. */
  add(key: string, record: unknown): void {
    if (this.names.length === 0) this.names = Object.keys(isRecord(record) ? record : {}).slice(0, NAMES_SHOWN);
    this.good.delete(key);
    this.bad.delete(key);
    try {
      this.good.set(key, this.decode(record));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.bad.set(key, error);
    }
  }

  get size(): number {
    return this.good.size + this.bad.size;
  }

  /** What was read. What cannot be read is reported to `onUnreadable`; without somebody to tell, or where it is so everywhere, it is an error. */
  end(onUnreadable: ((finding: UnreadableRecord) => void) | undefined): T[] {
    const values = [...this.good.values()];
    const bad = [...this.bad.values()];
    const [first] = bad;
    if (first === undefined) return values;
    const whenAll = bad.find((error) => error.whenAll !== null)?.whenAll;
    if (whenAll && !values.some(this.shows)) throw whenAll;
    if (values.length === 0 && bad.length >= MANY) throw this.renamed(first, bad.length);
    if (onUnreadable === undefined) throw first;
    for (const { finding } of bad) onUnreadable(finding);
    return values;
  }

  private renamed({ finding }: Unreadable, count: number): ApiError {
    return new ApiError(
      'malformed',
      `Autotask's ${this.path}: none of ${count} records can be read, the first (${finding.record}) because ${finding.member ?? 'all of it'} ${finding.problem}. Its members are: ${this.names.join(', ')}.`,
    );
  }
}
