import { WithStartWorkflowOperation, WorkflowUpdateFailedError, type WorkflowUpdateHandle } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { summaryText } from '../../shared/billing/basics/markdown.js';
import type { Day, Month } from '../../shared/billing/types.js';
import {
  billingQueue,
  organizationBillingId,
  RERUN_UPDATE,
  SKIP_UPDATE,
  UNDO_UPDATE,
  WORKFLOWS,
} from '../../shared/messages/names.js';
import type { GivenReport, OrganizationBillingInput } from '../../shared/messages/messages.js';
import type { Sender } from '../../shared/messages/decisions.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import type { Temporal } from './connection.js';

/** Messages to an organization, with the start of its workflow where none is open: an update, which answers; else the signal that the Web UI sends. */

interface SignalWithStartInput {
  broker: string;
  at: At;
  signal: string;
  message: [reason: string, from: Sender];
}

export async function signalWithStart(
  { client }: Temporal,
  { broker, at, signal, message }: SignalWithStartInput,
): Promise<void> {
  await client.workflow.signalWithStart(WORKFLOWS.organization, {
    ...startOptions(broker, at),
    signal,
    signalArgs: message,
  });
}

interface At {
  month: Month;
  organizationId: string;
  asOf: Day;
}

function startOptions(broker: string, { month, organizationId, asOf }: At, given: GivenReport | null = null) {
  const input: OrganizationBillingInput = {
    ...{ broker, month, asOf, mode: null, organizationId, given, parentId: null },
    ...(given === null ? {} : { waitsForCall: true }),
  };
  return {
    workflowId: organizationBillingId(broker, month, organizationId),
    taskQueue: billingQueue(broker),
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    staticSummary: summaryText([organizationId, month].join(' ')),
    searchAttributes: {
      BillingBroker: [broker],
      BillingMonth: [month],
      BillingOrganization: [organizationId],
      BillingStatus: ['Running'],
    },
  };
}

/** How long a person waits for the answer; what takes longer continues in the background. */
const ANSWER_WITHIN_MS = 15_000;
interface UpdateWithStartInput {
  broker: string;
  at: At;
  signal: 'skip' | 'rerun';
  message: [reason: string, from: Sender];
}

/** Sends it as an update, which is refused at once where it makes no sense. Answers what came of it; null where that takes longer. */
export async function updateWithStart(
  { client }: Temporal,
  { broker, at, signal, message }: UpdateWithStartInput,
): Promise<string | null> {
  const handle = await startUpdate(client, startOptions(broker, at), signal === 'skip' ? SKIP_UPDATE : RERUN_UPDATE, message);
  return answerOf(client, handle, ANSWER_WITHIN_MS);
}

/**
 * Releases the way back of a digest. Where no workflow is open one is started, which does nothing but this: it settles the month from the report of its latest
 * run. Answers what came of it; null where that takes longer.
 */
export async function undoWithStart(
  { client }: Temporal,
  broker: string,
  at: At,
  { given, digest, from, withinMs }: { given: GivenReport; digest: string; from: Sender; withinMs: number },
): Promise<string | null> {
  const handle = await startUpdate(client, startOptions(broker, at, given), UNDO_UPDATE, [digest, from]);
  return answerOf(client, handle, withinMs);
}

function startUpdate(
  client: Temporal['client'],
  options: ReturnType<typeof startOptions>,
  update: string,
  args: [string, Sender],
): Promise<WorkflowUpdateHandle<string>> {
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.organization, {
    ...options,
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return refusable(() =>
    client.workflow.startUpdateWithStart<Workflow, string, [string, Sender]>(update, {
      args,
      waitForStage: 'ACCEPTED',
      startWorkflowOperation,
    }),
  );
}

/** What an update came to, or null where it has not come to anything yet. Throws why it was refused. */
export async function answerOf(
  client: Temporal['client'],
  handle: WorkflowUpdateHandle<string>,
  withinMs: number,
): Promise<string | null> {
  const over = new AbortController();
  const late = sleep(withinMs, null, { signal: over.signal }).catch(() => null);
  // Nobody waits for an answer that is late: left alone, the client would keep asking over a connection that is closed by then.
  const result = client.withAbortSignal(over.signal, () => handle.result());
  try {
    return await refusable(() => Promise.race([result, late]));
  } finally {
    over.abort();
  }
}

async function refusable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new CommandError(EXIT.failed, error.cause?.message ?? error.message);
  }
}
