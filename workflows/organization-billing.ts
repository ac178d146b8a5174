import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setWorkflowOptions,
  workflowInfo,
} from '@temporalio/workflow';
import { SETTLED_SIGNAL } from '../shared/messages/names.js';
import type { OrganizationBillingInput, OrganizationSummary, SettledSignal } from '../shared/messages/messages.js';
import { continueOn } from './activities.js';
import { withoutSurvey } from './asked.js';
import { hearFromTheStart, listen } from './hearing.js';
import { checkBroker, checkOrganization, unknownInOrganization } from './messages.js';
import { beginOrganization, brief, isCutShort, showRefused, type OrganizationState } from './organization-state.js';
import { keepDecisions, takeTurn } from './organization-turn.js';
import { refuseOrKeep } from './refused.js';

/** Waits before an organization that something transient stopped is tried again automatically; the last is repeated no further. */
const HEAL_AFTER = ['6 minutes', '30 minutes', '2 hours', '6 hours'] as const;
/** A message that comes with the start is there at once; one that was refused never comes. */
const CALLED_WITHIN = '1 minute';
/** An organization that waits stays open at least this long, also when its month was over long ago. */
const OPEN_AT_LEAST_MS = 14 * 86_400_000;

/**
 * One organization's month. Ends when it is billed, or has nothing to bill; waits for a person otherwise, open and visible, until a signal, the next
 * day's report, or time fixes the cause.
 */
export async function organizationBilling(given: OrganizationBillingInput): Promise<OrganizationSummary> {
  const input = checkOrganization(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const unknown = refuseOrKeep(unknownInOrganization(input));
  const organization = beginOrganization(input);
  const { asked } = organization;
  showRefused(organization, unknown);
  listen(organization);
  let summary: OrganizationSummary;
  let heals = 0;
  if (!(await isCalled(organization))) return brief(organization.summary);
  for (;;) {
    summary = await takeTurn(organization);
    if (isCutShort(organization)) await continueInNewExecution(organization);
    await reportToRuns(organization, summary);
    if (asked.hasNext()) continue;
    if (!summary.staysOpen) {
      // Anyone who asks for something in this moment still gets it.
      await condition(() => allHandlersFinished() || asked.hasNext());
      if (asked.hasNext()) continue;
      await keepDecisions(organization);
      if (asked.hasNext()) continue;
      break;
    }
    const delay = summary.mayHeal ? HEAL_AFTER[heals] : undefined;
    const called = await waitForCall(organization, delay, summary);
    if (called === 'closed') {
      await keepDecisions(organization);
      break;
    }
    if (isOfAnOlderVersion()) await continueInNewExecution(organization);
    if (called === 'healing') heals += 1;
  }
  return brief(summary);
}

/** Whether there is anything to do. One that was started for a message waits for it, but not for one that was refused. */
const isCalled = ({ asked }: OrganizationState): Promise<boolean> | true =>
  asked.hasNext() || condition(() => asked.hasNext(), CALLED_WITHIN);

/** Notifies the runs that wait for this organization. A run that has ended in the meantime does not matter. */
async function reportToRuns(organization: OrganizationState, summary: OrganizationSummary): Promise<void> {
  const { asked, input } = organization;
  if (asked.next !== null) return;
  const listeners = new Set(asked.listeners);
  asked.listeners.clear();
  if (summary.staysOpen && organization.starter !== null) {
    listeners.add(organization.starter);
    organization.starter = null;
  }
  for (const workflowId of listeners) {
    try {
      await getExternalWorkflowHandle(workflowId).signal<[SettledSignal]>(SETTLED_SIGNAL, {
        organizationId: input.organizationId,
        summary: brief(summary),
        runId: workflowInfo().runId,
      });
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.info('the run that asked has ended', { workflowId });
    }
  }
}

/** Waits for a call; after `delay` it tries again automatically, and at the end of the month's recheck window it gives up waiting. */
async function waitForCall(
  { asked }: OrganizationState,
  delay: (typeof HEAL_AFTER)[number] | undefined,
  summary: OrganizationSummary,
): Promise<'called' | 'healing' | 'closed'> {
  const closesAt = Math.max(Date.parse(`${summary.closesOn}T00:00:00Z`), workflowInfo().startTime.getTime() + OPEN_AT_LEAST_MS);
  const wait = delay ?? Math.max(closesAt - Date.now(), 1000);
  const called = await condition(() => asked.next !== null, wait, {
    summary: delay ? 'tries again automatically' : 'waits for a person',
  });
  if (called) return 'called';
  if (delay === undefined) return 'closed';
  asked.next = { given: asked.lastGiven && withoutSurvey(asked.lastGiven) };
  return 'healing';
}

/** Whether the program has a newer version than this execution's. Anyone who waits for an answer gets it from this one first. */
const isOfAnOlderVersion = (): boolean => workflowInfo().targetWorkerDeploymentVersionChanged && allHandlersFinished();

/** The next execution plans what is left, and comes to the same: a plan is a difference. */
async function continueInNewExecution(organization: OrganizationState): Promise<never> {
  await condition(allHandlersFinished);
  await keepDecisions(organization);
  const { input, asked, starter, cutAt } = organization;
  return continueOn<typeof organizationBilling>(input.broker)({
    ...input,
    ...asked.handOn(),
    parentId: starter,
    ...(cutAt === null ? {} : { before: cutAt }),
    waitsForCall: false,
  });
}

/**
 * An organization ends on the version of the program on which it began; one that waits for a person begins again on the current one when it is called. Servers
 * take no such wish from a worker that has no version. This is asked before the execution is given anything, its first messages included.
 */
setWorkflowOptions(() => {
  hearFromTheStart();
  return (workflowInfo().currentDeploymentVersion?.deploymentName ?? '') === '' ? {} : { versioningBehavior: 'PINNED' };
}, organizationBilling);
