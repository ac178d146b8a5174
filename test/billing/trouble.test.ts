import { describe, expect, test } from '@jest/globals';
import { buildItems, indexPrices, itemContext } from '../../shared/billing/report/items.js';
import { isTypeUncertain, troubleOf } from '../../shared/billing/report/trouble.js';
import { troublesOf } from '../../shared/billing/report/troubles.js';
import type { Line, Price, Subscription, Trouble } from '../../shared/billing/types.js';
import { CODE, line, price, settings, subscription, SUBSCRIPTION } from './builders.js';

/** Rules 2.7 and 2.8: what is there and not understood, or is nowhere, holds exactly what depends on it. */

interface Told {
  lines?: Line[];
  subscriptions?: Subscription[];
  prices?: Price[];
}

/** Why the item of the first line cannot be billed. */
function why({ lines = [line()], subscriptions = [subscription()], prices = [price()] }: Told): string | null {
  const context = itemContext({ subscriptions, lines }, indexPrices(prices), settings());
  const item = buildItems(lines, context).find((one) => one.lines.includes(lines[0]!))!;
  return troubleOf(item, context);
}

const broken = (holds: Trouble['holds'], message: string): Pick<Line, 'trouble'> => ({ trouble: { message, holds } });
const another = (changes: Partial<Line>): Line => line({ subscriptionId: 's-2', itemCode: 'CFQ7OTHER', ...changes });

const lineRows: [what: string, told: Told, why: string | null][] = [
  ['an unreadable line of its own holds an item', { lines: [line(broken('item', 'Own.'))] }, 'Own.'],
  [
    'its own line comes before everything else',
    { lines: [line(broken('item', 'Own.')), another(broken('organization', 'All.'))] },
    'Own.',
  ],
  ['a line that may be any item’s holds all', { lines: [line(), another(broken('organization', 'All.'))] }, 'All.'],
  [
    'of several such lines the first is named',
    { lines: [line(), another(broken('organization', 'First.')), another(broken('organization', 'Second.'))] },
    'First.',
  ],
  // In whatever letters the id is.
  [
    'a line that may be any item holds its subscription’s',
    { lines: [line(), another({ subscriptionId: SUBSCRIPTION.toUpperCase(), ...broken('subscription', 'Which?') })] },
    'Which?',
  ],
  ['one of another subscription does not', { lines: [line(), another(broken('subscription', 'Which?'))] }, null],
  ['a line of another item does not', { lines: [line(), another(broken('item', 'Other.'))] }, null],
];

const listRows: [what: string, told: Told, why: string | null][] = [
  ['its subscription cannot be read', { subscriptions: [subscription({ unreadable: 'Its end is "x".' })] }, 'Its end is "x".'],
  [
    'another subscription cannot be read',
    { subscriptions: [subscription(), subscription({ id: 's-2', unreadable: 'x' })] },
    null,
  ],
  [
    'it is unlisted next to one with an unreadable id',
    { subscriptions: [subscription({ id: '', unreadable: 'Its id is {}.' })] },
    'Its id is {}.',
  ],
  [
    'it is not listed, another kind’s id is unreadable',
    { subscriptions: [subscription({ id: '', recordType: 'AzurePlan', unreadable: 'Its id is {}.' })] },
    null,
  ],
  [
    'it is not listed, another of its kind is unreadable',
    { subscriptions: [subscription({ id: 's-2', unreadable: 'x' })] },
    null,
  ],
  [
    'it is listed, and another’s id is unreadable',
    { subscriptions: [subscription(), subscription({ id: '', unreadable: 'x' })] },
    null,
  ],
  [
    'it has no subscription, a listed one’s id is unreadable',
    { lines: [line({ subscriptionId: null })], subscriptions: [subscription({ id: '', unreadable: 'Its id is {}.' })] },
    null,
  ],
  ['its price cannot be read', { prices: [price({ unreadable: 'Its price is "x".' })] }, 'Its price is "x".'],
  [
    'one of two prices of it cannot be read',
    { prices: [price(), price({ unreadable: 'Its price is "x".' })] },
    'Its price is "x".',
  ],
  ['its price in another currency cannot be read', { prices: [price(), price({ currency: 'USD', unreadable: 'x' })] }, null],
  [
    'its price has a currency that cannot be read',
    { prices: [price({ currency: '', unreadable: 'Its currency is {}.' })] },
    'Its currency is {}.',
  ],
  ['a price of another code cannot be read', { prices: [price(), price({ itemCode: 'OTHER', unreadable: 'x' })] }, null],
  [
    'it is unpriced, and a price’s code is unreadable',
    { prices: [price({ itemCode: '', unreadable: 'Its code is {}.' })] },
    'Its code is {}.',
  ],
  ['it is priced, and another price’s code is unreadable', { prices: [price(), price({ itemCode: '', unreadable: 'x' })] }, null],
  [
    'it has no code, and a price’s code is unreadable',
    { lines: [line({ itemCode: null })], prices: [price({ itemCode: '', unreadable: 'x' })] },
    null,
  ],
  ...(['AzurePlan', 'Marketplace', 'Perpetual'] as const).map((recordType): [string, Told, null] => [
    `its kind, ${recordType}, asks no price`,
    {
      lines: [line({ recordType })],
      subscriptions: [subscription({ recordType: 'Csp365Nce' })],
      prices: [price({ unreadable: 'Its price is "x".' })],
    },
    null,
  ]),
];

const SILENT =
  /^No line of the report has (.*), and neither the price list nor the invoice says whether (.*) is paid once or every month\.$/;
const silentRows: [what: string, told: Told, members: string | null][] = [
  [
    'no line has days, and no list says',
    { lines: [line({ silent: ['startDate', 'endDate'] })], prices: [] },
    'startDate, endDate',
  ],
  ['one of two lines has no end, and no list says', { lines: [line({ silent: ['endDate'] }), line()], prices: [] }, 'endDate'],
  ['no line has an end, and no list says', { lines: [line({ silent: ['endDate'] })], prices: [] }, 'endDate'],
  [
    'no line has a start, the list no payment',
    { lines: [line({ silent: ['startDate'] })], prices: [price({ paymentMonths: null })] },
    'startDate',
  ],
  ['the list says', { lines: [line({ silent: ['startDate', 'endDate'] })] }, null],
  ['days are there, and only the publisher is silent', { lines: [line({ silent: ['publisherName'] })], prices: [] }, null],
  ['nothing is silent', { prices: [] }, null],
  [
    'nobody knows what kind of line it is either',
    { lines: [line({ recordType: 'Mystery', productId: null, publisherName: null, silent: ['startDate'] })], prices: [] },
    'startDate',
  ],
  ['usage asks nobody', { lines: [line({ recordType: 'AzurePlan', silent: ['startDate'] })], prices: [] }, null],
  [
    'software has no kind, and the list fits two',
    { lines: [line({ recordType: 'Perpetual', silent: ['recordType', 'startDate'] })] },
    'recordType, startDate',
  ],
  ['of software with a kind nothing is open', { lines: [line({ recordType: 'Perpetual', silent: ['startDate'] })] }, null],
  ['of a licence without a kind the list says', { lines: [line({ silent: ['recordType', 'startDate'] })] }, null],
  [
    'members that several lines lack are named once',
    { lines: [line({ silent: ['startDate'] }), line({ silent: ['startDate', 'endDate'] })], prices: [] },
    'startDate, endDate',
  ],
];

describe('an item is held for what cannot be read', () => {
  test.each(lineRows)('2.7 %s', (_, told, expected) => expect(why(told)).toBe(expected));
  test.each(listRows)('2.7 when %s', (_, told, expected) => expect(why(told)).toBe(expected));
});

describe('2.8 how an item is paid is open', () => {
  test.each(silentRows)('where %s', (_, told, members) => {
    const [, silent = null, product = null] = SILENT.exec(why(told) ?? '') ?? [];
    expect([silent, product]).toEqual(members === null ? [null, null] : [members, 'Business Premium']);
  });
});

describe('2.7 what an item is cannot be told', () => {
  const uncertain = (...lines: Line[]): boolean => {
    const context = itemContext({ subscriptions: [], lines }, indexPrices([]), settings());
    return isTypeUncertain(
      buildItems(lines, context).find((one) => one.lines.includes(lines[0]!))!,
      context,
    );
  };

  test.each([
    ['while a line may be any item’s', [line(), another(broken('organization', 'x'))], true],
    [
      'while a line may be any of its subscription',
      [line(), another({ subscriptionId: SUBSCRIPTION, ...broken('subscription', 'x') })],
      true,
    ],
    ['but not for a line of another subscription', [line(), another(broken('subscription', 'x'))], false],
    ['but not for an amount of its own', [line(broken('item', 'x'))], false],
  ] as [string, Line[], boolean][])('%s', (_, lines, expected) => expect(uncertain(...lines)).toBe(expected));

  test('and a context without lines knows no trouble', () => {
    const { troubles: _, ...context } = itemContext({ subscriptions: [] }, indexPrices([price({ itemCode: CODE })]), settings());
    const [item] = buildItems([line()], context);
    expect([isTypeUncertain(item!, context), troubleOf(item!, context), troublesOf([])]).toEqual([
      false,
      null,
      { organization: null, subscriptions: new Map() },
    ]);
  });
});
