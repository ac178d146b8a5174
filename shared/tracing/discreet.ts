import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

/**
 * What leaves this program of a span: its name and place in the trace, when it was, whether it failed, and the attributes below. Messages of failures and what
 * the SDK adds of a workflow (memo, search attributes, last failure) name customers and amounts, and stay.
 */
const REPORTED = new Set([
  // As the SDK's interceptors call them, for workflows and for activities and clients.
  'workflowId',
  'runId',
  'attempt',
  'taskQueue',
  'namespace',
  'temporalWorkflowId',
  'run_id',
  'temporalActivityId',
  // Of a request, as OpenTelemetry calls them.
  'http.request.method',
  'http.response.status_code',
  'server.address',
  'url.template',
  'error.type',
]);

export const discreet = (span: ReadableSpan): ReadableSpan =>
  Object.create(span, {
    attributes: { value: Object.fromEntries(Object.entries(span.attributes).filter(([name]) => REPORTED.has(name))) },
    status: { value: { code: span.status.code } },
    events: { value: [] },
    links: { value: [] },
  }) as ReadableSpan;

const WORD = /^(?:[a-z]+|v\d(?:\.\d)?)$/i;
/** What follows these in Cloudmore's paths is an id, whatever it looks like. */
const ONE_OF_MANY = new Set(['resellers', 'Organizations', 'services']);

/** The path of a vendor's address without what is one tenant's, customer's or record's: `/api/resellers/{id}/Organizations/{id}`. */
export const pathTemplate = (path: string): string =>
  path
    .split('/')
    .map((part, at, parts) => (part === '' || (WORD.test(part) && !ONE_OF_MANY.has(parts[at - 1] ?? '')) ? part : '{id}'))
    .join('/');
