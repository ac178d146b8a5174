import type pg from 'pg';
import type { BackupRecord } from './backup.js';
import type { ChainEntry, SignedHead } from './chain.js';
import { StoreRefused } from './evidence.js';
import { checkpointOf, entryOf, insertCheckpoint, signedOf } from './postgres-chain.js';
import type { Row } from './postgres-server.js';

/** A store in PostgreSQL written out as one moment saw it, and read into an empty one as one transaction. */

const PAGE = 500;

export async function dumpFrom(client: pg.ClientBase, each: (record: BackupRecord) => Promise<void>): Promise<void> {
  await client.query('begin isolation level repeatable read read only');
  const rowsOf = async (text: string, values: unknown[] = []): Promise<Row[]> => (await client.query<Row>(text, values)).rows;
  for (let after = ''; ;) {
    const rows = await rowsOf('select ref, value, kept_at from billing_evidence where ref > $1 order by ref limit $2', [
      after,
      PAGE,
    ]);
    for (const { ref, value, kept_at: keptAt } of rows)
      await each({ value: { ref: String(ref), text: String(value), keptAt: (keptAt as Date).toISOString() } });
    if (rows.length < PAGE) break;
    after = String(rows.at(-1)!.ref);
  }
  for (const row of await rowsOf('select * from billing_evidence_checkpoint'))
    await each({ chain: String(row.chain), checkpoint: checkpointOf(row) });
  for (const { chain } of await rowsOf('select chain from billing_evidence_head order by chain collate "C"')) {
    const name = String(chain);
    for (let after = 0; ;) {
      const rows = await rowsOf('select * from billing_evidence_chain where chain = $1 and seq > $2 order by seq limit $3', [
        name,
        after,
        PAGE,
      ]);
      for (const row of rows) await each({ chain: name, entry: entryOf(row) });
      if (rows.length < PAGE) break;
      after = Number(rows.at(-1)!.seq);
    }
  }
  for (const row of await rowsOf('select * from billing_evidence_signature order by chain, seq, at'))
    await each({ chain: String(row.chain), signature: signedOf(row) });
  await client.query('commit');
}

export async function loadInto(
  client: pg.ClientBase,
  records: (each: (record: BackupRecord) => Promise<void>) => Promise<void>,
): Promise<void> {
  await client.query('begin');
  const { rowCount } = await client.query('select 1 from billing_evidence_head union all select 1 from billing_evidence limit 1');
  if (rowCount !== 0)
    throw new StoreRefused('The evidence store has evidence in it already. Name an empty database in BILLING_EVIDENCE');
  const names = new Map<string, ChainEntry>();
  const heads = new Map<string, ChainEntry>();
  await records(async (record) => {
    if ('value' in record) {
      const { ref, text, keptAt } = record.value;
      await client.query('insert into billing_evidence (ref, value, kept_at) values ($1, $2, $3)', [ref, text, keptAt]);
    } else if ('checkpoint' in record)
      await insertCheckpoint((text, values) => client.query(text, values), record.chain, record.checkpoint);
    else if ('signature' in record) await insertSignature(client, record.chain, record.signature);
    else {
      const { chain, entry } = record;
      await insertEntry(client, chain, entry);
      heads.set(chain, entry);
      if (entry.name !== null && entry.ref !== null) names.set(entry.name, entry);
      else if (entry.name !== null) names.delete(entry.name);
    }
  });
  for (const [chain, { seq, hash }] of heads)
    await client.query('insert into billing_evidence_head (chain, seq, hash) values ($1, $2, $3)', [chain, seq, hash]);
  for (const [name, { ref, seq }] of names)
    await client.query('insert into billing_evidence_name (name, ref, seq) values ($1, $2, $3)', [name, ref, seq]);
  await client.query('commit');
}

const insertEntry = (
  client: pg.ClientBase,
  chain: string,
  { seq, at, name, salt, nameDigest, ref, previous, hash }: ChainEntry,
): Promise<unknown> =>
  client.query(
    'insert into billing_evidence_chain (chain, seq, at, name, salt, name_digest, ref, previous, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [chain, seq, at, name, salt, nameDigest, ref, previous, hash],
  );

const insertSignature = (
  client: pg.ClientBase,
  chain: string,
  { seq, hash, at, keyId, signature }: SignedHead,
): Promise<unknown> =>
  client.query(
    'insert into billing_evidence_signature (chain, seq, hash, at, key_id, signature) values ($1, $2, $3, $4, $5, $6)',
    [chain, seq, hash, at, keyId, signature],
  );
