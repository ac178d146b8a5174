import type { Books, Line } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  CODE,
  company,
  contract,
  line,
  manualLine,
  organization,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { after, edited, KEY, lines, MORE } from '../examples/row-and-charge.js';

/** The situations whose plans are told word for word in the files beside this one, by rule. */
export const situations: Record<string, Record<string, () => Situation>> = {
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
    'a company id that is no number': () => ({ report: { organizations: [organization({ companyIdText: 'ACME-77' })] } }),
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
  '6-contracts': {
    'two contracts, one by field and one by number': () => ({
      books: books({ contracts: [contract({ number: null }), contract({ id: 101, subscriptionId: null })] }),
    }),
    'only at another company': () => ({ books: books({ contracts: [contract({ companyId: 8, number: null })] }) }),
    inactive: () => ({ books: books({ contracts: [contract({ isActive: false })] }) }),
    'of another type': () => ({ books: books({ contracts: [contract({ isRecurringService: false })] }) }),
    'in yearly periods': () => ({ books: books({ contracts: [contract({ isMonthly: false })] }) }),
    'not from a first on': () => ({ books: books({ contracts: [contract({ startDay: '2025-09-15' })] }) }),
    'two subscriptions on one contract': () => ({
      report: { lines: [line(), line({ subscriptionId: 's-2', itemCode: 'CFQ7TTC0TWO' })] },
      books: books({ contracts: [contract({ subscriptionId: 's-2' })] }),
    }),
    'two items on one service of a contract': () => ({
      report: { lines: [line(), line({ itemCode: CODE.toLowerCase(), recordType: 'Csp365Legacy' })] },
    }),
    'a service put twice on a contract': () => ({
      books: { ...running(), rows: [...running().rows, row({ id: 1, contractServiceId: 201 })] },
    }),
    'what is ours is put back': () => ({
      books: { ...running(), contracts: [contract({ slaId: null, number: ' ', subscriptionId: SUBSCRIPTION, name: 'Mine' })] },
    }),
    'the field is put back where only the number is left': () => ({
      books: { ...running(), contracts: [contract({ subscriptionId: 'somebody wrote here' })] },
    }),
    'a term that nobody ends': () => ({ report: { subscriptions: [] } }),
    'a term that ended before the month': () => ({ report: { subscriptions: [subscription({ endDay: '2025-06-30' })] } }),
    'a contract that ends within the month is extended': () => ({
      books: { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: running().rows.slice(0, 1) },
    }),
    'a contract that had ended is extended, and what stood there is brought to 0': () => ({
      books: {
        ...running(),
        contracts: [contract({ endDay: '2025-07-31' })],
        rows: [
          row({ startDay: '2025-06-01', endDay: '2025-06-30', units: 4 }),
          row({ id: 1001, startDay: '2025-07-01', endDay: '2025-07-31' }),
          row({ id: 1002, startDay: '2025-07-01', endDay: '2025-07-31', serviceId: 60, contractServiceId: 201 }),
          row({ id: 1003, startDay: '2025-07-01', endDay: '2025-07-31', serviceId: 61, contractServiceId: 202, units: 0 }),
        ],
        services: [service(), service({ id: 60, key: 'somebody else' }), service({ id: 61, key: 'CFQ7TTC0EMPTY' })],
      },
    }),
    'an end that Cloudmore names earlier is only mentioned': () => ({
      books: running(),
      report: { subscriptions: [subscription({ endDay: '2025-12-01' })] },
    }),
    'the longest of several items counts, and the largest names the contract': () => ({
      report: {
        subscriptions: [],
        prices: [price(), price({ itemCode: 'CFQ7TTC0UP', name: 'Upfront', paymentMonths: 12, termMonths: 12 })],
        lines: [line(), line({ itemCode: 'CFQ7TTC0UP', productName: 'Upfront', endDay: '2028-02-10', sales: '900.00' })],
      },
    }),
    'neighbouring rows that were not read are asked for': () => ({ report: MORE, books: { ...running(), detailed: [] } }),
    'a month before the contract began': () => ({
      books: { ...running(), contracts: [contract({ startDay: '2025-11-01' })], rows: [] },
    }),
    'a month before the contract began, caught up': () => ({
      books: { ...running(), contracts: [contract({ startDay: '2025-12-01' })], rows: [] },
      settings: { afterFreeze: 'charge' },
    }),
  },
  '7-row-and-charge': {
    'a new contract': () => ({}),
    'more than last month': () => ({ report: MORE, books: running() }),
    'nothing changed': () => ({ books: running() }),
    'only the units differ': () => ({ report: lines({ quantity: '12' }), books: running() }),
    'what four decimals cannot express': () => ({ report: lines({ quantity: '1000', sales: '1000.04', cost: '700.00' }) }),
    'the row was edited': () => ({ report: MORE, books: edited(running(), '2025-10', { units: 9, price: '108' }) }),
    'the row of next month was edited': () => ({
      report: MORE,
      books: edited(running(), '2025-11', { units: 11, price: '108' }),
    }),
    'a later row has fewer units than would be taken away': () => ({
      report: lines({ quantity: '5', sales: '60.00', cost: '50.00' }),
      books: edited(running(), '2025-12', { units: 4 }),
    }),
    'a later row has just the units that are taken away': () => ({
      report: lines({ quantity: '5', sales: '60.00', cost: '50.00' }),
      books: edited(running(), '2025-12', { units: 5 }),
    }),
    'a later row is frozen': () => ({ report: MORE, books: edited(running(), '2025-12', { frozen: true }) }),
    'next month runs already': () => ({ report: MORE, books: running(), asOf: '2025-11-01' }),
    'the last day of the month': () => ({ report: MORE, books: running(), asOf: '2025-10-31' }),
    'next month runs already, with nothing on it': () => ({
      report: MORE,
      books: edited(edited(running(), '2025-11', { units: 0, price: '0', cost: '0' }), '2025-10', {}),
      asOf: '2025-11-01',
    }),
    'somebody split the month': () => ({
      books: {
        ...running(),
        rows: [...running().rows, row({ id: 1, startDay: '2025-10-15', units: 2, price: '12', cost: '10' })],
      },
    }),
    'somebody began it in mid-month': () => ({
      books: { ...running(), rows: [row({ startDay: '2025-10-15', units: 2, price: '12', cost: '10' })] },
    }),
    'a credit': () => ({ report: lines({ quantity: '0', sales: '-48.30', cost: '-42.26' }), books: running() }),
    'a credit in cost alone': () => ({ report: lines({ quantity: '3', sales: '48.30', cost: '-42.26' }), books: running() }),
    'a credit in sales alone': () => ({ report: lines({ quantity: '3', sales: '-48.30', cost: '42.26' }), books: running() }),
    'a licence given away': () => ({ report: lines({ quantity: '3', sales: '0', cost: '0' }), books: running() }),
    'half licences': () => ({ report: lines({ quantity: '2.5' }) }),
    'an open charge to change': () => ({ report: MORE, books: withCharges(running(), { price: '5' }) }),
    'an open charge with nothing left to carry': () => ({ books: withCharges(running(), { price: '5' }) }),
    'an open charge that carries cost alone': () => ({ books: withCharges(running(10, '120', '95'), { price: '0', cost: '5' }) }),
    'a billed charge beside an open row': () => ({ report: MORE, books: withCharges(running(), { price: '5', billed: true }) }),
    'several charges, billed and open, in whatever order': () => ({
      report: MORE,
      books: withCharges(
        running(),
        { id: 2003, key: `${KEY}-10`, price: '1' },
        { id: 2002, key: `${KEY}-2`, price: '2', cost: '1' },
        { id: 2001, key: KEY.toLowerCase(), price: '4', billed: true },
        { id: 2004, key: `X${KEY}`, price: '8' },
      ),
    }),
    'a frozen row in balance': () => ({ books: after(running(), '2025-10-31') }),
    'a frozen row out of balance': () => ({ report: MORE, books: after(running(), '2025-10-31') }),
    'a frozen row out of balance, caught up': () => ({
      report: MORE,
      books: after(running(), '2025-10-31'),
      settings: { afterFreeze: 'charge' },
    }),
    'a catch-up that somebody moved into a month of its own': () => ({
      report: MORE,
      books: withCharges(after(running(), '2025-10-31'), { price: '100', cost: '50', day: '2025-12-01' }),
      settings: { afterFreeze: 'charge' },
    }),
    'a catch-up after which the contract must go on': () => ({
      report: MORE,
      books: { ...after(running(), '2025-10-31'), contracts: [contract({ endDay: '2025-10-31' })] },
      settings: { afterFreeze: 'charge' },
    }),
    'money of the month is billed and no row carries units': () => ({
      books: { ...withCharges(running(), { price: '5', billed: true }), rows: [] },
    }),
    'the adjustment was refused': () => ({ report: MORE, books: running(), refused: [ITEM] }),
    'paid once': () => ({ report: { prices: [price({ paymentMonths: 12 })] } }),
    'paid once, on a contract that ran before': () => ({ report: { prices: [price({ paymentMonths: 12 })] }, books: running() }),
    'paid once, and next month ended already': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: edited(running(), '2025-11', { units: 0, price: '0', cost: '0' }),
    }),
    'paid once, next month frozen': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: edited(running(), '2025-11', { frozen: true }),
    }),
    'paid once, on a contract that ends with the month': () => ({
      report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2025-10-20' })] },
    }),
    'paid once, in a frozen month': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: after(running(), '2025-10-31'),
    }),
    'paid once, refused for next month': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: running(),
      refused: [ITEM],
    }),
    Azure: () => ({ report: lines({ recordType: 'AzurePlan', itemCode: null, sales: '75.01', cost: '68.83' }) }),
    'marketplace by quantity': () => ({
      report: lines({ recordType: 'Marketplace', quantity: '25', sales: '65.00', cost: '52.50' }),
    }),
    'marketplace whose quantity does not divide': () => ({
      report: lines({ recordType: 'Marketplace', quantity: '7', sales: '65.00', cost: '52.50' }),
    }),
    'marketplace whose quantity divides the sales alone': () => ({
      report: lines({ recordType: 'Marketplace', quantity: '7', sales: '70.00', cost: '52.51' }),
    }),
    'a charge name of more than 100 characters': () => ({
      report: lines({ recordType: 'Marketplace', productName: 'Very long '.repeat(12) }),
    }),
  },
  '7-unread-neighbours': {
    'in balance: nothing more is to be read': () => ({ books: unread(running()) }),
    'only the units differ': () => ({ report: lines({ quantity: '12' }), books: unread(running()) }),
    'only the units differ, beside a charge': () => ({
      report: lines({ quantity: '12' }),
      books: unread(withCharges(running(10, '115'), { price: '5' })),
    }),
    'a credit in balance': () => ({
      report: lines({ quantity: '0', sales: '-5.00', cost: '-4.00' }),
      books: unread(withCharges(edited(running(), '2025-10', { units: 0, price: '0', cost: '0' }), { price: '-5', cost: '-4' })),
    }),
    'a credit where no units stand: whatever stands beside it, it goes on a charge': () => ({
      report: lines({ quantity: '0', sales: '-5.00', cost: '-4.00' }),
      books: unread(edited(running(), '2025-10', { units: 0, price: '0', cost: '0' })),
    }),
    'a credit where units stand': () => ({
      report: lines({ quantity: '0', sales: '-5.00', cost: '-4.00' }),
      books: unread(running()),
    }),
    "paid once and corrected in the contract's first month, when next month's units have ended": () => ({
      report: { ...MORE, prices: [price({ paymentMonths: 12 })] },
      books: unread({
        ...edited(running(), '2025-11', { units: 0, price: '0', cost: '0' }),
        contracts: [contract({ startDay: '2025-10-01' })],
      }),
    }),
    "paid once and corrected in the contract's first month, when next month's units go on": () => ({
      report: { ...MORE, prices: [price({ paymentMonths: 12 })] },
      books: unread({ ...running(), contracts: [contract({ startDay: '2025-10-01' })] }),
    }),
    'paid once, and the contract goes on': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: unread(running()),
    }),
    'paid once, and the contract ends with the month': () => ({
      report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2025-10-31' })] },
      books: unread({ ...running(), contracts: [contract({ endDay: '2025-10-31' })], rows: running().rows.slice(0, 2) }),
    }),
    'paid once, and the contract ends with the first of the next': () => ({
      report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2025-10-31' })] },
      books: unread({ ...running(), contracts: [contract({ endDay: '2025-11-01' })] }),
    }),
    'paid once, and no units stand there': () => ({
      report: { ...lines({ quantity: '0', sales: '0', cost: '0' }), prices: [price({ paymentMonths: 12 })] },
      books: unread(edited(running(), '2025-10', { units: 0, price: '0', cost: '0' })),
    }),
    'Azure in balance': () => ({
      report: lines({ recordType: 'AzurePlan' }),
      books: unread(azure({ price: '120', cost: '100' })),
    }),
    'Azure out of balance': () => ({
      report: lines({ recordType: 'AzurePlan' }),
      books: unread(azure({ price: '119', cost: '100' })),
    }),
    'Azure out of balance, billed and caught up': () => ({
      report: lines({ recordType: 'AzurePlan' }),
      books: unread(azure({ price: '119', cost: '100', billed: true })),
      settings: { afterFreeze: 'charge' },
    }),
    'a catch-up passes over months in which we were billed, and those alone': () => ({
      report: MORE,
      books: withCharges(
        after(running(), '2025-10-31'),
        { id: 1, key: 'CM-2025-11-aaaaaaaaaaaaaaaaaaaa', day: '2025-11-01', billed: true },
        { id: 2, key: 'PO 4711', day: '2025-12-01', billed: true },
        { id: 3, key: 'CM-2025-12-bbbbbbbbbbbbbbbbbbbb', day: '2025-12-01', billed: true, contractId: 9 },
      ),
      settings: { afterFreeze: 'charge' },
    }),
  },
  '8-ghosts': {
    'nothing at all is due: last month stands, however late it is': () => gone({ lines: [] }),
    'before the report of its type has come': () => ({ ...gone({ lines: [gone2()], previousLines: [] }), asOf: '2025-10-19' }),
    'on the day on which it should have come': () => ({ ...gone({ lines: [gone2()] }), asOf: '2025-10-20' }),
    'an active subscription without a line': () => gone(),
    'a deleted subscription': () => gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
    'a cancelled subscription, in a spelling of its own': () => gone({ subscriptions: [subscription({ status: ' canceled ' })] }),
    'an expired subscription with a charge beside its row': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Expired' })] }),
      books: withCharges(running(), { price: '5', cost: '2' }),
    }),
    'a deleted subscription with a billed charge beside its row': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      books: withCharges(running(), { price: '5', billed: true }),
    }),
    'a suspended subscription with a charge beside its row': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Suspended' })] }),
      books: withCharges(running(), { price: '5', cost: '2' }),
    }),
    'a deleted subscription in a frozen month, caught up or not': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      books: after(running(), '2025-10-31'),
      settings: { afterFreeze: 'charge' },
    }),
    'a deleted subscription whose neighbouring rows were not read': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      books: { ...running(), detailed: [] },
    }),
    'a deleted subscription whose adjustment was refused': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      books: running(),
      refused: [`ghost-${SUBSCRIPTION}-50`],
    }),
    'a row with units and no money, and one with money and no units': () => ({
      ...gone(),
      books: {
        ...running(),
        rows: [row({ price: '0', cost: '0' }), row({ id: 1, serviceId: 51, contractServiceId: 201, units: 0 })],
        services: [service(), service({ id: 51, key: 'CFQ7TTC0OTHER', name: 'Other' })],
      },
    }),
    'an item code that was replaced within the subscription': () => replaced('CFQ7TTC0NEW'),
    'an item code that the subscription list still names': () => replaced(CODE),
    'an item that was paid once': () => gone({ prices: [price({ paymentMonths: 12 })] }),
    'an item that is paid monthly': () => gone({ prices: [price({ paymentMonths: 1 })] }),
    'services shared by many contracts, a legacy licence, and one of the price list': () => ({
      ...gone({
        lines: [gone2('ReservedInstance'), gone2('Perpetual'), gone2('Subscription'), gone2('Csp365Legacy'), gone2('Csp365Nce')],
        prices: [price({ itemCode: 'ADD-ON' })],
      }),
      books: {
        ...running(),
        rows: [50, 51, 52, 53, 54, 55, 56].map((serviceId) => row({ id: serviceId, serviceId, contractServiceId: serviceId })),
        services: [
          service({ id: 50, key: 'cloudmore:reserved-instance' }),
          service({ id: 51, key: 'Cloudmore:Perpetual' }),
          service({ id: 52, key: 'cloudmore:subscription' }),
          service({ id: 53, key: '91FD106F-4b2c-4938-95ac-f54f74e9a239' }),
          service({ id: 54, key: 'add-on' }),
          service({ id: 55, key: 'cloudmore:azure-plan', name: 'Nobody' }),
          service({ id: 56, key: null, name: 'Managed services' }),
        ],
      },
    }),
    'a record type that is not exported': () => ({ ...gone(), settings: { exportRecordTypes: ['AzurePlan'] } }),
    'a contract of somebody else, and unsuitable ones': () => ({
      ...gone({ subscriptions: [] }),
      books: {
        ...running(),
        contracts: [
          contract({ subscriptionId: null, number: 'MSA-2025' }),
          contract({ id: 101, isActive: false }),
          contract({ id: 102, isMonthly: false }),
          contract({ id: 103, companyId: 9 }),
        ],
        rows: [100, 101, 102, 103].map((contractId) => row({ id: contractId, contractId })),
      },
    }),
    'a contract that only its number tells, and one of a licence without subscription': () => ({
      ...gone({ subscriptions: [subscription()] }),
      books: {
        ...running(),
        contracts: [
          contract({ subscriptionId: null }),
          contract({ id: 101, subscriptionId: ' ', number: `CM-${'0a'.repeat(16)}` }),
          contract({ id: 102, subscriptionId: null, number: `cm-${'0a'.repeat(15)}` }),
        ],
        rows: [100, 101, 102].map((contractId) => row({ id: contractId, contractId })),
      },
    }),
    'an open charge, a billed one, and two that cancel each other out': () => ({
      ...gone(),
      books: {
        ...running(),
        rows: [],
        charges: [
          loose('a', { price: '75', cost: '70' }),
          loose('b', { price: '30', cost: '20', billed: true }),
          loose('c', { price: '5', cost: '1', billed: true }),
          loose('c', { key: `${looseKey('c')}-2`, price: '-5', cost: '-1' }),
          loose('d', { price: '5', cost: '1', billed: true }),
          loose('d', { key: `${looseKey('d')}-2`, price: '-5', cost: '0' }),
          loose('e', { price: '0', cost: '0', billed: true }),
          loose('f', { key: 'CM-2025-11-ffffffffffffffffffff' }),
          loose('f', { key: 'PO-4711' }),
          loose('f', { contractId: 9 }),
        ],
      },
    }),
    'the open charge of an Azure plan, by its type': () => ({
      ...gone(),
      books: { ...running(), rows: [], charges: [charge({ key: AZURE_KEY, price: '75' })] },
      settings: { exportRecordTypes: ['AzurePlan'] },
    }),
    'the open charge of an Azure plan, where that is not exported': () => ({
      ...gone(),
      books: { ...running(), rows: [], charges: [charge({ key: AZURE_KEY, price: '75' })] },
      settings: { exportRecordTypes: ['Csp365Nce'] },
    }),
    'a contract that an item extends carries a ghost on': () => ({
      ...gone({
        lines: [gone2(), line({ itemCode: 'CFQ7TTC0NEW', productName: 'New' })],
        subscriptions: [subscription({ itemCode: 'CFQ7TTC0NEW' })],
      }),
      books: { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: running().rows.slice(0, 1) },
    }),
    'an organization that is held keeps everything as it is': () => ({
      ...gone(),
      books: { ...running(), companies: [company({ isActive: false })] },
    }),
    'a contract with a held item is left alone': () => ({
      ...gone({ lines: [gone2(), line({ recordType: 'Mystery', productId: null, itemCode: null })] }),
    }),
  },
  '9-breakers': {
    '1.4 less than half of last month': () => compared('59.99', '120.00', {}, { monthDropPercent: 50 }),
    '1.4 just half of last month': () => compared('60.00', '120.00', {}, { monthDropPercent: 50 }),
    "1.4 much less, in a currency that is not the tenant's": () => ({
      ...compared('10.00', '120.00', { currency: 'USD' }, { monthDropPercent: 50 }),
      books: books({ companies: [company({ currency: 'USD' })] }),
    }),
    '1.4 an empty report, with ghosts to bring to nothing': () => ({
      ...gone({
        lines: [],
        previousLines: [line({ billingDate: '2025-09-08' })],
        subscriptions: [subscription({ status: 'Deleted' })],
      }),
    }),
    '9.1 more than doubled, by more than 500': () =>
      compared('1300.01', '600.00', {}, { organizationPercent: 100, itemFactor: 0 }),
    '9.1 just doubled': () => compared('1200.00', '600.00', {}, { organizationPercent: 100, itemFactor: 0 }),
    '9.1 by just 500': () => compared('600.00', '100.00', {}, { organizationPercent: 100, itemFactor: 0 }),
    '9.1 one-off items and those of one month alone are not compared': () => ({
      report: {
        lines: [line({ sales: '1300.00' }), line({ subscriptionId: 'up', itemCode: 'CFQ7TTC0UP', sales: '9000.00' })],
        previousLines: [line({ sales: '1200.00', billingDate: '2025-09-08' })],
        prices: [price(), price({ itemCode: 'CFQ7TTC0UP', paymentMonths: 12 })],
      },
      asOf: '2025-10-25',
      settings: { breakers: { ...OFF, organizationPercent: 100, organizationAmount: '500' } },
    }),
    '9.2 more than ten times': () => compared('6000.01', '600.00', {}, { itemFactor: 10 }),
    '9.2 just ten times': () => compared('6000.00', '600.00', {}, { itemFactor: 10 }),
    '9.2 less than a tenth': () => compared('59.99', '600.00', {}, { itemFactor: 10 }),
    '9.2 just a tenth': () => compared('60.00', '600.00', {}, { itemFactor: 10 }),
    '9.2 by no more than 500': () => compared('550.00', '50.00', {}, { itemFactor: 10 }),
    '9.2 one of two items on one contract, with a ghost beside them': () => {
      const moved = compared('7000.00', '600.00', {}, { itemFactor: 10 });
      return {
        ...moved,
        report: {
          ...moved.report,
          lines: [
            ...moved.report!.lines!,
            line({ itemCode: 'CFQ7TTC0NEW', productName: 'New' }),
            line({ subscriptionId: 's-2' }),
          ],
        },
        books: {
          ...running(),
          rows: [row({ serviceId: 51, contractServiceId: 201 })],
          services: [service({ id: 51, key: 'CFQ7TTC0OLD', name: 'Old' })],
        },
      };
    },
    '9.3 more new contracts than allowed': () => ({
      report: { lines: [line(), line({ subscriptionId: 's-2' }), line({ subscriptionId: 's-3' })] },
      settings: { breakers: { ...OFF, newContracts: 2 } },
    }),
    '9.3 just as many new contracts as allowed': () => ({
      report: { lines: [line(), line({ subscriptionId: 's-2' })] },
      settings: { breakers: { ...OFF, newContracts: 2 } },
    }),
  },
};

// ---------------------------------------------------------------------------------------------------------------- parts

/** Id of the builders' item. */
const ITEM = '435d6b8a4ec490d3';

export const perpetual = (changes: Partial<Line>): Line =>
  line({
    subscriptionId: null,
    recordType: 'Perpetual',
    itemCode: 'DG7GMGF0D5RK',
    quantity: '2',
    subscriptionName: null,
    ...changes,
  });

const everyType = (): Line[] => [
  line(),
  line({ subscriptionId: 's-legacy', recordType: 'Csp365Legacy', itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239' }),
  line({ subscriptionId: 's-azure', recordType: 'AzurePlan', itemCode: null }),
  line({ subscriptionId: 's-classic', recordType: 'AzureClassic', itemCode: null }),
  line({ subscriptionId: 's-market', recordType: 'Marketplace', itemCode: null, productName: 'Market' }),
  line({ subscriptionId: 's-reserved', recordType: 'ReservedInstance', itemCode: null, productName: 'Reserved' }),
  perpetual({ productName: 'Perpetual' }),
  line({ subscriptionId: 's-software', recordType: 'SoftwareSubscription', itemCode: null, productName: 'Software' }),
  line({ subscriptionId: 's-custom', recordType: 'CustomService', itemCode: null, productName: 'Custom', isCustomService: true }),
];

const hidden = () => price({ itemCode: 'CFQ7TTC0HIDDEN', name: 'Hidden', sales: '9' });

const TERMS: [code: string, termMonths: number | null, paymentMonths: number | null][] = [
  ['CFQ7TTC0T1', 1, 1],
  ['CFQ7TTC0T12', 12, 12],
  ['CFQ7TTC0T36', 36, 36],
  ['CFQ7TTC0T6', 6, 3],
  ['CFQ7TTC0TX', null, null],
  ['CFQ7TTC0TY', 12, 24],
];

export const withCharges = (held: Books, ...all: Parameters<typeof charge>[0][]): Books => ({
  ...held,
  charges: all.map((changes) => charge({ key: KEY, ...changes })),
});

/** The organization's licence is gone from the report; another organization still has lines. */
export const gone = (changes: Situation['report'] = {}): Situation => ({
  books: running(),
  asOf: '2025-10-25',
  report: {
    lines: [gone2('Csp365Nce')],
    organizations: [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })],
    ...changes,
  },
});
export const gone2 = (recordType = 'AzurePlan'): Line =>
  line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other', recordType });

const replaced = (listed: string): Situation =>
  gone({
    lines: [gone2('Csp365Nce'), line({ itemCode: 'CFQ7TTC0NEW', productName: 'New' })],
    subscriptions: [subscription({ itemCode: listed })],
  });

const looseKey = (digit: string): string => `CM-2025-10-${digit.repeat(20)}`;
const loose = (digit: string, changes: Parameters<typeof charge>[0]) =>
  charge({ id: 3000 + digit.charCodeAt(0), key: looseKey(digit), ...changes });
/** Charge key of an Azure plan of the builders' subscription. */
export const AZURE_KEY = 'CM-2025-10-dbdd6cc021e5f5580b52';

export const OFF = { monthDropPercent: 0, organizationPercent: 0, organizationAmount: '0', itemFactor: 0, newContracts: 0 };
export const compared = (sales: string, before: string, changes: Partial<Line>, breakers: Partial<typeof OFF>): Situation => ({
  asOf: '2025-10-25',
  report: {
    lines: [line({ sales, ...changes })],
    previousLines: [line({ sales: before, billingDate: '2025-09-08', ...changes })],
  },
  settings: { breakers: { ...OFF, organizationAmount: '500', ...breakers } },
});

export const unread = (held: Books): Books => ({ ...held, detailed: [] });
const azure = (changes: Parameters<typeof charge>[0]): Books => ({
  ...running(),
  rows: [],
  charges: [charge({ key: AZURE_KEY, ...changes })],
});
