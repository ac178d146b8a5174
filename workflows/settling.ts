import type { OrganizationSummary, PlanMade } from '../shared/messages/messages.js';
import { goOnAfterRefusal, reportUntried } from './carrying-out.js';
import type { Run } from './organization-run.js';

/** What came of a turn: read back, compared, and kept. */

/** Unit prices that Autotask has rounded are an answer as a refusal is: the rest goes on charges, once in a run. */
async function chargeRest(run: Run, plan: PlanMade, rounded: string[]): Promise<PlanMade> {
  for (const id of rounded) run.refused.add(id);
  const last = await goOnAfterRefusal(run, plan, new Set(rounded));
  reportUntried(run);
  return last;
}

/** Keeps what came of it. Where that fails the organization is held with the reason: else a run would still report what came of the one before. */
export async function settle(run: Run, plan: PlanMade | null): Promise<OrganizationSummary> {
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
    stops: run.stops.toReport(),
    refused: [...run.refused],
    waits: plan?.waits ?? null,
    skipReason: run.skipReason,
    ...(run.undone === undefined ? {} : { undone: run.undone }),
    writes: run.writes,
    calls: run.calls,
    workflowId,
    remark: run.remark,
    ...(run.missingPersons === undefined ? {} : { missingPersons: run.missingPersons }),
  });
}
