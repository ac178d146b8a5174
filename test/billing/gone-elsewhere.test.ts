import { describe, expect, test } from '@jest/globals';
import { MANUAL_LINES, type AcceptedItem, type Compared } from '../../shared/billing/report/accepted.js';
import { goneElsewhere } from '../../shared/billing/report/gone-elsewhere.js';
import type { Line, Subscription } from '../../shared/billing/types.js';
import {
  accepted,
  AS_OF,
  books,
  contract,
  line,
  organization,
  plan,
  row,
  service,
  subscription,
  SUBSCRIPTION,
} from './builders.js';

/** Rule 1.6: what stood without a line, for whichever organization, and an item that may be the very same. */

const OTHER = '22222222-2222-4222-8222-222222222222';
const gone = (changes: Partial<AcceptedItem> = {}): AcceptedItem => accepted({ id: 'gone', ...changes });
const here = (changes: Partial<AcceptedItem> = {}): AcceptedItem =>
  accepted({ id: 'here', contractKey: OTHER, subscriptionId: OTHER, stood: false, ...changes });
const nameless = { contractKey: 'cm-1', subscriptionId: null };
const usage = { type: 'AzurePlan' as const, itemCode: null };
const dearer = { sales: '121' };

interface Case {
  gone?: AcceptedItem;
  here?: AcceptedItem;
  /** What else the organization of the item has now, and had accepted. */
  now?: AcceptedItem[];
  before?: AcceptedItem[] | null;
  subscriptions?: Subscription[];
  isOwn?: boolean;
}

/** Whether the item says that it may be what is gone, of another organization or of its own. */
function isFound({
  gone: went = gone(),
  here: came = here(),
  now = [],
  before = [],
  subscriptions = [],
  isOwn = false,
}: Case): boolean {
  const part = (items: AcceptedItem[] | null): Compared['accepted'] => items && { asOf: AS_OF, items };
  const own = { organizationId: 'o-1', organizationName: 'Contoso', now: [came, ...now] };
  const all: Compared[] = isOwn
    ? [{ ...own, accepted: part([went, ...(before ?? [])]) }]
    : [
        { ...own, accepted: part(before) },
        { organizationId: 'o-2', organizationName: 'Fabrikam', accepted: part([went]), now: [] },
      ];
  return (goneElsewhere(all, subscriptions).get('o-1') ?? []).length > 0;
}

describe('an item may be what stood elsewhere without a line', () => {
  test('and says whose it was, on which contract, and how much', () => {
    const all: Compared[] = [
      { organizationId: 'o-1', organizationName: 'Contoso', accepted: null, now: [here()] },
      { organizationId: 'o-2', organizationName: 'Fabrikam', accepted: { asOf: AS_OF, items: [gone()] }, now: [] },
    ];
    expect(Object.fromEntries(goneElsewhere(all, []))).toEqual({
      'o-1': [{ itemId: 'here', organizationName: 'Fabrikam', contractKey: SUBSCRIPTION, sales: '120', currency: 'EUR' }],
      'o-2': [],
    });
  });

  test.each<[string, Case, boolean]>([
    ['of the same code and amounts', {}, true],
    ['of the same code and other sales', { here: here(dearer) }, false],
    ['of the same code and another cost', { here: here({ cost: '1' }) }, false],
    ['of other amounts in its own organization', { here: here(dearer), isOwn: true }, true],
    ['of other amounts, without subscription id', { here: here({ ...nameless, ...dearer }) }, true],
    ['of other amounts, in place of one without', { gone: gone(nameless), here: here(dearer) }, true],
    ['of another code', { here: here({ itemCode: 'CFQ7OTHER' }) }, false],
    ['of another record type', { here: here({ type: 'Csp365Legacy' }) }, false],
    ['on the same contract', { here: here({ contractKey: SUBSCRIPTION.toUpperCase() }) }, false],
    ['without code, of the same amounts', { here: here({ itemCode: null }) }, true],
    ['without code, of other amounts', { here: here({ itemCode: null, ...dearer }) }, false],
    ['without code and subscription id, of other amounts', { here: here({ ...nameless, itemCode: null, ...dearer }) }, false],
    ['in place of one without code, of other amounts', { gone: gone({ itemCode: null }), here: here(dearer) }, false],
    ['without code, of other amounts, in its own organization', { here: here({ itemCode: null, ...dearer }), isOwn: true }, true],
    ['usage of the same amounts', { gone: gone(usage), here: here(usage) }, true],
    ['usage of other amounts', { gone: gone(usage), here: here({ ...usage, ...dearer }) }, false],
    [
      'usage of other amounts in its own organization',
      { gone: gone(usage), here: here({ ...usage, ...dearer }), isOwn: true },
      true,
    ],
    ['usage without subscription id', { gone: gone(usage), here: here({ ...usage, ...nameless, ...dearer }) }, true],
    ['that stood already', { before: [here({ stood: true })] }, false],
    [
      'that stood already without subscription id, and may have been joined',
      { here: here(nameless), before: [here({ ...nameless, stood: true })] },
      true,
    ],
    [
      'that stood already, and may have been joined by one without',
      { gone: gone(nameless), before: [here({ stood: true })] },
      true,
    ],
    ['that was accepted and did not stand', { before: [here()] }, true],
    ['next to another that stood', { before: [accepted({ id: 'third' })], now: [accepted({ id: 'third' })] }, true],
    ['of an organization of which nothing was accepted', { before: null }, true],
    ['where what is gone never stood', { gone: gone({ stood: false }) }, false],
    ['where what is gone came to nothing', { gone: gone({ sales: '0', cost: '0' }) }, false],
    ['where what is gone cost something', { gone: gone({ sales: '0' }), here: here({ sales: '0' }) }, true],
    ['where what is gone has ended', { subscriptions: [subscription({ status: 'Canceled' })] }, false],
    ['where it is not gone', { isOwn: true, now: [gone()] }, false],
    ['where a line by hand is left of it', { isOwn: true, now: [gone({ sources: [MANUAL_LINES] })] }, true],
  ])('%s', (_, one, expected) => expect(isFound(one)).toBe(expected));
});

const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const of = (organizationId: string, organizationName: string, changes: Partial<Line>): Line =>
  line({ organizationId, organizationName, recordType: 'Perpetual', subscriptionId: null, ...changes });
const visio = { itemCode: 'DG7GMGF0D5RK-0001', productName: 'Visio' };

// The customer paid for its own and for what another had, which had lost its id on the way.
test.each<[what: string, before: Partial<Line>, now: Partial<Line>, reasons: (string | null)[]]>([
  ['waits where it may have been joined', { subscriptionId: 'v-2' }, {}, ['report-shrank']],
  ['is billed where both have a subscription id', { subscriptionId: 'v-2' }, { subscriptionId: 'v-1' }, [null]],
])('what stands already %s', (_, ...[before, now, reasons]) => {
  const own = of('org-1', 'Contoso', { ...visio, ...now, sales: '60.00', cost: '50.00' });
  const key = plan({ report: { lines: [own], organizations } }).items[0]!.contractKey;
  const { items } = plan({
    report: { lines: [own, own], organizations },
    accepted: { lines: [own, of('org-2', 'Fabrikam', { ...visio, ...before })], organizations },
    acceptedOn: '2025-10-12',
    asOf: '2025-10-13',
    books: books({
      contracts: [contract({ startDay: '2025-10-01', subscriptionId: key, number: key })],
      services: [service({ key: 'cloudmore:perpetual' })],
      rows: [row({ price: '60', cost: '50' })],
    }),
  });
  expect(items.map(({ reason }) => reason)).toEqual(reasons);
});

test('what waits says whose it was, how much and what to do', () => {
  const word = { itemCode: 'DG7GMGF0D5RL-0002', productName: 'Word', sales: '77.00', cost: '66.00' };
  const { items } = plan({
    report: { lines: [of('org-1', 'Contoso', visio), of('org-1', 'Contoso', word)], organizations },
    accepted: { lines: [of('org-2', 'Fabrikam', visio), of('org-2', 'Fabrikam', word)], organizations },
    acceptedOn: '2025-10-12',
    asOf: '2025-10-13',
    books: books(),
  });
  const said = (amount: string): RegExp =>
    new RegExp(
      `: ${amount} EUR for the same was billed to Fabrikam \\(cm-\\w+\\), which no longer has a line for it: it may be this one\\. If it has moved, bring that to zero first\\. `,
    );
  expect(items.map(({ message }) => message)).toEqual([
    expect.stringMatching(said('120.00')),
    expect.stringMatching(said('77.00')),
  ]);
});
