import type { Query } from './condition.js';

/** A query whose pages are being followed. */
export interface PageSet {
  path: string;
  verb: 'GET' | 'POST';
  query: Query;
  /** The text of a GET query, which its links repeat. */
  search: string | undefined;
  /** Where each page begins: after which id. */
  starts: number[];
}

/** Real API: the server keeps the 50 most recent page sets (documented). */
const KEPT = 50;

export class PageSets {
  readonly #sets = new Map<number, PageSet>();
  #last = 0;

  keep(set: PageSet): number {
    this.#last += 1;
    this.#sets.set(this.#last, set);
    for (const id of this.#sets.keys()) {
      if (this.#sets.size <= KEPT) break;
      this.#sets.delete(id);
    }
    return this.#last;
  }

  get(id: number): PageSet | undefined {
    return this.#sets.get(id);
  }
}
