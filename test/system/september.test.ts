import { describe, expect, test } from '@jest/globals';
import { grouped } from '../../shared/billing/basics/decimal.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { eventually } from '../eventually.js';
import { ADVENTURE_WORKS, FABRIKAM, useSystem, organizationOf, type SandboxState, type TestSystem } from './system.js';

/** The September story of the billing rules (section 10), day by day, through the real command line, Temporal and HTTP. */

const MONTH = '2025-10';
const IDS = {
  A: 'f8f54385-7297-53b4-9ffd-faf3c92a6f20',
  B: '496f35f3-ea0e-5975-9273-67a1f798425d',
  C: '2fa63467-f2bb-505f-8e40-98630d38ac2d',
  D: 'ad9d2a4e-25ba-5851-ba23-88689fbb7c22',
  E: '32851493-5479-52ad-9ef8-b8325ded4e42',
  F: '78d33f02-2bf3-5c0e-9aec-6705cdb6fe07',
  G: 'e72e9e64-e9d1-5747-9cb3-aca0ab8b4768',
  H: '3e6c464d-245e-560d-953e-407a51802e1a',
  LEGACY: '028d0f37-ca54-5c85-8d9d-cfd5829a57a4',
} as const;

interface Billed {
  sales: string;
  cost: string;
  units: number;
  end: string;
  charge: string | null;
  nextUnits: number | null;
}

/** What Autotask holds for a subscription in October: row + charges, units, contract end, and the units of November. */
function billed({ autotask }: SandboxState, subscriptionId: string): Billed | null {
  const contract = autotask.contracts.find(({ contractNumber }) => contractNumber === subscriptionId);
  if (!contract) return null;
  const rows = autotask.unitRows.filter(({ contractID }) => contractID === contract.id);
  const row = rows.find(({ startDate }) => String(startDate).startsWith(`${MONTH}-01`));
  const next = rows.find(({ startDate }) => String(startDate).startsWith('2025-11-01'));
  const charge = autotask.charges.find(
    ({ contractID, internalPurchaseOrderNumber }) =>
      contractID === contract.id && String(internalPurchaseOrderNumber).startsWith(`CM-${MONTH}-`),
  );
  const cents = (row: number, quantity: number, unit: number): string =>
    (Math.round(row * 100) / 100 + Math.round(quantity * unit * 100) / 100).toFixed(2);
  return {
    sales: cents(Number(row?.price ?? 0), Number(charge?.unitQuantity ?? 0), Number(charge?.unitPrice ?? 0)),
    cost: cents(Number(row?.cost ?? 0), Number(charge?.unitQuantity ?? 0), Number(charge?.unitCost ?? 0)),
    units: Number(row?.units ?? 0),
    end: String(contract.endDate).slice(0, 10),
    charge: charge ? Number(charge.unitPrice).toFixed(2) : null,
    nextUnits: next ? Number(next.units) : null,
  };
}

describe('the September story', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));

  const runAt = async (asOf: string): Promise<MonthResult> => {
    await system.control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
    return system.json<MonthResult>([0, 3], 'run', MONTH, '--as-of', asOf, '--wait');
  };

  const sums = (month: MonthResult): void => {
    const add = (side: 'cost' | 'sales'): string =>
      (['posted', 'held', 'excluded'] as const)
        .reduce((total, part) => total + Math.round(Number(month[part][side]) * 100), 0)
        .toString();
    for (const side of ['cost', 'sales'] as const)
      expect(add(side)).toBe(String(Math.round(Number(month[side === 'cost' ? 'report' : 'report'][side]) * 100)));
    expect(month.posted.lines + month.held.lines + month.excluded.lines).toBe(month.report.lines);
  };

  test('plan shows beforehand exactly the steps that run then takes', async () => {
    await system.control('POST', 'clock', { now: '2025-10-09T03:00:00Z' });
    const plan = await system.json<{ organizations: { steps: { kind: string }[] }[] }>(
      [0],
      'plan',
      MONTH,
      '--as-of',
      '2025-10-09',
    );
    expect(await system.writes()).toEqual([]);
    const planned = plan.organizations.flatMap(({ steps }) => steps.map(({ kind }) => kind));
    await system.forget();
    const month = await runAt('2025-10-09');
    const count = (kind: string): number => planned.filter((step) => step === kind).length;
    expect(month.writes).toEqual({
      services: count('ensureService') - repeatedServices(plan.organizations),
      products: count('ensureProduct') - repeatedProducts(plan.organizations),
      contracts: count('upsertContract'),
      extensions: count('extendContract'),
      adjustments: count('postAdjustment'),
      charges: count('postCharge'),
    });
    const writes = await system.writes();
    expect(writes.filter(({ path }) => /ServiceAdjustments$/i.test(path))).toHaveLength(count('postAdjustment'));
    expect(writes.filter(({ path, method }) => /\/Charges$/i.test(path) && method === 'POST')).toHaveLength(count('postCharge'));
    sums(month);
  });

  test('after 9 October Autotask holds exactly what the report said then', async () => {
    const state = await system.state();
    expect(billed(state, IDS.A)).toEqual({
      sales: '516.00',
      cost: '451.76',
      units: 24,
      end: '2026-03-31',
      charge: null,
      nextUnits: 24,
    });
    expect(billed(state, IDS.B)).toMatchObject({ sales: '72.00', cost: '63.00', units: 10 });
    expect(billed(state, IDS.C)).toMatchObject({ sales: '5.76', cost: '5.04', units: 3 });
    expect(billed(state, IDS.D)).toMatchObject({ sales: '-48.30', cost: '-42.26', units: 0, charge: '-48.30' });
    expect(billed(state, IDS.E)).toMatchObject({ sales: '648.00', cost: '564.00', units: 5, nextUnits: 0, end: '2026-09-30' });
    expect(billed(state, IDS.F)).toMatchObject({ sales: '460.80', cost: '403.20', units: 12, end: '2026-09-30' });
    expect(billed(state, IDS.G)).toMatchObject({ sales: '190.30', cost: '165.64', units: 6, nextUnits: 0 });
    expect(billed(state, IDS.H)).toBeNull();
    expect(billed(state, IDS.LEGACY)).toBeNull();
  });

  // With a key, and nothing after it.
  test('perpetual licences without subscription id get one-month contracts', async () => {
    const { autotask } = await system.state();
    const contract = autotask.contracts.find(({ contractNumber }) => /^cm-[0-9a-f]{32}$/.test(String(contractNumber)));
    expect(contract).toMatchObject({ companyID: 29683540 });
    expect(String(contract!.endDate)).toContain('2025-10-31');
    const row = autotask.unitRows.find(({ contractID }) => contractID === contract!.id);
    expect(row).toMatchObject({ units: 2, price: 1940, cost: 1712 });
  });

  test('services carry item codes; contracts show customers the product', async () => {
    const { autotask } = await system.state();
    const service = autotask.services.find(({ invoiceDescription }) => invoiceDescription === 'CFQ7TTC0LCHC-0002-P1Y-Monthly');
    expect(service).toMatchObject({ unitPrice: 22.5, unitCost: 19.7 });
    const contractService = autotask.contractServices.find(({ serviceID }) => serviceID === service!.id);
    expect(contractService).toMatchObject({ invoiceDescription: 'Microsoft 365 Business Premium' });
  });

  test('the run after that writes nothing', async () => {
    await system.forget();
    const month = await runAt('2025-10-09');
    expect(await system.writes()).toEqual([]);
    expect(month.writes).toEqual({ services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 });
    sums(month);
  });

  test('organizations without a company id are excluded with their amount', async () => {
    const month = await system.json<MonthResult>([0, 3], 'status', MONTH);
    const organization = organizationOf(month, ADVENTURE_WORKS);
    expect(organization).toMatchObject({ status: 'Excluded', excluded: { lines: 1, cost: '30.60', sales: '36.00' } });
    expect(organization.items[0]).toMatchObject({ outcome: 'excluded', reason: 'company-id-missing' });
    expect(month.unassigned).toMatchObject({ lines: 1, cost: '5.10', sales: '6.00' });
  });

  test('a manual discount becomes a charge next to A’s row', async () => {
    const month = await runAt('2025-10-12');
    expect(billed(await system.state(), IDS.A)).toMatchObject({ sales: '491.00', cost: '451.76', units: 24, charge: '-25.00' });
    expect(month.writes).toMatchObject({ adjustments: 0, charges: 1, contracts: 0 });
    sums(month);
  });

  // Legacy and Azure Classic.
  test('reports of 16 October are billed on the 17th', async () => {
    const month = await runAt('2025-10-17');
    expect(billed(await system.state(), IDS.LEGACY)).toMatchObject({ sales: '88.40', cost: '75.84', units: 10 });
    expect(organizationOf(month, FABRIKAM).report.sales).toBe('5709.39');
    sums(month);
    await system.forget();
    await runAt('2025-10-17');
    expect(await system.writes()).toEqual([]);
  });

  // The report says so (6.6).
  test('a deleted contract is held, then made again after release', async () => {
    const { autotask } = await system.state();
    const contract = autotask.contracts.find(({ contractNumber }) => contractNumber === IDS.B)!;
    const of = (table: 'unitRows' | 'contractServices'): unknown[] =>
      autotask[table].filter(({ contractID }) => contractID === contract.id).map(({ id }) => id);
    for (const id of of('unitRows')) await system.control('DELETE', `autotask/unitRows/${String(id)}`);
    for (const id of of('contractServices')) await system.control('DELETE', `autotask/contractServices/${String(id)}`);
    await system.control('DELETE', `autotask/contracts/${String(contract.id)}`);
    const month = await runAt('2025-10-17');
    expect(month.writes).toMatchObject({ contracts: 0, adjustments: 0 });
    const gone = month.organizations.find(({ items }) => items.some(({ reason }) => reason === 'contract-gone'))!;
    expect(await system.cli('approve', MONTH, '--organization', gone.organizationId)).toMatchObject({ code: 0 });
    await eventually(
      () => system.json<MonthResult>([0, 3], 'status', MONTH),
      (seen) => organizationOf(seen, gone.organizationId).status === 'Done',
    );
    expect(billed(await system.state(), IDS.B)).toMatchObject({ sales: '72.00', cost: '63.00', units: 10 });
    expect((await system.cli('report', MONTH)).stdout).toMatch(
      /The contract \d+ was there before and is gone from Autotask\. The contract for \S+ is made again/,
    );
  });

  test('report prints the same reconciliation as text and as JSON', async () => {
    const month = await system.json<MonthResult>([0, 3], 'report', MONTH, '--format', 'json');
    const text = await system.cli('report', MONTH);
    expect(text.stdout).toContain(grouped(month.report.sales));
    expect(text.stdout).toContain('Contoso Dental Group');
    sums(month);
  });
});

interface PlannedOrganization {
  steps: { kind: string; serviceKey?: string; productKey?: string }[];
}

/** A service or product that two organizations need is made once. */
const repeated = (
  organizations: PlannedOrganization[],
  keyOf: (step: PlannedOrganization['steps'][number]) => string | undefined,
): number => {
  const keys = organizations.flatMap(({ steps }) => steps.flatMap((step) => keyOf(step) ?? []));
  return keys.length - new Set(keys).size;
};
const repeatedServices = (organizations: PlannedOrganization[]): number =>
  repeated(organizations, (step) => (step.kind === 'ensureService' ? step.serviceKey : undefined));
const repeatedProducts = (organizations: PlannedOrganization[]): number =>
  repeated(organizations, (step) => (step.kind === 'ensureProduct' ? step.productKey : undefined));
