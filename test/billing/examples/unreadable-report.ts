import type { Line, Price, Subscription } from '../../../shared/billing/types.js';
import { line, organization, price, subscription, type Situation } from '../builders.js';
import { outcome, planned, table } from './table.js';

/** Rules 2.7, 2.8 and 3.4: what is there and not understood, and what a whole report leaves out. */

const WHY = 'Cloudmore, pricelist, item 3: paymentFrequency is "sometimes"; expected months.';
const second = (changes: Partial<Line> = {}): Line => line({ subscriptionId: 's-2', itemCode: 'CFQ7TTC0OTHER', ...changes });
const lines = (...all: Line[]): Situation => ({ report: { lines: all } });
const troubled = (holds: NonNullable<Line['trouble']>['holds'], changes: Partial<Line> = {}): Line =>
  line({ ...changes, trouble: { message: WHY, holds } });
const withPrices = (...prices: Price[]): Situation => ({ report: { lines: [line(), second()], prices } });
const withSubscriptions = (...subscriptions: Subscription[]): Situation => ({
  report: { lines: [line(), second()], subscriptions },
});
const silent = (changes: Partial<Line> = {}): Line =>
  line({ startDay: null, endDay: null, silent: ['startDate', 'endDate'], ...changes });
const HELD = 'held unreadable';

export const unreadableReport = table('2', 'Items', planned(outcome), [
  ['2.7 an amount that cannot be read holds its item', lines(troubled('item'), second()), `${HELD}; posted`],
  ['2.7 another line of the item is held with it', lines(line({ sales: '-5.00', quantity: '0' }), troubled('item')), HELD],
  [
    '2.7 an item code that cannot be read holds its subscription',
    lines(troubled('subscription', { itemCode: null }), line(), second()),
    `${HELD}; ${HELD}; posted`,
  ],
  [
    '2.7 a subscription id that cannot be read holds the organization',
    lines(troubled('organization', { subscriptionId: null }), second()),
    `${HELD}; ${HELD}`,
  ],
  ['2.7 a line billed outside the month is held alone', lines(line(), line({ billingDate: '2025-11-01' })), `posted; ${HELD}`],
  [
    '2.7 a price list entry that cannot be read holds what has its item code',
    withPrices(price({ unreadable: WHY }), price({ itemCode: 'CFQ7TTC0OTHER' })),
    `${HELD}; posted`,
  ],
  [
    '2.7 in another currency it holds nothing',
    withPrices(price({ currency: 'USD', unreadable: WHY }), price(), price({ itemCode: 'CFQ7TTC0OTHER' })),
    'posted; posted',
  ],
  [
    '2.7 one without a readable item code holds what is not on the list',
    withPrices(price(), price({ itemCode: '', unreadable: WHY })),
    `posted; ${HELD}`,
  ],
  [
    '2.7 one that no line needs holds nothing',
    withPrices(price(), price({ itemCode: 'OLD', unreadable: WHY })),
    'posted; posted',
  ],
  [
    '2.7 a subscription whose end cannot be read is not one without an end',
    withSubscriptions(subscription({ endDay: null, unreadable: WHY }), subscription({ id: 's-2', itemCode: 'CFQ7TTC0OTHER' })),
    `${HELD}; posted`,
  ],
  [
    '2.7 one whose organization cannot be read holds what names it',
    withSubscriptions(
      subscription({ organizationId: '', unreadable: WHY }),
      subscription({ id: 's-2', itemCode: 'CFQ7TTC0OTHER' }),
    ),
    `${HELD}; posted`,
  ],
  [
    '2.7 one whose id cannot be read holds what is not listed',
    withSubscriptions(subscription({ id: '', unreadable: WHY }), subscription()),
    `posted; ${HELD}`,
  ],
  [
    '2.7 what may be of a type that is switched off is not left out',
    {
      ...lines(troubled('subscription', { recordType: null, productId: 'CFQ7TTC0LCHC' })),
      settings: { exportRecordTypes: ['AzurePlan'] },
    },
    HELD,
  ],
  [
    '2.7 a service that is switched off is left out, whatever is unreadable in its lines',
    { ...lines(troubled('item')), settings: { excludeServices: ['Microsoft 365 CSP Direct'] } },
    'excluded service-off',
  ],
  ['2.8 no line has days, the price list says: paid every month', lines(silent()), 'posted'],
  [
    '2.8 no line has days, and the price list is silent',
    { report: { lines: [silent()], prices: [price({ paymentMonths: null })] } },
    HELD,
  ],
  ['2.8 no line has days, and the item is not on the list', { report: { lines: [silent({ itemCode: 'CFQ7TTC0NEW' })] } }, HELD],
  ['2.8 no line has days, for usage nothing depends on them', lines(silent({ recordType: 'AzurePlan' })), 'posted'],
  [
    '2.8 neither days nor record type, and it may be a perpetual licence',
    lines(silent({ recordType: null, productId: 'DG7GMGF0D5RK', silent: ['recordType', 'startDate', 'endDate'] })),
    HELD,
  ],
]);

export const unreadableCompanies = table('3', 'Item', planned(outcome), [
  [
    '3.4 an organization whose detail cannot be read',
    { report: { organizations: [organization({ companyIdText: null, unreadable: 'Listed a moment ago, and not there.' })] } },
    HELD,
  ],
  ['3.4 one that lines name and the list does not', { report: { organizations: [] } }, 'held organization-unknown'],
]);
