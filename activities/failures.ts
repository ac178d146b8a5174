import { ApplicationFailure } from '@temporalio/common';
import { InvariantViolation } from '../shared/billing/plan/invariants.js';
import { KeyMissing, KeysUnreadable } from '../shared/encryption/keyring.js';
import { EvidenceMissing, LeaseLost, StoreRefused, StoreUnavailable } from '../shared/evidence/index.js';
import { LabelRefused } from '../shared/evidence/labels.js';
import { UnknownOrganization } from './gather/report-slices.js';
import { ApiError } from '../shared/http/errors.js';

/** The one place where what happened becomes advice for Temporal: whether to try again, and when. Workflows branch on `type` alone. */

export type FailureType =
  | 'Unavailable'
  | 'Unauthorized'
  | 'RateLimited'
  | 'Rejected'
  | 'Malformed'
  | 'OutcomePending'
  | 'OutcomeUnknown'
  | 'InvariantViolation'
  | 'EvidenceMissing'
  | 'PlanOutdated'
  | 'UnknownOrganization'
  | 'SettingsRefused'
  | 'OtherBroker';

/** A write whose answer is missing: the next attempt looks before it does anything (rule 7.9). */
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

export function toFailure(error: unknown): unknown {
  if (error instanceof OutcomePending) return retryable('OutcomePending', error.message, error.lookAgainMs);
  if (error instanceof OutcomeUnknown) return final('OutcomeUnknown', error.message);
  if (error instanceof InvariantViolation) return final('InvariantViolation', error.message);
  if (error instanceof UnknownOrganization) return final('UnknownOrganization', error.message);
  if (error instanceof SettingsRefused || error instanceof LabelRefused) return final('SettingsRefused', error.message);
  if (error instanceof OtherBroker)
    return error.isCommon ? retryable('OtherBroker', error.message, OTHERS_TURN_MS) : final('OtherBroker', error.message);
  if (error instanceof EvidenceMissing) return final('EvidenceMissing', error.message);
  if (error instanceof PlanOutdated) return final('PlanOutdated', error.message);
  // The store is away, or another process holds the lease: neither is decided by this attempt.
  if (error instanceof StoreUnavailable || error instanceof StoreRefused || error instanceof LeaseLost)
    return retryable('Unavailable', error.message, undefined);
  // A person puts the file of keys back.
  if (error instanceof KeyMissing || error instanceof KeysUnreadable) return retryable('Unavailable', error.message, undefined);
  return error instanceof ApiError ? ofApiError(error) : error;
}

function ofApiError(error: ApiError): ApplicationFailure {
  switch (error.kind) {
    case 'unauthorized':
      return final('Unauthorized', error.message);
    case 'rate-limited':
      return retryable('RateLimited', error.message, error.facts.retryAfterMs);
    case 'unavailable':
    case 'timed-out':
      return retryable('Unavailable', error.message, error.facts.retryAfterMs);
    case 'malformed':
      return final('Malformed', error.message);
    case 'rejected':
    case 'not-found':
    case 'duplicate':
      return final('Rejected', error.message);
  }
}

const final = (type: FailureType, message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, type);

const retryable = (type: FailureType, message: string, afterMs: number | undefined): ApplicationFailure =>
  ApplicationFailure.create({ type, message, ...(afterMs === undefined ? {} : { nextRetryDelay: afterMs }) });
