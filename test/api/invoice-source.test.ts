import { describe, expect, test } from '@jest/globals';
import { Findings } from '../../shared/cloudmore/findings.js';
import { InvoiceSource } from '../../shared/cloudmore/invoice-source.js';
import { InvoiceLines } from '../../shared/cloudmore/invoices.js';
import { ReportCount } from '../../shared/cloudmore/report-count.js';
import { ReportLines } from '../../shared/cloudmore/report-lines.js';
import { Texts } from '../../shared/cloudmore/texts.js';
import type { Line } from '../../shared/billing/types.js';

/** Rule 1.10: what of the billing report an invoice takes the place of, and what becomes of the rest. */

type Rec = Record<string, unknown>;

const CODE = 'CFQ7TTC0LCHC-0002-P1Y-Monthly';
const reported = (product: Rec = {}, item: Rec = {}, service: Rec = {}): Rec => ({
  organizationId: 'contoso',
  organizationName: 'Contoso',
  services: [
    {
      ...{ serviceId: 'm365', serviceName: 'Microsoft 365', ...service },
      items: [
        {
          ...{ subscriptionId: 'sub-1', subscriptionName: 'Premium', quantity: 10, ...item },
          products: [
            {
              ...{ productName: 'Premium', itemCode: CODE, recordType: 'Csp365Nce', chargeType: 'cycleCharge', quantity: 10 },
              ...{ totalCostPrice: 100, totalSalesPrice: 120, ...product },
            },
          ],
        },
      ],
    },
  ],
});
const invoiced = (changes: Rec = {}): Rec => ({
  ...{ organizationId: 'contoso', organizationName: 'Contoso', subscriptionId: 'sub-1', productName: 'Premium', itemCode: CODE },
  ...{ recordType: 'Csp365Nce', chargeType: 'cycleCharge', billableQuantity: 10, totalCostPrice: 95, totalSalesPrice: 115 },
  ...changes,
});
const AZURE = { recordType: 'AzurePlan', itemCode: undefined };

interface Read {
  lines: Line[];
  counted: number;
  sums: string[];
  unassigned: string[];
}

function read(organization: Rec, ...lines: unknown[]): Read {
  const invoice = { number: 'G001', date: '2025-10-08', currency: 'EUR', lines };
  const isCustom = (id: string): boolean => id === 'custom';
  const source = new InvoiceSource(lines.length === 0 ? [] : [invoice], isCustom);
  const count = new ReportCount();
  const block = { billingDate: '2025-10-16', currencyCode: 'EUR', organizations: [organization] };
  const report = source.into([block]);
  count.finish(report);
  const { lines: found } = new ReportLines('2025-10', isCustom, new Texts(), new Findings()).finish(report);
  source.holdNotInvoiced(found, '2025-10');
  return {
    lines: found,
    counted: count.counted.reduce((sum, one) => sum + one.lines, 0),
    sums: found.map(({ sales, trouble }) => (trouble ? `${sales} held` : sales)),
    unassigned: source.nobodys(new InvoiceLines(new Findings())).map(({ sales }) => sales),
  };
}

describe('a line of the billing report', () => {
  test.each<[string, Rec, unknown[], string[]]>([
    ['with its subscription on an invoice is the invoice’s', reported(), [invoiced()], ['115']],
    ['is all lines that the invoice has of it', reported(), [invoiced(), invoiced({ totalSalesPrice: -15 })], ['115', '-15']],
    [
      'is found whatever letters ids are written in',
      reported(),
      [invoiced({ subscriptionId: 'SUB-1', organizationId: 'Contoso' })],
      ['115'],
    ],
    [
      'of another customer’s subscription of that id stays, and waits',
      reported(),
      [invoiced({ organizationId: 'fabrikam' })],
      ['120 held', '115'],
    ],
    ['that no invoice has waits', reported(), [], ['120 held']],
    [
      'without a subscription is found by its product',
      reported({ recordType: 'PerpetualLicense' }, { subscriptionId: null }),
      [invoiced({ subscriptionId: '', recordType: 'PerpetualLicense' })],
      ['115'],
    ],
    [
      'of usage is the plan’s, whatever its meters are called',
      reported(AZURE),
      [invoiced({ ...AZURE, productName: 'Tables' })],
      ['115'],
    ],
    [
      'of a legacy subscription is the report’s',
      reported({ recordType: 'Csp365Legacy' }),
      [invoiced({ subscriptionId: 'other' })],
      ['120', '115'],
    ],
    [
      'of a correction by hand is the report’s, next to the invoice',
      reported({ recordType: 'ManualBillingLine' }),
      [invoiced()],
      ['120', '115'],
    ],
    [
      'of a custom service is the report’s',
      reported({ recordType: null, itemCode: 'X' }, {}, { serviceId: 'custom' }),
      [invoiced()],
      ['120', '115'],
    ],
    ['of an unknown kind is the invoice’s where its subscription is', reported({ recordType: 'New' }), [invoiced()], ['115']],
  ])('%s', (_, organization, lines, sums) => {
    const found = read(organization, ...lines);
    expect(found.sums).toEqual(sums);
    expect(found.counted).toBe(sums.length);
  });
});

describe('a line of an invoice', () => {
  test('has the invoice’s day, its own span and its subscription’s service', () => {
    const span = { chargeStartDate: '2025-10-12T00:00:00Z', chargeEndDate: '2025-11-11T00:00:00Z', billingFrequency: 'Monthly' };
    const { lines } = read(reported({}, { quantity: 12 }), invoiced({ ...span, quantity: 3 }));
    expect(lines).toEqual([
      expect.objectContaining({
        ...{
          billingDate: '2025-10-08',
          currency: 'EUR',
          serviceId: 'm365',
          serviceName: 'Microsoft 365',
          subscriptionName: 'Premium',
        },
        ...{ subscriptionQuantity: '12', quantity: '10', cost: '95', sales: '115', unitSales: '11.5' },
        ...{ startDay: '2025-10-12', endDay: '2025-11-11', paymentFrequency: 'Monthly' },
      }),
    ]);
  });

  test('takes a service of its kind when the report has none', () => {
    const { lines } = read(
      reported(),
      invoiced(),
      invoiced({ subscriptionId: 'new' }),
      invoiced({ ...AZURE, subscriptionId: 'azure' }),
    );
    expect(lines.map(({ serviceName }) => serviceName)).toEqual(['Microsoft 365', 'Microsoft 365', "Microsoft's invoice"]);
  });

  test('a line without organization, or no record, is listed separately', () => {
    expect(read(reported(), invoiced(), invoiced({ organizationId: null, totalSalesPrice: 7 }), 'null')).toMatchObject({
      sums: ['115'],
      unassigned: ['7', '0'],
    });
  });

  test('has its own currency, or else the invoice’s', () => {
    const { lines } = read(reported(), invoiced({ currency: 'USD' }), invoiced());
    expect(lines.map(({ currency }) => currency)).toEqual(['USD', 'EUR']);
  });

  test('without an amount that can be read is held', () => {
    expect(read(reported(), invoiced({ totalSalesPrice: 'much' }), invoiced()).sums).toEqual(['0 held', '115']);
  });
});
