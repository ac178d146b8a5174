import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import { readFileSync } from 'node:fs';
import type { CloudmoreWorldInput } from '../../sandbox/cloudmore/index.js';
import { hostCloudmore, type CloudmoreHost } from './cloudmore-host.js';

/** The September 2025 story, as the sandbox serves it over HTTP. The numbers are those of the story, not those of the file. */

interface Product {
  recordType: string;
  quantity: number;
  totalCostPrice: number;
  totalSalesPrice: number;
}
interface Item {
  subscriptionId: string | null;
  subscriptionName: string;
  quantity: number;
  totalCostPrice: number;
  totalSalesPrice: number;
  products: Product[];
}
interface Totals {
  totalCostPrice: number;
  totalSalesPrice: number;
}
interface Block extends Totals {
  billingDate: string;
  organizations: ({ organizationName: string; services: ({ items: Item[] } & Totals)[] } & Totals)[];
}
interface InvoiceLine extends Totals {
  organizationId: string | null;
  organizationName: string | null;
  subscriptionId: string;
  recordType: string;
  productName: string;
}

/** Key, organization, what it is found by, cost, sales, highest quantity. */
const STORY: [key: string, organization: string, foundBy: string, cost: string, sales: string, quantity: number][] = [
  ['A', 'Contoso Dental Group', 'f8f54385-7297-53b4-9ffd-faf3c92a6f20', '451.76', '516.00', 24],
  ['B', 'Contoso Dental Group', '496f35f3-ea0e-5975-9273-67a1f798425d', '63.00', '72.00', 10],
  ['C', 'Fabrikam Logistics', '2fa63467-f2bb-505f-8e40-98630d38ac2d', '5.04', '5.76', 3],
  ['D', 'Fabrikam Logistics', 'ad9d2a4e-25ba-5851-ba23-88689fbb7c22', '-42.26', '-48.30', 0],
  ['E', 'Contoso Dental Group', '32851493-5479-52ad-9ef8-b8325ded4e42', '564.00', '648.00', 5],
  ['F', 'Fabrikam Logistics', '78d33f02-2bf3-5c0e-9aec-6705cdb6fe07', '403.20', '460.80', 12],
  ['G', 'Fabrikam Logistics', 'e72e9e64-e9d1-5747-9cb3-aca0ab8b4768', '165.64', '190.30', 6],
  ['H', 'Adventure Works Cycles', '3e6c464d-245e-560d-953e-407a51802e1a', '30.60', '36.00', 6],
  ['AZ1', 'Contoso Dental Group', '4c2e070f-5edb-5219-b62a-c9e967d7318e', '68.83', '75.01', 1],
  ['AZ2', 'Fabrikam Logistics', '14d71153-5288-5ff2-a698-eaaee35edd82', '27.43', '27.43', 1],
  ['RI', 'Contoso Dental Group', 'Reserved VM Instance, Standard_D2s_v5', '72.40', '79.60', 2],
  ['PERP', 'Fabrikam Logistics', 'Windows Server 2025 Standard', '1712.00', '1940.00', 2],
  ['SW', 'Fabrikam Logistics', 'SQL Server Standard', '2640.00', '2980.00', 2],
  ['MKT', 'Fabrikam Logistics', 'Litware Mail Backup', '52.50', '65.00', 25],
];

const money = (amount: Big): string => amount.toFixed(2);
const sum = (records: Totals[], name: keyof Totals): string =>
  money(records.reduce((total, record) => total.plus(record[name]), new Big(0)));

describe('the September 2025 world', () => {
  const world = JSON.parse(readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as {
    now: string;
    cloudmore: CloudmoreWorldInput;
  };
  let host: CloudmoreHost;
  beforeAll(async () => {
    host = await hostCloudmore(world.cloudmore, world.now);
  });
  afterAll(() => host.close());

  const reportAt = async (now: string): Promise<Block[]> => {
    await host.setClock(now);
    return host.report<Block[]>('billing/reports/MonthlyBillingPerOrganizationAsync', {
      startDate: '2025-10-01',
      endDate: '2025-10-31',
    });
  };
  const itemsOf = ({ organizations }: Block, organization: string): Item[] =>
    organizations
      .filter(({ organizationName }) => organizationName === organization)
      .flatMap(({ services }) => services.flatMap(({ items }) => items));

  test('begins on 9 October 2025 with custom service and NCE', async () => {
    expect(world.now).toBe('2025-10-09T03:00:00Z');
    const report = await reportAt(world.now);
    expect(
      report.map(({ billingDate, totalCostPrice, totalSalesPrice }) => [
        billingDate.slice(0, 10),
        totalCostPrice,
        totalSalesPrice,
      ]),
    ).toEqual([
      ['2025-10-01', 18, 30],
      ['2025-10-08', 6214.14, 7047.6],
    ]);
  });

  test.each(STORY)('%s of %s is reported: %s', async (...[, organization, foundBy, cost, sales, quantity]) => {
    const [, nce] = await reportAt('2025-10-09T03:00:00Z');
    const found = itemsOf(nce!, organization).filter(({ subscriptionId, subscriptionName }) =>
      [subscriptionId, subscriptionName].includes(foundBy),
    );
    expect(found).toHaveLength(1);
    const [item] = found as [Item];
    expect([money(new Big(item.totalCostPrice)), money(new Big(item.totalSalesPrice)), item.quantity]).toEqual([
      cost,
      sales,
      quantity,
    ]);
    expect([sum(item.products, 'totalCostPrice'), sum(item.products, 'totalSalesPrice')]).toEqual([cost, sales]);
    if (item.products.some(({ recordType }) => recordType === 'AzurePlan')) return;
    expect(Math.max(0, ...item.products.map(({ quantity }) => quantity))).toBe(quantity);
  });

  test('the perpetual licence has no subscription id', async () => {
    const [, nce] = await reportAt('2025-10-09T03:00:00Z');
    const ofFabrikam = itemsOf(nce!, 'Fabrikam Logistics');
    expect(
      ofFabrikam.filter(({ subscriptionId }) => subscriptionId === null).map(({ subscriptionName }) => subscriptionName),
    ).toEqual(['Windows Server 2025 Standard']);
  });

  // The legacy and the Azure Classic report, and a manual discount.
  test('the month grows: a discount on 10, legacy on 16 October', async () => {
    expect((await reportAt('2025-10-10T00:00:00Z')).map(({ totalSalesPrice }) => totalSalesPrice)).toEqual([30, 7047.6, -25]);
    expect((await reportAt('2025-10-15T23:59:59Z')).map(({ totalSalesPrice }) => totalSalesPrice)).toEqual([30, 7047.6, -25]);
    const full = await reportAt('2025-10-17T03:00:00Z');
    const [legacy] = itemsOf(full[3]!, 'Fabrikam Logistics');
    const [classic] = itemsOf(full[3]!, 'Contoso Dental Group');
    const [discount] = itemsOf(full[2]!, 'Contoso Dental Group');
    expect(discount).toMatchObject({
      subscriptionId: 'f8f54385-7297-53b4-9ffd-faf3c92a6f20',
      totalCostPrice: 0,
      totalSalesPrice: -25,
    });
    expect(legacy).toMatchObject({ subscriptionName: 'Office 365 E1', totalCostPrice: 75.84, totalSalesPrice: 88.4 });
    expect(classic).toMatchObject({
      subscriptionName: 'Microsoft Azure (classic)',
      totalCostPrice: 41.2,
      totalSalesPrice: 45.32,
    });
  });

  test('every total is the sum of what is below it', async () => {
    for (const block of await reportAt('2025-10-17T03:00:00Z')) {
      const check = (total: Totals, parts: Totals[]): void =>
        expect([sum(parts, 'totalCostPrice'), sum(parts, 'totalSalesPrice')]).toEqual([
          sum([total], 'totalCostPrice'),
          sum([total], 'totalSalesPrice'),
        ]);
      check(block, block.organizations);
      for (const organization of block.organizations) {
        check(organization, organization.services);
        for (const service of organization.services) check(service, service.items);
        for (const item of organization.services.flatMap(({ items }) => items)) check(item, item.products);
      }
    }
  });

  test('the invoice is the NCE report and one foreign line', async () => {
    const invoice = await host.report<{ items: InvoiceLine[] } & Totals>(
      'billing/azurereports/AzureOneTimeInvoice/generateReport?invoiceNumber=G098765432&storeToBlob=false',
    );
    expect([sum([invoice], 'totalCostPrice'), sum([invoice], 'totalSalesPrice')]).toEqual(['6219.24', '7053.60']);
    expect([sum(invoice.items, 'totalCostPrice'), sum(invoice.items, 'totalSalesPrice')]).toEqual(['6219.24', '7053.60']);
    expect(invoice.items).toHaveLength(24);
    const unlinked = invoice.items.filter(({ organizationId }) => !organizationId);
    expect([unlinked.length, sum(unlinked, 'totalCostPrice'), sum(unlinked, 'totalSalesPrice')]).toEqual([1, '5.10', '6.00']);
  });

  test('five organizations: an id, blanks, empty, none, no number', async () => {
    const { json } = await host.ask('GET', 'Organizations');
    const ids = await Promise.all(
      (json as { id: string }[]).map(async ({ id }) => {
        const detail = (await host.ask('GET', `Organizations/${id}`)).json as {
          name: string;
          customProperties: { name: string; value: string }[];
        };
        return [detail.name, detail.customProperties.find(({ name }) => name === 'AutotaskCompanyID')?.value];
      }),
    );
    expect(ids).toEqual([
      ['Contoso Dental Group', '29683512'],
      ['Fabrikam Logistics', ' 29683540 '],
      ['Adventure Works Cycles', ''],
      ['Tailspin Toys', undefined],
      ['Wingtip Bakeries', 'ACME-77'],
    ]);
  });

  test('the manual discount is also among its organization’s manual lines', async () => {
    await host.setClock('2025-10-09T03:00:00Z');
    const path = 'organizations/83e8db2a-ea2d-57e1-85f2-5a55ac83bac2/manualbilling';
    expect((await host.ask('GET', path)).json).toEqual([]);
    await host.setClock('2025-10-10T00:00:00Z');
    expect((await host.ask('GET', path)).json).toMatchObject([
      { description: 'Goodwill discount', quantity: 1, salesPrice: -25 },
    ]);
    expect(await host.ask('GET', path.replace('83e8', '0000'))).toMatchObject({ status: 404 });
  });

  test('legacy reports come with their own dates', async () => {
    await host.setClock('2025-10-17T03:00:00Z');
    const range = 'startDate=2025-10-01&endDate=2025-10-31';
    expect((await host.ask('GET', `billing/cspreports/MonthlyBillingPerOrganization?${range}`)).json).toMatchObject([
      { billingDate: '2025-10-16T00:00:00Z', totalCostPrice: 75.84, totalSalesPrice: 88.4 },
    ]);
    expect((await host.ask('GET', 'billing/azurereports/InvoiceOverview?invoiceId=D0200AZ9XY')).json).toMatchObject({
      totalSalesPrice: 45.32,
    });
  });
});
