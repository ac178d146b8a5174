import { listingsOf } from './items.js';
import { firstDay } from '../basics/month.js';
import { fold, groupBy } from '../basics/text.js';
import type { Day, Month, Subscription } from '../types.js';

/** Which subscriptions are known to have ended (rules 1.4, 1.6, 8.2 and 9). It takes money away, so nothing may speak against it. */

/** Exactly these: a cancellation that is pending, or anything else Cloudmore may say, is for a person to judge. */
export const hasEnded = ({ status, unreadable }: Subscription): boolean =>
  unreadable === undefined && /^(cancell?ed|deleted|expired)$/i.test(status.trim());

/** The subscription, where that is all the lists say of it: one that another entry shows as active is not known to have ended. */
export function endedSubscription(subscriptions: Subscription[], id: string): Subscription | undefined {
  const listed = listingsOf(subscriptions, id);
  return listed.every(hasEnded) ? listed[0] : undefined;
}

/** Folded ids of all of them. */
export const endedIds = (subscriptions: Subscription[]): Set<string> =>
  new Set([...groupBy(subscriptions, ({ id }) => fold(id))].flatMap(([id, listed]) => (listed.every(hasEnded) ? [id] : [])));

/**
 * Whether it continued into the month and came to its own end since: what the month's report had of it was due, and that it is over now does not say that it
 * was not (1.6). One that ended before its time was canceled, and nobody knows on which day.
 */
export const ranInto = ({ endDay }: Subscription, month: Month, asOf: Day): boolean =>
  endDay !== null && endDay >= firstDay(month) && endDay < asOf;

/** The subscription that has ended and explains a smaller report of the month (1.6): one that ran into it does not. */
export function endedBefore(subscriptions: Subscription[], id: string, month: Month, asOf: Day): Subscription | undefined {
  const ended = endedSubscription(subscriptions, id);
  return ended === undefined || ranInto(ended, month, asOf) ? undefined : ended;
}
