import type { Month } from './billing/types.js';

/** Addresses of the pages for finance, behind its own; what comes from a vendor is encoded. */

export const toDoLink = (month: Month): string => `/months/${month}/customers`;
export const customerLink = (month: Month, organizationId: string): string =>
  `${toDoLink(month)}/${encodeURIComponent(organizationId)}`;
export const explainLink = (month: Month, subscription: string): string =>
  `/months/${month}/explain?${new URLSearchParams({ subscription }).toString()}`;
export const monthEndLink = (month: Month): string => `/months/${month}/end`;
export const undoLink = (month: Month, organizationId: string): string => `${customerLink(month, organizationId)}/undo`;
export const certificateLink = (month: Month, number: number): string => `/months/${month}/certificates/${number}`;
