import type { Plan } from '../../shared/billing/plan-types.js';
import { NO_CALLS, type Outcome } from '../../shared/billing/results/results.js';
import { isContinued, neverStood, openIn, takenBackPlan } from '../../shared/billing/plan/undone.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import type { PlanMade, PlanRequest, Undone, VerifyRequest } from '../../shared/messages/messages.js';
import { forgetReport } from '../../shared/evidence/billed-from.js';
import { keptUndo, keepUndo, markUndone, readUndone } from '../../shared/evidence/undone.js';
import { modeFor } from '../../shared/modes.js';
import { missingForUndo, releaseOf } from '../decide/decisions.js';
import type { Dependencies } from '../dependencies.js';
import { noteWriting, untilVisible } from '../gather/survey-age.js';
import { leaseOf } from './lease.js';
import { outcomeOfPlan, statusOf } from '../verify/outcomes.js';
import { turnFrom, type KeptPlan } from '../decide/plan-organization.js';
import { settleIntents } from './send-once.js';
import type { Slices } from '../gather/report-slices.js';
import { wayBack, type WayBack } from '../decide/preview-undo.js';

type UndoRequest = PlanRequest & { undo: NonNullable<PlanRequest['undo']> };

/** Whether the way back is asked for, and not the next turn of one that was made. */
export const isUndoing = (request: PlanRequest): request is UndoRequest =>
  request.undo !== undefined && request.resume === undefined;

/**
 * Carrying out the way back of a month. From the first step on the month is marked: nobody bills it until a rerun lifts the mark, however the undo ends, so
 * that an undo that was interrupted is never met by a run that bills again what is back already.
 */
export async function planUndoing(dependencies: Dependencies, slices: Slices, request: UndoRequest): Promise<PlanMade> {
  const { undo, broker, month, organizationId } = request;
  if (undo.hasWritten) await noteWriting(dependencies, request);
  await settleIntents(dependencies, request);
  await untilVisible(dependencies, request);
  const { result: back, calls } = await dependencies.autotask.countCalls(() => wayBack(dependencies, slices, request));
  const mark = await readUndone(dependencies.evidence, broker, month, organizationId);
  const begun = mark?.digest === undo.digest ? mark : null;
  const refusal = back === null ? NOTHING_KNOWN : await whyNot(dependencies, request, back.undo, begun);
  const made = await madeOf(dependencies, request, { back, refusal, begun });
  return { ...made, calls: { autotask: calls, cloudmore: 0 } };
}

const NOTHING_KNOWN = 'The evidence has no write in the month: there is nothing to take back.';

/** Why it is not carried out; null where it is. What was released is exactly what was shown, or what is left of that. */
async function whyNot(
  dependencies: Dependencies,
  request: UndoRequest,
  back: UndoPlan,
  begun: Undone | null,
): Promise<string | null> {
  const { evidence } = dependencies;
  const { broker, organizationId, undo } = request;
  const organization = { id: organizationId, name: back.organizationName };
  if (modeFor(dependencies, organization, null) === 'shadow') return 'Shadow mode writes nothing. Nothing was taken back.';
  if (back.held !== null) return back.held;
  if (begun === null && back.digest !== undo.digest)
    return `The undo that was released (${undo.digest}) is not the current one: Autotask has changed since. Nothing was written; check it again.`;
  if (begun === null && back.steps.length === 0) return 'None of it can be taken back here.';
  const released = begun === null ? back : await keptUndo(evidence, broker, undo.digest);
  if (begun !== null && back.digest !== undo.digest && (released === null || !isContinued(back, released)))
    return `More is left than the undo that was released (${undo.digest}): Autotask has changed since. Check it again.`;
  return missingForUndo(dependencies, request, undo.digest, released ?? back);
}

async function madeOf(
  dependencies: Dependencies,
  request: UndoRequest,
  { back, refusal, begun }: { back: WayBack | null; refusal: string | null; begun: Undone | null },
): Promise<PlanMade> {
  const { evidence } = dependencies;
  const { broker, month, organizationId, undo } = request;
  const lease = leaseOf(dependencies);
  const plan = back === null ? null : asPlan(back.undo);
  const kept: KeptPlan | null = plan && { plan, books: back!.books, ...lease };
  const shown = {
    plan: kept === null ? '' : await evidence.put(kept, organizationId),
    digest: plan?.digest ?? undo.digest,
    organizationName: plan?.organizationName ?? organizationId,
    companyId: plan?.companyId ?? null,
    mode: dependencies.mode,
    calls: NO_CALLS,
    ...lease,
  };
  if (plan === null || refusal !== null)
    return {
      ...shown,
      steps: [],
      waits: { reason: 'awaiting-approval', message: refusal ?? NOTHING_KNOWN, command: null },
      ...(begun === null ? {} : { undone: begun }),
    };
  if (begun === null) await keepUndo(evidence, broker, back!.undo);
  const undone: Undone = {
    digest: undo.digest,
    isWhole: plan.steps.length === 0,
    message: begun?.message ?? (await wordsOf(dependencies, request, undo.digest)),
  };
  await markUndone(evidence, { broker, month, organizationId, undone });
  await forgetReport(evidence, broker, month, organizationId);
  if (plan.steps.length > 0) await noteWriting(dependencies, request);
  const left = leftOf(back!.undo);
  return { ...shown, ...turnFrom(plan, 0), waits: null, undone, ...(left === null ? {} : { remark: left }) };
}

/** By whom, and why, as it is on record. */
async function wordsOf(dependencies: Dependencies, request: PlanRequest, digest: string): Promise<string> {
  const decision = await releaseOf(dependencies, request, digest);
  const by = decision?.actor ? ` by ${decision.actor}` : '';
  return `Taken back${by}${decision?.reason ? `: ${decision.reason}` : ''}`;
}

/** What of it stays, and why. */
function leftOf({ lines }: UndoPlan): string | null {
  const left = lines.flatMap(({ name, message }) => (message === null ? [] : [`${name}: ${message}`]));
  if (left.length === 0) return null;
  const more = left.length > LEFT_SHOWN ? ` And ${left.length - LEFT_SHOWN} more: billing undo shows them.` : '';
  return `Not all of it was taken back. ${left.slice(0, LEFT_SHOWN).join(' ')}${more}`;
}

const LEFT_SHOWN = 3;

/** As any plan is carried out; its items are lines of the way back. */
const asPlan = ({ organizationId, organizationName, companyId, month, asOf, steps, digest }: UndoPlan): Plan => ({
  ...{ organizationId, organizationName, companyId, month, asOf, steps, digest },
  ...{ items: [], ghosts: [], notes: [], needs: [] },
});

/**
 * What becomes of a month that was taken back: what is not in Autotask is left out by a person's word; held while the undo is not at its end. What is posted there and stays is
 * posted, and nothing of what was taken back counts as having stood (1.6).
 */
export function undoneOutcome(plan: Plan, request: VerifyRequest, { isWhole, message }: Undone): Outcome {
  const said = isWhole ? message : `${message}. This is not finished. ${request.remark ?? ''} It continues automatically.`;
  const { items, ghosts } = takenBackPlan(plan, { isWhole, message: said });
  const open = new Set(plan.items.filter(openIn(plan)).map(({ id }) => id));
  const { accepted } = plan;
  return {
    ...outcomeOfPlan(plan, statusOf(items, ghosts, false)),
    items,
    ghosts,
    writes: request.writes,
    workflowId: request.workflowId,
    message: isWhole ? [message, request.remark].filter((text) => text !== null).join('. ') : said,
    ...(accepted === undefined
      ? {}
      : { accepted: { ...accepted, items: accepted.items.map((item) => (open.has(item.id) ? neverStood(item) : item)) } }),
  };
}
