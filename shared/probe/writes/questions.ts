/**
 * What only a write can tell (`docs/vendors/autotask.md` 12; the numbers are its questions), and what the product does under each answer. The product is right under
 * every answer; where one says that something is always refused, it is not tried first (`activities/gather/behaviour.ts`).
 */
import { keysOf } from '../../billing/basics/closed-sets.js';
export const WRITE_QUESTIONS = {
  visible: {
    what: 'how soon a search finds a new record (19)',
    copes: 'checks again after growing pauses; a write that no search finds is looked up by id',
  },
  group: {
    what: 'whether an OR group may hold a user-defined field (21)',
    copes: 'never puts one in a group: merges two queries',
  },
  names: { what: 'whether two services may have the same name (10)', copes: 'gives the second one a suffix' },
  firstDay: {
    what: 'whether an adjustment on the first day of a row changes it (1)',
    copes: 'if not, bills by a charge next to the row, without trying first',
  },
  again: {
    what: 'whether a second adjustment on the same day is accepted (5)',
    copes: 'sends one combined adjustment; puts a difference found later on a charge',
  },
  decimals: {
    what: 'how many decimals of a unit price are kept',
    copes: 'reads the row again and balances the difference with a charge',
  },
  extend: {
    what: 'which rows a later end date adds (3)',
    copes: 'reads the rows after the extension and adjusts those that exist',
  },
  proration: {
    what: 'how part of a month is priced, and where a split row ends (4, 6)',
    copes: 'adjusts only on the first of a month, and identifies rows by their start',
  },
  chargeDecimals: {
    what: 'how many decimals a charge keeps (13)',
    copes: 'sends the total as one unit unless quantity times unit price is exact, and balances later differences',
  },
  outside: { what: 'whether a charge may be dated outside its contract (14)', copes: 'dates every charge within the contract' },
  days: { what: 'which day midnight and 10:15 UTC become (20)', copes: 'sends 10:15, which is on the same day in every zone' },
  createOnly: { what: 'whether changing a field that is fixed at creation is refused', copes: 'never sends one' },
} as const;

export type WriteQuestion = keyof typeof WRITE_QUESTIONS;
export const WRITE_QUESTION_IDS = keysOf(WRITE_QUESTIONS);

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
