import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkRun } from './checks.js';
import { play, story } from './month.js';

/** The invariants over generated organizations. A failure prints its seed and the smallest story that shows it; `npm run properties` runs many more. */

const RUNS = 400;

describe('over generated organizations', () => {
  test('every run ends as the invariants say', () => {
    fc.assert(
      fc.property(story, (told) => play(told, checkRun)),
      { numRuns: RUNS },
    );
  });

  test('the checks see a plan that writes a cent too much', () => {
    const broken = (): void =>
      play(
        {
          currency: 'EUR',
          afterFreeze: 'hold',
          events: [
            {
              kind: 'run',
              month: 0,
              day: 12,
              lines: [{ type: 'licence', subscription: 0, code: 0, quantity: 3, sales: 30_000, cost: 10_000 }],
            },
          ],
        },
        (ran) => {
          ran.after.rows[0]!.price = '30.01';
          checkRun(ran);
        },
      );
    expect(broken).toThrow(/s-1 2025-10/);
  });
});
