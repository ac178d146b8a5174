import { big } from '../../../shared/billing/basics/decimal.js';
import type { Line, Settings } from '../../../shared/billing/types.js';
import { books, company, line, manualLine, organization, plan, price, type Situation } from '../builders.js';
import { outcome, planned, table, written } from './table.js';

/** Sections 3 and 4: organizations to companies, lines to items. */

const named = (...companyIds: (string | null)[]): Situation => ({
  report: { organizations: companyIds.map((companyIdText, index) => organization({ id: `org-${index + 1}`, companyIdText })) },
});
const dollars = books({ companies: [company({ currency: 'USD' })] });

export const companies = table('3', 'Item', planned(outcome), [
  ['3.1 an organization without company id', named(null), 'excluded company-id-missing'],
  ['3.1 one that is blank', named('  '), 'excluded company-id-missing'],
  ['3.2 a company id “ACME-77”', named('ACME-77'), 'held company-id-invalid'],
  ['3.2 a company id “ 007 ” for company 7', named(' 007 '), 'posted'],
  ['3.2 a company that another active organization also names', named('7', '07'), 'held company-id-shared'],
  [
    '3.2 a company that an inactive organization also names',
    { report: { organizations: [organization(), organization({ id: 'org-2', isActive: false })] } },
    'posted',
  ],
  ['3.2 one that may be shared', { ...named('7', '7'), settings: { allowSharedCompanies: [7] } }, 'posted'],
  ['3.3 a company that does not exist', { books: books({ companies: [] }) }, 'held company-not-found'],
  ['3.3 an inactive company', { books: books({ companies: [company({ isActive: false })] }) }, 'held company-inactive'],
  ['3.3 a company billed in dollars, a report in euro', { books: dollars }, 'held currency-mismatch'],
  ['3.3 both in dollars', { books: dollars, report: { lines: [line({ currency: 'USD' })] } }, 'posted'],
  [
    '3.3 a company without a currency uses the tenant’s',
    { books: books({ internalCurrency: 'USD' }), report: { lines: [line({ currency: 'USD' })] } },
    'posted',
  ],
]);

const inDollars = (foreignCost: Settings['foreignCost'], cost = '100', rates?: Record<string, string>): Situation => ({
  books: rates ? { ...dollars, costRates: rates } : dollars,
  report: { lines: [line({ currency: 'USD', cost })] },
  settings: { foreignCost },
});

export const foreign = table('3', 'Item', planned(outcome), [
  ['3.5 the internal currency is the euro, report and company are in dollars', inDollars('as-reported'), 'posted'],
  ['3.5 the same where such costs are held', inDollars('hold'), 'held cost-in-other-currency'],
  ['3.5 without cost there is nothing to be wrong', inDollars('hold', '0'), 'posted'],
  ['3.5 a company in the internal currency', { settings: { foreignCost: 'hold' } }, 'posted'],
  ['3.5 where they are converted, at a rate of 0.92', inDollars('convert', '100', { USD: '0.92' }), 'posted'],
  ['3.5 where they are converted and there is no rate', inDollars('convert'), 'held cost-in-other-currency'],
  ['3.5 without cost no rate is needed', inDollars('convert', '0'), 'posted'],
]);

export const converted = table('3', 'Stands on the row', planned(written), [
  [
    '3.5 a cost of 100.00 dollars at 0.92',
    inDollars('convert', '100', { USD: '0.92' }),
    '2025-10-01: 10 units × 12.0000 / 9.2000',
  ],
  [
    '3.5 one of 100.37 at 0.9215 is 92.49, rounded once',
    inDollars('convert', '100.37', { USD: '0.9215' }),
    '2025-10-01: 10 units × 12.0000 / 9.2490',
  ],
  ['3.5 without a rate of its own nothing is written', inDollars('convert', '100', { SEK: '0.09' }), 'nothing'],
  [
    '3.5 a company in the internal currency has the cost of the report',
    { settings: { foreignCost: 'convert' } },
    '2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
]);

const items = (lines: Line[]): string =>
  plan({ report: { lines } })
    .items.map(({ sales, cost, quantity, currency }) => `${quantity} for ${sales} / ${cost} ${currency}`)
    .sort()
    .join('; ');

const azure = { recordType: 'AzurePlan', quantity: '812.5', subscriptionQuantity: '1' };

export const groups = table<Line[]>('4', 'Items', items, [
  [
    '4.1 two item codes of one subscription',
    [line(), line({ itemCode: 'CFQ7TTC0NEW' })],
    '10 for 120.00 / 100.00 EUR; 10 for 120.00 / 100.00 EUR',
  ],
  [
    '4.1 the same code in another case',
    [line(), line({ itemCode: 'cfq7ttc0lchc-0002-p1y-monthly' })],
    '10 for 240.00 / 200.00 EUR',
  ],
  [
    '4.1 two meters of an Azure plan',
    [line({ ...azure, itemCode: 'meter-1' }), line({ ...azure, itemCode: 'meter-2' })],
    '1 for 240.00 / 200.00 EUR',
  ],
  [
    '4.1 perpetual licences without subscription: one item per item code',
    ['DG7GMGF0A', 'DG7GMGF0B'].map((itemCode) => line({ recordType: 'Perpetual', subscriptionId: null, itemCode })),
    '10 for 120.00 / 100.00 EUR; 10 for 120.00 / 100.00 EUR',
  ],
  ['4.1 lines in two currencies', [line(), line({ currency: 'USD' })], '10 for 120.00 / 100.00 EUR; 10 for 120.00 / 100.00 USD'],
  [
    '4.2 two amounts of 0.005, summed and then rounded once',
    [line({ sales: '0.005', cost: '0.004' }), line({ sales: '0.005', cost: '0.0009' })],
    '10 for 0.01 / 0.00 EUR',
  ],
  ['4.2 half a cent is rounded away from zero', [line({ sales: '-0.005', cost: '0.005' })], '0 for -0.01 / 0.01 EUR'],
  ['4.2 100.5 and 90.4 yen', [line({ currency: 'JPY', sales: '100.5', cost: '90.4' })], '10 for 101 / 90 JPY'],
  ['4.2 100.0005 dinar', [line({ currency: 'KWD', sales: '100.0005', cost: '90' })], '10 for 100.000 / 90.000 KWD'],
  [
    '4.2 100.0057 dinar, of which posting keeps two decimals',
    [line({ currency: 'KWD', sales: '100.0057', cost: '90' })],
    '10 for 100.010 / 90.000 KWD',
  ],
  [
    '4.2 20 charged, −20 refunded, 24 charged',
    [
      line({ quantity: '20', sales: '450.00' }),
      line({ quantity: '-20', sales: '-330.00', cost: '-50' }),
      line({ quantity: '24', sales: '396.00' }),
    ],
    '24 for 516.00 / 150.00 EUR',
  ],
  ['4.2 a credit alone has no quantity', [line({ quantity: '3', sales: '-48.30', cost: '-42.26' })], '0 for -48.30 / -42.26 EUR'],
  [
    '4.3 a manual discount of 25.00 counts towards its item',
    [line(), manualLine({ sales: '-25.00', cost: '0' })],
    '10 for 95.00 / 100.00 EUR',
  ],
]);

const once = (situation: Situation): string => {
  const { steps } = plan(situation);
  const isOneOff = steps.some((step) => step.kind === 'postAdjustment' && step.purpose === 'one-off');
  const charge = steps.find((step) => step.kind === 'postCharge');
  return isOneOff ? 'one-off' : `every month${charge ? `, with ${big(charge.unitPrice).toFixed(2)} once` : ''}`;
};
const software = { recordType: 'SoftwareSubscription', itemCode: null };
const year = { startDay: '2025-09-12', endDay: '2026-09-11' };

export const oneOff = table('4', 'Billed', once, [
  ['4.4 the price list says: paid every month', {}, 'every month'],
  ['4.4 the price list says: paid every twelve months', { report: { prices: [price({ paymentMonths: 12 })] } }, 'one-off'],
  [
    '4.4 its entry says nothing, the line covers a month',
    { report: { prices: [price({ paymentMonths: null })] } },
    'every month',
  ],
  [
    '4.4 its entry says nothing, the line covers a year',
    { report: { prices: [price({ paymentMonths: null })], lines: [line(year)] } },
    'one-off',
  ],
  ['4.4 it says every month, though the line covers a year', { report: { lines: [line(year)] } }, 'every month'],
  ['4.4 not on the price list, the line covers a month', { report: { prices: [] } }, 'every month'],
  ['4.4 not on it, the line covers a year', { report: { prices: [], lines: [line(year)] } }, 'one-off'],
  [
    '4.4 not on it, one line covers a year and another a month',
    { report: { prices: [], lines: [line(year), line()] } },
    'every month, with 120.00 once',
  ],
  [
    '4.4 it says twelve months, though the line covers a month',
    { report: { prices: [price({ paymentMonths: 12 })] } },
    'one-off',
  ],
  ['4.4 contradicting entries: the line decides', { report: { prices: [price(), price({ paymentMonths: 12 })] } }, 'every month'],
  [
    '4.4 software that does not say how it is paid',
    { report: { prices: [], lines: [line({ ...software, startDay: null, endDay: null, paymentFrequency: null })] } },
    'one-off',
  ],
  ['4.4 software that covers a month', { report: { prices: [], lines: [line(software)] } }, 'every month'],
  [
    '4.4 the line’s days take precedence over its frequency text',
    { report: { prices: [], lines: [line({ paymentFrequency: 'Annual' })] } },
    'every month',
  ],
]);
