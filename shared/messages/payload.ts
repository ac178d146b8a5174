/** What fits a message: lists are cut, and run in parts, so that no payload grows with the customer. */

/**
 * Bytes of JSON that a list in a message takes at most: steps of a turn, items of an organization, organizations of a month. What stands next to the list is
 * small, so that no payload reaches the 256 KiB from which Temporal warns.
 */
export const LIST_BYTES = 150_000;

/** Steps of one kind that one activity carries out at most. */
export const STEPS_TOGETHER = 25;

/** Items shown by a query; more are in the report. */
export const ITEMS_SHOWN = 250;

/** As many members from the start of a list as take so many bytes of JSON together, all where they fit. */
export function thatFit<T>(list: T[], bytes: number): T[] {
  const encoder = new TextEncoder();
  let left = bytes;
  const end = list.findIndex((member) => (left -= encoder.encode(JSON.stringify(member)).length + 1) < 0);
  return end === -1 ? list : list.slice(0, end);
}

/** How many organizations run at once: the Autotask gate is the bottleneck, and more would only fill memory. */
export const ORGANIZATIONS_AT_ONCE = 20;
