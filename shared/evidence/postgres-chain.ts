import type pg from 'pg';
import type { ChainEntry, Checkpoint, CutDecision, SignedHead } from './chain.js';
import type { EvidenceChain } from './evidence.js';
import type { Query, Row } from './postgres-server.js';

/** The chain and the values of a store in PostgreSQL, read and cut. */

export const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export const entryOf = (row: Row): ChainEntry => ({
  seq: Number(row.seq),
  at: String(row.at),
  name: textOrNull(row.name),
  salt: textOrNull(row.salt),
  nameDigest: String(row.name_digest),
  ref: textOrNull(row.ref),
  previous: String(row.previous),
  hash: String(row.hash),
});

export const signedOf = (row: Row): SignedHead => ({
  seq: Number(row.seq),
  hash: String(row.hash),
  at: String(row.at),
  keyId: String(row.key_id),
  signature: String(row.signature),
});

/** Entries that are read at once. */
const PAGE = 1_000;

export async function* textsIn(query: Query): AsyncGenerator<{ ref: string; keptAt: Date }> {
  for (let after = ''; ;) {
    const rows = await query('select ref, kept_at from billing_evidence where ref > $1 order by ref limit $2', [after, PAGE]);
    for (const row of rows) yield { ref: String(row.ref), keptAt: new Date(row.kept_at as Date) };
    if (rows.length < PAGE) return;
    after = String(rows.at(-1)!.ref);
  }
}

export const chainIn = (query: Query): EvidenceChain => ({
  entries: async function* (chain) {
    for (let after = 0; ;) {
      const rows = await query('select * from billing_evidence_chain where chain = $1 and seq > $2 order by seq limit $3', [
        chain,
        after,
        PAGE,
      ]);
      for (const row of rows) yield entryOf(row);
      if (rows.length < PAGE) return;
      after = Number(rows.at(-1)!.seq);
    }
  },
  recent: async (chain, since) => {
    const found: ChainEntry[] = [];
    for (let before: number | null = null; ;) {
      const rows = await query(
        'select * from billing_evidence_chain where chain = $1 and ($2::bigint is null or seq < $2) order by seq desc limit $3',
        [chain, before, PAGE],
      );
      const entries = rows.map(entryOf);
      found.push(...entries.filter(({ at }) => Date.parse(at) >= since.getTime()));
      const oldest = entries.at(-1);
      if (oldest === undefined || rows.length < PAGE || Date.parse(oldest.at) < since.getTime()) return found.reverse();
      before = oldest.seq;
    }
  },
  head: async (chain) => {
    const [row] = await query('select * from billing_evidence_chain where chain = $1 order by seq desc limit 1', [chain]);
    return row ? entryOf(row) : null;
  },
  pointers: async (chain) => {
    const rows = await query("select name, ref from billing_evidence_name where split_part(name, '/', 2) = $1", [chain]);
    return new Map(rows.map(({ name, ref }) => [String(name), String(ref)]));
  },
  sign: async (chain, { seq, hash, at, keyId, signature }) => {
    await query(
      'insert into billing_evidence_signature (chain, seq, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6)',
      [chain, seq, hash, at, keyId, signature],
    );
  },
  signatures: async (chain) => {
    const rows = await query('select * from billing_evidence_signature where chain = $1 order by seq, at', [chain]);
    return rows.map(signedOf);
  },
  checkpoint: async (chain) => {
    const [row] = await query('select * from billing_evidence_checkpoint where chain = $1', [chain]);
    return row ? checkpointOf(row) : null;
  },
});

export const checkpointOf = (row: Row): Checkpoint => ({
  seq: Number(row.seq),
  hash: String(row.hash),
  at: String(row.at),
  entries: Number(row.entries),
  digest: String(row.digest),
  keyId: String(row.key_id),
  signature: String(row.signature),
});

/** One transaction, under the lock that every change of a name of the chain takes. */
export async function cutIn(client: pg.ClientBase, chain: string, decide: CutDecision): Promise<boolean> {
  await client.query('begin');
  await client.query('select 1 from billing_evidence_head where chain = $1 for update', [chain]);
  const { rows: entries } = await client.query<Row>('select * from billing_evidence_chain where chain = $1 order by seq', [
    chain,
  ]);
  const { rows: names } = await client.query<Row>(
    "select name, ref from billing_evidence_name where split_part(name, '/', 2) = $1",
    [chain],
  );
  const cut = decide(entries.map(entryOf), new Map(names.map(({ name, ref }) => [String(name), String(ref)])));
  if (cut === null) {
    await client.query('rollback');
    return false;
  }
  const { kept, checkpoint } = cut;
  const seqs = kept.map(({ seq }) => seq);
  const blind = kept.filter(({ name }) => name === null).map(({ seq }) => seq);
  await client.query('delete from billing_evidence_name where name = any($1::text[])', [cut.names]);
  await client.query('delete from billing_evidence_chain where chain = $1 and seq <> all($2::bigint[])', [chain, seqs]);
  await client.query('update billing_evidence_chain set name = null, salt = null where chain = $1 and seq = any($2::bigint[])', [
    chain,
    blind,
  ]);
  await client.query('delete from billing_evidence_signature where chain = $1 and seq <> all($2::bigint[])', [chain, seqs]);
  await client.query('delete from billing_evidence_checkpoint where chain = $1', [chain]);
  await insertCheckpoint((text, values) => client.query(text, values), chain, checkpoint);
  await client.query('commit');
  return true;
}

export const insertCheckpoint = (
  query: (text: string, values: unknown[]) => Promise<unknown>,
  chain: string,
  { seq, hash, at, entries, digest, keyId, signature }: Checkpoint,
): Promise<unknown> =>
  query(
    'insert into billing_evidence_checkpoint (chain, seq, hash, at, entries, digest, key_id, signature) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [chain, seq, hash, at, entries, digest, keyId, signature],
  );
