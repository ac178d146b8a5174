import { describe, expect, test } from '@jest/globals';
import { DEFAULT_BREAKERS } from '../../shared/billing/plan/breaker-limits.js';
import { stopped } from '../../shared/billing/derivation/rule-of-reason.js';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import type { Books, Line, Report } from '../../shared/billing/types.js';
import {
  books,
  row,
  charge,
  contract,
  line,
  manualLine,
  organization,
  plan,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
  AZURE_KEY,
} from './builders.js';
import { keyOf } from './examples/earlier-owners.js';
import { KEY } from './examples/row-and-charge.js';

/** Rule 1.6: why what has become less in the report stays, and what stays with it. */

const fabrikam = (changes: Partial<Line> = {}): Line =>
  line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other', ...changes });
const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const of = (...lines: Line[]): Partial<Report> => ({ lines, organizations });

/** What the organization has besides, and keeps. */
const more = line({ subscriptionId: 'large', itemCode: 'CFQ7TTC0LARGE', sales: '20000' });
/** What stands for the licence. */
const standing = (price: string, cost: string, units = 10): Books =>
  books({
    contracts: [contract({ startDay: '2025-10-01' })],
    services: [service()],
    rows: [row({ units, price, cost }), row({ id: 1001, startDay: '2025-11-01', units, price, cost })],
  });

const dozen = line({ quantity: '12', sales: '144.00', cost: '120.00' });
const azure = line({ subscriptionId: 'az-1', recordType: 'AzurePlan', itemCode: null, serviceId: 'svc-azure', sales: '75.00' });
const market = line({ subscriptionId: 'm-1', recordType: 'Marketplace', itemCode: null, serviceId: 'svc-market' });

const since = (before: Line[], now: Line[], held: Books, changes: Partial<Situation> = {}): Situation => ({
  report: of(...now),
  accepted: of(...before),
  acceptedOn: '2025-10-12',
  asOf: '2025-10-13',
  books: held,
  ...changes,
});
const licence = (decided: Plan): PlannedItem => decided.items.find(({ contractKey }) => contractKey === SUBSCRIPTION)!;
/** Why the licence is held; null where it is billed. */
const why = (situation: Situation): string | null => {
  const { reason, message } = licence(plan(situation));
  return reason === 'report-shrank' ? / for it: (.+?)\. /.exec(message!)![1]! : null;
};
const lower = (before: Line[], now: Line[], changes: Partial<Situation> = {}): string | null =>
  why(since([dozen, ...before], [line(), ...now], standing('144', '120', 12), changes));

describe('what has become less is held', () => {
  test('a fall is reported with report, standing and accepted amounts', () => {
    const item = licence(plan(since([dozen, azure, fabrikam()], [line(), fabrikam()], standing('144', '120', 12))));
    const message =
      'The report has 1 lines of 120.00 EUR for Business Premium, and Autotask holds 144.00 for it: the report is incomplete, without record type Azure plan, service svc-azure. The last accepted report of the month had 1 lines of 144.00 EUR. It waits until the report names it again or somebody releases the plan.';
    expect(item).toMatchObject({ outcome: 'held', reason: 'report-shrank', message });
    expect(item.because.at(-1)).toEqual(stopped('report-shrank', message));
    expect(item.standing).toMatchObject({ before: { sales: '144.00' }, after: { sales: '144.00' } });
  });

  const azureEnded = (endDay: string): Partial<Situation> => ({
    report: {
      ...of(line(), fabrikam()),
      subscriptions: [subscription(), subscription({ id: 'az-1', recordType: 'AzurePlan', status: 'Expired', endDay })],
    },
  });
  const usage = fabrikam({ recordType: 'AzurePlan', itemCode: null });
  test.each<[string, string | null, string | null]>([
    ['nothing else is missing', lower([fabrikam()], [fabrikam()]), null],
    [
      'the report is of an earlier day',
      lower([fabrikam()], [fabrikam()], { asOf: '2025-10-11' }),
      'the report of 2025-10-12 is already billed, and this one is from an earlier day',
    ],
    ['the report is of the same day', lower([fabrikam()], [fabrikam()], { asOf: '2025-10-12' }), null],
    ['an organization is missing', lower([fabrikam()], []), 'the report is incomplete, without organization Fabrikam'],
    ['what is missing had ended before the month', lower([azure, fabrikam()], [fabrikam()], azureEnded('2025-09-30')), null],
    // What was due before the end stays due.
    [
      'what is missing ended in the month',
      lower([azure, fabrikam()], [fabrikam()], azureEnded('2025-10-12')),
      'the report is incomplete, without record type Azure plan, service svc-azure',
    ],
    [
      'three things are',
      lower([azure, fabrikam()], []),
      'the report is incomplete, without record type Azure plan, service svc-azure, organization Fabrikam',
    ],
    [
      'more than three are',
      lower([azure, market, fabrikam()], []),
      'the report is incomplete, without record type Azure plan, record type Marketplace, service svc-azure and 2 more',
    ],
    [
      'its record type fell by over half',
      lower(
        [usage, fabrikam({ subscriptionId: 'more', sales: '200' })],
        [usage, fabrikam({ subscriptionId: 'more', sales: '10' })],
      ),
      'Microsoft 365 (NCE) fell by more than a breaker allows',
    ],
    [
      'its service has',
      lower(
        [fabrikam({ sales: '200' }), fabrikam({ subscriptionId: 'more', serviceId: 'svc-other', sales: '500' })],
        [fabrikam({ sales: '10' }), fabrikam({ subscriptionId: 'more', serviceId: 'svc-other', sales: '500' })],
      ),
      'its service fell by more than a breaker allows',
    ],
    [
      'one of its services has',
      lower(
        [
          manualLine({ sales: '1' }),
          fabrikam({ sales: '200' }),
          fabrikam({ subscriptionId: 'more', serviceId: 'svc-other', sales: '500' }),
        ],
        [
          manualLine({ sales: '1' }),
          fabrikam({ sales: '10' }),
          fabrikam({ subscriptionId: 'more', serviceId: 'svc-other', sales: '500' }),
        ],
      ),
      'its service fell by more than a breaker allows',
    ],
  ])('where nobody says why: %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  const BIG = { quantity: '100', sales: '6000.00', cost: '5000.00' };
  const fallen = (before: Partial<Line>, now: Partial<Line>, besides: Line[], changes: Partial<Situation> = {}): string | null =>
    why(
      since(
        [line({ ...BIG, ...before }), ...besides, fabrikam({ sales: '90000' })],
        [line({ ...BIG, ...now }), ...besides, fabrikam({ sales: '90000' })],
        standing('6000', '5000', 100),
        changes,
      ),
    );
  test.each<[string, string | null, string | null]>([
    [
      'by more than half, of all that the organization has',
      fallen({}, { sales: '2999.99' }, []),
      'the organization fell by more than a breaker allows',
    ],
    ['by half', fallen({}, { sales: '3000.00' }, []), null],
    ['by more than half, next to more that stays', fallen({}, { sales: '2999.99' }, [more]), null],
    [
      'by more than half in one of two currencies',
      fallen({}, { sales: '2999.99' }, [line({ ...more, currency: 'USD' })]),
      'the organization fell by more than a breaker allows',
    ],
    [
      'to less than a tenth, next to more that stays',
      fallen({}, { sales: '599.99' }, [more]),
      'it fell by more than a breaker allows',
    ],
    ['to a tenth, next to more that stays', fallen({}, { sales: '600.00' }, [more]), null],
    [
      'to less than a tenth, with that breaker off',
      fallen({}, { sales: '599.99' }, [more], { settings: { breakers: { ...DEFAULT_BREAKERS, itemFactor: 0 } } }),
      null,
    ],
  ])('fallen %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('small falls are not falls, however many times they are', () => {
    const small = (sales: string): string | null =>
      why(since([line({ sales: '500.01' }), more, fabrikam()], [line({ sales }), more, fabrikam()], standing('500.01', '100')));
    expect([small('0.01'), small('0.00')]).toEqual([null, 'it fell by more than a breaker allows']);
  });
});

describe('what is no less, or rises, continues in a partial report', () => {
  test.each<[string, string | null]>([
    [
      'it is what it was, and less than what stands',
      why(since([dozen, azure, fabrikam()], [dozen, fabrikam()], standing('150', '120', 12))),
    ],
    [
      'it is less than it was, and more than what stands',
      why(since([dozen, azure, fabrikam()], [line(), fabrikam()], standing('90', '90'))),
    ],
  ])('%s', (_, found) => {
    expect(found).toBeNull();
  });
});

describe('of which no report is known', () => {
  const unknown = (now: Partial<Line>, besides: Line[] = []): string | null =>
    why({ report: of(line(now), ...besides), books: standing('6000', '5000', 100) });

  test.each<[string, string | null, string | null]>([
    ['to less than a tenth of what stands, it is held', unknown({ sales: '599.99' }), 'it fell by more than a breaker allows'],
    ['to a tenth', unknown({ sales: '600.00' }), null],
    ['by a credit', unknown({ sales: '599.99' }, [manualLine({ sales: '-0.01', cost: '0' })]), null],
    [
      'next to a line of nothing',
      unknown({ sales: '599.99' }, [manualLine({ sales: '0', cost: '0' })]),
      'it fell by more than a breaker allows',
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('it is reported without it', () => {
    const situation = { report: of(line({ sales: '10.00' })), books: standing('6000', '5000', 100) };
    expect(licence(plan(situation)).message).toBe(
      'The report has 1 lines of 10.00 EUR for Business Premium, and Autotask holds 6,000.00 for it: it fell by more than a breaker allows. It waits until the report names it again or somebody releases the plan.',
    );
  });

  test('a new item next to a known report is not a fall', () => {
    expect(
      why(since([more, fabrikam()], [line({ sales: '599.99' }), more, fabrikam()], standing('6000', '5000', 100))),
    ).toBeNull();
  });
});

describe('credits that are gone are no proof either', () => {
  const credit = manualLine({ sales: '-25.00', cost: '0' });
  const refund = manualLine({ sales: '0', cost: '-25.00' });
  const GONE = 'credits that it had are gone';
  const other = line({ itemCode: 'CFQ7TTC0NEW' });
  const second = line({ itemCode: 'CFQ7TTC0SECOND' });
  const newHeld = (before: Line[], now: Line[]): string | null => {
    const decided = plan(since([...before, fabrikam()], [...now, fabrikam()], standing('95', '100'), { asOf: '2025-10-13' }));
    const found = decided.items.find(({ itemCode }) => itemCode === 'CFQ7TTC0NEW')!;
    return found.reason === 'report-shrank' ? / for it: (.+?)\. /.exec(found.message!)![1]! : null;
  };

  test.each<[string, string | null, string | null]>([
    ['of sales', why(since([line(), credit, fabrikam()], [line(), fabrikam()], standing('95', '100'))), GONE],
    ['of cost', why(since([line(), refund, fabrikam()], [line(), fabrikam()], standing('120', '75'))), GONE],
    [
      'as a fall, where the amount falls all the same',
      why(since([line(), credit, fabrikam()], [line({ sales: '90' }), fabrikam()], standing('95', '100'))),
      'the report is incomplete, without manual lines',
    ],
    ['on what the item was converted to', newHeld([line(), credit], [other]), GONE],
    ['in cost, on what it was converted to', newHeld([line(), refund], [other]), GONE],
    ['not where they are there still', newHeld([line(), credit], [other, credit]), null],
    ['not where what had lines has them still', newHeld([line(), credit], [line(), credit, other]), null],
    ['not where there were none', newHeld([line()], [other]), null],
    ['not where what had it is there without it', newHeld([line(), credit], [line(), other]), null],
    ['where one of two items is gone with it', newHeld([line(), credit, second], [second, other]), GONE],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  // A charge that falls next to it may not.
  test('a new credit alone may take away in a partial report', () => {
    const less = (now: Line[]): string | null =>
      why(since([line(), azure, fabrikam()], [...now, fabrikam()], standing('120', '100')));
    expect(less([line(), credit])).toBeNull();
    expect(less([line(), refund])).toBeNull();
    expect(less([line({ sales: '110' }), credit])).toMatch(/^the report is incomplete/);
    expect(less([line({ cost: '90' }), refund])).toMatch(/^the report is incomplete/);
  });
});

describe('more than is billed already, next to a charge that nobody explains', () => {
  const OLD = 'CFQ7TTC0OLD';
  const withGhost = (
    changes: Partial<Books['charges'][number]>,
    sales = '144.00',
    contracts = standing('120', '100').contracts,
  ): string | null =>
    why(
      since([line({ sales }), fabrikam()], [line({ sales }), fabrikam()], {
        ...standing('120', '100'),
        contracts,
        services: [service(), service({ id: 51, key: OLD })],
        charges: [charge({ key: keyOf('org-1', line({ itemCode: OLD })), price: '24', ...changes })],
      }),
    );
  test.each<[string, string | null, string | null]>([
    ['is held', withGhost({}), '24.00 more is on charge 2000, and nothing says that it is gone'],
    [
      'is held where it is less as well',
      withGhost({}, '110.00'),
      '24.00 more is on charge 2000, and nothing says that it is gone',
    ],
    ['is not where the month is in balance', withGhost({}, '120.00'), null],
    [
      'is not where it is, and only the contract changes',
      withGhost({}, '120.00', [contract({ startDay: '2025-10-01', slaId: null })]),
      null,
    ],
    ['is not where that charge is billed: a person looks at it', withGhost({ billed: true }), null],
    ['is not where it is the item’s own', withGhost({ key: KEY }), null],
    ['is not where it is of another record type', withGhost({ key: AZURE_KEY }), null],
    ['is not where it stands on another contract', withGhost({ contractId: 101 }), null],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
