import type { CloudmoreWorldInput } from '../../sandbox/cloudmore/index.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';

/** Cloudmore's half of a sandbox over HTTP, as a client with good credentials sees it. */
export interface CloudmoreHost extends Pick<Sandbox, 'url' | 'state' | 'close'> {
  /** A request with a bearer, below `/api/resellers/<id>` unless the path starts with a slash. */
  ask(method: string, path: string, body?: unknown): Promise<Reply>;
  /** A request with just these headers. */
  raw(method: string, path: string, headers?: Record<string, string>, body?: string): Promise<Reply>;
  /** Starts a report task and polls it until it is ready. */
  report<T>(path: string, body?: unknown): Promise<T>;
  setClock(now: string): Promise<void>;
  /** What changes on Cloudmore's side meanwhile; answers the status. */
  patch(kind: string, id: string, changes: object): Promise<number>;
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
  cloudmore: CloudmoreWorldInput = cloudmoreWorld(),
  now = '2025-10-09T03:00:00Z',
): Promise<CloudmoreHost> {
  const { url, state, close } = await startSandbox({ world: { now, cloudmore, autotask: { companies: [], billingCodes: [] } } });
  const raw: CloudmoreHost['raw'] = async (method, path, headers = {}, body) => {
    const answer = await fetch(url + path, { method, headers, ...(body === undefined ? {} : { body }) });
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
  const control = (method: string, path: string, body: unknown): Promise<Reply> =>
    raw(method, `/_sandbox/${path}`, {}, JSON.stringify(body));
  return {
    url,
    state,
    close,
    ask,
    raw,
    report: async <T>(path: string, body?: unknown) => readTask<T>(ask, await ask('POST', path, body)),
    setClock: async (now) => void (await control('POST', 'clock', { now })),
    patch: async (kind, id, changes) => (await control('PATCH', `cloudmore/${kind}/${id}`, changes)).status,
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
