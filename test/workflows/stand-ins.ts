import { NO_CALLS, NO_WRITES } from '../../shared/billing/results/results.js';
import type { PostChargeStep, UpsertContractStep } from '../../shared/billing/plan-types.js';
import type { ActivitiesByQueue } from '../../activities/index.js';
import type {
  OrganizationBillingInput,
  OrganizationSummary,
  PlanMade,
  StepDone,
  VerifyRequest,
} from '../../shared/messages/messages.js';
import { blankMonth, blankSummary } from '../../workflows/empty-month.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';

/** Activities that answer at once, and what they were asked. A test replaces what it is about. */
export type StandIns = ActivitiesByQueue['billing'] & ActivitiesByQueue['cloudmore'] & ActivitiesByQueue['autotask'];

export const INPUT: OrganizationBillingInput = {
  broker: 'default',
  month: '2025-10',
  asOf: '2025-10-09',
  mode: null,
  organizationId: 'org-1',
  given: { asOf: '2025-10-09', report: 'r1', survey: 's1', surveyedAt: '2025-10-09T03:00:00Z' },
  parentId: null,
};

export const summaryOf = (
  { organizationId, skipReason }: Pick<VerifyRequest, 'organizationId' | 'skipReason'>,
  status: OrganizationStatus,
  changes: Partial<OrganizationSummary> = {},
): OrganizationSummary => {
  const shown = skipReason === null ? status : 'Skipped';
  const isParked = shown === 'NeedsAttention' || shown === 'AwaitingApproval' || shown === 'Skipped';
  return {
    ...blankSummary({ ...INPUT, organizationId }, shown, null),
    staysOpen: isParked,
    mayHeal: false,
    closesOn: '2999-01-01',
    ...changes,
  };
};

export const PLAN: PlanMade = {
  plan: 'p1',
  digest: 'd1',
  organizationName: 'Contoso',
  companyId: 1,
  mode: 'auto',
  steps: [],
  waits: null,
  calls: NO_CALLS,
};

/** A charge of one unit that is made again, of an item and its contract. */
export const chargeStep = (item: string, changes: Partial<PostChargeStep> = {}): PostChargeStep => ({
  kind: 'postCharge',
  items: [item],
  summary: `Charge ${item}`,
  contractKey: item,
  contractId: null,
  action: 'create',
  chargeId: null,
  chargeKey: item,
  productKey: null,
  productId: null,
  name: '',
  description: '',
  day: '2025-10-01',
  quantity: '1',
  unitPrice: '1',
  unitCost: '1',
  ...changes,
});

export const DONE: StepDone = { result: 'written', id: 7, calls: { autotask: 1, cloudmore: 0 } };

export function standIns(changes: Partial<StandIns> = {}): StandIns {
  const step = (): Promise<StepDone> => Promise.resolve(DONE);
  return {
    takeReport: () => Promise.resolve({ report: 'r2', lines: 1, previousLines: 0, calls: NO_CALLS }),
    surveyAutotask: () => Promise.resolve({ survey: 's2', surveyedAt: '2025-10-09T03:00:00Z', calls: NO_CALLS }),
    recordDecisions: () => Promise.resolve(),
    findSilent: () => Promise.resolve({ silent: [] }),
    tellSettings: () => Promise.resolve({}),
    findWork: () => Promise.resolve({ organizations: ['org-1'], calls: NO_CALLS, heldMonth: null, quiet: 0, mode: 'auto' }),
    planOrganization: () => Promise.resolve(PLAN),
    ensureService: step,
    ensureProduct: step,
    upsertContract: step,
    extendContract: step,
    postAdjustment: step,
    postCharge: step,
    verifyOrganization: (request) => Promise.resolve(summaryOf(request, 'Done')),
    closeRun: ({ broker, month, asOf }) =>
      Promise.resolve({
        result: { ...blankMonth(broker, month, asOf, 'auto'), writes: NO_WRITES },
        ref: 'm1',
        held: 0,
        waiting: 0,
      }),
    endMonth: () => Promise.resolve({ isGood: true, text: '', lines: [], at: '2025-11-03T09:00:00Z' }),
    sendNotice: () => Promise.resolve({ title: null, sent: 0, failed: 0 }),
    ...changes,
  };
}

/** The first step of a customer's month. */
export const CONTRACT: UpsertContractStep = {
  kind: 'upsertContract',
  items: ['a'],
  summary: 'contract',
  contractKey: 'S1',
  companyId: 1,
  contractId: null,
  name: 'n',
  startDay: '2025-10-01',
  endDay: '2025-10-31',
  set: {},
};
