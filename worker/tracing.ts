import {
  makeWorkflowExporter,
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry';
import type { WorkerOptions } from '@temporalio/worker';
import type { Traces } from '../shared/tracing/index.js';

/** What makes a worker part of a trace: what it does hangs below what asked for it, and its log lines name the trace. */
export const tracedBy = ({ processor, resource }: Traces): Pick<WorkerOptions, 'interceptors' | 'sinks'> => ({
  interceptors: {
    activity: [
      (activity) => ({
        inbound: new OpenTelemetryActivityInboundInterceptor(activity),
        outbound: new OpenTelemetryActivityOutboundInterceptor(activity),
      }),
    ],
  },
  sinks: { exporter: makeWorkflowExporter(processor, resource) },
});
