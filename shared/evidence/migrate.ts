import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { codeOf, TABLES_GONE, type PostgresServer } from './postgres-server.js';

/** Brings the store's tables up to this release, by the files of `migrations`, each once and in order. */

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
const TABLE = 'billing_evidence_migration';
/** Of the lock that keeps two processes which start at once apart; held for a transaction only, as poolers require. */
const LOCK = 7305;

export async function migrate(server: PostgresServer): Promise<void> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql')).sort();
  const newest = files.at(-1)!.replace(/\.sql$/, '');
  await server.withClient(async (client) => {
    if (await isDone(client, newest)) return;
    const { runner } = await import('node-pg-migrate');
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await runner({
      dbClient: client,
      dir: FOLDER,
      direction: 'up',
      migrationsTable: TABLE,
      // Its own lock belongs to a session, which a pooler may give to somebody else.
      noLock: true,
      singleTransaction: true,
      log: () => undefined,
    });
    await client.query('commit');
  });
}

async function isDone(client: pg.ClientBase, migration: string): Promise<boolean> {
  try {
    return (await client.query(`select 1 from ${TABLE} where name = $1`, [migration])).rowCount === 1;
  } catch (error) {
    if (TABLES_GONE.includes(codeOf(error))) return false;
    throw error;
  }
}
