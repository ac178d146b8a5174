import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addMonths } from '../../shared/billing/basics/month.js';
import { addKey, Keyring } from '../../shared/encryption/keyring.js';
import { openEvidence, openStore, type Evidence, type Owner } from '../../shared/evidence/index.js';
import { outcomeName } from '../../shared/evidence/months.js';
import { Pruner } from '../../shared/evidence/prune.js';
import { openSigner, PUBLIC, publicKeyOf, signHead, type Signer } from '../../shared/evidence/signing.js';
import { verifyEvidence, type Verified } from '../../shared/evidence/verify.js';
import { inSql, type Place, placesOf, useStores } from './places.js';
import { findPostgres } from '../../bench/postgres-server.js';

/** Two years of months as runs leave them, each followed by a prune: what is kept stays as large as it is after the first months, and verifies. */

const BROKER = 'default';
/** After today: everything that is written in this test is older than the months that are kept. */
const FIRST = '2035-01';
const MONTHS = 24;
const KEEP = 3;
const ORGANIZATIONS = 4;

const programs = await findPostgres();
const stores = useStores(programs, 'prune');
/** One of the two is encrypted. */
const PLACES = placesOf(stores, programs).map(
  ([where, open]) => [where === 'on disk' ? `${where}, with a key` : where, open] as const,
);

const lines = (month: string, id: string): unknown[] =>
  Array.from({ length: 30 }, (_, line) => ({
    id,
    month,
    line,
    text: createHash('sha256').update(`${month} ${id} ${line}`).digest('base64'),
  }));

/** A month with two runs, of which the first one's report is forgotten by the second's. */
async function billed(evidence: Evidence, signer: Signer, month: string): Promise<void> {
  for (const run of [1, 2]) {
    const slices: { organizationId: string; slice: string }[] = [];
    for (let index = 0; index < ORGANIZATIONS; index += 1) {
      const id = `o-${index}`;
      const slice = await evidence.put({ run, organization: { id }, lines: lines(month, id) }, id);
      slices.push({ organizationId: id, slice });
      await evidence.point(
        outcomeName(BROKER, month, id),
        await evidence.put({ run, organizationId: id, month, items: lines(month, id) }, id),
      );
      const intent = { at: `${month}-09T00:00:00Z`, tries: 1, by: 'x', done: { value: index }, identity: ['charge', month, id] };
      await evidence.point(`intents/${BROKER}/${month}${index}`, await evidence.put(intent, id));
    }
    await evidence.point(
      `months/${BROKER}/${month}`,
      await evidence.put({ run, report: await evidence.put({ run, month, slices }) }),
    );
    await evidence.point(
      `notices/${BROKER}/${month}-${run}`,
      await evidence.put({ run: `${month}-${run}`, at: `${month}-09T00:00:00Z` }),
    );
    await evidence.point(`named/${BROKER}`, await evidence.put({ month, run, contracts: lines('all', 'all') }));
  }
  const head = await signHead(evidence, BROKER, signer);
  const certificate = { kind: 'billing-close-certificate', month, seal: { chain: { seq: head!.seq, hash: head!.hash } } };
  await evidence.point(`closes/${BROKER}/${month}/digest`, await evidence.put(certificate));
}

describe.each(PLACES)('%s', (where, open) => {
  let place: Place;
  let own: Owner;
  let signer: Signer;
  let evidence: Evidence;
  const last = addMonths(FIRST, MONTHS - 1);
  const heads: { seq: number; hash: string }[] = [];
  beforeAll(async () => {
    place = await open();
    own = { broker: BROKER, keys: await mkdtemp(join(stores.folder, 'keys-')) };
    signer = await openSigner(own.keys);
    if (where.includes('key')) addKey(own.keys, new Date());
    evidence = openEvidence(place.location, own);
  });
  afterAll(() => evidence.close());

  const inStore = async <T>(work: (store: ReturnType<typeof openStore>) => Promise<T>): Promise<T> => {
    const store = openStore(place.location);
    return work(store).finally(() => store.close());
  };
  const prune = (from: string): Promise<number> =>
    inStore(async (store) => {
      const pruner = new Pruner(store, { broker: BROKER, keyring: new Keyring(own.keys) });
      await pruner.carryOut(await pruner.look(from), signer);
      return store.size();
    });
  const verified = async (): Promise<Verified> => {
    const key = publicKeyOf(await readFile(join(own.keys, PUBLIC), 'utf8'));
    return inStore((store) => verifyEvidence(store, BROKER, key, heads));
  };

  test(`${MONTHS} months stay as large as the first few, each verified`, async () => {
    const sizes: number[] = [];
    for (let count = 0; count < MONTHS; count += 1) {
      const month = addMonths(FIRST, count);
      await billed(evidence, signer, month);
      heads.push(...(await evidence.chain.signatures(BROKER)).slice(-1).map(({ seq, hash }) => ({ seq, hash })));
      sizes.push(await prune(addMonths(month, -KEEP)));
      if (count % 8 === 7) expect(await verified()).toMatchObject({ findings: [] });
    }
    const settled = sizes.slice(KEEP + 2);
    // Certificates stay, and are small; nineteen months that stayed whole would be four times as much.
    expect(Math.max(...settled) / settled[0]!).toBeLessThan(1.25);
  });

  test('keeps certificates and the last months, and nothing before', async () => {
    const { findings, checkpoint, signedUpTo } = await verified();
    expect({ findings, isSigned: signedUpTo!.seq >= checkpoint!.seq }).toEqual({ findings: [], isSigned: true });
    expect(await evidence.names(`months/${BROKER}/`)).toEqual(
      Array.from({ length: KEEP + 1 }, (_, index) => `months/${BROKER}/${addMonths(last, index - KEEP)}`),
    );
    const record = await evidence.get<{ report: string }>(
      (await evidence.pointer(`months/${BROKER}/${addMonths(last, -KEEP)}`))!,
    );
    const { slices } = await evidence.get<{ slices: { slice: string }[] }>(record.report);
    for (const { slice } of slices) expect(await evidence.get(slice)).toMatchObject({ run: 2 });
    expect(await evidence.names(`closes/${BROKER}/${FIRST}/`)).toHaveLength(1);
    expect(await evidence.names(`intents/${BROKER}/`)).toHaveLength((KEEP + 1) * ORGANIZATIONS);
    expect(await place.dump()).not.toContain(outcomeName(BROKER, FIRST, 'o-1'));
  });

  test('continues from the checkpoint and finds a removed entry', async () => {
    await evidence.point(`months/${BROKER}/${last}`, await evidence.put({ run: 3 }));
    expect(await verified()).toMatchObject({ findings: [] });
    const taken = heads[2]!.seq;
    if (place.location.startsWith('file:')) {
      const path = join(place.location.slice('file:'.length), 'chains', `${BROKER}.jsonl`);
      const text = await readFile(path, 'utf8');
      await writeFile(
        path,
        text
          .split('\n')
          .filter((line) => !line.startsWith(`{"seq":${taken},`))
          .join('\n'),
      );
    } else
      await inSql(
        place.location,
        async (sql) => void (await sql.query('delete from billing_evidence_chain where seq = $1', [taken])),
      );
    const found = (await verified()).findings.map(({ record, why }) => `${record}: ${why}`);
    expect(found).toEqual([
      expect.stringContaining(`entry ${taken}: it was signed and is gone`),
      expect.stringMatching(/^checkpoint at entry .*taken out/),
    ]);
  });
});
