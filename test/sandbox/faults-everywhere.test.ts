import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { HEADERS, worldWith } from './autotask-host.js';
import { registeredRoutes } from './routes.js';
import { startSandbox, type FaultRule, type Sandbox } from '../../sandbox/index.js';

/** Every fault with every route: nothing that a vendor serves is out of reach of a rule. What a fault does to an effect is in `faults.test.ts`. */
const BROKER = 'broker-1';
const ROUTES = Object.values(registeredRoutes()).flatMap((routes) =>
  routes.map(({ method, pattern }) => ({
    method,
    path: pattern.replace(':resellerId', BROKER).replace(/:\w+/g, '10'),
  })),
);
const WORLD = worldWith({ behaviour: { threads: 1000, callsPerHour: 1_000_000 } });
const HTML = /^<!DOCTYPE html>/;

interface Ended {
  route: string;
  /** `cut` where the connection was. */
  status: number | 'cut';
  text: string;
}

let sandbox: Sandbox;
let plain: Ended[];
beforeAll(async () => {
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  sandbox = await startSandbox({ world: WORLD });
  plain = await askAll();
});
afterAll(async () => {
  await sandbox.close();
  jest.restoreAllMocks();
});

async function askAll(): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (const route of ROUTES) ended.push(await ask(route));
  return ended;
}

/** Without a socket, of which `faults.test.ts` has enough. */
async function ask({ method, path }: (typeof ROUTES)[number]): Promise<Ended> {
  const route = `${method} ${path}`;
  let ended: Ended = { route, status: 'cut', text: '' };
  const request = {
    method,
    path,
    query: new URLSearchParams(),
    headers,
    text: method === 'GET' ? '' : '{}',
    origin: 'http://here',
  };
  await sandbox.take(request, {
    send: ({ status, body = '' }) => (ended = { route, status, text: typeof body === 'string' ? body : JSON.stringify(body) }),
    cut: () => undefined,
  });
  return ended;
}

const headers = Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name.toLowerCase(), value]));

const broken = (status: number): Ended[] => plain.map(({ route }) => ({ route, status, text: '"broken"' }));
const cut = (): Ended[] => plain.map(({ route }) => ({ route, status: 'cut', text: '' }));
const unharmed = (): Ended[] => plain;
const half = (text: string): string => text.slice(0, text.length / 2);

const faults: [fault: FaultRule['fault'], journal: string, expected: () => unknown[]][] = [
  [{ kind: 'status', status: 503, body: '"broken"', when: 'before' }, 'status 503 before', () => broken(503)],
  [{ kind: 'status', status: 429, body: '"broken"', when: 'after' }, 'status 429 after', () => broken(429)],
  [{ kind: 'reset', when: 'before' }, 'reset before', cut],
  [{ kind: 'reset', when: 'after' }, 'reset after', cut],
  [{ kind: 'hang', ms: 1, when: 'before' }, 'hang 1 ms before', unharmed],
  [{ kind: 'hang', ms: 1, when: 'after' }, 'hang 1 ms after', unharmed],
  [{ kind: 'late', ms: 1 }, 'late 1 ms', cut],
  [{ kind: 'html' }, 'html', () => plain.map(({ route }) => ({ route, status: 200, text: expect.stringMatching(HTML) }))],
  [{ kind: 'truncated' }, 'truncated', () => plain.map((ended) => ({ ...ended, text: half(ended.text) }))],
  [{ kind: 'empty' }, 'empty', () => plain.map((ended) => ({ ...ended, text: '' }))],
  [
    { kind: 'edit', table: 'billingCodes', where: { id: 1 }, set: { name: 'Recurring' } },
    'edit billingCodes (1 records)',
    unharmed,
  ],
];
test.each(faults)('%j befalls every route of both vendors', async (fault, journal, expected) => {
  sandbox.reset(WORLD);
  await control('POST', 'faults', [{ match: {}, fault }]);
  expect(await askAll()).toEqual(expected());
  expect(new Set(sandbox.requests().map(({ fault: kind }) => kind))).toEqual(new Set([journal]));
  expect(sandbox.requests()).toHaveLength(ROUTES.length);
});

test('there are the routes of both vendors', () => {
  expect(ROUTES.length).toBeGreaterThan(300);
  expect(plain.filter(({ status }) => status === 'cut' || status === 404 || status === 405)).toEqual([]);
});

async function control(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, { method, body: JSON.stringify(body) ?? null });
  expect(response.status).toBe(200);
}
