import type { UndoPlan } from '../billing/plan/undo.js';
import type { Month } from '../billing/types.js';

/**
 * What a person asks for on the page at the end of a month, as it crosses Temporal: the worker does it, because the page has no access to either vendor. One
 * execution per thing and month is open at a time; the latest one's answer is what the page shows.
 */

export type MonthEndRequest = { broker: string; month: Month; actor: string; reason: string } & MonthEndAsked;

export type MonthEndAsked =
  /** Certify the month, if it is still the one that was shown. */
  | { what: 'close'; digest: string }
  /** Read what customers were charged. */
  | { what: 'invoiced' }
  /** Make the way back of one customer's month; nothing is written. */
  | { what: 'undo'; organizationId: string };

export interface MonthEndDone {
  isGood: boolean;
  /** What came of it, in a sentence. */
  text: string;
  /** What stands in the way, or what was found, one sentence each. */
  lines: string[];
  /** ISO time. */
  at: string;
  charged?: ChargedShown;
  undo?: UndoPlan;
}

/** Sales, decimal text, as `shared/close/invoiced.ts` has them. */
export type ChargedAmounts = { currency: string } & Record<
  'report' | 'invoiced' | 'posted' | 'open' | 'held' | 'excluded' | 'dismissed' | 'rounding' | 'differences',
  string
>;

/** What customers were charged, small enough for a history: sums by customer, and the first of the differences. */
export interface ChargedShown {
  customers: (ChargedAmounts & { organizationName: string })[];
  totals: ChargedAmounts[];
  differences: { kind: string; message: string }[];
}

/** What the ids of all of a broker's begin with. */
export const monthEndsOf = (broker: string): string => `month-end/${broker}/`;

export const monthEndId = (
  broker: string,
  month: Month,
  asked: { what: Exclude<MonthEndAsked['what'], 'undo'> } | { what: 'undo'; organizationId: string },
): string => `${monthEndsOf(broker)}${month}/${asked.what}${asked.what === 'undo' ? `/${asked.organizationId}` : ''}`;
