import { us } from '../terminal/called.js';
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { shellCommand, type Command } from '../../shared/billing/basics/command.js';
import { GRPC, grpcStateOf, isNoNamespace, rootCauseOf } from '../../shared/messages/causes.js';
import { encryptionOf } from '../../shared/encryption/converter.js';
import { keysFolderOf } from '../../shared/encryption/keyring.js';
import type { Environment } from '../../shared/environment.js';
import { openTraces, tracesEndpointOf } from '../../shared/tracing/index.js';
import { pathOf, whyNoFile } from '../../shared/files.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import { whyUnreached } from './unreached.js';

/** Temporal for commands: connect, use, always close. */
export interface Temporal {
  client: Client;
  address: string;
  namespace: string;
}

const CONNECT_WITHIN_MS = 5_000;
const DEFAULT_ADDRESS = '127.0.0.1:7233';

/** Where `TEMPORAL_…` and the profile file say Temporal is; a worker needs the same. */
export function connectionSettings(environment: Environment): {
  connection: ClientConnectConfig['connectionOptions'] & { address: string };
  address: string;
  namespace: string;
  /** Whether a person named the address, or it is the default. */
  isNamed: boolean;
} {
  const { connectionOptions, namespace } = loadSettings(environment);
  const address = connectionOptions.address ?? DEFAULT_ADDRESS;
  const isNamed = connectionOptions.address !== undefined;
  return { connection: { ...connectionOptions, address }, address, namespace: namespace ?? 'default', isNamed };
}

function loadSettings(environment: Environment): ClientConnectConfig {
  try {
    return loadClientConnectConfig({ overrideEnvVars: definedOnly(environment) });
  } catch (error) {
    const why = whyNoFile(error);
    if (why === null) throw error;
    throw new CommandError(
      EXIT.configuration,
      `Settings of Temporal: ${pathOf(error)}: ${why}. It is named by TEMPORAL_TLS_…_PATH or in the profile file.`,
    );
  }
}

const definedOnly = (environment: Environment): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** Runs `use` with a connection. Throws a `CommandError` that says why there is none. */
export async function withTemporal<T>(
  environment: Environment,
  use: (temporal: Temporal) => Promise<T>,
  withinMs = CONNECT_WITHIN_MS,
): Promise<T> {
  const { connection: options, address, namespace, isNamed } = connectionSettings(environment);
  const traces = await openTraces(tracesEndpointOf(environment));
  const connection = await connect(options, { address, isNamed }, withinMs);
  try {
    const dataConverter = encryptionOf(keysFolderOf(environment)).converter;
    const interceptors = traces === null ? {} : { workflow: [traces.forClient] };
    const client = new Client({ connection, namespace, dataConverter, interceptors });
    return await use({ client, address, namespace });
  } catch (error) {
    throw isNoNamespace(error) ? new CommandError(EXIT.configuration, noNamespace(address, namespace)) : error;
  } finally {
    await traces?.flush();
    await connection.close();
  }
}

async function connect(
  options: ConnectionOptions,
  { address, isNamed }: { address: string; isNamed: boolean },
  connectTimeout: number,
): Promise<Connection> {
  try {
    return await Connection.connect({ ...options, connectTimeout });
  } catch (error) {
    const reason = refusedLogIn(error) ?? (await whyUnreached(options, address)) ?? rootCauseOf(error);
    throw new CommandError(EXIT.unreachable, `Temporal cannot be reached at ${address}: ${reason}.\n${wayOut(isNamed)}`);
  }
}

/** The server is there, and knows nobody by what the settings show it; null for any other reason. */
const refusedLogIn = (error: unknown): string | null =>
  error instanceof Error && [GRPC.unauthenticated, GRPC.permissionDenied].some((state) => state === grpcStateOf(error.cause))
    ? `the server refuses these credentials: is TEMPORAL_API_KEY the namespace's, or is TEMPORAL_TLS_CLIENT_CERT_PATH from an authority that it knows? (${rootCauseOf(error)})`
    : null;

/** `temporal operator …` */
export const operator = (...words: string[]): Command => shellCommand('temporal', 'operator', ...words);

/** What a namespace should be made with: a month, its recheck window, and time for questions. */
export const RECOMMENDED_RETENTION = '90d';
export const namespaceMadeBy = (name: string): Command =>
  operator('namespace', 'create', '-n', name, '--retention', RECOMMENDED_RETENTION);

const noNamespace = (address: string, name: string): string =>
  `Temporal at ${address} has no namespace "${name}". Name yours in TEMPORAL_NAMESPACE, or create it:\n${namespaceMadeBy(name)}`;

/** A person who named a server does not want another one. */
const wayOut = (isNamed: boolean): string =>
  isNamed
    ? 'The address comes from TEMPORAL_ADDRESS or the profile file.'
    : `Start a server with: ${us()} temporal start\nor name yours in TEMPORAL_ADDRESS.`;

/** Kinds of task queues in Temporal's numbering. */
export const WORKFLOW_TASKS = 1;
export const ACTIVITY_TASKS = 2;

/** Whether a worker asks the queue for work. */
export async function isServed({ client, namespace }: Temporal, name: string, taskQueueType = WORKFLOW_TASKS): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
  return (pollers ?? []).length > 0;
}
