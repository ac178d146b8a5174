import { log, workflowInfo } from '@temporalio/workflow';
import { NO_WRITES } from '../shared/billing/results/results.js';
import { countWrites } from '../shared/billing/results/tally.js';
import type { DecisionTaken } from '../shared/messages/decisions.js';
import type { DoneSoFar, GivenReport, OrganizationSummary } from '../shared/messages/messages.js';
import { carryOut, planning, reading, recording, recordingPatiently } from './activities.js';
import { withoutSurvey } from './asked.js';
import { billOrganization } from './bill-organization.js';
import { blankSummary } from './empty-month.js';
import { failureOf } from './failures.js';
import type { Control, Failure, OrganizationActivities, OrganizationRequest } from './organization-run.js';
import { isCutShort, noteCameToNothing, show, type OrganizationState } from './organization-state.js';
import { undoOrganization } from './way-back.js';

/** One turn of an organization: its month is billed, or taken back, once. */

/** Less than half of what Temporal ends a workflow at: 51,200 events, 50 MB. */
const HISTORY_EVENTS = 20_000;
const HISTORY_BYTES = 20_000_000;

/** Bills once with what the last call asked for. */
export async function takeTurn(organization: OrganizationState): Promise<OrganizationSummary> {
  const { asked, summary: before } = organization;
  const turn = asked.next ?? { given: asked.lastGiven };
  const { undo } = asked;
  const [released = null] = undo === null ? asked.released : [];
  asked.next = null;
  asked.hearSkip();
  organization.isInTurn = true;
  organization.isForgotten = false;
  show(organization, { ...before, status: 'Running', result: { ...before.result, status: 'Running' } });
  try {
    // Nothing is done on somebody's word before it is on record.
    await asked.decided.keep((decisions) => record(organization, recording, decisions));
    // What is released is compared with the report as it is now: one that moved makes the new plan wait.
    asked.lastGiven = turn.given ?? asked.lastGiven;
    const given = turn.given === null || released !== null ? await takeReport(organization) : turn.given;
    asked.lastGiven = given;
    // One that came with the start of this execution is taken in only after it has begun.
    await asked.decided.keep((decisions) => record(organization, recording, decisions));
    const settled = undo === null ? await bill(organization, given, released) : await goBack(organization, given, undo, before);
    if (!isCutShort(organization)) show(organization, settled);
    if (released !== null && !organization.summary.mayHeal) asked.endRelease(organization.summary.staysOpen);
  } catch (error) {
    const { message } = noteFailure(organization, error);
    log.warn('organization could not be settled', { message });
    show(organization, blankSummary(organization.input, 'NeedsAttention', message, organization.summary));
  }
  organization.turns += 1;
  organization.isInTurn = false;
  asked.endTurn();
  // What is read again replaces what is missing; where that was missing too, a person has to look.
  if (organization.isForgotten && turn.given !== null) asked.next ??= { given: null };
  return organization.summary;
}

function bill(organization: OrganizationState, given: GivenReport, approvedDigest: string | null): Promise<OrganizationSummary> {
  const request = requestOf(organization, given, approvedDigest);
  return billOrganization(activitiesFor(organization), request, controlOf(organization));
}

/** Takes the month back. Where nothing of that was begun, it stands as before, with the reason. */
async function goBack(
  organization: OrganizationState,
  given: GivenReport,
  digest: string,
  before: OrganizationSummary,
): Promise<OrganizationSummary> {
  const { asked } = organization;
  const request = requestOf(organization, withoutSurvey(given), null);
  const came = await undoOrganization(activitiesFor(organization), request, digest, controlOf(organization));
  const isOver = 'refused' in came ? !came.mayHeal : came.isWhole;
  if (isOver && !isCutShort(organization) && asked.undo === digest) asked.undo = null;
  if ('summary' in came) return came.summary;
  const { mayHeal, refused: message } = came;
  const status = mayHeal ? 'NeedsAttention' : before.status === 'Running' ? 'Unchanged' : before.status;
  const staysOpen = mayHeal || (before.status !== 'Running' && before.staysOpen);
  return { ...before, status, staysOpen, mayHeal, message, result: { ...before.result, status } };
}

// ---------------------------------------------------------------------------------------------------------------- what a turn is given

function requestOf(organization: OrganizationState, given: GivenReport, approvedDigest: string | null): OrganizationRequest {
  const { input, asked, before } = organization;
  const { broker, month, organizationId } = input;
  organization.before = undefined;
  return {
    broker,
    month,
    asOf: given.asOf,
    mode: asked.mode,
    organizationId,
    given,
    approvedDigest,
    workflowId: workflowInfo().workflowId,
    ...(before === undefined ? {} : { before }),
  };
}

const controlOf = (organization: OrganizationState): Control => ({
  skipReason: () => organization.asked.hearSkip(),
  failureOf: (error) => noteFailure(organization, error),
  hasRoom: (done) => hasRoom(organization, done),
});

function noteFailure(organization: OrganizationState, error: unknown): Failure {
  const failure = failureOf(error);
  if (failure.isForgotten === true) organization.isForgotten = true;
  return failure;
}

/** Whether there is room for more of the plan. Where there is none, a next execution continues, unless all that came of this one was failures: they would come again. */
function hasRoom(organization: OrganizationState, done: DoneSoFar): boolean {
  const { historyLength, historySize } = workflowInfo();
  if (historyLength < HISTORY_EVENTS && historySize < HISTORY_BYTES) return true;
  if (countWrites(done.writes) > countWrites(organization.input.before?.writes ?? NO_WRITES)) organization.cutAt = done;
  return false;
}

// ---------------------------------------------------------------------------------------------------------------- its activities

function activitiesFor(organization: OrganizationState): OrganizationActivities {
  const { broker, month, organizationId } = organization.input;
  const name = `${organization.summary.result.organizationName || organizationId} ${month}`;
  return {
    planOrganization: async (request) => {
      const what = request.undo === undefined ? 'Plan' : 'Plan the undo of';
      const plan = await planning(broker, `${what} ${name}`).planOrganization(request);
      if (request.approvedDigest !== null && plan.remark !== undefined) noteCameToNothing(organization, plan.remark);
      return plan;
    },
    verifyOrganization: (request) => planning(broker, `Read back and compare ${name}`).verifyOrganization(request),
    carryOut,
  };
}

async function takeReport({ input, asked }: OrganizationState): Promise<GivenReport> {
  const { broker, month } = input;
  const { lastGiven, mode } = asked;
  const asOf = lastGiven?.asOf ?? input.asOf;
  const { report } = await reading(broker, `Cloudmore's report of ${month}`).takeReport({
    broker,
    month,
    asOf,
    mode,
    ...(lastGiven === null ? {} : { instead: lastGiven.report }),
  });
  return { asOf, report, survey: null, surveyedAt: null };
}

/** Records what was decided since the last turn, before nobody is there to do it. */
export const keepDecisions = (organization: OrganizationState): Promise<void> =>
  organization.asked.decided.keep((decisions) => record(organization, recordingPatiently, decisions));

function record({ input }: OrganizationState, by: typeof recording, decisions: DecisionTaken[]): Promise<void> {
  const { broker, month, organizationId } = input;
  return by(broker, 'Record who decided what').recordDecisions({ broker, month, organizationId, decisions });
}
