import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporalServer, startDevServer } from '../../client/temporal-server/index.js';
import { startSandbox } from '../../sandbox/index.js';
import type { OrganizationResult } from '../../shared/billing/results.js';
import { BILLING_QUEUE, dailyBillingId, organizationBillingId } from '../../shared/contract.js';
import { loadConfig } from '../../shared/config.js';
import { startWorker } from '../../worker/main.js';
import { eventually } from '../eventually.js';

/**
 * Records one history of every workflow path with today's code, for tomorrow's code to replay: `npm run record-histories`. Kept per release under
 * `test/replay/<version>/`; CONTRIBUTING.md says when.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';

interface Scene {
  client: Client;
  control: (method: string, path: string, body: unknown) => Promise<void>;
  keep: (name: string, handle: WorkflowHandle) => Promise<void>;
}

async function record(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(HERE, '../../package.json'), 'utf8')) as { version: string };
  const folder = join(HERE, version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await playScene('auto', folder, billed);
  await playScene('auto', folder, parkedSkippedRerun);
  await playScene('approve', folder, approved);
}

async function playScene(mode: string, folder: string, play: (scene: Scene) => Promise<void>): Promise<void> {
  const sandbox = await startSandbox({
    world: JSON.parse(await readFile(join(HERE, '../../sandbox/worlds/september-2025.json'), 'utf8')),
  });
  const found = await findTemporalServer();
  if (found.kind !== 'executable') throw new Error('Recording needs a server of its own; unset TEMPORAL_ADDRESS.');
  const server = await startDevServer({ path: found.path });
  const evidence = await mkdtemp(join(tmpdir(), 'billing-record-'));
  const config = loadConfig({ ...sandbox.env(), BILLING_EVIDENCE: `file:${evidence}`, BILLING_MODE: mode });
  const worker = await startWorker(config, { connection: { address: server.address }, namespace: 'default' });
  const running = worker.run();
  const connection = await Connection.connect({ address: server.address });
  try {
    await play({
      client: new Client({ connection }),
      control: async (method, path, body) =>
        void (await fetch(`${sandbox.url}/_sandbox/${path}`, { method, body: JSON.stringify(body) })),
      keep: async (name, handle) => writeFile(join(folder, `${name}.json`), historyToJSON(await handle.fetchHistory())),
    });
  } finally {
    worker.shutdown();
    await running;
    await connection.close();
    await server.stop();
    await sandbox.close();
    await rm(evidence, { recursive: true, force: true });
  }
}

const runMonth = async ({ client }: Scene): Promise<WorkflowHandle> => {
  const workflowId = dailyBillingId('default', MONTH);
  const handle = await client.workflow.start('dailyBilling', {
    taskQueue: BILLING_QUEUE,
    workflowId,
    args: [{ broker: 'default', month: MONTH, asOf: AS_OF }],
  });
  await handle.result();
  return handle;
};

const organization = ({ client }: Scene, id: string): WorkflowHandle =>
  client.workflow.getHandle(organizationBillingId('default', MONTH, id));

const until = (handle: WorkflowHandle, status: string): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );

async function billed(scene: Scene): Promise<void> {
  await scene.keep('daily-billing.fan-out', await runMonth(scene));
  await scene.keep('organization-billing.done', organization(scene, CONTOSO));
  await scene.keep('organization-billing.extended', organization(scene, FABRIKAM));
}

async function parkedSkippedRerun(scene: Scene): Promise<void> {
  await scene.control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
    customProperties: [{ name: 'AutotaskCompanyID', value: '4711' }],
  });
  await scene.control('POST', 'faults', [
    { match: { vendor: 'autotask', method: 'POST', path: '*/Charges', nth: [1] }, fault: { kind: 'reset', when: 'after' } },
  ]);
  await runMonth(scene);
  const contoso = organization(scene, CONTOSO);
  await until(contoso, 'NeedsAttention');
  await contoso.signal('skip', 'disputed');
  await until(contoso, 'Skipped');
  await scene.keep('daily-billing.hand-over', await runMonth(scene));
  await scene.control('PATCH', `cloudmore/organizations/${CONTOSO}`, {
    customProperties: [{ name: 'AutotaskCompanyID', value: '29683512' }],
  });
  await contoso.signal('rerun', 'corrected');
  await contoso.result();
  await scene.keep('organization-billing.parked-skipped-rerun', contoso);
  await scene.keep('organization-billing.failed-activity', organization(scene, FABRIKAM));
}

async function approved(scene: Scene): Promise<void> {
  await runMonth(scene);
  const contoso = organization(scene, CONTOSO);
  const { planDigest } = await until(contoso, 'AwaitingApproval');
  await contoso.signal('approve', planDigest);
  await contoso.result();
  await scene.keep('organization-billing.approved', contoso);
  await scene.keep('organization-billing.waiting', organization(scene, FABRIKAM));
}

await record();
