import { isWhole, sha256 } from './chain.js';
import { EvidenceAltered, EvidenceMissing, LeaseLost, type EvidenceStore } from './evidence.js';
import { holdLease, type Lease } from './hold.js';
import { chainIn, cutIn, entryOf, textsIn } from './postgres-chain.js';
import { dumpFrom, loadInto } from './postgres-backup.js';
import { joinDatabase } from './postgres-database.js';
import { clockOf } from './postgres-leases.js';
import type { PostgresServer, Query, Row } from './postgres-server.js';

/**
 * Evidence in PostgreSQL, for workers on several hosts. Nothing rests on a session: every step is one statement, or one short transaction, so that a pooler
 * may stand between. Times are the server's.
 */
export function postgresEvidence(connectionString: string): EvidenceStore {
  const { server, query, pulse, leave } = joinDatabase(connectionString);
  const onOwn: PostgresServer['withOwnClient'] = async (work) => {
    await query('select 1'); // tables are there from here on
    return server.withOwnClient(work);
  };
  return {
    ...textRows(query),
    ...nameRows(query),
    cut: (chain, decide) => onOwn((client) => cutIn(client, chain, decide)),
    dump: (each) => onOwn((client) => dumpFrom(client, each)),
    load: (records) => onOwn((client) => loadInto(client, records)),
    reclaim: async () =>
      void (await query('vacuum billing_evidence, billing_evidence_name, billing_evidence_chain, billing_evidence_signature')),
    now: () => clockOf(query),
    hold: (name, options) => holdLease(pulse, name, options),
    size: async () => Number((await query(SIZE))[0]!.size),
    close: once(leave),
  };
}

const textRows = (query: Query): Pick<EvidenceStore, 'keep' | 'kept' | 'remove' | 'texts'> => ({
  async keep(text) {
    const bytes = Buffer.concat(Array.from(text, (piece) => Buffer.from(piece, 'utf8')));
    const ref = sha256(bytes);
    await query(KEEP, [ref, bytes]);
    return ref;
  },
  async kept(ref) {
    const [row] = await query('select value from billing_evidence where ref = $1', [ref]);
    if (!row) throw new EvidenceMissing(ref, 'is not in the store');
    const text = String(row.value);
    if (sha256(text) !== ref) throw new EvidenceMissing(ref, 'is not what its digest says');
    return text;
  },
  remove: async (refs) => void (await query('delete from billing_evidence where ref = any($1::text[])', [refs])),
  texts: () => textsIn(query),
});

type NameRows = Pick<EvidenceStore, 'blind' | 'chains' | 'point' | 'claim' | 'unpoint' | 'pointer' | 'names' | 'chain'>;

function nameRows(query: Query): NameRows {
  const set = setName(query);
  return {
    blind: async (chain, names) =>
      void (await query(
        'update billing_evidence_chain set name = null, salt = null where chain = $1 and name = any($2::text[])',
        [chain, names],
      )),
    chains: async () =>
      (await query('select chain from billing_evidence_head order by chain collate "C"')).map(({ chain }) => String(chain)),
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
    chain: chainIn(query),
  };
}

/** Sets a name where it points to `expected`, if that is given, while the lease is held, if one is given. False where it pointed elsewhere. */
const setName =
  (query: Query) =>
  async (name: string, ref: string | null, expected?: string | null, lease: Lease | null = null): Promise<boolean> => {
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
