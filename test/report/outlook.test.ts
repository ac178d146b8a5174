import { describe, expect, test } from '@jest/globals';
import { indexPrices } from '../../shared/billing/report/items.js';
import type { Line, Price, Subscription } from '../../shared/billing/types.js';
import { joinOutlooks, organizationOutlook, type Renewal } from '../../shared/report/outlook.js';
import { line, manualLine, organization, price, subscription } from '../billing/builders.js';

/** What moved since last month, and what renews: from Cloudmore's side alone. */

const AS_OF = '2025-10-12';

interface Given {
  now?: Line[];
  before?: Line[];
  subscriptions?: Subscription[];
  prices?: Price[];
}

const outlookOf = ({ now = [line()], before = [], subscriptions = [], prices = [price()] }: Given) =>
  joinOutlooks({ asOf: AS_OF, previousLines: Math.max(before.length, 1) }, [
    organizationOutlook({ asOf: AS_OF }, indexPrices(prices), {
      organization: organization(),
      lines: now,
      previousLines: before,
      subscriptions,
    }),
  ]);

const teams = (changes: Partial<Line> = {}): Line => line({ subscriptionId: 'teams', productName: 'Teams Premium', ...changes });

describe('a margin that is another than last month', () => {
  test('is reported from 10 points on, the largest loss first', () => {
    const { margins } = outlookOf({
      now: [line({ cost: '115.00' }), teams({ cost: '80.00' }), line({ subscriptionId: 'same', cost: '105.00' })],
      before: [line(), teams(), line({ subscriptionId: 'same' })],
    });
    expect(margins.map(({ productName, before, now, points }) => [productName, before, now, points])).toEqual([
      ['Business Premium', '16.7', '4.2', '-12.5'],
      ['Teams Premium', '16.7', '33.3', '16.7'],
    ]);
  });
});

describe('what changed for a customer is said in one sentence', () => {
  const cases: [what: string, now: Line[], before: Line[], sentence: string][] = [
    [
      'more licences',
      [line({ quantity: '12', sales: '144.00' })],
      [line()],
      '144.00 EUR, 24.00 more than last month: Business Premium 10 → 12 (+24.00).',
    ],
    [
      'another price',
      [line({ sales: '110.00' })],
      [line()],
      '110.00 EUR, 10.00 less than last month: Business Premium 120.00 → 110.00 (-10.00).',
    ],
    ['a new product', [line(), teams()], [line()], '240.00 EUR, 120.00 more than last month: new Teams Premium (+120.00).'],
    [
      'a product that is gone',
      [line()],
      [line(), teams()],
      '120.00 EUR, 120.00 less than last month: no more Teams Premium (-120.00).',
    ],
    [
      'movements that cancel out',
      [line()],
      [teams()],
      '120.00 EUR, as last month: new Business Premium (+120.00), no more Teams Premium (-120.00).',
    ],
    [
      'a discount',
      [line(), manualLine({ sales: '-25.00', cost: '0' })],
      [line()],
      '95.00 EUR, 25.00 less than last month: Business Premium 120.00 → 95.00 (-25.00).',
    ],
    [
      'more causes than a sentence holds',
      [1, 2, 3, 4, 5].map((number) => teams({ subscriptionId: `s${number}`, productName: `P${number}`, sales: `${number}.00` })),
      [],
      '15.00 EUR, 15.00 more than last month: new P5 (+5.00), new P4 (+4.00), new P3 (+3.00), 2 more (+3.00).',
    ],
  ];
  test.each(cases)('%s', (_, now, before, sentence) => {
    expect(outlookOf({ now, before }).changes?.map((change) => change.sentence)).toEqual([sentence]);
  });

  test('one whose month is as the last is only counted', () => {
    expect(outlookOf({ now: [line()], before: [line()] })).toMatchObject({ changes: [], unchanged: 1 });
  });

  test('each currency has a sentence of its own', () => {
    const changes = outlookOf({ now: [line(), teams({ currency: 'JPY', sales: '500' })] }).changes;
    expect(changes?.map(({ currency, moved }) => [currency, moved])).toEqual([
      ['JPY', '500'],
      ['EUR', '120.00'],
    ]);
  });

  test('a first month is not called one in which everything is new', () => {
    const one = organizationOutlook({ asOf: AS_OF }, new Map(), {
      organization: organization(),
      lines: [line()],
      previousLines: [],
      subscriptions: [],
    });
    expect(joinOutlooks({ asOf: AS_OF, previousLines: 0 }, [one]).changes).toBeNull();
  });
});

describe('renewals of the next 90 days', () => {
  const within: [endDay: string | null, status: string, isListed: boolean][] = [
    ['2025-10-11', 'Active', false],
    ['2025-10-12', 'Active', true],
    ['2026-01-10', 'Active', true],
    ['2026-01-11', 'Active', false],
    ['2025-12-01', 'Suspended', true],
    ['2025-12-01', 'Deleted', false],
    ['2025-12-01', 'Cancelled', false],
    [null, 'Active', false],
  ];
  test.each(within)('a subscription that ends on %s and is %s is listed: %s', (endDay, status, isListed) => {
    expect(outlookOf({ subscriptions: [subscription({ endDay, status })] }).renewals).toHaveLength(isListed ? 1 : 0);
  });

  const renewal = (given: Given & { autoRenew?: boolean | null }): Renewal =>
    outlookOf({ ...given, subscriptions: [subscription({ endDay: '2025-12-01', autoRenew: given.autoRenew ?? null })] })
      .renewals[0]!;

  test('the effect is quantity times price distance, also when prorated', () => {
    const now = [
      line({ quantity: '20', unitSales: '22.5', sales: '450.00' }),
      line({ quantity: '-20', unitSales: '16.5', sales: '-330.00' }),
      line({ quantity: '24', unitSales: '16.5', sales: '396.00' }),
    ];
    expect(renewal({ now, prices: [price({ sales: '24.00' })], autoRenew: true })).toMatchObject({
      quantity: '24',
      unitSales: '22.5',
      listSales: '24.00',
      effect: '36.00',
      renews: true,
    });
  });

  test('a lower list price has a negative effect', () => {
    expect(renewal({ prices: [price({ sales: '11.50' })] }).effect).toBe('-5.00');
  });

  test('no line or no price has no effect; manual prices neither', () => {
    expect(renewal({ now: [] })).toMatchObject({ quantity: null, effect: null });
    expect(renewal({ prices: [] })).toMatchObject({ unitSales: '12', listSales: null, effect: null });
    expect(renewal({ now: [manualLine()] })).toMatchObject({ unitSales: null, effect: null });
  });
});
