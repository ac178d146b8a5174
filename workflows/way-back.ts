import type { OrganizationSummary, Undone } from '../shared/messages/messages.js';
import { carryOutWhole } from './carrying-out.js';
import {
  beginRun,
  makePlan,
  type Control,
  type OrganizationActivities,
  type OrganizationRequest,
  type Run,
} from './organization-run.js';
import { settle } from './settling.js';
import { Stops } from './failed-steps.js';

/** The way back: an organization's month taken back, as somebody released it. */

/** What came of taking a month back: how the organization stands; or why nothing of it was begun, and whether that may recover automatically. */
export type Returned = { summary: OrganizationSummary; isWhole: boolean } | { refused: string; mayHeal: boolean };

/**
 * Takes an organization's month back, as somebody released it: the way back is planned and carried out as any plan is, and planned again until nothing of it
 * is left. Then the month is settled: marked, it is billed by nobody before a rerun.
 */
export async function undoOrganization(
  activities: OrganizationActivities,
  request: OrganizationRequest,
  digest: string,
  control: Control,
): Promise<Returned> {
  const run = beginRun(activities, request, control);
  const back = await goBack(run, digest);
  if (!back.isBegun) return { refused: back.message ?? NOT_BEGUN, mayHeal: back.mayHeal };
  return { summary: await settleUndone(run, back), isWhole: back.message === null || !back.mayHeal };
}

const NOT_BEGUN = 'Nothing was taken back.';

interface Back {
  /** Whether the month is marked: from then on nobody bills it. */
  isBegun: boolean;
  /** What is not as it was released, or stays; null where all of it is back. */
  message: string | null;
  mayHeal: boolean;
}

export async function goBack(run: Run, digest: string): Promise<Back> {
  // What was begun continues: a skip means the month, which is not billed anyway.
  run.control = { ...run.control, skipReason: () => null };
  run.undo = { digest, hasWritten: false };
  const plan = await makePlan(run, []);
  if (plan === null) return { isBegun: false, message: run.stops.first, mayHeal: true };
  const isBegun = plan.undone !== undefined;
  if (plan.waits !== null) return { isBegun, message: plan.waits.message, mayHeal: false };
  await carryOutWhole(run, plan);
  run.undo = { digest, hasWritten: true };
  const check = await makePlan(run, [...run.refused]);
  const left = check?.steps.length ?? 0;
  if (check?.waits == null && check !== null && left === 0) return { isBegun, message: check.remark ?? null, mayHeal: false };
  const unseen = left === 0 ? null : `${left === 1 ? '1 step is' : `${left} steps are`} not visible in Autotask yet.`;
  return { isBegun, message: run.stops.first ?? check?.waits?.message ?? unseen, mayHeal: check?.waits == null };
}

/** How the month stands that was taken back, told by a plan of it that nobody carries out. */
export async function settleUndone(run: Run, back: Back | null): Promise<OrganizationSummary> {
  delete run.undo;
  run.stops = new Stops();
  run.refused = new Set();
  const plan = await makePlan(run, []);
  run.remark = back?.message ?? null;
  if (plan !== null) run.undone = plan.undone ?? UNMARKED;
  return settle(run, plan);
}

/** Somebody reran it in this very moment: the next turn bills it. */
const UNMARKED: Undone = { digest: '', isWhole: false, message: 'It is planned again' };
