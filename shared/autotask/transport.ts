import { AsyncLocalStorage } from 'node:async_hooks';
import { z } from 'zod';
import type { AutotaskConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { name, send, type ApiAnswer } from '../http/request.js';
import { Gate, type GateClock } from './gate.js';
import type { Threshold } from './quota.js';

/** Requests to Autotask: zone, credentials, gate, and what its answers mean. Nothing is repeated but what Autotask did not take: after a zone move, and 429. */

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface Call extends CallOptions {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `v1.0/`, without a leading slash; or a whole URL of the same origin (a next page). */
  path: string;
  body?: unknown;
  isRead: boolean;
}

const ZONE_URL = 'https://webservices.autotask.net/atservicesrest/v1.0/zoneInformation';
const zoneSchema = z.object({ url: z.string().min(1) });
const errorSchema = z.object({ errors: z.array(z.unknown()).min(1) });

/** What Autotask says of a user it does not know (`autotask.md` section 1); every other answer without a zone passes. */
const NO_ZONE = /zone information could not be determined/i;

const thresholdSchema = z.object({ externalrequestthreshold: z.number(), currenttimeframerequestcount: z.number() });

/** How long a call that Autotask refuses for want of quota or threads is sent again: longer than the hour in which quota comes back. */
const PATIENCE_MS = 3 * 3_600_000;

/** Another clock, and another place to ask for the zone, for tests; and whether this process may send something now. */
export interface TransportOptions {
  clock?: GateClock | undefined;
  zoneUrl?: string | undefined;
  maySend?: (() => boolean) | undefined;
}

export class Transport {
  readonly gate: Gate;
  private base: Promise<URL> | null = null;
  /** Asked right before each write that is sent on somebody's behalf. */
  private readonly asked = new AsyncLocalStorage<() => Promise<void>>();
  private readonly zoneUrl: string;
  private readonly maySend: () => boolean;

  constructor(
    private readonly config: AutotaskConfig,
    { clock, zoneUrl = ZONE_URL, maySend = () => true }: TransportOptions = {},
  ) {
    this.zoneUrl = zoneUrl;
    this.maySend = maySend;
    this.gate = new Gate(config, clock, () => this.readThreshold());
  }

  /**
   * Sends the call and answers its JSON; null where a record that was asked for by id is not there. One that Autotask refused before any work (429) waits
   * at the gate and is sent again, reads and writes alike.
   */
  async call(call: Call): Promise<unknown> {
    const since = this.gate.clock.now();
    for (;;) {
      try {
        return await this.callInZone(call);
      } catch (error) {
        const isRefused = error instanceof ApiError && error.kind === 'rate-limited';
        if (!isRefused || this.gate.clock.now() - since >= PATIENCE_MS) throw error;
      }
    }
  }

  private async callInZone(call: Call): Promise<unknown> {
    try {
      return await this.callOnce(call);
    } catch (error) {
      // A tenant may be moved to another zone; then 401 comes once, and discovery knows the new one (`autotask.md` section 1).
      if (!(error instanceof ApiError) || error.facts.status !== 401 || this.config.url !== null || call.path.startsWith('http'))
        throw error;
      this.base = null;
      return this.callOnce(call);
    }
  }

  /** Base URL ending in `v1.0/`. */
  baseUrl(): Promise<URL> {
    this.base ??= this.findBase().catch((error: unknown) => {
      this.base = null;
      throw error;
    });
    return this.base;
  }

  private async findBase(): Promise<URL> {
    if (this.config.url !== null) return versioned(this.config.url);
    const url = new URL(this.zoneUrl);
    url.searchParams.set('user', this.config.username);
    const answer = await send({ method: 'GET', url, headers: { accept: 'application/json' }, isRead: true });
    const zone = zoneSchema.safeParse(answer.json);
    if (answer.status === 200 && zone.success) return versioned(zone.data.url);
    if (!errorTexts(answer.json).some((text) => NO_ZONE.test(text)))
      throw new ApiError('unavailable', `${name({ method: 'GET', url })}: ${answer.status}, and names no zone`, {
        status: answer.status,
        ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
      });
    throw new ApiError(
      'unauthorized',
      `Autotask knows no zone for the API user of AUTOTASK_USERNAME. Check the username, or set AUTOTASK_URL.`,
      { status: answer.status },
    );
  }

  /** Carries out work that writes; `mayStill` is asked right before each of its writes, first ones and repeated ones, and throws where it may not any more. */
  sendingWhile<T>(mayStill: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    return this.asked.run(mayStill, work);
  }

  /** The tenant's quota, past the gate that asks for it; null where Autotask does not tell. */
  async readThreshold(): Promise<Threshold | null> {
    try {
      const url = new URL('ThresholdInformation', await this.baseUrl());
      const answer = await send({ method: 'GET', url, headers: this.headers(), isRead: true });
      const told = thresholdSchema.safeParse(lowerKeys(answer.json));
      if (answer.status === 429) this.gate.refused(answer.retryAfterMs);
      return answer.status === 200 && told.success
        ? { limit: told.data.externalrequestthreshold, used: told.data.currenttimeframerequestcount }
        : null;
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  private async callOnce(call: Call): Promise<unknown> {
    const base = await this.baseUrl();
    const url = new URL(call.path, base);
    if (url.origin !== base.origin)
      throw new ApiError(
        'malformed',
        `Autotask's next page is on ${url.origin}, not on ${base.origin}; credentials are not sent there.`,
      );
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const request = { method: call.method, url, headers: this.headers(), ...body, isRead: call.isRead, signal: call.signal };
    const answer = await this.gate.pass(endpointOf(url, base), call.signal, async () => {
      // Asked after the wait for quota: another process may have taken over in the meantime, and may have sent this already.
      if (!this.maySend()) throw new ApiError('unavailable', `${name(request)}: not sent, this process lost the broker's gate`);
      if (!call.isRead) await this.asked.getStore()?.();
      return send(request);
    });
    if (answer.status !== 200) throw this.refusal(call, url, answer);
    this.gate.answered();
    return answer.json;
  }

  private headers(): Record<string, string> {
    return {
      accept: 'application/json',
      'content-type': 'application/json',
      ApiIntegrationCode: this.config.integrationCode.reveal(),
      UserName: this.config.username,
      Secret: this.config.secret.reveal(),
    };
  }

  private refusal({ method, isRead }: Call, url: URL, { status, json, retryAfterMs }: ApiAnswer): ApiError {
    const texts = errorTexts(json);
    const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    const message = `${name({ method, url })}: ${status} ${texts.join('; ') || 'without a reason'}`;
    if (status === 429 || texts.some((text) => THREADS.test(text))) {
      return new ApiError('rate-limited', message, { ...facts, retryAfterMs: this.gate.refused(retryAfterMs) });
    }
    if (status === 401 || status === 403)
      return new ApiError(
        'unauthorized',
        `${message}. Check AUTOTASK_USERNAME, AUTOTASK_SECRET and AUTOTASK_INTEGRATION_CODE.`,
        facts,
      );
    if (status === 404 || status === 405) return new ApiError(status === 404 ? 'not-found' : 'rejected', message, facts);
    if (texts.length > 0) return refusalByText(message, texts, facts);
    if (status < 500) return new ApiError('rejected', message, facts);
    return new ApiError('unavailable', message, facts, isRead ? 'none' : 'unknown');
  }
}

/** Autotask answers 500 to nearly everything it refuses; the texts tell what it means (`autotask.md` 3.1). */
const THREADS = /thread threshold of \d+ threads has been exceeded/i;

function refusalByText(message: string, texts: string[], facts: ApiError['facts']): ApiError {
  const says = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  if (says(/attempt to insert duplicate data/i)) return new ApiError('duplicate', message, facts);
  if (says(/no matching records found/i)) return new ApiError('not-found', message, facts);
  if (says(/adequate permissions/i))
    return new ApiError('unauthorized', `${message}. Give the API user's security level this right.`, facts);
  return new ApiError('rejected', message, facts);
}

const TEXT_LENGTH = 500;

function errorTexts(json: unknown): string[] {
  const parsed = errorSchema.safeParse(lowerKeys(json));
  return parsed.success ? parsed.data.errors.map((error) => String(error).slice(0, TEXT_LENGTH)) : [];
}

/** A missing slash in the base URL must not cost its last folder. */
const versioned = (base: string): URL => new URL('v1.0/', base.endsWith('/') ? base : `${base}/`);

/** Threads count per entity; children and metadata count on their entity (`autotask.md` 3.3). */
function endpointOf(url: URL, base: URL): string {
  const [entity = '', id = '', child] = url.pathname.slice(base.pathname.length).split('/');
  return /^\d+$/.test(id) && child ? `${entity.slice(0, -1)}${child}`.toLowerCase() : entity.toLowerCase();
}

/** Property names come in any case (`autotask.md` 2.1); the schemas have them in lower case. Values and UDF names stay as they are. */
export function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), lowerKeys(member)]));
}
