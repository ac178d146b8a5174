import { beforeAll, expect, test } from '@jest/globals';
import { playPlaced, type Placed } from './placed.js';
import { soak, type Soaked } from './soak.js';

/** A smoke of `npm run soak` and of its `--placed`, both at the same time: what they do most is wait until Temporal notices a death. */

let soaked: Soaked;
let placed: Placed[];
beforeAll(async () => {
  [soaked, placed] = await Promise.all([
    soak({
      minutes: 0,
      seed: 2,
      disturbances: [{ kind: 'kill gateway', ms: 0 }, { kind: 'deploy worker' }, { kind: 'kill server', ms: 500 }],
    }),
    playPlaced({ places: ['upsertContract × answer', 'postAdjustment × after'], atOnce: 2 }),
  ]);
}, 300_000);

// They go away in mid-run, and the month ends right to the cent.
test('a month survives losing Temporal, network and worker', () => {
  const { verdict, rounds, figures } = soaked;
  expect(rounds.flatMap(({ problems, unknown }) => [...problems, ...unknown])).toEqual([]);
  expect(verdict).toBe('ok');
  expect(figures).toMatchObject({ 'kill gateway': 1, 'deploy worker': 1, 'kill server': 1, runs: 4 });
  expect(figures['requests that could write']).toBeGreaterThan(10);
});

// Right to the cent.
test.each([
  ['before reading its new contract', 0],
  ['before reporting its sent adjustment', 1],
])('a worker killed %s leaves a correct month', (_where, index) => {
  expect(placed[index]).toMatchObject({ isReached: true, verdict: 'ok', problems: [], unknown: [] });
});
