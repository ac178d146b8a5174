import { DefaultLogger, Runtime, type MetricsExporterConfig } from '@temporalio/worker';
import { loadConfig, type Config, type HttpAddress } from '../../shared/config.js';
import { keepHeapSmall } from '../../worker/heap.js';
import { QUEUES, startWorker, type Queue } from '../../worker/main.js';
import type { WatchSetup } from '../../worker/watch/watch.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { logLine, WorkerLog } from '../log-line.js';
import { freePort } from '../temporal-server/free-port.js';
import { connectionSettings, ensureSearchAttributes, withTemporal } from '../temporal.js';

const SIGNALS: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** The worker process: serves the queues until it is told to stop, and finishes what it is doing first. */
export async function worker(context: Context, { queues }: { queues?: string | undefined }): Promise<ExitCode> {
  keepHeapSmall();
  const config = loadConfig(context.environment);
  const log = logOf(context, config);
  for (const remark of config.remarks) log.say(remark);
  const served = parseQueues(queues);
  await withTemporal(context.environment, ensureSearchAttributes);
  const exporter = config.http === null ? null : `127.0.0.1:${await freePort()}`;
  Runtime.install({
    logger: new DefaultLogger(config.logLevel, log.log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: config.logLevel, other: 'ERROR' }, forward: {} },
      ...(exporter === null ? {} : { metrics: metricsAt(exporter, config.broker) }),
    },
  });
  const { connection, address, namespace } = connectionSettings(context.environment);
  // Not the SDK's own handlers: they do not know a worker that stands by, or is still being made.
  const stopping = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => stopping.abort());
  const running = await startWorker(config, {
    connection,
    namespace,
    queues: served,
    say: log.say,
    watch: watchAt(config.http, exporter),
  });
  stopping.signal.addEventListener('abort', () => running.shutdown());
  if (stopping.signal.aborted) running.shutdown();
  log.say(
    `worker ready: ${served.join(', ')} of broker ${config.broker} at ${address}, namespace ${namespace}, mode ${config.mode}`,
  );
  try {
    await running.run();
  } finally {
    log.flush();
  }
  return EXIT.done;
}

/** The SDK's own exporter, which only this process asks: the worker's port hands on what it says. */
const metricsAt = (bindAddress: string, broker: string): MetricsExporterConfig => ({
  prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
  globalTags: { broker },
  attachServiceName: false,
});

const watchAt = (at: HttpAddress | null, exporter: string | null): WatchSetup | undefined =>
  at === null || exporter === null
    ? undefined
    : { at, exporter: new URL(`http://${exporter}/metrics`), meter: Runtime.instance().metricMeter };

/** One JSON line each; whoever watches a terminal reads sentences. */
function logOf(
  context: Context,
  { broker, logLevel }: Pick<Config, 'broker' | 'logLevel'>,
): Pick<WorkerLog, 'log' | 'say' | 'flush'> {
  if (!context.isTerminal) return new WorkerLog((line) => context.say(line), { broker }, logLevel);
  const log: WorkerLog['log'] = (entry) => {
    const line = logLine(entry);
    if (line !== null) context.say(line);
  };
  return { log, say: (message) => context.say(message), flush: () => undefined };
}

function parseQueues(list: string | undefined): Queue[] {
  if (list === undefined) return QUEUES;
  const names = list.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !QUEUES.some((queue) => queue === name));
  if (wrong !== undefined)
    throw new CommandError(EXIT.usage, `There is no queue "${wrong}"; expected some of ${QUEUES.join(', ')}.`);
  return QUEUES.filter((queue) => names.includes(queue));
}
