import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Dependencies } from '../../activities/dependencies.js';
import { noteWriting } from '../../activities/gather/survey-age.js';
import { VISIBLE_WITHIN_MS } from '../../activities/gather/wait-until-visible.js';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { generateWorld } from '../../sandbox/generate.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import type { GivenReport, PlanMade } from '../../shared/messages/messages.js';
import { createDependencies } from '../../worker/dependencies.js';
import { control } from './harness.js';

/** Customers that are released at once, each with a survey of Autotask that began after its release. */

const MONTH = { broker: 'default', month: '2025-10', mode: null };
const AS_OF = '2025-10-28';
const CUSTOMERS = 24;
/** So many read for themselves before a survey is worth its calls. */
const ALONE = 3;
/** Longer than a write takes to show. */
const A_MINUTE_MS = 60_000;

let sandbox: Sandbox;
let activities: ActivitiesByQueue;
let evidence: Evidence;
let given: GivenReport;
let ids: string[];
/** The time by every clock but the sandbox's, and when the plans were asked for. */
let now: number;
let askedAt: number;
/** What happens where a survey is kept. */
let whileSurveying: () => void;

beforeEach(async () => {
  const world = generateWorld({ lines: CUSTOMERS * 3, organizations: CUSTOMERS, seed: 7, month: MONTH.month });
  ids = world.cloudmore.organizations.map(({ id }) => id);
  sandbox = await startSandbox({ world });
  now = Date.now();
  askedAt = now - A_MINUTE_MS;
  whileSurveying = () => undefined;
  evidence = { ...memoryEvidence(), now: () => Promise.resolve(new Date(now)) };
  await control(sandbox, 'clock', { now: `${AS_OF}T03:00:00Z` });
  activities = createActivities(dependencies());
  given = await takenReport(AS_OF);
});
afterEach(() => sandbox.close());

function dependencies(): Dependencies {
  const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'approve' });
  const sleep = (milliseconds: number): Promise<void> => Promise.resolve(void (now += milliseconds));
  return {
    ...createDependencies(config, { evidence }),
    clock: { now: () => new Date(now), sleep },
    askedAt: () => new Date(askedAt),
    heartbeat: (details) => {
      if (details.startsWith('keeping')) whileSurveying();
    },
  };
}

async function takenReport(asOf: string): Promise<GivenReport> {
  const { report } = await activities.cloudmore.takeReport({ ...MONTH, asOf });
  return { asOf, report, survey: null, surveyedAt: null };
}

const plan = (organizationId: string, refused: string[] = []): Promise<PlanMade> =>
  activities.autotask.planOrganization({ ...MONTH, asOf: AS_OF, organizationId, given, approvedDigest: null, refused });
const planAll = (): Promise<PlanMade[]> => Promise.all(ids.map((id) => plan(id)));

async function oneByOne(): Promise<PlanMade[]> {
  const plans: PlanMade[] = [];
  for (const id of ids) plans.push(await plan(id));
  return plans;
}

/** Those who read for themselves, or took the survey. */
const readers = (plans: PlanMade[]): number => plans.filter((made) => made.calls.autotask > 0).length;

describe('customers released at once', () => {
  // Read one by one they used up half of a tenant’s hour before the first was billed.
  test('share one survey', async () => {
    const alone = await oneByOne();
    const together = await planAll();
    expect(together.map(({ digest }) => digest)).toEqual(alone.map(({ digest }) => digest));
    expect([readers(alone), readers(together)]).toEqual([CUSTOMERS, ALONE + 1]);
  });

  test('share the survey with those that wait in the queue behind them', async () => {
    await planAll();
    expect(readers(await oneByOne())).toBe(0);
  });

  test('compares with Autotask as it was after the release', async () => {
    const before = await planAll();
    const company = `${sandbox.url}/_sandbox/autotask/companies/${before[0]!.companyId}`;
    await fetch(company, { method: 'PATCH', body: JSON.stringify({ isActive: false }) });
    askedAt = now += 1000;
    const after = await planAll();
    expect(after[0]!.digest).not.toBe(before[0]!.digest);
    expect(after.slice(1).map(({ digest }) => digest)).toEqual(before.slice(1).map(({ digest }) => digest));
    expect([now - askedAt >= VISIBLE_WITHIN_MS, readers(after)]).toEqual([true, ALONE + 1]);
  });
});

describe('a survey that many share', () => {
  beforeEach(() => planAll());

  test('is not used for a customer that was written to since', async () => {
    await noteWriting(dependencies(), { broker: MONTH.broker, organizationId: ids[0]! });
    expect([readers([await plan(ids[0]!)]), readers([await plan(ids[1]!)])]).toEqual([1, 0]);
  });

  // A refusal comes of a plan that is being carried out.
  test('is not used after a refusal', async () => {
    expect(readers([await plan(ids[0]!, ['CM-M-x'])])).toBe(1);
  });

  test('serves other reports only when they name the same lines', async () => {
    given = await takenReport('2025-10-05');
    expect(readers([await plan(ids[0]!)])).toBe(1);
    given = await takenReport(AS_OF);
    expect(readers([await plan(ids[0]!)])).toBe(0);
  });

  test('is not used when it is older than a run’s may be', async () => {
    now += 11 * A_MINUTE_MS;
    expect(readers([await plan(ids[0]!)])).toBe(1);
  });

  test('is not waited for where Temporal’s clock is ahead of the store’s', async () => {
    askedAt = now + A_MINUTE_MS;
    expect(readers(await planAll())).toBe(CUSTOMERS);
  });
});

test('a failing survey stops one customer; the others read themselves', async () => {
  let isCut = false;
  whileSurveying = () => {
    if (isCut) return;
    isCut = true;
    throw new Error('cut short');
  };
  const settled = await Promise.allSettled(ids.map((id) => plan(id)));
  expect(settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : []))).toEqual(['cut short']);
});
