/** What the real API has and the sandbox does not imitate: 501, loudly, never a plausible lie. */
import type { SandboxRequest } from '../../router.js';
import { Refusal } from '../refusal.js';
import { BASE, type AutotaskRoute } from './context.js';
import { endpointsOf } from './shorthand.js';

/** Collections of the vendor's own description (`docs/vendors/autotask.md` 2.6) with their verbs in short. */
export const UNSUPPORTED: readonly { path: string; verbs: string }[] = [
  { path: 'InvoiceTemplates', verbs: 'q,id' },
  { path: 'OrganizationalLevelAssociations', verbs: 'PUT,POST,PATCH,q,id' },
  { path: 'PriceListProducts', verbs: 'PUT,PATCH,q,id' },
  { path: 'PriceListServices', verbs: 'PUT,PATCH,q,id' },
  { path: 'ServiceLevelAgreementResults', verbs: 'q,id' },
  { path: 'ServiceLevelAgreements/:parentId/Results', verbs: 'GET,id' },
  { path: 'Taxes', verbs: 'PUT,POST,PATCH,q,id' },
  { path: 'TaxRegions', verbs: 'PUT,POST,PATCH,q,id' },
  { path: 'UserDefinedFieldListItems', verbs: 'q,id' },
  { path: 'UserDefinedFields/:parentId/ListItems', verbs: 'GET,PUT,POST,PATCH,id' },
];

/** Contract billing rules are served for reading; none of the rules for writing them is known (`docs/vendors/autotask.md` 5.6). */
export const UNSUPPORTED_WRITES = [
  'PUT /Contracts/:parentId/BillingRules',
  'POST /Contracts/:parentId/BillingRules',
  'PATCH /Contracts/:parentId/BillingRules',
  'DELETE /Contracts/:parentId/BillingRules/:id',
] as const;

export function unsupportedRoutes(): AutotaskRoute[] {
  const endpoints = [...UNSUPPORTED.flatMap(({ path, verbs }) => endpointsOf(path, verbs)), ...UNSUPPORTED_WRITES];
  return endpoints.map((endpoint) => {
    const [method = '', path = ''] = endpoint.split(' ');
    return { method, pattern: `${BASE}${path}`, endpoint: undefined, handle: unsupported };
  });
}

/** Refuses what is real and not imitated. */
export function unsupported({ method, path }: SandboxRequest): never {
  loud(`unsupported: ${method} ${path} is a real Autotask endpoint that the sandbox does not serve. Answered 501.`);
  throw new Refusal(501, { errors: [`${method} ${path} is unsupported by the sandbox.`] });
}

export function loud(message: string): void {
  process.stderr.write(`sandbox: ${message}\n`);
}
