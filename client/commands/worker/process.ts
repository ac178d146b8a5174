import { DefaultLogger, Runtime, type MetricsExporterConfig } from '@temporalio/worker';
import type { BaseConfig } from '../../../shared/config.js';
import { openTraces, type Traces } from '../../../shared/tracing/index.js';
import { keepHeapSmall } from '../../../worker/heap.js';
import { QUEUES, type Queue } from '../../../worker/main.js';
import type { WatchSetup } from '../../../worker/watch/watch.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT } from '../../terminal/exit.js';
import { logLine, WorkerLog } from './log-line.js';
import { freePort } from '../../temporal-server/free-port.js';

/** What a process of workers has once, however many brokers it serves: its log, its exporter, its signals. */
export interface WorkerProcess {
  say(message: string, about?: Record<string, unknown>): void;
  /** Says what is still to be said, and lets the process come to its end, also where no worker could begin: a runtime that never had one runs for ever. */
  close(): Promise<void>;
  /** Where it can be watched; undefined: nowhere. */
  watch: WatchSetup | undefined;
  /** What traces what it does; null: nobody asked. */
  traces: Traces | null;
  /** Aborts when the process is told to end. */
  stopping: AbortSignal;
}

const SIGNALS: NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/** Sets the process up. `broker` is on every line and with every figure; null where there are many. */
export async function setUpProcess(
  context: Context,
  { http, logLevel, traces: endpoint }: Pick<BaseConfig, 'http' | 'logLevel' | 'traces'>,
  broker: string | null,
): Promise<WorkerProcess> {
  keepHeapSmall();
  const log = logOf(context, broker === null ? {} : { broker }, logLevel);
  const exporter = http === null ? null : `127.0.0.1:${await freePort()}`;
  const runtime = Runtime.install({
    logger: new DefaultLogger(logLevel, log.log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: logLevel, other: 'ERROR' }, forward: {} },
      ...(exporter === null ? {} : { metrics: metricsAt(exporter, broker) }),
    },
  });
  // Not the SDK's own handlers: they do not know a worker that stands by, or is still being made.
  const stopping = new AbortController();
  for (const signal of SIGNALS) process.once(signal, () => stopping.abort());
  const watch =
    http === null || exporter === null
      ? undefined
      : { at: http, exporter: new URL(`http://${exporter}/metrics`), meter: runtime.metricMeter };
  const traces = await openTraces(endpoint);
  traces?.onTrouble(log.say);
  const close = async (): Promise<void> => {
    await traces?.flush();
    log.flush();
    await runtime.shutdown();
  };
  return { say: log.say, close, watch, traces, stopping: stopping.signal };
}

/** The SDK's own exporter, which only this process asks: the worker's port hands on what it says. */
const metricsAt = (bindAddress: string, broker: string | null): MetricsExporterConfig => ({
  prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
  ...(broker === null ? {} : { globalTags: { broker } }),
  attachServiceName: false,
});

/** One JSON line each; anyone who watches a terminal reads sentences. */
function logOf(
  context: Context,
  fields: Record<string, unknown>,
  level: BaseConfig['logLevel'],
): Pick<WorkerLog, 'log' | 'say' | 'flush'> {
  if (!context.isTerminal) return new WorkerLog((line) => context.say(line), fields, level);
  const log: WorkerLog['log'] = (entry) => {
    const line = logLine(entry);
    if (line !== null) context.say(line);
  };
  const say: WorkerLog['say'] = (message, { broker } = {}) =>
    context.say(typeof broker === 'string' ? `${broker} ${message}` : message);
  return { log, say, flush: () => undefined };
}

export function parseQueues(list: string | undefined): Queue[] {
  if (list === undefined) return QUEUES;
  const names = list.split(',').map((name) => name.trim());
  const wrong = names.find((name) => !QUEUES.some((queue) => queue === name));
  if (wrong !== undefined)
    throw new CommandError(EXIT.usage, `There is no queue "${wrong}"; expected some of ${QUEUES.join(', ')}.`);
  return QUEUES.filter((queue) => names.includes(queue));
}
