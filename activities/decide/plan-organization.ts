import { isWithheld } from '../../shared/billing/plan/breakers.js';
import { command, option } from '../../shared/billing/basics/command.js';
import { companyIdOf, type MonthFacts, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { indexNames } from '../../shared/billing/report/named.js';
import { paidOnceKeys, planOrganization } from '../../shared/billing/plan/plan.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { NO_CALLS } from '../../shared/billing/results/results.js';
import { type Mode, type PlanMade, type PlanRequest, type Ref } from '../../shared/messages/messages.js';
import { LIST_BYTES, thatFit } from '../../shared/messages/payload.js';
import { hasOwnMode, modeFor, type Modes } from '../../shared/modes.js';
import { missingPersons } from './decisions.js';
import { readClosed, type KeptCertificate } from '../../shared/evidence/closed.js';
import { bindLabel } from '../../shared/evidence/labels.js';
import { plannedName, unfinishedName } from '../../shared/evidence/months.js';
import { readUndone } from '../../shared/evidence/undone.js';
import { noteBefore } from './before.js';
import { contractKeys, paidOnceOn } from '../gather/books.js';
import { canaryWaits } from './canary.js';
import { withTenant } from '../gather/behaviour.js';
import type { Dependencies } from '../dependencies.js';
import { withElsewhere, withLaterDismissals } from '../gather/elsewhere.js';
import { withUnfinished } from '../carry-out/extensions.js';
import { isSurveyFresh, noteWriting, untilVisible } from '../gather/survey-age.js';
import { leaseOf, requireOwnPlan } from '../carry-out/lease.js';
import { keepForRelease, releaseFor } from './releases.js';
import { demandProvenLabel } from './label-proof.js';
import { movedFrom } from './moved.js';
import { demandProbe } from '../gather/probe.js';
import { goneFor } from '../gather/remembered.js';
import { settleIntents } from '../carry-out/send-once.js';
import { demandSettingsOfRun } from '../settings-needed.js';
import type { Slices } from '../gather/report-slices.js';
import type { SharedSurveys } from '../gather/shared-surveys.js';

/** A plan with the books it was made from: what is carried out is compared with both afterwards. */
export interface KeptPlan {
  plan: Plan;
  books: Books;
  /** The lease it was made under; absent where none was needed. */
  lease?: string;
  /** What else it was made of, so that it can be made once more; absent in plans of earlier releases. */
  made?: MadeOf;
}

/** What a plan is made of, besides the books. */
export interface MadeOf {
  report: Ref;
  settings: Ref;
  approvedDigest: string | null;
  refused: string[];
  moved: string[];
}

/** What plans share: the slices that are kept, and surveys that several of them wait for. */
export interface Sources {
  slices: Slices;
  surveys: SharedSurveys;
}

/** Plans one organization: from the run's survey while it is fresh, otherwise from a shared survey or its own reads. */
export async function makePlan(dependencies: Dependencies, sources: Sources, request: PlanRequest): Promise<PlanMade> {
  return request.resume ? nextTurn(dependencies, request, request.resume) : firstTurn(dependencies, sources, request);
}

async function firstTurn(dependencies: Dependencies, sources: Sources, request: PlanRequest): Promise<PlanMade> {
  const { slices } = sources;
  const { given, month, organizationId, approvedDigest, refused } = request;
  const { settings, evidence } = dependencies;
  const lease = leaseOf(dependencies);
  await settleIntents(dependencies, request);
  const { mode: asked } = await slices.asked(given, request);
  if (given.survey !== null) demandSettingsOfRun(dependencies, await slices.settings(given.report));
  const facts = await slices.facts(given.report);
  const slice = await slices.organization(given.report, organizationId);
  const { result: known, calls } = await dependencies.autotask.countCalls(() =>
    knownBooks(dependencies, sources, { facts, slice, request }),
  );
  const { books } = known;
  const { report, survey } = given;
  const moved = await movedFrom(dependencies, slices, { broker: request.broker, month, report, survey }, { facts, slice });
  const missing = approvedDigest === null ? null : await missingPersons(dependencies, request, approvedDigest);
  const planWith = (digest: string | null): Plan =>
    (digest === null && refused.length === 0 && moved.length === 0 ? known.planned : null) ??
    planOrganization({ facts, slice, books, settings, approvedDigest: digest, refused, moved });
  const release = await releaseFor(evidence, { ...request, approvedDigest: missing === null ? approvedDigest : null }, planWith);
  const { plan } = release;
  const undone = await readUndone(evidence, request.broker, month, organizationId);
  const closed = (await readClosed(evidence, request.broker, month)).at(-1);
  const mode = modeFor(dependencies, slice.organization, request.mode, asked);
  const canary = mode === 'auto' ? await canaryWaits(dependencies, request.broker, organizationId) : null;
  const waiting =
    plan.steps.length === 0 || undone !== null
      ? null
      : waitsFor(mode, {
          closed,
          canary,
          plan,
          approvedDigest: release.digest ?? (refused.length > 0 && missing === null ? plan.digest : null),
          month,
          modes: dependencies,
        });
  const waits = waiting === null || missing === null ? waiting : { ...waiting, message: `${waiting.message} ${missing}` };
  if (mode !== 'shadow' && undone === null && (waits !== null || isWithheld(plan)))
    await keepForRelease(evidence, request, release.whole());
  const turn = waits || undone ? { steps: [] } : turnFrom(plan, 0);
  if (turn.steps.length > 0) await beforeWriting(dependencies, request, { mode, plan, books });
  const made = { report, settings: await evidence.put(settings), approvedDigest: release.digest, refused, moved };
  const kept = await keep(evidence, { plan, books, ...lease, made });
  await findableAs(evidence, request, kept, turn.steps.length > 0);
  return {
    plan: kept,
    digest: plan.digest,
    organizationName: plan.organizationName,
    companyId: plan.companyId,
    mode,
    ...turn,
    waits,
    ...(missing === null ? outdatedRelease(plan, release.digest, waits) : { missingPersons: missing }),
    ...(undone === null ? {} : { undone }),
    ...lease,
    calls: { autotask: calls, cloudmore: 0 },
  };
}

/** Points at the plan from where it is looked for; one that writes counts as unfinished until it is verified. */
async function findableAs(
  evidence: Dependencies['evidence'],
  request: PlanRequest,
  kept: Ref,
  isWritten: boolean,
): Promise<void> {
  const { broker, month, organizationId } = request;
  await evidence.point(plannedName(broker, month, organizationId), kept);
  if (!isWritten) return;
  await noteBefore(evidence, request, kept);
  await evidence.point(unfinishedName(broker, month, organizationId), kept);
}

/** What has to be known, and noted, before the first step of a plan is handed out. */
async function beforeWriting(
  dependencies: Dependencies,
  request: PlanRequest,
  { mode, plan, books }: { mode: Mode; plan: Plan; books: Books },
): Promise<void> {
  // A run has asked before its survey; anyone who plans a customer again without one is asked here.
  if (mode === 'auto') await demandProbe(dependencies, { broker: request.broker, month: request.month, mode });
  await demandProvenLabel(dependencies, plan, books);
  await bindLabel(dependencies.evidence, dependencies.tenant);
  await noteWriting(dependencies, request);
}

/** The next steps of a plan that is carried out already. Nothing is decided again: it is one plan, handed out in parts that fit a payload. */
async function nextTurn(
  dependencies: Dependencies,
  request: PlanRequest,
  { plan: ref, from }: NonNullable<PlanRequest['resume']>,
): Promise<PlanMade> {
  const { plan, lease } = await dependencies.evidence.get<KeptPlan>(ref);
  requireOwnPlan(dependencies, { organizationId: request.organizationId, lease });
  const { digest, organizationId, organizationName, companyId } = plan;
  return {
    plan: ref,
    digest,
    organizationName,
    companyId,
    mode: modeFor(dependencies, { id: organizationId, name: organizationName }, request.mode),
    ...turnFrom(plan, from),
    waits: null,
    calls: NO_CALLS,
    ...leaseOf(dependencies),
  };
}

/** As many steps from one on as fit a payload, at least one. */
export function turnFrom({ steps }: Plan, from: number): Pick<PlanMade, 'steps' | 'next'> {
  const rest = steps.slice(from);
  const fitting = thatFit(rest, LIST_BYTES);
  const turn = fitting.length > 0 ? fitting : rest.slice(0, 1);
  return { steps: turn, ...(turn.length < rest.length ? { next: from + turn.length } : {}) };
}

const keep = (evidence: Dependencies['evidence'], kept: KeptPlan): Promise<Ref> => evidence.put(kept, kept.plan.organizationId);

interface WaitsForInput {
  closed: KeptCertificate | undefined;
  canary: string | null;
  plan: Plan;
  approvedDigest: string | null;
  month: string;
  modes: Modes;
}

function waitsFor(mode: Mode, { closed, canary, plan, approvedDigest, month, modes }: WaitsForInput): PlanMade['waits'] {
  if (mode !== 'shadow' && approvedDigest === plan.digest) return null;
  if (mode === 'auto' && closed === undefined && canary === null) return null;
  const what = plan.steps.length === 1 ? '1 step waits' : `${plan.steps.length} steps wait`;
  if (mode === 'shadow') return { reason: 'awaiting-approval', ...leaveShadow(plan, month, modes) };
  if (closed !== undefined)
    return {
      reason: 'month-closed',
      message: `${month} is closed (certificate no. ${closed.number} of ${closed.closedAt.slice(0, 10)}), and nothing is written for it without a release. ${what}; once released, a new certificate says what changed.`,
    };
  return canary === null
    ? { reason: 'awaiting-approval', message: `${what} for approval.` }
    : { reason: 'canary-waits', message: `${what}: ${canary}` };
}

/** What was released is not this plan, and this plan waits: the person who released it hears why nothing came of it. */
function outdatedRelease(plan: Plan, approvedDigest: string | null, waits: PlanMade['waits']): Pick<PlanMade, 'remark'> {
  const isHeld = waits !== null || isWithheld(plan);
  if (approvedDigest === null || approvedDigest === plan.digest || !isHeld) return {};
  return {
    remark: `The plan that was released (${approvedDigest}) is not the current one: the report or Autotask has changed since, or it belongs to another customer or month. Nothing that waits was written.`,
  };
}

/** How a person continues from shadow mode: by the setting that keeps the organization there, or by a run that asks for more where only this one asked for less. */
function leaveShadow(
  { organizationId, organizationName }: Plan,
  month: string,
  modes: Modes,
): Pick<NonNullable<PlanMade['waits']>, 'message' | 'command'> {
  const organization = { id: organizationId, name: organizationName };
  if (modeFor(modes, organization, 'auto') !== 'shadow')
    return {
      message: 'Shadow mode writes nothing. Let it wait for a release instead.',
      command: command('run', month, ...option('--organization', organizationId), '--mode', 'approve'),
    };
  const why = hasOwnMode(modes, organization)
    ? 'BILLING_MODE_ORGANIZATIONS keeps the organization there'
    : 'BILLING_MODE is shadow, which is the most a run may do: set it to approve (or BILLING_MODE_ORGANIZATIONS for this organization), restart the worker, and run the month again';
  return { message: `Shadow mode writes nothing. ${why}.`, command: null };
}

/** An organization's month, and how it was asked for. */
interface Asked {
  facts: MonthFacts;
  slice: OrganizationFacts;
  request: PlanRequest;
}

/** Books, and what is planned from them while nothing is released, refused or moved; null where nobody has planned that yet. */
interface KnownBooks {
  books: Books;
  planned: Plan | null;
}

/** What Autotask holds, and what of that which would be made now was there before: a survey has looked for it already. */
async function knownBooks(dependencies: Dependencies, sources: Sources, asked: Asked): Promise<KnownBooks> {
  const { isSurveyed, ...known } = await currentBooks(dependencies, sources, asked);
  if (isSurveyed) return known;
  const { books } = known;
  const { settings } = dependencies;
  const { facts, slice, request } = asked;
  // As it would be with everything released: what a breaker holds may be released later, from these books.
  const { refused } = request;
  const planWith = (approvedDigest: string | null): Plan =>
    planOrganization({ facts, slice, books, settings, approvedDigest, refused });
  const { digest } = (refused.length === 0 ? known.planned : null) ?? planWith(null);
  const gone = await goneFor(dependencies, request.broker, planWith(digest), books);
  return gone.length === 0 ? known : { books: { ...books, gone }, planned: null };
}

async function currentBooks(
  dependencies: Dependencies,
  sources: Sources,
  { facts, slice, request }: Asked,
): Promise<KnownBooks & { isSurveyed: boolean }> {
  const { survey } = request.given;
  const options = { onProgress: dependencies.heartbeat, signal: dependencies.signal() };
  // A run's survey may be too old for an organization, but services and products change seldom; who asks for a fresh look gets one.
  const sharedMaxAgeMs = survey === null ? 0 : dependencies.surveyMaxAgeMs;
  const alone = async (): Promise<Books> =>
    withTenant(dependencies, request, await ownReads(dependencies, facts, slice, sharedMaxAgeMs), options);
  const { books: read, isSurveyed } = await surveyedBooks(dependencies, sources, { facts, slice, request }, alone);
  const { books: held, unfinished } = await withUnfinished(dependencies, request, read);
  const known = await withLaterDismissals(dependencies, request.broker, held);
  const planned = planOrganization({ facts, slice, books: known, settings: dependencies.settings });
  const asking = planned.needsElsewhere ? [planned] : [];
  const books = await withElsewhere(dependencies, { request, books: known, asking }, options);
  const detailed = [...new Set([...planned.needs, ...unfinished])];
  if (detailed.length === 0) return { books, planned: books === known ? planned : null, isSurveyed };
  return { books: await dependencies.autotask.readNeighbours(books, facts.month, detailed, options), planned: null, isSurveyed };
}

/** From the run's survey while it is fresh; after that what was written last must be visible before anybody looks. */
async function surveyedBooks(
  dependencies: Dependencies,
  { slices, surveys }: Sources,
  { facts, slice, request }: Asked,
  alone: () => Promise<Books>,
): Promise<{ books: Books; isSurveyed: boolean }> {
  const { survey } = request.given;
  const isFresh = survey !== null && (await isSurveyFresh(dependencies, request));
  const books = isFresh ? await slices.books(survey, slice.organization.id) : null;
  if (books !== null) return { books, isSurveyed: true };
  await untilVisible(dependencies, request);
  return surveys.books({ ...request, lines: facts.lines }, alone);
}

/** What Autotask holds for this organization alone, with contracts that its subscriptions were billed on and that no longer carry an id. */
export async function ownReads(
  { autotask, heartbeat, signal, settings }: Dependencies,
  facts: MonthFacts,
  slice: OrganizationFacts,
  sharedMaxAgeMs: number,
): Promise<Books> {
  const { month } = facts;
  const options = { onProgress: heartbeat, signal: signal() };
  const keys = [...contractKeys(slice, settings.broker)];
  const books = await autotask.readOrganizationBooks({
    month,
    companyId: companyIdOf(slice.organization.companyIdText ?? '') ?? null,
    subscriptionKeys: keys,
    isPaidOnce: paidOnceOn(new Set(paidOnceKeys({ facts, slice, settings })), month),
    sharedMaxAgeMs,
    ...options,
  });
  const names = indexNames(facts.named, settings.broker);
  const seen = new Set(books.contracts.map(({ id }) => id));
  const unseen = [...new Set(keys.flatMap((key) => names.contractsOf(key)))].filter((id) => !seen.has(id));
  return unseen.length === 0 ? books : autotask.readAlso(books, month, unseen, options);
}
