import { ApiError } from '../http/errors.js';

/** Answers that are none of the list that was asked for, and are so again when it is asked for again: it is not there, not for this user, or no list. */
export function saysThereIsNone(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.facts.status === 403 || ['not-found', 'rejected', 'malformed'].includes(error.kind);
}
