import type { AnyRecord } from '../../fields.js';
import type { Tenant } from '../../tenant.js';

/** What an entity demands beyond its description. `before` is there on updates only. */
export interface Rules<R extends AnyRecord> {
  /** What a new record has where the client says nothing. */
  complete?(tenant: Tenant, draft: R): Partial<R>;
  /** Refuses what cannot be. */
  check?(tenant: Tenant, after: R, before?: R): void;
  /** Read-only fields that follow from the others. */
  derive?(tenant: Tenant, after: R, before?: R): Partial<R>;
  /** What an update does to other records. */
  applied?(tenant: Tenant, after: R, before: R): void;
  /** Refuses what cannot be deleted. */
  remove?(tenant: Tenant, record: R): void;
}
