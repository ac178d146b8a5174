import { describe, expect, test } from '@jest/globals';
import {
  OtherBroker,
  OutcomePending,
  OutcomeUnknown,
  PlanOutdated,
  SettingsRefused,
  toFailure,
} from '../../activities/failures.js';
import { UnknownOrganization } from '../../activities/gather/report-slices.js';
import { InvariantViolation } from '../../shared/billing/plan/invariants.js';
import { KeyMissing, KeysUnreadable } from '../../shared/encryption/keyring.js';
import { EvidenceMissing, LeaseLost, StoreRefused, StoreUnavailable } from '../../shared/evidence/index.js';
import { LabelRefused } from '../../shared/evidence/labels.js';
import { ApiError, type ApiErrorKind } from '../../shared/http/errors.js';
import type { FailureType } from '../../shared/messages/retries.js';

/** Each kind of failure: whether it is tried again, and after how long. */

const NEVER = { nonRetryable: true, nextRetryDelay: undefined };
const AFTER_PAUSES = { nonRetryable: false, nextRetryDelay: undefined };
const after = (milliseconds: number): object => ({ nonRetryable: false, nextRetryDelay: milliseconds });

const api = (kind: ApiErrorKind, retryAfterMs?: number): ApiError =>
  new ApiError(kind, 'what the vendor said', retryAfterMs === undefined ? {} : { retryAfterMs });
const lease = { id: 'l1', name: 'gate/default', owner: 'worker', fence: 3, until: '2025-10-10T00:00:00Z' };

/** The compiler asks for a row of every type. */
const TABLE: Record<FailureType, [says: string, error: Error, advice: object][]> = {
  Unavailable: [
    ['a vendor is down', api('unavailable'), AFTER_PAUSES],
    ['a vendor is down and says until when', api('unavailable', 90_000), after(90_000)],
    ['a vendor does not answer in time', api('timed-out'), AFTER_PAUSES],
    ['the store is down', new StoreUnavailable('away'), AFTER_PAUSES],
    ['the store refuses this program', new StoreRefused('no right'), AFTER_PAUSES],
    ['another worker has the lease', new LeaseLost(lease), AFTER_PAUSES],
    ['a key is missing', new KeyMissing('k1'), AFTER_PAUSES],
    ['the file of keys is broken', new KeysUnreadable('keys.json'), AFTER_PAUSES],
  ],
  RateLimited: [
    ['a vendor was asked too often', api('rate-limited'), AFTER_PAUSES],
    ['it says when to come again', api('rate-limited', 3_000), after(3_000)],
  ],
  Unauthorized: [
    ['a log-in is refused', api('unauthorized'), NEVER],
    ['so it is where the answer has Retry-After', api('unauthorized', 1_000), NEVER],
  ],
  Rejected: [
    ['a vendor refuses a value', api('rejected'), NEVER],
    ['a record is not there', api('not-found'), NEVER],
    ['a record is there already', api('duplicate'), NEVER],
  ],
  Malformed: [['an answer makes no sense', api('malformed'), NEVER]],
  OutcomePending: [['the answer to a write is missing', new OutcomePending('looking again', 4_500), after(4_500)]],
  OutcomeUnknown: [['it stays missing', new OutcomeUnknown('no effect shows'), NEVER]],
  InvariantViolation: [['a plan is wrong', new InvariantViolation(4, 'two rows'), NEVER]],
  EvidenceMissing: [['what was read is gone', new EvidenceMissing('sha256/1', 'is not on file'), NEVER]],
  PlanOutdated: [['another worker took over', new PlanOutdated('planned before'), NEVER]],
  UnknownOrganization: [['nobody has the name', new UnknownOrganization('Nobody', ''), NEVER]],
  SettingsRefused: [
    ['a setting has to be chosen', new SettingsRefused('BILLING_MODE'), NEVER],
    ['the label was another one', new LabelRefused('BILLING_BROKER'), NEVER],
  ],
  OtherBroker: [
    ["on another broker's queue", new OtherBroker('alpha', false), NEVER],
    ['on the queue that all brokers had', new OtherBroker('alpha', true), after(2_000)],
  ],
};

const rows = Object.entries(TABLE).flatMap(([type, all]) => all.map(([says, error, advice]) => ({ type, says, error, advice })));

describe('an activity fails', () => {
  test.each(rows)('$type: $says', ({ type, error, advice }) => {
    expect(toFailure(error)).toMatchObject({ type, message: error.message, ...advice });
  });

  test('a mistake of the program stays what it is', () => {
    const mistake = new TypeError('x is undefined');
    expect(toFailure(mistake)).toBe(mistake);
  });
});
