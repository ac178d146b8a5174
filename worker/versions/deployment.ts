import type { Client } from '@temporalio/client';
import { GRPC, grpcStateOf, isNoNamespace } from '../../shared/messages/causes.js';
import { billingQueue, deploymentName } from '../../shared/messages/names.js';

/**
 * A broker's deployment as Temporal keeps it: the versions of the program that have served its workflows, which of them is the current one, and which of
 * them a worker runs. New executions begin on the current version; an organization stays on the one it began on.
 */
export interface Deployment {
  name: string;
  /** Build id; null: no version is. */
  current: string | null;
  /** The newest first. */
  versions: Version[];
}

export interface Version {
  buildId: string;
  createdAt: Date;
  /** Null for one that never was the current one. */
  lastCurrentAt: Date | null;
  /** Whether a worker asks for its work. */
  isServed: boolean;
}

/** gRPC's states. */
const UNAVAILABLE = [4, 8, 14];
/** A worker that waits asks again after a minute; one that was not heard of for longer has ended. */
const SILENT_AFTER_MS = 75_000;
/** `WORKFLOW` in Temporal's numbering of kinds of task queues. */
const WORKFLOW_TASKS = 1;

/** The broker's deployment; empty where no worker of a version has come yet; null where the server knows no versions. */
export async function readDeployment(client: Client, broker: string, now = new Date()): Promise<Deployment | null> {
  const name = deploymentName(broker);
  const { namespace } = client.options;
  try {
    const { workerDeploymentInfo: info } = await client.workflowService.describeWorkerDeployment({
      namespace,
      deploymentName: name,
    });
    const served = await servedBuilds(client, broker, now);
    const versions = (info?.versionSummaries ?? []).map((summary): Version => {
      const buildId = summary.deploymentVersion?.buildId ?? '';
      return {
        buildId,
        createdAt: dateOf(summary.createTime) ?? now,
        lastCurrentAt: dateOf(summary.lastCurrentTime) ?? dateOf(summary.currentSinceTime),
        isServed: served.has(buildId),
      };
    });
    return {
      name,
      current: info?.routingConfig?.currentDeploymentVersion?.buildId || null,
      versions: versions.sort((left, right) => right.createdAt.getTime() - left.createdAt.getTime()),
    };
  } catch (error) {
    if (isNoNamespace(error)) throw error;
    if (grpcStateOf(error) === GRPC.notFound) return { name, current: null, versions: [] };
    if (UNAVAILABLE.includes(grpcStateOf(error))) throw error;
    return null;
  }
}

/** Build ids of workers that ask for workflow tasks of the broker. */
async function servedBuilds(client: Client, broker: string, now: Date): Promise<Set<string>> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: billingQueue(broker) },
    taskQueueType: WORKFLOW_TASKS,
  });
  const alive = (pollers ?? []).filter(
    ({ lastAccessTime }) => now.getTime() - (dateOf(lastAccessTime) ?? now).getTime() < SILENT_AFTER_MS,
  );
  return new Set(alive.flatMap(({ deploymentOptions }) => deploymentOptions?.buildId || []));
}

/** Makes a version the current one. False where the server does not know it yet: the first poll of its worker is still under way. */
export async function makeCurrent(client: Client, broker: string, buildId: string): Promise<boolean> {
  try {
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: client.options.namespace,
      deploymentName: deploymentName(broker),
      buildId,
      identity: client.options.identity,
      ignoreMissingTaskQueues: true,
    });
    return true;
  } catch (error) {
    if (grpcStateOf(error) === GRPC.notFound || grpcStateOf(error) === GRPC.failedPrecondition) return false;
    throw error;
  }
}

type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;
const dateOf = (time: Timestamp): Date | null =>
  time?.seconds == null ? null : new Date(Number(time.seconds) * 1000 + (time.nanos ?? 0) / 1e6);
