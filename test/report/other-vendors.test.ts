import { describe, expect, test } from '@jest/globals';
import type { AutotaskState } from '../../sandbox/index.js';
import { september, type World } from '../api/vendors.js';
import { openDesk, type Desk } from './desk.js';

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

async function withDesk<T>(world: World, work: (desk: Desk) => Promise<T>): Promise<T> {
  const desk = await openDesk(world);
  try {
    return await work(desk);
  } finally {
    await desk.close();
  }
}

const writesOf = async (desk: Desk): Promise<number> =>
  ((await desk.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && path.startsWith('/ATServicesRest') && !path.includes('/query'),
  ).length;

describe('the month is billed the same', () => {
  const settings: [what: string, autotask: Behaviour, cloudmore: Behaviour][] = [
    [
      'where Autotask answers missing ids by 404, updates by null, drops what it will not change, and wants a condition',
      { missing: '404', patchAnswer: 'null', createOnly: 'ignore', emptyFilter: 'refuse' },
      {},
    ],
    [
      'where a running report is missing at first, its id is in the Location alone, and amounts are text',
      {},
      { whileRunning: 'notFound', pollsBeforeReady: 2, bodylessAccepted: true, decimalsAsStrings: true },
    ],
    ['where a running report answers 202', {}, { whileRunning: 'accepted' }],
    ['where a running report answers nothing', {}, { whileRunning: 'empty' }],
  ];
  test.each(settings)('%s', async (_what, autotask, cloudmore) => {
    await withDesk(worldWith(autotask, cloudmore), async (desk) => {
      const { result } = await desk.bill('2025-10', '2025-10-17');
      expect([result.posted, result.held]).toEqual([
        { lines: 28, cost: '6300.58', sales: '7120.32' },
        { lines: 0, cost: '0.00', sales: '0.00' },
      ]);
      const before = await writesOf(desk);
      await desk.bill('2025-10', '2025-10-17');
      expect((await writesOf(desk)) - before).toBe(0);
    });
  });
});

describe('an API user who may not see costs', () => {
  test('posts nothing a second time: an empty cost is not taken for 0', async () => {
    await withDesk(worldWith({ costs: 'hidden' }), async (desk) => {
      await desk.bill('2025-10', '2025-10-17').catch(() => undefined);
      const costs = async (): Promise<unknown> => {
        const { autotask } = (await desk.control('GET', 'state')) as { autotask: AutotaskState };
        return [
          autotask.adjustments.length,
          autotask.charges.map(({ extendedCost, billableAmount }) => [extendedCost, billableAmount]),
        ];
      };
      const before = await costs();
      await expect(desk.bill('2025-10', '2025-10-17')).rejects.toThrow(
        /the API user may not see costs\. Give its security level/,
      );
      expect(await costs()).toEqual(before);
    });
  });
});
