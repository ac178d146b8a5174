import { Forecast } from '../shared/autotask/index.js';
import { areOff, tripMonth } from '../shared/billing/breakers.js';
import type { OrganizationFacts } from '../shared/billing/facts.js';
import type { Expected } from '../shared/billing/answers.js';
import { Claims, seenMoney } from '../shared/billing/claims.js';
import { big } from '../shared/billing/decimal.js';
import { fold } from '../shared/billing/text.js';
import { setAside } from '../shared/billing/dismissal.js';
import { copiesText } from '../shared/billing/copies.js';
import { isStray, unnamedText } from '../shared/billing/strays.js';
import { indexNames, joinNames, namesOfItems, type Named, type Names } from '../shared/billing/named.js';
import { billedFrom, reportMonthOf } from '../shared/billing/month.js';
import { monthResult } from '../shared/billing/reconcile.js';
import { NO_CALLS, type OrganizationResult } from '../shared/billing/results.js';
import { toldOf, unreadList, unreadOfReport } from '../shared/billing/unread.js';
import type { Plan } from '../shared/billing/plan-types.js';
import type { Books } from '../shared/billing/types.js';
import { type CloseRequest, type MonthClosed, type Work, type WorkRequest } from '../shared/contract.js';
import { ITEMS_SHOWN, LIST_BYTES, thatFit } from '../shared/contract/payload.js';
import {
  monthName,
  outcomeName,
  outcomesPrefix,
  readOutcome,
  reconcileMonth,
  type ClosedMonth,
  type MonthRecord,
  type ReportManifest,
} from '../shared/evidence/months.js';
import { rememberNames } from '../shared/evidence/named.js';
import { readDismissals } from '../shared/evidence/dismissals.js';
import { modeFor, mostCautious } from '../shared/modes.js';
import { recordSettings } from './decisions.js';
import { forgetOldPlans } from './releases.js';
import { CanaryChoice, canaryRemark } from './canary.js';
import type { Dependencies } from './dependencies.js';
import { undescribedContracts } from './descriptions.js';
import { planGuarded } from './guard.js';
import { LabelProof } from './label-proof.js';
import { keepStrays, StrayMoney } from './strays.js';
import { keepOutcome, outcomeOfPlan, statusOf } from './outcomes.js';
import { isNamed, type Slices } from './slices.js';
import { movedFrom } from './moved.js';
import { organizationsOf } from './survey.js';
import { undoneIn } from '../shared/evidence/undone.js';
import { isParked, waitsForPerson } from '../shared/billing/status.js';

/**
 * The pure planner over all organizations. Those in balance and those that are not exported are settled here, without a workflow; the others, and those
 * that still wait from an earlier run, are handed to one each.
 */
export async function findWork(dependencies: Dependencies, slices: Slices, request: WorkRequest): Promise<Work> {
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
  const forecast = new Forecast(0, { ...dependencies.autotask.limits, surveyMaxAgeMs: dependencies.surveyMaxAgeMs });
  for await (const slice of organizationsOf(slices, request)) {
    heartbeat(`planning organization ${slice.organization.id}`);
    const books = await slices.books(request.survey, slice.organization.id);
    if (!books) continue;
    const moved = await movedFrom(dependencies, slices, request, { facts, slice });
    const decided = planGuarded({ facts, slice, books, settings, moved });
    const plan = { ...decided, ghosts: setAside(decided.ghosts, dismissals) };
    strays.note(slice, plan);
    label.note(plan, books);
    if (facts.lines === 0 || plan.items.some(({ reason }) => reason === 'breaker-month'))
      work.heldMonth ??= tripMonth(facts, books.internalCurrency, settings)?.message ?? null;
    const isOwed = books.contracts.some(({ id }) => undescribed.has(id));
    const hasWork = isOwed || (await needsWorkflow(dependencies, request, plan, slice));
    canary.look(plan, {
      mode: modeFor(dependencies, slice.organization, request.mode),
      hasWork,
      isUndone: isUndone(slice.organization.id),
    });
    if (hasWork) {
      work.organizations.push(slice.organization.id);
      names.push(slice.organization.name);
      forecast.add(plan);
    } else if (await settleQuietly(dependencies, slices, request, plan, books)) work.quiet += 1;
  }
  await label.demand(dependencies);
  await canary.end(work.mode);
  const left = await strays.plans(settings);
  if (left !== null) await keepStrays(dependencies, slices, request, left, dismissals);
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
  request: WorkRequest,
  plan: Plan,
  books: Books,
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

/**
 * The month's reconciliation: of every organization that was counted in the report, the outcome of this run, or its latest where the run left it out. One
 * without an outcome for its lines is held (1.7).
 */
export async function closeRun(
  dependencies: Pick<Dependencies, 'evidence' | 'mode' | 'clock' | 'settings' | 'canary'>,
  slices: Slices,
  request: CloseRequest,
): Promise<MonthClosed> {
  const { evidence, mode, clock, settings } = dependencies;
  const { broker, month } = request;
  const facts = await slices.facts(request.report);
  const { internalCurrency } = await slices.sharedOf(request.survey);
  const { asOf, unassigned } = facts;
  const { unnamed, copies = [], unread = [] } = await slices.survey(request.survey);
  const manifest = await slices.manifest(request.report);
  const known = new Set(await evidence.names(outcomesPrefix(broker, month)));
  const expected = manifest.counted && (await expectedOf(evidence, request, manifest, known));
  const record: MonthRecord = {
    frame: {
      broker,
      mode: mostCautious(mode, request.mode),
      ...(areOff(settings.breakers) ? { breakers: 'off' as const } : {}),
      currency: internalCurrency,
      facts: { month, ...billedFrom(month, reportMonthOf(facts)), asOf, unassigned },
      calls: request.calls,
      remarks: [
        unnamed === undefined ? null : unnamedText(unnamed),
        copiesText(copies),
        await canaryRemark(dependencies, broker),
      ].filter((text) => text !== null),
      ...unreadList([...unreadOfReport(facts), ...unread]),
    },
    organizations: [
      ...manifest.slices.map(({ organizationId }) => organizationId),
      ...[...known].map((name) => name.slice(outcomesPrefix(broker, month).length)).filter(isStray),
    ].filter((organizationId) => known.has(outcomeName(broker, month, organizationId))),
    heldMonth: request.heldMonth,
    report: request.report,
    survey: request.survey,
    settings: await evidence.put(settings),
    closedAt: clock.now().toISOString(),
    ...(expected ? { expected, takenAt: manifest.takenAt } : {}),
  };
  await evidence.point(monthName(broker, month), await evidence.put(record));
  await forgetOldPlans(evidence, request);
  const names = indexNames(facts.named, settings.broker);
  return closed(dependencies, { broker, month, label: settings.broker, names }, record);
}

/** Whom the month answers for: who was to be billed, and beside them everyone who was known of it before. */
async function expectedOf(
  evidence: Dependencies['evidence'],
  { broker, month, organizations = null }: CloseRequest,
  { counted = [], slices }: ReportManifest,
  known: Set<string>,
): Promise<Expected[]> {
  const before = organizations === null ? null : await readRecord(evidence, broker, month);
  const earlier = new Set((before?.expected ?? []).map(({ organizationId }) => fold(organizationId)));
  const planned = new Map(slices.map((slice) => [fold(slice.organizationId), slice]));
  return counted
    .map((one) => {
      // The report may spell an id in other letters than the list, by which outcomes are kept.
      const slice = planned.get(fold(one.organizationId));
      const organizationId = slice?.organizationId ?? one.organizationId;
      return { ...one, organizationId, digest: slice?.digest ?? null, asked: isNamed(organizations, one) };
    })
    .filter(
      ({ organizationId, asked }) =>
        asked || earlier.has(fold(organizationId)) || known.has(outcomeName(broker, month, organizationId)),
    );
}

async function readRecord(evidence: Dependencies['evidence'], broker: string, month: string): Promise<MonthRecord | null> {
  const ref = await evidence.pointer(monthName(broker, month));
  return ref === null ? null : evidence.get<MonthRecord>(ref);
}

/**
 * The reconciliation is kept, with references to the outcomes it was made of; of its organizations the run is told as much as fits a payload. Where a contract
 * does not show what is claimed of it, the month is reconciled once more with that held (7.9).
 */
async function closed(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker, month, label, names }: { broker: string; month: string; label: string; names: Names },
  record: MonthRecord,
): Promise<MonthClosed> {
  const outcomes: ClosedMonth['outcomes'] = [];
  const few: OrganizationResult[] = [];
  let items = 0;
  const billed: Named[] = [];
  const claims = new Claims(label, month, (subscriptionId) => names.ownersOf(subscriptionId));
  const read = await reconcileMonth(evidence, broker, month, (result, { ref, outcome }) => {
    claims.add(outcome);
    billed.push(namesOfItems(outcome.items));
    if (ref !== null) outcomes.push({ organizationId: result.organizationId, outcome: ref });
    if ((items += result.items.length) <= ITEMS_SHOWN) few.push(result);
    return withoutItems(result);
  });
  const disagreements = claims.disagreements();
  if (disagreements.length > 0) {
    const held = { ...record, disagreements: [...(record.disagreements ?? []), ...disagreements] };
    await evidence.point(monthName(broker, month), await evidence.put(held));
    return closed({ evidence }, { broker, month, label, names }, held);
  }
  await rememberNames(evidence, broker, joinNames(billed));
  const result = read?.result ?? monthResult(record.frame, []);
  const isFew = few.length === (read?.result.organizations.length ?? 0) && thatFit(few, LIST_BYTES).length === few.length;
  return {
    result: {
      ...result,
      ...(result.unread === undefined ? {} : { unread: toldOf(result.unread) }),
      organizations: isFew ? few : waitingFirst(result.organizations),
    },
    ref: await evidence.put({ ...result, outcomes } satisfies ClosedMonth),
    held: result.held.lines,
    waiting: result.organizations.filter(({ status }) => waitsForPerson(status)).length,
  };
}

const withoutItems = (result: OrganizationResult): OrganizationResult => ({ ...result, items: [] });

/** Those in which something waits, the largest amounts first, as many as fit. */
const waitingFirst = (organizations: OrganizationResult[]): OrganizationResult[] =>
  thatFit(
    organizations
      .filter(({ status }) => isParked(status) || waitsForPerson(status))
      .sort((left, right) => big(right.held.sales).abs().cmp(big(left.held.sales).abs())),
    LIST_BYTES,
  );
