import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSandbox } from '../../sandbox/index.js';
import { Autotask } from '../../shared/autotask/index.js';
import { Cloudmore } from '../../shared/cloudmore/index.js';
import { loadConfig } from '../../shared/config.js';
import { probingOf } from '../../shared/probe/kept.js';
import { probe, type ProbeOptions, type ProbeResult } from '../../shared/probe/probe.js';
import { september } from '../api/vendors.js';

/** A tenant in which every belief can be seen: contracts, rows and charges of ours and of the connector before us, a divided month, and what was posted. */

export type Rec = Record<string, unknown>;
export interface TenantWorld {
  now: string;
  cloudmore: Record<string, Rec[]> & { behaviour?: Rec; subscriptions: Record<string, Rec[]> };
  autotask: Record<string, Rec[]> & { behaviour?: Rec };
}

export const MONTH = '2025-10';
/** A subscription of the report that the connector made a contract for. */
export const CONNECTOR_KEY = '4c2e070f-5edb-5219-b62a-c9e967d7318e';
const CONNECTOR_CONTRACT = {
  id: 150,
  companyID: 29683512,
  contractName: 'Azure plan',
  contractType: 7,
  contractPeriodType: 2,
  status: 1,
  startDate: '2025-08-01',
  endDate: '2025-11-30',
  serviceLevelAgreementID: 1,
  userDefinedFields: [{ name: 'Subscription ID', value: CONNECTOR_KEY }],
};
const MANAGED = { contractId: 102, serviceId: 202 };

export function tenantWorld(): TenantWorld {
  const world = september() as unknown as TenantWorld;
  world.now = '2025-11-05T06:00:00Z';
  const last = world.cloudmore.monthlyBilling!.at(-1)!;
  last.billingDate = '2025-10-31T00:00:00Z';
  // A price that was changed after the invoice: what the connector billed is the report's.
  const invoiced = (world.cloudmore.oneTimeInvoices![0]!['report'] as { items: Rec[] }).items;
  invoiced.find((line) => line['subscriptionId'] === CONNECTOR_KEY)!['totalSalesPrice'] = 40;
  world.autotask.contracts!.push(structuredClone(CONNECTOR_CONTRACT));
  world.autotask.contractServices!.push({ id: 350, contractID: 150, serviceID: 202, unitPrice: 75.01, unitCost: 12, units: 0 });
  return world;
}

/** What is changed of an answer on its way to us; undefined leaves it. */
export type Edit = (request: { method: string; path: string; body: string }, json: Rec) => unknown;

export interface Planted {
  world?: (world: TenantWorld) => void;
  edit?: Edit;
  /** Another answer in the place of the vendor's. */
  answer?: (request: { method: string; path: string; body: string }) => { status: number; json: Rec } | undefined;
  settings?: Record<string, string>;
  options?: Partial<ProbeOptions>;
  /** What people do in the tenant before it is probed. */
  meanwhile?: (autotask: Autotask) => Promise<void>;
}

/** Probes a tenant with a difference planted in it. */
export async function probeTenant(planted: Planted = {}): Promise<ProbeResult> {
  const world = tenantWorld();
  planted.world?.(world);
  const sandbox = await startSandbox({ world });
  const proxy = await startProxy(sandbox.url, planted);
  try {
    const own = loadConfig(sandbox.env());
    await furnish(new Autotask(own.autotask), sandbox.url, planted);
    const env = Object.fromEntries(
      Object.entries(sandbox.env()).map(([name, value]) => [name, value.replace(sandbox.url, proxy.url)]),
    );
    const config = loadConfig({ ...env, ...planted.settings });
    return await probe({
      ...probingOf(config),
      autotask: new Autotask(config.autotask, { clock: { now: () => Date.now(), sleep: async () => undefined } }),
      cloudmore: new Cloudmore(config.cloudmore, async () => undefined),
      month: MONTH,
      now: () => new Date('2025-11-05T06:00:00Z'),
      ...planted.options,
    });
  } finally {
    await proxy.close();
    await sandbox.close();
  }
}

/** What a tenant has that is in use: a charge and a product of ours, a month that was divided, and months that were posted. */
async function furnish(autotask: Autotask, url: string, { meanwhile }: Planted): Promise<void> {
  const productId = await autotask.createProduct({ name: 'Azure Plan', key: 'cloudmore:azure-plan', billingCodeId: 29682802 });
  const amounts = { quantity: '1', unitPrice: '10', unitCost: '8' };
  const texts = { key: 'CM-2025-10-x', name: 'Azure', description: 'Azure' };
  await autotask.createCharge({ contractId: 102, ...texts, day: '2025-10-02', productId, billingCodeId: 29682802, ...amounts });
  const adjustment = { ...MANAGED, contractServiceId: null, day: '2025-11-10', unitChange: 2, unitPrice: null, unitCost: null };
  await autotask.createAdjustment(adjustment);
  const connector = {
    contractId: CONNECTOR_CONTRACT.id,
    serviceId: 202,
    contractServiceId: null,
    unitPrice: null,
    unitCost: null,
  };
  await autotask.createAdjustment({ ...connector, day: '2025-10-01', unitChange: 1 });
  await autotask.createAdjustment({ ...connector, day: '2025-11-01', unitChange: -1 });
  await fetch(`${url}/_sandbox/autotask/freeze`, { method: 'POST', body: JSON.stringify({ through: '2025-10-31' }) });
  await meanwhile?.(autotask);
}

async function startProxy(target: string, planted: Planted): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    void forward(target, request, planted).then(({ status, headers, text }) => response.writeHead(status, headers).end(text));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const PASSED_BACK = ['content-type', 'location'];

async function forward(
  target: string,
  request: IncomingMessage,
  { edit, answer: instead }: Planted,
): Promise<{ status: number; headers: Record<string, string>; text: string }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const method = request.method ?? 'GET';
  const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
  const answer = await fetch(`${target}${request.url ?? ''}`, {
    method,
    headers: headers as Record<string, string>,
    ...(method === 'GET' ? {} : { body }),
  });
  const text = await answer.text();
  const path = (request.url ?? '').split('?')[0]!;
  const other = instead?.({ method, path, body });
  if (other !== undefined)
    return { status: other.status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(other.json) };
  const back = Object.fromEntries(
    PASSED_BACK.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : [])),
  );
  const edited = edit && text !== '' ? edit({ method, path, body }, JSON.parse(text) as Rec) : undefined;
  return { status: answer.status, headers: back, text: edited === undefined ? text : JSON.stringify(edited) };
}
