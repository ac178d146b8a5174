import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { BELIEFS, type BeliefId } from '../../shared/probe/beliefs.js';
import { beliefFacts, OBSERVED, type Observation } from '../../shared/probe/observed.js';
import { openHarness } from '../report/harness.js';
import type { World } from '../api/vendors.js';

/** Recordings that brokers handed back, and one of a sandbox whose switches all differ: each is billed, twice. What they confirm is observed. */

const FOLDER = new URL('../recordings/', import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

type Recorded = World & { recording: { month: string; of: Observation['of']; verdicts: Record<string, string> } };
const read = (name: string): Recorded => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recorded;

describe('a recording is billed, and a second run writes nothing', () => {
  test.each(files)('%s', async (name) => {
    const world = read(name);
    const { month } = world.recording;
    const harness = await openHarness(world);
    const writes = async (): Promise<number> =>
      ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
        ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
      ).length;
    try {
      const { result } = await harness.bill(month, `${month}-31`);
      expect(result.posted.lines).toBeGreaterThan(0);
      expect(result.report.lines).toBe(result.posted.lines + result.held.lines + result.excluded.lines);
      const before = await writes();
      await harness.bill(month, `${month}-31`);
      expect((await writes()) - before).toBe(0);
    } finally {
      await harness.close();
    }
  });
});

test.each(files)('%s says of every belief of its time what was seen', (name) => {
  const { verdicts } = read(name).recording;
  expect(Object.keys(verdicts).filter((id) => !(id in BELIEFS))).toEqual([]);
  expect(Object.values(verdicts).filter((is) => is === 'confirmed').length).toBeGreaterThan(10);
});

test('each belief that a recording confirms counts as observed, by its name', () => {
  const shown = files.map((recording): Observation => {
    const { of, verdicts } = read(recording).recording;
    const confirmed = Object.keys(verdicts).filter((id): id is BeliefId => id in BELIEFS && verdicts[id] === 'confirmed');
    return { recording, of, confirmed };
  });
  expect(OBSERVED).toEqual(shown);
  const marks = beliefFacts().map(({ what, mark }) => [what.replace(/^belief ([^:]+):.*/, '$1'), mark]);
  const seen = new Set<string>(shown.flatMap(({ confirmed }) => confirmed));
  expect(marks).toEqual(Object.keys(BELIEFS).map((id) => [id, seen.has(id) ? 'observed' : 'inferred']));
});
