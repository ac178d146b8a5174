import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClock, type Clock } from '../../sandbox/clock.js';
import {
  cloudmoreWorldSchema,
  createCloudmore,
  type CloudmoreVendor,
  type CloudmoreWorldInput,
} from '../../sandbox/cloudmore/index.js';
import type { Answer, Route, SandboxRequest } from '../../sandbox/router.js';

/** Cloudmore's stand-in alone, over HTTP, with the clock and the patches in a test's hands. */
export interface CloudmoreHost {
  origin: string;
  clock: Clock;
  vendor: CloudmoreVendor;
  /** A request with a bearer, below `/api/resellers/<id>` unless the path starts with a slash. */
  ask(method: string, path: string, body?: unknown): Promise<Reply>;
  /** A request with just these headers. */
  raw(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Reply>;
  /** Starts a report task and polls it until it is ready. */
  report<T>(path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when there is none. */
  json: unknown;
}

export const RESELLER = 'ab145a97-2a26-5541-afad-f6e2b1b9928d';

/** A world with one organization, one service and nothing billed; a test says what it is about. */
export function cloudmoreWorld(given: Partial<CloudmoreWorldInput> = {}): CloudmoreWorldInput {
  return {
    resellerId: RESELLER,
    organizations: [
      { id: 'org-1', name: 'Contoso', isActive: true, customProperties: [{ name: 'AutotaskCompanyID', value: '1001' }] },
    ],
    services: [{ id: 'csp-1', name: 'Microsoft 365 CSP Direct', type: 'Csp', isCustomService: false }],
    priceLists: {},
    subscriptions: {},
    monthlyBilling: [],
    ...given,
  };
}

export async function hostCloudmore(
  world: CloudmoreWorldInput = cloudmoreWorld(),
  now = '2025-10-09T03:00:00Z',
): Promise<CloudmoreHost> {
  const clock = createClock(now);
  const vendor = createCloudmore(cloudmoreWorldSchema.parse(world), clock);
  const server = createServer((incoming, outgoing) => {
    void read(incoming)
      .then((request) => answer(vendor.routes, request))
      .then(({ status, headers = {}, body }) => {
        outgoing.writeHead(status, headers);
        outgoing.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const raw: CloudmoreHost['raw'] = async (method, path, headers = {}, body) => {
    const answer = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      json: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  };
  const ask: CloudmoreHost['ask'] = async (method, path, body) => {
    const absolute = path.startsWith('/') ? path : `/api/resellers/${RESELLER}/${path}`;
    const headers = { authorization: `Bearer ${await logIn(raw)}`, 'content-type': 'application/json' };
    return raw(method, absolute, headers, body === undefined ? undefined : JSON.stringify(body));
  };
  return {
    origin,
    clock,
    vendor,
    ask,
    raw,
    report: async <T>(path: string, body?: unknown) => readTask<T>(ask, await ask('POST', path, body)),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The form a client logs in with; a test changes the field it is about. */
export function logInForm(changes: Record<string, string> = {}): string {
  const fields = {
    client_id: 'ro.customer.client',
    client_secret: 'sandbox',
    grant_type: 'password',
    username: 'sandbox',
    password: 'sandbox',
    scope: 'api',
  };
  return new URLSearchParams({ ...fields, ...changes }).toString();
}

async function logIn(raw: CloudmoreHost['raw']): Promise<string> {
  const { json } = await raw('POST', '/connect/token', FORM, logInForm());
  return (json as { access_token: string }).access_token;
}

const POLLS_MAX = 10;

async function readTask<T>(ask: CloudmoreHost['ask'], started: Reply): Promise<T> {
  const path = new URL(started.headers.get('location') ?? '').pathname;
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const { json } = await ask('GET', path);
    const { status, report } = json as { status: string; report: T };
    if (status === 'Successful') return report;
  }
  throw new Error(`${path} was not ready after ${POLLS_MAX} polls`);
}

async function read(incoming: IncomingMessage): Promise<SandboxRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
  return {
    method: incoming.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
    text: Buffer.concat(parts).toString('utf8'),
    origin: url.origin,
  };
}

function answer(routes: Route[], request: SandboxRequest): Answer | Promise<Answer> {
  for (const route of routes.filter(({ method }) => method === request.method)) {
    const params = paramsOf(route.pattern.split('/'), request.path.split('/'));
    if (params) return route.handle(request, params);
  }
  return { status: 404, body: { noRoute: request.path } };
}

function paramsOf(pattern: string[], path: string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const fits = pattern.every((segment, index) => segment.startsWith(':') || segment.toLowerCase() === path[index]?.toLowerCase());
  if (!fits) return undefined;
  return Object.fromEntries(
    pattern.flatMap((segment, index) => (segment.startsWith(':') ? [[segment.slice(1), path[index] ?? '']] : [])),
  );
}
