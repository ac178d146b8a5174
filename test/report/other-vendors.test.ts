import { describe, expect, test } from '@jest/globals';
import type { AutotaskState } from '../../sandbox/index.js';
import { september, type World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';

/** What nobody knows about the vendors, or what differs between their customers, must not change what is billed. */
type Behaviour = Record<string, unknown>;

function worldWith(autotask: Behaviour, cloudmore: Behaviour = {}): World {
  const world = september();
  return {
    ...world,
    autotask: { ...world['autotask'], behaviour: autotask },
    cloudmore: { ...world['cloudmore'], behaviour: cloudmore },
  };
}

async function withHarness<T>(world: World, work: (harness: Harness) => Promise<T>): Promise<T> {
  const harness = await openHarness(world);
  try {
    return await work(harness);
  } finally {
    await harness.close();
  }
}

const writesOf = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && path.startsWith('/ATServicesRest') && !path.includes('/query'),
  ).length;

describe('the month is billed the same', () => {
  const settings: [what: string, autotask: Behaviour, cloudmore: Behaviour][] = [
    [
      'where Autotask answers 404 and null, drops fields, wants a condition',
      { missing: '404', patchAnswer: 'null', createOnly: 'ignore', emptyFilter: 'refuse' },
      {},
    ],
    [
      'where reports come late, by Location alone, amounts as text',
      {},
      { whileRunning: 'notFound', pollsBeforeReady: 2, bodylessAccepted: true, decimalsAsStrings: true },
    ],
    ['where a running report answers 202', {}, { whileRunning: 'accepted' }],
    ['where a running report answers nothing', {}, { whileRunning: 'empty' }],
  ];
  test.each(settings)('%s', async (_what, autotask, cloudmore) => {
    await withHarness(worldWith(autotask, cloudmore), async (harness) => {
      const { result } = await harness.bill('2025-10', '2025-10-17');
      expect([result.posted, result.held]).toEqual([
        { lines: 28, cost: '6300.58', sales: '7120.32' },
        { lines: 0, cost: '0.00', sales: '0.00' },
      ]);
      const before = await writesOf(harness);
      await harness.bill('2025-10', '2025-10-17');
      expect((await writesOf(harness)) - before).toBe(0);
    });
  });
});

describe('an API user who may not see costs', () => {
  // An empty cost is not taken for 0.
  test('posts nothing twice when costs are empty', async () => {
    await withHarness(worldWith({ costs: 'hidden' }), async (harness) => {
      await harness.bill('2025-10', '2025-10-17').catch(() => undefined);
      const costs = async (): Promise<unknown> => {
        const { autotask } = (await harness.control('GET', 'state')) as { autotask: AutotaskState };
        return [
          autotask.adjustments.length,
          autotask.charges.map(({ extendedCost, billableAmount }) => [extendedCost, billableAmount]),
        ];
      };
      const before = await costs();
      await expect(harness.bill('2025-10', '2025-10-17')).rejects.toThrow(
        /the API user may not see costs\. Give its security level/,
      );
      expect(await costs()).toEqual(before);
    });
  });
});
