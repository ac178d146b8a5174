import { expect, test } from '@jest/globals';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { useHarness, type Harness } from './harness.js';

/**
 * A backup of a store in use may have names that were written after their values were copied. Whatever name that is, the next run continues, writes nothing
 * twice, and keeps what was lost again.
 */

const MONTH = '2025-10';

let harness: Harness;
let root: string;
let names: string[];
useHarness(async (opened) => {
  harness = opened;
  await harness.bill(MONTH, '2025-10-20');
  root = harness.env.BILLING_EVIDENCE!.slice('file:'.length);
  names = (await readdir(join(root, 'names'), { recursive: true })).filter((name) => name.endsWith('.ref'));
});

const books = async (): Promise<unknown> => ((await harness.control('GET', 'state')) as { autotask: unknown }).autotask;

/** A copy of the store in which the values of the kind's names are missing; how many. */
async function tear(kind: string): Promise<number> {
  const copy = harness.file(`torn-${kind}`);
  await cp(root, copy, { recursive: true });
  const torn = names.filter((name) => name.startsWith(`${kind}/`));
  for (const name of torn) {
    const { ref } = JSON.parse(await readFile(join(root, 'names', name), 'utf8')) as { ref: string };
    await rm(join(copy, 'values', ref.slice(0, 2), `${ref}.json`), { force: true });
  }
  harness.env.BILLING_EVIDENCE = `file:${copy}`;
  return torn.length;
}

// Every run ended, for ever, with the advice to run the month again.
test.each(['named', 'remembered', 'made', 'outcomes', 'months', 'planned', 'settings', 'before'])(
  'a store without the values of %s/… can be repaired',
  async (kind) => {
    const before = await books();
    expect(await tear(kind)).toBeGreaterThan(0);
    const { result, held } = await harness.bill(MONTH, '2025-10-21');
    expect([held, result.posted.lines, result.writes]).toEqual([0, 28, expect.objectContaining({ contracts: 0 })]);
    expect(await books()).toEqual(before);
  },
  180_000,
);
