import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEvidence, openStore, type Evidence } from '../../shared/evidence/index.js';
import { openSigner, PUBLIC, publicKeyOf, signHead } from '../../shared/evidence/signing.js';
import { verifyEvidence, type Verified } from '../../shared/evidence/verify.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** Evidence that holds: anyone who edits a record past the program, in SQL or on disk, is found, and the record is named. */

const programs = await findPostgres();
let folder: string;
let server: PostgresServer | null = null;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-chain-'));
  if (programs !== null) server = await startPostgres(programs);
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const OCTOBER = 'outcomes/default/2025-10/contoso';
const SEPTEMBER = 'outcomes/default/2025-09/contoso';

/** A broker with two customers' months, signed in between, and what the auditor has. */
async function signed(location: string): Promise<{ store: Evidence; verify: () => Promise<Verified> }> {
  const store = openEvidence(location);
  const keys = await mkdtemp(join(folder, 'keys-'));
  const signer = await openSigner(keys);
  for (const [name, sales] of [
    [SEPTEMBER, '516.00'],
    [OCTOBER, '530.00'],
    ['months/default/2025-10', '1046.00'],
  ] as const)
    await store.point(name, await store.put({ name, sales }));
  await store.point('written/default/x', await store.put(1));
  await store.unpoint('written/default/x');
  await signHead(store, 'default', signer);
  await store.point('notices/default/1', await store.put({ said: true }));
  const key = publicKeyOf(await readFile(join(keys, PUBLIC), 'utf8'));
  const verify = async (): Promise<Verified> => {
    const kept = openStore(location);
    return verifyEvidence(kept, 'default', key).finally(() => kept.close());
  };
  return { store, verify };
}

const found = ({ findings }: Verified): string[] => findings.map(({ record, why }) => `${record}: ${why}`);

describe('evidence on disk', () => {
  const place = async (): Promise<{ root: string } & Awaited<ReturnType<typeof signed>>> => {
    const root = await mkdtemp(join(folder, 'store-'));
    return { root, ...(await signed(`file:${root}`)) };
  };
  const pathOf = (root: string, name: string): string => join(root, 'names', ...name.split('/')) + '.ref';
  const chain = (root: string): string => join(root, 'chains', 'default.jsonl');

  test('an untouched chain verifies and shows how far it is signed', async () => {
    const { verify } = await place();
    expect(await verify()).toMatchObject({ entries: 6, signatures: 1, signedUpTo: { seq: 5 }, findings: [] });
  });

  test('finds a record copied over another month’s', async () => {
    const { root, store, verify } = await place();
    await copyFile(pathOf(root, SEPTEMBER), pathOf(root, OCTOBER));
    await expect(store.pointer(OCTOBER)).rejects.toMatchObject({ name: 'EvidenceAltered' });
    expect(found(await verify())).toEqual([expect.stringContaining(`${OCTOBER}: it points to`)]);
  });

  test('names edited and missing values by the name pointing there', async () => {
    const { root, store, verify } = await place();
    const [edited, gone] = [(await store.pointer(OCTOBER))!, (await store.pointer(SEPTEMBER))!];
    const valuePath = (ref: string): string => join(root, 'values', ref.slice(0, 2), `${ref}.json`);
    await writeFile(valuePath(edited), (await readFile(valuePath(edited), 'utf8')).replace('530', '5300'));
    await rm(valuePath(gone));
    expect(found(await verify()).sort()).toEqual([`${SEPTEMBER}: its value is gone`, `${OCTOBER}: its value was edited`].sort());
  });

  test.each([
    [
      'an edited entry',
      (lines: string[]) => lines.map((line) => line.replace(/"ref":"[0-9a-f]{64}"/, `"ref":"${'0'.repeat(64)}"`)),
      'it was edited',
    ],
    ['a removed entry', (lines: string[]) => lines.filter((_, index) => index !== 1), 'entries were taken out'],
    ['an end cut before signing', (lines: string[]) => lines.slice(0, 3), 'the end of the chain was cut off'],
  ])('%s breaks the chain at a named place', async (_what, edit, why) => {
    const { root, verify } = await place();
    const lines = (await readFile(chain(root), 'utf8')).trimEnd().split('\n');
    await writeFile(chain(root), `${edit(lines).join('\n')}\n`);
    expect(found(await verify()).join('\n')).toContain(why);
  });

  test('a rewritten chain misses what was signed', async () => {
    const { root, verify } = await place();
    const other = await place();
    await copyFile(chain(other.root), chain(root));
    expect(found(await verify()).join('\n')).toContain(
      'entry 5 (written/default/x): another entry stood here when it was signed',
    );
  });

  // What a kill or a full disk left.
  test('the next process completes a half-written entry and name', async () => {
    const { root, store, verify } = await place();
    const before = await readFile(pathOf(root, 'notices/default/1'), 'utf8');
    await store.point('notices/default/1', await store.put({ said: 'again' }));
    await writeFile(pathOf(root, 'notices/default/1'), before);
    await writeFile(chain(root), `${await readFile(chain(root), 'utf8')}{"seq":8,"at`);
    const next = openEvidence(`file:${root}`);
    await next.point('notices/default/2', await next.put({ said: true }));
    expect(await next.get(String(await next.pointer('notices/default/1')))).toEqual({ said: 'again' });
    expect(await verify()).toMatchObject({ entries: 8, findings: [] });
  });
});

(programs === null ? describe.skip : describe)('evidence in PostgreSQL', () => {
  test('names an outcome edited in SQL, whatever else fits', async () => {
    const { store, verify } = await signed(server!.url);
    expect(await verify()).toMatchObject({ entries: 6, signedUpTo: { seq: 5 }, findings: [] });
    const other = await store.put({ name: OCTOBER, sales: '1.00' });
    const sql = new pg.Client({ connectionString: server!.url });
    await sql.connect();
    await sql.query('update billing_evidence_name set ref = $1 where name = $2', [other, OCTOBER]);
    await expect(store.pointer(OCTOBER)).rejects.toMatchObject({ name: 'EvidenceAltered' });
    expect(found(await verify())).toEqual([expect.stringContaining(`${OCTOBER}: it points to`)]);
    await sql.query('update billing_evidence_chain set ref = $1 where name = $2', [other, OCTOBER]);
    expect(found(await verify())).toEqual([expect.stringMatching(/entry 2 .*it was edited/)]);
    await sql.end();
    await store.close();
  });
});
