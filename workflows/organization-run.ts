import { addCalls } from '../shared/billing/results/tally.js';
import { NO_CALLS, NO_WRITES, type Calls, type Writes } from '../shared/billing/results/results.js';
import type { Step } from '../shared/billing/plan-types.js';
import type {
  DoneSoFar,
  GivenReport,
  MonthRequest,
  OrganizationSummary,
  PlanMade,
  PlanRequest,
  Ref,
  StepDone,
  StepRequest,
  Undone,
  VerifyRequest,
} from '../shared/messages/messages.js';
import { Stops } from './failed-steps.js';

/** One turn of an organization's month: what it needs, what it knows so far, and its plans. */

/** The activities it needs; steps of a plan have the activity of their kind. */
export interface OrganizationActivities {
  planOrganization(request: PlanRequest): Promise<PlanMade>;
  carryOut(request: StepRequest): Promise<StepDone>;
  verifyOrganization(request: VerifyRequest): Promise<OrganizationSummary>;
}

/** Activities by the kind of steps that they carry out. */
export type StepActivities = Record<Step['kind'], (request: never) => Promise<StepDone>>;

/** Has steps carried out by the activity of their kind: all of a request are of one. */
export const carryOutBy =
  (activities: StepActivities) =>
  (request: StepRequest): Promise<StepDone> =>
    (activities[request.step.kind] as (request: StepRequest) => Promise<StepDone>)(request);

/** What may come from outside while it runs. */
export interface Control {
  /** Reason of an operator's skip, or null. Asked before every write. */
  skipReason(): string | null;
  /** Why an activity gave up for good. Throws what is no such failure (a cancellation, a mistake of this program). */
  failureOf(error: unknown): Failure;
  /** Asked before the next turn of a large plan: whether this execution's history has room for it. */
  hasRoom(done: DoneSoFar): boolean;
}

export interface Failure {
  /** Whether the write may have taken effect. */
  effect: 'none' | 'unknown';
  /** Autotask as a whole is out of reach, so that trying the other steps would only take time. */
  isOutage: boolean;
  /** Another worker has taken over since the plan was made, or a backup was restored: it is planned again (`PlanOutdated`). */
  isOutdated?: boolean;
  /** What was read for this organization is not on file any more. */
  isForgotten?: boolean;
  message: string;
}

export interface OrganizationRequest extends MonthRequest {
  organizationId: string;
  given: GivenReport;
  approvedDigest: string | null;
  workflowId: string;
  /** What an execution before this one did, where one was not enough. */
  before?: DoneSoFar;
}

export const beginRun = (activities: OrganizationActivities, request: OrganizationRequest, control: Control): Run => ({
  activities,
  request,
  control,
  stops: new Stops(),
  refused: new Set(),
  contractIds: new Set(),
  writes: request.before?.writes ?? NO_WRITES,
  calls: request.before?.calls ?? NO_CALLS,
  skipReason: null,
  remark: null,
  untried: null,
});

export interface Run {
  activities: OrganizationActivities;
  request: OrganizationRequest;
  control: Control;
  stops: Stops;
  refused: Set<string>;
  contractIds: Set<number>;
  writes: Writes;
  calls: Calls;
  skipReason: string | null;
  remark: string | null;
  /** Which persons the plan's release is still without, in words; absent where none is. */
  missingPersons?: string;
  /** What was not sent of a plan from before another worker took over: these steps, and all from `next` on. */
  untried: { plan: Ref; steps: Step[]; next: number | undefined } | null;
  /** Set while the way back is carried out, instead of the month. */
  undo?: NonNullable<PlanRequest['undo']>;
  undone?: Undone;
}

/** What the operator should know of a plan that takes the place of another. */
export function noteRemarks(run: Run, { remark, missingPersons }: PlanMade): void {
  run.remark = remark ?? run.remark;
  delete run.missingPersons;
  if (missingPersons !== undefined) run.missingPersons = missingPersons;
}

export function planRequest({ request, undo }: Run, refused: string[]): PlanRequest {
  const { broker, month, asOf, mode, organizationId, given, approvedDigest } = request;
  // After the organization's own writes the survey no longer shows what Autotask holds.
  const known = refused.length === 0 ? given : { ...given, survey: null, surveyedAt: null };
  return {
    broker,
    month,
    asOf,
    mode,
    organizationId,
    given: known,
    approvedDigest,
    refused,
    ...(undo === undefined ? {} : { undo }),
  };
}

export async function makePlan(run: Run, refused: string[]): Promise<PlanMade | null> {
  try {
    const plan = await run.activities.planOrganization(planRequest(run, refused));
    run.calls = addCalls(run.calls, plan.calls);
    return plan;
  } catch (error) {
    run.stops.all(run.control.failureOf(error).message);
    return null;
  }
}
