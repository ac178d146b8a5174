import type { LogEntry } from '@temporalio/worker';

/**
 * One line of JSON for a warning of the worker, for people and log collectors; null for what is meant so. An error is shown with its message and what caused
 * it: JSON alone would keep neither.
 */
export function logLine({
  level,
  timestampNanos,
  message,
  meta,
}: Pick<LogEntry, 'level' | 'timestampNanos' | 'message' | 'meta'>): string | null {
  // Activity queues serve no workflows.
  if (message.startsWith('No workflows registered')) return null;
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  return JSON.stringify({ at, level, message, ...(meta as object | undefined) }, (_, value: unknown) => shown(value));
}

/** Causes of causes end somewhere. */
const CAUSES_SHOWN = 5;

function shown(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? told(value, CAUSES_SHOWN) : value;
}

function told(error: Error, depth: number): Record<string, unknown> {
  const { name, message, cause } = error;
  const type = 'type' in error && typeof error.type === 'string' ? { type: error.type } : {};
  return { name, ...type, message, ...(cause instanceof Error && depth > 1 ? { cause: told(cause, depth - 1) } : {}) };
}
