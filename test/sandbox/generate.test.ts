import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateWorld, writeGeneratedWorld, type GeneratedWorld } from '../../sandbox/generate.js';
import { startSandbox } from '../../sandbox/index.js';

/** What a generated world must hold together: report, invoice, subscriptions, prices and companies tell one story. */

interface Totals {
  totalCostPrice: number;
  totalSalesPrice: number;
}
interface Line extends Totals {
  recordType: string;
  chargeType: string | null;
  itemCode: string | null;
  quantity: number;
}
interface Item extends Totals {
  subscriptionId: string | null;
  quantity: number;
  products: Line[];
}
interface Organization extends Totals {
  organizationId: string;
  services: ({ items: Item[] } & Totals)[];
}
interface Block extends Totals {
  billingDate: string;
  currencyCode: string;
  availableFrom?: string;
  availableUntil?: string;
  organizations: Organization[];
}
interface InvoiceLine extends Totals {
  organizationId: string | null;
  subscriptionId: string;
  effectiveUnitPrice: number;
  billableQuantity: number;
  pcToBCExchangeRate: number;
  subscriptionDescription: string;
  subtotal: number;
  recordType: string;
}

const blocksOf = ({ cloudmore }: GeneratedWorld): Block[] => cloudmore.monthlyBilling as unknown as Block[];
const itemsOf = ({ organizations }: Block): Item[] =>
  organizations.flatMap(({ services }) => services.flatMap(({ items }) => items));
const linesOf = (block: Block): Line[] => itemsOf(block).flatMap(({ products }) => products);
const inMonth = (month: string) => (block: Block) => block.billingDate.startsWith(month);
const invoiceOf = ({ cloudmore }: GeneratedWorld): Totals & { items: InvoiceLine[] } =>
  cloudmore.oneTimeInvoices?.[0]?.report as unknown as Totals & { items: InvoiceLine[] };
const sum = (records: Totals[]): string[] =>
  (['totalCostPrice', 'totalSalesPrice'] as const).map((name) =>
    records.reduce((total, record) => total.plus(record[name]), new Big(0)).toFixed(2),
  );

const world = generateWorld({ lines: 3000, organizations: 60, seed: 7 });
const october = blocksOf(world).filter(inMonth('2025-10'));
const september = blocksOf(world).filter(inMonth('2025-09'));

describe('a generated world', () => {
  test('has exactly the lines and organizations that were asked for', () => {
    expect(october.flatMap(linesOf)).toHaveLength(3000);
    expect(world.cloudmore.organizations).toHaveLength(60);
  });

  test.each([
    [1, 1],
    [5, 5],
    [17, 3],
    [1000, 999],
  ])('has %d lines for %d organizations, to the line, for any seed', (lines, organizations) => {
    for (const seed of [0, 1, 2, 3]) {
      const small = generateWorld({ lines, organizations, seed });
      expect(blocksOf(small).filter(inMonth('2025-10')).flatMap(linesOf)).toHaveLength(lines);
      expect(
        new Set(
          blocksOf(small)
            .filter(inMonth('2025-10'))
            .flatMap(({ organizations }) => organizations.map(({ organizationId }) => organizationId)),
        ).size,
      ).toBe(organizations);
    }
  });

  test('every total is the sum of what is below it', () => {
    for (const block of blocksOf(world)) {
      expect(sum([block])).toEqual(sum(block.organizations));
      for (const organization of block.organizations) {
        expect(sum([organization])).toEqual(sum(organization.services));
        for (const service of organization.services) {
          expect(sum([service])).toEqual(sum(service.items));
          for (const item of service.items) expect(sum([item])).toEqual(sum(item.products));
        }
      }
    }
  });

  test('the invoice is the NCE block plus tenants without organization', () => {
    const invoice = invoiceOf(world);
    const unlinked = invoice.items.filter(({ organizationId }) => organizationId === null);
    const nce = october.find(({ billingDate }) => billingDate.startsWith('2025-10-08'))!;
    expect(sum([invoice])).toEqual(sum(invoice.items));
    expect(sum(invoice.items.filter(({ organizationId }) => organizationId !== null))).toEqual(sum([nce]));
    expect(unlinked.length).toBeGreaterThan(0);
    expect(invoice.items).toHaveLength(linesOf(nce).length + unlinked.length);
  });

  test("every line of the invoice keeps Microsoft's formula", () => {
    for (const {
      effectiveUnitPrice,
      billableQuantity,
      pcToBCExchangeRate,
      subscriptionDescription,
      subtotal,
      recordType,
    } of invoiceOf(world).items) {
      const down = (amount: Big): Big => amount.round(2, 0);
      const [price, rate] = [new Big(effectiveUnitPrice), new Big(pcToBCExchangeRate)];
      const isUsage = subscriptionDescription === 'Azure plan';
      const wanted = isUsage
        ? down(down(price.times(billableQuantity)).times(rate))
        : down(price.times(rate)).times(billableQuantity);
      expect([recordType, new Big(subtotal).toFixed(2)]).toEqual([recordType, wanted.toFixed(2)]);
    }
  });

  test('has every record type, and every charge type of the timelines', () => {
    const lines = october.flatMap(linesOf);
    expect([...new Set(lines.map(({ recordType }) => recordType))].sort()).toEqual([
      'AzureClassic',
      'AzurePlan',
      'Csp365Legacy',
      'Csp365Nce',
      'CustomService',
      'ManualBillingLine',
      'Marketplace',
      'PerpetualLicense',
      'ReservedInstance',
      'SoftwareSubscription',
    ]);
    expect([...new Set(lines.map(({ chargeType }) => chargeType))]).toEqual(
      expect.arrayContaining([
        'new',
        'renew',
        'cycleCharge',
        'addQuantity',
        'removeQuantity',
        'cancelImmediate',
        'convert',
        'customerCredit',
        null,
      ]),
    );
  });

  test('has credits, licences without subscription id, and subscriptions without a line', () => {
    const items = october.flatMap(itemsOf);
    expect(items.filter(({ quantity, totalSalesPrice }) => quantity === 0 && totalSalesPrice < 0).length).toBeGreaterThan(0);
    expect(
      items.filter(({ subscriptionId, products }) => subscriptionId === null && products[0]?.recordType === 'PerpetualLicense')
        .length,
    ).toBeGreaterThan(0);
    const billed = new Set(items.map(({ subscriptionId }) => subscriptionId));
    expect(world.cloudmore.subscriptions.nce!.filter(({ id }) => !billed.has(id)).length).toBeGreaterThan(0);
  });

  test('every billed licence is listed for its organization and priced', () => {
    const listed = new Map(world.cloudmore.subscriptions.nce!.map((subscription) => [subscription.id, subscription]));
    const priced = new Set(
      Object.values(world.cloudmore.priceLists)
        .flat()
        .map(({ itemCode }) => itemCode),
    );
    for (const { organizationId, services } of [...october, ...september].flatMap(({ organizations }) => organizations)) {
      for (const { subscriptionId, products } of services.flatMap(({ items }) => items)) {
        const seats = products.filter(({ recordType }) => recordType === 'Csp365Nce');
        if (seats.length === 0) continue;
        expect(listed.get(subscriptionId ?? '')).toMatchObject({ organizationId });
        for (const { itemCode } of seats) expect(priced).toContain(itemCode);
      }
    }
  });

  test('a full cycle costs the list price, sold for that at most', () => {
    const prices = new Map(
      Object.values(world.cloudmore.priceLists)
        .flat()
        .map((item) => [item.itemCode, item as unknown as { costPrice: number; salesPrice: number }]),
    );
    const cycles = october
      .flatMap(linesOf)
      .filter(({ recordType, chargeType }) => recordType === 'Csp365Nce' && ['new', 'renew'].includes(chargeType ?? ''));
    expect(cycles.length).toBeGreaterThan(100);
    for (const { itemCode, quantity, totalCostPrice, totalSalesPrice } of cycles) {
      const { costPrice, salesPrice } = prices.get(itemCode ?? '')!;
      expect(totalCostPrice).toBe(new Big(costPrice).times(quantity).toNumber());
      expect([1, 0.95].map((factor) => new Big(salesPrice).times(factor).round(2, 1).times(quantity).toNumber())).toContain(
        totalSalesPrice,
      );
    }
  });

  // The licences in that of the price list.
  test('bills several currencies, each block in its own', () => {
    expect([...new Set(october.map(({ currencyCode }) => currencyCode))].sort()).toEqual(['EUR', 'USD']);
    for (const block of october.filter(({ currencyCode }) => currencyCode === 'USD'))
      expect(new Set(linesOf(block).map(({ recordType }) => recordType))).toEqual(new Set(['CustomService']));
  });

  // Billed in one of the two months.
  test('has terms paid at once for one or three years', () => {
    const upfront = (blocks: Block[]): Set<string | null> =>
      new Set(
        blocks
          .flatMap(itemsOf)
          .filter(({ products }) => products.some(({ itemCode }) => /-(Annual|Triennial)$/.test(itemCode ?? '')))
          .map(({ subscriptionId }) => subscriptionId),
      );
    const [before, now] = [upfront(september), upfront(october)];
    expect(Math.min(before.size, now.size)).toBeGreaterThan(10);
    expect([...now].some((id) => !before.has(id))).toBe(true);
  });

  test('every id is there once', () => {
    const { organizations, subscriptions } = world.cloudmore;
    const ids = [organizations, subscriptions.nce!, subscriptions.legacy!, subscriptions.azure!].flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  // So that months can be compared.
  test('has a previous month of about the same size', () => {
    const [before, now] = [sum(september)[1], sum(october)[1]].map(Number);
    expect(now! / before!).toBeGreaterThan(0.5);
    expect(now! / before!).toBeLessThan(2);
  });

  test('most organizations name a company; small shares do not, or wrongly', () => {
    const big = generateWorld({ lines: 1500, organizations: 1500, seed: 1 });
    const companies = new Map(
      (big.autotask.companies as { id: number; isActive: boolean }[]).map((company) => [String(company.id), company]),
    );
    const links = big.cloudmore.organizations.map(({ customProperties }) => customProperties?.[0]?.value);
    const count = (isMeant: (link: string | null | undefined) => boolean): number => links.filter(isMeant).length;
    const used = links.flatMap((link) => link ?? []);
    expect(count((link) => companies.get(link ?? '')?.isActive === true)).toBeGreaterThan(1350);
    expect(count((link) => link === undefined)).toBeGreaterThan(0);
    expect(count((link) => link === '')).toBeGreaterThan(0);
    expect(count((link) => /^ \d+ $/.test(link ?? ''))).toBeGreaterThan(0);
    expect(count((link) => link?.startsWith('ACME') === true)).toBeGreaterThan(0);
    expect(count((link) => /^\d+$/.test(link ?? '') && !companies.has(link!))).toBeGreaterThan(0);
    expect(count((link) => companies.get(link ?? '')?.isActive === false)).toBeGreaterThan(0);
    expect(used.length - new Set(used).size).toBeGreaterThan(0);
  });

  test('the same options give the same world, another seed another one', () => {
    const again = generateWorld({ lines: 3000, organizations: 60, seed: 7 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(world));
    expect(JSON.stringify(generateWorld({ lines: 3000, organizations: 60, seed: 8 }))).not.toBe(JSON.stringify(world));
  });

  test('may be of any month, leap years included', () => {
    const march = generateWorld({ lines: 400, organizations: 8, seed: 3, month: '2024-03' });
    const lines = blocksOf(march).filter(inMonth('2024-03')).flatMap(linesOf) as (Line & { startDate: string })[];
    expect(march.now).toBe('2024-03-17T03:00:00Z');
    expect(lines).toHaveLength(400);
    expect(lines.some(({ startDate }) => startDate.startsWith('2024-02'))).toBe(true);
  });
});

describe('a correction', () => {
  const corrected = generateWorld({ lines: 3000, organizations: 60, seed: 7, changed: 0.1 });
  const blocks = blocksOf(corrected).filter(inMonth('2025-10-08'));
  const [first, second] = blocks as [Block, Block];

  test('restates the Microsoft lines from the 20th on, without a gap', () => {
    expect(blocks).toHaveLength(2);
    expect([first.availableFrom, first.availableUntil]).toEqual([undefined, '2025-10-20T00:00:00Z']);
    expect([second.availableFrom, second.availableUntil]).toEqual(['2025-10-20T00:00:00Z', undefined]);
  });

  test('changes the sales of the requested share, and no cost', () => {
    const [before, after] = [linesOf(first), linesOf(second)];
    const changed = after.filter(({ totalSalesPrice }, index) => totalSalesPrice !== before[index]?.totalSalesPrice);
    expect(Math.abs(changed.length - before.length * 0.1)).toBeLessThan(5);
    expect(after.map(({ totalCostPrice }) => totalCostPrice)).toEqual(before.map(({ totalCostPrice }) => totalCostPrice));
    expect(sum([second])).toEqual(sum(second.organizations));
  });

  test('leaves everything else as it is without one', () => {
    expect(JSON.stringify(first.organizations)).toBe(
      JSON.stringify(october.find(({ billingDate }) => billingDate.startsWith('2025-10-08'))?.organizations),
    );
  });
});

describe('a world written to a file', () => {
  test('equals the world in memory byte by byte, leaving nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'generate-'));
    const path = join(folder, 'world.json');
    const written = await writeGeneratedWorld({ lines: 3000, organizations: 60, seed: 7 }, path);
    const text = await readFile(path, 'utf8');
    expect(written).toEqual({ lines: 3000, organizations: 60, bytes: Buffer.byteLength(text) });
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(world)));
    expect(await readdir(folder)).toEqual(['world.json']);
    await rm(folder, { recursive: true });
  });

  test('names all senseless options before it begins', async () => {
    const failed = writeGeneratedWorld({ lines: 0, organizations: 1, seed: 1, month: '2025-13' }, join(tmpdir(), 'never.json'));
    await expect(failed).rejects.toThrow(/lines[\s\S]*month|month[\s\S]*lines/);
  });

  test('has a line for each organization, or is refused', () => {
    expect(() => generateWorld({ lines: 5, organizations: 6, seed: 1 })).toThrow('as many lines as organizations');
  });
});

test('the sandbox serves a generated world', async () => {
  const sandbox = await startSandbox({ world: JSON.parse(JSON.stringify(world)) });
  expect(sandbox.state().autotask.companies.length).toBe(world.autotask.companies.length);
  await sandbox.close();
});
