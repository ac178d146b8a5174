import { expect, test } from '@jest/globals';
import { soak } from './soak.js';

/** A smoke of `npm run soak`: one month in which everything but the vendors' data is killed or replaced once. */

test('a month in which Temporal, the way to the vendors and a worker go away in mid-run ends right to the cent', async () => {
  const { verdict, rounds, figures } = await soak({
    minutes: 0,
    seed: 2,
    disturbance: [{ kind: 'kill gateway', ms: 0 }, { kind: 'deploy worker' }, { kind: 'kill server', ms: 500 }],
  });
  expect(rounds.flatMap(({ problems, unknown }) => [...problems, ...unknown])).toEqual([]);
  expect(verdict).toBe('ok');
  expect(figures).toMatchObject({ 'kill gateway': 1, 'deploy worker': 1, 'kill server': 1, runs: 4 });
  expect(figures['requests that could write']).toBeGreaterThan(10);
}, 300_000);
