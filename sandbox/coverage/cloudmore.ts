/** Cloudmore: its endpoints, as in `docs/vendors/cloudmore.md` appendix A, and what holds of them. `R` is the broker, `O` one of its organizations. */
import { endpointsOf, UNSUPPORTED } from '../cloudmore/unsupported.js';
import { facts, type Fact, type Mark, type Row } from './fact.js';

const READS = 'cloudmore-catalogue: %s answers what the world has';
const ALOUD = 'cloudmore-catalogue: %s %s answers 501 and says so on standard error';
const TASK = 'cloudmore-reports: a task is started, polled, and then has the report';
const AT_ONCE = 'cloudmore-reports: per organization it is the same report';
const INVOICE_TASK = 'cloudmore-invoices: its lines come through a task whose id is in the Location';
const AZURE_CLASSIC = 'cloudmore-invoices: an Azure Classic invoice is listed, and read by its id';

/** Methods and path, the section, and tests. */
const SERVED: [endpoints: string, section: string, tests: string | string[], note?: string][] = [
  ['POST /connect/token', '2.2', 'cloudmore-log-in: the secret may come in a Basic header, as officially described'],
  ['GET /api/healthcheck', '2.5', 'cloudmore-log-in: the health check asks for no token'],
  [
    'GET /swagger/v1/swagger.json',
    '2.1',
    'cloudmore-log-in: the description has every path, and the members that the world has',
    'its models have the members of the world served',
  ],
  ['GET R/Organizations', '3.2', 'cloudmore-organizations: the list has no custom properties: each organization costs a call'],
  ['GET R/Organizations/:id', '3.2', 'cloudmore-organizations: the detail has everything, as the world has it'],
  ['PUT R/Organizations/:id', '3.2', 'cloudmore-organizations: a PUT of the whole detail changes what was changed in it'],
  ['GET R/settings/CustomProperties', '3.2', 'cloudmore-organizations: the definitions of custom properties are served'],
  ['GET R/services', '3.3', READS],
  ['GET R/services/:id', '3.3', READS],
  ['GET R/services/:serviceId/pricelist', '3.5', READS],
  ['PUT R/services/:serviceId/pricelist', '3.5', 'cloudmore-catalogue: a sales price is changed by item code'],
  [
    'GET R/services/:serviceId/pricelist/CommitmentPrice',
    '3.5',
    'cloudmore-catalogue: the commitment locks a price; renewal brings the listed one',
  ],
  [
    'GET R/services/:serviceId/pricelist/PostRenewalPrice',
    '3.5',
    'cloudmore-catalogue: the commitment locks a price; renewal brings the listed one',
  ],
  ['GET R/services/csp/nce/subscriptions', '3.4', READS],
  ['GET R/services/csp/Subscriptions', '3.4', READS],
  ['GET R/services/azure/Subscriptions', '3.4', READS],
  ['GET O/services/csp/nce/subscriptions', '3.4', READS],
  ['GET O/services/csp/nce/subscriptions/:id', '3.4', READS],
  ['GET O/services/csp/subscriptions', '3.4', READS],
  ['GET O/services/csp/subscriptions/:id', '3.4', READS],
  ['GET O/services/azureplan/subscriptions', '3.4', READS],
  ['GET O/services/azureplan/subscriptions/:id', '3.4', READS],
  ['GET O/services/azure/subscriptions', '3.4', READS],
  ['POST R/billing/reports/MonthlyBillingPerOrganizationAsync', '3.6', TASK],
  ['GET R/billing/reports/MonthlyBillingPerOrganizationAsync/:taskId', '3.6', TASK],
  ['GET R/billing/reports/MonthlyBillingPerOrganization', '3.6', AT_ONCE],
  [
    'GET R/billing/reports/MonthlyBillingPerService',
    '3.6',
    'cloudmore-reports: per service it is the same lines, with exact totals',
  ],
  [
    'GET R/billing/azurereports/AzureOneTimeInvoiceList',
    '3.7',
    'cloudmore-invoices: a new invoice appears on the list on its date',
  ],
  [
    'POST R/billing/azurereports/AzureOneTimeInvoice/generateReport',
    '3.7',
    [INVOICE_TASK, 'cloudmore-invoices: a link to a file instead of data is unsupported'],
    'storeToBlob=true, of which nobody knows what it answers, is 501',
  ],
  ['GET R/billing/azurereports/AzureOneTimeInvoice/:taskId', '3.7', INVOICE_TASK],
  [
    'GET R/billing/cspreports/MonthlyBillingPerOrganization',
    '3.8',
    'cloudmore-invoices: the Microsoft 365 report appears the day after its cycle',
  ],
  ['GET R/billing/azurereports/InvoiceList', '3.9', AZURE_CLASSIC],
  ['GET R/billing/azurereports/InvoiceOverview', '3.9', AZURE_CLASSIC],
  ['GET R/billing/azurereports/Invoice', '3.9', AZURE_CLASSIC, 'the same record as the overview'],
  ['GET O/manualbilling', '3.11', 'worlds-september: the manual discount is also among its organization’s manual lines'],
];

/** Path and purpose are documented; what an answer calls its members mostly is not, for the description can be read by brokers alone. */
const MEMBERS: Record<string, Mark> = {
  'POST /connect/token': 'documented',
};

const ENDPOINTS: Fact[] = facts('cloudmore', null, [
  ...SERVED.map(([endpoints, section, tests, note]): Row => [
    endpoints,
    'documented',
    tests,
    {
      section,
      members: MEMBERS[endpoints] ?? 'inferred',
      endpoints: endpointsOf(endpoints),
      ...(note === undefined ? {} : { support: 'partly', note }),
    },
  ]),
  ...UNSUPPORTED.map((endpoints): Row => [
    endpoints,
    'documented',
    ALOUD,
    { section: 'A', support: 'not', endpoints: endpointsOf(endpoints) },
  ]),
  [
    "the rest of the sellers' side, of which only some names are known",
    'documented',
    'cloudmore-catalogue: what else a seller has is unsupported; unknown is missing',
    { section: 'A', support: 'not' },
  ],
]);

const BEHAVIOUR: Fact[] = facts('cloudmore', '2', [
  [
    'the secret in a Basic header',
    'documented',
    'cloudmore-log-in: the secret may come in a Basic header, as officially described',
  ],
  ['the secret as a form field', 'observed', 'cloudmore-log-in: the secret may be a form field, as in community clients'],
  ['refusals of the token endpoint by name', 'inferred', 'cloudmore-log-in: %s is refused by name'],
  ['no or a bad bearer is 401 without a body', 'inferred', 'cloudmore-log-in: %s is answered 401 without a body'],
  ["another broker's id is 403", 'inferred', "cloudmore-log-in: another broker's data are forbidden"],
  [
    'paths, parameters and members in any case',
    'inferred',
    [
      'cloudmore-catalogue: %s answers what the world has',
      'cloudmore-reports: dates may be instants, and names of members in any case',
    ],
  ],
  ['PUT replaces all properties', 'documented', 'cloudmore-organizations: a PUT of one property alone loses all the others'],
  ['a refusal by property path', 'documented', 'cloudmore-organizations: a PUT with %s changes nothing'],
  ['a refusal with an error code', 'documented', 'cloudmore-organizations: a PUT with %s is refused with an error code'],
  [
    'the list of organizations is without custom properties',
    'inferred',
    'cloudmore-organizations: the list has no custom properties: each organization costs a call',
  ],
  ['only active organizations', 'observed', 'cloudmore-organizations: the list can be cut to active organizations'],
  [
    'what is not there is 404',
    'inferred',
    [
      'cloudmore-organizations: an unknown organization is not found, in words',
      'cloudmore-reports: an unknown task is not found, without a body',
    ],
  ],
  [
    'both ends of a range of billing dates count',
    'inferred',
    'cloudmore-reports: the report has the billing dates of the range, both ends included',
  ],
  ['only ISO dates', 'inferred', 'cloudmore-reports: an American date'],
  [
    'data appear when the clock reaches them',
    'documented',
    [
      'cloudmore-reports: the month grows: blocks appear on their dates',
      'cloudmore-invoices: a new invoice appears on the list on its date',
    ],
  ],
  ['a past month is restated', 'documented', 'cloudmore-reports: a later block replaces an earlier one without a gap'],
  [
    'the names of members are not certain, so a world has any',
    'inferred',
    'cloudmore-world: what is served keeps members that nobody knows',
  ],
  [
    'a report made again from prices that changed',
    'documented',
    'cloudmore-reports: a later block replaces an earlier one without a gap',
    { support: 'partly', note: 'a price change leaves the blocks of a world alone; a later block restates' },
  ],
]);

export const CLOUDMORE: Fact[] = [...ENDPOINTS, ...BEHAVIOUR];
