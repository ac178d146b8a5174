import { afterEach, expect, test } from '@jest/globals';
import { openHarness, type Harness } from './harness.js';
import { LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/** What goes from one organization of Cloudmore to another between two runs of a month. */

const MONTH = '2025-10';
const MOVED_ON = '2025-10-13T00:00:00Z';
const VISIO: ReportedLine = {
  ...{ organization: 'contoso', subscription: null, sales: 970, cost: 900, quantity: 2 },
  ...{ recordType: 'PerpetualLicense', code: 'DG7GMGF0D5RK-0002' },
};

type Rec = Record<string, unknown>;
let harness: Harness;
afterEach(() => harness.close());

/** The month's rows of the licence that are asked for, by their contract's company. */
async function asked(): Promise<string[]> {
  const { autotask } = (await harness.control('GET', 'state')) as { autotask: Record<'contracts' | 'unitRows', Rec[]> };
  const companyOf = new Map(autotask.contracts.map(({ id, companyID }) => [id, companyID]));
  return autotask.unitRows
    .filter(({ startDate, price }) => String(startDate).startsWith(MONTH) && Number(price) === VISIO.sales)
    .map(({ contractID, price }) => `${String(companyOf.get(contractID))}: ${String(price)}`);
}

async function held(day: string): Promise<string[]> {
  const { result } = await harness.bill(MONTH, day);
  return result.organizations.flatMap(({ organizationName, items }) =>
    items.flatMap(({ outcome, reason, sales }) =>
      outcome === 'held' || outcome === 'ghost' ? [`${organizationName} ${outcome} ${reason} ${sales}`] : [],
    ),
  );
}

// It was billed to both organizations.
test('a moved licence without subscription id is billed once', async () => {
  const moves = [
    { ...VISIO, until: MOVED_ON },
    { ...VISIO, organization: 'fabrikam', from: MOVED_ON },
  ];
  harness = await openHarness(twoCustomers([LICENCE, OTHERS, ...moves]), { BREAKERS: 'off' });
  await harness.bill(MONTH, '2025-10-12');
  const waits = ['Contoso ghost report-shrank 970.00', 'Fabrikam held report-shrank 970.00'];
  expect([await held('2025-10-14'), await held('2025-10-15'), await asked()]).toEqual([waits, waits, ['501: 970']]);

  const { autotask } = (await harness.control('GET', 'state')) as { autotask: Record<'unitRows', Rec[]> };
  const row = autotask.unitRows.find(({ startDate, price }) => String(startDate).startsWith(MONTH) && price === VISIO.sales)!;
  await harness.control('PATCH', `autotask/unitRows/${String(row['id'])}`, { units: 0, price: 0, cost: 0 });
  // The run that finds it at nothing accepts that, and the next one bills it where it is now.
  await harness.bill(MONTH, '2025-10-16');
  expect([await held('2025-10-17'), await asked()]).toEqual([[], ['502: 970']]);
});
