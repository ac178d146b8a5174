import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { addKey, keyFile, Keyring, rotateKeys } from '../../shared/encryption/keyring.js';
import { dataKeyName, wrapAgain } from '../../shared/evidence/data-keys.js';
import { openEvidence, openStore, type Evidence, type Owner } from '../../shared/evidence/index.js';
import { verifyEvidence } from '../../shared/evidence/verify.js';
import { placesOf, useStores } from './places.js';
import { findPostgres } from '../../bench/postgres-server.js';

/** Evidence with keys, as anyone who gets at the files or the database reads it. */

const programs = await findPostgres();
const stores = useStores(programs, 'sealed');
const PLACES = placesOf(stores, programs);

const OUTCOME = { organizationId: 'c1', organizationName: 'Contoso Dental Group', sales: '1440.93' };
const OTHER = { organizationId: 'f2', organizationName: 'Fabrikam Logistics', sales: '87.65' };

async function owner(broker = 'default'): Promise<Owner> {
  return { broker, keys: await mkdtemp(join(stores.folder, 'keys-')) };
}

async function kept(evidence: Evidence, name: string, value: { organizationId: string }): Promise<string> {
  const ref = await evidence.put(value, value.organizationId);
  await evidence.point(name, ref);
  return ref;
}

describe.each(PLACES)('evidence with a key %s', (_where, open) => {
  test('holds no name or amount, and verifies without a key', async () => {
    const [place, own] = [await open(), await owner()];
    const plain = openEvidence(place.location, own);
    const before = await kept(plain, 'outcomes/default/2025-08/f2', OTHER);
    expect(await place.dump()).toContain('Fabrikam');
    addKey(own.keys, new Date());
    const evidence = openEvidence(place.location, own);
    const ref = await kept(evidence, 'outcomes/default/2025-09/c1', OUTCOME);
    const shared = await evidence.put({ of: 'all of them', total: '1528.58' });
    const text = await place.dump();
    for (const value of ['Contoso', '1440.93', 'all of them', '1528.58']) expect(text).not.toContain(value);
    expect(await evidence.get(ref)).toEqual(OUTCOME);
    expect(await evidence.get(shared)).toEqual({ of: 'all of them', total: '1528.58' });
    expect(await evidence.get(before)).toEqual(OTHER);
    const store = openStore(place.location);
    expect(await verifyEvidence(store, 'default', null)).toMatchObject({ findings: [] });
    await Promise.all([plain, evidence, store].map((one) => one.close()));
  });

  test('keeps equal values once and separates organizations by key', async () => {
    const [place, own] = [await open(), await owner()];
    addKey(own.keys, new Date());
    const [first, second] = [openEvidence(place.location, own), openEvidence(place.location, own)];
    const refs = await Promise.all([first.put(OUTCOME, 'c1'), second.put(OUTCOME, 'c1'), first.put(OUTCOME, 'C1')]);
    expect(new Set(refs).size).toBe(1);
    expect(await first.put(OUTCOME, 'f2')).not.toBe(refs[0]);
    expect(await first.names('keys/default/')).toHaveLength(2);
    await Promise.all([first.close(), second.close()]);
  });

  test('needs no earlier key after a rotation', async () => {
    const [place, own] = [await open(), await owner()];
    addKey(own.keys, new Date());
    const evidence = openEvidence(place.location, own);
    const ref = await kept(evidence, 'outcomes/default/2025-09/c1', OUTCOME);
    rotateKeys(own.keys, new Date(Date.now() + 1));
    const store = openStore(place.location);
    expect(await wrapAgain(store, 'default', new Keyring(own.keys))).toBe(1);
    expect(await wrapAgain(store, 'default', new Keyring(own.keys))).toBe(0);
    expect(await kept(evidence, 'outcomes/default/2025-09/c1', OUTCOME)).toBe(ref);
    const [earlier] = new Keyring(own.keys).all();
    expect(await place.dump()).not.toContain(`"by":"${earlier!.id}"`);
    const later = openEvidence(place.location, own);
    expect(await later.get(ref)).toEqual(OUTCOME);
    await Promise.all([evidence, store, later].map((one) => one.close()));
  });

  test('names the record that needs a lost key', async () => {
    const [place, own] = [await open(), await owner()];
    const { id } = addKey(own.keys, new Date());
    const evidence = openEvidence(place.location, own);
    const ref = await kept(evidence, 'outcomes/default/2025-09/c1', OUTCOME);
    await rename(keyFile(own.keys), `${keyFile(own.keys)}.away`);
    const without = openEvidence(place.location, own);
    const lost = without.get(ref);
    await expect(lost).rejects.toMatchObject({ name: 'KeyMissing' });
    await expect(lost).rejects.toThrow(new RegExp(`${ref}.*key ${id}, which is not in .*payload-keys\\.json`));
    await rename(`${keyFile(own.keys)}.away`, keyFile(own.keys));
    expect(await without.get(ref)).toEqual(OUTCOME);
    await Promise.all([evidence, without].map((one) => one.close()));
  });

  // The chain stays, too.
  test('a destroyed key removes one organization and no other', async () => {
    const [place, own] = [await open(), await owner()];
    addKey(own.keys, new Date());
    const evidence = openEvidence(place.location, own);
    const [gone, stays] = [
      await kept(evidence, 'outcomes/default/2025-09/c1', OUTCOME),
      await kept(evidence, 'outcomes/default/2025-09/f2', OTHER),
    ];
    const store = openStore(place.location);
    const key = (await store.pointer(dataKeyName('default', 'c1')))!;
    await store.unpoint(dataKeyName('default', 'c1'));
    await store.remove([key]);
    const later = openEvidence(place.location, own);
    await expect(later.get(gone)).rejects.toMatchObject({ name: 'EvidenceForgotten' });
    expect(await later.get(stays)).toEqual(OTHER);
    const again = await later.put(OUTCOME, 'c1');
    expect(again).not.toBe(gone);
    expect(await later.get(again)).toEqual(OUTCOME);
    expect(await verifyEvidence(store, 'default', null)).toMatchObject({ findings: [] });
    await Promise.all([evidence, store, later].map((one) => one.close()));
  });
});
