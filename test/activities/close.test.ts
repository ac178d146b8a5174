import { describe, expect, test } from '@jest/globals';
import { Slices } from '../../activities/gather/report-slices.js';
import { closeRun } from '../../activities/finish/close-run.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import type { MonthClosed } from '../../shared/messages/messages.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { outcomeName, readMonth, type ClosedMonth } from '../../shared/evidence/months.js';
import { plan, settings } from '../billing/builders.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';

/** The end of a run: everything is in the reconciliation, and what crosses to the workflow stays small however large the month is. */

const MONTH = { broker: 'default', month: '2025-10', asOf: '2025-10-18', mode: null };

interface Settled {
  id: string;
  status: OrganizationStatus;
  items: number;
  sales: string;
}

const outcomeOf = ({ id, status, items, sales }: Settled): Outcome => ({
  organizationId: id,
  organizationName: `Customer ${id}`,
  companyId: 7,
  month: MONTH.month,
  asOf: MONTH.asOf,
  status,
  items: Array.from({ length: items }, (_, index) => ({
    ...plan().items[0]!,
    id: `${id}-${index}`,
    sales,
    ...(status === 'NeedsAttention'
      ? { outcome: 'held' as const, reason: 'period-frozen' as const, message: 'It is frozen. '.repeat(20) }
      : {}),
  })),
  ghosts: [],
  notes: [],
  steps: [],
  planDigest: 'd'.repeat(64),
  workflowId: null,
  writes: NO_WRITES,
  calls: NO_CALLS,
  message: null,
});

/** Closes a run of organizations that were settled so. */
async function close(settled: Settled[]): Promise<{ closed: MonthClosed; evidence: Evidence }> {
  const evidence = memoryEvidence();
  const keep = async (one: Settled): Promise<void> =>
    evidence.point(outcomeName(MONTH.broker, MONTH.month, one.id), await evidence.put(outcomeOf(one)));
  await Promise.all(settled.map(keep));
  const facts = await evidence.put({ asOf: MONTH.asOf, unassigned: [] });
  const slices = settled.map(({ id }) => ({ organizationId: id, organizationName: id, lines: 1, slice: '' }));
  const report = await evidence.put({ facts, takenAt: '', slices });
  const shared = await evidence.put({ internalCurrency: 'EUR', services: [], products: [] });
  const survey = await evidence.put({ takenAt: '', shared, slices: [] });
  const clock = { now: () => new Date('2025-10-18T04:00:00Z'), sleep: () => Promise.resolve() };
  const request = { ...MONTH, report, survey, calls: NO_CALLS, heldMonth: null };
  return {
    closed: await closeRun(
      { evidence, mode: 'auto', clock, settings: settings(), canary: { isDemanded: false, organization: null } },
      new Slices(evidence),
      request,
    ),
    evidence,
  };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('closing a run', () => {
  test('answers within 256 KiB for 2,000 waiting organizations, largest amounts first', async () => {
    const { closed } = await close(
      Array.from({ length: 2_000 }, (_, index) => ({
        id: `org-${index}`,
        status: index % 2 === 0 ? ('NeedsAttention' as const) : ('Done' as const),
        items: 1,
        sales: `${index}.00`,
      })),
    );
    const { result, held, waiting } = closed;
    expect(bytesOf(closed)).toBeLessThan(256 * 1024);
    expect({ held, waiting, lines: result.report.lines, sales: result.report.sales }).toEqual({
      held: 1_000,
      waiting: 1_000,
      lines: 2_000,
      sales: '1999000.00',
    });
    expect(result.organizations.length).toBeGreaterThan(100);
    expect(result.organizations.slice(0, 3).map(({ held: amount }) => amount.sales)).toEqual(['1998.00', '1996.00', '1994.00']);
  });

  test('names no item when a month’s few items exceed one payload', async () => {
    const { closed } = await close([
      { id: 'a', status: 'Done', items: 1, sales: '1.00' },
      { id: 'b', status: 'NeedsAttention', items: 240, sales: '1.00' },
    ]);
    expect(bytesOf(closed)).toBeLessThan(256 * 1024);
    expect(closed.result.organizations.map(({ organizationId, items }) => [organizationId, items.length])).toEqual([['b', 0]]);
  });

  test('names everything of a small month', async () => {
    const { closed } = await close([
      { id: 'b', status: 'Done', items: 2, sales: '1.00' },
      { id: 'a', status: 'NeedsAttention', items: 1, sales: '1.00' },
    ]);
    const named = closed.result.organizations.map(({ organizationId, items }) => [organizationId, items.length]);
    expect(named).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  test('keeps what it said, with the outcomes it was made of', async () => {
    const { closed, evidence } = await close([
      { id: 'b', status: 'Done', items: 2, sales: '1.00' },
      { id: 'a', status: 'NeedsAttention', items: 300, sales: '1.00' },
    ]);
    const kept = await evidence.get<ClosedMonth>(closed.ref);
    const { result } = (await readMonth(evidence, MONTH.broker, MONTH.month))!;
    expect(kept.digest).toBe(result.digest);
    expect(kept.organizations).toEqual(result.organizations.map((organization) => ({ ...organization, items: [] })));
    expect(kept.outcomes.map(({ organizationId }) => organizationId)).toEqual(['a', 'b']);
    const outcomes = await Promise.all(kept.outcomes.map(({ outcome }) => evidence.get<Outcome>(outcome)));
    expect(outcomes.map(({ organizationId, items }) => [organizationId, items.length])).toEqual([
      ['a', 300],
      ['b', 2],
    ]);
  });
});
