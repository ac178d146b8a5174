/**
 * What only a write can tell (`docs/vendors/autotask.md` 12; the numbers are its questions), and what the product does under each answer. The product is right under
 * every answer; where one says that something is always refused, it is not tried first (`activities/gather/behaviour.ts`).
 */
export const WRITE_QUESTIONS = {
  visible: {
    what: 'how soon a search finds what was made (19)',
    copes: 'looks again with growing pauses; a write that no search finds is looked for by id',
  },
  group: { what: 'whether an OR group may hold a user-defined field (21)', copes: 'never groups one: two queries, merged' },
  names: { what: 'whether two services may have one name (10)', copes: 'gives the second one a suffix' },
  firstDay: {
    what: 'whether an adjustment on the first day of a row changes it (1)',
    copes: 'where it does not, bills by a charge beside the row, without trying first',
  },
  again: {
    what: 'whether a second adjustment on one day is taken (5)',
    copes: 'sends one combined adjustment; a difference found later goes on a charge',
  },
  decimals: {
    what: 'how many decimals of a unit price are kept',
    copes: 'reads the row again and balances the difference by a charge',
  },
  extend: { what: 'what rows a later end date adds (3)', copes: 'reads the rows after the extension and adjusts what is there' },
  proration: {
    what: 'how a part of a month is priced, and where a divided row ends (4, 6)',
    copes: 'adjusts on the first of a month only, and goes by the start of rows',
  },
  chargeDecimals: {
    what: 'how many decimals a charge keeps (13)',
    copes: 'sends the total as one unit unless quantity times unit price gives it exactly, and balances what differs later',
  },
  outside: { what: 'whether a charge may be dated outside of its contract (14)', copes: 'dates every charge inside' },
  days: { what: 'what day becomes of midnight and of 10:15 UTC (20)', copes: 'sends 10:15, which is the same day in every zone' },
  createOnly: { what: 'whether a change of a field that is fixed at creation is refused', copes: 'never sends one' },
} as const;

export type WriteQuestion = keyof typeof WRITE_QUESTIONS;
export const WRITE_QUESTION_IDS = Object.keys(WRITE_QUESTIONS) as WriteQuestion[];

export interface WriteAnswer {
  id: WriteQuestion;
  /** The behaviour in a word or two; null: it could not be asked, and the text says why. */
  is: string | null;
  text: string;
}

/** What the probe makes at most and in which order, for anyone who has to agree. */
export const WRITES_PLANNED = [
  'a contract of three months, from this one on, on that company, and two monthly services of its own, both called alike',
  'on it, from next month on, up to 31 units at 0.01 or 0.0123 each, at most 0.40 a month, adjusted twice, extended by a month, divided once',
  'four charges of 0.01 or 0.0123, not billable, each deleted again',
] as const;

/** What stays, because Autotask deletes neither. */
export const WRITES_LEFT =
  'the contract stays, inactive, ending this month, without a row or a charge; the services stay, inactive. All of them are called "Billing probe …".';
