/** Autotask: what holds of its endpoints, in the order of `docs/vendors/autotask.md` 1 to 7. */
import type { TEXT } from '../autotask/refusal.js';
import { facts, type Fact, type Mark } from './fact.js';

const VERBS = 'autotask-openapi: %s answers the verbs of the description, 405 the others';

const DOOR: Fact[] = facts('autotask', '1', [
  ['three headers, without which 401', 'documented', 'autotask-login: a missing secret is 401'],
  ['a wrong secret is 401', 'observed', 'autotask-login: a wrong secret is 401'],
  ['an unknown user is 500', 'observed', 'autotask-login: an unknown user is 500'],
  ['a wrong tracking identifier is 500', 'observed', 'autotask-login: a wrong tracking identifier is 500'],
  ['header names in any case', 'observed', 'autotask-login: header names are taken in any case'],
  ['paths in any case, with doubled and trailing slashes', 'observed', 'autotask-login: a path may be written %s'],
  [
    'metadata say which rights the user has',
    'observed',
    'autotask-rights: the metadata say the rights, also to those denied them',
    { section: '2.4' },
  ],
  [
    'ImpersonationResourceId',
    'documented',
    'autotask-login: the resource to act as is ignored',
    { support: 'partly', note: 'taken and ignored' },
  ],
]);

const OPERATORS = [
  'eq finds a number',
  'noteq leaves out records without a value',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
];

const QUERIES: Fact[] = facts('autotask', '2.2', [
  ['thirteen operators', 'documented', OPERATORS.map((title) => `autotask-query: ${title}`)],
  [
    'groups, nested, the top level an and',
    'documented',
    ['autotask-query: groups nest', 'autotask-query: the top level is an and'],
  ],
  ['keys, fields and operators in any case', 'documented', 'autotask-query: field names and operators are taken in any case'],
  ['text compared without case', 'inferred', 'autotask-query: eq compares text without case'],
  [
    'one condition on a user-defined field',
    'documented',
    'autotask-query: two conditions on user-defined fields',
    { note: 'the rule is documented, the refusal is not: the SOAP API found nothing instead' },
  ],
  [
    'at most 500 OR conditions',
    'documented',
    ['autotask-query: 500 OR conditions pass', 'autotask-query: 501 OR conditions are refused'],
  ],
  ['values of a list count as OR conditions', 'observed', 'autotask-query: a list of 501 counts as 501 OR conditions'],
  [
    'true and false, not 1 and 0',
    'documented',
    'autotask-query: 1 for true',
    { note: 'clients in production send 1, so the refusal is not certain' },
  ],
  ['text sent for an id finds nothing', 'observed', 'autotask-query: text sent for an id finds nothing and is not an error'],
  ['a record without a value matches no comparison', 'inferred', 'autotask-query: noteq leaves out records without a value'],
  ['company 0 is the MSP', 'documented', 'autotask-query: eq finds company 0, the MSP itself'],
  [
    'fields that are returned and not queryable',
    'documented',
    'autotask-query: a field that is returned but not queryable',
    { section: '7.1' },
  ],
  ['MaxRecords from 1 to 500', 'documented', 'autotask-query: MaxRecords %p is refused'],
  [
    'IncludeFields',
    'documented',
    'autotask-query: IncludeFields leaves out the rest, and the values of user-defined fields',
    { note: 'that user-defined fields are left out with the rest is what older pages say; newer ones let them be named' },
  ],
  [
    'a GET URL of more than 2,048 characters is 404',
    'documented',
    'autotask-query: a GET URL of %i characters answers %i',
    { section: '2.1' },
  ],
  ['count', 'documented', 'autotask-query: count answers a number for GET and POST', { section: '2.1' }],
  [
    'POST is continued by POST, GET by GET',
    'observed',
    [
      'autotask-query: a query begun by POST refuses GET on its next page',
      'autotask-query: a query begun by GET continues by GET, with linked text',
    ],
    { section: '2.3' },
  ],
  ['50 page sets are kept', 'documented', 'autotask-query: the server keeps the 50 most recent page sets', { section: '2.3' }],
]);

const WRITES: Fact[] = facts('autotask', '2.1', [
  [
    'PATCH with the id in the body',
    'documented',
    ['autotask-writes: PATCH changes what is sent, with the id in the body', 'autotask-writes: an update without id'],
  ],
  ['PUT empties what is left out', 'documented', 'autotask-writes: PUT empties every writable field that is left out'],
  ['children are written below their parent only', 'documented', [VERBS, 'autotask-writes: an update below another parent']],
  ['property names in any case', 'observed', 'autotask-writes: property names are taken in any case'],
  ['an unknown property is refused', 'inferred', 'autotask-writes: an unknown field'],
  [
    'lengths, types, references, picklists, required fields',
    'documented',
    [
      'autotask-writes: a text that is too long',
      'autotask-writes: a field of another type',
      'autotask-writes: an unknown reference',
      'autotask-writes: an unknown picklist value',
      'autotask-writes: %s: each required field is asked for by name',
    ],
    { section: '5 and 6' },
  ],
  [
    'the metadata are what validates',
    'inferred',
    [
      'autotask-metadata: fields are described as they are checked',
      'autotask-metadata: the picklist shown is the one that checks: SLA %i, %i',
    ],
    { section: '2.4' },
  ],
  [
    'SLAs are a picklist, without a list of their own',
    'documented',
    'autotask-metadata: SLAs are the picklist of a field; its values are text',
    { section: '6.4' },
  ],
  [
    'user-defined fields: only the named ones change',
    'inferred',
    'autotask-writes: PATCH changes only the user-defined fields that it names',
    { section: '2.5' },
  ],
  [
    'a user-defined field that does not exist is refused',
    'inferred',
    ['autotask-writes: an unknown user-defined field', 'autotask-query: an unknown user-defined field'],
    { section: '2.5' },
  ],
  [
    'billing codes by use type, known by its label',
    'documented',
    ['autotask-writes: a service with a code for charges', 'autotask-writes: the use type of a billing code is known by label'],
    { section: '6.3' },
  ],
  [
    'every refusal is 500 with a list of texts',
    'observed',
    [
      'autotask-openapi: a refused body answers in the form of every refusal',
      'autotask-writes: every problem is reported at once',
    ],
    { section: '3.1' },
  ],
  [
    'a malformed body is 500',
    'observed',
    'autotask-login: a body that is not JSON is 500, in reader’s words',
    { section: '3.1' },
  ],
]);

const ROWS: Fact[] = facts('autotask', '4', [
  [
    'billing periods from the start date, the last one cut',
    'documented',
    ['autotask-rows: a month each from the fifteenth', 'autotask-rows: a last period that the end date cuts is billed by days'],
  ],
  ['start date fixed once there is a service', 'documented', 'autotask-writes: another start once there is a service'],
  [
    'an adjustment splits a row and carries forward',
    'documented',
    'autotask-rows: within a period splits its row by days and carries on',
  ],
  ['proration by days', 'inferred', 'autotask-rows: a last period that the end date cuts is billed by days'],
  [
    'price and cost of a row are extended',
    'observed',
    'outside-client: an adjustment answers no id; the units show it',
    { section: '5.4' },
  ],
  ['an adjustment answers no id', 'observed', 'autotask-rows: answers itemId null', { section: '5.3' }],
  [
    'an adjustment makes the contract service it needs',
    'documented',
    'autotask-rows: for a service the contract lacks makes it, with rows',
    { section: '5.3' },
  ],
  [
    'one adjustment a day and contract service',
    'observed',
    'autotask-rows: on a day that has one already is a duplicate',
    { section: '5.3', note: 'observed once, and contradicted once: the switch secondAdjustment has both' },
  ],
  [
    'units stay above zero and are whole',
    'inferred',
    ['autotask-rows: may not take more units than there are, on any later row', 'autotask-rows: of half a licence'],
    { section: '5.3' },
  ],
  [
    'allowRepeatService',
    'documented',
    'autotask-rows: with allowRepeatService puts the service on the contract once more',
    { section: '5.3' },
  ],
  [
    'a new list price leaves contracts alone',
    'documented',
    'autotask-rows: a list price changed later leaves the contracts alone',
  ],
  ['an inactive contract is still billed', 'documented', 'autotask-rows: a contract set inactive still has its rows'],
  [
    'a later end date adds periods',
    'inferred',
    [
      'autotask-rows: completes the period that the old one had cut',
      'outside-client: a later end date brings periods with the last price',
    ],
  ],
  [
    'an earlier end date deletes them, and their adjustments',
    'documented',
    [
      'autotask-rows: deletes the rows after it and cuts the one it falls in',
      'autotask-rows: frees the days of the adjustments it deletes',
    ],
  ],
  [
    'the Renew Contract of the UI',
    'documented',
    [],
    { support: 'not', note: 'makes another contract; two records of a world show the same' },
  ],
]);

const MONEY: Fact[] = facts('autotask', '7.1', [
  [
    'Approve & Post freezes rows and charges and makes billing items of 2 decimals',
    'documented',
    [
      'autotask-posting: posts rows that end, and charges purchased, by the day',
      'autotask-posting: makes billing items with two decimals',
    ],
  ],
  [
    'a billed charge is locked',
    'documented',
    'autotask-posting: a billed charge can neither be changed nor deleted',
    { section: '8' },
  ],
  ['unposting', 'documented', 'autotask-posting: is undone by the same body', { section: '4' }],
  [
    'invoices, and voiding them',
    'documented',
    [
      'autotask-posting: an invoice takes the posted items of one company through a day',
      'autotask-posting: a voided invoice sets its items free',
    ],
    { section: '7.2' },
  ],
  [
    'taxes',
    'documented',
    'autotask-posting: makes billing items with two decimals',
    { section: '6.7', support: 'partly', note: 'categories are served, but no tax is computed: taxDollars is 0' },
  ],
  [
    "internal currency besides the customer's",
    'documented',
    'autotask-posting: amounts have twins in the internal currency',
    { section: '6.8' },
  ],
  [
    'charges: code and prices from the product, amounts derived',
    'documented',
    'autotask-charges: one takes code and price from its product, and its amounts follow',
    { section: '5.5' },
  ],
  [
    'a charge without procurement is delivered at once',
    'inferred',
    'autotask-charges: one of a product that needs no procurement is delivered at once',
    { section: '6.2' },
  ],
]);

const LIMITS: Fact[] = facts('autotask', '3.3', [
  [
    'a rolling hour of requests, all integrations together',
    'documented',
    'autotask-limits: refuses excess with 429 until the rolling hour has passed',
  ],
  ['what is refused at the door does not count', 'inferred', 'autotask-limits: does not count what was refused at the door'],
  [
    'requests in flight by tracking identifier and entity',
    'documented',
    [
      'autotask-limits: children and metadata count on their entity, other entities do not',
      'autotask-limits: another tracking identifier has places of its own',
    ],
  ],
  [
    'ZoneInformation is exempt, ThresholdInformation is not',
    'documented',
    'autotask-limits: ThresholdInformation counts, ZoneInformation does not',
  ],
  ['the time-out of a call after 5 minutes', 'observed', [], { support: 'not', note: 'a fault of kind hang does it' }],
]);

/** Every text of a refusal; one more does not compile without its test. */
const TEXTS: Record<keyof typeof TEXT, [mark: Mark, test: string]> = {
  unknownField: ['observed', 'autotask-query: an unknown field'],
  requiredField: ['inferred', 'autotask-writes: %s: each required field is asked for by name'],
  badReference: ['inferred', 'autotask-writes: an unknown reference'],
  badPicklist: ['inferred', 'autotask-writes: an unknown picklist value'],
  rights: ['observed', 'autotask-rights: without the right %s, %s %s is refused and nothing happens'],
  noMatch: ['observed', 'autotask-writes: an update of what is not there'],
  conversion: ['observed', 'autotask-query: text for a picklist'],
  orLimit: ['documented', 'autotask-query: 501 OR conditions are refused'],
  uniqueName: ['observed', 'autotask-writes: two services may not have one name where the switch says so'],
  outsideContract: ['observed', 'autotask-rows: on %s of a contract for 2025'],
  duplicate: ['observed', 'autotask-rows: on a day that has one already is a duplicate'],
  sqlDuplicate: ['observed', 'autotask-rows: on a day that has one is a duplicate, if switched'],
  deadlock: ['observed', 'autotask-query: each tenth query deadlocks once, if so switched'],
  posted: ['documented', 'autotask-rows: is refused where it would touch a posted row'],
  threads: ['documented', 'autotask-limits: three at once on an entity pass, a fourth is 429'],
  zone: ['observed', 'autotask-login: %s finds no zone'],
  method: ['observed', VERBS],
};

const SAID: Fact[] = facts(
  'autotask',
  '3.1',
  Object.entries(TEXTS).map(([name, [mark, test]]) => [`text ${name}`, mark, test]),
);

export const AUTOTASK_BEHAVIOUR: Fact[] = [...DOOR, ...QUERIES, ...WRITES, ...ROWS, ...MONEY, ...LIMITS, ...SAID];
