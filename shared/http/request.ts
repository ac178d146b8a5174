import { once } from 'node:events';
import { text as textOf } from 'node:stream/consumers';
import { got, RequestError, TimeoutError, type Method, type PlainResponse, type Request as GotRequest } from 'got';
import { ApiError } from './errors.js';
import { parseRetryAfter } from './retry-after.js';
import { takeFrom, type Taking } from './taking.js';

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
  /** Takes elements out of an answer that is too large to be held as a whole. */
  taking?: Taking | undefined;
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
  const options = {
    method: method as Method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(signal ? { signal } : {}),
    timeout: { request: request.timeoutMs ?? TIMEOUT_MS },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
  };
  try {
    if (request.taking) return await taken(request, request.taking, got.stream(url, options));
    const response = await got(url, { ...options, responseType: 'text' });
    return read(request, response.statusCode, response.headers, response.body);
  } catch (error) {
    throw error instanceof ApiError ? error : connectionError(request, error);
  }
}

/** An answer that is read while it comes in; one that is no success is small. */
async function taken(request: ApiRequest, taking: Taking, stream: GotRequest): Promise<ApiAnswer> {
  // Whoever reads meets it as well; but `got` tells of an abort also when all has been read, and nobody listens then.
  stream.on('error', () => undefined);
  const [{ statusCode: status, headers }] = (await once(stream, 'response')) as [PlainResponse];
  if (status < 200 || status > 299) return read(request, status, headers, await textOf(stream));
  const result = await takeFrom(stream, taking, BODY_LIMIT);
  if (result.length > BODY_LIMIT) throw tooLarge(request, status);
  if (!result.isJson) throw noJson(request, status, headers, result.head, result.length);
  return { status, headers, json: result.json, retryAfterMs: retryAfterOf(headers) };
}

function read(request: ApiRequest, status: number, headers: ApiAnswer['headers'], text: string): ApiAnswer {
  if (text.length > BODY_LIMIT) throw tooLarge(request, status);
  const retryAfterMs = retryAfterOf(headers);
  const parsed = parse(text);
  if (parsed.isJson) return { status, headers, json: parsed.json, retryAfterMs };
  if (status === 401 || status === 403 || status === 404 || status === 405 || status === 429)
    return { status, headers, json: undefined, retryAfterMs };
  throw noJson(request, status, headers, text, text.length);
}

const retryAfterOf = (headers: ApiAnswer['headers']): number | undefined =>
  parseRetryAfter(String(headers['retry-after'] ?? ''), new Date());

const tooLarge = (request: ApiRequest, status: number): ApiError =>
  new ApiError('malformed', `${name(request)}: the answer is larger than ${BODY_LIMIT} bytes`, { status });

/** Not the API's own answer: a proxy's page, or one cut off on the way. Whether the request was carried out, nobody knows. */
function noJson(request: ApiRequest, status: number, headers: ApiAnswer['headers'], head: string, length: number): ApiError {
  const retryAfterMs = retryAfterOf(headers);
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new ApiError(
    'unavailable',
    `${name(request)}: ${status} with a body that is no JSON (${describe(head, length)})`,
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

const describe = (head: string, length: number): string =>
  /<(!doctype|html)/i.test(head) ? 'an HTML page' : `${length} characters, not whole`;

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
