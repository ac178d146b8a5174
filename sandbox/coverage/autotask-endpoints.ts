/** Autotask: its endpoints, as in `docs/vendors/autotask.md` 2.6. */
import { OTHER_CHILDREN, OTHER_COLLECTIONS } from '../autotask/routes/elsewhere.js';
import { both, endpointsOf } from '../autotask/routes/shorthand.js';
import { UNSUPPORTED, UNSUPPORTED_WRITES } from '../autotask/routes/unsupported.js';
import { facts, type Fact, type Row } from './fact.js';

/** Shown of every endpoint by the vendor's own description. */
const VERBS = 'autotask-openapi: %s answers the verbs of the description, 405 the others';
const RECORDS = 'autotask-openapi: of a record of %s is in model %sModel, or newer';
const ELSEWHERE = 'outside-client: each known entity answers or is unsupported, none is missing';
const ALOUD = 'autotask-paths: POST %s is %i and is said aloud';

const SERVED: [path: string, verbs: string, ...tests: string[]][] = [
  ['Companies', 'PUT,POST,PATCH,q,id', RECORDS],
  ['Contracts', 'PUT,POST,PATCH,q,id', RECORDS, 'autotask-writes: a contract is made as sent, and answers its id'],
  ['Contracts/:parentId/Services', 'GET,PUT,POST,PATCH,id', 'autotask-paths: a child is read below its own parent only'],
  ['Contracts/:parentId/ServiceUnits', 'GET,id', 'autotask-query: a list of children is paged too'],
  [
    'Contracts/:parentId/ServiceAdjustments',
    'POST',
    'outside-client: a second adjustment of the day is refused as duplicate data',
  ],
  ['Contracts/:parentId/Charges', 'GET,PUT,POST,PATCH,id,-id', 'autotask-charges: one is deleted below its contract, once'],
  ['Contracts/:parentId/BillingRules', 'GET,id'],
  ['ContractServices', 'q,id', RECORDS],
  ['ContractServiceUnits', 'q,id', RECORDS],
  ['ContractServiceAdjustments', 'POST', 'autotask-rows: answers itemId null'],
  ['ContractCharges', 'q,id', RECORDS],
  ['ContractBillingRules', 'q,id', RECORDS],
  ['Services', 'PUT,POST,PATCH,q,id', RECORDS],
  ['Products', 'PUT,POST,PATCH,q,id', RECORDS, 'autotask-writes: a product takes its code as %s'],
  ['BillingCodes', 'q,id', RECORDS],
  ['BillingItems', 'PUT,PATCH,q,id', RECORDS],
  ['Invoices', 'PUT,PATCH,q,id', RECORDS],
  ['Currencies', 'PUT,PATCH,q,id', RECORDS],
  ['Departments', 'PUT,POST,PATCH,q,id', RECORDS],
  ['TaxCategories', 'PUT,POST,PATCH,q,id', RECORDS],
  [
    'UserDefinedFieldDefinitions',
    'PUT,POST,PATCH,q,id',
    RECORDS,
    'autotask-metadata: a user-defined field made by API is there at once',
  ],
];

const QUERIED = SERVED.filter(([, verbs]) => verbs.includes('q')).map(([path]) => path);

/** `PUT,q,id` as people read it. */
const inWords = (verbs: string): string =>
  verbs
    .split(',')
    .map((verb) => ({ q: 'query', id: 'get', '-id': 'delete' })[verb] ?? verb)
    .join(', ');

const PAGES = [
  'autotask-query: a query begun by POST continues by POST with %s',
  'outside-client: a query is followed from page to page',
];

export const AUTOTASK_ENDPOINTS: Fact[] = facts('autotask', '2.6', [
  ...SERVED.map(([path, verbs, ...tests]): Row => [
    `${path}: ${inWords(verbs)}, metadata`,
    'documented',
    [VERBS, ...tests],
    { endpoints: endpointsOf(path, verbs) },
  ]),
  [
    'the pages of every query',
    'observed',
    PAGES,
    { section: '2.3', endpoints: QUERIED.flatMap((path) => both(`/${path}/query/next`)) },
  ],
  [
    'ThresholdInformation',
    'documented',
    [VERBS, 'autotask-limits: is given by ThresholdInformation, which counts itself'],
    { endpoints: ['GET /ThresholdInformation'] },
  ],
  [
    'ZoneInformation',
    'documented',
    [VERBS, 'autotask-login: the zone of a user is reported without credentials'],
    {
      endpoints: ['GET /ZoneInformation'],
      support: 'partly',
      note: 'one zone, which is this server; a fault of status 401 is how a tenant moves',
    },
  ],
  [
    'VersionInformation, with and without a version in front',
    'documented',
    [VERBS, 'autotask-login: the versions are reported without credentials'],
    { endpoints: ['GET /VersionInformation', 'GET /atservicesrest/VersionInformation'] },
  ],
  [
    'writing contract billing rules',
    'documented',
    [VERBS, ALOUD],
    { endpoints: [...UNSUPPORTED_WRITES], support: 'not', note: 'billing has no need of them, and none of their rules is known' },
  ],
  ...UNSUPPORTED.map(({ path, verbs }): Row => [
    `${path}: ${inWords(verbs)}, metadata`,
    'documented',
    VERBS,
    { endpoints: endpointsOf(path, verbs), support: 'not' },
  ]),
  [
    `all below ${OTHER_COLLECTIONS.length} other collections`,
    'observed',
    [ALOUD, ELSEWHERE],
    { support: 'not', note: OTHER_COLLECTIONS.join(', ') },
  ],
  ...Object.entries(OTHER_CHILDREN).map(([parent, names]): Row => [
    `other children of ${parent}`,
    'observed',
    [ALOUD, ELSEWHERE],
    { support: 'not', note: names.join(', ') },
  ]),
  [
    'any other path is 404, any other verb 405, in the words of the framework',
    'observed',
    [VERBS, 'autotask-openapi: %s, not in the description, is the framework’s 404'],
    { section: '3.1' },
  ],
]);
