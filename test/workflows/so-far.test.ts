import { describe, expect, test } from '@jest/globals';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { LIST_BYTES, thatFit } from '../../shared/messages/payload.js';
import { blankMonth, NOTHING } from '../../workflows/empty-month.js';
import { SoFar } from '../../workflows/progress.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';

/** What a run shows of itself while it runs: every organization counted, and no more of them named than an answer carries. */

const amounts = (sales: string): OrganizationResult['report'] => ({ lines: 1, cost: sales, sales });

const settled = (organizationId: string, status: OrganizationStatus, sales = '1.10'): OrganizationResult => ({
  organizationId,
  organizationName: `Customer ${organizationId} Ελλάς Α.Ε.`,
  companyId: 7,
  status,
  report: amounts(sales),
  posted: status === 'Done' ? amounts(sales) : NOTHING,
  held: status === 'Done' ? NOTHING : amounts(sales),
  excluded: NOTHING,
  otherCurrencies: [],
  items: [],
  planDigest: 'd'.repeat(64),
  workflowId: `billing/default/2025-10/${organizationId}`,
  waitsSince: null,
});

const begin = (sums?: SoFar['sums']): SoFar => new SoFar(blankMonth('default', '2025-10', '2025-10-18', 'auto'), sums);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('a run, while it runs,', () => {
  test('adds up what its organizations told', () => {
    const run = begin();
    run.settle(settled('a', 'Done', '10.10'));
    run.settle(settled('b', 'NeedsAttention', '-0.25'));
    expect(run.shown).toMatchObject({
      settled: 2,
      report: { lines: 2, sales: '9.85' },
      posted: { lines: 1, sales: '10.10' },
      held: { lines: 1, sales: '-0.25' },
    });
  });

  test('counts an organization that told before as it stands now', () => {
    const run = begin();
    run.settle(settled('a', 'NeedsAttention', '10.10'));
    run.settle(settled('a', 'Done', '12.30'));
    expect(run.shown).toMatchObject({
      settled: 1,
      report: { lines: 1, sales: '12.30' },
      posted: { lines: 1, sales: '12.30' },
      held: { lines: 0, sales: '0.00' },
    });
  });

  test('continues counting where the execution before it ended', () => {
    const before = begin();
    before.settle(settled('a', 'Done', '10.10'));
    const run = begin(before.sums);
    run.settle(settled('b', 'Done', '1.00'));
    expect(run.shown).toMatchObject({ settled: 2, report: { lines: 2, sales: '11.10' }, posted: { lines: 2, sales: '11.10' } });
  });

  // Those that wait for a person first.
  test('answers within 256 KiB for any number of organizations', () => {
    const run = begin();
    for (let index = 0; index < 2_000; index += 1)
      run.settle(settled(`org-${index}`, index % 100 === 99 ? 'AwaitingApproval' : 'Done'));
    const { settled: count, organizations, report } = run.shown;
    expect(bytesOf(run.shown)).toBeLessThan(256 * 1024);
    expect({ count, lines: report.lines, sales: report.sales }).toEqual({ count: 2_000, lines: 2_000, sales: '2200.00' });
    expect(organizations.length).toBeGreaterThan(100);
    expect(organizations.map(({ status }) => status).indexOf('Done')).toBe(20);
  });
});

describe('what fits a message', () => {
  test.each(['a', 'ä', '請', '🧾'])('is counted in bytes, not in characters: %s', (character) => {
    const list = Array.from({ length: 5_000 }, () => character.repeat(100));
    const fitting = thatFit(list, LIST_BYTES);
    expect(bytesOf(fitting)).toBeLessThanOrEqual(LIST_BYTES + 1);
    expect(bytesOf(list.slice(0, fitting.length + 1))).toBeGreaterThan(LIST_BYTES);
  });

  test('is the whole list where it is small', () => {
    expect(thatFit(['a', 'b'], LIST_BYTES)).toEqual(['a', 'b']);
  });
});
