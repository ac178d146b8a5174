import type { Members } from '../door/index.js';
import { ApiError } from '../http/errors.js';

/**
 * Which members the records of one kind have at all. A member that rules rest on and that no record has is not "no value" for all of them: it has another name
 * here, or the user may not see it.
 */
export class Presence<Name extends string> {
  records = 0;
  private readonly counts = new Map<Name, number>();
  private readonly names = new Set<string>();

  constructor(
    private readonly what: string,
    private readonly members: readonly Name[],
  ) {}

  see(record: Members): void {
    this.records += 1;
    for (const member of this.members)
      if (record.raw(member) !== undefined) this.counts.set(member, (this.counts.get(member) ?? 0) + 1);
    if (this.names.size < NAMES_KEPT) for (const name of record.names) this.names.add(name);
  }

  /** Members that none of at least so many records has. */
  absent<Among extends Name>(among: readonly Among[], fewest = 1): Among[] {
    return this.records < fewest ? [] : among.filter((member) => !this.counts.has(member));
  }

  /** Throws when a member is absent from every record, with the names that came. */
  require(needed: readonly Name[]): void {
    const absent = this.absent(needed);
    if (absent.length === 0) return;
    throw new ApiError(
      'malformed',
      `Cloudmore's ${this.what}: none of ${this.records} records has ${absent.join(' or ')}. It may have another name in this version of the API. The members that came: ${[...this.names].slice(0, NAMES_SHOWN).join(', ') || 'none'}. Nothing is billed from it.`,
    );
  }
}

const NAMES_KEPT = 100;
const NAMES_SHOWN = 40;
