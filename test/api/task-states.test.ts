import { describe, expect, test } from '@jest/globals';
import { awaitTask, type TaskAnswer } from '../../shared/cloudmore/task.js';

/** What Cloudmore says of a report task, one by one: only a state that is known to be finished, with a report, counts as finished. */

const REPORT = [{ billingDate: '2025-10-08' }];
const done: TaskAnswer = { status: 200, json: { status: 'Successful', report: REPORT } };

/** Waits for a task that answers one after the other, the last one over and over; without any waiting. */
function awaited(...answers: TaskAnswer[]): { report: Promise<unknown>; looks: () => number } {
  let looks = 0;
  const look = async (): Promise<TaskAnswer> => answers[Math.min(looks++, answers.length - 1)]!;
  const report = awaitTask('report of 2025-10', look, async () => undefined);
  return { report, looks: () => looks };
}

const state = (status: unknown, rest: object = {}): TaskAnswer => ({ status: 200, json: { taskId: 't-1', status, ...rest } });

describe('a report task', () => {
  test.each(['Processing', 'Pending', 'In progress', 'IN_PROGRESS', 'NotStarted', 'Queued'])(
    'that is "%s" is looked at again',
    async (word) => {
      const { report, looks } = awaited(state(word), done);
      expect([await report, looks()]).toEqual([REPORT, 2]);
    },
  );

  test.each(['Successful', 'succeeded', 'COMPLETED', 'Done', 'Finished'])(
    'that is "%s" has its report, also an empty one',
    async (word) => {
      await expect(awaited(state(word, { report: REPORT })).report).resolves.toEqual(REPORT);
      await expect(awaited(state(word, { report: [] })).report).resolves.toEqual([]);
    },
  );

  test.each(['Failed', 'Error', 'Faulted', 'Cancelled', 'TimedOut'])(
    'that is "%s" bills nothing, whatever comes with it',
    async (word) => {
      const { report } = awaited(state(word, { report: REPORT }));
      await expect(report).rejects.toThrow(`failed: its state is "${word}", and it has taskId, status, report`);
    },
  );

  test.each([['Archived'], [3], [true], [{ value: 'Successful' }]])('in the state %p is in none that is known', async (word) => {
    await expect(awaited(state(word, { report: REPORT })).report).rejects.toThrow('is in no known state');
    await expect(awaited(state(word, { report: [] })).report).rejects.toThrow('is in no known state');
  });

  test.each([[{}], [{ report: null }], [{ lines: REPORT }]])('with %p has no report, which is not an empty one', async (rest) => {
    await expect(awaited(state('Successful', rest)).report).rejects.toThrow('is finished and has no report');
  });

  test.each([
    [202, undefined],
    [204, undefined],
    [200, undefined],
    [200, null],
  ])('that answers %d with %p runs, until the limit', async (status, json) => {
    await expect(awaited({ status, json }, { status, json }, done).report).resolves.toEqual(REPORT);
    await expect(awaited({ status, json }).report).rejects.toThrow('did not finish the report of 2025-10 within 30 minutes');
  });

  test('may be unknown for a moment, and no longer', async () => {
    const unknown: TaskAnswer = { status: 404, json: undefined };
    await expect(awaited(unknown, unknown, done).report).resolves.toEqual(REPORT);
    await expect(awaited(unknown).report).rejects.toThrow('no longer knows the task');
  });

  test('an answer with the list is done; an empty one says nothing', async () => {
    await expect(awaited({ status: 200, json: REPORT }).report).resolves.toEqual(REPORT);
    await expect(awaited({ status: 200, json: [] }).report).rejects.toThrow('is in no known state');
  });
});
