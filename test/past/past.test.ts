import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readFile, writeFile } from 'node:fs/promises';
import { generateWorld } from '../../sandbox/generate.js';
import { withPast } from '../../sandbox/generate/past.js';
import type { World } from '../api/vendors.js';
import { useHarness, type Harness } from '../report/harness.js';

/** A tenant with a past, taken over: services get their codes, what others bill already is found, and nothing unrelated with it. */

type Rec = Record<string, string>;
const MONTH = '2025-10';
const CUSTOMERS = 60;

const made = withPast(generateWorld({ lines: CUSTOMERS * 6, organizations: CUSTOMERS, seed: 3, month: MONTH }));
const contracts = made.autotask['contracts'] as { id: number; contractName: string }[];
const twice = contracts.filter(({ contractName }) => contractName.startsWith('Microsoft licences')).map(({ id }) => id);

describe('a tenant with a past', () => {
  let harness: Harness;
  useHarness(
    (opened) => void (harness = opened),
    () => structuredClone(made) as unknown as World,
  );
  const csv = async (file: string): Promise<Rec[]> => parse(await readFile(file, 'utf8'), { columns: true, bom: true });
  const serviceNow = async (id: string): Promise<Rec> => {
    const { autotask } = (await harness.control('GET', 'state')) as { autotask: { services: (Rec & { id: number })[] } };
    return autotask.services.find((one) => one.id === Number(id))!;
  };

  describe('services', () => {
    let matched: Rec[];
    beforeAll(async () => {
      await harness.cli('services', 'match', MONTH, '--out', harness.file('services.csv'));
      matched = await csv(harness.file('services.csv'));
    });

    test('match by Microsoft id, then name, never an inactive company', async () => {
      const verdicts = new Set(matched.map(({ verdict }) => verdict));
      expect(verdicts).toContain('identifier');
      expect(verdicts).toContain('same name');
      for (const row of matched.filter(({ service_id: id }) => id !== ''))
        expect(await serviceNow(row.service_id!)).toMatchObject({ isActive: true });
    });

    test('import writes only with --write, and only once', async () => {
      const sure = matched.filter(({ verdict }) => verdict === 'identifier');
      const rows = sure.map(({ item_code: code, service_id: id }) => `${code};${id}`);
      // As European Excel hands it back.
      await writeFile(harness.file('sure.csv'), `\uFEFFitem_code;service_id\r\n${rows.join('\r\n')}\r\n`);
      const shown = await harness.cli('services', 'import', harness.file('sure.csv'));
      expect(shown.out).toContain(`${sure.length} would be stored; nothing was written`);
      expect(await serviceNow(sure[0]!.service_id!)).not.toMatchObject({ invoiceDescription: sure[0]!.item_code });
      expect((await harness.cli('services', 'import', harness.file('sure.csv'), '--write')).out).toContain(
        `${sure.length} stored`,
      );
      for (const row of sure) expect(await serviceNow(row.service_id!)).toMatchObject({ invoiceDescription: row.item_code });
      expect((await harness.cli('services', 'import', harness.file('sure.csv'), '--write')).out).toContain('Nothing to do');
      await harness.cli('services', 'match', MONTH, '--out', harness.file('again.csv'));
      const again = await csv(harness.file('again.csv'));
      expect(again.filter(({ verdict }) => verdict === 'found').map(({ item_code: code }) => code)).toEqual(
        expect.arrayContaining(sure.map(({ item_code: code }) => code)),
      );
    });

    test.each([
      ['an unknown service', 'X-1;999999', /Autotask has no service 999999/],
      ['one service for two codes', 'X-1;5000\nX-2;5000', /the service 5000 occurs 2 times/],
      ['one code for two services', 'X-1;5000\nX-1;5001', /the item code x-1 occurs 2 times/],
      ['a row without a code', ';5000', /item_code is empty/],
    ])('are not written where the file has %s', async (_what, rows, says) => {
      await writeFile(harness.file('wrong.csv'), `item_code;service_id\n${rows}\n`);
      const { code, said } = await harness.cli('services', 'import', harness.file('wrong.csv'), '--write');
      expect(code).toBe(1);
      expect(said).toMatch(says);
      expect(await serviceNow('5000')).toMatchObject({ invoiceDescription: 'Managed workplace, per unit' });
    });

    // match writes one where nothing is left; it was an error.
    test('accepts a file of heads alone', async () => {
      await writeFile(harness.file('heads.csv'), '\uFEFFitem_code,product,service_id\n');
      expect(await harness.cli('services', 'import', harness.file('heads.csv'))).toMatchObject({ code: 0 });
      await writeFile(harness.file('heads.csv'), '\uFEFForganization_id,organization,AutotaskCompanyID\n');
      expect(await harness.cli('companies', 'import', harness.file('heads.csv'))).toMatchObject({ code: 0 });
    });

    test('list separates ours, others’ and unused services', async () => {
      const { out } = await harness.cli('services', 'list', MONTH, '--json');
      const listed = JSON.parse(out) as { id: number; whose: string; contracts: number }[];
      expect(listed.find(({ id }) => id === 5000)).toMatchObject({ whose: "others'" });
      expect(new Set(listed.map(({ whose }) => whose))).toEqual(new Set(['ours', "others'", 'unused']));
    });
  });

  describe('takeover', () => {
    // At most one unrelated contract in twenty is held.
    test('finds double billing, largest first, with few false alarms', async () => {
      const { code, out } = await harness.cli('takeover', MONTH, '--json');
      const found = JSON.parse(out) as { contractId: number; strength: string; amount: string }[];
      const held = found.filter(({ strength }) => strength === 'held');
      expect(code).toBe(3);
      expect(held.map(({ contractId }) => contractId).sort()).toEqual(expect.arrayContaining(twice));
      expect(held.length - twice.length).toBeLessThanOrEqual((contracts.length - twice.length) * 0.05);
      const amounts = found.map(({ amount }) => Math.abs(Number(amount)));
      expect(amounts).toEqual([...amounts].sort((left, right) => right - left));
    });

    test('says what to do, and ends well once all are dismissed', async () => {
      const { out } = await harness.cli('takeover', MONTH);
      expect(out).toMatch(/In Autotask: end the contract on 2025-09-30/);
      await harness.cli('takeover', MONTH, '--out', harness.file('takeover.csv'));
      const rows = await csv(harness.file('takeover.csv'));
      const reasoned = rows.map(
        (row) => ['contract_id', 'service_id', 'amount'].map((name) => row[name]).join(';') + ';ends this month',
      );
      await writeFile(harness.file('reasons.csv'), `contract_id;service_id;amount;reason\n${reasoned.join('\n')}\n`);
      expect(await harness.cli('takeover', MONTH, '--dismiss', harness.file('reasons.csv'))).toMatchObject({ code: 0 });
    });

    test('names one contract alone, and wants a reason', async () => {
      expect((await harness.cli('takeover', MONTH, '--contract', String(twice[0]))).code).toBe(64);
      expect((await harness.cli('takeover', MONTH, '--contract', '1', '--reason', 'x')).said).toContain(
        'Contract 1 bills nothing',
      );
    });

    test('comes back where the amount is another', async () => {
      const [id] = twice;
      const { autotask } = (await harness.control('GET', 'state')) as {
        autotask: { unitRows: { id: number; contractID: number; startDate: string }[] };
      };
      const row = autotask.unitRows.find((one) => one.contractID === id && one.startDate.startsWith(MONTH))!;
      await harness.control('PATCH', `autotask/unitRows/${row.id}`, { price: 7.77 });
      const { code, out } = await harness.cli('takeover', MONTH, '--json');
      expect(code).toBe(3);
      expect((JSON.parse(out) as { contractId: number }[]).map(({ contractId }) => contractId)).toEqual([id]);
      const reason = 'a second tenant of theirs';
      expect(await harness.cli('takeover', MONTH, '--contract', String(id), '--reason', reason)).toMatchObject({ code: 0 });
    });
  });
});
