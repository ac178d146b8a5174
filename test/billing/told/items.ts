import {
  books,
  company,
  line,
  manualLine,
  organization,
  price,
  running,
  service,
  subscription,
  type Situation,
} from '../builders.js';
import { perpetual, everyType, hidden, TERMS } from './builders.js';

/** Situations whose plans are told word for word beside this file: from lines to items, their companies and their catalogue. */
export const items: Record<string, Record<string, () => Situation>> = {
  '2-record-types': {
    'every record type beside every other, in one organization': () => ({ report: { lines: everyType() } }),
    'every record type is switched off but one': () => ({
      report: { lines: everyType() },
      settings: { exportRecordTypes: ['Marketplace'] },
    }),
    'a service that is switched off, by its id in other letters': () => ({
      report: { lines: [line(), line({ serviceId: 'SVC-OFF', serviceName: 'Another' })] },
      settings: { excludeServices: ['svc-off'] },
    }),
    'a licence without item code': () => ({ report: { lines: [line({ itemCode: null })] } }),
    'a line that no rule knows, and one of an unknown charge type': () => ({
      report: { lines: [line({ recordType: 'Mystery', productId: null, itemCode: null }), line({ chargeType: 'gift' })] },
    }),
    'manual lines: beside their item, alone of a listed subscription, of none': () => ({
      report: {
        lines: [
          line(),
          manualLine({ sales: '-25.00', cost: '0' }),
          manualLine({ subscriptionId: 'listed', sales: '10.00', cost: '1' }),
          manualLine({ subscriptionId: 'unlisted', sales: '3.00', cost: '1' }),
          manualLine({ subscriptionId: null, sales: '4.00', cost: '1' }),
        ],
        subscriptions: [subscription(), subscription({ id: 'listed', itemCode: 'CFQ7TTC0LISTED', name: 'Listed' })],
      },
    }),
  },
  '3-companies': {
    'no company id': () => ({ report: { organizations: [organization({ companyIdText: '  ' })] } }),
    'a company id that is not a number': () => ({ report: { organizations: [organization({ companyIdText: 'ACME-77' })] } }),
    'a company id with more digits than a number has': () => ({
      report: { organizations: [organization({ companyIdText: '99999999999999999999' })] },
    }),
    'a company of two active organizations': () => ({
      report: { organizations: [organization(), organization({ id: 'org-2', companyIdText: '007' })] },
    }),
    'a company that is not in Autotask': () => ({ books: books({ companies: [company({ id: 8 })] }) }),
    'an inactive company': () => ({ books: books({ companies: [company({ isActive: false })] }) }),
    'a company in another currency': () => ({ books: books({ companies: [company({ currency: 'usd' })] }) }),
    'a company with its own currency in small letters': () => ({ books: books({ companies: [company({ currency: 'eur' })] }) }),
    'the second of two companies': () => ({ books: books({ companies: [company({ id: 6, isActive: false }), company()] }) }),
    'an organization that only lines name any more': () => ({
      report: { organizations: [], lines: [line({ organizationName: 'Deleted Ltd' })] },
    }),
  },
  '4-items': {
    'a refund and re-charge pair, a manual line and a rounding': () => ({
      report: {
        lines: [
          line({ quantity: '20', sales: '450.004', cost: '394.003' }),
          line({ quantity: '-20', sales: '-330.00', cost: '-288.80' }),
          line({ quantity: '24', sales: '396.00', cost: '346.56' }),
          manualLine({ sales: '-3.00', cost: '0', quantity: '99' }),
        ],
      },
    }),
    'two item codes of one subscription, and the same code in another currency': () => ({
      report: {
        lines: [line(), line({ itemCode: 'CFQ7TTC0OTHER', productName: 'Other' }), line({ currency: 'usd' })],
        prices: [price(), price({ itemCode: 'CFQ7TTC0OTHER', name: 'Other', termMonths: 1 })],
      },
    }),
    'an Azure plan of several meters': () => ({
      report: {
        lines: [
          line({ recordType: 'AzurePlan', itemCode: 'm-1', productName: 'Meter 1', quantity: '812.5', sales: '40.005' }),
          line({ recordType: 'AzurePlan', itemCode: 'm-2', productName: 'Meter 2', quantity: '3', sales: '-1.00' }),
        ],
      },
    }),
    'perpetual licences without subscription, by code and by product name': () => ({
      report: {
        lines: [
          perpetual({}),
          perpetual({ itemCode: null, productName: 'b product' }),
          perpetual({ itemCode: null, productName: 'A product' }),
        ],
      },
    }),
    'an upfront term by the price list': () => ({ report: { prices: [price({ paymentMonths: 12 })] } }),
    'an upfront term by its days, off the price list': () => ({
      report: { prices: [], subscriptions: [], lines: [line({ startDay: '2025-10-01', endDay: '2026-09-14' })] },
    }),
    'a term of 45 days off the price list is not paid at once': () => ({
      report: { prices: [], subscriptions: [], lines: [line({ startDay: '2025-10-01', endDay: '2025-11-14' })] },
    }),
    'a month and a year off the price list are not paid at once': () => ({
      report: {
        prices: [],
        subscriptions: [],
        lines: [line({ startDay: '2025-10-01', endDay: '2026-09-14' }), line({ startDay: '2025-10-01', endDay: '2025-10-31' })],
      },
    }),
    'whole yen': () => ({
      report: { lines: [line({ currency: 'JPY', quantity: '3', sales: '100.5', cost: '90.4' })], prices: [] },
      books: books({ internalCurrency: 'JPY' }),
    }),
    'thousandths of a dinar': () => ({
      report: { lines: [line({ currency: 'KWD', quantity: '3', sales: '100.0005', cost: '90.1234' })], prices: [] },
      books: books({ internalCurrency: 'KWD' }),
    }),
  },
  '5-catalogue': {
    'a row of nothing on an inactive service goes before an active one with the same key': () => ({
      books: { ...running(0, '0', '0'), services: [service({ isActive: false }), service({ id: 51 })] },
    }),
    'of lines of one day the later start tells the unit prices, in whatever order they come': () => ({
      report: {
        prices: [],
        lines: [line({ unitSales: '7', unitCost: '6' }), line({ startDay: null, unitSales: '5', unitCost: '4' })],
      },
    }),
    'of lines of one day the later start tells the unit prices; one without a start is none': () => ({
      report: {
        prices: [],
        lines: [line({ startDay: null, unitSales: '5', unitCost: '4' }), line({ unitSales: '7', unitCost: '6' })],
      },
    }),
    'a licence off the price list takes the unit prices of its latest line': () => ({
      report: {
        prices: [],
        lines: [
          line(),
          line({ billingDate: '2025-10-10', unitSales: '13.00', unitCost: '11.00' }),
          line({ billingDate: '2025-10-10', startDay: '2025-10-01', unitSales: '14.00', unitCost: '12.00' }),
          line({ billingDate: '2025-10-10', startDay: '2025-10-01', unitSales: '15.00', unitCost: '12.50' }),
          line({ billingDate: '2025-10-11', quantity: '-1', sales: '-15', unitSales: '99.00', unitCost: '99.00' }),
        ],
      },
    }),
    'a service with an old price, and one whose cost is hidden': () => ({
      report: { lines: [line(), line({ subscriptionId: 's-2', itemCode: 'CFQ7TTC0HIDDEN' })], prices: [price(), hidden()] },
      books: books({
        services: [
          service({ unitPrice: '11', unitCost: '10' }),
          service({ id: 51, key: 'CFQ7TTC0HIDDEN', name: 'Hidden', unitCost: null, unitPrice: '9.0000' }),
        ],
      }),
    }),
    'a service with an old cost': () => ({ books: books({ services: [service({ unitCost: '9.99' })] }) }),
    'a service found for two subscriptions is made once': () => ({
      report: { lines: [line(), line({ subscriptionId: 's-2' })] },
    }),
    'names that would be the same get the key behind them': () => ({
      report: {
        lines: [line(), line({ subscriptionId: 's-2', itemCode: 'CFQ7TTC0TWIN', productName: 'Business Premium' })],
        prices: [price(), price({ itemCode: 'CFQ7TTC0TWIN' })],
      },
    }),
    'a name that somebody else has': () => ({
      books: books({ services: [service({ key: 'something else', name: 'business premium (1 year, paid monthly)' })] }),
    }),
    'terms are told apart': () => ({
      report: {
        lines: TERMS.map(([code]) => line({ subscriptionId: code, itemCode: code, productName: 'Power BI' })),
        prices: TERMS.map(([itemCode, termMonths, paymentMonths]) =>
          price({ itemCode, name: 'Power BI', termMonths, paymentMonths }),
        ),
      },
    }),
    'a name of more than 100 characters': () => ({
      report: { prices: [price({ name: 'Long '.repeat(25) })], lines: [line({ productName: 'Longer '.repeat(25) })] },
    }),
    'a name of more than 100 characters off the price list': () => ({
      report: { prices: [], lines: [line({ productName: 'Longer '.repeat(25) })] },
    }),
    'two services of one key': () => ({ books: books({ services: [service(), service({ id: 51 })] }) }),
    'two products of one key, and two of one name': () => ({
      report: { lines: [line({ recordType: 'AzurePlan' }), line({ subscriptionId: 's-2', recordType: 'Marketplace' })] },
      books: books({
        products: [
          { id: 1, name: 'Azure', key: 'cloudmore:azure-plan', isActive: true },
          { id: 2, name: 'Azure 2', key: 'CLOUDMORE:AZURE-PLAN', isActive: true },
          { id: 3, name: 'Marketplace', key: null, isActive: true },
          { id: 4, name: 'marketplace', key: null, isActive: true },
        ],
      }),
    }),
    'a product by its key before one by its name, an inactive one never': () => ({
      report: { lines: [line({ recordType: 'AzurePlan' }), line({ subscriptionId: 's-2', recordType: 'Marketplace' })] },
      books: books({
        products: [
          { id: 1, name: 'Azure Plan', key: null, isActive: true },
          { id: 2, name: 'Something', key: 'cloudmore:azure-plan', isActive: true },
          { id: 3, name: 'Marketplace', key: 'cloudmore:marketplace', isActive: false },
        ],
      }),
    }),
    'what the customer reads on the invoice': () => ({
      settings: { contractInvoiceDescription: '{product} for {subscription}, {nobody}' },
      report: {
        lines: [line(), line({ subscriptionId: null, recordType: 'Perpetual', itemCode: 'DG7GMGF0', subscriptionName: null })],
      },
    }),
  },
};
