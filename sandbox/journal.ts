/** One request to one of the vendors, as it came and as it was answered. */
export interface JournalEntry {
  /** The sandbox's clock when it arrived. */
  at: string;
  method: string;
  path: string;
  query: Record<string, string>;
  /** Parsed where it is JSON, null where there was none. */
  body: unknown;
  /** 0 while it is being answered, and where the connection was cut. */
  status: number;
  /** What was done to this request on purpose. */
  fault: string | null;
  /** By how much the real API would have slowed it down, in milliseconds. */
  slowedMs: number;
}

const ENTRIES_MAX = 200_000;
/** Characters of all bodies together; parsed they take several times as much memory. */
const BODIES_MAX = 32 * 1024 * 1024;

/** All requests in the order of their arrival; the oldest go when there are too many, or their bodies grow too large together. */
export class Journal {
  #entries: JournalEntry[] = [];
  #lengths: number[] = [];
  #length = 0;

  /** `length` is that of the body's text. */
  add(entry: JournalEntry, length: number): JournalEntry {
    while (this.#entries.length >= ENTRIES_MAX || (this.#length + length > BODIES_MAX && this.#entries.length > 0))
      this.#forget();
    this.#entries.push(entry);
    this.#lengths.push(length);
    this.#length += length;
    return entry;
  }

  list(): JournalEntry[] {
    return [...this.#entries];
  }

  clear(): void {
    this.#entries = [];
    this.#lengths = [];
    this.#length = 0;
  }

  /** The oldest tenth: one by one would cost a copy of the list each. */
  #forget(): void {
    const count = Math.ceil(this.#entries.length / 10);
    this.#entries = this.#entries.slice(count);
    this.#length -= this.#lengths.splice(0, count).reduce((sum, length) => sum + length, 0);
  }
}
