import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { controlSandbox } from '../../bench/control-sandbox.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { runCommand } from '../command.js';
import { billMonth } from './bill-month.js';

/**
 * A contract ended in June, and its subscription is billed again in October. Extending it makes rows from July on; where Autotask takes no adjustment, these would
 * stay as they are, while October happens to be right.
 */

const WORLD = {
  now: '2025-10-09T03:00:00Z',
  cloudmore: {
    resellerId: 'northwind',
    organizations: [
      {
        ...{ id: 'contoso', name: 'Contoso', isActive: true, currencyCode: 'EUR' },
        customProperties: [{ name: 'AutotaskCompanyID', value: '501' }],
      },
    ],
    services: [{ id: 'm365', name: 'Microsoft 365 CSP Direct', type: 'Csp', isCustomService: false }],
    priceLists: {},
    subscriptions: {
      nce: [
        {
          ...{ id: 's-1', organizationId: 'contoso', name: 'Business Premium', productName: 'Business Premium' },
          ...{ itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly', status: 'Active', commitmentEndDate: '2026-09-17T00:00:00Z' },
        },
      ],
    },
    monthlyBilling: [
      {
        ...{ billingDate: '2025-10-08T00:00:00Z', currencyCode: 'EUR' },
        organizations: [
          {
            ...{ organizationId: 'contoso', organizationName: 'Contoso', currencyCode: 'EUR' },
            services: [
              {
                ...{ serviceId: 'm365', serviceName: 'Microsoft 365 CSP Direct' },
                items: [
                  {
                    ...{ subscriptionId: 's-1', subscriptionName: 'Business Premium', quantity: 10 },
                    products: [
                      {
                        ...{ productName: 'Business Premium', itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly' },
                        ...{ recordType: 'Csp365Nce', chargeType: 'cycleCharge', quantity: 10 },
                        ...{ costPrice: 10, salesPrice: 12, totalSalesPrice: 120, totalCostPrice: 100 },
                        ...{ startDate: '2025-10-01T00:00:00Z', endDate: '2025-10-31T00:00:00Z' },
                      },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
  autotask: {
    companies: [{ id: 501, companyName: 'Contoso', isActive: true }],
    billingCodes: [
      { id: 29682801, useType: 5 },
      { id: 29682802, useType: 4 },
    ],
    picklists: { 'Contracts.serviceLevelAgreementID': [{ value: '1', label: 'Standard' }] },
    services: [
      { id: 201, name: 'Business Premium', invoiceDescription: 'CFQ7TTC0LCHC-0002-P1Y-Monthly', unitPrice: 12, unitCost: 10 },
    ],
    contracts: [{ id: 101, companyID: 501, contractNumber: 's-1', startDate: '2025-05-01', endDate: '2025-06-30' }],
    contractServices: [{ id: 301, contractID: 101, serviceID: 201, unitPrice: 12, unitCost: 10, units: 10 }],
  },
};

let sandbox: Sandbox;
let folder: string;
let env: Record<string, string>;
beforeEach(async () => {
  sandbox = await startSandbox({ world: WORLD });
  folder = await mkdtemp(join(tmpdir(), 'billing-ended-'));
  env = { ...sandbox.env(), BILLING_EVIDENCE: `file:${folder}`, BILLING_MODE: 'auto', TEMPORAL_ADDRESS: '127.0.0.1:1' };
});
afterEach(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

const unitsBetween = (): (number | null)[] =>
  sandbox
    .state()
    .autotask.unitRows.filter(({ startDate }) => startDate! >= '2025-07-01' && startDate! < '2025-10-01')
    .map(({ units }) => units);

const setFaults = (faults: object[]): Promise<unknown> => controlSandbox(sandbox.url, 'POST', 'faults', faults);

// October was right by what the rows had carried on, so the month passed for posted while three months were billed again.
test('months that an extension billed again are not passed for posted', async () => {
  await setFaults([
    {
      match: { vendor: 'autotask', method: 'POST', path: '*/ServiceAdjustments' },
      fault: { kind: 'status', status: 409, when: 'before' },
    },
  ]);
  await billMonth(env, '2025-10', '2025-10-09');
  expect(unitsBetween()).toEqual([10, 10, 10]);
  const held = await runCommand(env, ['report', '2025-10']);
  expect(held.code).toBe(3);
  expect(held.out).toMatch(/0 units from 2025-07-01, the contract had ended/);
  await setFaults([]);
  await billMonth(env, '2025-10', '2025-10-10');
  expect(unitsBetween()).toEqual([0, 0, 0]);
  expect((await runCommand(env, ['report', '2025-10'])).code).toBe(0);
});
