import { addCalls, addWrites, countWrites } from '../shared/billing/tally.js';
import { fold } from '../shared/billing/text.js';
import { batchesOf } from './batches.js';
import { Stops } from './stops.js';
import { NO_CALLS, NO_WRITES, type Calls, type Writes } from '../shared/billing/results.js';
import type { Step } from '../shared/billing/plan-types.js';
import { STEPS_TOGETHER } from '../shared/contract/payload.js';
import type {
  DoneSoFar,
  GivenReport,
  MonthRequest,
  OrganizationSummary,
  PlanMade,
  PlanRequest,
  Resolved,
  StepDone,
  StepRequest,
  Undone,
  VerifyRequest,
} from '../shared/contract.js';
import { STEP_KINDS } from '../shared/billing/step-kinds.js';

/**
 * What happens for one organization's month: plan, carry out, verify. A plain function over the activities' interface, without Temporal: the workflow
 * runs it with proxied activities, the fault simulation runs the very same function against the sandbox.
 */

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

const NO_ROOM = 'Not tried yet: the plan is too large for one execution of its workflow. The next one goes on.';
/** Workers that take over from each other so often have a cause that a person must find. */
const REPLANS = 10;
const UNSETTLED = `Not finished: another worker took over ${REPLANS} times while it was carried out. See which processes serve the broker: billing doctor`;
const LATE_SKIP = 'The skip came after the first write; the organization was finished.';

/** Bills one organization once. Whatever fails ends in the summary, item by item; only what `control.failureOf` does not know is thrown. */
export async function billOrganization(
  activities: OrganizationActivities,
  request: OrganizationRequest,
  control: Control,
): Promise<OrganizationSummary> {
  const run = beginRun(activities, request, control);
  const plan = await makePlan(run, []);
  if (plan === null) return settle(run, null);
  if (plan.undone !== undefined) return settleUndone(run, plan.undone.isWhole ? null : await goBack(run, plan.undone.digest));
  run.remark = plan.remark ?? null;
  run.skipReason = control.skipReason();
  return settle(run, await carryOutWhole(run, plan));
}

const beginRun = (activities: OrganizationActivities, request: OrganizationRequest, control: Control): Run => ({
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
  isOutdated: false,
});

// ---------------------------------------------------------------------------------------------------------------- the way back

/** What came of taking a month back: how the organization stands; or why nothing of it was begun, and whether that may heal by itself. */
export type Returned = { summary: OrganizationSummary; isWhole: boolean } | { refused: string; mayHeal: boolean };

/**
 * Takes an organization's month back, as somebody released it: the way back is planned and carried out as any plan is, and planned again until nothing of it
 * is left. Then the month is settled: marked, it is billed by nobody before a rerun.
 */
export async function undoOrganization(
  activities: OrganizationActivities,
  request: OrganizationRequest,
  digest: string,
  control: Control,
): Promise<Returned> {
  const run = beginRun(activities, request, control);
  const back = await goBack(run, digest);
  if (!back.isBegun) return { refused: back.message ?? NOT_BEGUN, mayHeal: back.mayHeal };
  return { summary: await settleUndone(run, back), isWhole: back.message === null || !back.mayHeal };
}

const NOT_BEGUN = 'Nothing was taken back.';

interface Back {
  /** Whether the month is marked: from then on nobody bills it. */
  isBegun: boolean;
  /** What is not as it was released, or stays; null where all of it is back. */
  message: string | null;
  mayHeal: boolean;
}

async function goBack(run: Run, digest: string): Promise<Back> {
  // What was begun goes on: a skip means the month, which is not billed anyway.
  run.control = { ...run.control, skipReason: () => null };
  run.undo = { digest, hasWritten: false };
  const plan = await makePlan(run, []);
  if (plan === null) return { isBegun: false, message: run.stops.first, mayHeal: true };
  const isBegun = plan.undone !== undefined;
  if (plan.waits !== null) return { isBegun, message: plan.waits.message, mayHeal: false };
  await carryOutWhole(run, plan);
  run.undo = { digest, hasWritten: true };
  const check = await makePlan(run, [...run.refused]);
  const left = check?.steps.length ?? 0;
  if (check?.waits == null && check !== null && left === 0) return { isBegun, message: check.remark ?? null, mayHeal: false };
  const unseen = left === 0 ? null : `${left === 1 ? '1 step is' : `${left} steps are`} not to be seen in Autotask yet.`;
  return { isBegun, message: run.stops.first ?? check?.waits?.message ?? unseen, mayHeal: check?.waits == null };
}

/** How the month stands that was taken back, told by a plan of it that nobody carries out. */
async function settleUndone(run: Run, back: Back | null): Promise<OrganizationSummary> {
  delete run.undo;
  run.stops = new Stops();
  run.refused = new Set();
  const plan = await makePlan(run, []);
  run.remark = back?.message ?? null;
  if (plan !== null) run.undone = plan.undone ?? UNMARKED;
  return settle(run, plan);
}

/** Somebody reran it in this very moment: the next turn bills it. */
const UNMARKED: Undone = { digest: '', isWhole: false, message: 'It is planned again' };

/** Carries the plan out, and whatever takes its place on the way. Answers the plan that was the last. */
async function carryOutWhole(run: Run, first: PlanMade): Promise<PlanMade> {
  let plan = first;
  for (let replans = 0; ; replans += 1) {
    run.isOutdated = false;
    if (run.skipReason === null) await carryOut(run, plan);
    if (!run.isOutdated && run.refused.size > 0) plan = await goOnAfterRefusal(run, plan);
    if (!run.isOutdated) return plan;
    if (replans === REPLANS) {
      run.stops.all(UNSETTLED);
      return plan;
    }
    const again = await makePlan(run, [...run.refused]);
    if (again === null) return plan;
    plan = again;
    run.remark = plan.remark ?? run.remark;
  }
}

interface Run {
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
  /** A step was refused because its plan is from before another worker took over. */
  isOutdated: boolean;
  /** Set while the way back is carried out, instead of the month. */
  undo?: NonNullable<PlanRequest['undo']>;
  undone?: Undone;
}

function planRequest({ request, undo }: Run, refused: string[]): PlanRequest {
  const { broker, month, asOf, mode, organizationId, given, approvedDigest } = request;
  // After writes of its own the survey no longer tells what Autotask holds.
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

async function makePlan(run: Run, refused: string[]): Promise<PlanMade | null> {
  try {
    const plan = await run.activities.planOrganization(planRequest(run, refused));
    run.calls = addCalls(run.calls, plan.calls);
    return plan;
  } catch (error) {
    run.stops.all(run.control.failureOf(error).message);
    return null;
  }
}

/** 7.0: a refused adjustment is an answer. The planner is asked again, knowing it, and puts the rest of those items on their charges. */
async function goOnAfterRefusal(run: Run, first: PlanMade): Promise<PlanMade> {
  const again = await makePlan(run, [...run.refused]);
  if (again === null) return first;
  const { refused } = run;
  run.refused = new Set();
  await carryOut(run, again, ({ items }) => items.length > 0 && items.every((id) => refused.has(id)));
  for (const id of refused) run.refused.add(id);
  return again;
}

/** Carries out the plan's steps in order, a turn at a time where they are too many for one payload. */
async function carryOut(run: Run, plan: PlanMade, isMeant: (step: Step) => boolean = () => true): Promise<void> {
  const resolved: Resolved = { contracts: noIds(), services: noIds(), products: noIds() };
  let from = 0;
  for (let turn: PlanMade | null = plan; turn !== null; turn = await nextTurn(run, turn)) {
    run.stops.number(turn.steps, from);
    if (!(await carryOutTurn(run, { ...turn, steps: turn.steps.filter(isMeant) }, resolved))) return;
    if (turn.next === undefined) return;
    from = turn.next;
    if (!run.control.hasRoom({ writes: run.writes, calls: run.calls })) return run.stops.rest(turn.plan, [], from, NO_ROOM);
  }
}

/** Answers whether the steps after it may be tried. */
async function carryOutTurn(run: Run, turn: PlanMade, resolved: Resolved): Promise<boolean> {
  const batches = batchesOf(turn.steps, STEPS_TOGETHER);
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    const steps = batch.filter((step) => !isStopped(run, step));
    if (steps.length === 0) continue;
    if (mindSkip(run)) return false;
    const { left, outage } = await carryOutBatch(run, turn, steps, resolved);
    if (run.isOutdated) return false;
    batches.unshift(left);
    if (outage !== null) {
      const untried = batches.flat().filter((step) => !isStopped(run, step));
      run.stops.rest(turn.plan, untried, turn.next, `Not tried, because Autotask did not answer before. ${outage}`);
      return false;
    }
  }
  return true;
}

/** The plan's next steps; null when there are none, or they cannot be had: then the read-back tells what is missing. */
async function nextTurn(run: Run, { plan, next }: PlanMade): Promise<PlanMade | null> {
  if (next === undefined) return null;
  try {
    return await run.activities.planOrganization({ ...planRequest(run, []), resume: { plan, from: next } });
  } catch (error) {
    const failure = run.control.failureOf(error);
    if (failure.isOutdated === true) run.isOutdated = true;
    else run.stops.all(failure.message);
    return null;
  }
}

/** A step whose items were all stopped before is not tried: its contract or service is not there, or its row is not as the plan assumed. */
const isStopped = (run: Run, step: Step): boolean => run.stops.covers(step, run.refused);

/** A skip stops an organization only before its first write; afterwards it is finished, and the summary says so. */
function mindSkip(run: Run): boolean {
  const reason = run.control.skipReason();
  if (reason === null) return false;
  if (hasWritten(run)) {
    run.remark = LATE_SKIP;
    return false;
  }
  run.skipReason = reason;
  return true;
}

const hasWritten = (run: Run): boolean => run.contractIds.size > 0 || !run.stops.isEmpty || countWrites(run.writes) > 0;

/** Answers what is left of the batch: one that met a difficulty ends before it, and the step is the first of the next (`activities/together.ts`). */
async function carryOutBatch(
  run: Run,
  plan: PlanMade,
  batch: Step[],
  resolved: Resolved,
): Promise<{ left: Step[]; outage: string | null }> {
  const [step, ...more] = batch as [Step, ...Step[]];
  const { broker, month, asOf, mode, organizationId } = run.request;
  try {
    const { more: others = [], ...first } = await run.activities.carryOut({
      broker,
      month,
      asOf,
      mode,
      organizationId,
      planDigest: plan.digest,
      step,
      ...(more.length === 0 ? {} : { more }),
      resolved: referencesOf(batch, resolved),
      ...(plan.lease === undefined ? {} : { lease: plan.lease }),
    });
    const done = [first, ...others];
    for (const [index, each] of done.entries()) record(run, batch[index]!, each, resolved);
    return { left: batch.slice(done.length), outage: null };
  } catch (error) {
    const failure = run.control.failureOf(error);
    if (failure.isOutdated === true) {
      run.isOutdated = true;
      return { left: batch, outage: null };
    }
    // Nothing is heard of an activity that did not end in time: any of its steps may have taken effect.
    const touched = failure.isOutage && failure.effect === 'unknown' ? batch : [step];
    const reason = failure.effect === 'none' ? 'api-error' : 'outcome-unknown';
    for (const each of touched) {
      run.stops.add(plan.plan, each, reason, failure.message);
      noteContract(run, each, resolved);
    }
    return {
      left: batch.slice(touched.length),
      outage: failure.isOutage ? `${touched.at(-1)!.summary}: ${failure.message}` : null,
    };
  }
}

function record(run: Run, step: Step, done: StepDone, resolved: Resolved): void {
  run.calls = addCalls(run.calls, done.calls);
  if (done.result === 'refused') for (const id of step.items) run.refused.add(id);
  if (done.result === 'written') run.writes = addWrites(run.writes, { ...NO_WRITES, [STEP_KINDS[step.kind].counts]: 1 });
  if (done.id !== null && step.kind === 'ensureService') resolved.services[fold(step.serviceKey)] = done.id;
  if (done.id !== null && step.kind === 'ensureProduct') resolved.products[fold(step.productKey)] = done.id;
  if (done.id !== null && step.kind === 'upsertContract') resolved.contracts[fold(step.contractKey)] = done.id;
  noteContract(run, step, resolved);
}

function noteContract(run: Run, step: Step, resolved: Resolved): void {
  if (!('contractKey' in step)) return;
  const id = step.contractId ?? resolved.contracts[fold(step.contractKey)];
  if (id !== undefined) run.contractIds.add(id);
}

/** Keys are vendors' texts, and one that every object has, such as `constructor`, is a key like any other. */
const noIds = (): Record<string, number> => Object.create(null) as Record<string, number>;

/** Only the ids these steps refer to cross to the activity. */
function referencesOf(steps: Step[], resolved: Resolved): Resolved {
  const pick = (ids: Record<string, number>, keyOf: (step: Step) => string | null): Record<string, number> => {
    const keys = steps.map((step) => fold(keyOf(step)));
    return Object.fromEntries(keys.filter((key) => key in ids).map((key) => [key, ids[key]!]));
  };
  return {
    contracts: pick(resolved.contracts, (step) => ('contractKey' in step ? step.contractKey : null)),
    services: pick(resolved.services, (step) => (step.kind === 'postAdjustment' ? step.serviceKey : null)),
    products: pick(resolved.products, (step) => (step.kind === 'postCharge' ? step.productKey : null)),
  };
}

/** Unit prices that Autotask has rounded are an answer as a refusal is: the rest goes on charges, once in a run. */
function chargeRest(run: Run, plan: PlanMade, rounded: string[]): Promise<PlanMade> {
  for (const id of rounded) run.refused.add(id);
  return goOnAfterRefusal(run, plan);
}

/** Keeps what came of it. Where that fails the organization is held with the reason: else a run would still report what came of the one before. */
async function settle(run: Run, plan: PlanMade | null): Promise<OrganizationSummary> {
  try {
    const { rounded, ...summary } = await verify(run, plan);
    if (plan === null || rounded === undefined) return summary;
    return await verify(run, await chargeRest(run, plan, rounded));
  } catch (error) {
    run.stops.all(run.control.failureOf(error).message);
    return verify(run, null);
  }
}

function verify(run: Run, plan: PlanMade | null): Promise<OrganizationSummary> {
  const { broker, month, asOf, mode, organizationId, given, workflowId } = run.request;
  return run.activities.verifyOrganization({
    broker,
    month,
    asOf,
    mode: plan?.mode ?? mode,
    organizationId,
    given,
    plan: plan?.plan ?? null,
    contractIds: [...run.contractIds],
    stops: run.stops.toTell(),
    refused: [...run.refused],
    waits: plan?.waits ?? null,
    skipReason: run.skipReason,
    ...(run.undone === undefined ? {} : { undone: run.undone }),
    writes: run.writes,
    calls: run.calls,
    workflowId,
    remark: run.remark,
  });
}
