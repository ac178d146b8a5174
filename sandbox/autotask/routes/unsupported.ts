/** What the real API has and the sandbox does not imitate: 501, loudly, never a plausible lie. */
import type { SandboxRequest } from '../../router.js';
import { Refusal } from '../refusal.js';
import { BASE, type AutotaskRoute } from './context.js';

/**
 * Endpoints of the vendor's own description (reference 2.6): a collection, and the verbs of its root. `q` adds the queries, `id` reading one, `-id`
 * deleting one; the metadata belong to all.
 */
const UNSUPPORTED = `
InvoiceTemplates                          q,id
OrganizationalLevelAssociations           PUT,POST,PATCH,q,id
PriceListProducts                         PUT,PATCH,q,id
PriceListServices                         PUT,PATCH,q,id
ServiceLevelAgreementResults              q,id
ServiceLevelAgreements/:parentId/Results  GET,id
Taxes                                     PUT,POST,PATCH,q,id
TaxRegions                                PUT,POST,PATCH,q,id
UserDefinedFieldListItems                 q,id
UserDefinedFields/:parentId/ListItems     GET,PUT,POST,PATCH,id
`;

/** Writes to contract billing rules, which are served for reading: no rule of them is known (reference 5.6: not needed). */
const RULE_WRITES = `
PUT /Contracts/:parentId/BillingRules
POST /Contracts/:parentId/BillingRules
PATCH /Contracts/:parentId/BillingRules
DELETE /Contracts/:parentId/BillingRules/:id
`;

export function unsupportedRoutes(): AutotaskRoute[] {
  const endpoints = [...rowsOf(UNSUPPORTED).flatMap(endpointsOf), ...rowsOf(RULE_WRITES)];
  return endpoints.map((endpoint) => {
    const [method = '', path = ''] = endpoint.split(' ');
    return { method, pattern: `${BASE}${path}`, endpoint: undefined, unsupported: true, handle: unsupported };
  });
}

const rowsOf = (text: string): string[] => text.trim().split('\n');

function endpointsOf(row: string): string[] {
  const [path = '', verbs = ''] = row.split(/ +/);
  const metadata = ['', '/fields', '/userDefinedFields'].map((part) => `GET /${path}/entityInformation${part}`);
  return [...metadata, ...verbs.split(',').flatMap((verb) => endpointsOfVerb(path, verb))];
}

function endpointsOfVerb(path: string, verb: string): string[] {
  if (verb === 'id') return [`GET /${path}/:id`];
  if (verb !== 'q') return [`${verb} /${path}`];
  return ['query', 'query/count'].flatMap((query) => ['GET', 'POST'].map((method) => `${method} /${path}/${query}`));
}

/** Collections that the vendor's description has beyond the part kept here; every path below them is left out. */
export const OTHER_COLLECTIONS = [
  'Contacts',
  'ContractBlocks',
  'ContractMilestones',
  'ContractNotes',
  'ContractRates',
  'ContractRetainers',
  'ContractServiceBundles',
  'ContractServiceBundleAdjustments',
  'ContractServiceBundleUnits',
  'Opportunities',
  'Projects',
  'Quotes',
  'Resources',
  'ServiceBundles',
  'TicketCharges',
  'Tickets',
  'TimeEntries',
] as const;

/** The same below one contract. */
export const OTHER_CHILDREN = ['Blocks', 'Milestones', 'Notes', 'Rates', 'Retainers', 'ServiceBundles'] as const;

/** Whether a path without a route is real all the same. */
export function isOther(path: string): boolean {
  const [, version, collection, , child] = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((part) => part.toLowerCase());
  if (version !== 'v1.0') return false;
  const isNamed = (names: readonly string[], name: string | undefined): boolean =>
    names.some((known) => known.toLowerCase() === name);
  return collection === 'contracts' ? isNamed(OTHER_CHILDREN, child) : isNamed(OTHER_COLLECTIONS, collection);
}

/** Refuses what is real and not imitated. */
export function unsupported({ method, path }: SandboxRequest): never {
  loud(`unsupported: ${method} ${path} is a real Autotask endpoint that the sandbox does not serve. Answered 501.`);
  throw new Refusal(501, { errors: [`${method} ${path} is unsupported by the sandbox.`] });
}

export function loud(message: string): void {
  process.stderr.write(`sandbox: ${message}\n`);
}
