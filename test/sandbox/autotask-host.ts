import { afterEach } from '@jest/globals';
import { startSandbox, type Sandbox, type SandboxOptions, type SandboxState } from '../../sandbox/index.js';

/** A sandbox for one test, and a bare client that sends exactly what it is told. */

export type Json = Record<string, unknown>;

export interface Reply {
  status: number;
  body: Json;
  text: string;
}

export interface Host {
  sandbox: Sandbox;
  /** A call to Autotask with the three headers, `path` below the version. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** All records that a filter finds, in one page. */
  find(entity: string, filter: unknown[]): Promise<Json[]>;
  /** A call that must succeed; answers the new id. */
  create(path: string, body: Json): Promise<number>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  state(): SandboxState['autotask'];
}

/** What is created where a test asks for nothing special. */
export const SERVICE = { name: 'Business Basic', billingCodeID: 1, periodType: 2, unitPrice: 6 };
export const CHARGE = {
  name: 'Azure',
  datePurchased: '2025-10-01T10:15:00Z',
  chargeType: 1,
  unitQuantity: 1,
  unitPrice: 75.01,
  productID: 30,
};
/** The same without a member. */
export const without = (record: Json, name: string): Json =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

export const HEADERS = {
  ApiIntegrationCode: 'sandbox',
  UserName: 'sandbox',
  Secret: 'sandbox',
  'Content-Type': 'application/json',
};

const open: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

export async function openHost(world: unknown = worldWith(), options: Partial<SandboxOptions> = {}): Promise<Host> {
  const sandbox = await startSandbox({ world, ...options });
  open.push(sandbox);
  const call: Host['call'] = (method, path, body, headers = HEADERS) =>
    request(`${sandbox.url}/ATServicesRest/V1.0/${path}`, method, body, headers);
  return {
    sandbox,
    call,
    find: async (entity, filter) => recordsOf(await call('POST', `${entity}/query`, { filter })),
    create: async (path, body) => {
      const reply = await call('POST', path, body);
      if (typeof reply.body['itemId'] !== 'number') throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
      return reply.body['itemId'];
    },
    control: (method, path, body) => request(`${sandbox.url}/_sandbox/${path}`, method, body, {}),
    state: () => sandbox.state().autotask,
  };
}

export async function request(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: text }) });
  return { status: response.status, ...parse(await response.text()) };
}

function parse(text: string): { body: Json; text: string } {
  try {
    return { text, body: JSON.parse(text) as Json };
  } catch {
    return { text, body: {} };
  }
}

/** The items of a query's answer. */
export function recordsOf(reply: Reply): Json[] {
  if (!Array.isArray(reply.body['items'])) throw new Error(`No items: ${reply.status} ${reply.text}`);
  return reply.body['items'] as Json[];
}

/** The one text of a refusal. */
export function errorOf(reply: Reply): string {
  const { errors } = reply.body;
  return Array.isArray(errors) ? errors.join(' | ') : `${reply.status} ${reply.text}`;
}

export const ANY = [{ op: 'gte', field: 'id', value: 0 }];

/** One company, one service and product with their billing codes, and a contract for 2025 with four units of the service at 5.00 / 2.00. */
export function worldWith(autotask: Json = {}, frame: Json = {}): Json {
  return {
    now: '2025-10-17T03:00:00Z',
    cloudmore: {
      resellerId: 'broker-1',
      organizations: [{ id: 'org-1', name: 'Contoso' }],
      services: [],
      priceLists: {},
      subscriptions: {},
      monthlyBilling: [],
    },
    autotask: {
      companies: [{ id: 7, companyName: 'Contoso', currencyID: 1 }],
      billingCodes: [
        { id: 1, name: 'Recurring', useType: 5 },
        { id: 2, name: 'Material', useType: 4 },
      ],
      services: [
        { id: 3, name: 'Business Premium', billingCodeID: 1, unitPrice: 5, unitCost: 2, invoiceDescription: 'CFQ7TTC0' },
      ],
      products: [{ id: 30, name: 'Azure Plan', chargeBillingCodeID: 2, doesNotRequireProcurement: true }],
      contracts: [{ id: 10, companyID: 7, startDate: '2025-01-01', endDate: '2025-12-31' }],
      contractServices: [{ id: 20, contractID: 10, serviceID: 3, units: 4, unitPrice: 5, unitCost: 2 }],
      ...autotask,
    },
    ...frame,
  };
}

/** Units, price and cost of the rows of a contract service by their days: `{ '2025-10-01': [4, 20, 8] }`. */
export function rowsByDay(host: Host, contractServiceID = 20, from = '0000'): Record<string, [number, number, number]> {
  const rows = host.state().unitRows.filter((row) => row.contractServiceID === contractServiceID);
  return Object.fromEntries(
    rows
      .map((row) => [(row.startDate ?? '').slice(0, 10), [row.units ?? 0, row.price ?? 0, row.cost ?? 0]] as const)
      .filter(([start]) => start >= from)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([start, amounts]) => [start, [...amounts]]),
  );
}
