import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import type { PlanFile } from '../../client/plan/file.js';
import { PLAIN, wrap, type Paper } from '../../client/terminal/paper.js';
import { renderPlanHtml } from '../../client/commands/plan/html.js';
import { renderPlans, type ShownMonth, type ShownPlan } from '../../client/plan/text.js';
import { startSandbox } from '../../sandbox/index.js';
import { sum } from '../../shared/billing/basics/decimal.js';
import { invoiceLines } from '../../shared/billing/results/invoice.js';

/** What `billing plan` shows before anything is written. */

const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';
const ESCAPE = '\u001b';

describe('billing plan', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let folder: string;
  let month: ShownMonth;
  beforeAll(async () => {
    sandbox = await startSandbox({
      world: JSON.parse(await readFile(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as unknown,
    });
    folder = await mkdtemp(join(tmpdir(), 'billing-plan-'));
    await control('POST', 'clock', { now: '2025-10-17T03:00:00Z' });
    month = shown(await kept());
  });
  afterAll(async () => {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  const control = (method: string, path: string, body: unknown): Promise<Response> =>
    fetch(`${sandbox.url}/_sandbox/${path}`, { method, body: JSON.stringify(body) });

  const plan = async (...more: string[]): Promise<{ code: number; out: string; said: string }> => {
    const ended = { code: -1, out: '', said: '' };
    ended.code = await main(['plan', '2025-10', '--as-of', '2025-10-17', ...more], {
      environment: sandbox.env(),
      out: (text) => (ended.out += `${text}\n`),
      say: (text) => (ended.said += `${text}\n`),
      isTerminal: false,
    });
    return ended;
  };

  const kept = async (): Promise<PlanFile> => {
    const file = join(folder, 'plan.json');
    await plan('--out', file);
    return JSON.parse(await readFile(file, 'utf8')) as PlanFile;
  };

  const shown = ({ totals, organizations, effort }: PlanFile): ShownMonth => ({
    plans: organizations,
    result: { ...totals, organizations: [] },
    effort,
    nothingDue: [],
  });

  test('shows new, changed and ended by organization', () => {
    const text = renderPlans(month, PLAIN);
    expect(text).toContain(`Fabrikam Logistics (${FABRIKAM}), company 29683540`);
    expect(text).toContain('  + SQL Server Standard: units 2, price 2,980.00, cost 2,640.00 EUR');
    expect(text).toContain('  ~ Microsoft 365 E3: units 15 → 12, price 540.00 → 460.80, cost 472.50 → 403.20 EUR');
    expect(text).toContain('  ~ Contract Microsoft 365 E3 – Microsoft 365 E3: end 2025-09-30 → 2026-09-30');
    expect(text).toContain('  - SQL Server Standard: 0 units from 2025-11-01, paid once');
    expect(text).toContain('    1 excluded (no Autotask company id): 36.00 EUR, Microsoft 365 Business Basic');
    expect(text).toContain('    margin 670.00 EUR, 11.7 % of sales');
  });

  test('ends with one line: counts, money, effort, last month', () => {
    const last = renderPlans(month, PLAIN).split('\n').at(-1)!;
    expect(last).toMatch(
      /^Plan: 41 new, 3 changed, 3 to nothing, 0 held\. After it: report 7,186\.32 = posted 7,120\.32 \+ held 0\.00 \+ excluded 66\.00 EUR\. Sales 7,186\.32 EUR, none last month\. Margin 837\.14 EUR, 11\.6 % of sales\. Carrying it out takes about \d+ calls to Autotask and 1 minute\. Nothing was written\.$/,
    );
  });

  test('compares last month with this one', () => {
    const plans = month.plans.map((one) =>
      one.organizationId === CONTOSO ? { ...one, previousSales: { EUR: '1400.00' } } : one,
    );
    expect(renderPlans({ ...month, plans }, PLAIN)).toContain('sales 1,440.93 EUR, last month 1,400.00 (+40.93)');
  });

  test('fits 80 columns and uses colour only where wanted', () => {
    const narrow: Paper = { columns: 80, hasColour: false };
    const text = renderPlans(month, narrow);
    expect(text).not.toContain(ESCAPE);
    for (const line of text.split('\n')) if (!line.includes('digest')) expect(line.length).toBeLessThanOrEqual(80);
    expect(renderPlans(month, { columns: 80, hasColour: true })).toContain(`${ESCAPE}[32m+${ESCAPE}[39m`);
  });

  test('shows the weightiest of a thousand organizations and counts the rest', () => {
    const like = month.plans.find(({ organizationId }) => organizationId === CONTOSO)!;
    const plans = Array.from({ length: 1000 }, (_, index): ShownPlan => ({ ...like, organizationName: `Customer ${index}` }));
    const text = renderPlans({ ...month, plans }, { columns: 80, hasColour: false });
    const lines = text.split('\n');
    expect(lines.length).toBeLessThanOrEqual(200);
    expect(lines[0]).toMatch(/^Plan: [\d,]+ new/);
    const shown = text.match(/^Customer /gm)!.length;
    expect(shown).toBeGreaterThan(10);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(`… and ${1000 - shown} more organizations with`);
    const full = renderPlans({ ...month, plans, isFull: true }, { columns: 80, hasColour: false });
    expect(full.match(/^Customer /gm)).toHaveLength(1000);
  });

  // What is held, and how many more there are, is among them.
  test('a customer with a thousand changes stays within 200 lines', () => {
    const like = month.plans.find(({ organizationId }) => organizationId === CONTOSO)!;
    const steps = Array.from({ length: 1000 }, () => like.steps[0]!);
    const items = like.items.map((item, index) =>
      index === 0 ? { ...item, outcome: 'held' as const, reason: 'api-error' as const } : item,
    );
    const text = renderPlans({ ...month, plans: [{ ...like, steps, items }] }, { columns: 80, hasColour: false });
    expect(text.split('\n').length).toBeLessThanOrEqual(200);
    expect(text).toContain('held (Autotask error)');
    expect(text).toMatch(/… and 9\d\d more: --full/);
  });

  test('a held organization shows amount, reason and command once', async () => {
    await control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '1' }],
    });
    const { out } = await plan('--organization', CONTOSO);
    await control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value: '29683512' }],
    });
    expect(out).toMatch(/ {2}! .* and \d more: 1,410\.93 EUR held \(company not in Autotask\)/);
    expect(out).toContain('      Autotask has no company 1. Correct the id of Contoso Dental Group in Cloudmore.');
    expect(out).toContain(`      billing rerun 2025-10 --organization ${CONTOSO} --reason "company id corrected"`);
  });

  describe('what a breaker holds', () => {
    const held = async (mode: string, ...more: string[]): Promise<string> => {
      let out = '';
      await main(['plan', '2025-10', '--as-of', '2025-10-17', '--organization', CONTOSO, ...more], {
        environment: { ...sandbox.env(), BREAKERS: 'on', BREAKER_NEW_CONTRACTS: '1', BILLING_MODE: mode },
        out: (text) => (out += `${text}\n`),
        say: () => undefined,
        isTerminal: false,
      });
      return out;
    };

    // It said that there is nothing to write, and nobody saw what they released.
    test('shows a held plan as a release would write it', async () => {
      const file = join(folder, 'held.html');
      const out = await held('approve', '--html', file);
      const [before = '', after = ''] = out.split('    Once released:\n');
      expect(before).toMatch(/held \(breaker for new contracts\)/);
      expect(before).toContain(`billing approve 2025-10 --organization ${CONTOSO}`);
      expect(after.match(/^ {2}\+ /gm)?.length).toBeGreaterThan(5);
      expect(await readFile(file, 'utf8')).toContain('<h3>Once released</h3>');
    });

    test('advises no release in shadow mode, where there is nothing to release', async () => {
      const out = await held('shadow');
      expect(out).toMatch(/held \(breaker for new contracts\)/);
      expect(out).not.toContain('billing approve');
    });
  });

  // It showed an empty plan.
  test('names the known organizations when one does not exist', async () => {
    expect(await plan('--organization', 'Fabrikan', '--organization', CONTOSO)).toEqual({
      code: 64,
      out: '',
      said: expect.stringMatching(/No organization "Fabrikan" in Cloudmore; .* Did you mean "Fabrikam Logistics"\?/),
    });
  });

  test("the invoice's lines add up to what the plan posts", () => {
    for (const one of month.plans) {
      const posted = one.items.filter(({ outcome }) => outcome === 'posted');
      const lines = invoiceLines(one).filter(({ isGhost }) => !isGhost);
      expect(sum(lines.map(({ amount }) => amount)).toFixed(2)).toBe(sum(posted.map(({ sales }) => sales)).toFixed(2));
    }
  });

  test('--html shows the customer’s lines and escapes every name', () => {
    const html = renderPlanHtml({
      ...month,
      plans: month.plans.map((one) => ({ ...one, organizationName: `${one.organizationName} <b>` })),
    });
    expect(html).toContain(
      '<tr class="changed"><td>Microsoft 365 E3</td><td class="amount">12</td><td class="amount">38.40</td><td class="amount">540.00</td><td class="amount">460.80 EUR</td><td class="amount">403.20</td><td class="amount">57.60 (12.5 %)</td></tr>',
    );
    expect(html).toMatch(/<th>Sum<\/th>.*>5,709\.39 EUR<.*>5,039\.39</);
    expect(html).not.toContain('<b>');
    expect(html).not.toMatch(/<script|https?:/);
  });

  test('releases nothing from a foreign file or another month’s plan', async () => {
    const said: string[] = [];
    const approve = (file: string, of = '2025-10'): Promise<number> =>
      main(['approve', of, '--plan', file], {
        environment: {},
        out: () => undefined,
        say: (text) => said.push(text),
        isTerminal: false,
      });
    expect(await approve(join(folder, 'plan.json'), '2025-11')).toBe(64);
    expect(await approve(new URL('../../package.json', import.meta.url).pathname)).toBe(64);
    expect(said).toEqual([
      expect.stringMatching(/is a plan of 2025-10, not of 2025-11/),
      expect.stringMatching(/is not a plan \(broker\).*billing plan 2025-10 --out/),
    ]);
  });
});

test('keeps a long word whole, for copying', () => {
  expect(wrap(`see ${'x'.repeat(70)} there`, { columns: 60, hasColour: false }, '> ')).toBe(
    `> see\n  ${'x'.repeat(70)}\n  there`,
  );
});
