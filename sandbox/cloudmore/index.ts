import { visitsByRoute, type Visit } from '../visit.js';
import type { Clock } from '../clock.js';
import type { Route, SandboxRequest, Vendor } from '../router.js';
import { createEncode, empty, jsonText } from './answers.js';
import type { Broker } from './broker.js';
import { descriptionRoute } from './description.js';
import { invoiceRoutes } from './routes/invoices.js';
import { legacyRoutes } from './routes/legacy.js';
import { manualLineRoutes } from './routes/manual-lines.js';
import { monthlyBillingRoutes } from './routes/monthly-billing.js';
import { organizationRoutes } from './routes/organizations.js';
import { serviceRoutes } from './routes/services.js';
import { subscriptionRoutes } from './routes/subscriptions.js';
import { sameId, Store, type PatchKind, type Rec } from './store.js';
import { Tasks } from './tasks.js';
import { createTokens, type Tokens } from './token.js';
import { unknown, unsupportedRoutes } from './unsupported.js';
import type { CloudmoreWorld } from './world.js';

export { cloudmoreWorldSchema, type CloudmoreWorld, type CloudmoreWorldInput } from './world.js';

/** Cloudmore's stand-in; `patch` is what happens on Cloudmore's side without an API call of ours. */
export interface CloudmoreVendor extends Vendor {
  patch(kind: PatchKind, id: string, changes: Rec): boolean;
  visit(request: SandboxRequest): Visit;
}

/** Cloudmore as `docs/vendors/cloudmore.md` 2 to 5 describe it, serving one world. */
export function createCloudmore(world: CloudmoreWorld, clock: Clock): CloudmoreVendor {
  const store = new Store(world);
  const encode = createEncode(world.behaviour);
  const tasks = new Tasks(world.behaviour, encode, clock);
  const broker: Broker = { store, clock, tasks, encode, behaviour: world.behaviour };
  const tokens = createTokens(world, world.behaviour, clock);
  const below = [
    ...organizationRoutes(broker),
    ...serviceRoutes(broker),
    ...subscriptionRoutes(broker),
    ...monthlyBillingRoutes(broker),
    ...invoiceRoutes(broker),
    ...legacyRoutes(broker),
    ...manualLineRoutes(broker),
    ...unsupportedRoutes(),
  ].map((route) => secured(route, tokens, world.resellerId));
  const routes = [tokens.route, HEALTH, descriptionRoute(broker, below, (request) => tokens.refuse(request)), ...below];
  return {
    routes,
    visit: visitsByRoute(routes, unknown),
    state: () => ({ ...store.state(), tasks: tasks.state() }),
    patch: (kind, id, changes) => store.patch(kind, id, changes),
  };
}

/** Says whether the API answers; needs no token. */
const HEALTH: Route = { method: 'GET', pattern: '/api/healthcheck', handle: () => jsonText(200, '"Healthy"') };

/** A bearer first, then the broker: somebody else's is forbidden, not missing. */
function secured(route: Route, tokens: Tokens, resellerId: string): Route {
  return {
    ...route,
    handle: (request, params) => {
      const refusal = tokens.refuse(request);
      if (refusal) return refusal;
      const isOurs =
        route.pattern.startsWith('/api/sellers') || params.resellerId === undefined || sameId(params.resellerId, resellerId);
      return isOurs ? route.handle(request, params) : empty(403);
    },
  };
}
