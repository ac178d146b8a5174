import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { openEvidence } from '../../shared/evidence/index.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** The roles that `deploy/postgresql` makes in the stack's PostgreSQL, tried against a real one. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = await findPostgres();
const ROLES = ['temporal', 'temporal_visibility', 'billing'];

(programs === null ? describe.skip : describe)('the roles of the stack’s PostgreSQL', () => {
  let server: PostgresServer;
  let folder: string;

  const script = (name: string, args: string[], env: Record<string, string> = {}): Promise<unknown> =>
    promisify(execFile)('sh', [join(root, 'deploy/postgresql', name), ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
    });

  async function createRoles(): Promise<void> {
    const { hostname, port } = new URL(server.url);
    await script('create-roles.sh', [], {
      PATH: `${programs}:${process.env.PATH}`,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: 'postgres',
      PGPASSWORD_FILE: join(folder, 'postgres_password'),
      TEMPORAL_PASSWORD_FILE: join(folder, 'temporal_password'),
      TEMPORAL_VISIBILITY_PASSWORD_FILE: join(folder, 'temporal_visibility_password'),
      EVIDENCE_URL_FILE: join(folder, 'evidence_url'),
    });
  }

  async function urlOf(role: string, database = role): Promise<string> {
    const text = await readFile(join(folder, role === 'billing' ? 'evidence_url' : `${role}_password`), 'utf8');
    const password = role === 'billing' ? new URL(text).password : text;
    return `postgres://${role}:${password}@${new URL(server.url).host}/${database}`;
  }

  async function as(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(statement)).rows;
    } finally {
      await client.end();
    }
  }

  beforeAll(async () => {
    server = await startPostgres(programs!, 'postgres');
    folder = join(await mkdtemp(join(tmpdir(), 'billing-roles-')), 'secrets');
    await script('make-secrets.sh', [folder]);
    await writeFile(join(folder, 'postgres_password'), 'secret');
    await createRoles();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });

  test('secrets are made once in their owner’s folder', async () => {
    const before = await readFile(join(folder, 'evidence_url'), 'utf8');
    await script('make-secrets.sh', [folder]);
    expect(await readFile(join(folder, 'evidence_url'), 'utf8')).toBe(before);
    expect(before).toMatch(/^postgres:\/\/billing:[\da-f]{48}@postgresql:5432\/billing$/);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  test('none is a superuser, or may make roles or databases', async () => {
    const rows = await as(
      server.url,
      `select rolname from pg_roles where (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)
       and rolname not like 'pg\\_%'`,
    );
    expect(rows).toEqual([{ rolname: 'postgres' }]);
    for (const role of ROLES)
      await expect(as(await urlOf(role), 'create database mine')).rejects.toThrow('permission denied to create database');
  });

  test.each(
    ROLES.flatMap((role) =>
      [...ROLES, 'postgres', 'template1'].filter((database) => database !== role).map((database) => [role, database] as const),
    ),
  )('%s does not get into the database %s', async (role, database) => {
    await expect(as(await urlOf(role, database), 'select 1')).rejects.toThrow(`permission denied for database "${database}"`);
  });

  test.each(ROLES)('%s makes tables in the database of its own', async (role) => {
    await as(await urlOf(role), 'create table mine (id int)');
    expect(await as(await urlOf(role), 'select count(*)::int as count from mine')).toEqual([{ count: 0 }]);
  });

  test('visibility gets its extension, and the evidence its tables', async () => {
    await as(await urlOf('temporal_visibility'), 'create extension btree_gin');
    const store = openEvidence(await urlOf('billing'));
    try {
      expect(await store.get(await store.put({ lines: 3 }))).toEqual({ lines: 3 });
    } finally {
      await store.close();
    }
  });

  test('the script can repeat and applies a changed password', async () => {
    const before = await urlOf('temporal');
    await writeFile(join(folder, 'temporal_password'), 'a-new-one');
    await createRoles();
    await expect(as(before, 'select 1')).rejects.toThrow('password authentication failed');
    expect(await as(await urlOf('temporal'), 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test.each([
    ['temporal_password', 'change-me'],
    ['temporal_visibility_password', ''],
    ['evidence_url', 'postgres://billing:password@postgresql:5432/billing'],
    ['evidence_url', 'postgres://somebody:else@postgresql:5432/billing'],
    ['postgres_password', 'postgres'],
  ])('where %s holds "%s", nothing is made', async (name, text) => {
    const before = await readFile(join(folder, name), 'utf8');
    await writeFile(join(folder, name), text);
    try {
      await expect(createRoles()).rejects.toMatchObject({
        code: 78,
        stderr: expect.stringContaining('choose a password of your own'),
      });
    } finally {
      await writeFile(join(folder, name), before);
    }
  });
});
