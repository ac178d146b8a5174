import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { plain, sum } from '../../shared/billing/basics/decimal.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { openHarness, type Harness, type Meanwhile } from './harness.js';

/** A contract is extended by a month's run that does not come to its end; the next month's begins. */

interface Block {
  billingDate: string;
  organizations: { services: { items: Item[] }[] }[];
}
interface Item {
  quantity: number;
  products: { quantity: number; totalSalesPrice: number; totalCostPrice: number; startDate: string; endDate: string }[];
}

/** Ten seats of a contract that ended in September, at other prices than before; eight in November. */
async function startVendors(endDate: string): Promise<Sandbox> {
  const world = JSON.parse(await readFile(new URL('../../sandbox/worlds/renewed.json', import.meta.url), 'utf8')) as {
    cloudmore: { monthlyBilling: Block[] };
    autotask: { contracts: { startDate: string; endDate: string }[] };
  };
  Object.assign(world.autotask.contracts[0]!, { startDate: '2025-05-01', endDate });
  const november = structuredClone(world.cloudmore.monthlyBilling[0]!);
  november.billingDate = '2025-11-08T00:00:00Z';
  for (const item of november.organizations[0]!.services[0]!.items) {
    item.quantity = 8;
    Object.assign(item.products[0]!, {
      ...{ quantity: 8, totalSalesPrice: 104, totalCostPrice: 88 },
      ...{ startDate: '2025-11-12T00:00:00Z', endDate: '2025-12-11T00:00:00Z' },
    });
  }
  world.cloudmore.monthlyBilling.push(november);
  return startSandbox({ world });
}

let sandbox: Sandbox;
let evidence: Evidence;
beforeEach(() => {
  evidence = memoryEvidence();
});
afterEach(() => sandbox.close());

const harness = (month: string, meanwhile: Meanwhile = {}): Harness =>
  openHarness(sandbox, {}, { ...meanwhile, month }, evidence);

async function bill(month: string, asOf: string): Promise<string> {
  const at = harness(month);
  return (await at.bill(await at.given(asOf), null)).status;
}

/** The worker is killed after its last write, before it read anything back. */
async function billUnfinished(month: string, asOf: string, beforeStep?: Meanwhile['beforeStep']): Promise<void> {
  const at = harness(month, beforeStep === undefined ? {} : { beforeStep });
  const killed = (): Promise<never> => Promise.reject(new Error('killed'));
  await expect(at.bill(await at.given(asOf), null, killed)).rejects.toThrow('killed');
}

/** Units and sales of the rows, and the charges next to them, by month. */
const billedIn = (month: string): (string | number | null)[] => {
  const { unitRows, charges } = sandbox.state().autotask;
  const isOf = (day: string | null | undefined): boolean => (day ?? '').startsWith(month);
  return [
    ...unitRows.filter(({ startDate }) => isOf(startDate)).map(({ price }) => price ?? null),
    ...charges.filter(({ datePurchased }) => isOf(datePurchased)).map(({ unitPrice }) => unitPrice ?? null),
  ];
};

// Its amounts counted as the extension’s, and were taken away.
test('the next month keeps what an unfinished run has billed', async () => {
  sandbox = await startVendors('2025-09-30');
  await billUnfinished('2025-10', '2025-10-20');
  expect(billedIn('2025-10')).toEqual([130]);
  expect(await bill('2025-11', '2025-11-10')).toBe('Done');
  expect(billedIn('2025-10')).toEqual([130]);
  expect(billedIn('2025-11')).toEqual([104]);
  expect(await bill('2025-10', '2025-11-11')).toBe('Unchanged');
  expect(await bill('2025-11', '2025-11-11')).toBe('Unchanged');
  expect([billedIn('2025-10'), billedIn('2025-11')]).toEqual([[130], [104]]);
});

const MONTHS = ['2025-08', '2025-09', '2025-10', '2025-11'];
const totals = (): string[] => MONTHS.map((month) => plain(sum(billedIn(month).map((price) => String(price ?? 0)))));
const numbers = (): unknown[] => sandbox.state().autotask.contracts.map(({ contractNumber }) => contractNumber);

test('rows of months between contracts are at 0; billed amounts stay', async () => {
  sandbox = await startVendors('2025-07-31');
  await billUnfinished('2025-10', '2025-10-20');
  expect(numbers()).toEqual(['premium-0001 cm<2025-07-31']);
  expect(await bill('2025-11', '2025-11-10')).toBe('Done');
  expect(totals()).toEqual(['0', '0', '130', '104']);
  expect(await bill('2025-10', '2025-11-11')).toBe('Unchanged');
  expect(await bill('2025-11', '2025-11-11')).toBe('Unchanged');
  expect([totals(), numbers()]).toEqual([['0', '0', '130', '104'], ['premium-0001']]);
});

// Which brought the rows before both to 0.
test('an extended month is billed after the next one', async () => {
  sandbox = await startVendors('2025-07-31');
  await billUnfinished('2025-10', '2025-10-20', ({ step }) =>
    step.kind === 'postAdjustment' ? Promise.reject(new Error('killed')) : Promise.resolve(),
  );
  expect(totals()).toEqual(['120', '120', '120', '120']);
  expect(await bill('2025-11', '2025-11-10')).toBe('Done');
  expect(await bill('2025-10', '2025-11-11')).toBe('Done');
  expect(await bill('2025-11', '2025-11-11')).toBe('Unchanged');
  expect(await bill('2025-10', '2025-11-11')).toBe('Unchanged');
  expect([totals(), numbers()]).toEqual([['0', '0', '130', '104'], ['premium-0001']]);
});
