/** `/_sandbox/…`: what neither vendor has. Never faulted, never in the journal. */
import * as z from 'zod';
import { ControlError } from './control-error.js';
import { faultRulesSchema, type FaultRule } from './faults.js';
import type { JournalEntry } from './journal.js';
import type { Answer, Route, SandboxRequest } from './router.js';
import { RouteTable } from './route-table.js';
import type { AutotaskVendor } from './autotask/index.js';
import type { CloudmoreVendor } from './cloudmore/index.js';
import { describeIssue } from './world.js';

/** What the control interface works on; the vendors are replaced by a reset. */
export interface Controlled {
  env(origin: string): Record<string, string>;
  state(): unknown;
  requests(): JournalEntry[];
  forgetRequests(): void;
  reset(world: unknown): void;
  setClock(now: string): void;
  setFaults(rules: FaultRule[]): void;
  autotask: () => AutotaskVendor;
  cloudmore: () => CloudmoreVendor;
}

const day = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d/, 'not a day such as 2025-10-31')
  .transform((value) => value.slice(0, 10));
const recordId = z.number().int().min(0);
const clockSchema = z.strictObject({ now: z.string() });
const scopeSchema = z.strictObject({ through: day, companyID: recordId.optional(), contractID: recordId.optional() });
const invoiceSchema = z.strictObject({ companyID: recordId, through: day });
const voidSchema = z.strictObject({ invoiceID: recordId });
const changesSchema = z.record(z.string(), z.unknown());

const DONE: Answer = { status: 200, body: { done: true } };
const ok = (body: unknown): Answer => ({ status: 200, body });

export function createControl(controlled: Controlled): (request: SandboxRequest) => Answer | Promise<Answer> {
  const table = new RouteTable(controlRoutes(controlled));
  return (request) => {
    try {
      const match = table.match(request.method, request.path);
      if (match.kind === 'route') return match.route.handle(request, match.params);
      if (match.kind === 'path') throw new ControlError(405, `${request.path} has no ${request.method}.`);
      throw new ControlError(404, `There is no ${request.path}; GET /_sandbox names what there is.`);
    } catch (error) {
      return answerError(error);
    }
  };
}

/** Every control endpoint; the first names them all. */
function controlRoutes(controlled: Controlled): Route[] {
  const routes = [...machineRoutes(controlled), ...personRoutes(controlled)];
  const root: Route = { method: 'GET', pattern: '/_sandbox', handle: () => ok({ endpoints }) };
  const endpoints = [root, ...routes].map(({ method, pattern }) => `${method} ${pattern}`);
  return [root, ...routes];
}

/** Clock, data, journal and faults. */
function machineRoutes(controlled: Controlled): Route[] {
  return [
    route('GET', 'env', ({ origin }) => ok(envText(controlled.env(origin)))),
    route('GET', 'state', () => ok(controlled.state())),
    route('GET', 'requests', () => ok(controlled.requests())),
    route('DELETE', 'requests', () => done(() => controlled.forgetRequests())),
    route('POST', 'reset', (request) => done(() => usable(() => controlled.reset(read(request, z.unknown()))))),
    route('POST', 'clock', (request) => done(() => usable(() => controlled.setClock(read(request, clockSchema).now)))),
    route('POST', 'faults', (request) => done(() => controlled.setFaults(read(request, faultRulesSchema)))),
  ];
}

/** What people do on either side meanwhile. */
function personRoutes({ autotask, cloudmore }: Controlled): Route[] {
  return [
    route('POST', 'autotask/freeze', (request) => ok(autotask().freeze(read(request, scopeSchema)))),
    route('POST', 'autotask/unfreeze', (request) => ok(autotask().unfreeze(read(request, scopeSchema)))),
    route('POST', 'autotask/invoice', (request) => {
      const { companyID, through } = read(request, invoiceSchema);
      return ok(autotask().invoice(companyID, through));
    }),
    route('POST', 'autotask/invoice/void', (request) => done(() => autotask().voidInvoice(read(request, voidSchema).invoiceID))),
    route('PATCH', 'autotask/:table/:id', (request, { table = '', id = '' }) =>
      ok(autotask().edit(table, numberOf(id), read(request, changesSchema))),
    ),
    route('DELETE', 'autotask/:table/:id', (_request, { table = '', id = '' }) =>
      done(() => autotask().erase(table, numberOf(id))),
    ),
    route('PATCH', 'cloudmore/:kind/:id', (request, { kind = '', id = '' }) =>
      done(() => patchCloudmore(cloudmore(), kind, id, read(request, changesSchema))),
    ),
  ];
}

const route = (method: string, path: string, handle: Route['handle']): Route => ({
  method,
  pattern: `/_sandbox/${path}`,
  handle,
});

function done(act: () => void): Answer {
  act();
  return DONE;
}

/** A world or an instant that cannot be used is the caller's mistake. */
function usable(act: () => void): void {
  try {
    act();
  } catch (error) {
    throw error instanceof Error ? new ControlError(400, error.message) : error;
  }
}

const envText = (env: Record<string, string>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

function read<T>(request: SandboxRequest, schema: z.ZodType<T>): T {
  const result = schema.safeParse(parse(request.text));
  if (result.success) return result.data;
  throw new ControlError(400, `${request.path}:\n${result.error.issues.map(describeIssue).join('\n')}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError(400, 'The body is not JSON.');
  }
}

function numberOf(id: string): number {
  if (/^\d+$/.test(id)) return Number(id);
  throw new ControlError(404, `"${id}" is not an id.`);
}

const CLOUDMORE_TABLES = ['organizations', 'subscriptions', 'priceListItems'] as const;

/** A table of Cloudmore's that can be changed; undefined if there is no such table. */
export const cloudmoreTable = (name: string): (typeof CLOUDMORE_TABLES)[number] | undefined =>
  CLOUDMORE_TABLES.find((known) => known === name);

function patchCloudmore(cloudmore: CloudmoreVendor, name: string, id: string, changes: Record<string, unknown>): void {
  const table = cloudmoreTable(name);
  if (!table) throw new ControlError(404, `There is no table "${name}"; there are ${CLOUDMORE_TABLES.join(', ')}.`);
  if (!cloudmore.patch(table, id, changes)) throw new ControlError(404, `There is no record ${id} in ${name}.`);
}

function answerError(error: unknown): Answer {
  if (error instanceof ControlError) return { status: error.status, body: { error: error.message } };
  throw error;
}
