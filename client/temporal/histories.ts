import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { GRPC, grpcStateOf } from '../../shared/messages/causes.js';
import { monthEndsOf } from '../../shared/messages/month-end.js';
import { organizationBillingId, scheduledBillingId, WORKFLOWS } from '../../shared/messages/names.js';

/** What Temporal remembers of a broker's runs, for anyone who ends or deletes it. */

/** Whether a workflow id is one of the broker's. */
export function isOfBroker(workflowId: string, broker: string): boolean {
  const daily = scheduledBillingId(broker);
  const organizations = organizationBillingId(broker, '', '').slice(0, -1);
  return (
    workflowId === daily ||
    [`${daily}/`, `${daily}-`, organizations, monthEndsOf(broker)].some((prefix) => workflowId.startsWith(prefix))
  );
}

/** The broker's executions, open and closed, or those of another query. */
export async function* executionsOf(client: Client, broker: string, also = ''): AsyncGenerator<WorkflowExecutionInfo> {
  const types = Object.values(WORKFLOWS).map((type) => `WorkflowType = '${type}'`);
  for await (const execution of client.workflow.list({ query: `(${types.join(' OR ')})${also}` }))
    if (isOfBroker(execution.workflowId, broker)) yield execution;
}

/** All that a history says, decrypted, as one text. */
export async function historyText(
  client: Client,
  { workflowId, runId }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>,
): Promise<string> {
  const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const texts: string[] = [];
  await gather(client, history, texts);
  return texts.join('\n');
}

interface PayloadLike {
  metadata: Record<string, Uint8Array>;
  data: Uint8Array;
}

const isPayload = (value: object): value is PayloadLike =>
  'metadata' in value && 'data' in value && value.data instanceof Uint8Array && typeof value.metadata === 'object';

async function gather(client: Client, value: unknown, texts: string[]): Promise<void> {
  if (typeof value === 'string') texts.push(value);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (!isPayload(value)) {
    for (const member of Object.values(value)) await gather(client, member, texts);
    return;
  }
  let payloads = [value] as { metadata?: Record<string, Uint8Array> | null; data?: Uint8Array | null }[];
  for (const codec of client.options.loadedDataConverter.payloadCodecs) payloads = await codec.decode(payloads);
  texts.push(...payloads.map(({ data }) => Buffer.from(data ?? []).toString('utf8')));
}

/** The list of executions lags behind by moments: it is asked until none of them is in it. */
const ROUNDS = 60;
const ROUND_MS = 500;

/** Deletes executions with their histories; open ones are terminated by the server first. Waits until none is listed any more. */
export async function deleteExecutions(
  client: Client,
  executions: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>[],
): Promise<void> {
  const { namespace } = client.options;
  for (const { workflowId, runId } of executions) {
    try {
      await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  for (const { workflowId, runId } of executions)
    for (let round = 0; round < ROUNDS && (await isThere(client, workflowId, runId)); round += 1) await sleep(ROUND_MS);
}

async function isThere(client: Client, workflowId: string, runId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId, runId).describe();
    return true;
  } catch (error) {
    if (error instanceof Error && (error.name === 'WorkflowNotFoundError' || isNotFound(error))) return false;
    throw error;
  }
}

const isNotFound = (error: unknown): boolean => grpcStateOf(error) === GRPC.notFound;
