import { expect, test } from '@jest/globals';
import { fuzz, WITHIN_MS } from './door.js';

/** The short form; `npm run attacks` plays a hundred thousand. */
const RUNS = 600;

test('mutated answers lead to errors, holds or the same money', async () => {
  const { runs, counts, slowestMs } = await fuzz(RUNS, 20_251_128);
  expect(runs).toBeGreaterThanOrEqual(RUNS);
  expect(slowestMs).toBeLessThan(WITHIN_MS);
  // Each of the three is reached: mutations that all do nothing, or all break the text, would show nothing.
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(RUNS / 20);
});
