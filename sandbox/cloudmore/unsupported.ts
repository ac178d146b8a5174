import type { Answer, Route, SandboxRequest } from '../router.js';
import { apiError } from './answers.js';

/**
 * Endpoints that Cloudmore's API really has (v1.07, `docs/vendors/cloudmore.md` appendix A) and the sandbox does not imitate. They answer 501 and say so on
 * standard error: a client that needs one of them must not take "not found" for an answer. `R` is the reseller, `O` one of its organizations.
 */
const UNSUPPORTED_TEXT = `
GET R/billing/azurereports/InvoicesByCustomDates
GET R/billing/azurereports/MonthlyBillingPerOrganization
GET R/billing/azurereports/OngoingPeriod
GET R/billing/azureonetimeusage/AzureOneTimeInvoice
GET R/billing/azureonetimeusage/AzureOneTimeOngoingPeriod
GET R/billing/azureonetimeusage/report/billed/invoice/:invoiceId
POST R/billing/azureonetimeusage/report/unbilled/period/:period/export
GET R/billing/azureonetimeusage/report/unbilled/period/:period/operation/:operationId/status
GET R/billing/azureonetimeusage/report/unbilled/period/:period/operation/:operationId/result
GET O/costcenters/reports/:year/:month
POST O/manualbilling
GET,PUT,DELETE O/manualbilling/:id
GET,POST O/ExternalInvoice
GET,PUT,DELETE O/ExternalInvoice/:id
POST R/Organizations
DELETE R/Organizations/:id
GET R/settings/EmailTemplates
GET,POST R/OrganizationGroups
GET,PUT,DELETE R/OrganizationGroups/:id
GET,POST R/OrganizationGroups/:groupId/Members
DELETE R/OrganizationGroups/:groupId/Members/:id
GET,PUT O/paymentmethods
GET O/OrganizationRoles
GET,POST O/Users
GET,PUT,DELETE O/Users/:id
GET,POST O/UserGroups
GET,PUT,DELETE O/UserGroups/:id
GET,POST O/UserGroups/:groupId/Members
DELETE O/UserGroups/:groupId/Members/:id
GET,POST R/ResellerAdministrators
GET,PUT,DELETE R/ResellerAdministrators/:id
GET R/ResellerRoles
GET,POST R/paymentmethods
GET,PUT,DELETE R/paymentmethods/:id
POST R/services
PUT,PATCH,DELETE R/services/:serviceId
GET R/services/:serviceId/subscriptions
GET,POST R/services/:serviceId/products
GET,PUT,DELETE R/services/:serviceId/products/:productId
GET,POST R/services/:serviceId/products/:productId/addons
GET,PUT,DELETE R/services/:serviceId/products/:productId/addons/:addonId
POST,PUT R/services/consumptions
GET,PUT O/services/:serviceId/pricelist
GET,POST O/services
GET,PUT,PATCH,DELETE O/services/:serviceId
GET O/services/:serviceId/products
GET O/Estore
GET O/Estore/:serviceId
GET,POST,DELETE O/services/Csp
GET,POST,DELETE O/services/Azure
GET O/services/Csp/products
GET O/services/Csp/productlicenses
GET O/services/csp/nce/products
GET R/services/csp/domainvalidation
POST R/services/csp/CspTenants/Link
GET R/services/csp/CspTenants/List
POST O/services/csp/nce/subscriptions
PUT,DELETE O/services/csp/nce/subscriptions/:subscriptionId
GET O/services/csp/nce/subscriptions/alignmentdates
GET O/services/csp/nce/subscriptions/:subscriptionId/existingSubscriptionEligiblities
GET O/services/csp/nce/subscriptions/:subscriptionId/newSubscriptionEligibilities
GET O/services/csp/nce/subscriptions/:subscriptionId/upgradeStatus
POST O/services/csp/nce/subscriptions/:subscriptionId/upgradeToExistingSubscription
POST O/services/csp/nce/subscriptions/:subscriptionId/upgradeToNewSubscription
POST O/services/csp/subscriptions
PUT,DELETE O/services/csp/subscriptions/:subscriptionId
DELETE O/services/azure/subscriptions/:subscriptionId
POST O/services/azureplan/subscriptions
PUT O/services/azureplan/subscriptions/:id
POST O/services/azureplan/subscriptions/:id/CreateEntitlement
GET,POST O/services/:serviceId/subscriptions
GET,PUT,DELETE O/services/:serviceId/subscriptions/:subscriptionId
GET,POST O/services/:serviceId/subscriptions/:subscriptionId/users
GET,PUT,DELETE O/services/:serviceId/subscriptions/:subscriptionId/users/:userId
GET O/services/:serviceId/Subscriptions/history/:subscriptionId
POST O/services/csp/usersAsync
GET O/services/csp/usersAsync/:taskId
GET /api/services/categories
GET /api/services/marketCountries
GET /api/services/marketRegions
GET /api/sellers/:sellerId/billing/MonthlyBillingPerReseller
GET,POST /api/sellers/:sellerId/resellers/:resellerId/manualbilling
GET,DELETE /api/sellers/:sellerId/resellers/:resellerId/manualbilling/:id
GET,POST /api/sellers/:sellerId/webhooks
GET,PUT,DELETE /api/sellers/:sellerId/webhooks/:id
GET,POST /api/sellers/:sellerId/services
GET,PUT,DELETE /api/sellers/:sellerId/services/:id
GET /api/sellers/:sellerId/subscriptions
GET /api/sellers/:sellerId/subscriptions/service/:serviceId
POST,PUT /api/sellers/:sellerId/services/consumptions
POST /api/sellers/:sellerId/services/bulkconsumptions
GET /api/sellers/:sellerId/services/bulkconsumptions/:taskId
GET /api/sellers/:sellerId/resellers
GET /api/sellers/:sellerId/brokers
GET,POST /api/sellers/:sellerId/SellerAdministrators
GET /api/sellers/:sellerId/settings/CustomProperties
GET /api/sellers/:sellerId/settings/EmailTemplates
GET /api/sellers/:sellerId/SellerOrganizations/:id
`;

/** A row each, such as `GET,POST R/Organizations`. */
export const UNSUPPORTED = UNSUPPORTED_TEXT.trim().split('\n');

export function unsupportedRoutes(): Route[] {
  return UNSUPPORTED.flatMap((row) =>
    endpointsOf(row).map((endpoint) => {
      const [method = '', pattern = ''] = endpoint.split(' ');
      return { method, pattern, handle: (request) => unsupported(request) };
    }),
  );
}

/** The endpoints of a row, spelt out: `GET /api/resellers/:resellerId/Organizations`. */
export function endpointsOf(row: string): string[] {
  const [methods = '', short = ''] = row.split(' ');
  const pattern = short.replace(/^O\//, 'R/organizations/:organizationId/').replace(/^R\//, '/api/resellers/:resellerId/');
  return methods.split(',').map((method) => `${method} ${pattern}`);
}

/** The sellers' side is known by its beginnings only, so whatever is asked there counts as real. */
const ABBREVIATED = /^\/api\/sellers\/[^/]+\//i;

/** The answer to a path that no route has. */
export function unknown(request: SandboxRequest): Answer {
  if (ABBREVIATED.test(request.path)) return unsupported(request);
  process.stderr.write(`sandbox: unknown Cloudmore endpoint: ${request.method} ${request.path}\n`);
  return { status: 404 };
}

/** The answer to what is real but not imitated; loud, because anyone who asks needs something that is not there. */
export function unsupported({ method, path }: SandboxRequest, what = 'this endpoint'): Answer {
  process.stderr.write(
    `sandbox: cloudmore ${method} ${path}: ${what} is unsupported here, though the real API has it. Answered 501.\n`,
  );
  return apiError(501, 'Unsupported', `The sandbox leaves ${what} unsupported: ${method} ${path}`);
}
