import { propertiesOf } from '../../../shared/http/properties.js';
import type { LogEntry } from '@temporalio/worker';
import { LEVELS, type LogLevel } from '../../../shared/log-levels.js';
import { monthAndOrganizationOf } from '../../../shared/messages/names.js';

/**
 * One line of JSON for a worker's log, for people and log collectors; null for what is meant so. An error is shown with its message and what caused it: JSON alone
 * would keep neither. Broker, month and organization are fields of their own, whatever the line is about.
 */
export function logLine(
  { level, timestampNanos, message, meta }: Pick<LogEntry, 'level' | 'timestampNanos' | 'message' | 'meta'>,
  fields: Record<string, unknown> = {},
): string | null {
  // Activity queues serve no workflows.
  if (message.startsWith('No workflows registered')) return null;
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const about = propertiesOf(meta);
  return JSON.stringify(
    { at, level, message, ...brokerOf(about), ...fields, ...subjectOf(about), ...about },
    (_, value: unknown) => shown(value),
  );
}

/** Whose month a line of the SDK is about, told by the execution's id. */
const subjectOf = ({ workflowId }: Record<string, unknown>): Record<string, string> =>
  typeof workflowId === 'string' ? monthAndOrganizationOf(workflowId) : {};

/** A process may serve many brokers: the queue says whose work it is. */
const brokerOf = ({ taskQueue }: Record<string, unknown>): Record<string, string> => {
  const broker = typeof taskQueue === 'string' ? /^(?:billing|cloudmore|autotask)-(.+)$/.exec(taskQueue)?.[1] : undefined;
  return broker === undefined ? {} : { broker };
};

/** Causes of causes end somewhere. */
const CAUSES_SHOWN = 5;

function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? fieldsOf(value, CAUSES_SHOWN) : value;
}

function fieldsOf(error: Error, depth: number): Record<string, unknown> {
  const { name, message, cause } = error;
  const type = 'type' in error && typeof error.type === 'string' ? { type: error.type } : {};
  return { name, ...type, message, ...(cause instanceof Error && depth > 1 ? { cause: fieldsOf(cause, depth - 1) } : {}) };
}

type Entry = Parameters<typeof logLine>[0];

/** So long a line that comes again is counted instead of written. */
const WINDOW_MS = 60_000;
/** Different lines that are counted at once; more are written as they come. */
const COUNTED_AT_MOST = 1_000;

/**
 * A worker's log. A line that comes again within a minute is counted, and written once more at its end with how often: ten minutes without Temporal are ten lines
 * of each kind, not thousands. Lines of different organizations are different lines; numbers within a message make no difference.
 */
export class WorkerLog {
  private readonly counted = new Map<string, { times: number; last: Entry; timer: NodeJS.Timeout }>();

  constructor(
    private readonly write: (line: string) => void,
    private readonly fields: Record<string, unknown>,
    private readonly level: LogLevel = 'INFO',
    private readonly windowMs = WINDOW_MS,
  ) {}

  readonly log = (entry: Entry): void => {
    const key = keyOf(entry);
    const seen = this.counted.get(key);
    if (seen) {
      seen.times += 1;
      seen.last = entry;
      return;
    }
    this.put(entry, {});
    if (this.counted.size >= COUNTED_AT_MOST) return;
    const timer = setTimeout(() => this.close(key), this.windowMs).unref();
    this.counted.set(key, { times: 0, last: entry, timer });
  };

  /** A sentence of the worker's own. */
  readonly say = (message: string, about: Record<string, unknown> = {}): void => {
    if (LEVELS.indexOf('INFO') >= LEVELS.indexOf(this.level))
      this.log({ level: 'INFO', timestampNanos: BigInt(Date.now()) * 1_000_000n, message, meta: about });
  };

  /** Writes what is counted and was not written yet. */
  flush(): void {
    for (const key of [...this.counted.keys()]) this.close(key);
  }

  private close(key: string): void {
    const { times, last, timer } = this.counted.get(key)!;
    clearTimeout(timer);
    this.counted.delete(key);
    if (times > 0) this.put(last, { repeated: times });
  }

  private put(entry: Entry, more: Record<string, unknown>): void {
    const line = logLine(entry, { ...this.fields, ...more });
    if (line !== null) this.write(line);
  }
}

function keyOf({ level, message, meta }: Entry): string {
  const { workflowId, activityType, error, broker } = propertiesOf(meta);
  const why = error instanceof Error ? error.message : '';
  return (
    [level, message, why].join('\n').replaceAll(/\d+/g, '#') +
    `\n${String(activityType)}\n${String(workflowId)}\n${String(broker)}`
  );
}
