/** What is not about records: zone, versions, thresholds. */
import type { Answer, SandboxRequest } from '../../router.js';
import { refuse, TEXT } from '../refusal.js';
import { BASE, ok, type AutotaskRoute, type Context } from './context.js';

export function serviceRoutes(context: Context): AutotaskRoute[] {
  return [
    // Real API: needs no credentials in practice (observed), although the Swagger lists the headers.
    { method: 'GET', pattern: `${BASE}/ZoneInformation`, endpoint: undefined, handle: (request) => zone(context, request) },
    {
      method: 'GET',
      pattern: '/atservicesrest/VersionInformation',
      endpoint: undefined,
      handle: () => ok({ apiVersions: ['V1.0'] }),
    },
    { method: 'GET', pattern: `${BASE}/VersionInformation`, endpoint: undefined, handle: () => ok({ apiVersions: ['V1.0'] }) },
    {
      method: 'GET',
      pattern: `${BASE}/ThresholdInformation`,
      endpoint: 'ThresholdInformation',
      handle: () => thresholds(context),
    },
  ];
}

function zone({ tenant }: Context, { query, origin }: SandboxRequest): Answer {
  const user = query.get('user') ?? '';
  // Real API: an unknown or empty user is a 500 (observed).
  if (user.toLowerCase() !== tenant.credentials.username.toLowerCase()) throw refuse(TEXT.zone);
  return ok({ zoneName: 'Sandbox', url: `${origin}/ATServicesRest/`, webUrl: `${origin}/`, ci: 12345 });
}

/** Real API: the call itself counts (documented). */
function thresholds({ tenant, quota }: Context): Answer {
  return ok({
    externalRequestThreshold: tenant.behaviour.callsPerHour,
    requestThresholdTimeframe: 60,
    currentTimeframeRequestCount: quota.count(),
  });
}
