import { describe, expect, test } from '@jest/globals';
import { KeyedMutex } from '../../activities/carry-out/keyed-mutex.js';
import { REFUSED_WITHIN_MS, sendOnce } from '../../activities/carry-out/send-once.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { ApiError } from '../../shared/http/errors.js';

/** Writes without idempotency keys: what a second attempt does with what the first one left behind. */

const REQUEST = { broker: 'default', month: '2025-10', asOf: '2025-10-09', mode: null };

type Needs = Parameters<typeof sendOnce>[0];

type Attempt = (now: number, execution?: string) => Promise<number>;

function world(): {
  attempt: Attempt;
  /** The same from a process of its own, over the same store. */
  another: Attempt;
  sent: () => number;
  remove: () => void;
  /** The next answer is lost, and the request was on its way so long. */
  lose: (effect: boolean, after?: number) => void;
  /** What comes to pass while the next request waits for quota. */
  meanwhile: (happens: () => Promise<void>) => void;
} {
  let time = 0;
  const evidence: Evidence = memoryEvidence(() => new Date(time));
  let sent = 0;
  let there: number | null = null;
  let lost: { effect: boolean; after: number } | null = null;
  let happening: (() => Promise<void>) | null = null;
  const waiting = async (): Promise<void> => {
    const happens = happening;
    happening = null;
    await happens?.();
  };
  const send = (): Promise<number> => {
    sent += 1;
    if (lost?.effect !== false) there = sent;
    if (lost === null) return Promise.resolve(sent);
    time += lost.after;
    lost = null;
    return Promise.reject(new ApiError('unavailable', 'the connection broke', {}, { effect: 'unknown' }));
  };
  const ofProcess = (): Attempt => {
    const sending = new KeyedMutex();
    return (now, execution = 'run/1') => {
      time = now;
      const needs: Needs = {
        sending,
        evidence,
        execution: () => execution,
        lease: () => null,
        autotask: {
          sendingWhile: async (mayStill, work) => {
            await waiting();
            await mayStill();
            return work();
          },
        },
      };
      return sendOnce(needs, REQUEST, {
        identity: ['charge', '1'],
        comesWithinMs: REFUSED_WITHIN_MS,
        find: () => Promise.resolve(there),
        send,
      });
    };
  };
  return {
    attempt: ofProcess(),
    another: ofProcess(),
    sent: () => sent,
    remove: () => (there = null),
    lose: (effect, after = 0) => (lost = { effect, after }),
    meanwhile: (happens) => (happening = happens),
  };
}

describe('a write', () => {
  test('is not sent again when the worker died before reporting it', async () => {
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

  test('is sent once more, well after the first, when nothing shows', async () => {
    const { attempt, sent, lose } = world();
    lose(false);
    await expect(attempt(0)).rejects.toThrow('the connection broke');
    await expect(attempt(10_000)).rejects.toMatchObject({ name: 'OutcomePending' });
    expect(sent()).toBe(1);
    expect(await attempt(20_500)).toBe(2);
  });

  test('that another run did already is found, not sent again', async () => {
    const { attempt, sent } = world();
    expect([await attempt(0, 'run/1'), await attempt(60_000, 'run/2')]).toEqual([1, 1]);
    expect(sent()).toBe(1);
  });

  test('is sent again when somebody deleted what it made', async () => {
    const { attempt, remove } = world();
    await attempt(0, 'run/1');
    remove();
    expect(await attempt(60_000, 'run/2')).toBe(2);
  });

  test('two runs that need it send it once', async () => {
    const { attempt, sent } = world();
    expect(await Promise.all([attempt(0, 'run/1'), attempt(0, 'run/2')])).toEqual([1, 1]);
    expect(sent()).toBe(1);
  });

  test('two processes that need it send it once', async () => {
    const { attempt, sent, another } = world();
    const [first, second] = await Promise.allSettled([attempt(0, 'run/1'), another(0, 'run/2')]);
    expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(sent()).toBe(1);
    expect(await another(1_000, 'run/2')).toBe(1);
    expect(sent()).toBe(1);
  });

  test('is looked for as long when it waited for quota first', async () => {
    const { attempt, sent, lose } = world();
    lose(false, 600_000);
    await expect(attempt(0)).rejects.toThrow('the connection broke');
    await expect(attempt(602_000)).rejects.toMatchObject({ name: 'OutcomePending' });
    expect(sent()).toBe(1);
    expect(await attempt(621_000)).toBe(2);
  });

  test('is not sent after waiting when another process has sent it', async () => {
    const { attempt, another, sent, meanwhile } = world();
    meanwhile(async () => expect(await another(100_000, 'run/2')).toBe(1));
    await expect(attempt(0, 'run/1')).rejects.toMatchObject({ name: 'OutcomePending' });
    expect(sent()).toBe(1);
  });
});
