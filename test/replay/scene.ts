import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Slices } from '../../activities/gather/report-slices.js';
import { previewUndo } from '../../activities/decide/preview-undo.js';
import { findTemporalServer, findTestServer, startDevServer } from '../../client/temporal-server/index.js';
import { startSandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { SEARCH_ATTRIBUTES } from '../../shared/messages/names.js';
import { monthName, type MonthRecord } from '../../shared/evidence/months.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { startWorker } from '../../worker/main.js';

/** A server, a sandbox and a worker of its own for one scene, and a hand to keep histories with. */

export interface Scene {
  /** `BILLING_MODE`. Default `auto`. */
  mode?: string;
  /** A dev server; one that advises to continue as new after so many events; or the server that skips time while somebody waits for a result. */
  server?: 'real-time' | 'skips-time' | { suggestContinueAsNewAfter: number };
  /** Histories it keeps. */
  paths: readonly string[];
  play(system: SceneSystem): Promise<void>;
}

export interface SceneSystem {
  client: Client;
  control(method: string, path: string, body: unknown): Promise<void>;
  /** The report of the month's latest run. */
  report(month: string): Promise<string>;
  /** Digest of an organization's way back, as `billing undo` shows it. */
  wayBack(month: string, organizationId: string): Promise<string>;
  /** Keeps the history of a path; the handle may name a run. */
  keep(path: string, handle: WorkflowHandle): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WORLD = join(ROOT, 'sandbox', 'worlds', 'september-2025.json');

/** `Keyword` in Temporal's numbering of attribute types. */
const KEYWORD = 2;

Runtime.install({ logger: new DefaultLogger('ERROR') });

export async function playScene({ mode = 'auto', server = 'real-time', paths, play }: Scene, folder: string): Promise<void> {
  const sandbox = await startSandbox({ world: JSON.parse(await readFile(WORLD, 'utf8')) });
  const temporal = await openTemporal(server);
  const evidence = await mkdtemp(join(tmpdir(), 'billing-record-'));
  const config = loadConfig({ ...sandbox.env(), BILLING_EVIDENCE: `file:${evidence}`, BILLING_MODE: mode });
  const worker = await startWorker(config, { connection: { address: temporal.address }, namespace: 'default' });
  const running = worker.run();
  const kept: string[] = [];
  try {
    await play({
      client: temporal.client,
      control: async (method, path, body) => {
        const answer = await fetch(`${sandbox.url}/_sandbox/${path}`, { method, body: JSON.stringify(body) });
        if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
      },
      report: async (month) => {
        const store = openEvidence(config.evidence);
        return (await store.get<MonthRecord>((await store.pointer(monthName(config.broker, month)))!)).report!;
      },
      wayBack: async (month, organizationId) => {
        const store = openEvidence(config.evidence);
        const request = { broker: config.broker, month, asOf: '2025-10-09', organizations: [organizationId] };
        const shown = await previewUndo(createDependencies(config, { evidence: store }), new Slices(store), request);
        return shown!.organizations[0]!.digest;
      },
      keep: async (path, handle) => {
        kept.push(path);
        // Stack traces name this machine's folders, which are nobody's business and change nothing.
        await writeFile(join(folder, `${path}.json`), historyToJSON(await handle.fetchHistory()).replaceAll(ROOT, ''));
      },
    });
  } finally {
    worker.shutdown();
    await running;
    await temporal.close();
    await sandbox.close();
    await rm(evidence, { recursive: true, force: true });
  }
  if (kept.join() !== paths.join()) throw new Error(`The scene kept ${kept.join(', ')} instead of ${paths.join(', ')}.`);
}

interface Temporal {
  address: string;
  client: Client;
  close(): Promise<void>;
}

async function openTemporal(kind: NonNullable<Scene['server']>): Promise<Temporal> {
  if (kind === 'skips-time') {
    const executable = { type: 'existing-path' as const, path: await findTestServer() };
    const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
    const searchAttributes = Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD]));
    await environment.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes });
    return { address: environment.address, client: environment.client, close: () => environment.teardown() };
  }
  const found = await findTemporalServer();
  if (found.kind !== 'executable') throw new Error('Recording needs a server of its own; unset TEMPORAL_ADDRESS.');
  const limits = typeof kind === 'object' ? { 'limit.historyCount.suggestContinueAsNew': kind.suggestContinueAsNewAfter } : {};
  const server = await startDevServer({ path: found.path, dynamicConfig: limits });
  const connection = await Connection.connect({ address: server.address });
  const close = async (): Promise<void> => {
    await connection.close();
    await server.stop();
  };
  return { address: server.address, client: new Client({ connection }), close };
}
