import { describe, expect, test } from '@jest/globals';
import { Big } from 'big.js';
import type { UndoMonth } from '../../activities/decide/preview-undo.js';
import type { AutotaskState } from '../../sandbox/index.js';
import { openDesk, type Desk } from './desk.js';
import { AZURE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** Between two runs of a month somebody moves what it was billed on, or gives it other ids. */

const MONTH = '2025-10';
const NO_ID = { contractNumber: 'PO 77', userDefinedFields: [{ name: 'Subscription ID', value: null }] };

async function billed(work: (desk: Desk, autotask: AutotaskState) => Promise<void>): Promise<void> {
  const desk = await openDesk(twoCustomers([LICENCE, AZURE, OTHERS]), { BREAKERS: 'off' });
  try {
    await desk.bill(MONTH, '2025-10-12');
    await work(desk, await stateOf(desk));
  } finally {
    await desk.close();
  }
}

const stateOf = async (desk: Desk): Promise<AutotaskState> =>
  ((await desk.control('GET', 'state')) as { autotask: AutotaskState }).autotask;

/** All that the month's rows and charges ask customers for. */
async function asked(desk: Desk): Promise<number> {
  const { unitRows, charges } = await stateOf(desk);
  const ofMonth = unitRows.filter(({ startDate }) => String(startDate).startsWith(MONTH));
  const amounts = [...ofMonth.map(({ price }) => price), ...charges.map(({ billableAmount }) => billableAmount)];
  return amounts.reduce((sum, one) => sum.plus(String(one)), new Big(0)).toNumber();
}

const contractOf = ({ contracts }: AutotaskState, number: string): number =>
  contracts.find(({ contractNumber }) => contractNumber === number)!.id;

async function heldAfter(desk: Desk): Promise<(string | null)[]> {
  const { result } = await desk.bill(MONTH, '2025-10-20');
  return result.organizations.flatMap(({ items }) => items.filter(({ outcome }) => outcome === 'held').map(({ cause }) => cause));
}

describe('a month that was billed, where somebody', () => {
  test('moved a charge to a contract of another company, was billed once more', () =>
    billed(async (desk, state) => {
      const [charge] = state.charges;
      await desk.control('PATCH', `autotask/charges/${charge!.id}`, { contractID: contractOf(state, 's-2') });
      expect(await heldAfter(desk)).toEqual([
        expect.stringMatching(/^Charge \d+ .* of 4,100\.00 EUR was made for it, and stands on/),
      ]);
      expect(await asked(desk)).toBe(9020);
    }));

  test('gave a contract another number, and cleared its field, was billed once more on a new contract', () =>
    billed(async (desk, state) => {
      await desk.control('PATCH', `autotask/contracts/${contractOf(state, 's-1')}`, NO_ID);
      expect(await heldAfter(desk)).toEqual([
        expect.stringMatching(/carries other ids now \(none in its field, PO 77 as its number\)/),
      ]);
      expect(await asked(desk)).toBe(9020);
    }));

  test('did so before it was taken back: `undo` knew nothing of the contract, and left what it bills', () =>
    billed(async (desk, state) => {
      await desk.control('PATCH', `autotask/contracts/${contractOf(state, 's-1')}`, NO_ID);
      const { organizations } = JSON.parse((await desk.cli('undo', MONTH, '--json')).out) as UndoMonth;
      const back = organizations.flatMap(({ lines }) => lines.map(({ contractKey, now }) => [contractKey, now.sales]));
      expect(back).toEqual(expect.arrayContaining([['s-1', '120.00']]));
      expect(back).toHaveLength(3);
    }));

  test('copied a contract by hand, was billed beside the copy, and nobody was told', () =>
    billed(async (desk, { contracts, contractServices }) => {
      const original = contracts.find(({ contractNumber }) => contractNumber === 's-1')!;
      const { serviceID } = contractServices.find(({ contractID }) => contractID === original.id)!;
      const { companyID, startDate, endDate, contractType, contractPeriodType, status } = original;
      const kind = { contractType, contractPeriodType, status, timeReportingRequiresStartAndStopTimes: 0 };
      const contractID = await make(desk, 'Contracts', { companyID, startDate, endDate, ...kind, contractName: 'Copy' });
      const units = { effectiveDate: `${MONTH}-01T10:15:00Z`, unitChange: 10, adjustedUnitPrice: 12, adjustedUnitCost: 10 };
      await make(desk, 'ContractServiceAdjustments', { contractID, serviceID, ...units });
      const { result } = await desk.bill(MONTH, '2025-10-20');
      expect(result.remarks).toEqual([
        expect.stringMatching(/contract \d+ \(Copy\) of Contoso bills 120\.00 EUR of .*, which stands on contract \d+ too\./),
      ]);
      expect((await desk.cli('report', MONTH)).out.replaceAll(/\s+/g, ' ')).toContain('of Contoso bills 120.00 EUR');
    }));
});

/** As a person does it in Autotask; answers the record's id. */
async function make(desk: Desk, path: string, body: object): Promise<number> {
  const headers = { ApiIntegrationCode: 'sandbox', UserName: 'sandbox', Secret: 'sandbox', 'content-type': 'application/json' };
  const answer = await fetch(`${desk.env['AUTOTASK_URL']}v1.0/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${text}`);
  return (JSON.parse(text) as { itemId: number }).itemId;
}
