import type { Explained } from '../../client/explain/text.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import { startSandbox } from '../../sandbox/index.js';
import { sum } from '../../shared/billing/basics/decimal.js';
import { loadConfig, type Config } from '../../shared/config.js';
import { createDependencies } from '../../worker/dependencies.js';
import { createActivities } from '../../activities/index.js';

/** `billing explain`: from the report's lines through the rules to what stands in Autotask. */

const E3 = '78d33f02-2bf3-5c0e-9aec-6705cdb6fe07';
const MONTH = { broker: 'default', month: '2025-10', asOf: '2025-10-17', mode: null };

describe('billing explain', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let folder: string;
  let environment: Record<string, string>;
  beforeAll(async () => {
    sandbox = await startSandbox({
      world: JSON.parse(await readFile(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as unknown,
    });
    await fetch(`${sandbox.url}/_sandbox/clock`, { method: 'POST', body: JSON.stringify({ now: '2025-10-17T03:00:00Z' }) });
    folder = await mkdtemp(join(tmpdir(), 'billing-explain-'));
    environment = { ...sandbox.env(), BILLING_EVIDENCE: `file:${folder}`, BILLING_MODE: 'shadow' };
    await runMonth(loadConfig(environment));
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A shadow run by the run's own activities. */
  async function runMonth(config: Config): Promise<void> {
    const { billing, cloudmore, autotask } = createActivities(createDependencies(config));
    const { report } = await cloudmore.takeReport(MONTH);
    const { survey, surveyedAt } = await autotask.surveyAutotask({ ...MONTH, report, organizations: null });
    const work = await billing.findWork({ ...MONTH, report, survey, organizations: null });
    for (const organizationId of work.organizations) {
      const given = { asOf: MONTH.asOf, report, survey, surveyedAt };
      const plan = await autotask.planOrganization({ ...MONTH, organizationId, given, approvedDigest: null, refused: [] });
      await autotask.verifyOrganization({
        ...MONTH,
        mode: plan.mode,
        organizationId,
        given,
        plan: plan.plan,
        contractIds: [],
        stops: [],
        refused: [],
        waits: plan.waits,
        skipReason: null,
        writes: { services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 },
        calls: plan.calls,
        workflowId: 'none',
        remark: null,
      });
    }
    await billing.closeRun({ ...MONTH, report, survey, calls: work.calls, heldMonth: null });
  }

  /** Evidence is all it needs: neither vendor's settings are given. */
  const explain = async (subscription: string, ...more: string[]): Promise<{ code: number; out: string; said: string }> => {
    const ended = { code: -1, out: '', said: '' };
    ended.code = await main(['explain', '2025-10', '--subscription', subscription, ...more], {
      environment: { BILLING_EVIDENCE: environment.BILLING_EVIDENCE },
      out: (text) => (ended.out += `${text}\n`),
      say: (text) => (ended.said += `${text}\n`),
      isTerminal: false,
    });
    return ended;
  };

  test('leads from the lines by numbered rules to the row', async () => {
    const { code, out } = await explain(E3.toUpperCase());
    expect(code).toBe(0);
    expect(out).toContain(`subscription ${E3} of Fabrikam Logistics`);
    expect(out).toMatch(/2025-10-08 {2}renew +2025-09-18–2025-10-17 +12 +460\.8 +403\.2/);
    expect(out).toMatch(/ {2}4\.2 {3}1 line: .*highest quantity 12/);
    expect(out).toMatch(/ {2}7\.2 {3}12 units × 38\.4000/);
    expect(out).toContain('  row     15 units 540.00 / 472.50 → 12 units 460.80 / 403.20');
    expect(out).toContain('  total   540.00 / 472.50 → 460.80 / 403.20 EUR');
  });

  test('--json gives programs the same, and lines add up exactly', async () => {
    const [explained] = JSON.parse((await explain(E3, '--json')).out) as [Explained];
    const { item, lines } = explained.items[0]!;
    expect(sum(lines.map(({ sales }) => sales)).eq(item.exactSales)).toBe(true);
    expect(explained).toMatchObject({ month: '2025-10', organizationName: 'Fabrikam Logistics', status: 'AwaitingApproval' });
    expect(item.because.map(({ rule }) => rule)).toContain('7.2');
  });

  test('an unknown subscription says which are near, by id, product or customer', async () => {
    const byProduct = await explain('Visio');
    expect(byProduct).toMatchObject({ code: 64, out: '' });
    expect(byProduct.said).toMatch(/No subscription "Visio" in 2025-10.*\n {2}\S+ {2}Visio Plan 2, Fabrikam Logistics/);
    expect((await explain(E3.replace('78d3', '78d4'))).said).toContain(`  ${E3}  Microsoft 365 E3, Fabrikam Logistics`);
  });

  test('a month that never ran comes with the command to run', async () => {
    const said: string[] = [];
    const code = await main(['explain', '2024-01', '--subscription', 'x'], {
      environment: { BILLING_EVIDENCE: environment.BILLING_EVIDENCE },
      out: () => undefined,
      say: (text) => said.push(text),
      isTerminal: false,
    });
    expect({ code, said: said.join() }).toEqual({ code: 1, said: expect.stringContaining('billing run 2024-01 --wait') });
  });
});
