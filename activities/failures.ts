import { ApplicationFailure } from '@temporalio/common';
import { InvariantViolation } from '../shared/billing/plan/invariants.js';
import { KeyMissing, KeysUnreadable } from '../shared/encryption/keyring.js';
import { EvidenceMissing, LeaseLost, StoreRefused, StoreUnavailable } from '../shared/evidence/index.js';
import { LabelRefused } from '../shared/evidence/labels.js';
import { UnknownOrganization } from './gather/report-slices.js';
import { ApiError, type ApiErrorKind } from '../shared/http/errors.js';
import { FAILURES, type FailureRule, type FailureType } from '../shared/messages/retries.js';

/** The one place where an error becomes one of Temporal's failures; what follows of each is in the table (`shared/messages/retries.ts`). Workflows branch on `type` alone. */

/** A write whose answer is missing: the next attempt checks before it does anything (rule 7.9). */
export class OutcomePending extends Error {
  override readonly name = 'OutcomePending';
  constructor(
    message: string,
    /** When to look, in milliseconds. */
    readonly lookAgainMs: number,
  ) {
    super(message);
  }
}

/** The answer stays missing; a person or a later run resolves it. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** Settings with which nothing may be written: a person has to choose. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** The plan was made before this process took over the broker: state older than reality is planned again, never continued. */
export class PlanOutdated extends Error {
  override readonly name = 'PlanOutdated';
}

/** A request that is not this worker's to carry out. */
export class OtherBroker extends Error {
  override readonly name = 'OtherBroker';
  constructor(
    message: string,
    /** Whether its own worker may take it the next time. */
    readonly isCommon: boolean,
  ) {
    super(message);
  }
}

/** Soon enough for anyone who waits, and seldom enough for a worker that gets it again. */
const OTHERS_TURN_MS = 2_000;

/** Whether Temporal gives the activity up because of it, whichever attempt it is. */
export function endsActivity(error: unknown): boolean {
  const failure = toFailure(error);
  return failure instanceof ApplicationFailure && failure.nonRetryable === true;
}

/** As a failure of the table, with its advice for Temporal: whether to try again, and when. Any other error is left as it is. */
export function toFailure(error: unknown): unknown {
  const type = typeOf(error);
  if (type === null || !(error instanceof Error)) return error;
  const afterMs = saidOf(error);
  const { again }: FailureRule = FAILURES[type];
  if (again === 'never' || (again === 'if-said' && afterMs === undefined))
    return ApplicationFailure.nonRetryable(error.message, type);
  const { message } = error;
  return ApplicationFailure.create({ type, message, ...(afterMs === undefined ? {} : { nextRetryDelay: afterMs }) });
}

type ErrorClass = abstract new (...args: never[]) => Error;

const TYPE_OF_CLASS: [ErrorClass, FailureType][] = [
  [OutcomePending, 'OutcomePending'],
  [OutcomeUnknown, 'OutcomeUnknown'],
  [InvariantViolation, 'InvariantViolation'],
  [UnknownOrganization, 'UnknownOrganization'],
  [SettingsRefused, 'SettingsRefused'],
  [LabelRefused, 'SettingsRefused'],
  [OtherBroker, 'OtherBroker'],
  [EvidenceMissing, 'EvidenceMissing'],
  [PlanOutdated, 'PlanOutdated'],
  [StoreUnavailable, 'Unavailable'],
  [StoreRefused, 'Unavailable'],
  // Another process holds the lease now: nothing is decided by this attempt.
  [LeaseLost, 'Unavailable'],
  // A person puts the file of keys back.
  [KeyMissing, 'Unavailable'],
  [KeysUnreadable, 'Unavailable'],
];

const TYPE_OF_ANSWER: Record<ApiErrorKind, FailureType> = {
  unauthorized: 'Unauthorized',
  'rate-limited': 'RateLimited',
  unavailable: 'Unavailable',
  'timed-out': 'Unavailable',
  malformed: 'Malformed',
  rejected: 'Rejected',
  'not-found': 'Rejected',
  duplicate: 'Rejected',
};

function typeOf(error: unknown): FailureType | null {
  if (error instanceof ApiError) return TYPE_OF_ANSWER[error.kind];
  return TYPE_OF_CLASS.find(([ofClass]) => error instanceof ofClass)?.[1] ?? null;
}

/** After how many milliseconds to try again, where the error itself says it. */
function saidOf(error: Error): number | undefined {
  if (error instanceof OutcomePending) return error.lookAgainMs;
  if (error instanceof OtherBroker) return error.isCommon ? OTHERS_TURN_MS : undefined;
  return error instanceof ApiError ? error.facts.retryAfterMs : undefined;
}
