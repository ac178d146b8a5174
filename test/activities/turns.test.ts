import { expect, test } from '@jest/globals';
import { NO_CALLS } from '../../shared/billing/results/results.js';
import type { PostChargeStep } from '../../shared/billing/plan-types.js';
import type { OrganizationSummary, PlanMade, PlanRequest, StepDone, VerifyRequest } from '../../shared/messages/messages.js';
import { billOrganization } from '../../workflows/bill-organization.js';
import type { Control, Failure, OrganizationActivities } from '../../workflows/organization-run.js';
import { chargeStep } from '../workflows/stand-ins.js';

/** A plan with more steps than a payload holds is still one plan, handed out in turns; an activity gets as many steps of a turn as may be batched. */

const step = (index: number): PostChargeStep => chargeStep(`item-${index}`, { summary: `Charge ${index}`, contractId: index });

const WRITTEN: StepDone = { result: 'written', id: null, calls: NO_CALLS };
const STEPS = Array.from({ length: 7 }, (_, index) => step(index + 1));
const A_TURN = 3;

function turnFrom(from: number): PlanMade {
  const next = from + A_TURN < STEPS.length ? { next: from + A_TURN } : {};
  return {
    plan: 'ref',
    digest: 'digest',
    organizationName: 'Contoso',
    companyId: 1,
    mode: 'auto',
    steps: STEPS.slice(from, from + A_TURN),
    ...next,
    waits: null,
    calls: NO_CALLS,
  };
}

const AWAY: Failure = { effect: 'none', isOutage: true, message: '503' };

interface Trouble {
  /** The contract from which on every step fails. */
  at: number;
  failure?: Failure;
  /** Contracts whose step is not carried out with others. */
  alone?: number[];
}

/** Bills with steps that meet trouble; answers what each activity carried out, and what the end was told. */
async function bill({
  at,
  failure = AWAY,
  alone = [],
}: Trouble): Promise<{ done: number[][]; asked: PlanRequest[]; verified: VerifyRequest }> {
  const done: number[][] = [];
  const asked: PlanRequest[] = [];
  let verified: VerifyRequest | undefined;
  const activities: OrganizationActivities = {
    planOrganization: (request) => {
      asked.push(request);
      return Promise.resolve(turnFrom(request.resume?.from ?? 0));
    },
    carryOut: ({ step, more = [] }) => {
      const [first, ...others] = [step, ...more].map((each) => (each as PostChargeStep).contractId!) as [number, ...number[]];
      if (first >= at) return Promise.reject(new Error('503'));
      const until = others.findIndex((id) => id >= at || alone.includes(id));
      const together = others.slice(0, until < 0 ? others.length : until);
      done.push([first, ...together]);
      return Promise.resolve({ ...WRITTEN, more: together.map(() => WRITTEN) });
    },
    verifyOrganization: (request) => {
      verified = request;
      return Promise.resolve({} as OrganizationSummary);
    },
  };
  const control: Control = {
    skipReason: () => null,
    hasRoom: () => true,
    failureOf: () => failure,
  };
  const given = { asOf: '2025-10-18', report: 'report', survey: null, surveyedAt: null };
  await billOrganization(
    activities,
    {
      broker: 'b',
      month: '2025-10',
      asOf: '2025-10-18',
      mode: null,
      organizationId: 'o',
      given,
      approvedDigest: null,
      workflowId: 'w',
    },
    control,
  );
  return { done, asked, verified: verified! };
}

const NEVER = { at: Infinity };

/** Items that are stopped, by name or by the number of their step, with the reason. */
const stopped = ({ stops }: VerifyRequest): [item: string, reason: string][] =>
  stops.flatMap(({ items, steps, reason }) => {
    const named = (steps?.ranges ?? []).flatMap(([first, last]) => STEPS.slice(first, last === null ? undefined : last + 1));
    return [...items, ...named.flatMap((each) => each.items)].map((item): [string, string] => [item, reason]);
  });

test('a plan too large for one payload runs in turns, in order', async () => {
  const { done, asked, verified } = await bill(NEVER);
  expect(done).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(asked.map(({ resume }) => resume)).toEqual([undefined, { plan: 'ref', from: 3 }, { plan: 'ref', from: 6 }]);
  expect(verified.contractIds).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(verified.writes.charges).toBe(7);
  expect(verified.stops).toEqual([]);
});

test('a step left over begins the next turn; none is skipped', async () => {
  const { done, verified } = await bill({ ...NEVER, alone: [2, 3, 6] });
  expect(done).toEqual([[1], [2], [3], [4, 5], [6], [7]]);
  expect(verified.stops).toEqual([]);
});

test('steps of later turns are held when Autotask goes away', async () => {
  const { done, verified } = await bill({ at: 5 });
  expect(done).toEqual([[1, 2, 3], [4]]);
  expect(stopped(verified)).toEqual([
    ['item-5', 'api-error'],
    ['item-6', 'api-error'],
    ['item-7', 'api-error'],
  ]);
  expect(verified.stops.at(-1)!.message).toBe('Not tried, because Autotask did not answer before. Charge 5: 503');
});

test('the remaining turns are not requested when Autotask goes away', async () => {
  const { asked } = await bill({ at: 2 });
  expect(asked).toHaveLength(1);
});

test('a step that fails for good holds only its item', async () => {
  const rejected: Failure = { effect: 'none', isOutage: false, message: 'contractName is too long' };
  const { verified } = await bill({ at: 7, failure: rejected });
  expect(verified.stops.map(({ items, message }) => [items, message])).toEqual([
    [['item-7'], 'Charge 7: contractName is too long'],
  ]);
});

// Any of them may have been written.
test('a lost activity leaves all of its steps open', async () => {
  const silent: Failure = { effect: 'unknown', isOutage: true, message: 'postCharge did not end in time (HEARTBEAT)' };
  const { verified } = await bill({ at: 4, failure: silent });
  expect(stopped(verified)).toEqual([
    ['item-4', 'outcome-unknown'],
    ['item-5', 'outcome-unknown'],
    ['item-6', 'outcome-unknown'],
    ['item-7', 'api-error'],
  ]);
});
