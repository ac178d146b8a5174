import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RULES } from '../billing/examples/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { openHarness } from '../report/harness.js';
import { unexpected, worldFiles, type WorldFile } from './file.js';
import { expectedOf, play, type Came } from './play.js';
import { openSharedServer, type SharedServer } from './temporal.js';

/**
 * Every world of `sandbox/worlds`, billed day by day, ends as is written next to it: by `run` through Temporal and HTTP where somebody or something comes
 * between, and one of nine of the others; the rest by the run's own activities in this process, which takes a third of the time. With WORLDS_THROUGH=all
 * every world goes through Temporal.
 */

const files = worldFiles();
const ONE_OF = process.env.WORLDS_THROUGH === 'all' ? 1 : 9;
const isDisturbed = ({ expected }: WorldFile): boolean =>
  expected.days.some(({ approves, beforeWrites, faults }) => approves ?? beforeWrites ?? faults ?? false);
const calm = files.filter((file) => !isDisturbed(file));
const direct = new Set(calm.filter((_, index) => index % ONE_OF !== 0));
/** Worlds played at the same time; each is its own broker, and making the workers of one keeps this process from everything else for a moment. */
const AT_ONCE = 6;

describe('every world ends as is written next to it', () => {
  let server: SharedServer;
  const came = new Map<string, Came[] | Error>();

  beforeAll(async () => {
    server = await openSharedServer();
    const waiting = [...files];
    const next = async (): Promise<void> => {
      for (let file = waiting.shift(); file; file = waiting.shift())
        came.set(file.name, await (direct.has(file) ? playDirect(file) : playThrough(server, file)).catch(asError));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }, 480_000);
  afterAll(() => server?.close(), 60_000);

  test.each(files.map((file) => [file.name, file.expected.shows, file] as const))('%s: %s', (name, _, { expected }) => {
    const days = came.get(name);
    if (days instanceof Error) throw days;
    expect(days).toEqual(expected.days.map(expectedOf));
  });
});

async function playThrough(server: SharedServer, file: WorldFile): Promise<Came[]> {
  const broker = await server.open(file);
  try {
    return await play(file, broker.harness, (_, day) => broker.bill(day));
  } finally {
    await broker.close();
  }
}

async function playDirect(file: WorldFile): Promise<Came[]> {
  const harness = await openHarness(file.world as unknown as Parameters<typeof openHarness>[0], {
    BILLING_BROKER: file.name,
    ...file.expected.settings,
  });
  try {
    return await play(file, harness, async ({ bill, cli }, { month, asOf }) => {
      await bill(month, asOf);
      return JSON.parse((await cli('report', month, '--json')).out) as MonthResult;
    });
  } finally {
    await harness.close();
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

test('every world has an expectation; September is covered elsewhere', () => {
  expect(unexpected()).toEqual(['september-2025.json']);
});

test('the worlds name rules that there are', () => {
  expect(files.flatMap(({ expected }) => expected.rules).filter((rule) => !RULES.includes(rule))).toEqual([]);
});
