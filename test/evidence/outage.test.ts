import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { onDisk, writeWhole } from '../../shared/evidence/file-store.js';
import { openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { main } from '../../client/cli.js';
import { COMPLETE_SETTINGS } from '../settings.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** A store that is away, full, or refuses: what is said, and that it is used again when that is over. */

const programs = await findPostgres();
let folder: string;
let server: PostgresServer | null = null;
const opened: Evidence[] = [];
const open = (location: string): Evidence => {
  const store = openEvidence(location);
  opened.push(store);
  return store;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-outage-'));
  if (programs !== null) server = await startPostgres(programs);
});
afterEach(async () => void (await Promise.all(opened.splice(0).map((store) => store.close()))));
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function sql(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server!.url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

const because = async (work: Promise<unknown>): Promise<Error> => {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected to fail');
};

async function billing(location: string, ...argv: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const say = (line: string): void => void lines.push(line);
  const environment = { ...COMPLETE_SETTINGS, BILLING_EVIDENCE: location };
  const context = { environment, isTerminal: false, out: say, say };
  return { code: await main(argv, context), said: lines.join('\n') };
}

describe('evidence as files', () => {
  test.each([
    ['ENOSPC', 'StoreUnavailable', 'the disk is full. It resumes automatically'],
    ['EIO', 'StoreUnavailable', 'the disk cannot be read or written'],
    ['ELOCKED', 'StoreUnavailable', 'another process has held it for too long'],
    ['EACCES', 'StoreRefused', 'this user has no right to it. Let this user write there, or set BILLING_EVIDENCE'],
    ['EROFS', 'StoreRefused', 'the disk is read-only'],
  ])('%s is %s', async (code, name, words) => {
    const error = await because(onDisk('/evidence', () => Promise.reject(Object.assign(new Error(code), { code }))));
    expect(error).toMatchObject({ name });
    expect(error.message).toContain(words);
  });

  test('leaves no temporary file after a failed write or kill', async () => {
    const root = join(folder, 'tidy');
    await mkdir(join(root, 'values', 'taken'), { recursive: true });
    expect(() => writeWhole(join(root, 'values', 'taken'), 'a folder is in the way')).toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    const left = join(root, 'values', 'ab.json.1.tmp');
    await writeFile(left, 'half');
    await utimes(left, new Date(0), new Date(0));
    const hold = await open(`file:${root}`).hold('gates/x', { signal: new AbortController().signal, onWait: () => undefined });
    await hold.release();
    const all = await readdir(root, { recursive: true });
    expect(all.filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('is for this user alone', async () => {
    const root = join(folder, 'private');
    const store = open(`file:${root}`);
    await store.point('outcomes/default/2025-10/a', await store.put({ sales: '1.00' }));
    const modes = new Set<string>();
    for (const entry of ['', ...(await readdir(root, { recursive: true }))]) {
      const { mode } = await stat(join(root, entry));
      modes.add((mode & 0o777).toString(8));
    }
    expect([...modes].sort()).toEqual(['600', '700']);
  });

  // Without a stack trace.
  test('names the setting when a folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, said } = await billing(`file:${folder}/file/evidence`, 'report', '2025-10');
    expect({ code, hasTrace: said.includes('    at ') }).toEqual({ code: 78, hasTrace: false });
    expect(said).toContain('BILLING_EVIDENCE');
  });
});

(programs === null ? describe.skip : describe)('evidence in PostgreSQL', () => {
  const at = (change: (url: URL) => void): string => {
    const url = new URL(server!.url);
    change(url);
    return url.href;
  };

  test('a missing server ends a command with 69, without the password', async () => {
    const { code, said } = await billing(
      at((url) => (url.port = '1')),
      'report',
      '2025-10',
    );
    expect({ code, hasTrace: said.includes('    at '), hasPassword: said.includes('secret') }).toEqual({
      code: 69,
      hasTrace: false,
      hasPassword: false,
    });
    expect(said).toContain('PostgreSQL on 127.0.0.1:1');
  });

  test.each([
    ['wrong password', (url: URL) => void (url.password = 'wrong'), 'Check user and password in BILLING_EVIDENCE'],
    ['no database', (url: URL) => void (url.pathname = '/nowhere'), 'Create the database'],
  ])('refused for %s exits with 78 and says what to do', async (_, change, fix) => {
    const { code, said } = await billing(at(change), 'report', '2025-10');
    expect({ code, hasTrace: said.includes('    at ') }).toEqual({ code: 78, hasTrace: false });
    expect(said).toContain(fix);
  });

  // However many start at the same time.
  test('makes its tables once and keeps an earlier release’s data', async () => {
    await sql('create database upgraded');
    const location = at((url) => (url.pathname = '/upgraded'));
    const old = new pg.Client({ connectionString: location });
    await old.connect();
    await old.query(`
      create table billing_evidence (ref text primary key, value text not null, kept_at timestamptz not null default now());
      create table billing_evidence_name (name text primary key, ref text not null);
      insert into billing_evidence_name values ('outcomes/default/2025-09/a', '${'a'.repeat(64)}')`);
    await old.end();
    const stores = Array.from({ length: 5 }, () => open(location));
    expect(await Promise.all(stores.map((store) => store.pointer('outcomes/default/2025-09/a')))).toEqual(
      Array(5).fill('a'.repeat(64)),
    );
  });

  test('recovers from a refused write and from being emptied', async () => {
    await sql('create database troubled');
    const location = at((url) => (url.pathname = '/troubled'));
    const store = open(location);
    const ref = await store.put({ sales: '1.00' });
    const admin = new pg.Client({ connectionString: location });
    await admin.connect();
    await admin.query(`create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'no space left' using errcode = '53100'; end $$;
      create trigger full_disk before insert on billing_evidence_name for each row execute function full_disk()`);
    const full = await because(store.point('outcomes/default/2025-10/a', ref));
    expect([full.name, full.message]).toEqual(['StoreUnavailable', expect.stringContaining('no space left')]);
    await admin.query('drop trigger full_disk on billing_evidence_name');
    await store.point('outcomes/default/2025-10/a', ref);
    expect(await store.pointer('outcomes/default/2025-10/a')).toBe(ref);
    await admin.query('drop schema public cascade; create schema public');
    await admin.end();
    expect(await because(store.pointer('outcomes/default/2025-10/a'))).toMatchObject({ name: 'StoreUnavailable' });
    expect(await store.pointer('outcomes/default/2025-10/a')).toBeNull();
    await store.point('outcomes/default/2025-10/a', await store.put({ sales: '1.00' }));
  });
});
