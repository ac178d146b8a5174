import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from './organization-run.js';

/** Types of `activities/failures.ts` after which a write may have taken effect, and those that concern Autotask as a whole. */
const UNKNOWN_EFFECT = new Set(['OutcomeUnknown', 'OutcomePending']);
const OUTAGE = new Set(['Unavailable', 'Unauthorized', 'RateLimited']);

/** Why an activity gave up for good; throws what is no such failure. */
export function failureOf(error: unknown): Failure {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof TimeoutFailure)
    return { effect: 'unknown', isOutage: true, message: `${error.activityType} did not end in time (${cause.timeoutType})` };
  const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : '';
  return {
    effect: UNKNOWN_EFFECT.has(type) ? 'unknown' : 'none',
    isOutage: OUTAGE.has(type),
    isOutdated: type === 'PlanOutdated',
    isForgotten: isForgotten(error),
    message: cause?.message ?? error.message,
  };
}

/** Whether an activity gave up because what it was told to read is not on file. */
export const isForgotten = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === 'EvidenceMissing';
