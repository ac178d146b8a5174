import { describe, expect, test } from '@jest/globals';
import type { UndoMonth } from '../../activities/decide/preview-undo.js';
import { useHarness, type Harness } from './harness.js';

/** The way back of a month that was billed, read from the vendors and the evidence; nothing is written. */

const MONTH = '2025-10';

describe('billing undo', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
  });
  const undo = async (...more: string[]): Promise<{ code: number; shown: UndoMonth }> => {
    const { code, out, said } = await harness.cli('undo', MONTH, '--json', ...more);
    if (code !== 0 && code !== 3) throw new Error(said);
    return { code, shown: JSON.parse(out) as UndoMonth };
  };
  const writes = async (): Promise<number> =>
    ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
      ({ method, path }) => method !== 'GET' && /ATServicesRest/i.test(path) && !/query/i.test(path),
    ).length;

  test('says that a month was not run yet', async () => {
    const { code, said } = await harness.cli('undo', MONTH);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringMatching(/2025-10 has not been run yet/) });
  });

  test('shows each customer’s before and after, and writes nothing', async () => {
    await harness.bill(MONTH, '2025-11-02');
    const before = await writes();
    const { code, shown } = await undo();
    expect(code).toBe(0);
    expect(await writes()).toBe(before);
    const lines = shown.organizations.flatMap((plan) => plan.lines);
    const { out: report } = await harness.cli('report', MONTH, '--json');
    const taken = lines.reduce(
      (total, { now, before: stood }) => total + Math.round((Number(now.sales) - Number(stood.sales)) * 100),
      0,
    );
    const { posted } = JSON.parse(report) as { posted: { sales: string } };
    expect(taken).toBe(Math.round(Number(posted.sales) * 100));
    expect(lines.every(({ outcome }) => outcome === 'undone')).toBe(true);
  });

  test('shows the same digests before and after an idle run', async () => {
    const first = await undo();
    await harness.bill(MONTH, '2025-11-02');
    const second = await undo();
    expect(second.shown.organizations.map(({ digest }) => digest)).toEqual(first.shown.organizations.map(({ digest }) => digest));
  });

  test('shows one customer alone, in words, with the steps', async () => {
    const { code, out } = await harness.cli('undo', MONTH, '--organization', 'Contoso Dental Group');
    expect(code).toBe(0);
    expect(out).toMatch(/^Contoso Dental Group\n {2}~ .+, contract \d+: [\d.]+ → 0\.00 EUR/);
    expect(out).toContain('This is a preview; nothing was written.');
  });

  test('refuses without a reason or with an older digest', async () => {
    const asked = (...more: string[]): Promise<{ code: number; said: string }> =>
      harness.cli('undo', MONTH, '--organization', 'Contoso Dental Group', ...more);
    expect(await asked('--write')).toMatchObject({ code: 64, said: expect.stringContaining('Expected --reason') });
    expect(await asked('--yes', '0')).toMatchObject({ code: 64, said: expect.stringContaining('expected --write') });
    expect(await asked('--write', '--reason', 'x', '--digest', 'abc')).toMatchObject({
      code: 1,
      said: expect.stringContaining('has changed since the digest you gave'),
    });
    expect(await asked('--write', '--reason', 'x')).toMatchObject({ code: 69, said: expect.stringContaining('Temporal') });
  });

  // It was told that the undo had changed, and was shown the same digest.
  test('takes a digest that was pasted in capitals with blanks', async () => {
    const asked = ['--organization', 'Contoso Dental Group'];
    const [shown] = (await undo(...asked)).shown.organizations;
    const pasted = ['--digest', ` ${shown!.digest.toUpperCase()} `];
    expect(await harness.cli('undo', MONTH, ...asked, '--write', '--reason', 'x', ...pasted)).toMatchObject({
      code: 69,
      said: expect.stringContaining('Temporal'),
    });
  });

  // And not that it is a preview.
  test('reports what goes back, and that the month is closed', async () => {
    await harness.cli('close', MONTH, '--out', harness.file('close.json'));
    const { said } = await harness.cli('undo', MONTH, '--write', '--reason', 'x');
    expect(said).toMatch(/^Closed on \S+ by certificate no\. 1\. What is taken back is in its next certificate\.\n/);
    expect(said).toMatch(/\n\d+ steps take 7,120\.32 EUR of 2025-10 back\.\n/);
    expect(said).not.toContain('preview');
  });

  test('leaves what is posted, and says what to do there', async () => {
    await harness.control('POST', 'autotask/freeze', { through: '2025-10-31' });
    const { code, out } = await harness.cli('undo', MONTH);
    expect(code).toBe(3);
    expect(out).toMatch(/\n {2}! Microsoft 365 E3, contract \d+: 460\.80 EUR \(cost 403\.20\) stays\n/);
    // Once under each customer's lines, not under every line.
    expect(
      out.match(/It is approved and posted in Autotask and stays as it is\. Unpost 2025-10 there and undo again/g),
    ).toHaveLength(2);
    expect(out).toContain('There is nothing in 2025-10 that can be taken back here. Nothing was written.');
  });
});
