import { describe, expect, test } from '@jest/globals';
import {
  byBilling,
  buildItems,
  indexPrices,
  itemContext,
  itemsOfPart,
  quantityOfLine,
} from '../../shared/billing/report/items.js';
import { paymentOf, sortByPayment } from '../../shared/billing/report/paid-once.js';
import type { Item } from '../../shared/billing/plan-types.js';
import type { ItemType, Line, Price, Subscription } from '../../shared/billing/types.js';
import { CODE, line, manualLine, price, settings, subscription } from './builders.js';

/** Rule 4 beyond its worked examples: what an item is called, how much of it there is, whether it is paid once; whatever order the report has. */

interface Given {
  prices?: Price[];
  subscriptions?: Subscription[];
}

/** The items of the lines, the same for both orders of the report. */
function itemsOf(lines: Line[], { prices = [], subscriptions = [] }: Given = {}): Item[] {
  const context = { prices: indexPrices(prices), subscriptions, excludedServices: new Set<string>() };
  const items = buildItems(lines, context);
  expect(buildItems([...lines].reverse(), context)).toEqual(items);
  return items;
}
const itemOf = (lines: Line[], given?: Given): Item => {
  const items = itemsOf(lines, given);
  expect(items.map(({ type, currency, itemCode }) => [type, currency, itemCode])).toHaveLength(1);
  return items[0]!;
};

const market = (changes: Partial<Line>): Line => line({ recordType: 'Marketplace', ...changes });
const perpetual = (changes: Partial<Line>): Line => line({ recordType: 'Perpetual', subscriptionId: null, ...changes });
const year: Partial<Line> = { startDay: '2025-10-01', endDay: '2026-09-30' };

describe('4.1 an item of several lines', () => {
  // Then by whatever differs.
  test('an item orders its lines by date, code, term and price', () => {
    const lines = [
      line({ billingDate: '2025-10-01', itemCode: 'z' }),
      line({ itemCode: null }),
      line({ itemCode: 'A', startDay: '2025-10-02' }),
      line({ itemCode: 'b', startDay: null, unitSales: '9' }),
      line({ itemCode: 'B', startDay: '2025-10-01', unitSales: '9' }),
      line({ itemCode: 'b', startDay: '2025-10-01', unitSales: '10' }),
      line({ itemCode: 'b', startDay: '2025-10-01', unitSales: '10', quantity: '9' }),
    ];
    for (const given of [[...lines].reverse(), lines]) expect([...given].sort(byBilling)).toEqual(lines);
  });

  // It took those of whichever line the report had first.
  test('an item takes code and name from its earliest line', () => {
    const lines = [
      market({ itemCode: ' ', billingDate: '2025-10-01', subscriptionName: 'First' }),
      market({ itemCode: 'm-1', billingDate: '2025-10-02', subscriptionName: 'Second' }),
      market({ itemCode: 'm-2', billingDate: '2025-10-03', subscriptionName: 'Third' }),
    ];
    expect(itemOf(lines)).toMatchObject({ itemCode: 'm-1', subscriptionName: 'First' });
  });

  test('is called what comes first by the alphabet, whatever its letters', () => {
    const names = ['Beta', 'alpha', null, ' ', 'Alpha', 'Gamma'];
    const lines = names.map((productName, index) => line({ productName, billingDate: `2025-10-0${index + 1}` }));
    expect(itemOf(lines).productName).toBe('Alpha');
  });

  test.each<[string, Line, Subscription[], string]>([
    ['by its own name', line({ productName: 'Own' }), [subscription({ productName: 'Listed' })], 'Own'],
    [
      'without a name: by the subscription list',
      line({ productName: null }),
      [subscription({ productName: 'Listed' })],
      'Listed',
    ],
    ['without any: by its service', line({ productName: null }), [], 'Microsoft 365 CSP Direct'],
    [
      'made by hand: by the subscription list',
      manualLine({ productName: 'Discount' }),
      [subscription({ productName: 'Listed' })],
      'Listed',
    ],
    ['made by hand, unlisted: by itself', manualLine({ productName: 'Discount' }), [], 'Discount'],
    ['Azure classic: by its kind', line({ recordType: 'AzureClassic', productName: 'Meter' }), [], 'Azure Classic'],
    [
      'Azure of no subscription: by its meter',
      line({ recordType: 'AzurePlan', subscriptionId: null, productName: 'Meter' }),
      [],
      'Meter',
    ],
  ])('is called %s', (_, only, subscriptions, name) => {
    expect(itemOf([only], { subscriptions }).productName).toBe(name);
  });

  test('perpetual licences without code and name are one item', () => {
    const lines = ['', null].map((productName) => perpetual({ itemCode: null, productName }));
    expect(itemOf(lines)).toMatchObject({ sales: '240.00', productName: 'Microsoft 365 CSP Direct' });
  });
});

describe('2.3 a line by hand', () => {
  const placed = (lines: Line[], given?: Given): (string | null)[][] =>
    itemsOf(lines, given)
      .map(({ type, itemCode, currency, sales }) => [type, itemCode, currency, sales])
      .sort();

  // Quantity and name are those of the lines next to it.
  test('a line by hand counts into amounts alone', () => {
    const lines = [
      line(),
      manualLine({ quantity: '99', sales: '5', productName: 'A gift', subscriptionName: 'By hand', billingDate: '2025-10-01' }),
    ];
    expect(itemOf(lines)).toMatchObject({
      quantity: '10',
      sales: '125.00',
      productName: 'Business Premium',
      subscriptionName: 'Premium for everybody',
    });
  });

  // Licences can have none either.
  test('a line by hand without subscription joins no licence', () => {
    expect(placed([perpetual({}), manualLine({ subscriptionId: ' ', sales: '5' })])).toEqual([
      ['Perpetual', CODE, 'EUR', '120.00'],
      ['Unclassified', null, 'EUR', '5.00'],
    ]);
  });

  // It takes the code of the lines next to it.
  test('a line by hand in its own currency is its own item', () => {
    expect(placed([line(), manualLine({ currency: 'usd', sales: '5' })])).toEqual([
      ['Csp365Nce', CODE, 'EUR', '120.00'],
      ['Csp365Nce', CODE, 'USD', '5.00'],
    ]);
  });

  test('next to usage of several meters joins their one item', () => {
    const meters = ['m-2', ' ', 'm-1'].map((itemCode) => line({ recordType: 'AzurePlan', itemCode }));
    expect(placed([...meters, manualLine({ sales: '5', billingDate: '2025-10-01' })])).toEqual([
      ['AzurePlan', 'm-1', 'EUR', '365.00'],
    ]);
  });

  test.each<[string, Line[], Given, string]>([
    [
      'the listed one, though another sells more',
      [line({ itemCode: 'x', sales: '1' }), line()],
      { subscriptions: [subscription({ itemCode: 'X' })] },
      'x',
    ],
    ['the one that sells most', [line({ itemCode: 'y', sales: '500' }), line({ itemCode: 'x' })], {}, 'y'],
    ['of equals the first by its code', [line({ itemCode: 'y' }), line({ itemCode: 'X' })], {}, 'X'],
  ])('next to two items joins %s', (_, lines, given, code) => {
    const items = itemsOf([...lines, manualLine({ sales: '5' })], given);
    expect(items.filter((item) => item.lines.length === 2).map(({ itemCode }) => itemCode)).toEqual([code]);
  });
});

test.each([
  ['AzureClassic', '10'],
  ['AzurePlan', '10'],
  ['Marketplace', '812.5'],
])('4.2 the quantity of %s is %s', (recordType, quantity) => {
  expect(itemOf([line({ recordType, quantity: '812.5', subscriptionQuantity: '10' })]).quantity).toBe(quantity);
});

const software: Partial<Line> = { recordType: 'SoftwareSubscription' };

test.each<[string, Line[], Price[], boolean]>([
  ['a list of it monthly, another currency’s yearly', [line()], [price(), price({ currency: 'USD', paymentMonths: 12 })], false],
  ['a list with it yearly, in another currency', [line()], [price({ currency: 'USD', paymentMonths: 12 })], true],
  ['a contradicting list, lines of a year', [line(year)], [price(), price({ paymentMonths: 12 })], true],
  ['a contradicting list, lines of a month', [line()], [price(), price({ paymentMonths: 12 })], false],
  ['a list of 0, lines of a year', [line(year)], [price({ paymentMonths: 0 })], true],
  ['a list of 0, lines of a month', [line()], [price({ paymentMonths: 0 })], false],
  ['45 days', [line({ startDay: '2025-10-01', endDay: '2025-11-14' })], [], false],
  ['46 days', [line({ startDay: '2025-10-01', endDay: '2025-11-15' })], [], true],
  ['no days and the text “Annual”', [line({ startDay: null, endDay: null, paymentFrequency: 'Annual' })], [], true],
  ['no days and the text “ P1M ”', [line({ startDay: null, endDay: null, paymentFrequency: ' P1M ' })], [], false],
  ['no days and no text', [line({ startDay: null, endDay: null, paymentFrequency: ' ' })], [], false],
  ['no days and no text, as software', [line({ ...software, startDay: null, endDay: null, paymentFrequency: null })], [], true],
  ['the days of a month, as software', [line(software)], [], false],
  ['a monthly list, as software without days', [line({ ...software, startDay: null })], [price()], false],
  ['a monthly list, as a perpetual licence', [line({ recordType: 'Perpetual' })], [price()], true],
  [
    'a list of its second line alone',
    [market({ itemCode: null, billingDate: '2025-10-01' }), market({})],
    [price({ paymentMonths: 12 })],
    true,
  ],
  [
    'another answer for its second line',
    [market({ itemCode: 'a' }), market({})],
    [price({ itemCode: 'a' }), price({ paymentMonths: 12 })],
    false,
  ],
  ['a year, and a refund of a month', [line(year), line({ sales: '-5' })], [], true],
  ['a year, and a free month', [line(year), line({ sales: '0' })], [], true],
  ['a credit of a year', [line({ ...year, sales: '-5' })], [], true],
  ['a credit of a month', [line({ sales: '-5' })], [], false],
  ['no beginning', [line({ ...year, startDay: null })], [], false],
  ['no end', [line({ ...year, endDay: null })], [], false],
  ['neither', [line({ startDay: null, endDay: null })], [], false],
])('4.4 paid once? With %s', (_, lines, prices, isOneOff) => {
  expect(itemOf(lines, { prices }).isOneOff).toBe(isOneOff);
});

describe('how a line is paid (4.4)', () => {
  const bare = { startDay: null, endDay: null, paymentFrequency: null };
  const paid = (changes: Partial<Line>, prices: Price[] = [], code: string | null = CODE, type: ItemType = 'Csp365Nce') =>
    paymentOf(type, line({ ...bare, ...changes }), code, indexPrices(prices));
  const [monthly, yearly] = [price({ paymentMonths: 1 }), price({ paymentMonths: 12, currency: 'USD' })];

  test.each<[string, ReturnType<typeof paid>, 'once' | 'monthly' | null]>([
    ['by the price list in its currency', paid({}, [monthly, yearly]), 'monthly'],
    ['by that of another, where its own has none', paid({}, [yearly]), 'once'],
    ['nobody knows, where the list contradicts itself', paid({}, [monthly, price({ paymentMonths: 3 })]), null],
    ['nobody knows, where the list says nothing', paid({}, [price({ paymentMonths: null }), price({ paymentMonths: 0 })]), null],
    ['nobody knows, where it has no code', paid({}, [price({ itemCode: '', paymentMonths: 12 })], null), null],
    ['by its days', paid({ startDay: '2025-01-01', endDay: '2025-12-31' }), 'once'],
    ['by text, without its first day', paid({ endDay: '2025-12-31', paymentFrequency: 'yearly' }), 'once'],
    ['by text, without its last day', paid({ startDay: '2025-01-01', paymentFrequency: 'yearly' }), 'once'],
    ['by text', paid({ paymentFrequency: ' Monthly ' }), 'monthly'],
    ['by text that only begins so', paid({ paymentFrequency: 'monthly in advance' }), 'once'],
    ['by text that only ends so', paid({ paymentFrequency: 'bimonthly' }), 'once'],
    ['by nothing, as a correction by hand', paid({}, [], null, 'ManualBillingLine'), null],
    ['once, where nothing is said of software', paid({}, [], null, 'Subscription'), 'once'],
  ])('is known %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  // It stands next to one that is paid once.
  test('a line without a term continues every month', () => {
    const once = line({ ...bare, startDay: '2025-01-01', endDay: '2025-12-31', itemCode: null });
    const other = line({ ...bare, itemCode: null });
    expect(sortByPayment('AzurePlan', [once, other], indexPrices([]))).toEqual({ once: [once], monthly: [other] });
  });
});

test.each<[string, Partial<Line>, string | null]>([
  ['what it has', { quantity: '3' }, '3'],
  ['nothing, where it has none', { quantity: '0' }, '0'],
  ['none, of a refund', { quantity: '3', sales: '-1' }, null],
  ['none, of free licences taken back', { quantity: '-3', sales: '0' }, null],
])('4.2 a line’s quantity is %s', (_, changes, quantity) => {
  expect(quantityOfLine('Csp365Nce', line(changes))?.toFixed() ?? null).toBe(quantity);
});

// Its quantity is none of it.
test('2.3 an excluded line by hand is an item of its own', () => {
  const context = itemContext({ subscriptions: [] }, indexPrices([]), settings({ exportRecordTypes: ['Csp365Nce'] }));
  const items = buildItems([line(), manualLine({ sales: '5' })], context);
  expect(new Map(items.map(({ type, sales, quantity }) => [type, [sales, quantity]]))).toEqual(
    new Map([
      ['Csp365Nce', ['120.00', '10']],
      ['ManualBillingLine', ['5.00', '0']],
    ]),
  );
});

// They have the lines of the part alone.
test('items of a part of the lines come by id', () => {
  const context = { prices: indexPrices([]), subscriptions: [], excludedServices: new Set<string>() };
  const whole = ['a', 'b', 'c', 'd', 'e', 'f'].map((subscriptionId) => line({ subscriptionId }));
  const more = whole.map((one) => ({ ...one, billingDate: '2025-10-20', sales: '7' }));
  const part = [...whole, ...more.slice(3)];
  const all = buildItems([...whole, ...more], context);
  expect(itemsOfPart(all, part, context)).toEqual(buildItems(part, context));
  expect(
    itemsOfPart(all, part, context)
      .map(({ sales }) => sales)
      .sort(),
  ).toEqual(['120.00', '120.00', '120.00', '127.00', '127.00', '127.00']);
});
