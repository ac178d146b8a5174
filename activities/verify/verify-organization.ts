import { isWithheld } from '../../shared/billing/plan/breakers.js';
import { addDays, addMonths, lastDay } from '../../shared/billing/basics/month.js';
import { standingDoubt } from '../../shared/billing/contracts/doubt.js';
import { seenMoney } from '../../shared/billing/results/claims.js';
import { setAside } from '../../shared/billing/ghosts/dismissal.js';
import { differenceText } from '../../shared/billing/results/advice.js';
import { planBlind } from '../../shared/billing/plan/plan.js';
import { organizationResult } from '../../shared/billing/results/reconcile.js';
import { countWrites } from '../../shared/billing/results/tally.js';
import { applyStops, type Outcome, type Stop } from '../../shared/billing/results/results.js';
import type { Ghost, Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { type OrganizationSummary, type StepStop, type VerifyRequest } from '../../shared/messages/messages.js';
import type { Books } from '../../shared/billing/types.js';
import { ITEMS_SHOWN, LIST_BYTES, thatFit } from '../../shared/messages/payload.js';
import { readDismissals } from '../../shared/evidence/dismissals.js';
import { keptUnder } from '../../shared/evidence/kept.js';
import { readOutcome, unfinishedName } from '../../shared/evidence/months.js';
import { modeFor } from '../../shared/modes.js';
import type { Catalogue } from '../carry-out/catalogue.js';
import { inSearch } from '../finish/in-search.js';
import { detailsOf } from '../finish/web-ui-details.js';
import { finishExtensions } from '../carry-out/extensions.js';
import type { Dependencies } from '../dependencies.js';
import { noteWriting } from '../gather/survey-age.js';
import { keepOutcome, outcomeOfPlan, statusOf, withoutRelease } from './outcomes.js';
import type { KeptPlan } from '../decide/plan-organization.js';
import { describeOwed, readBack } from './read-back.js';
import { roundedItems } from '../carry-out/rounded.js';
import { noteShown } from './shown.js';
import type { Slices } from '../gather/report-slices.js';
import { isParked } from '../../shared/billing/results/status.js';
import { undoneOutcome } from '../carry-out/undo-month.js';

/** Rule 7.9: everything written is read back and compared (`read-back.ts`). Then the organization's outcome is stored, in every case. */
export async function verifyOrganization(
  dependencies: Dependencies,
  slices: Slices,
  catalogue: Catalogue,
  request: VerifyRequest,
): Promise<OrganizationSummary> {
  const counted = await dependencies.autotask.countCalls(() => settle(dependencies, slices, catalogue, request));
  if (wasTouched(request)) await noteWriting(dependencies, request);
  const { outcome: found, rounded } = counted.result;
  const outcome = { ...found, calls: { ...request.calls, autotask: request.calls.autotask + counted.calls } };
  return { ...(await summarize(dependencies, slices, request, outcome)), ...(rounded.length === 0 ? {} : { rounded }) };
}

async function settle(
  dependencies: Dependencies,
  slices: Slices,
  catalogue: Catalogue,
  request: VerifyRequest,
): Promise<{ outcome: Outcome; rounded: string[] }> {
  const kept = request.plan === null ? null : await dependencies.evidence.get<KeptPlan>(request.plan);
  if (kept === null) return { outcome: await blindOutcome(dependencies, slices, request), rounded: [] };
  if (request.undone !== undefined) return { outcome: undoneOutcome(kept.plan, request, request.undone), rounded: [] };
  if (request.skipReason !== null)
    return { outcome: await skippedOutcome(dependencies, kept.plan, request, request.skipReason), rounded: [] };
  const completed = { ...request, stops: await withAllItems(dependencies, request.stops) };
  const sources = { dependencies, slices, catalogue };
  const read = wasTouched(request) ? await readBack(sources, completed, kept) : null;
  const check = read === null || read === 'unreadable' ? read : read.plan;
  const mayDescribe = check !== 'unreadable' && request.waits === null && request.mode !== 'shadow';
  const isDescribed = !mayDescribe || (await describeOwed(sources, request, kept));
  if (check !== null && check !== 'unreadable') await noteShown(dependencies, completed, kept.plan, check);
  if (read !== null && read !== 'unreadable' && isAgreed(kept.plan, check) && request.stops.length === 0)
    await finishExtensions(dependencies, request, request.contractIds, read.books.contracts);
  const settled = withContracts(applyStops(kept.plan, stopsOf(kept.plan, check, completed)), check);
  const items = request.mode === 'shadow' ? settled.map(withoutRelease) : settled;
  const { books } = read === null || read === 'unreadable' ? kept : read;
  const ghosts = setAside(ghostsAfter(kept.plan, check, books), await readDismissals(dependencies.evidence, request.broker));
  const hasWritten = countWrites(request.writes) > 0;
  const outcome = {
    ...outcomeOfPlan(kept.plan, statusOf(items, ghosts, hasWritten)),
    planDigest: waitingDigest(kept.plan, check),
    items,
    ghosts,
    seen: seenMoney(items, books, request.month, (await dependencies.evidence.now()).toISOString()),
    writes: request.writes,
    workflowId: request.workflowId,
    message: request.missingPersons ?? request.remark ?? (isDescribed ? null : UNDESCRIBED),
    ...(request.missingPersons === undefined ? {} : { missingPersons: request.missingPersons }),
  };
  return { outcome, rounded: check === null || check === 'unreadable' ? [] : roundedItems(kept.plan, check, completed) };
}

/** What a person releases of a plan that was carried out but for what a breaker holds: the plan there is now, not the one with what was written (9). */
const waitingDigest = (plan: Plan, check: Plan | 'unreadable' | null): string =>
  check === null || check === 'unreadable' || !isWithheld(plan) ? plan.digest : check.digest;

const isAgreed = (plan: Plan, check: Plan | 'unreadable' | null): boolean =>
  check !== null && check !== 'unreadable' && check.steps.length === 0 && unseenItems(plan, check).size === 0;

/** Held by the plan that was made of what was read back, in words: such a plan misses nothing of an item, and confirms nothing. */
function heldOf({ items }: Plan, isMeant: (item: PlannedItem) => boolean): Map<string, string> {
  return new Map(items.flatMap((item) => (item.outcome === 'held' && isMeant(item) ? [[item.id, item.message ?? '']] : [])));
}

/** Items of which what was read back cannot tell whether they agree, for a record cannot be read (2.6). */
function unseenItems(plan: Plan, check: Plan): Map<string, string> {
  const posted = new Set(plan.items.flatMap(({ id, outcome }) => (outcome === 'posted' ? [id] : [])));
  return heldOf(check, ({ id, reason }) => reason === 'unreadable' && posted.has(id));
}

const UNDESCRIBED =
  'The text that customers read of a new contract service could not be written (CONTRACT_INVOICE_DESCRIPTION); the next run tries again.';

const wasTouched = ({ contractIds, stops }: VerifyRequest): boolean => contractIds.length > 0 || stops.length > 0;

/** No plan could be made, or compared with what came of it: nothing of the organization is lost, all of it is held (rule 2.5, end). */
async function blindOutcome({ settings }: Dependencies, slices: Slices, request: VerifyRequest): Promise<Outcome> {
  const facts = await slices.facts(request.given.report);
  const slice = await slices.organization(request.given.report, request.organizationId);
  const message = request.stops[0]?.message ?? 'No plan could be made.';
  const plan = planBlind({ facts, slice, settings }, message);
  const { writes, workflowId } = request;
  return { ...outcomeOfPlan(plan, statusOf(plan.items, plan.ghosts, false)), writes, workflowId, message };
}

/** A skip excludes what is not in Autotask yet. One that comes after everything is billed changes nothing, and says so. */
async function skippedOutcome({ evidence }: Dependencies, plan: Plan, request: VerifyRequest, reason: string): Promise<Outcome> {
  const last = await readOutcome(evidence, request.broker, request.month, request.organizationId);
  const unwritten = new Set(plan.steps.flatMap((step) => step.items));
  const items = plan.items.map((item): PlannedItem => {
    const isOpen = item.outcome === 'held' || (item.outcome === 'posted' && unwritten.has(item.id));
    return isOpen ? { ...item, outcome: 'excluded', reason: 'skipped', message: `Skipped: ${reason}` } : item;
  });
  const isBilled =
    plan.steps.length === 0 && !items.some((item) => item.reason === 'skipped') && last !== null && !isParked(last.status);
  const outcome = {
    ...outcomeOfPlan(plan, isBilled ? 'Unchanged' : 'Skipped'),
    items,
    ghosts: standing(plan.ghosts),
    workflowId: request.workflowId,
  };
  return {
    ...outcome,
    message: isBilled ? `The skip (${reason}) came after the month was billed; nothing was taken back.` : `Skipped: ${reason}`,
  };
}

// ---------------------------------------------------------------------------------------------------------------- comparing

/** The stops with the items of every step that they name by its number. */
async function withAllItems({ evidence }: Dependencies, stops: StepStop[]): Promise<StepStop[]> {
  const itemsOf = async ({ plan: ref, ranges }: NonNullable<StepStop['steps']>): Promise<string[]> => {
    const { plan } = await evidence.get<KeptPlan>(ref);
    const steps = ranges.flatMap(([first, last]) => plan.steps.slice(first, last === null ? undefined : last + 1));
    return [...new Set(steps.flatMap(({ items }) => items))];
  };
  return Promise.all(
    stops.map(async ({ steps, ...stop }) => (steps ? { ...stop, items: [...stop.items, ...(await itemsOf(steps))] } : stop)),
  );
}

/** What is known of an item when its outcome is reported. */
interface Known {
  item: PlannedItem | undefined;
  stop: StepStop | undefined;
  wanted: Step[];
  missing: Step[];
  /** Why what was read back does not tell; undefined where it does. */
  unseen: string | undefined;
}

/** Why an item is not posted after all: it does not agree with what was read back, or was not written. */
function stopsOf(plan: Plan, check: Plan | 'unreadable' | null, request: VerifyRequest): Stop[] {
  const wanted = byItem(plan.steps);
  const missing = byItem(check === null || check === 'unreadable' ? [] : check.steps);
  const stops = byItem(request.stops);
  const items = new Map(plan.items.map((item) => [item.id, item]));
  const isWritten = check === null && request.waits === null;
  const isRead = check !== null && check !== 'unreadable';
  const unseen = isRead ? unseenItems(plan, check) : new Map<string, string>();
  const stopped = isRead ? heldOf(check, ({ id }) => stops.has(id) && wanted.has(id)) : new Map<string, string>();
  const open = isWritten ? [] : isRead ? [...missing.keys(), ...unseen.keys(), ...stopped.keys()] : wanted.keys();
  return [...new Set(open)].map((itemId) => {
    const known = {
      item: items.get(itemId),
      stop: stops.get(itemId)?.[0],
      wanted: wanted.get(itemId) ?? [],
      missing: missing.get(itemId) ?? [],
      unseen: unseen.get(itemId),
    };
    return { itemId, outcome: 'held', ...stopOf(known, check, request) };
  });
}

/** Steps or stops by each of their items, in their order: an organization may have thousands. */
function byItem<T extends { items: string[] }>(all: T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const one of all)
    for (const id of one.items) {
      const others = found.get(id);
      if (others) others.push(one);
      else found.set(id, [one]);
    }
  return found;
}

function stopOf(
  { item, stop, wanted, missing, unseen }: Known,
  check: Plan | 'unreadable' | null,
  request: VerifyRequest,
): Omit<Stop, 'itemId' | 'outcome'> {
  if (check === null && request.waits) return { ...request.waits, message: waitingMessage(item, wanted, request) };
  if (stop) return { reason: stop.reason, message: `${ended(stop.message)} It is tried again automatically.` };
  if (check === 'unreadable' || check === null)
    return {
      reason: 'outcome-unknown',
      message: 'Written, but Autotask could not be read afterwards. The next run checks first.',
    };
  if (unseen !== undefined)
    return {
      reason: 'outcome-unknown',
      message: `What Autotask holds now is unknown: ${unseen} The next run checks first.`,
    };
  return {
    reason: 'verify-mismatch',
    message: `Written: ${summaries(wanted) || 'nothing'}. Autotask now shows something else; still missing: ${summaries(missing)}. The next plan balances it.`,
  };
}

/** What a vendor says has a full stop at its end or has none. */
const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const summaries = (steps: Step[]): string => steps.map(({ summary }) => summary).join('; ');

/** In shadow mode, and in a month that is closed, every difference is explained by itself, in money; another plan that waits for its release is shown as a whole. */
function waitingMessage(
  item: PlannedItem | undefined,
  steps: Step[],
  { mode, waits }: Pick<VerifyRequest, 'mode' | 'waits'>,
): string {
  const message = waits?.message ?? '';
  const isOfEachItem = mode === 'shadow' || waits?.reason === 'month-closed';
  return isOfEachItem && item !== undefined ? `${differenceText(item, steps)} ${message}` : message;
}

/** Contract ids as they are now: a new contract has one only since it was written. */
function withContracts(items: PlannedItem[], check: Plan | 'unreadable' | null): PlannedItem[] {
  if (check === null || check === 'unreadable') return items;
  const contracts = new Map(check.items.map((item) => [item.id, item.contractId]));
  return items.map((item) => ({ ...item, contractId: item.contractId ?? contracts.get(item.id) ?? null }));
}

function ghostsAfter(plan: Plan, check: Plan | 'unreadable' | null, books: Books): Ghost[] {
  if (check === null || check === 'unreadable') return plan.steps.length === 0 ? plan.ghosts : standing(plan.ghosts);
  const still = standing(check.ghosts);
  const others = plan.ghosts.filter(
    (ghost) =>
      ghost.outcome === 'zeroed' &&
      !still.some((other) => other.contractId === ghost.contractId && other.serviceId === ghost.serviceId),
  );
  return [...still, ...others.flatMap((ghost) => (isSeen(books, ghost.contractId) ? [ghost] : standing([ghost])))];
}

/** Whether what was read back shows a contract and everything on it. */
const isSeen = (books: Books, contractId: number): boolean =>
  books.contracts.some(({ id }) => id === contractId) && standingDoubt(books, contractId) === null;

/** What was to be brought to nothing, but was not, still stands. */
const standing = (ghosts: Ghost[]): Ghost[] =>
  ghosts.map((ghost) => (ghost.outcome === 'zeroed' ? { ...ghost, outcome: 'ghost' } : ghost));

// ---------------------------------------------------------------------------------------------------------------- the summary

const HEALING = new Set(['api-error', 'outcome-unknown', 'verify-mismatch']);

/**
 * What an earlier plan of the run billed, or was to bill when it was ended, may stand, whatever this one says of it: it is missed when neither the report nor
 * Autotask shows it any more (1.6).
 */
async function acceptedAsSent(
  { evidence }: Dependencies,
  { broker, undone }: VerifyRequest,
  { accepted, items, month, organizationId }: Outcome,
): Promise<Pick<Outcome, 'accepted'>> {
  if (accepted === undefined || undone !== undefined || items.every(({ outcome }) => outcome !== 'held')) return {};
  const last = await readOutcome(evidence, broker, month, organizationId);
  const sent = await keptUnder<KeptPlan>(evidence, unfinishedName(broker, month, organizationId));
  const earlier = [...(last?.accepted?.items ?? []), ...(sent?.plan.accepted?.items ?? [])];
  const stood = new Set(earlier.flatMap((item) => (item.stood ? [item.id] : [])));
  return {
    accepted: { ...accepted, items: accepted.items.map((item) => ({ ...item, stood: item.stood || stood.has(item.id) })) },
  };
}

async function summarize(
  dependencies: Dependencies,
  slices: Slices,
  request: VerifyRequest,
  outcome: Outcome,
): Promise<OrganizationSummary> {
  const { broker, given } = request;
  const unfinished = unfinishedName(broker, outcome.month, outcome.organizationId);
  const ref = await keepOutcome(
    dependencies,
    slices,
    { broker, report: given.report },
    { ...outcome, ...(await acceptedAsSent(dependencies, request, outcome)) },
  );
  await dependencies.evidence.unpoint(unfinished);
  const currency = await currencyOf(slices, request, outcome);
  const result = organizationResult(outcome, currency);
  const held = outcome.items.find((item) => item.outcome === 'held');
  const organization = { id: outcome.organizationId, name: outcome.organizationName };
  const { mode: asked } = await slices.asked(request.given, request);
  const mode = modeFor(dependencies, organization, request.mode, asked);
  return {
    status: outcome.status,
    outcome: ref,
    result: { ...result, items: thatFit(result.items.slice(0, ITEMS_SHOWN), LIST_BYTES) },
    message: outcome.message ?? held?.message ?? null,
    mayHeal: outcome.items.some(({ reason }) => reason !== null && HEALING.has(reason)),
    staysOpen: isParked(outcome.status) && mode !== 'shadow',
    closesOn: addDays(lastDay(addMonths(outcome.month, dependencies.reportMonthOffset)), dependencies.recheckDays + 1),
    details: detailsOf(outcome, result, currency),
    ...(dependencies.namesInSearch ? { inSearch: inSearch(outcome) } : {}),
  };
}

/** The tenant's internal currency, from whatever the report or survey says; an organization that could not be read is shown in its lines' own. */
async function currencyOf(slices: Slices, { given }: VerifyRequest, outcome: Outcome): Promise<string> {
  if (given.survey !== null) return (await slices.sharedOf(given.survey)).internalCurrency;
  return outcome.items[0]?.currency ?? 'EUR';
}
