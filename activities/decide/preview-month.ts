import { billedFrom, reportMonthOf } from '../../shared/billing/basics/month.js';
import { areOff, tripMonth } from '../../shared/billing/plan/breakers.js';
import { heldMonthAdvice } from '../../shared/billing/results/advice.js';
import type { Advised } from '../../shared/billing/basics/command.js';
import { nothingDue } from '../../shared/billing/report/due.js';
import { completed } from '../../shared/billing/results/answers.js';
import { monthResult, type MonthFrame } from '../../shared/billing/results/reconcile.js';
import type { Calls, MonthResult, Outcome } from '../../shared/billing/results/results.js';
import { fold } from '../../shared/billing/basics/text.js';
import { setAside } from '../../shared/billing/ghosts/dismissal.js';
import { salesByCurrency, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { copiesText } from '../../shared/billing/ghosts/copies.js';
import { unnamedText } from '../../shared/billing/ghosts/strays.js';
import { takenBackPlan } from '../../shared/billing/plan/undone.js';
import { unreadList, unreadOfReport } from '../../shared/billing/results/unread.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Day, Decimal, Month } from '../../shared/billing/types.js';
import type { Mode } from '../../shared/messages/messages.js';
import { readDismissals } from '../../shared/evidence/dismissals.js';
import { readUndone } from '../../shared/evidence/undone.js';
import { modeFor, mostCautious } from '../../shared/modes.js';
import { CanaryChoice, canaryRemark } from './canary.js';
import type { Dependencies } from '../dependencies.js';
import { planOrHold } from './plan-or-hold.js';
import { movedFrom } from './moved.js';
import { outcomeOfPlan, statusOf, withoutRelease } from '../verify/outcomes.js';
import { takeReport } from '../gather/take-report.js';
import { isNamed, Slices } from '../gather/report-slices.js';
import { StrayMoney } from './strays.js';
import { organizationsOf, surveyAutotask } from '../gather/survey-autotask.js';

/** What a run would do, without Temporal and without writing: the run's own reads and planner (`billing plan`). */
export interface Preview {
  /** Each with the sales of the same part of last month's report, by currency. */
  plans: (Plan & { previousSales: Record<string, Decimal>; previousUnread?: number })[];
  /** The reconciliation as it would be after the steps. */
  result: MonthResult;
  /** Why there is nothing to plan, in sentences; none where there is something. */
  nothingDue: Advised[];
  calls: Calls;
}

export async function previewMonth(
  dependencies: Dependencies,
  {
    broker,
    month,
    asOf,
    organizations,
    mode,
  }: { broker: string; month: Month; asOf: Day; organizations: string[] | null; mode: Mode | null },
): Promise<Preview> {
  const slices = new Slices(dependencies.evidence);
  const request = { broker, month, asOf, mode };
  const { report, calls: reportCalls } = await takeReport(dependencies, request);
  const survey = await surveyAutotask(dependencies, slices, { ...request, report, organizations });
  const facts = await slices.facts(report);
  const strays = new StrayMoney(slices, { report, survey: survey.survey });
  const dismissals = await readDismissals(dependencies.evidence, broker);
  const plans: Preview['plans'] = [];
  const canary = organizations === null ? await CanaryChoice.of(dependencies, request) : null;
  for await (const slice of organizationsOf(slices, { report, organizations })) {
    const books = await slices.books(survey.survey, slice.organization.id);
    const moved = await movedFrom(dependencies, slices, { broker, month, report, survey: survey.survey }, { facts, slice });
    const decided = books && planOrHold({ facts, slice, books, settings: dependencies.settings, moved });
    if (decided) strays.note(slice, decided);
    const itsMode = modeFor(dependencies, slice.organization, mode);
    const isShadow = itsMode === 'shadow';
    const undone = await readUndone(dependencies.evidence, broker, month, slice.organization.id);
    if (decided) canary?.look(decided, { mode: itsMode, hasWork: decided.steps.length > 0, isUndone: undone !== null });
    const left = decided && undone ? takenBackPlan(decided, undone) : decided;
    const plan = left && {
      ...left,
      items: isShadow ? left.items.map(withoutRelease) : left.items,
      ghosts: setAside(left.ghosts, dismissals),
    };
    if (plan && (plan.items.length > 0 || plan.ghosts.length > 0 || plan.steps.length > 0))
      plans.push({ ...plan, ...previousOf(slice) });
  }
  for (const plan of (await strays.plans(dependencies.settings)) ?? [])
    plans.push({ ...plan, ghosts: setAside(plan.ghosts, dismissals), previousSales: {} });
  await canary?.end(mostCautious(dependencies.mode, mode));
  const first = canary === null ? null : await canaryRemark(dependencies, broker);
  const { unnamed, copies = [], unread = [] } = await slices.survey(survey.survey);
  const { internalCurrency } = await slices.sharedOf(survey.survey);
  const calls = { autotask: survey.calls.autotask, cloudmore: reportCalls.cloudmore };
  const outcomes = plans.map((plan) => outcomeOfPlan(plan, statusOf(plan.items, plan.ghosts, plan.steps.length > 0)));
  const frame = {
    broker,
    mode: mostCautious(dependencies.mode, mode),
    ...(areOff(dependencies.settings.breakers) ? { breakers: 'off' as const } : {}),
    currency: internalCurrency,
    facts: { month, ...billedFrom(month, reportMonthOf(facts)), asOf, unassigned: facts.unassigned },
    calls,
    remarks: [unnamed === undefined ? null : unnamedText(unnamed), copiesText(copies), first].filter((text) => text !== null),
    ...unreadList([...unreadOfReport(facts), ...unread]),
  };
  const held = tripMonth(facts, internalCurrency, dependencies.settings);
  const result = await resultOf(slices, { frame, outcomes, report, organizations });
  const why = result.organizations.length > 0 ? [] : held ? [heldMonthAdvice(held.message, month)] : nothingDue(facts);
  return { plans, result, nothingDue: why, calls };
}

/** Last month's sales as far as they can be read, and how many lines cannot. */
function previousOf({ previousLines }: OrganizationFacts): Pick<Preview['plans'][number], 'previousSales' | 'previousUnread'> {
  const read = previousLines.filter(({ trouble }) => trouble === undefined);
  const unread = previousLines.length - read.length;
  return { previousSales: salesByCurrency(read), ...(unread === 0 ? {} : { previousUnread: unread }) };
}

interface ResultOfInput {
  frame: MonthFrame;
  outcomes: Outcome[];
  report: string;
  organizations: string[] | null;
}

/** The reconciliation, with what was counted of the report and nobody answers for (1.7). */
async function resultOf(slices: Slices, { frame, outcomes, report, organizations }: ResultOfInput): Promise<MonthResult> {
  const { counted, takenAt } = await slices.manifest(report);
  if (counted === undefined) return monthResult(frame, outcomes);
  const { month, asOf } = frame.facts;
  const made = new Map(outcomes.map((outcome) => [fold(outcome.organizationId), outcome]));
  const expected = counted.filter((one) => isNamed(organizations, one));
  const ids = new Set(expected.map(({ organizationId }) => fold(organizationId)));
  const others = outcomes
    .filter(({ organizationId }) => !ids.has(fold(organizationId)))
    .map(({ organizationId, organizationName }) => ({ organizationId, organizationName, amounts: [] }));
  const whole = [...expected, ...others].map((one) => {
    const outcome = made.get(fold(one.organizationId));
    const answers = { report, takenAt, digest: '', amounts: one.amounts };
    return completed(
      outcome ? { ...outcome, answers } : null,
      { ...one, digest: '', asked: true },
      { month, asOf, report, takenAt },
    );
  });
  return monthResult(
    frame,
    whole.map(({ outcome }) => outcome),
    new Map(whole.map(({ outcome, amounts }) => [outcome.organizationId, amounts])),
  );
}
