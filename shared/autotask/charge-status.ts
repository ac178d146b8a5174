/** What the status of a charge says of it: no customer is asked for one that somebody canceled. */

/** The number of the status "Canceled"; null where the tenant has none, undefined where none of the statuses can be read. */
export type CanceledStatus = number | null | undefined;

export const CANCELED = /^cancell?ed$/i;

const isThere = (status: unknown): boolean => status !== null && status !== undefined;
const textOf = (status: unknown): string =>
  typeof status === 'number' || typeof status === 'string' ? String(status).trim() : '';

/** Whether it is canceled, by number or by word. */
export function isCanceled(status: unknown, canceled: CanceledStatus): boolean {
  const text = textOf(status);
  return CANCELED.test(text) || (text !== '' && isThere(canceled) && Number(text) === canceled);
}

/** Why a charge of ours with the status does not count as one that the customer is asked for; null where it does. */
export function problemOfStatus(status: unknown, canceled: CanceledStatus): string | null {
  if (!isThere(status)) return null;
  if (isCanceled(status, canceled)) return 'is the one of charges that were canceled, and no customer is asked for it';
  if (canceled === undefined) return 'may be that of charges that were canceled: no value of its picklist can be read';
  return /^-?\d{1,9}$/.test(textOf(status)) ? null : 'is not understood';
}
