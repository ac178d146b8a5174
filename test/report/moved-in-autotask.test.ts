import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import type { UndoMonth } from '../../activities/decide/preview-undo.js';
import type { AutotaskState } from '../../sandbox/index.js';
import type { World } from '../api/vendors.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, CODE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** Between two runs of a month somebody moves what it was billed on, or gives it other ids. */

const MONTH = '2025-10';
const NO_ID = { contractNumber: 'PO 77', userDefinedFields: [{ name: 'Subscription ID', value: null }] };

async function billed(work: (harness: Harness, autotask: AutotaskState) => Promise<void>): Promise<void> {
  const harness = await openHarness(twoCustomers([LICENCE, AZURE, OTHERS]), { BREAKERS: 'off' });
  try {
    await harness.bill(MONTH, '2025-10-12');
    await work(harness, await stateOf(harness));
  } finally {
    await harness.close();
  }
}

const stateOf = async (harness: Harness): Promise<AutotaskState> =>
  ((await harness.control('GET', 'state')) as { autotask: AutotaskState }).autotask;

/** All that the month's rows and charges ask customers for. */
async function asked(harness: Harness): Promise<number> {
  const { unitRows, charges } = await stateOf(harness);
  const ofMonth = unitRows.filter(({ startDate }) => String(startDate).startsWith(MONTH));
  const amounts = [...ofMonth.map(({ price }) => price), ...charges.map(({ billableAmount }) => billableAmount)];
  return amounts.reduce((sum, one) => sum.plus(String(one)), new Big(0)).toNumber();
}

const contractOf = ({ contracts }: AutotaskState, number: string): number =>
  contracts.find(({ contractNumber }) => contractNumber === number)!.id;

async function heldAfter(harness: Harness): Promise<(string | null)[]> {
  const { result } = await harness.bill(MONTH, '2025-10-20');
  return result.organizations.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'held').map(({ cause }) => cause));
}

describe('a month that was billed, where somebody', () => {
  // It was billed once more.
  test('a charge moved to another company is not billed again', () =>
    billed(async (harness, state) => {
      const [charge] = state.charges;
      await harness.control('PATCH', `autotask/charges/${charge!.id}`, { contractID: contractOf(state, 's-2') });
      expect(await heldAfter(harness)).toEqual([
        expect.stringMatching(/^Charge \d+ .* of 4,100\.00 EUR was made for it, but is on/),
      ]);
      expect(await asked(harness)).toBe(9020);
    }));

  // It was billed once more on a new contract.
  test('a renumbered contract without its field is not billed again', () =>
    billed(async (harness, state) => {
      await harness.control('PATCH', `autotask/contracts/${contractOf(state, 's-1')}`, NO_ID);
      expect(await heldAfter(harness)).toEqual([
        expect.stringMatching(/now carries other ids \(none in its field, PO 77 as its number\)/),
      ]);
      expect(await asked(harness)).toBe(9020);
    }));

  // `undo` knew nothing of the contract, and left what it bills.
  test('undo finds a contract whose ids were taken', () =>
    billed(async (harness, state) => {
      await harness.control('PATCH', `autotask/contracts/${contractOf(state, 's-1')}`, NO_ID);
      const { organizations } = JSON.parse((await harness.cli('undo', MONTH, '--json')).out) as UndoMonth;
      const back = organizations.flatMap(({ lines }) => lines.map(({ contractKey, now }) => [contractKey, now.sales]));
      expect(back).toEqual(expect.arrayContaining([['s-1', '120.00']]));
      expect(back).toHaveLength(3);
    }));

  // It was billed alongside the copy, and nobody was told.
  test('a contract copied by hand is reported', () =>
    billed(async (harness, { contracts, contractServices }) => {
      const original = contracts.find(({ contractNumber }) => contractNumber === 's-1')!;
      const { serviceID } = contractServices.find(({ contractID }) => contractID === original.id)!;
      const { companyID, startDate, endDate, contractType, contractPeriodType, status } = original;
      const kind = { contractType, contractPeriodType, status, timeReportingRequiresStartAndStopTimes: 0 };
      const contractID = await make(harness, 'Contracts', { companyID, startDate, endDate, ...kind, contractName: 'Copy' });
      const units = { effectiveDate: `${MONTH}-01T10:15:00Z`, unitChange: 10, adjustedUnitPrice: 12, adjustedUnitCost: 10 };
      await make(harness, 'ContractServiceAdjustments', { contractID, serviceID, ...units });
      const { result } = await harness.bill(MONTH, '2025-10-20');
      expect(result.remarks).toEqual([
        expect.stringMatching(/contract \d+ \(Copy\) of Contoso bills 120\.00 EUR of .*, which is also on contract \d+\./),
      ]);
      expect((await harness.cli('report', MONTH)).out.replaceAll(/\s+/g, ' ')).toContain('of Contoso bills 120.00 EUR');
    }));
});

/** Contoso's contract of another tool, which ended in August with ten units. */
function takenOver(): World {
  const world = twoCustomers([LICENCE, { ...OTHERS, code: 'CFQ7TTC0OTHER' }]);
  const contract = {
    companyID: 501,
    contractName: 'Taken over',
    contractNumber: 's-1',
    startDate: '2024-09-01',
    endDate: '2025-08-31',
  };
  return {
    ...world,
    autotask: {
      ...world.autotask,
      services: [{ id: 50, name: 'Business Premium', invoiceDescription: CODE, unitPrice: 12, unitCost: 10 }],
      contracts: [{ id: 100, ...contract }],
      contractServices: [{ id: 200, contractID: 100, serviceID: 50 }],
      unitRows: [{ contractServiceID: 200, startDate: '2025-08-01', units: 10, unitPrice: 12, unitCost: 10 }],
    },
  };
}

// It was extended when Contoso was first billed here: its ten units carried on alongside ten on the copy.
test('a service whose key went to a copy holds an ended contract', async () => {
  const harness = await openHarness(takenOver(), { BREAKERS: 'off' });
  try {
    await harness.bill(MONTH, '2025-10-12', ['fabrikam']);
    const { services } = await stateOf(harness);
    const { billingCodeID, periodType } = services.find(({ id }) => id !== 50)!;
    await harness.control('PATCH', 'autotask/services/50', { name: 'Old', invoiceDescription: null });
    await make(harness, 'Services', { name: 'Copy', invoiceDescription: CODE, unitPrice: 12, billingCodeID, periodType });
    expect(await heldAfter(harness)).toEqual([expect.stringMatching(/it stood for cfq7ttc0lchc.* and has lost that key/)]);
    expect(await asked(harness)).toBe(4800);
  } finally {
    await harness.close();
  }
});

/** As a person does it in Autotask; answers the record's id. */
async function make(harness: Harness, path: string, body: object): Promise<number> {
  const headers = { ApiIntegrationCode: 'sandbox', UserName: 'sandbox', Secret: 'sandbox', 'content-type': 'application/json' };
  const answer = await fetch(`${harness.env['AUTOTASK_URL']}v1.0/${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${text}`);
  return (JSON.parse(text) as { itemId: number }).itemId;
}
