import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { World } from '../api/vendors.js';
import { useHarness, type Harness } from '../report/harness.js';

/** Another tool's contract that bills by the year or the quarter: its row began months ago, and covers the month all the same. */

type Rec = Record<string, unknown>;
interface Changed {
  autotask: { services: Rec[]; contracts?: Rec[]; contractServices?: Rec[] };
}

const WORLD = new URL('../../sandbox/worlds/existing-service-is-reused.json', import.meta.url);

/** The customer's licence is billed by contract 900 too, in periods of `periodType` (2 a month, 3 a quarter, 5 a year). */
function billedBy(periodType: number, startDate: string, endDate: string, unitPrice: number) {
  return (): World => {
    const world = JSON.parse(readFileSync(WORLD, 'utf8')) as Changed;
    const { services } = world.autotask;
    services.push({
      ...services[0],
      id: 90,
      name: 'M365 Business Premium',
      invoiceDescription: '',
      periodType,
      sku: 'CFQ7TTC0LCHC:0002',
      unitPrice,
    });
    world.autotask.contracts = [
      {
        id: 900,
        companyID: 501,
        contractName: 'Licences',
        contractType: 7,
        contractPeriodType: periodType,
        status: 1,
        startDate,
        endDate,
      },
    ];
    world.autotask.contractServices = [{ id: 910, contractID: 900, serviceID: 90, units: 10, unitPrice, unitCost: 1 }];
    return world as unknown as World;
  };
}

describe.each([
  ['a year', billedBy(5, '2025-03-01', '2026-02-28', 144), '120.00', '2025-03-01', '2026-02-28'],
  ['a quarter', billedBy(3, '2025-09-01', '2026-08-31', 36), '120.00', '2025-09-01', '2025-11-30'],
])('a contract of others that bills %s at once', (...[, world, amount, from, to]) => {
  let harness: Harness;
  useHarness((opened) => void (harness = opened), world);

  // The month billed it a second time; takeover says until when it is paid.
  test('a year paid elsewhere waits until it ends', async () => {
    const { result } = await harness.bill('2025-10', '2025-10-09');
    const [item] = result.organizations.flatMap(({ items }) => items);
    expect(item).toMatchObject({ outcome: 'held', reason: 'billed-elsewhere' });
    expect(item!.message).toContain(
      `in one amount from ${from} to ${to}, of which ${amount} is for 2025-10: same identifier. End it in Autotask by ${to}`,
    );
    const { out, code } = await harness.cli('takeover', '2025-10');
    expect(code).toBe(3);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`It bills ${from} to ${to} at once; the amount is the share of 2025-10.`);
    expect(out).toContain('Contoso: contract 900 (Licences) bills M365 Business Premium');
  });

  test('is dismissed with a reason, and then the month is billed', async () => {
    await harness.cli('takeover', '2025-10', '--contract', '900', '--reason', 'licences of a second tenant');
    const { result } = await harness.bill('2025-10', '2025-10-10');
    expect(result.posted.sales).toBe('120.00');
  });
});

describe('one whose year has ended', () => {
  let harness: Harness;
  useHarness((opened) => void (harness = opened), billedBy(5, '2024-09-01', '2025-09-30', 144));
  test('holds nothing', async () => {
    expect((await harness.bill('2025-10', '2025-10-09')).result.posted.sales).toBe('120.00');
  });
});
