import type { Client } from '@temporalio/client';
import { organizationBillingsOf, scheduledBillingId } from '../../shared/messages/names.js';
import { isOf } from './own.js';
import { whyTasksFail } from './silent.js';

/** Open workflows that cannot continue, checked ten at a time. */
export interface FailingWorkflow {
  workflowId: string;
  runId: string;
  cause: string;
}

const DESCRIBED_AT_ONCE = 10;

/** Every open workflow of the broker whose tasks fail. */
export async function failingOf(client: Client, broker: string): Promise<FailingWorkflow[]> {
  const open: { workflowId: string; runId: string }[] = [];
  for (const prefix of [scheduledBillingId(broker), organizationBillingsOf(broker)])
    for await (const info of client.workflow.list({
      query: `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${prefix}'`,
    }))
      if (isOf(broker, info.workflowId)) open.push({ workflowId: info.workflowId, runId: info.runId });
  const found: FailingWorkflow[] = [];
  for (let index = 0; index < open.length; index += DESCRIBED_AT_ONCE) {
    const some = open.slice(index, index + DESCRIBED_AT_ONCE);
    const causes = await Promise.all(some.map((one) => causeOf(client, one)));
    causes.forEach((cause, at) => {
      if (cause !== null) found.push({ ...some[at]!, cause });
    });
  }
  return found;
}

async function causeOf(client: Client, { workflowId, runId }: { workflowId: string; runId: string }): Promise<string | null> {
  const description = await client.workflow.getHandle(workflowId, runId).describe();
  return description.status.name === 'RUNNING' ? whyTasksFail(client, description) : null;
}
