import { describe, expect, test } from '@jest/globals';
import { openEvidence } from '../../shared/evidence/index.js';
import type { Recomputed } from '../../activities/decide/recompute.js';
import type { KeptPlan } from '../../activities/decide/plan-organization.js';
import { plannedName } from '../../shared/evidence/months.js';
import { useHarness, type Harness } from './harness.js';

/** A past month decided once more, by the code of today, from what the evidence keeps. */

const MONTH = '2025-10';
const CONTOSO = '83e8db2a-';

describe('billing recompute', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill(MONTH, '2025-11-02');
  });
  const recompute = async (): Promise<{ code: number; read: Recomputed }> => {
    const { code, out } = await harness.cli('recompute', MONTH, '--json');
    return { code, read: JSON.parse(out) as Recomputed };
  };
  const verdicts = ({ organizations }: Recomputed): string[] => organizations.map(({ verdict }) => verdict);

  test('recreates past plans to the byte, without a vendor', async () => {
    await harness.control('POST', 'faults', [{ match: {}, fault: { kind: 'status', status: 503, when: 'before' } }]);
    const { code, read } = await recompute();
    expect({ code, verdicts: verdicts(read) }).toEqual({ code: 0, verdicts: ['same', 'same', 'same'] });
    await harness.control('POST', 'faults', []);
  });

  test('names changed decisions: item, then, now and rule', async () => {
    await withPlan((kept) => {
      const [item] = kept.plan.items;
      item!.sales = '1.00';
      item!.outcome = 'held';
      item!.reason = 'company-inactive';
    });
    const { code, out } = await harness.cli('recompute', MONTH);
    expect(code).toBe(3);
    expect(out).toMatch(/2 of 3 organizations have the same plan to the byte/);
    expect(out).toMatch(
      /Contoso Dental Group:\n {2}(rule 3\.3|amounts and steps)\n {4}.+: 1\.00 EUR, held \(company-inactive\) → [\d.]+ EUR, posted/,
    );
  });

  test('names plans whose evidence is lost', async () => {
    await withPlan((kept) => {
      kept.made!.report = 'f'.repeat(64);
    });
    const { code, out } = await harness.cli('recompute', MONTH);
    expect(code).toBe(3);
    expect(out).toContain('The evidence no longer keeps what these plans were made from:\n  Contoso Dental Group');
  });

  test('does so too for customers that needed nothing in the latest run', async () => {
    await harness.bill(MONTH, '2025-11-03');
    const { code, read } = await recompute();
    expect({ code, verdicts: verdicts(read) }).toEqual({ code: 0, verdicts: ['same', 'same', 'same'] });
  });

  /** Changes the plan that is kept of Contoso, as an earlier release could have made it. */
  async function withPlan(change: (kept: KeptPlan) => void): Promise<void> {
    const evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
    const prefix = plannedName('default', MONTH, '');
    const name = (await evidence.names(prefix)).find((one) => one.startsWith(`${prefix}${CONTOSO}`))!;
    const kept = await evidence.get<KeptPlan>((await evidence.pointer(name))!);
    change(kept);
    await evidence.point(name, await evidence.put(kept));
    await evidence.close();
  }
});
