import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EvidenceMissing, type Evidence } from './evidence.js';
import { HeldName, LOOK_EVERY_MS, type Hold, type HoldOptions } from './hold.js';

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
    claim: async (name, expected, ref) => {
      const rows =
        expected === null
          ? await query('insert into billing_evidence_name (name, ref) values ($1, $2) on conflict do nothing returning name', [
              name,
              ref,
            ])
          : await query('update billing_evidence_name set ref = $2 where name = $1 and ref = $3 returning name', [
              name,
              ref,
              expected,
            ]);
      return rows.length === 1;
    },
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
    hold: (name, options) => holdAdvisoryLock(connectionString, name, options),
    close: () => pool.end(),
  };
}

const CONNECTIONS = 5;

/** The lock lives as long as its session: the server lets it go when the process ends, or answers no more. */
const ASK_EVERY_MS = 3_000;
const SESSION = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3';

async function holdAdvisoryLock(connectionString: string, name: string, { signal, onWait }: HoldOptions): Promise<Hold> {
  const client = new pg.Client({ connectionString, query_timeout: ASK_EVERY_MS });
  let held: HeldName | null = null;
  client.on('error', () => held?.lose()).on('end', () => held?.lose());
  await client.connect();
  try {
    await client.query(SESSION);
    for (let isFirst = true; !(await tryLock(client, name)); isFirst = false) {
      if (isFirst) onWait();
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  } catch (error) {
    await client.end();
    throw error;
  }
  const asking = setInterval(() => void client.query('select 1').catch(() => held?.lose()), ASK_EVERY_MS).unref();
  held = new HeldName(async () => {
    clearInterval(asking);
    await client.end().catch(() => undefined); // what was lost cannot be given back
  });
  return held;
}

async function tryLock(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock(7305, hashtext($1)) as locked', [name]);
  return rows[0]?.locked === true;
}

/** `text`, not `json`: the digest is over the text as it was written. Two workers may start at once, hence the lock. */
const TABLES = `
  begin;
  select pg_advisory_xact_lock(7305);
  create table if not exists billing_evidence (ref text primary key, value text not null, kept_at timestamptz not null default now());
  create table if not exists billing_evidence_name (name text primary key, ref text not null);
  commit;`;
