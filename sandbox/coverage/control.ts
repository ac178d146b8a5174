/** The sandbox's own: control endpoints, and the faults. */
import type { Fault } from '../faults.js';
import { facts, type Fact, type Row } from './fact.js';

const WRONG = 'control: %s %s %j is %i';

const ENDPOINTS: [endpoint: string, tests: string | string[]][] = [
  ['GET /_sandbox', 'control: the root of the controls names them all'],
  ['GET /_sandbox/env', 'control: env prints one setting per line, with the address that was asked'],
  ['GET /_sandbox/state', 'control: state shows clock and both halves, with the unit prices of rows'],
  ['GET /_sandbox/requests', 'control: the journal has every vendor request, and no control'],
  ['DELETE /_sandbox/requests', 'control: the journal has every vendor request, and no control'],
  [
    'POST /_sandbox/reset',
    [
      'control: replaces everything, journal and faults included',
      'control: with a world that cannot be changes nothing and names the mistake',
    ],
  ],
  ['POST /_sandbox/clock', ['control: stands still until it is set', 'control: %j is not a time']],
  ['POST /_sandbox/faults', ['faults: replace the list, and count from the beginning', 'faults: %s is refused and named']],
  ['POST /_sandbox/autotask/freeze', 'autotask-posting: posts rows that end, and charges purchased, by the day'],
  [
    'POST /_sandbox/autotask/unfreeze',
    ['autotask-posting: is undone by the same body', 'autotask-posting: what is on an invoice is not unfrozen'],
  ],
  ['POST /_sandbox/autotask/invoice', 'autotask-posting: an invoice takes the posted items of one company through a day'],
  ['POST /_sandbox/autotask/invoice/void', 'autotask-posting: a voided invoice sets its items free'],
  [
    'PATCH /_sandbox/autotask/:table/:id',
    ['control: PATCH changes any field without rules', 'control: PATCH of a row %s', WRONG],
  ],
  ['DELETE /_sandbox/autotask/:table/:id', ['control: DELETE of a contract takes what hangs below it', WRONG]],
  ['PATCH /_sandbox/cloudmore/:kind/:id', ['control: PATCH changes an organization', 'control: PATCH %s is 404']],
];

const KIND = 'faults: %j: %s, %i charges, "%s"';

/** Every kind of fault; one more does not compile without its tests. */
const FAULTS: Record<Fault['kind'], string[]> = {
  status: [KIND, 'faults: a status comes with the body and headers of the rule'],
  reset: [KIND],
  hang: [
    KIND,
    'faults: a hang before delays the effect',
    'faults: a hang after delays the answer, not the effect',
    'faults: a hanging request takes effect although the client has gone',
  ],
  late: [KIND, 'faults: late cuts the connection now and takes effect later'],
  html: [KIND, 'faults: html, truncated and empty spoil an answer that was given'],
  truncated: [KIND, 'faults: html, truncated and empty spoil an answer that was given'],
  empty: [KIND, 'faults: html, truncated and empty spoil an answer that was given'],
  edit: ['faults: a person changes a record just before the request', 'faults: an edit of Cloudmore names its record by id'],
};

const EVERYWHERE = 'faults-everywhere: %j befalls every route of both vendors';

export const CONTROL: Fact[] = facts('control', null, [
  ...ENDPOINTS.map(([endpoint, tests]): Row => [endpoint, 'documented', tests, { endpoints: [endpoint] }]),
  ...Object.entries(FAULTS).map(([kind, tests]): Row => [`fault ${kind}`, 'documented', [...tests, EVERYWHERE]]),
  [
    'which requests a fault befalls: vendor, method, path, nth, probability, times',
    'documented',
    ['faults: %j fails %j', 'faults: a rule fires as many times as it says'],
  ],
  ['one seed gives one run', 'documented', 'faults: one seed gives one run'],
  ['the log of adjustments that took effect', 'documented', 'autotask-rows: is noted in the log with the row before and after'],
]);
