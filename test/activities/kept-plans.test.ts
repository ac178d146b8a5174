import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  forgetOldPlans,
  keepForRelease,
  MONTHS_KEPT,
  PLANS_KEPT,
  readReleased,
  releasesPrefix,
} from '../../activities/decide/releases.js';
import { plannedName } from '../../shared/evidence/months.js';
import { addDays, addMonths } from '../../shared/billing/basics/month.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';

/** What is kept of plans: as much as a release, a restore and an audit need, and no more however long it runs. */

const CONTOSO = { broker: 'default', month: '2025-10', organizationId: 'contoso' };

let evidence: Evidence;
let today: string;
beforeEach(() => {
  today = '2025-10-01';
  evidence = { ...memoryEvidence(), now: () => Promise.resolve(new Date(`${today}T03:00:00Z`)) };
});

/** A plan of this digest waits today; a person may have released another one. */
const waits = (digest: string, approvedDigest: string | null = null, at = CONTOSO): Promise<void> =>
  keepForRelease(evidence, { ...at, approvedDigest }, { items: [], steps: [], digest } as unknown as Plan);

async function waitsEveryDay(digests: string[]): Promise<void> {
  for (const digest of digests) {
    await waits(digest);
    today = addDays(today, 1);
  }
}

const isKept = async (digest: string): Promise<boolean> => (await readReleased(evidence, CONTOSO, digest)) !== null;
const kept = async (): Promise<string[]> => {
  const prefix = 'plans/default/2025-10/contoso/';
  return (await evidence.names(prefix)).map((name) => name.slice(prefix.length));
};
const days = (count: number): string[] => Array.from({ length: count }, (_, index) => `d${String(index).padStart(2, '0')}`);

describe('plans of an organization that waits', () => {
  // They grew without end, one for each day on which something had moved.
  test('keeps only the newest plans', async () => {
    const all = days(PLANS_KEPT + 15);
    await waitsEveryDay(all);
    expect(await kept()).toEqual(all.slice(-PLANS_KEPT));
  });

  // By name, or by anyone who asks now.
  test('keeps released plans, however long they waited', async () => {
    const [named, asked, ...others] = days(PLANS_KEPT + 15);
    await waitsEveryDay([named!, asked!]);
    await evidence.point(`${releasesPrefix(CONTOSO, named!)}anna`, await evidence.put('a decision'));
    for (const digest of others) {
      await waits(digest, asked);
      today = addDays(today, 1);
    }
    expect([await isKept(named!), await isKept(asked!), (await kept()).length]).toEqual([true, true, PLANS_KEPT + 2]);
  });

  test('are kept where one waits again that waited long ago', async () => {
    const [first, ...others] = days(PLANS_KEPT + 1);
    await waitsEveryDay([first!, ...others.slice(0, -1)]);
    await waits(first!);
    await waitsEveryDay(others.slice(-1));
    expect([await isKept(first!), await isKept(others[0]!), (await kept()).length]).toEqual([true, false, PLANS_KEPT]);
  });

  test('change nothing in the store while the same one waits all day', async () => {
    await waits('same');
    const head = await evidence.chain.head('default');
    await waits('same');
    expect(await evidence.chain.head('default')).toEqual(head);
  });

  test('ignores plans of its neighbours and of other months', async () => {
    await waits('neighbour', null, { ...CONTOSO, organizationId: 'contoso-2' });
    await waits('september', null, { ...CONTOSO, month: '2025-09' });
    await waitsEveryDay(days(PLANS_KEPT + 1));
    expect(await evidence.names('plans/default/2025-10/contoso-2/')).toHaveLength(1);
    expect(await evidence.names('plans/default/2025-09/contoso/')).toHaveLength(1);
    expect(await kept()).toHaveLength(PLANS_KEPT);
  });
});

test('a month too old to release loses plans, never what was billed', async () => {
  const tooOld = addMonths(CONTOSO.month, -MONTHS_KEPT);
  const old = addMonths(tooOld, 1);
  const ref = await evidence.put('anything');
  const others = ['outcomes', 'before', 'releases', 'undone'].map((kind) => `${kind}/default/${tooOld}/contoso`);
  const stays = [
    ...others,
    `months/default/${tooOld}`,
    plannedName('default', old, 'contoso'),
    plannedName('north', tooOld, 'contoso'),
  ];
  for (const name of [...stays, plannedName('default', tooOld, 'contoso')]) await evidence.point(name, ref);
  await waits('d', null, { ...CONTOSO, month: tooOld });
  await waits('d', null, { ...CONTOSO, month: old });
  await forgetOldPlans(evidence, CONTOSO);
  const found = await Promise.all(stays.map((name) => evidence.pointer(name)));
  expect(found).toEqual(stays.map(() => ref));
  expect(await evidence.names(`planned/default/${tooOld}/`)).toEqual([]);
  const plansOf = (month: string): Promise<string[]> => evidence.names(`plans/default/${month}/contoso/`);
  expect([await plansOf(tooOld), await plansOf(old)]).toEqual([[], [`plans/default/${old}/contoso/d`]]);
});
