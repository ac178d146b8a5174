import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import type { Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import type { GivenReport, OrganizationSummary, PlanMade, StepRequest } from '../../shared/messages/messages.js';
import { openEvidence, type Evidence, type Hold } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { billOrganization } from '../../workflows/bill-organization.js';
import { carryOutBy } from '../../workflows/organization-run.js';
import { CONTOSO, control, MONTH, startVendors } from './harness.js';

/** A restored backup is older than Autotask: what it would continue was done already. Nothing of it is continued, everything is planned again. */

let folder: string;
let sandbox: Sandbox;
const holds: Hold[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-restored-'));
  sandbox = await startVendors();
  await control(sandbox, 'clock', { now: '2025-10-22T03:00:00Z' });
});
afterEach(async () => {
  for (const hold of holds.splice(0)) await hold.release();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

interface Process {
  waited: { ms: number };
  activities: ActivitiesByQueue;
}

/** A worker that has taken the broker's lease over a store. What it waits passes at once, by the store's clock as well. */
async function startProcess(
  location: string,
  env: Record<string, string> = {},
  onWait = (): void => undefined,
): Promise<Process> {
  const waited = { ms: 0 };
  const evidence = behind(openEvidence(`file:${location}`), waited);
  const hold = await evidence.hold('gates/default', { signal: new AbortController().signal, onWait: () => undefined });
  holds.push(hold);
  const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto', BREAKER_ORGANIZATION_PERCENT: '0', ...env });
  const dependencies = createDependencies(config, { evidence, maySend: () => hold.isHeld(), lease: () => hold.lease });
  const sleep = (ms: number): Promise<void> => {
    onWait();
    waited.ms += ms;
    return Promise.resolve();
  };
  const clock = { now: () => new Date(), sleep };
  return { waited, activities: createActivities({ ...dependencies, clock }) };
}

/** The store, by whose clock more time has passed. */
const behind = (evidence: Evidence, waited: { ms: number }): Evidence =>
  new Proxy(evidence, {
    get: (store, name) => {
      if (name === 'now') return async () => new Date((await store.now()).getTime() + waited.ms);
      const member: unknown = Reflect.get(store, name);
      return typeof member === 'function' ? (member.bind(store) as unknown) : member;
    },
  });

async function look({ activities }: Process): Promise<GivenReport> {
  const asOf = '2025-10-22';
  const { report } = await activities.cloudmore.takeReport({ ...MONTH, asOf });
  const { survey, surveyedAt } = await activities.autotask.surveyAutotask({ ...MONTH, asOf, report, organizations: null });
  return { asOf, report, survey, surveyedAt };
}

interface Hooks {
  beforeStep?: (request: StepRequest, count: number) => Promise<void>;
  /** The plan that a restored history has, instead of the first that would be made. */
  planned?: PlanMade;
  /** Whether none can be made after it. */
  failsAgain?: boolean;
  approvedDigest?: string;
}

function bill({ activities }: Process, given: GivenReport, hooks: Hooks = {}): Promise<OrganizationSummary> {
  let { planned } = hooks;
  let steps = 0;
  return billOrganization(
    {
      planOrganization: (request) => {
        const old = planned;
        planned = undefined;
        if (old === undefined && hooks.failsAgain) return Promise.reject(new Error('Autotask could not be read'));
        return old === undefined ? activities.autotask.planOrganization(request) : Promise.resolve(old);
      },
      verifyOrganization: (request) => activities.autotask.verifyOrganization(request),
      carryOut: async (request) => {
        await hooks.beforeStep?.(request, (steps += 1));
        return carryOutBy(activities.autotask)(request);
      },
    },
    { ...MONTH, asOf: given.asOf, organizationId: CONTOSO, given, approvedDigest: hooks.approvedDigest ?? null, workflowId: 'w' },
    {
      skipReason: () => null,
      hasRoom: () => true,
      failureOf: (error) => {
        const { message, type } = error as Error & { type?: string };
        return { effect: 'none', isOutage: type === 'Unavailable', isOutdated: type === 'PlanOutdated', message };
      },
    },
  );
}

const writes = (): number =>
  sandbox.requests().filter(({ method, path }) => method !== 'GET' && !/query/i.test(path) && !/token|reports/i.test(path))
    .length;
const tables = (): unknown => {
  const { contracts, charges, contractServices, adjustments } = sandbox.state().autotask;
  return [contracts.length, charges.length, contractServices.length, adjustments.length];
};

describe('a month that was restored from a backup of', () => {
  // Both stores were put back alike.
  test.each([1, 2, 3])(
    'its step %i is planned again, and nothing is written twice',
    async (moment) => {
      const first = await startProcess(join(folder, 'live'));
      const given = await look(first);
      const plan = await first.activities.autotask.planOrganization({
        ...MONTH,
        asOf: given.asOf,
        organizationId: CONTOSO,
        given,
        approvedDigest: null,
        refused: [],
      });
      const done = await bill(first, given, {
        planned: plan,
        beforeStep: async (_, count) => {
          if (count === moment) await cp(join(folder, 'live'), join(folder, 'backup'), { recursive: true });
        },
      });
      expect(done.status).toBe('Done');
      const [before, sent] = [tables(), writes()];
      const second = await startProcess(join(folder, 'backup'));
      const again = await bill(second, given, { planned: plan });
      expect([again.status, tables(), writes()]).toEqual(['Unchanged', before, sent]);
    },
    180_000,
  );

  test('nothing but an empty store comes to the same', async () => {
    const first = await startProcess(join(folder, 'live'));
    await bill(first, await look(first));
    const [before, sent] = [tables(), writes()];
    const second = await startProcess(join(folder, 'empty'));
    const again = await bill(second, await look(second));
    expect([again.status, tables(), writes()]).toEqual(['Unchanged', before, sent]);
  });
});

describe('a worker that takes over', () => {
  test('refuses a step from the plan before, and names the customer', async () => {
    const first = await startProcess(join(folder, 'live'));
    const given = await look(first);
    let step: StepRequest | null = null;
    await bill(first, given, {
      beforeStep: (request) => {
        step ??= request;
        return Promise.reject(Object.assign(new Error('killed'), { type: 'Unavailable' }));
      },
    });
    await holds.pop()!.release();
    const second = await startProcess(join(folder, 'live'));
    await expect(carryOutBy(second.activities.autotask)(step!)).rejects.toMatchObject({
      type: 'PlanOutdated',
      nonRetryable: true,
      message: expect.stringContaining(CONTOSO) as unknown,
    });
    expect(writes()).toBe(0);
  });

  // It was held for ever, as written and not shown.
  test('bills what it refused when nothing could be planned again', async () => {
    const first = await startProcess(join(folder, 'live'));
    const given = await look(first);
    const request = { ...MONTH, asOf: given.asOf, organizationId: CONTOSO, given, approvedDigest: null, refused: [] };
    const planned = await first.activities.autotask.planOrganization(request);
    await holds.pop()!.release();
    const second = await startProcess(join(folder, 'live'));
    const cut = await bill(second, given, { planned, failsAgain: true });
    expect([cut.status, cut.mayHeal, writes()]).toEqual(['NeedsAttention', true, 0]);
    expect(cut.message).toContain('Autotask could not be read');
    const rest = await bill(second, { ...given, survey: null, surveyedAt: null });
    expect([rest.status, rest.message]).toEqual(['Done', null]);
  });

  test('continues a released plan without asking again', async () => {
    const env = { BILLING_MODE: 'approve' };
    const first = await startProcess(join(folder, 'live'), env);
    const given = await look(first);
    const waiting = await bill(first, given);
    expect(waiting.status).toBe('AwaitingApproval');
    const approvedDigest = waiting.result.planDigest!;
    const cut = await bill(first, given, {
      approvedDigest,
      beforeStep: (_, count) =>
        count < 2 ? Promise.resolve() : Promise.reject(Object.assign(new Error('killed'), { type: 'Unavailable' })),
    });
    expect(cut.status).toBe('NeedsAttention');
    await holds.pop()!.release();
    const second = await startProcess(join(folder, 'live'), env);
    const rest = await bill(second, { ...given, survey: null, surveyedAt: null }, { approvedDigest });
    expect([rest.status, rest.message]).toEqual(['Done', null]);
  });

  // And asks Autotask only then.
  test('plans only after everything sent before can no longer take effect', async () => {
    const first = await startProcess(join(folder, 'live'));
    const given = await look(first);
    const match = { vendor: 'autotask', method: 'POST', path: '*/Contracts' };
    await control(sandbox, 'faults', [{ match, fault: { kind: 'status', status: 503, when: 'before' } }]);
    expect((await bill(first, given)).status).toBe('NeedsAttention');
    await control(sandbox, 'faults', []);
    await holds.pop()!.release();
    const asked = sandbox.requests().length;
    const second = await startProcess(join(folder, 'live'), {}, () => expect(sandbox.requests()).toHaveLength(asked));
    const request = { ...MONTH, asOf: given.asOf, organizationId: CONTOSO, given: { ...given, survey: null, surveyedAt: null } };
    const { steps } = await second.activities.autotask.planOrganization({ ...request, approvedDigest: null, refused: [] });
    expect(steps.map(({ kind }) => kind)).toContain('upsertContract');
    expect(second.waited.ms).toBeGreaterThan(80_000);
    expect(second.waited.ms).toBeLessThanOrEqual(91_000);
  });
});
