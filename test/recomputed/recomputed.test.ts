import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Recomputed } from '../../activities/decide/recompute.js';
import { readBackup } from '../../shared/evidence/backup.js';
import { openStore } from '../../shared/evidence/index.js';
import { runCommand } from '../command.js';

/**
 * Months that earlier releases billed, planned once more by the code of today: the same is decided, but for differences that somebody has written down. A release's
 * `differences.json` has them by month, customer and rule; the version that is still being made has none, and is recorded again.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(join(HERE, '../../package.json'), 'utf8')) as { version: string };
const releases = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const monthsOf = (release: string): string[] => readdirSync(join(HERE, release)).filter((name) => name.endsWith('.jsonl.gz'));

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'billing-recomputed-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The evidence as it was then, and what `billing recompute` says of it. */
async function recomputed(release: string, file: string): Promise<Recomputed> {
  const env = { BILLING_EVIDENCE: `file:${join(folder, release, file)}`, BILLING_KEYS: join(folder, 'keys') };
  const text = gunzipSync(readFileSync(join(HERE, release, file))).toString('utf8');
  const store = openStore(env.BILLING_EVIDENCE);
  await store.load((each) => readBackup(linesOf(text), null, each).then(() => undefined));
  await store.close();
  const { out } = await runCommand(env, ['recompute', '2025-10', '--json']);
  return JSON.parse(out) as Recomputed;
}

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* await Promise.resolve(text.split('\n').filter((line) => line !== ''));
}

type Differences = Record<string, Record<string, string[]>>;

/** What is decided, without the sentence that describes a step. */
const decided = (text: string): string => text.replace(/"summary":"(\\.|[^"\\])*",?/, '');

/** By customer; a plan that differs only in its wording is the same. */
const differencesOf = ({ organizations }: Recomputed): Differences[string] =>
  Object.fromEntries(
    organizations.flatMap(({ organizationName, verdict, differences }) => {
      const listed = differences
        .filter(({ then, now }) => decided(then) !== decided(now))
        .map(({ rule, what }) => `${rule ?? 'amounts and steps'}: ${what}`);
      const all = verdict === 'unknown' ? ['is not kept whole'] : [...new Set(listed)];
      return all.length === 0 ? [] : [[organizationName, all]];
    }),
  );

function expectedOf(release: string): Differences {
  const file = join(HERE, release, 'differences.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Differences) : {};
}

describe.each(releases)('months that release %s billed', (release) => {
  test.each(monthsOf(release))('%s is planned as then (else: npm run record-months)', async (file) => {
    const read = await recomputed(release, file);
    const expected = expectedOf(release)[basename(file, '.jsonl.gz')] ?? {};
    expect(differencesOf(read)).toEqual(expected);
    expect(read.organizations.length).toBeGreaterThan(1);
  });
});

test('this version has recorded months; if not: npm run record-months', () => {
  expect(monthsOf(version)).toEqual(['billed.jsonl.gz', 'held.jsonl.gz']);
  expect(Object.keys(expectedOf(version))).toEqual([]);
});
