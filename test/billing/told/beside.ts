import { chargeKeyOf, itemHash } from '../../../shared/billing/basics/keys.js';
import type { Line, Row } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  CODE,
  contract,
  line,
  manualLine,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { edited, lines, MORE } from '../examples/row-and-charge.js';
import { AZURE_KEY, compared, gone, gone2, OFF, perpetual, unread, withCharges } from './builders.js';

/** More plans told word for word: what stands beside an item, its row, its service or its contract must not decide for it, unless the rule says so. */
export const beside: Record<string, Record<string, () => Situation>> = {
  '5-beside': {
    'a licence given away, off the price list, has no unit prices': () => ({
      report: { prices: [], lines: [line({ quantity: '3', sales: '0', cost: '0' })] },
    }),
    'lines without money or without quantity give no unit prices': () => ({
      report: {
        prices: [],
        lines: [
          line(),
          line({ billingDate: '2025-10-09', sales: '0', cost: '0', unitSales: '77', unitCost: '7' }),
          line({ billingDate: '2025-10-09', quantity: '0', sales: '1.00', unitSales: '88', unitCost: '8' }),
        ],
      },
    }),
    'of two lines of a day the later term gives the unit prices, one without a term never': () => ({
      report: {
        prices: [],
        lines: [
          line({ startDay: '2025-09-20', unitSales: '14', unitCost: '12' }),
          line({ startDay: '2025-09-30', unitSales: '13', unitCost: '11' }),
          line({ startDay: null, unitSales: '99', unitCost: '98' }),
        ],
      },
    }),
    'a later line gives the unit prices, whatever its term': () => ({
      report: {
        prices: [],
        lines: [line({ startDay: '2025-10-01', unitSales: '14' }), line({ billingDate: '2025-10-09', unitSales: '13' })],
      },
    }),
    'the inactive service that the contract runs on, not an active one beside it': () => ({
      report: MORE,
      books: { ...running(), services: [service({ id: 49 }), service({ isActive: false })] },
    }),
    'the active one, where another contract runs on the inactive one': () => ({
      report: MORE,
      books: {
        ...running(),
        services: [service({ id: 49, isActive: false }), service()],
        rows: [...running().rows, row({ id: 1, contractId: 9, serviceId: 49, contractServiceId: 209 })],
      },
    }),
    'the one that carries units in the month, not one that did before': () => ({
      report: MORE,
      books: {
        ...running(),
        services: [service({ id: 49, isActive: false }), service()],
        rows: [...running().rows, onFormer('2025-09', 10), onFormer('2025-10', 0)],
      },
    }),
    'the active one of two that carry no units in the month': () => ({
      report: MORE,
      books: {
        ...running(0, '0', '0'),
        services: [service({ id: 49, isActive: false }), service()],
        rows: [...running(0, '0', '0').rows, onFormer('2025-10', 0)],
      },
    }),
    'two that both carry units in the month': () => ({
      report: MORE,
      books: {
        ...running(),
        services: [service({ id: 49, isActive: false }), service()],
        rows: [...running().rows, onFormer('2025-10', 10)],
      },
    }),
    'a service of many contracts keeps a price that somebody gave it': () => ({
      report: { lines: [perpetual({})] },
      books: books({ services: [service({ key: 'cloudmore:perpetual', unitPrice: '5', unitCost: '4' })] }),
    }),
    'a name of more than 100 characters that somebody else has': () => ({
      report: { prices: [price({ name: 'Long '.repeat(25) })] },
      books: books({ services: [service({ key: 'something else', name: 'Long '.repeat(20) })] }),
    }),
    'an Azure meter that has the code of a licence': () => ({
      report: lines({ recordType: 'AzurePlan' }),
      books: { ...running(), services: [service()] },
    }),
  },
  '6-beside': {
    'nobody names an end: the contract stays as long as it is': () => ({
      report: { ...MORE, subscriptions: [] },
      books: running(),
    }),
    'nobody names an end: a contract that ends with the month stays': () => ({
      report: { ...MORE, subscriptions: [] },
      books: { ...running(), contracts: [contract({ endDay: '2025-10-31' })], rows: running().rows.slice(0, 2) },
    }),
    'a perpetual licence on a contract that runs on': () => ({
      report: lines({ recordType: 'Perpetual' }),
      books: { ...running(), services: [], rows: [] },
    }),
    'paid once: the latest end of its lines counts, not that of a correction by hand': () => ({
      report: {
        subscriptions: [],
        prices: [price({ paymentMonths: 12 })],
        lines: [
          line({ endDay: '2026-05-11' }),
          line({ billingDate: '2025-10-09', endDay: null }),
          line({ billingDate: '2025-10-10', endDay: '2026-02-11' }),
          manualLine({ sales: '1.00', endDay: '2030-01-31' }),
        ],
      },
    }),
    'paid once: a correction alone names no end': () => ({
      report: {
        subscriptions: [],
        prices: [price({ paymentMonths: 12 })],
        lines: [line({ endDay: null }), manualLine({ sales: '1.00', endDay: '2030-01-31' })],
      },
    }),
    'an item that is held does not extend the contract for the one beside it': () => upfrontBeside({ frozen: true }),
    'an item that is billed does': () => upfrontBeside({}),
    'a contract in balance that is only extended gets its number': () => ({
      books: { ...running(), contracts: [contract({ number: null, endDay: '2025-11-30' })], rows: running().rows.slice(0, 3) },
    }),
    'a catch-up extends the contract, and ends what is paid once beside it': () => ({
      report: {
        subscriptions: [subscription({ endDay: '2025-10-20' })],
        prices: [price({ itemCode: 'CFQ7TTC0UP', paymentMonths: 12 })],
        lines: [line({ sales: '130.00' }), line({ itemCode: 'CFQ7TTC0UP', productName: 'Upfront', endDay: '2025-10-20' })],
      },
      books: {
        ...running(),
        contracts: [contract({ endDay: '2025-10-31' })],
        services: [service(), service({ id: 51, key: 'CFQ7TTC0UP', name: 'Upfront' })],
        rows: [
          row({ frozen: true }),
          row({ id: 1, serviceId: 51, contractServiceId: 201, startDay: '2025-09-01', units: 10 }),
          row({ id: 2, serviceId: 51, contractServiceId: 201 }),
        ],
      },
      settings: { afterFreeze: 'charge' },
    }),
    'the row of the month is missing, though the contract runs': () => ({
      report: MORE,
      books: { ...running(), rows: running().rows.slice(0, 1) },
    }),
    'the row of the month is missing, and the contract ends on its first day': () => ({
      report: MORE,
      books: { ...running(), contracts: [contract({ endDay: '2025-10-01' })], rows: running().rows.slice(0, 1) },
    }),
    'neighbouring rows are asked for where one of two items needs them': () => ({
      report: { lines: [line(), line({ itemCode: 'CFQ7TTC0TWO', productName: 'Two' })] },
      books: unread(running()),
    }),
    'neighbouring rows are asked for where the contract had ended': () => ({
      books: unread({ ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: running().rows.slice(0, 1) }),
    }),
    'neighbouring rows are asked for where the item of a contract that had ended is held': () => ({
      books: unread({
        ...withCharges(running(), { price: '5', billed: true }),
        contracts: [contract({ endDay: '2025-09-30' })],
        rows: [],
      }),
    }),
  },
  '7-beside': {
    'the row is what four decimals can express: the rest alone is written': () => rest(running(1000, '1000', '700')),
    'the row is that but for its cost': () => rest(running(1000, '1000', '699')),
    'the row is that but for its price': () => rest(running(1000, '999', '700')),
    'the row is that but for its units': () => rest(running(500, '1000', '700')),
    'a licence given away where a paid one stood': () => ({
      report: lines({ quantity: '3', sales: '0', cost: '0' }),
      books: running(),
    }),
    'a licence given away where nothing stood': () => ({
      report: lines({ quantity: '3', sales: '0', cost: '0' }),
      books: running(0, '0', '0'),
    }),
    'a licence given away that costs': () => ({ report: lines({ quantity: '3', sales: '0', cost: '30.00' }) }),
    'a licence that costs nothing': () => ({ report: lines({ quantity: '3', sales: '30.00', cost: '0' }) }),
    'a credit where no units stand': () => ({
      report: lines({ quantity: '0', sales: '-48.30', cost: '-42.26' }),
      books: running(0, '0', '0'),
    }),
    'a credit of what is paid once, where no units stand': () => ({
      report: { ...lines({ quantity: '0', sales: '-48.30', cost: '-42.26' }), prices: [price({ paymentMonths: 12 })] },
      books: running(0, '0', '0'),
    }),
    'an open charge stands, and no row': () => ({ books: { ...withCharges(running(), { price: '5' }), rows: [] } }),
    'money of the month is billed, and the row has no units': () => ({
      books: withCharges(edited(running(), '2025-10', { units: 0, price: '0', cost: '0' }), { price: '5', billed: true }),
    }),
    'a charge with the same key on another contract is not ours to count': () => ({
      books: withCharges(running(), { price: '5', contractId: 9 }),
    }),
    'two charges with one key, and nothing left to carry': () => ({
      books: withCharges(running(), { id: 2003, price: '5' }, { id: 2001, price: '4' }),
    }),
    'two charges with one key: the older one carries': () => ({
      report: MORE,
      books: withCharges(running(), { id: 2003, price: '5' }, { id: 2001, price: '4' }),
    }),
    'charges that others made count for Azure: of this contract, product and month, without a key of ours': () => ({
      report: lines({ recordType: 'AzurePlan' }),
      books: {
        ...running(),
        rows: [],
        products: [{ id: 1, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }],
        charges: [
          charge({ id: 1, productId: 1, key: 'PO 1', price: '10', cost: '5' }),
          charge({ id: 2, productId: 1, key: 'PO 2', price: '20', contractId: 9 }),
          charge({ id: 3, productId: 2, key: 'PO 3', price: '20' }),
          charge({ id: 4, productId: 1, key: 'PO 4', price: '20', day: '2025-09-30' }),
          charge({ id: 5, productId: 1, key: AZURE_KEY, price: '40', cost: '30' }),
        ],
      },
    }),
    'paid once, on a contract that ends with the first of next month': () => ({
      ...upfront(),
      books: { ...running(), contracts: [contract({ endDay: '2025-11-01' })], rows: running().rows.slice(0, 3) },
    }),
    'paid once, on a contract that is extended': () => ({
      report: { prices: [price({ paymentMonths: 12 })] },
      books: { ...running(), contracts: [contract({ endDay: '2025-10-31' })], rows: running().rows.slice(0, 2) },
    }),
    'paid once, and next month alone has a row': () => ({
      ...upfront(),
      books: { ...running(), rows: running().rows.slice(2, 3) },
    }),
    'paid once, and next month alone has no row': () => ({
      ...upfront(),
      books: { ...running(), rows: running().rows.slice(0, 2) },
    }),
  },
  '8-beside': {
    'a status that only begins like an end': () => gone({ subscriptions: [subscription({ status: 'Cancelled soon' })] }),
    'a status that only ends like an end': () => gone({ subscriptions: [subscription({ status: 'To be deleted' })] }),
    'a licence replaced by two others, beside an Azure plan, in a subscription that the list does not know': () => ({
      ...gone({
        lines: [
          line({ itemCode: 'CFQ7TTC0NEW', productName: 'New' }),
          line({ itemCode: '91FD106F-4b2c-4938-95ac-f54f74e9a239', recordType: 'Csp365Legacy', productName: 'Newer' }),
          line({ itemCode: null, recordType: 'AzurePlan' }),
        ],
        subscriptions: [],
      }),
    }),
    'two licences on one contract, both in the report': () => ({
      ...gone({ lines: [line(), line({ itemCode: 'CFQ7TTC0TWO', productName: 'Two' })] }),
      books: {
        ...running(),
        rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201 })],
        services: [service(), service({ id: 51, key: 'CFQ7TTC0TWO', name: 'Two' })],
      },
    }),
    'a charge left over beside a row of nothing': () => ({
      ...gone(),
      books: { ...withCharges(running(), { price: '5' }), rows: [row({ units: 0, price: '0', cost: '0' })] },
    }),
    'a deleted subscription whose row a billed charge takes away already': () => ({
      ...gone({ subscriptions: [subscription({ status: 'Deleted' })] }),
      books: withCharges(running(), { price: '-120', cost: '-100', billed: true }),
    }),
    'a licence without subscription with a charge beside its row, and numbers that only look like its own': () => ({
      ...gone({ subscriptions: [] }),
      books: {
        ...running(),
        contracts: [
          contract({ subscriptionId: null, number: `CM-${'0A'.repeat(16)}` }),
          contract({ id: 101, subscriptionId: null, number: `cm-${'0a'.repeat(16)}0` }),
          contract({ id: 102, subscriptionId: null, number: `x-cm-${'0a'.repeat(16)}` }),
        ],
        rows: [100, 101, 102].map((contractId) => row({ id: contractId, contractId })),
        charges: [charge({ key: `CM-2025-10-${'0a'.repeat(10)}`, price: '5', cost: '2' })],
      },
    }),
    'a contract that had ended, and nothing goes on': () => ({
      ...gone(),
      books: { ...running(), contracts: [contract({ endDay: '2025-09-30' })], rows: running().rows.slice(0, 1) },
    }),
    'a service that somebody took off the contract after last month': () => ({
      ...gone({ lines: [gone2('Csp365Nce'), line()] }),
      books: {
        ...running(),
        rows: [...running().rows, row({ id: 1, startDay: '2025-09-01', serviceId: 51, contractServiceId: 201 })],
        services: [service(), service({ id: 51, key: 'CFQ7TTC0OTHER', name: 'Other' })],
      },
    }),
    'the open charge of a legacy licence, by its type': () => ({
      ...gone(),
      books: {
        ...running(),
        rows: [],
        services: [service(), service({ id: 51, key: 'LEGACY-1' }), service({ id: 52, key: null })],
        charges: [charge({ key: LEGACY_KEY, price: '75' })],
      },
      settings: { exportRecordTypes: ['Csp365Legacy'] },
    }),
    'a contract with one held item among others is left alone': () => ({
      ...gone({
        lines: [line({ itemCode: 'CFQ7TTC0NEW' }), line(), line({ itemCode: CODE.toLowerCase(), recordType: 'Csp365Legacy' })],
      }),
      books: {
        ...running(),
        rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201 })],
        services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD', name: 'Old' })],
        charges: [charge()],
      },
    }),
    'a service without key is nobody of ours, though an entry of the price list has no code': () => ({
      ...gone({ prices: [price({ itemCode: ' ' })] }),
      books: { ...running(), services: [service({ key: null })] },
    }),
  },
  '9-beside': {
    '9.1 what cannot be billed now was not billed then: excluded, unclassified, in another currency, paid once, held': () => ({
      asOf: '2025-10-25',
      report: {
        lines: [
          line({ sales: '1300.01' }),
          line({ subscriptionId: 's-off', serviceId: 'SVC-OFF', sales: '5000.00' }),
          line({ subscriptionId: 's-held', sales: '5000.00' }),
        ],
        previousLines: [
          last({ sales: '600.00' }),
          last({ subscriptionId: 's-off', serviceId: 'SVC-OFF', sales: '5000.00' }),
          last({ subscriptionId: 's-gone', recordType: 'Marketplace', sales: '5000.00' }),
          last({ subscriptionId: 's-what', itemCode: null, sales: '5000.00' }),
          last({ subscriptionId: 's-usd', currency: 'USD', sales: '5000.00' }),
          last({ subscriptionId: 's-once', itemCode: 'CFQ7TTC0UP', sales: '5000.00' }),
          last({ subscriptionId: 's-held', sales: '5000.00' }),
        ],
        prices: [price(), price({ itemCode: 'CFQ7TTC0UP', paymentMonths: 12 })],
      },
      books: books({ contracts: [contract({ id: 101, subscriptionId: 's-held', number: null, isActive: false })] }),
      settings: {
        exportRecordTypes: ['Csp365Nce'],
        excludeServices: ['svc-off'],
        breakers: { ...OFF, organizationPercent: 100, organizationAmount: '500' },
      },
    }),
    '9.2 each item is compared with itself': () => ({
      asOf: '2025-10-25',
      report: {
        lines: [line({ sales: '600.00' }), line({ subscriptionId: 's-2', sales: '7000.00' })],
        previousLines: [last({ sales: '600.00' }), last({ subscriptionId: 's-2', sales: '7000.00' })],
      },
      settings: { breakers: { ...OFF, itemFactor: 10, organizationAmount: '500' } },
    }),
    '9.2 ghosts of the contract wait with its item, those of another are brought to nothing': () => ghostsBesideItem({}),
    '9.1 ghosts wait with their organization': () =>
      ghostsBesideItem({ organizationPercent: 100, organizationAmount: '500', itemFactor: 0 }),
    '9.1 a ghost whose report has not come yet keeps waiting for it': () => awaitingBeside({ organizationPercent: 100 }),
    '9.2 a ghost that is only listed stays listed beside an item that waits': () => awaitingBeside({ itemFactor: 10 }),
    '9.2 an Azure plan with an open charge, and one without': () => {
      const first = compared('7000.00', '600.00', { recordType: 'AzurePlan' }, { itemFactor: 10 });
      const second = compared('7000.00', '600.00', { recordType: 'AzurePlan', subscriptionId: 's-2' }, {});
      return {
        ...first,
        report: {
          lines: [...first.report!.lines!, ...second.report!.lines!],
          previousLines: [...first.report!.previousLines!, ...second.report!.previousLines!],
        },
        books: { ...running(), rows: [], charges: [charge({ key: AZURE_KEY, price: '75' })] },
      };
    },
    '9.3 contracts that are there, held, or need nothing yet are not new': () => ({
      report: {
        lines: [
          line({ sales: '130.00' }),
          ...['s-2', 's-3'].map((id) => line({ subscriptionId: id })),
          nothing('s-4'),
          line({ subscriptionId: 's-5' }),
        ],
      },
      books: {
        ...running(),
        contracts: [contract(), contract({ id: 101, subscriptionId: 's-5', number: null, isActive: false })],
      },
      settings: { breakers: { ...OFF, newContracts: 2 } },
    }),
    '9.3 a contract is new where one of its items needs it': () => ({
      report: { lines: ['s-1', 's-2', 's-3'].flatMap((id) => [line({ subscriptionId: id }), nothing(id)]) },
      settings: { breakers: { ...OFF, newContracts: 2 } },
    }),
  },
};

// ---------------------------------------------------------------------------------------------------------------- parts

/** A row of the contract on the service it ran on before. */
const onFormer = (month: string, units: number): Row =>
  row({
    id: Number(month.slice(5)),
    serviceId: 49,
    contractServiceId: 249,
    startDay: `${month}-01`,
    units,
    price: String(units * 12),
    cost: String(units * 10),
  });

const rest = (held: Situation['books']): Situation => ({
  report: lines({ quantity: '1000', sales: '1000.04', cost: '700.00' }),
  books: held!,
});

const upfront = (): Situation => ({
  report: { prices: [price({ paymentMonths: 12 })], subscriptions: [subscription({ endDay: '2025-10-20' })] },
});

/** A contract of two items: one in balance, the other paid once, of a term to 2028, whose row is out of balance. */
const upfrontBeside = (changes: Partial<Row>): Situation => ({
  report: {
    subscriptions: [],
    prices: [price(), price({ itemCode: 'CFQ7TTC0UP', paymentMonths: 12 })],
    lines: [line(), line({ itemCode: 'CFQ7TTC0UP', productName: 'Upfront', endDay: '2028-02-10', sales: '900.00' })],
  },
  books: {
    ...running(),
    services: [service(), service({ id: 51, key: 'CFQ7TTC0UP', name: 'Upfront' })],
    rows: [...running().rows, row({ id: 1, serviceId: 51, contractServiceId: 201, ...changes })],
  },
});

const last = (changes: Partial<Line>): Line => line({ billingDate: '2025-09-08', ...changes });
const nothing = (subscriptionId: string): Line =>
  line({ subscriptionId, itemCode: 'CFQ7TTC0ZERO', quantity: '0', sales: '0', cost: '0' });

/** Two contracts, each with a ghost; the item of one has jumped. */
const ghostsBesideItem = (breakers: Partial<typeof OFF>): Situation => {
  const former = (contractId: number): Row =>
    row({ id: contractId, contractId, serviceId: 51, contractServiceId: 100 + contractId });
  const jumped = compared('7000.00', '600.00', {}, { itemFactor: 10, ...breakers });
  return {
    ...jumped,
    report: {
      lines: [...jumped.report!.lines!, line({ subscriptionId: 's-2' }), gone2('Csp365Nce')],
      previousLines: jumped.report!.previousLines!,
      subscriptions: [subscription(), subscription({ id: 's-2' })],
    },
    books: {
      ...running(),
      contracts: [contract(), contract({ id: 101, subscriptionId: 's-2', number: 's-2' })],
      services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD', name: 'Old' })],
      rows: [former(100), former(101)],
      detailed: [100, 101],
    },
  };
};

/** The item of a contract has jumped; a charge of somebody's item is billed on it, and a legacy licence runs on another contract. */
const awaitingBeside = (breakers: Partial<typeof OFF>): Situation => ({
  ...compared('7000.00', '600.00', {}, breakers),
  asOf: '2025-10-12',
  books: {
    ...running(),
    contracts: [contract(), contract({ id: 101, subscriptionId: 's-2', number: 's-2' })],
    services: [service(), service({ id: 51, key: '91fd106f-4b2c-4938-95ac-f54f74e9a239', name: 'Legacy' })],
    rows: [...running().rows, row({ id: 101, contractId: 101, serviceId: 51, contractServiceId: 201 })],
    charges: [charge({ key: `CM-2025-10-${'a'.repeat(20)}`, price: '30', billed: true })],
    detailed: [100, 101],
  },
});

/** Charge key of a legacy licence of the builders' subscription. */
const LEGACY_KEY = chargeKeyOf(
  '2025-10',
  itemHash({
    broker: 'default',
    organizationId: 'org-1',
    subscriptionId: SUBSCRIPTION,
    type: 'Csp365Legacy',
    codeOrProduct: 'LEGACY-1',
  }),
);
