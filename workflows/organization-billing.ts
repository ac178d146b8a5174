import { allHandlersFinished, condition, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { OrganizationBillingInput, OrganizationSummary } from '../shared/messages/messages.js';
import { Asked } from './asked.js';
import { brief, OrganizationState, HEAL_AFTER } from './organization-state.js';
import { hearFromTheStart, Hearing } from './hearing.js';
import { checkBroker, checkOrganization, unknownInOrganization } from './messages.js';
import { refuseOrKeep } from './refused.js';

/**
 * One organization's month. Ends when it is billed, or has nothing to bill; waits for a person otherwise, open and visible, until a signal, the next
 * day's report, or time fixes the cause.
 */
export async function organizationBilling(given: OrganizationBillingInput): Promise<OrganizationSummary> {
  const input = checkOrganization(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const unknown = refuseOrKeep(unknownInOrganization(input));
  const asked = new Asked(input);
  const organization = new OrganizationState(input, asked);
  organization.showRefused(unknown);
  new Hearing(organization, asked).listen();
  let summary: OrganizationSummary;
  let heals = 0;
  if (!(await organization.isCalled())) return brief(organization.shown);
  for (;;) {
    summary = await organization.takeTurn();
    if (organization.isCutShort()) await organization.continueInNewExecution();
    await organization.report(summary);
    if (asked.hasNext()) continue;
    if (!summary.staysOpen) {
      // Anyone who asks for something in this moment still gets it.
      await condition(() => allHandlersFinished() || asked.hasNext());
      if (asked.hasNext()) continue;
      await organization.keepDecisions();
      if (asked.hasNext()) continue;
      break;
    }
    const delay = summary.mayHeal ? HEAL_AFTER[heals] : undefined;
    const called = await organization.waitForCall(delay, summary);
    if (called === 'closed') {
      await organization.keepDecisions();
      break;
    }
    if (organization.isOfAnOlderVersion()) await organization.continueInNewExecution();
    if (called === 'healing') heals += 1;
  }
  return brief(summary);
}

/**
 * An organization ends on the version of the program on which it began; one that waits for a person begins again on the current one when it is called. Servers
 * take no such wish from a worker that has no version. This is asked before the execution is given anything, its first messages included.
 */
setWorkflowOptions(() => {
  hearFromTheStart();
  return (workflowInfo().currentDeploymentVersion?.deploymentName ?? '') === '' ? {} : { versioningBehavior: 'PINNED' };
}, organizationBilling);
