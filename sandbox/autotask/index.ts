import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { SandboxRequest, Vendor } from '../router.js';
import { RouteTable, type Match } from '../route-table.js';
import type { Visit } from '../visit.js';
import { authenticate, Quota, Threads } from './admission.js';
import { ALL_ENTITIES } from './entities/index.js';
import { createHooks, type Hooks } from './hooks/index.js';
import { loadTenant } from './load.js';
import { PageSets } from './query/pages.js';
import { Refusal, TEXT } from './refusal.js';
import { checkRight } from './rights.js';
import { BASE, type AutotaskRoute, type Context } from './routes/context.js';
import { isElsewhere } from './routes/elsewhere.js';
import { adjustmentRoutes, entityRoutes } from './routes/entities.js';
import { serviceRoutes } from './routes/service.js';
import { loud, unsupported, unsupportedRoutes } from './routes/unsupported.js';
import { environmentOf, stateOf, type AutotaskState } from './state.js';
import type { AutotaskWorld } from './world.js';

export { autotaskWorldSchema, type AutotaskWorld } from './world.js';
export type { AutotaskState } from './state.js';

/** Autotask's stand-in, with the hooks for what a person does in its UI. */
export interface AutotaskVendor extends Vendor, Hooks {
  routes: AutotaskRoute[];
  state(): AutotaskState;
  /** Settings that point a client here, but for the URL. */
  environment(): Record<string, string>;
  /** A request arrives: it takes its place in flight, is answered, and leaves. */
  visit(request: SandboxRequest): Visit;
}

/** Real API: a GET with a longer URL answers 404 (documented). */
const URL_MAX = 2048;

/** Autotask as `docs/vendors/autotask.md` 1 to 8 describe it, serving one world. */
export function createAutotask(world: AutotaskWorld, clock: Clock): AutotaskVendor {
  const tenant = loadTenant(world, clock);
  const context: Context = { tenant, pages: new PageSets(), quota: new Quota(tenant), queries: 0 };
  const threads = new Threads(tenant.behaviour.threads);
  const routes = [
    ...serviceRoutes(context),
    ...ALL_ENTITIES.flatMap((entity) => entityRoutes(context, entity)),
    ...adjustmentRoutes(context),
    ...unsupportedRoutes(),
  ];
  const table = new RouteTable(routes);
  return {
    routes,
    state: () => stateOf(tenant),
    environment: () => environmentOf(tenant),
    visit: (request) => visit(context, threads, table, request),
    ...createHooks(tenant),
  };
}

function visit(context: Context, threads: Threads, table: RouteTable<AutotaskRoute>, request: SandboxRequest): Visit {
  const match = table.match(request.method, request.path);
  const endpoint = match.kind === 'route' ? match.route.endpoint : undefined;
  const thread = endpoint === undefined ? undefined : threads.enter(request.headers['apiintegrationcode'] ?? '', endpoint);
  const visit: Visit = {
    slowedMs: 0,
    async answer() {
      try {
        if (match.kind !== 'route') throw nowhere(match, request);
        checkUrl(request);
        if (endpoint !== undefined) {
          authenticate(context.tenant, request);
          thread?.check();
          visit.slowedMs = context.quota.use();
          if (context.tenant.behaviour.slowDown === 'waited') await sleep(visit.slowedMs);
          if (match.route.action) checkRight(context.tenant, endpoint, match.route.action);
        }
        return await match.route.handle(request, match.params);
      } catch (error) {
        if (error instanceof Refusal) return error.answer;
        throw error;
      }
    },
    leave: () => thread?.leave(),
  };
  return visit;
}

function checkUrl({ method, origin, path, query }: SandboxRequest): void {
  if (method === 'GET' && `${origin}${path}?${query.toString()}`.length > URL_MAX) throw new Refusal(404, undefined);
}

/** What a path without a route answers: real but left out, the wrong verb, or nothing at all. */
function nowhere(match: Match<AutotaskRoute>, request: SandboxRequest): Refusal {
  const { method, path } = request;
  if (isElsewhere(path)) unsupported(request);
  if (match.kind === 'path' || isRoot(path)) return new Refusal(405, { Message: TEXT.method(method) });
  loud(`unknown Autotask endpoint: ${method} ${path}`);
  return new Refusal(404, { Message: `No HTTP resource was found that matches the request URI '${path}'.` });
}

/** Real API: POST to the root of a child entity has no path in the Swagger; its framework answers the wrong verb (inferred). */
const isRoot = (path: string): boolean =>
  ALL_ENTITIES.some((entity) => `${BASE}/${entity.path}`.toLowerCase() === path.toLowerCase());
