import { describe, expect, test } from '@jest/globals';
import { carryOutBatch, BATCH_MS } from '../../activities/carry-out/batch.js';
import type { Done } from '../../activities/carry-out/steps.js';
import type { PostChargeStep } from '../../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../../shared/messages/messages.js';

/** An activity with several steps: each is a function that answers for it. */
type Work = () => Promise<Done>;

const written: Work = () => Promise.resolve({ result: 'written', id: 7 });
const already: Work = () => Promise.resolve({ result: 'already', id: 7 });
const refused: Work = () => Promise.resolve({ result: 'refused', id: null });
const fails: Work = () => Promise.reject(new Error('503'));

let now = 0;
const slow: Work = () => {
  now += BATCH_MS + 1;
  return written();
};

async function carryOut(steps: Work[]): Promise<{ done: StepDone[]; tried: number }> {
  let tried = 0;
  const request = { step: { items: ['0'] }, more: steps.slice(1).map((_work, index) => ({ items: [String(index + 1)] })) };
  const autotask = { countCalls: async <T>(work: () => Promise<T>) => ({ result: await work(), calls: 2 }) };
  const clock = { now: () => new Date(now) };
  const dependencies = { autotask, clock } as unknown as Parameters<typeof carryOutBatch>[0];
  const { more = [], ...first } = await carryOutBatch(
    dependencies,
    request as unknown as StepRequest<PostChargeStep>,
    ({ step }) => {
      tried += 1;
      return steps[Number(step.items[0])]!();
    },
  );
  return { done: [first, ...more], tried };
}

describe('an activity with several steps', () => {
  test.each<[what: string, steps: Work[], results: string[], tried: number]>([
    ['carries them all out while all goes well', [written, already, written], ['written', 'already', 'written'], 3],
    ['ends before one that fails, and reports none after it', [written, written, fails, written], ['written', 'written'], 3],
    // The steps after it may be of the same item.
    ['ends with one that Autotask refuses', [written, refused, written], ['written', 'refused'], 2],
    ['begins no further step when it has worked long enough', [slow, written], ['written'], 1],
    ['is as it was for a step alone', [refused], ['refused'], 1],
  ])('%s', async (_what, steps, results, tried) => {
    const { done, tried: count } = await carryOut(steps);
    expect(done.map(({ result }) => result)).toEqual(results);
    expect(done.map(({ calls }) => calls.autotask)).toEqual(results.map(() => 2));
    expect(count).toBe(tried);
  });

  // So that Temporal tries that step again.
  test('fails with its first step and tries nothing else', async () => {
    await expect(carryOut([fails, written])).rejects.toThrow('503');
  });
});
