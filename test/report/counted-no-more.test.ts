import { afterEach, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/**
 * What stood for an item yesterday and is not found for it today: a service whose key is on a copy of it, a charge of Cloudmore's own connector on a product
 * under another name, a service that Cloudmore's list lacks. What is billed stands once, and a person is told.
 */

const MONTH = '2025-10';
const [FIRST, SECOND] = ['2025-10-12', '2025-10-13'];
const COPY = 900;

type Rec = Record<string, unknown>;
type Autotask = Record<'contracts' | 'services' | 'unitRows' | 'charges', Rec[]>;

let harness: Harness;
afterEach(() => harness.close());

const autotask = async (): Promise<Autotask> => ((await harness.control('GET', 'state')) as { autotask: Autotask }).autotask;
const patch = (path: string, changes: Rec): Promise<unknown> => harness.control('PATCH', `autotask/${path}`, changes);

/** What the rows and charges of the month come to. */
async function stands(): Promise<number[]> {
  const { unitRows, charges } = await autotask();
  const ofMonth = (records: Rec[], day: string, price: string): number[] =>
    records.filter((one) => String(one[day]).startsWith(MONTH)).map((one) => Number(one[price]));
  return [...ofMonth(unitRows, 'startDate', 'price'), ...ofMonth(charges, 'datePurchased', 'unitPrice')].sort((a, b) => a - b);
}

async function reported(): Promise<string[]> {
  const { result } = (await findMonth(loadBaseConfig(harness.env), MONTH))!;
  return result.organizations.flatMap(({ items }) =>
    items.flatMap(({ outcome, reason, sales }) => (outcome === 'held' ? [`${reason} ${sales}`] : [])),
  );
}

async function billTwice(between: () => Promise<unknown>): Promise<void> {
  await harness.bill(MONTH, FIRST);
  await between();
  await harness.bill(MONTH, SECOND);
}

// A licence was billed twice.
test('a service key copied to another service bills once', async () => {
  const world = twoCustomers([LICENCE, OTHERS]) as unknown as { autotask: { services: Rec[] } };
  world.autotask.services.push({
    ...{ id: COPY, name: 'Copy', invoiceDescription: null, billingCodeID: 29682801, periodType: 2 },
    ...{ serviceLevelAgreementID: 1, unitPrice: 12, unitCost: 10, isActive: true },
  });
  harness = await openHarness(world);
  await billTwice(async () => {
    const own = (await autotask()).services.find(({ invoiceDescription }) => invoiceDescription !== null)!;
    await patch(`services/${String(own['id'])}`, { invoiceDescription: null, isActive: false });
    await patch(`services/${COPY}`, { invoiceDescription: own['invoiceDescription'] });
  });
  expect({ reported: await reported(), stands: await stands() }).toEqual({
    reported: ['contract-gone 120.00', 'contract-gone 4800.00'],
    stands: [120, 4800],
  });
  // Nor is it forgotten by the next run, by which the copy is known under the key.
  await harness.bill(MONTH, '2025-10-14');
  expect(await stands()).toEqual([120, 4800]);
});

const takeover = (): World & { autotask: { products: Rec[] } } =>
  JSON.parse(
    readFileSync(fileURLToPath(new URL('../../sandbox/worlds/takeover-in-balance.json', import.meta.url)), 'utf8'),
  ) as World & { autotask: { products: Rec[] } };

// It was charged once more.
test.each<[string, () => Promise<unknown>]>([
  ['its product was renamed', () => patch('products/70', { name: 'Azure Plan (old)' })],
  ['it changed its product', () => patch('charges/801', { productID: 71 })],
])('the connector’s charge is not repeated after %s', async (_, change) => {
  const world = takeover();
  world.autotask.products.push({ ...world.autotask.products[0], id: 71, name: 'Something else' });
  harness = await openHarness(world);
  await billTwice(change);
  expect({ reported: await reported(), stands: await stands() }).toEqual({
    reported: ['contract-gone 75.01'],
    stands: [75.01, 108, 120],
  });
});

// It was taken away there, and called posted here.
test.each<[string, ReportedLine]>([
  ['usage', { ...AZURE, sales: 75, cost: 60 }],
  ['a monthly licence', { ...LICENCE, sales: 75, cost: 60, quantity: 5 }],
])('%s that changes organization within a company keeps its amount', async (_, line) => {
  const went = `${SECOND}T00:00:00Z`;
  const moves = [
    { ...line, until: went },
    { ...line, organization: 'fabrikam', from: went },
  ];
  const world = twoCustomers([...moves, OTHERS]) as unknown as {
    cloudmore: { organizations: { customProperties: Rec[] }[]; subscriptions: { nce: Rec[] } };
  };
  const { organizations, subscriptions } = world.cloudmore;
  organizations[1]!.customProperties[0]!['value'] = '501';
  // The lists still name it where it was.
  subscriptions.nce = subscriptions.nce.filter((one) => one['id'] !== line.subscription || one['organizationId'] === 'contoso');
  harness = await openHarness(world, { ALLOW_SHARED_COMPANIES: '501' });
  await billTwice(() => Promise.resolve());
  expect({ reported: await reported(), stands: await stands() }).toEqual({ reported: [], stands: [75, 4800] });
  expect((await harness.cli('close', MONTH, '--out', harness.file('close.json'))).code).toBe(0);
});

// It could never be closed.
test('closes a taken-over month with the connector’s charge in balance', async () => {
  harness = await openHarness(takeover());
  await harness.bill(MONTH, FIRST);
  expect((await harness.cli('close', MONTH, '--out', harness.file('close.json'))).code).toBe(0);
});

// It was billed on the day that the list of services lacked it.
test('a custom service missing from the list is not billed', async () => {
  const own: ReportedLine = {
    organization: 'contoso',
    subscription: 'own-1',
    sales: 300,
    cost: 0,
    recordType: '',
    service: 'own',
  };
  const world = twoCustomers([LICENCE, OTHERS, { ...own, code: 'OWN' }]) as unknown as {
    cloudmore: { services: Rec[]; monthlyBilling: unknown[] };
  };
  const { services, monthlyBilling } = world.cloudmore;
  const text = JSON.stringify(monthlyBilling).replaceAll('"recordType":""', '"publisherName":"Northwind"');
  world.cloudmore.monthlyBilling = JSON.parse(text) as unknown[];
  const listed = [...services];
  services.push({ id: 'own', name: 'Own', type: 'Custom', isCustomService: true });
  harness = await openHarness(world);
  await billTwice(() =>
    harness.control('POST', 'faults', [
      {
        match: { vendor: 'cloudmore', path: '*/services' },
        fault: { kind: 'status', status: 200, body: listed, when: 'before' },
      },
    ]),
  );
  expect({ reported: await reported(), stands: await stands() }).toEqual({
    reported: ['unreadable 300.00'],
    stands: [120, 4800],
  });
});
