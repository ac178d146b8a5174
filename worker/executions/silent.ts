import { WorkflowNotFoundError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { failureText } from '../../shared/encryption/converter.js';
import type { SilentFound } from '../../shared/messages/messages.js';

/** Executions that Temporal cannot continue, recognised by what the server says about them. */

/** Temporal tries a workflow task again when a worker died with it; from this attempt on it is the workflow that fails. */
const FAILING_FROM_ATTEMPT = 3;
/** Where the failure of a task stands, counted from the history's end. */
const EVENTS_READ = 20;
const CAUSE_LENGTH = 300;

/** Those of the executions from which nothing can come any more, with the reason. */
export async function findSilent(client: Client, workflowIds: string[]): Promise<SilentFound> {
  const found = await Promise.all(
    workflowIds.map(async (workflowId, index) => ({ index, why: await whySilent(client, workflowId) })),
  );
  return { silent: found.flatMap(({ index, why }) => (why === null ? [] : [{ index, why }])) };
}

async function whySilent(client: Client, workflowId: string): Promise<string | null> {
  try {
    const description = await client.workflow.getHandle(workflowId).describe();
    const { name } = description.status;
    if (name !== 'RUNNING') return `it has ended as ${name}`;
    const cause = await whyTasksFail(client, description);
    return cause === null ? null : `its workflow tasks fail: ${cause}`;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'there is no such execution any more';
    throw error;
  }
}

/** Why the workflow's tasks fail, as Temporal's history has it; null when they do not. */
export async function whyTasksFail(
  client: Client,
  { raw, workflowId, runId }: WorkflowExecutionDescription,
): Promise<string | null> {
  const attempt = raw.pendingWorkflowTask?.attempt ?? 1;
  if (attempt < FAILING_FROM_ATTEMPT) return null;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: EVENTS_READ,
  });
  const failed = (history?.events ?? []).find(({ workflowTaskFailedEventAttributes: task }) => task?.failure?.message != null);
  const why = await failureText(client.options.loadedDataConverter, failed?.workflowTaskFailedEventAttributes?.failure);
  return (why ?? 'no answer came from the worker').slice(0, CAUSE_LENGTH);
}
