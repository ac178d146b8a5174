import { createHash } from 'node:crypto';
import { isWhole } from './chain.js';
import { EvidenceAltered, EvidenceMissing, LeaseLost, StoreUnavailable, type EvidenceStore } from './evidence.js';
import { holdLease, LEASE_MS, type Lease, type LeaseStore } from './hold.js';
import { migrate } from './migrate.js';
import { chainIn, cutIn, entryOf, textOrNull, textsIn } from './postgres-chain.js';
import { dumpFrom, loadInto } from './postgres-backup.js';
import { codeOf, connectPostgres, TABLES_GONE, type PostgresServer, type Query, type Row } from './postgres-server.js';

/**
 * Evidence in PostgreSQL, for workers on several hosts. Nothing rests on a session: every step is one statement, or one short transaction, so that a pooler
 * may stand between. Times are the server's.
 */
export function postgresEvidence(connectionString: string): EvidenceStore {
  const server = connectPostgres(connectionString);
  const ready = onceReady(server);
  const query = ready(server.query);
  const set = async (
    name: string,
    ref: string | null,
    expected?: string | null,
    lease: Lease | null = null,
  ): Promise<boolean> => {
    const [row] = await query('select billing_evidence_name_set($1, $2, $3, $4, $5, $6, $7) as answer', [
      name,
      ref,
      expected !== undefined,
      expected ?? null,
      lease?.name ?? null,
      lease?.id ?? null,
      lease?.fence ?? null,
    ]);
    if (row?.answer === 'lost') throw new LeaseLost(lease!);
    return row?.answer === 'set';
  };
  return {
    async keep(text) {
      const ref = createHash('sha256').update(text, 'utf8').digest('hex');
      await query(KEEP, [ref, text]);
      return ref;
    },
    async kept(ref) {
      const [row] = await query('select value from billing_evidence where ref = $1', [ref]);
      if (!row) throw new EvidenceMissing(ref, 'is not in the store');
      const text = String(row.value);
      if (createHash('sha256').update(text, 'utf8').digest('hex') !== ref)
        throw new EvidenceMissing(ref, 'is not what its digest says');
      return text;
    },
    remove: async (refs) => void (await query('delete from billing_evidence where ref = any($1::text[])', [refs])),
    texts: () => textsIn(query),
    blind: async (chain, names) =>
      void (await query(
        'update billing_evidence_chain set name = null, salt = null where chain = $1 and name = any($2::text[])',
        [chain, names],
      )),
    cut: async (chain, decide) => {
      await query('select 1'); // tables are there from here on
      return server.withOwnClient((client) => cutIn(client, chain, decide));
    },
    dump: async (each) => {
      await query('select 1');
      await server.withOwnClient((client) => dumpFrom(client, each));
    },
    load: async (records) => {
      await query('select 1');
      await server.withOwnClient((client) => loadInto(client, records));
    },
    chains: async () =>
      (await query('select chain from billing_evidence_head order by chain collate "C"')).map(({ chain }) => String(chain)),
    reclaim: async () =>
      void (await query('vacuum billing_evidence, billing_evidence_name, billing_evidence_chain, billing_evidence_signature')),
    point: async (name, ref) => void (await set(name, ref)),
    claim: (name, expected, ref, lease) => set(name, ref, expected, lease),
    unpoint: async (name, expected) => void (await set(name, null, expected)),
    pointer: async (name) => {
      const [row] = await query(POINTER, [name]);
      if (!row) return null;
      if (row.hash === null || !isRight(row, name)) throw new EvidenceAltered(name);
      return String(row.pointed);
    },
    names: async (prefix) => {
      const rows = await query('select name from billing_evidence_name where starts_with(name, $1) order by name collate "C"', [
        prefix,
      ]);
      return rows.map(({ name }) => String(name)).filter((name) => !name.slice(prefix.length).includes('/'));
    },
    now: () => clockOf(query),
    hold: (name, options) => holdLease(leaseStore(ready(server.queryLease)), name, options),
    chain: chainIn(query),
    size: async () => Number((await query(SIZE))[0]!.size),
    close: once(() => server.end()),
  };
}

/** What is kept once more is young again, so that nobody takes it away who clears up what nothing points to. */
const KEEP = `
  insert into billing_evidence (ref, value) values ($1, $2)
  on conflict (ref) do update set kept_at = now() where billing_evidence.kept_at < now() - interval '1 hour'`;

/** Values, names, chain, leases and signatures, with their indexes. */
const SIZE = `
  select sum(pg_total_relation_size(oid))::float8 as size from pg_class
  where relkind = 'r' and relname like 'billing\\_evidence%' and relnamespace = current_schema()::regnamespace`;

/** A name together with the entry of the chain that made it. */
const POINTER = `
  select n.ref as pointed, c.* from billing_evidence_name n
  left join billing_evidence_chain c on c.chain = split_part(n.name, '/', 2) and c.seq = n.seq
  where n.name = $1`;

const isRight = (row: Row, name: string): boolean => {
  const entry = entryOf(row);
  return entry.name === name && entry.ref === row.pointed && isWhole(entry);
};

/** A store that is closed twice gives its server back once. */
function once(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | null = null;
  return () => (ended ??= end());
}

/** Tables are brought up to date before the first query, and again when they are gone: a database may be restored at any time. */
function onceReady(server: PostgresServer): (query: Query) => Query {
  let ready: Promise<void> | null = null;
  const forget = (): void => void (ready = null);
  return (query) => async (text, values) => {
    ready ??= migrate(server);
    await ready.catch((error: unknown) => {
      forget();
      throw error;
    });
    try {
      return await query(text, values);
    } catch (error) {
      if (error instanceof StoreUnavailable && TABLES_GONE.includes(codeOf(error.cause))) forget();
      throw error;
    }
  };
}

async function clockOf(query: Query): Promise<Date> {
  const [row] = await query('select extract(epoch from clock_timestamp()) * 1000 as now');
  return new Date(Number(row!.now));
}

const leaseStore = (query: Query): LeaseStore => ({
  now: () => clockOf(query),
  take: async (name, id, nonce) => {
    const [row] = await query(TAKE, [name, id, nonce, LEASE_MS]);
    return row ? { fence: Number(row.fence), left: JSON.parse(textOrNull(row.note) ?? 'null') as unknown } : null;
  },
  renew: async ({ name, id, fence }, nonces, nonce, note) => {
    const rows = await query(RENEW, [name, id, fence, nonces, nonce, JSON.stringify(note ?? null), LEASE_MS]);
    return rows.length === 1;
  },
  giveBack: async ({ name, id, fence }) => {
    await query('update billing_evidence_lease set ends_at = clock_timestamp() where name = $1 and holder = $2 and fence = $3', [
      name,
      id,
      fence,
    ]);
  },
});

const ENDS = (parameter: string): string => `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`;
const TAKE = `
  insert into billing_evidence_lease as lease (name, holder, fence, nonce, ends_at) values ($1, $2, 1, $3, ${ENDS('$4')})
  on conflict (name) do update set holder = $2, fence = lease.fence + 1, nonce = $3, ends_at = ${ENDS('$4')}
    where lease.ends_at <= clock_timestamp()
  returning fence, note`;
const RENEW = `
  update billing_evidence_lease set nonce = $5, note = $6, ends_at = ${ENDS('$7')}
  where name = $1 and holder = $2 and fence = $3 and nonce = any($4::text[]) and ends_at > clock_timestamp()
  returning fence`;
