import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { ExportResultCode, W3CTraceContextPropagator, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { Resource } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry';
import { ApiError } from '../http/errors.js';
import { watchRequests, type Watcher } from '../http/watched.js';
import { VERSION } from '../version.js';
import { discreet, pathTemplate } from './discreet.js';

/** OpenTelemetry itself: loaded where somebody asked for traces, and nowhere else (`index.ts`). */
export interface Traces {
  /** What a client starts and sends is part of a trace; what it only asks for is not. */
  forClient: Pick<OpenTelemetryWorkflowClientInterceptor, 'start' | 'startWithDetails' | 'signal' | 'startUpdate'>;
  /** Takes the spans that end within workflows. */
  processor: SpanProcessor;
  resource: Resource;
  /** Called when traces do not arrive, once until they do again. */
  onTrouble(say: (message: string) => void): void;
  /** Sends what has not been sent yet. Never rejects: work must not fail because nobody can watch. */
  flush(): Promise<void>;
}

/** Of one attempt to deliver, and so of what a command waits at its end for a collector that is away. */
const DELIVERED_WITHIN_MS = 3_000;

export function startTracing(endpoint: string): Traces {
  const exporter = new Discreet(endpoint);
  const processor = new BatchSpanProcessor(exporter, { exportTimeoutMillis: DELIVERED_WITHIN_MS });
  const resource = new Resource({ 'service.name': 'billing', 'service.version': VERSION });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ resource, spanProcessors: [processor] }));
  watchRequests(asSpan);
  const client = new OpenTelemetryWorkflowClientInterceptor();
  return {
    forClient: {
      start: client.start.bind(client),
      startWithDetails: client.startWithDetails.bind(client),
      signal: client.signal.bind(client),
      startUpdate: client.startUpdate.bind(client),
    },
    processor,
    resource,
    onTrouble: (say) => void (exporter.say = say),
    flush: () => processor.forceFlush().catch(() => undefined),
  };
}

/** Hands on what may be reported, to the collector, by OTLP. The exporter's other standard variables count, too (`OTEL_EXPORTER_OTLP_HEADERS`). */
class Discreet implements SpanExporter {
  say: (message: string) => void = () => undefined;
  private readonly exporter: SpanExporter;
  private isAway = false;

  constructor(private readonly endpoint: string) {
    const url = new URL('v1/traces', endpoint.endsWith('/') ? endpoint : `${endpoint}/`);
    this.exporter = new OTLPTraceExporter({ url: url.href, timeoutMillis: DELIVERED_WITHIN_MS });
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans.map(discreet), (result) => {
      const isAway = result.code !== ExportResultCode.SUCCESS;
      if (isAway && !this.isAway) this.say(`traces do not arrive at ${this.endpoint}: ${result.error?.message ?? 'no answer'}`);
      if (!isAway && this.isAway) this.say(`traces arrive at ${this.endpoint} again`);
      this.isAway = isAway;
      done(result);
    });
  }

  shutdown = (): Promise<void> => this.exporter.shutdown();
}

/** A request to a vendor: its method, the words of its path, and what came of it. Nothing is sent to the vendor for it. */
const asSpan: Watcher = ({ method, url }, work) => {
  const template = pathTemplate(url.pathname);
  const attributes = { 'http.request.method': method, 'server.address': url.hostname, 'url.template': template };
  const tracer = trace.getTracer('billing');
  return tracer.startActiveSpan(`${method} ${template}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      const answer = await work();
      span.setAttribute('http.response.status_code', answer.status);
      return answer;
    } catch (error) {
      if (error instanceof ApiError) {
        span.setAttribute('error.type', error.kind);
        if (error.facts.status !== undefined) span.setAttribute('http.response.status_code', error.facts.status);
      }
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
};
