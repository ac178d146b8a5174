import { expect, test } from '@jest/globals';
import { NO_CALLS } from '../../shared/billing/results.js';
import type { PostChargeStep } from '../../shared/billing/plan-types.js';
import type { OrganizationSummary, PlanMade, PlanRequest, StepRequest, VerifyRequest } from '../../shared/contract.js';
import { billOrganization, type Control, type OrganizationActivities } from '../../workflows/organization.js';

/** A plan of more steps than a payload holds is one plan still, handed out in turns. */

const step = (index: number): PostChargeStep => ({
  kind: 'postCharge',
  items: [`item-${index}`],
  summary: `Charge ${index}`,
  contractKey: `subscription-${index}`,
  contractId: index,
  action: 'create',
  chargeId: null,
  chargeKey: `CM-2025-10-${index}`,
  productKey: null,
  productId: null,
  name: '',
  description: '',
  day: '2025-10-01',
  quantity: '1',
  unitPrice: '1',
  unitCost: '1',
});

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

/** Bills with steps that fail from one on, as if Autotask went away; answers what was carried out and what the end was told. */
async function bill(failsAt: number): Promise<{ done: number[]; asked: PlanRequest[]; verified: VerifyRequest }> {
  const done: number[] = [];
  const asked: PlanRequest[] = [];
  let verified: VerifyRequest | undefined;
  const activities: OrganizationActivities = {
    planOrganization: (request) => {
      asked.push(request);
      return Promise.resolve(turnFrom(request.resume?.from ?? 0));
    },
    carryOut: ({ step: { contractId } }: StepRequest<PostChargeStep> & StepRequest) => {
      if (contractId! >= failsAt) return Promise.reject(new Error('503'));
      done.push(contractId!);
      return Promise.resolve({ result: 'written', id: null, calls: NO_CALLS });
    },
    verifyOrganization: (request) => {
      verified = request;
      return Promise.resolve({} as OrganizationSummary);
    },
  };
  const control: Control = {
    skipReason: () => null,
    failureOf: () => ({ effect: 'none', isOutage: true, message: '503' }),
    progress: () => undefined,
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

test('a plan too large for one payload is carried out in turns, every step once and in order', async () => {
  const { done, asked, verified } = await bill(Infinity);
  expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(asked.map(({ resume }) => resume)).toEqual([undefined, { plan: 'ref', from: 3 }, { plan: 'ref', from: 6 }]);
  expect(verified.contractIds).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(verified.stops).toEqual([]);
});

test('when Autotask goes away in one turn, the steps of the later ones are held as not tried, and none is lost', async () => {
  const { done, verified } = await bill(5);
  expect(done).toEqual([1, 2, 3, 4]);
  expect(verified.stops.flatMap(({ items }) => items).sort()).toEqual(['item-5', 'item-6', 'item-7']);
  expect(verified.stops.every(({ reason }) => reason === 'api-error')).toBe(true);
});
