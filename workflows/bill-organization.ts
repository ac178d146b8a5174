import type { OrganizationSummary } from '../shared/messages/messages.js';
import { carryOutWhole } from './carrying-out.js';
import {
  beginRun,
  makePlan,
  noteRemarks,
  type Control,
  type OrganizationActivities,
  type OrganizationRequest,
} from './organization-run.js';
import { settle } from './settling.js';
import { goBack, settleUndone } from './way-back.js';

/**
 * What happens for one organization's month: plan, carry out, verify. A plain function over the activities' interface, without Temporal: the workflow
 * runs it with proxied activities, the fault simulation runs the very same function against the sandbox.
 */

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
  noteRemarks(run, plan);
  run.skipReason = control.skipReason();
  return settle(run, await carryOutWhole(run, plan));
}
