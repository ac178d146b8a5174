import { Forecast } from '../shared/autotask/index.js';
import { tripMonth } from '../shared/billing/breakers.js';
import type { OrganizationFacts } from '../shared/billing/facts.js';
import { big } from '../shared/billing/decimal.js';
import { monthResult } from '../shared/billing/reconcile.js';
import { isParked, NO_CALLS, type OrganizationResult } from '../shared/billing/results.js';
import type { Plan } from '../shared/billing/plan-types.js';
import {
  ITEMS_SHOWN,
  LIST_BYTES,
  thatFit,
  type CloseRequest,
  type MonthClosed,
  type Work,
  type WorkRequest,
} from '../shared/contract.js';
import {
  monthName,
  outcomeName,
  outcomesPrefix,
  readOutcome,
  reconcileMonth,
  type ClosedMonth,
  type MonthRecord,
} from '../shared/evidence/months.js';
import type { Dependencies } from './dependencies.js';
import { planGuarded } from './guard.js';
import { keepOutcome, outcomeOfPlan, statusOf } from './outcomes.js';
import type { Slices } from './slices.js';
import { organizationsOf } from './survey.js';

/**
 * The pure planner over all organizations. Those in balance and those that are not exported are settled here, without a workflow; the others, and those
 * that still wait from an earlier run, are handed to one each.
 */
export async function findWork(dependencies: Dependencies, slices: Slices, request: WorkRequest): Promise<Work> {
  const { settings, heartbeat } = dependencies;
  const facts = await slices.facts(request.report);
  const names: string[] = [];
  const work: Work = {
    organizations: [],
    names,
    calls: NO_CALLS,
    heldMonth: null,
    quiet: 0,
    mode: request.mode ?? dependencies.mode,
  };
  const forecast = new Forecast(0, { ...dependencies.autotask.limits, surveyMaxAgeMs: dependencies.surveyMaxAgeMs });
  for await (const slice of organizationsOf(slices, request)) {
    heartbeat(slice.organization.name);
    const books = await slices.books(request.survey, slice.organization.id);
    if (!books) continue;
    const plan = planGuarded({ facts, slice, books, settings });
    if (facts.lines === 0 || plan.items.some(({ reason }) => reason === 'breaker-month'))
      work.heldMonth ??= tripMonth(facts, books.internalCurrency, settings)?.message ?? null;
    if (await needsWorkflow(dependencies, request, plan, slice)) {
      work.organizations.push(slice.organization.id);
      names.push(slice.organization.name);
      forecast.add(plan);
    } else if (await settleQuietly(dependencies, request, plan)) work.quiet += 1;
  }
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

/** Keeps the outcome of an organization that needs nothing. One without lines and without money in Autotask is not mentioned, and no longer if it was. */
async function settleQuietly(dependencies: Dependencies, request: WorkRequest, plan: Plan): Promise<boolean> {
  if (plan.items.length === 0 && plan.ghosts.length === 0) {
    await dependencies.evidence.unpoint(outcomeName(request.broker, request.month, plan.organizationId));
    return false;
  }
  await keepOutcome(dependencies, request.broker, outcomeOfPlan(plan, statusOf(plan.items, plan.ghosts, false)));
  return true;
}

/** The month's reconciliation: every organization's outcome of this run, or its latest where the run left it out. */
export async function closeRun(
  dependencies: Pick<Dependencies, 'evidence' | 'mode' | 'clock'>,
  slices: Slices,
  request: CloseRequest,
): Promise<MonthClosed> {
  const { evidence, mode, clock } = dependencies;
  const { broker, month } = request;
  const facts = await slices.facts(request.report);
  const { internalCurrency } = await slices.sharedOf(request.survey);
  const { asOf, unassigned } = facts;
  const listed = new Set((await slices.manifest(request.report)).slices.map(({ organizationId }) => organizationId));
  const known = (await evidence.names(outcomesPrefix(broker, month))).map((name) =>
    name.slice(outcomesPrefix(broker, month).length),
  );
  const record: MonthRecord = {
    frame: {
      broker,
      mode: request.mode ?? mode,
      currency: internalCurrency,
      facts: { month, asOf, unassigned },
      calls: request.calls,
    },
    organizations: known.filter((id) => listed.has(id)),
    heldMonth: request.heldMonth,
    report: request.report,
    closedAt: clock.now().toISOString(),
  };
  await evidence.point(monthName(broker, month), await evidence.put(record));
  return closed(dependencies, broker, month, record);
}

/** The reconciliation is kept, with references to the outcomes it was made of; of its organizations the run is told as much as fits a payload. */
async function closed(
  { evidence }: Pick<Dependencies, 'evidence'>,
  broker: string,
  month: string,
  record: MonthRecord,
): Promise<MonthClosed> {
  const outcomes: ClosedMonth['outcomes'] = [];
  const few: OrganizationResult[] = [];
  let items = 0;
  const read = await reconcileMonth(evidence, broker, month, (result, { ref }) => {
    outcomes.push({ organizationId: result.organizationId, outcome: ref });
    if ((items += result.items.length) <= ITEMS_SHOWN) few.push(result);
    return withoutItems(result);
  });
  const result = read?.result ?? monthResult(record.frame, []);
  const isFew = few.length === outcomes.length && thatFit(few, LIST_BYTES).length === few.length;
  return {
    result: { ...result, organizations: isFew ? few : waitingFirst(result.organizations) },
    ref: await evidence.put({ ...result, outcomes } satisfies ClosedMonth),
    held: result.held.lines,
    waiting: result.organizations.filter(({ status }) => isParked(status) && status !== 'Skipped').length,
  };
}

const withoutItems = (result: OrganizationResult): OrganizationResult => ({ ...result, items: [] });

/** Those in which something waits, the largest amounts first, as many as fit. */
const waitingFirst = (organizations: OrganizationResult[]): OrganizationResult[] =>
  thatFit(
    organizations
      .filter(({ status }) => isParked(status))
      .sort((left, right) => big(right.held.sales).abs().cmp(big(left.held.sales).abs())),
    LIST_BYTES,
  );
