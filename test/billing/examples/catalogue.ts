import type { Item } from '../../../shared/billing/plan-types.js';
import type { Books } from '../../../shared/billing/types.js';
import { books, line, manualLine, running, service, type Situation } from '../builders.js';
import { outcome, planned, table, stepOf } from './table.js';

/** Section 5: services and products. */

function catalogue(situation: Situation): string {
  const service = stepOf(situation, 'ensureService');
  const product = stepOf(situation, 'ensureProduct');
  if (product) return `new product ${product.name} (${product.productKey})`;
  if (!service) return 'nothing';
  const what =
    service.serviceId === null
      ? `new service ${service.name}`
      : `service ${service.serviceId}${service.reactivates ? ' active again' : ''}`;
  return `${what}, ${service.unitPrice} / ${service.unitCost}`;
}

const reported = (changes: Partial<Item['lines'][number]>): Situation => ({ report: { lines: [line(changes)] } });
const standing = (changes: Parameters<typeof service>[0]): Books => books({ services: [service(changes)] });
const later = line({ billingDate: '2025-10-10', unitSales: '13.00', unitCost: '11.00' });
const offList = { prices: [], lines: [line(), later] };
const azurePlan = { id: 1, name: 'azure plan', key: null, isActive: true };

export const services = table('5', 'Made or changed', catalogue, [
  ['5.1 an item that is held', { books: books({ companies: [] }) }, 'nothing'],
  ['5.1 a credit alone, without units', reported({ quantity: '0', sales: '-1.00' }), 'nothing'],
  ['5.1 an item of 0.00 / 0.00', reported({ sales: '0', cost: '0' }), 'nothing'],
  ['5.2 a licence without service', {}, 'new service Business Premium (1 year, paid monthly), 12.00 / 10.00'],
  [
    '5.2 its service is there, by the key in another case',
    { books: standing({ key: line().itemCode!.toLowerCase() }) },
    'nothing',
  ],
  ['5.2 it is there with an old price', { books: standing({ unitPrice: '11' }) }, 'service 50, 12.00 / 10.00'],
  [
    '5.2 an inactive one is not used',
    { books: standing({ isActive: false }) },
    'new service Business Premium (1 year, paid monthly) [CFQ7TTC0LCHC-0002-P1Y-Monthly], 12.00 / 10.00',
  ],
  [
    '5.2 nor another one whose name already has the key as a suffix',
    {
      books: books({
        services: [
          service({ isActive: false }),
          service({ id: 51, isActive: false, name: 'Business Premium (1 year, paid monthly) [CFQ7TTC0LCHC-0002-P1Y-Monthly]' }),
        ],
      }),
    },
    'new service Business Premium (1 year, paid monthly) [CFQ7TTC0LCHC-0002-P1Y-Monthly] 2, 12.00 / 10.00',
  ],
  [
    '5.2 an inactive one is activated if the broker wants it',
    { books: standing({ isActive: false, unitPrice: '11' }), settings: { inactiveServices: 'reactivate' } },
    'service 50 active again, 12.00 / 10.00',
  ],
  [
    '5.2 likewise one that has the name and no key',
    { books: standing({ isActive: false, key: null }), settings: { inactiveServices: 'reactivate' } },
    'service 50 active again, 12.00 / 10.00',
  ],
  [
    '5.2 but not one that has the name and stands for something else',
    { books: standing({ isActive: false, key: 'ANOTHER' }), settings: { inactiveServices: 'reactivate' } },
    'new service Business Premium (1 year, paid monthly) [CFQ7TTC0LCHC-0002-P1Y-Monthly], 12.00 / 10.00',
  ],
  [
    '5.2 nor any as long as an active one has the key',
    {
      books: books({ services: [service(), service({ id: 51, isActive: false })] }),
      settings: { inactiveServices: 'reactivate' },
    },
    'nothing',
  ],
  [
    '5.2 its name is taken by another service',
    { books: standing({ key: 'ANOTHER' }) },
    'new service Business Premium (1 year, paid monthly) [CFQ7TTC0LCHC-0002-P1Y-Monthly], 12.00 / 10.00',
  ],
  [
    '5.2 not on the price list: the unit prices of its latest line',
    { report: offList },
    'new service Business Premium [CFQ7TTC0LCHC-0002-P1Y-Monthly], 13.00 / 11.00',
  ],
  [
    '5.2 a manual line, billed later, does not count as one of its lines',
    {
      report: {
        prices: [],
        lines: [line(), manualLine({ billingDate: '2025-10-11', quantity: '1', sales: '99', unitSales: '99' })],
      },
    },
    'new service Business Premium [CFQ7TTC0LCHC-0002-P1Y-Monthly], 12.00 / 10.00',
  ],
  ['5.2 not on it, and the service is there', { report: offList, books: standing({ unitPrice: '99' }) }, 'nothing'],
  [
    '5.2 reservations share one service without price',
    reported({ recordType: 'ReservedInstance' }),
    'new service Reserved Instances, 0 / 0',
  ],
  ['5.2 perpetual licences likewise', reported({ recordType: 'Perpetual' }), 'new service Perpetual Licenses, 0 / 0'],
  ['5.2 software subscriptions likewise', reported({ recordType: 'Subscription' }), 'new service Software Subscriptions, 0 / 0'],
  ['5.3 Azure plans share one product', reported({ recordType: 'AzurePlan' }), 'new product Azure Plan (cloudmore:azure-plan)'],
  [
    '5.3 one with the exact name is reused',
    { ...reported({ recordType: 'AzurePlan' }), books: books({ products: [azurePlan] }) },
    'nothing',
  ],
  [
    '5.3 one with the key is reused, whatever its name',
    {
      ...reported({ recordType: 'AzurePlan' }),
      books: books({ products: [{ ...azurePlan, name: 'Cloud', key: 'cloudmore:azure-plan' }] }),
    },
    'nothing',
  ],
]);

const twice = (key: string, id: number): Books['products'][number] => ({ id, name: 'Azure Plan', key, isActive: true });
export const ambiguous = table('5', 'Item', planned(outcome), [
  [
    '5.2 two active services with one key',
    { books: books({ services: [service(), service({ id: 51 })] }) },
    'held service-ambiguous',
  ],
  [
    '5.3 two active products with one key',
    {
      ...reported({ recordType: 'AzurePlan' }),
      books: books({ products: [twice('cloudmore:azure-plan', 1), twice('cloudmore:azure-plan', 2)] }),
    },
    'held service-ambiguous',
  ],
  [
    '5.3 a product of the exact name whose charges may wait for an order',
    { ...reported({ recordType: 'AzurePlan' }), books: books({ products: [{ ...azurePlan, needsOrder: true }] }) },
    'held product-needs-order',
  ],
  [
    '5.3 the same with the key, which somebody gave it',
    {
      ...reported({ recordType: 'AzurePlan' }),
      books: books({ products: [{ ...azurePlan, key: 'cloudmore:azure-plan', needsOrder: true }] }),
    },
    'posted',
  ],
]);

export const invoiceTexts = table(
  '5',
  'Customers read',
  (situation: Situation) => stepOf(situation, 'postAdjustment')?.invoiceDescription ?? 'unchanged',
  [
    ['5.4 a new contract service', {}, 'Business Premium'],
    [
      '5.4 with the template “{product} for {subscription}”',
      { settings: { contractInvoiceDescription: '{product} for {subscription}' } },
      'Business Premium for Premium for everybody',
    ],
    ['5.4 an existing contract service', { books: running(10, '96') }, 'unchanged'],
  ],
);
