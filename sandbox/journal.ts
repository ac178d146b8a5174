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

/** All requests in the order of their arrival; the oldest go when there are too many. */
export class Journal {
  #entries: JournalEntry[] = [];

  add(entry: JournalEntry): JournalEntry {
    if (this.#entries.length >= ENTRIES_MAX) this.#entries = this.#entries.slice(ENTRIES_MAX / 10);
    this.#entries.push(entry);
    return entry;
  }

  list(): JournalEntry[] {
    return [...this.#entries];
  }

  clear(): void {
    this.#entries = [];
  }
}
