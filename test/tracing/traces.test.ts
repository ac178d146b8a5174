import { afterAll, describe, expect, test } from '@jest/globals';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiledSources } from '../../client/compile.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { dailyBillingId, organizationBillingId, scheduleId } from '../../shared/messages/names.js';
import { discreet, pathTemplate } from '../../shared/tracing/discreet.js';
import { plainValuesOf } from '../encryption/plain-values.js';
import { eventually } from '../eventually.js';
import { CONTOSO, useSystem, type TestSystem } from '../system/system.js';
import { startCollector, wayTo, type Span } from './collector.js';

/** One trace from the command that asked for a run to the requests at the vendors, at a collector of its own, with nothing in it that reveals a customer's name or money. */

const MONTH = '2025-10';
const PROBE = { NODE_OPTIONS: `--require ${fileURLToPath(new URL('./loaded.cjs', import.meta.url))}` };
Runtime.install({ logger: new DefaultLogger('ERROR') });
const collector = await startCollector();
let system: TestSystem;
useSystem({ world: 'september-2025', worker: false }, (opened) => (system = opened));
afterAll(() => collector.close());

const replay = (codePath: string, history: unknown): Promise<void> =>
  Worker.runReplayHistory(
    { workflowBundle: { codePath }, sinks: { exporter: { export: { fn: () => undefined, callDuringReplay: false } } } },
    history,
  );

describe('with a collector', () => {
  test('a run is one trace from command to Autotask request', async () => {
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const worker = await system.startWorker({ ...traced, ...PROBE });
    expect(await system.cliWith(traced, 'run', MONTH, '--as-of', '2025-10-09', '--wait')).toMatchObject({ code: 0 });
    await worker.kill('SIGTERM'); // it sends the rest at its end
    expect(worker.output()).toMatch(/loaded of OpenTelemetry: \d{2,}/);
    const written = collector.spans.filter(({ name }) => /^POST .*\/Charges$/.test(name));
    expect(written.length).toBeGreaterThan(3);
    expect(new Set(written.map((span) => wayTo(span, collector.spans).join(' < ')))).toEqual(
      new Set([
        [
          'POST /ATServicesRest/v1.0/Contracts/{id}/Charges',
          'RunActivity:postCharge',
          'StartActivity:postCharge',
          'RunWorkflow:organizationBilling',
          'StartChildWorkflow:organizationBilling',
          'RunWorkflow:dailyBilling',
          'StartWorkflow:dailyBilling',
        ].join(' < '),
      ]),
    );
    expect(new Set(collector.spans.filter(isRequest).map(({ traceId }) => traceId))).toEqual(new Set([written[0]!.traceId]));
  });

  test('a scheduled run is one trace of its own', async () => {
    const before = new Set(collector.spans.map(({ traceId }) => traceId));
    const worker = await system.startWorker({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(await system.cli('schedule', 'apply')).toMatchObject({ code: 0 });
    const schedule = system.client.schedule.getHandle(scheduleId('default'));
    await schedule.backfill({ start: new Date('2025-10-09T02:59:00Z'), end: new Date('2025-10-09T03:01:00Z') });
    await eventually(
      () => schedule.describe(),
      ({ info }) => info.recentActions.length > 0 && info.runningActions.length === 0,
    );
    await worker.kill('SIGTERM');
    const own = collector.spans.filter(({ traceId }) => !before.has(traceId));
    const requests = own.filter(isRequest).filter(({ name }) => name.includes('ATServicesRest'));
    expect(requests.length).toBeGreaterThan(3);
    expect(new Set(own.map(({ traceId }) => traceId)).size).toBe(1);
    for (const request of requests) expect(wayTo(request, own).slice(-1)).toEqual(['RunWorkflow:dailyBilling']);
  });

  test('holds no name, amount or secret, and only path words', async () => {
    const values = plainValuesOf(await system.json<MonthResult>([0], 'report', MONTH, '--format', 'json'));
    const secrets = Object.entries(system.env).flatMap(([name, value]) =>
      /SECRET|PASSWORD|USERNAME|INTEGRATION|RESELLER/.test(name) ? value : [],
    );
    expect(values.length).toBeGreaterThan(20);
    expect(secrets).toHaveLength(7);
    expect([...values, ...secrets].filter((one) => collector.text().includes(one))).toEqual([]);
    expect([...new Set(collector.spans.filter(isRequest).map(({ name }) => name))].filter((name) => /\d{2}/.test(name))).toEqual(
      [],
    );
  });

  test('runs continue across turning traces on or off', async () => {
    for (const id of [dailyBillingId('default', MONTH), organizationBillingId('default', MONTH, CONTOSO)]) {
      const history: History = await system.client.workflow.getHandle(id).fetchHistory();
      await replay(process.env.TEST_WORKFLOW_BUNDLE!, history);
    }
    const [release] = RECORDED;
    const traced = join(await compiledSources(), 'workflow-bundle-traced.js');
    for (const file of readdirSync(release!).filter((name) => name.endsWith('.json')))
      await replay(traced, JSON.parse(readFileSync(join(release!, file), 'utf8')));
  });
});

const RECORDED = readdirSync(new URL('../replay/', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => fileURLToPath(new URL(`../replay/${name}`, import.meta.url)));

const isRequest = ({ name }: Span): boolean => /^[A-Z]+ \//.test(name);

test('without a collector nothing of OpenTelemetry is loaded', async () => {
  const worker = await system.startWorker(PROBE);
  await worker.kill('SIGTERM');
  expect(worker.output()).toMatch(/loaded of OpenTelemetry: 0$/m);
});

test('a failed span says so, without reason or customer', () => {
  const span = {
    name: 'RunWorkflow:organizationBilling',
    spanContext: () => ({ traceId: 'a', spanId: 'b', traceFlags: 1 }),
    attributes: { workflowId: 'billing/acme/2025-10/7', memo: { name: 'Contoso' }, temporalTerminateReason: 'Contoso left' },
    status: { code: 2, message: 'Contoso owes 99.50' },
    events: [{ name: 'exception', attributes: { 'exception.message': 'Contoso owes 99.50' }, time: [0, 0] }],
    links: [],
  } as unknown as ReadableSpan;
  const { name, attributes, status, events } = discreet(span);
  expect({ name, attributes, status, events }).toEqual({
    name: 'RunWorkflow:organizationBilling',
    attributes: { workflowId: 'billing/acme/2025-10/7' },
    status: { code: 2 },
    events: [],
  });
});

test.each([
  ['/ATServicesRest/V1.0/Contracts/29684/Charges', '/ATServicesRest/V1.0/Contracts/{id}/Charges'],
  ['/ATServicesRest/v1.0/Services/query', '/ATServicesRest/v1.0/Services/query'],
  ['/api/resellers/acme/Organizations/Contoso', '/api/resellers/{id}/Organizations/{id}'],
  ['/api/resellers/1f7b/services/m365/pricelist', '/api/resellers/{id}/services/{id}/pricelist'],
  ['/Contoso%20Dental/x', '/{id}/x'],
])('the path %s is shown as %s', (path, shown) => {
  expect(pathTemplate(path)).toBe(shown);
});
