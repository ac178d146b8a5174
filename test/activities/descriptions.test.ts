import { afterEach, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { control, MONTH, openHarness, type Harness } from './harness.js';

/**
 * Rule 5.4: customers never read the key. Contoso has a new subscription; next to it the licence of 2 × 36.00 must become 3, which Autotask may refuse. By
 * then a second plan is carried out, in which the new contract service is not new any more.
 */

type Rec = Record<string, unknown>;
interface World {
  autotask: { behaviour?: Rec };
  cloudmore: { monthlyBilling: { organizations: { services: { items: { subscriptionId: string }[] }[] }[] }[] };
}

const WORLD = new URL('../../sandbox/worlds/takeover-with-differences.json', import.meta.url);
const KEY = 'CFQ7TTC0LFLX-0001-P1Y-Monthly';
const TEXT = 'Microsoft 365 E3';

let sandbox: Sandbox;
let evidence: Evidence;
afterEach(() => sandbox.close());

async function open(behaviour: Rec = {}): Promise<void> {
  const world = JSON.parse(await readFile(WORLD, 'utf8')) as World;
  world.autotask.behaviour = behaviour;
  for (const { organizations } of world.cloudmore.monthlyBilling)
    for (const { services } of organizations)
      for (const { items } of services) {
        const seats = items.find(({ subscriptionId }) => subscriptionId === 'seats-0002');
        if (seats) items.push({ ...structuredClone(seats), subscriptionId: 'seats-0003' });
      }
  sandbox = await startSandbox({ world });
  evidence = memoryEvidence();
}

/** A process of that day: it remembers only what is in the evidence. */
const harness = (): Harness => openHarness(sandbox, {}, {}, evidence);

const newContractService = (): { id: number; invoiceDescription?: unknown } | undefined =>
  sandbox.state().autotask.contractServices.find(({ contractID }) => ![101, 102, 103].includes(Number(contractID)));

/** What the new subscription's customers read. */
const shown = (): unknown => newContractService()?.invoiceDescription ?? KEY;

/** The run of a day ends after its writes, before anything was read back. */
async function interrupted(asOf: string): Promise<void> {
  const { given, bill } = harness();
  const dies = (): Promise<never> => Promise.reject(new Error('The process is gone.'));
  await expect(bill(await given(asOf), null, dies)).rejects.toThrow('gone');
}

/** The run of a day, as far as it finds work. */
async function run(asOf: string): Promise<string> {
  const { given, bill, activities } = harness();
  const handed = await given(asOf);
  const { report, survey } = handed;
  const work = await activities.billing.findWork({ ...MONTH, asOf, report, survey, organizations: null });
  return work.organizations.length === 0 ? 'no work' : (await bill(handed, null)).status;
}

describe('a new contract service gets its own text on invoices', () => {
  // Its code once stayed there for good.
  test('also where another adjustment was refused', async () => {
    await open({ periodStart: 'duplicate' });
    expect(await run('2025-10-10')).toBe('Done');
    expect(shown()).toBe(TEXT);
    expect(await run('2025-10-11')).toBe('no work');
  });

  test('a later run describes what an interrupted run left undescribed', async () => {
    await open();
    await interrupted('2025-10-10');
    expect(shown()).toBe(KEY);
    expect(await run('2025-10-11')).toMatch(/Done|Unchanged/);
    expect(shown()).toBe(TEXT);
    expect(await run('2025-10-12')).toBe('no work');
  });

  test('but not where somebody has written one meanwhile', async () => {
    await open();
    await interrupted('2025-10-10');
    await fetch(`${sandbox.url}/_sandbox/autotask/contractServices/${newContractService()!.id}`, {
      method: 'PATCH',
      body: JSON.stringify({ invoiceDescription: 'as agreed' }),
    });
    await run('2025-10-11');
    expect(shown()).toBe('as agreed');
    expect(await run('2025-10-12')).toBe('no work');
  });

  // No money is held for it.
  test('the next run writes a text that Autotask refuses today', async () => {
    await open();
    await control(sandbox, 'faults', [
      {
        match: { vendor: 'autotask', method: 'PATCH', path: '*/Contracts/*/Services' },
        fault: { kind: 'status', status: 400, body: { errors: ['No.'] }, when: 'before' },
      },
    ]);
    expect(await run('2025-10-10')).toBe('Done');
    expect(shown()).toBe(KEY);
    await control(sandbox, 'faults', []);
    await run('2025-10-11');
    expect(shown()).toBe(TEXT);
  });
});
