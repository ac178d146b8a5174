import { describe, expect, test } from '@jest/globals';
import { sendOnce } from '../../activities/sending.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { ApiError } from '../../shared/http/errors.js';

/** Writes without idempotency keys: what a second attempt does with what the first one left behind. */

const REQUEST = { broker: 'default', month: '2025-10', asOf: '2025-10-09', mode: null };

type Needs = Pick<Dependencies, 'evidence' | 'clock' | 'execution'>;

function world(): {
  attempt: (now: number, execution?: string) => Promise<number>;
  sent: () => number;
  lose: (effect: boolean) => void;
} {
  const evidence: Evidence = memoryEvidence();
  let sent = 0;
  let there: number | null = null;
  let lost: boolean | null = null;
  const send = (): Promise<number> => {
    sent += 1;
    if (lost !== false) there = sent;
    if (lost === null) return Promise.resolve(sent);
    lost = null;
    return Promise.reject(new ApiError('unavailable', 'the connection broke', {}, 'unknown'));
  };
  const attempt = (now: number, execution = 'run/1'): Promise<number> => {
    const needs: Needs = {
      evidence,
      clock: { now: () => new Date(now), sleep: () => Promise.resolve() },
      execution: () => execution,
    };
    return sendOnce(needs, REQUEST, { identity: ['charge', '1'], find: () => Promise.resolve(there), send });
  };
  return { attempt, sent: () => sent, lose: (effect) => (lost = effect) };
}

describe('a write', () => {
  test('is not sent again when the worker died between its answer and its report to Temporal', async () => {
    const { attempt, sent } = world();
    expect([await attempt(0), await attempt(60_000)]).toEqual([1, 1]);
    expect(sent()).toBe(1);
  });

  test('whose answer was lost is found, not sent again', async () => {
    const { attempt, sent, lose } = world();
    lose(true);
    await expect(attempt(0)).rejects.toThrow('the connection broke');
    expect(await attempt(1_000)).toBe(1);
    expect(sent()).toBe(1);
  });

  test('whose effect stays absent is sent once more, and only well after the first', async () => {
    const { attempt, sent, lose } = world();
    lose(false);
    await expect(attempt(0)).rejects.toThrow('the connection broke');
    await expect(attempt(10_000)).rejects.toMatchObject({ name: 'OutcomePending' });
    expect(sent()).toBe(1);
    expect(await attempt(20_500)).toBe(2);
  });

  test('that a later plan needs again is sent again', async () => {
    const { attempt } = world();
    expect([await attempt(0, 'run/1'), await attempt(60_000, 'run/2')]).toEqual([1, 2]);
  });
});
