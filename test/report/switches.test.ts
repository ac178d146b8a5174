import { describe, expect, test } from '@jest/globals';
import type { SandboxState } from '../system/system.js';
import { september, type World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/**
 * Every switch of the sandbox in every position that is not the usual one, for two days: the month ends with the same money, or what is missing is held or
 * refused with a reason; in no case is anything billed twice.
 */

type Position = [what: string, autotask: Record<string, unknown>, cloudmore: Record<string, unknown>];

const SAME: Position[] = [
  ['second adjustments of a day are carried out', { secondAdjustment: 'merge' }, {}],
  ['rows of an extension are empty', { extend: 'empty' }, {}],
  ['posted rows cannot be adjusted', { afterPost: 'reject' }, {}],
  ['missing ids answer 404', { missing: '404' }, {}],
  ['updates answer null', { patchAnswer: 'null' }, {}],
  ['create-only fields are dropped', { createOnly: 'ignore' }, {}],
  ['empty filters are refused', { emptyFilter: 'refuse' }, {}],
  ['service names are unique', { uniqueServiceNames: true }, {}],
  ['the database speaks for itself', { sqlTexts: true }, {}],
  ['writes are seen later', { visibleAfterMs: 300 }, {}],
  ['three threads are one', { threads: 2 }, {}],
  ['the tenant is in Auckland', { timeZone: 'Pacific/Auckland' }, {}],
  ['the tenant is in New York, and days are local', { timeZone: 'America/New_York', dateOutput: 'localMidnightAsUtc' }, {}],
  ['an OR group with the field finds nothing', { userDefinedFieldInOr: 'findsNothing' }, {}],
  ['an OR group with the field acts as AND', { userDefinedFieldInOr: 'actsAsAnd' }, {}],
  ['an OR group with the field is refused', { userDefinedFieldInOr: 'refused' }, {}],
  ['rights are given in numbers', { accessValues: 'numbers' }, {}],
  ['tasks take five polls', {}, { pollsBeforeReady: 5 }],
  ['running tasks answer 202', {}, { whileRunning: 'accepted' }],
  ['running tasks answer nothing', {}, { whileRunning: 'empty' }],
  ['running tasks answer 404', {}, { whileRunning: 'notFound' }],
  ['starts have no body', {}, { bodylessAccepted: true }],
  ['amounts are texts', {}, { decimalsAsStrings: true }],
  ['tokens end before their time', {}, { tokenLifetimeS: 1 }],
  ['there is no description', {}, { description: 'none' }],
  ['the description asks for a log-in', {}, { description: 'behindLogIn' }],
  ['tasks use other words', {}, { taskWords: 'others' }],
  ['reports stand under result', {}, { reportMember: 'result' }],
  ['reports stand under data', {}, { reportMember: 'data' }],
  ['the last day is left out, on which nothing is dated', {}, { lastDay: 'excluded' }],
];

const SAID: [...Position, says: RegExp][] = [
  ['tasks use numbers', {}, { taskWords: 'numbers' }, /is in no known state/],
  ['reports stand under payload', {}, { reportMember: 'payload' }, /is finished and has no report|is in no known state/],
  ['tasks fail', {}, { taskOutcome: 'failed' }, /failed/],
  ['costs are hidden', { costs: 'hidden' }, {}, /may not see costs/],
  ['totals have another name', {}, { renames: { totalSalesPrice: 'salesTotal' } }, /none of .* has totalSalesPrice/],
  ['custom properties have another name', {}, { renames: { customProperties: 'properties' } }, /AutotaskCompanyID/],
  ['what the user adds it does not see', { hidesAdded: ['Contracts'] }, {}, /./],
  ['units keep their first day', { periodStart: 'duplicate' }, {}, /./],
];

const POSTED = { lines: 28, cost: '6300.58', sales: '7120.32' };

async function onHarness<T>([, autotask, cloudmore]: Position, work: (harness: Harness) => Promise<T>): Promise<T> {
  const world: World = september();
  const harness = await openHarness({
    ...world,
    autotask: { ...world['autotask'], behaviour: autotask },
    cloudmore: { ...world['cloudmore'], behaviour: cloudmore },
  });
  try {
    return await work(harness);
  } finally {
    await harness.close();
  }
}

const writes = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
  ).length;

describe('the month ends with the same money where', () => {
  test.concurrent.each(SAME)('%s', async (...position) => {
    await onHarness(position, async (harness) => {
      const { result } = await harness.bill('2025-10', '2025-10-17');
      expect([result.posted, result.held.lines]).toEqual([POSTED, 0]);
      const before = await writes(harness);
      await harness.bill('2025-10', '2025-10-18');
      expect((await writes(harness)) - before).toBe(0);
    });
  });
});

describe('nothing is billed twice, and the reason is said, where', () => {
  test.concurrent.each(SAID)('%s', async (what, autotask, cloudmore, says) => {
    await onHarness([what, autotask, cloudmore], async (harness) => {
      const reported: string[] = [];
      for (const day of ['2025-10-17', '2025-10-18'])
        try {
          const { result } = await harness.bill('2025-10', day);
          reported.push(
            ...result.organizations.flatMap(({ items }) =>
              items.flatMap(({ outcome, message }) => (outcome === 'held' ? [String(message)] : [])),
            ),
          );
          if (reported.length === 0) expect(result.posted).toEqual(POSTED);
        } catch (error) {
          reported.push(error instanceof Error ? error.message : String(error));
        }
      expect(reported.length === 0 ? 'the same money' : reported.join('\n')).toMatch(says);
      const { autotask: held } = (await harness.control('GET', 'state')) as SandboxState;
      const numbers = held.contracts.map((one) => `${String(one.companyID)} ${String(one.contractNumber)}`);
      expect(new Set(numbers).size).toBe(numbers.length);
      const keys = held.charges.map((one) => String(one.internalPurchaseOrderNumber));
      expect(new Set(keys).size).toBe(keys.length);
    });
  });
});
