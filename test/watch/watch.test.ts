import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.js';
import { freePort } from '../../client/temporal-server/free-port.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { METRICS } from '../../worker/watch/metrics.js';
import { FABRIKAM, useSystem, type TestSystem, type Worker } from '../system/system.js';

/** A real worker is asked over HTTP, as Docker, Kubernetes and Prometheus ask it. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MONTH = '2025-10';
const port = await freePort();
const standbyPort = await freePort();
let system: TestSystem;
let worker: Worker;
// One customer waits, so that every figure there is has something to show.
useSystem(
  { world: 'september-2025', worker: false, env: { BILLING_MODE_ORGANIZATIONS: `${FABRIKAM}=approve` } },
  (opened) => (system = opened),
);

interface Ready {
  status: number;
  body: { ready: boolean; checks: Record<string, string> };
}

const ask = async (path: string, at = port): Promise<{ status: number; text: string }> => {
  const answer = await fetch(`http://127.0.0.1:${at}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const ready = async (at = port): Promise<Ready> => {
  const { status, text } = await ask('/readyz', at);
  return { status, body: JSON.parse(text) as Ready['body'] };
};
const isReady = ({ status }: Ready): boolean => status === 200;

describe('the port of a worker', () => {
  test('is ready with work, a store and the lease', async () => {
    worker = await system.startWorker({ BILLING_HTTP: `127.0.0.1:${port}` });
    expect((await ask('/livez')).status).toBe(200);
    const { body } = await eventually(
      () => ready(),
      (seen) => isReady(seen) && seen.body.checks.lease === 'held',
      180_000,
    );
    expect(body.checks).toEqual({
      'billing-default': 'ok',
      'cloudmore-default': 'ok',
      'autotask-default': 'ok',
      evidence: 'ok',
      lease: 'held',
    });
  });

  test('shows billing and SDK metrics, and no customer', async () => {
    expect((await system.cli('run', MONTH, '--as-of', '2025-10-09', '--wait')).code).toBe(3);
    const month = await system.json<MonthResult>([0, 3], 'report', MONTH, '--format', 'json');
    expect(month.posted.lines).toBeGreaterThan(0);
    const shown = (name: string, outcome: string, text: string): number =>
      Number(new RegExp(`^billing_month_${name}\\{[^}]*outcome="${outcome}"[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1]);
    const text = await eventually(
      async () => (await ask('/metrics')).text,
      (seen) => shown('lines', 'posted', seen) === month.posted.lines,
      180_000,
    );
    expect(shown('lines', 'report', text)).toBe(month.report.lines);
    expect(shown('sales', 'posted', text)).toBe(Number(month.posted.sales));
    expect(text).toMatch(/^billing_lease_held\{broker="default"\} 1$/m);
    expect(text).toMatch(/^billing_autotask_calls_used\{[^}]*whose="ours"[^}]*\} [1-9]/m);
    expect(text).toMatch(/^billing_evidence_bytes\{[^}]*\} [1-9]/m);
    expect(text).toMatch(/^temporal_num_pollers\{[^}]*broker="default"/m);
    for (const { organizationName, organizationId } of month.organizations) {
      expect(text).not.toContain(organizationName);
      expect(text).not.toContain(organizationId);
    }
    expect(text).toMatch(/^billing_month_organizations_waiting\{[^}]*reason="awaiting-approval"[^}]*\} 1$/m);
    expect(Object.keys(METRICS).filter((name) => !text.includes(`# TYPE ${name} gauge`))).toEqual([]);
  });

  test.each(['alerts.yml', 'grafana-board.json'])(
    'has every metric that deploy/monitoring/%s goes by',
    async (file) => {
      // What a worker counts only when a workflow task fails: a workflow that it does not know.
      await system.client.workflow.start('unknownWorkflow', { taskQueue: 'billing-default', workflowId: `unknown-${file}` });
      const named = await readFile(`${ROOT}deploy/monitoring/${file}`, 'utf8');
      const names = [...new Set(named.match(/\b(temporal|billing)_[a-z_]+\b/g))];
      const lacking = (text: string): string[] => names.filter((name) => !new RegExp(`^${name}\\{`, 'm').test(text));
      expect(names.length).toBeGreaterThan(10);
      expect(
        await eventually(
          async () => lacking((await ask('/metrics')).text),
          (left) => left.length === 0,
          180_000,
        ),
      ).toEqual([]);
    },
    180_000,
  );

  test('leaves the log to be one JSON line each, of this broker', () => {
    const lines = worker.output().trim().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ broker: 'default', level: expect.any(String), message: expect.any(String) });
  });

  test('a standby is ready and leaves figures to the server', async () => {
    const standby = await system.startWorker({ BILLING_HTTP: `127.0.0.1:${standbyPort}` });
    const { body } = await eventually(() => ready(standbyPort), isReady);
    expect(body.checks.lease).toBe('standby');
    const { text } = await ask('/metrics', standbyPort);
    expect(text).toMatch(/^billing_lease_held\{broker="default"\} 0$/m);
    expect(text).not.toContain('billing_month_lines');
    await standby.kill('SIGTERM');
  });

  test('says not ready, and why, while Temporal is away, and stays alive', async () => {
    await system.server.stop();
    const { body } = await eventually(
      () => ready(),
      (seen) => !isReady(seen),
      180_000,
    );
    expect(body.checks['billing-default']).toMatch(/Temporal cannot be asked/);
    expect(body.checks.evidence).toBe('ok');
    expect((await ask('/livez')).status).toBe(200);
    await worker.kill('SIGKILL');
  });
});
