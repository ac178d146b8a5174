import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { cloudmoreWorld, hostCloudmore, RESELLER, type CloudmoreHost } from './cloudmore-host.js';

describe("Microsoft's recurring and one-time invoice", () => {
  let host: CloudmoreHost;
  afterEach(() => host.close());

  const report = { invoiceNumber: 'G098765432', items: [{ productName: 'Azure plan', total: 720, somethingNew: true }] };
  const world = cloudmoreWorld({
    oneTimeInvoices: [
      { invoiceNumber: 'G098765432', invoiceDate: '2025-10-08T00:00:00Z', currencyCode: 'EUR', report },
      { invoiceNumber: 'G097111222', invoiceDate: '2025-09-08T00:00:00Z' },
    ],
  });
  const folder = 'billing/azurereports/AzureOneTimeInvoice';

  test('a new invoice appears on the list on its date', async () => {
    host = await hostCloudmore(world, '2025-10-07T23:00:00Z');
    expect((await host.ask('GET', `${folder}List`)).json).toEqual([
      { invoiceNumber: 'G097111222', invoiceDate: '2025-09-08T00:00:00Z' },
    ]);
    await host.setClock('2025-10-08T00:00:00Z');
    expect((await host.ask('GET', `${folder}List`)).json).toEqual([
      { invoiceNumber: 'G098765432', invoiceDate: '2025-10-08T00:00:00Z', currencyCode: 'EUR' },
      { invoiceNumber: 'G097111222', invoiceDate: '2025-09-08T00:00:00Z' },
    ]);
  });

  test('its lines come through a task whose id is in the Location', async () => {
    host = await hostCloudmore(world);
    const started = await host.ask('POST', `${folder}/generateReport?invoiceNumber=g098765432&storeToBlob=false`);
    expect(started.headers.get('location')).toBe(
      `${host.url}/api/resellers/${RESELLER}/${folder}/${(started.json as { taskId: string }).taskId}`,
    );
    expect(await host.report(`${folder}/generateReport?InvoiceNumber=G098765432`)).toEqual(report);
  });

  test.each([
    ['an unknown number', 'invoiceNumber=G000000000', 404],
    ['an invoice that is listed only', 'invoiceNumber=G097111222', 404],
    ['no number', '', 400],
  ])('%s is refused', async (_what, query, status) => {
    host = await hostCloudmore(world);
    expect(await host.ask('POST', `${folder}/generateReport?${query}`)).toMatchObject({ status });
  });

  test('a link to a file instead of data is unsupported', async () => {
    host = await hostCloudmore(world);
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await host.ask('POST', `${folder}/generateReport?invoiceNumber=G098765432&storeToBlob=true`)).toMatchObject({
      status: 501,
    });
    expect(said).toHaveBeenCalledWith(expect.stringContaining('storeToBlob=true is unsupported'));
    said.mockRestore();
  });
});

describe('reports of the generation before', () => {
  let host: CloudmoreHost;
  afterEach(() => host.close());

  test('the Microsoft 365 report appears the day after its cycle', async () => {
    const report = { billingDate: '2025-10-16T00:00:00Z', invoiceNumber: 'D0200AB1CD', organizations: [] };
    host = await hostCloudmore(
      cloudmoreWorld({ legacyReports: [report, { ...report, billingDate: '2025-09-16', availableFrom: '2025-10-20' }] }),
    );
    const october = 'billing/cspreports/MonthlyBillingPerOrganization?startDate=2025-10-01&endDate=2025-10-31';
    expect((await host.ask('GET', october)).json).toEqual([]);
    await host.setClock('2025-10-17T00:00:00Z');
    expect((await host.ask('GET', october)).json).toEqual([report]);
    await host.setClock('2025-10-20T00:00:00Z');
    expect((await host.ask('GET', october.replace('2025-10-01', '2025-09-01'))).json).toHaveLength(2);
  });

  test('an Azure Classic invoice is listed, and read by its id', async () => {
    const invoice = { invoiceId: 'D0200AZ9XY', invoiceDate: '2025-10-16T00:00:00Z', totalSalesPrice: 45.32, organizations: [] };
    host = await hostCloudmore(cloudmoreWorld({ azureClassicInvoices: [invoice] }));
    expect((await host.ask('GET', 'billing/azurereports/InvoiceList')).json).toEqual([]);
    expect(await host.ask('GET', 'billing/azurereports/InvoiceOverview?invoiceId=D0200AZ9XY')).toMatchObject({ status: 404 });
    await host.setClock('2025-10-16T00:00:00Z');
    expect((await host.ask('GET', 'billing/azurereports/InvoiceList')).json).toEqual([
      { invoiceId: 'D0200AZ9XY', invoiceDate: '2025-10-16T00:00:00Z' },
    ]);
    for (const name of ['InvoiceOverview', 'Invoice']) {
      expect((await host.ask('GET', `billing/azurereports/${name}?invoiceId=D0200AZ9XY`)).json).toEqual(invoice);
    }
    expect(await host.ask('GET', 'billing/azurereports/InvoiceOverview')).toMatchObject({ status: 400 });
  });
});
