import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { postAdjustment } from '../../activities/carry-out/amounts.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { Proofs } from '../../activities/carry-out/proof.js';
import { BatchedReads } from '../../activities/gather/batched-reads.js';
import type { Done } from '../../activities/carry-out/steps.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { LOOK_COUNTS_MS, ROWS_A_LOOK } from '../../shared/autotask/index.js';
import type { PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';

/** Rows that were there are looked at once more before they are adjusted: many with one query, and none too long before. */

const CONTRACTS = Array.from({ length: ROWS_A_LOOK + 2 }, (_, index) => 101 + index);

const WORLD = {
  now: '2025-10-09T03:00:00Z',
  cloudmore: { resellerId: 'r', organizations: [], services: [], priceLists: {}, subscriptions: {}, monthlyBilling: [] },
  autotask: {
    companies: [{ id: 1001 }],
    billingCodes: [
      { id: 501, useType: 5 },
      { id: 502, useType: 4 },
    ],
    services: [{ id: 201, invoiceDescription: 'CFQ7TTC0LCHC' }],
    contracts: CONTRACTS.map((id) => ({ id, companyID: 1001, startDate: '2025-09-01', endDate: '2026-08-31' })),
    contractServices: CONTRACTS.map((id) => ({
      id: id + 200,
      contractID: id,
      serviceID: 201,
      units: 5,
      unitPrice: 20,
      unitCost: 15,
    })),
    picklists: { 'Contracts.serviceLevelAgreementID': [{ value: '1', label: 'Standard' }] },
  },
};

const ORGANIZATION = { broker: 'default', month: '2025-10', organizationId: 'o' };
const ANOTHER = { ...ORGANIZATION, organizationId: 'another' };

const sevenUnits = (contractId: number): PostAdjustmentStep => ({
  kind: 'postAdjustment',
  items: [`item-${contractId}`],
  summary: 's',
  contractKey: `s-${contractId}`,
  contractId,
  serviceKey: 'CFQ7TTC0LCHC',
  serviceId: 201,
  contractServiceId: contractId + 200,
  day: '2025-10-01',
  units: 7,
  unitPrice: '20',
  unitCost: '15',
  before: { units: 5, price: '100', cost: '75' },
  expectsUnits: null,
  purpose: 'amounts',
  invoiceDescription: null,
});

describe('the last check before rows are adjusted', () => {
  let sandbox: Sandbox;
  let dependencies: Dependencies;
  let reads: BatchedReads;
  let now: number;
  beforeEach(async () => {
    sandbox = await startSandbox({ world: WORLD });
    now = Date.parse(WORLD.now);
    const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
    dependencies = { ...createDependencies(loadConfig(sandbox.env()), { evidence: memoryEvidence() }), clock };
    reads = new BatchedReads(dependencies);
  });
  afterEach(() => sandbox.close());

  const adjust = async (contractId: number, organization = ORGANIZATION): Promise<Done['result']> => {
    const request = { ...organization, asOf: '2025-10-09', mode: null, planDigest: 'd' };
    const resolved = { contracts: {}, services: {}, products: {} };
    return (
      await postAdjustment(dependencies, reads, new Proofs(dependencies), { ...request, resolved, step: sevenUnits(contractId) })
    ).result;
  };
  const expectAll = (): void => reads.expect(ORGANIZATION, CONTRACTS.map(sevenUnits));
  const looked = (): number => sandbox.requests().filter(({ path }) => /ContractServiceUnits\/query/i.test(path)).length;
  const approve = (contractID: number): Promise<Response> =>
    fetch(`${sandbox.url}/_sandbox/autotask/freeze`, {
      method: 'POST',
      body: JSON.stringify({ through: '2025-10-31', contractID }),
    });

  test('one query reads the rows the plan adjusts next; each is adjusted', async () => {
    expectAll();
    for (const id of CONTRACTS) expect(await adjust(id)).toBe('written');
    expect(looked()).toBe(2);
    const october = sandbox.state().autotask.unitRows.filter(({ startDate }) => String(startDate).startsWith('2025-10'));
    expect(october.map(({ units }) => units)).toEqual(CONTRACTS.map(() => 7));
  });

  test('finds each row approved since planning and leaves it alone', async () => {
    expectAll();
    await approve(102);
    expect([await adjust(101), await adjust(102), await adjust(103)]).toEqual(['written', 'refused', 'written']);
    expect(sandbox.state().autotask.adjustments.map(({ contractID }) => contractID)).toEqual([101, 103]);
  });

  test('finds a later approved row into which the adjustment would carry forward', async () => {
    expectAll();
    const november = sandbox
      .state()
      .autotask.unitRows.find(({ contractID, startDate }) => contractID === 102 && String(startDate).startsWith('2025-11'))!;
    await fetch(`${sandbox.url}/_sandbox/autotask/unitRows/${String(november['id'])}`, {
      method: 'PATCH',
      body: JSON.stringify({ approveAndPostDate: '2025-10-09T00:00:00Z' }),
    });
    expect([await adjust(101), await adjust(102)]).toEqual(['written', 'refused']);
  });

  test('counts for moments only; the next read finds later approvals', async () => {
    expectAll();
    await adjust(101);
    await approve(102);
    now += LOOK_COUNTS_MS + 1;
    expect(await adjust(102)).toBe('refused');
    expect(looked()).toBe(2);
  });

  test('serves an attempt once: the next attempt checks again', async () => {
    expectAll();
    await adjust(101);
    await approve(102);
    await reads.rowsToAdjust(ORGANIZATION, { contractId: 102, serviceId: 201, day: '2025-10-01' });
    expect(await adjust(102)).toBe('refused');
  });

  describe('of organizations whose turn comes', () => {
    const announce = (): void =>
      reads.announce([
        { organization: ORGANIZATION, steps: [101].map(sevenUnits) },
        { organization: ANOTHER, steps: [102, 103].map(sevenUnits) },
      ]);
    const plan = (organization: typeof ORGANIZATION, contractIds: number[]): void =>
      reads.expect(organization, contractIds.map(sevenUnits), true);
    beforeEach(announce);

    // A read for each of them took a fifth of a day of corrections.
    test('comes with the first step', async () => {
      plan(ORGANIZATION, [101]);
      expect(await adjust(101)).toBe('written');
      plan(ANOTHER, [102, 103]);
      expect([await adjust(102, ANOTHER), await adjust(103, ANOTHER)]).toEqual(['written', 'written']);
      expect(looked()).toBe(1);
    });

    test('is taken once more where the turn comes too late', async () => {
      plan(ORGANIZATION, [101]);
      await adjust(101);
      now += LOOK_COUNTS_MS + 1;
      await approve(102);
      plan(ANOTHER, [102, 103]);
      expect(await adjust(102, ANOTHER)).toBe('refused');
      expect(looked()).toBe(2);
    });

    test('leaves out what an earlier run announced', async () => {
      reads.announce([{ organization: ORGANIZATION, steps: [101].map(sevenUnits) }]);
      plan(ORGANIZATION, [101]);
      await adjust(101);
      plan(ANOTHER, [102]);
      await adjust(102, ANOTHER);
      expect(looked()).toBe(2);
    });
  });

  describe('of organizations that are billed at the same time', () => {
    beforeEach(() => {
      reads.expect(ORGANIZATION, [101, 102].map(sevenUnits));
      reads.expect(ANOTHER, [103, 104].map(sevenUnits));
    });

    test('is one for all of them', async () => {
      expect(await adjust(101)).toBe('written');
      expect(await adjust(103, ANOTHER)).toBe('written');
      expect(await adjust(102)).toBe('written');
      expect(await adjust(104, ANOTHER)).toBe('written');
      expect(looked()).toBe(1);
    });

    test('is waited for by who comes while it is under way', async () => {
      expect(await Promise.all([adjust(101), adjust(103, ANOTHER)])).toEqual(['written', 'written']);
      expect(looked()).toBe(1);
    });

    test('finds an approved row of the other, and counts for moments only', async () => {
      await approve(103);
      await adjust(101);
      expect(await adjust(103, ANOTHER)).toBe('refused');
      await approve(104);
      now += LOOK_COUNTS_MS + 1;
      expect(await adjust(104, ANOTHER)).toBe('refused');
      expect(sandbox.state().autotask.adjustments.map(({ contractID }) => contractID)).toEqual([101]);
    });

    // The new plan may have seen what the read did not.
    test('no longer counts once a customer is planned again', async () => {
      await adjust(101);
      reads.expect(ANOTHER, [103, 104].map(sevenUnits));
      expect(await adjust(103, ANOTHER)).toBe('written');
      expect(looked()).toBe(2);
    });

    test('counts for a plan made from the run’s older survey', async () => {
      await adjust(101);
      reads.expect(ANOTHER, [103, 104].map(sevenUnits), true);
      expect(await adjust(103, ANOTHER)).toBe('written');
      expect(looked()).toBe(1);
    });

    test('leaves room for the organization that asks: its rows come first', async () => {
      reads.expect(ANOTHER, CONTRACTS.slice(2).map(sevenUnits));
      await adjust(101);
      await adjust(102);
      expect(looked()).toBe(1);
      for (const id of CONTRACTS.slice(2)) await adjust(id, ANOTHER);
      expect(looked()).toBe(2);
    });

    test('fails for all who wait; the next attempt reads again', async () => {
      let answers: (() => Promise<never[]>)[] = [() => Promise.reject(new Error('unavailable')), () => Promise.resolve([])];
      const findRowsToAdjust = (): Promise<never[]> => {
        const [answer, ...later] = answers;
        answers = later;
        return answer!();
      };
      reads = new BatchedReads({ autotask: { findRowsToAdjust }, clock: dependencies.clock });
      reads.expect(ANOTHER, [103].map(sevenUnits));
      const place = (contractId: number): Parameters<BatchedReads['rowsToAdjust']>[1] => ({
        contractId,
        serviceId: 201,
        day: '2025-10-01',
      });
      const ask = (): Promise<unknown[]> =>
        Promise.allSettled([reads.rowsToAdjust(ORGANIZATION, place(101)), reads.rowsToAdjust(ANOTHER, place(103))]).then((all) =>
          all.map(({ status }) => status),
        );
      expect(await ask()).toEqual(['rejected', 'rejected']);
      answers = [() => Promise.resolve([]), () => Promise.resolve([])];
      expect(await ask()).toEqual(['fulfilled', 'fulfilled']);
    });
  });

  test('is taken for a row alone where another process made the plan', async () => {
    expect([await adjust(101), await adjust(102)]).toEqual(['written', 'written']);
    expect(looked()).toBe(2);
  });
});
