import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import type { Certificate } from '../../shared/close/certificate.js';
import { CONTOSO, FABRIKAM, organizationOf, useSystem, type TestSystem } from './system.js';

/** One customer is forgotten: files and histories are read as anyone who gets at them reads them, without the product's own eyes. No key is set: nothing is hidden by one. */

const MONTH = '2025-10';
const DAY = '2025-11-02';
const BILLED = ['--as-of', DAY, '--wait'];
const NAME = 'Contoso Dental Group';

describe('a customer that is forgotten', () => {
  let system: TestSystem;
  let folder: string;
  let before: MonthResult;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forgotten-'));
    system.env['BILLING_KEYS'] = join(folder, 'keys');
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** In this process, which starts it forty times faster. */
  async function billing(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    let [stdout, stderr] = ['', ''];
    const say = (text: string): void => void (stderr += `${text}\n`);
    const code = await main(argv, { environment: system.env, out: (text) => (stdout += text), say, isTerminal: false });
    return { code, stdout, stderr };
  }
  const month = async (): Promise<MonthResult> =>
    JSON.parse((await billing('report', MONTH, '--format', 'json')).stdout) as MonthResult;
  const certificate = (): string => join(folder, 'close.json');

  /** Everything below the folder of the evidence. */
  async function evidence(): Promise<string> {
    const root = system.env['BILLING_EVIDENCE']!.slice('file:'.length);
    const entries = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const texts = entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path}\n${await readFile(path, 'utf8')}`;
    });
    return (await Promise.all(texts)).join('\n');
  }

  /** Every execution's whole history, as bytes with all text in them. */
  async function histories(): Promise<string> {
    const texts: string[] = [];
    const { namespace } = system.client.options;
    const { executions } = await system.client.workflowService.listWorkflowExecutions({ namespace, pageSize: 1_000 });
    for (const info of executions ?? []) {
      const execution = info.execution!;
      const page = await system.client.workflowService.getWorkflowExecutionHistory({ namespace, execution });
      texts.push(
        Buffer.from(temporal.api.history.v1.History.encode(page.history!).finish()).toString('latin1'),
        JSON.stringify(info),
      );
    }
    return texts.join('\n');
  }

  /** Its name, and its amounts that nobody else has: at least three digits and cents, because 6.00 may be anything. */
  function namesAndAmounts(): string[] {
    const amountsOf = ({ organizations }: MonthResult, isOf: (id: string) => boolean): string[] =>
      organizations
        .filter(({ organizationId }) => isOf(organizationId))
        .flatMap(({ report, posted, items }) => [report, posted, ...items].flatMap(({ sales, cost }) => [sales, cost]));
    const others = new Set(amountsOf(before, (id) => id !== CONTOSO));
    const own = amountsOf(before, (id) => id === CONTOSO).filter(
      (amount) => /^\d{3,}\.\d\d$/.test(amount) && !others.has(amount),
    );
    return [NAME, ...new Set(own)];
  }

  test('was billed, approved, closed, and reported', async () => {
    await system.control('POST', 'clock', { now: `${DAY}T03:00:00Z` });
    expect(await billing('run', MONTH, ...BILLED, '--mode', 'approve')).toMatchObject({ code: 3 });
    expect(await billing('approve', MONTH, '--all', '--actor', 'anna', '--reason', `${NAME} agreed`)).toMatchObject({
      code: 0,
    });
    expect(await billing('run', MONTH, ...BILLED)).toMatchObject({ code: 0 });
    expect(await billing('close', MONTH, '--as-of', DAY, '--out', certificate())).toMatchObject({ code: 0 });
    before = await month();
    expect(namesAndAmounts().length).toBeGreaterThan(2);
    const [kept, remembered] = [await evidence(), await histories()];
    for (const one of namesAndAmounts()) expect(kept).toContain(one);
    expect(remembered).toContain(NAME);
  });

  test('is shown first, with what goes, and nothing is written', async () => {
    const was = await evidence();
    const shown = await billing('forget', '--organization', NAME);
    expect(shown).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/would be forgotten[\s\S]*evidence: \d+ of its own records removed/),
    });
    expect(shown.stderr).toContain('--export FILE');
    const withoutLeases = (text: string): string => text.replaceAll(/"nonce":.*/g, '');
    expect(withoutLeases(await evidence())).toBe(withoutLeases(was));
  });

  test('is in no file and no history any more', async () => {
    const file = join(folder, 'contoso.json');
    const done = await system.cli('forget', '--organization', NAME, '--export', file, '--write');
    expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('is forgotten') });
    const [kept, remembered] = [await evidence(), await histories()];
    expect(namesAndAmounts().filter((one) => kept.includes(one) || remembered.includes(one))).toEqual([]);
    expect(kept.toLowerCase()).not.toContain('contoso dental');
    expect((await stat(file)).mode & 0o077).toBe(0);
    const exported = await readFile(file, 'utf8');
    for (const one of namesAndAmounts()) expect(exported).toContain(one);
  });

  test('leaves the others, their log and the chain alone', async () => {
    const after = await month();
    expect(after.organizations.map(({ organizationId }) => organizationId)).not.toContain(CONTOSO);
    expect(organizationOf(after, FABRIKAM)).toEqual(organizationOf(before, FABRIKAM));
    expect(await billing('evidence', 'verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('unaltered'),
    });
    const { entries } = JSON.parse((await billing('log', MONTH, '--json')).stdout) as {
      entries: { action: string; actor: string; organizationName: string | null }[];
    };
    expect(
      entries
        .filter(({ action, actor }) => action === 'approve' && actor === 'anna')
        .map(({ organizationName }) => organizationName)
        .sort(),
    ).toEqual(['Fabrikam Logistics', expect.stringMatching(/^forgotten-[0-9a-f]{8}$/)].sort());
  });

  // In none of ours, which verify as well.
  test('stays in certificates others kept; all verify', async () => {
    expect(await billing('close', '--verify', certificate())).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('holds'),
    });
    const kept = (await evidence()).split('\n').filter((text) => text.startsWith('{"kind":"billing-close-certificate"'));
    const [copy] = kept.map((text) => JSON.parse(text) as Certificate);
    expect(kept).toHaveLength(1);
    expect(copy!.customers.map(({ organizationName }) => organizationName)).toEqual([
      'Adventure Works Cycles',
      'Fabrikam Logistics',
    ]);
    expect(copy!.digest).toBe((JSON.parse(await readFile(certificate(), 'utf8')) as Certificate).digest);
    const path = join(folder, 'copy.json');
    await writeFile(path, JSON.stringify(copy));
    expect(await billing('close', '--verify', path)).toMatchObject({ code: 0 });
    await writeFile(path, JSON.stringify({ ...copy, customers: [] }));
    expect(await billing('close', '--verify', path)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('has been altered:'),
    });
  });

  test('is forgotten once, and known by its id alone from then on', async () => {
    expect(await billing('forget', '--organization', CONTOSO, '--write')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('forgotten already'),
    });
    expect(await billing('forget', '--organization', NAME)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('knows no organization'),
    });
  });

  test('is not billed twice when its month is run once more', async () => {
    await system.forget();
    expect(await billing('run', MONTH, ...BILLED)).toMatchObject({ code: 0 });
    expect(await system.writes()).toEqual([]);
    expect(organizationOf(await month(), CONTOSO).posted).toEqual(organizationOf(before, CONTOSO).posted);
  });
});
