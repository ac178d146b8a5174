import { allHandlersFinished, condition, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { OrganizationBillingInput, OrganizationSummary } from '../shared/messages/messages.js';
import { Asked } from './asked.js';
import { brief, Desk, HEAL_AFTER } from './desk.js';
import { hearFromTheStart, Hearing } from './hearing.js';
import { checkBroker, checkOrganization, unknownInOrganization } from './messages.js';
import { refuseOrTell } from './refused.js';

/**
 * One organization's month. Ends when it is billed, or has nothing to bill; waits for a person otherwise, open and visible, until a signal, the next
 * day's report, or time fixes the cause.
 */
export async function organizationBilling(given: OrganizationBillingInput): Promise<OrganizationSummary> {
  const input = checkOrganization(given);
  checkBroker(input.broker, workflowInfo().taskQueue);
  const unknown = refuseOrTell(unknownInOrganization(input));
  const asked = new Asked(input);
  const desk = new Desk(input, asked);
  desk.showRefused(unknown);
  new Hearing(desk, asked).listen();
  let summary: OrganizationSummary;
  let heals = 0;
  if (!(await desk.isCalled())) return brief(desk.shown);
  for (;;) {
    summary = await desk.takeTurn();
    if (desk.isCutShort()) await desk.goOnAnew();
    await desk.tell(summary);
    if (asked.hasNext()) continue;
    if (!summary.staysOpen) {
      // Anyone who asks for something in this moment still gets it.
      await condition(() => allHandlersFinished() || asked.hasNext());
      if (asked.hasNext()) continue;
      await desk.keepDecisions();
      if (asked.hasNext()) continue;
      break;
    }
    const delay = summary.mayHeal ? HEAL_AFTER[heals] : undefined;
    const called = await desk.waitForCall(delay, summary);
    if (called === 'closed') {
      await desk.keepDecisions();
      break;
    }
    if (desk.isOfAnOlderVersion()) await desk.goOnAnew();
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
