import { addCalls, addWrites, countWrites } from '../shared/billing/results/tally.js';
import { fold } from '../shared/billing/basics/text.js';
import { NO_WRITES } from '../shared/billing/results/results.js';
import type { Step } from '../shared/billing/plan-types.js';
import { STEP_KINDS } from '../shared/billing/basics/step-kinds.js';
import { STEPS_TOGETHER } from '../shared/messages/payload.js';
import type { PlanMade, Resolved, StepDone } from '../shared/messages/messages.js';
import { batchesOf } from './batches.js';
import { makePlan, noteRemarks, planRequest, type Run } from './organization-run.js';

/** How a plan is carried out: in order, a turn at a time, planned again where something answered otherwise than it assumed. */

const NO_ROOM = 'Not tried yet: the plan is too large for one execution of its workflow. The next one continues.';
/** Workers that take over from each other so often have a cause that a person must find. */
const REPLANS = 10;
const UNSETTLED = `Not finished: another worker took over ${REPLANS} times while it was carried out. To see which processes serve the broker: billing doctor`;
const NOT_SENT = 'Not sent, because another worker has taken over.';
const LATE_SKIP = 'The skip came after the first write; the organization was finished.';

/** Carries out the plan, and any plan that replaces it on the way. Answers the last one. */
export async function carryOutWhole(run: Run, first: PlanMade): Promise<PlanMade> {
  let plan = first;
  for (let replans = 0; ; replans += 1) {
    run.untried = null;
    if (run.skipReason === null) await carryOut(run, plan);
    if (!isOutdated(run) && run.refused.size > 0) plan = await goOnAfterRefusal(run, plan);
    if (!isOutdated(run)) return plan;
    const again = replans === REPLANS ? null : await makePlan(run, [...run.refused]);
    if (replans === REPLANS) run.stops.all(UNSETTLED);
    if (again === null) {
      reportUntried(run);
      return plan;
    }
    plan = again;
    noteRemarks(run, plan);
  }
}

/** Whether a step was refused because its plan is from before another worker took over. */
const isOutdated = ({ untried }: Run): boolean => untried !== null;

/** Steps of a plan that nothing takes the place of were not sent: else they would pass for written, and not shown (6.6). */
export function reportUntried(run: Run): void {
  const why = [NOT_SENT, run.stops.first ?? []].flat().join(' ');
  if (run.untried !== null) run.stops.rest(run.untried.plan, run.untried.steps, run.untried.next, why);
  run.untried = null;
}

/** 7.0: a refused adjustment is an answer. The planner is asked again, knowing it, and puts the rest of those items on their charges; of its plan what is `meant` is carried out. */
export async function goOnAfterRefusal(run: Run, first: PlanMade, meant = run.refused): Promise<PlanMade> {
  const again = await makePlan(run, [...run.refused]);
  if (again === null) return first;
  const { refused } = run;
  run.refused = new Set();
  await carryOut(run, again, ({ items }) => items.length > 0 && items.every((id) => meant.has(id)));
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
    const { left, outage, isOld } = await carryOutBatch(run, turn, steps, resolved);
    if (isOld === true) {
      run.untried = { plan: turn.plan, steps: [left, ...batches].flat(), next: turn.next };
      return false;
    }
    batches.unshift(left);
    if (outage !== null) {
      const untried = batches.flat().filter((step) => !isStopped(run, step));
      run.stops.rest(turn.plan, untried, turn.next, `Not tried, because Autotask did not answer before. ${outage}`);
      return false;
    }
  }
  return true;
}

/** The plan's next steps; null if there are none, or they are not available: then none of them was sent. */
async function nextTurn(run: Run, { plan, next }: PlanMade): Promise<PlanMade | null> {
  if (next === undefined) return null;
  try {
    return await run.activities.planOrganization({ ...planRequest(run, []), resume: { plan, from: next } });
  } catch (error) {
    const failure = run.control.failureOf(error);
    if (failure.isOutdated === true) run.untried = { plan, steps: [], next };
    else run.stops.rest(plan, [], next, failure.message);
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

/** Answers what is left of the batch, and whether its plan is refused as an older one: one that met a difficulty ends before it, and the step is the first of the next (`activities/carry-out/batch.ts`). */
async function carryOutBatch(
  run: Run,
  plan: PlanMade,
  batch: Step[],
  resolved: Resolved,
): Promise<{ left: Step[]; outage: string | null; isOld?: true }> {
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
    if (failure.isOutdated === true) return { left: batch, outage: null, isOld: true };
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
