import { got, RequestError, TimeoutError, type Method } from 'got';
import { ApiError } from './errors.js';
import { parseRetryAfter } from './retry-after.js';

/**
 * Sends one request once. No retries: Temporal owns them, with a record and a screen to watch. Answers the parsed body of any status that is an answer
 * of the API itself; throws an `ApiError` for everything that is not one.
 */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  /** JSON text, or a form. */
  body?: string;
  /** Whether the request only reads, so that a missing answer does no harm. */
  isRead: boolean;
  signal?: AbortSignal | undefined;
  timeoutMs?: number;
}

export interface ApiAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON; undefined when there was no body. */
  json: unknown;
  retryAfterMs: number | undefined;
}

/** The vendor's own limit is about five minutes (`autotask.md` 3.3); nothing we ask for takes a fifth of that. */
const TIMEOUT_MS = 60_000;
/** A month of 100,000 lines has about 60 MB. */
const BODY_LIMIT = 512 * 1024 * 1024;
/** Connections that never reached the server: nothing can have happened. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

export async function send(request: ApiRequest): Promise<ApiAnswer> {
  const { method, url, headers, body, signal } = request;
  try {
    const response = await got(url, {
      method: method as Method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
      timeout: { request: request.timeoutMs ?? TIMEOUT_MS },
      retry: { limit: 0 },
      throwHttpErrors: false,
      followRedirect: false,
      responseType: 'text',
    });
    return read(request, response.statusCode, response.headers, response.body);
  } catch (error) {
    throw error instanceof ApiError ? error : connectionError(request, error);
  }
}

function read(request: ApiRequest, status: number, headers: ApiAnswer['headers'], text: string): ApiAnswer {
  if (text.length > BODY_LIMIT)
    throw new ApiError('malformed', `${name(request)}: the answer is larger than ${BODY_LIMIT} bytes`, { status });
  const retryAfterMs = parseRetryAfter(String(headers['retry-after'] ?? ''), new Date());
  const parsed = parse(text);
  if (parsed.isJson) return { status, headers, json: parsed.json, retryAfterMs };
  // Not the API's own answer: a proxy's page, or one cut off on the way. Whether the request was carried out, nobody knows.
  if (status === 401 || status === 403 || status === 404 || status === 405 || status === 429)
    return { status, headers, json: undefined, retryAfterMs };
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  throw new ApiError(
    'unavailable',
    `${name(request)}: ${status} with a body that is no JSON (${describe(text)})`,
    facts,
    request.isRead ? 'none' : 'unknown',
  );
}

function parse(text: string): { isJson: true; json: unknown } | { isJson: false } {
  if (text.trim() === '') return { isJson: true, json: undefined };
  try {
    return { isJson: true, json: JSON.parse(text) };
  } catch {
    return { isJson: false };
  }
}

const describe = (text: string): string =>
  /<(!doctype|html)/i.test(text) ? 'an HTML page' : `${text.length} characters, not whole`;

function connectionError(request: ApiRequest, error: unknown): unknown {
  if (!(error instanceof RequestError) || request.signal?.aborted) return error;
  const neverSent = NEVER_SENT.has(error.code);
  const effect = request.isRead || neverSent ? 'none' : 'unknown';
  if (error instanceof TimeoutError)
    return new ApiError(
      'timed-out',
      `${name(request)}: no answer within ${(request.timeoutMs ?? TIMEOUT_MS) / 1000} s`,
      {},
      effect,
      { cause: error },
    );
  return new ApiError(
    'unavailable',
    `${name(request)}: ${neverSent ? 'cannot be reached' : 'the connection broke'} (${error.code})`,
    {},
    effect,
    { cause: error },
  );
}

/** Method and path for messages; never the query, which can name people. */
export const name = ({ method, url }: Pick<ApiRequest, 'method' | 'url'>): string => `${method} ${url.host}${url.pathname}`;
