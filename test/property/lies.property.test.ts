import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkLies } from './lies-checks.js';
import { day, more, onceWrong } from './lies-counterexamples.js';
import { playLies } from './lies.js';
import { lyingStory } from './lies-story.js';

/** The same over customers whose vendors do not tell everything. A failure prints its seed and the smallest story that shows it. */

const RUNS = 100;

describe('over customers whose vendors do not tell everything', () => {
  test('the money is right, or unchanged and somebody is notified', async () => {
    await fc.assert(
      fc.asyncProperty(lyingStory, (drawn) => playLies(drawn, checkLies)),
      { numRuns: RUNS },
    );
  });

  test.each(onceWrong)('once it was not: %s', async (_, drawn) => {
    await playLies(drawn, checkLies);
  });

  test('the checks see money that is taken away', async () => {
    const broken = playLies({ days: [day({ changes: [more] }), day()] }, (ran, earlier) => {
      if (earlier.length === 1) for (const row of ran.after.rows) Object.assign(row, { price: '0', cost: '0' });
      checkLies(ran, earlier);
    });
    await expect(broken).rejects.toThrow(/s-1-1 on 2025-10-20: 0 \/ 0 stands/);
  });
});
