import { describe, expect, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { renderCertificate } from '../../client/commands/close/text.js';
import { grouped } from '../../shared/billing/basics/decimal.js';
import type { Certificate } from '../../shared/close/certificate.js';
import { digestOf } from '../../shared/close/compare.js';
import { september, type World } from '../api/vendors.js';
import { useHarness, type Harness } from './harness.js';

/** The close: what both sides say, read again by code of its own, agrees to the cent or is refused. */

const MONTH = '2025-10';
const BILLED = '2025-11-02';
/** A correction of one cent that Cloudmore shows from this moment on. */
const CENT_FROM = '2025-11-05T00:00:00Z';
const CONTOSO_A = 'f8f54385-7297-53b4-9ffd-faf3c92a6f20';

type Rec = Record<string, unknown>;
interface State {
  autotask: Record<'unitRows' | 'charges' | 'contracts', Rec[]>;
}

function withLateCent(): World {
  const world = september() as unknown as { cloudmore: { monthlyBilling: Rec[] } };
  const manual = world.cloudmore.monthlyBilling.find(({ billingDate }) => String(billingDate).startsWith('2025-10-10'))!;
  const cent = JSON.parse(JSON.stringify(manual), (_, value: unknown) => (value === -25 ? 0.01 : value)) as Rec;
  world.cloudmore.monthlyBilling.push({ ...cent, billingDate: '2025-10-20T00:00:00Z', availableFrom: CENT_FROM });
  return world;
}

describe('a month that was billed', () => {
  let harness: Harness;
  let certificate: Certificate;
  let file: string;
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill(MONTH, BILLED);
    file = harness.file('close.json');
    certificate = JSON.parse((await harness.cli('close', MONTH, '--out', file, '--json')).out) as Certificate;
  }, withLateCent);

  const clock = (now: string): Promise<unknown> => harness.control('POST', 'clock', { now });
  const rowOf = async (subscriptionId: string): Promise<Rec> => {
    const { autotask } = (await harness.control('GET', 'state')) as State;
    const contract = autotask.contracts.find(({ contractNumber }) => contractNumber === subscriptionId)!;
    return autotask.unitRows.find(
      ({ contractID, startDate }) => contractID === contract.id && String(startDate).startsWith('2025-10-01'),
    )!;
  };
  /** Changes a row's price in Autotask while `work` runs. */
  const withPrice = async (subscriptionId: string, change: number, work: () => Promise<void>): Promise<void> => {
    const row = await rowOf(subscriptionId);
    await harness.control('PATCH', `autotask/unitRows/${String(row.id)}`, { price: Number(row.price) + change });
    await work();
    await harness.control('PATCH', `autotask/unitRows/${String(row.id)}`, { price: row.price });
  };

  // Per currency too, and every exclusion is looked at again.
  test('certifies report = posted + excluded per customer, with digests', async () => {
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(certificate);
    expect(certificate.totals).toEqual([
      {
        currency: 'EUR',
        lines: 30,
        report: { cost: '6349.18', sales: '7186.32' },
        posted: { cost: '6300.58', sales: '7120.32' },
        excluded: { cost: '48.60', sales: '66.00' },
        rounding: { cost: '0.00', sales: '0.00' },
      },
    ]);
    expect(certificate.customers.map(({ organizationName, posted }) => [organizationName, posted.sales])).toEqual([
      ['Adventure Works Cycles', '0.00'],
      ['Contoso Dental Group', '1410.93'],
      ['Fabrikam Logistics', '5709.39'],
    ]);
    expect(certificate.exclusions.map(({ reason, confirmed }) => [reason, confirmed])).toEqual([
      ['company-id-missing', 'seen again'],
      ['custom-service', 'seen again'],
    ]);
    expect(certificate.unassigned).toHaveLength(1);
    const { digest, seal, ...content } = certificate;
    expect(digest).toBe(digestOf(content));
    expect(seal).toEqual({
      chain: { seq: expect.any(Number) as unknown, hash: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
      keyId: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
      signature: expect.any(String) as unknown,
    });
  });

  test('closed twice says the same, but for the time', async () => {
    const again = JSON.parse(
      (await harness.cli('close', MONTH, '--out', harness.file('again.json'), '--json')).out,
    ) as Certificate;
    const timeless = (one: Certificate): unknown => ({ ...one, closedAt: '', digest: '', seal: null });
    expect(timeless(again)).toEqual(timeless(certificate));
  });

  test('refuses one planted cent in Autotask, and names it', async () => {
    await withPrice(CONTOSO_A, 0.01, async () => {
      const { code, said, out } = await harness.cli('close', MONTH, '--out', harness.file('never.json'));
      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(said).toMatch(
        new RegExp(
          `Contoso Dental Group: Microsoft 365 Business Premium, subscription ${CONTOSO_A}, sales: .*491\\.01 .*, 0\\.01 off`,
        ),
      );
      expect(said).toContain(`billing run ${MONTH} --wait`);
      await expect(readFile(harness.file('never.json'))).rejects.toThrow('ENOENT');
    });
  });

  test('is not certified when two planted cents cancel out', async () => {
    const powerBi = (await harness.control('GET', 'state')) as State;
    const other = powerBi.autotask.contracts.find(({ contractName }) => String(contractName).startsWith('Power BI Pro'))!;
    await withPrice(CONTOSO_A, 0.01, () =>
      withPrice(String(other.contractNumber), -0.01, async () => {
        const { code, said } = await harness.cli('close', MONTH, '--out', harness.file('never.json'));
        expect(code).toBe(3);
        expect(said).toContain('2 amounts do not agree');
      }),
    );
  });

  test('refuses a cent restated by Cloudmore until it is billed', async () => {
    await clock('2025-11-06T03:00:00Z');
    const { code, said } = await harness.cli('close', MONTH, '--out', harness.file('never.json'));
    expect(code).toBe(3);
    expect(said).toContain('the report says 491.01 EUR; in Autotask stand 491.00');
    const drift = await harness.cli('close', '--verify', file);
    expect(drift.code).toBe(3);
    expect(drift.out).toMatch(
      /unaltered, but the month has changed[\s\S]*Cloudmore's report has changed since: 1,440\.93 → 1,440\.94 EUR/,
    );
    await clock(`${BILLED}T03:00:00Z`);
  });

  test('refuses a charge of ours where nobody was reported', async () => {
    const { autotask } = (await harness.control('GET', 'state')) as State;
    const [charge] = autotask.charges;
    const contract = autotask.contracts.find(({ id }) => id === charge!.contractID)!;
    await harness.control('PATCH', `autotask/contracts/${String(contract.id)}`, {
      contractNumber: null,
      userDefinedFields: [{ name: 'Subscription ID', value: null }],
    });
    const { code, said } = await harness.cli('close', MONTH, '--out', harness.file('never.json'));
    expect(code).toBe(3);
    expect(said).toMatch(/contract \d+/);
    const { contractNumber, userDefinedFields } = contract;
    await harness.control('PATCH', `autotask/contracts/${String(contract.id)}`, { contractNumber, userDefinedFields });
  });

  // The page had sales alone.
  test('certifies cost and sales side by side when printed', () => {
    const [head, line, ...rows] = renderCertificate(certificate).split('\n\n')[2]!.split('\n');
    const titles = ['sales', 'cost'].flatMap((side) => ['report', 'posted', 'excluded'].map((part) => `${part}, ${side}`));
    expect(head!.split(/ {2,}/)).toEqual(['customer', 'currency', ...titles]);
    expect(line!.length).toBeLessThanOrEqual(130);
    const { report, posted, excluded } = certificate.totals[0]!;
    const amounts = [report, posted, excluded]
      .map(({ sales }) => sales)
      .concat([report, posted, excluded].map(({ cost }) => cost));
    expect(rows.at(-1)!.split(/ {2,}/)).toEqual(['all', 'EUR', ...amounts.map(grouped)]);
  });

  test('prints cost in a second table when a name is long', () => {
    const [first, ...others] = certificate.customers;
    const long = { ...certificate, customers: [{ ...first!, organizationName: 'Very long name '.repeat(6) }, ...others] };
    const [sales, cost] = renderCertificate(long).split('\n\n').slice(2);
    expect([sales, cost].map((one) => one!.split('\n')[0]!.match(/report, \w+/)![0])).toEqual(['report, sales', 'report, cost']);
  });

  test('is not certified when an excluded customer has got a company since', async () => {
    const ADVENTURE = '1f7b1efa-2cb8-53a6-b95b-6492a244742c';
    const property = (value: string): unknown => ({ customProperties: [{ name: 'AutotaskCompanyID', value }] });
    await harness.control('PATCH', `cloudmore/organizations/${ADVENTURE}`, property('29683512'));
    const { code, said } = await harness.cli('close', MONTH, '--out', harness.file('never.json'));
    expect(code).toBe(3);
    expect(said).toContain('was excluded (company id missing), but the reason is gone');
    await harness.control('PATCH', `cloudmore/organizations/${ADVENTURE}`, property(''));
  });

  describe('and its certificate', () => {
    const verify = async (changed: unknown): Promise<{ code: number; out: string }> => {
      const copy = harness.file('copy.json');
      await writeFile(copy, JSON.stringify(changed));
      return harness.cli('close', '--verify', copy);
    };

    test('holds as long as neither the paper nor the month changes', async () => {
      expect(await verify(certificate)).toMatchObject({ code: 0, out: expect.stringContaining('holds: 2025-10') as unknown });
    });

    test('is distinguished from one in which a figure was changed', async () => {
      const changed = structuredClone(certificate);
      changed.customers[1]!.posted.sales = '1410.94';
      const { code, out } = await verify(changed);
      expect(code).toBe(1);
      expect(out).toMatch(/has been altered:[\s\S]*digest does not fit[\s\S]*do not add up/);
    });

    test('is distinguished from one whose digest was computed again after the change', async () => {
      const { digest: _, ...content } = structuredClone(certificate);
      content.customers[1]!.organizationName = 'Somebody else';
      const { code, out } = await verify({ ...content, digest: digestOf(content) });
      expect(code).toBe(1);
      expect(out).toContain('The evidence keeps no certificate with its digest');
    });

    test('shows what somebody changed in Autotask afterwards as drift, not as tampering', async () => {
      await withPrice(CONTOSO_A, 5, async () => {
        const { code, out } = await verify(certificate);
        expect(code).toBe(3);
        expect(out).toMatch(
          /unaltered, but the month has changed[\s\S]*Contoso Dental Group: Autotask has changed since: 1,410\.93 → 1,415\.93 EUR/,
        );
      });
    });

    test.each([
      ['a file that is not there', null, /cannot be read: there is no such file/],
      ['another JSON file', '{"kind":"plan"}', /is not a close certificate \(kind/],
    ])('%s is refused with what was expected', async (_, content, says) => {
      const path = harness.file('other.json');
      if (content !== null) await writeFile(path, content);
      const { code, said } = await harness.cli('close', '--verify', content === null ? harness.file('missing.json') : path);
      expect(code).toBe(64);
      expect(said).toMatch(says);
    });
  });
});

describe('a month in which something is held', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
    await harness.control('PATCH', 'autotask/companies/29683540', { isActive: false });
    await harness.bill(MONTH, BILLED);
  });

  test('is refused with the amount and where to look', async () => {
    const { code, said } = await harness.cli('close', MONTH);
    expect(code).toBe(3);
    expect(said).toMatch(/cannot be closed yet:\n {2}5,709\.39 EUR held/);
    expect(said).toContain(`billing report ${MONTH}`);
  });

  test('and one that never ran is told to run first', async () => {
    expect(await harness.cli('close', '2025-08')).toMatchObject({
      code: 1,
      said: expect.stringContaining('billing run 2025-08') as unknown,
    });
    expect(await harness.cli('close')).toMatchObject({ code: 64 });
  });
});
