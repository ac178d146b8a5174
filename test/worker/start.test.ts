import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noopMetricMeter } from '@temporalio/common';
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { bindLabel, tenantOf } from '../../shared/evidence/labels.js';
import { startWorker } from '../../worker/main.js';
import { september } from '../api/vendors.js';
import { eventually } from '../eventually.js';
import { cableTo, type Cable } from '../evidence/cut.js';

/** A worker that cannot begin says why, and leaves nothing open that would keep its process from coming to its end. */

let sandbox: Sandbox;
let cable: Cable;
let taken: Server;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox({ world: september() });
  cable = await cableTo(`http://${process.env.TEST_TEMPORAL_ADDRESS}`);
  taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  folder = await mkdtemp(join(tmpdir(), 'billing-start-'));
  env = {
    ...sandbox.env(),
    BILLING_MODE: 'auto',
    BILLING_BROKER: 'begins',
    BILLING_EVIDENCE: `file:${join(folder, 'evidence')}`,
  };
  const evidence = openEvidence(env.BILLING_EVIDENCE!);
  await bindLabel(evidence, tenantOf(loadConfig(env)));
  await evidence.close();
});
afterAll(async () => {
  taken?.close();
  cable?.close();
  await sandbox?.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (changes: Record<string, string> = {}): Promise<unknown> =>
  startWorker(loadConfig({ ...env, ...changes }), {
    connection: { address: new URL(cable.url).host },
    namespace: 'default',
    watch: {
      at: { host: '127.0.0.1', port: (taken.address() as AddressInfo).port },
      exporter: new URL('http://127.0.0.1:1/metrics'),
      meter: noopMetricMeter,
    },
  });

const connections = (): Promise<number> =>
  eventually(
    () => Promise.resolve(cable.connections()),
    (count) => count === 0,
  );

/** The worker as a process of its own, until it ends by itself. */
const ended = (changes: Record<string, string>): Promise<{ code: unknown; said: string }> =>
  new Promise((resolve) => {
    const around = { PATH: process.env.PATH, HOME: process.env.HOME, TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS };
    const options = { env: { ...around, ...env, ...changes }, timeout: ENDS_WITHIN_MS, killSignal: 'SIGKILL' as const };
    execFile(process.execPath, [BIN, 'worker'], options, (error, _, said) => resolve({ code: error?.code ?? 0, said }));
  });

const BIN = fileURLToPath(new URL('../../client/bin.js', import.meta.url));
const ENDS_WITHIN_MS = 45_000;

describe('a worker that cannot begin', () => {
  // It stayed as a process, so that nobody started it again.
  test('ends with the cause when it can serve nothing', async () => {
    const [renamed, away] = await Promise.all([
      ended({ BILLING_BROKER: 'renamed' }),
      ended({ BILLING_EVIDENCE: 'postgres://billing:secret@127.0.0.1:1/billing', BILLING_HTTP: '127.0.0.1:0' }),
    ]);
    expect(renamed).toEqual({
      code: 78,
      said: expect.stringMatching(/BILLING_BROKER is renamed, .* billed as begins/) as unknown,
    });
    expect(away).toEqual({ code: 69, said: expect.stringMatching(/evidence store .* cannot be used/) as unknown });
  });

  test('because its port is taken closes its connection to Temporal', async () => {
    await expect(start()).rejects.toThrow(/EADDRINUSE/);
    expect(await connections()).toBe(0);
  });

  test('because the tenant was billed under another label asks Temporal for nothing', async () => {
    await expect(start({ BILLING_BROKER: 'renamed' })).rejects.toThrow(
      /^BILLING_BROKER is renamed, but this Autotask tenant was billed as begins before\./,
    );
    expect(cable.connections()).toBe(0);
  });
});
