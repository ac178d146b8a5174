import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { postAdjustment } from '../../activities/carry-out/amounts.js';
import { extendContract } from '../../activities/carry-out/contracts.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { OutcomePending } from '../../activities/failures.js';
import { Proofs } from '../../activities/carry-out/proof.js';
import { BatchedReads } from '../../activities/gather/batched-reads.js';
import { finishExtensions, markedNumber, withUnfinished } from '../../activities/carry-out/extensions.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { NO_BOOKS } from '../../shared/billing/amounts/rows.js';
import type { ExtendContractStep, PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import type { Contract } from '../../shared/billing/types.js';
import { loadConfig } from '../../shared/config.js';
import type { StepRequest } from '../../shared/messages/messages.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';

/** A contract that ended in July is extended in October: what that makes for August and September must not be billed, whatever comes between. */

const WORLD = {
  now: '2025-10-09T03:00:00Z',
  cloudmore: {
    resellerId: 'r',
    organizations: [],
    services: [],
    priceLists: {},
    subscriptions: {},
    monthlyBilling: [],
  },
  autotask: {
    companies: [{ id: 1001 }],
    billingCodes: [
      { id: 501, useType: 5 },
      { id: 502, useType: 4 },
    ],
    services: [{ id: 201, invoiceDescription: 'CFQ7TTC0LCHC' }],
    contracts: [{ id: 101, companyID: 1001, contractNumber: 's-1', startDate: '2025-01-01', endDate: '2025-07-31' }],
    contractServices: [{ id: 301, contractID: 101, serviceID: 201, units: 5, unitPrice: 20, unitCost: 15 }],
    picklists: { 'Contracts.serviceLevelAgreementID': [{ value: '1', label: 'Standard' }] },
    behaviour: { visibleAfterMs: 300 },
  },
};

/** Until what was written shows. */
const SHOWN_AFTER_MS = 350;

const REQUEST = { broker: 'default', month: '2025-10', asOf: '2025-10-09', mode: null, organizationId: 'o', planDigest: 'd' };
const RESOLVED = { contracts: {}, services: {}, products: {} };
const CONTRACT: Contract = {
  ...{ id: 101, companyId: 1001, name: 'A contract', number: 's-1', subscriptionId: 's-1', slaId: null },
  ...{ isActive: true, isRecurringService: true, isMonthly: true, startDay: '2025-01-01', endDay: '2025-07-31' },
};
const ON_CONTRACT = { items: ['i'], summary: 's', contractKey: 's-1', contractId: 101 };

const EXTEND: StepRequest<ExtendContractStep> = {
  ...REQUEST,
  resolved: RESOLVED,
  step: { ...ON_CONTRACT, kind: 'extendContract', fromDay: '2025-07-31', toDay: '2026-07-31' },
};
const CLEAR: StepRequest<PostAdjustmentStep> = {
  ...REQUEST,
  resolved: RESOLVED,
  step: {
    ...ON_CONTRACT,
    kind: 'postAdjustment',
    serviceKey: 'CFQ7TTC0LCHC',
    serviceId: 201,
    contractServiceId: 301,
    day: '2025-08-01',
    units: 0,
    unitPrice: null,
    unitCost: null,
    before: null,
    expectsUnits: null,
    purpose: 'gap',
    invoiceDescription: null,
  },
};

describe('an extension over months in which the contract had ended', () => {
  let sandbox: Sandbox;
  let dependencies: Dependencies;
  let evidence: Evidence;
  beforeEach(async () => {
    sandbox = await startSandbox({ world: WORLD });
    evidence = memoryEvidence();
    dependencies = createDependencies(loadConfig(sandbox.env()), { evidence });
  });
  afterEach(() => sandbox.close());

  const augustToSeptember = (): (number | null)[] =>
    sandbox
      .state()
      .autotask.unitRows.filter(({ startDate }) => startDate! > '2025-07-31' && startDate! < '2025-10-01')
      .map(({ units }) => units);

  test('leaves nothing to bill for them, even when Autotask shows rows late', async () => {
    await extendContract(dependencies, EXTEND);
    expect(augustToSeptember()).toEqual([5, 5]);
    expect(await postAdjustment(dependencies, new BatchedReads(dependencies), new Proofs(dependencies), CLEAR)).toEqual({
      result: 'written',
      id: null,
    });
    expect(augustToSeptember()).toEqual([0, 0]);
  });

  test('does not start from old units when Autotask shows zeros late', async () => {
    await extendContract(dependencies, EXTEND);
    await postAdjustment(dependencies, new BatchedReads(dependencies), new Proofs(dependencies), CLEAR);
    const october = {
      day: '2025-10-01',
      units: 7,
      unitPrice: '20',
      unitCost: '15',
      expectsUnits: 0,
      purpose: 'amounts',
    } as const;
    await postAdjustment(dependencies, new BatchedReads(dependencies), new Proofs(dependencies), {
      ...CLEAR,
      step: { ...CLEAR.step, ...october },
    });
    const rows = sandbox.state().autotask.unitRows.filter(({ startDate }) => startDate! >= '2025-10-01');
    expect(rows.slice(0, 2).map(({ units }) => units)).toEqual([7, 7]);
  });

  test('is planned again until its rows are at 0', async () => {
    await extendContract(dependencies, EXTEND);
    const [contract] = await dependencies.autotask.findContracts(1001, 's-1');
    const books = { ...NO_BOOKS, contracts: [{ ...contract!, endDay: '2026-07-31' }], detailed: [101] };
    const { books: shown, unfinished } = await withUnfinished(dependencies, REQUEST, books);
    expect([shown.contracts[0]!.endDay, shown.detailed, unfinished]).toEqual(['2025-07-31', [], [101]]);
    await finishExtensions(dependencies, REQUEST, [101], []);
    expect(await withUnfinished(dependencies, REQUEST, books)).toEqual({ books, unfinished: [] });
  });

  // A backup from before it kept amounts in August and September.
  test('the contract itself says where it ended, whatever the backup forgot', async () => {
    await extendContract(dependencies, EXTEND);
    const restored = createDependencies(loadConfig(sandbox.env()), { evidence: memoryEvidence() });
    await setTimeout(SHOWN_AFTER_MS);
    const contract = (await restored.autotask.readContract(101))!;
    expect([contract.number, contract.extendedFrom, contract.endDay]).toEqual(['s-1', '2025-07-31', '2026-07-31']);
    const { books, unfinished } = await withUnfinished(restored, REQUEST, { ...NO_BOOKS, contracts: [contract] });
    expect([books.contracts[0]!.endDay, unfinished]).toEqual(['2025-07-31', [101]]);
    await extendContract(restored, { ...EXTEND, step: { ...EXTEND.step, toDay: '2026-08-31' } });
    await setTimeout(SHOWN_AFTER_MS);
    expect((await restored.autotask.readContract(101))!.extendedFrom).toBe('2025-07-31');
    await finishExtensions(restored, REQUEST, [101], [contract]);
    await finishExtensions(restored, REQUEST, [101], [contract]);
    expect(sandbox.state().autotask.contracts.map(({ contractNumber }) => contractNumber)).toEqual(['s-1']);
  });

  // Somebody gave the contract that number.
  test('leaves a number alone that has no room for the day', async () => {
    const number = 'Managed workplace, agreement of 14 March 2024';
    expect(markedNumber({ ...CONTRACT, number }, '2025-10')).toEqual({});
    expect(markedNumber({ ...CONTRACT, number: null }, '2025-10')).toEqual({ number: 'cm<2025-07-31' });
    expect(markedNumber({ ...CONTRACT, number: 's-1' }, '2025-08')).toEqual({});
  });

  test('is planned again when Autotask keeps its mark; nothing else suffers', async () => {
    await extendContract(dependencies, EXTEND);
    await setTimeout(SHOWN_AFTER_MS);
    const contract = (await dependencies.autotask.readContract(101))!;
    const match = { method: 'PATCH', path: '*/Contracts' };
    const fault = { match, fault: { kind: 'status', status: 400, body: { errors: ['No.'] } }, times: 1 };
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify([fault]) });
    await finishExtensions(dependencies, REQUEST, [101], [contract]);
    const { unfinished } = await withUnfinished(dependencies, REQUEST, { ...NO_BOOKS, contracts: [contract] });
    expect(unfinished).toEqual([101]);
  });

  test.each([
    ['ended in the month is planned as before', '2025-07', '2025-07-31'],
    ['ended later is planned from its rows', '2025-06', '2026-07-31'],
  ])('of a contract that %s', async (_, month, endDay) => {
    await extendContract(dependencies, { ...EXTEND, month });
    const [contract] = await dependencies.autotask.findContracts(1001, 's-1');
    const books = { ...NO_BOOKS, contracts: [{ ...contract!, endDay: '2026-07-31' }] };
    const { books: shown } = await withUnfinished(dependencies, { ...REQUEST, month }, books);
    expect(shown.contracts.map((contract) => contract.endDay)).toEqual([endDay]);
  });

  // It made no rows before its month, and was left unfinished.
  test('leaves other months alone and gives way to the next', async () => {
    const [august, october] = [{ ...REQUEST, month: '2025-08' }, REQUEST];
    await extendContract(dependencies, { ...EXTEND, ...august, step: { ...EXTEND.step, toDay: '2025-09-30' } });
    const endOf = async (month: { broker: string; month: string }): Promise<string> => {
      const books = { ...NO_BOOKS, contracts: [{ ...CONTRACT, endDay: '2025-09-30' }] };
      return (await withUnfinished(dependencies, month, books)).books.contracts[0]!.endDay;
    };
    expect([await endOf(august), await endOf(october)]).toEqual(['2025-07-31', '2025-09-30']);
    await finishExtensions(dependencies, october, [101], []);
    expect(await endOf(august)).toBe('2025-07-31');
    await setTimeout(SHOWN_AFTER_MS);
    await extendContract(dependencies, EXTEND);
    expect([await endOf(august), await endOf(october)]).toEqual(['2025-09-30', '2025-09-30']);
    await finishExtensions(dependencies, october, [101], []);
    expect(await evidence.names('extensions/default/')).toEqual([]);
  });

  // Its own search counted as blind, and the customer was held for good.
  test('is found while it says where it ended', async () => {
    await extendContract(dependencies, EXTEND);
    await setTimeout(SHOWN_AFTER_MS);
    const { autotask } = dependencies;
    expect((await autotask.findContracts(1001, 's-1')).map(({ id }) => id)).toEqual([101]);
    for (const companyId of [1001, 1002]) {
      const { contracts } = await autotask.readOrganizationBooks({ ...REQUEST, companyId, subscriptionKeys: ['s-1'] });
      expect(contracts.map(({ id, extendedFrom }) => [id, extendedFrom])).toEqual([[101, '2025-07-31']]);
    }
    const { contracts } = await autotask.readOrganizationBooks({ ...REQUEST, companyId: 1002, subscriptionKeys: ['s-2'] });
    expect(contracts).toEqual([]);
  });

  test.each([
    ['one of them', '2025-09-01'],
    ['the month’s own', '2025-10-01'],
  ])('leaves approved rows alone and says what to do: %s', async (_, approved) => {
    await extendContract(dependencies, EXTEND);
    await setTimeout(SHOWN_AFTER_MS);
    for (const { id, startDate } of sandbox.state().autotask.unitRows.filter((row) => row.startDate!.startsWith(approved)))
      await fetch(`${sandbox.url}/_sandbox/autotask/unitRows/${id}`, {
        method: 'PATCH',
        body: JSON.stringify({ approveAndPostDate: `${startDate}` }),
      });
    await expect(postAdjustment(dependencies, new BatchedReads(dependencies), new Proofs(dependencies), CLEAR)).rejects.toThrow(
      /approved and posted.*Set their units to 0 there/,
    );
    expect(sandbox.state().autotask.adjustments).toEqual([]);
  });
});

describe('next month’s units of what is paid once', () => {
  const STEP = { ...CLEAR.step, units: 5, unitPrice: '21', unitCost: '15', day: '2025-10-01', purpose: 'amounts' as const };
  const october = { ...STEP, before: { units: 5, price: '100', cost: '75' } };
  const november = {
    ...STEP,
    ...{ units: 0, unitPrice: null, unitCost: null, day: '2025-11-01', purpose: 'one-off' as const },
    before: { units: 5, price: '105', cost: '75' },
  };
  let sandbox: Sandbox;
  beforeEach(async () => {
    const contracts = WORLD.autotask.contracts.map((contract) => ({ ...contract, endDate: '2026-03-31' }));
    const behaviour = { visibleAfterMs: 5_000 };
    sandbox = await startSandbox({ world: { ...WORLD, autotask: { ...WORLD.autotask, contracts, behaviour } } });
  });
  afterEach(() => sandbox.close());

  // The row that did not show the month’s own adjustment yet counted as changed.
  test('did not end where the answer was lost', async () => {
    const dependencies = createDependencies(loadConfig(sandbox.env()), { evidence: memoryEvidence() });
    const post = (step: PostAdjustmentStep): Promise<unknown> =>
      postAdjustment(dependencies, new BatchedReads(dependencies), new Proofs(dependencies), { ...CLEAR, step });
    await post(october);
    const fault = { match: { method: 'POST', path: '*/ServiceAdjustments' }, fault: { kind: 'reset', when: 'before' }, times: 1 };
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify([fault]) });
    await expect(post(november)).rejects.toThrow(OutcomePending);
    await expect(post(november)).rejects.toThrow(/its effect does not show yet/);
  });
});
