import { afterEach, describe, expect, test } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findMonth } from '../../client/months.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { nameSegment, outcomeName } from '../../shared/evidence/months.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { recordRun } from '../../shared/notices/record.js';
import { openHarness, type Harness } from './harness.js';
import { AZURE, LICENCE, OTHERS, twoCustomers } from './two-customers.js';

/** Customers of the report of whom nobody says what came of them: the sum is compared with what Cloudmore sent, not with itself. */

const MONTH = '2025-10';
const AS_OF = '2025-10-12';

let harness: Harness;
afterEach(() => harness.close());

const open = async (...args: Parameters<typeof twoCustomers>): Promise<void> => {
  harness = await openHarness(twoCustomers(...args));
};
const read = async (): Promise<MonthResult> => (await findMonth(loadBaseConfig(harness.env), MONTH))!.result;
const reported = ({ organizations }: MonthResult): string[] =>
  organizations.map(
    ({ organizationName, status, held, items }) =>
      `${organizationName} ${status} ${held.sales} ${items.map(({ reason }) => reason ?? 'posted').join(', ')}`,
  );
const forget = async (organizationId: string): Promise<void> => {
  const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
  await evidence.unpoint(outcomeName('default', MONTH, organizationId));
  await evidence.close();
};

/** What a run leaves behind at its end, for anyone who watches. */
const ended = async (): Promise<void> => {
  const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
  await recordRun(evidence, { broker: 'default', run: 'run', asOf: AS_OF, endedAt: new Date().toISOString() });
  await evidence.close();
};

describe('a customer whose outcome is lost', () => {
  // In every command.
  test('is held with all lines until a run answers', async () => {
    await open([LICENCE, AZURE, OTHERS]);
    await harness.bill(MONTH, AS_OF);
    await forget('fabrikam');
    const result = await read();
    expect(reported(result)).toContain('Fabrikam Failed 4800.00 outcome-missing');
    expect([result.report, result.held]).toEqual([
      { lines: 3, cost: '7790.00', sales: '9020.00' },
      { lines: 1, cost: '4000.00', sales: '4800.00' },
    ]);
    const report = await harness.cli('report', MONTH);
    expect([report.code, report.out.includes('Nothing of')]).toEqual([3, false]);
    await ended();
    const check = await harness.cli('status', MONTH, '--check');
    expect([check.code, check.out.includes('4,800.00 EUR held')]).toEqual([3, true]);
    const close = await harness.cli('close', MONTH, '--as-of', AS_OF, '--out', harness.file('close.json'));
    expect(close.code).toBe(3);
    await harness.bill(MONTH, AS_OF);
    expect(reported(await read())).toContain('Fabrikam Unchanged 0.00 posted');
  });

  test('is nothing that falls due to nobody, where all outcomes are gone', async () => {
    await open([LICENCE, AZURE, OTHERS]);
    await harness.bill(MONTH, AS_OF);
    await rm(join(harness.env.BILLING_EVIDENCE!.slice('file:'.length), 'names', 'outcomes'), { recursive: true });
    const result = await read();
    expect([result.held.sales, result.organizations.map(({ status }) => status)]).toEqual(['9020.00', ['Failed', 'Failed']]);
    const { code, out } = await harness.cli('report', MONTH);
    expect([code, out.includes('Nothing of')]).toEqual([3, false]);
  });

  test('has one of yesterday, which answers for nothing today', async () => {
    await open([LICENCE, { ...AZURE, from: '2025-10-12T12:00:00Z' }, OTHERS]);
    await harness.bill(MONTH, AS_OF);
    const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
    const name = outcomeName('default', MONTH, 'contoso');
    const yesterday = (await evidence.pointer(name))!;
    await harness.bill(MONTH, '2025-10-13');
    await evidence.point(name, yesterday);
    await evidence.close();
    expect(reported(await read())).toContain('Contoso Failed 4220.00 outcome-missing');
  });
});

describe('a run of one customer', () => {
  test('answers for that one alone', async () => {
    await open([LICENCE, AZURE, OTHERS]);
    const closed = await harness.bill(MONTH, AS_OF, ['contoso']);
    expect([closed.held, reported(await read())]).toEqual([0, ['Contoso Done 0.00 posted, posted']]);
  });

  test('keeps what others had for the same lines, and holds', async () => {
    await open([
      LICENCE,
      AZURE,
      OTHERS,
      { ...OTHERS, subscription: 's-3', sales: 12, cost: 10, quantity: 1, from: '2025-10-13T12:00:00Z' },
    ]);
    await harness.bill(MONTH, AS_OF);
    await harness.bill(MONTH, '2025-10-13', ['contoso']);
    expect(reported(await read())).toContain('Fabrikam Done 0.00 posted');
    await harness.bill(MONTH, '2025-10-14', ['contoso']);
    expect(reported(await read())).toContain('Fabrikam Failed 4812.00 outcome-missing');
  });

  test('does not make those vanish that nobody answered for before', async () => {
    await open([LICENCE, AZURE, OTHERS]);
    await harness.bill(MONTH, AS_OF);
    await forget('fabrikam');
    await harness.bill(MONTH, AS_OF, ['contoso']);
    expect(reported(await read())).toContain('Fabrikam Failed 4800.00 outcome-missing');
  });
});

const LONG = `tenant-${'x'.repeat(300)}`;
test.each(['tenant/42', '../../etc', '..', 'ein Kunde mit Ä', LONG])('an id like %j loses no line', async (id) => {
  await open([LICENCE, { ...OTHERS, organization: id }], ['contoso', id]);
  await harness.bill(MONTH, AS_OF);
  const { report, posted, held, excluded } = await read();
  expect(report).toEqual({ lines: 2, cost: '4100.00', sales: '4920.00' });
  expect(posted.lines + held.lines + excluded.lines).toBe(2);
});

test.each([
  ['f8f54385-7297-53b4-9ffd-faf3c92a6f20', 'f8f54385-7297-53b4-9ffd-faf3c92a6f20'],
  ['contoso.onmicrosoft.com', 'contoso.onmicrosoft.com'],
  ['tenant/42', 'tenant%2F42'],
  ['..', '%2E%2E'],
])('an outcome of %j is kept under one part of a name', (id, segment) => expect(nameSegment(id)).toBe(segment));
