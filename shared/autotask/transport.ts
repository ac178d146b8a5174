import { z } from 'zod';
import type { AutotaskConfig } from './config.js';
import { Ambient } from '../http/ambient.js';
import { ApiError } from '../http/errors.js';
import { name, send, type ApiAnswer } from '../http/request.js';
import { Gate, type GateClock } from './gate.js';
import { LogIn } from './log-in.js';
import { lowerKeys } from './lower-keys.js';
import { errorTexts, isDone, isLogInRefused, mayGoWellAgain, refusalOf, type Asked } from './meaning.js';
import type { Threshold } from './quota.js';

/**
 * Requests to Autotask: zone, credentials, gate. Repeated is what Autotask did not take (after a zone move, and 429), and a read that its database gave up on;
 * a write is never sent again here.
 */

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
/** Where a zone may be: credentials are sent nowhere else, whatever the discovery answers. */
const ZONE_HOST = /^([a-z0-9-]{1,63}\.){1,5}autotask\.net$/i;

/** What Autotask says of a user it does not know (`docs/vendors/autotask.md` 1); every other answer without a zone passes. */
const NO_ZONE = /zone information could not be determined/i;

const thresholdSchema = z.object({ externalrequestthreshold: z.number(), currenttimeframerequestcount: z.number() });

/** How long a call that Autotask refuses because quota or threads ran out is sent again: longer than the hour in which quota comes back. */
const WAITS_FOR_QUOTA_MS = 3 * 3_600_000;
/** A read that failed is sent again so often at once; after that Temporal is patient. */
const READ_AGAIN = 2;

/** Another clock, and another place to ask for the zone, for tests; and whether this process may send something now. */
export interface TransportOptions {
  clock?: GateClock | undefined;
  zoneUrl?: string | undefined;
  maySend?: (() => boolean) | undefined;
}

export class Transport {
  readonly gate: Gate;
  readonly logIn = new LogIn();
  private base: Promise<URL> | null = null;
  /** Asked right before each write that is sent on somebody's behalf. */
  private readonly asked = new Ambient<() => Promise<void>>();
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
   * Sends the call and answers its JSON; null after a success without an answer (204). One that Autotask refused before any work (429) waits at the gate and
   * is sent again, reads and writes alike; a read that failed is sent twice more at once.
   */
  async call(call: Call): Promise<unknown> {
    const since = this.gate.clock.now();
    for (let failed = 0; ;) {
      try {
        return await this.callInZone(call);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const isRefused = error.kind === 'rate-limited' && this.gate.clock.now() - since < WAITS_FOR_QUOTA_MS;
        if (!isRefused && !(isRepeatable(call, error) && failed < READ_AGAIN)) throw error;
        if (!isRefused) failed += 1;
      }
    }
  }

  private async callInZone(call: Call): Promise<unknown> {
    try {
      return await this.callOnce(call, false);
    } catch (error) {
      // A tenant may be moved to another zone; then 401 comes once, and discovery knows the new one (`docs/vendors/autotask.md` 1).
      if (!(error instanceof ApiError) || error.facts.status !== 401 || !this.mayHaveMoved(call)) throw error;
      this.logIn.check(name({ method: call.method, url: new URL(call.path, await this.baseUrl()) }));
      this.base = null;
      return this.callOnce(call, true);
    }
  }

  private mayHaveMoved = (call: Call): boolean => this.config.url === null && !isWhole(call);

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
    if (answer.status === 200 && zone.success) return versioned(this.safeZone(zone.data.url));
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

  /** A zone on Autotask's own hosts, or on the one that was asked. */
  private safeZone(text: string): string {
    const zone = URL.canParse(text) ? new URL(text) : null;
    const isAutotask = zone?.protocol === 'https:' && ZONE_HOST.test(zone.hostname) && zone.port === '';
    if (zone !== null && (isAutotask || zone.origin === new URL(this.zoneUrl).origin)) return text;
    throw new ApiError(
      'malformed',
      `Autotask's zone discovery names "${text.slice(0, 100)}", which is not one of its hosts (https, *.autotask.net); credentials are not sent there. Set AUTOTASK_URL if the host is right.`,
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
      this.logIn.check(name({ method: 'GET', url }));
      const answer = await send({ method: 'GET', url, headers: this.headers(), isRead: true });
      const parsed = thresholdSchema.safeParse(lowerKeys(answer.json));
      if (answer.status === 429) this.gate.refused(answer.retryAfterMs);
      // With an unknown zone the next call asks for another one first.
      if (answer.status === 401 && this.config.url !== null)
        throw this.refused({ what: name({ method: 'GET', url }), isRead: true }, answer, true);
      return answer.status === 200 && parsed.success
        ? { limit: parsed.data.externalrequestthreshold, used: parsed.data.currenttimeframerequestcount }
        : null;
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }

  private async callOnce(call: Call, hasLookedForZone: boolean): Promise<unknown> {
    const base = await this.baseUrl();
    const url = new URL(call.path, base);
    if (url.origin !== base.origin)
      throw new ApiError(
        'malformed',
        `Autotask's next page is on ${url.origin}, not on ${base.origin}; credentials are not sent there.`,
      );
    const body = call.body === undefined ? {} : { body: JSON.stringify(call.body) };
    const request = { method: call.method, url, headers: this.headers(), ...body, isRead: call.isRead, signal: call.signal };
    const asked = { what: name(request), isRead: call.isRead };
    this.logIn.check(asked.what);
    const answer = await this.gate.pass(endpointOf(url, base), call.signal, async () => {
      // Asked after the wait for quota: another process may have taken over in the meantime, and may have sent this already.
      this.logIn.check(asked.what);
      if (!call.isRead) await this.asked.get()?.();
      if (!this.maySend())
        throw new ApiError('unavailable', `${asked.what}: not sent, because this process lost the broker's gate`);
      return send(request);
    });
    if (!isDone(asked, answer.status)) throw this.refused(asked, answer, hasLookedForZone || !this.mayHaveMoved(call));
    this.gate.answered();
    this.logIn.taken();
    return answer.status === 204 ? null : answer.json;
  }

  private refused(asked: Asked, answer: ApiAnswer, isFinal: boolean): ApiError {
    const error = refusalOf(asked, answer);
    if (isFinal && isLogInRefused(error)) this.logIn.refused(error);
    if (error.kind !== 'rate-limited') return error;
    return new ApiError(error.kind, error.message, { ...error.facts, retryAfterMs: this.gate.refused(answer.retryAfterMs) });
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
}

/** A next page is asked for by its whole address. */
const isWhole = ({ path }: Call): boolean => path.startsWith('http');

/** A next page that is refused may have expired: the query continues by id instead (`reads.ts`). */
const isRepeatable = (call: Call, error: ApiError): boolean =>
  call.isRead && mayGoWellAgain(error) && !(isWhole(call) && error.kind === 'rejected');

/** A missing slash in the base URL must not cost its last folder. */
const versioned = (base: string): URL => new URL('v1.0/', base.endsWith('/') ? base : `${base}/`);

/** Threads count per entity; children and metadata count on their entity (`docs/vendors/autotask.md` 3.3). */
function endpointOf(url: URL, base: URL): string {
  const [entity = '', id = '', child] = url.pathname.slice(base.pathname.length).split('/');
  return /^\d+$/.test(id) && child ? `${entity.slice(0, -1)}${child}`.toLowerCase() : entity.toLowerCase();
}
