import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryEvidence, openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { makeFolder } from '../../shared/evidence/file-store.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** The evidence store: what goes in comes out, by digest and by name, wherever it is kept. */

const programs = await findPostgres();
let folder: string;
let server: PostgresServer | null = null;
const stores: Record<string, Evidence> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-evidence-'));
  stores.files = openEvidence(`file:${folder}`);
  stores.memory = memoryEvidence();
  if (programs !== null) {
    server = await startPostgres(programs);
    stores.PostgreSQL = openEvidence(server.url);
  }
});
afterAll(async () => {
  await Promise.all(Object.values(stores).map((store) => store.close()));
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const kinds = ['files', 'memory', ...(programs === null ? [] : ['PostgreSQL'])];
if (programs === null) test.skip('evidence in PostgreSQL: no PostgreSQL server is installed here', () => undefined);

describe.each(kinds)('evidence in %s', (kind) => {
  test('gives back what was put, and keeps equal values once', async () => {
    const value = { sales: '516.00', nested: [{ text: 'Größe – ✓' }], nothing: null };
    const ref = await stores[kind]!.put(value);
    expect(ref).toMatch(/^[0-9a-f]{64}$/);
    expect(await stores[kind]!.put(structuredClone(value))).toBe(ref);
    expect(await stores[kind]!.get(ref)).toEqual(value);
  });

  // A text is written and hashed in parts, and a character outside of the first plane is two units of it.
  test.each(['', 'a'])('gives back megabytes of text under their own digest, after "%s"', async (begin) => {
    const value = `${begin}${'😀'.repeat(1_100_000)}`;
    const ref = await stores[kind]!.put(value);
    expect(ref).toBe(createHash('sha256').update(JSON.stringify(value)).digest('hex'));
    expect((await stores[kind]!.get(ref)) === value).toBe(true);
  });

  test('names point to the latest value, are listed, and can go', async () => {
    const store = stores[kind]!;
    const [first, second] = [await store.put(1), await store.put(2)];
    await store.point('outcomes/default/2025-10/b %/ö', first);
    await store.point('outcomes/default/2025-10/b', first);
    await store.point('outcomes/default/2025-10/a', first);
    await store.point('outcomes/default/2025-10/a', second);
    expect(await store.pointer('outcomes/default/2025-10/a')).toBe(second);
    expect(await store.names('outcomes/default/2025-10/')).toEqual(['outcomes/default/2025-10/a', 'outcomes/default/2025-10/b']);
    await store.unpoint('outcomes/default/2025-10/a');
    expect(await store.pointer('outcomes/default/2025-10/a')).toBeNull();
  });

  test('lets one of many claim a name, free or held', async () => {
    const store = stores[kind]!;
    const winners = async (expected: string | null, values: number[]): Promise<string[]> => {
      const refs = await Promise.all(values.map((value) => store.put(value)));
      const claims = await Promise.all(refs.map((ref) => store.claim('intents/default/x', expected, ref)));
      return refs.filter((_, index) => claims[index]);
    };
    const [first, ...others] = await winners(null, [1, 2, 3, 4, 5]);
    expect(others).toEqual([]);
    expect(await store.pointer('intents/default/x')).toBe(first);
    expect(await winners(null, [1, 2, 3])).toEqual([]);
    expect(await winners(first!, [6, 7, 8])).toHaveLength(1);
  });

  test('says what it takes, which grows with what is kept', async () => {
    const evidence = stores[kind]!;
    await evidence.put({ kept: 'first' });
    const before = await evidence.size();
    await evidence.put({ kept: Array.from({ length: 5_000 }, (_, at) => `${at} ${Math.random()}`) });
    expect(await evidence.size()).toBeGreaterThan(before + 50_000);
  });

  test('says which digest is missing', async () => {
    await expect(stores[kind]!.get('0'.repeat(64))).rejects.toThrow(/0{64} is not in the store/);
  });
});

test('a file that somebody changed is not taken for evidence', async () => {
  const ref = await stores.files!.put({ sales: '1.00' });
  const path = join(folder, 'values', ref.slice(0, 2), `${ref}.json`);
  await writeFile(path, (await readFile(path, 'utf8')).replace('1.00', '9.00'));
  await expect(stores.files!.get(ref)).rejects.toThrow(/not what its digest says/);
  expect((await readdir(join(folder, 'values', ref.slice(0, 2)))).every((name) => name.endsWith('.json'))).toBe(true);
});

// doctor never came to its end where none could be made.
test('makes a folder with its parents, or refuses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'billing-folder-'));
  const nested = join(folder, 'a', 'b', 'c');
  for (const path of [nested, nested, folder]) makeFolder(path);
  expect(await readdir(join(folder, 'a', 'b'))).toEqual(['c']);
  await writeFile(join(folder, 'file'), '');
  for (const path of [join(folder, 'file'), join(folder, 'file', 'below'), '/proc/nowhere/evidence'])
    expect(() => makeFolder(path)).toThrow();
  await rm(folder, { recursive: true });
});
