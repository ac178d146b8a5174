import { RequestError, TimeoutError, type Request as GotRequest } from 'got';
import { ApiError } from './errors.js';
import { parseJson } from './json.js';
import { ANSWER_LIMITS } from './limits.js';
import { parseRetryAfter } from './retry-after.js';
import { beginning, open } from './open.js';
import { takeFrom, type Taking } from './taking.js';
import { watched } from './watched.js';

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
  /** Bytes after unpacking that a successful answer may have; that of a page where nothing else is said. */
  limit?: number;
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

/** The vendor's own limit is about five minutes (`docs/vendors/autotask.md` 3.3); nothing we ask for takes a fifth of that. */
const TIMEOUT_MS = 60_000;
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

/** Every request whose answer is read goes through here: no answer is held beyond its limit. */
export const send = (request: ApiRequest): Promise<ApiAnswer> => watched(request, () => sendOnce(request));

async function sendOnce(request: ApiRequest): Promise<ApiAnswer> {
  const stream = open({ ...request, timeoutMs: request.timeoutMs ?? TIMEOUT_MS });
  try {
    const { statusCode: status, headers: answered } = await beginning(stream);
    const isSuccess = status >= 200 && status < 300;
    if (isSuccess && request.taking) return await taken(request, request.taking, { stream, status, headers: answered });
    const limit = isSuccess ? (request.limit ?? ANSWER_LIMITS.page) : ANSWER_LIMITS.error;
    const text = await textUpTo(stream, limit);
    if (text.isCut && isSuccess) throw refused(request, status, `is larger than ${limit} bytes`);
    return read(request, { status, headers: answered, text: text.text, isCut: text.isCut });
  } catch (error) {
    throw error instanceof ApiError ? error : connectionError(request, error);
  } finally {
    stream.destroy();
  }
}

/** An answer that is read while it comes in. */
async function taken(
  request: ApiRequest,
  taking: Taking,
  { stream, status, headers }: { stream: GotRequest; status: number; headers: ApiAnswer['headers'] },
): Promise<ApiAnswer> {
  const limit = request.limit ?? ANSWER_LIMITS.report;
  const result = await takeFrom(stream, taking, limit);
  if (result.length > limit) throw refused(request, status, `is larger than ${limit} bytes`);
  if (result.refused !== null) throw refused(request, status, result.refused);
  if (!result.isJson) throw noJson(request, { status, headers, head: result.head, length: result.length });
  return { status, headers, json: result.json, retryAfterMs: retryAfterOf(headers) };
}

/** The stream's text, as much as the limit allows; what comes after it is not waited for. */
async function textUpTo(stream: GotRequest, limit: number): Promise<{ text: string; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return { text: Buffer.concat(chunks).toString('utf8', 0, limit), isCut: length > limit };
}

interface ReadInput {
  status: number;
  headers: ApiAnswer['headers'];
  text: string;
  isCut: boolean;
}

function read(request: ApiRequest, { status, headers, text, isCut }: ReadInput): ApiAnswer {
  const retryAfterMs = retryAfterOf(headers);
  const parsed = isCut ? ({ kind: 'none' } as const) : parseJson(text);
  if (parsed.kind === 'refused') throw refused(request, status, parsed.why);
  if (parsed.kind === 'json') return { status, headers, json: parsed.json, retryAfterMs };
  if (status === 401 || status === 403 || status === 404 || status === 405 || status === 429)
    return { status, headers, json: undefined, retryAfterMs };
  throw noJson(request, { status, headers, head: text, length: text.length });
}

const retryAfterOf = (headers: ApiAnswer['headers']): number | undefined =>
  parseRetryAfter(String(headers['retry-after'] ?? ''), new Date());

/** An answer that goes beyond the limits, or says two things at once: the same request gets the same one. */
const refused = (request: ApiRequest, status: number, why: string): ApiError =>
  new ApiError('malformed', `${name(request)}: the answer ${why}`, { status }, { effect: request.isRead ? 'none' : 'unknown' });

interface NoJsonInput {
  status: number;
  headers: ApiAnswer['headers'];
  head: string;
  length: number;
}

/** Not the API's own answer: a proxy's page, or one cut off on the way. Whether the request was carried out, nobody knows. */
function noJson(request: ApiRequest, { status, headers, head, length }: NoJsonInput): ApiError {
  const retryAfterMs = retryAfterOf(headers);
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return new ApiError(
    'unavailable',
    `${name(request)}: ${status} with a body that is not JSON (${describe(head, length)})`,
    facts,
    { effect: request.isRead ? 'none' : 'unknown' },
  );
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
      { effect, cause: error },
    );
  return new ApiError(
    'unavailable',
    `${name(request)}: ${neverSent ? 'cannot be reached' : 'the connection broke'} (${error.code})`,
    {},
    { effect, cause: error },
  );
}

/** Method and path for messages; never the query, which can name people. */
export const name = ({ method, url }: Pick<ApiRequest, 'method' | 'url'>): string => `${method} ${url.host}${url.pathname}`;
