import type { Client } from '@temporalio/client';
import { hostname } from 'node:os';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import type { Evidence } from '../../shared/evidence/index.js';
import type { Queue } from '../main.js';

/** Whether this process does its work: asked of those who know, not of itself. */
export interface Readiness {
  isReady: boolean;
  /** What was asked, and what came of it. */
  checks: Record<string, string>;
  /** Of a process that serves many brokers: each one's own. */
  brokers?: Record<string, { ready: boolean; checks: Record<string, string> }>;
}

export interface Asked {
  client: Client;
  evidence: Evidence;
  broker: string;
  queues: Queue[];
  lease: () => 'held' | 'standby' | 'none';
  isStopping: () => boolean;
}

const OK = 'ok';
/** A worker that waits for a task asks again after a minute at the latest. */
const SILENT_AFTER_MS = 90_000;
const WITHIN_MS = 5_000;
/** Kinds of task queues in Temporal's numbering. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;
/** As the SDK names a worker. */
const IDENTITY = `${process.pid}@${hostname()}`;

/** Asks Temporal whether this process takes work from its queues, the store whether it answers, and whether the lease is held, or somebody else's. */
export async function readiness(asked: Asked): Promise<Readiness> {
  const lease = asked.lease();
  const serving = asked.queues.filter((queue) => queue !== 'autotask' || lease === 'held');
  const queues = await Promise.all(serving.map((queue) => polls(asked, queue)));
  const checks: Record<string, string> = {
    ...Object.fromEntries(queues),
    evidence: await answers(asked.evidence),
    ...(asked.queues.includes('autotask') ? { lease } : {}),
    ...(asked.isStopping() ? { process: 'is about to end' } : {}),
  };
  const isReady = Object.entries(checks).every(([what, came]) => (what === 'lease' ? came !== 'none' : came === OK));
  return { isReady, checks };
}

async function polls({ client, broker }: Asked, queue: Queue): Promise<[string, string]> {
  const [name, taskQueueType] = {
    billing: [billingQueue(broker), WORKFLOW_TASKS] as const,
    cloudmore: [cloudmoreQueue(broker), ACTIVITY_TASKS] as const,
    autotask: [autotaskQueue(broker), ACTIVITY_TASKS] as const,
  }[queue];
  const { namespace } = client.options;
  try {
    const { pollers } = await within(client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }));
    const own = (pollers ?? []).find(({ identity }) => identity === IDENTITY);
    const since = Date.now() - Number(own?.lastAccessTime?.seconds ?? 0) * 1000;
    return [name, own !== undefined && since < SILENT_AFTER_MS ? OK : 'this process takes nothing from it'];
  } catch (error) {
    return [name, `Temporal cannot be asked: ${messageOf(error)}`];
  }
}

async function answers(evidence: Evidence): Promise<string> {
  try {
    await within(evidence.now());
    return OK;
  } catch (error) {
    return messageOf(error);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${WITHIN_MS / 1000} seconds`)), WITHIN_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // it may fail after nobody waits any more
  }
}
