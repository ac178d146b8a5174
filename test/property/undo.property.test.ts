import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { play, story } from './month.js';
import { UndoChecker } from './undo-checks.js';

const RUNS = 200;

test('billing and undoing restores the money; billing again repeats it', () => {
  let undone = 0;
  fc.assert(
    fc.property(story, (drawn) => {
      const checker = new UndoChecker();
      play(drawn, (day) => checker.check(day));
      undone += checker.undone;
    }),
    { numRuns: RUNS },
  );
  expect(undone).toBeGreaterThan(RUNS / 3);
});
