import { describe, expect, test } from '@jest/globals';
import { BREAKERS_OFF, type Breakers } from '../../shared/billing/breaker-limits.js';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import type { Books, Line, Subscription } from '../../shared/billing/types.js';
import { books, line, organization, plan, running, subscription, SUBSCRIPTION } from './builders.js';

/** Rule 9: what is compared with last month, what is left out of that on both sides, and what needs no second word. */

const LIMITS: Breakers = { ...BREAKERS_OFF, organizationAmount: '500' };
const ORGANIZATION: Partial<Breakers> = { organizationPercent: 100 };
const ITEM: Partial<Breakers> = { itemFactor: 10 };

interface Months {
  before: Line[];
  now: Line[];
  held?: Books;
  limits: Partial<Breakers>;
  subscriptions?: Subscription[];
  excludeServices?: string[];
  organizations?: ReturnType<typeof organization>[];
}
const decide = ({ before, now, held = books(), limits, subscriptions = [], excludeServices = [], organizations }: Months): Plan =>
  plan({
    asOf: '2025-10-25',
    report: {
      lines: now,
      previousLines: before.map((one) => ({ ...one, billingDate: one.billingDate.replace('2025-10', '2025-09') })),
      subscriptions,
      ...(organizations === undefined ? {} : { organizations }),
    },
    books: held,
    settings: { breakers: { ...LIMITS, ...limits }, excludeServices },
  });
const itemOf = (decided: Plan, key = SUBSCRIPTION): PlannedItem => decided.items.find(({ contractKey }) => contractKey === key)!;
/** Why the licence waits; null where it is billed. */
const why = (months: Months, key?: string): string | null => {
  const { outcome, message } = itemOf(decide(months), key);
  return outcome === 'held' ? message : null;
};
const sold = (sales: string, changes: Partial<Line> = {}): Line => line({ sales, cost: '0', ...changes });
const other = (id: string, sales: string, changes: Partial<Line> = {}): Line =>
  sold(sales, { subscriptionId: id, itemCode: `CFQ7TTC0${id.toUpperCase()}`, productName: id, ...changes });
const standing = (price: string, cost = '0'): Books => running(10, price, cost);

describe('an organization beside last month', () => {
  const organizationHeld = (months: Omit<Months, 'limits'>): boolean =>
    itemOf(decide({ ...months, limits: ORGANIZATION })).reason === 'breaker-organization';

  test('nothing waits where nothing is written, whatever the month looks like', () => {
    const months = { before: [sold('120'), other('gone', '9000')], now: [sold('120')], held: standing('120') };
    expect(why({ ...months, limits: { ...ORGANIZATION, monthDropPercent: 50 } })).toBeNull();
    expect(why({ ...months, held: books(), limits: { monthDropPercent: 50 } })).toMatch(/^The report has 120\.00 EUR sales/);
  });

  test('what is left out on both sides is told', () => {
    const troubled = other('unread', '80', { trouble: { message: 'Sales is "x".', holds: 'item' } });
    const perpetual = { recordType: 'Perpetual', subscriptionId: null, itemCode: 'DG7GMGF0D5RK' };
    expect(
      why({
        before: [sold('600'), other('ended', '90'), troubled],
        now: [
          sold('1400.01'),
          sold('600', perpetual),
          sold('100.5', { ...perpetual, itemCode: 'DG7GMGF0D5RL' }),
          other('off', '70', { serviceId: 'svc-off' }),
          other('unread', '80'),
        ],
        subscriptions: [subscription({ id: 'ended', status: 'Cancelled' })],
        excludeServices: ['svc-off'],
        limits: ORGANIZATION,
      }),
    ).toBe(
      'Sales moved from 690.00 in the whole of last month to 1400.01 EUR, by more than 100 % of the smaller one and 500 (left out: 2 paid once (700.50), 1 held or excluded, 1 ended, converted, moved or credited, 1 of which last month cannot be read). Release the plan if that is right.',
    );
  });

  test('nothing is told where nothing is left out', () => {
    expect(why({ before: [sold('600')], now: [sold('1300.01')], limits: ORGANIZATION })).toBe(
      'Sales moved from 600.00 in the whole of last month to 1300.01 EUR, by more than 100 % of the smaller one and 500. Release the plan if that is right.',
    );
  });

  const LOST = [sold('100'), other('gone', '2000')];
  test.each<[string, Omit<Months, 'limits'>, boolean]>([
    ['nothing says why', { before: LOST, now: [sold('100')] }, true],
    [
      'its subscription has ended',
      { before: LOST, now: [sold('100')], subscriptions: [subscription({ id: 'gone', status: 'Expired' })] },
      false,
    ],
    ['its subscription is active', { before: LOST, now: [sold('100')], subscriptions: [subscription({ id: 'gone' })] }, true],
    [
      'it was converted to another product',
      { before: LOST, now: [sold('100'), other('gone', '1', { itemCode: 'CFQ7TTC0NEW' })] },
      false,
    ],
    [
      'another product without a subscription is billed',
      {
        before: [sold('100'), sold('2000', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'A' })],
        now: [sold('100'), sold('1', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'B' })],
      },
      true,
    ],
    [
      'a subscription whose id cannot be read has ended',
      {
        before: [sold('100'), sold('2000', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'A' })],
        now: [sold('100')],
        subscriptions: [subscription({ id: '', status: 'Cancelled' })],
      },
      true,
    ],
    [
      'its lines are at another organization now',
      {
        before: LOST,
        now: [sold('100'), other('gone', '2000', { organizationId: 'org-2', organizationName: 'Fabrikam' })],
        organizations: [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })],
      },
      false,
    ],
    [
      'it is there, as little, though its subscription has ended',
      { before: LOST, now: [sold('100'), other('gone', '1')], subscriptions: [subscription({ id: 'gone', status: 'Deleted' })] },
      true,
    ],
    ['a credit says why', { before: LOST, now: [sold('100'), other('gone', '2000'), other('gone', '-1990')] }, false],
    ['a line of nothing does not', { before: LOST, now: [sold('100'), other('gone', '10'), other('gone', '0')] }, true],
    [
      'what is credited counts on no side',
      { before: [sold('900'), other('back', '9000')], now: [sold('100'), other('back', '9000'), other('back', '-10')] },
      true,
    ],
  ])('a fall waits, or not, where %s', (_, months, isHeld) => {
    expect(organizationHeld(months)).toBe(isHeld);
  });

  test.each<[string, Omit<Months, 'limits'>, boolean]>([
    ['what stands would not have been held', { before: [sold('600')], now: [sold('1210')], held: standing('1190') }, true],
    ['what stands was released', { before: [sold('600')], now: [sold('1310')], held: standing('1300') }, false],
    [
      'what stands was released, and this is more than a little',
      { before: [sold('600')], now: [sold('2000')], held: standing('1300') },
      true,
    ],
    ['nothing stands', { before: [sold('2000')], now: [sold('100')] }, true],
  ])('a change waits, or not, where %s', (_, months, isHeld) => {
    expect(organizationHeld(months)).toBe(isHeld);
  });
});

describe('an item beside last month', () => {
  test.each<[string, Months, RegExp | null]>([
    [
      'in balance, it waits for nobody',
      {
        before: [sold('90000')],
        now: [sold('1200', { unitSales: '120' }), other('new', '10')],
        held: standing('1200'),
        limits: { ...ITEM, priceFactor: 5 },
      },
      null,
    ],
    [
      'at that price it waits, where it is written',
      { before: [], now: [sold('1200')], limits: { priceFactor: 5 } },
      /^A unit of Business Premium costs 120\.00 EUR/,
    ],
    [
      'a small change of what would not have been held waits',
      { before: [sold('6000')], now: [sold('590')], held: standing('610'), limits: ITEM },
      /moved from 6000\.00 in the same part of last month to 590\.00 EUR/,
    ],
    [
      'a small change of what was released does not',
      { before: [sold('6000')], now: [sold('50')], held: standing('55'), limits: ITEM },
      null,
    ],
    [
      'nor where nothing was wrong with it',
      { before: [sold('600')], now: [sold('610')], held: standing('600'), limits: ITEM },
      null,
    ],
    [
      'a small amount of which nothing stands waits',
      { before: [sold('6000')], now: [sold('50')], limits: ITEM },
      /by more than a factor of 10/,
    ],
    [
      'a large change of what was released waits',
      { before: [sold('600')], now: [sold('9000')], held: standing('8000'), limits: ITEM },
      /to 9000\.00 EUR, by more than a factor of 10/,
    ],
    [
      'a large change in cost of what was released waits',
      { before: [sold('600')], now: [sold('8010', { cost: '600' })], held: standing('8000'), limits: ITEM },
      /to 8010\.00 EUR/,
    ],
  ])('%s', (_, months, expected) => {
    if (expected === null) expect(why(months)).toBeNull();
    else expect(why(months)).toMatch(expected);
  });
});

describe('an item of which last month cannot be read', () => {
  const trouble = (holds: NonNullable<Line['trouble']>['holds'], message = 'Its sales are "x".'): Pick<Line, 'trouble'> => ({
    trouble: { message, holds },
  });
  const unread = (before: Line[], changes: Partial<Months> = {}): string | null =>
    why({ before, now: [sold('120')], limits: ITEM, ...changes });
  const words = (cause: string): string =>
    `Last month's amount of Business Premium cannot be read, so that nothing can be compared with it: ${cause} Release the plan if that is right.`;
  const broken = sold('120', trouble('item'));

  test.each<[string, string | null, string | null]>([
    ['all of it can', unread([sold('120')]), null],
    ['its own line cannot', unread([broken]), words('Its sales are "x".')],
    ['one of its lines cannot', unread([sold('60'), broken]), words('Its sales are "x".')],
    [
      'nobody can tell whose a line was',
      unread([
        other('other', '1', trouble('item', 'Of another.')),
        sold('9', { subscriptionId: null, ...trouble('organization', 'Whose?') }),
      ]),
      words('Whose?'),
    ],
    [
      'its own line cannot, and nobody can tell whose another was',
      unread([sold('9', { subscriptionId: null, ...trouble('organization', 'Whose?') }), broken]),
      words('Its sales are "x".'),
    ],
    [
      'another line of its subscription cannot',
      unread([sold('120'), sold('9', { itemCode: 'CFQ7TTC0OTHER', ...trouble('item') })]),
      words('another line of its subscription cannot be read'),
    ],
    ['a line of another subscription cannot', unread([sold('120'), other('other', '1', trouble('item'))]), null],
    ['nothing is compared by breakers', unread([broken], { limits: { itemAmount: '1000' } }), null],
    ['the organization is compared', unread([broken], { limits: ORGANIZATION }), words('Its sales are "x".')],
    ['margins are', unread([broken], { limits: { marginPoints: 10 } }), words('Its sales are "x".')],
    ['a little more than what stands is written', unread([broken], { held: standing('100') }), null],
    [
      'much more than what stands is',
      unread([broken], { now: [sold('700')], held: standing('100') }),
      words('Its sales are "x".'),
    ],
    ['much is written, and nothing stands', unread([broken], { now: [sold('700')] }), words('Its sales are "x".')],
  ])('waits, or not, where %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('counts on no side of the organization, whose others are compared', () => {
    const months = { before: [broken, other('grown', '600')], now: [sold('90000'), other('grown', '620')] };
    expect(itemOf(decide({ ...months, limits: ORGANIZATION }), 'grown').outcome).toBe('posted');
    const products = { subscriptionId: null, recordType: 'Marketplace' };
    const early = sold('5000', { ...products, itemCode: 'A', ...trouble('item') });
    const parts = [
      sold('10', { ...products, itemCode: 'B' }),
      sold('10', { ...products, itemCode: 'B', billingDate: '2025-10-28' }),
    ];
    expect(why({ before: [sold('600'), early, ...parts], now: [sold('600'), parts[0]!], limits: ORGANIZATION })).toBeNull();
  });
});
