import { describe, expect, test } from '@jest/globals';
import { type Breakers } from '../../shared/billing/plan/breaker-limits.js';
import type { Line } from '../../shared/billing/types.js';
import { ORGANIZATION, type Months, decide, itemOf, why, sold, other, standing } from './trip-context.js';

/** Rule 9.2: an item against itself, a month earlier. */

const ITEM: Partial<Breakers> = { itemFactor: 10 };

describe('an item against last month', () => {
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
      'in balance far above the list, it does not wait',
      {
        before: [sold('1200')],
        now: [sold('1200', { unitSales: '120' }), other('new', '10')],
        held: standing('1200'),
        limits: { priceFactor: 5 },
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
      /moved from 6,000\.00 in the same part of last month to 590\.00 EUR/,
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
      /to 9,000\.00 EUR, by more than a factor of 10/,
    ],
    [
      'a large change in cost of what was released waits',
      { before: [sold('600')], now: [sold('8010', { cost: '600' })], held: standing('8000'), limits: ITEM },
      /to 8,010\.00 EUR/,
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
    `Last month's amount of Business Premium cannot be read, so there is nothing to compare with: ${cause} Release the plan if that is right.`;
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
      'its own line cannot, nor another’s owner',
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
