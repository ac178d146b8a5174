import { afterAll, describe, expect, test } from '@jest/globals';
import { memoryEvidence, openEvidence, type Evidence } from '../../shared/evidence/index.js';
import { recordRun } from '../../shared/notices/record.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import { useHarness, type Harness } from '../report/harness.js';

/** `billing status --check`, as a monitoring system calls it. */

const MONTH = '2025-10';
const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();

describe('the dead man\u2019s check', () => {
  let harness: Harness;
  let evidence: Evidence = memoryEvidence();
  let server: DevServer | undefined;
  afterAll(() => server?.stop());
  useHarness(async (opened) => {
    harness = opened;
    evidence = openEvidence(harness.env.BILLING_EVIDENCE!);
    server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI! });
    harness.env.TEMPORAL_ADDRESS = server.address;
    await harness.bill(MONTH, '2025-11-02');
  });

  const ranAgo = (hours: number): Promise<unknown> =>
    recordRun(evidence, { broker: 'default', run: `run-${hours}-${Date.now()}`, asOf: '2025-11-02', endedAt: ago(hours) });

  test('is not content before a first run', async () => {
    expect(await harness.cli('status', MONTH, '--check')).toMatchObject({
      code: 3,
      out: expect.stringContaining('no run has ever ended') as unknown,
    });
  });

  test('is content with a run of yesterday that left nothing to do', async () => {
    await ranAgo(25);
    expect(await harness.cli('status', MONTH, '--check')).toMatchObject({
      code: 0,
      out: 'Nothing waits and nothing is missing.\n',
    });
    expect(JSON.parse((await harness.cli('status', MONTH, '--check', '--json')).out)).toEqual({ isGood: true, findings: [] });
  });

  test('is not content where Temporal cannot be asked', async () => {
    const { code, out } = await harness.cliWith({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'status', MONTH, '--check');
    expect(code).toBe(3);
    expect(out).toMatch(/The state of runs is unknown: Temporal cannot be reached at 127\.0\.0\.1:1/);
  });

  test('is not content when no run ended in 26 hours', async () => {
    await ranAgo(27);
    const { code, out } = await harness.cli('status', MONTH, '--check');
    expect(code).toBe(3);
    expect(out).toMatch(/no run in 27 hours[\s\S]*billing schedule show/);
  });

  test('is not content while something waits', async () => {
    await harness.control('PATCH', 'autotask/companies/29683540', { isActive: false });
    await harness.bill(MONTH, '2025-11-03');
    await ranAgo(1);
    const { code, out } = await harness.cli('status', MONTH, '--check');
    expect(code).toBe(3);
    expect(out).toMatch(/5,709\.39 EUR held, 1 customer waiting\nFabrikam Logistics: 5,709\.39 EUR, company inactive/);
  });

  test('without a month finds those missing that are due today', async () => {
    const { code, out } = await harness.cli('status', '--check');
    expect(code).toBe(3);
    expect(out).toMatch(/nothing was audited/);
  });

  test('names a notice that did not go out', async () => {
    const lost = {
      run: 'x',
      at: ago(1),
      notice: { title: 'Billing: x', lines: [] },
      channels: [{ channel: 'mail', state: 'failed', message: 'mail.example did not take the mail (EAUTH)' }],
    };
    await evidence.point('notices/default', await evidence.put(lost));
    expect((await harness.cli('status', MONTH, '--check')).out).toContain(
      'did not go out (mail: mail.example did not take the mail (EAUTH))',
    );
  });
});
