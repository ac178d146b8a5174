import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../../shared/messages/names.js';
import { checkAnswers } from './checks.js';
import { freePort } from './free-port.js';
import { signalGroup, spawnGuarded, type GuardedProcess } from './guarded.js';
import { collectTail } from './run.js';

export interface DevServerOptions {
  /** The Temporal CLI, as `findTemporalServer` gives it. */
  path: string;
  /** Keeps workflows between starts; without it they live in memory. */
  dbFilename?: string;
  /** Default: any free one. */
  port?: number;
  ui?: boolean;
  /** Default: any free one. Implies `ui`. */
  uiPort?: number;
  namespace?: string;
  /** Names of Keyword search attributes; default: those of our workflows. */
  searchAttributes?: readonly string[];
  /** Limits of the server, by the names of its dynamic configuration. */
  dynamicConfig?: Record<string, string | number | boolean>;
}

export interface DevServer {
  address: string;
  namespace: string;
  /** The Web UI, where there is one. */
  uiUrl: string | undefined;
  pid: number;
  /** When the process ends, wanted or not. */
  ended: Promise<void>;
  stop: () => Promise<void>;
}

const IP = '127.0.0.1';
const STARTS_WITHIN_MS = 30_000;
const STOPS_WITHIN_MS = 5_000;
/** Before each start after the first. */
const PAUSES_MS = [100, 1_000, 5_000, 15_000] as const;
/** What Linux says of a port that is taken, and of a machine that has none left; and how the CLI ends where that meets it while it starts. */
const NO_PORT = /address already in use|cannot assign requested address|nil pointer dereference/;
/** A line that says why the server ended. */
const CAUSE = /^panic:|^error:/i;
const CAUSES_MAX = 5;
/** The same as in docker-compose.yml. A dev server forgets closed workflows after one day, too early for a month's story. */
const RETENTION = msToTs('90 days');

/**
 * Starts a dev server that ends with this process at the latest, and waits until its namespace can be used.
 *
 * The CLI chooses the ports of its inner services itself, frees them and takes them a moment later. On a busy machine there is none, or somebody
 * else gets it in between, and the CLI ends with a panic. Then it is started again, a few times.
 */
export async function startDevServer(options: DevServerOptions): Promise<DevServer> {
  for (const pauseMs of PAUSES_MS) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (!(error instanceof NoPortError)) throw error;
      await sleep(pauseMs);
    }
  }
  return startOnce(options);
}

/** The dev server ended because it got none of the ports that it chose itself. */
class NoPortError extends Error {}

async function startOnce(options: DevServerOptions): Promise<DevServer> {
  const { namespace = 'default', port = await freePort() } = options;
  const uiPort = options.uiPort ?? (options.ui ? await freePort() : undefined);
  const address = `${IP}:${port}`;
  await refuseTaken(address); // Its owner would be taken for the server started here.
  const child = spawnGuarded(options.path, devServerArguments({ ...options, namespace, port, uiPort }));
  const causes: string[] = [];
  const output = collectTail(child, (line) => {
    if (CAUSE.test(line) && causes.length < CAUSES_MAX) causes.push(line);
  });
  const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('close', () => resolve()));
  const stop = (): Promise<void> => stopProcess(child, ended);
  const gone = new AbortController();
  void ended.then(() => gone.abort());
  try {
    await prepareNamespace(address, namespace, gone.signal);
  } catch (error) {
    await stop();
    throw notStarted(address, [...causes, ...output.filter((line) => !causes.includes(line))], error);
  }
  return {
    address,
    namespace,
    uiUrl: uiPort === undefined ? undefined : `http://${IP}:${uiPort}`,
    pid: child.pid ?? 0,
    ended,
    stop,
  };
}

/** The cause first: where the server panicked, the last lines are those of a stack. */
function notStarted(address: string, lines: readonly string[], error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `The Temporal dev server at ${address} did not start (${reason}). Output:\n${lines.join('\n')}`;
  return lines.some((line) => NO_PORT.test(line))
    ? new NoPortError(message, { cause: error })
    : new Error(message, { cause: error });
}

async function refuseTaken(address: string): Promise<void> {
  const taken = await checkAnswers(address).then(
    () => true,
    () => false,
  );
  if (taken)
    throw new Error(
      `Something already listens at ${address}: a Temporal server that is still running? Stop it, or use another port.`,
    );
}

type Arguments = Omit<DevServerOptions, 'uiPort'> & { namespace: string; port: number; uiPort: number | undefined };

function devServerArguments({ namespace, port, uiPort, dbFilename, searchAttributes, dynamicConfig }: Arguments): string[] {
  // No calls to the outside world.
  const limits = Object.entries({ 'frontend.enableServerVersionCheck': false, ...dynamicConfig });
  return [
    ...['server', 'start-dev', '--ip', IP, '--port', String(port), '--namespace', namespace],
    ...['--log-level', 'error', '--log-format', 'pretty'],
    ...limits.flatMap(([name, value]) => ['--dynamic-config-value', `${name}=${JSON.stringify(value)}`]),
    ...(uiPort === undefined ? ['--headless'] : ['--ui-ip', IP, '--ui-port', String(uiPort)]),
    ...(dbFilename === undefined ? [] : ['--db-filename', dbFilename]),
    ...(searchAttributes ?? SEARCH_ATTRIBUTES).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ];
}

/** Waits for the namespace and raises its retention. */
async function prepareNamespace(address: string, namespace: string, gone: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + STARTS_WITHIN_MS;
  for (;;) {
    try {
      await checkAnswers(address); // gRPC would wait a second after a refused connection.
      return await raiseRetention(address, namespace);
    } catch (error) {
      if (gone.aborted) throw new Error('it ended', { cause: error });
      if (Date.now() > giveUpAt) throw error;
      await sleep(25);
    }
  }
}

async function raiseRetention(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 2_000 });
  try {
    const config = { workflowExecutionRetentionTtl: RETENTION };
    await connection.withDeadline(Date.now() + 2_000, async () => {
      await connection.workflowService.updateNamespace({ namespace, config });
      await demandKnown(connection, namespace);
    });
  } finally {
    await connection.close();
  }
}

/** The part of the server that keeps histories hears of a namespace a moment later than the one that takes requests: until then nothing can be started. */
async function demandKnown({ workflowService }: Connection, namespace: string): Promise<void> {
  try {
    await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: 'none' } });
  } catch (error) {
    if (!(error instanceof Error) || /namespace/i.test(error.message)) throw error;
  }
}

async function stopProcess(child: GuardedProcess, ended: Promise<void>): Promise<void> {
  if (child.pid === undefined) return;
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid ?? 0, 'SIGKILL'), STOPS_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
