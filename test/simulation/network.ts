import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { Readable, Writable } from 'node:stream';
import type { Answer, Sandbox, SandboxRequest } from '../../sandbox/index.js';
import { siteOf, isQuery, isWrite, LATE_MS, type FaultKind, type Injector } from './faults.js';
import type { Liar } from './lies.js';
import { running, type WorkerProcess } from './process.js';
import type { Random } from './random.js';
import type { VirtualTime } from './time.js';

/**
 * Everything between the product's HTTP client and the sandbox: latency, faults, and the death of either end. The client's own code (`got`, its
 * time-outs, its errors) runs above it; the sandbox's own code below.
 */

/** What comes back to the client. */
export interface Reply {
  send(answer: Answer): void;
  cut(): void;
}

const LATENCY_MS = [3, 40] as const;
/** Longer than the client waits for an answer (`shared/http/request.ts`), Cloudmore's reports included. */
const SLOW_MS = 310_000;
/** How old a stale answer is at most: a write is visible after ten seconds (`docs/vendors/autotask.md` 12, no. 19). */
const STALE_MS = 8_000;
const HTML = '<!DOCTYPE html><html><body>Bad gateway</body></html>';

export interface NetworkInput {
  time: VirtualTime;
  random: Random;
  injector: Injector;
  liar: Liar;
  sandbox: Sandbox;
  /** Gets everything that could change something, and every fault. */
  log: (what: string) => void;
}

/** A request on its way, from whom it comes, and where it goes. */
interface Sent {
  request: SandboxRequest;
  reply: Reply;
  process: WorkerProcess | null;
  site: string;
}

export class Network {
  /** Answers of queries by what was asked, for those that answer what they answered before. */
  private readonly last = new Map<string, { at: number; answer: Answer }[]>();
  private zone = 1;
  requests = 0;
  /** Every kind of call that was made. */
  readonly sites = new Set<string>();

  readonly injector: Injector;
  private readonly time: VirtualTime;
  private readonly random: Random;
  private readonly liar: Liar;
  private readonly sandbox: Sandbox;
  private readonly log: (what: string) => void;

  constructor({ time, random, injector, liar, sandbox, log }: NetworkInput) {
    this.injector = injector;
    this.time = time;
    this.random = random;
    this.liar = liar;
    this.sandbox = sandbox;
    this.log = log;
  }

  /** The tenant moves: the old zone answers 401, and discovery names the new one. */
  moveZone(): void {
    this.zone += 1;
  }

  /** Carries one request there and its answer back. */
  async exchange(request: SandboxRequest, reply: Reply, process: WorkerProcess | null): Promise<void> {
    this.requests += 1;
    const site = siteOf(request.method, request.path);
    this.sites.add(site);
    await process?.touch('request');
    await this.travel();
    if (this.isOldZone(request)) return this.back(process, () => reply.send({ status: 401 }));
    const fault = this.injector.pick(site, this.time.now);
    if (fault !== null || isWrite(site))
      this.log(`${process?.name} ${request.method} ${request.path} ${isWrite(site) ? request.text : ''} ${fault ?? ''}`);
    await this.befall(fault, { request, reply, process, site });
  }

  private travel(): Promise<void> {
    return this.time.sleep(this.random.whole(...LATENCY_MS));
  }

  /** The way back; a process that died meanwhile hears nothing. */
  private async back(process: WorkerProcess | null, arrive: () => void): Promise<void> {
    await this.travel();
    await process?.touch('answer');
    arrive();
  }

  private async effect(request: SandboxRequest, process: WorkerProcess | null, site: string): Promise<Answer> {
    const answer = await this.ask(request);
    if (isQuery(site)) this.remember(`${site} ${request.text}`, answer);
    await process?.touch('effect');
    return answer;
  }

  private remember(query: string, answer: Answer): void {
    const known = (this.last.get(query) ?? []).filter(({ at }) => at > this.time.now - STALE_MS);
    this.last.set(query, [...known, { at: this.time.now, answer }]);
  }

  /** What the query answered some moments ago. */
  private before(query: string): Answer | undefined {
    return this.last.get(query)?.find(({ at }) => at > this.time.now - STALE_MS)?.answer;
  }

  private ask(request: SandboxRequest): Promise<Answer> {
    const site = siteOf(request.method, request.path);
    return new Promise<Answer>((resolve, reject) => {
      const cut = (): void => resolve({ status: 502 });
      // The vendors' clocks are their own.
      running.exit(() => void this.sandbox.take(request, { send: resolve, cut }).catch(reject));
    }).then((answer) => this.liar.answer(site, request, answer, this.time.now));
  }

  private async befall(fault: FaultKind | null, { request, reply, process, site }: Sent): Promise<void> {
    const answered = (answer: Answer): Promise<void> => this.back(process, () => reply.send(answer));
    const lost = (): Promise<void> => this.back(process, () => reply.cut());
    const effect = (): Promise<Answer> => this.effect(request, process, site);
    switch (fault) {
      case null:
        return answered(await effect());
      case 'refused':
        return answered({ status: 500, body: { errors: ['The system could not carry this out.'] } });
      case 'failed-before':
        return answered({ status: 503, body: { Message: 'Service unavailable' } });
      case 'failed-after':
        await effect();
        return answered({ status: 500, body: { Message: 'An error has occurred.' } });
      case 'cut-before':
        return lost();
      case 'cut-after':
        await effect();
        return lost();
      case 'late':
      case 'very-late':
        this.time.later(this.random.whole(...LATE_MS[fault]), () => void this.ask(request));
        return lost();
      case 'slow':
        await effect();
        this.time.later(SLOW_MS, () => reply.cut());
        return;
      case 'slow-late':
        this.time.later(this.random.whole(...LATE_MS[fault]), () => void this.ask(request));
        return;
      default:
        return answered(await this.spoilt(fault, request, effect));
    }
  }

  /** Answers that are not what was asked for. */
  private async spoilt(fault: FaultKind, request: SandboxRequest, effect: () => Promise<Answer>): Promise<Answer> {
    switch (fault) {
      case 'busy':
        return { status: 429 };
      case 'busy-until':
        return { status: 429, headers: { 'retry-after': String(this.random.whole(1, 90)) } };
      case 'threads':
        return { status: 500, body: { errors: ['The Autotask API thread threshold of 3 threads has been exceeded.'] } };
      case 'unauthorized':
        return { status: 401 };
      case 'page':
        await effect();
        return { status: 200, headers: { 'content-type': 'text/html' }, body: HTML };
      case 'truncated': {
        const answer = await effect();
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
        return { ...answer, body: text.slice(0, Math.max(1, text.length / 2)) };
      }
      case 'empty':
        return { status: (await effect()).status };
      case 'repeated-row':
        return repeated(await effect());
      default: {
        const before = this.before(`${siteOf(request.method, request.path)} ${request.text}`);
        const answer = await effect();
        return before ?? answer;
      }
    }
  }

  private isOldZone({ origin, path }: SandboxRequest): boolean {
    const [, number] = /zone(\d+)\./.exec(origin) ?? [];
    return number !== undefined && Number(number) !== this.zone && !/zoneInformation/i.test(path);
  }

  /** The request as the sandbox sees it; discovery is asked by another host. */
  toSandbox(url: URL, method: string, headers: Record<string, string>, text: string): SandboxRequest {
    const isDiscovery = /zoneInformation$/i.test(url.pathname);
    return {
      method,
      path: decodeURI(url.pathname).replace(/\/+/g, '/'),
      query: url.searchParams,
      headers,
      text,
      origin: isDiscovery ? `https://zone${this.zone}.autotask.net` : url.origin,
    };
  }

  /** Whether an address is one of its tenant's. */
  serves({ port }: URL): boolean {
    return port === new URL(this.sandbox.url).port;
  }
}

/** Replaces the ways out of this process, each address by the network that leads there; answers how to put them back. */
export function installNetworks(networks: [Network, ...Network[]]): () => void {
  const before = { http: http.request, https: https.request };
  const request = (url: URL, options: RequestOptions): ClientRequest => {
    const network = networks.find((each) => each.serves(url)) ?? networks[0];
    return new SimulatedRequest(network, url, options) as unknown as ClientRequest;
  };
  http.request = request as typeof http.request;
  https.request = request as typeof https.request;
  return () => {
    http.request = before.http;
    https.request = before.https;
  };
}

function repeated(answer: Answer): Answer {
  const body = answer.body as { items?: unknown[] } | undefined;
  return body?.items?.[0] === undefined ? answer : { ...answer, body: { ...body, items: [...body.items, body.items[0]] } };
}

/** As much of a `ClientRequest` as the client uses. */
class SimulatedRequest extends Writable {
  private text = '';
  private readonly at = running.getStore();
  aborted = false;

  constructor(
    private readonly network: Network,
    private readonly url: URL,
    private readonly options: RequestOptions,
  ) {
    // It lives on after it was sent: its answer is still to come.
    super({ autoDestroy: false });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  override _final(done: () => void): void {
    done();
    const headers = Object.fromEntries(
      Object.entries(this.options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const request = this.network.toSandbox(this.url, this.options.method ?? 'GET', headers, this.text);
    const reply: Reply = { send: (answer) => this.respond(answer), cut: () => this.cut() };
    this.network.exchange(request, reply, this.at?.process ?? null).catch((error: unknown) => this.destroy(error as Error));
  }

  private cut(): void {
    const error = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    if (!this.destroyed) this.destroy(error);
  }

  private respond({ status, headers = {}, body }: Answer): void {
    if (this.destroyed) return;
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const response = Object.assign(Readable.from(text === '' ? [] : [Buffer.from(text)], { objectMode: false }), {
      statusCode: status,
      statusMessage: '',
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      rawHeaders: [],
      httpVersion: '1.1',
      complete: true,
    });
    this.emit('response', response as unknown as IncomingMessage);
  }

  setTimeout(): this {
    return this;
  }
}
