import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkDay } from './checks.js';
import { counterexamples, seed } from './counterexamples.js';
import { play, story } from './month.js';

/** The invariants over generated organizations. A failure prints its seed and the smallest story that shows it; `npm run properties` runs many more. */

const RUNS = 200;

describe('over generated organizations', () => {
  test('every run ends as the invariants say', () => {
    fc.assert(
      fc.property(story, (drawn) => play(drawn, checkDay)),
      { numRuns: RUNS },
    );
  });

  test.each(counterexamples)('once it did not: %s', (_, drawn) => play(drawn, checkDay));

  test('the checks see a row that bills a cent too much', () => {
    const broken = (): void =>
      play(
        {
          currency: 'EUR',
          afterFreeze: 'hold',
          events: [{ kind: 'run', ahead: 0, day: 12, lines: [seed()], restated: null, deleted: [] }],
        },
        (day) => {
          day.after.rows.find(({ contractId }) => contractId !== 1)!.price = '30.01';
          checkDay(day);
        },
      );
    expect(broken).toThrow(/s-1 in 2025-10/);
  });
});
