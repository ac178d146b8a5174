import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ANSWER_LIMITS, vendorText } from '../door/index.js';
import { Ambient } from '../http/ambient.js';
import { ApiError } from '../http/errors.js';
import { name, send, type ApiAnswer, type ApiRequest } from '../http/request.js';
import type { Taking } from '../http/taking.js';
import type { CloudmoreConfig } from './config.js';
import { awaitTask, taskIdOf, type TaskAnswer } from './task.js';
import { Token } from './token.js';

/** Requests to Cloudmore: log-in, what its answers mean, report tasks. Moments of weakness are borne here; Temporal bears the longer ones. */

export interface ReadOptions {
  onProgress?: ((what: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export type Sleep = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
export const realSleep: Sleep = async (milliseconds, signal) =>
  void (await sleep(milliseconds, undefined, signal ? { signal } : {}));

/** A month of 100,000 lines takes a while to send. */
const REPORT_TIMEOUT_MS = 300_000;
/** Pauses before a read is sent again whose answer was a moment of weakness: twice, at once. */
const AGAIN_AFTER_MS = [200, 1_000];
/** What a database says that gave up on a read, whatever the status is. */
const DATABASE_GAVE_UP = /deadlock|rerun the transaction|lock request time ?out|execution timeout expired|connection pool/i;

export interface AskOptions extends ReadOptions {
  taking?: Taking;
  /** Called for every poll of a report task. */
  onLook?: ((seen: TaskAnswer) => void) | undefined;
}

export interface Ask {
  method: ApiRequest['method'];
  path: string;
  body?: string;
}

export class Transport {
  private readonly token: Token;
  private readonly counter = new Ambient<{ calls: number }>();

  constructor(
    private readonly config: CloudmoreConfig,
    private readonly pause: Sleep,
  ) {
    this.token = new Token(config);
  }

  askAgain(notWithinMs: number): void {
    this.token.askAgain(notWithinMs);
  }

  /** Runs `work` and returns how many calls it made to Cloudmore. */
  async countCalls<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    const counted = { calls: 0 };
    const result = await this.counter.run(counted, work);
    return { result, calls: counted.calls };
  }

  async list(path: string, options: AskOptions): Promise<unknown[]> {
    const { json } = await this.ask({ method: 'GET', path }, options);
    if (Array.isArray(json)) return json as unknown[];
    // Also where nothing came at all: an empty list has to be said.
    throw new ApiError('malformed', `Cloudmore's ${path.split('?')[0]} is not a list.`);
  }

  /** Starts a report task and waits for its report. That there is no such report is not for a missing word to say: 404 is an error like any other. */
  async task(
    folder: string,
    start: Ask,
    what: string,
    { taking, onLook, ...options }: AskOptions & { taking: Taking },
  ): Promise<unknown> {
    let started: ApiAnswer;
    try {
      started = await this.ask(start, options);
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== 'not-found') throw error;
      throw new ApiError('unavailable', `Cloudmore does not make the ${what}: ${error.message}. Nothing is billed from it.`, {
        ...error.facts,
        saysNoReport: true,
      });
    }
    const taskId = taskIdOf(started, what);
    const look = async (): Promise<TaskAnswer> => {
      const seen = await this.look(`${folder}/${encodeURIComponent(taskId)}`, { ...options, taking });
      onLook?.(seen);
      return seen;
    };
    return awaitTask(what, look, (milliseconds) => this.pause(milliseconds, options.signal), options.onProgress);
  }

  private async look(path: string, options: AskOptions): Promise<TaskAnswer> {
    try {
      const { status, json } = await this.ask({ method: 'GET', path }, options);
      return { status, json };
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return { status: 404, json: undefined };
      throw error;
    }
  }

  /** The answer to a request; one that only reads is sent twice more when the other side had a moment of weakness. */
  async ask(ask: Ask, options: AskOptions): Promise<ApiAnswer> {
    for (const again of [...AGAIN_AFTER_MS, null])
      try {
        return await this.askLoggedIn(ask, options);
      } catch (error) {
        if (again === null || !isWeakness(ask, error)) throw error;
        await this.pause(again, options.signal);
      }
    throw new ApiError('unavailable', `${name({ method: ask.method, url: this.url(ask.path) })}: no answer`);
  }

  private async askLoggedIn(ask: Ask, { signal, taking }: AskOptions): Promise<ApiAnswer> {
    const token = await this.token.value(signal);
    const first = await this.askOnce(ask, token, signal, taking);
    if (first.status !== 401) return accepted(ask, first, this.url(ask.path));
    // A token may end before its time (`docs/vendors/cloudmore.md` 9): one new one, then it is the credentials.
    await this.token.forget(token);
    const second = await this.askOnce(ask, await this.token.value(signal), signal, taking);
    try {
      return accepted(ask, second, this.url(ask.path));
    } catch (error) {
      if (second.status === 401 && error instanceof ApiError) this.token.refuse(error);
      throw error;
    }
  }

  private async askOnce(
    ask: Ask,
    token: string,
    signal: AbortSignal | undefined,
    taking: Taking | undefined,
  ): Promise<ApiAnswer> {
    const counted = this.counter.get();
    if (counted) counted.calls += 1;
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      ...(ask.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    };
    return send({
      method: ask.method,
      url: this.url(ask.path),
      headers,
      ...(ask.body === undefined ? {} : { body: ask.body }),
      // Starting a report task changes nothing that matters: a second task does no harm.
      isRead: true,
      limit: taking ? ANSWER_LIMITS.report : ANSWER_LIMITS.page,
      signal,
      taking,
      timeoutMs: REPORT_TIMEOUT_MS,
    });
  }

  /** Seconds for which the log-in says that its token lasts. */
  async tokenLife(): Promise<number> {
    await this.token.value();
    return this.token.life();
  }

  /** The API's description of itself, to anyone who asks or else with the log-in; null where there is none. */
  async description(): Promise<unknown> {
    const url = new URL('swagger/v1/swagger.json', this.base());
    const ask = (headers: Record<string, string>): Promise<ApiAnswer> =>
      send({ method: 'GET', url, headers: { accept: 'application/json', ...headers }, isRead: true });
    let answer = await ask({});
    if (answer.status === 401 || answer.status === 403)
      answer = await ask({ authorization: `Bearer ${await this.token.value()}` });
    return answer.status === 200 ? answer.json : null;
  }

  private base(): string {
    return this.config.url.endsWith('/') ? this.config.url : `${this.config.url}/`;
  }

  private url(path: string): URL {
    return new URL(`api/resellers/${encodeURIComponent(this.config.resellerId)}/${path}`, this.base());
  }
}

/** Whether the same read may do better at once. A server that says when to come again is not asked before. */
function isWeakness({ method }: Ask, error: unknown): boolean {
  if (method === 'PUT' || !(error instanceof ApiError) || error.facts.retryAfterMs !== undefined) return false;
  return (error.facts.status ?? 0) >= 500 || (error.kind === 'rejected' && DATABASE_GAVE_UP.test(error.message));
}

function accepted(ask: Ask, answer: ApiAnswer, url: URL): ApiAnswer {
  const { status, json, retryAfterMs } = answer;
  if (status >= 200 && status < 300) return answer;
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const message = `${name({ method: ask.method, url })}: ${status} ${vendorText(errorText(json))}`.trim();
  if (status === 401 || status === 403)
    throw new ApiError(
      'unauthorized',
      `${message}. Check the Cloudmore credentials and CLOUDMORE_RESELLER_ID; the user needs the role Global Admin and REST API access.`,
      facts,
    );
  if (status === 404) throw new ApiError('not-found', message, facts);
  if (status === 429) throw new ApiError('rate-limited', message, facts);
  if (status >= 500) throw new ApiError('unavailable', message, facts);
  throw new ApiError('rejected', message, facts);
}

const apiErrorSchema = z.array(z.object({ errorMessage: z.string() })).min(1);
const validationSchema = z.record(z.string(), z.array(z.string()));

/** Both shapes of Cloudmore's errors (`docs/vendors/cloudmore.md` 2.4). */
function errorText(json: unknown): string {
  const listed = apiErrorSchema.safeParse(json);
  if (listed.success) return listed.data.map(({ errorMessage }) => errorMessage).join('; ');
  const keyed = validationSchema.safeParse(json);
  return keyed.success
    ? Object.entries(keyed.data)
        .map(([field, messages]) => `${field}: ${messages.join(', ')}`)
        .join('; ')
    : '';
}
