import { afterEach, describe, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { plain, sum } from '../../shared/billing/basics/decimal.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/**
 * Answers that others have met in the field, by kind of fault and in more than one form each: what is missing, partial, unknown or cannot be read
 * is never "nothing". What a row says is what the customers would be invoiced, and what a person is told of the rest.
 */

const MONTH = '2025-10';
const FIRST = '2025-10-12';

type Rec = Record<string, unknown>;
interface Parts {
  organizations: Rec[];
  prices: Rec[];
  subscriptions: Rec[];
  blocks: (Rec & { organizations: (Rec & { services: { items: (Rec & { products: Rec[] })[] }[] })[] })[];
  /** Lines, in the order of the report. */
  products: Rec[];
}

interface Row {
  lines?: ReportedLine[];
  /** What the vendor answers instead, from the first day on. */
  world?: (parts: Parts) => void;
  /** What happens before a second run, and its month and day. */
  then?: [what: (harness: Harness) => Promise<unknown>, month: string, day: string];
  /** What is not posted: "Contoso held unreadable 120.00". */
  reported: string[];
  /** How the report ends where all is posted, and something else asks for a person. */
  code?: number;
  /** What stands in the month of the last run, by subscription. */
  stands: Record<string, string>;
}

let harness: Harness;
afterEach(() => harness.close());

function worldOf(row: Row): ReturnType<typeof twoCustomers> {
  const world = twoCustomers(row.lines ?? [LICENCE, OTHERS]);
  const cloudmore = (world as unknown as { cloudmore: Rec }).cloudmore;
  const blocks = cloudmore['monthlyBilling'] as Parts['blocks'];
  row.world?.({
    organizations: cloudmore['organizations'] as Rec[],
    prices: (cloudmore['priceLists'] as { m365: Rec[] }).m365,
    subscriptions: (cloudmore['subscriptions'] as { nce: Rec[] }).nce,
    blocks,
    products: blocks.flatMap(({ organizations }) =>
      organizations.flatMap(({ services }) => services.flatMap(({ items }) => items.flatMap(({ products }) => products))),
    ),
  });
  return world;
}

async function standing(month: string): Promise<Record<string, string>> {
  const { autotask } = (await harness.control('GET', 'state')) as { autotask: Record<string, Rec[]> };
  const of = (table: string, { id }: Rec, day: string): Rec[] =>
    autotask[table]!.filter((one) => one['contractID'] === id && String(one[day]).startsWith(month));
  const stands = autotask['contracts']!.map((contract): [string, string] => [
    keyOf(contract),
    plain(
      sum([
        ...of('unitRows', contract, 'startDate').map(({ price }) => String(price)),
        ...of('charges', contract, 'datePurchased').map(({ unitPrice, isBillableToCompany }) =>
          isBillableToCompany === false ? '0' : String(unitPrice),
        ),
      ]),
    ),
  ]);
  return Object.fromEntries(stands.filter(([, amount]) => amount !== '0'));
}

const keyOf = ({ contractNumber, userDefinedFields }: Rec): string =>
  String((userDefinedFields as { value: unknown }[] | undefined)?.[0]?.value ?? contractNumber);

const reported = ({ organizations }: MonthResult): string[] =>
  organizations.flatMap(({ organizationName, items }) =>
    items.flatMap(({ outcome, reason, sales }) =>
      outcome === 'posted' ? [] : [`${organizationName} ${outcome} ${reason} ${sales}`],
    ),
  );

const answering =
  (path: string, body: unknown, vendor = 'cloudmore', status = 200) =>
  (opened: Harness) =>
    opened.control('POST', 'faults', [{ match: { vendor, path }, fault: { kind: 'status', status, body, when: 'before' } }]);

const TAILSPIN = { id: 'tailspin', name: 'Tailspin', customProperties: [{ name: 'AutotaskCompanyID', value: '502' }] };
const NONE = { items: [], pageDetails: { count: 0, requestCount: 500, nextPageUrl: null } };
const both = { 's-1': '120', 's-2': '4800' };
const others = { 's-2': '4800' };
const line = ({ products }: Parts): Rec => products[0]!;
const INVALID = ['Contoso held company-id-invalid 120.00'];
const HELD = ['Contoso held unreadable 120.00'];
const lacking = (path: string): ReturnType<typeof answering> => answering(path, { message: 'Not found' }, 'cloudmore', 404);
/** In November no report comes: what stands without a line is reported. */
const FABRIKAM = 'Fabrikam ghost ghost 4800.00';
const CONTOSO = ['Contoso ghost ghost 120.00', FABRIKAM];
const LEFT = ['Contoso (Autotask company 501) ghost ghost 120.00', FABRIKAM];

/** Contoso's own line, or list entry, with a member changed. */
const lineWith = (changes: Rec) => (parts: Parts) => void Object.assign(line(parts), changes);
const subscriptionWith = (changes: Rec) => (parts: Parts) =>
  void Object.assign(parts.blocks[0]!.organizations[0]!.services[0]!.items[0]!, changes);
const companyAlso = (value: string) => (parts: Parts) =>
  void (parts.organizations[0]!['customProperties'] as Rec[]).push({ name: 'autotaskCompanyId', value });
const priceWith = (changes: Rec) => (parts: Parts) => void Object.assign(parts.prices[0]!, changes);
/** A year that is paid at once: the line covers it. */
const YEAR = { startDate: '2025-10-08T00:00:00Z', endDate: '2026-10-07T00:00:00Z' };
const paidFor = (member: Rec) => (parts: Parts) => {
  lineWith(YEAR)(parts);
  delete parts.prices[0]!['paymentFrequency'];
  Object.assign(parts.prices[0]!, member);
};
const blockIn = (block: unknown, customer: unknown) => (parts: Parts) => {
  parts.blocks[0]!['currencyCode'] = block;
  parts.blocks[0]!.organizations[0]!['currencyCode'] = customer;
};
const LONG = 'saas-'.padEnd(61, '0123456789');
const withoutContoso = [{ id: 'fabrikam', name: 'Fabrikam', isActive: true }];
const november = (what: (opened: Harness) => Promise<unknown> = () => Promise.resolve()): NonNullable<Row['then']> => [
  what,
  '2025-11',
  '2025-11-25',
];
const patch = (path: string, changes: Rec) => (opened: Harness) => opened.control('PATCH', path, changes);

const FREE = { isBillableToCompany: false };

const KINDS: Record<string, [title: string, row: Row][]> = {
  'a date in another notation': [
    ['with dots', { world: lineWith({ startDate: '01.10.2025' }), reported: HELD, stands: others }],
    ['a number', { world: lineWith({ endDate: 20251031 }), reported: HELD, stands: others }],
    ['day or month first, nobody knows', { world: lineWith({ startDate: '10/11/2025' }), reported: HELD, stands: others }],
    ['blank, which is none', { world: lineWith({ startDate: ' ' }), reported: [], stands: both }],
  ],
  'a price list that is silent about payment': [
    ['without the member, a year is billed once', { world: paidFor({}), then: november(), reported: [FABRIKAM], stands: others }],
    ['with null', { world: paidFor({ paymentFrequency: null }), then: november(), reported: [FABRIKAM], stands: others }],
    [
      'in words that nobody knows',
      {
        world: priceWith({ paymentFrequency: 'now and then' }),
        reported: [...HELD, 'Fabrikam held unreadable 4800.00'],
        stands: {},
      },
    ],
  ],
  'currencies that contradict each other': [
    ['the block in dollars', { world: blockIn('USD', 'EUR'), reported: ['Contoso held unreadable 120.00'], stands: others }],
    ['the customer in francs', { world: blockIn('EUR', 'CHF'), reported: ['Contoso held unreadable 120.00'], stands: others }],
    ['one of them is none', { world: blockIn(null, 'EUR'), reported: [], stands: both }],
  ],
  'a currency that nobody knows': [
    ['a word', { world: blockIn('EURO', 'EURO'), reported: HELD, stands: others }],
    ['a sign', { world: blockIn('€', '€'), reported: HELD, stands: others }],
  ],
  'a record that nothing depends on': [
    [
      'a price of another product',
      {
        world: ({ prices }) => void prices.push({ ...prices[0], itemCode: 'OTHER', salesPrice: 'twelve' }),
        reported: [],
        stands: both,
      },
    ],
    [
      'a subscription that nobody has',
      {
        world: ({ subscriptions }) => void subscriptions.push({ ...subscriptions[0], id: 's-9', commitmentEndDate: 'soon' }),
        reported: [],
        stands: both,
      },
    ],
    [
      'the price of what is billed holds that alone',
      {
        lines: [LICENCE, OTHERS, { ...AZURE, subscription: 'az-1' }],
        world: priceWith({ salesPrice: 'twelve' }),
        reported: ['Contoso held unreadable 120.00', 'Fabrikam held unreadable 4800.00'],
        stands: { 'az-1': '4100' },
      },
    ],
  ],
  'a subscription of the report that cannot be read': [
    [
      'in its quantity holds itself alone',
      {
        lines: [LICENCE, AZURE, OTHERS],
        world: subscriptionWith({ quantity: { amount: 10 } }),
        reported: HELD,
        stands: { ...others, 'az-1': '4100' },
      },
    ],
    [
      'in its id holds all of its customer',
      {
        lines: [LICENCE, AZURE, OTHERS],
        world: subscriptionWith({ subscriptionId: { value: 's-1' } }),
        reported: [...HELD, 'Contoso held unreadable 4100.00'],
        stands: others,
      },
    ],
  ],
  'a customer with the company property twice': [
    ['with two companies: it was billed at the first of them', { world: companyAlso('502'), reported: INVALID, stands: others }],
    ['with the same company', { world: companyAlso(' 501'), reported: [], stands: both }],
    ['once without a value', { world: companyAlso(''), reported: [], stands: both }],
  ],
  'a customer whose detail cannot be read': [
    [
      'it is not there',
      {
        then: [answering('*/Organizations/contoso', { message: 'gone' }, 'cloudmore', 404), MONTH, FIRST],
        reported: HELD,
        stands: both,
      },
    ],
    ['it is not a record', { then: [answering('*/Organizations/contoso', []), MONTH, FIRST], reported: HELD, stands: both }],
    [
      'it is another customer’s: it was billed at the company of that one',
      { then: [answering('*/Organizations/contoso', TAILSPIN), MONTH, FIRST], reported: HELD, stands: both },
    ],
  ],
  'a charge that somebody canceled': [
    [
      'is held, for no call takes its status back: its amount was called posted, and no customer was asked for it',
      {
        lines: [AZURE],
        then: [patch('autotask/charges/1', { status: 7 }), MONTH, FIRST],
        reported: ['Contoso held unreadable 4100.00'],
        stands: { 'az-1': '4100' },
      },
    ],
  ],
  'a charge that somebody set not to be billed': [
    [
      'is billed again: its amount was called posted, and no customer was asked for it',
      { lines: [AZURE], then: [patch('autotask/charges/1', FREE), MONTH, FIRST], reported: [], stands: { 'az-1': '4100' } },
    ],
    [
      'is not billed where it is invoiced already, and is reported',
      {
        lines: [AZURE],
        then: [patch('autotask/charges/1', { ...FREE, isBilled: true }), MONTH, FIRST],
        reported: ['Contoso held period-frozen 4100.00'],
        stands: {},
      },
    ],
  ],
  'what the report says twice, word for word: it was charged twice': [
    [
      'a customer in two blocks of a day',
      {
        world: ({ blocks }) => blocks.push(structuredClone(blocks[0]!)),
        reported: ['Contoso held unreadable 240.00'],
        stands: others,
      },
    ],
    [
      'a customer twice in one',
      {
        world: ({ blocks: [block] }) => block!.organizations.push(structuredClone(block!.organizations[0]!)),
        reported: ['Contoso held unreadable 240.00'],
        stands: others,
      },
    ],
    [
      'the charge of a cycle',
      {
        world: ({ blocks: [block] }) => {
          const { products } = block!.organizations[0]!.services[0]!.items[0]!;
          products.push({ ...products[0]! });
        },
        reported: ['Contoso held unreadable 240.00'],
        stands: others,
      },
    ],
    [
      'seats that are added twice on a day are two orders',
      {
        world: ({ blocks: [block], products: [line] }) => {
          const { products } = block!.organizations[0]!.services[0]!.items[0]!;
          line!.chargeType = 'addQuantity';
          products.push({ ...line! });
        },
        reported: [],
        stands: { ...both, 's-1': '240' },
      },
    ],
  ],
  'a list that Cloudmore has not: it stopped everybody': [
    [
      'prices of a service that nobody buys',
      { then: [lacking('*/services/azure/pricelist*'), MONTH, FIRST], reported: [], stands: both },
    ],
    [
      'prices that licences are billed by',
      {
        then: [lacking('*/services/m365/pricelist*'), MONTH, FIRST],
        reported: ['Contoso held unreadable 120.00', 'Fabrikam held unreadable 4800.00'],
        stands: both,
      },
    ],
    ['invoices', { then: [lacking('*/AzureOneTimeInvoiceList*'), MONTH, FIRST], reported: [], code: 3, stands: both }],
  ],
  'a customer who left': [
    ['deleted in Cloudmore', { then: november(answering('*/Organizations', withoutContoso)), reported: LEFT, stands: both }],
    [
      'no longer to be exported',
      { then: november(patch('cloudmore/organizations/contoso', { customProperties: [] })), reported: LEFT, stands: both },
    ],
  ],
  'an item code of any form, off the price list': [
    [
      'a word of the broker’s',
      { lines: [{ ...LICENCE, code: 'M365 BP 2019' }, OTHERS], then: november(), reported: CONTOSO, stands: both },
    ],
    [
      'a GUID in capitals',
      {
        lines: [{ ...LICENCE, code: '91FD106F-4B2C-4938-95AC-F54F74E9A239', recordType: 'Csp365Legacy' }, OTHERS],
        then: november(),
        reported: CONTOSO,
        stands: both,
      },
    ],
  ],
  'a charge of ours that lost its key': [
    [
      'and does not stand at its amount got a second one of the same key next to it',
      {
        lines: [LICENCE, OTHERS, { ...AZURE, subscription: 'az-1' }],
        then: [patch('autotask/charges/1', { internalPurchaseOrderNumber: null, unitPrice: 4000 }), MONTH, FIRST],
        reported: ['Contoso held contract-gone 4100.00'],
        stands: { 'az-1': '4000', ...both },
      },
    ],
    [
      'and stands at its amount is left alone',
      {
        lines: [LICENCE, OTHERS, { ...AZURE, subscription: 'az-1' }],
        then: [patch('autotask/charges/1', { internalPurchaseOrderNumber: null }), MONTH, FIRST],
        reported: [],
        stands: { 'az-1': '4100', ...both },
      },
    ],
  ],
  'a row that was there and does not show any more': [
    [
      'was billed once more, by its charge, where the month already had one',
      {
        lines: [LICENCE, { ...LICENCE, sales: -12.01, cost: -10.01, quantity: 1, day: '09' }, OTHERS],
        then: [answering('*/ContractServiceUnits/query', NONE, 'autotask'), MONTH, FIRST],
        reported: ['Contoso held contract-gone 107.99', 'Fabrikam held contract-gone 4800.00'],
        stands: { 's-1': '107.99', ...others },
      },
    ],
  ],
  'ids in other letters': [
    [
      'of a customer, in the report alone: every run said that nobody answers for its lines',
      { lines: [{ ...LICENCE, organization: 'CONTOSO' }, OTHERS], reported: [], stands: both },
    ],
    [
      'of a customer, in its subscriptions alone',
      {
        world: ({ subscriptions }) =>
          subscriptions.forEach((one) => (one['organizationId'] = String(one['organizationId']).toUpperCase())),
        reported: [],
        stands: both,
      },
    ],
  ],
  'a subscription id longer than a contract’s number': [
    ['of a licence', { lines: [{ ...LICENCE, subscription: LONG }, OTHERS], reported: [], stands: { [LONG]: '120', ...others } }],
    ['of usage', { lines: [{ ...AZURE, subscription: LONG }, OTHERS], reported: [], stands: { [LONG]: '4100', ...others } }],
  ],
  'a customer of the report whom the list does not name': [
    [
      'from the first day on',
      {
        lines: [LICENCE, OTHERS, { ...LICENCE, organization: 'nobody', subscription: 's-7' }],
        reported: ['nobody held organization-unknown 120.00'],
        stands: both,
      },
    ],
    [
      'with usage alone',
      {
        lines: [LICENCE, OTHERS, { ...AZURE, organization: 'nobody' }],
        reported: ['nobody held organization-unknown 4100.00'],
        stands: both,
      },
    ],
  ],
};

describe.each(Object.entries(KINDS))('%s', (_, rows) => {
  test.each(rows)('%s', async (_title, row) => {
    harness = await openHarness(worldOf(row));
    await harness.bill(MONTH, FIRST);
    const [what, month, day] = row.then ?? [null, MONTH, FIRST];
    if (what !== null) {
      await what(harness);
      await harness.bill(month, day);
    }
    const { result } = (await findMonth(loadBaseConfig(harness.env), month))!;
    expect({ reported: reported(result), stands: await standing(month) }).toEqual({ reported: row.reported, stands: row.stands });
    expect((await harness.cli('report', month)).code).toBe(row.code ?? (row.reported.length === 0 ? 0 : 3));
  });
});
