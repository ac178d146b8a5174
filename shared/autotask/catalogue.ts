import type { Books, Product, Service } from '../billing/types.js';

/** What all organizations share of the books; `unreadable` is what of it cannot be read. */
export type Shared = Pick<Books, 'internalCurrency' | 'services' | 'products' | 'unreadable'>;

/** What was written this long before a list was read may be missing in it (`docs/vendors/autotask.md` 12, no. 19). */
const SHOWS_WITHIN_MS = 10_000;

/**
 * Services and products are read seldom, and an organization may be planned from a list that is some minutes old. What was written since is put into it:
 * a plan that takes a service for absent which the organization's row stands on would have something to do, and wait for a release that was given.
 */
export class SharedCatalogue {
  private last: { at: number; value: Shared } | null = null;
  private readonly services = new Map<number, Written<Service>>();
  private readonly products = new Map<number, Written<Product>>();

  constructor(private readonly now: () => number) {}

  noteService(record: Service): void {
    this.services.set(record.id, { record, at: this.now() });
  }

  noteProduct(record: Product): void {
    this.products.set(record.id, { record, at: this.now() });
  }

  /** Another process may have written since. */
  forget(): void {
    this.last = null;
    this.services.clear();
    this.products.clear();
  }

  /** What was read within `maxAgeMs`, else what is read now. */
  async get(maxAgeMs: number, read: () => Promise<Shared>): Promise<Shared> {
    const now = this.now();
    if (this.last === null || now - this.last.at > maxAgeMs) this.last = { at: now, value: await read() };
    const { at, value } = this.last;
    const since = at - SHOWS_WITHIN_MS;
    return {
      ...value,
      services: withWritten(value.services, this.services, since, (listed, { unitPrice, unitCost, isActive, key }) => ({
        ...listed,
        ...(listed.isActive ? {} : { isActive, key }),
        unitPrice,
        unitCost,
      })),
      products: withWritten(value.products, this.products, since, (listed) => listed),
    };
  }
}

interface Written<T> {
  record: T;
  at: number;
}

/** Listed records with what was written to them since, and those that were made since. */
function withWritten<T extends { id: number }>(
  listed: T[],
  written: Map<number, Written<T>>,
  since: number,
  merge: (listed: T, written: T) => T,
): T[] {
  const recent = new Map([...written].filter(([, { at }]) => at >= since).map(([id, { record }]) => [id, record]));
  if (recent.size === 0) return listed;
  const known = listed.map((record) => {
    const own = recent.get(record.id);
    recent.delete(record.id);
    return own === undefined ? record : merge(record, own);
  });
  return [...known, ...recent.values()];
}
