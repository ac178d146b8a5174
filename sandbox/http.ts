/** Between node:http and the sandbox's own requests and answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, SandboxRequest } from './router.js';

/** Reads a request; its path is decoded and without doubled or trailing slashes, which outside clients write. */
export function readRequest(message: IncomingMessage, text: string): SandboxRequest {
  const origin = `http://${message.headers.host ?? '127.0.0.1'}`;
  const [path = '/', search = ''] = splitOnce(message.url ?? '/', '?');
  return {
    method: (message.method ?? 'GET').toUpperCase(),
    path: normalise(path),
    query: new URLSearchParams(search),
    headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, flat(value)])),
    text,
    origin,
  };
}

const flat = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value);

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function normalise(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  return `/${segments.map(decode).join('/')}`;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The text of an answer's body; undefined when it has none. */
export function bodyText({ body }: Answer): string | undefined {
  if (body === undefined) return undefined;
  return typeof body === 'string' ? body : JSON.stringify(body);
}

export function writeAnswer(response: ServerResponse, answer: Answer): void {
  const text = bodyText(answer);
  const type = typeof answer.body === 'string' ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  const headers = Object.fromEntries(Object.entries(answer.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  response.writeHead(answer.status, {
    ...(text === undefined ? {} : { 'content-type': type }),
    'content-length': String(Buffer.byteLength(text ?? '')),
    ...headers,
  });
  response.end(text);
}

/** A body as the journal keeps it. */
export function journalBody(text: string): unknown {
  if (text === '') return null;
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return text;
  }
}
