import type { Agent } from 'node:https';
import { once } from 'node:events';
import { got, type Method, type PlainResponse, type Request as GotRequest } from 'got';

/** One request, once: who opens it reads its answer, and destroys the stream. */
export interface OpenRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  url: URL;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal | undefined;
  /** For the whole of it, to the answer's last byte. */
  timeoutMs: number;
  /** Of a proxy that https goes by. */
  agent?: Agent;
}

/** The product's one way out to others: nothing is repeated, and no redirect is followed, which could lead credentials or customers' data to another host. */
export function open({ method, url, headers, body, signal, timeoutMs, agent }: OpenRequest): GotRequest {
  const stream = got.stream(url, {
    method: method as Method,
    headers,
    // Without a body, a stream would wait for one to be written.
    ...(body === undefined && method === 'GET' ? {} : { body: body ?? '' }),
    ...(signal ? { signal } : {}),
    ...(agent ? { agent: { https: agent } } : {}),
    timeout: { request: timeoutMs },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
  });
  // Anyone who reads meets it as well; but `got` reports an abort also when all has been read, and nobody listens then.
  stream.on('error', () => undefined);
  return stream;
}

/** Status and headers, as soon as they are there. */
export async function beginning(stream: GotRequest): Promise<PlainResponse> {
  const [answer] = (await once(stream, 'response')) as [PlainResponse];
  return answer;
}
