import type { Client, WorkflowHandle } from '@temporalio/client';
import { dailyBillingId, organizationBillingId } from '../shared/messages/names.js';
import { atOnce, type MonthOptions } from './month.js';

/** What workflows left in Temporal's database, counted. */
export interface Histories {
  executions: number;
  events: number;
  bytes: number;
  /** As Temporal Cloud counts what it charges for. */
  actions: number;
  activities: number;
  /** Of the execution that has most. */
  mostEvents: number;
  mostBytes: number;
  /** Bytes in the payloads of the event that carries most. */
  largestPayload: number;
}

const NOTHING: Histories = {
  executions: 0,
  events: 0,
  bytes: 0,
  actions: 0,
  activities: 0,
  mostEvents: 0,
  mostBytes: 0,
  largestPayload: 0,
};

/** Histories that are fetched at once. */
const AT_ONCE = 10;

/** What a run's workflow left, in all of its executions. */
export async function historyOfRun(client: Client, { broker, month }: MonthOptions): Promise<Histories> {
  let sum = NOTHING;
  let runId: string | undefined;
  do {
    const { left, continuedFrom } = await executionOf(client.workflow.getHandle(dailyBillingId(broker, month), runId));
    sum = together(sum, left);
    runId = continuedFrom;
  } while (runId !== undefined);
  return sum;
}

/** What the latest executions of these organizations' workflows left, together. */
export async function historiesOfOrganizations(
  client: Client,
  { broker, month }: MonthOptions,
  organizations: string[],
): Promise<Histories> {
  let sum = NOTHING;
  await atOnce(AT_ONCE, organizations, async (id) => {
    const { left } = await executionOf(client.workflow.getHandle(organizationBillingId(broker, month, id)));
    sum = together(sum, left);
  });
  return sum;
}

const together = (one: Histories, other: Histories): Histories => ({
  executions: one.executions + other.executions,
  events: one.events + other.events,
  bytes: one.bytes + other.bytes,
  actions: one.actions + other.actions,
  activities: one.activities + other.activities,
  mostEvents: Math.max(one.mostEvents, other.mostEvents),
  mostBytes: Math.max(one.mostBytes, other.mostBytes),
  largestPayload: Math.max(one.largestPayload, other.largestPayload),
});

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

async function executionOf(handle: WorkflowHandle): Promise<{ left: Histories; continuedFrom: string | undefined }> {
  const events = (await handle.fetchHistory()).events ?? [];
  const bytes = (await handle.describe()).historySize ?? 0;
  const left: Histories = {
    executions: 1,
    events: events.length,
    bytes,
    actions: events.reduce((sum, event) => sum + actionsOf(event), 0),
    activities: events.filter(({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes != null).length,
    mostEvents: events.length,
    mostBytes: bytes,
    largestPayload: Math.max(0, ...events.map(payloadOf)),
  };
  return { left, continuedFrom: events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined };
}

/** Start 1, child start 2 (its own start among them), activity attempt 1, timer 1, signal 1, upsert 1, continue-as-new 1. Heartbeats are in no history. */
function actionsOf(event: Event): number {
  if (event.workflowExecutionStartedEventAttributes) return 1;
  if (event.startChildWorkflowExecutionInitiatedEventAttributes) return 1;
  if (event.activityTaskStartedEventAttributes) return event.activityTaskStartedEventAttributes.attempt ?? 1;
  const isOne =
    event.timerStartedEventAttributes ??
    event.workflowExecutionSignaledEventAttributes ??
    event.upsertWorkflowSearchAttributesEventAttributes ??
    event.workflowExecutionContinuedAsNewEventAttributes;
  return isOne ? 1 : 0;
}

/** Bytes that an event carries, whatever it is about: inputs, results, signals, failures, summaries. */
export function payloadOf(part: unknown): number {
  if (part instanceof Uint8Array) return part.length;
  if (typeof part !== 'object' || part === null) return 0;
  return Object.values(part).reduce<number>((sum, member) => sum + payloadOf(member), 0);
}
