import type { Environment } from '../environment.js';
import type { Traces } from './exporting.js';

/** Traces for OpenTelemetry, off by default: a process without them loads none of its libraries. */
export type { Traces };

/** Where traces are sent by the environment; null: nowhere. */
export const tracesEndpointOf = ({ OTEL_EXPORTER_OTLP_ENDPOINT = '' }: Environment): string | null =>
  OTEL_EXPORTER_OTLP_ENDPOINT.trim() || null;

let opened: Promise<Traces> | null = null;

/** The traces of this process, begun with the first call; OpenTelemetry has one place for them in a process. */
export function openTraces(endpoint: string | null): Promise<Traces> | null {
  if (endpoint === null) return null;
  opened ??= import('./exporting.js').then(({ startTracing }) => startTracing(endpoint));
  return opened;
}
