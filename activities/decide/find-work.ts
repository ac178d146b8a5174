import { Forecast } from '../../shared/autotask/index.js';
import { tripMonth } from '../../shared/billing/plan/breakers.js';
import type { OrganizationFacts } from '../../shared/billing/report/facts.js';
import { seenMoney } from '../../shared/billing/results/claims.js';
import { setAside } from '../../shared/billing/ghosts/dismissal.js';
import { NO_CALLS } from '../../shared/billing/results/results.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { type Work, type WorkRequest } from '../../shared/messages/messages.js';
import { outcomeName, readOutcome } from '../../shared/evidence/months.js';
import { readDismissals } from '../../shared/evidence/dismissals.js';
import { modeFor, mostCautious } from '../../shared/modes.js';
import { recordSettings } from './decisions.js';
import { CanaryChoice } from './canary.js';
import type { Dependencies } from '../dependencies.js';
import { undescribedContracts } from '../carry-out/descriptions.js';
import { planOrHold } from './plan-or-hold.js';
import { LabelProof } from './label-proof.js';
import { keepStrays, StrayMoney } from './strays.js';
import { keepOutcome, outcomeOfPlan, statusOf } from '../verify/outcomes.js';
import { type Slices } from '../gather/report-slices.js';
import { movedFrom } from './moved.js';
import type { BatchedReads } from '../gather/batched-reads.js';
import { organizationsOf } from '../gather/survey-autotask.js';
import { undoneIn } from '../../shared/evidence/undone.js';
import { isParked } from '../../shared/billing/results/status.js';

/**
 * The pure planner over all organizations. Those in balance and those that are not exported are settled here, without a workflow; the others, and those
 * that still wait from an earlier run, are handed to one each.
 */
export async function findWork(
  dependencies: Dependencies,
  { slices, batched }: { slices: Slices; batched: BatchedReads },
  request: WorkRequest,
): Promise<Work> {
  const { settings, heartbeat } = dependencies;
  await recordSettings(dependencies, request);
  const facts = await slices.facts(request.report);
  const names: string[] = [];
  const work: Work = {
    organizations: [],
    names,
    calls: NO_CALLS,
    heldMonth: null,
    quiet: 0,
    mode: mostCautious(dependencies.mode, request.mode),
  };
  const strays = new StrayMoney(slices, request);
  const canary = await CanaryChoice.of(dependencies, request);
  const label = new LabelProof();
  const dismissals = await readDismissals(dependencies.evidence, request.broker);
  const isUndone = await undoneIn(dependencies.evidence, request.broker, request.month);
  const undescribed = await undescribedContracts(dependencies.evidence, request.broker, request.month);
  const coming: Parameters<BatchedReads['announce']>[0] = [];
  const forecast = new Forecast(0, { ...dependencies.autotask.limits, surveyMaxAgeMs: dependencies.surveyMaxAgeMs });
  for await (const slice of organizationsOf(slices, request)) {
    heartbeat(`planning organization ${slice.organization.id}`);
    const books = await slices.books(request.survey, slice.organization.id);
    if (!books) continue;
    const moved = await movedFrom(dependencies, slices, request, { facts, slice });
    const decided = planOrHold({ facts, slice, books, settings, moved });
    const plan = { ...decided, ghosts: setAside(decided.ghosts, dismissals) };
    strays.note(slice, plan);
    label.note(plan, books);
    if (facts.lines === 0 || plan.items.some(({ reason }) => reason === 'breaker-month'))
      work.heldMonth ??= tripMonth(facts, books.internalCurrency, settings)?.message ?? null;
    const isOwed = books.contracts.some(({ id }) => undescribed.has(id));
    const hasWork = isOwed || (await needsWorkflow(dependencies, request, plan, slice));
    const mode = modeFor(dependencies, slice.organization, request.mode);
    canary.look(plan, {
      mode,
      hasWork,
      isUndone: isUndone(slice.organization.id),
    });
    if (hasWork) {
      work.organizations.push(slice.organization.id);
      names.push(slice.organization.name);
      forecast.add(plan);
      if (mode === 'auto')
        coming.push({ organization: { ...request, organizationId: slice.organization.id }, steps: plan.steps });
    } else if (await settleQuietly(dependencies, slices, { request, plan, books })) work.quiet += 1;
  }
  batched.announce(coming);
  await label.demand(dependencies);
  await canary.end(work.mode);
  const left = await strays.plans(settings);
  if (left !== null) await keepStrays(dependencies, slices, { request, plans: left, dismissals });
  return { ...work, effort: forecast.effort() };
}

async function needsWorkflow(
  { evidence }: Dependencies,
  { broker, month }: WorkRequest,
  plan: Plan,
  { organization }: OrganizationFacts,
): Promise<boolean> {
  if (plan.steps.length > 0 || statusOf(plan.items, plan.ghosts, false) === 'NeedsAttention') return true;
  const last = await readOutcome(evidence, broker, month, organization.id);
  return last !== null && isParked(last.status);
}

/**
 * Keeps the outcome of an organization that needs nothing. One without lines and without money in Autotask is not mentioned, and no longer if it was; but
 * that the accepted report had lines of it is remembered (1.6).
 */
async function settleQuietly(
  dependencies: Dependencies,
  slices: Slices,
  { request, plan, books }: { request: WorkRequest; plan: Plan; books: Books },
): Promise<boolean> {
  const isNothing = plan.items.length === 0 && plan.ghosts.length === 0;
  if (isNothing && (plan.accepted?.items ?? []).length === 0) {
    await dependencies.evidence.unpoint(outcomeName(request.broker, request.month, plan.organizationId));
    return false;
  }
  const { takenAt } = await slices.survey(request.survey);
  const outcome = outcomeOfPlan(plan, statusOf(plan.items, plan.ghosts, false));
  await keepOutcome(dependencies, slices, request, { ...outcome, seen: seenMoney(plan.items, books, request.month, takenAt) });
  return !isNothing;
}
