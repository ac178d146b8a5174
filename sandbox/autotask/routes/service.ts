/** What is not about records: zone, versions, thresholds, and what the sandbox leaves out. */
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

/** Collections that the real API has and the sandbox does not serve. */
export const UNSUPPORTED_COLLECTIONS = [
  'Contacts',
  'ContractBlocks',
  'ContractMilestones',
  'ContractNotes',
  'ContractRates',
  'ContractRetainers',
  'ContractServiceBundles',
  'ContractServiceBundleAdjustments',
  'ContractServiceBundleUnits',
  'InvoiceTemplates',
  'Opportunities',
  'OrganizationalLevelAssociations',
  'PriceListProducts',
  'PriceListServices',
  'Projects',
  'Quotes',
  'Resources',
  'ServiceBundles',
  'ServiceLevelAgreementResults',
  'ServiceLevelAgreements',
  'Taxes',
  'TaxRegions',
  'TicketCharges',
  'Tickets',
  'TimeEntries',
  'UserDefinedFieldListItems',
  'UserDefinedFields',
] as const;

/** Collections below a contract that the sandbox serves for reading only, or not at all. */
export const UNSUPPORTED_CHILDREN = ['BillingRules', 'Blocks', 'Milestones', 'Notes', 'Rates', 'ServiceBundles'] as const;

/** Whether a path is real, but not served here. */
export function isUnsupported(method: string, path: string): boolean {
  const [, version, collection, , child] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((part) => part.toLowerCase());
  if (version !== 'v1.0' || collection === undefined) return false;
  if (collection === 'contracts' && child !== undefined) {
    return method !== 'GET' || child !== 'billingrules'
      ? UNSUPPORTED_CHILDREN.some((name) => name.toLowerCase() === child)
      : false;
  }
  return UNSUPPORTED_COLLECTIONS.some((name) => name.toLowerCase() === collection);
}
