import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { useSystem, type TestSystem } from '../system/system.js';
import { ODD_NAMES, oddWorld, SALES_EACH } from './odd-names.js';

/**
 * An upgrade. `odd-names-written.json` is what the version of 26 November 2026 (commit 5931205), which knew no door, sent to Autotask for October of this
 * world, recorded from its own run: names went into hashes, numbers and user-defined fields as they came.
 */

const WRITTEN = JSON.parse(readFileSync(new URL('odd-names-written.json', import.meta.url), 'utf8')) as {
  method: string;
  path: string;
  body: unknown;
}[];

async function writeAsBefore({ env }: TestSystem): Promise<number[]> {
  const headers = {
    UserName: env.AUTOTASK_USERNAME!,
    Secret: env.AUTOTASK_SECRET!,
    ApiIntegrationCode: env.AUTOTASK_INTEGRATION_CODE!,
    'content-type': 'application/json',
  };
  const states: number[] = [];
  for (const { method, path, body } of WRITTEN) {
    const answer = await fetch(new URL(path, env.AUTOTASK_URL), { method, headers, body: JSON.stringify(body) });
    states.push(answer.status);
  }
  return states;
}

describe('names that look alike, and names of 300 characters', () => {
  let system: TestSystem;
  useSystem({ world: oddWorld() }, (opened) => (system = opened));
  const sales = (SALES_EACH * Object.keys(ODD_NAMES).length).toFixed(2);
  const run = (): Promise<MonthResult> => system.json<MonthResult>([0], 'run', '2025-10', '--as-of', '2025-10-18', '--wait');

  test('does not bill again what the version before has billed', async () => {
    await system.control('POST', 'clock', { now: '2025-10-18T03:00:00Z' });
    expect(new Set(await writeAsBefore(system))).toEqual(new Set([200]));
    await system.forget();
    expect((await run()).posted.sales).toBe(sales);
    expect(await system.writes()).toEqual([]);
  });

  test('are found again by the next run', async () => {
    expect((await run()).posted.sales).toBe(sales);
    expect(await system.writes()).toEqual([]);
  });
});
