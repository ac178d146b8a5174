import { randomUUID } from 'node:crypto';
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { organizationBillingsOf } from '../../shared/messages/names.js';
import type { Deployment } from './deployment.js';

/**
 * Organizations stay on the version on which they began. Where no worker of it is left, or where it was rolled back, they are planned again on the current one:
 * from their beginning, with the messages that they got. A plan is a difference to what Autotask holds, so that nothing is done twice.
 */
export interface LeftBehind {
  workflowId: string;
  runId: string;
  buildId: string;
}

/** Open organizations that are bound to a version other than the current one. */
export async function boundTo(client: Client, broker: string, deployment: Deployment): Promise<LeftBehind[]> {
  const query = [
    `ExecutionStatus = 'Running'`,
    `TemporalWorkflowVersioningBehavior = 'Pinned'`,
    `WorkflowId STARTS_WITH '${organizationBillingsOf(broker)}'`,
    ...(deployment.current === null ? [] : [`TemporalWorkerDeploymentVersion != '${deployment.name}:${deployment.current}'`]),
  ].join(' AND ');
  const found: LeftBehind[] = [];
  for await (const info of client.workflow.list({ query })) {
    const buildId = buildOf(info, deployment.name);
    if (buildId !== null) found.push({ workflowId: info.workflowId, runId: info.runId, buildId });
  }
  return found;
}

/** Those of them that nobody serves any more. */
export async function leftBehind(client: Client, broker: string, deployment: Deployment): Promise<LeftBehind[]> {
  const served = new Set(deployment.versions.filter(({ isServed }) => isServed).map(({ buildId }) => buildId));
  return (await boundTo(client, broker, deployment)).filter(({ buildId }) => !served.has(buildId));
}

function buildOf({ searchAttributes }: WorkflowExecutionInfo, deployment: string): string | null {
  const [version] = (searchAttributes.TemporalWorkerDeploymentVersion ?? []) as string[];
  return version?.startsWith(`${deployment}:`) ? version.slice(deployment.length + 1) : null;
}

/** Starts the execution from its beginning on the current version; its signals and updates come again. */
export async function planAgainOn(
  client: Client,
  { workflowId, runId }: Pick<LeftBehind, 'workflowId' | 'runId'>,
  reason: string,
): Promise<void> {
  const { namespace } = client.options;
  const execution = { workflowId, runId };
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution,
    maximumPageSize: EVENTS_READ,
  });
  const first = (history?.events ?? []).find(
    (event) =>
      event.workflowTaskCompletedEventAttributes ??
      event.workflowTaskFailedEventAttributes ??
      event.workflowTaskTimedOutEventAttributes,
  );
  if (first === undefined) return; // nothing was done yet: it will begin on the current version
  await client.workflowService.resetWorkflowExecution({
    namespace,
    workflowExecution: execution,
    reason: `billing: ${reason}`,
    workflowTaskFinishEventId: first.eventId!,
    requestId: randomUUID(),
    identity: client.options.identity,
  });
}
/** The first workflow task is over within so many. */
const EVENTS_READ = 50;
