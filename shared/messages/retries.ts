import { isKeyOf } from '../billing/basics/closed-sets.js';

/**
 * What is tried again, and after how long: the one table for activities (`activities/failures.ts`), workflows (`workflows/failures.ts`, `workflows/activities.ts`),
 * commands and `docs/operations.md`. Temporal owns the retries: attempts are few, because an organization that cannot continue must wait where a person sees it, and
 * tries again automatically later. Waiting for quota happens inside an attempt and costs none.
 */

export interface FailureRule {
  /** What has happened, in words. */
  means: string;
  /**
   * `later`: after as long as the failure says, such as a vendor's Retry-After, else after the pauses of `RETRIES`; `if-said`: only where it says how long; `never`:
   * the same would come of it.
   */
  again: 'later' | 'if-said' | 'never';
  /** What follows where it is not tried again, or each try failed. */
  then: string;
  /** Whether a write may have taken effect. */
  isEffectUnknown?: true;
  /** Whether it concerns a vendor as a whole: other steps would fail likewise. */
  isOutage?: true;
  /** Whether only other settings help. */
  isOfSettings?: true;
}

const HELD = 'the item is held as `api-error`; where the whole run needs it, the run fails';
const REPORTED = 'nothing is written; please report it';

export const FAILURES = {
  Unavailable: {
    means: "a vendor, the evidence, its keys or the broker's lease cannot be reached",
    again: 'later',
    then: 'the customer is retried automatically, the run fails',
    isOutage: true,
  },
  RateLimited: {
    means: 'a vendor was asked too often',
    again: 'later',
    then: 'as for `Unavailable`',
    isOutage: true,
  },
  Unauthorized: {
    means: 'a vendor refuses the log-in or a right',
    again: 'never',
    then: 'correct it: nothing more is sent until a run or a person asks again',
    isOutage: true,
  },
  Rejected: { means: 'a vendor refuses what it was asked', again: 'never', then: HELD },
  Malformed: { means: "a vendor's answer cannot be read", again: 'never', then: HELD },
  OutcomePending: {
    means: 'the answer to a write is missing, and its effect may show yet',
    again: 'later',
    then: 'the item is held as `outcome-unknown`',
    isEffectUnknown: true,
  },
  OutcomeUnknown: {
    means: 'answers to a write stayed missing, and no effect shows',
    again: 'never',
    then: 'the item is held as `outcome-unknown`',
    isEffectUnknown: true,
  },
  InvariantViolation: { means: 'a plan breaks what holds for every plan', again: 'never', then: REPORTED },
  EvidenceMissing: {
    means: 'what was read before is not on file any more',
    again: 'never',
    then: 'it is read from the vendors again, once',
  },
  PlanOutdated: {
    means: 'another worker has taken over since the plan was made, or a backup was restored',
    again: 'never',
    then: 'it is planned again, once',
  },
  UnknownOrganization: { means: 'no customer has the name that a run was asked for', again: 'never', then: 'the run fails' },
  SettingsRefused: {
    means: 'nothing may be written with these settings',
    again: 'never',
    then: 'the run fails: change the setting',
    isOfSettings: true,
  },
  OtherBroker: {
    means: "the request is another broker's",
    again: 'if-said',
    then: 'nothing is done',
    isOfSettings: true,
  },
} as const satisfies Record<string, FailureRule>;

export type FailureType = keyof typeof FAILURES;

/** The rule of a failure's type; null for one of another program or of Temporal. */
export const failureRule = (type: string | null | undefined): FailureRule | null =>
  typeof type === 'string' && isKeyOf(FAILURES, type) ? FAILURES[type] : null;

export interface RetryRule {
  /** What is tried so, in words. */
  what: string;
  /** Attempts, the first one included; null: as many as fit into `hours`. */
  attempts: number | null;
  hours: number | null;
  /** Pauses double from one second up to this. */
  longestPauseSeconds: number;
}

/** How often an activity is tried that fails by what is tried again. */
export const RETRIES = {
  customer: {
    what: "a customer's plan, writes and comparison, and what people decided",
    attempts: 6,
    hours: null,
    longestPauseSeconds: 20,
  },
  /** Nobody runs a day a second time at night, so that half a minute of an outage must not cost it. */
  run: {
    what: 'what a whole run needs: report, survey, finding work, closing, and the last record of what people decided',
    attempts: null,
    hours: 8,
    longestPauseSeconds: 120,
  },
  /** Each try reads all again, and a person waits; a message is not worth more. */
  asked: {
    what: "what a person asks for at the month's end, and messages to people",
    attempts: 3,
    hours: null,
    longestPauseSeconds: 20,
  },
  /** Another look follows. */
  look: {
    what: 'a check of settings, or of whether customers can still answer',
    attempts: 2,
    hours: null,
    longestPauseSeconds: 20,
  },
} as const satisfies Record<string, RetryRule>;

export type Retries = keyof typeof RETRIES;
