import { describe, expect, test } from '@jest/globals';
import { september } from '../api/vendors.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import type { MonthClosed } from '../../shared/messages/messages.js';
import { openHarness, type Harness } from '../report/harness.js';

/** The first run in mode `auto` bills one customer; the others follow in the run that finds nothing to do for it. */

const POSTED = { lines: 28, cost: '6300.58', sales: '7120.32' };

async function onHarness<T>(settings: Record<string, string>, work: (harness: Harness) => Promise<T>): Promise<T> {
  const harness = await openHarness(september(), settings);
  try {
    return await work(harness);
  } finally {
    await harness.close();
  }
}

const writes = async (harness: Harness): Promise<number> =>
  ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
    ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
  ).length;

const statuses = async (harness: Harness, day: string): Promise<string[]> =>
  (await harness.bill('2025-10', day)).result.organizations
    .filter(({ posted, held }) => posted.lines + held.lines > 0)
    .map(({ status }) => status);

const doneIn = ({ result }: MonthClosed): string[] =>
  result.organizations.flatMap(({ status, posted, organizationName }) =>
    status === 'Done' && posted.lines > 0 ? [organizationName] : [],
  );

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ');

const AWAITED =
  'Tailspin Toys was to be billed alone first (BILLING_CANARY), but there was nothing to write for it in 2025-10. No other customer takes its place, and all others wait (canary-waits).';

describe('a canary', () => {
  test('is billed alone; the others follow a later, quiet run', async () => {
    await onHarness({ BILLING_CANARY: 'on' }, async (harness) => {
      const first = await statuses(harness, '2025-10-17');
      expect(first.filter((status) => status === 'Done')).toHaveLength(1);
      expect(first.filter((status) => status === 'AwaitingApproval').length).toBe(first.length - 1);
      const shown = await harness.cli('report', '2025-10', '--json');
      const kept = JSON.parse(shown.out) as MonthResult;
      const reasons = kept.organizations.flatMap(({ items }) => items.flatMap(({ reason }) => reason ?? []));
      expect(reasons).toContain('canary-waits');
      expect(shown.code).toBe(3);
      expect(kept.remarks?.filter((text) => text.includes('is billed alone first (canary)'))).toHaveLength(1);
      const { result } = await harness.bill('2025-10', '2025-10-18');
      expect([result.posted, result.held.lines]).toEqual([POSTED, 0]);
      const before = await writes(harness);
      await harness.bill('2025-10', '2025-10-19');
      expect(await writes(harness)).toBe(before);
    });
  });

  test('is the customer that is named', async () => {
    await onHarness({ BILLING_CANARY: 'Fabrikam Logistics' }, async (harness) => {
      expect(doneIn(await harness.bill('2025-10', '2025-10-17'))).toEqual(['Fabrikam Logistics']);
    });
  });

  test('is asked for with the run, by name, also on this machine', async () => {
    await onHarness({}, async (harness) => {
      expect(doneIn(await harness.billAsked('Fabrikam Logistics', '2025-10', '2025-10-17'))).toEqual(['Fabrikam Logistics']);
      expect((await harness.bill('2025-10', '2025-10-18')).result.posted).toEqual(POSTED);
    });
  });

  // It was the smallest, in silence; run, plan and status say whom they wait for.
  test('a canary with nothing to bill makes all others wait', async () => {
    await onHarness({ BILLING_CANARY: 'Tailspin Toys' }, async (harness) => {
      const { out: planned } = await harness.cli('plan', '2025-10', '--as-of', '2025-10-17');
      expect(inOneLine(planned)).toContain(AWAITED);
      const { result } = await harness.bill('2025-10', '2025-10-17');
      expect([result.posted.lines, await writes(harness)]).toEqual([0, 0]);
      const shown = await harness.cli('report', '2025-10');
      expect(inOneLine(shown.out)).toContain(AWAITED);
      expect(result.remarks).toEqual([expect.stringContaining(AWAITED)]);
      expect(result.organizations.flatMap(({ items }) => items.flatMap(({ message }) => message ?? [])).join()).toContain(
        AWAITED,
      );
      const other = await harness.billAsked('Fabrikam Logistics', '2025-10', '2025-10-17');
      expect(doneIn(other)).toEqual(['Fabrikam Logistics']);
      expect((await harness.bill('2025-10', '2025-10-18')).result.posted).toEqual(POSTED);
    });
  });

  test('a wait for an idle canary ends with a manual release', async () => {
    await onHarness({ BILLING_CANARY: 'Tailspin Toys' }, async (harness) => {
      await harness.bill('2025-10', '2025-10-17');
      expect((await harness.billReleased('2025-10', '2025-10-17')).result.posted).toEqual(POSTED);
      expect((await harness.bill('2025-10', '2025-10-18')).result.remarks ?? []).toEqual([]);
    });
  });

  // It held all others back for ever.
  test('a shadow-mode canary is replaced by one that may bill', async () => {
    await onHarness({ BILLING_CANARY: 'on', BILLING_MODE_ORGANIZATIONS: 'Fabrikam Logistics=shadow' }, async (harness) =>
      expect(doneIn(await harness.bill('2025-10', '2025-10-17'))).toEqual(['Contoso Dental Group']),
    );
  });

  // It was the smallest customer.
  test('refuses a canary by a name nobody has', async () => {
    await onHarness({}, async (harness) => {
      await expect(harness.billAsked('Fabricam Logistics', '2025-10', '2025-10-17')).rejects.toThrow(
        /No organization "Fabricam Logistics" in Cloudmore/,
      );
      expect((await harness.bill('2025-10', '2025-10-17')).result.posted).toEqual(POSTED);
    });
  });

  test('can be waived before the first write', async () => {
    await onHarness({ BILLING_CANARY: 'on' }, async (harness) =>
      expect((await harness.billAsked('off', '2025-10', '2025-10-17')).result.posted).toEqual(POSTED),
    );
    await onHarness({ BILLING_CANARY: 'on' }, async (harness) => {
      await harness.bill('2025-10', '2025-10-17');
      expect((await harness.billAsked('off', '2025-10', '2025-10-17')).result.posted).toEqual(POSTED);
    });
  });

  // Of two customers the second is billed alone, and nothing is kept back.
  test('lost evidence after the first customer bills nobody twice', async () => {
    await onHarness({ BILLING_CANARY: 'on' }, async (harness) => {
      await harness.bill('2025-10', '2025-10-17');
      harness.env['BILLING_EVIDENCE'] = `file:${harness.file('another')}`;
      const again = await statuses(harness, '2025-10-18');
      expect(again.sort()).toEqual(['Done', 'Unchanged']);
      expect((await harness.bill('2025-10', '2025-10-18')).result.posted).toEqual(POSTED);
    });
  });

  test('is not asked for on this machine, nor where it is off', async () => {
    await onHarness({}, async (harness) => expect((await harness.bill('2025-10', '2025-10-17')).result.posted).toEqual(POSTED));
  });

  test('is not needed where this tenant was billed before', async () => {
    await onHarness({}, async (harness) => {
      await harness.bill('2025-10', '2025-10-09');
      harness.env['BILLING_CANARY'] = 'on';
      expect((await harness.bill('2025-10', '2025-10-17')).result.posted).toEqual(POSTED);
    });
  });
});
