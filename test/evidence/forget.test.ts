import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import { monthOf } from '../../shared/billing/basics/month.js';
import { recordDecision, readDecisions, type Decision } from '../../shared/decisions/decisions.js';
import { addKey, Keyring } from '../../shared/encryption/keyring.js';
import { Forgetter, type Forgetting } from '../../shared/evidence/forget.js';
import { openEvidence, openStore, type Evidence, type Owner } from '../../shared/evidence/index.js';
import { outcomeName } from '../../shared/evidence/months.js';
import { openSigner, PUBLIC, publicKeyOf, signHead } from '../../shared/evidence/signing.js';
import { Texts } from '../../shared/evidence/texts.js';
import { verifyEvidence } from '../../shared/evidence/verify.js';
import { onDisk, type Place, placesOf, useStores } from './places.js';
import { findPostgres } from '../../bench/postgres-server.js';

/** Forgetting in both stores, with keys and without, over evidence that was begun before there was a key. */

const BROKER = 'default';
const MONTH = '2025-09';
const CONTOSO = { organizationId: 'C0-1', organizationName: 'Contoso Dental' };
const FABRIKAM = { organizationId: 'F0-2', organizationName: 'Fabrikam' };

const programs = await findPostgres();
const stores = useStores(programs, 'forget');
const PLACES = placesOf(stores, programs);

const decision = (of: typeof CONTOSO, sales: string): Decision => ({
  at: '2025-10-01T00:00:00Z',
  action: 'approve',
  actor: 'anna',
  via: 'command',
  month: MONTH,
  ...of,
  reason: `${of.organizationName} agreed`,
  digest: null,
  amounts: { sales, cost: '1.00', currency: 'EUR' },
  details: null,
});

/** What a run keeps of two customers: slices, books, a survey, outcomes, the month, names, a notice, the log. `sales` are Contoso's. */
async function billed(evidence: Evidence, sales: string, broker = BROKER): Promise<void> {
  const slices: { organizationId: string; organizationName: string; lines: number; slice: string }[] = [];
  const books: { organizationId: string; slice: string }[] = [];
  for (const [of, amount] of [
    [CONTOSO, sales],
    [FABRIKAM, '87.65'],
  ] as const) {
    const { organizationId: id, organizationName: name } = of;
    const slice = { organization: { id, name }, lines: [{ organizationId: id, organizationName: name, sales: amount }] };
    slices.push({ ...of, lines: 1, slice: await evidence.put(slice, id) });
    const own = { companies: [{ id: id === 'C0-1' ? 7 : 8, name: `${name} Ltd` }], rows: [{ contractId: 70, price: amount }] };
    books.push({ organizationId: id, slice: await evidence.put(own, id) });
    await evidence.point(
      outcomeName(broker, MONTH, id),
      await evidence.put({ ...of, companyId: id === 'C0-1' ? 7 : 8, items: [{ sales: amount }] }, id),
    );
    await recordDecision(evidence, broker, `approve/${id}/${sales.length}${sales.at(-1)}`, decision(of, amount));
  }
  const report = await evidence.put({
    slices,
    counted: slices.map((one) => ({ ...one, amounts: [{ lines: 1, sales: one.organizationId === 'C0-1' ? sales : '87.65' }] })),
  });
  const survey = await evidence.put({
    slices: books,
    strays: await evidence.put({ companies: [{ id: 7, name: 'Contoso Dental Ltd' }] }),
  });
  const record = { frame: { mode: 'auto' }, organizations: ['C0-1', 'F0-2'], report, survey };
  await evidence.point(`months/${broker}/${MONTH}`, await evidence.put(record));
  const named = {
    subscriptions: [['s-1', 'c0-1', []]],
    unsubscribed: [[{ organizationId: 'c0-1', type: 'x', codeOrProduct: 'y' }, []]],
    organizations: [
      ['c0-1', 'Contoso Dental'],
      ['f0-2', 'Fabrikam'],
    ],
    codes: [],
    contracts: [[70, 's-1', []]],
  };
  await evidence.point(`named/${broker}`, await evidence.put(named));
  const lines = [`Contoso Dental: ${sales} held`, 'Fabrikam: 87.65 held'];
  await evidence.point(`notices/${broker}/run`, await evidence.put({ notice: { title: 'two wait', lines } }));
  await evidence.point(`dismissed/${broker}/70`, await evidence.put({ contractId: 70, ghosts: [{ sales }] }));
  await evidence.point(
    `undone/${broker}/${MONTH}/C0-1`,
    await evidence.put({ digest: 'd', isWhole: true, message: 'Taken back' }),
  );
}

/** All values, decrypted as far as there are keys. */
async function readable({ location }: Place, own: Owner): Promise<string> {
  const store = openStore(location);
  const texts = new Texts(store, { broker: BROKER, keyring: new Keyring(own.keys) });
  const all: string[] = [];
  for await (const { ref } of store.texts()) all.push(JSON.stringify((await texts.read(ref)).value));
  await store.close();
  return all.join('\n');
}

async function forgotten({ location }: Place, own: Owner, whom: string): Promise<Forgetting> {
  const store = openStore(location);
  const forgetter = new Forgetter(store, { broker: BROKER, keyring: new Keyring(own.keys) });
  const found = (await forgetter.look(whom)) as Forgetting;
  const signer = await openSigner(own.keys);
  await forgetter.carryOut(found, signer);
  await signHead(openEvidence(location, own), BROKER, signer);
  await store.close();
  return found;
}

const PERSONAL = ['Contoso', '1440.93', '1441.94'];

describe.each(
  PLACES.flatMap(([where, open]) => [['without a key', where, open, false] as const, ['with a key', where, open, true] as const]),
)('forgetting %s %s', (_how, _where, open, hasKey) => {
  let place: Place;
  let own: Owner;
  let evidence: Evidence;
  beforeAll(async () => {
    place = await open();
    own = { broker: BROKER, keys: await mkdtemp(join(stores.folder, 'keys-')) };
    await billed(openEvidence(place.location, own), '1440.93');
    if (hasKey) addKey(own.keys, new Date());
    evidence = openEvidence(place.location, own);
    await billed(evidence, '1441.94');
  });
  afterAll(() => evidence.close());

  // Also from what no name points to any more.
  test('removes name and amounts from everything kept', async () => {
    for (const one of PERSONAL) expect(`${await place.dump()}${await readable(place, own)}`).toContain(one);
    const { whom, values } = await forgotten(place, own, 'contoso dental');
    expect(whom).toMatchObject({ organizationId: 'c0-1', names: ['Contoso Dental', 'Contoso Dental Ltd'], companyId: 7 });
    expect(values).toBeGreaterThan(10);
    const left = `${await place.dump()}${await readable(place, own)}`;
    expect(PERSONAL.filter((one) => left.includes(one))).toEqual([]);
    expect(left).not.toContain(outcomeName(BROKER, MONTH, 'C0-1'));
  });

  test('keeps ids, others, the log and a month’s undo mark', async () => {
    const read = async <T>(name: string): Promise<T> => evidence.get<T>((await evidence.pointer(name))!);
    expect(await read(`named/${BROKER}`)).toMatchObject({
      subscriptions: [['s-1', 'c0-1', []]],
      unsubscribed: [[{ organizationId: 'c0-1', codeOrProduct: 'y' }, []]],
      organizations: [
        ['c0-1', expect.stringMatching(/^forgotten-/)],
        ['f0-2', 'Fabrikam'],
      ],
      contracts: [[70, 's-1', []]],
    });
    const record = await read<{ organizations: string[]; report: string }>(`months/${BROKER}/${MONTH}`);
    expect(record.organizations).toEqual(['F0-2']);
    const { slices } = await evidence.get<{ slices: { slice: string }[] }>(record.report);
    expect(await Promise.all(slices.map(({ slice }) => evidence.get(slice)))).toMatchObject([
      { organization: { name: 'Fabrikam' } },
    ]);
    expect(await read(outcomeName(BROKER, MONTH, 'F0-2'))).toMatchObject({ items: [{ sales: '87.65' }] });
    expect(await read(`notices/${BROKER}/run`)).toMatchObject({
      notice: { lines: ['(forgotten on request)', 'Fabrikam: 87.65 held'] },
    });
    expect(await read(`undone/${BROKER}/${MONTH}/C0-1`)).toMatchObject({ isWhole: true });
    const { entries, problem } = await readDecisions(evidence, BROKER);
    expect({ problem, count: entries.length }).toEqual({ problem: null, count: 4 });
    expect(entries[0]).toMatchObject({ actor: 'anna', organizationId: 'C0-1', reason: null, amounts: null });
  });

  test('leaves a valid chain, and finds nothing a second time', async () => {
    const store = openStore(place.location);
    const key = publicKeyOf(await readFile(join(own.keys, PUBLIC), 'utf8'));
    expect(await verifyEvidence(store, BROKER, key)).toMatchObject({ findings: [], signedUpTo: { seq: expect.any(Number) } });
    await store.close();
    expect(await forgotten(place, own, 'C0-1')).toMatchObject({ ownNames: [], changedNames: [], values: 0, hasKey: false });
  });
});

test('keeps a customer of the same name at another broker', async () => {
  const place = await onDisk(stores.folder);
  const own = { broker: BROKER, keys: await mkdtemp(join(stores.folder, 'keys-')) };
  const evidence = openEvidence(place.location, own);
  await billed(evidence, '1440.93');
  await billed(evidence, '777.77', 'other');
  const names = [`months/other/${MONTH}`, 'named/other', 'notices/other/run', outcomeName('other', MONTH, 'C0-1')];
  const kept = (): Promise<unknown[]> => Promise.all(names.map(async (name) => evidence.get((await evidence.pointer(name))!)));
  const before = await kept();
  await forgotten(place, own, 'C0-1');
  expect(await kept()).toEqual(before);
  const store = openStore(place.location);
  expect(await verifyEvidence(store, 'other', null)).toMatchObject({ findings: [] });
  expect(await readDecisions(evidence, 'other')).toMatchObject({
    problem: null,
    entries: [{ organizationName: 'Contoso Dental' }, {}],
  });
  expect(await place.dump()).not.toContain('1440.93');
});

test('refuses a customer with current lines and says when', async () => {
  const { location } = await onDisk(stores.folder);
  const evidence = openEvidence(location);
  await billed(evidence, '1440.93');
  const month = monthOf(new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
  await evidence.point(`months/${BROKER}/${month}`, (await evidence.pointer(`months/${BROKER}/${MONTH}`))!);
  let said = '';
  const code = await main(['forget', '--organization', 'Contoso Dental', '--write'], {
    environment: { BILLING_EVIDENCE: location, BILLING_KEYS: join(stores.folder, 'keys') },
    out: () => undefined,
    say: (text) => (said += text),
    isTerminal: false,
  });
  expect({ code, said }).toEqual({
    code: 3,
    said: expect.stringMatching(
      new RegExp(`still billed: the report of ${month} .*Nothing was forgotten[\\s\\S]*BILLING_RECHECK_DAYS`),
    ),
  });
  expect(await evidence.pointer(outcomeName(BROKER, MONTH, 'C0-1'))).not.toBeNull();
});
