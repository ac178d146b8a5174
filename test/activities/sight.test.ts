import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { plain, sum } from '../../shared/billing/basics/decimal.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { readOutcome } from '../../shared/evidence/months.js';
import { openHarness, type Harness } from './harness.js';

/**
 * A blind search made the whole month again every day. Contoso has two licences and no contract yet; a day later nothing has changed, and
 * whatever Autotask shows or hides, nothing more is made.
 */

type Rec = Record<string, unknown>;
interface World {
  autotask: Rec & { behaviour?: Rec };
}

const WORLD = new URL('../../sandbox/worlds/two-services-on-one-contract.json', import.meta.url);
const DAYS = ['2025-10-10', '2025-10-11', '2025-10-12', '2025-10-13'];

let sandbox: Sandbox;
let evidence: Evidence;
afterEach(() => sandbox.close());

async function open(behaviour: Rec, from = WORLD): Promise<void> {
  const world = JSON.parse(await readFile(from, 'utf8')) as World;
  world.autotask = { ...world.autotask, behaviour };
  sandbox = await startSandbox({ world });
  evidence = memoryEvidence();
}

/** A process of that day: it remembers only what is in the evidence. */
const harness = (): Harness => openHarness(sandbox, { AFTER_FREEZE: 'charge' }, {}, evidence);

const made = (): Record<string, number> => {
  const { contracts, services, products, charges, contractServices } = sandbox.state().autotask;
  return {
    contracts: contracts.length,
    services: services.length,
    products: products.length,
    charges: charges.length,
    contractServices: contractServices.length,
  };
};
const billed = (): string =>
  plain(
    sum(
      sandbox
        .state()
        .autotask.unitRows.filter(({ startDate }) => String(startDate).startsWith('2025-10'))
        .map(({ price }) => String(price)),
    ),
  );

/** Bills a day; answers what it came to, or why there was nothing to come to. */
async function day(asOf: string): Promise<string> {
  const { given, bill } = harness();
  try {
    const { status, result } = await bill(await given(asOf), null);
    return `${status}: ${result.posted.sales} posted, ${result.held.sales} held`;
  } catch (error) {
    return (error as Error).message;
  }
}

async function released(asOf: string): Promise<string> {
  const { given, bill } = harness();
  const handed = await given(asOf);
  const { result } = await bill(handed, null);
  // It is another execution that sends it then, as every turn of a workflow is.
  for (const name of await evidence.names('intents/default/')) await evidence.unpoint(name);
  return (await bill(handed, result.planDigest)).status;
}

const contractIds = (): number[] => sandbox.state().autotask.contracts.map(({ id }) => id);
const control = async (method: string, path: string, body?: unknown): Promise<void> =>
  void (await fetch(`${sandbox.url}/_sandbox/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }));

describe('a group with a user-defined field', () => {
  test.each(['works', 'findsNothing', 'actsAsAnd', 'refused'])(
    'is never asked: where Autotask %s there, the second day writes nothing',
    async (userDefinedFieldInOr) => {
      await open({ userDefinedFieldInOr });
      expect(await day(DAYS[0]!)).toMatch(/^Done: .* 0\.00 held$/);
      const before = sandbox.state().autotask;
      expect(await day(DAYS[1]!)).toMatch(/^Unchanged/);
      expect(sandbox.state().autotask).toEqual(before);
    },
  );
});

// It was looked for in the month of its date, and whatever else a run charged was held.
test('a catch-up charge is looked for in its own month', async () => {
  await open({}, new URL('../../sandbox/worlds/frozen-month-is-caught-up.json', import.meta.url));
  await control('POST', 'autotask/freeze', { through: '2025-10-31' });
  expect(await day('2025-10-29')).toMatch(/^Done: .* 0\.00 held$/);
  expect(made().charges).toBe(1);
  expect(await evidence.pointer('search-blind/default')).toBeNull();
});

describe('a user who does not see what it makes', () => {
  test.each([
    ['Contracts', { contracts: 1, services: 2, contractServices: 0 }],
    ['Services', { contracts: 0, services: 1, contractServices: 0 }],
    ['ContractServiceUnits', { contracts: 1, services: 2, contractServices: 1 }],
  ])('of %s makes one, and no more on any later day', async (collection, expected) => {
    await open({ hidesAdded: [collection] });
    for (const asOf of DAYS) await day(asOf);
    expect(made()).toMatchObject(expected);
  });

  test('is told why, and what right is missing', async () => {
    await open({ hidesAdded: ['Contracts'] });
    expect(await day(DAYS[0]!)).toMatch(/held/);
    expect(await day(DAYS[1]!)).toMatch(/search does not show what is there: contract .* unrestricted view/s);
  });
});

describe('what was made before', () => {
  test('a deleted charge is made again only after a release', async () => {
    await open({});
    await day(DAYS[0]!);
    await control('DELETE', `autotask/contracts/${contractIds()[0]!}`);
    expect(await day(DAYS[1]!)).toMatch(/^NeedsAttention: 0\.00 posted/);
    expect(made().contracts).toBe(0);
    expect(await day(DAYS[2]!)).toMatch(/^NeedsAttention/);
    expect(await released(DAYS[3]!)).toBe('Done');
    expect(made().contracts).toBe(1);
    const before = billed();
    expect(await day('2025-10-14')).toMatch(/^Unchanged/);
    expect(billed()).toBe(before);
  });

  test('and lost both ids is not made a second time', async () => {
    await open({});
    await day(DAYS[0]!);
    const id = contractIds()[0]!;
    await control('PATCH', `autotask/contracts/${id}`, {
      contractNumber: null,
      userDefinedFields: [{ name: 'Subscription ID', value: null }],
    });
    expect(await day(DAYS[1]!)).toMatch(/^NeedsAttention/);
    expect(contractIds()).toEqual([id]);
  });

  test('a service without its key is not billed on a new one', async () => {
    await open({});
    await day(DAYS[0]!);
    const before = [billed(), made().services];
    const [service] = sandbox.state().autotask.services;
    await control('PATCH', `autotask/services/${String(service!.id)}`, { invoiceDescription: null });
    expect(await day(DAYS[1]!)).toMatch(/^NeedsAttention/);
    expect([billed(), made().services]).toEqual(before);
  });

  // A customer planned again made a charge twice.
  test('a missing charge is read by id before it counts as deleted', async () => {
    await open({}, new URL('../../sandbox/worlds/frozen-month-is-caught-up.json', import.meta.url));
    await control('POST', 'autotask/freeze', { through: '2025-10-31' });
    await day('2025-10-29');
    const { given, bill } = harness();
    const ownReads = { ...(await given('2025-10-30')), survey: null, surveyedAt: null };
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    const match = { vendor: 'autotask', path: '*/ContractCharges/query' };
    await control('POST', 'faults', [{ match, fault: { kind: 'status', status: 200, body: none, when: 'before' } }]);
    expect((await bill(ownReads, null)).message).toMatch(/charge 1 answers by its id, but no query shows it/);
    expect(made().charges).toBe(1);
  });

  test('a charge without its key answers by its id', async () => {
    await open({}, new URL('../../sandbox/worlds/frozen-month-is-caught-up.json', import.meta.url));
    await control('POST', 'autotask/freeze', { through: '2025-10-31' });
    await day('2025-10-29');
    await day('2025-10-30');
    const { given, bill } = harness();
    const ownReads = { ...(await given('2025-10-31')), survey: null, surveyedAt: null };
    const [charge] = sandbox.state().autotask.charges;
    await control('PATCH', `autotask/charges/${String(charge!.id)}`, { internalPurchaseOrderNumber: null });
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    const match = { vendor: 'autotask', path: '*/ContractCharges/query', nth: [1, 3] };
    await control('POST', 'faults', [{ match, fault: { kind: 'status', status: 200, body: none, when: 'before' } }]);
    expect((await bill(ownReads, null)).result.items).toMatchObject([{ outcome: 'held' }]);
    expect(made().charges).toBe(1);
  });

  // A report without it was taken for one that is yet to come.
  test('stays known as billed when the run cannot plan again', async () => {
    await open({});
    const { given, bill } = harness();
    const handed = await given(DAYS[0]!);
    await bill(handed, null);
    const refused = { kind: 'status', status: 400, body: { errors: ['No.'] }, when: 'before' };
    await control('POST', 'faults', [{ match: { vendor: 'autotask', path: '*/query' }, fault: refused }]);
    expect((await bill({ ...handed, survey: null, surveyedAt: null }, null)).status).toBe('NeedsAttention');
    const { accepted } = (await readOutcome(evidence, 'default', '2025-10', 'contoso'))!;
    expect(accepted!.items.map(({ stood }) => stood)).toEqual([true, true]);
  });

  test('and answers by its id but to no search stops the run', async () => {
    await open({});
    await day(DAYS[0]!);
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    const blind = (nth: number[]): unknown => ({
      match: { vendor: 'autotask', path: '*/Contracts/query', nth },
      fault: { kind: 'status', status: 200, body: none, when: 'before' },
    });
    // By field and by number, once and once more, and all of it again when it must be visible; the list of ids is answered.
    await control('POST', 'faults', [blind([1, 2, 4, 5, 6, 7, 9, 10])]);
    expect(await day(DAYS[1]!)).toMatch(/contract \d+ answers by its id, but the query that looks for our records leaves it out/);
  });

  // It showed late, and stopped the second run for good.
  test('a charge made a moment ago does not stop the next run', async () => {
    await open({});
    await day(DAYS[0]!);
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    const match = { vendor: 'autotask', path: '*/Contracts/query', nth: [1, 2, 4, 5] };
    await control('POST', 'faults', [{ match, fault: { kind: 'status', status: 200, body: none, when: 'before' } }]);
    expect(await day(DAYS[1]!)).toMatch(/^Unchanged/);
    expect(made().contracts).toBe(1);
  });

  // In a first month it was held as if search were blind.
  test('is read again when the list is older', async () => {
    await open({});
    await day(DAYS[0]!);
    const before = made();
    const none = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
    const match = { vendor: 'autotask', path: '*/Services/query', nth: [1] };
    await control('POST', 'faults', [{ match, fault: { kind: 'status', status: 200, body: none, when: 'before' } }]);
    // A failure that is tried again, and not one that waits for a person.
    expect(await day(DAYS[1]!)).toMatch(/^Autotask did not show service \d+ .* a moment ago, but shows it now\.$/);
    expect(await day(DAYS[1]!)).toMatch(/^Unchanged/);
    expect(made()).toEqual(before);
  });

  test('is known from what an earlier version kept, where nothing was noted', async () => {
    await open({});
    await day(DAYS[0]!);
    await evidence.unpoint('remembered/default');
    for (const name of await evidence.names('made/default/')) await evidence.unpoint(name);
    await control('DELETE', `autotask/contracts/${contractIds()[0]!}`);
    expect(await day(DAYS[1]!)).toMatch(/^NeedsAttention/);
    expect(made().contracts).toBe(0);
  });
});
