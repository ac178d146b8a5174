import { createHash } from 'node:crypto';
import pg from 'pg';
import { EvidenceMissing, type Evidence } from './evidence.js';

/** Evidence in PostgreSQL, for workers on several hosts: two tables, made when they are not there. */
export function postgresEvidence(connectionString: string): Evidence {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS });
  let ready: Promise<unknown> | null = null;
  const query = async (text: string, values: unknown[]): Promise<Record<string, unknown>[]> => {
    ready ??= pool.query(TABLES).catch((error: unknown) => {
      ready = null;
      throw error;
    });
    await ready;
    return (await pool.query<Record<string, unknown>>(text, values)).rows;
  };
  return {
    async put(value) {
      const text = JSON.stringify(value);
      const ref = createHash('sha256').update(text, 'utf8').digest('hex');
      await query('insert into billing_evidence (ref, value) values ($1, $2) on conflict (ref) do nothing', [ref, text]);
      return ref;
    },
    async get<T>(ref: string) {
      const [row] = await query('select value from billing_evidence where ref = $1', [ref]);
      if (!row) throw new EvidenceMissing(ref, 'is not in the store');
      const text = String(row.value);
      if (createHash('sha256').update(text, 'utf8').digest('hex') !== ref)
        throw new EvidenceMissing(ref, 'is not what its digest says');
      return JSON.parse(text) as T;
    },
    point: async (name, ref) =>
      void (await query(
        'insert into billing_evidence_name (name, ref) values ($1, $2) on conflict (name) do update set ref = excluded.ref',
        [name, ref],
      )),
    pointer: async (name) => {
      const [row] = await query('select ref from billing_evidence_name where name = $1', [name]);
      return row ? String(row.ref) : null;
    },
    unpoint: async (name) => void (await query('delete from billing_evidence_name where name = $1', [name])),
    names: async (prefix) => {
      const rows = await query('select name from billing_evidence_name where starts_with(name, $1) order by name collate "C"', [
        prefix,
      ]);
      return rows.map(({ name }) => String(name)).filter((name) => !name.slice(prefix.length).includes('/'));
    },
    close: () => pool.end(),
  };
}

const CONNECTIONS = 5;

/** `text`, not `json`: the digest is over the text as it was written. Two workers may start at once, hence the lock. */
const TABLES = `
  begin;
  select pg_advisory_xact_lock(7305);
  create table if not exists billing_evidence (ref text primary key, value text not null, kept_at timestamptz not null default now());
  create table if not exists billing_evidence_name (name text primary key, ref text not null);
  commit;`;
