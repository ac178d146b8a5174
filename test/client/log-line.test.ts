import { describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { logLine } from '../../client/log-line.js';

const line = (message: string, meta: Record<string, unknown>): unknown =>
  JSON.parse(logLine({ level: 'WARN', timestampNanos: 1_760_000_000_000_000_000n, message, meta }) ?? 'null');

describe('A line of the log', () => {
  test('about a failed activity shows what it said and what caused it, not only a type', () => {
    const cause = new TypeError('no answer', { cause: new Error('ECONNRESET') });
    const error = ApplicationFailure.create({ type: 'Unavailable', message: 'POST /Charges: the connection broke', cause });
    expect(line('Activity failed', { activityType: 'carryOut', error })).toEqual({
      at: '2025-10-09T08:53:20.000Z',
      level: 'WARN',
      message: 'Activity failed',
      activityType: 'carryOut',
      error: {
        name: 'ApplicationFailure',
        type: 'Unavailable',
        message: 'POST /Charges: the connection broke',
        cause: { name: 'TypeError', message: 'no answer', cause: { name: 'Error', message: 'ECONNRESET' } },
      },
    });
  });

  test('ends, whatever causes itself, and holds numbers of any size', () => {
    const error = new Error('round');
    error.cause = error;
    expect(JSON.stringify(line('x', { error, eventId: 12n }))).toContain('"eventId":"12"');
  });

  test('is not written about queues that are meant to serve no workflows', () => {
    expect(line('No workflows registered for this worker', {})).toBeNull();
  });
});
