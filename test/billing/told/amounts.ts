import type { Books, Line } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  CODE,
  contract,
  line,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { after, edited, KEY, lines, MORE } from '../examples/row-and-charge.js';
import { ITEM, withCharges, unread, azure } from './builders.js';

/** Situations whose plans are told word for word beside this file: contracts, rows and charges. */
export const amounts: Record<string, Record<string, () => Situation>> = {
  '6-contracts': {
    'another company has a contract with the same number': () => ({
      books: { ...running(), contracts: [contract({ companyId: 8, subscriptionId: null })] },
    }),
    'a perpetual licence of a subscription that goes on': () => ({ report: lines({ recordType: 'Perpetual' }) }),
    'a term without a known end goes on when its contract has ended': () => ({
      report: { subscriptions: [subscription({ endDay: null })] },
      books: { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: running().rows.slice(0, 1) },
    }),
    'two contracts, one by field and one by number': () => ({
      books: books({ contracts: [contract({ number: null }), contract({ id: 101, subscriptionId: null })] }),
    }),
    'only at another company': () => ({ books: books({ contracts: [contract({ companyId: 8, number: null })] }) }),
    inactive: () => ({ books: books({ contracts: [contract({ isActive: false })] }) }),
    'inactive, with the month on it': () => ({ books: { ...running(), contracts: [contract({ isActive: false })] } }),
    'in yearly periods, with the month on it': () => ({ books: { ...running(), contracts: [contract({ isMonthly: false })] } }),
    'two contracts, one with the month on it': () => ({
      books: { ...running(), contracts: [contract(), contract({ id: 101 })] },
    }),
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
    'renewed while it still runs, with other amounts: extended last': () => ({
      report: { ...MORE, subscriptions: [subscription({ endDay: '2026-09-10' })] },
      books: running(),
    }),
    'paid once and renewed, with other amounts: extended when its units have ended': () => ({
      report: { ...MORE, prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2026-09-10' })] },
      books: running(),
    }),
    'paid once and renewed, on a contract that ends with the first of next month': () => ({
      report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2026-09-10' })] },
      books: { ...running(), contracts: [contract({ endDay: '2025-11-01' })], rows: running().rows.slice(0, 3) },
    }),
    'a first Azure plan of a customer for whom others bill the same product': () => ({
      report: lines({ recordType: 'AzurePlan', itemCode: null }),
      books: books({
        products: [{ id: 70, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }],
        charges: [charge({ key: 'PO 1', productId: 70, contractId: 9 })],
      }),
    }),
    'fewer units in the last month of a contract': () => ({
      report: lines({ quantity: '5', sales: '60.00', cost: '50.00' }),
      books: { ...running(), contracts: [contract({ endDay: '2025-10-31' })], rows: running().rows.slice(0, 2) },
    }),
    'once the next month runs, on a contract that ends with the first of it': () => ({
      report: { ...MORE, subscriptions: [subscription({ endDay: '2025-10-31' })] },
      books: { ...running(), contracts: [contract({ endDay: '2025-11-01' })] },
      asOf: '2025-11-03',
    }),
    'rows of nothing from next month on alone': () => ({
      books: { ...running(0, '0', '0'), rows: running(0, '0', '0').rows.slice(2) },
    }),
    'paid once, and rows of nothing from next month on alone': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: { ...running(0, '0', '0'), rows: running(0, '0', '0').rows.slice(2) },
    }),
    'fewer licences of those that cost nothing': () => ({
      report: lines({ quantity: '5', sales: '0', cost: '0' }),
      books: running(10, '0', '0'),
    }),
    'paid once, and somebody gave next month more units': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: edited(running(), '2025-11', { units: 12 }),
    }),
    'two open charges, of which the first is enough': () => ({
      books: withCharges(running(10, '115'), { price: '5' }, { id: 2001, key: `${KEY}-2`, price: '7' }),
    }),
    'units that bill nothing stay, where nothing is to be billed': () => ({
      report: lines({ quantity: '0', sales: '0', cost: '0' }),
      books: running(10, '0', '0'),
    }),
    'an approved month: its open charge stays, also where only a later month shows what is billed': () => ({
      books: withCharges(
        { ...running(), rows: [] },
        { key: KEY, price: '5', day: '2025-11-01', billed: true },
        { id: 2001, key: `${KEY}-2`, price: '7' },
      ),
      settings: { afterFreeze: 'charge' },
    }),
    'an open catch-up stays in a month that is approved by now': () => ({
      report: MORE,
      books: withCharges(after(running(), '2025-11-30'), { price: '5', day: '2025-11-01' }),
      settings: { afterFreeze: 'charge' },
    }),
    'a catch-up does not wait for a month in which another contract is approved': () => {
      const held = after(running(), '2025-10-31');
      const rows = [...held.rows, row({ id: 1, contractId: 999, startDay: '2025-11-01', frozen: true })];
      return { report: MORE, books: { ...held, rows }, settings: { afterFreeze: 'charge' } };
    },
    'a held item beside one that is written, on a contract that is put right': () => ({
      report: {
        ...lines(
          { quantity: '24', sales: '516.00' },
          { itemCode: 'CFQ7TTC0NEW', productName: 'New', quantity: '2', sales: '30.00' },
        ),
        prices: [price({ sales: '13.00' })],
      },
      books: { ...after(running(), '2025-10-31'), contracts: [contract({ slaId: 9 })] },
    }),
    'a service that is known, though not on the price list': () => ({ report: { ...MORE, prices: [] }, books: running() }),
    'a quantity that would only fit what two others bill the cost of': () => ({
      report: lines({ recordType: 'Marketplace', quantity: '25', sales: '65.00', cost: '52.50' }),
      books: {
        ...running(),
        rows: [],
        products: [{ id: 70, name: 'Marketplace', key: 'cloudmore:marketplace', isActive: true }],
        charges: [
          charge({ id: 1, key: 'PO 1', productId: 70, price: '2', cost: '0' }),
          charge({ id: 2, key: 'PO 2', productId: 70, price: '3', cost: '0' }),
        ],
      },
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
    'a credit for another licence of a contract that had ended: its rows since then come to 0': () => ({
      report: lines({ ...CREDIT, itemCode: 'CFQ7TTC0NEW', productName: 'New' }),
      books: unread(endedInJuly()),
    }),
    'Azure on a contract that had ended': () => ({
      report: lines({ recordType: 'AzurePlan', itemCode: null }),
      books: unread(endedInJuly()),
    }),
    'paid once, and the contract ends with the first of the next month, whose row is not read': () => ({
      report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2025-10-31' })] },
      books: unread({ ...running(), contracts: [contract({ endDay: '2025-11-01' })], rows: running().rows.slice(0, 2) }),
    }),
    'renewed while it still runs, and in balance': () => ({
      report: { subscriptions: [subscription({ endDay: '2026-09-10' })] },
      books: unread(running()),
    }),
    'a credit of an approved month, to be caught up': () => ({
      report: lines(CREDIT),
      books: unread(after(edited(running(), '2025-10', { units: 0, price: '0', cost: '0' }), '2025-10-31')),
      settings: { afterFreeze: 'charge' },
    }),
    'a credit without a row': () => ({ report: lines(CREDIT), books: unread({ ...running(), rows: [] }) }),
    'a contract that was made, and its row was not': () => ({
      books: unread({ ...running(), contracts: [contract({ startDay: '2025-10-01' })], rows: [] }),
    }),
    "a contract's first month whose row has no units yet": () => ({
      books: unread({ ...running(0, '0', '0'), contracts: [contract({ startDay: '2025-10-01' })] }),
    }),
    'nothing is to be billed, and units stand there for nothing': () => ({
      report: lines({ quantity: '0', sales: '0', cost: '0' }),
      books: unread(running(10, '0', '0')),
    }),
    'nothing is to be billed, and no row is there': () => ({
      report: lines({ quantity: '0', sales: '0', cost: '0' }),
      books: unread({ ...running(), rows: [] }),
    }),
    'paid once, and a charge bills it all beside a row without units': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: unread(
        withCharges({ ...running(0, '0', '0'), rows: running(0, '0', '0').rows.slice(0, 2) }, { price: '120', cost: '100' }),
      ),
    }),
    'paid once, and a charge bills it all without a row': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: unread(withCharges({ ...running(), rows: [] }, { price: '120', cost: '100' })),
    }),
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
      books: unread({ ...running(), rows: running().rows.slice(0, 2) }),
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
};

const CREDIT: Partial<Line> = { quantity: '0', sales: '-5.00', cost: '-4.00' };

const endedInJuly = (): Books => ({
  ...running(),
  contracts: [contract({ endDay: '2025-07-31' })],
  rows: [row({ startDay: '2025-07-01', endDay: '2025-07-31' })],
  services: [service(), service({ id: 51, key: 'CFQ7TTC0NEW' })],
});
