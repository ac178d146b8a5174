import { afterAll, beforeAll } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** A store of a test's own, and all that is kept in it, as anyone who gets at the files or the database reads it. */
export interface Place {
  /** For `BILLING_EVIDENCE`. */
  location: string;
  dump(): Promise<string>;
}

/** A folder of the test file's own, and a PostgreSQL server where there is one; both are gone after its tests. */
export interface Stores {
  folder: string;
  server: PostgresServer | null;
}

/** The stores of a test file, there once its tests begin. */
export function useStores(programs: string | null, name: string): Stores {
  const stores: Stores = { folder: '', server: null };
  beforeAll(async () => {
    stores.folder = await mkdtemp(join(tmpdir(), `billing-${name}-`));
    if (programs !== null) stores.server = await startPostgres(programs);
  }, 60_000);
  afterAll(async () => {
    await stores.server?.stop();
    await rm(stores.folder, { recursive: true, force: true });
  });
  return stores;
}

/** Each kind of place there is here, by name, and how one is opened. */
export const placesOf = (stores: Stores, programs: string | null): [where: string, open: () => Promise<Place>][] => [
  ['on disk', () => onDisk(stores.folder)],
  ...(programs === null ? [] : [['in PostgreSQL', () => inPostgres(stores.server!)] as [string, () => Promise<Place>]]),
];

/** In a new folder below this one. */
export async function onDisk(folder: string): Promise<Place> {
  const root = await mkdtemp(join(folder, 'store-'));
  const dump = async (): Promise<string> => {
    const entries = await readdir(root, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return (await Promise.all(files.map(async (path) => `${path}\n${await readFile(path, 'utf8')}`))).join('\n');
  };
  return { location: `file:${root}`, dump };
}

/** In a new database of the server. */
export async function inPostgres(server: PostgresServer): Promise<Place> {
  const name = `d${Date.now()}${Math.floor(Math.random() * 1e6)}`;
  await inSql(server.url, async (sql) => void (await sql.query(`create database ${name}`)));
  const location = server.url.replace(/\/postgres$/, `/${name}`);
  const dump = async (): Promise<string> => {
    const texts: string[] = [];
    await inSql(location, async (sql) => {
      const { rows } = await sql.query<{ name: string }>(
        "select relname as name from pg_class where relkind = 'r' and relname like 'billing\\_evidence%'",
      );
      for (const { name: table } of rows) texts.push(JSON.stringify((await sql.query(`select * from ${table}`)).rows));
    });
    return texts.join('\n');
  };
  return { location, dump };
}

/** Whatever somebody does who reaches the database. */
export async function inSql(location: string, work: (sql: pg.Client) => Promise<void>): Promise<void> {
  const sql = new pg.Client({ connectionString: location });
  await sql.connect();
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
