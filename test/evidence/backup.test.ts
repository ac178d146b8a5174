import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { main } from '../../client/cli.js';
import { addKey, Keyring } from '../../shared/encryption/keyring.js';
import { openEvidence, openStore, type Evidence } from '../../shared/evidence/index.js';
import { Pruner } from '../../shared/evidence/prune.js';
import { openSigner, PUBLIC, publicKeyOf } from '../../shared/evidence/signing.js';
import { verifyEvidence } from '../../shared/evidence/verify.js';
import { inPostgres, onDisk, type Place } from './places.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** A backup of either store, put back into either. */

let folder: string;
let keys: string;
const programs = await findPostgres();
let server: PostgresServer | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-backup-'));
  keys = await mkdtemp(join(folder, 'keys-'));
  addKey(keys, new Date());
  if (programs !== null) server = await startPostgres(programs);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface BackedUp {
  code: number;
  said: string;
}

async function billing(location: string, ...argv: string[]): Promise<BackedUp> {
  let said = '';
  const say = (text: string): void => void (said += `${text}\n`);
  const environment = { BILLING_EVIDENCE: location, BILLING_KEYS: keys, TEMPORAL_ADDRESS: '127.0.0.1:9' };
  const code = await main(argv, { environment, out: say, say, isTerminal: false });
  return { code, said };
}

/** A line separator that is not one, a quote, and letters of other planes. */
const HOSTILE = 'Cont\u2028oso "\\" 𝔇ental';

async function filled(evidence: Evidence): Promise<void> {
  for (const [name, value] of [
    ['outcomes/default/2025-09/c1', { name: HOSTILE, sales: '1.00' }],
    ['outcomes/default/2025-10/c1', { name: HOSTILE, sales: '1440.93' }],
    ['outcomes/other/2025-10/f2', { name: 'Fabrikam', sales: '87.65' }],
    ['named/default', ['a']],
    ['named/default', ['a', 'b']],
  ] as const)
    await evidence.point(name, await evidence.put(value, 'c1'));
  await evidence.unpoint('named/default');
}

/** Backed up, and put back by the store itself: what the command does around that needs Temporal (`keeping.test.ts`). */
async function copied(from: Place, to: Place): Promise<string> {
  const file = join(folder, `${Math.random()}.jsonl.gz`);
  expect(await billing(from.location, 'backup', '--out', file)).toMatchObject({
    code: 0,
    said: expect.stringContaining('signed'),
  });
  const lines = gunzipSync(await readFile(file))
    .toString('utf8')
    .split('\n')
    .slice(0, -2);
  const store = openStore(to.location);
  await store.load(async (each) => {
    for (const line of lines) await each(JSON.parse(line) as never);
  });
  await store.close();
  return file;
}

const disk = (): Promise<Place> => onDisk(folder);
const database = (): Promise<Place> => inPostgres(server!);
const WAYS: [from: string, to: string, open: () => Promise<Place>, into: () => Promise<Place>][] = [
  ['files', 'files', disk, disk],
  ...(programs === null
    ? []
    : ([
        ['files', 'PostgreSQL', disk, database],
        ['PostgreSQL', 'files', database, disk],
      ] as [string, string, () => Promise<Place>, () => Promise<Place>][])),
];

describe.each(WAYS)('from %s to %s', (_from, _to, open, into) => {
  test('restores names, values, chains and pruning, and continues', async () => {
    const [from, to] = [await open(), await into()];
    const evidence = openEvidence(from.location, { broker: 'default', keys });
    await filled(evidence);
    const store = openStore(from.location);
    const pruner = new Pruner(store, { broker: 'default', keyring: new Keyring(keys) });
    await pruner.carryOut(await pruner.look('2025-10'), await openSigner(keys));
    await copied(from, to);
    const [again, there] = [openEvidence(to.location, { broker: 'default', keys }), openStore(to.location)];
    expect(await again.get((await again.pointer('outcomes/default/2025-10/c1'))!)).toEqual({ name: HOSTILE, sales: '1440.93' });
    expect(await again.pointer('outcomes/other/2025-10/f2')).toBe(await evidence.pointer('outcomes/other/2025-10/f2'));
    expect([await again.pointer('named/default'), await again.pointer('outcomes/default/2025-09/c1')]).toEqual([null, null]);
    await again.point('named/default', await again.put(['c']));
    const key = publicKeyOf(await readFile(join(keys, PUBLIC), 'utf8'));
    for (const chain of ['default', 'other']) expect(await verifyEvidence(there, chain, key)).toMatchObject({ findings: [] });
    await expect(there.load(() => Promise.resolve())).rejects.toThrow(/has evidence in it already/);
    await Promise.all([evidence, store, again, there].map((one) => one.close()));
  });
});

describe('the file', () => {
  let place: Place;
  let file: string;
  beforeAll(async () => {
    place = await disk();
    await filled(openEvidence(place.location, { broker: 'default', keys }));
    file = join(folder, 'whole.jsonl.gz');
    await billing(place.location, 'backup', '--out', file);
  });

  const empty = async (): Promise<string> => (await disk()).location;
  const altered = async (change: (text: string) => string): Promise<string> => {
    const other = join(folder, `${Math.random()}.jsonl.gz`);
    await writeFile(other, gzipSync(change(gunzipSync(await readFile(file)).toString('utf8'))));
    return other;
  };

  test('is private, replaces nothing, and leaves nothing unfinished', async () => {
    const made = join(folder, 'backups');
    expect((await billing(place.location, 'backup', '--out', made)).code).toBe(0);
    const [name] = await readdir(made);
    expect(name).toMatch(/^evidence-[\dTZ-]+\.jsonl\.gz$/);
    expect([(await stat(made)).mode & 0o777, (await stat(join(made, name!))).mode & 0o777]).toEqual([0o700, 0o600]);
    const before = await readFile(file);
    expect(await billing(place.location, 'backup', '--out', file)).toMatchObject({
      code: 64,
      said: expect.stringContaining('already exists'),
    });
    expect(await readFile(file)).toEqual(before);
    expect((await readdir(folder)).filter((path) => path.endsWith('.tmp'))).toEqual([]);
  });

  test('holds neither keys nor, with a key, a name or an amount', async () => {
    const text = gunzipSync(await readFile(file)).toString('utf8');
    for (const value of ['Fabrikam', '1440.93', 'ental']) expect(text).not.toContain(value);
    for (const { key } of new Keyring(keys).all()) expect(text).not.toContain(key.toString('base64'));
  });

  test.each([
    ['a value that was changed', (text: string) => text.replace('"keptAt":"2', '"keptAt":"3'), 'it was changed'],
    ['an end that is missing', (text: string) => text.slice(0, text.lastIndexOf('{"manifest"')), 'not written to its end'],
    [
      'a fitting, unsigned manifest',
      (text: string) => text.replace(/"signature":"[^"]{8}([^"]*)"\}\}\n$/, '"signature":"AAAAAAAA$1"}}\n'),
      'its signature is not valid',
    ],
    ['something else', () => 'hello\n', 'billing backup does not write'],
  ])('with %s is refused before anything is touched', async (_what, change, why) => {
    const location = await empty();
    const refused = await billing(location, 'restore', '--from', await altered(change));
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining(why) });
    const store = openStore(location);
    expect(await store.chains()).toEqual([]);
  });

  test('that is not an archive, or not there, is said in words', async () => {
    const text = join(folder, 'text.jsonl.gz');
    await writeFile(text, 'hello');
    expect(await billing(await empty(), 'restore', '--from', text)).toMatchObject({
      code: 64,
      said: expect.stringContaining('not a complete archive'),
    });
    expect(await billing(await empty(), 'restore', '--from', `${text}.not`)).toMatchObject({
      code: 64,
      said: expect.stringContaining('no such file'),
    });
  });

  test('names the missing key of an encrypted backup', async () => {
    const [{ id } = { id: '' }] = new Keyring(keys).all();
    const own = keys;
    keys = await mkdtemp(join(folder, 'keys-'));
    const refused = await billing(await empty(), 'restore', '--from', file);
    keys = own;
    expect(refused).toMatchObject({ code: 78, said: expect.stringContaining(`encrypted with key ${id}, which is not in`) });
  });
});
