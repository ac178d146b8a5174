import type { Month } from '../../shared/billing/types.js';

/** Addresses of pages; what comes from a vendor is encoded. */

export const customerLink = (month: Month, organizationId: string): string =>
  `/months/${month}/customers/${encodeURIComponent(organizationId)}`;
export const explainLink = (month: Month, subscription: string): string =>
  `/months/${month}/explain?${new URLSearchParams({ subscription }).toString()}`;
