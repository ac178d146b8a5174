import type { Books, Line } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  CODE,
  company,
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
import { after } from '../examples/row-and-charge.js';
import { azure, withCharges, gone, gone2, replaced, looseKey, loose, AZURE_KEY, compared, OFF } from './builders.js';

/** Situations whose plans are told word for word beside this file: money without a line, and circuit breakers. */
export const ghosts: Record<string, Record<string, () => Situation>> = {
  '8-ghosts': {
    'paid once, and its contract goes on with software whose service is there': () => carriedOn({}),
    'paid once, beside software that extends a contract which still runs': () =>
      carriedOn({ contracts: [contract({ endDay: '2025-12-31' })], rows: running().rows }),
    'paid once, beside software that extends a contract which ends with the first of the month': () =>
      carriedOn({ contracts: [contract({ endDay: '2025-10-01' })], rows: running().rows.slice(0, 2) }),
    'paid once, and held beside software because two items claim its service': () => ({
      ...carriedOn({}, [line(), line({ recordType: 'Csp365Legacy' })]),
    }),
    'paid once by one of two prices of its code': () => ({
      ...gone({ prices: [price({ paymentMonths: 12 }), price({ currency: 'USD', paymentMonths: 1 })] }),
    }),
    'a loose charge where no service is known': () => ({
      ...gone({ subscriptions: [] }),
      books: { ...azure({ price: '75' }), services: [] },
    }),
    'a held item on a contract without number: its other money is left alone': () => ({
      report: {
        lines: [line({ currency: 'USD', itemCode: 'CFQ7TTC0USD' })],
        subscriptions: [subscription({ status: 'Deleted' })],
      },
      books: { ...running(), contracts: [contract({ number: null })], charges: [charge({ key: looseKey('a') })] },
      asOf: '2025-10-25',
    }),
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

/** A licence paid once, whose subscription goes on as software from October on. */
const carriedOn = (held: Partial<Books>, others: Line[] = []): Situation => ({
  report: {
    lines: [line({ recordType: 'SoftwareSubscription', itemCode: null, productName: 'Software' }), ...others],
    subscriptions: [subscription({ endDay: '2026-09-10' })],
    prices: [price({ paymentMonths: 12 })],
  },
  books: {
    ...running(),
    contracts: [contract({ endDay: '2025-09-30' })],
    rows: running().rows.slice(0, 1),
    services: [service(), service({ id: 51, key: 'cloudmore:subscription', name: 'Software Subscriptions' })],
    ...held,
  },
});
