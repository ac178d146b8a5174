import { afterEach, describe, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers, type ReportedLine } from './two-customers.js';

/**
 * What one day's report does not have and the day before had, in daily runs: over HTTP, with the run's own activities and evidence. The sandbox stops showing a
 * line at noon of the first day; some come back.
 */

const MONTH = '2025-10';
const FIRST = '2025-10-12';
const NOON = '2025-10-12T12:00:00Z';

let harness: Harness;
afterEach(() => harness.close());

const bill = async (lines: ReportedLine[], ...days: string[]): Promise<MonthResult> => {
  harness = await openHarness(twoCustomers(lines));
  let result: MonthResult | null = null;
  for (const day of [FIRST, ...days]) result = await next(day);
  return result!;
};
const next = async (day: string): Promise<MonthResult> => {
  await harness.bill(MONTH, day);
  return (await findMonth(loadBaseConfig(harness.env), MONTH))!.result;
};

interface State {
  autotask: Record<'contracts' | 'unitRows' | 'charges', Record<string, unknown>[]>;
}

/** What a customer would be invoiced of a subscription in October. */
async function stands(subscription: string): Promise<number> {
  const { autotask } = (await harness.control('GET', 'state')) as State;
  const ids = autotask.contracts.filter(({ contractNumber }) => contractNumber === subscription).map(({ id }) => id);
  const rows = autotask.unitRows.filter(
    (row) => ids.includes(row.contractID as number) && String(row.startDate).startsWith('2025-10'),
  );
  const charges = autotask.charges.filter((charge) => ids.includes(charge.contractID as number));
  const amount = (value: unknown): number => Number(value);
  return (
    rows.reduce((sum, row) => sum + amount(row.price), 0) +
    charges.reduce((sum, charge) => sum + amount(charge.unitQuantity) * amount(charge.unitPrice), 0)
  );
}

const reasons = ({ organizations }: MonthResult): string[] =>
  organizations.flatMap(({ organizationName, items }) =>
    items.flatMap(({ outcome, reason, sales }) =>
      outcome === 'posted' ? [] : [`${organizationName} ${outcome} ${reason} ${sales}`],
    ),
  );
const gone = (line: ReportedLine, until = NOON): ReportedLine => ({ ...line, until });

// It is less than the one before both: what stands was awaited.
test('an empty report after an unreadable one counts as less', async () => {
  await bill([LICENCE, OTHERS]);
  const answers = async (report: unknown): Promise<void> => {
    const fault = { kind: 'status', status: 200, body: { taskId: 't', status: 'Successful', report }, when: 'before' };
    const match = { vendor: 'cloudmore', method: 'GET', path: '*/MonthlyBillingPerOrganizationAsync/*' };
    await harness.control('POST', 'faults', [{ match, fault }]);
  };
  const organization = { organizationId: 'contoso', organizationName: 'Contoso', currencyCode: 'EUR', services: { value: [] } };
  const others = { ...organization, organizationId: 'fabrikam', organizationName: 'Fabrikam' };
  await answers([{ billingDate: '2025-10-08T00:00:00Z', currencyCode: 'EUR', organizations: [organization, others] }]);
  expect(reasons(await next('2025-10-13'))).toContain('Contoso held unreadable 0.00');
  await answers([]);
  expect(reasons(await next('2025-10-14'))).toEqual([
    'Contoso ghost report-shrank 120.00',
    'Fabrikam ghost report-shrank 4800.00',
  ]);
});

describe('yesterday’s line missing today stays, and a person is notified', () => {
  test.each<[string, ReportedLine[], string, string, number]>([
    ['a whole record type', [LICENCE, gone(AZURE), OTHERS], 'Contoso ghost report-shrank 4100.00', 'az-1', 4100],
    [
      'licences on a row, before the type is awaited no longer',
      [gone(LICENCE), AZURE, gone(OTHERS)],
      'Contoso ghost report-shrank 120.00',
      's-1',
      120,
    ],
    ['an organization', [LICENCE, AZURE, gone(OTHERS)], 'Fabrikam ghost report-shrank 4800.00', 's-2', 4800],
    [
      'a meter, in a report that also lost a service',
      [
        gone({ ...AZURE, sales: 1000, cost: 900 }),
        AZURE,
        LICENCE,
        gone({ ...LICENCE, organization: 'fabrikam', subscription: 's-3', service: 'other' }),
        OTHERS,
      ],
      'Contoso held report-shrank 4100.00',
      'az-1',
      5100,
    ],
    [
      'a credit',
      [LICENCE, AZURE, OTHERS, gone({ ...LICENCE, sales: -20, cost: -10, day: '09' })],
      'Contoso held report-shrank 120.00',
      's-1',
      100,
    ],
    [
      'nearly everything of an item',
      [LICENCE, AZURE, OTHERS, gone({ ...LICENCE, sales: 9000, cost: 7500, quantity: 750 })],
      'Contoso held report-shrank 120.00',
      's-1',
      9120,
    ],
  ])('%s', async (...[, lines, reported, subscription, amount]) => {
    const result = await bill(lines, '2025-10-13', '2025-10-14', '2025-10-15');
    expect(reasons(result)).toContain(reported);
    expect(await stands(subscription)).toBe(amount);
    expect((await harness.cli('report', MONTH)).code).toBe(3);
  });
});

test('additions of the same day continue', async () => {
  await bill([LICENCE, gone(AZURE), OTHERS, { ...LICENCE, subscription: 's-9', from: NOON }], '2025-10-13');
  expect([await stands('az-1'), await stands('s-9')]).toEqual([4100, 120]);
});

test('a report that names it again is billed as usual', async () => {
  const back = { ...AZURE, sales: 4200, cost: 3780, from: '2025-10-14T00:00:00Z' };
  const result = await bill([LICENCE, gone(AZURE), back, OTHERS], '2025-10-13', '2025-10-15');
  expect([reasons(result), await stands('az-1')]).toEqual([[], 4200]);
});

test('accepts less in an otherwise complete report', async () => {
  const less = { ...AZURE, sales: 3000, cost: 2700, from: NOON };
  const result = await bill([LICENCE, gone(AZURE), less, OTHERS], '2025-10-13');
  expect([reasons(result), await stands('az-1')]).toEqual([[], 3000]);
});

test('a run for an earlier day takes nothing back', async () => {
  const late = { ...AZURE, sales: 900, cost: 800, day: '11' };
  harness = await openHarness(twoCustomers([LICENCE, AZURE, late, OTHERS]));
  await next(FIRST);
  const result = await next('2025-10-11');
  expect([reasons(result), await stands('az-1')]).toEqual([['Contoso held report-shrank 4100.00'], 5000]);
});

test('a subscription that has ended goes without a question', async () => {
  harness = await openHarness(twoCustomers([LICENCE, gone({ ...LICENCE, subscription: 's-4' }), AZURE, OTHERS]));
  await next(FIRST);
  await harness.control('PATCH', 'cloudmore/subscriptions/s-4', { status: 'Deleted' });
  const result = await next('2025-10-13');
  expect([reasons(result), await stands('s-4')]).toEqual([[], 0]);
});

test('plan shows the same as the run, by the same digest', async () => {
  const result = await bill([LICENCE, gone(AZURE), OTHERS], '2025-10-13');
  const { out } = await harness.cli('plan', MONTH, '--as-of', '2025-10-13', '--json');
  const { organizations } = JSON.parse(out) as {
    organizations: { organizationName: string; digest: string; steps: unknown[] }[];
  };
  const contoso = organizations.find(({ organizationName }) => organizationName === 'Contoso')!;
  expect([contoso.steps, contoso.digest]).toEqual([
    [],
    result.organizations.find(({ organizationName }) => organizationName === 'Contoso')!.planDigest,
  ]);
});

test('close refuses while it stands', async () => {
  await bill([LICENCE, gone(AZURE), OTHERS], '2025-10-13');
  const { code, said } = await harness.cli('close', MONTH, '--as-of', '2025-10-13', '--out', harness.file('close.json'));
  expect([code, said.includes('4,100.00 EUR')]).toEqual([3, true]);
});

describe('a customer gone from report and list with an invisible contract', () => {
  const withoutContoso = [{ id: 'fabrikam', name: 'Fabrikam', isActive: true }];
  /** Nothing in either vendor says that Contoso's licence was ever billed. */
  async function hideContoso(): Promise<void> {
    const answer = { kind: 'status', status: 200, body: withoutContoso, when: 'before' };
    await harness.control('POST', 'faults', [{ match: { vendor: 'cloudmore', path: '*/Organizations' }, fault: answer }]);
    const { autotask } = (await harness.control('GET', 'state')) as State;
    const { id } = autotask.contracts.find(({ contractNumber }) => contractNumber === 's-1')!;
    await harness.control('DELETE', `autotask/contracts/${String(id)}`);
  }

  // Report and list were silent, and 120.00 stood nowhere that anybody looked.
  test('is listed with its amount', async () => {
    await bill([gone(LICENCE), OTHERS]);
    await hideContoso();
    const result = await next('2025-10-13');
    expect(reasons(result)).toEqual(['Contracts that Autotask does not show ghost report-shrank 120.00']);
    expect(reasons(await next('2025-10-14'))).toEqual(reasons(result));
  });

  test('is not listed where its line is another customer’s now', async () => {
    await bill([gone(LICENCE), OTHERS, { ...LICENCE, organization: 'fabrikam', from: NOON }]);
    await hideContoso();
    expect(reasons(await next('2025-10-13')).filter((text) => text.startsWith('Contracts that'))).toEqual([]);
  });
});
