/**
 * What all test files share: one Temporal dev server, one bundle of the workflows, the way to the server that skips time. Handed on through
 * process.env, which is all that Jest passes to its workers: TEST_TEMPORAL_ADDRESS, TEST_TEMPORAL_CLI, TEST_TIME_SKIPPING_SERVER and
 * TEST_WORKFLOW_BUNDLE. A server named in TEST_TEMPORAL_ADDRESS is used as it is.
 */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporalServer, findTestServer, startDevServer } from '../client/temporal-server/index.js';

type TearDown = () => Promise<void>;

/** Prepares everything at the same time; what was started is stopped again when a part fails. */
export async function setUp(): Promise<TearDown> {
  setSettingsAside();
  const parts = await Promise.allSettled([offerDevServer(), offerTestServer(), offerWorkflowBundle()]);
  const tearDown = async (): Promise<void> => {
    await Promise.all(parts.map((part) => (part.status === 'fulfilled' ? part.value() : nothingToStop())));
  };
  const failed = parts.find((part) => part.status === 'rejected');
  if (failed === undefined) return tearDown;
  await tearDown();
  throw failed.reason;
}

const nothingToStop: TearDown = () => Promise.resolve();

/** Settings of the person who runs the tests. No test may reach their Temporal, or anybody's Cloudmore or Autotask. */
const FOREIGN_SETTINGS = /^(TEMPORAL|CLOUDMORE|AUTOTASK|BILLING|NOTICE)_/;
const WAYS_TO_SERVERS = ['TEMPORAL_CLI_PATH', 'TEMPORAL_TEST_SERVER_PATH'];

function setSettingsAside(): void {
  for (const name of Object.keys(process.env)) {
    if (FOREIGN_SETTINGS.test(name) && !WAYS_TO_SERVERS.includes(name)) delete process.env[name];
  }
}

async function offerDevServer(): Promise<TearDown> {
  if (process.env.TEST_TEMPORAL_ADDRESS) return nothingToStop;
  const server = await findTemporalServer();
  if (server.kind !== 'executable') throw new Error('Tests start their own Temporal server.');
  const { address, stop } = await startDevServer({ path: server.path });
  process.env.TEST_TEMPORAL_ADDRESS = address;
  process.env.TEST_TEMPORAL_CLI = server.path;
  return stop;
}

/** Few tests need it: they fail without it, the others run. Without a dev server nothing runs, so that none falls back to port 7233. */
async function offerTestServer(): Promise<TearDown> {
  try {
    process.env.TEST_TIME_SKIPPING_SERVER = await findTestServer();
  } catch (error) {
    process.stderr.write(`${String(error)}\nTests that skip time will fail.\n`);
  }
  return nothingToStop;
}

async function offerWorkflowBundle(): Promise<TearDown> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  if (!existsSync(workflowsPath)) return nothingToStop;
  const folder = await mkdtemp(join(tmpdir(), 'workflow-bundle-'));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  process.env.TEST_WORKFLOW_BUNDLE = join(folder, 'workflow-bundle.js');
  await writeFile(process.env.TEST_WORKFLOW_BUNDLE, code);
  return () => rm(folder, { recursive: true, force: true });
}
