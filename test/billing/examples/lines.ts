import { cutReport } from '../../../shared/billing/report/facts.js';
import { monthsDue } from '../../../shared/billing/basics/month.js';
import { monthResult } from '../../../shared/billing/results/reconcile.js';
import { classify } from '../../../shared/billing/report/record-type.js';
import { INVOICED } from '../../../shared/billing/basics/record-types.js';
import type { Line, Report } from '../../../shared/billing/types.js';
import {
  books,
  contract,
  line,
  manualLine,
  plan,
  price,
  report,
  row,
  service,
  subscription,
  type Situation,
} from '../builders.js';
import { outcome, planned, table, written } from './table.js';
import { BREAKERS_OFF } from '../../../shared/billing/plan/breaker-limits.js';

/** Sections 1 and 2: which lines count, and what kind of line each is. */

const billed = (...days: string[]): Line[] => days.map((billingDate) => line({ billingDate }));
const september = (sales: string, billingDate = '2025-09-08'): Line => line({ billingDate, sales });
const cut = (asOf: string, lines: Line[], previousLines: Line[]): { lines: number; previousLines: number } =>
  cutReport(report({ lines, previousLines }), asOf).facts;

const BEFORE = billed('2025-10-08', '2025-10-11', '2025-10-12');
const AROUND = [...BEFORE, ...billed('2025-11-01')];
const SEPTEMBER = billed('2025-09-06', '2025-09-16', '2025-09-17', '2025-09-30');

export const whichLines = table<() => string>('1', 'Comes to', (comes) => comes(), [
  [
    '1.1 on 12 October, of lines billed on 8, 11 and 12 October',
    () => `${cut('2025-10-12', BEFORE, []).lines} lines count`,
    '2 lines count',
  ],
  ...(
    [
      ['1.2 on 1 October', '2025-10-01', '2025-08, 2025-09'],
      ['1.2 on 2 October', '2025-10-02', '2025-09, 2025-10'],
      ['1.2 on 10 October', '2025-10-10', '2025-09, 2025-10'],
      ['1.2 on 11 October', '2025-10-11', '2025-10'],
      ['1.2 on 1 March of a leap year', '2024-03-01', '2024-01, 2024-02'],
    ] as const
  ).map(([says, asOf, months]): [string, () => string, string] => [says, () => monthsDue(asOf, 10).join(', '), months]),
  [
    '1.3 a price list that says 99.00 does not change the amount that the report says',
    () => plan({ report: { prices: [price({ sales: '99.00' })] } }).items[0]!.sales,
    '120.00',
  ],
  [
    '1.4 on 20 October, September’s lines of the 6th and 16th are compared, not those of the 17th and 30th',
    () => `${cut('2025-10-20', AROUND, SEPTEMBER).previousLines} lines`,
    '2 lines',
  ],
  [
    '1.4 in November, all of September’s lines are compared with October',
    () => `${cut('2025-11-03', AROUND, SEPTEMBER).previousLines} lines`,
    '4 lines',
  ],
  [
    '1.5 an invoice line of 7.50 without an organization is listed next to the report of 120.00',
    () => withOthers({ unassigned: [UNASSIGNED] }),
    'report 120.00, unassigned 7.50',
  ],
  [
    '1.8 lines of 30 September, 8 October and 1 November in October’s report',
    () => {
      const { items } = plan({ report: { lines: billed('2025-09-30', '2025-10-08', '2025-11-01') } });
      return items
        .map(({ lines, sales, outcome: what }) => `${lines} for ${sales} ${what}`)
        .sort()
        .join(', ');
    },
    '1 for 120.00 posted, 2 for 240.00 held',
  ],
  ['1.9 with an offset of 1, on 12 October', () => monthsDue('2025-10-12', 10, 1).join(', '), '2025-09'],
  ['1.9 with an offset of −1, on 5 October', () => monthsDue('2025-10-05', 10, -1).join(', '), '2025-10, 2025-11'],
  [
    '1.9 September from October’s report, on 12 October, of lines billed on 8, 11 and 12 October',
    () => `${cutReport(report({ ...OFFSET, lines: BEFORE }), '2025-10-12').facts.lines} lines count`,
    '2 lines count',
  ],
  [
    '1.9 it stands on September’s row',
    () => written(plan({ report: OFFSET, books: carriedOn, asOf: '2025-10-20' })),
    '2025-09-01: 24 units × 12.0000 / 10.0000',
  ],
  [
    '1.9 from November on it is over, and later rows are not changed: a charge',
    () => written(plan({ report: OFFSET, books: carriedOn, asOf: '2025-11-03' })),
    'create charge 1 × 168.0000 / 140.0000',
  ],
  [
    '1.10 of these record types an invoice takes the place of the report',
    () => [...INVOICED].join(', '),
    'Csp365Nce, AzurePlan, Marketplace, ReservedInstance, Perpetual, Subscription',
  ],
]);

/** September is billed from October's report. */
const OFFSET = { month: '2025-09', reportMonth: '2025-10', lines: [line({ quantity: '24', sales: '288.00', cost: '240.00' })] };
const carriedOn = books({
  contracts: [contract({ startDay: '2025-08-01' })],
  services: [service()],
  rows: ['2025-08', '2025-09', '2025-10', '2025-11'].map((month, index) =>
    row({ id: 1000 + index, startDay: `${month}-01`, endDay: `${month}-28` }),
  ),
});

const UNASSIGNED = {
  invoiceNumber: 'G001',
  customerName: 'Unknown Ltd',
  productName: 'Exchange Online',
  currency: 'EUR',
  cost: '6.00',
  sales: '7.50',
};

function withOthers(changes: Partial<Report>): string {
  const { facts } = cutReport(report(changes), '2025-10-12');
  const { items, ghosts, notes, steps, digest, ...decided } = plan({ report: changes });
  const none = { services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 };
  const frame = { broker: 'default', mode: 'auto' as const, currency: 'EUR', facts, calls: { autotask: 0, cloudmore: 0 } };
  const result = monthResult(frame, [
    {
      ...decided,
      items,
      ghosts,
      notes,
      steps,
      planDigest: digest,
      status: 'Done',
      workflowId: null,
      writes: none,
      calls: frame.calls,
      message: null,
    },
  ]);
  return `report ${result.report.sales}, unassigned ${result.unassigned.sales}`;
}

interface Compared {
  asOf?: string;
  settings?: Situation['settings'] & object;
  more?: Line[];
}
const compared = (
  sales: string,
  previousLines: Line[],
  { asOf = '2025-10-20', settings = {}, more = [] }: Compared = {},
): Situation => ({
  report: { lines: [line({ sales }), ...more], previousLines },
  asOf,
  settings,
});
const drop = (monthDropPercent: number): NonNullable<Situation['settings']> => ({
  breakers: { ...BREAKERS_OFF, monthDropPercent },
});
const ofSecond = line({ subscriptionId: 's-2', sales: '500.00', billingDate: '2025-09-08' });
const unreadable: Line = { ...ofSecond, sales: '0', trouble: { message: 'totalSalesPrice is "n/a".', holds: 'item' } };
const seen = (sales: string, ...more: Line[]): Line[] => [line({ sales }), ...more];
/** Last month another subscription of 80.00 next to one of 120.00, which this report has unchanged or as given. */
const ordinary = (lines: Line[], status: string): Situation => ({
  report: {
    lines,
    previousLines: [september('120.00'), line({ subscriptionId: 's-2', sales: '480.00', billingDate: '2025-09-08' })],
    subscriptions: [subscription(), subscription({ id: 's-2', status })],
  },
  asOf: '2025-10-20',
  settings: drop(50),
});
export const monthBreaker = table('1', 'Item', planned(outcome), [
  ['1.4 a report of 100.00 after one of 120.00', compared('100.00', [september('120.00')]), 'posted'],
  ['1.4 one of 59.99, less than half', compared('59.99', [september('120.00')]), 'held breaker-month'],
  ['1.4 one of 60.00, exactly half', compared('60.00', [september('120.00')]), 'posted'],
  [
    '1.4 one of 59.99 when September had nothing by now either',
    compared('59.99', [september('120.00')], { asOf: '2025-10-10' }),
    'posted',
  ],
  [
    '1.4 switched off, a report of credits alone',
    compared('-5.00', [september('120.00')], { settings: { breakers: BREAKERS_OFF } }),
    'posted',
  ],
  ['1.4 the very first month', compared('10.00', []), 'posted'],
  ['1.4 a limit of 20: a drop from 100.00 to 80.00', compared('80.00', [september('100.00')], { settings: drop(20) }), 'posted'],
  [
    '1.4 a limit of 20: a drop to 79.99, by more than 20 %',
    compared('79.99', [september('100.00')], { settings: drop(20) }),
    'held breaker-month',
  ],
  ['1.4 a limit of 80: a drop to 20.00', compared('20.00', [september('100.00')], { settings: drop(80) }), 'posted'],
  ['1.4 a limit of 80: a drop to 19.99', compared('19.99', [september('100.00')], { settings: drop(80) }), 'held breaker-month'],
  ['1.4 a subscription of 480.00 is no longer in the report', ordinary(seen('120.00'), 'Active'), 'held breaker-month'],
  ['1.4 it has ended', ordinary(seen('120.00'), 'Deleted'), 'posted'],
  [
    '1.4 it is credited',
    ordinary(
      seen(
        '120.00',
        line({ subscriptionId: 's-2', sales: '480.00' }),
        line({ subscriptionId: 's-2', sales: '-480.00', cost: '-400' }),
      ),
      'Active',
    ),
    'posted; posted',
  ],
  [
    '1.4 a year that was paid once last month is not a drop',
    compared('100.00', [
      september('100.00'),
      line({
        subscriptionId: 's-2',
        itemCode: 'UP',
        billingDate: '2025-09-08',
        sales: '5000',
        startDay: '2025-09-01',
        endDay: '2026-08-31',
      }),
    ]),
    'posted',
  ],
  [
    '1.4 an unreadable amount of September is not 0.00: what it belongs to is left out of both sides',
    compared('59.99', [september('120.00'), unreadable], {
      settings: drop(50),
      more: [line({ subscriptionId: 's-2', sales: '500' })],
    }),
    'held breaker-month; held breaker-month',
  ],
  [
    '1.4 an unreadable amount of October does not count as a drop either',
    compared('120.00', [september('120.00'), ofSecond], {
      settings: drop(50),
      more: [{ ...unreadable, billingDate: '2025-10-08' }],
    }),
    'posted; held unreadable',
  ],
  [
    '1.4 none of September’s amounts can be read',
    compared('120.00', [{ ...unreadable, subscriptionId: line().subscriptionId }], { settings: drop(50) }),
    'held breaker-month',
  ],
  [
    '1.4 last month’s report is not available, and none of it was kept',
    { report: { previousUnavailable: '404' }, asOf: '2025-10-20' },
    'held breaker-month',
  ],
  [
    '1.4 the same with breakers switched off',
    { report: { previousUnavailable: '404' }, asOf: '2025-10-20', settings: { breakers: BREAKERS_OFF } },
    'posted',
  ],
]);

// ---------------------------------------------------------------------------------------------------------------- 2

const bare: Partial<Line> = { recordType: null, publisherName: null, productId: null, itemCode: null, chargeType: 'new' };
const software: Partial<Line> = { ...bare, productId: 'DG7GMGF0D5RK', paymentFrequency: 'OneTime', startDay: '2025-10-01' };

export const recordTypes = table<Partial<Line>>('2', 'Record type', (changes) => classify(line(changes)), [
  ['2.1 the line names its type, in whatever case', { recordType: 'csp365nce' }, 'Csp365Nce'],
  ['2.1 it says PerpetualLicense', { recordType: 'PerpetualLicense' }, 'Perpetual'],
  ['2.1 it says SoftwareSubscription', { recordType: 'SoftwareSubscription' }, 'Subscription'],
  ['2.1 it belongs to a custom service', { ...bare, isCustomService: true }, 'CustomService'],
  ['2.1 another publisher than Microsoft', { ...bare, publisherName: 'Litware' }, 'Marketplace'],
  ['2.1 a subscription described as “azure PLAN”', { ...bare, subscriptionDescription: 'azure PLAN' }, 'AzurePlan'],
  ['2.1 a product called “Azure plan”', { ...bare, productName: 'Azure plan' }, 'AzurePlan'],
  ['2.1 a product called “Reserved VM Instance”', { ...bare, productName: 'Reserved VM Instance' }, 'ReservedInstance'],
  ['2.1 an SKU called “Compute Savings Plan”', { ...bare, skuName: 'Compute Savings Plan' }, 'ReservedInstance'],
  ['2.1 product CFQ7TTC0LH18', { ...bare, productId: 'CFQ7TTC0LH18' }, 'Csp365Nce'],
  ['2.1 product DG7GMGF0D5RK, paid once, for one day', { ...software, endDay: '2025-10-01' }, 'Perpetual'],
  ['2.1 the same for a year', { ...software, endDay: '2026-09-30' }, 'Subscription'],
  [
    '2.1 an item code that is a bare GUID, of Microsoft 365',
    { ...bare, itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239' },
    'Csp365Legacy',
  ],
  ['2.1 neither charge type, product nor item code, but a subscription', { ...bare, chargeType: null }, 'ManualBillingLine'],
  ['2.1 nothing that a rule recognises', { ...bare, subscriptionId: null }, 'Unclassified'],
]);

const unknown: Partial<Line> = { recordType: 'Mystery', productId: null, itemCode: null };
const only = (...lines: Line[]): Situation => ({ report: { lines } });
const custom = only(line({ recordType: 'CustomService' }));

export const left = table('2', 'Item', planned(outcome), [
  ['2.2 a custom service', custom, 'excluded custom-service'],
  ['2.2 a record type that is switched off', { settings: { exportRecordTypes: ['AzurePlan'] } }, 'excluded record-type-off'],
  [
    '2.2 a service that is switched off, by name',
    { settings: { excludeServices: ['microsoft 365 csp direct'] } },
    'excluded service-off',
  ],
  ['2.2 a service that is switched off, by id', { settings: { excludeServices: ['SVC-365'] } }, 'excluded service-off'],
  ['2.2 a line that no rule recognises', only(line(unknown)), 'held unclassified'],
  [
    '2.3 a manual line of a subscription that no list has',
    { report: { lines: [manualLine()], subscriptions: [] } },
    'held unclassified',
  ],
  [
    '2.3 manual lines that are left out: the licence alone is billed',
    { report: { lines: [line(), manualLine({ sales: '-25.00' })] }, settings: { exportRecordTypes: ['Csp365Nce'] } },
    'posted; excluded record-type-off',
  ],
  ['2.3 a manual line without subscription', only(manualLine({ subscriptionId: null })), 'held unclassified'],
  [
    '2.5 a custom service of an organization without company: exclusion first',
    { report: { ...custom.report, organizations: [] } },
    'excluded custom-service',
  ],
  [
    '2.5 an unknown line of a company that does not exist: the company first',
    { ...only(line(unknown)), books: { ...noCompany() } },
    'held company-not-found',
  ],
]);

function noCompany(): NonNullable<Situation['books']> {
  return {
    internalCurrency: 'EUR',
    companies: [],
    contracts: [],
    rows: [],
    detailed: [],
    charges: [],
    services: [],
    products: [],
  };
}

const two = [line(), line({ itemCode: 'CFQ7TTC0NEW', sales: '500.00' }), manualLine({ sales: '-5.00', cost: '0' })];
const totals = (situation: Situation): string =>
  plan(situation)
    .items.map(({ sales, quantity }) => `${sales} of ${quantity}`)
    .sort()
    .join(', ');

export const manualLines = table('2', 'Items', totals, [
  [
    '2.3 of items of 120.00 and 500.00 the discount of 5.00 joins the one that the subscription list names',
    { report: { lines: two } },
    '115.00 of 10, 500.00 of 10',
  ],
  [
    '2.3 it joins the largest if the list names none',
    { report: { lines: two, subscriptions: [] } },
    '120.00 of 10, 495.00 of 10',
  ],
  ['2.3 alone, it is an item of its listed subscription', only(manualLine({ sales: '-25.00', cost: '0' })), '-25.00 of 0'],
  [
    '2.3 a listed subscription of another kind takes it likewise',
    {
      report: {
        lines: [manualLine({ sales: '-25.00', cost: '0' })],
        subscriptions: [subscription({ recordType: 'AzurePlan', itemCode: null })],
      },
    },
    '-25.00 of 0',
  ],
  [
    '2.4 an unknown charge type is summed like any other',
    only(line(), line({ chargeType: 'transferIn', quantity: '11', sales: '12.00' })),
    '132.00 of 11',
  ],
]);

export const unknownCharge = table(
  '2',
  'Notes',
  planned((decided) => decided.notes.map(({ code }) => code).join(), written),
  [
    [
      '2.4 and it is mentioned',
      only(line({ chargeType: 'transferIn' })),
      'unknown-charge-type – 2025-10-01: 10 units × 12.0000 / 10.0000',
    ],
  ],
);
