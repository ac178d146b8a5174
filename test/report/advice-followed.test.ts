import { afterEach, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/**
 * What is held says what to do in Autotask, and somebody does it: to the letter, in another order, or only half of it. The amount stands once, or what stands
 * besides is reported; nothing is ever billed twice in silence.
 */

const MONTH = '2025-10';
const MOVED_TO = 503;
const SPARE = 900;

type Rec = Record<string, unknown> & { id: number };
type Autotask = Record<'contracts' | 'unitRows' | 'charges', Rec[]>;
type Step = () => Promise<unknown>;

let harness: Harness;
afterEach(() => harness.close());

const autotask = async (): Promise<Autotask> => ((await harness.control('GET', 'state')) as { autotask: Autotask }).autotask;
const edit = (table: string, id: number, changes: object): Promise<unknown> =>
  harness.control('PATCH', `autotask/${table}/${id}`, changes);

/** The contract that was billed on the first day. */
let contractId: number;

const moved: Step = () =>
  harness.control('PATCH', 'cloudmore/organizations/contoso', {
    customProperties: [{ name: 'AutotaskCompanyID', value: String(MOVED_TO) }],
  });
const cleared: Step = () => edit('contracts', contractId, { userDefinedFields: NO_ID, contractNumber: null });
const broughtToNothing: Step = async () => {
  const { unitRows, charges } = await autotask();
  for (const { id } of unitRows.filter((row) => row['contractID'] === contractId))
    await edit('unitRows', id, { units: 0, price: 0, cost: 0 });
  for (const { id } of charges.filter((charge) => charge['contractID'] === contractId))
    await harness.control('DELETE', `autotask/charges/${id}`);
};
const inactive: Step = () => edit('contracts', contractId, { status: 0 });
const active: Step = () => edit('contracts', contractId, { status: 1 });
const unsuitable: Step = () => edit('contracts', contractId, { contractType: 1 });
const copied: Step = async () => {
  const { userDefinedFields, contractNumber } = (await autotask()).contracts.find(({ id }) => id === contractId)!;
  return edit('contracts', SPARE, { userDefinedFields, contractNumber });
};
const copyCleared: Step = () => edit('contracts', SPARE, { userDefinedFields: NO_ID, contractNumber: null });
const NO_ID = [{ name: 'Subscription ID', value: null }];
const released: Step = () => Promise.resolve();

const GHOST = 'ghost ghost';
const ELSEWHERE = 'held contract-other-company';
const GONE = 'held contract-gone';

test.each<[title: string, line: ReportedLine, steps: Step[], told: string[], stands: string]>([
  ['a customer moved: to nothing, cleared, released', LICENCE, [moved, broughtToNothing, cleared, released], [], '503: 120'],
  ['with usage', { ...AZURE, subscription: 'az-1' }, [moved, broughtToNothing, cleared, released], [], '503: 4100'],
  ['cleared at once', LICENCE, [moved, cleared], [GHOST, ELSEWHERE], '501: 120'],
  ['cleared at once and released', LICENCE, [moved, cleared, released], [GHOST, ELSEWHERE], '501: 120'],
  ['cleared at once, then to nothing and released', LICENCE, [moved, cleared, broughtToNothing, released], [], '503: 120'],
  ['a contract inactive, and activated', LICENCE, [inactive, active], [], '501: 120'],
  ['cleared with the month on it, it bills still', LICENCE, [inactive, cleared], [GONE], '501: 120'],
  ['a contract that cannot carry months, to nothing and cleared', LICENCE, [unsuitable, broughtToNothing, cleared], [GONE], ''],
  ['two contracts, and the empty one is cleared', LICENCE, [copied, copyCleared], [], '501: 120'],
  ['two contracts, and the one with the month is cleared', LICENCE, [copied, cleared], [GHOST], '501: 120, 501: 120'],
  ['two contracts, and that one goes to nothing first', LICENCE, [copied, broughtToNothing, cleared], [], '501: 120'],
])('%s', async (...[, line, steps, reported, stands]) => {
  harness = await openHarness(worldOf(line), { BREAKERS: 'off' });
  await harness.bill(MONTH, '2025-10-12');
  contractId = (await autotask()).contracts.find(({ id, companyID }) => companyID === 501 && id !== SPARE)!.id;
  for (const [index, step] of steps.entries()) {
    await step();
    const day = `2025-10-${13 + index}`;
    await (step === released ? harness.billReleased(MONTH, day) : harness.bill(MONTH, day));
  }
  expect({ reported: await readReported(), stands: await standing() }).toEqual({ reported, stands });
  expect((await harness.cli('report', MONTH)).code).toBe(reported.length === 0 ? 0 : 3);
});

/** The two customers, a company to which one may move, and a contract by hand that could carry its subscription too. */
function worldOf(line: ReportedLine): ReturnType<typeof twoCustomers> {
  const world = twoCustomers([line, OTHERS]) as unknown as { autotask: Record<string, object[]> };
  world.autotask['companies']!.push({ id: MOVED_TO, companyName: 'Contoso Holding', companyType: 1, isActive: true });
  world.autotask['contracts']!.push({
    id: SPARE,
    companyID: 501,
    contractName: 'Copied by hand',
    contractNumber: 'by hand',
    contractType: 7,
    contractPeriodType: 2,
    status: 1,
    startDate: '2025-10-01',
    endDate: '2026-09-30',
  });
  return world;
}

async function readReported(): Promise<string[]> {
  const { result } = (await findMonth(loadBaseConfig(harness.env), MONTH))!;
  return result.organizations.flatMap(({ items }) =>
    items.flatMap(({ outcome, reason }) => (outcome === 'posted' ? [] : [`${outcome} ${reason}`])),
  );
}

/** What Contoso would be invoiced for the month, by company. */
async function standing(): Promise<string> {
  const { contracts, unitRows, charges } = await autotask();
  const of = (records: Rec[], id: number, day: string, price: string): number =>
    records
      .filter((one) => one['contractID'] === id && String(one[day]).startsWith(MONTH))
      .reduce((sum, one) => sum + Number(one[price]), 0);
  return contracts
    .filter(({ companyID }) => companyID !== 502)
    .map(({ id, companyID }) => ({
      company: String(companyID),
      sales: of(unitRows, id, 'startDate', 'price') + of(charges, id, 'datePurchased', 'unitPrice'),
    }))
    .flatMap(({ company, sales }) => (sales === 0 ? [] : [`${company}: ${sales}`]))
    .join(', ');
}
