import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import { failureRule, type FailureType } from '../shared/messages/retries.js';
import type { Failure } from './organization-run.js';

/** Why an activity gave up for good; throws what is no such failure. */
export function failureOf(error: unknown): Failure {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  const { cause } = error;
  if (cause instanceof TimeoutFailure)
    return { effect: 'unknown', isOutage: true, message: `${error.activityType} did not end in time (${cause.timeoutType})` };
  const rule = cause instanceof ApplicationFailure ? failureRule(cause.type) : null;
  return {
    effect: rule?.isEffectUnknown ? 'unknown' : 'none',
    isOutage: rule?.isOutage ?? false,
    isOutdated: isOf(error, 'PlanOutdated'),
    isForgotten: isForgotten(error),
    message: cause?.message ?? error.message,
  };
}

/** Whether an activity gave up because what it was told to read is not on file. */
export const isForgotten = (error: unknown): boolean => isOf(error, 'EvidenceMissing');

const isOf = (error: unknown, type: FailureType): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === type;
