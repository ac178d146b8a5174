import { describe, expect, test } from '@jest/globals';
import { takeReport } from '../../activities/gather/take-report.js';
import type { Dependencies } from '../../activities/dependencies.js';
import type { MonthFacts, OrganizationFacts } from '../../shared/billing/report/facts.js';
import type { Report } from '../../shared/billing/types.js';
import { bindLabel } from '../../shared/evidence/labels.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { monthName, type ReportManifest } from '../../shared/evidence/months.js';
import { line, report, settings } from '../billing/builders.js';

/** Rule 1.4: what last month is compared with where Cloudmore does not show it any more. */

/** Bound already, as by an earlier run. */
const TENANT = { label: 'default', keys: ['tenant'] };

const september = report({ month: '2025-09', lines: [line({ billingDate: '2025-09-08', sales: '600.00' })] });

/** A report as `takeReport` keeps it; answers its manifest. */
async function kept(evidence: Evidence, read: Report, asOf: string): Promise<string> {
  const cloudmore = {
    countCalls: async (work: () => Promise<unknown>) => ({ result: await work(), calls: 1 }),
    readReport: () => Promise.resolve(read),
    askAgain: () => undefined,
  };
  const shell = {
    evidence,
    settings: settings(),
    organizationModes: [],
    canary: { isDemanded: false, organization: null },
    tenant: TENANT,
    cloudmore,
    clock: { now: () => new Date('2025-10-20T00:00:00Z') },
    heartbeat: () => undefined,
    attempt: () => ({ number: 1 }),
    signal: () => undefined,
  };
  await bindLabel(evidence, TENANT);
  const request = { broker: 'default', month: read.month, asOf, mode: null };
  return (await takeReport(shell as unknown as Dependencies, request)).report;
}

async function taken(
  evidence: Evidence,
  read: Report,
  asOf = '2025-10-20',
): Promise<{ facts: MonthFacts; slice: OrganizationFacts }> {
  const manifest = await evidence.get<ReportManifest>(await kept(evidence, read, asOf));
  return { facts: await evidence.get(manifest.facts), slice: await evidence.get(manifest.slices[0]!.slice) };
}

async function withSeptember(read = september): Promise<Evidence> {
  const evidence = memoryEvidence();
  const ref = await kept(evidence, read, '2025-10-01');
  await evidence.point(
    monthName('default', '2025-09'),
    await evidence.put({ report: ref, frame: { facts: { month: '2025-09' } } }),
  );
  return evidence;
}

describe('last month’s report', () => {
  const unavailable = report({ previousUnavailable: 'the task’s state is "Archived"' });

  test('is taken from evidence where it could not be had', async () => {
    const { facts, slice } = await taken(await withSeptember(), unavailable);
    expect([facts.previousUnavailable, facts.previousSales, slice.previousLines.length]).toEqual([undefined, { EUR: '600' }, 1]);
  });

  test('is taken from evidence where it came without a line', async () => {
    expect((await taken(await withSeptember(), report())).facts.previousSales).toEqual({ EUR: '600' });
  });

  test('is what Cloudmore says where it says something', async () => {
    const read = report({ previousLines: [line({ billingDate: '2025-09-08', sales: '500.00' })] });
    expect((await taken(await withSeptember(), read)).facts.previousSales).toEqual({ EUR: '500' });
  });

  test.each([
    ['no run ever took one', memoryEvidence],
    [
      'the kept one is gone',
      async () => {
        const evidence = memoryEvidence();
        await evidence.point(
          monthName('default', '2025-09'),
          await evidence.put({ report: 'f'.repeat(64), frame: { facts: { month: '2025-09' } } }),
        );
        return evidence;
      },
    ],
    ['the kept one had no line', () => withSeptember(report({ month: '2025-09', lines: [] }))],
  ])('is missing if %s', async (_, evidence) => {
    const { facts } = await taken(await evidence(), unavailable);
    expect([facts.previousUnavailable, facts.previousLines]).toEqual(['the task’s state is "Archived"', 0]);
  });

  test('an empty month with nothing else known is the first month', async () => {
    const { facts } = await taken(memoryEvidence(), report());
    expect([facts.previousUnavailable, facts.previousLines]).toEqual([undefined, 0]);
  });
});
